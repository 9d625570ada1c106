# Every command of the project. `make help` lists them. Needs Python 3.11 or later, git and make; fetches the rest.

PYTHON     ?= python3
UV_VERSION := 0.13.9
UV         := PYTHONPATH=.tools UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 .tools/bin/uv
BIN        := .venv/bin
STAMP      := .venv/.storehand-ready
SOLVERS    := .venv-bench/.ready
PACKAGES   := app devices printing config
LOCK       := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
              --no-emit-find-links --no-annotate --custom-compile-command 'make lock'
PRINTING   := cups cups-filters cups-client cups-ipp-utils printer-driver-cups-pdf avahi-daemon dbus
TESTERS    ?= 2
ARGS       ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env lock format check test test-printers journeys demo pictures bench clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

env: $(STAMP) ## make .venv with everything in it, as requirements.txt says; quick when nothing changed
	@:

.tools/uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"Storehand needs Python 3.11 or later, $(PYTHON) is {v[0]}.{v[1]}. Name another one: make PYTHON=/path/to/python3 ...")'
	@echo "env: fetching uv $(UV_VERSION) into .tools"
	@rm -rf .tools
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .tools uv==$(UV_VERSION)
	@touch $@

$(STAMP): requirements.txt pyproject.toml .tools/uv-$(UV_VERSION)
	@test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || { echo "env: making .venv"; $(UV) venv --quiet --clear --python "$$(command -v $(PYTHON))" .venv; }
	@echo "env: installing what requirements.txt names"
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	@echo "env: installing storehand itself"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "env: ready, .venv/bin/storehand"

lock: .tools/uv-$(UV_VERSION) ## choose versions anew (ARGS='--upgrade-package NAME' or '--upgrade'), into requirements.txt
	@$(LOCK) $(ARGS) --group dev --output-file requirements.txt pyproject.toml
	@$(LOCK) $(ARGS) --group bench --output-file requirements-bench.txt

format: env ## lay the code out and mend what can be mended (ARGS='app/central' for some)
	@$(BIN)/ruff check --fix-only --quiet $(or $(ARGS),.)
	@$(BIN)/ruff format $(or $(ARGS),.)

check: env ## layout, lint, types, direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: env ## every test, in random order (ARGS='tests/central -k stock' for some, TESTERS=0 for one process)
	$(BIN)/pytest -n $(TESTERS) --dist worksteal $(ARGS)

test-printers: env ## the printer drivers against real printing software: ippeveprinter, CUPS (as root, on Debian)
	@dpkg -s $(PRINTING) >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $(PRINTING); }
	$(BIN)/pytest tests/printing/real -n 0 $(ARGS)

journeys: env ## whole working days at full length (part of them is in `make test`)
	JOURNEYS=full $(BIN)/pytest tests/journeys -n 0 --timeout 1800 $(ARGS)

demo: env ## a small warehouse with everything in it, to try
	@$(BIN)/storehand demo $(ARGS)

pictures: env ## the README's pictures, anew from the real screens
	$(BIN)/python -m tests.screens.pictures docs/pictures

$(SOLVERS): requirements-bench.txt .tools/uv-$(UV_VERSION)
	@echo "bench: installing what requirements-bench.txt names into .venv-bench"
	@$(UV) venv --quiet --clear --python "$$(command -v $(PYTHON))" .venv-bench
	@$(UV) pip sync --quiet --python .venv-bench/bin/python --require-hashes requirements-bench.txt && touch $@ \
		|| echo "bench: they cannot be installed; their rows will say so"

bench: env $(SOLVERS) ## measure (not part of `make test`)
	$(BIN)/pytest tests/benchmarks -n 0 -p no:randomly --timeout 1800 --capture no $(ARGS)

clean: ## remove all that was made here
	rm -rf .tools .venv .venv-bench .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist snapshot_report.html
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

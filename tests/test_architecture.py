"""What import-linter cannot see: clocks, chance and files reached through an allowed import.

The direction of imports is held by `lint-imports`; its contracts are in pyproject.toml.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = ("app/model", "app/fulfilment", "devices/codes")
IMPURE_MODULES = frozenset(
    [
        "asyncio",
        "concurrent",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ]
)
IMPURE_CALLS = frozenset({"input", "open", "print"})
CLOCKS = frozenset({"now", "today", "utcnow"})


def impurities(source: str) -> list[str]:
    """Say what in a module reads a clock, rolls dice or touches the machine, with the line."""
    return [f"line {line}: {what}" for line, what in sorted(_impurities(ast.parse(source)))]


def _impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in _running(tree):
        if not isinstance(node, ast.stmt | ast.expr):
            continue
        match node:
            case ast.Import(names=names):
                found = [name.name for name in names if name.name.partition(".")[0] in IMPURE_MODULES]
            case ast.ImportFrom(module=str(module), level=0):
                found = [module] if module.partition(".")[0] in IMPURE_MODULES else []
            case ast.Call(func=ast.Name(id=name)):
                found = [f"{name}()"] if name in IMPURE_CALLS else []
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=attribute):
                found = (
                    [f"{owner}.{attribute}"] if attribute in CLOCKS and owner in {"datetime", "date"} else []
                )
            case _:
                found = []
        for what in found:
            yield node.lineno, what


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through what runs: names needed only for types do no harm."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield from _running(child)


def imported_packages(source: str) -> set[str]:
    """Name every module that a module imports, or the package it takes it from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", modules(*PURE), ids=lambda path: str(path.relative_to(ROOT)))
def test_decisions_are_pure(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import shuffle",
        "import os.path",
        "from datetime import datetime\nbegun = datetime.now()",
        "import datetime\nbegun = datetime.datetime.now(datetime.UTC)",
        "from datetime import date\ndef f(clock=date.today): ...",
        "def f(path):\n    return open(path)",
    ],
)
def test_an_impure_module_is_found_out(source: str) -> None:
    assert len(impurities(source)) == 1


def test_types_and_arithmetic_of_time_are_pure() -> None:
    source = (
        "from typing import TYPE_CHECKING\nfrom datetime import datetime, timedelta\n"
        "if TYPE_CHECKING:\n    from random import Random\n"
        "def due(now: datetime, dice: Random) -> datetime:\n    return now + timedelta(hours=1)\n"
    )
    assert impurities(source) == []


def test_codes_import_nothing_of_storehand_but_codes_and_model() -> None:
    for path in modules("devices/codes"):
        ours = {name for name in imported_packages(path.read_text(encoding="utf-8")) if _is_ours(name)}
        assert {name for name in ours if not name.startswith(("devices.codes", "app.model"))} == set(), path


def test_the_robot_imports_nothing_of_storehand() -> None:
    for path in modules("app/robot"):
        ours = {name for name in imported_packages(path.read_text(encoding="utf-8")) if _is_ours(name)}
        assert {name for name in ours if not name.startswith("app.robot")} == set(), path


def test_every_folder_says_what_lives_there() -> None:
    folders = {path.parent for path in modules("app", "devices", "printing", "config")}
    silent = [
        str(folder.relative_to(ROOT))
        for folder in sorted(folders)
        if "migrations" not in folder.parts
        and not (
            (folder / "__init__.py").exists()
            and ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        )
    ]
    assert silent == []


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in {"app", "devices", "printing", "config"}

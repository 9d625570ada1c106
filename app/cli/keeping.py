"""Keeping the books from a command line: ``import``, ``export``, ``audit``, ``code``, ``token``, ``revoke``."""

import argparse
import json
import re
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.central import audit as auditing
from app.central import exports, stations, tokens
from app.central.imports import import_file, import_folder
from app.cli.books import opened
from app.cli.failing import CommandError
from app.model.answers import Param
from app.model.words import phrase

if TYPE_CHECKING:
    from app.central.imports import Report
    from app.central.imports.folder import FileReport

_SHOP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def bring_in(arguments: argparse.Namespace) -> int:
    """Take in a folder or a file; exit 1 when a row was bad. The good rows are in all the same."""
    if not arguments.path.exists():
        raise CommandError("command.no_path", path=str(arguments.path))
    with opened(arguments, make=True) as (store, site):
        bring = import_folder if arguments.path.is_dir() else import_file
        report = bring(store, site, arguments.path)
    _print_report(report)
    return 0 if report.ok else 1


def _print_report(report: "Report") -> None:
    for file in report.files:
        _tell(
            "import.file_done",
            file=file.name,
            rows=file.rows,
            changed=file.changed,
            problems=len(file.problems),
        )
        sys.stdout.flush()
        _print_problems(file)
    if report.freed:
        _tell("import.freed", orders=", ".join(report.freed))
    if report.bound:
        _tell("import.bound", count=len(report.bound))


def _print_problems(file: "FileReport") -> None:
    for found in file.problems:
        where: dict[str, Param] = {"file": file.name, "line": found.line, "column": found.column}
        code = "import.at_cell" if found.column else "import.at_line" if found.line else "import.of_file"
        said = phrase(code, (*where.items(), ("problem", phrase(found.code, tuple(found.params)))))
        print(f"{said} [{found.code}]", file=sys.stderr)


def export(arguments: argparse.Namespace) -> int:
    """Print the orders as CSV in UTF-8, whatever the terminal speaks."""
    with opened(arguments) as (store, site):
        told = store.read(site, exports.orders_csv)
    sys.stdout.buffer.write(told.encode())
    return 0


def audit(arguments: argparse.Namespace) -> int:
    """Recompute every balance and reservation; exit 1 if the books differ."""
    with opened(arguments) as (store, site):
        differences = store.read(site, auditing.audit)
    if arguments.json:
        print(json.dumps({"differences": [asdict(difference) for difference in differences]}))
    else:
        for found in differences:
            what = " ".join(filter(None, [found.check.value, found.place, found.sku, found.lot]))
            _tell("audit.difference", what=what, books=found.books, counted=found.counted)
        _tell("audit.count", count=len(differences))
    return 1 if differences else 0


def code(arguments: argparse.Namespace) -> int:
    """Print a one-time code for a terminal."""
    with opened(arguments) as (store, site):
        told = store.write(site, tokens.issue_enrolment)
    print(json.dumps({"code": told}) if arguments.json else told)
    return 0


def token(arguments: argparse.Namespace) -> int:
    """Print a new token for a shop."""
    if not _SHOP.fullmatch(arguments.shop):
        raise CommandError("command.shop_name", read=arguments.shop)
    with opened(arguments) as (store, site):
        print(store.write(site, lambda tx: tokens.issue(tx, "shop", arguments.shop)))
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """Make the tokens of a terminal or a shop void."""
    with opened(arguments) as (store, site):
        ended = store.write(
            site, lambda tx: stations.revoke(tx, arguments.name) + tokens.revoke(tx, "shop", arguments.name)
        )
    if not ended:
        raise CommandError("command.nobody", exit_status=1, name=arguments.name)
    _tell("token.void", name=arguments.name, count=ended)
    return 0


def _tell(code: str, **params: Param) -> None:
    print(phrase(code, tuple(params.items())))

"""Keeping the books from a command line: ``import``, ``export``, ``audit``, ``code``, ``token``, ``revoke``."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.central import audit as auditing
from app.central import exports, stations, tokens
from app.central.imports import import_file, import_folder
from app.cli.books import opened
from app.cli.failing import CommandError
from app.model.words import phrase

if TYPE_CHECKING:
    from app.central.imports import Report


def bring_in(arguments: argparse.Namespace) -> int:
    """Take in a folder or a file; exit 1 when a row was bad. The good rows are in all the same."""
    if not arguments.path.exists():
        raise CommandError(f"{arguments.path} does not exist; name a folder of CSV files, or one of them")
    with opened(arguments) as (store, site):
        bring = import_folder if arguments.path.is_dir() else import_file
        report = bring(store, site, arguments.path)
    _print_report(report)
    return 0 if report.ok else 1


def _print_report(report: "Report") -> None:
    for file in report.files:
        print(
            f"{file.name}: {file.rows} good rows, {file.changed} new or changed, {len(file.problems)} problems"
        )
        for found in file.problems:
            where = f"line {found.line}" + (f", column {found.column}" if found.column else "")
            print(f"  {where}: {phrase(found.code, tuple(found.params))} [{found.code}]", file=sys.stderr)
    if report.freed:
        print(f"held orders that go on now: {', '.join(report.freed)}")
    if report.bound:
        print(f"orders that got stock: {len(report.bound)}")


def export(arguments: argparse.Namespace) -> int:
    """Print the orders as CSV."""
    with opened(arguments) as (store, site):
        sys.stdout.write(store.read(site, exports.orders_csv))
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
            print(f"{what}: the books say {found.books}, recomputed {found.counted}")
        print(f"{len(differences)} differences")
    return 1 if differences else 0


def code(arguments: argparse.Namespace) -> int:
    """Print a one-time code for a terminal."""
    with opened(arguments) as (store, site):
        told = store.write(site, tokens.issue_enrolment)
    print(json.dumps({"code": told}) if arguments.json else told)
    return 0


def token(arguments: argparse.Namespace) -> int:
    """Print a new token for a shop."""
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
        raise CommandError(f"no terminal and no shop with a valid token is called {arguments.name}", status=1)
    print(f"{ended} token(s) of {arguments.name} are void")
    return 0

"""``storehand demo``: a small warehouse with everything in it. A fresh start each time, gone when it ends."""

import argparse
import csv
import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.children import Children, forget_settings
from app.cli.demo_scans import expected, wrong_sister
from app.cli.settings import log_to, own_database, settings_for
from app.cli.standalone import own_central
from app.cli.station import (
    connections,
    ended_by_signals,
    ignore_signals,
    join,
    needs_terminal,
    scanners,
)
from app.model.answers import Command, say
from app.model.scans import Scan
from app.model.words import phrase

if TYPE_CHECKING:
    from app.screens.floor_app import ExtraKey, FloorApp
    from app.station.station import Station
    from config.settings import ScannerSettings

NAME = "DEMO-1"
_SITE = "demo"
_RULES = {"max_stops": "6"}
_BADGES = {
    "p": ("op-1", "demo.key_picker"),
    "k": ("op-3", "demo.key_packer"),
    "v": ("op-5", "demo.key_supervisor"),
}


def run(arguments: argparse.Namespace) -> int:
    """Open the terminal on the demo warehouse, or print its sheet of codes."""
    with ended_by_signals(), tempfile.TemporaryDirectory(prefix="storehand-demo-") as folder:
        home = Path(folder)
        files = write_files(home / "files", arguments.seed, arguments.orders)
        if arguments.sheet is not None:
            from app.cli.demo_sheet import print_sheet

            return print_sheet(files, arguments.sheet)
        needs_terminal()
        print("storehand: building the demo warehouse", file=sys.stderr)
        named = scanners(arguments, settings_for(arguments))
        children = Children(own_database(home), _SITE, forget_settings(home), _RULES)
        children.ask("import", str(files))
        with own_central(home, children) as central:
            join(home, NAME, central)
            try:
                status = _work(home, named)
            finally:
                ignore_signals()
            summary = _summary(children, home)
    print(summary)
    return status


def write_files(folder: Path, seed: int, orders: int) -> Path:
    """Write the demo warehouse's files."""
    from config.demo import write_warehouse

    folder.mkdir()
    write_warehouse(folder, seed=seed, orders=orders, now=datetime.now(UTC).replace(microsecond=0))
    return folder


def _work(home: Path, named: Mapping[str, "ScannerSettings"]) -> int:
    from app.screens.floor_app import FloorApp
    from app.station.station import Station
    from config.demo import badges

    with Station(home, NAME, reserve_bytes=1024 * 1024) as station:
        log_to(home / "station.log")
        app = FloorApp(station.terminal, station.start, devices=connections(named))
        app.add_keys(_keys(app, station, badges()))
        app.run(mouse=False)
        return app.return_code or 0


def _keys(app: "FloorApp", station: "Station", badges: dict[str, tuple[str, str]]) -> "dict[str, ExtraKey]":
    """The demo's keys: people, and what a hand with a scanner would do."""
    from app.screens.floor_app import ExtraKey

    terminal = station.terminal

    def scan(code: str) -> None:
        if code:
            app.deliver(Scan("demo", code.encode(), time.monotonic()))
        else:
            app.tell(say("demo.nothing_to_scan"))

    def show_badge(operator: str) -> None:
        secret, pin = badges[operator]
        scan(f"BADGE:{secret}")
        if pin and terminal.prompt().entry == "pin":
            for digit in pin:
                terminal.type_key(digit)
            app.enter()

    def sign_in(operator: str) -> None:
        """As a person at the terminal; whoever was there leaves the work to whom comes next."""
        there = terminal.session.operator
        if there and (there != operator or terminal.session.locked):
            if terminal.session.locked:
                show_badge(there)
            app.press(Command.SIGN_OFF)
            if terminal.session.operator:
                show_badge(there)
        if not terminal.session.operator:
            show_badge(operator)

    def somebody() -> bool:
        return bool(terminal.session.operator)

    cable = {"out": False}

    def pull_network() -> None:
        cable["out"] = not cable["out"]
        station.client.unplug(cable["out"])
        app.tell(say("demo.network_pulled" if cable["out"] else "demo.network_back"))

    people = {
        key: ExtraKey(say(caption), partial(sign_in, operator), partial(_is_known, station, operator))
        for key, (operator, caption) in _BADGES.items()
    }

    # In this order, so that a narrow terminal shows what matters first.
    return {
        "s": ExtraKey(
            say("demo.key_scan"), lambda: scan(expected(terminal.session, terminal.known)), somebody
        ),
        "w": ExtraKey(
            say("demo.key_wrong"), lambda: scan(wrong_sister(terminal.session, terminal.known)), somebody
        ),
        "q": ExtraKey(say("demo.key_quit"), app.exit),
        "n": ExtraKey(say("demo.key_network"), pull_network, lambda: somebody() or cable["out"]),
        "l": ExtraKey(
            say("demo.key_label"),
            lambda: _show_label(app, station),
            lambda: _newest_label(station) is not None,
        ),
        **people,
    }


def _is_known(station: "Station", operator: str) -> bool:
    return operator in station.terminal.known.operators


def _newest_label(station: "Station") -> Path | None:
    labels = (station.folder.spool / "label").glob("*.pdf")
    return max(labels, key=lambda path: path.stat().st_mtime, default=None)


def _show_label(app: "FloorApp", station: "Station") -> None:
    """The newest label in half blocks, with its path."""
    from app.screens.pictures import half_blocks
    from printing.proof import render

    path = _newest_label(station)
    if path is not None:
        page = render(path.read_bytes())[0]
        app.show_picture(
            partial(half_blocks, page.width, page.height, page.greys), say("demo.label_at", path=str(path))
        )


def _summary(children: Children, home: Path) -> str:
    """What became of the day, and what to do next."""
    told = children.ask("export", "orders")
    status = {row["number"]: row["status"] for row in csv.DictReader(io.StringIO(told))}
    counted = ", ".join(f"{number} {name}" for name, number in sorted(Counter(status.values()).items()))
    labels = len(list((home / "stations" / NAME / "spool" / "label").glob("*.pdf")))
    return "\n".join(
        (
            phrase("demo.summary", (("orders", len(status)), ("counted", counted), ("labels", labels))),
            phrase("demo.next", (("program", _program()),)),
        )
    )


def _program() -> str:
    """How this program was called, so that the next command can be typed as it is shown."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "storehand" else "storehand"

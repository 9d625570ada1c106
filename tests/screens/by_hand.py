"""The floor's screen on the demo warehouse, without a central: ``python -m tests.screens.by_hand FOLDER``.

To look at by hand, to be driven over a pty by tests, and to be measured. Keys nearly as in the demo: p and k sign in,
s scans what is expected, w a wrong sister, q quits.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.cli.demo_scans import expected, wrong_sister
from app.model.answers import say
from app.model.scans import Scan
from app.screens.floor_app import Connect, ExtraKey, FloorApp
from app.station.journal import Journal
from app.station.terminal import Terminal
from devices.framing import FRAMINGS
from devices.ports import Health
from devices.serial_scanner import SerialScanner
from tests.screens.a_floor import (
    PACKER,
    PICKER,
    STATION,
    a_floor,
    a_tour,
    badge_of,
    lend_packs,
    lend_tour,
    some_trouble,
)


def scanner_at(url: str) -> Connect:
    def connect(deliver: Callable[[Scan], None], report: Callable[[Health], None]) -> SerialScanner:
        return SerialScanner("scanner 1", url, FRAMINGS["line"], deliver, report)

    return connect


def demo_keys(app: FloorApp) -> dict[str, ExtraKey]:
    terminal = app.terminal

    def scan(code: str) -> None:
        app.deliver(Scan("demo", code.encode(), time.monotonic()))

    def somebody() -> bool:
        return bool(terminal.session.operator)

    return {
        "p": ExtraKey(say("demo.key_picker"), lambda: scan(badge_of(PICKER)), lambda: not somebody()),
        "k": ExtraKey(say("demo.key_packer"), lambda: scan(badge_of(PACKER)), lambda: not somebody()),
        "s": ExtraKey(
            say("demo.key_scan"), lambda: scan(expected(terminal.session, terminal.known)), somebody
        ),
        "w": ExtraKey(
            say("demo.key_wrong"), lambda: scan(wrong_sister(terminal.session, terminal.known)), somebody
        ),
        "q": ExtraKey(say("demo.key_quit"), app.exit),
    }


def run(folder: Path, scanners: list[str], units: int, *, keys: bool) -> int:
    known = a_floor()
    lend_tour(known, a_tour(quantities=(units,)) if units else None)
    lend_packs(known)
    some_trouble(known)
    with Journal(folder / STATION / "journal.db", 256 * 1024) as journal:
        app = FloorApp(Terminal(journal, known), devices=[scanner_at(url) for url in scanners])
        if keys:
            app.add_keys(demo_keys(app))
        app.run(mouse=False)
        return app.return_code or 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scanner", action="append", default=[])
    parser.add_argument("--units", type=int, default=0, help="so many units at each stop of the tour")
    parser.add_argument("--no-keys", action="store_true")
    told = parser.parse_args()
    sys.exit(run(told.folder, told.scanner, told.units, keys=not told.no_keys))

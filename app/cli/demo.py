"""``storehand demo``: a small warehouse with everything in it. A fresh start each time, gone when it ends."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.demo_scans import expected, wrong_sister
from app.cli.failing import CommandError
from app.cli.settings import settings_for
from app.cli.standalone import own_central
from app.cli.station import join, scanners
from app.model.answers import say
from app.model.scans import Scan
from app.model.words import phrase

if TYPE_CHECKING:
    from app.screens.floor_app import ExtraKey, FloorApp
    from app.station.station import Station
    from config.settings import Settings

NAME = "DEMO-1"
_BADGES = {
    "p": ("op-1", "demo.key_picker"),
    "k": ("op-3", "demo.key_packer"),
    "v": ("op-5", "demo.key_supervisor"),
}


def run(arguments: argparse.Namespace) -> int:
    """Open the terminal on the demo warehouse, or print its sheet of codes."""
    settings = settings_for(arguments)
    with tempfile.TemporaryDirectory(prefix="storehand-demo-") as folder:
        home = Path(folder)
        files = home / "files"
        files.mkdir()
        write(files, arguments.seed, arguments.orders)
        if arguments.sheet is not None:
            from app.cli.demo_sheet import print_sheet

            return print_sheet(files, arguments.sheet)
        if not sys.stdin.isatty() or not sys.stderr.isatty():
            raise CommandError(
                "the demo needs a terminal: start it in one, and leave its input and output there"
            )
        print("storehand: building the demo warehouse", file=sys.stderr)
        database = f"sqlite:///{home / 'central.db'}"
        fill(database, files, settings.central.site)
        with own_central(settings, home, database) as central:
            join(home, NAME, central)
            status = _work(settings, home, arguments)
            _sum_up(database, home, settings.central.site)
        return status


def write(files: Path, seed: int, orders: int) -> None:
    """Write the demo warehouse's files."""
    from config.demo import write_warehouse

    write_warehouse(files, seed=seed, orders=orders, now=datetime.now(UTC).replace(microsecond=0))


def fill(database: str, files: Path, site: str) -> None:
    """Import the files as anybody would."""
    command = [sys.executable, "-m", "app.cli", "import", "--database", database, "--site", site, str(files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"the demo warehouse could not be imported:\n{done.stdout}{done.stderr}")


def _work(settings: "Settings", home: Path, arguments: argparse.Namespace) -> int:
    from app.cli.settings import log_to
    from app.screens.floor_app import FloorApp
    from app.station.station import Station
    from config.demo import badges

    with Station(home, NAME, reserve_bytes=1024 * 1024) as station:
        log_to(home / "station.log")
        app = FloorApp(station.terminal, station.start, devices=scanners(arguments, settings))
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

    def sign_in(operator: str) -> None:
        secret, pin = badges[operator]
        scan(f"BADGE:{secret}")
        if pin and terminal.prompt().entry == "pin":
            for digit in pin:
                terminal.type_key(digit)
            app.enter()

    def nobody() -> bool:
        return not terminal.session.operator

    cable = {"out": False}

    def pull_network() -> None:
        cable["out"] = not cable["out"]
        station.client.unplug(cable["out"])
        app.tell(say("demo.network_pulled" if cable["out"] else "demo.network_back"))

    people = {
        key: ExtraKey(say(caption), partial(sign_in, operator))
        for key, (operator, caption) in _BADGES.items()
    }

    def somebody() -> bool:
        return not nobody()

    return {
        "s": ExtraKey(
            say("demo.key_scan"), lambda: scan(expected(terminal.session, terminal.known)), somebody
        ),
        "w": ExtraKey(
            say("demo.key_wrong"), lambda: scan(wrong_sister(terminal.session, terminal.known)), somebody
        ),
        "n": ExtraKey(say("demo.key_network"), pull_network),
        "l": ExtraKey(
            say("demo.key_label"),
            lambda: _show_label(app, station),
            lambda: _newest_label(station) is not None,
        ),
        "q": ExtraKey(say("demo.key_quit"), app.exit),
        **people,
    }


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


def _sum_up(database: str, home: Path, site: str) -> None:
    """What became of the day, and what to do next."""
    import csv
    import io

    command = [sys.executable, "-m", "app.cli", "export", "--database", database, "--site", site, "orders"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    status = {row["number"]: row["status"] for row in csv.DictReader(io.StringIO(told))}
    counted = ", ".join(f"{number} {name}" for name, number in sorted(Counter(status.values()).items()))
    labels = len(list((home / "stations" / NAME / "spool" / "label").glob("*.pdf")))
    print(phrase("demo.summary", (("orders", len(status)), ("counted", counted), ("labels", labels))))
    print(phrase("demo.next", ()))

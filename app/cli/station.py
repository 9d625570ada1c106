"""``storehand station``: one terminal."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.failing import CommandError
from app.cli.settings import log_to, settings_for

if TYPE_CHECKING:
    from app.cli.standalone import OwnCentral
    from app.model.scans import Scan
    from app.screens.floor_app import Connect, Device
    from config.settings import ScannerSettings, Settings
    from devices.ports import Health


def run(arguments: argparse.Namespace) -> int:
    """Work until the operator quits."""
    settings = settings_for(arguments)
    home: Path = arguments.home or settings.home
    url = arguments.central or settings.station.central
    code = arguments.enrol
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise CommandError(
            "a station needs a terminal: start it in one, and leave its input and output there"
        )
    print("storehand: starting", file=sys.stderr)
    if arguments.standalone:
        from app.cli.standalone import own_central

        with own_central(settings, home) as central:
            join(home, arguments.name, central)
            return work(settings, home, arguments.name, scanners(arguments, settings))
    if code:
        if not url:
            raise CommandError("--enrol needs --central URL: where to show the code")
        enrol(home, arguments.name, url, code, arguments.ca or settings.station.ca)
    return work(settings, home, arguments.name, scanners(arguments, settings))


def enrol(home: Path, name: str, url: str, code: str, ca: str) -> None:
    """Make this machine a station."""
    from app.station.folder import StationFolder

    StationFolder(home, name).enrol(url, code, ca)


def join(home: Path, name: str, central: "OwnCentral") -> None:
    """Make this a station of the central on this machine; one that is keeps its token, and so the work it was lent."""
    from app.station.folder import StationFolder
    from app.station.trouble import NotEnrolledError

    folder = StationFolder(home, name)
    try:
        folder.move_to(central.url)
    except NotEnrolledError:
        folder.enrol(central.url, central.new_code())


def scanners(arguments: argparse.Namespace, settings: "Settings") -> Sequence["Connect"]:
    """The scanners of the command line, or of the settings."""
    from config.settings import ScannerSettings

    told = [ScannerSettings(url=url) for url in arguments.scanner] or settings.station.scanners
    return [_connect(one, one.name or f"scanner {number}") for number, one in enumerate(told, start=1)]


def _connect(one: "ScannerSettings", name: str) -> "Connect":
    def connect(deliver: "Callable[[Scan], None]", report: "Callable[[Health], None]") -> "Device":
        from devices.framing import FRAMINGS
        from devices.serial_scanner import SerialScanner

        return SerialScanner(name, one.url, FRAMINGS[one.framing], deliver, report, baudrate=one.baudrate)

    return connect


def work(
    settings: "Settings",
    home: Path,
    name: str,
    devices: Sequence["Connect"],
) -> int:
    """Open the station and its screen; gives the exit status."""
    from app.screens.floor_app import FloorApp
    from app.station.station import Station
    from devices.wedge import WedgeCollector

    with Station(
        home,
        name,
        print_commands=dict(settings.station.print_commands.items()),
        reserve_bytes=settings.station.reserve_mb * 1024 * 1024,
    ) as station:
        log_to(station.folder.path / "station.log")
        app = FloorApp(
            station.terminal,
            station.start,
            devices=devices,
            wedge=WedgeCollector(settings.station.wedge_prefix),
        )
        app.run(mouse=False)
        return app.return_code or 0

"""``storehand station``: one terminal."""

import argparse
import atexit
import gc
import signal
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.failing import CommandError
from app.cli.settings import log_to, made_folder, own_database, settings_for

if TYPE_CHECKING:
    from app.cli.standalone import OwnCentral
    from app.model.scans import Scan
    from app.screens.floor_app import Connect, Device
    from config.settings import ScannerSettings, Settings
    from devices.ports import Health

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_ENDED_BY_SIGNAL = 128


def run(arguments: argparse.Namespace) -> int:
    """Work until the operator quits."""
    gc.disable()  # what a start makes is kept; the screen collects after its first paint
    settings = settings_for(arguments)
    needs_terminal()
    print("storehand: starting", file=sys.stderr)
    home: Path = (arguments.home or settings.home).absolute()
    made_folder(home)
    if arguments.standalone:
        return _work_alone(arguments, settings, home)
    url = _central(arguments.central or settings.station.central)
    ca = arguments.ca or settings.station.ca
    ca = str(Path(ca).absolute()) if ca else ""
    if arguments.enrol:
        if not url:
            raise CommandError("command.needs_central")
        enrol(home, arguments.name, url, arguments.enrol, ca)
    elif url or ca:
        _follow(home, arguments.name, url, ca)
    return work(settings, home, arguments.name, scanners(arguments, settings))


def _work_alone(arguments: argparse.Namespace, settings: "Settings", home: Path) -> int:
    from app.cli.children import Children
    from app.cli.standalone import own_central

    database = settings.central.database or own_database(home)
    children = Children(database, settings.central.site, arguments.config)
    with ended_by_signals(), own_central(home, children) as central:
        join(home, arguments.name, central)
        try:
            return work(settings, home, arguments.name, scanners(arguments, settings))
        finally:
            ignore_signals()


def needs_terminal() -> None:
    """Refuse to work where nobody could see it.

    Raises:
        CommandError: ``command.needs_terminal``.
    """
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise CommandError("command.needs_terminal")
    _hush(sys.stdin.fileno())


def _hush(keyboard: int) -> None:
    """What is scanned while nobody listens is neither shown nor left to the shell: it may be a badge's secret."""
    before = termios.tcgetattr(keyboard)
    atexit.register(termios.tcsetattr, keyboard, termios.TCSAFLUSH, before)
    unseen = [*before]
    unseen[3] &= ~termios.ECHO
    termios.tcsetattr(keyboard, termios.TCSAFLUSH, unseen)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """While there is something to clear away: a signal ends the program in order, a second one changes nothing."""

    def end(number: int, _: FrameType | None) -> None:
        ignore_signals()
        sys.exit(_ENDED_BY_SIGNAL + number)

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Let nothing come between the end of the screen and what is cleared away after it."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _central(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        right = not url or (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:
        right = False
    if not right:
        raise CommandError("command.wrong_url", read=url)
    return url


def enrol(home: Path, name: str, url: str, code: str, ca: str) -> None:
    """Make this machine a station."""
    from app.station.folder import StationFolder

    folder = StationFolder(home, name)
    with folder.hold():
        folder.enrol(url, code, ca)


def _follow(home: Path, name: str, url: str, ca: str) -> None:
    """Reach the central at another address than when the station enrolled, or trust another authority."""
    from app.station.folder import StationFolder

    folder = StationFolder(home, name)
    known = folder.enrolment()
    if (url or known.url, ca or known.ca) != (known.url, known.ca):
        with folder.hold():
            folder.move_to(url or known.url, ca)


def join(home: Path, name: str, central: "OwnCentral") -> None:
    """Make this a station of the central on this machine; one that is keeps its token, and so the work it was lent."""
    from app.station.folder import StationFolder
    from app.station.trouble import NotEnrolledError

    folder = StationFolder(home, name)
    with folder.hold():
        try:
            folder.move_to(central.url)
        except NotEnrolledError:
            folder.enrol(central.url, central.new_code())


def scanners(arguments: argparse.Namespace, settings: "Settings") -> Mapping[str, "ScannerSettings"]:
    """The scanners of the command line, or of the settings, by name."""
    from config.settings import ScannerSettings

    told: Sequence[ScannerSettings] = [ScannerSettings(url=url) for url in arguments.scanner]
    return {
        one.name or f"scanner {number}": one
        for number, one in enumerate(told or settings.station.scanners, start=1)
    }


def printers(settings: "Settings") -> Mapping[str, tuple[str, Sequence[str]]]:
    """The printers of the settings by name: address and kinds of paper.

    Raises:
        PrintError: ``printer.wrong_url``.
    """
    from printing.printers.opening import check_address

    told = settings.station.printers
    for one in told.values():
        check_address(one.url)
    return {name: (one.url, one.papers) for name, one in told.items()}


def connections(named: Mapping[str, "ScannerSettings"]) -> Sequence["Connect"]:
    """How each scanner is connected."""
    return [_connect(name, one) for name, one in named.items()]


def _connect(name: str, one: "ScannerSettings") -> "Connect":
    def connect(deliver: "Callable[[Scan], None]", report: "Callable[[Health], None]") -> "Device":
        from devices.framing import FRAMINGS
        from devices.serial_scanner import SerialScanner

        return SerialScanner(name, one.url, FRAMINGS[one.framing], deliver, report, baudrate=one.baudrate)

    return connect


def work(settings: "Settings", home: Path, name: str, named: Mapping[str, "ScannerSettings"]) -> int:
    """Open the station and its screen; gives the exit status."""
    from app.screens.floor_app import FloorApp
    from app.station.station import Station
    from devices.wedge import WedgeCollector

    told = settings.station
    with Station(
        home,
        name,
        print_commands=dict(told.print_commands),
        printers=printers(settings),
        windows={scanner: one.retrigger_ms / 1000 for scanner, one in named.items()},
        reserve_bytes=told.reserve_mb * 1024 * 1024,
    ) as station:
        log_to(station.folder.path / "station.log")
        app = FloorApp(
            station.terminal,
            station.start,
            devices=connections(named),
            wedge=WedgeCollector(told.wedge_prefix),
        )
        app.run(mouse=False)
        return app.return_code or 0

"""``storehand printers``: what prints at this host, how it is, and whether a label that comes out can be read."""

import argparse
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.failing import CommandError
from app.cli.settings import settings_for
from app.model.answers import Say, say
from app.model.words import words

if TYPE_CHECKING:
    from config.settings import PrinterSettings, Settings
    from printing.printers.protocol import Paper, Printer, Traits
    from printing.progress import Progress

_A6 = (105, 148)
_PATIENCE_S = 120.0
_LOOK_EVERY_S = 0.2


def show(arguments: argparse.Namespace) -> int:
    """List the printers of this host; exit status 1 if one of them would not print now."""
    settings = settings_for(arguments)
    named = _named(settings)
    troubles = 0
    for name, told in named.items():
        with _opened(told, settings) as printer:
            traits = printer.probe()
        troubles += traits.trouble is not None
        print(_line(name, told, traits))
    for name, count in _waiting(settings.home).items():
        print(words(say("printers.waiting", printer=name or "-", count=count)))
    return 1 if troubles else 0


def test(arguments: argparse.Namespace) -> int:
    """Print a test label; exit status 1 if it did not come out for sure."""
    from printing.printers.protocol import Paper
    from printing.trials import render_trial

    settings = settings_for(arguments)
    named = _named(settings)
    told = named.get(arguments.name)
    if told is None:
        raise CommandError("printers.unknown", printer=arguments.name, printers=", ".join(named))
    content = f"TEST {datetime.now().astimezone():%m%d-%H%M%S}"
    with _opened(told, settings) as printer, tempfile.TemporaryDirectory() as folder:
        traits = printer.probe()
        if traits.trouble is not None:
            print(_line(arguments.name, told, traits))
            return 1
        file = Path(folder) / "test.pdf"
        file.write_bytes(render_trial(arguments.name, _about(traits), content, _size(traits)))
        ended = _print(printer, Paper("label", file, f"test-{secrets.token_hex(8)}"))
    if ended is None:
        print(words(say("printers.printed", printer=arguments.name, content=content)))
        return 0
    print(f"{words(ended)} [{ended.code}]")
    return 1


def _named(settings: "Settings") -> "dict[str, PrinterSettings]":
    if not settings.station.printers:
        raise CommandError("printers.none")
    return dict(settings.station.printers)


@contextmanager
def _opened(told: "PrinterSettings", settings: "Settings") -> "Iterator[Printer]":
    from printing.printers.opening import open_printer

    printer = open_printer(told.url, settings.station.ca)
    try:
        yield printer
    finally:
        printer.close()


def _line(name: str, told: "PrinterSettings", traits: "Traits") -> str:
    code = "printers.ready" if traits.trouble is None else "printers.trouble"
    trouble = "" if traits.trouble is None else f"{words(traits.trouble)} [{traits.trouble.code}]"
    papers = ", ".join(told.papers)
    return words(say(code, printer=name, url=told.url, papers=papers, about=_about(traits), trouble=trouble))


def _about(traits: "Traits") -> str:
    """What the printer said of itself, in a few words."""
    dpi = f"{traits.dpi[0]} dpi" if traits.dpi[0] else ""
    loaded = ", ".join(
        f"{one.width_mm:.0f}x{one.height_mm:.0f} mm" if one.width_mm else f"{one.height_mm:.0f} mm"
        for one in traits.loaded[:3]
    )
    return ", ".join(part for part in (traits.model, dpi, loaded) if part)


def _size(traits: "Traits") -> tuple[int, int]:
    """The size of a test label: A6 where the printer takes it, else the first paper that it has."""
    known = [*traits.loaded, *traits.media]
    sizes = [(round(one.width_mm) or _A6[0], round(one.height_mm)) for one in known if one.height_mm]
    if not sizes or _A6 in sizes:
        return _A6
    width, height = sizes[0]
    return (width, height) if known[0].width_mm else (width, min(height, _A6[1]))


def _print(printer: "Printer", paper: "Paper") -> Say | None:
    """Print one paper and wait for it; gives why it is not sure that it came out."""
    from printing.progress import News

    progress = printer.ready(paper)
    if progress is None:
        progress = printer.send(paper)
    until = time.monotonic() + _PATIENCE_S
    shown: Say | None = None
    while progress.news in {News.ACCEPTED, News.PRINTING, News.STOPPED}:
        if progress.reason is not None and progress.reason != shown:
            shown = progress.reason
            print(f"{words(shown)} [{shown.code}]", flush=True)
        if time.monotonic() > until:
            return _reason(printer.cancel(paper, progress.handle))
        time.sleep(_LOOK_EVERY_S)
        progress = printer.follow(paper, progress.handle)
    return None if progress.news is News.PRINTED else _reason(progress)


def _reason(progress: "Progress") -> Say:
    return progress.reason or say("printers.withdrawn")


def _waiting(home: Path) -> dict[str, int]:
    """How many papers of this host's stations wait for each printer or for a person."""
    from printing.outbox import waiting

    counted: dict[str, int] = {}
    for file in sorted(home.glob("stations/*/spool/outbox.db")):
        for printer, count in waiting(file).items():
            counted[printer] = counted.get(printer, 0) + count
    return counted

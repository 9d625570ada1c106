"""Pictures for the documents, made from the real program: ``python -m tests.screens.pictures docs/pictures``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from app.model.answers import PinChecked, say
from app.model.scans import Scan
from app.screens.floor_app import FloorApp
from app.station.errands import Errands
from app.station.journal import Journal
from app.station.terminal import Terminal
from tests.screens.a_floor import (
    PICKER,
    STATION,
    SUPERVISOR,
    a_floor,
    a_tour,
    badge_of,
    lend_packs,
    lend_tour,
    some_trouble,
)
from tests.screens.a_shift import NobodyAnswers

SIZE = (80, 24)

Shown = Callable[[FloorApp, Pilot[None]], Awaitable[None]]


def _scan(app: FloorApp, *codes: str) -> None:
    for code in codes:
        app.deliver(Scan("scanner 1", code.encode(), float(app.terminal.verdicts)))


async def picking(app: FloorApp, pilot: Pilot[None]) -> None:
    """At the second of six stops: the map, and a sister variant refused."""
    known = app.terminal.known
    tour, totes = a_tour(), sorted(known.totes)
    first, second = tour.tasks[:2]
    unit = f"]C101{known.items[first.sku].barcodes[0].code:>014}10{first.lot}"
    _scan(app, badge_of(PICKER), *totes[:3], first.location, unit, unit, totes[0], second.location)
    wanted = known.items[second.sku]
    _scan(app, next(each for each in known.items.values() if each.is_sister_of(wanted)).barcodes[0].code)
    while "◆" not in app._canvas.text:
        await pilot.pause(0.02)


async def exceptions(app: FloorApp, pilot: Pilot[None]) -> None:
    """What is stuck, and what to do about the first."""
    _scan(app, badge_of(SUPERVISOR))
    await pilot.press(*"2468", "enter")
    app.terminal.hear_of_errand(PinChecked(SUPERVISOR, right=True))
    await pilot.pause()


PICTURES: dict[str, Shown] = {"picking": picking, "exceptions": exceptions}


async def draw(name: str, folder: Path) -> str:
    """One picture as SVG."""
    known = a_floor()
    lend_tour(known)
    lend_packs(known)
    some_trouble(known)
    with Journal(folder / STATION / f"{name}.db", 256 * 1024) as journal:
        terminal = Terminal(journal, known)
        terminal.errands = cast("Errands", NobodyAnswers())
        app = FloorApp(terminal)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            terminal.hear_of_network(True, say("sync.online"))
            await PICTURES[name](app, pilot)
            terminal.acknowledge(journal.last, 0)
            await pilot.pause()
            return app.export_screenshot(title=f"storehand: {name}")


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            (target / f"{name}.svg").write_text(asyncio.run(draw(name, Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

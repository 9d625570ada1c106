"""A whole shift at one real terminal: every question that it asks is a moment that can be painted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from app.cli.demo_scans import expected, wrong_sister
from app.model.answers import Command, PinChecked, Prompt, Say, Told, Verdict
from app.model.parcels import LabelAnswer, Reason
from app.model.scans import Scan
from app.model.work import Offer
from app.screens.scene import Condition, Scene
from app.screens.walks import Walks
from app.station.errands import Errands
from app.station.journal import Journal
from app.station.terminal import Terminal
from tests.screens.a_floor import (
    PACKER,
    PICKER,
    STATION,
    SUPERVISOR,
    a_floor,
    badge_of,
    lend_packs,
    lend_tour,
    some_trouble,
)

SSCC = "340123450000000017"
BOARD = {
    "left": [
        {"ship_by": "2026-11-22T10:30:00Z", "orders": 12, "lines": 20, "parcels": 3},
        {"ship_by": "2026-11-23T10:30:00Z", "orders": 31, "lines": 55, "parcels": 0},
    ],
    "orders": [
        {
            "number": f"S{number}",
            "status": "picking",
            "priority": 1,
            "ship_by": "2026-11-22T10:30:00Z",
            "service": "express",
            "lines": 2,
            "parcels": 0,
        }
        for number in range(1001, 1031)
    ],
    "tours": [
        {
            "id": "R-0003",
            "status": "lent",
            "cart": "CART-2",
            "station": "STATION-2",
            "operator": "op-2",
            "orders": 4,
            "due_at": "2026-11-22T08:00:00Z",
        }
    ],
    "open": [{"carrier": "heron", "parcels": 3, "weight_g": 4200}],
    "loose": [{"parcel": "P", "sscc": SSCC, "order": "S1101", "carrier": "wren", "status": "labelled"}],
    "closed": [
        {"id": "HERON-20261121-1", "closed_at": "2026-11-21T15:00:00Z", "parcels": 9, "weight_g": 12000}
    ],
    "rows": [
        {"location": "C-13-1", "sku": "X", "lot": "", "on_hand": 7, "reserved": 2, "blocked": True},
        {"location": "D-02-2", "sku": "X", "lot": "L7", "on_hand": 70, "reserved": 0, "blocked": False},
    ],
}


def at_once(work: Callable[[], object]) -> None:
    work()


class NobodyAnswers:
    """A central that takes its time: what it would answer, the shift says itself."""

    def run(self, *_: object, **__: object) -> None:
        """Ask, and wait."""


@dataclass(frozen=True)
class Moment:
    """What the screen had to show."""

    name: str
    scene: Scene

    @property
    def prompt(self) -> Prompt:
        return self.scene.prompt


@dataclass
class Shift:
    """Somebody works at a terminal. Time is made of whole seconds, so that nothing is a double trigger."""

    terminal: Terminal
    moments: list[Moment] = field(default_factory=list)
    verdict: Verdict | None = None
    _now: float = 0.0

    def hear(self, verdict: Verdict | None) -> None:
        self.verdict = verdict or self.verdict

    def see(self, name: str = "") -> None:
        terminal = self.terminal
        prompt = terminal.prompt()
        walks = Walks(at_once)
        walks.to(prompt, terminal.known)
        walks.work_here()
        scene = Scene(
            prompt,
            terminal.session.view,
            terminal.known.station,
            terminal.session.name,
            self.verdict,
            terminal.verdicts,
            terminal.typing,
            (
                Condition(Say("status.device_ready", (("device", "scanner 1"),))),
                Condition(Say("status.online")),
            ),
            (),
            walks.to(prompt, terminal.known),
        )
        self.moments.append(Moment(name or f"{prompt.step} {len(self.moments)}", scene))

    def scan(self, *codes: str, name: str = "") -> None:
        for code in codes:
            self._now += 1
            self.verdict = self.terminal.scan(Scan("scanner 1", code.encode(), self._now))
            self.see(name if code is codes[-1] else "")

    def go_on(self, times: int = 1, name: str = "") -> None:
        for number in range(times):
            code = expected(self.terminal.session, self.terminal.known)
            assert code, self.terminal.prompt()
            self.scan(code, name=name if number == times - 1 else "")

    def go_on_until(self, *steps: str, name: str = "") -> None:
        for _ in range(60):
            if self.terminal.prompt().step in steps:
                if name:
                    self.see(name)
                return
            self.go_on()
        raise AssertionError(f"never came to {steps}: {self.terminal.prompt()}")

    def press(self, *commands: Command, name: str = "") -> None:
        for command in commands:
            self.verdict = self.terminal.press(command)
            self.see(name if command is commands[-1] else "")

    def type(self, text: str, name: str = "") -> None:
        for character in text:
            self.terminal.type_key(character)
        self.see(f"typing {self.terminal.prompt().step} {len(self.moments)}")
        self.verdict = self.terminal.enter()
        self.see(name)

    def pin(self) -> None:
        self.type("2468")
        self.terminal.hear_of_errand(PinChecked(SUPERVISOR, right=True))
        self.see()

    def tell(self, topic: str) -> None:
        self.terminal.hear_of_errand(Told(topic, BOARD))
        self.see()


def a_whole_shift(shift: Shift) -> None:
    """Signing in, a tour with all that can go wrong, parcels with all that can go wrong, and the desk."""
    shift.see("badge")
    shift.scan("4006381333931", name="badge first")
    _pick(shift)
    _pack(shift)
    _supervise(shift)


def _pick(shift: Shift) -> None:
    shift.scan(badge_of(PICKER))
    shift.go_on(3)
    shift.see("location")
    _offer(shift)
    shift.press(Command.PROBLEM, Command.BACK)
    shift.go_on(1, name="item")
    shift.scan(wrong_sister(shift.terminal.session, shift.terminal.known), name="sister")
    shift.scan("nothing that anybody knows")
    shift.press(Command.PROBLEM, name="problem")
    shift.type("1", name="how many found")
    shift.type("0")
    shift.press(Command.BACK, Command.PROBLEM)
    shift.type("2")
    shift.type("1", name="damaged")
    shift.press(Command.PROBLEM)
    shift.type("4")
    shift.press(Command.BACK, Command.PROBLEM)
    shift.type("5", name="type the sku")
    shift.press(Command.BACK)
    shift.go_on_until("tote", name="tote")
    shift.press(Command.UNDO, name="undone")
    shift.go_on_until("tote")
    shift.go_on()
    shift.press(Command.UNDO, name="put back")
    shift.go_on_until("item")
    later = shift.terminal.prompt().ahead[-1]
    shift.scan(later, name="later stop")
    for _ in range(3):
        shift.go_on_until("item")
        if (shift.terminal.prompt().of or 0) > 5:
            shift.go_on()
            shift.press(Command.QUANTITY)
            if shift.terminal.prompt().step == "quantity":
                shift.see("quantity")
                shift.type("6")
                break
        shift.go_on_until("location")
    shift.go_on_until("item", "tote")
    shift.press(Command.FULL, name="another tote")
    shift.press(Command.BACK)
    shift.terminal.known.online = False
    shift.press(Command.SIGN_OFF, name="pass or park")
    shift.scan(badge_of("op-2"))
    shift.press(Command.BACK)
    shift.terminal.idle()
    shift.see("locked")
    shift.scan(badge_of(PICKER))
    shift.terminal.known.online = True
    shift.go_on_until("drop_tote", name="drop tote")
    shift.go_on(1, name="drop place")
    shift.go_on_until("no_tour", name="no tour")
    shift.press(Command.SIGN_OFF)


def _offer(shift: Shift) -> None:
    """An urgent order could come along, until somebody else has it."""
    known = shift.terminal.known
    (lent,) = (lent for lent in known.tours.values() if lent.station == known.station)
    known.learn("tour", lent.tour.id, replace(lent, offer=Offer("S2001", 3, 2, 38_000)))
    shift.hear(shift.terminal.lent_changed())
    shift.see("urgent")
    known.learn("tour", lent.tour.id, lent)
    shift.hear(shift.terminal.lent_changed())
    shift.see("urgent gone")


def _pack(shift: Shift) -> None:
    known = shift.terminal.known
    shift.scan(badge_of(PACKER), name="queue")
    shift.scan("T-150", name="verify")
    shift.press(Command.PROBLEM)
    shift.type("2")
    shift.press(Command.BACK)
    shift.go_on(1)
    shift.press(Command.UNDO, Command.FULL, Command.WHY)
    shift.go_on_until("protect", name="wrap")
    shift.terminal.typing = ""
    shift.type("1", name="weigh")
    shift.type("9", name="weigh again")
    shift.type("9", name="label awaited")
    parcel = shift.terminal.session.packing.parcel
    assert parcel is not None
    reasons = tuple(Reason("quote.over_weight", (("limit", str(n)),)) for n in range(4))
    known.learn("label", parcel.id, LabelAnswer(parcel.id, reasons=reasons, order=parcel.order))
    shift.terminal.lent_changed()
    shift.see("no label")
    answer = LabelAnswer(
        parcel.id, SSCC, "JD0146", "heron", "Heron Express", "7.40 EUR", reasons[:1], order=parcel.order
    )
    known.learn("label", parcel.id, answer)
    shift.terminal.lent_changed()
    shift.see("scan label")
    shift.scan(f"]C100{SSCC}", name="closed")
    known.learn("label", parcel.id, replace(answer, copies=1))
    shift.scan(f"]C100{SSCC}", name="card")
    shift.press(Command.REPRINT)
    shift.type(
        "torn, it was wet outside and the printer had run out of ribbon, so I took another roll of paper"
    )
    shift.press(Command.BACK)
    shift.press(Command.SIGN_OFF)


def _supervise(shift: Shift) -> None:
    shift.scan(badge_of(SUPERVISOR), name="pin")
    shift.pin()
    shift.see("inbox")
    shift.press(Command.DOWN, Command.UP, Command.WHY)
    shift.press(Command.CHOOSE, name="which fix")
    shift.type("")
    shift.type("3", name="why a fix")
    shift.type("counted twice")
    for topic in ("left", "orders", "tours", "terminals", "manifests"):
        shift.press(Command.PANE)
        shift.tell(topic)
        shift.see(f"desk {topic}")
        shift.press(Command.CHOOSE)
        shift.press(Command.BACK) if shift.terminal.session.desk.asking else None
    shift.scan("T-170")
    shift.press(Command.BACK)
    shift.scan("something new", name="unknown barcode")
    shift.press(Command.BACK)
    item = next(iter(shift.terminal.known.items.values()))
    shift.scan(item.barcodes[0].code)
    shift.tell("stock")
    shift.press(Command.QUANTITY, name="count")


@contextmanager
def a_shift(folder: Path) -> Iterator[Shift]:
    """A terminal with a tour, packs and trouble, and nobody at it."""
    known = a_floor()
    lend_tour(known)
    lend_packs(known)
    some_trouble(known)
    with Journal(folder / STATION / "journal.db", 256 * 1024) as journal:
        terminal = Terminal(journal, known)
        terminal.errands = cast("Errands", NobodyAnswers())
        shift = Shift(terminal)
        terminal.changed = shift.hear
        yield shift

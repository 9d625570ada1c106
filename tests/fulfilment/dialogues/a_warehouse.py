"""A small warehouse for the tests of dialogues: three aisles, one cart, five totes, some of everything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TypeVar

from app.fulfilment.dialogues import picking
from app.fulfilment.dialogues.picking import Picking
from app.fulfilment.dialogues.picking.state import PICKING_FACTS
from app.model.answers import (
    Command,
    Decision,
    Entry,
    LentChanged,
    Pressed,
    Prompt,
    Tone,
    Typed,
    Verdict,
)
from app.model.facts import Fact, Picked, PickingFact, PickUndone
from app.model.facts.codec import Recorded, decode, encode
from app.model.floor import Cart, Location, LocationKind, Proof, ToteUse
from app.model.items import Barcode, Item, PackLevel
from app.model.known import Known, SiteSettings
from app.model.parcels import Carton, LabelAnswer
from app.model.people import Operator, Role
from app.model.scans import Reading, Scan, Scanned
from app.model.words import WORDS, words
from app.model.work import LentTour, Task, Tour

F = TypeVar("F", bound=PickingFact)

STATION = "bench-1"
OPERATOR = "op-1"
SHIP_BY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
RECORDED_AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
BADGE_SECRET = "0123456789abcdef0123456789abcdef"


def an_item(
    sku: str,
    name: str,
    *barcodes: Barcode,
    style: str = "",
    variant: tuple[tuple[str, str], ...] = (),
    lot_controlled: bool = False,
    fragile: bool = False,
    serial_controlled: bool = False,
    verify: tuple[Proof, ...] = (),
) -> Item:
    return Item(
        sku=sku,
        name=name,
        style=style or sku,
        variant=variant,
        length_mm=100,
        width_mm=80,
        height_mm=50,
        weight_g=200,
        barcodes=barcodes or (Barcode(f"bar-{sku}", 1),),
        lot_controlled=lot_controlled,
        fragile=fragile,
        serial_controlled=serial_controlled,
        verify=verify,
    )


BREAD = an_item(
    "BREAD", "Wheat bread", Barcode("4006381333931", 1), Barcode("14006381333938", 12, PackLevel.CASE)
)
SHIRT_L = an_item("SHIRT-L", "Shirt", style="SHIRT", variant=(("size", "L"), ("colour", "navy")))
SHIRT_M = an_item("SHIRT-M", "Shirt", style="SHIRT", variant=(("size", "M"), ("colour", "navy")))
MILK = an_item("MILK", "Milk", Barcode("96385074", 1), lot_controlled=True)
NAILS = an_item("NAILS", "Nails", Barcode("nail", 1), Barcode("nails-inner", 5, PackLevel.INNER))
TORCH = an_item(
    "TORCH", "Torch", Barcode("torch", 1), Barcode("torch-case", 4, PackLevel.CASE), serial_controlled=True
)
VASE = an_item("VASE", "Vase", fragile=True)


def a_location(code: str, x_m: int, kind: LocationKind = LocationKind.PICK_FACE, check: str = "") -> Location:
    return Location(code, code[0], kind, x_m * 1000, 0, kind is LocationKind.PICK_FACE, check or f"c{x_m}")


def a_warehouse(*, online: bool = True, station: str = STATION) -> Known:
    """What a terminal knows of it. Check code ``77`` hangs at two places."""
    known = Known(station=station, online=online)
    known.learn("settings", "site", SiteSettings(name="demo"))
    for item in (BREAD, SHIRT_L, SHIRT_M, MILK, NAILS, TORCH, VASE):
        known.learn("item", item.sku, item)
    for location in (
        a_location("A-01", 1, check="77"),
        a_location("B-02", 2),
        a_location("C-03", 3, check="77"),
        a_location("E-05", 5),
        a_location("D-1", 10, LocationKind.DROP),
        a_location("D-2", 20, LocationKind.DROP),
        a_location("H-1", 30, LocationKind.HOSPITAL),
    ):
        known.learn("location", location.code, location)
    for cart in ("K-1", "K-2"):
        known.learn("cart", cart, Cart(cart, 3))
    for tote in ("T-1", "T-2", "T-3", "T-4", "T-5"):
        known.learn("tote", tote, ToteUse(tote))
    known.learn("tote", "T-9", ToteUse("T-9", order="O-900", tour="other"))
    known.learn("carton", "BOX-S", Carton("BOX-S", "small", 200, 150, 100, 210, 160, 110, 90, 5000))
    known.learn("label", "P-1", LabelAnswer("P-1", sscc="340123450000000018"))
    badge = hashlib.sha256(BADGE_SECRET.encode()).hexdigest()
    known.learn("operator", "op-1", Operator("op-1", "Ada", (Role.PICKER,), badge))
    return known


def a_task(
    id: str, sku: str, quantity: int, location: str, *, slot: int = 0, lot: str = "", order: str = ""
) -> Task:
    return Task(id, order or f"O-{slot + 1}", 1, sku, lot, location, quantity, slot)


def a_tour(*tasks: Task, id: str = "R-1", version: int = 1) -> Tour:
    orders = {task.slot: task.order for task in tasks}
    return Tour(
        id=id,
        cart="K-1",
        priority=2,
        ship_by=SHIP_BY,
        orders=tuple(orders[slot] for slot in sorted(orders)),
        tasks=tasks,
        length_mm=84_000,
        location_order_mm=120_000,
        method="exact",
        version=version,
    )


def read(
    text: str,
    *,
    gtin: str = "",
    lot: str = "",
    count: int = 0,
    refused: str = "",
    serial: str = "",
    expires: date | None = None,
) -> Reading:
    return Reading(text, gtin=gtin, lot=lot, count=count, refused=refused, serial=serial, expires=expires)


def scanned(reading: Reading | str) -> Scanned:
    reading = read(reading) if isinstance(reading, str) else reading
    return Scanned(Scan("scanner", reading.text.encode(), 0.0), reading)


def envelopes(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Facts as a journal holds them."""
    return tuple(
        encode(Recorded(number, RECORDED_AT, float(number), "op-1", fact))
        for number, fact in enumerate(facts, start=1)
    )


class Picker:
    """A person at a terminal: scans, types, presses. Each step is checked against the rules that always hold."""

    def __init__(self, known: Known, *journal: PickingFact) -> None:
        self.known = known
        self.journal: list[PickingFact] = []
        self.state: Picking | None = None
        self._record(journal)

    def scan(self, *readings: Reading | str) -> Verdict:
        verdict = None
        for reading in readings:
            verdict = self.enter(scanned(reading)).verdict
        assert verdict is not None
        return verdict

    def key_in(self, text: str) -> Verdict:
        verdict = self.enter(Typed(text)).verdict
        assert verdict is not None
        return verdict

    def press(self, command: Command) -> Verdict:
        verdict = self.enter(Pressed(command)).verdict
        assert verdict is not None
        return verdict

    def lend(self, lent: Tour | LentTour) -> Decision:
        """The central lends a tour, or changes it."""
        lent = LentTour(lent, self.known.station, "op-1") if isinstance(lent, Tour) else lent
        self.known.learn("tour", lent.tour.id, lent)
        return self.enter(LentChanged())

    def enter(self, entry: Entry) -> Decision:
        before = self.state
        decision = picking.decide(before, entry, self.known, OPERATOR)
        assert decision == picking.decide(before, entry, self.known, OPERATOR), (
            "a decision depends on its arguments alone"
        )
        facts = tuple(fact for fact in decision.facts if isinstance(fact, PICKING_FACTS))
        assert facts == decision.facts
        self.state = picking.settle(before, decision)
        self.journal.extend(facts)
        if decision.verdict is not None:
            assert decision.verdict.code in WORDS
            words(decision.verdict.words)
            if isinstance(entry, Scanned) and decision.verdict.tone is Tone.GOOD:
                assert decision.facts, "what counted is in the journal"
            if decision.verdict.tone is Tone.BAD:
                assert not decision.facts, "a refusal has no facts"
                assert self.state == before, "a refusal changes nothing"
        check_words(self.prompt)
        return decision

    def _record(self, facts: Iterable[PickingFact]) -> None:
        for fact in facts:
            self.state = picking.evolve(self.state, fact)
            self.journal.append(fact)

    @property
    def prompt(self) -> Prompt:
        return picking.prompt(self.state, self.known, OPERATOR)

    @property
    def step(self) -> str:
        return self.prompt.step

    @property
    def asked(self) -> str:
        """The one question, in plain words, as it is painted."""
        return words(self.prompt.ask)

    def facts(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.journal if isinstance(fact, kind)]

    @property
    def in_totes(self) -> dict[str, int]:
        """Units in each tote, counted from the facts alone."""
        units: dict[str, int] = {}
        for fact in self.journal:
            if isinstance(fact, Picked):
                units[fact.tote] = units.get(fact.tote, 0) + fact.quantity
            elif isinstance(fact, PickUndone):
                units[fact.tote] -= fact.quantity
        return {tote: quantity for tote, quantity in units.items() if quantity}

    def replayed(self) -> Picking | None:
        """The state folded again from the journal, through its JSON."""
        state: Picking | None = None
        for envelope in envelopes(self.journal):
            fact = decode(envelope).fact
            assert isinstance(fact, PICKING_FACTS)
            state = picking.evolve(state, fact)
        return state


def check_words(prompt: Prompt) -> None:
    """Every sentence of a prompt is in the catalogue and has its parameters."""
    optional = () if prompt.put_back is None else (prompt.put_back,)
    for sentence in (prompt.large, prompt.ask, *prompt.detail, *prompt.why, *optional):
        assert sentence.code in WORDS
        words(sentence)


def at_the_cart(*tasks: Task, known: Known | None = None) -> Picker:
    """A picker who has a tour and stands before the empty slots of the cart."""
    picker = Picker(known or a_warehouse())
    picker.lend(a_tour(*tasks))
    return picker


def on_the_way(*tasks: Task, known: Known | None = None) -> Picker:
    """A picker with totes ``T-1``, ``T-2``... in the slots, on the way to the first stop."""
    picker = at_the_cart(*tasks, known=known)
    for slot in sorted({task.slot for task in tasks}):
        picker.scan(f"T-{slot + 1}")
    return picker


def at_the_first_stop(*tasks: Task, known: Known | None = None) -> Picker:
    """A picker who has scanned the first location."""
    picker = on_the_way(*tasks, known=known)
    picker.scan(tasks[0].location)
    return picker

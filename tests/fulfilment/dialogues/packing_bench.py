"""A small warehouse at a packing bench, and a packer who checks after every step what must always hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from app.fulfilment.dialogues import packing
from app.fulfilment.dialogues.packing import Packing
from app.model.answers import (
    Command,
    Decision,
    Effect,
    Entry,
    LentChanged,
    Pressed,
    Prompt,
    Say,
    Tone,
    Typed,
)
from app.model.facts import Fact, ParcelOpened
from app.model.facts.codec import Recorded, decode, encode
from app.model.floor import Cart, Location, LocationKind, ToteUse
from app.model.items import Barcode, Item, PackLevel
from app.model.known import Known, SiteSettings
from app.model.orders import Address, ShortPolicy
from app.model.parcels import Carton, LabelAnswer
from app.model.people import Operator, Role
from app.model.scans import Reading, Scan, Scanned
from app.model.words import words
from app.model.work import Content, PackJob, PackLine, PackTote

SHIP_BY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SSCC = "340123450000000017"
OTHER_SSCC = "340123450000000024"


def item(sku: str, name: str, *, variant: str = "", style: str = "", **more: object) -> Item:
    return Item(
        sku=sku,
        name=name,
        style=style or sku,
        variant=(("size", variant),) if variant else (),
        length_mm=100,
        width_mm=80,
        height_mm=20,
        weight_g=200,
        barcodes=(Barcode(sku.lower(), 1), Barcode(f"{sku.lower()}-case", 6, PackLevel.CASE)),
        **more,  # type: ignore[arg-type]
    )


ITEMS = (
    item("TEE-M", "Tee", variant="M", style="TEE"),
    item("TEE-L", "Tee", variant="L", style="TEE"),
    item("MUG", "Mug", fragile=True),
    item("MILK", "Milk", lot_controlled=True),
    item("PHONE", "Phone", serial_controlled=True),
    item("SCREW", "Screw"),
)
CARTONS = (
    Carton("BOX-S", "Small", 200, 150, 100, 210, 160, 110, 100, 5_000),
    Carton("BOX-L", "Large", 400, 300, 200, 410, 310, 210, 300, 20_000),
)


def tote(
    code: str, *contents: tuple[int, str, str, int], place: str = "DROP-1", missing: str = ""
) -> PackTote:
    return PackTote(code, place, tuple(Content(*content) for content in contents), missing)


def job(
    order: str,
    *totes: PackTote,
    policy: ShortPolicy = ShortPolicy.SHIP_PART,
    short: int = 0,
    cancelled: bool = False,
    hours: int = 0,
) -> PackJob:
    wanted: dict[int, tuple[str, int]] = {}
    for one in totes:
        for content in one.contents:
            before = wanted.get(content.line, (content.sku, 0))[1]
            wanted[content.line] = (content.sku, before + content.quantity)
    lines = tuple(
        PackLine(number, sku, quantity + (short if number == 1 else 0), 0, short if number == 1 else 0)
        for number, (sku, quantity) in wanted.items()
    )
    address = Address("A. Person", "Long Street 1", "Bern", "CH", "3000")
    return PackJob(
        order, 5, SHIP_BY + timedelta(hours=hours), "standard", policy, address, lines, totes, 1, cancelled
    )


JOBS = (
    job("ORD-1", tote("T1", (1, "TEE-M", "", 2), (2, "MUG", "", 1))),
    job("ORD-2", tote("T2", (1, "MILK", "L1", 2), (1, "MILK", "L2", 1), (2, "PHONE", "", 2)), hours=-2),
    job("ORD-3", tote("T3", (1, "SCREW", "", 12)), tote("T3B", (1, "SCREW", "", 1)), hours=-1),
    job("ORD-4", tote("T4", (1, "TEE-M", "", 1)), policy=ShortPolicy.WAIT, short=1),
    job("ORD-5", tote("T5", (1, "TEE-M", "", 1)), policy=ShortPolicy.HOSPITAL, short=1),
    job("ORD-6", tote("T6", (1, "TEE-M", "", 1), missing="station-9")),
    job("ORD-7", tote("T7", (1, "TEE-M", "", 1))),
    job("ORD-8", tote("T8", (1, "TEE-M", "", 1)), cancelled=True),
    job("ORD-9", tote("T9", (1, "TEE-M", "", 2)), policy=ShortPolicy.HOSPITAL),
    job("ORD-10", tote("T10", (1, "TEE-M", "", 1)), short=1),
)


def badge(name: str) -> str:
    return f"BADGE:secret-of-{name}"


def operator(name: str, *roles: Role) -> Operator:
    secret = badge(name).removeprefix("BADGE:")
    return Operator(name, name.title(), roles, hashlib.sha256(secret.encode()).hexdigest())


def warehouse() -> Known:
    known = Known(station="bench-1", online=True, settings=SiteSettings("site"))
    for one in ITEMS:
        known.learn("item", one.sku, one)
    for carton in CARTONS:
        known.learn("carton", carton.code, carton)
    for pack_job in JOBS:
        known.learn("pack_job", pack_job.order, pack_job)
        for one_tote in pack_job.totes:
            use = ToteUse(one_tote.code, pack_job.order, "TOUR-0", "station-9", one_tote.place)
            known.learn("tote", one_tote.code, use)
    known.learn("tote", "T7B", ToteUse("T7B", "ORD-7", "TOUR-1", "station-2"))
    known.learn("tote", "FREE", ToteUse("FREE"))
    known.learn("cart", "CART-1", Cart("CART-1", 4))
    for code, kind in (("HOSP-1", LocationKind.HOSPITAL), ("DROP-1", LocationKind.DROP)):
        known.learn("location", code, Location(code, "Z", kind, 0, 0, pickable=False, check_code=""))
    for person in (
        operator("pia", Role.PACKER),
        operator("paul", Role.PICKER, Role.PACKER),
        operator("pick", Role.PICKER),
        operator("sue", Role.SUPERVISOR),
        operator("sam", Role.SUPERVISOR),
    ):
        known.learn("operator", person.id, person)
    return known


def scan(text: str, *, lot: str = "", serial: str = "", sscc: str = "", refused: str = "") -> Scanned:
    reading = Reading(text, lot=lot, serial=serial, sscc=sscc, refused=refused)
    return Scanned(Scan("test", text.encode(), 0.0), reading)


def label(parcel: str, sscc: str = SSCC, **more: object) -> LabelAnswer:
    return LabelAnswer(parcel, sscc, "TRACK-1", "Demo Post", "standard", "7.00 CHF", **more)  # type: ignore[arg-type]


def as_read_again(facts: Iterable[Fact]) -> list[Fact]:
    """The facts as they come out of a journal."""
    return [
        decode(encode(Recorded(seq, SHIP_BY, 1.0, "pia", fact))).fact for seq, fact in enumerate(facts, 1)
    ]


def says(prompt: Prompt) -> list[Say]:
    return [prompt.large, prompt.ask, *prompt.detail, *prompt.why]


def must_have_words(sentence: Say) -> None:
    assert words(sentence) != " ".join(
        [sentence.code, *(f"{name}={value}" for name, value in sentence.params)]
    ), sentence.code


class Bench:
    """A packer at a bench: every step is checked against what must hold for all steps."""

    def __init__(self, known: Known | None = None) -> None:
        self.known = known if known is not None else warehouse()
        self.state = Packing()
        self.facts: list[Fact] = []
        self.last = Decision()
        self._refs = count(1)

    def do(self, entry: Entry) -> str:
        """Do one thing; the verdict's code, or nothing."""
        decision = packing.decide(self.state, entry, self.known, f"P{next(self._refs)}")
        verdict = decision.verdict
        assert (verdict is not None) or isinstance(entry, LentChanged)
        if verdict is not None:
            must_have_words(verdict.words)
            assert verdict.tone is not Tone.BAD or not decision.facts
        self.state = packing.settle(self.state, decision)
        self.facts += decision.facts
        for sentence in says(self.prompt):
            must_have_words(sentence)
        self.last = decision
        return verdict.code if verdict is not None else ""

    def scan(self, text: str, **fields: str) -> str:
        return self.do(scan(text, **fields))

    def press(self, command: Command) -> str:
        return self.do(Pressed(command))

    def type(self, text: str) -> str:
        return self.do(Typed(text))

    def learn(self, kind: str, key: str, value: object) -> str:
        self.known.learn(kind, key, value)
        return self.do(LentChanged())

    def effects(self) -> tuple[Effect, ...]:
        return self.last.effects

    def latest(self) -> Fact:
        return self.facts[-1]

    def after_a_crash(self) -> Packing:
        state = Packing()
        for fact in as_read_again(self.facts):
            state = packing.evolve(state, fact)
        return state

    @property
    def prompt(self) -> Prompt:
        return packing.prompt(self.state, self.known)

    @property
    def parcel(self) -> str:
        return [fact for fact in self.facts if isinstance(fact, ParcelOpened)][-1].parcel

    def packed(self) -> dict[tuple[str, str], int]:
        """What is in the parcel in hand, by SKU and lot."""
        units: dict[tuple[str, str], int] = {}
        assert self.state.parcel is not None
        for unit in self.state.parcel.verified:
            units[unit.sku, unit.lot] = units.get((unit.sku, unit.lot), 0) + unit.quantity
        return units

    def pack_order_1(self) -> None:
        """Everything of ORD-1 up to the weight."""
        for text in ("T1", "tee-m", "tee-m", "mug"):
            self.scan(text)
        self.type("1")
        assert self.type(str(self.right_weight())) == (
            "pack.weighed" if self.known.online else "pack.awaiting_label_offline"
        )

    def right_weight(self) -> int:
        detail = next(sentence for sentence in self.prompt.detail if sentence.code == "pack.calculated")
        return int(dict(detail.params)["weight"])

    def without_question(self) -> Packing:
        return replace(self.state, asking=None)

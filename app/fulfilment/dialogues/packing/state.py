"""What stands at a packing bench, folded from facts, and the questions that are no facts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.model.answers import Decision
from app.model.facts import (
    CartonChosen,
    Fact,
    LabelPrinted,
    MaterialUsed,
    ParcelClosed,
    ParcelFilled,
    ParcelOpened,
    ParcelParked,
    ParcelResumed,
    ParcelSetAside,
    ParcelWeighed,
    RejectCause,
    UnitRejected,
    UnitVerified,
    VerifyUndone,
)
from app.model.work import Content, PackJob, PackLine, PackTote

REMEMBERED_PARCELS = 500
"""So many of the parcels opened here are remembered, to tell a pack job that the central has not brought up to date."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Units of one order line, lot and tote: verified, rejected, or still to be verified."""

    line: int
    sku: str
    lot: str
    tote: str
    quantity: int
    code: str = ""
    serial: str = ""

    @property
    def source(self) -> tuple[int, str, str, str]:
        """Where the units come from: line, SKU, lot and tote."""
        return (self.line, self.sku, self.lot, self.tote)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel on its way from an open carton to a scanned label. Weights are grams; 0 is not weighed yet."""

    id: str
    order: str
    number: int
    carton: str
    job: PackJob
    verified: tuple[Unit, ...] = ()
    rejected: tuple[Unit, ...] = ()
    filled: bool = False
    materials: tuple[str, ...] = ()
    weight_g: int = 0
    printed: int = 0
    """Copies of the label printed here."""
    sscc: str = ""

    @property
    def weighed(self) -> bool:
        """Whether its contents are final: from now on only the label is missing."""
        return self.weight_g > 0

    def left(self) -> tuple[Unit, ...]:
        """What is still in the totes, in the order of the totes."""
        gone: dict[tuple[int, str, str, str], int] = {}
        for unit in (*self.verified, *self.rejected):
            gone[unit.source] = gone.get(unit.source, 0) + unit.quantity
        units = []
        for tote in self.job.totes:
            for content in tote.contents:
                unit = Unit(content.line, content.sku, content.lot, tote.code, content.quantity)
                taken = min(unit.quantity, gone.get(unit.source, 0))
                if taken:
                    gone[unit.source] -= taken
                if taken < unit.quantity:
                    units.append(replace(unit, quantity=unit.quantity - taken))
        return tuple(units)

    def rest(self) -> PackJob:
        """The pack job as this parcel leaves it, for the next parcel of the order."""
        left = self.left()
        return replace(
            self.job,
            lines=tuple(self._line_after(line) for line in self.job.lines),
            totes=tuple(_tote_with(tote, left) for tote in self.job.totes),
            next_parcel=self.number + 1,
        )

    def _line_after(self, line: PackLine) -> PackLine:
        packed = sum(unit.quantity for unit in self.verified if unit.line == line.number)
        rejected = sum(unit.quantity for unit in self.rejected if unit.line == line.number)
        return replace(line, packed=line.packed + packed, short=line.short + rejected)


def _tote_with(tote: PackTote, left: tuple[Unit, ...]) -> PackTote:
    contents = tuple(
        Content(unit.line, unit.sku, unit.lot, unit.quantity) for unit in left if unit.tote == tote.code
    )
    return replace(tote, contents=contents)


# --- questions: what the bench asks about itself ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToHospital:
    """Something is short and the policy says hospital: the totes go there. Answered by scanning the place."""

    order: str
    totes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhichProblem:
    """The problem key was pressed: damaged or missing?"""


@dataclass(frozen=True, slots=True)
class WhichItem:
    """Which unit is damaged or missing? Answered by scanning it or by its number in the list."""

    cause: RejectCause


@dataclass(frozen=True, slots=True)
class WhichLot:
    """The item is right and its code does not say the lot. Answered by scanning the lot label."""

    sku: str
    quantity: int
    code: str
    serial: str


@dataclass(frozen=True, slots=True)
class HowMany:
    """The quantity key was pressed after a scan: how many of this item and lot are there in all?"""

    sku: str
    lot: str
    code: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A typed quantity counted; it is shown back large until the next entry."""

    quantity: int


@dataclass(frozen=True, slots=True)
class WeighAgain:
    """The weight is implausible; the same value again is accepted."""

    weight_g: int


@dataclass(frozen=True, slots=True)
class Card:
    """A closed parcel's label was scanned: what do you want with it?"""

    parcel: str


@dataclass(frozen=True, slots=True)
class WhyReprint:
    """The reprint key was pressed: for what reason?"""

    parcel: str


@dataclass(frozen=True, slots=True)
class WhatWithParcel:
    """The problem key was pressed on a closed parcel's card."""

    parcel: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The back key was pressed with units in the parcel; pressed again, it parks the parcel."""


Question = (
    ToHospital
    | WhichProblem
    | WhichItem
    | WhichLot
    | HowMany
    | Counted
    | WeighAgain
    | Card
    | WhyReprint
    | WhatWithParcel
    | Leave
)


# --- the bench ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packing:
    """A bench: the parcel in hand, those that stand aside, and the question in the air. Without a parcel: the queue."""

    parcel: Parcel | None = None
    aside: tuple[Parcel, ...] = ()
    """Parked, or waiting for their label, the oldest first."""
    opened: tuple[tuple[str, int], ...] = ()
    """Order and number of the parcels opened here, the oldest first."""
    copies: tuple[tuple[str, int], ...] = ()
    """Copies after the first that were printed here: parcel, and the number of reprints."""
    asking: Question | None = None

    def copies_of(self, parcel: str) -> int:
        """How many reprints of a parcel's label were printed here."""
        return next((count for known, count in self.copies if known == parcel), 0)

    def up_to_date(self, jobs: Iterable[PackJob]) -> list[PackJob]:
        """The jobs that the central wrote after it had heard of this station's last parcel of their order."""
        last = dict(self.opened)
        return [job for job in jobs if job.next_parcel > last.get(job.order, 0)]


def evolve(state: Packing, fact: Fact) -> Packing:
    """The bench after one fact. Facts that are none of its own leave it as it is."""
    match fact:
        case ParcelOpened(parcel, order, number, carton, job):
            return replace(
                state,
                parcel=Parcel(parcel, order, number, carton, job),
                # One of the same order that still counted would have been resumed: these are void.
                aside=tuple(one for one in state.aside if one.order != order),
                opened=(*state.opened, (order, number))[-REMEMBERED_PARCELS:],
            )
        case ParcelClosed(parcel):
            return _without(state, parcel)
        case ParcelParked(parcel):
            return _parked(state, parcel)
        case ParcelSetAside(parcel):
            return _set_aside(state, parcel)
        case ParcelResumed(parcel):
            resumed = next((one for one in state.aside if one.id == parcel), None)
            return replace(_without(state, parcel), parcel=resumed) if resumed else state
        case LabelPrinted(parcel, _, copy) if copy > 1:
            others = tuple(entry for entry in state.copies if entry[0] != parcel)
            state = replace(state, copies=(*others, (parcel, copy - 1)))
    if state.parcel is not None and state.parcel.id == getattr(fact, "parcel", ""):
        return replace(state, parcel=_evolve_parcel(state.parcel, fact))
    return state


def _evolve_parcel(parcel: Parcel, fact: Fact) -> Parcel:
    match fact:
        case CartonChosen(_, carton):
            return replace(parcel, carton=carton)
        case UnitVerified(_, _, line, sku, lot, tote, quantity, code, serial):
            unit = Unit(line, sku, lot, tote, quantity, code, serial)
            return replace(parcel, verified=(*parcel.verified, unit))
        case VerifyUndone(_, _, line, sku, lot, tote, quantity):
            back = Unit(line, sku, lot, tote, quantity)
            return replace(parcel, verified=_taken_back(parcel.verified, back))
        case UnitRejected(_, _, line, sku, lot, tote, quantity):
            return replace(parcel, rejected=(*parcel.rejected, Unit(line, sku, lot, tote, quantity)))
        case MaterialUsed(_, material):
            return replace(parcel, materials=(*parcel.materials, material))
        case ParcelFilled():
            return replace(parcel, filled=True)
        case ParcelWeighed(_, _, _, weight_g):
            return replace(parcel, weight_g=weight_g)
        case LabelPrinted(_, sscc, copy):
            before = parcel.printed if sscc == parcel.sscc else 0
            return replace(parcel, printed=max(before, copy), sscc=sscc)
        case _:
            return parcel


def _taken_back(verified: tuple[Unit, ...], back: Unit) -> tuple[Unit, ...]:
    """What stays verified when units of one source go back, the newest first."""
    kept: list[Unit] = []
    missing = back.quantity
    for unit in reversed(verified):
        taken = min(missing, unit.quantity) if unit.source == back.source else 0
        missing -= taken
        if taken < unit.quantity:
            kept.append(replace(unit, quantity=unit.quantity - taken))
    return tuple(reversed(kept))


def _without(state: Packing, parcel: str) -> Packing:
    in_hand = state.parcel if state.parcel is not None and state.parcel.id != parcel else None
    return replace(state, parcel=in_hand, aside=tuple(one for one in state.aside if one.id != parcel))


def _set_aside(state: Packing, parcel: str) -> Packing:
    if state.parcel is None or state.parcel.id != parcel:
        return state
    return replace(state, parcel=None, aside=(*state.aside, state.parcel))


def _parked(state: Packing, parcel: str) -> Packing:
    """An empty parcel that is left is no parcel: the next scan of its tote opens a new one."""
    if state.parcel is None or state.parcel.id != parcel:
        return state
    if state.parcel.verified:
        return _set_aside(state, parcel)
    opened = state.opened
    if not state.parcel.rejected:
        opened = tuple(entry for entry in opened if entry != (state.parcel.order, state.parcel.number))
    return replace(state, parcel=None, opened=opened)


def settle(state: Packing, decision: Decision) -> Packing:
    """The bench after a whole decision: its facts folded, then its question asked."""
    for fact in decision.facts:
        state = evolve(state, fact)
    if decision.asking is None or isinstance(decision.asking, Question):
        return replace(state, asking=decision.asking)
    return state

"""What a supervisor looks at, and what is being asked."""

from dataclasses import dataclass
from enum import StrEnum

from app.model.answers import Decision, Param
from app.model.exceptions import Fix, WarehouseException
from app.model.known import Known


class Pane(StrEnum):
    """The lists of the view, in the order of the pane key."""

    INBOX = "inbox"
    LEFT = "left"
    """What must still leave the house, by ship-by."""
    ORDERS = "orders"
    TOURS = "tours"
    TERMINALS = "terminals"
    MANIFESTS = "manifests"
    STOCK = "stock"
    """Where an item lies; opened by scanning the item."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list: its key, what it says, and what a request about it needs to know."""

    key: str
    text: str
    facts: tuple[tuple[str, Param], ...] = ()

    def fact(self, name: str) -> Param:
        """One of the values that a request needs; empty where this row has none."""
        return dict(self.facts).get(name, "")


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A colleague has this exception: the same key again takes it over."""

    exception: str


@dataclass(frozen=True, slots=True)
class WhichFix:
    """An exception was taken: which of its fixes? The first is the proposed one."""

    exception: str


@dataclass(frozen=True, slots=True)
class FixNeeds:
    """The chosen fix needs a number or a SKU first: ``what`` is ``quantity`` or ``sku``."""

    exception: str
    fix: Fix
    what: str


@dataclass(frozen=True, slots=True)
class WhyFix:
    """Everything is known but the reason. ``with_`` are further values of the request."""

    exception: str
    fix: Fix
    with_: tuple[tuple[str, Param], ...] = ()


@dataclass(frozen=True, slots=True)
class WhereTo:
    """The central does not know where what is put back came from: which location is it now?"""

    exception: str
    fix: Fix
    reason: str


@dataclass(frozen=True, slots=True)
class WhatWithOrder:
    """An order was chosen: release, hold or cancel?"""

    order: str


@dataclass(frozen=True, slots=True)
class WhyOrder:
    """Holding or cancelling an order needs a reason."""

    order: str
    act: str


@dataclass(frozen=True, slots=True)
class WhyTakeAway:
    """A tour was chosen: taking it away must be confirmed with a reason."""

    tour: str


@dataclass(frozen=True, slots=True)
class WhyFree:
    """A tote was scanned: freeing it must be confirmed with a reason."""

    tote: str


@dataclass(frozen=True, slots=True)
class ReallyManifest:
    """A carrier was chosen: closing its manifest must be confirmed."""

    carrier: str


@dataclass(frozen=True, slots=True)
class HowManyCounted:
    """The counted quantity of a stock row."""

    row: Line


@dataclass(frozen=True, slots=True)
class LinkTo:
    """An unknown barcode was scanned: which SKU does it stand for?"""

    barcode: str


@dataclass(frozen=True, slots=True)
class WhyReprint:
    """A parcel's label is wanted again: why?"""

    parcel: str


Reasoned = WhyFix | WhyOrder | WhyTakeAway | WhyFree | WhyReprint
"""Questions that a reason answers."""
Question = (
    TakeOver
    | WhichFix
    | FixNeeds
    | WhereTo
    | WhatWithOrder
    | ReallyManifest
    | HowManyCounted
    | LinkTo
    | Reasoned
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The state of the view. ``lines`` are what the central last told for the pane; the inbox needs none."""

    pane: Pane = Pane.INBOX
    chosen: str = ""
    """The key of the marked row; the first row where it is gone."""
    lines: tuple[Line, ...] = ()
    subject: str = ""
    """The item whose stock is shown."""
    resolving: WhereTo | None = None
    """What the central was asked to resolve last, for the one thing that it may still ask."""
    asking: Question | None = None


def settle(desk: Desk, decision: Decision) -> Desk:
    """The desk after a decision: what it asks is the whole next desk."""
    return decision.asking if isinstance(decision.asking, Desk) else desk


def inbox(known: Known) -> tuple[WarehouseException, ...]:
    """The open exceptions, the most pressing first."""
    return tuple(
        sorted(
            known.exceptions.values(),
            key=lambda entry: (
                entry.deadline is None,
                entry.deadline or entry.opened_at,
                entry.opened_at,
                entry.id,
            ),
        )
    )


def keys_of(desk: Desk, known: Known) -> tuple[str, ...]:
    """The keys of the rows that are shown, in their order."""
    match desk.pane:
        case Pane.INBOX:
            return tuple(entry.id for entry in inbox(known))
        case Pane.TERMINALS:
            return tuple(sorted(name for name, state in known.stations.items() if not state.revoked))
        case _:
            return tuple(line.key for line in desk.lines)


def marked(desk: Desk, known: Known) -> str:
    """The key of the row that is marked; empty when there are no rows."""
    keys = keys_of(desk, known)
    return desk.chosen if desk.chosen in keys else next(iter(keys), "")


def line_of(desk: Desk, key: str) -> Line | None:
    """The row with a key, in the lists that the central told."""
    return next((line for line in desk.lines if line.key == key), None)

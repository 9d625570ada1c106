"""Facts of a picking tour. Each names its tour; those that move stock carry all that the books need."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from app.model.work import Replanned, Task, Tour


class Counted(StrEnum):
    """How units were counted."""

    SCAN = "scan"
    TYPED_QUANTITY = "typed_quantity"
    TYPED_SKU = "typed_sku"
    FILLED_IN = "filled_in"
    """One scan that counted all that was needed, where the site wants it so."""


class ShortCause(StrEnum):
    """Why a task ends with fewer units than it asked for."""

    SHORT = "short"
    WRONG_STOCK = "wrong_stock"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class TourTaken:
    """The station took a tour. ``history`` are the journal envelopes of earlier holders, oldest first."""

    TYPE: ClassVar[str] = "tour_taken"
    VERSION: ClassVar[int] = 1
    tour: Tour
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CartScanned:
    """The cart of the tour was confirmed."""

    TYPE: ClassVar[str] = "cart_scanned"
    VERSION: ClassVar[int] = 1
    tour: str
    cart: str


@dataclass(frozen=True, slots=True)
class ToteAssigned:
    """A tote was put into a slot for its order: at the start, or because the one before is full.

    ``carton`` is what kind of box it is, where the box that is shipped stands in the slot. ``brought`` is a tote that
    came from another zone with units of the order in it. On a tour over one SKU ``order`` is the first of them.
    """

    TYPE: ClassVar[str] = "tote_assigned"
    VERSION: ClassVar[int] = 1
    tour: str
    slot: int
    order: str
    tote: str
    carton: str = ""
    brought: bool = False


@dataclass(frozen=True, slots=True)
class LocationReached:
    """The picker scanned the location of a task; from now on that task is the current one."""

    TYPE: ClassVar[str] = "location_reached"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    location: str


@dataclass(frozen=True, slots=True)
class UnitsCounted:
    """Units of the current task were counted into the hand; they are not banked yet.

    ``quantity`` is added to what was counted before; ``code`` is what was scanned or typed; ``lot`` is the lot
    that the code or a scanned lot label proved, empty where the item has none; ``serial`` is the unit's own number.
    ``expires`` is how long the lot keeps, where the code says so.
    """

    TYPE: ClassVar[str] = "units_counted"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    quantity: int
    code: str
    lot: str
    how: Counted
    serial: str = ""
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class CountUndone:
    """The last count was taken back; nothing had been banked."""

    TYPE: ClassVar[str] = "count_undone"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Picked:
    """Units went from a location into a tote. This moves stock.

    ``lot`` is the one that was really taken, which may be another than the task's. ``serials`` are the units' own
    numbers, as many as units where the item has them, else none. ``expires`` is how long the lot keeps, where a code
    said so.
    """

    TYPE: ClassVar[str] = "picked"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    tote: str
    quantity: int
    serials: tuple[str, ...] = ()
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class PickUndone:
    """A pick was taken back: the units lie in their location again."""

    TYPE: ClassVar[str] = "pick_undone"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    tote: str
    quantity: int
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shorted:
    """Fewer units than asked for; ``found`` of this task are or will be banked, ``missing`` are not there."""

    TYPE: ClassVar[str] = "shorted"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    found: int
    missing: int
    cause: ShortCause


@dataclass(frozen=True, slots=True)
class ZeroPicked:
    """Nothing of the task was there at all: no tote is asked for."""

    TYPE: ClassVar[str] = "zero_picked"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    missing: int
    cause: ShortCause


@dataclass(frozen=True, slots=True)
class ShortUndone:
    """What was missing of a task has turned up after all: the task asks for it again. ``quantity`` is all of it."""

    TYPE: ClassVar[str] = "short_undone"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    quantity: int


@dataclass(frozen=True, slots=True)
class MisScanned:
    """At the stop of a task another item was scanned than ``sku``: it was refused. ``read`` is its SKU."""

    TYPE: ClassVar[str] = "mis_scanned"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    sku: str
    read: str


@dataclass(frozen=True, slots=True)
class ZeroChecked:
    """Somebody looked whether a location is empty that should be: ``left`` units of anything still lie there."""

    TYPE: ClassVar[str] = "zero_checked"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    sku: str
    lot: str
    location: str
    left: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """Units at the location are damaged and set aside.

    ``missing`` of them the task asks for no more: others are bound in their place, here or elsewhere. Journals of
    before have none, and their tasks still ask for their quantity.
    """

    TYPE: ClassVar[str] = "damaged"
    VERSION: ClassVar[int] = 1
    tour: str
    task: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    quantity: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class TourChanged:
    """The central changed the tour: stops that a short found elsewhere, tasks of a cancelled order gone.

    ``tasks`` is the whole new list in walking order; tasks already done stay in it. ``onward`` are the orders with
    work left in other zones. ``orders`` are by slot, where one joined; empty where they are as before.
    """

    TYPE: ClassVar[str] = "tour_changed"
    VERSION: ClassVar[int] = 1
    tour: str
    version: int
    tasks: tuple[Task, ...]
    onward: tuple[str, ...] = ()
    because: Replanned | None = None
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UrgentDeclined:
    """The picker does not take an urgent order along that was offered: it is not offered to this tour again."""

    TYPE: ClassVar[str] = "urgent_declined"
    VERSION: ClassVar[int] = 1
    tour: str
    order: str


@dataclass(frozen=True, slots=True)
class ToteDropped:
    """A tote was left at a drop place, where it is in the pack queue, or in a zone's buffer for the next picker."""

    TYPE: ClassVar[str] = "tote_dropped"
    VERSION: ClassVar[int] = 1
    tour: str
    tote: str
    place: str


@dataclass(frozen=True, slots=True)
class TourParked:
    """The picker left the tour on its cart; anybody may go on with it."""

    TYPE: ClassVar[str] = "tour_parked"
    VERSION: ClassVar[int] = 1
    tour: str


@dataclass(frozen=True, slots=True)
class TourPassedOn:
    """The tour goes on at this station in another operator's hands."""

    TYPE: ClassVar[str] = "tour_passed_on"
    VERSION: ClassVar[int] = 1
    tour: str
    to_operator: str


@dataclass(frozen=True, slots=True)
class TourFinished:
    """Every tote is dropped and the cart is free."""

    TYPE: ClassVar[str] = "tour_finished"
    VERSION: ClassVar[int] = 1
    tour: str


PickingFact = (
    TourTaken
    | CartScanned
    | ToteAssigned
    | LocationReached
    | UnitsCounted
    | CountUndone
    | Picked
    | PickUndone
    | Shorted
    | ZeroPicked
    | ShortUndone
    | ZeroChecked
    | MisScanned
    | Damaged
    | TourChanged
    | UrgentDeclined
    | ToteDropped
    | TourParked
    | TourPassedOn
    | TourFinished
)

"""Work that is lent to a terminal: tours for pickers, pack jobs for packers."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from app.model.floor import PickMode
from app.model.orders import Address, ShortPolicy


@dataclass(frozen=True, slots=True)
class ShelfLot:
    """A lot that lies at a location, and until when it keeps, where that is known."""

    lot: str
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Take ``quantity`` of one item and lot at one location for the order in one slot of the cart.

    ``good_until`` is the day until which the units must keep at least. ``other_lots`` lay there as well when the task
    was lent. ``left_after`` is what the books expect to be left at the location once the task is done, where somebody
    is to look; ``instead_of`` is the SKU that was ordered, where this one is its substitute. ``serials_gone`` are
    numbers of units that have left the shelf before, the newest first.
    """

    id: str
    order: str
    line: int
    sku: str
    lot: str
    location: str
    quantity: int
    slot: int
    good_until: date | None = None
    other_lots: tuple[ShelfLot, ...] = ()
    left_after: int | None = None
    instead_of: str = ""
    serials_gone: tuple[str, ...] = ()


class Replanned(StrEnum):
    """Why the rest of a tour changed under way."""

    FOUND_ELSEWHERE = "found_elsewhere"
    """What was short or damaged is fetched from another location."""
    FEWER_WANTED = "fewer_wanted"
    """Units went to somebody else, or are not wanted any more."""
    CANCELLED = "cancelled"
    AISLE_CLOSED = "aisle_closed"
    AISLE_OPENED = "aisle_opened"
    FLOOR_CHANGED = "floor_changed"
    URGENT = "urgent"
    """An urgent order came along, as the picker agreed."""


@dataclass(frozen=True, slots=True)
class Tour:
    """A walk as it was planned: tasks in walking order, and what it saves against walking by location code.

    ``orders[slot]`` is the order whose tote stands in that slot; a tour over one SKU has a single slot for all. A tour
    that was claimed with a tote has that tote as its ``cart``. ``version`` rises whenever the central changes the
    tasks; lengths are millimetres from the depot and back.
    """

    id: str
    cart: str
    priority: int
    ship_by: datetime
    orders: tuple[str, ...]
    tasks: tuple[Task, ...]
    length_mm: int
    location_order_mm: int
    method: str
    version: int = 1
    mode: PickMode = PickMode.ORDERS
    cartons: tuple[str, ...] = ()
    """By slot, the carton that is proposed, where units are picked into the box that is shipped."""
    zone: str = ""
    """The one zone that it stays in; empty for a tour over the whole floor."""
    buffer: str = ""
    """Where a tote of an order of ``onward`` is left for the next zone; empty where there is no such place."""
    onward: tuple[str, ...] = ()
    """The orders that have work left in other zones."""
    because: Replanned | None = None
    """Why it was changed last."""
    early: tuple[str, ...] = ()
    """Locations that come early because something was short there lately."""
    detour_mm: int = 0
    """How much longer the walk is for them."""

    def with_tasks(self, tasks: tuple[Task, ...]) -> "Tour":
        """The same tour with other tasks, as after a short that found another location."""
        return replace(self, tasks=tasks)


@dataclass(frozen=True, slots=True)
class Offer:
    """An urgent order that a tour could take along: its units, and the stops and millimetres that it adds."""

    order: str
    units: int
    stops: int
    detour_mm: int


@dataclass(frozen=True, slots=True)
class LentTour:
    """A tour as it is lent to one station, with the facts of earlier holders, oldest first, as recorded."""

    tour: Tour
    station: str
    operator: str
    history: tuple[str, ...] = ()
    """Journal envelopes (JSON) of the stations that had it before; folding them gives the state to go on from."""
    taken_over: bool = False
    """A supervisor gave it on before all facts of its last holder had arrived."""
    taken_from: str = ""
    """The name of the colleague from whom it was taken over, all of whose facts had arrived; empty for nobody."""
    holder: str = ""
    """The name of who holds it, for the station that it was taken from."""
    offer: Offer | None = None
    """What it takes along if the picker agrees."""


@dataclass(frozen=True, slots=True)
class Content:
    """What lies in a tote for one order line."""

    line: int
    sku: str
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PackTote:
    """A tote of an order. ``missing_station`` names whose picks have not all arrived; empty when all are here."""

    code: str
    place: str
    contents: tuple[Content, ...]
    missing_station: str = ""
    carton: str = ""
    """The carton that it is itself, where units were picked into the box that is shipped."""


@dataclass(frozen=True, slots=True)
class PackLine:
    """An order line at the bench: ordered, already packed in earlier parcels, still short."""

    number: int
    sku: str
    ordered: int
    packed: int
    short: int


@dataclass(frozen=True, slots=True)
class PackJob:
    """An order in the pack queue."""

    order: str
    priority: int
    ship_by: datetime
    service: str
    policy: ShortPolicy
    ship_to: Address
    lines: tuple[PackLine, ...]
    totes: tuple[PackTote, ...]
    next_parcel: int = 1
    """The number of the next parcel of this order."""
    cancelled: bool = False
    """The order was cancelled after picking: the totes are put back, not packed."""
    to_come: int = 0
    """Units that are bound to the order and not picked yet."""

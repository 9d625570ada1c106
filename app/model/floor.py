"""The floor: where things lie, where people walk, and what they push around."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class LocationKind(StrEnum):
    """What a location is used for."""

    PICK_FACE = "pick_face"
    RESERVE = "reserve"
    DROP = "drop"
    """Where a picker leaves full totes for the packers."""
    BUFFER = "buffer"
    """Where a tote waits for the picker of the next zone."""
    HOSPITAL = "hospital"
    """Where a tote waits that cannot go on."""


class PickMode(StrEnum):
    """How the units of a tour come to their orders."""

    ORDERS = "orders"
    """One order, or several on a cart with one tote for each."""
    ONE_SKU = "one_sku"
    """Orders of one and the same item: counted at a stop for all of them, into one tote, sorted at the bench."""
    CARTON = "carton"
    """Straight into the box that is shipped: what stands in a slot is the parcel's own carton."""
    ZONE = "zone"
    """One zone only: a tote with work left elsewhere goes on from the zone's buffer, in the next picker's hands."""


class Proof(StrEnum):
    """What a stop can ask to be scanned."""

    LOCATION = "location"
    """The location's label or its check code."""
    CHECK_CODE = "check_code"
    """The check code and nothing else: a list of labels on paper will not do."""
    ITEM = "item"
    EACH_UNIT = "each_unit"
    """Every unit, or the inner or case it is in: no quantity is typed or filled in."""
    LOT = "lot"
    SERIAL = "serial"
    TOTE = "tote"
    """The tote, also on a tour that has only one."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the floor and its rules. A zone that was never described has these defaults."""

    code: str
    proofs: tuple[Proof, ...] = (Proof.LOCATION, Proof.ITEM)
    other_lot_allowed: bool = False
    """Another lot than the planned one may be taken, and is booked as what it is."""
    zero_check: bool = False
    """Whether a location that should now be empty is looked at."""
    mode: PickMode = PickMode.ORDERS
    """How the orders that begin here are picked."""
    buffer: str = ""
    """The location where totes with work left in other zones wait for the next picker."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place with a label. ``x_mm`` and ``y_mm`` are where a picker stands, from the floor's lower left."""

    code: str
    zone: str
    kind: LocationKind
    x_mm: int
    y_mm: int
    pickable: bool
    check_code: str


@dataclass(frozen=True, slots=True)
class Walkway:
    """A straight stretch that people walk, both ways, between two points in millimetres."""

    x1_mm: int
    y1_mm: int
    x2_mm: int
    y2_mm: int


class Slot(NamedTuple):
    """A slot of an aisle in a block, on either side; slots are counted from the front."""

    aisle: int
    block: int
    slot: int


class SubAisle(NamedTuple):
    """The part of an aisle that lies in one block."""

    aisle: int
    block: int


@dataclass(frozen=True, slots=True)
class Aisles:
    """A rectangular floor in a few numbers: parallel aisles between cross-aisles.

    Aisle a lies at x = ``x_mm`` + a × ``aisle_pitch_mm``; cross-aisle c at y = ``y_mm`` + c × ``depth_mm``. Between two
    cross-aisles lies a block of ``slots`` slots. ``up`` and ``down`` name aisles that are walked one way only; up leads
    away from the front.
    """

    aisles: int
    blocks: int
    slots: int
    slot_pitch_mm: int
    aisle_pitch_mm: int
    cross_aisle_mm: int
    x_mm: int = 0
    y_mm: int = 0
    up: tuple[int, ...] = ()
    down: tuple[int, ...] = ()

    @property
    def depth_mm(self) -> int:
        """From the middle of one cross-aisle to the middle of the next."""
        return self.slots * self.slot_pitch_mm + self.cross_aisle_mm

    def slot_at(self, x_mm: int, y_mm: int) -> Slot | None:
        """The slot that a point lies in; none where it lies in no aisle, or in a cross-aisle."""
        aisle = (2 * (x_mm - self.x_mm) + self.aisle_pitch_mm) // (2 * self.aisle_pitch_mm)
        block, along = divmod(y_mm - self.y_mm, self.depth_mm)
        slot = (2 * along - self.cross_aisle_mm) // (2 * self.slot_pitch_mm)
        inside = 0 <= aisle < self.aisles and 0 <= block < self.blocks and 0 <= slot < self.slots
        return Slot(aisle, block, slot) if inside else None

    def corner_near(self, x_mm: int, y_mm: int) -> tuple[int, int]:
        """The aisle and the cross-aisle that meet nearest to a point."""
        aisle = (2 * (x_mm - self.x_mm) + self.aisle_pitch_mm) // (2 * self.aisle_pitch_mm)
        cross = (2 * (y_mm - self.y_mm) + self.depth_mm) // (2 * self.depth_mm)
        return min(max(aisle, 0), self.aisles - 1), min(max(cross, 0), self.blocks)


@dataclass(frozen=True, slots=True)
class Floor:
    """Where people walk: aisles, or else drawn stretches that meet where they touch or cross, or else open ground.

    ``closed`` are parts of aisles that nobody enters today.
    """

    walkways: tuple[Walkway, ...] = ()
    aisles: Aisles | None = None
    closed: tuple[SubAisle, ...] = ()

    def is_closed(self, location: Location) -> bool:
        """Whether a location lies in a part of an aisle that is closed."""
        slot = self.aisles.slot_at(location.x_mm, location.y_mm) if self.aisles and self.closed else None
        return slot is not None and SubAisle(slot.aisle, slot.block) in self.closed


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that carries one tote in each of its slots. 0 is no limit of weight or volume."""

    code: str
    slots: int
    weight_g: int = 0
    volume_ml: int = 0


@dataclass(frozen=True, slots=True)
class ToteUse:
    """What a tote is doing. An empty ``order`` is a tote that is free."""

    code: str
    order: str = ""
    tour: str = ""
    station: str = ""
    """The station that holds the tour, or held it last: whose facts are missing when they are missing."""
    place: str = ""
    """The drop or hospital place where it stands; empty while on a cart or at a bench."""

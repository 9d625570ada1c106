"""Parts of aisles that are closed and opened again, and what that does to the work on the floor."""

from app.central import catalogue, inbox, jobs, replanning
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.exceptions import ExceptionKind
from app.model.floor import Floor, SubAisle
from app.model.work import Replanned


def close(tx: Tx, part: SubAisle, reason: str) -> None:
    """Close a part of an aisle: nobody is sent there, tours under way walk around it, and one exception says so.

    Raises:
        ApiError: 404 ``floor.no_such_aisle``; 409 ``floor.already_closed``.
    """
    floor = _floor_with(tx, part)
    if part in floor.closed:
        raise ApiError(409, "floor.already_closed", aisle=part.aisle, block=part.block)
    catalogue.save_closures(tx, floor, {*floor.closed, part})
    inbox.open_exception(
        tx,
        ExceptionKind.AISLE_CLOSED,
        "aisle",
        subject(part),
        "floor.aisle_closed",
        (("aisle", part.aisle), ("block", part.block), ("why", reason or "-")),
    )
    replanning.walk_around(tx, Replanned.AISLE_CLOSED)


def open_again(tx: Tx, part: SubAisle) -> None:
    """Open a part of an aisle: what waited there is picked again.

    Raises:
        ApiError: 404 ``floor.no_such_aisle``; 409 ``floor.not_closed``.
    """
    floor = _floor_with(tx, part)
    if part not in floor.closed:
        raise ApiError(409, "floor.not_closed", aisle=part.aisle, block=part.block)
    catalogue.save_closures(tx, floor, set(floor.closed) - {part})
    inbox.settle(tx, ExceptionKind.AISLE_CLOSED, "aisle", subject(part), "floor.opened")
    replanning.walk_around(tx, Replanned.AISLE_OPENED)
    jobs.schedule(tx, jobs.ALLOCATE)


def replace_floor(tx: Tx, wanted: Floor) -> int:
    """Describe the floor anew: tours under way are walked on it, and what was closed and is gone is settled.

    0 when it was the same, else how many rows describe it.
    """
    before = catalogue.floor(tx).closed
    changed = catalogue.save_floor(tx, wanted)
    if changed:
        for part in set(before) - set(catalogue.floor(tx).closed):
            inbox.settle(tx, ExceptionKind.AISLE_CLOSED, "aisle", subject(part), "floor.opened")
        replanning.walk_around(tx, Replanned.FLOOR_CHANGED)
    return changed


def subject(part: SubAisle) -> str:
    """How the inbox names a part of an aisle."""
    return f"{part.aisle}/{part.block}"


def part_of(name: str) -> SubAisle:
    """The part of an aisle that the inbox names."""
    aisle, _, block = name.partition("/")
    return SubAisle(int(aisle), int(block))


def around(tx: Tx, location: str) -> SubAisle:
    """The part of an aisle that a location lies in.

    Raises:
        ApiError: 404 ``floor.no_such_aisle`` where it lies in none.
    """
    place, aisles = catalogue.locations(tx, (location,)).get(location), catalogue.floor(tx).aisles
    slot = aisles.slot_at(place.x_mm, place.y_mm) if place is not None and aisles is not None else None
    if slot is None:
        raise ApiError(404, "floor.in_no_aisle", location=location)
    return SubAisle(slot.aisle, slot.block)


def _floor_with(tx: Tx, part: SubAisle) -> Floor:
    floor = catalogue.floor(tx)
    aisles = floor.aisles
    if aisles is None or not (0 <= part.aisle < aisles.aisles and 0 <= part.block < aisles.blocks):
        raise ApiError(404, "floor.no_such_aisle", aisle=part.aisle, block=part.block)
    return floor

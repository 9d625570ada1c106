"""Tracking: what carriers report moves parcels and orders forward, and only forward.

Every fold here takes the further of two, so that reports that come twice, late or out of order do no harm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.model.milestones import Milestone, Sighting
from app.model.orders import OrderStatus
from app.model.parcels import ParcelStatus

_PARCEL_WAY = (
    ParcelStatus.OPEN,
    ParcelStatus.AWAITING_LABEL,
    ParcelStatus.LABELLED,
    ParcelStatus.CLOSED,
    ParcelStatus.MANIFESTED,
    ParcelStatus.IN_TRANSIT,
    ParcelStatus.DELIVERED,
)

_ORDER_WAY = (
    OrderStatus.CONFIRMED,
    OrderStatus.ALLOCATED,
    OrderStatus.PICKING,
    OrderStatus.PICKED,
    OrderStatus.PACKING,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
    OrderStatus.IN_TRANSIT,
    OrderStatus.DELIVERED,
)

_ORDER_OF_PARCEL = {
    ParcelStatus.OPEN: OrderStatus.PACKING,
    ParcelStatus.AWAITING_LABEL: OrderStatus.PACKING,
    ParcelStatus.LABELLED: OrderStatus.PACKING,
    ParcelStatus.CLOSED: OrderStatus.PACKED,
    ParcelStatus.MANIFESTED: OrderStatus.SHIPPED,
    ParcelStatus.IN_TRANSIT: OrderStatus.IN_TRANSIT,
    ParcelStatus.DELIVERED: OrderStatus.DELIVERED,
}


@dataclass(frozen=True, slots=True)
class Trail:
    """What is known of a parcel on its way: how far it came, when it was last seen, and its troubles so far."""

    furthest: Milestone | None = None
    last_seen: datetime | None = None
    troubles: frozenset[Milestone] = frozenset()


def follow(trail: Trail, sighting: Sighting) -> Trail:
    """Take in one report of a carrier. The order and the number of reports do not matter."""
    seen = sighting.occurred_at
    return Trail(
        furthest=further(trail.furthest, sighting.milestone),
        last_seen=seen if trail.last_seen is None else max(trail.last_seen, seen),
        troubles=trail.troubles | {sighting.milestone} if sighting.milestone.is_trouble else trail.troubles,
    )


def further(known: Milestone | None, reported: Milestone) -> Milestone:
    """The one of two milestones that is further along; of equal rank the later in ``Milestone``."""
    if known is None:
        return reported
    places = tuple(Milestone)
    return max(known, reported, key=lambda milestone: (milestone.rank, places.index(milestone)))


def advance(status: ParcelStatus, milestone: Milestone) -> ParcelStatus:
    """Where a parcel stands after a milestone: never back, and a void parcel stays void.

    Troubles and holds do not move it; they are for the exception inbox.
    """
    if status is ParcelStatus.VOID:
        return status
    if milestone is Milestone.DELIVERED:
        shown = ParcelStatus.DELIVERED
    elif milestone.rank >= Milestone.PICKED_UP.rank and milestone is not Milestone.CANCELLED:
        shown = ParcelStatus.IN_TRANSIT
    else:
        return status
    return max(status, shown, key=_PARCEL_WAY.index)


def order_status(current: OrderStatus, parcels: Iterable[ParcelStatus], *, complete: bool) -> OrderStatus:
    """Where an order stands by its parcels: as far as the one that is least far, and never back.

    ``complete`` says that nothing more of the order is to be packed; until then its parcels do not move it. Void
    parcels do not count. A held or cancelled order stays so.
    """
    standing = [parcel for parcel in parcels if parcel is not ParcelStatus.VOID]
    if current not in _ORDER_WAY or not complete or not standing:
        return current
    last = min(standing, key=_PARCEL_WAY.index)
    return max(current, _ORDER_OF_PARCEL[last], key=_ORDER_WAY.index)


def no_movement(last_seen: datetime, window_hours: int, now: datetime) -> bool:
    """Whether a parcel under way has gone without a scan for longer than its service's window."""
    return now - last_seen > timedelta(hours=window_hours)

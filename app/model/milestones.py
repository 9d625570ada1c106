"""Milestones: where a parcel is on its way, as carriers report it, in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Milestone(StrEnum):
    """What a carrier saw, in the order of the way."""

    HELD_CUSTOMS = "held_customs"
    HELD_ADDRESS = "held_address"
    HELD_PAYMENT = "held_payment"
    DAMAGED = "damaged"
    CREATED = "created"
    LABELLED = "labelled"
    PICKED_UP = "picked_up"
    ORIGIN_SCAN = "origin_scan"
    EXPORT_CUSTOMS_IN = "export_customs_in"
    EXPORT_CUSTOMS_OUT = "export_customs_out"
    DEPARTED = "departed"
    TRANSIT_ARRIVED = "transit_arrived"
    TRANSIT_DEPARTED = "transit_departed"
    ARRIVED = "arrived"
    IMPORT_CUSTOMS_IN = "import_customs_in"
    IMPORT_CUSTOMS_OUT = "import_customs_out"
    AT_DELIVERY_DEPOT = "at_delivery_depot"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    RETURNING = "returning"
    CANCELLED = "cancelled"
    LOST = "lost"
    DELIVERED = "delivered"
    RETURNED = "returned"

    @property
    def rank(self) -> int:
        """How far along the way. A hold is no progress and ranks below everything."""
        return RANKS[self]

    @property
    def is_trouble(self) -> bool:
        """Whether a person should look at it."""
        return self in TROUBLES


RANKS: Mapping[Milestone, int] = MappingProxyType(
    {
        Milestone.HELD_CUSTOMS: -1,
        Milestone.HELD_ADDRESS: -1,
        Milestone.HELD_PAYMENT: -1,
        Milestone.DAMAGED: -1,
        Milestone.CREATED: 0,
        Milestone.LABELLED: 5,
        Milestone.PICKED_UP: 10,
        Milestone.ORIGIN_SCAN: 15,
        Milestone.EXPORT_CUSTOMS_IN: 20,
        Milestone.EXPORT_CUSTOMS_OUT: 25,
        Milestone.DEPARTED: 30,
        Milestone.TRANSIT_ARRIVED: 35,
        Milestone.TRANSIT_DEPARTED: 35,
        Milestone.ARRIVED: 40,
        Milestone.IMPORT_CUSTOMS_IN: 45,
        Milestone.IMPORT_CUSTOMS_OUT: 50,
        Milestone.AT_DELIVERY_DEPOT: 55,
        Milestone.OUT_FOR_DELIVERY: 60,
        Milestone.READY_FOR_PICKUP: 62,
        Milestone.ATTEMPT_FAILED: 65,
        Milestone.RETURNING: 70,
        Milestone.CANCELLED: 80,
        Milestone.LOST: 85,
        Milestone.DELIVERED: 90,
        Milestone.RETURNED: 95,
    }
)

TROUBLES: frozenset[Milestone] = frozenset(
    {
        Milestone.HELD_CUSTOMS,
        Milestone.HELD_ADDRESS,
        Milestone.HELD_PAYMENT,
        Milestone.DAMAGED,
        Milestone.ATTEMPT_FAILED,
        Milestone.RETURNING,
        Milestone.CANCELLED,
        Milestone.LOST,
        Milestone.RETURNED,
    }
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A milestone that a carrier reported, and when it happened (aware UTC)."""

    milestone: Milestone
    occurred_at: datetime
    place: str = ""

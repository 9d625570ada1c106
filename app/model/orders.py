"""Orders as the shop sends them and as they stand on their way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.model.items import Variant


class ShortPolicy(StrEnum):
    """What to do when an order cannot be served whole."""

    SHIP_PART = "ship_part"
    """Ship what there is; the rest is a backorder and follows."""
    WAIT = "wait"
    """Wait until everything is there."""
    CANCEL_LINE = "cancel_line"
    """Ship what there is; what is short is given up and does not follow."""
    HOSPITAL = "hospital"
    """As ``wait``, and what is already picked goes to the hospital place until a person decides."""

    @property
    def ships_part(self) -> bool:
        """Whether an order goes on without what is short."""
        return self in {ShortPolicy.SHIP_PART, ShortPolicy.CANCEL_LINE}


class OrderStatus(StrEnum):
    """Where an order stands. Only forward, but for ``held`` and for reopening a parcel."""

    HELD = "held"
    CONFIRMED = "confirmed"
    ALLOCATED = "allocated"
    PICKING = "picking"
    PICKED = "picked"
    PACKING = "packing"
    PACKED = "packed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes. ``country`` is ISO 3166-1 alpha-2."""

    name: str
    street: str
    city: str
    country: str
    postcode: str = ""
    company: str = ""
    street2: str = ""
    region: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many units of one SKU. ``variant`` is what the customer believes to have ordered; it must agree.

    ``substitutes`` are the SKUs that the customer takes instead, the dearest first; without any there is no substitute.
    """

    number: int
    sku: str
    quantity: int
    variant: Variant = ()
    substitutes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A shop's order. Priority 1 is the most urgent; ``ship_by`` is aware UTC.

    ``min_shelf_life_days`` is for how long its units must still keep when they are shipped.
    """

    number: str
    priority: int
    ship_by: datetime
    service: str
    policy: ShortPolicy
    ship_to: Address
    lines: tuple[OrderLine, ...]
    min_shelf_life_days: int = 0


def good_until(today: date, ship_by: date, min_shelf_life_days: int) -> date:
    """The day until which units must keep at least: so long after they are shipped, and never before today."""
    if not min_shelf_life_days:
        return today
    return max(today, ship_by) + timedelta(days=min_shelf_life_days)

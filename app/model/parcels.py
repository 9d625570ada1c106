"""Cartons, parcels, and what a carrier's quote says."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class ParcelStatus(StrEnum):
    """Where a parcel stands."""

    OPEN = "open"
    AWAITING_LABEL = "awaiting_label"
    LABELLED = "labelled"
    CLOSED = "closed"
    MANIFESTED = "manifested"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Carton:
    """A shipping carton: inner and outer sizes in millimetres, its own weight and the most it carries in grams."""

    code: str
    name: str
    inner_length_mm: int
    inner_width_mm: int
    inner_height_mm: int
    outer_length_mm: int
    outer_width_mm: int
    outer_height_mm: int
    empty_weight_g: int
    max_weight_g: int

    @property
    def inner_volume_mm3(self) -> int:
        """The volume inside, in cubic millimetres."""
        return self.inner_length_mm * self.inner_width_mm * self.inner_height_mm


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason with its parameters, for people and for machines."""

    code: str
    params: tuple[tuple[str, str], ...] = ()


def reason(code: str, **params: object) -> Reason:
    """A coded reason; its parameters become the text that a person reads."""
    return Reason(code, tuple((name, str(value)) for name, value in params.items()))


@dataclass(frozen=True, slots=True)
class Quote:
    """What one service answered: a price, or the reasons why it cannot carry the parcel."""

    carrier: str
    service: str
    zone: str
    billable_g: int
    price: Money | None
    reasons: tuple[Reason, ...]
    departs_at: datetime | None = None
    """When the carrier fetches it, aware UTC; only with a price."""
    transit_days: int = 0


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """The central's answer to a weighed parcel: a label proved to read, or the reasons why there is none yet."""

    parcel: str
    sscc: str = ""
    tracking: str = ""
    carrier: str = ""
    service: str = ""
    price: str = ""
    reasons: tuple[Reason, ...] = ()
    """Why this service, or why no label: shown by the why key."""
    copies: int = 0
    """Reprints asked for after the first; each one that rises is printed once."""
    void: bool = False
    copy_station: str = ""
    """The station that asked for the newest copy, which alone prints it."""
    order: str = ""
    """So that a label leads back to its order, also after it is void."""

    @property
    def ready(self) -> bool:
        """Whether there is a label to print."""
        return bool(self.sscc) and not self.void

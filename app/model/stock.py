"""Stock: double entry over places. A place is a bin, a tote, a parcel or an account.

A movement takes units from one place to another, so the sum over all places is zero by construction.
Accounts stand for the world outside the shelves; only they may go negative.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Account(StrEnum):
    """Places that are not places."""

    OPENING = "account:opening"
    SUPPLIER = "account:supplier"
    COUNT = "account:count"
    DAMAGED = "account:damaged"
    UNEXPLAINED = "account:unexplained"
    SHIPPED = "account:shipped"


def bin_place(location: str) -> str:
    """The place of a storage location."""
    return f"bin:{location}"


def tote_place(tote: str) -> str:
    """The place of what lies in a tote."""
    return f"tote:{tote}"


def parcel_place(parcel: str) -> str:
    """The place of what is packed in a parcel."""
    return f"parcel:{parcel}"


def is_account(place: str) -> bool:
    """Whether a place is an account, which may go negative and is never reserved."""
    return place.startswith("account:")


@dataclass(frozen=True, slots=True)
class Movement:
    """Units of one item and lot that went from one place to another, and the document that says why."""

    sku: str
    lot: str
    source: str
    target: str
    quantity: int
    reference: str


@dataclass(frozen=True, slots=True)
class StockRow:
    """What the books say of one item and lot in one bin, as the allocation planner reads it."""

    location: str
    sku: str
    lot: str
    expires: date | None
    on_hand: int
    reserved: int
    zone_rank: int
    """0 for a pick face, 1 for reserve: pick faces are emptied first."""
    blocked: bool = False
    """A short was found here: nothing new is bound to it until it is counted."""

    @property
    def free(self) -> int:
        """Units that can still be promised."""
        return 0 if self.blocked else self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Binding:
    """Units of a location and lot bound to an order line."""

    order: str
    line: int
    location: str
    sku: str
    lot: str
    quantity: int

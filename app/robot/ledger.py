"""What the robot really did, unit by unit: its own record, to hold against the program's books."""

from collections import Counter
from dataclasses import dataclass, field

from app.robot.warehouse import Unit


@dataclass(frozen=True, slots=True)
class Put:
    """Units that went into a tote from a location; a negative quantity went back."""

    tote: str
    location: str
    unit: Unit
    quantity: int


@dataclass(slots=True)
class Ledger:
    """The record of a day."""

    puts: list[Put] = field(default_factory=list)
    packed: list[tuple[str, str, Unit, int]] = field(default_factory=list)
    """Order, tote, unit, quantity."""
    closed: list[tuple[str, str]] = field(default_factory=list)
    """Order and SSCC of each closed parcel."""
    dropped: list[tuple[str, str]] = field(default_factory=list)
    """Tote and place."""
    walked_m: int = 0
    in_location_order_m: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    """The faults that really happened."""
    excused: set[str] = field(default_factory=set)
    """The orders that a fault may have kept from shipping."""

    def into_totes(self) -> Counter[tuple[str, str, str]]:
        """Net units that went into each tote over the day: by tote, SKU and lot."""
        net: Counter[tuple[str, str, str]] = Counter()
        for put in self.puts:
            net[put.tote, *put.unit] += put.quantity
        return +net

    def out_of_bins(self) -> Counter[tuple[str, str, str]]:
        """Net units that left each location for a tote: by location, SKU and lot."""
        net: Counter[tuple[str, str, str]] = Counter()
        for put in self.puts:
            net[put.location, *put.unit] += put.quantity
        return +net

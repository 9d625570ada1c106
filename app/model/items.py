"""Items: what can be ordered, how its barcodes count, and what must be known to handle it."""

from dataclasses import dataclass
from enum import StrEnum

from app.model.floor import Proof

Variant = tuple[tuple[str, str], ...]
"""What tells an item from its sisters, in a fixed order: ``(("size", "M"), ("colour", "navy"))``."""


class PackLevel(StrEnum):
    """What one scan of a barcode stands for."""

    UNIT = "unit"
    INNER = "inner"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Barcode:
    """A code printed on an item or its packaging, and how many units it counts."""

    code: str
    quantity: int
    level: PackLevel = PackLevel.UNIT


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another SKU that was taken for an item, and how many times."""

    sku: str
    times: int


@dataclass(frozen=True, slots=True)
class Item:
    """One SKU. Items with the same ``style`` and another ``variant`` are sisters: easily mixed up.

    Lengths are millimetres and the weight is grams, both of one unit in its own packaging.
    """

    sku: str
    name: str
    style: str
    variant: Variant
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    barcodes: tuple[Barcode, ...] = ()
    lot_controlled: bool = False
    expiry_controlled: bool = False
    serial_controlled: bool = False
    fragile: bool = False
    hazard_class: str = ""
    verify: tuple[Proof, ...] = ()
    """What must be scanned for this item beyond what its zone asks for."""
    looks_like: tuple[LookAlike, ...] = ()
    """What pickers really took for it, the most often first."""

    @property
    def volume_mm3(self) -> int:
        """The volume of one unit in cubic millimetres."""
        return self.length_mm * self.width_mm * self.height_mm

    @property
    def variant_words(self) -> str:
        """The variant as people say it: ``M navy``; empty where the item has no variants."""
        return " ".join(value for _, value in self.variant)

    def is_sister_of(self, other: "Item") -> bool:
        """Whether the two are variants of one style, so that one is easily taken for the other."""
        return self.style == other.style and self.sku != other.sku

"""What protects the contents of a parcel, what the parcel should weigh, and how far the scale may differ."""

from collections.abc import Sequence

from app.model.items import Item
from app.model.known import SiteSettings
from app.model.parcels import Carton

WRAP = "wrap"


def materials(contents: Sequence[tuple[Item, int]]) -> tuple[str, ...]:
    """The protection that the rules ask for, in the order in which it is applied: fragile units are wrapped."""
    return (WRAP,) if fragile_units(contents) else ()


def fragile_units(contents: Sequence[tuple[Item, int]]) -> int:
    """How many units must be wrapped."""
    return sum(quantity for item, quantity in contents if item.fragile)


def calculated_weight_g(
    contents: Sequence[tuple[Item, int]], carton: Carton | None, settings: SiteSettings
) -> int:
    """What the closed parcel should weigh in grams: units, carton, and a wrap for each fragile unit."""
    units = sum(item.weight_g * quantity for item, quantity in contents)
    empty = carton.empty_weight_g if carton is not None else 0
    return units + empty + fragile_units(contents) * settings.wrap_weight_g


def tolerance_g(calculated_g: int, settings: SiteSettings) -> int:
    """How far the scale may differ from the calculated weight: the larger of a share and a fixed amount, in grams."""
    return max(calculated_g * settings.weight_tolerance_permille // 1000, settings.weight_tolerance_g)


def is_plausible(weight_g: int, calculated_g: int, settings: SiteSettings) -> bool:
    """Whether a weight is within the tolerance of the calculated one."""
    return abs(weight_g - calculated_g) <= tolerance_g(calculated_g, settings)

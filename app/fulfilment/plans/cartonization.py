"""Which carton holds what an order needs: the smallest one into which everything fits, with its reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.model.items import Item
from app.model.parcels import Carton, Reason

FILL_PERMILLE = 850
"""So much of a carton can be filled with units of mixed shapes; the rest is gaps and protection."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A carton, whether it holds everything, and why: the chosen one's reason first, then why the others lost.

    ``carton`` is ``None`` only where the site has no cartons.
    """

    carton: Carton | None
    fits_all: bool
    reasons: tuple[Reason, ...]


def propose(contents: Sequence[tuple[Item, int]], cartons: Iterable[Carton]) -> Proposal:
    """The smallest carton by inner volume that holds the contents; where none does, the largest.

    A carton holds the contents when each unit fits in some turned position, all units together take at most
    ``FILL_PERMILLE`` of its volume, and their weight is within what it carries. A unit that travels alone needs
    only to fit: there are no gaps to keep. This is a first-fit rule over volume; it does not try to place units
    beside each other.
    """
    by_size = sorted(cartons, key=lambda carton: (carton.inner_volume_mm3, carton.code))
    if not by_size:
        return Proposal(None, fits_all=False, reasons=(Reason("carton.none_known"),))
    objections = {carton.code: objection(contents, carton) for carton in by_size}
    chosen = next((carton for carton in by_size if objections[carton.code] is None), None)
    fits_all = chosen is not None
    if chosen is None:
        chosen = by_size[-1]
    first = Reason(
        "carton.smallest_that_holds_all" if fits_all else "carton.largest_there_is",
        (
            ("carton", chosen.name),
            ("filled", str(_percent(volume_mm3(contents), chosen.inner_volume_mm3))),
            ("weight", str(weight_g(contents))),
        ),
    )
    others = tuple(
        objections[carton.code] or Reason("carton.larger_than_needed", (("carton", carton.name),))
        for carton in by_size
        if carton is not chosen or not fits_all
    )
    return Proposal(chosen, fits_all, (first, *others))


def objection(contents: Sequence[tuple[Item, int]], carton: Carton) -> Reason | None:
    """Why a carton does not hold the contents; ``None`` when it does."""
    for item, quantity in contents:
        if quantity and not fits_inside(item, carton):
            return Reason("carton.item_too_long", (("carton", carton.name), ("item", item.name)))
    weight = weight_g(contents)
    if weight > carton.max_weight_g:
        return Reason(
            "carton.too_heavy",
            (("carton", carton.name), ("weight", str(weight)), ("most", str(carton.max_weight_g))),
        )
    alone = sum(quantity for _, quantity in contents) <= 1
    volume = volume_mm3(contents)
    if not alone and volume * 1000 > carton.inner_volume_mm3 * FILL_PERMILLE:
        return Reason(
            "carton.too_full",
            (("carton", carton.name), ("filled", str(_percent(volume, carton.inner_volume_mm3)))),
        )
    return None


def fits_inside(item: Item, carton: Carton) -> bool:
    """Whether one unit goes into an empty carton, turned as it needs to be (by right angles)."""
    unit = sorted((item.length_mm, item.width_mm, item.height_mm))
    inside = sorted((carton.inner_length_mm, carton.inner_width_mm, carton.inner_height_mm))
    return all(side <= room for side, room in zip(unit, inside, strict=True))


def volume_mm3(contents: Sequence[tuple[Item, int]]) -> int:
    """The volume of all units in cubic millimetres."""
    return sum(item.volume_mm3 * quantity for item, quantity in contents)


def weight_g(contents: Sequence[tuple[Item, int]]) -> int:
    """The weight of all units in grams."""
    return sum(item.weight_g * quantity for item, quantity in contents)


def _percent(part: int, whole: int) -> int:
    return -(-part * 100 // whole) if whole else 100

"""What a label says beside the item, held against the line and the stock that it is for."""

from collections.abc import Collection
from dataclasses import replace

from app.model.items import Item
from app.model.scans import Reading
from app.model.words import phrase

_MG_IN_G = 1000


def as_stock_has_it(reading: Reading, lots: Collection[str]) -> Reading:
    """A reading in which separators may be lost, decided by the lots that there are at this line.

    Where one of them fits, the code says that lot; where none does, it says what it says as it stands. Where several
    fit, it is refused: only a label with the lot alone can tell.
    """
    fitting = [one for one in (reading, *reading.instead) if not one.refused and one.lot in lots]
    if not reading.instead or not fitting:
        return reading
    if len({one.lot for one in fitting}) > 1:
        return Reading(reading.text, reading.aim, refused="code.separator", field="10")
    return replace(fitting[0], instead=())


def weighs_like(reading: Reading, item: Item, quantity: int) -> bool:
    """Whether the net weight on a label can be that of so many units; true where none of the two is known.

    Packaging makes units heavier than their content, so that half their weight will do; more than half a unit above
    it is another number of units.
    """
    if not reading.weight_mg or not item.weight_g:
        return True
    one, all_of_them = item.weight_g * _MG_IN_G, item.weight_g * quantity * _MG_IN_G
    return all_of_them // 2 <= reading.weight_mg <= all_of_them + one // 2


def why_refused(reading: Reading) -> str:
    """The reason against a code in words, with the field that is wrong in front."""
    why = phrase(reading.refused, ())
    return f"({reading.field}) {why}" if reading.field else why

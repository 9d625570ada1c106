"""How the picking dialogue names things: items with their variants, and codes that were not expected."""

from app.fulfilment.dialogues.resolver import BADGE, Resolution
from app.model.answers import Param, Verdict, bad
from app.model.items import Item
from app.model.known import Known
from app.model.scans import Reading

_SHOWN = 40
"""So much of an unknown code is shown."""


def item_name(known: Known, sku: str) -> str:
    """An item as people say it: ``Wheat bread (M navy)``; the SKU where the item is not known here."""
    item = known.items.get(sku)
    if item is None:
        return sku
    return f"{item.name} ({item.variant_words})" if item.variant else item.name


def read_as(reading: Reading) -> str:
    """What was read, short, and never the secret of a badge."""
    text = reading.text or reading.sscc or reading.gtin
    return BADGE.rstrip(":") if text.startswith(BADGE) else text[:_SHOWN]


def unexpected(expected: str, reading: Reading, found: Resolution, **params: Param) -> Verdict:
    """The refusal of a code that the step does not take: what it is, where that is known, and what to scan.

    ``expected`` is the end of the code in the catalogue: ``pick.wants_item`` where the code is known to be something
    else, ``pick.unknown_wants_item`` where it is not known at all.
    """
    if not found.foreign:
        return bad(f"pick.unknown_wants_{expected}", read=read_as(reading), **params)
    meaning = found.foreign[0]
    return bad(f"pick.wants_{expected}", read=meaning.key, kind=meaning.kind.value, **params)


def wrong_item(known: Known, read: str, wanted: str) -> Verdict:
    """The refusal of another item; a sister variant is named by what tells the two apart."""
    mine, theirs = known.items.get(wanted), known.items.get(read)
    if mine is not None and theirs is not None and mine.is_sister_of(theirs):
        return bad(
            "pick.sister_variant",
            read=told_apart(theirs, mine),
            wanted=told_apart(mine, theirs),
            name=mine.name,
        )
    return bad("pick.wrong_item", read=item_name(known, read), wanted=item_name(known, wanted), sku=wanted)


def told_apart(item: Item, sister: Item) -> str:
    """The part of a variant in which two sisters differ: ``M`` of ``M navy`` and ``L navy``."""
    theirs = dict(sister.variant)
    differs = [value for name, value in item.variant if theirs.get(name) != value]
    return " ".join(differs) or item.variant_words or item.sku

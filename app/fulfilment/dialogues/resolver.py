"""The one resolver: what a code means, for every step of every dialogue."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.model.answers import Kind, Meaning
from app.model.items import Barcode, Item
from app.model.known import Known
from app.model.scans import Reading

BADGE = "BADGE:"
COMMAND = "CMD:"

_GTIN_LENGTHS = (14, 13, 12, 8)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a code means at a step. ``meaning`` is what the step accepts; ``foreign`` is all else that it means."""

    meaning: Meaning | None
    foreign: tuple[Meaning, ...]

    @property
    def unknown(self) -> bool:
        """Whether nobody here knows the code at all."""
        return self.meaning is None and not self.foreign


def resolve(
    reading: Reading, known: Known, accepts: Sequence[Kind], *, expected_location: str = ""
) -> Resolution:
    """The first meaning of the accepted kinds, in the caller's order.

    A check code only confirms ``expected_location``: several places may have the same one. ``Kind.LOT`` takes the
    lot field of a GS1 code, or any text, and comes last wherever it stands in ``accepts``; so does ``Kind.SERIAL``
    with the serial field.
    """
    found = meanings(reading, known)
    for kind in accepts:
        for meaning in found:
            if meaning.kind is kind and _holds_here(meaning, reading, expected_location):
                return Resolution(meaning, tuple(other for other in found if other != meaning))
    lot = reading.lot or reading.text
    if Kind.LOT in accepts and lot and not reading.refused:
        return Resolution(Meaning(Kind.LOT, lot, lot=lot), found)
    serial = reading.serial or reading.text
    if Kind.SERIAL in accepts and serial and not reading.refused:
        return Resolution(Meaning(Kind.SERIAL, serial, serial=serial), found)
    return Resolution(None, found)


def _holds_here(meaning: Meaning, reading: Reading, expected_location: str) -> bool:
    if meaning.kind is not Kind.LOCATION or meaning.key == reading.text:
        return True
    return meaning.key == expected_location


def meanings(reading: Reading, known: Known) -> tuple[Meaning, ...]:
    """Everything that a code can mean anywhere; empty for an unknown code and for a broken GS1 code.

    A location comes once for its own code and once for each place that has the text as its check code. A label's
    code means both the label and its parcel.
    """
    if reading.refused:
        return ()
    return tuple(dict.fromkeys(_meanings(reading, known)))


def _meanings(reading: Reading, known: Known) -> Iterator[Meaning]:
    text = reading.text
    if text.startswith(BADGE):
        operator = known.badges.get(hashlib.sha256(text.removeprefix(BADGE).encode()).hexdigest())
        if operator is not None:
            yield Meaning(Kind.BADGE, operator.id)
    if text.startswith(COMMAND):
        yield Meaning(Kind.COMMAND, text.removeprefix(COMMAND))
    if text in known.carts:
        yield Meaning(Kind.CART, text)
    if text in known.totes:
        yield Meaning(Kind.TOTE, text)
    yield from _locations(text, known)
    item = _item(reading, known)
    if item is not None:
        yield item
    if text in known.cartons:
        yield Meaning(Kind.CARTON, text)
    yield from _parcels(reading, known)
    if text in known.pack_jobs:
        yield Meaning(Kind.ORDER, text)


def _locations(text: str, known: Known) -> Iterator[Meaning]:
    if text in known.locations:
        yield Meaning(Kind.LOCATION, text)
    if text:
        for location in known.check_codes.get(text, ()):
            yield Meaning(Kind.LOCATION, location.code)


def _item(reading: Reading, known: Known) -> Meaning | None:
    found = _barcode(reading, known)
    if found is None:
        return None
    item, barcode = found
    return Meaning(
        Kind.ITEM,
        item.sku,
        # A count in the code (AI 30 or 37) says how many of what the number stands for are inside.
        quantity=barcode.quantity * (reading.count or 1),
        level=barcode.level,
        lot=reading.lot,
        serial=reading.serial,
    )


def _barcode(reading: Reading, known: Known) -> tuple[Item, Barcode] | None:
    for code in (reading.text, *_gtin_forms(reading.gtin), *_gtin_forms(reading.text)):
        found = known.barcodes.get(code)
        if found is not None:
            return found
    return None


def _gtin_forms(code: str) -> Iterator[str]:
    """One trade item number in all its lengths: GTIN-14, EAN-13, UPC-A and EAN-8 differ only in leading zeros.

    GS1 General Specifications, 3.3.2: a shorter GTIN in AI 01 is right-justified and filled with zeros.
    """
    if not (code.isascii() and code.isdigit() and len(code) in _GTIN_LENGTHS):
        return
    significant = code.lstrip("0")
    for length in _GTIN_LENGTHS:
        if len(significant) <= length:
            yield significant.zfill(length)


def _parcels(reading: Reading, known: Known) -> Iterator[Meaning]:
    if reading.sscc:
        found = [parcel for parcel, label in known.labels.items() if label.sscc == reading.sscc]
    elif reading.text in known.labels:
        found = [reading.text]
    else:
        found = [
            parcel for parcel, label in known.labels.items() if label.sscc and label.sscc == reading.text
        ]
    for parcel in found:
        yield Meaning(Kind.LABEL, parcel)
        yield Meaning(Kind.PARCEL, parcel)

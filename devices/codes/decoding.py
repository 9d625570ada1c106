"""A code explained to people: every element with its name and meaning, and what is wrong with it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from devices.codes.elements import Element, Refused, bracketed, counted, lacking
from devices.codes.identifiers import identifier
from devices.codes.links import is_address
from devices.codes.reading import carried, parted, plain, readable
from devices.codes.separators import splits
from devices.codes.telling import day


@dataclass(frozen=True, slots=True)
class Explained:
    """One element: its AI, GS1's short name of it, its value as written and as it is meant."""

    identifier: str
    title: str
    value: str
    meaning: str
    position: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """All that can be said of a code.

    ``kind`` is ``gs1``, ``link``, ``gtin`` or ``text``; ``gtin`` has fourteen digits or is empty. ``instead`` are the
    ways to read it if separators got lost, the likeliest first.
    """

    aim: str
    kind: str
    text: str
    gtin: str
    elements: tuple[Explained, ...]
    problem: Refused | None
    instead: tuple[str, ...]


def decode(written: str, *, year: int) -> Decoded:
    """Explain a code. ``written`` may have an AIM id in front, and AIs in brackets. Never raises.

    Unlike a scan on the floor, where one thing may carry several labels, an AI that needs others which are not in the
    same code counts as a problem.
    """
    aim, content = parted(written)
    try:
        if content.startswith("("):
            found: tuple[Element, ...] | None = bracketed(content)
        else:
            found = carried(content, aim)
        if found is None:
            reading = plain(readable(content), aim)
            kind = "gtin" if reading.gtin else "text"
            return Decoded(aim, kind, reading.text, reading.gtin, (), None, ())
        explained = tuple(_explained(element, year) for element in found)
    except Refused as refusal:
        return Decoded(aim, _kind(content), readable(content), "", (), refusal, _ways(content))
    gtin = next((element.value for element in found if element.identifier in {"01", "02", "03"}), "")
    text = "".join(map(str, found))
    return Decoded(aim, _kind(content), text, gtin, explained, _incomplete(found), _ways(content))


def _incomplete(found: tuple[Element, ...]) -> Refused | None:
    try:
        counted(found)
    except Refused as refusal:
        return refusal
    return next(lacking(found), None)


def _kind(content: str) -> str:
    return "link" if is_address(content) else "gs1"


def _ways(content: str) -> tuple[str, ...]:
    if is_address(content) or content.startswith("("):
        return ()
    return tuple("".join(map(str, way)) for way in splits(content)[:_MOST_WAYS])


_MOST_WAYS = 8


def _explained(element: Element, year: int) -> Explained:
    known = identifier(element.identifier)
    return Explained(
        element.identifier,
        known.row.title if known is not None else "",
        element.value,
        meaning(element, year),
        element.position,
    )


def meaning(element: Element, year: int) -> str:
    """A value as a person would write it: days and times by ISO 8601, numbers with their decimals and unit."""
    known = identifier(element.identifier)
    if known is None:
        return element.value
    shape = known.row.shape
    if shape.startswith("N6,yymm"):
        return _when(
            day(element.value[:6], year).isoformat(), element.value[6:], year, is_range="[N6],yymm" in shape
        )
    if shape.startswith("N8,yyyymm"):
        born = element.value
        return _when(f"{born[:4]}-{born[4:6]}-{born[6:8]}", born[8:], year)
    if element.identifier[:2] in _DECIMALS:
        return _number(element, known.row.title, has_currency="iso4217" in shape)
    return element.value


_DECIMALS = frozenset({"31", "32", "33", "34", "35", "36", "39"})
_UNIT = re.compile(r"\(([^()]+(?:\([^()]+\))?[^()]*)\)")


def _when(begin: str, rest: str, year: int, *, is_range: bool = False) -> str:
    if not rest:
        return begin
    if is_range:
        return f"{begin}/{day(rest, year)}"
    return f"{begin}T{':'.join(rest[at : at + 2] for at in range(0, len(rest), 2))}"


def _number(element: Element, title: str, *, has_currency: bool) -> str:
    digits = element.value[3:] if has_currency else element.value
    amount = Decimal(digits).scaleb(-int(element.identifier[-1]))
    unit = _UNIT.search(title)
    after = f" {unit[1]}" if unit is not None else ""
    before = f"{element.value[:3]} " if has_currency else ""
    return f"{before}{amount:f}{after}"

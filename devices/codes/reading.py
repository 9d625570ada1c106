"""From the bytes of a scan to what they say."""

import re

from app.model.scans import Reading
from devices.codes.elements import GS, IDENTIFIERS, Element, Kind, Refused, day, elements
from devices.codes.numbers import gtin14, has_right_check_digit

# ISO/IEC 15424: `]`, a letter for the symbology and a modifier, both case sensitive
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]", re.ASCII)
_GS1 = frozenset({"]C1", "]d2", "]Q3", "]e0", "]J1"})
_RETAIL = {"]E0": (12, 13), "]E4": (8,)}  # lengths of which the last digit is sure to be a check digit

_THIS_YEAR = 2026


def read(raw: bytes, *, year: int = _THIS_YEAR) -> Reading:
    """Say what a scan says. Never raises, whatever the bytes.

    GS1 fields are read where the AIM id says GS1, or the code begins with a separator, or it is unmistakable: an
    SSCC behind 00 and nothing else, or a GTIN behind 01, with right check digits and only AIs that we use. An order
    number that looks like AI 10 stays plain text. Digits alone with a right check digit are a GTIN.

    A code that is refused has no fields at all, so that nobody counts on half of it. ``year`` places two-digit
    years in their century, which matters only to dates about fifty years away from it.
    """
    written = _decoded(raw)
    mark = _AIM.match(written)
    aim = mark.group() if mark else ""
    content = written[len(aim) :]
    if aim in _GS1 or content.startswith(GS) or (not aim and _unmistakable(content, year)):
        return _gs1(content, aim, year)
    text = _readable(content)
    if len(text) in _RETAIL.get(aim, ()) and not has_right_check_digit(text):
        return Reading(text, aim, refused="gs1.check_digit")
    return Reading(text, aim, gtin=gtin14(text))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _readable(text: str) -> str:
    """Without control characters, and without those that turn the direction of writing or cannot be seen."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _unmistakable(content: str, year: int) -> bool:
    if content.startswith("00"):
        return len(content) == 20 and has_right_check_digit(content[2:])
    if not (content.startswith("01") and gtin14(content[2:16])):
        return False
    if GS in content:
        return True
    try:
        found = elements(content)
        _fields(found, "", year)
    except Refused:
        return False
    return all(element.identifier in IDENTIFIERS for element in found)


def _gs1(content: str, aim: str, year: int) -> Reading:
    try:
        found = elements(content)
        return _fields(found, aim, year)
    except Refused as refusal:
        return Reading(_readable(content), aim, refused=refusal.code)


def _fields(found: tuple[Element, ...], aim: str, year: int) -> Reading:
    values: dict[str, str] = {}
    for element in found:
        if values.setdefault(element.identifier, element.value) != element.value:
            raise Refused("gs1.contradiction")
    if "01" in values and "02" in values:
        raise Refused("gs1.two_items")
    if "02" in values and "37" not in values:
        raise Refused("gs1.no_count")
    days = {
        identifier: day(value, year)
        for identifier, value in values.items()
        if identifier in IDENTIFIERS and IDENTIFIERS[identifier].kind is Kind.DATE
    }
    return Reading(
        text="".join(f"({element.identifier}){element.value}" for element in found),
        aim=aim,
        gtin=values.get("01") or values.get("02", ""),
        lot=values.get("10", ""),
        expires=days.get("17") or days.get("15"),
        serial=values.get("21", ""),
        count=int(values.get("37") or values.get("30", "0")),
        sscc=values.get("00", ""),
    )

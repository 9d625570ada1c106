"""From the bytes of a scan to what they say."""

import re
from contextlib import suppress
from dataclasses import replace

from app.model.scans import Reading
from devices.codes.elements import GS, Element, Refused, compare, counted, elements
from devices.codes.links import is_address, link
from devices.codes.numbers import gtin14, has_right_check_digit, is_number, upc_a
from devices.codes.separators import splits
from devices.codes.telling import day, milligrams

# ISO/IEC 15424: `]`, a letter for the symbology and a modifier, both case sensitive
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]", re.ASCII)
_GS1 = frozenset({"]C1", "]d2", "]d5", "]Q3", "]Q4", "]e0", "]J1"})
_COMPOSITE = "|]e0"
_EAN, _EAN_8, _WITH_ADD_ON, _OTHER = "]E0", "]E4", "]E3", "]X0"
_DIGITS = {_EAN: (12, 13), _EAN_8: (8,), _WITH_ADD_ON: (12, 13)}
_ADD_ONS = frozenset({"]E1", "]E2"})
_ITF_CHECKED = "]I1"

_FAMILIAR = frozenset(
    [
        "00",
        "01",
        "02",
        "10",
        "11",
        "13",
        "15",
        "17",
        "20",
        "21",
        "30",
        "37",
        "240",
        "241",
        "400",
        "410",
        "420",
    ]
    + [f"310{decimals}" for decimals in range(6)]
)
"""Without an AIM id, a code in which each AI is one of these is taken for GS1."""

_THIS_YEAR = 2026


def read(raw: bytes, *, year: int = _THIS_YEAR) -> Reading:
    """Say what a scan says. Never raises, whatever the bytes.

    GS1 fields are read where the AIM id says GS1, or the code begins with a separator, is a Digital Link, or is
    unmistakable: an SSCC behind 00 and nothing else, or a GTIN behind 01, with right values and only AIs that are
    familiar. An order number that looks like AI 10 stays plain text. Digits alone with a right check digit are a GTIN.

    A code that is refused has no fields at all, so that nobody counts on half of it. ``year`` places two-digit
    years in their century, which matters only to dates about fifty years away from it.
    """
    aim, content = parted(decoded(raw))
    try:
        found = carried(content, aim)
        if found is None:
            return plain(readable(content), aim)
        reading = _fields(found, aim, year)
    except Refused as refusal:
        reading = Reading(
            readable(content), aim, refused=refusal.code, field=refusal.identifier, position=refusal.position
        )
        if refusal.code not in _OF_LOST_SEPARATORS or not _is_element_string(content):
            return reading
    else:
        if not (reading.lot or reading.serial) or not _is_element_string(content):
            return reading
    instead = _instead(content, aim, year)
    return replace(reading, instead=instead) if instead else reading


_OF_LOST_SEPARATORS = frozenset({"gs1.too_long", "gs1.not_digits"})
"""What a value can look like when the next one runs into it."""


def _is_element_string(content: str) -> bool:
    return not is_address(content) and _COMPOSITE not in content


def _instead(content: str, aim: str, year: int) -> tuple[Reading, ...]:
    ways: list[Reading] = []
    for found in splits(content):
        with suppress(Refused):
            ways.append(_fields(found, aim, year))
    return tuple(ways)


def decoded(raw: bytes) -> str:
    """The characters of a scan: UTF-8, and where it cannot be that, Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def parted(written: str) -> tuple[str, str]:
    """The AIM id in front of a code, empty where there is none, and the code."""
    mark = _AIM.match(written)
    aim = mark.group() if mark else ""
    return aim, written[len(aim) :]


def readable(text: str) -> str:
    """Without control characters, and without those that turn the direction of writing or cannot be seen."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


def carried(content: str, aim: str) -> tuple[Element, ...] | None:
    """The GS1 elements in a code behind its AIM id; nothing where it is no GS1 code. Raises ``Refused``."""
    if aim in _GS1 or content.startswith(GS):
        return elements(content)
    if is_address(content):
        return link(content)
    linear, bar, beside = content.partition(_COMPOSITE)
    if bar and aim in {_EAN, _EAN_8}:
        return _composite(_retail(linear, aim), elements(beside))
    if not aim and _looks_like_gs1(content):
        return _unmistakable(content)
    return None


def _composite(gtin: str, beside: tuple[Element, ...]) -> tuple[Element, ...]:
    found = (Element("01", gtin, 1), *beside)
    compare(found)
    return found


def _looks_like_gs1(content: str) -> bool:
    if content.startswith("00"):
        return len(content) == 20 and has_right_check_digit(content[2:])
    return content.startswith("01") and bool(gtin14(content[2:16]))


def _unmistakable(content: str) -> tuple[Element, ...] | None:
    try:
        found = elements(content)
        counted(found)
    except Refused as refusal:
        if GS in content or (refusal.code in _OF_LOST_SEPARATORS and splits(content)):
            raise
        return None
    return found if GS in content or all(each.identifier in _FAMILIAR for each in found) else None


def plain(text: str, aim: str) -> Reading:
    """What a code without GS1 elements says. Raises ``Refused`` where its symbology promises another number."""
    if aim in {_EAN, _EAN_8, _WITH_ADD_ON}:
        number = text[:13] if aim == _WITH_ADD_ON and len(text) in {15, 18} else text
        return Reading(text, aim, gtin=_retail(number, aim))
    if aim in _ADD_ONS:
        raise Refused("code.add_on")
    if aim == _ITF_CHECKED and len(text) == 14 and not gtin14(text):
        raise Refused("gs1.check_digit")
    if aim == _OTHER and upc_a(text):
        return Reading(text, aim, gtin=gtin14(upc_a(text)))
    return Reading(text, aim, gtin=gtin14(text))


def _retail(number: str, aim: str) -> str:
    """The GTIN-14 of an EAN or UPC symbol. Raises ``Refused``: its reader made sure of the check digit."""
    if not is_number(number):
        raise Refused("gs1.not_digits")
    if len(number) in _DIGITS[aim]:
        gtin = gtin14(number)
    elif aim == _EAN and len(number) in {6, 7, 8}:
        gtin = gtin14(upc_a(number))
    else:
        raise Refused("code.length")
    if not gtin:
        raise Refused("gs1.check_digit")
    return gtin


def _fields(found: tuple[Element, ...], aim: str, year: int) -> Reading:
    counted(found)
    values = {element.identifier: element.value for element in found}
    use_by = values.get("17") or values.get("15") or values.get("7003", "")[:6]
    weight = next((element for element in found if element.identifier.startswith("310")), None)
    return Reading(
        text="".join(map(str, found)),
        aim=aim,
        gtin=values.get("01") or values.get("02") or values.get("03", ""),
        lot=values.get("10", ""),
        expires=day(use_by, year) if use_by else None,
        serial=values.get("21", ""),
        count=int(values.get("37") or values.get("30", "0")),
        sscc=values.get("00", ""),
        weight_mg=milligrams(weight) if weight is not None else 0,
    )

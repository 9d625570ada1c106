"""What the values of application identifiers mean: days, weights, amounts."""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal

from devices.codes.elements import Element, Refused
from devices.codes.identifiers import identifier

_MG_IN_KG = 1_000_000


def day(yymmdd: str, year: int) -> date:
    """The day that six digits mean in a given year; day 00 is the last of its month.

    The century is the one that puts the year at most 49 years back and 50 years ahead (GS1 General Specifications,
    section 7.12). Raises ``Refused`` for a day that does not exist.
    """
    century = year - year % 100
    gap = int(yymmdd[:2]) - year % 100
    if gap > 50:
        century -= 100
    elif gap < -49:
        century += 100
    written, month, of_month = century + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:])
    try:
        return date(written, month, of_month or monthrange(written, month)[1])
    except ValueError:  # also calendar.IllegalMonthError
        raise Refused("gs1.date") from None


def milligrams(element: Element) -> int:
    """A weight in kilograms (AI 310n, 330n) as whole milligrams; its AI ends in the number of decimals."""
    decimals = int(element.identifier[-1])
    return int(Decimal(element.value).scaleb(-decimals) * _MG_IN_KG)


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

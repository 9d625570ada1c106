"""What the values of application identifiers mean to a scan: days and weights."""

from calendar import monthrange
from datetime import date

from devices.codes.elements import Element, Refused

_DECIMALS_OF_MG = 6


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
    return int(element.value + "0" * (_DECIMALS_OF_MG - int(element.identifier[-1])))

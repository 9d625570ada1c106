"""GS1 element strings: a row of application identifiers (AI) with their values.

GS1 General Specifications, section 7.8: values of a predefined length follow each other directly, all others end
at a separator (FNC1, which scanners send as GS) or with the code. The AIs that Storehand uses are checked whole;
other assigned ones are passed over by their length.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from devices.codes.numbers import has_right_check_digit, is_number

GS = "\x1d"
LONGEST_VALUE = 90  # of any AI

# Character set 82, GS1 General Specifications figure 7.11-1
ALLOWED = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


class Kind(Enum):
    """What the value of an AI is made of, and what has to be right about it."""

    TEXT = auto()
    NUMBER = auto()
    CHECKED = auto()
    """A number that ends in its check digit."""
    DATE = auto()
    """YYMMDD, where day 00 is the last of the month."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An application identifier: what its value looks like."""

    kind: Kind
    shortest: int
    longest: int


def _fixed(kind: Kind, length: int) -> Identifier:
    return Identifier(kind, length, length)


def _up_to(kind: Kind, longest: int) -> Identifier:
    return Identifier(kind, 1, longest)


IDENTIFIERS: dict[str, Identifier] = {
    "00": _fixed(Kind.CHECKED, 18),  # SSCC
    "01": _fixed(Kind.CHECKED, 14),  # GTIN
    "02": _fixed(Kind.CHECKED, 14),  # GTIN of what is inside
    "10": _up_to(Kind.TEXT, 20),  # lot
    "11": _fixed(Kind.DATE, 6),  # produced
    "13": _fixed(Kind.DATE, 6),  # packed
    "15": _fixed(Kind.DATE, 6),  # best before
    "17": _fixed(Kind.DATE, 6),  # use by
    "20": _fixed(Kind.NUMBER, 2),  # internal variant
    "21": _up_to(Kind.TEXT, 20),  # serial
    "30": _up_to(Kind.NUMBER, 8),  # count, of an item of variable measure
    "37": _up_to(Kind.NUMBER, 8),  # count of what is inside
    "240": _up_to(Kind.TEXT, 30),  # additional item number
    "241": _up_to(Kind.TEXT, 30),  # customer's item number
    **{f"310{decimals}": _fixed(Kind.NUMBER, 6) for decimals in range(6)},  # net weight in kilograms
    "400": _up_to(Kind.TEXT, 30),  # customer's order
    "410": _fixed(Kind.CHECKED, 13),  # GLN shipped to
    "420": _up_to(Kind.TEXT, 20),  # postcode shipped to
}

# By their first two digits: how many digits an AI has, and the length of its value where that is predefined
# (GS1 General Specifications figures 3.2-1 and 7.8.5-1). Pairs that are missing here are not assigned.
_DIGITS: dict[str, int] = {
    **dict.fromkeys(("00", "01", "02", "03", "10", "11", "12", "13", "15", "16", "17", "20", "21", "22"), 2),
    **dict.fromkeys(("30", "37", *map(str, range(90, 100))), 2),
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4),
}
_PREDEFINED: dict[str, int] = {
    "00": 18,
    **dict.fromkeys(("01", "02", "03"), 14),
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
    "20": 2,
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 6),
    "41": 13,
}


class Refused(Exception):
    """This is not the GS1 code that it claims to be; ``code`` is the reason in the catalogue of words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Element:
    """An AI and its value, as written."""

    identifier: str
    value: str


def elements(text: str) -> tuple[Element, ...]:
    """Take an element string apart. Separators too many, in front or at the end do no harm.

    Raises ``Refused`` where an AI is not assigned, or where the value of one that we use is not what it must be.
    """
    found: list[Element] = []
    at = 0
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        element, at = _next(text, at)
        found.append(element)
    if not found:
        raise Refused("gs1.empty")
    return tuple(found)


def _next(text: str, at: int) -> tuple[Element, int]:
    pair = text[at : at + 2]
    if pair not in _DIGITS:
        raise Refused("gs1.unknown_identifier")
    begin = at + _DIGITS[pair]
    end = text.find(GS, begin)
    if end < 0:
        end = len(text)
    if pair in _PREDEFINED:
        end = min(end, begin + _PREDEFINED[pair])
    element = Element(text[at:begin], text[begin:end])
    _check(element, _PREDEFINED.get(pair, 1))
    return element, end


def _check(element: Element, shortest: int) -> None:
    identifier, value = element.identifier, element.value
    if not is_number(identifier):
        raise Refused("gs1.unknown_identifier")
    rule = IDENTIFIERS.get(identifier, Identifier(Kind.TEXT, shortest, LONGEST_VALUE))
    if len(value) < rule.shortest:
        raise Refused("gs1.too_short")
    if len(value) > rule.longest:
        raise Refused("gs1.too_long")
    if not ALLOWED.issuperset(value):
        raise Refused("gs1.wrong_character")
    if rule.kind is not Kind.TEXT and not is_number(value):
        raise Refused("gs1.not_digits")
    if rule.kind is Kind.CHECKED and not has_right_check_digit(value):
        raise Refused("gs1.check_digit")


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

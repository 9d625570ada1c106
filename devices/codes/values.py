"""What the values of GS1 application identifiers are made of, and the checks that parts of them must pass.

The checks are the syntax tests of GS1's Barcode Syntax Dictionary, under its names; the rules are those of the GS1
General Specifications and of the standards named with each. A check gives the reason against a value, by its code in
the catalogue of words, or nothing.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from string import ascii_letters, ascii_uppercase, digits

from devices.codes.lists import COUNTRIES, COUNTRY_NUMBERS, CURRENCY_NUMBERS, PACKAGES
from devices.codes.numbers import has_right_check_digit, is_number

Check = Callable[[str], str]

_IN_ORDER = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
ALLOWED = frozenset(_IN_ORDER)
"""Character set 82, GS1 General Specifications figure 7.11-1."""
_OF_CHECKS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # character set 32
_FILE_SAFE = frozenset(ascii_letters + digits + "-_")

CHARACTERS: Mapping[str, tuple[frozenset[str], str]] = {
    "N": (frozenset(digits), "gs1.not_digits"),
    "X": (ALLOWED, "gs1.wrong_character"),
    "Y": (frozenset(ascii_uppercase + digits + "#-/"), "gs1.wrong_character"),
    "Z": (_FILE_SAFE | {"="}, "gs1.wrong_character"),
}
"""By the letter in a shape: the characters that are allowed, and why another one is refused."""

_PREFIX = 4  # digits of the shortest GS1 company prefix
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def file_safe(value: str) -> str:
    """Base64 for file names; padding may be left out, and where it is written it fills up to three characters."""
    bare = value.rstrip("=")
    padding = len(value) - len(bare)
    if padding > 2 or (padding and len(value) % 3):
        return "gs1.padding"
    return "" if _FILE_SAFE.issuperset(bare) else "gs1.wrong_character"


def _check_digit(value: str) -> str:
    return "" if has_right_check_digit(value) else "gs1.check_digit"


def check_pair(value: str) -> str:
    """The two characters that belong behind this value (at most 23 of character set 82), modulo 1021.

    GS1 General Specifications, section 7.9.5.
    """
    total = sum(
        _IN_ORDER.index(letter) * prime for letter, prime in zip(reversed(value), _PRIMES, strict=False)
    )
    high, low = divmod(total % 1021, 32)
    return _OF_CHECKS[high] + _OF_CHECKS[low]


def _check_pair(value: str) -> str:
    if len(value) < 2:
        return "gs1.too_short"
    return "" if check_pair(value[:-2]) == value[-2:] else "gs1.check_pair"


def _company_prefix(value: str) -> str:
    if len(value) < _PREFIX:
        return "gs1.too_short"
    return "" if is_number(value[:_PREFIX]) else "gs1.company_prefix"


def _company_prefix_second(value: str) -> str:
    return _company_prefix(value[1:])


def _year_month_day(value: str) -> str:
    return _day(2000 + int(value[:2]), value[2:4], value[4:], least=1)


def _year_month_maybe_day(value: str) -> str:
    return _day(2000 + int(value[:2]), value[2:4], value[4:], least=0)


def _long_year_month_day(value: str) -> str:
    return _day(int(value[:4]), value[4:6], value[6:], least=1)


def _day(year: int, month: str, of_month: str, *, least: int) -> str:
    if not "01" <= month <= "12":
        return "gs1.date"
    # The calendar repeats itself every 400 years; the year 0 is none to Python.
    days = monthrange(year % 400 + 400, int(month))[1]
    return "" if least <= int(of_month) <= days else "gs1.date"


def _hour(value: str) -> str:
    return "" if value < "24" else "gs1.time"


def _minute(value: str) -> str:
    return "" if value < "60" else "gs1.time"


def _hour_minute(value: str) -> str:
    return _hour(value[:2]) or _minute(value[2:])


def _zero(value: str) -> str:
    return "" if not value.strip("0") else "gs1.not_zero"


def _not_zero(value: str) -> str:
    return "gs1.zero" if not value.strip("0") else ""


def _no_zero_in_front(value: str) -> str:
    return "gs1.zero_in_front" if value.startswith("0") else ""


def _one_of(allowed: frozenset[str], reason: str) -> Check:
    return lambda value: "" if value in allowed else reason


def _at_most(limit: int) -> Check:
    return lambda value: "" if int(value) <= limit else "gs1.place"


def _piece_of_total(value: str) -> str:
    piece, total = int(value[:2]), int(value[2:])
    return "" if 1 <= piece <= total else "gs1.piece"


_POSITION = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")


def _position_of_end(value: str) -> str:
    match = _POSITION.fullmatch(value)
    return "" if match is not None and int(match[1]) <= int(match[2]) else "gs1.piece"


_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _percents(value: str) -> str:
    return "gs1.percent" if _BROKEN_PERCENT.search(value) else ""


_ACCOUNT = re.compile(r"[0-9A-Z]{11,34}")


def _bank_account(value: str) -> str:
    """ISO 13616: country, two check digits modulo 97 (letters count from A = 10), account."""
    if value[:2] not in COUNTRIES or not _ACCOUNT.fullmatch(value):
        return "gs1.account"
    turned = "".join(str(int(letter, 36)) for letter in value[4:] + value[:4])
    return "" if int(turned) % 97 == 1 else "gs1.account"


def _has_non_digit(value: str) -> str:
    return "gs1.only_digits" if is_number(value) else ""


class _Torn(Exception):
    """A coupon ends in the middle of a field, or has another digit where one of a few must stand."""


class _Coupon:
    """The digits of a coupon, torn off field by field."""

    def __init__(self, value: str) -> None:
        if not is_number(value):
            raise _Torn
        self._left = value

    def take(self, length: int) -> str:
        if len(self._left) < length:
            raise _Torn
        taken, self._left = self._left[:length], self._left[length:]
        return taken

    def one_of(self, allowed: str) -> int:
        digit = self.take(1)
        if digit not in allowed:
            raise _Torn
        return int(digit)

    def begins(self, field: str) -> bool:
        """Take the digit that announces an optional field, where it is the next."""
        if not self._left.startswith(field):
            return False
        self.take(1)
        return True

    def day(self) -> str:
        value = self.take(6)
        if _year_month_day(value):
            raise _Torn
        return value

    def ends(self) -> None:
        if self._left:
            raise _Torn

    def purchase(self) -> None:
        """What has to be bought: how much, in which unit, of which family."""
        self.take(self.one_of("12345"))
        self.one_of("012349")
        self.take(3)

    def other_company(self) -> None:
        length = self.one_of("01234569")
        self.take(0 if length == 9 else length + 6)


def _coupon(value: str) -> str:
    """North American coupons in AI 8110 (GS1 US, North American Coupon Application Guideline)."""
    try:
        coupon = _Coupon(value)
        coupon.take(coupon.one_of("0123456") + 6)
        coupon.take(6)
        coupon.take(coupon.one_of("12345"))
        coupon.purchase()
        _coupon_options(coupon)
        coupon.ends()
    except _Torn:
        return "gs1.coupon"
    return ""


def _coupon_options(coupon: _Coupon) -> None:
    if coupon.begins("1"):
        coupon.one_of("0123")
        coupon.purchase()
        coupon.other_company()
    if coupon.begins("2"):
        coupon.purchase()
        coupon.other_company()
    ends = coupon.day() if coupon.begins("3") else ""
    if coupon.begins("4") and coupon.day() > (ends or "999999"):
        raise _Torn
    if coupon.begins("5"):
        coupon.take(coupon.one_of(digits) + 6)
    if coupon.begins("6"):
        coupon.take(coupon.one_of("1234567") + 6)
    if coupon.begins("9"):
        coupon.one_of("01256")
        coupon.one_of("012")
        coupon.take(1)
        coupon.one_of("01")


def _positive_offer(value: str) -> str:
    """North American coupons in AI 8112 (GS1 AI 8112 Coupon Data Specification)."""
    try:
        coupon = _Coupon(value)
        coupon.one_of("01")
        coupon.take(coupon.one_of("0123456") + 6)
        coupon.take(6)
        coupon.take(coupon.one_of(digits) + 6)
        coupon.ends()
    except _Torn:
        return "gs1.coupon"
    return ""


def _media() -> Iterator[str]:
    yield from (f"{number:02}" for number in (*range(1, 11), *range(80, 100)))


CHECKS: Mapping[str, Check] = {
    "couponcode": _coupon,
    "couponposoffer": _positive_offer,
    "csum": _check_digit,
    "csumalpha": _check_pair,
    "gcppos1": _company_prefix,
    "gcppos2": _company_prefix_second,
    "hasnondigit": _has_non_digit,
    "hh": _hour,
    "hhmi": _hour_minute,
    "hyphen": _one_of(frozenset("-"), "gs1.code_list"),
    "iban": _bank_account,
    "importeridx": _one_of(_FILE_SAFE, "gs1.wrong_character"),
    "iso3166": _one_of(COUNTRY_NUMBERS, "gs1.country"),
    "iso3166999": _one_of(COUNTRY_NUMBERS | {"999"}, "gs1.country"),
    "iso3166alpha2": _one_of(COUNTRIES, "gs1.country"),
    "iso4217": _one_of(CURRENCY_NUMBERS, "gs1.currency"),
    "iso5218": _one_of(frozenset("0129"), "gs1.code_list"),
    "latitude": _at_most(1_800_000_000),
    "longitude": _at_most(3_600_000_000),
    "mediatype": _one_of(frozenset(_media()), "gs1.code_list"),
    "mi": _minute,
    "nonzero": _not_zero,
    "nozeroprefix": _no_zero_in_front,
    "packagetype": _one_of(PACKAGES, "gs1.code_list"),
    "pcenc": _percents,
    "pieceoftotal": _piece_of_total,
    "posinseqslash": _position_of_end,
    "ss": _minute,
    "winding": _one_of(frozenset("019"), "gs1.code_list"),
    "yesno": _one_of(frozenset("01"), "gs1.code_list"),
    "yymmd0": _year_month_maybe_day,
    "yymmdd": _year_month_day,
    "yyyymmdd": _long_year_month_day,
    "zero": _zero,
}
"""By the name of GS1's syntax test."""

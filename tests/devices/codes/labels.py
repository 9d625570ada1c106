"""Right values for every application identifier, for hypothesis: what any label program may print."""

import string
from collections.abc import Callable
from datetime import date

from hypothesis import strategies as st

from devices.codes.elements import GS
from devices.codes.identifiers import identifier
from devices.codes.lists import COUNTRIES, COUNTRY_NUMBERS, CURRENCY_NUMBERS, PACKAGES
from devices.codes.numbers import check_digit
from devices.codes.values import ALLOWED, check_pair

LETTERS = {
    "N": string.digits,
    "X": "".join(sorted(ALLOWED)),
    "Y": string.digits + string.ascii_uppercase + "#-/",
    "Z": string.digits + string.ascii_letters + "-_",
}
PLAIN = string.digits + string.ascii_letters


def of(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(values))


def numbers(least: int, most: int, width: int) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(lambda number: f"{number:0{width}}")


DAYS = st.dates(date(2000, 1, 1), date(2076, 12, 31))
MADE: dict[str, st.SearchStrategy[str]] = {
    "couponcode": of("012345612345611110123", "0123456123456111101231011012310123456"),
    "couponposoffer": of("001234561234560123456", "061234567890121234569123456789012345"),
    "hh": numbers(0, 23, 2),
    "hhmi": st.times().map(lambda time: f"{time:%H%M}"),
    "hyphen": of("-"),
    "iban": of("GB98MIDL07009312345678", "DE91100000000123456789", "CH5604835012345678009"),
    "importeridx": st.sampled_from(LETTERS["Z"]),
    "iso3166": of(*COUNTRY_NUMBERS),
    "iso3166999": of(*COUNTRY_NUMBERS, "999"),
    "iso3166alpha2": of(*COUNTRIES),
    "iso4217": of(*CURRENCY_NUMBERS),
    "iso5218": of("0", "1", "2", "9"),
    "latitude": numbers(0, 1_800_000_000, 10),
    "longitude": numbers(0, 3_600_000_000, 10),
    "mediatype": of("01", "10", "80", "99"),
    "mi": numbers(0, 59, 2),
    "packagetype": of(*PACKAGES),
    "pieceoftotal": of("0101", "0312", "9999"),
    "posinseqslash": of("1/1", "2/3", "9/9"),
    "ss": numbers(0, 59, 2),
    "winding": of("0", "1", "9"),
    "yesno": of("0", "1"),
    "yymmd0": st.one_of(DAYS.map(lambda day: f"{day:%y%m%d}"), DAYS.map(lambda day: f"{day:%y%m}00")),
    "yymmdd": DAYS.map(lambda day: f"{day:%y%m%d}"),
    "yyyymmdd": DAYS.map(lambda day: f"{day:%Y%m%d}"),
    "zero": of("0"),
}
"""By the check that they pass, values of parts that cannot be made of any letters."""


def _mended(names: frozenset[str]) -> Callable[[str], str]:
    """Make any letters of the right length pass the other checks."""

    def mend(value: str) -> str:
        if names & {"gcppos1", "gcppos2", "nozeroprefix", "nonzero"}:
            value = "12345"[: len(value)] + value[5:]
        if "pcenc" in names:
            value = value.replace("%", "A")
        if "hasnondigit" in names:
            value = value[:5] + "x" + value[6:]
        if "csumalpha" in names:
            value = value[:-2] + check_pair(value[:-2])
        return value[:-1] + str(check_digit(value[:-1])) if "csum" in names else value

    return mend


def _part(written: str) -> st.SearchStrategy[str]:
    shape, *names = written.strip("[]").replace("]", "").split(",")
    for name in names:
        if name in MADE:
            return MADE[name]
    kind, length = shape[0], int(shape[1:].lstrip("."))
    least = 1 if ".." in shape else length
    if names and least < length:
        least = min(8, length)
    return st.text(LETTERS[kind], min_size=least, max_size=length).map(_mended(frozenset(names)))


@st.composite
def value_of(draw: st.DrawFn, digits: str) -> str:
    known = identifier(digits)
    assert known is not None
    written = ""
    for part in known.row.shape.split():
        if part.startswith("[") and draw(st.booleans()):
            break
        written += draw(_part(part))
    return written


def is_fixed(digits: str) -> bool:
    known = identifier(digits)
    return known is not None and known.row.fixed


def build(content: list[tuple[str, str]], after_fixed: str = "") -> str:
    """The element string of a label: a separator behind each value of no predefined length, except the last."""
    written = "".join(
        f"{digits}{value}{after_fixed if is_fixed(digits) else GS}" for digits, value in content
    )
    return written.removesuffix(GS)

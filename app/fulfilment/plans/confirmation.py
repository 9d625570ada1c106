"""Confirmation: whether an order can be served at all, before any stock is bound to it."""

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from app.model.countries import COUNTRIES
from app.model.items import Item, Variant
from app.model.orders import Address, Order, OrderLine
from app.model.parcels import Reason, reason

MAX_QUANTITY = 9999

_FOUR, _FIVE, _SIX = "[0-9]{4}", "[0-9]{5}", "[0-9]{6}"

POSTCODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AT": (_FOUR, "1010"),
        "AU": (_FOUR, "2000"),
        "BE": (_FOUR, "1000"),
        "BG": (_FOUR, "1000"),
        "BR": ("[0-9]{5}-?[0-9]{3}", "01310-100"),
        "CA": ("[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", "K1A 0B1"),
        "CH": (_FOUR, "8001"),
        "CN": (_SIX, "100000"),
        "CY": (_FOUR, "1010"),
        "CZ": ("[0-9]{3} ?[0-9]{2}", "110 00"),
        "DE": (_FIVE, "10115"),
        "DK": (_FOUR, "1050"),
        "EE": (_FIVE, "10111"),
        "ES": (_FIVE, "28001"),
        "FI": (_FIVE, "00100"),
        "FR": (_FIVE, "75001"),
        "GB": ("(GIR ?0AA|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})", "SW1A 1AA"),
        "GR": ("[0-9]{3} ?[0-9]{2}", "105 57"),
        "HR": (_FIVE, "10000"),
        "HU": (_FOUR, "1051"),
        "IE": ("[A-Z][0-9][0-9W] ?[0-9A-Z]{4}", "D02 X285"),
        "IN": ("[0-9]{3} ?[0-9]{3}", "110001"),
        "IT": (_FIVE, "00118"),
        "JP": ("[0-9]{3}-?[0-9]{4}", "100-0001"),
        "KR": (_FIVE, "03051"),
        "LI": (_FOUR, "9490"),
        "LT": ("(LT-)?[0-9]{5}", "LT-01100"),
        "LU": ("(L-)?[0-9]{4}", "1009"),
        "LV": ("(LV-)?[0-9]{4}", "LV-1010"),
        "MT": ("[A-Z]{3} ?[0-9]{4}", "VLT 1117"),
        "MX": (_FIVE, "06000"),
        "NL": ("[0-9]{4} ?[A-Z]{2}", "1012 JS"),
        "NO": (_FOUR, "0150"),
        "NZ": (_FOUR, "6011"),
        "PL": ("[0-9]{2}-?[0-9]{3}", "00-001"),
        "PT": ("[0-9]{4}-?[0-9]{3}", "1000-001"),
        "RO": (_SIX, "010011"),
        "SE": ("[0-9]{3} ?[0-9]{2}", "111 20"),
        "SG": (_SIX, "018956"),
        "SI": (_FOUR, "1000"),
        "SK": ("[0-9]{3} ?[0-9]{2}", "811 01"),
        "US": ("[0-9]{5}(-?[0-9]{4})?", "10001"),
    }
)
"""For common countries, where no parcel goes without one: how a postcode reads, and an example."""

NUMBERED_STREETS = frozenset(
    ("AT", "BE", "CH", "CZ", "DE", "DK", "FI", "HU", "LI", "LU", "NL", "NO", "PL", "SE", "SK")
)
"""Where every ordinary address has a house number."""

_PLACEHOLDERS = frozenset(
    {"", "-", "--", ".", "?", "x", "xx", "xxx", "n/a", "na", "none", "null", "unknown", "tbd"}
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_MIN_PHONE_DIGITS = 6


def confirm(order: Order, items: Mapping[str, Item], services: Collection[str]) -> tuple[Reason, ...]:
    """Say everything that keeps an order from being served; empty confirms it.

    ``items`` by SKU; ``services`` is what an order may ask for (``RateBook.askable``). Reasons come line by line,
    then the address, then the service; each says where, what was read and what is wanted.
    """
    return (*_lines(order, items), *_address(order.ship_to), *_service(order.service, services))


def _lines(order: Order, items: Mapping[str, Item]) -> Iterator[Reason]:
    if not order.lines:
        yield reason("hold.no_lines", field="lines", wanted="at least one line")
    numbers: set[int] = set()
    for line in order.lines:
        if line.number in numbers:
            yield reason("hold.duplicate_line", field="line", line=line.number, wanted="each number once")
        numbers.add(line.number)
        yield from _line(line, items)


def _line(line: OrderLine, items: Mapping[str, Item]) -> Iterator[Reason]:
    item = items.get(line.sku)
    if item is None:
        yield reason(
            "hold.unknown_sku", field="sku", line=line.number, read=line.sku, wanted="a SKU of the catalogue"
        )
    elif line.variant and _same(line.variant) != _same(item.variant):
        yield reason(
            "hold.variant_mismatch",
            field="variant",
            line=line.number,
            sku=line.sku,
            read=_spelled(line.variant),
            wanted=_spelled(item.variant) or "no variant",
        )
    if not 1 <= line.quantity <= MAX_QUANTITY:
        yield reason(
            "hold.quantity",
            field="quantity",
            line=line.number,
            read=line.quantity,
            wanted=f"1 to {MAX_QUANTITY}",
        )


def _same(variant: Variant) -> dict[str, str]:
    """A variant without what does not matter: the order of its parts, capitals, blanks around."""
    return {name.strip().casefold(): value.strip().casefold() for name, value in variant}


def _spelled(variant: Variant) -> str:
    return ", ".join(f"{name} {value}" for name, value in variant)


def _address(address: Address) -> Iterator[Reason]:
    if _missing(address.name) and _missing(address.company):
        yield _wants("name", address.name, "who receives the parcel")
    if _missing(address.street):
        yield _wants("street", address.street, "street and house number, or a post box")
    elif address.country in NUMBERED_STREETS and not any(
        character.isdigit() for character in address.street + address.street2 + address.company
    ):
        yield _wants("house_number", address.street, "a house number")
    if _missing(address.city):
        yield _wants("city", address.city, "the town")
    if address.country not in COUNTRIES:
        yield _wants("country", address.country, "two capital letters of ISO 3166, such as DE")
    yield from _postcode(address)
    digits = sum(character.isdigit() for character in address.phone)
    if digits < _MIN_PHONE_DIGITS and not _EMAIL.fullmatch(address.email.strip()):
        yield _wants("contact", address.phone or address.email, "a phone number or an e-mail address")


def _postcode(address: Address) -> Iterator[Reason]:
    known = POSTCODES.get(address.country)
    if known is None:
        return
    pattern, example = known
    if not re.fullmatch(pattern, address.postcode.strip(), re.IGNORECASE | re.ASCII):
        yield _wants("postcode", address.postcode, f"a postcode of {address.country}, such as {example}")


def _missing(text: str) -> bool:
    return text.strip().casefold() in _PLACEHOLDERS


def _wants(field: str, read: str, wanted: str) -> Reason:
    return reason(f"hold.address_{field}", field=field, read=read, wanted=wanted)


def _service(service: str, services: Collection[str]) -> Iterator[Reason]:
    if service not in services:
        wanted = ", ".join(sorted(services)) or "no service is set up"
        yield reason("hold.unknown_service", field="service", read=service, wanted=wanted)

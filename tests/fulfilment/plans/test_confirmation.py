"""Confirmation: which orders can be served, and what is missing from the others."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.fulfilment.plans.confirmation import MAX_QUANTITY, NUMBERED_STREETS, POSTCODES, confirm
from app.model.countries import COUNTRIES
from app.model.items import Item
from app.model.orders import Address, Order, OrderLine, ShortPolicy
from app.model.words import WORDS, phrase

TEE = Item("TEE-M", "T-shirt", "TEE", (("size", "M"), ("colour", "navy")), 300, 200, 20, 180)
CAP = Item("CAP", "Cap", "CAP", (), 200, 200, 120, 90)
ITEMS = {item.sku: item for item in (TEE, CAP)}
SERVICES = frozenset({"standard", "express"})
HOME = Address("Anna Maier", "Am Sandtorkai 12", "Hamburg", "DE", "20457", email="anna@example.org")
ORDER = Order(
    "S1001",
    2,
    datetime(2026, 3, 2, tzinfo=UTC),
    "standard",
    ShortPolicy.WAIT,
    HOME,
    (OrderLine(1, "TEE-M", 2),),
)


def codes(order: Order) -> list[str]:
    reasons = confirm(order, ITEMS, SERVICES)
    for reason in reasons:
        assert reason.code in WORDS
        assert phrase(reason.code, reason.params)
    return [reason.code for reason in reasons]


def with_line(sku: str = "TEE-M", quantity: int = 1, variant: tuple[tuple[str, str], ...] = ()) -> Order:
    return replace(ORDER, lines=(OrderLine(1, sku, quantity, variant),))


def with_address(**fields: str) -> Order:
    return replace(ORDER, ship_to=replace(HOME, **fields))


def test_an_order_with_everything_is_confirmed() -> None:
    assert confirm(ORDER, ITEMS, SERVICES) == ()


def test_an_order_without_lines_is_held() -> None:
    assert codes(replace(ORDER, lines=())) == ["hold.no_lines"]


def test_an_unknown_sku_is_held_and_named_with_its_line() -> None:
    (reason,) = confirm(with_line("TEE-XXL"), ITEMS, SERVICES)
    assert reason.code == "hold.unknown_sku"
    assert dict(reason.params) == {
        "field": "sku",
        "line": "1",
        "read": "TEE-XXL",
        "wanted": "a SKU of the catalogue",
    }


@pytest.mark.parametrize("variant", [(), (("colour", "Navy "), ("size", "m")), TEE.variant])
def test_a_variant_that_is_not_said_or_says_the_same_is_right(variant: tuple[tuple[str, str], ...]) -> None:
    assert codes(with_line(variant=variant)) == []


@pytest.mark.parametrize(
    "variant",
    [
        (("size", "L"), ("colour", "navy")),
        (("size", "M"),),
        (("size", "M"), ("colour", "navy"), ("fit", "slim")),
    ],
)
def test_a_variant_that_says_something_else_is_held(variant: tuple[tuple[str, str], ...]) -> None:
    assert codes(with_line(variant=variant)) == ["hold.variant_mismatch"]


def test_a_variant_of_an_item_that_has_none_is_held() -> None:
    assert codes(with_line("CAP", variant=(("size", "M"),))) == ["hold.variant_mismatch"]


@pytest.mark.parametrize("quantity", [0, -1, MAX_QUANTITY + 1])
def test_a_quantity_that_nobody_means_is_held(quantity: int) -> None:
    assert codes(with_line(quantity=quantity)) == ["hold.quantity"]


@pytest.mark.parametrize("quantity", [1, MAX_QUANTITY])
def test_a_quantity_within_bounds_is_right(quantity: int) -> None:
    assert codes(with_line(quantity=quantity)) == []


def test_a_line_number_that_is_there_twice_is_held() -> None:
    twice = (OrderLine(1, "TEE-M", 1), OrderLine(1, "CAP", 1))
    assert codes(replace(ORDER, lines=twice)) == ["hold.duplicate_line"]


def test_an_unknown_service_is_held_and_those_there_are_are_named() -> None:
    (reason,) = confirm(replace(ORDER, service="teleport"), ITEMS, SERVICES)
    assert (reason.code, dict(reason.params)["wanted"]) == ("hold.unknown_service", "express, standard")
    assert [each.code for each in confirm(ORDER, ITEMS, ())] == ["hold.unknown_service"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "hold.address_name"),
        ({"name": "N/A"}, "hold.address_name"),
        ({"street": ""}, "hold.address_street"),
        ({"street": "Am Sandtorkai"}, "hold.address_house_number"),
        ({"city": "unknown"}, "hold.address_city"),
        ({"country": "de"}, "hold.address_country"),
        ({"country": "XX"}, "hold.address_country"),
        ({"postcode": ""}, "hold.address_postcode"),
        ({"postcode": "2045"}, "hold.address_postcode"),
        ({"postcode": "２０４５７"}, "hold.address_postcode"),
        ({"country": "NL", "postcode": "1012"}, "hold.address_postcode"),
        ({"country": "GB", "postcode": "12345"}, "hold.address_postcode"),
        ({"email": ""}, "hold.address_contact"),
        ({"email": "anna@example"}, "hold.address_contact"),
        ({"email": "", "phone": "123"}, "hold.address_contact"),
    ],
)
def test_an_address_that_cannot_be_shipped_to_is_held(fields: dict[str, str], code: str) -> None:
    assert codes(with_address(**fields)) == [code]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "company": "Maier GmbH"},
        {"street": "Schloss", "street2": "Tor 3"},
        {"street": "Postfach 12 34"},
        {"country": "AT", "postcode": "1010"},
        {"country": "NL", "postcode": "1012js"},
        {"country": "GB", "postcode": "SW1A 1AA", "street": "Buckingham Palace"},
        {"country": "US", "postcode": "98101-1234", "street": "One Pike Place"},
        {"country": "CA", "postcode": "v6b 1a1"},
        {"country": "AE", "postcode": "", "street": "Sheikh Zayed Road"},
        {"email": "", "phone": "+49 40 123456"},
    ],
)
def test_an_unusual_address_that_arrives_is_confirmed(fields: dict[str, str]) -> None:
    assert codes(with_address(**fields)) == []


def test_everything_that_is_wrong_is_said_at_once() -> None:
    broken = replace(
        with_address(street="", postcode="x"),
        lines=(OrderLine(1, "?", 0), OrderLine(1, "CAP", 1)),
        service="",
    )
    assert codes(broken) == [
        "hold.unknown_sku",
        "hold.quantity",
        "hold.duplicate_line",
        "hold.address_street",
        "hold.address_postcode",
        "hold.unknown_service",
    ]


def test_the_tables_name_real_countries_and_their_examples_are_right() -> None:
    assert set(POSTCODES) <= COUNTRIES
    assert NUMBERED_STREETS <= COUNTRIES
    for country, (_, example) in POSTCODES.items():
        assert codes(with_address(country=country, postcode=example)) == []

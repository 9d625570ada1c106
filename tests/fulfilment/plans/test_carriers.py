"""Carriers: every service answers, the money is right to the cent, and the choice explains itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.carriers import Choice, Shipment, departure, quote
from app.model.parcels import Quote
from app.model.rates import (
    Area,
    Carrier,
    Limits,
    Promise,
    RateBook,
    Service,
    WeightBreak,
    Zone,
    ZoneRate,
)
from app.model.words import WORDS, phrase

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=BERLIN)
WORKDAYS = (1, 2, 3, 4, 5)

ROOK = Service(
    code="rook-standard",
    carrier="rook",
    name="Rook",
    promise=Promise.STANDARD,
    rates=(
        ZoneRate(
            "HOME",
            2,
            (WeightBreak(1_000, Decimal("4.60")), WeightBreak(5_000, Decimal("5.85"))),
            Decimal("0.58"),
        ),
    ),
    limits=Limits(31_500, 1_200, 3_000),
    dim_divisor=5_000,
    step_g=500,
    minimum=Decimal("4.60"),
    fuel_percent=Decimal("7.5"),
    hazard_classes=("9",),
    cutoff=time(17),
    departs=WORKDAYS,
    window_hours=48,
)
SWIFT = replace(
    ROOK,
    code="swift-express",
    carrier="swift",
    promise=Promise.EXPRESS,
    rates=(ZoneRate("HOME", 1, (WeightBreak(30_000, Decimal("12.00")),)),),
    minimum=Decimal(0),
    fuel_percent=Decimal("17.25"),
    cutoff=time(19),
)
HOME = (Zone("HOME", (Area("DE"),)),)
PARCEL = Shipment(900, 200, 150, 100, "DE", "20457", "standard", MONDAY_NOON + timedelta(days=1))


def book(*services: Service, zones: tuple[Zone, ...] = HOME) -> RateBook:
    carriers = {
        service.carrier: Carrier(service.carrier, service.carrier, BERLIN, zones, ()) for service in services
    }
    for service in services:
        carrier = carriers[service.carrier]
        carriers[service.carrier] = replace(carrier, services=(*carrier.services, service))
    return RateBook("EUR", tuple(carriers.values()))


def codes(choice: Choice) -> list[str]:
    return [reason.code for reason in choice.reasons]


def refusals(shipment: Shipment, service: Service = ROOK, zones: tuple[Zone, ...] = HOME) -> list[str]:
    (answer,) = quote(shipment, book(service, zones=zones), MONDAY_NOON).quotes
    assert answer.price is None
    return [reason.code for reason in answer.reasons]


def price(shipment: Shipment, service: Service = ROOK) -> str:
    (answer,) = quote(shipment, book(service), MONDAY_NOON).quotes
    assert answer.price is not None
    assert answer.price.currency == "EUR"
    return str(answer.price.amount)


def test_a_light_parcel_costs_the_first_break_and_its_fuel() -> None:
    assert price(PARCEL) == "4.95"  # 4.60 + 0.345, half a cent up


def test_a_large_light_parcel_is_billed_by_its_size() -> None:
    large = replace(
        PARCEL, length_mm=400, width_mm=300, height_mm=200
    )  # 24,000 cm³ / 5,000 = 4.8 kg, billed 5
    (answer,) = quote(large, book(ROOK), MONDAY_NOON).quotes
    assert answer.billable_g == 5_000
    assert price(large) == "6.29"
    assert price(large, replace(ROOK, dim_divisor=None)) == "4.95"


def test_a_break_holds_up_to_and_including_its_weight() -> None:
    assert price(replace(PARCEL, weight_g=1_000)) == "4.95"
    assert price(replace(PARCEL, weight_g=1_001)) == "6.29"


def test_above_the_last_break_each_kilogram_costs_more() -> None:
    # 5.85 + 0.58 * 1.5 kg = 6.72, fuel 0.504
    assert price(replace(PARCEL, weight_g=6_200)) == "7.22"


def test_a_price_is_never_below_the_minimum_and_fuel_comes_on_top_of_it() -> None:
    assert price(PARCEL, replace(ROOK, minimum=Decimal("9.90"))) == "10.64"  # 9.90 + 0.7425


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"weight_g": 31_501}, "carrier.too_heavy"),
        ({"width_mm": 1_201, "length_mm": 10, "height_mm": 10}, "carrier.too_long"),
        ({"length_mm": 1_000, "width_mm": 900, "height_mm": 101}, "carrier.too_big"),
        ({"hazard_classes": ("9", "3")}, "carrier.hazard"),
        ({"country": "FR"}, "carrier.no_zone"),
        ({"wanted": "express"}, "carrier.too_slow"),
        ({"wanted": "swift-express"}, "carrier.not_asked"),
    ],
)
def test_a_service_says_why_it_does_not_take_a_parcel(change: dict[str, object], code: str) -> None:
    assert refusals(replace(PARCEL, **change)) == [code]  # type: ignore[arg-type]


def test_a_service_says_everything_that_speaks_against_it() -> None:
    assert refusals(
        replace(PARCEL, weight_g=40_000, length_mm=1_300, hazard_classes=("3", "8"), country="FR")
    ) == [
        "carrier.too_heavy",
        "carrier.too_long",
        "carrier.hazard",
        "carrier.hazard",
        "carrier.no_zone",
    ]


def test_a_weight_above_a_card_without_further_kilograms_is_refused() -> None:
    short = replace(ROOK, rates=(ZoneRate("HOME", 2, (WeightBreak(500, Decimal(4)),)),))
    assert refusals(PARCEL, short) == ["carrier.above_rates"]


def test_a_service_that_never_leaves_is_refused() -> None:
    assert refusals(PARCEL, replace(ROOK, departs=())) == ["carrier.no_departure"]


def test_the_longest_beginning_of_a_postcode_decides_the_zone_then_the_country_then_the_world() -> None:
    zones = (
        Zone("WORLD", (Area("*"),)),
        Zone("DE", (Area("DE"),)),
        Zone("NORTH", (Area("DE", ("2", "3")),)),
        Zone("ISLAND", (Area("DE", ("259 80", "26465")),)),
    )
    carrier = Carrier("rook", "Rook", BERLIN, zones, ())
    assert carrier.zone_of("DE", "10115") == "DE"
    assert carrier.zone_of("DE", "20457") == "NORTH"
    assert carrier.zone_of("DE", "25980") == "ISLAND"
    assert carrier.zone_of("FR", "25980") == "WORLD"
    assert Carrier("rook", "Rook", BERLIN, zones[1:], ()).zone_of("FR", "75001") is None


def test_the_cheapest_wins_and_the_dearer_one_is_told() -> None:
    choice = quote(PARCEL, book(SWIFT, ROOK), MONDAY_NOON)
    assert choice.chosen is not None
    assert choice.chosen.service == "rook-standard"
    assert codes(choice) == ["carrier.chosen", "carrier.billable", "carrier.dearer"]


def test_an_order_may_ask_for_one_service_by_its_code() -> None:
    choice = quote(replace(PARCEL, wanted="swift-express"), book(SWIFT, ROOK), MONDAY_NOON)
    assert choice.chosen is not None
    assert choice.chosen.service == "swift-express"
    assert codes(choice) == ["carrier.chosen", "carrier.billable", "carrier.not_asked"]


def test_equal_prices_go_to_the_quicker_then_to_the_code() -> None:
    slow = replace(ROOK, code="a-slow", rates=(replace(ROOK.rates[0], transit_days=3),))
    twin = replace(ROOK, code="rook-twin")
    choice = quote(PARCEL, book(slow, twin, ROOK), MONDAY_NOON)
    assert choice.chosen is not None
    assert choice.chosen.service == "rook-standard"
    assert codes(choice) == ["carrier.chosen", "carrier.billable", "carrier.takes_longer", "carrier.same"]


def test_after_its_cutoff_a_service_leaves_on_the_next_day_and_may_be_too_late() -> None:
    at_six = MONDAY_NOON.replace(hour=18)
    choice = quote(replace(PARCEL, ship_by=MONDAY_NOON.replace(hour=20)), book(ROOK, SWIFT), at_six)
    assert choice.chosen is not None
    assert choice.chosen.service == "swift-express"
    assert choice.chosen.departs_at == MONDAY_NOON.replace(hour=19)
    assert codes(choice) == ["carrier.chosen", "carrier.billable", "carrier.after_ship_by"]


def test_a_parcel_that_is_late_already_goes_as_soon_as_it_can_and_says_so() -> None:
    friday_evening = datetime(2026, 3, 6, 20, tzinfo=BERLIN)
    saturday = replace(SWIFT, departs=(*WORKDAYS, 6))
    late = replace(PARCEL, ship_by=MONDAY_NOON)
    choice = quote(late, book(ROOK, saturday), friday_evening)
    assert choice.chosen is not None
    assert choice.chosen.service == "swift-express"
    assert codes(choice) == ["carrier.chosen", "carrier.billable", "carrier.late", "carrier.leaves_later"]
    same_day = quote(late, book(ROOK, SWIFT), friday_evening).chosen
    assert same_day is not None
    assert same_day.service == "rook-standard"


def test_where_nobody_takes_it_all_reasons_are_given_and_nothing_is_chosen() -> None:
    choice = quote(replace(PARCEL, country="FR"), book(ROOK, SWIFT), MONDAY_NOON)
    assert choice.chosen is None
    assert codes(choice) == ["carrier.none", "carrier.no_zone", "carrier.no_zone"]


def test_no_carriers_at_all_choose_nothing() -> None:
    assert codes(quote(PARCEL, RateBook("EUR", ()), MONDAY_NOON)) == ["carrier.none"]


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-03-02T16:59:59+01:00", "2026-03-02T17:00+01:00"),
        ("2026-03-02T17:00:00+01:00", "2026-03-02T17:00+01:00"),
        ("2026-03-02T17:00:01+01:00", "2026-03-03T17:00+01:00"),
        ("2026-03-06T18:00:00+01:00", "2026-03-09T17:00+01:00"),
        ("2026-03-27T18:00:00+01:00", "2026-03-30T17:00+02:00"),  # the clocks go forward in between
        ("2026-03-02T23:30:00-05:00", "2026-03-03T17:00+01:00"),  # already Tuesday at the carrier's
    ],
)
def test_a_parcel_leaves_at_the_next_cutoff_by_the_carriers_clock(now: str, leaves: str) -> None:
    carrier = Carrier("rook", "Rook", BERLIN, HOME, (ROOK,))
    found = departure(carrier, ROOK, datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(leaves)
    assert found is not None
    assert found.tzinfo is UTC


def test_a_service_that_leaves_once_a_week_waits_for_its_day() -> None:
    weekly = replace(ROOK, departs=(1,))
    carrier = Carrier("rook", "Rook", BERLIN, HOME, (weekly,))
    assert departure(carrier, weekly, MONDAY_NOON.replace(hour=18)) == MONDAY_NOON.replace(
        hour=17
    ) + timedelta(days=7)


# --- against an independent rater ----------------------------------------------------------------------------

prices = st.decimals(min_value=0, max_value=200, places=2)
promises = st.sampled_from(Promise)


@st.composite
def rates(draw: st.DrawFn, zone: str) -> ZoneRate:
    weights = sorted(draw(st.sets(st.integers(1, 60_000), min_size=1, max_size=4)))
    breaks = tuple(WeightBreak(weight, draw(prices)) for weight in weights)
    return ZoneRate(zone, draw(st.integers(0, 9)), breaks, draw(st.none() | prices))


@st.composite
def services(draw: st.DrawFn, number: int) -> Service:
    return Service(
        code=f"s{number}",
        carrier=f"c{number % 2}",
        name="",
        promise=draw(promises),
        rates=tuple(
            draw(rates(zone)) for zone in draw(st.sets(st.sampled_from(["NEAR", "FAR"]), min_size=1))
        ),
        limits=Limits(
            draw(st.integers(1_000, 60_000)), draw(st.integers(100, 2_000)), draw(st.integers(500, 5_000))
        ),
        dim_divisor=draw(st.none() | st.integers(3_000, 7_000)),
        step_g=draw(st.sampled_from([1, 100, 454, 500, 1_000])),
        minimum=draw(prices),
        fuel_percent=draw(st.decimals(min_value=0, max_value=40, places=2)),
        hazard_classes=tuple(draw(st.sets(st.sampled_from(["3", "8", "9"])))),
        cutoff=draw(st.times().map(lambda clock: clock.replace(tzinfo=None))),
        departs=tuple(sorted(draw(st.sets(st.integers(1, 7))))),
        window_hours=48,
    )


NEAR_AND_FAR = (Zone("NEAR", (Area("DE"),)), Zone("FAR", (Area("FR"), Area("DE", ("9",)))))


@st.composite
def books(draw: st.DrawFn) -> RateBook:
    count = draw(st.integers(min_value=1, max_value=5))
    return book(*[draw(services(number)) for number in range(count)], zones=NEAR_AND_FAR)


shipments = st.builds(
    Shipment,
    weight_g=st.integers(1, 60_000),
    length_mm=st.integers(10, 1_500),
    width_mm=st.integers(10, 1_000),
    height_mm=st.integers(10, 1_000),
    country=st.sampled_from(["DE", "FR", "US"]),
    postcode=st.sampled_from(["10115", "90402", ""]),
    wanted=st.sampled_from(["economy", "standard", "express", "s0"]),
    ship_by=st.integers(0, 200).map(lambda hours: MONDAY_NOON + timedelta(hours=hours)),
    hazard_classes=st.sampled_from([(), ("3",), ("8", "9")]),
)


def rated_again(shipment: Shipment, service: Service) -> tuple[int, int] | None:
    """Billable grams and the price in cents, another way: in exact fractions of a cent. None: not taken."""
    zone = {"FR": "FAR", "DE": "FAR" if shipment.postcode.startswith("9") else "NEAR"}.get(shipment.country)
    rate = {rate.zone: rate for rate in service.rates}.get(zone or "")
    sides = sorted([shipment.length_mm, shipment.width_mm, shipment.height_mm])
    speeds = ["economy", "standard", "express"]
    wanted = shipment.wanted == service.code or (
        shipment.wanted in speeds and speeds.index(service.promise.value) >= speeds.index(shipment.wanted)
    )
    if (
        rate is None
        or not wanted
        or not service.departs
        or shipment.weight_g > service.limits.max_weight_g
        or sides[2] > service.limits.max_side_mm
        or sides[2] + 2 * sides[0] + 2 * sides[1] > service.limits.max_girth_mm
        or not set(shipment.hazard_classes) <= set(service.hazard_classes)
    ):
        return None
    kilograms = Fraction(shipment.weight_g, 1000)
    if service.dim_divisor:
        kilograms = max(kilograms, Fraction(sides[0] * sides[1] * sides[2], 1000 * service.dim_divisor))
    step = Fraction(service.step_g, 1000)
    kilograms = ceil(kilograms / step) * step
    cents = [100 * Fraction(each.price) for each in rate.breaks if kilograms * 1000 <= each.up_to_g][:1]
    if not cents:
        if rate.per_kg_above is None:
            return None
        above = kilograms - Fraction(rate.breaks[-1].up_to_g, 1000)
        cents = [100 * Fraction(rate.breaks[-1].price) + half_up(above * 100 * Fraction(rate.per_kg_above))]
    base = max(cents[0], 100 * Fraction(service.minimum))
    return int(kilograms * 1000), half_up(base) + half_up(base * Fraction(service.fuel_percent) / 100)


def half_up(cents: Fraction) -> int:
    return floor(cents + Fraction(1, 2))


@given(shipments, books())
def test_every_service_has_a_price_or_reasons_and_the_price_agrees_to_the_cent(
    shipment: Shipment, rate_book: RateBook
) -> None:
    choice = quote(shipment, rate_book, MONDAY_NOON)
    offered = list(rate_book.services())
    assert [answer.service for answer in choice.quotes] == [service.code for _, service in offered]
    for answer, (_, service) in zip(choice.quotes, offered, strict=True):
        assert (answer.price is None) == bool(answer.reasons)
        expected = rated_again(shipment, service)
        if answer.price is not None:
            assert expected == (answer.billable_g, int(answer.price.amount * 100))
            assert answer.price.amount.as_tuple().exponent == -2
        elif expected is not None:
            assert [reason.code for reason in answer.reasons] == ["carrier.after_ship_by"]


@given(shipments, books())
def test_the_chosen_one_is_the_cheapest_in_time_or_else_the_cheapest_of_those_that_leave_first(
    shipment: Shipment, rate_book: RateBook
) -> None:
    choice = quote(shipment, rate_book, MONDAY_NOON)
    priced = [answer for answer in choice.quotes if answer.price is not None]
    assert (choice.chosen is None) == (not priced)
    if choice.chosen is None:
        return
    if any(leaves(answer) <= shipment.ship_by for answer in priced):
        field: Sequence[Quote] = priced
        assert all(leaves(answer) <= shipment.ship_by for answer in priced)
    else:
        first = min(leaves(answer).astimezone(BERLIN).date() for answer in priced)
        field = [answer for answer in priced if leaves(answer).astimezone(BERLIN).date() == first]
        assert "carrier.late" in codes(choice)
    assert choice.chosen == min(
        field, key=lambda answer: (cents(answer), answer.transit_days, answer.service)
    )


@given(shipments, books())
def test_every_service_is_accounted_for_in_the_explanation_in_words(
    shipment: Shipment, rate_book: RateBook
) -> None:
    choice = quote(shipment, rate_book, MONDAY_NOON)
    named = {dict(reason.params).get("service") for reason in choice.reasons}
    assert {answer.service for answer in choice.quotes} <= named
    for reason in choice.reasons:
        assert reason.code in WORDS
        assert phrase(reason.code, reason.params)


def leaves(answer: Quote) -> datetime:
    assert answer.departs_at is not None
    return answer.departs_at


def cents(answer: Quote) -> int:
    assert answer.price is not None
    return int(answer.price.amount * 100)

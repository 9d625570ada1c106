"""The carton that is proposed, and why the others are not."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.cartonization import FILL_PERMILLE, propose
from app.model.items import Item
from app.model.parcels import Carton

Contents = list[tuple[Item, int]]


def item(length: int, width: int, height: int, weight: int = 100, sku: str = "A") -> Item:
    return Item(sku, f"Item {sku}", sku, (), length, width, height, weight)


def carton(code: str, length: int, width: int, height: int, most: int = 10_000) -> Carton:
    return Carton(code, code, length, width, height, length + 5, width + 5, height + 5, 50, most)


SMALL = carton("S", 200, 150, 100, most=2_000)
MIDDLE = carton("M", 300, 200, 150, most=5_000)
LONG = carton("L", 600, 150, 100)


def codes(contents: Contents, *cartons: Carton) -> list[str]:
    return [reason.code for reason in propose(contents, cartons).reasons]


def test_the_smallest_carton_that_holds_all_is_proposed() -> None:
    proposal = propose([(item(100, 80, 20), 3)], [LONG, MIDDLE, SMALL])
    assert (proposal.carton, proposal.fits_all) == (SMALL, True)
    assert [reason.code for reason in proposal.reasons] == [
        "carton.smallest_that_holds_all",
        "carton.larger_than_needed",
        "carton.larger_than_needed",
    ]


def test_a_unit_may_be_turned_to_fit() -> None:
    assert propose([(item(100, 150, 200), 1)], [SMALL]).fits_all


def test_a_long_item_needs_a_long_carton_however_small_it_is() -> None:
    proposal = propose([(item(10, 10, 550), 1)], [SMALL, MIDDLE, LONG])
    assert proposal.carton == LONG
    assert [reason.code for reason in proposal.reasons][1:] == [
        "carton.item_too_long",
        "carton.item_too_long",
    ]


def test_weight_decides_where_volume_would_not() -> None:
    proposal = propose([(item(50, 50, 50, 1_500), 2)], [SMALL, MIDDLE])
    assert proposal.carton == MIDDLE
    assert proposal.reasons[1].code == "carton.too_heavy"


def test_gaps_between_units_are_reckoned_with() -> None:
    halves = [(item(200, 150, 50), 2)]
    assert codes(halves, SMALL) == ["carton.largest_there_is", "carton.too_full"]


def test_a_unit_alone_may_fill_its_carton() -> None:
    assert propose([(item(200, 150, 100), 1)], [SMALL]).fits_all


def test_where_nothing_holds_all_the_largest_is_proposed_and_says_so() -> None:
    proposal = propose([(item(200, 150, 100), 20)], [SMALL, MIDDLE, LONG])
    assert (proposal.carton, proposal.fits_all) == (MIDDLE if _larger(MIDDLE, LONG) else LONG, False)
    assert proposal.reasons[0].code == "carton.largest_there_is"
    assert len(proposal.reasons) == 4


def _larger(one: Carton, other: Carton) -> bool:
    return one.inner_volume_mm3 >= other.inner_volume_mm3


def test_a_site_without_cartons_gets_no_proposal() -> None:
    proposal = propose([(item(1, 1, 1), 1)], [])
    assert (proposal.carton, proposal.fits_all) == (None, False)


@pytest.mark.parametrize("quantity", [0, 1])
def test_an_empty_list_goes_into_the_smallest(quantity: int) -> None:
    assert propose([(item(10, 10, 10), quantity)], [MIDDLE, SMALL]).carton == SMALL


lengths = st.integers(1, 60)
items = st.builds(item, lengths, lengths, lengths, st.integers(0, 50))
contents = st.lists(st.tuples(items, st.integers(1, 5)), max_size=4)
cartons = st.lists(
    st.builds(carton, st.text("ABC", max_size=3), lengths, lengths, lengths, st.integers(1, 300)),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.code,
)


def holds(wanted: Contents, one: Carton) -> bool:
    """The rules once more, the slow way: every turn of every unit."""
    inside = (one.inner_length_mm, one.inner_width_mm, one.inner_height_mm)
    units = [unit for unit, quantity in wanted for _ in range(quantity)]
    turns_fit = all(
        any(
            all(side <= room for side, room in zip(turn, inside, strict=True))
            for turn in permutations((unit.length_mm, unit.width_mm, unit.height_mm))
        )
        for unit in units
    )
    light = sum(unit.weight_g for unit in units) <= one.max_weight_g
    volume = sum(unit.length_mm * unit.width_mm * unit.height_mm for unit in units)
    room = inside[0] * inside[1] * inside[2]
    return turns_fit and light and (len(units) <= 1 or volume * 1000 <= room * FILL_PERMILLE)


@given(contents, cartons)
def test_what_is_proposed_fits_by_every_rule_and_nothing_smaller_does(
    wanted: Contents, choice: list[Carton]
) -> None:
    proposal = propose(wanted, choice)
    assert proposal.carton is not None
    assert proposal.fits_all == any(holds(wanted, one) for one in choice)
    if proposal.fits_all:
        assert holds(wanted, proposal.carton)
        smaller = [one for one in choice if one.inner_volume_mm3 < proposal.carton.inner_volume_mm3]
        assert not any(holds(wanted, one) for one in smaller)
    else:
        assert proposal.carton.inner_volume_mm3 == max(one.inner_volume_mm3 for one in choice)


@given(contents, cartons)
def test_every_carton_that_lost_has_its_reason(wanted: Contents, choice: list[Carton]) -> None:
    proposal = propose(wanted, choice)
    named = [dict(reason.params)["carton"] for reason in proposal.reasons[1:]]
    chosen = proposal.carton.name if proposal.carton and proposal.fits_all else None
    assert sorted(named) == sorted(one.name for one in choice if one.name != chosen)


@given(contents, cartons)
def test_the_order_of_the_cartons_changes_nothing(wanted: Contents, choice: list[Carton]) -> None:
    assert propose(wanted, choice) == propose(wanted, list(reversed(choice)))

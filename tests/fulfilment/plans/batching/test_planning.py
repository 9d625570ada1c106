"""Plans of whole waves."""

import sys
from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import Spot
from app.fulfilment.plans.batching import Cart, Method, Order, Plan, plan_at_once, plan_in_time
from app.fulfilment.plans.batching.bounds import fewest_tours
from app.fulfilment.plans.batching.covering import Column, best_cover
from app.fulfilment.plans.batching.partitioning import Partitioning
from app.fulfilment.plans.batching.pricing import Pricing, Terms
from tests.fulfilment.plans.batching.waves import Case, case, cases, henn_and_waescher, shortest_plan


def looks(many: int) -> Callable[[], float]:
    """A clock that runs down by one second each time somebody looks at it."""
    left = many

    def seconds_left() -> float:
        nonlocal left
        left -= 1
        return float(left)

    return seconds_left


def check(case: Case, plan: Plan) -> None:
    """Each order is served once, on tours that may be walked, as long as the plan says."""
    assert sorted(order for tour in plan.tours for order in tour) == list(range(len(case.wave.orders)))
    assert all(case.wave.may_share(batch) for batch in plan.batches)
    assert plan.length_mm == sum(case.tours.length(batch) for batch in plan.batches)
    assert plan.bound_mm <= plan.length_mm <= plan.first_come_mm
    assert plan.tours == case.wave.in_sequence(plan.batches)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_plan_at_once_lies_between_the_shortest_plan_and_first_come(case: Case) -> None:
    plan = plan_at_once(case.wave, case.tours)
    check(case, plan)
    shortest = shortest_plan(case.wave, case.tours.length)
    assert plan.bound_mm <= shortest <= plan.length_mm
    assert len(plan.tours) >= fewest_tours(case.wave)


@settings(max_examples=100, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_a_plan_with_time_lies_between_the_shortest_plan_and_the_plan_at_once(
    case: Case, dice: Random
) -> None:
    plan = plan_in_time(case.wave, case.tours, dice, looks(60))
    check(case, plan)
    assert plan.bound_mm <= shortest_plan(case.wave, case.tours.length) <= plan.length_mm
    assert plan.length_mm <= plan_at_once(case.wave, case.tours).length_mm


@settings(max_examples=100, deadline=None)
@given(cases())
def test_set_partitioning_finds_the_shortest_plan_of_a_small_wave_and_proves_it(case: Case) -> None:
    found = Partitioning(case.wave, case.tours).improved(case.wave.first_come(), (), looks(1000))
    assert found.proven
    assert found.length_mm == shortest_plan(case.wave, case.tours.length)
    assert sum(found.batches) == case.everyone


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_any_prices_fee_and_fines_give_a_bound(case: Case, data: st.DataObject) -> None:
    count = len(case.wave.orders)
    amounts = st.integers(0, 40_000)
    prices = data.draw(st.lists(amounts, min_size=count, max_size=count))
    some = list(combinations(range(count), 3))
    triples = data.draw(st.lists(st.sampled_from(some), max_size=3)) if some else []
    fines = [data.draw(amounts) for _ in triples]
    terms = Terms.of(prices, data.draw(amounts), triples, fines)
    beam = data.draw(st.sampled_from([1, 2, 1000]))
    priced = Pricing(case.wave, case.tours).priced(terms, beam=beam)
    bound = terms.bound(priced.share, fewest_tours(case.wave))
    assert bound <= shortest_plan(case.wave, case.tours.length)
    if priced.complete:
        worth = {
            batch
            for batch in range(1, case.everyone + 1)
            if case.wave.may_share(batch) and case.tours.length(batch) < terms.paid(batch)
        }
        assert {batch for batch, _ in priced.tours} == worth


def test_the_same_wave_gives_the_same_plan() -> None:
    one, other = (henn_and_waescher(30, 45, seed=1) for _ in range(2))
    assert plan_at_once(one.wave, one.tours) == plan_at_once(other.wave, other.tours)


def test_the_same_dice_and_looks_at_the_clock_give_the_same_plan() -> None:
    one, other = (henn_and_waescher(25, 30, seed=2) for _ in range(2))
    assert plan_in_time(one.wave, one.tours, Random(5), looks(200)) == plan_in_time(
        other.wave, other.tours, Random(5), looks(200)
    )


def test_no_time_is_a_plan_at_once() -> None:
    case = henn_and_waescher(20, 45, seed=3)
    assert plan_in_time(case.wave, case.tours, Random(1), lambda: 0.0) == plan_at_once(case.wave, case.tours)


def test_the_search_ends_when_the_clock_says_so() -> None:
    case = henn_and_waescher(20, 45, seed=4)
    asked = 0

    def seconds_left() -> float:
        nonlocal asked
        asked += 1
        return 10.0 - 0.1 * asked

    plan = plan_in_time(case.wave, case.tours, Random(1), seconds_left)
    check(case, plan)
    assert asked < 120


def test_a_wave_of_the_literature_is_planned_much_better_with_time() -> None:
    case = henn_and_waescher(40, 30, seed=5)
    at_once = plan_at_once(case.wave, case.tours)
    in_time = plan_in_time(case.wave, case.tours, Random(1), looks(400))
    check(case, in_time)
    assert in_time.length_mm < at_once.length_mm < at_once.first_come_mm
    assert in_time.proven


def test_without_highspy_the_plan_is_searched_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    case = henn_and_waescher(30, 45, seed=6)
    plan = plan_in_time(case.wave, case.tours, Random(1), looks(300))
    check(case, plan)
    assert plan.method is Method.RUIN_AND_RECREATE
    assert 0 < plan.bound_mm < plan.length_mm


def test_a_limit_of_nothing_charges_nobody_who_takes_nothing() -> None:
    weightless = [Order("A"), Order("B")]
    two = case([[Spot(1, 0, 3)], [Spot(1, 0, 3)]], weightless, Cart(weight_g=0))
    plan = plan_at_once(two.wave, two.tours)
    assert plan.tours == ((0, 1),)
    assert plan.bound_mm == plan.length_mm


def test_a_wave_without_orders_needs_no_tours() -> None:
    case = henn_and_waescher(0, 45, seed=7)
    for plan in (
        plan_at_once(case.wave, case.tours),
        plan_in_time(case.wave, case.tours, Random(1), looks(9)),
    ):
        assert plan.tours == ()
        assert plan.length_mm == plan.bound_mm == 0


def test_the_best_cover_is_found_where_the_solver_once_kept_a_worse_one_that_it_was_given() -> None:
    lengths = {
        7: 24,
        24: 26,
        96: 22,
        1: 22,
        3: 22,
        9: 26,
        11: 26,
        16: 0,
        17: 22,
        32: 22,
        36: 22,
        40: 26,
        64: 0,
    }
    lengths |= {5: 24, 2: 20, 4: 22, 6: 22, 8: 26, 10: 26, 20: 22, 68: 22, 72: 26}
    chosen, certain = best_cover(
        [Column(members, 1000 * length) for members, length in lengths.items()], 7, 10.0
    )
    assert certain
    assert sum(lengths[members] for members in chosen) == 48

"""Orders found from distances alone: exact for few stops, good for many, also where there and back differ."""

from itertools import combinations, permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.searching import (
    EXACT_STOPS,
    Distances,
    _doubled,
    _exact,
    _finished,
    _from,
    _round_trip,
    _searched,
    length_of,
    shortest_order,
)


def scattered(stops: int, dice: Random, *, one_way: bool, round_trip: bool) -> Distances:
    """Places on open ground; one way, some legs cost a detour. Shortest ways keep the triangle's inequality."""
    points = [(dice.randrange(100_000), dice.randrange(60_000)) for _ in range(stops + 1)]
    points.append(points[-1] if round_trip else (dice.randrange(100_000), dice.randrange(60_000)))
    table = np.array(
        [[abs(ax - bx) + abs(ay - by) for bx, by in points] for ax, ay in points], dtype=np.int64
    )
    if one_way:
        table += np.array([[dice.choice((0, 0, 9_000)) for _ in points] for _ in points])
        if round_trip:
            table[-1, :], table[:, -1] = table[-2, :], table[:, -2]
            table[-1, -2] = table[-2, -1] = 0
        np.fill_diagonal(table, 0)
        for via in range(len(table)):
            table = np.minimum(table, table[:, via, None] + table[None, via, :])
    return table


@pytest.mark.parametrize("one_way", [False, True], ids=["both ways", "one way"])
@pytest.mark.parametrize("round_trip", [False, True], ids=["open", "round trip"])
@given(stops=st.integers(0, 6), dice=st.randoms(use_true_random=False))
def test_no_order_of_a_few_stops_is_shorter(
    *, one_way: bool, round_trip: bool, stops: int, dice: Random
) -> None:
    distances = scattered(stops, dice, one_way=one_way, round_trip=round_trip)
    found = shortest_order(distances, 0.01)
    assert found.proven
    assert sorted(found.order) == list(range(stops))
    assert length_of(found.order, distances) == min(
        length_of(order, distances) for order in permutations(range(stops))
    )


@pytest.mark.parametrize("one_way", [False, True], ids=["both ways", "one way"])
@pytest.mark.parametrize("round_trip", [False, True], ids=["open", "round trip"])
@settings(max_examples=15, deadline=None)
@given(stops=st.integers(9, EXACT_STOPS), dice=st.randoms(use_true_random=False))
def test_what_is_searched_is_nearly_as_short_as_what_is_exact(
    *, one_way: bool, round_trip: bool, stops: int, dice: Random
) -> None:
    distances = scattered(stops, dice, one_way=one_way, round_trip=round_trip)
    exact = length_of(_exact(distances), distances)
    searched = length_of(_searched(distances, 0.1), distances)
    # Distances are coarser in the search: on nearly equal terms it may take the other.
    assert exact <= searched <= exact * 1.002


@pytest.mark.parametrize("one_way", [False, True], ids=["both ways", "one way"])
@settings(max_examples=25, deadline=None)
@given(stops=st.integers(EXACT_STOPS + 1, 40), dice=st.randoms(use_true_random=False))
def test_every_stop_is_visited_once_and_never_by_a_longer_way_than_the_one_given(
    *, one_way: bool, stops: int, dice: Random
) -> None:
    distances = scattered(stops, dice, one_way=one_way, round_trip=True)
    found = shortest_order(distances, 0.01)
    assert (sorted(found.order), found.proven, found.method) == (list(range(stops)), False, "fast_tsp")
    assert length_of(found.order, distances) <= length_of(range(stops), distances)


@settings(max_examples=25, deadline=None)
@given(stops=st.integers(2, 20), one_way=st.booleans(), dice=st.randoms(use_true_random=False))
def test_no_moved_stop_and_no_turned_part_shortens_a_finished_walk(
    stops: int, one_way: bool, dice: Random
) -> None:
    distances = scattered(stops, dice, one_way=one_way, round_trip=False)
    begun = list(range(stops))
    dice.shuffle(begun)
    finished = _finished([stops, *begun, stops + 1], distances)[1:-1]
    best = length_of(finished, distances)
    assert best <= length_of(begun, distances)
    for first, last in combinations(range(stops + 1), 2):
        part, rest = finished[first:last], finished[:first] + finished[last:]
        if not one_way:
            assert length_of(finished[:first] + part[::-1] + finished[last:], distances) >= best
        for place in range(len(rest) + 1 if len(part) <= 3 else 0):
            assert length_of(rest[:place] + part + rest[place:], distances) >= best


def test_stops_are_moved_also_where_leaving_them_out_saves_nothing() -> None:
    distances = np.array(
        [
            [0, 44, 50, 45, 48, 49, 36, 38, 60, 36],
            [35, 0, 85, 60, 30, 62, 49, 60, 90, 58],
            [50, 94, 0, 41, 98, 82, 56, 48, 82, 46],
            [47, 67, 41, 0, 65, 49, 23, 7, 49, 13],
            [48, 30, 98, 66, 0, 32, 51, 59, 60, 53],
            [49, 62, 83, 50, 32, 0, 26, 51, 28, 45],
            [27, 49, 65, 24, 42, 26, 0, 25, 41, 19],
            [42, 60, 48, 7, 58, 42, 16, 0, 42, 6],
            [68, 81, 82, 49, 51, 19, 41, 42, 0, 36],
            [36, 59, 46, 13, 52, 36, 10, 6, 45, 0],
        ]
    )
    # Without 5, 6 and 3 the walk is no shorter, but before 2 they cost less than nothing.
    assert length_of([2, 0, 1, 4, 5, 6, 3, 7], distances) == 301
    assert length_of(_finished([8, 2, 0, 1, 4, 5, 6, 3, 7, 9], distances)[1:-1], distances) <= 299


@given(stops=st.integers(1, 6), dice=st.randoms(use_true_random=False))
def test_a_tour_of_doubled_places_is_cheapest_where_the_walk_is_the_shortest(
    stops: int, dice: Random
) -> None:
    distances = _round_trip(scattered(stops, dice, one_way=True, round_trip=True))
    places = len(distances)
    doubled = _doubled(distances)
    assert np.array_equal(doubled, doubled.T)
    assert doubled.max() <= 65_535
    tours = [(stops, *order) for order in permutations(range(stops))]
    costs = []
    for tour in tours:
        twice = [each for place in tour for each in (place, places + place)]
        costs.append(sum(int(doubled[a, b]) for a, b in zip(twice, _from(twice, twice[1]), strict=True)))
    best = min(costs)
    lengths = [sum(int(distances[a, b]) for a, b in zip(t, t[1:] + t[:1], strict=True)) for t in tours]
    cheapest = min(length for length, cost in zip(lengths, costs, strict=True) if cost == best)
    assert cheapest <= min(lengths) * 1.002

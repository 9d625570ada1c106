"""Bounds that no walk beats, and proofs: compared with the shortest walk, and cut short by time."""

from itertools import count, permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import AisleFloor, Corner, Spot, Way
from app.fulfilment.plans.proving import prove
from app.fulfilment.plans.searching import Distances, length_of, shortest_order
from app.fulfilment.plans.shortest_tour import shortest_tour


def scattered(stops: int, dice: Random, *, one_way: bool, round_trip: bool) -> Distances:
    points = [(dice.randrange(50_000), dice.randrange(30_000)) for _ in range(stops + 1)]
    points.append(points[-1] if round_trip else (dice.randrange(50_000), dice.randrange(30_000)))
    detours = [[dice.choice((0, 7_000)) if one_way else 0 for _ in points] for _ in points]
    table = [[abs(ax - bx) + abs(ay - by) for bx, by in points] for ax, ay in points]
    distances = np.array(table, dtype=np.int64) + np.array(detours, dtype=np.int64)
    np.fill_diagonal(distances, 0)
    return distances


@pytest.mark.parametrize("one_way", [False, True], ids=["both ways", "one way"])
@pytest.mark.parametrize("round_trip", [False, True], ids=["open", "round trip"])
@settings(max_examples=25, deadline=None)
@given(stops=st.integers(1, 7), dice=st.randoms(use_true_random=False))
def test_with_time_enough_the_last_proof_is_the_shortest_walk_itself(
    *, one_way: bool, round_trip: bool, stops: int, dice: Random
) -> None:
    distances = scattered(stops, dice, one_way=one_way, round_trip=round_trip)
    best = min(length_of(order, distances) for order in permutations(range(stops)))
    proofs = list(prove(distances, lambda: 60.0))
    assert all(proof.lower_bound_mm <= best for proof in proofs)
    assert proofs[-1].lower_bound_mm == best
    assert proofs[-1].order is not None
    assert sorted(proofs[-1].order) == list(range(stops))
    assert length_of(proofs[-1].order, distances) == best


@pytest.mark.parametrize("one_way", [False, True], ids=["both ways", "one way"])
def test_it_agrees_with_the_sweep_and_the_search_over_forty_stops(*, one_way: bool) -> None:
    ways = tuple((aisle, Way.UP if aisle % 2 else Way.DOWN) for aisle in range(8)) if one_way else ()
    floor = AisleFloor(8, 2, 20, 1000, 3000, 2000, ways)
    dice = Random(3)
    stops = [Spot(dice.randrange(8), dice.randrange(2), dice.randrange(20)) for _ in range(40)]
    depot = Corner(0, 0)
    distances = floor.distances([*stops, depot, depot])
    *_, last = prove(distances, lambda: 60.0)
    if not one_way:
        assert last.lower_bound_mm == shortest_tour(floor, stops, depot, depot).length_mm
    assert last.lower_bound_mm <= length_of(shortest_order(distances, 0.2).order, distances)
    assert last.order is not None
    assert length_of(last.order, distances) == last.lower_bound_mm


def test_bounds_only_rise_and_end_when_time_is_up() -> None:
    distances = scattered(30, Random(5), one_way=True, round_trip=False)
    looks = count()
    bounds = [proof.lower_bound_mm for proof in prove(distances, lambda: float(3 - next(looks)))]
    assert bounds == sorted(set(bounds))
    assert len(bounds) <= 3


def test_without_any_time_nothing_is_claimed() -> None:
    distances = scattered(30, Random(5), one_way=False, round_trip=False)
    assert list(prove(distances, lambda: 0.0)) == []

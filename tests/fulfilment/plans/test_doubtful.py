"""Doubtful locations come early, as long as the detour is short enough."""

from itertools import permutations
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.doubtful import Early, doubtful_first
from app.fulfilment.plans.searching import Distances, length_of

LINE = np.array([[abs(a - b) for b in (10, 20, 30, 0, 0)] for a in (10, 20, 30, 0, 0)], dtype=np.int64) * 1000
"""Three stops along one aisle, out and back: 60 m."""


def test_a_doubtful_stop_comes_first_if_the_detour_is_within_the_limit() -> None:
    assert doubtful_first((0, 1, 2), {2}, LINE, 20_000) == Early((2, 0, 1), (2,), 20_000)


def test_a_detour_that_is_too_long_is_not_made() -> None:
    assert doubtful_first((0, 1, 2), {2}, LINE, 19_999) == Early((0, 1, 2), (), 0)


def test_a_doubtful_stop_that_comes_first_anyway_costs_nothing() -> None:
    assert doubtful_first((0, 1, 2), {0}, LINE, 0) == Early((0, 1, 2), (0,), 0)


@given(stops=st.integers(0, 6), most=st.integers(0, 200_000), dice=st.randoms(use_true_random=False))
def test_the_detour_is_within_the_limit_and_every_stop_still_visited(
    stops: int, most: int, dice: Random
) -> None:
    points = [(dice.randrange(60_000), dice.randrange(60_000)) for _ in range(stops + 2)]
    distances: Distances = np.array(
        [[abs(ax - bx) + abs(ay - by) for bx, by in points] for ax, ay in points], dtype=np.int64
    )
    best = min(permutations(range(stops)), key=lambda order: length_of(order, distances))
    doubtful = {stop for stop in range(stops) if dice.random() < 0.5}
    found = doubtful_first(best, doubtful, distances, most)
    assert sorted(found.order) == list(range(stops))
    assert found.order[: len(found.early)] == found.early
    assert set(found.early) <= doubtful
    assert found.detour_mm == length_of(found.order, distances) - length_of(best, distances) <= most

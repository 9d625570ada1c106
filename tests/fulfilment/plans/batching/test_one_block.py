"""Lengths of tours on a floor of one block."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import AisleFloor, Corner, Spot, Way
from app.fulfilment.plans.batching import OneBlockTours
from app.fulfilment.plans.shortest_tour import shortest_tour
from tests.fulfilment.plans.batching.waves import depots, floors, spots


def held_and_karp(distances: list[list[int]]) -> int:
    """The shortest tour from the first place over all others and back."""
    count = len(distances) - 1
    best = {(1 << stop, stop): distances[0][stop + 1] for stop in range(count)}
    for visited in range(1, 1 << count):
        for at in range(count):
            if (visited, at) not in best:
                continue
            for onward in range(count):
                if not visited >> onward & 1:
                    there = (visited | 1 << onward, onward)
                    walked = best[visited, at] + distances[at + 1][onward + 1]
                    best[there] = min(best.get(there, walked), walked)
    return min(best[(1 << count) - 1, at] + distances[at + 1][0] for at in range(count))


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_tour_is_as_long_as_the_shortest_walk_over_its_stops(data: st.DataObject) -> None:
    floor = data.draw(floors())
    stops = data.draw(st.lists(spots(floor), min_size=1, max_size=7))
    depot = data.draw(depots(floor))
    shortest = held_and_karp(floor.distances([depot, *stops]).tolist())
    tours = OneBlockTours(floor, [[stop] for stop in stops], depot)
    everyone = (1 << len(stops)) - 1
    assert tours.length(everyone) == shortest
    assert tours.lengths([everyone, 1], [0, everyone]).tolist()[0] == [shortest, shortest]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_long_tours_are_as_long_as_the_sweep_of_the_floor_says(data: st.DataObject) -> None:
    floor = AisleFloor(10, 1, data.draw(st.sampled_from([45, 62, 63, 80])), 1000, 5000, 1000)
    stops = data.draw(st.lists(spots(floor), min_size=1, max_size=60))
    depot = data.draw(depots(floor))
    swept = shortest_tour(floor, stops, depot, depot).length_mm
    tours = OneBlockTours(floor, [stops[::2], stops[1::2]], depot)
    assert tours.length(3) == swept
    assert tours.lengths([1], [2]).tolist() == [[swept]]


def test_nothing_to_pick_is_no_walk() -> None:
    tours = OneBlockTours(AisleFloor(3, 1, 5, 1000, 3000, 1000), [[], [Spot(0, 0, 0)]], Corner(2, 0))
    assert tours.length(0) == tours.length(1) == 0
    assert tours.lengths([0, 1], [1]).tolist() == [[0], [0]]


@pytest.mark.parametrize(
    "floor",
    [
        AisleFloor(3, 2, 5, 1000, 3000, 1000),
        AisleFloor(3, 1, 5, 1000, 3000, 1000, one_way=((0, Way.UP),)),
        AisleFloor(3, 1, 5, 1000, 3000, 1000, closed=frozenset({(0, 0)})),
    ],
    ids=["two blocks", "one way", "closed"],
)
def test_other_floors_are_refused(floor: AisleFloor) -> None:
    with pytest.raises(ValueError, match="one block"):
        OneBlockTours(floor, [], Corner(0, 0))

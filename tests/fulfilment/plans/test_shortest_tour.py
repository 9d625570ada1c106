"""Tours on rectangular floors are the shortest there are: compared with Held and Karp, and measured by walking them."""

import random
from itertools import pairwise, product

import fast_tsp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import NO_WAY, AisleFloor, Corner, Place, Spot, Way
from app.fulfilment.plans.shortest_tour import ShortestTour, shortest_tour


@st.composite
def floors(draw: st.DrawFn, *, closed: bool = False) -> AisleFloor:
    aisles, blocks = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    sub_aisles = st.sampled_from(list(product(range(aisles), range(blocks))))
    return AisleFloor(
        aisles,
        blocks,
        draw(st.integers(1, 6)),
        draw(st.integers(1, 1500)),
        draw(st.integers(1, 8000)),
        draw(st.integers(0, 3000)),
        closed=draw(st.frozensets(sub_aisles, min_size=1, max_size=3)) if closed else frozenset(),
    )


def spots(floor: AisleFloor) -> st.SearchStrategy[Spot]:
    return st.builds(
        Spot,
        st.integers(0, floor.aisles - 1),
        st.integers(0, floor.blocks - 1),
        st.integers(0, floor.slots - 1),
    )


def places(floor: AisleFloor) -> st.SearchStrategy[Place]:
    corners = st.builds(Corner, st.integers(0, floor.aisles - 1), st.integers(0, floor.blocks))
    return st.one_of(corners, spots(floor))


def held_and_karp(distances: list[list[int]]) -> int:
    """The shortest walk from the last place but one over all others to the last."""
    stops, start, end = len(distances) - 2, len(distances) - 2, len(distances) - 1
    if stops == 0:
        return distances[start][end]
    best = {(1 << stop, stop): distances[start][stop] for stop in range(stops)}
    for visited in range(1, 1 << stops):
        for last in range(stops):
            if (visited, last) not in best:
                continue
            for onward in range(stops):
                if not visited >> onward & 1:
                    key = visited | 1 << onward, onward
                    walked = best[visited, last] + distances[last][onward]
                    best[key] = min(best.get(key, walked), walked)
    return min(best[(1 << stops) - 1, last] + distances[last][end] for last in range(stops))


def walked(floor: AisleFloor, stops: list[Spot], start: Place, end: Place, tour: ShortestTour) -> int:
    distances = floor.distances([start, *(stops[index] for index in tour.order), end])
    return sum(int(distances[a, b]) for a, b in pairwise(range(len(distances))))


def assert_shortest(floor: AisleFloor, stops: list[Spot], start: Place, end: Place) -> None:
    best = held_and_karp(floor.distances([*stops, start, end]).tolist())
    tour = shortest_tour(floor, stops, start, end)
    assert sorted(tour.order) == list(range(len(stops)))
    assert tour.length_mm == best
    assert walked(floor, stops, start, end, tour) == best


@settings(max_examples=600)
@given(floors(), st.data())
def test_a_round_trip_is_as_short_as_held_and_karp_can_make_it(
    floor: AisleFloor, data: st.DataObject
) -> None:
    stops, start = data.draw(st.lists(spots(floor), max_size=7)), data.draw(places(floor))
    assert_shortest(floor, stops, start, start)


@settings(max_examples=600)
@given(floors(), st.data())
def test_a_walk_from_any_corner_or_slot_to_any_other_is_the_shortest(
    floor: AisleFloor, data: st.DataObject
) -> None:
    stops = data.draw(st.lists(spots(floor), max_size=7))
    assert_shortest(floor, stops, data.draw(places(floor)), data.draw(places(floor)))


@settings(max_examples=400)
@given(floors(closed=True), st.data())
def test_a_walk_around_closed_aisles_is_the_shortest_or_there_is_none(
    floor: AisleFloor, data: st.DataObject
) -> None:
    stops = data.draw(st.lists(spots(floor), max_size=6))
    start, end = data.draw(places(floor)), data.draw(places(floor))
    distances = floor.distances([*stops, start, end])
    if held_and_karp(distances.tolist()) >= NO_WAY or not floor.may_enter(end):
        with pytest.raises(ValueError, match="closed"):
            shortest_tour(floor, stops, start, end)
    else:
        assert_shortest(floor, stops, start, end)


@pytest.mark.parametrize(("aisles", "blocks"), [(10, 1), (15, 2), (20, 4), (12, 5)])
@pytest.mark.parametrize("open_walk", [False, True], ids=["round trip", "from the middle of an aisle"])
def test_no_search_finds_a_shorter_walk_over_a_hundred_stops(
    aisles: int, blocks: int, open_walk: bool
) -> None:
    floor = AisleFloor(aisles, blocks, 30, 1000, 3000, 2000)
    chance = random.Random(aisles)
    stops = [
        Spot(chance.randrange(aisles), chance.randrange(blocks), chance.randrange(30)) for _ in range(100)
    ]
    start: Place = Spot(aisles // 2, blocks - 1, 17) if open_walk else Corner(0, 0)
    end = Corner(0, 0)
    tour = shortest_tour(floor, stops, start, end)
    assert sorted(tour.order) == list(range(100))
    assert walked(floor, stops, start, end, tour) == tour.length_mm
    matrix = floor.distances([*stops, start, end])
    matrix[-2:, -2:] = 0  # the search makes round trips: the way from the end to the start is free
    apart = int(matrix.max())
    tolled = matrix.copy()
    tolled[-2:, :-2] += apart
    tolled[:-2, -2:] += apart
    tolled = tolled * 65_000 // int(tolled.max())
    found = fast_tsp.find_tour(tolled.tolist(), 0.3)
    assert tour.length_mm <= sum(int(matrix[a, b]) for a, b in zip(found, found[1:] + found[:1], strict=True))


def test_the_same_tour_comes_out_every_time() -> None:
    floor = AisleFloor(8, 3, 10, 1000, 3000, 2000)
    chance = random.Random(7)
    stops = [Spot(chance.randrange(8), chance.randrange(3), chance.randrange(10)) for _ in range(40)]
    tours = {shortest_tour(floor, stops, Corner(0, 0), Corner(7, 3)) for _ in range(5)}
    assert len(tours) == 1


def test_stops_at_one_slot_are_served_together_in_the_order_given() -> None:
    floor = AisleFloor(3, 1, 5, 1000, 3000, 2000)
    here, there = Spot(1, 0, 2), Spot(2, 0, 4)
    order = shortest_tour(floor, [here, there, here, there, here], Corner(0, 0), Corner(0, 0)).order
    assert order.index(2) == order.index(0) + 1
    assert order.index(4) == order.index(0) + 2
    assert order.index(3) == order.index(1) + 1


def test_a_walk_over_nothing_leads_from_start_to_end() -> None:
    floor = AisleFloor(3, 2, 5, 1000, 3000, 2000)
    assert shortest_tour(floor, [], Corner(0, 0), Corner(0, 0)) == ShortestTour((), 0)
    assert shortest_tour(floor, [], Corner(0, 0), Corner(2, 2)) == ShortestTour((), 20_000)


def test_a_stop_where_the_picker_stands_is_served_first_even_if_its_aisle_has_just_been_closed() -> None:
    floor = AisleFloor(3, 2, 5, 1000, 3000, 2000, closed=frozenset({(1, 0)}))
    here = Spot(1, 0, 2)
    tour = shortest_tour(floor, [Spot(2, 0, 0), here], here, Corner(0, 0))
    assert tour.order == (1, 0)


@pytest.mark.parametrize(
    ("stops", "start", "end", "why"),
    [
        ([Spot(3, 0, 0)], Corner(0, 0), Corner(0, 0), "not on the floor"),
        ([Spot(0, 0, 5)], Corner(0, 0), Corner(0, 0), "not on the floor"),
        ([], Corner(0, 3), Corner(0, 0), "not on the floor"),
        ([Spot(1, 0, 0)], Corner(0, 0), Corner(0, 0), "closed"),
        ([], Corner(0, 0), Spot(1, 0, 0), "closed"),
    ],
)
def test_a_place_that_cannot_be_reached_is_refused(
    stops: list[Spot], start: Place, end: Place, why: str
) -> None:
    floor = AisleFloor(3, 2, 5, 1000, 3000, 2000, closed=frozenset({(1, 0)}))
    with pytest.raises(ValueError, match=why):
        shortest_tour(floor, stops, start, end)


def test_floors_that_are_not_swept_are_refused_rather_than_walked_badly() -> None:
    one_way = AisleFloor(3, 2, 5, 1000, 3000, 2000, one_way=((1, Way.UP),))
    with pytest.raises(ValueError, match="one-way"):
        shortest_tour(one_way, [], Corner(0, 0), Corner(0, 0))
    tall = AisleFloor(3, 12, 5, 1000, 3000, 2000)
    with pytest.raises(ValueError, match="cross-aisles"):
        shortest_tour(tall, [Spot(0, 11, 0)], Corner(0, 0), Corner(0, 0))
    assert shortest_tour(tall, [Spot(0, 11, 0)], Corner(0, 10), Corner(0, 12)).order == (0,)


def test_a_long_walk_through_six_blocks_is_measured_as_it_is_walked() -> None:
    floor = AisleFloor(12, 6, 30, 1000, 3000, 2000)
    chance = random.Random(11)
    stops = [Spot(chance.randrange(12), chance.randrange(6), chance.randrange(30)) for _ in range(200)]
    tour = shortest_tour(floor, stops, Corner(0, 0), Corner(0, 0))
    assert sorted(tour.order) == list(range(200))
    assert walked(floor, stops, Corner(0, 0), Corner(0, 0), tour) == tour.length_mm


def test_distances_stay_exact_on_a_floor_of_many_kilometres() -> None:
    floor = AisleFloor(1000, 2, 500, 10_000, 100_000, 100_000)
    stops = [Spot(999, 1, 499), Spot(0, 0, 0), Spot(500, 1, 3)]
    tour = shortest_tour(floor, stops, Corner(0, 0), Corner(0, 0))
    assert tour.length_mm == held_and_karp(
        floor.distances([*stops, Corner(0, 0), Corner(0, 0)]).astype(np.int64).tolist()
    )

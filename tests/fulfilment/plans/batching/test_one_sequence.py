"""Lengths of tours that keep to one sequence of places."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import AisleFloor, Corner
from app.fulfilment.plans.batching import OneSequence, Order, Wave, plan_at_once
from app.fulfilment.plans.batching.orders import Cart, Rules, indexes
from app.fulfilment.plans.shortest_tour import shortest_tour
from tests.fulfilment.plans.batching.waves import shortest_plan, spots

FLOOR = AisleFloor(5, 2, 6, 1000, 3000, 2000)
START, END = Corner(0, 0), Corner(4, 0)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_tour_visits_its_places_in_the_sequence_and_leaves_out_the_others(data: st.DataObject) -> None:
    places = data.draw(st.lists(spots(FLOOR), min_size=1, max_size=12, unique=True))
    distances = FLOOR.distances([*places, START, END])
    order = st.lists(st.integers(0, len(places) - 1), max_size=5)
    orders = data.draw(st.lists(order, min_size=1, max_size=6))
    sequence = data.draw(st.permutations(range(len(places))))
    tours = OneSequence(orders, distances, sequence, [0] * len(orders))
    for batch in range(1, 1 << len(orders)):
        visited = {place for index in indexes(batch) for place in orders[index]}
        walk = [len(places), *(place for place in sequence if place in visited), len(places) + 1]
        length = sum(int(distances[a, b]) for a, b in pairwise(walk)) if visited else 0
        assert tours.length(batch) == length
        assert tours.lengths([0, 1], [batch]).tolist() == [[length], [tours.length(batch | 1)]]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_plan_by_one_sequence_is_bounded_by_the_shortest_tours(data: st.DataObject) -> None:
    stops = data.draw(st.lists(st.lists(spots(FLOOR), min_size=1, max_size=4), min_size=1, max_size=6))
    places = sorted({spot for spots in stops for spot in spots})
    number = {place: index for index, place in enumerate(places)}
    orders = [[number[spot] for spot in spots] for spots in stops]
    wave = Wave([Order(str(index)) for index in range(len(stops))], Cart(totes=3), Rules())

    def shortest(batch: int) -> int:
        visited = sorted({spot for index in indexes(batch) for spot in stops[index]})
        return shortest_tour(FLOOR, visited, START, END).length_mm

    tours = OneSequence(
        orders,
        FLOOR.distances([*places, START, END]),
        shortest_tour(FLOOR, places, START, END).order,
        [shortest(1 << index) for index in range(len(stops))],
    )
    plan = plan_at_once(wave, tours)
    assert plan.bound_mm <= shortest_plan(wave, shortest) <= plan.length_mm <= plan.first_come_mm


def test_nothing_to_pick_is_no_walk() -> None:
    tours = OneSequence([[], [0]], np.array([[0, 2, 3], [2, 0, 4], [3, 4, 0]]), [0], [0, 5])
    assert (tours.length(0), tours.length(1), tours.length(2), tours.alone_at_least(1)) == (0, 0, 5, 5)

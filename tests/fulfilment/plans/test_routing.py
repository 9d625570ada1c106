"""Tours: every stop once, as short as can be, never longer than walking by location code."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import AisleFloor, Corner, Spot, Way
from app.fulfilment.plans.routing import AisleGround, NoWayError, Route, route
from app.fulfilment.plans.searching import length_of, shortest_order
from app.fulfilment.plans.walking import WalkingGraph
from app.model.floor import Floor, Location, LocationKind, Walkway

Points = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class OpenGround:
    """Places on open ground, by code."""

    points: Points

    def distance(self, a: str, b: str) -> int:
        (ax, ay), (bx, by) = self.points[a], self.points[b]
        return abs(ax - bx) + abs(ay - by)

    def matrix(self, codes: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(self.distance(a, b) for b in codes) for a in codes)


def length(ground: OpenGround, places: Sequence[str]) -> int:
    return sum(ground.distance(a, b) for a, b in pairwise(places))


def shortest(ground: OpenGround, stops: Sequence[str], start: str, end: str) -> int:
    return min(length(ground, (start, *order, end)) for order in permutations(stops))


millimetres = st.integers(min_value=0, max_value=150_000)


def grounds(least: int, most: int) -> st.SearchStrategy[OpenGround]:
    points = st.lists(st.tuples(millimetres, millimetres), min_size=least + 2, max_size=most + 2)
    return points.map(
        lambda points: OpenGround(dict(zip(("IN", "OUT", *codes(len(points) - 2)), points, strict=True)))
    )


def codes(count: int) -> list[str]:
    return [f"A-{number:03}" for number in range(count)]


def stops_of(ground: OpenGround) -> list[str]:
    return [code for code in ground.points if code.startswith("A-")]


@given(grounds(0, 7), st.sampled_from(["IN", "OUT"]))
def test_up_to_seven_stops_no_order_at_all_is_shorter(ground: OpenGround, end: str) -> None:
    found = route(stops_of(ground), "IN", end, ground)
    assert found.method == "held_karp"
    assert found.length_mm == shortest(ground, stops_of(ground), "IN", end)


@given(grounds(8, 9))
@settings(max_examples=5)
def test_nine_stops_are_still_exact(ground: OpenGround) -> None:
    found = route(stops_of(ground), "IN", "OUT", ground)
    assert found.method == "held_karp"
    best = shortest(ground, stops_of(ground)[:8], "IN", "OUT")
    assert found.length_mm >= best if len(stops_of(ground)) == 9 else found.length_mm == best


@given(grounds(0, 40), st.sampled_from(["IN", "OUT"]))
@settings(max_examples=40)
def test_each_stop_is_visited_once_and_the_walk_is_measured_truly(ground: OpenGround, end: str) -> None:
    found = route(stops_of(ground), "IN", end, ground, seconds=0.01)
    assert sorted(found.order) == stops_of(ground)
    assert found.length_mm == length(ground, ("IN", *found.order, end))
    assert found.location_order_mm == length(ground, ("IN", *stops_of(ground), end))
    assert found.length_mm <= found.location_order_mm


def test_start_and_end_stay_where_they_are_in_a_long_tour() -> None:
    line = OpenGround(
        {"IN": (0, 0), "OUT": (40_000, 0), **{code: (1_000 * n, 0) for n, code in enumerate(codes(41))}}
    )
    found = route(codes(41), "IN", "OUT", line)
    assert found.length_mm == 40_000
    back = route(codes(41), "OUT", "IN", line)
    assert back.length_mm == 40_000
    around = route(codes(41), "IN", "IN", line)
    assert around.length_mm == 80_000


def test_a_way_around_a_ring_that_ends_on_its_far_side_is_not_taken_for_a_round_trip() -> None:
    side = 24_000
    ring = Floor(
        (
            Walkway(0, 0, side, 0),
            Walkway(side, 0, side, side),
            Walkway(side, side, 0, side),
            Walkway(0, side, 0, 0),
        )
    )
    corners = {"IN": (0, 0), "OUT": (side, side)}
    around = [(4_000 * n, 0) for n in range(1, 6)] + [(side, 4_000 * n) for n in range(1, 6)]
    points = {**corners, **dict(zip(codes(20), [*around, *((y, x) for x, y in around)], strict=True))}
    places = [Location(code, "A", LocationKind.PICK_FACE, x, y, True, "") for code, (x, y) in points.items()]
    graph = WalkingGraph.of(ring, places)
    matrix = graph.matrix((*codes(20), "IN", "OUT"))
    # One half of the ring is walked through, the other out and back from both ends, up to its largest gap.
    distances = np.array(matrix)
    assert length_of(shortest_order(distances, 0.1).order, distances) == 2 * side + 2 * 20_000 + 2 * 20_000


def test_a_hundred_stops_in_aisles_are_much_shorter_than_by_location_code() -> None:
    aisles = tuple(Walkway(2_000 * n, 0, 2_000 * n, 30_000) for n in range(10))
    crossing = (Walkway(0, 0, 18_000, 0), Walkway(0, 30_000, 18_000, 30_000))
    places = [
        Location(
            f"{n % 10:02}-{n:03}",
            "A",
            LocationKind.PICK_FACE,
            2_000 * (n % 10),
            (n * 7_919) % 30_000,
            True,
            "",
        )
        for n in range(100)
    ]
    depot = Location("DEPOT", "D", LocationKind.DROP, 0, 0, False, "")
    graph = WalkingGraph.of(Floor((*aisles, *crossing)), [*places, depot])
    found = route([place.code for place in places], "DEPOT", "DEPOT", graph)
    assert found.method == "fast_tsp"
    assert found.length_mm == 10 * 30_000 + 2 * 18_000  # each aisle walked through once
    assert found.location_order_mm > found.length_mm


def test_no_stops_is_the_way_from_start_to_end() -> None:
    ground = OpenGround({"IN": (0, 0), "OUT": (500, 0)})
    assert route([], "IN", "OUT", ground) == Route((), 500, 500, "held_karp", proven=True)


def test_a_stop_named_twice_is_visited_once() -> None:
    ground = OpenGround({"IN": (0, 0), "A-000": (500, 0)})
    assert route(["A-000", "A-000"], "IN", "IN", ground).order == ("A-000",)


def test_stops_that_lie_at_one_point_cost_nothing() -> None:
    ground = OpenGround({"IN": (0, 0), **dict.fromkeys(codes(30), (0, 0))})
    found = route(codes(30), "IN", "IN", ground)
    assert (found.length_mm, found.method) == (0, "fast_tsp")


def test_distances_far_beyond_sixteen_bits_are_walked_too() -> None:
    ground = OpenGround({"IN": (0, 0), **{code: (10_000_000 * n, 0) for n, code in enumerate(codes(25))}})
    assert route(codes(25), "IN", "IN", ground).length_mm == 480_000_000


def test_a_stop_nobody_knows_is_named() -> None:
    with pytest.raises(KeyError, match="A-9"):
        route(["A-9"], "IN", "IN", OpenGround({"IN": (0, 0)}))


SHELVES = AisleGround(
    AisleFloor(4, 2, 5, 1000, 3000, 2000),
    {
        "DEPOT": Corner(0, 0),
        **{f"{a}-{b}-{s}": Spot(a, b, s) for a in range(4) for b in range(2) for s in range(5)},
    },
)


def test_on_a_rectangular_floor_every_tour_is_proved_to_be_the_shortest() -> None:
    stops = sorted(SHELVES.places.keys() - {"DEPOT"})
    found = route(stops, "DEPOT", "DEPOT", SHELVES)
    assert (found.method, found.proven) == ("sweep", True)
    assert found.length_mm == sum(
        SHELVES.distance(a, b) for a, b in pairwise(("DEPOT", *found.order, "DEPOT"))
    )
    assert found.length_mm <= found.location_order_mm


def test_aisles_that_go_one_way_are_walked_that_way() -> None:
    ways = ((1, Way.UP), (2, Way.DOWN))
    ground = AisleGround(AisleFloor(4, 1, 5, 1000, 3000, 2000, ways), SHELVES.places)
    found = route(["1-0-1", "1-0-3", "2-0-0", "2-0-4"], "DEPOT", "DEPOT", ground)
    assert found.order == ("1-0-1", "1-0-3", "2-0-4", "2-0-0")
    assert found.method == "held_karp"


def test_a_stop_that_a_closed_aisle_cuts_off_is_named() -> None:
    ground = AisleGround(AisleFloor(4, 2, 5, 1000, 3000, 2000, closed=frozenset({(1, 0)})), SHELVES.places)
    with pytest.raises(NoWayError) as refused:
        route(["0-0-1", "1-0-3", "3-1-4"], "DEPOT", "DEPOT", ground)
    assert refused.value.location == "1-0-3"

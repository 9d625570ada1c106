"""The walking graph: who walks how far, and which way."""

from itertools import pairwise, permutations
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.walking import WalkingGraph
from app.model.floor import Floor, Location, LocationKind, Walkway

# Two aisles from south to north, joined by a cross aisle in the south and one in the north.
TWO_AISLES = Floor(
    (
        Walkway(0, 0, 10_000, 0),
        Walkway(0, 20_000, 10_000, 20_000),
        Walkway(2_000, 0, 2_000, 20_000),
        Walkway(8_000, 0, 8_000, 20_000),
    )
)


def at(code: str, x_mm: int, y_mm: int) -> Location:
    return Location(code, "A", LocationKind.PICK_FACE, x_mm, y_mm, pickable=True, check_code="17")


def graph(floor: Floor, *locations: Location) -> WalkingGraph:
    return WalkingGraph.of(floor, locations)


def walked(path: tuple[tuple[int, int], ...]) -> int:
    return round(sum(dist(a, b) for a, b in pairwise(path)))


def test_open_ground_is_walked_along_its_two_axes() -> None:
    ground = graph(Floor(), at("A", 0, 0), at("B", 300, -400))
    assert ground.distance("A", "B") == 700
    assert ground.path("A", "B") == ((0, 0), (300, 0), (300, -400))


def test_within_an_aisle_the_walk_is_straight() -> None:
    floor = graph(TWO_AISLES, at("A", 2_000, 5_000), at("B", 2_000, 9_000))
    assert floor.distance("A", "B") == 4_000
    assert floor.path("A", "B") == ((2_000, 5_000), (2_000, 9_000))


def test_from_aisle_to_aisle_the_walk_takes_the_nearer_cross_aisle() -> None:
    floor = graph(TWO_AISLES, at("A", 2_000, 15_000), at("B", 8_000, 14_000))
    assert floor.distance("A", "B") == 5_000 + 6_000 + 6_000
    assert floor.path("A", "B") == (
        (2_000, 15_000),
        (2_000, 20_000),
        (8_000, 20_000),
        (8_000, 14_000),
    )


def test_a_location_beside_the_aisle_is_reached_from_the_nearest_point_of_it() -> None:
    floor = graph(TWO_AISLES, at("A", 1_400, 5_000), at("B", 2_700, 5_000))
    assert floor.distance("A", "B") == 600 + 700
    assert floor.path("A", "B") == ((1_400, 5_000), (2_000, 5_000), (2_700, 5_000))


def test_levels_of_one_rack_are_one_place_to_walk_to() -> None:
    floor = graph(TWO_AISLES, at("A-1", 1_400, 5_000), at("A-2", 1_400, 5_000))
    assert floor.distance("A-1", "A-2") == 0
    assert floor.path("A-1", "A-2") == ((1_400, 5_000),)


def test_walkways_meet_where_they_cross() -> None:
    cross = Floor((Walkway(0, 0, 10_000, 10_000), Walkway(0, 10_000, 10_000, 0)))
    floor = graph(cross, at("A", 0, 0), at("B", 0, 10_000))
    assert floor.distance("A", "B") == 2 * 7_071
    assert floor.path("A", "B") == ((0, 0), (5_000, 5_000), (0, 10_000))


def test_walkways_on_top_of_each_other_are_one() -> None:
    floor = graph(
        Floor((Walkway(0, 0, 6_000, 0), Walkway(9_000, 0, 4_000, 0))), at("A", 0, 0), at("B", 9_000, 0)
    )
    assert floor.distance("A", "B") == 9_000


def test_a_gap_of_a_few_millimetres_is_none() -> None:
    floor = graph(
        Floor((Walkway(0, 0, 5_000, 0), Walkway(2_500, 3, 2_500, 4_000))),
        at("A", 0, 0),
        at("B", 2_500, 4_000),
    )
    assert floor.distance("A", "B") == 2_500 + 3_997


def test_what_no_walkway_connects_is_joined_by_a_straight_line() -> None:
    islands = Floor((Walkway(0, 0, 5_000, 0), Walkway(5_000, 3_000, 9_000, 3_000)))
    floor = graph(islands, at("A", 0, 0), at("B", 9_000, 3_000))
    assert floor.distance("A", "B") == 5_000 + 3_000 + 4_000


def test_a_walkway_that_is_only_a_point_does_no_harm() -> None:
    floor = graph(Floor((Walkway(100, 100, 100, 100),)), at("A", 100, 100), at("B", 100, 400))
    assert floor.distance("A", "B") == 300


def test_a_location_nobody_knows_is_named() -> None:
    floor = graph(TWO_AISLES, at("A", 0, 0))
    with pytest.raises(KeyError, match="Z"):
        floor.distance("A", "Z")


coordinates = st.integers(min_value=0, max_value=30_000)
walkways = st.builds(Walkway, coordinates, coordinates, coordinates, coordinates)
straight_walkways = st.one_of(
    st.builds(lambda x, a, b: Walkway(x, a, x, b), coordinates, coordinates, coordinates),
    st.builds(lambda y, a, b: Walkway(a, y, b, y), coordinates, coordinates, coordinates),
)
floors = st.builds(Floor, st.lists(walkways | straight_walkways, max_size=8).map(tuple))
places = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=3)


def placed(points: list[tuple[int, int]]) -> list[Location]:
    return [at(f"L{number}", x, y) for number, (x, y) in enumerate(points)]


@given(floors, places)
def test_any_floor_can_be_walked_the_same_both_ways_and_no_detour_is_shorter(
    floor: Floor, points: list[tuple[int, int]]
) -> None:
    whole = graph(floor, *placed(points))
    codes = ["L0", "L1", "L2"]
    matrix = whole.matrix(codes)
    for a in range(3):
        assert matrix[a][a] == 0
        for b in range(3):
            assert matrix[a][b] == matrix[b][a] == whole.distance(codes[a], codes[b])
    for a, b, c in permutations(range(3)):
        assert matrix[a][c] <= matrix[a][b] + matrix[b][c]


@given(floors, places)
def test_the_line_that_is_drawn_is_as_long_as_the_walk(floor: Floor, points: list[tuple[int, int]]) -> None:
    whole = graph(floor, *placed(points))
    path = whole.path("L0", "L1")
    assert path[0] == points[0]
    assert path[-1] == points[1]
    assert all(a != b for a, b in pairwise(path))
    # Each piece is rounded to a millimetre, and so are the points where it begins and ends.
    assert abs(walked(path) - whole.distance("L0", "L1")) <= 3 * len(path)


@given(floors, places)
def test_no_walk_is_shorter_than_the_straight_line(floor: Floor, points: list[tuple[int, int]]) -> None:
    whole = graph(floor, *placed(points))
    path = whole.path("L0", "L1")
    assert whole.distance("L0", "L1") >= dist(points[0], points[1]) - 3 * len(path)


@given(st.lists(walkways | straight_walkways, min_size=1, max_size=6), places, st.randoms())
def test_the_order_in_which_a_floor_is_drawn_does_not_matter(
    drawn: list[Walkway], points: list[tuple[int, int]], dice: object
) -> None:
    turned = [Walkway(way.x2_mm, way.y2_mm, way.x1_mm, way.y1_mm) for way in reversed(drawn)]
    one, other = graph(Floor(tuple(drawn)), *placed(points)), graph(Floor(tuple(turned)), *placed(points))
    assert one.matrix(["L0", "L1", "L2"]) == other.matrix(["L0", "L1", "L2"])

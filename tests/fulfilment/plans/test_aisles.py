"""The rectangular floor: where its places are and how far they are from each other."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import NO_WAY, AisleFloor, Corner, Place, Spot, Way

FLOOR = AisleFloor(4, 2, 3, slot_pitch_mm=1000, aisle_pitch_mm=3000, cross_aisle_mm=2000)


def places(floor: AisleFloor) -> list[Place]:
    corners = product(range(floor.aisles), range(floor.blocks + 1))
    spots = product(range(floor.aisles), range(floor.blocks), range(floor.slots))
    return [*(Corner(*each) for each in corners), *(Spot(*each) for each in spots)]


@st.composite
def floors(draw: st.DrawFn) -> AisleFloor:
    aisles, blocks = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    sub_aisles = list(product(range(aisles), range(blocks)))
    ways = draw(st.dictionaries(st.integers(0, aisles - 1), st.sampled_from(Way), max_size=2))
    return AisleFloor(
        aisles,
        blocks,
        draw(st.integers(1, 3)),
        draw(st.integers(1, 1500)),
        draw(st.integers(1, 5000)),
        draw(st.integers(0, 3000)),
        tuple(sorted(ways.items())),
        draw(st.frozensets(st.sampled_from(sub_aisles), max_size=3)),
    )


def walked_step_by_step(floor: AisleFloor) -> dict[tuple[Place, Place], int]:
    """Floyd and Warshall over every corner and slot, joined to what lies next to it."""
    everything = places(floor)
    far = {(a, b): 0 if a == b else NO_WAY for a in everything for b in everything}

    def join(a: Place, b: Place, way: Way | None, *, closed: bool = False) -> None:
        length = abs(floor.position(a)[1] - floor.position(b)[1])
        if way is not Way.DOWN and not (closed and isinstance(b, Spot)):
            far[a, b] = length
        if way is not Way.UP and not (closed and isinstance(a, Spot)):
            far[b, a] = length

    for aisle, cross in product(range(floor.aisles), range(floor.blocks + 1)):
        if aisle:
            far[Corner(aisle - 1, cross), Corner(aisle, cross)] = floor.aisle_pitch_mm
            far[Corner(aisle, cross), Corner(aisle - 1, cross)] = floor.aisle_pitch_mm
    for aisle, block in product(range(floor.aisles), range(floor.blocks)):
        slots = [Spot(aisle, block, slot) for slot in range(floor.slots)]
        closed = (aisle, block) in floor.closed
        line: list[Place] = [Corner(aisle, block), *slots, Corner(aisle, block + 1)]
        if closed:
            for slot in slots:
                join(Corner(aisle, block), slot, floor.direction(aisle), closed=True)
                join(slot, Corner(aisle, block + 1), floor.direction(aisle), closed=True)
            continue
        for a, b in pairwise(line):
            join(a, b, floor.direction(aisle))
    for via, a, b in product(everything, repeat=3):
        far[a, b] = min(far[a, b], far[a, via] + far[via, b])
    return far


def test_slots_and_cross_aisles_lie_where_the_description_says() -> None:
    assert FLOOR.depth_mm == 5000
    assert FLOOR.position(Corner(2, 1)) == (6000, 5000)
    assert FLOOR.position(Spot(1, 1, 0)) == (3000, 6500)


@given(floors())
def test_distances_are_those_of_walking_from_slot_to_slot(floor: AisleFloor) -> None:
    everything = places(floor)
    wanted = walked_step_by_step(floor)
    got = floor.distances(everything)
    for (i, a), (j, b) in product(enumerate(everything), repeat=2):
        assert min(int(got[i, j]), NO_WAY) == min(wanted[a, b], NO_WAY), (a, b)


@given(floors(), st.data())
def test_a_path_is_as_long_as_the_distance_and_runs_along_the_aisles(
    floor: AisleFloor, data: st.DataObject
) -> None:
    a, b = data.draw(st.sampled_from(places(floor))), data.draw(st.sampled_from(places(floor)))
    distance = int(floor.distances([a, b])[0, 1])
    if distance >= NO_WAY:
        with pytest.raises(ValueError, match="no way"):
            floor.path(a, b)
        return
    line = floor.path(a, b)
    assert line[0] == floor.position(a)
    assert line[-1] == floor.position(b)
    assert all((x1 == x2) != (y1 == y2) for (x1, y1), (x2, y2) in pairwise(line))
    assert sum(abs(x1 - x2) + abs(y1 - y2) for (x1, y1), (x2, y2) in pairwise(line)) == distance


def test_nobody_is_sent_into_a_closed_aisle_but_whoever_stands_there_may_leave() -> None:
    floor = AisleFloor(4, 2, 3, 1000, 3000, 2000, closed=frozenset({(1, 0)}))
    inside, front = Spot(1, 0, 1), Corner(1, 0)
    distances = floor.distances([inside, front])
    assert distances[1, 0] >= NO_WAY
    assert distances[0, 1] == 2500
    assert not floor.may_enter(inside)


def test_a_place_that_is_not_on_the_floor_is_told_from_one_that_is() -> None:
    assert Spot(3, 1, 2) in FLOOR
    assert Corner(3, 2) in FLOOR
    for outside in (Spot(4, 0, 0), Spot(0, 2, 0), Spot(0, 0, 3), Corner(0, 3), Corner(-1, 0)):
        assert outside not in FLOOR


def test_distances_of_no_places_are_an_empty_table() -> None:
    assert np.array_equal(FLOOR.distances([]), np.empty((0, 0)))

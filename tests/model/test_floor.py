"""Where a point lies on a floor of aisles: the same places as the planners compute."""

from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.aisles import AisleFloor, Corner, Spot
from app.model.floor import Aisles, Floor, Location, LocationKind, Slot, SubAisle

AISLES = st.builds(
    Aisles,
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(1, 8),
    st.integers(2, 2_000),
    st.integers(1, 5_000),
    st.integers(0, 3_000),
    st.integers(-9_000, 9_000),
    st.integers(-9_000, 9_000),
)


def planned(aisles: Aisles) -> AisleFloor:
    return AisleFloor(
        aisles.aisles,
        aisles.blocks,
        aisles.slots,
        aisles.slot_pitch_mm,
        aisles.aisle_pitch_mm,
        aisles.cross_aisle_mm,
    )


@given(AISLES, st.data())
def test_the_middle_of_a_slot_lies_in_that_slot(aisles: Aisles, data: st.DataObject) -> None:
    spot = Spot(
        data.draw(st.integers(0, aisles.aisles - 1)),
        data.draw(st.integers(0, aisles.blocks - 1)),
        data.draw(st.integers(0, aisles.slots - 1)),
    )
    x, y = planned(aisles).position(spot)
    assert aisles.slot_at(aisles.x_mm + x, aisles.y_mm + y) == Slot(*spot)


@given(AISLES, st.data())
def test_a_corner_is_nearest_to_itself(aisles: Aisles, data: st.DataObject) -> None:
    corner = Corner(data.draw(st.integers(0, aisles.aisles - 1)), data.draw(st.integers(0, aisles.blocks)))
    x, y = planned(aisles).position(corner)
    assert aisles.corner_near(aisles.x_mm + x, aisles.y_mm + y) == corner


@given(AISLES, st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_any_point_lies_in_a_slot_of_the_floor_or_in_none(aisles: Aisles, x: int, y: int) -> None:
    slot = aisles.slot_at(x, y)
    assert slot is None or Spot(*slot) in planned(aisles)
    assert Corner(*aisles.corner_near(x, y)) in planned(aisles)


def test_a_location_is_closed_with_its_part_of_the_aisle() -> None:
    aisles = Aisles(3, 2, 5, 1000, 3000, 2000)
    floor = Floor(aisles=aisles, closed=(SubAisle(1, 0),))
    inside = Location("A", "Z", LocationKind.PICK_FACE, 3000, 2500, True, "")
    behind = Location("B", "Z", LocationKind.PICK_FACE, 3000, 9500, True, "")
    assert floor.is_closed(inside)
    assert not floor.is_closed(behind)

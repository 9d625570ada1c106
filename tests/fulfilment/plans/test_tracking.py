"""Tracking: reports of carriers come late, twice and in any order, and still say the same."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.tracking import Trail, advance, follow, further, no_movement, order_status
from app.model.milestones import RANKS, TROUBLES, Milestone, Sighting
from app.model.orders import OrderStatus
from app.model.parcels import ParcelStatus

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAY: list[ParcelStatus] = [status for status in ParcelStatus if status is not ParcelStatus.VOID]

sightings = st.builds(
    Sighting, st.sampled_from(Milestone), st.integers(0, 500).map(lambda hours: NOON + timedelta(hours=hours))
)


@st.composite
def two_tellings(draw: st.DrawFn) -> tuple[list[Sighting], list[Sighting]]:
    once = draw(st.lists(sightings, max_size=8))
    repeated = [*once, *draw(st.lists(st.sampled_from(once), max_size=5) if once else st.just([]))]
    return once, draw(st.permutations(repeated))


@given(two_tellings())
def test_reports_twice_or_in_another_order_make_the_same_trail(
    told: tuple[list[Sighting], list[Sighting]],
) -> None:
    once, again = told
    assert reduce(follow, once, Trail()) == reduce(follow, again, Trail())


@given(two_tellings(), st.sampled_from(ParcelStatus))
def test_reports_twice_or_in_another_order_leave_the_parcel_in_the_same_place(
    told: tuple[list[Sighting], list[Sighting]], begun: ParcelStatus
) -> None:
    def end(reports: Sequence[Sighting]) -> ParcelStatus:
        return reduce(lambda status, report: advance(status, report.milestone), reports, begun)

    once, again = told
    assert end(once) == end(again)


@given(st.sampled_from(WAY), st.sampled_from(Milestone))
def test_a_parcel_never_goes_back(status: ParcelStatus, milestone: Milestone) -> None:
    assert WAY.index(advance(status, milestone)) >= WAY.index(status)


@pytest.mark.parametrize(
    ("milestone", "status"),
    [
        (Milestone.CREATED, ParcelStatus.MANIFESTED),
        (Milestone.LABELLED, ParcelStatus.MANIFESTED),
        (Milestone.HELD_CUSTOMS, ParcelStatus.MANIFESTED),
        (Milestone.CANCELLED, ParcelStatus.MANIFESTED),
        (Milestone.PICKED_UP, ParcelStatus.IN_TRANSIT),
        (Milestone.ATTEMPT_FAILED, ParcelStatus.IN_TRANSIT),
        (Milestone.LOST, ParcelStatus.IN_TRANSIT),
        (Milestone.RETURNED, ParcelStatus.IN_TRANSIT),
        (Milestone.DELIVERED, ParcelStatus.DELIVERED),
    ],
)
def test_a_milestone_moves_a_manifested_parcel(milestone: Milestone, status: ParcelStatus) -> None:
    assert advance(ParcelStatus.MANIFESTED, milestone) is status


def test_a_void_parcel_stays_void() -> None:
    assert advance(ParcelStatus.VOID, Milestone.DELIVERED) is ParcelStatus.VOID


def test_a_hold_is_no_progress_but_is_remembered() -> None:
    trail = reduce(
        follow,
        [Sighting(Milestone.ARRIVED, NOON), Sighting(Milestone.HELD_CUSTOMS, NOON + timedelta(hours=1))],
        Trail(),
    )
    assert trail == Trail(Milestone.ARRIVED, NOON + timedelta(hours=1), frozenset({Milestone.HELD_CUSTOMS}))


def test_every_milestone_has_a_rank_and_the_way_is_written_in_its_order() -> None:
    assert set(RANKS) == set(Milestone)
    assert all(a.rank <= b.rank for a, b in pairwise(Milestone))
    assert further(None, Milestone.CREATED) is Milestone.CREATED
    assert further(Milestone.TRANSIT_DEPARTED, Milestone.TRANSIT_ARRIVED) is Milestone.TRANSIT_DEPARTED
    assert Milestone.DELIVERED not in TROUBLES


@pytest.mark.parametrize(
    ("current", "parcels", "expected"),
    [
        (OrderStatus.PACKING, [ParcelStatus.LABELLED], OrderStatus.PACKING),
        (OrderStatus.PACKING, [ParcelStatus.CLOSED], OrderStatus.PACKED),
        (OrderStatus.PACKED, [ParcelStatus.MANIFESTED], OrderStatus.SHIPPED),
        (OrderStatus.PACKED, [ParcelStatus.MANIFESTED, ParcelStatus.CLOSED], OrderStatus.PACKED),
        (OrderStatus.SHIPPED, [ParcelStatus.IN_TRANSIT, ParcelStatus.MANIFESTED], OrderStatus.SHIPPED),
        (OrderStatus.SHIPPED, [ParcelStatus.IN_TRANSIT, ParcelStatus.DELIVERED], OrderStatus.IN_TRANSIT),
        (OrderStatus.SHIPPED, [ParcelStatus.DELIVERED, ParcelStatus.VOID], OrderStatus.DELIVERED),
        (OrderStatus.IN_TRANSIT, [ParcelStatus.MANIFESTED], OrderStatus.IN_TRANSIT),
        (OrderStatus.PICKING, [], OrderStatus.PICKING),
        (OrderStatus.PICKING, [ParcelStatus.VOID], OrderStatus.PICKING),
        (OrderStatus.CANCELLED, [ParcelStatus.DELIVERED], OrderStatus.CANCELLED),
        (OrderStatus.HELD, [ParcelStatus.CLOSED], OrderStatus.HELD),
    ],
)
def test_an_order_stands_where_its_last_parcel_stands(
    current: OrderStatus, parcels: list[ParcelStatus], expected: OrderStatus
) -> None:
    assert order_status(current, parcels, complete=True) is expected


def test_an_order_with_more_to_pack_is_not_delivered_by_its_first_parcel() -> None:
    assert order_status(OrderStatus.PICKING, [ParcelStatus.DELIVERED], complete=False) is OrderStatus.PICKING


@given(st.sampled_from(OrderStatus), st.lists(st.sampled_from(ParcelStatus), max_size=4))
def test_asking_again_changes_nothing(current: OrderStatus, parcels: list[ParcelStatus]) -> None:
    once = order_status(current, parcels, complete=True)
    assert order_status(once, reversed(parcels), complete=True) is once


def test_a_parcel_is_missed_when_its_window_has_passed() -> None:
    assert not no_movement(NOON, 48, NOON + timedelta(hours=48))
    assert no_movement(NOON, 48, NOON + timedelta(hours=48, seconds=1))
    assert not no_movement(NOON, 48, NOON - timedelta(hours=1))

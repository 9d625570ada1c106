"""Batching: who shares a cart."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.batching import NEAR, Cart, Order, Rules, WaitingOrder
from app.fulfilment.plans.batching import batch as next_tour

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A_DAY = Rules(due_window=NEAR)


def waiting(
    order: str, *stops: str, priority: int = 2, hours: float = 0, totes_needed: int = 1
) -> WaitingOrder:
    return WaitingOrder(
        Order(order, priority, NOON + timedelta(hours=hours), totes=totes_needed), frozenset(stops)
    )


def batch(
    queue: list[WaitingOrder], slots: int, max_stops: int | None = None, rules: Rules = A_DAY
) -> tuple[str, ...]:
    return next_tour(queue, Cart(totes=slots), rules, max_stops)


def test_nothing_waiting_makes_no_tour() -> None:
    assert batch([], slots=4) == ()


def test_the_most_urgent_priority_goes_alone_even_with_slots_free() -> None:
    assert batch([waiting("O1", "A", priority=1), waiting("O2", "A", priority=2)], slots=4) == ("O1",)


def test_the_earliest_ship_by_is_served_first() -> None:
    assert batch([waiting("O1", "A", hours=1), waiting("O2", "B")], slots=1) == ("O2",)


def test_slots_are_filled_with_those_who_add_the_fewest_stops() -> None:
    orders = [
        waiting("O1", "A", "B"),
        waiting("O2", "X", hours=1),
        waiting("O3", "A", "C", "D", hours=2),
        waiting("O4", "A", "B", hours=3),
    ]
    assert batch(orders, slots=2) == ("O1", "O4")
    assert batch(orders, slots=3) == ("O1", "O2", "O4")


def test_an_order_that_ships_another_day_does_not_ride_along() -> None:
    assert batch([waiting("O1", "A"), waiting("O2", "A", hours=24)], slots=4) == ("O1",)


def test_an_order_in_several_totes_takes_several_slots() -> None:
    orders = [waiting("O1", "A"), waiting("O2", "A", totes_needed=3), waiting("O3", "B", "C", "D")]
    assert batch(orders, slots=3) == ("O1", "O3")
    assert batch(orders, slots=4) == ("O1", "O2")


def test_a_tour_stays_within_its_stops() -> None:
    orders = [waiting("O1", "A", "B"), waiting("O2", "C", hours=1), waiting("O3", "D", hours=2)]
    assert batch(orders, slots=4, max_stops=3) == ("O1", "O2")


def test_an_order_that_is_too_large_for_any_tour_is_served_alone() -> None:
    assert batch([waiting("O1", "A", "B", "C"), waiting("O2", "A", hours=1)], slots=4, max_stops=2) == ("O1",)
    assert batch([waiting("O1", "A", totes_needed=9), waiting("O2", "A", hours=1)], slots=4) == ("O1",)


@st.composite
def queues(draw: st.DrawFn) -> list[WaitingOrder]:
    count = draw(st.integers(min_value=1, max_value=12))
    stops = st.frozensets(st.sampled_from("ABCDEFGH"), min_size=1, max_size=5)
    return [
        waiting(
            f"O{number:02}",
            *draw(stops),
            priority=draw(st.integers(1, 3)),
            hours=draw(st.integers(0, 30)),
            totes_needed=draw(st.integers(1, 3)),
        )
        for number in range(count)
    ]


@given(queues(), st.integers(1, 6), st.none() | st.integers(1, 8), st.randoms(use_true_random=False))
def test_a_tour_never_mixes_priorities_or_days_and_fits_its_cart(
    queue: list[WaitingOrder], slots: int, max_stops: int | None, dice: Random
) -> None:
    chosen = batch(queue, slots, max_stops)
    by_number = {order.order.id: order for order in queue}
    riders = [by_number[number] for number in chosen]
    dues = [waits.order.due or NOON for waits in riders]
    assert len(set(chosen)) == len(chosen) >= 1
    assert {rider.order.priority for rider in riders} == {min(each.order.priority for each in queue)}
    urgent = [each.order.due or NOON for each in queue if each.order.priority == riders[0].order.priority]
    assert min(dues) == min(urgent)
    assert max(dues) - min(dues) <= NEAR
    if len(riders) > 1:
        assert sum(rider.order.totes for rider in riders) <= slots
        assert max_stops is None or len(frozenset().union(*(rider.stops for rider in riders))) <= max_stops
    shuffled = list(queue)
    dice.shuffle(shuffled)
    assert batch(shuffled, slots, max_stops) == chosen


def test_a_cart_carries_no_more_than_its_weight_and_volume() -> None:
    def heavy(number: str, weight_g: int, volume_ml: int) -> WaitingOrder:
        order = Order(number, due=NOON, weight_g=weight_g, volume_ml=volume_ml)
        return WaitingOrder(order, frozenset({"A"}))

    queue = [heavy("O1", 600, 10), heavy("O2", 500, 10), heavy("O3", 300, 10), heavy("O4", 10, 90)]
    assert next_tour(queue, Cart(totes=9, weight_g=1_000, volume_ml=100), Rules()) == ("O1", "O3")


def test_priorities_ride_together_only_where_that_is_allowed() -> None:
    queue = [waiting("O1", "A", priority=1), waiting("O2", "A", priority=2)]
    assert batch(queue, slots=4, rules=Rules(mix_priorities=True)) == ("O1", "O2")


def test_orders_of_one_item_ride_apart_where_that_is_wanted() -> None:
    def of(number: str, items: int) -> WaitingOrder:
        return WaitingOrder(Order(number, due=NOON, items=items), frozenset({"A"}))

    queue = [of("O1", 1), of("O2", 3), of("O3", 1)]
    assert batch(queue, slots=4, rules=Rules(singles_apart=True)) == ("O1", "O3")
    assert batch(queue, slots=4, rules=Rules()) == ("O1", "O2", "O3")

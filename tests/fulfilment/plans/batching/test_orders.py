"""Which orders may share a tour."""

from datetime import timedelta

from hypothesis import given

from app.fulfilment.plans.batching import Cart, Order, Rules, Wave
from tests.fulfilment.plans.batching.waves import NOON, Case, cases


def wave(*orders: Order, cart: Cart | None = None, rules: Rules | None = None) -> Wave:
    return Wave(orders, cart or Cart(), rules or Rules())


def test_a_limit_that_is_left_out_does_not_bind() -> None:
    heavy = [Order("A", weight_g=10**9, items=10**6), Order("B", weight_g=10**9, items=10**6)]
    assert wave(*heavy).may_share(0b11)
    assert not wave(*heavy, cart=Cart(weight_g=10**9)).may_share(0b11)


def test_every_limit_binds_by_itself() -> None:
    two = [Order("A", items=3, totes=2, weight_g=500, volume_ml=40)] * 2
    for cart in (Cart(items=5), Cart(totes=3), Cart(weight_g=999), Cart(volume_ml=79)):
        assert not wave(*two, cart=cart).may_share(0b11)
    assert wave(*two, cart=Cart(items=6, totes=4, weight_g=1000, volume_ml=80)).may_share(0b11)


def test_an_order_larger_than_the_cart_goes_alone() -> None:
    large = wave(Order("A", items=9), Order("B", items=0), cart=Cart(items=4))
    assert large.may_share(0b01)
    assert not large.may_share(0b11)
    assert large.first_come() == (0b01, 0b10)


def test_priorities_are_mixed_only_where_that_is_allowed() -> None:
    orders = [Order("A", priority=1), Order("B", priority=2)]
    assert not wave(*orders).may_share(0b11)
    assert wave(*orders, rules=Rules(mix_priorities=True)).may_share(0b11)


def test_due_times_further_apart_than_the_window_do_not_share_a_tour() -> None:
    orders = [Order("A", due=NOON), Order("B", due=NOON + timedelta(hours=2)), Order("C")]
    near = wave(*orders, rules=Rules(due_window=timedelta(hours=2)))
    assert near.may_share(0b111)
    far = wave(*orders, rules=Rules(due_window=timedelta(hours=1)))
    assert not far.may_share(0b011)
    assert far.may_share(0b101)


def test_orders_of_one_item_are_batched_apart_where_that_is_asked_for() -> None:
    orders = [Order("A", items=1), Order("B", items=1), Order("C", items=2)]
    apart = wave(*orders, rules=Rules(singles_apart=True))
    assert apart.may_share(0b011)
    assert not apart.may_share(0b101)


def test_with_a_put_wall_totes_do_not_bind_and_the_rest_does() -> None:
    orders = [Order("A", totes=3, items=2), Order("B", totes=3, items=2)]
    cart = Cart(totes=4, items=4)
    assert not wave(*orders, cart=cart).may_share(0b11)
    assert wave(*orders, cart=cart, rules=Rules(put_wall=True)).may_share(0b11)
    assert not wave(*orders, cart=Cart(totes=4, items=3), rules=Rules(put_wall=True)).may_share(0b11)


def test_the_most_urgent_tour_is_walked_first_and_then_the_earliest_due() -> None:
    orders = [
        Order("A", priority=2, due=NOON),
        Order("B", priority=1),
        Order("C", priority=1, due=NOON + timedelta(hours=3)),
        Order("D", priority=1, due=NOON + timedelta(hours=1)),
    ]
    assert wave(*orders).in_sequence([0b0001, 0b0010, 0b1100]) == ((2, 3), (1,), (0,))
    assert wave(*orders).in_sequence([0b0001, 0b0010, 0b0100, 0b1000]) == ((3,), (2,), (1,), (0,))


def test_first_come_fills_a_cart_until_the_next_does_not_fit() -> None:
    orders = [Order(name, items=items) for name, items in zip("ABCD", (3, 2, 4, 1), strict=True)]
    assert set(wave(*orders, cart=Cart(items=5)).first_come()) == {0b0011, 0b1100}


def test_first_come_keeps_a_cart_open_for_each_kind() -> None:
    orders = [Order("A", priority=1), Order("B", priority=2), Order("C", priority=1)]
    assert set(wave(*orders, cart=Cart(totes=2)).first_come()) == {0b101, 0b010}


@given(cases())
def test_first_come_serves_each_order_once_on_tours_that_may_be_walked(case: Case) -> None:
    batches = case.wave.first_come()
    assert sum(batches) == case.everyone
    assert sum(batch.bit_count() for batch in batches) == len(case.wave.orders)
    assert all(case.wave.may_share(batch) for batch in batches)


@given(cases())
def test_no_tour_crosses_groups(case: Case) -> None:
    groups = case.wave.groups()
    assert sorted(order for group in groups for order in group) == list(range(len(case.wave.orders)))
    group_of = {order: number for number, group in enumerate(groups) for order in group}
    for batch in range(1, case.everyone + 1):
        if case.wave.may_share(batch):
            assert len({group_of[order] for order in group_of if batch >> order & 1}) == 1

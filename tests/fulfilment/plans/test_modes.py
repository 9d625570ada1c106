"""Which mode the next tour has, and what of the waiting work it may carry."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.modes import MOST_SORTED, Need, Waiting, choose
from app.model.floor import PickMode

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def waiting(order: str, *needs: str, priority: int = 2, hours: int = 0, begun: bool = False) -> Waiting:
    """An order that wants ``sku@zone``..."""
    parts = tuple(
        Need(f"{order}-{number}", sku, f"{zone}-01", zone, 1)
        for number, (sku, zone) in enumerate(need.split("@") for need in needs)
    )
    return Waiting(order, priority, NOON + timedelta(hours=hours), parts, begun)


def no_box(order: Waiting) -> str:
    return ""


def small_box(order: Waiting) -> str:
    return "BOX-S" if len(order.needs) == 1 else ""


def orders(choice: object) -> list[str]:
    return [order.order for order in choice.orders]  # type: ignore[attr-defined]


def test_without_rules_every_order_is_picked_into_its_tote() -> None:
    choice = choose([waiting("O1", "X@A", "Y@B"), waiting("O2", "X@A")], {}, no_box)
    assert choice.mode is PickMode.ORDERS
    assert orders(choice) == ["O1", "O2"]


def test_nothing_waits() -> None:
    assert choose([], {}, no_box).orders == ()


def test_an_order_that_was_begun_comes_before_others_of_its_priority_and_after_more_urgent_ones() -> None:
    choice = choose(
        [
            waiting("O1", "X@A"),
            waiting("O2", "X@A", hours=5, begun=True),
            waiting("O3", "X@A", priority=1, hours=9),
        ],
        {},
        no_box,
    )
    assert orders(choice) == ["O3", "O2", "O1"]


def test_orders_of_one_sku_are_picked_together() -> None:
    everyone = [waiting("O1", "X@A"), waiting("O2", "X@A"), waiting("O3", "X@A", "Y@A"), waiting("O4", "Y@A")]
    choice = choose(everyone, {"A": PickMode.ONE_SKU}, no_box)
    assert choice.mode is PickMode.ONE_SKU
    assert orders(choice) == ["O1", "O2"]


def test_one_order_alone_is_no_reason_to_sort_at_the_bench() -> None:
    choice = choose([waiting("O1", "X@A"), waiting("O2", "Y@A")], {"A": PickMode.ONE_SKU}, no_box)
    assert choice.mode is PickMode.ORDERS


def test_orders_of_another_priority_or_already_begun_are_not_mixed_in() -> None:
    everyone = [waiting("O1", "X@A"), waiting("O2", "X@A", priority=3), waiting("O3", "X@A", hours=1)]
    assert orders(choose(everyone, {"A": PickMode.ONE_SKU}, no_box)) == ["O1", "O3"]
    begun = [waiting("O1", "X@A", begun=True), waiting("O2", "X@A")]
    assert choose(begun, {"A": PickMode.ONE_SKU}, no_box).mode is PickMode.ORDERS


def test_a_bench_sorts_only_so_many() -> None:
    everyone = [waiting(f"O{number:02}", "X@A") for number in range(MOST_SORTED + 5)]
    assert len(choose(everyone, {"A": PickMode.ONE_SKU}, no_box).orders) == MOST_SORTED


def test_orders_that_fit_into_one_box_are_picked_into_it() -> None:
    everyone = [waiting("O1", "X@A"), waiting("O2", "X@A", "Y@A"), waiting("O3", "Y@B")]
    choice = choose(everyone, {"A": PickMode.CARTON}, small_box)
    assert choice.mode is PickMode.CARTON
    assert choice.cartons == (("O1", "BOX-S"), ("O3", "BOX-S"))


def test_the_most_urgent_order_has_a_tote_where_no_box_holds_it() -> None:
    everyone = [waiting("O1", "X@A", "Y@A"), waiting("O2", "X@A")]
    assert choose(everyone, {"A": PickMode.CARTON}, small_box).mode is PickMode.ORDERS


def test_a_zone_is_walked_alone_beginning_with_the_lowest_code() -> None:
    everyone = [waiting("O1", "X@B", "Y@A"), waiting("O2", "X@B"), waiting("O3", "Z@A")]
    choice = choose(everyone, {"A": PickMode.ZONE, "B": PickMode.ZONE}, no_box)
    assert (choice.mode, choice.zone) == (PickMode.ZONE, "A")
    assert [[need.zone for need in order.needs] for order in choice.orders] == [["A"], ["A"]]


def test_other_tours_leave_out_what_lies_in_such_a_zone() -> None:
    everyone = [waiting("O1", "X@A", "Y@B", "Z@C"), waiting("O2", "Y@B")]
    choice = choose(everyone, {"B": PickMode.ZONE}, small_box)
    assert choice.mode is PickMode.ORDERS
    assert [[need.zone for need in order.needs] for order in choice.orders] == [["A", "C"]]


def test_part_of_an_order_is_never_boxed_or_sorted() -> None:
    everyone = [waiting("O1", "X@A", "Y@B"), waiting("O2", "X@A")]
    for mode in (PickMode.CARTON, PickMode.ONE_SKU):
        choice = choose(everyone, {"A": mode, "B": PickMode.ZONE}, small_box)
        assert choice.mode is PickMode.ORDERS


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["X@A", "Y@A", "X@B", "Y@C"]), min_size=1, max_size=3, unique=True),
            st.integers(1, 3),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    st.dictionaries(st.sampled_from("ABC"), st.sampled_from(PickMode)),
)
def test_the_most_urgent_order_is_always_among_those_that_a_tour_may_carry(
    drawn: list[tuple[list[str], int, bool]], modes: dict[str, PickMode]
) -> None:
    everyone = [
        waiting(f"O{number}", *needs, priority=priority, begun=begun)
        for number, (needs, priority, begun) in enumerate(drawn)
    ]
    choice = choose(everyone, modes, small_box)
    assert choice.orders[0].order == min(everyone, key=lambda order: order.urgency).order
    ids = {need.id for order in everyone for need in order.needs}
    assert {need.id for order in choice.orders for need in order.needs} <= ids

"""Allocation: which stock serves which line, and why not other stock."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.allocation import LOST_SHOWN, Allocation, Demand, allocate
from app.model.orders import ShortPolicy
from app.model.stock import Binding, StockRow
from app.model.words import WORDS, phrase

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARTLY = (ShortPolicy.SHIP_PART, ShortPolicy.CANCEL_LINE)
"""An order takes what there is."""
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def row(
    location: str,
    on_hand: int,
    sku: str = "TEE-M",
    lot: str = "",
    expires: date | None = None,
    reserved: int = 0,
    zone_rank: int = 0,
    *,
    blocked: bool = False,
) -> StockRow:
    return StockRow(location, sku, lot, expires, on_hand, reserved, zone_rank, blocked)


def demand(
    *lines: tuple[int, str, int],
    order: str = "O1",
    priority: int = 2,
    hours: int = 0,
    policy: ShortPolicy = ShortPolicy.SHIP_PART,
) -> Demand:
    return Demand(order, priority, NOON + timedelta(hours=hours), policy, lines)


def taken(allocation: Allocation) -> list[tuple[str, int]]:
    return [(binding.location, binding.quantity) for binding in allocation.bindings]


def codes(allocation: Allocation, order: str = "O1", line: int = 1) -> list[str]:
    return [
        reason.code
        for explanation in allocation.explanations
        if (explanation.order, explanation.line) == (order, line)
        for reason in explanation.reasons
    ]


def test_the_earliest_expiry_goes_first_even_from_reserve() -> None:
    rows = [
        row("A", 9, lot="L2", expires=JUNE),
        row("B", 9, lot="L1", expires=MAY, zone_rank=1),
        row("C", 9, lot="L3"),
    ]
    found = allocate([demand((1, "TEE-M", 2))], rows)
    assert found.bindings == (Binding("O1", 1, "B", "TEE-M", "L1", 2),)
    assert codes(found) == ["allocate.bound", "allocate.later_expiry", "allocate.later_expiry"]


def test_of_equal_expiry_the_pick_face_goes_before_reserve() -> None:
    found = allocate([demand((1, "TEE-M", 5))], [row("R", 9, zone_rank=1), row("P", 3)])
    assert taken(found) == [("P", 3), ("R", 2)]
    assert codes(allocate([demand((1, "TEE-M", 2))], [row("R", 9, zone_rank=1), row("P", 3)])) == [
        "allocate.bound",
        "allocate.reserve",
    ]


def test_one_location_that_holds_all_is_better_than_two_and_the_smallest_such_is_emptied() -> None:
    found = allocate([demand((1, "TEE-M", 4))], [row("A", 3), row("B", 9), row("C", 5)])
    assert taken(found) == [("C", 4)]
    assert codes(found) == ["allocate.bound", "allocate.not_needed", "allocate.not_needed"]


def test_where_none_holds_all_the_largest_goes_first() -> None:
    assert taken(allocate([demand((1, "TEE-M", 10))], [row("A", 3), row("B", 6), row("C", 5)])) == [
        ("B", 6),
        ("C", 4),
    ]


def test_lots_in_one_location_are_one_stop() -> None:
    rows = [row("A", 3, lot="L1"), row("A", 3, lot="L2"), row("B", 5)]
    assert taken(allocate([demand((1, "TEE-M", 6))], rows)) == [("A", 3), ("A", 3)]


def test_a_location_visited_for_an_earlier_expiry_is_used_again_rather_than_another() -> None:
    rows = [
        row("B", 2, lot="L1", expires=MAY),
        row("B", 2, lot="L2", expires=JUNE),
        row("A", 2, lot="L2", expires=JUNE),
    ]
    assert taken(allocate([demand((1, "TEE-M", 4))], rows)) == [("B", 2), ("B", 2)]


def test_equals_go_by_location_code() -> None:
    assert taken(allocate([demand((1, "TEE-M", 1))], [row("B", 4), row("A", 4)])) == [("A", 1)]


def test_the_last_unit_goes_to_the_more_urgent_order() -> None:
    rows = [row("A", 1)]
    urgent, later = demand((1, "TEE-M", 1), order="O2", priority=1), demand((1, "TEE-M", 1), order="O1")
    found = allocate([later, urgent], rows)
    assert [binding.order for binding in found.bindings] == ["O2"]
    assert codes(found, "O1") == ["allocate.short", "allocate.promised"]


def test_of_equal_priority_the_earlier_ship_by_goes_first_and_then_the_number() -> None:
    demands = [
        demand((1, "TEE-M", 1), order="O3"),
        demand((1, "TEE-M", 1), order="O2", hours=1),
        demand((1, "TEE-M", 1), order="O1", hours=1),
    ]
    assert [binding.order for binding in allocate(demands, [row("A", 2)]).bindings] == ["O3", "O1"]


def test_a_blocked_location_and_promised_units_are_left_alone() -> None:
    rows = [row("A", 5, blocked=True), row("B", 5, reserved=5), row("C", 2, reserved=3)]
    found = allocate([demand((1, "TEE-M", 1))], rows)
    assert found.bindings == ()
    assert [(short.line, short.missing) for short in found.shortfalls] == [(1, 1)]
    assert codes(found) == ["allocate.short", "allocate.blocked", "allocate.promised", "allocate.promised"]


def test_what_has_expired_is_not_shipped() -> None:
    found = allocate([demand((1, "TEE-M", 1))], [row("A", 5, lot="L1", expires=MAY)], today=JUNE)
    assert codes(found) == ["allocate.short", "allocate.expired"]
    assert taken(allocate([demand((1, "TEE-M", 1))], [row("A", 5, expires=JUNE)], today=JUNE)) == [("A", 1)]


def test_an_order_that_ships_in_part_gets_what_there_is() -> None:
    found = allocate([demand((1, "TEE-M", 5), (2, "CAP", 1))], [row("A", 3)])
    assert taken(found) == [("A", 3)]
    assert [(short.line, short.sku, short.missing) for short in found.shortfalls] == [
        (1, "TEE-M", 2),
        (2, "CAP", 1),
    ]


def test_an_order_that_waits_takes_nothing_and_leaves_it_to_others() -> None:
    for policy in (ShortPolicy.WAIT, ShortPolicy.HOSPITAL):
        waiting = demand((1, "TEE-M", 3), (2, "CAP", 1), order="O1", priority=1, policy=policy)
        other = demand((1, "TEE-M", 3), order="O2")
        found = allocate([waiting, other], [row("A", 3)])
        assert [(binding.order, binding.quantity) for binding in found.bindings] == [("O2", 3)]
        assert codes(found, "O1", 1) == ["allocate.waits"]
        assert codes(found, "O1", 2) == ["allocate.short"]


def test_two_lines_of_one_item_share_what_there_is() -> None:
    found = allocate([demand((1, "TEE-M", 2), (2, "TEE-M", 2))], [row("A", 3)])
    assert [(binding.line, binding.quantity) for binding in found.bindings] == [(1, 2), (2, 1)]
    assert [(short.line, short.missing) for short in found.shortfalls] == [(2, 1)]


def test_many_other_locations_are_counted_not_listed() -> None:
    rows = [row(f"A{number:02}", 5) for number in range(LOST_SHOWN + 4)]
    found = codes(allocate([demand((1, "TEE-M", 1))], rows))
    assert found == ["allocate.bound", *["allocate.not_needed"] * LOST_SHOWN, "allocate.others"]


def test_the_part_of_one_order_can_be_read_alone() -> None:
    found = allocate([demand((1, "TEE-M", 1)), demand((1, "TEE-M", 9), order="O2")], [row("A", 3)]).of("O2")
    assert {binding.order for binding in found.bindings} == {"O2"}
    assert {short.order for short in found.shortfalls} == {"O2"}
    assert {explanation.order for explanation in found.explanations} == {"O2"}


skus = st.sampled_from(["TEE-M", "CAP"])
quantities = st.integers(min_value=1, max_value=6)


@st.composite
def shelves(draw: st.DrawFn) -> list[StockRow]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from("ABCD"), skus, st.sampled_from(["", "L1", "L2"])),
            unique=True,
            max_size=9,
        )
    )
    ranks = draw(st.fixed_dictionaries({location: st.integers(0, 1) for location in "ABCD"}))
    return [
        row(
            location,
            draw(st.integers(0, 6)),
            sku,
            lot,
            draw(st.sampled_from([None, MAY, JUNE])),
            draw(st.integers(0, 3)),
            ranks[location],
            blocked=draw(st.integers(0, 9)) == 0,
        )
        for location, sku, lot in keys
    ]


@st.composite
def wishes(draw: st.DrawFn) -> list[Demand]:
    count = draw(st.integers(min_value=1, max_value=5))
    return [
        demand(
            *[(line, sku, quantity) for line, (sku, quantity) in enumerate(draw(lines), start=1)],
            order=f"O{number}",
            priority=draw(st.integers(1, 2)),
            hours=draw(st.integers(0, 2)),
            policy=draw(st.sampled_from(ShortPolicy)),
        )
        for number in range(count)
    ]


lines = st.lists(st.tuples(skus, quantities), min_size=1, max_size=3)


def free_of(rows: Iterable[StockRow]) -> Counter[tuple[str, str, str]]:
    return Counter({(each.location, each.sku, each.lot): max(each.free, 0) for each in rows})


@given(wishes(), shelves())
def test_never_more_is_bound_than_is_free_or_wanted(demands: list[Demand], rows: list[StockRow]) -> None:
    found = allocate(demands, rows)
    bound: Counter[tuple[str, str, str]] = Counter()
    got: Counter[tuple[str, int]] = Counter()
    for binding in found.bindings:
        assert binding.quantity > 0
        bound[binding.location, binding.sku, binding.lot] += binding.quantity
        got[binding.order, binding.line] += binding.quantity
    free = free_of(rows)
    assert all(units <= free[key] for key, units in bound.items())
    missing = {(short.order, short.line): short.missing for short in found.shortfalls}
    for each in demands:
        waits = each.policy not in PARTLY and any(short.order == each.order for short in found.shortfalls)
        for line, _, quantity in each.lines:
            if waits:
                assert got[each.order, line] == 0
            else:
                assert got[each.order, line] == quantity - missing.get((each.order, line), 0)


@given(wishes(), shelves())
def test_each_order_in_its_turn_gets_all_that_is_left_for_it(
    demands: list[Demand], rows: list[StockRow]
) -> None:
    found = allocate(demands, rows)
    left = Counter[str]()
    for (_, sku, _), units in free_of(rows).items():
        left[sku] += units
    for each in sorted(demands, key=lambda each: (each.priority, each.ship_by, each.order)):
        wanted = Counter[str]()
        for _, sku, quantity in each.lines:
            wanted[sku] += quantity
        got = Counter[str]()
        for binding in found.bindings:
            if binding.order == each.order:
                got[binding.sku] += binding.quantity
        all_there = all(left[sku] >= quantity for sku, quantity in wanted.items())
        if all_there or each.policy in PARTLY:
            assert got == Counter(
                {sku: min(left[sku], quantity) for sku, quantity in wanted.items() if left[sku] > 0}
            )
        else:
            assert not got
        left -= got


@given(shelves(), quantities.map(lambda quantity: quantity * 2))
def test_a_line_takes_early_stock_first_and_then_the_fewest_stops(
    rows: list[StockRow], quantity: int
) -> None:
    """Against every choice of locations that there is, group by group of equal expiry and zone."""
    found = allocate([demand((1, "TEE-M", quantity))], rows)
    by_key = {(each.location, each.lot): each for each in rows if each.sku == "TEE-M"}
    held = [each for each in by_key.values() if each.free > 0]
    visited: set[str] = set()
    left = quantity
    for turn in sorted({(each.expires or date.max, each.zone_rank) for each in held}):
        group = Counter[str]()
        for each in held:
            if (each.expires or date.max, each.zone_rank) == turn:
                group[each.location] += each.free
        here = Counter[str]()
        for binding in found.bindings:
            bound = by_key[binding.location, binding.lot]
            if (bound.expires or date.max, bound.zone_rank) == turn:
                here[binding.location] += binding.quantity
        take = min(left, group.total())
        assert here.total() == take
        fewest = next(
            size
            for size in range(len(group) + 1)
            if any(
                sum(units for location, units in group.items() if location in visited or location in chosen)
                >= take
                for chosen in combinations(sorted(set(group) - visited), size)
            )
        )
        assert len(set(here) - visited) == fewest
        visited |= set(here)
        left -= take


@given(wishes(), shelves(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_matter(
    demands: list[Demand], rows: list[StockRow], dice: Random
) -> None:
    expected = allocate(demands, rows)
    dice.shuffle(demands)
    dice.shuffle(rows)
    assert allocate(demands, rows) == expected


@given(wishes(), shelves())
def test_every_line_is_explained_in_words(demands: list[Demand], rows: list[StockRow]) -> None:
    found = allocate(demands, rows, today=JUNE)
    assert {(each.order, each.line) for each in found.explanations} == {
        (each.order, line) for each in demands for line, _, _ in each.lines
    }
    for explanation in found.explanations:
        assert explanation.reasons
        for reason in explanation.reasons:
            assert reason.code in WORDS
            assert phrase(reason.code, reason.params)


def test_what_would_keep_for_less_than_the_customer_wants_is_left_and_the_reason_says_so() -> None:
    rows = [row("A", 9, lot="L1", expires=MAY), row("B", 9, lot="L2", expires=JUNE)]
    wanted = replace(demand((1, "TEE-M", 2)), min_shelf_life_days=(JUNE - NOON.date()).days)
    found = allocate([wanted], rows, NOON.date())
    assert found.bindings == (Binding("O1", 1, "B", "TEE-M", "L2", 2),)
    assert codes(found) == ["allocate.bound", "allocate.shelf_life"]

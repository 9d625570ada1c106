"""Lots, expiry and serial numbers: what the customer wants is bound, and what was taken is booked as what it is."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import date

import pytest

from app.central import catalogue, intake, schema
from app.central.store import Store
from app.model.exceptions import ExceptionKind
from app.model.facts import Picked, PickUndone, UnitVerified
from app.model.floor import Zone
from app.model.stock import bin_place, tote_place
from app.model.work import ShelfLot, Tour
from tests.central.books import SITE, allocate, an_item, an_order, balance, bound, receive
from tests.central.floor import Terminal, a_pick, balanced, line, open_exceptions, open_floor, order, rows

JANUARY, JUNE = date(2027, 1, 10), date(2027, 6, 1)
SHELF = (("A-1", "M", 5, "EARLY", JANUARY), ("A-1", "M", 5, "LATE", JUNE), ("A-2", "M", 5, "LATE", JUNE))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url, SHELF)) as books:
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


def test_the_earliest_expiry_is_bound_first(store: Store) -> None:
    order(store, "O1", ("M", 2))
    assert bound(store) == {("O1", 1, "A-1", "M", "EARLY", 2)}


def test_what_keeps_for_less_than_the_customer_wants_is_not_bound(store: Store) -> None:
    order(store, "O1", ("M", 2), min_shelf_life_days=60)
    assert bound(store) == {("O1", 1, "A-1", "M", "LATE", 2)}


def test_the_task_says_how_long_it_must_keep_and_what_else_lies_there(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("M", 2), min_shelf_life_days=30)
    (task,) = terminal.claim().tasks
    assert task.good_until == date(2026, 12, 24)
    assert task.other_lots == (ShelfLot("LATE", JUNE),)
    assert task.left_after is None


def test_where_the_zone_wants_it_the_task_says_what_should_be_left(store: Store, terminal: Terminal) -> None:
    store.write(SITE, lambda tx: catalogue.save_zones(tx, [Zone("A", zero_check=True)]))
    order(store, "O1", ("M", 5))
    order(store, "O2", ("M", 5))
    assert [task.left_after for task in terminal.claim().tasks] == [5, 0]


def test_another_lot_is_taken_from_its_own_free_stock_and_the_planned_one_is_free_again(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("M", 2))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(replace(a_pick(tour, tour.tasks[0], "T-1"), lot="LATE"))
    assert balance(store, bin_place("A-1"), "M", "EARLY") == (5, 0)
    assert balance(store, bin_place("A-1"), "M", "LATE") == (3, 0)
    assert balance(store, tote_place("T-1"), "M", "LATE") == (2, 0)
    assert line(store, "O1").picked == 2
    assert open_exceptions(store) == []


def test_how_long_a_lot_keeps_that_a_picker_found_is_known_from_then_on(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("M", 2))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    july = date(2027, 7, 1)
    terminal.tell(replace(a_pick(tour, tour.tasks[0], "T-1"), lot="FOUND", expires=july))
    known = {row.lot: row.expires for row in rows(store, schema.lot)}
    assert known["FOUND"] == july


def test_what_the_papers_say_of_a_lot_stands_against_what_a_picker_read(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("M", 2))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(replace(a_pick(tour, tour.tasks[0], "T-1"), expires=JUNE))
    assert {row.lot: row.expires for row in rows(store, schema.lot)}["EARLY"] == JANUARY


def test_a_lot_that_others_were_promised_is_allocated_anew_for_them(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("M", 5), min_shelf_life_days=60)
    order(store, "O2", ("M", 2))
    late = next(each for each in bound(store) if each[0] == "O1")
    tour = terminal.claim()
    terminal.assign(tour, **{number: f"T-{slot + 1}" for slot, number in enumerate(tour.orders)})
    task = next(each for each in tour.tasks if each.order == "O2")
    tote = f"T-{tour.orders.index('O2') + 1}"
    terminal.tell(replace(a_pick(tour, task, tote), lot="LATE", location=late[2]))
    assert not open_exceptions(store, ExceptionKind.UNEXPLAINED)
    assert balance(store, tote_place(tote), "M", "LATE") == (2, 0)
    mine = [each for each in bound(store) if each[0] == "O1"]
    assert {each[4] for each in mine} == {"LATE"}, "never what keeps for less than the customer wants"
    assert sum(each[5] for each in mine) == 5


@pytest.fixture
def numbered(database_url: str) -> Iterator[Store]:
    """A shelf of units that each have a number."""
    with closing(open_floor(database_url, (("A-1", "N", 6),))) as books:
        books.write(SITE, lambda tx: catalogue.save_items(tx, [an_item("N", serial_controlled=True)]))
        yield books
        assert balanced(books)


def pick_numbers(
    store: Store, terminal: Terminal, number: str, tote: str, *numbers: str
) -> tuple[Tour, Picked]:
    order(store, number, ("N", len(numbers)))
    tour = terminal.claim()
    terminal.assign(tour, **{number: tote})
    pick = replace(a_pick(tour, tour.tasks[0], tote), serials=numbers)
    terminal.tell(pick)
    terminal.finish(tour, tote)
    return tour, pick


def test_a_number_that_is_captured_for_two_orders_is_an_entry_that_names_both(numbered: Store) -> None:
    pick_numbers(numbered, Terminal(numbered, "pick-1"), "O1", "T-1", "SN-1", "SN-2")
    assert open_exceptions(numbered) == []
    pick_numbers(numbered, Terminal(numbered, "pick-2"), "O2", "T-2", "SN-2")
    (entry,) = open_exceptions(numbered)
    assert (entry.kind, entry.subject) == (ExceptionKind.SERIAL_TWICE, "N SN-2")
    assert dict(entry.params)["orders"] == "O1, O2"
    assert line(numbered, "O2").picked == 1


def test_a_number_that_is_captured_twice_for_one_order_is_an_entry_too(numbered: Store) -> None:
    pick_numbers(numbered, Terminal(numbered, "pick-1"), "O1", "T-1", "SN-1", "SN-1")
    (entry,) = open_exceptions(numbered)
    assert (entry.kind, dict(entry.params)["orders"]) == (ExceptionKind.SERIAL_TWICE, "O1")


def test_a_unit_that_lies_on_its_shelf_again_may_be_picked_by_anybody(numbered: Store) -> None:
    first = Terminal(numbered, "pick-1")
    _, pick = pick_numbers(numbered, first, "O1", "T-1", "SN-1")
    pick_numbers(numbered, Terminal(numbered, "pick-2"), "O2", "T-2", "SN-1")
    first.tell(PickUndone(*(getattr(pick, field.name) for field in fields(PickUndone))))
    assert open_exceptions(numbered) == []


def test_the_bench_captures_a_number_that_another_order_has(numbered: Store) -> None:
    pick_numbers(numbered, Terminal(numbered, "pick-1"), "O1", "T-1", "SN-1")
    pick_numbers(numbered, Terminal(numbered, "pick-2"), "O2", "T-2", "SN-2")
    bench = Terminal(numbered, "pack-1")
    bench.open("O2", "P-1")
    bench.tell(UnitVerified("P-1", "O2", 1, "N", "", "T-2", 1, "EAN-N", "SN-1"))
    (entry,) = open_exceptions(numbered)
    assert dict(entry.params)["orders"] == "O1, O2"


def test_the_numbers_that_left_their_shelf_are_lent_with_a_task_and_no_others(numbered: Store) -> None:
    pick_numbers(numbered, Terminal(numbered, "pick-1"), "O1", "T-1", "SN-1", "SN-2")
    order(numbered, "O2", ("N", 1))
    (task,) = Terminal(numbered, "pick-2").claim().tasks
    assert set(task.serials_gone) == {"SN-1", "SN-2"}


def test_another_lot_that_is_put_back_lies_there_as_what_it_is(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("M", 2))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    (task,) = tour.tasks
    terminal.tell(replace(a_pick(tour, task, "T-1"), lot="LATE"))
    terminal.tell(
        PickUndone(
            tour.id, task.id, task.order, task.line, task.sku, "LATE", task.location, "T-1", task.quantity
        )
    )
    assert balance(store, bin_place("A-1"), "M", "LATE") == (5, 2)
    assert line(store, "O1").picked == 0


def test_an_order_of_before_shelf_lives_and_substitutes_is_still_the_same(store: Store) -> None:
    content = an_order("O1", ("M", 2))
    plain = intake.canonical(content)
    assert "min_shelf_life_days" not in plain
    assert "substitutes" not in plain["lines"][0]
    receive(store, content)
    allocate(store)
    again = store.write(SITE, lambda tx: intake.receive(tx, content))
    assert again.outcome is intake.Outcome.SAME

"""Lots, expiry and serial numbers: what the customer wants is bound, and what was taken is booked as what it is."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from app.central import catalogue, intake
from app.central.store import Store
from app.model.exceptions import ExceptionKind
from app.model.facts import PickUndone
from app.model.floor import Zone
from app.model.stock import bin_place, tote_place
from app.model.work import ShelfLot
from tests.central.books import SITE, allocate, an_order, balance, bound, receive
from tests.central.floor import Terminal, a_pick, balanced, line, open_exceptions, open_floor, order

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

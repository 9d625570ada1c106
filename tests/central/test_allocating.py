"""Binding stock: who gets what, and that both databases agree on it."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.central import allocating, audit, intake, ledger, orders, schema
from app.central.store import Store, Tx
from app.model.exceptions import ExceptionKind
from app.model.orders import OrderStatus
from app.model.stock import bin_place
from tests.central.books import SITE, allocate, an_order, balance, bound, open_books, put, receive, stock_up
from tests.central.test_ledger import exceptions


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_books(database_url)) as books:
        yield books


def status(store: Store, number: str) -> OrderStatus:
    return store.read(SITE, lambda tx: orders.view(tx, number)).status


def test_the_most_urgent_order_gets_the_last_unit(store: Store) -> None:
    stock_up(store, [("A-1", "X", 1)])
    receive(store, an_order("1", ("X", 1)), an_order("2", ("X", 1), priority=1))
    assert allocate(store) == ("2",)
    assert (status(store, "1"), status(store, "2")) == (OrderStatus.CONFIRMED, OrderStatus.ALLOCATED)


def test_the_earliest_expiry_goes_first_also_from_reserve(store: Store) -> None:
    stock_up(
        store,
        [("A-1", "X", 5, "L2", date(2027, 5, 1)), ("B-1", "X", 5, "L1", date(2027, 1, 1))],
        reserve=["B-1"],
    )
    receive(store, an_order("1", ("X", 6)))
    allocate(store)
    assert bound(store) == {("1", 1, "B-1", "X", "L1", 5), ("1", 1, "A-1", "X", "L2", 1)}


def test_an_order_that_waits_takes_nothing_and_is_an_exception_until_all_is_there(store: Store) -> None:
    stock_up(store, [("A-1", "X", 2), ("A-2", "Y", 0)])
    receive(store, an_order("1", ("X", 2), ("Y", 1), policy="wait"))
    assert allocate(store) == ()
    assert exceptions(store, ExceptionKind.NO_STOCK) == ["1"]
    allocate(store)
    assert exceptions(store, ExceptionKind.NO_STOCK) == ["1"]
    store.write(SITE, lambda tx: put(tx, "A-2", "Y", 1))
    assert allocate(store) == ("1",)
    assert exceptions(store, ExceptionKind.NO_STOCK) == []


def test_an_order_that_ships_in_part_takes_what_there_is_and_follows_with_the_rest(store: Store) -> None:
    stock_up(store, [("A-1", "X", 2)])
    receive(store, an_order("1", ("X", 3)))
    assert allocate(store) == ("1",)
    assert exceptions(store, ExceptionKind.NO_STOCK) == []
    store.write(SITE, lambda tx: put(tx, "A-1", "X", 5))
    assert allocate(store) == ("1",)
    assert balance(store, bin_place("A-1"), "X") == (7, 3)


def test_an_order_of_which_nothing_is_there_is_an_exception_whatever_its_policy(store: Store) -> None:
    stock_up(store, [("A-1", "X", 0)])
    receive(store, an_order("1", ("X", 3)))
    allocate(store)
    assert exceptions(store, ExceptionKind.NO_STOCK) == ["1"]


def test_nothing_is_bound_in_places_that_are_not_picked_from(store: Store) -> None:
    stock_up(store, [("A-1", "X", 3)])
    table = schema.location
    store.write(SITE, lambda tx: tx.conn.execute(table.update().values(pickable=False)).rowcount)
    receive(store, an_order("1", ("X", 3)))
    assert allocate(store) == ()


def test_a_held_order_gets_nothing_until_it_is_released(store: Store) -> None:
    stock_up(store, [("A-1", "X", 3)])
    receive(store, an_order("1", ("X", 3)))
    store.write(SITE, lambda tx: intake.hold(tx, "1", "sue"))
    assert allocate(store) == ()
    store.write(SITE, lambda tx: intake.release(tx, "1", "sue"))
    assert allocate(store) == ("1",)


def test_the_reasons_stand_beside_what_was_bound(store: Store) -> None:
    stock_up(store, [("A-1", "X", 3), ("B-1", "X", 3)], reserve=["B-1"])
    receive(store, an_order("1", ("X", 3)))
    allocate(store)
    (row,) = store.read(SITE, ledger.reservations)
    assert [code for code, _ in row.why] == ["allocate.bound", "allocate.reserve"]


def test_orders_that_cannot_be_served_do_not_stand_in_the_way_of_others(store: Store) -> None:
    stock_up(store, [("A-1", "X", 1), ("A-2", "Y", 1)])
    receive(store, *(an_order(f"{number:03}", ("X", 2), priority=1, policy="wait") for number in range(70)))
    receive(store, an_order("last", ("Y", 1)))
    assert store.write(SITE, allocating.allocate) == ("last",)


def test_both_databases_bind_the_same_units_to_the_same_lines(tmp_path: Path, postgres_url: str) -> None:
    results = []
    for url in (f"sqlite:///{tmp_path}/central.db", postgres_url):
        with closing(open_books(url)) as store:
            _a_mixed_day(store, seed=20261123)
            results.append((bound(store), _statuses(store)))
            assert store.read(SITE, audit.audit) == ()
    assert results[0] == results[1]
    assert len(results[0][0]) > 100


def _a_mixed_day(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    days = (date(2026, 12, 1), date(2027, 1, 1), date(2026, 1, 1))
    stock = [
        (f"{place}-{number:02}", f"S{number}", chance.randrange(1, 12))
        if number % 3
        else (f"{place}-{number:02}", f"S{number}", chance.randrange(1, 12), f"L{place}", chance.choice(days))
        for number in range(30)
        for place in ("A", "B", "R")
    ]
    stock_up(store, stock, reserve=[code for code, *_ in stock if code.startswith("R")])
    contents = [
        an_order(
            f"{number:04}",
            *(
                (f"S{sku}", chance.randrange(1, 8))
                for sku in chance.sample(range(30), chance.randrange(1, 4))
            ),
            priority=chance.randrange(1, 4),
            policy=chance.choice(["ship_part", "wait", "hospital"]),
            ship_by=f"2026-11-{chance.randrange(24, 29)}T16:00:00Z",
        )
        for number in range(200)
    ]

    def work(tx: Tx) -> None:
        for content in contents:
            intake.receive(tx, content)

    store.write(SITE, work)
    allocate(store)
    for number in chance.sample(range(200), 20):
        store.write(SITE, lambda tx, number=number: intake.cancel(tx, f"{number:04}", "sue"))  # type: ignore[misc]
    allocate(store)


def _statuses(store: Store) -> dict[str, str]:
    table = schema.sales_order
    return store.read(SITE, lambda tx: {row.number: row.status for row in tx.conn.execute(select(table))})

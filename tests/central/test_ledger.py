"""The ledger: movements, promised units, and picks that contradict the books."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.central import allocating, audit, intake, ledger, schema
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.model.exceptions import ExceptionKind
from app.model.stock import Account, Movement, bin_place, tote_place
from tests.central.books import (
    NOON,
    SITE,
    allocate,
    an_order,
    balance,
    bound,
    open_books,
    put,
    receive,
    stock_up,
)

T = TypeVar("T")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_books(database_url)) as books:
        yield books


def write(store: Store, work: Callable[[Tx], T]) -> T:
    return store.write(SITE, work)


def pick(
    store: Store, order: str, location: str, quantity: int, *, sku: str = "X", line: int = 1
) -> ledger.Taken:
    """Books the pick and the tote's content, as the uploaded fact of a station is booked."""

    def work(tx: Tx) -> ledger.Taken:
        taken = ledger.take(
            tx,
            order=order,
            line=line,
            sku=sku,
            lot="",
            location=location,
            quantity=quantity,
            target=tote_place("T1"),
            reference="tour-1",
            operator="ann",
        )
        inside, lines = schema.tote_content, schema.order_line
        tx.conn.execute(
            inside.insert().values(
                site=tx.site,
                tote="T1",
                order_number=order,
                line=line,
                sku=sku,
                location=location,
                quantity=quantity,
            )
        )
        tx.conn.execute(
            lines.update()
            .where(lines.c.site == tx.site, lines.c.order_number == order, lines.c.line == line)
            .values(picked=lines.c.picked + quantity)
        )
        return taken

    return write(store, work)


def exceptions(store: Store, kind: ExceptionKind) -> list[str]:
    table = schema.exception
    return store.read(
        SITE,
        lambda tx: list(
            tx.conn.execute(
                select(table.c.subject).where(table.c.kind == kind.value, table.c.state != "resolved")
            ).scalars()
        ),
    )


def balanced(store: Store) -> bool:
    return store.read(SITE, audit.audit) == ()


def test_a_movement_changes_both_balances(store: Store) -> None:
    stock_up(store, [("A-1", "X", 5), ("A-2", "X", 0)])
    write(
        store,
        lambda tx: ledger.move(tx, Movement("X", "", bin_place("A-1"), bin_place("A-2"), 2, "M1"), "ann"),
    )
    assert balance(store, bin_place("A-1"), "X") == (3, 0)
    assert balance(store, bin_place("A-2"), "X") == (2, 0)
    assert balance(store, Account.OPENING.value, "X") == (-5, 0)
    assert balanced(store)


def test_promised_units_cannot_be_moved_away(store: Store) -> None:
    stock_up(store, [("A-1", "X", 5)])
    receive(store, an_order("1", ("X", 4)))
    allocate(store)
    away = Movement("X", "", bin_place("A-1"), bin_place("A-2"), 2, "M1")
    with pytest.raises(ApiError) as refused:
        write(store, lambda tx: ledger.move(tx, away))
    assert refused.value.code == "stock.not_covered"
    assert balance(store, bin_place("A-1"), "X") == (5, 4)


def test_the_database_itself_refuses_to_promise_more_than_there_is(store: Store) -> None:
    stock_up(store, [("A-1", "X", 5)])
    with pytest.raises(IntegrityError):
        write(store, lambda tx: ledger.apply(tx, {(bin_place("A-1"), "X", ""): (0, 6)}))


def test_a_pick_takes_what_was_promised_to_its_line(store: Store) -> None:
    stock_up(store, [("A-1", "X", 5)])
    receive(store, an_order("1", ("X", 3)))
    allocate(store)
    assert pick(store, "1", "A-1", 2) == ledger.Taken(2, 0, 0)
    assert balance(store, bin_place("A-1"), "X") == (3, 1)
    assert balance(store, tote_place("T1"), "X") == (2, 0)
    assert bound(store) == {("1", 1, "A-1", "X", "", 1)}
    assert balanced(store)


def test_a_pick_beside_its_own_promise_takes_free_stock_and_releases_the_promise_elsewhere(
    store: Store,
) -> None:
    stock_up(store, [("A-1", "X", 3), ("A-2", "X", 9)], reserve=["A-2"])
    receive(store, an_order("1", ("X", 3)))
    allocate(store)
    ((order, line, location, *_),) = bound(store)
    assert (order, line, location) == ("1", 1, "A-1")
    taken = pick(store, "1", "A-2", 2)
    assert (taken.own, taken.free, taken.unexplained) == (0, 2, 0)
    assert [units for _, units in taken.released] == [2]
    assert balance(store, bin_place("A-1"), "X") == (3, 1)
    assert balance(store, bin_place("A-2"), "X") == (7, 0)
    assert balanced(store)


def test_a_pick_of_what_the_books_do_not_have_is_booked_and_reported(store: Store) -> None:
    stock_up(store, [("A-1", "X", 2)])
    receive(store, an_order("1", ("X", 2)))
    allocate(store)
    taken = pick(store, "1", "A-1", 5)
    assert (taken.own, taken.free, taken.unexplained) == (2, 0, 3)
    assert balance(store, Account.UNEXPLAINED.value, "X") == (-3, 0)
    assert balance(store, tote_place("T1"), "X") == (5, 0)
    assert exceptions(store, ExceptionKind.UNEXPLAINED) == ["A-1"]
    assert balanced(store)


def test_what_is_promised_to_others_stays_theirs_when_a_pick_takes_too_much(store: Store) -> None:
    stock_up(store, [("A-1", "X", 4)])
    receive(store, an_order("1", ("X", 2)), an_order("2", ("X", 2)))
    allocate(store)
    taken = pick(store, "1", "A-1", 3)
    assert (taken.own, taken.free, taken.unexplained) == (2, 0, 1)
    assert balance(store, bin_place("A-1"), "X") == (2, 2)
    assert balanced(store)


def test_an_undone_pick_lies_in_its_bin_again_and_is_promised_again(store: Store) -> None:
    stock_up(store, [("A-1", "X", 3)])
    receive(store, an_order("1", ("X", 3)))
    allocate(store)
    (task,) = store.read(SITE, lambda tx: [row.id for row in ledger.reservations(tx)])
    for picked in (2, 3):
        write(store, lambda tx, picked=picked: _pick_and_put_back(tx, picked, task))  # type: ignore[misc]
        assert bound(store) == {("1", 1, "A-1", "X", "", 3)}
        assert store.read(SITE, lambda tx: [row.id for row in ledger.reservations(tx)]) == [task]
        assert balance(store, bin_place("A-1"), "X") == (3, 3)
    assert balanced(store)


def _pick_and_put_back(tx: Tx, quantity: int, task: str) -> None:
    units = {"sku": "X", "lot": "", "quantity": quantity, "reference": "tour-1", "operator": "ann"}
    ledger.take(tx, order="1", line=1, location="A-1", target=tote_place("T1"), task=task, **units)  # type: ignore[arg-type]
    ledger.put_back(tx, source=tote_place("T1"), location="A-1", rebind=("1", 1), task=task, **units)  # type: ignore[arg-type]


def test_a_count_above_the_books_finds_units(store: Store) -> None:
    stock_up(store, [("A-1", "X", 3)])
    write(store, lambda tx: ledger.block(tx, "A-1", "X", ""))
    displaced = write(store, lambda tx: ledger.set_count(tx, "A-1", "X", "", 5, "C1", "sue", NOON))
    assert displaced == ()
    assert balance(store, bin_place("A-1"), "X") == (5, 0)
    assert balance(store, Account.COUNT.value, "X") == (-2, 0)
    receive(store, an_order("1", ("X", 5)))
    assert allocate(store) == ("1",)
    assert balanced(store)


def test_a_count_below_the_promises_displaces_the_least_urgent(store: Store) -> None:
    stock_up(store, [("A-1", "X", 6)])
    receive(
        store,
        an_order("early", ("X", 2), ship_by="2026-11-24T08:00:00Z"),
        an_order("late", ("X", 2)),
        an_order("urgent", ("X", 2), priority=1, ship_by="2026-11-30T08:00:00Z"),
    )
    allocate(store)
    displaced = write(store, lambda tx: ledger.set_count(tx, "A-1", "X", "", 3, "C1", "sue", NOON))
    assert [(each.order, each.quantity) for each in displaced] == [("late", 2), ("early", 1)]
    assert balance(store, bin_place("A-1"), "X") == (3, 3)
    assert balanced(store)


def test_what_was_booked_after_a_count_was_made_is_added_to_it(store: Store) -> None:
    stock_up(store, [("A-1", "X", 6)])
    write(store, lambda tx: put(tx, "A-1", "X", 4))
    an_hour_ago = NOON - timedelta(hours=1)
    store.clock.now = NOON + timedelta(hours=1)  # type: ignore[attr-defined]
    write(store, lambda tx: put(tx, "A-1", "X", 1))
    write(store, lambda tx: ledger.set_count(tx, "A-1", "X", "", 8, "C1", "sue", NOON))
    assert balance(store, bin_place("A-1"), "X") == (9, 0)
    write(store, lambda tx: ledger.set_count(tx, "A-1", "X", "", 0, "C2", "sue", an_hour_ago))
    assert balance(store, bin_place("A-1"), "X")[0] >= 0
    assert balanced(store)


def test_a_blocked_bin_is_not_promised_until_it_is_unblocked(store: Store) -> None:
    stock_up(store, [("A-1", "X", 3)])
    receive(store, an_order("1", ("X", 3)))
    write(store, lambda tx: ledger.block(tx, "A-1", "X", ""))
    assert allocate(store) == ()
    write(store, lambda tx: ledger.unblock(tx, "A-1", "X", ""))
    assert allocate(store) == ("1",)


def test_a_part_of_a_promise_can_be_let_go(store: Store) -> None:
    stock_up(store, [("A-1", "X", 5)])
    receive(store, an_order("1", ("X", 5)))
    allocate(store)
    assert write(store, lambda tx: ledger.release(tx, "1", 1, "A-1", "", 2)) == 2
    assert bound(store) == {("1", 1, "A-1", "X", "", 3)}
    assert write(store, lambda tx: ledger.release(tx, "1")) == 3
    assert bound(store) == set()
    assert balance(store, bin_place("A-1"), "X") == (5, 0)


def test_whatever_is_done_in_whatever_order_the_books_balance(store: Store) -> None:
    for seed in range(6):
        _a_wild_hour(store, seed)
        assert balanced(store)


def _a_wild_hour(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    sku = f"W{seed}"
    places = [f"{seed}-{letter}" for letter in "ABC"]
    stock_up(store, [(place, sku, chance.randrange(1, 9)) for place in places])
    numbers = [f"{seed}-{number}" for number in range(6)]
    for number in numbers:
        receive(store, an_order(number, (sku, chance.randrange(1, 6)), priority=chance.randrange(1, 4)))
    picked: list[tuple[str, str, int]] = []
    for step in range(40):
        number, place, units = chance.choice(numbers), chance.choice(places), chance.randrange(1, 5)
        act = chance.choice(["allocate", "pick", "count", "release", "block", "cancel"])
        if act == "allocate":
            write(store, allocating.allocate)
        elif act == "pick" and (number, place) not in {(order, where) for order, where, _ in picked}:
            pick(store, number, place, units, sku=sku)
            picked.append((number, place, units))
        elif act == "count":
            reference = f"C{seed}-{step}"
            write(
                store,
                lambda tx, p=place, u=units, r=reference: ledger.set_count(tx, p, sku, "", u, r, "sue", NOON),  # type: ignore[misc]
            )
        elif act == "release":
            write(store, lambda tx, n=number: ledger.release(tx, n))  # type: ignore[misc]
        elif act == "block":
            write(store, lambda tx, p=place: ledger.block(tx, p, sku, ""))  # type: ignore[misc]
        elif act == "cancel" and chance.random() < 0.2:
            write(store, lambda tx, n=number: intake.cancel(tx, n, "sue"))  # type: ignore[misc]

"""The audit sees every row that somebody changed behind the ledger's back."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import Connection

from app.central import audit, exports, schema
from app.central.store import Store
from app.model.parcels import ParcelStatus
from app.model.stock import Account
from tests.central.books import SITE, allocate, an_order, open_books, receive, stock_up
from tests.central.test_intake import a_parcel
from tests.central.test_ledger import pick

stock, movement, held = schema.stock, schema.movement, schema.reservation
inside, unit, line = schema.tote_content, schema.parcel_unit, schema.order_line


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An order half packed, a third still promised, and another one waiting."""
    with closing(open_books(database_url)) as books:
        stock_up(books, [("A-1", "X", 9)])
        receive(books, an_order("1", ("X", 6)), an_order("2", ("X", 1)))
        allocate(books)
        pick(books, "1", "A-1", 4)
        a_parcel(books, "1", "p1", ParcelStatus.OPEN, 3)
        yield books


def differences(store: Store) -> list[tuple[str, str, int, int]]:
    found = store.read(SITE, audit.audit)
    return [(each.check.value, each.place, each.books, each.counted) for each in found]


def test_books_that_nobody_touched_balance(store: Store) -> None:
    assert differences(store) == []


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (
            lambda conn: conn.execute(stock.update().where(stock.c.place == "bin:A-1").values(on_hand=6)),
            [("on_hand", "bin:A-1", 6, 5)],
        ),
        (
            lambda conn: conn.execute(stock.update().where(stock.c.place == "bin:A-1").values(reserved=4)),
            [("reserved", "bin:A-1", 4, 3)],
        ),
        (
            lambda conn: conn.execute(
                movement.update().where(movement.c.target == "bin:A-1").values(quantity=8)
            ),
            [("on_hand", Account.OPENING.value, -9, -8), ("on_hand", "bin:A-1", 5, 4)],
        ),
        (
            lambda conn: conn.execute(movement.delete().where(movement.c.target == "parcel:p1")),
            [("on_hand", "parcel:p1", 3, 0), ("on_hand", "tote:T1", 1, 4)],
        ),
        (
            lambda conn: conn.execute(held.delete().where(held.c.order_number == "2")),
            [("reserved", "bin:A-1", 3, 2)],
        ),
        (
            lambda conn: conn.execute(inside.update().values(quantity=2)),
            [("content", "tote:T1", 1, 2), ("picked", "order:1/1", 4, 5)],
        ),
        (
            lambda conn: conn.execute(unit.update().values(quantity=2)),
            [("content", "parcel:p1", 3, 2), ("packed", "order:1/1", 3, 2), ("picked", "order:1/1", 4, 3)],
        ),
        (
            lambda conn: conn.execute(line.update().where(line.c.order_number == "2").values(picked=1)),
            [("picked", "order:2/1", 1, 0)],
        ),
    ],
    ids=["balance", "promise", "movement", "lost movement", "reservation", "tote", "parcel", "line"],
)
def test_a_row_that_was_tampered_with_is_named(
    store: Store, tamper: Callable[[Connection], object], expected: list[tuple[str, str, int, int]]
) -> None:
    store.write(SITE, lambda tx: tamper(tx.conn))
    assert differences(store) == expected


def test_units_of_another_site_do_not_count(store: Store) -> None:
    assert store.read("elsewhere", audit.audit) == ()


def test_the_export_names_lines_and_parcels_and_runs_no_formula(store: Store) -> None:
    receive(store, an_order("3", ("=1+1", 1)))
    rows = [row.split(",") for row in store.read(SITE, exports.orders_csv).splitlines()]
    assert rows[0] == list(exports.COLUMNS)
    packed = dict(zip(rows[0], rows[1], strict=True))
    assert (packed["number"], packed["ordered"], packed["packed"], packed["parcel"]) == ("1", "6", "3", "1")
    assert dict(zip(rows[0], rows[3], strict=True))["sku"] == "'=1+1"

"""Sixteen writers at once: what is promised is there, and every unit that somebody waits for is promised."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.central import audit, intake, ledger, schema
from app.central.store import Store, Tx
from tests.central.books import SITE, an_order, open_books, stock_up


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    with closing(open_books(postgres_url)) as books:
        yield books


ROOT = Path(__file__).parents[2]


def sixteen_writers(url: str, batch: int = 1, mode: str = "locked") -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.central.writers", url, str(batch), mode],
        cwd=ROOT,
        check=True,
        timeout=240,
    )


def two_orders_for_each_unit(store: Store, units: int) -> None:
    """So many SKUs with one unit each, and two orders for each."""
    stock_up(store, [(f"A-{number}", f"S{number}", 1) for number in range(units)])

    def work(tx: Tx) -> None:
        for number in range(units):
            intake.receive_all(tx, [an_order(f"{number:04}{who}", (f"S{number}", 1)) for who in "ab"])

    store.write(SITE, work)


def oversold(store: Store) -> list[tuple[str, str]]:
    """Places and SKUs of which more is promised than lies there."""
    table = schema.stock
    return store.read(
        SITE,
        lambda tx: [
            (row.place, row.sku)
            for row in tx.conn.execute(select(table).where(table.c.reserved > table.c.on_hand))
            if not row.account
        ],
    )


def test_of_two_orders_for_one_unit_exactly_one_gets_it(store: Store) -> None:
    two_orders_for_each_unit(store, 64)
    sixteen_writers(store.url)
    assert oversold(store) == []
    promised = Counter(row.sku for row in store.read(SITE, ledger.reservations))
    assert promised == {f"S{number}": 1 for number in range(64)}
    assert store.read(SITE, audit.audit) == ()


@pytest.mark.slow
def test_thousands_of_orders_on_scarce_stock_share_it_to_the_last_unit(store: Store) -> None:
    skus = [f"S{number}" for number in range(40)]
    stock_up(
        store, [(f"{shelf}-{sku}", sku, 7 + place % 23) for shelf in "AB" for place, sku in enumerate(skus)]
    )
    wanted: dict[str, int] = defaultdict(int)

    def work(tx: Tx) -> None:
        contents = []
        for number in range(2000):
            lines = [(skus[number * step % 40], 1 + number % 3) for step in (1, 11, 17)][: 1 + number % 3]
            for sku, units in lines:
                wanted[sku] += units
            contents.append(an_order(f"{number:05}", *lines))
        intake.receive_all(tx, contents)

    store.write(SITE, work)
    sixteen_writers(store.url, batch=20)
    assert oversold(store) == []
    assert store.read(SITE, audit.audit) == ()
    promised: dict[str, int] = defaultdict(int)
    of_line: dict[tuple[str, int], int] = defaultdict(int)
    for row in store.read(SITE, ledger.reservations):
        promised[row.sku] += row.quantity
        of_line[row.order_number, row.line] += row.quantity
    there = {sku: 2 * 7 + place % 23 + place % 23 for place, sku in enumerate(skus)}
    assert promised == {sku: min(units, there[sku]) for sku, units in wanted.items()}
    table = schema.order_line
    ordered = store.read(
        SITE,
        lambda tx: {(row.order_number, row.line): row.quantity for row in tx.conn.execute(select(table))},
    )
    assert all(units <= ordered[line] for line, units in of_line.items())


def test_without_the_row_lock_and_the_check_the_same_writers_oversell(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE stock DROP CONSTRAINT ck_stock_covered"))
    two_orders_for_each_unit(store, 64)
    sixteen_writers(store.url, mode="unlocked")
    assert oversold(store)


def test_without_the_row_lock_alone_the_check_still_refuses_to_oversell(store: Store) -> None:
    two_orders_for_each_unit(store, 64)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.central.writers", store.url, "1", "unlocked"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ended.returncode != 0
    assert "ck_stock_covered" in ended.stderr
    assert oversold(store) == []

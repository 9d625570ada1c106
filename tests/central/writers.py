"""Sixteen processes that bind stock to the same orders at once: ``python -m tests.central.writers URL BATCH MODE``.

Mode ``locked`` is the program as it is. Mode ``unlocked`` reads the rows of stock without locking them, which the
test uses to show that it would notice.
"""

import os
import random
import sys
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError

from app.central import allocating, schema, store
from app.central.store import Store
from tests.central.books import SITE, Clock

WRITERS = 16


def main(url: str, batch: str, mode: str) -> int:
    if mode == "unlocked":
        _take_the_lock_out()
    starting, go = os.pipe()
    children = []
    for number in range(WRITERS):
        child = os.fork()
        if not child:
            os.close(go)
            os.read(starting, 1)  # ends when the parent lets all start
            status = 1
            try:
                _write(url, number, int(batch))
                status = 0
            except IntegrityError as error:
                print(error.orig, file=sys.stderr, flush=True)
            finally:
                os._exit(status)
        children.append(child)
    os.close(go)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)


def _write(url: str, number: int, batch_size: int) -> None:
    books = Store(url, Clock())
    table = schema.sales_order
    orders = books.read(
        SITE, lambda tx: list(tx.conn.execute(select(table.c.number).order_by(table.c.number)).scalars())
    )
    mine = [order for place, order in enumerate(orders) if number in {place % WRITERS, place * 7 % WRITERS}]
    random.Random(number).shuffle(mine)
    for start in range(0, len(mine), batch_size):
        batch = mine[start : start + batch_size]
        books.write(SITE, lambda tx, batch=batch: allocating.allocate(tx, batch))  # type: ignore[misc]
    books.close()


def _take_the_lock_out() -> None:
    locked = store.lock_rows

    def lock_rows(conn: Any, table: Any, keys: list[tuple[Any, ...]], *columns: Any) -> list[Any]:
        if table is not schema.stock:
            return locked(conn, table, keys, *columns)
        return list(conn.execute(select(table).where(tuple_(*columns).in_(keys)).order_by(*columns)))

    store.lock_rows = lock_rows


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

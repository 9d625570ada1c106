"""The one writer on SQLite: many wait for one COMMIT, and one that fails takes no other with it."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.central import migrate, schema
from app.central.store import Store, Tx

SITE = "main"


@pytest.fixture
def store(database_url: str) -> Store:
    migrate.upgrade(database_url)
    store = Store(database_url)
    migrate.create_site(store, SITE, "Main", "4099999")
    return store


def _publish(key: str) -> "object":
    return lambda tx: tx.publish("thing", key, {"key": key})


def _keys(store: Store) -> set[str]:
    table = schema.record
    return set(
        store.read(
            SITE,
            lambda tx: tx.conn.execute(select(table.c.key).where(table.c.kind == "thing")).scalars().all(),
        )
    )


def test_a_unit_of_work_that_fails_leaves_nothing_and_takes_no_other_with_it(store: Store) -> None:
    def fail(tx: Tx) -> None:
        tx.publish("thing", "broken", {})
        tx.close()
        raise RuntimeError("half done")

    def write(number: int) -> None:
        if number % 3:
            store.write(SITE, lambda tx: tx.publish("thing", str(number), {}))
        else:
            with pytest.raises(RuntimeError, match="half done"):
                store.write(SITE, fail)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(30)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert _keys(store) == {str(number) for number in range(30) if number % 3}
    store.close()


def test_the_heads_of_writes_are_given_in_the_order_of_their_commits(store: Store) -> None:
    for number in range(5):
        store.write(SITE, lambda tx, number=number: tx.publish("thing", str(number), {}))  # type: ignore[misc]
    table = schema.record
    rows = store.read(
        SITE,
        lambda tx: tx.conn.execute(
            select(table.c.key, table.c.head).where(table.c.kind == "thing").order_by(table.c.head)
        ).all(),
    )
    assert [row.key for row in rows] == ["0", "1", "2", "3", "4"]
    assert len({row.head for row in rows}) == 5
    store.close()


def test_who_was_rolled_back_with_a_full_disk_is_told_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'full.db'}"
    migrate.upgrade(url)
    store = Store(url)
    migrate.create_site(store, SITE, "Main", "4099999")
    begun, go_on = threading.Event(), threading.Event()
    told: dict[str, Exception | None] = {}

    def hold(tx: Tx) -> None:
        begun.set()
        go_on.wait(10)

    def fill_the_disk(tx: Tx) -> None:
        tx.conn.execute(text("ROLLBACK"))  # what SQLite does by itself when the disk is full
        raise OSError("disk full")

    def run(name: str, work: object) -> None:
        try:
            store.write(SITE, work)  # type: ignore[arg-type]
            told[name] = None
        except Exception as error:  # noqa: BLE001 - whichever it is, the writer must hear of it
            told[name] = error

    first = threading.Thread(target=run, args=("holder", hold))
    first.start()
    begun.wait(10)
    group = [
        threading.Thread(target=run, args=("good", _publish("good"))),
        threading.Thread(target=run, args=("full", fill_the_disk)),
    ]
    for writer in group:
        writer.start()
    assert store._writer is not None
    until = time.monotonic() + 10
    while store._writer._queue.qsize() < 2 and time.monotonic() < until:
        time.sleep(0.005)
    go_on.set()
    for writer in (first, *group):
        writer.join()
    assert told["full"] is not None
    assert (told["good"] is None) == ("good" in _keys(store))
    store.close()


def test_nobody_else_reads_the_file_with_the_addresses(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/central.db"
    migrate.upgrade(url)
    store = Store(url)
    migrate.create_site(store, SITE, "Main", "4099999")
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    store.close()
    assert modes["central.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_an_error_of_the_database_shows_no_values(store: Store) -> None:
    secret = "a-badge-that-nobody-may-read"

    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.conn.execute(schema.cart.insert().values(site=SITE, code=secret, slots=1))

    with pytest.raises(IntegrityError) as error:
        store.write(SITE, twice)
    store.close()
    assert secret not in str(error.value).split("DETAIL")[0]

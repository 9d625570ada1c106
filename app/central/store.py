"""The database as the rest of the central sees it: units of work on one site, the same on SQLite and PostgreSQL.

SQLite: all writes go through one thread and one connection, which alone checkpoints, and one COMMIT serves every
write that waits (group commit); each stands in its own savepoint, so that one that fails takes no other with it.
PostgreSQL: a write is a transaction on a pooled connection, tried again when it met a deadlock.
"""

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from app.central import schema

T = TypeVar("T")

ALL_STATIONS = "*"
SHOP = "@shop"

_GROUP = 64
_TRIES = 5
_DEADLOCKS = frozenset({"40001", "40P01"})


class UnknownSiteError(LookupError):
    """No such site in this database."""

    code = "site.unknown"


@dataclass(slots=True)
class Tx:
    """One unit of work on one site: its connection, its instant, and what it publishes when it ends."""

    conn: Connection
    site: str
    now: datetime
    published: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    """The newest value by kind, key and audience."""

    def publish(
        self, kind: str, key: str, value: Mapping[str, Any] | None, audience: str = ALL_STATIONS
    ) -> None:
        """Give everyone in the audience the newest value of a record; ``None`` takes it away."""
        self.published[kind, key, audience] = None if value is None else dict(value)

    def new_id(self) -> str:
        """A fresh identifier."""
        return uuid4().hex

    def close(self) -> None:
        """Raise the site's head and write what was published: last, so that number order is commit order."""
        if not self.published:
            return
        head = self.conn.execute(
            update(schema.site)
            .where(schema.site.c.site == self.site)
            .values(head=schema.site.c.head + 1)
            .returning(schema.site.c.head)
        ).scalar_one_or_none()
        if head is None:
            raise UnknownSiteError(self.site)
        rows = [
            {"site": self.site, "kind": kind, "key": key, "audience": audience, "head": head, "value": value}
            for (kind, key, audience), value in self.published.items()
        ]
        upsert(self.conn, schema.record, rows)


def upsert(conn: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key is there."""
    if not rows:
        return
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)
    else:
        conn.execute(statement.on_conflict_do_nothing(index_elements=keys), rows)


def insert_new(conn: Connection, table: Any, row: dict[str, Any]) -> bool:
    """Insert a row unless its primary key is there; whether it was new."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    keys = [column.name for column in table.primary_key]
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=keys).returning(table.c.site)
    return conn.execute(statement, row).scalar_one_or_none() is not None


def lock_rows(conn: Connection, table: Any, keys: list[tuple[Any, ...]], *columns: Any) -> list[Any]:
    """Read rows by the given key columns for update, always in key order, so that writers cannot deadlock."""
    statement = select(table).where(tuple_(*columns).in_(keys)).order_by(*columns).with_for_update()
    return list(conn.execute(statement))


class Store:
    """The database. ``url`` is an SQLAlchemy URL: ``sqlite:///path`` or ``postgresql+psycopg://...``."""

    def __init__(self, url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.url = _with_driver(url)
        self.clock = clock
        self.engine = _engine(self.url)
        self._writer = _SqliteWriter(self.engine) if self.engine.dialect.name == "sqlite" else None
        self.listeners: list[Callable[[str], None]] = []
        """Called with the site, in the thread that wrote, after a commit that published something."""

    def write(self, site: str, work: Callable[[Tx], T]) -> T:
        """Run a unit of work in a durable transaction and give back what it returned.

        Raises:
            Exception: whatever the work raised; then nothing of it is in the database.
        """
        published = False

        def unit(conn: Connection) -> T:
            nonlocal published
            tx = Tx(conn, site, self.clock())
            result = work(tx)
            tx.close()
            published = bool(tx.published)
            return result

        result = self._write_pooled(unit) if self._writer is None else self._writer.run(unit)
        if published:
            for listen in tuple(self.listeners):
                listen(site)
        return result

    def _write_pooled(self, unit: Callable[[Connection], T]) -> T:
        for _ in range(_TRIES - 1):
            try:
                return self._in_transaction(unit)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _DEADLOCKS:
                    raise
        return self._in_transaction(unit)

    def _in_transaction(self, unit: Callable[[Connection], T]) -> T:
        with self.engine.begin() as conn:
            return unit(conn)

    def read(self, site: str, work: Callable[[Tx], T]) -> T:
        """Run a unit of work that only reads, on its own snapshot."""
        with self.engine.connect() as conn:
            if self._writer is None:
                conn = conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            return work(Tx(conn, site, self.clock()))

    def close(self) -> None:
        """End the writer thread and give back all connections."""
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()


class _SqliteWriter:
    """The one thread that writes to SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[tuple[Callable[[Connection], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    def run(self, unit: Callable[[Connection], T]) -> T:
        future: Future[T] = Future()
        self._queue.put((unit, future))
        return future.result()

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        ended = False
        while not ended:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            while len(group) < _GROUP:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    ended = True
                    break
                group.append(following)
            self._commit(group)

    def _commit(self, group: list[tuple[Callable[[Connection], Any], Future[Any]]]) -> None:
        try:
            with self._engine.begin() as conn:
                outcomes = [self._attempt(conn, unit) for unit, _ in group]
        except Exception as error:  # noqa: BLE001 - nothing of the group happened: all who wait are told
            outcomes = [_Outcome(error=error)] * len(group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if outcome.error is not None:
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome.result)

    def _attempt(self, conn: Connection, unit: Callable[[Connection], Any]) -> "_Outcome":
        """One unit in its savepoint. A full disk rolls back the whole transaction: then the group has failed."""
        try:
            with conn.begin_nested():
                return _Outcome(unit(conn))
        except Exception as error:
            if not conn.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # it is connected
                raise
            return _Outcome(error=error)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one unit of work."""

    result: Any = None
    error: Exception | None = None


def _with_driver(url: str) -> str:
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _keep_private(path: str) -> None:
    """The file holds addresses and hashes of secrets: nobody else reads it. Its log takes over its mode.

    Only a new file is opened here: closing one that this process has open already would drop SQLite's locks on it
    ("How To Corrupt An SQLite Database File", 2.2).
    """
    if not path or path.startswith((":memory:", "file:")):
        return
    with contextlib.suppress(OSError):  # what cannot be made or changed is said by the driver
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            Path(path).chmod(0o600)


def _engine(url: str) -> Engine:
    # Errors go to the log without the values of their statement: those are people's addresses and hashes.
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=16, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
    _keep_private(make_url(url).database or "")
    engine = create_engine(
        url, connect_args={"timeout": 30, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _open(connection: Any, _: Any) -> None:
        # The driver's own BEGIN comes too late for savepoints and for BEGIN IMMEDIATE: we begin ourselves.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        writing = threading.current_thread().name == "sqlite-writer"
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine

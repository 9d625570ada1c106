"""What the central does by itself: labels, allocation, waiting facts, watching tours and parcels.

A job is a row until it is done. A process claims it by moving its time forward, does it outside that transaction,
and deletes it if nobody asked for it again meanwhile; a process that dies leaves it to be claimed once more.
"""

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update

from app.central import schema
from app.central.store import Store, Tx, upsert

LABEL = "label"
ALLOCATE = "allocate"
PARKED_FACTS = "parked"
OFFER = "offer"

Handler = Callable[[Store, str, str], None]
"""Does one job: the store, the site, the job's subject."""

_BATCH = 32
_CLAIMED_FOR = timedelta(seconds=60)
_POLL_S = 0.5
_ROUNDS_EVERY_S = 10.0
_BACKOFF_S = (2, 5, 15, 60, 300)

_log = structlog.get_logger("central.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. ``run_at`` is until when it is claimed."""

    id: str
    kind: str
    subject: str
    attempts: int
    run_at: datetime


def schedule(tx: Tx, kind: str, subject: str = "", delay: timedelta = timedelta(0)) -> None:
    """Ask for a job; asking again for the same before it is done asks once, at the later of the two times."""
    table = schema.job
    values = {"run_at": tx.now + delay, "attempts": 0, "error": ""}
    again = tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.kind == kind, table.c.subject == subject)
        .values(**values)
    ).rowcount
    if not again:
        upsert(
            tx.conn,
            table,
            [{"site": tx.site, "id": tx.new_id(), "kind": kind, "subject": subject, **values}],
        )


class Worker:
    """The one thread of a process that does due jobs and makes the rounds."""

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        rounds: tuple[Callable[[Tx], object], ...] = (),
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._rounds = rounds
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="central-jobs", daemon=True)

    def start(self) -> None:
        """Begin; what this process writes wakes it at once, what others write within half a second."""
        self._store.listeners.append(self._poke)
        self._thread.start()

    def stop(self) -> None:
        """End after the job in hand."""
        self._ending.set()
        self._wake.set()
        self._thread.join()
        self._store.listeners.remove(self._poke)

    def run_due(self) -> int:
        """Do all jobs that are due at all sites; how many were claimed."""
        return sum(self._run_site(site) for site in self._sites_with_due_jobs())

    def make_rounds(self) -> None:
        """Look after what nobody reports: tours that stay out, parcels that do not move."""
        for site in self._sites():
            for look in self._rounds:
                self._store.write(site, look)

    def _poke(self, site: str) -> None:
        self._wake.set()

    def _serve(self) -> None:
        next_rounds = time.monotonic()
        while not self._ending.is_set():
            self._wake.clear()
            try:
                self.run_due()
                if time.monotonic() >= next_rounds:
                    next_rounds = time.monotonic() + _ROUNDS_EVERY_S
                    self.make_rounds()
            except Exception:  # noqa: BLE001 - the database is away, or a round met a fault: the thread must outlive both
                _log.error("round failed", trace=traceback.format_exc(limit=-8))
                self._ending.wait(_POLL_S)
            self._wake.wait(_POLL_S)

    def _sites(self) -> list[str]:
        with self._store.engine.connect() as conn:
            return list(conn.execute(select(schema.site.c.site).order_by(schema.site.c.site)).scalars())

    def _sites_with_due_jobs(self) -> list[str]:
        table = schema.job
        with self._store.engine.connect() as conn:
            due = select(table.c.site).where(table.c.run_at <= self._store.clock()).distinct()
            return sorted(conn.execute(due).scalars())

    def _run_site(self, site: str) -> int:
        claimed = self._store.write(site, _claim)
        for job in claimed:
            self._do(site, job)
        return len(claimed)

    def _do(self, site: str, job: Job) -> None:
        try:
            self._handlers[job.kind](self._store, site, job.subject)
        except Exception as error:  # noqa: BLE001 - one job that fails must not stop the others
            trace = traceback.format_exc(limit=-8)
            _log.error("job failed", kind=job.kind, subject=job.subject, attempts=job.attempts, trace=trace)
            said = f"{type(error).__name__}: {error}"
            self._store.write(site, lambda tx: _put_off(tx, job, said))
        else:
            self._store.write(site, lambda tx: _done(tx, job))


def _claim(tx: Tx) -> list[Job]:
    table = schema.job
    rows = list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.run_at <= tx.now)
            .order_by(table.c.run_at)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        )
    )
    until = tx.now + _CLAIMED_FOR
    if rows:
        tx.conn.execute(
            update(table)
            .where(table.c.site == tx.site, table.c.id.in_([row.id for row in rows]))
            .values(run_at=until, attempts=table.c.attempts + 1)
        )
    return [Job(row.id, row.kind, row.subject, row.attempts + 1, until) for row in rows]


def _done(tx: Tx, job: Job) -> None:
    table = schema.job
    tx.conn.execute(
        delete(table).where(table.c.site == tx.site, table.c.id == job.id, table.c.run_at == job.run_at)
    )


def _put_off(tx: Tx, job: Job, error: str) -> None:
    table = schema.job
    delay = _BACKOFF_S[min(job.attempts, len(_BACKOFF_S)) - 1]
    tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.id == job.id, table.c.run_at == job.run_at)
        .values(run_at=tx.now + timedelta(seconds=delay), error=error[:2000])
    )

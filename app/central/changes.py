"""The change feed: what a station must know, newest value of each record, behind a cursor that is the site's head."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator

import structlog
from anyio import to_thread
from sqlalchemy import select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from app.central import schema
from app.central.store import ALL_STATIONS, Store, Tx
from app.model.wire import Changes, Record

PAGE = 2000
LONGEST_WAIT_S = 25.0
JUMP = 10_000
"""Numbers that a database put back from a backup leaves out: some may have been given out since."""

_POLL_S = 0.15
_log = structlog.get_logger("central.changes")


# --- reading -------------------------------------------------------------------------------------------------


def pull(store: Store, site: str, station: str, after: int, incarnation: str) -> Changes:
    """What changed for a station after a head, in order; everything when the cursor is not of this incarnation.

    A station that has seen a higher head than there is has talked to a database that is gone (a backup was put
    back): a new incarnation begins.
    """
    found = store.read(site, lambda tx: _pull(tx, station, after, incarnation))
    if found is not None:
        return found
    store.write(site, lambda tx: begin_incarnation(tx, after, incarnation))
    return pull(store, site, station, 0, "")


def begin_incarnation(tx: Tx, after: int, incarnation: str) -> None:
    """Start anew unless another process just did: all cursors are void, parcel and tour numbers jump ahead."""
    table = schema.site
    begun = tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.head < after, table.c.incarnation == incarnation)
        .values(
            incarnation=tx.new_id(),
            sscc_serial=table.c.sscc_serial + JUMP,
            tour_serial=table.c.tour_serial + JUMP,
        )
    ).rowcount
    if begun:
        _log.warning("new incarnation", site=tx.site, seen=after)


def _pull(tx: Tx, station: str, after: int, incarnation: str) -> Changes | None:
    sites, table = schema.site, schema.record
    here = tx.conn.execute(select(sites.c.head, sites.c.incarnation).where(sites.c.site == tx.site)).one()
    reset = incarnation != here.incarnation
    if not reset and after > here.head:
        return None
    if reset:
        after = 0
    audiences = (ALL_STATIONS, station)
    mine = (table.c.site == tx.site, table.c.audience.in_(audiences))
    columns = (table.c.kind, table.c.key, table.c.audience, table.c.head, table.c.value)
    rows = list(
        tx.conn.execute(
            select(*columns)
            .where(*mine, table.c.head > after)
            .order_by(table.c.head, table.c.kind, table.c.key)
            .limit(PAGE + 1)
        )
    )
    head, more = here.head, len(rows) > PAGE
    if more:
        # A page ends between two heads: the cursor cannot stand inside one.
        beyond = rows[-1].head
        rows = [row for row in rows if row.head < beyond]
        if not rows:
            rows = list(tx.conn.execute(select(*columns).where(*mine, table.c.head == beyond)))
        head = rows[-1].head
        more = head < here.head
    return Changes(
        incarnation=here.incarnation,
        head=head,
        more=more,
        reset=reset,
        records=[
            Record(kind=row.kind, key=row.key, value=row.value)
            for row in rows
            if row.value is not None or after
        ],
    )


def heads(store: Store, sites: frozenset[str]) -> dict[str, int]:
    """The heads of some sites, in one query."""
    table = schema.site
    with store.engine.connect() as conn:
        rows = conn.execute(
            select(table.c.site, table.c.head).where(tuple_(table.c.site).in_([(site,) for site in sites]))
        )
        return {row.site: row.head for row in rows}


# --- waiting -------------------------------------------------------------------------------------------------


class Watch:
    """Wakes waiting stations when their site changes, without a thread or a connection for each of them.

    What this process writes wakes them at once; what others write is found by asking for all heads together.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._pokes: dict[str, int] = defaultdict(int)
        self._heads: dict[str, int] = {}
        self._closing = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look after those who wait as long as the server runs."""
        loop = asyncio.get_running_loop()

        def listen(site: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                loop.call_soon_threadsafe(self._poke, site)

        self.store.listeners.append(listen)
        task = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            self.store.listeners.remove(listen)
            self.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def close(self) -> None:
        """Let everybody who waits go home."""
        self._closing = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    def mark(self, site: str) -> int:
        """How often a site has changed so far, as this process knows: take it before looking, wait with it after."""
        return self._pokes[site]

    async def wait(self, site: str, mark: int, timeout_s: float) -> bool:
        """Wait until a site changes after ``mark``; whether it did."""
        if self._closing or timeout_s <= 0:
            return False
        if self._pokes[site] != mark:
            return True
        event = asyncio.Event()
        self._waiting[site].add(event)
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            self._waiting[site].discard(event)
            if not self._waiting[site]:
                del self._waiting[site]
        return not self._closing

    def _poke(self, site: str) -> None:
        self._pokes[site] += 1
        for event in self._waiting.get(site, ()):
            event.set()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_S)
            sites = frozenset(self._waiting)
            if not sites:
                continue
            try:
                found = await to_thread.run_sync(heads, self.store, sites)
            except SQLAlchemyError as error:
                _log.error("database", error=str(error))
                continue
            for site, head in found.items():
                if self._heads.get(site) != head:
                    self._heads[site] = head
                    self._poke(site)


async def follow(
    watch: Watch, site: str, station: str, *, after: int, incarnation: str, wait_s: float
) -> Changes:
    """``pull``, but with nothing to tell it waits for up to ``wait_s`` seconds until there is something."""
    store = watch.store
    loop = asyncio.get_running_loop()
    until = loop.time() + min(wait_s, LONGEST_WAIT_S)
    while True:
        mark = watch.mark(site)
        found = await to_thread.run_sync(pull, store, site, station, after, incarnation)
        if found.records or found.reset or not await watch.wait(site, mark, until - loop.time()):
            return found
        after = found.head

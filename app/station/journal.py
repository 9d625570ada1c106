"""The journal: every fact of this station in order, on the disk before its verdict is given.

SQLite in WAL mode with ``synchronous=FULL``, one connection, one lean table: one fsync a commit. Rows form a hash
chain, so that nobody changes one unnoticed.
"""

import errno
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import apsw

from app.model.facts import Fact
from app.model.facts.codec import Recorded, UnknownFactError, decode, encode
from app.station.chain import NO_HASH, Row, link, numbered_anew
from app.station.journal_file import is_sound, open_file
from app.station.reserve import Reserve
from app.station.trouble import JournalFullError, JournalTrouble

_log = logging.getLogger("storehand.station.journal")

RESERVE_BYTES = 64 * 1024 * 1024
_LOOK_FOR_ROOM_EVERY = 16
"""Events between two looks whether a disk that was full has room again."""
_FORGET_AT_ONCE = 20_000
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


class Journal:
    """The journal in the file ``path``, safe to use from several threads.

    A file that is broken is set aside under a name that says so; what can be read of it is kept, and is still
    uploaded under its own journal's id. ``trouble`` tells the operator of it.

    Raises:
        JournalTrouble: ``journal.sqlite_old``, ``journal.newer``, ``journal.unusable``.
    """

    def __init__(self, path: Path, reserve_bytes: int = RESERVE_BYTES) -> None:
        version = apsw.sqlite_lib_version()
        if not is_sound(version):
            raise JournalTrouble("journal.sqlite_old", (("version", version),))
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._reserve = Reserve(path.with_name("reserve"), reserve_bytes)
            self._connection, self.trouble = open_file(path)
            self.id: str
            self._rest: int
            self.id, self._rest = self._ask("SELECT id, rest FROM journal")[0]
            newest = self._ask("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        except (apsw.Error, OSError) as error:
            raise JournalTrouble("journal.unusable", (("file", str(path)), ("reason", str(error)))) from error
        self._last: int
        self._hash: bytes
        self._last, self._hash = newest[0] if newest else (0, NO_HASH)

    def _ask(self, question: str, bound: tuple[str | int, ...] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(question, bound).fetchall()

    # --- the scan path ------------------------------------------------------------------------------------

    @property
    def last(self) -> int:
        """The number of the last event; 0 when there is none."""
        return self._last

    def append(
        self, facts: Sequence[tuple[str, Fact]], at: datetime, mono: float, *, snapshot: str = ""
    ) -> tuple[Recorded, ...]:
        """Record facts, each with its operator, in one transaction and one fsync: all of them or none.

        ``snapshot`` is the session after them: a restart with it need not read further back.

        Raises:
            JournalFullError: the disk is full; nothing was recorded.
            JournalTrouble: ``journal.write_failed``; nothing was recorded.
        """
        if not facts:
            return ()
        with self._lock:
            recorded: list[Recorded] = []
            rows: list[Row] = []
            chain = self._hash
            for seq, (operator, fact) in enumerate(facts, self._last + 1):
                event = Recorded(seq, at, mono, operator, fact)
                envelope = encode(event)
                chain = link(chain, envelope)
                recorded.append(event)
                rows.append(Row(seq, envelope, chain))
            while not self._written(rows, snapshot):
                if not self._reserve.give():
                    raise JournalFullError("journal.full")
            self._last, self._hash = rows[-1].seq, chain
            if self._reserve.touched and self._last % _LOOK_FOR_ROOM_EVERY == 0:
                self._reserve.fill()
            return tuple(recorded)

    def _written(self, rows: Sequence[Row], snapshot: str) -> bool:
        """Commit the rows. False, with nothing changed, when the disk is full."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)
            if snapshot:
                self._connection.execute(
                    "UPDATE journal SET rest = ?, snapshot = ?", (rows[-1].seq, snapshot)
                )
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            full: bool = isinstance(error, apsw.FullError) or self._connection.system_errno in _FULL
            if not self._connection.get_autocommit():
                self._connection.execute("ROLLBACK")
            if full:
                return False
            raise JournalTrouble("journal.write_failed", (("reason", str(error)),)) from error
        if snapshot:
            self._rest = rows[-1].seq
        return True

    @property
    def on_reserve(self) -> bool:
        """Whether the disk was found full, and events go into the space that was kept for that."""
        return self._reserve.touched

    def tidy(self) -> None:
        """While nobody waits: move the write-ahead log into the file, and fill the reserve where there is room."""
        try:
            with self._lock:
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._reserve.fill()
        except (apsw.Error, OSError) as error:
            _log.warning("the journal was not tidied: %s", error)

    def forget(self, before: datetime, acknowledged: int) -> None:
        """Let go of old events: those from before a time that the central has and that no restart needs.

        The last of both stay, since the chain goes on from them. At most ``_FORGET_AT_ONCE`` at a time.
        """
        with self._lock:
            oldest = self._connection.execute(
                "SELECT seq, json_extract(envelope, '$.at') FROM event WHERE seq < ? ORDER BY seq LIMIT ?",
                (min(acknowledged, self._rest), _FORGET_AT_ONCE),
            )
            old = [seq for seq, at in takewhile(lambda row: datetime.fromisoformat(row[1]) < before, oldest)]
            if old:
                self._connection.execute("DELETE FROM event WHERE seq <= ?", (old[-1],))

    # --- after a restart ----------------------------------------------------------------------------------

    @property
    def forgot(self) -> bool:
        """Whether the oldest events are gone, so that the session cannot be folded from the beginning."""
        return bool(self._last) and int(self._ask("SELECT min(seq) FROM event")[0][0]) > 1

    @property
    def snapshot(self) -> str:
        """The session as it last was when the terminal stood still; empty when it never did."""
        return str(self._ask("SELECT snapshot FROM journal")[0][0])

    def events(self, *, since_snapshot: bool) -> Iterator[Recorded]:
        """The events to fold upon the snapshot, or all of them, oldest first.

        Raises:
            JournalTrouble: ``journal.newer_fact``: a later Storehand wrote one of them.
        """
        after = self._rest if since_snapshot else 0
        envelopes: list[str] = [] if after else json.loads(self._ask("SELECT held FROM journal")[0][0])
        envelopes += [row.envelope for row in self.read(after)]
        for envelope in envelopes:
            try:
                yield decode(envelope)
            except UnknownFactError as error:
                raise JournalTrouble("journal.newer_fact", (("detail", error.detail),)) from error

    # --- for the upload -----------------------------------------------------------------------------------

    def journals(self) -> tuple[str, ...]:
        """This journal's id, and before it those of broken files whose events were kept."""
        return (
            *(row[0] for row in self._ask("SELECT DISTINCT journal FROM salvaged ORDER BY journal")),
            self.id,
        )

    def read(self, after: int, limit: int = -1) -> list[Row]:
        """The events of this journal with numbers above ``after``, in order, at most ``limit``."""
        return [
            Row(*row)
            for row in self._ask("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
        ]

    def rows(self, journal: str, after: int, limit: int = -1) -> list[Row]:
        """As ``read``, of any of the ``journals``."""
        if journal == self.id:
            return self.read(after, limit)
        question = (
            "SELECT seq, envelope, hash FROM salvaged WHERE journal = ? AND seq > ? ORDER BY seq LIMIT ?"
        )
        return [Row(*row) for row in self._ask(question, (journal, after, limit))]

    def last_of(self, journal: str) -> int:
        """The last number of any of the ``journals``; 0 when it has no event."""
        if journal == self.id:
            return self._last
        return int(self._ask("SELECT ifnull(max(seq), 0) FROM salvaged WHERE journal = ?", (journal,))[0][0])

    def hash_at(self, journal: str, seq: int) -> bytes | None:
        """The chain's hash up to and with an event; ``None`` when that event is not here."""
        if seq == 0:
            return NO_HASH
        return next((row.hash for row in self.rows(journal, seq - 1, 1) if row.seq == seq), None)

    def unsent(self, journal: str, after: int) -> int:
        """How many events of any of the ``journals`` have numbers above ``after``."""
        if journal == self.id:
            return max(self._last - after, 0)
        question = "SELECT count(*) FROM salvaged WHERE journal = ? AND seq > ?"
        return int(self._ask(question, (journal, after))[0][0])

    def bridge(self, journal: str, after: int) -> None:
        """Give the events behind a hole in a broken file a journal of their own, numbered from 1.

        Only for events that the central cannot have: it stands at ``after``, before the hole.
        """
        anew = numbered_anew(self.rows(journal, after))
        with self._lock, self._connection:
            self._connection.executemany(
                "INSERT INTO salvaged VALUES (?, ?, ?, ?)", ((f"{journal}r", *row) for row in anew)
            )
            self._connection.execute("DELETE FROM salvaged WHERE journal = ? AND seq > ?", (journal, after))

    # --- the end ------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

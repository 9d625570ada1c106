"""What the central lent to this terminal, kept in a file so that work goes on without it.

A cache: it is thrown away and fetched again when it cannot be read. Safe to use from several threads.
"""

import json
import logging
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import apsw
from pydantic import TypeAdapter, ValidationError

from app.model.known import RECORDS, Known
from app.model.wire import Changes
from app.station.snapshot import stamp
from app.station.trouble import StationTrouble

_log = logging.getLogger("storehand.station.lent")
_VERSION = 1
_SCHEMA = f"""
CREATE TABLE record (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, pull INTEGER NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
"""``pull`` counts the times that everything was sent from the start: what an older one left is gone by now."""

Mark = str | int

_OWN_MARKS = frozenset({"program", "pull", "swept"})
"""The marks that say nothing about the central."""


class Learned(NamedTuple):
    """A record as the terminal takes it in; no value means that it is gone."""

    kind: str
    key: str
    value: Any


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(RECORDS[kind])


def _decoded(kind: str, key: str, value: str) -> Iterator[Learned]:
    """The record, or nothing where this program does not understand it: the rest goes on."""
    if kind not in RECORDS:
        return
    try:
        yield Learned(kind, key, _adapter(kind).validate_json(value))
    except ValidationError as error:
        _log.error("record %s %s is not understood: %s", kind, key, error.errors(include_url=False))


def _examine(connection: apsw.Connection) -> None:
    """Make the tables in a new file; in another one, be sure that it can be read."""
    (finding,) = next(connection.execute("PRAGMA quick_check(1)"))
    (version,) = next(connection.execute("PRAGMA user_version"))
    if finding == "ok" and version == 0:
        with connection:
            connection.execute(_SCHEMA)
    elif finding != "ok" or version != _VERSION:
        raise apsw.CorruptError(f"version {version}, {finding}")


class Lent:
    """The snapshot and the marks of the sync, in the file ``path``.

    ``incarnation`` is the central's as the enrolment had it, until the central says another.

    Raises:
        StationTrouble: ``lent.unusable``: the disk is full, or the place cannot be written.
    """

    def __init__(self, path: Path, incarnation: str = "") -> None:
        self._path = path
        self._first_incarnation = incarnation
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._opened()
            self._marks: dict[str, Mark] = {
                str(name): value for name, value in self._connection.execute("SELECT name, value FROM mark")
            }
            if self._marks.get("program") != stamp():
                # Another version may have passed over what this one understands, or kept it in another shape.
                self._marks |= {"program": stamp(), "head": 0}
                with self._connection:
                    self._write_marks(self._marks)
        except (apsw.Error, OSError) as error:
            raise StationTrouble("lent.unusable", (("file", str(path)), ("reason", str(error)))) from error

    def _opened(self) -> apsw.Connection:
        try:
            return self._open()
        except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError) as error:
            _log.warning("%s is thrown away and fetched again: %s", self._path, error)
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            return self._open()

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self._path))
        try:
            self._path.chmod(0o600)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            _examine(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    # --- marks --------------------------------------------------------------------------------------------

    @property
    def head(self) -> int:
        """The cursor for the next pull."""
        return int(self._marks.get("head", 0))

    @property
    def incarnation(self) -> str:
        """The incarnation of the central that the cursor and the acknowledgements belong to."""
        return str(self._marks.get("incarnation", self._first_incarnation))

    def acknowledged(self, journal: str) -> int | None:
        """Up to which event of a journal all is durable at the central; ``None`` when that is not known."""
        mark = self._marks.get(f"acknowledged {journal}")
        return None if mark is None else int(mark)

    def acknowledge(self, journal: str, seq: int) -> None:
        """Keep in mind up to which event all is durable at the central."""
        self._mark(f"acknowledged {journal}", seq)

    def restart(self, incarnation: str) -> None:
        """Another incarnation of the central: fetch everything again, and trust no acknowledgement of before.

        The records stay until their successors are there.
        """
        with self._lock:
            self._marks = {name: value for name, value in self._marks.items() if name in _OWN_MARKS}
            self._marks |= {"incarnation": incarnation, "head": 0}
            with self._connection:
                self._connection.execute("DELETE FROM mark")
                self._write_marks(self._marks)

    def _mark(self, name: str, value: Mark) -> None:
        with self._lock:
            self._marks[name] = value
            self._write_marks({name: value})

    def _write_marks(self, marks: dict[str, Mark]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", marks.items())

    # --- records ------------------------------------------------------------------------------------------

    def load(self, station: str) -> Known:
        """What this terminal knows."""
        known = Known(station)
        with self._lock:
            for kind, key, value in self._connection.execute("SELECT kind, key, value FROM record"):
                for learned in _decoded(kind, key, value):
                    known.learn(*learned)
        return known

    def apply(self, changes: Changes) -> list[Learned]:
        """Take in one answer of the central, in one transaction with its cursor. What the terminal must learn of it.

        When everything comes from the start, the records that did not come again are gone with the last page.
        """
        learned: list[Learned] = []
        with self._lock:
            marks = self._marks | {"head": changes.head, "incarnation": changes.incarnation}
            if changes.reset:
                marks["pull"] = int(marks.get("pull", 0)) + 1
            pull = int(marks.get("pull", 0))
            with self._connection:
                for record in changes.records:
                    if record.value is None:
                        self._connection.execute(
                            "DELETE FROM record WHERE kind = ? AND key = ?", (record.kind, record.key)
                        )
                        learned.append(Learned(record.kind, record.key, None))
                        continue
                    value = json.dumps(record.value, separators=(",", ":"), ensure_ascii=False)
                    self._connection.execute(
                        "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
                        (record.kind, record.key, value, pull),
                    )
                    learned += _decoded(record.kind, record.key, value)
                if not changes.more and marks.get("swept", 0) != pull:
                    learned += self._forget_before(pull)
                    marks["swept"] = pull
                self._write_marks(marks)
            self._marks = marks
        return learned

    def _forget_before(self, pull: int) -> list[Learned]:
        gone = self._connection.execute("SELECT kind, key FROM record WHERE pull < ?", (pull,)).fetchall()
        self._connection.execute("DELETE FROM record WHERE pull < ?", (pull,))
        return [Learned(str(kind), str(key), None) for kind, key in gone]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

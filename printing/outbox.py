"""The outbox: one durable row for each paper and copy, so that no crash loses one or prints one twice."""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

import apsw

from app.model.answers import Say, say
from printing.errors import PrintError
from printing.progress import AT_PRINTER, IN_LINE, OVER, News, Progress, State, after

_VERSION = 1
_SCHEMA = f"""
CREATE TABLE paper (
    number INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    copy INTEGER NOT NULL,
    file TEXT NOT NULL UNIQUE,
    printer TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    handle TEXT NOT NULL
);
CREATE INDEX paper_line ON paper (printer, state, number);
PRAGMA user_version = {_VERSION};
"""
_WAITING = frozenset(
    state.value for state in State if state not in AT_PRINTER and after(state, News.VOIDED) is State.VOID
)
"""Of these a person may say that they are void, and nothing is at a printer."""
_COLUMNS = "number, uid, kind, name, copy, file, printer, state, reason, handle"


@dataclass(frozen=True, slots=True)
class Row:
    """One paper: which, on which printer, how far. ``uid`` is its own; ``file`` is below the spool's folder."""

    number: int
    uid: str
    kind: str
    name: str
    copy: int
    file: str
    printer: str
    state: State
    reason: Say | None
    handle: str


class Outbox:
    """The file of rows. Every call returns after the disk has it. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Papers that lie beside a new file were given to their printers by a Storehand that kept no rows. Where the file
        is broken it is set aside, and nobody knows any more what became of them.

        :raises PrintError: ``print.outbox_newer``.
        :raises apsw.Error, OSError: the place cannot be written.
        """
        self._lock = RLock()
        try:
            self._db = _connect(path)
        except (apsw.CorruptError, apsw.NotADBError):
            _put_aside(path)
            self._db = _connect(path)
        set_aside = any(path.parent.glob(f"{path.stem}.broken-*{path.suffix}"))
        with self._lock, self._db:
            if not _version(self._db):
                self._db.execute(_SCHEMA)
                state = State.UNKNOWN if set_aside else State.PRINTED
                reason = say("print.outbox_broken") if set_aside else None
                self._adopt(path.parent, state, reason)
        path.chmod(0o600)

    def add(self, kind: str, name: str, copy: int, file: str, printer: str, state: State) -> None:
        """Add a paper, unless it is there: whoever asks again changes nothing.

        A person asked for a copy because the earlier ones did not come out: what still waits of those is void.
        """
        with self._lock, self._db:
            self._db.execute(
                "UPDATE paper SET state = ? WHERE kind = ? AND name = ? AND copy < ?"
                f" AND state IN ({_marks(_WAITING)})",
                (State.VOID.value, kind, name, copy, *sorted(_WAITING)),
            )
            self._db.execute(
                "INSERT INTO paper (uid, kind, name, copy, file, printer, state, reason, handle)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, '', '') ON CONFLICT (file) DO NOTHING",
                (secrets.token_hex(8), kind, name, copy, file, printer, state.value),
            )

    def record(self, row: Row, progress: Progress, printer: str | None = None) -> Row | None:
        """Note what became of a paper, and where it goes now.

        Gives the row as it stands now; nothing where somebody was quicker or the news does not fit.
        """
        state = after(row.state, progress.news)
        if state is None:
            return None
        at_printer = state not in {State.QUEUED, State.BLOCKED, State.REFUSED}
        handle = (progress.handle or row.handle) if at_printer else ""
        with self._lock, self._db:
            self._db.execute(
                "UPDATE paper SET state = ?, reason = ?, handle = ?, printer = ? WHERE number = ? AND state = ?"
                " AND printer = ?",
                (
                    state.value,
                    _written(progress.reason),
                    handle,
                    printer or row.printer,
                    row.number,
                    row.state.value,
                    row.printer,
                ),
            )
            changed = self._db.changes()
        return self.find(row.number) if changed else None

    def next_in_line(self, printer: str) -> Row | None:
        """The paper that a printer must do next."""
        rows = self._rows(
            f"WHERE printer = ? AND state IN ({_marks(IN_LINE)}) ORDER BY number LIMIT 1",
            (printer, *sorted(state.value for state in IN_LINE)),
        )
        return rows[0] if rows else None

    def find(self, number: int) -> Row:
        """One paper by its number.

        :raises PrintError: ``print.unknown_paper``.
        """
        rows = self._rows("WHERE number = ?", (number,))
        if not rows:
            raise PrintError("print.unknown_paper", number=number)
        return rows[0]

    def of_name(self, name: str) -> list[Row]:
        """Every paper of a name, of all kinds and copies, in order."""
        return self._rows("WHERE name = ? ORDER BY number", (name,))

    def of_file(self, file: str) -> Row | None:
        """The paper in a file."""
        rows = self._rows("WHERE file = ?", (file,))
        return rows[0] if rows else None

    def unfinished(self) -> list[Row]:
        """Everything that is not printed or void, in order."""
        return self._rows(
            f"WHERE state NOT IN ({_marks(OVER)}) ORDER BY number",
            tuple(sorted(state.value for state in OVER)),
        )

    def forget(self, file: str) -> None:
        """Forget a paper that is over."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM paper WHERE file = ?", (file,))

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._db.close()

    def _adopt(self, folder: Path, state: State, reason: Say | None) -> None:
        for paper in sorted(folder.glob("*/*.pdf")):
            file = str(paper.relative_to(folder))
            self._db.execute(
                "INSERT INTO paper (uid, kind, name, copy, file, printer, state, reason, handle)"
                " VALUES (?, ?, ?, 1, ?, '', ?, ?, '')",
                (secrets.token_hex(8), paper.parent.name, paper.stem, file, state.value, _written(reason)),
            )

    def _rows(self, where: str, values: tuple[str | int, ...]) -> list[Row]:
        with self._lock:
            found: list[Any] = self._db.execute(f"SELECT {_COLUMNS} FROM paper {where}", values).fetchall()
        return [
            Row(number, uid, kind, name, copy, file, printer, State(state), _read(reason), handle)
            for number, uid, kind, name, copy, file, printer, state, reason, handle in found
        ]


def waiting(path: Path) -> dict[str, int]:
    """How many papers of an outbox are not over, by printer; it may be in use. Nothing where it cannot be read."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            rows: list[Any] = connection.execute(
                "SELECT printer, count(*) FROM paper"
                f" WHERE state NOT IN ({_marks(OVER)}) GROUP BY printer ORDER BY printer",
                tuple(sorted(state.value for state in OVER)),
            ).fetchall()
        finally:
            connection.close()
    except apsw.Error:
        return {}
    return dict(rows)


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(5_000)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _examine(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _examine(connection: apsw.Connection, path: Path) -> None:
    ((finding,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    if finding != "ok":
        raise apsw.CorruptError(finding)
    if _version(connection) > _VERSION:
        raise PrintError("print.outbox_newer", file=str(path))


def _version(connection: apsw.Connection) -> int:
    found: list[Any] = connection.execute("PRAGMA user_version").fetchall()
    return int(found[0][0])


def _put_aside(path: Path) -> None:
    """Rename a broken file with its log."""
    aside = next(
        name
        for number in count(1)
        if not (name := path.with_name(f"{path.stem}.broken-{number}{path.suffix}")).exists()
    )
    for ending in ("", "-wal", "-shm"):
        left = path.with_name(path.name + ending)
        if left.exists():
            left.rename(aside.with_name(aside.name + ending))


def _written(reason: Say | None) -> str:
    return "" if reason is None else json.dumps([reason.code, list(reason.params)])


def _read(reason: str) -> Say | None:
    if not reason:
        return None
    code, params = json.loads(reason)
    return Say(code, tuple((name, value) for name, value in params))

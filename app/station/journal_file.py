"""The journal's file: made whole or not at all, checked when opened, set aside when broken."""

import json
import os
import secrets
from itertools import count
from pathlib import Path

import apsw

from app.model.answers import Say, say
from app.station import salvage
from app.station.chain import NO_HASH, link
from app.station.salvage import Kept
from app.station.trouble import JournalTrouble

_VERSION = 1
_SCHEMA = f"""
CREATE TABLE event (seq INTEGER PRIMARY KEY, envelope TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE journal (id TEXT NOT NULL, rest INTEGER NOT NULL, snapshot TEXT NOT NULL, held TEXT NOT NULL);
CREATE TABLE salvaged (
    journal TEXT NOT NULL, seq INTEGER NOT NULL, envelope TEXT NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (journal, seq)
) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
"""``snapshot`` is the session after the event ``rest``. ``held`` are envelopes from a broken file, to be folded between
the two while ``rest`` is 0. ``salvaged`` are events of broken files, for the upload under their own ids."""


def is_sound(version: str) -> bool:
    """Whether this SQLite has the WAL-reset bug fixed (3.51.3, 3.50.7, 3.44.6): others can lose commits.

    Source: sqlite.org/wal.html, "The WAL-reset bug".
    """
    number = tuple(int(part) for part in version.split(".")[:3])
    return number >= (3, 51, 3) or (3, 50, 7) <= number < (3, 51) or (3, 44, 6) <= number < (3, 45)


def open_file(path: Path) -> tuple[apsw.Connection, Say | None]:
    """Open the journal at ``path``, or make it. What became of a broken one is told.

    Raises:
        JournalTrouble: ``journal.newer``: a later Storehand wrote it.
        apsw.Error, OSError: the place cannot be written at all.
    """
    ready = path.with_name(f"{path.name}.new")
    if not path.exists():
        if not ready.exists():
            _build(ready, Kept())
        _put_in_place(ready, path)
    connection, reason = _connect(path)
    if connection is not None:
        return connection, None
    kept = salvage.read(path)
    ready.unlink(missing_ok=True)
    _build(ready, kept)
    aside = _free_name(path)
    path.rename(aside)
    _put_in_place(ready, path, aside)
    connection, again = _connect(path)
    if connection is None:
        raise JournalTrouble("journal.unusable", (("file", str(path)), ("reason", again)))
    code = "journal.set_aside_torn" if kept.torn else "journal.set_aside"
    return connection, say(code, file=aside.name, reason=reason, kept=kept.count)


def _connect(path: Path) -> tuple[apsw.Connection | None, str]:
    """The connection, or why the file is broken."""
    connection = apsw.Connection(str(path))
    try:
        reason = _examine(connection)
        if not reason:
            path.chmod(0o600)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, StopIteration, UnicodeDecodeError) as error:
        reason = str(error) or "it has no journal in it"
    except BaseException:
        connection.close()
        raise
    if not reason:
        return connection, ""
    connection.close()
    return None, reason


def _examine(connection: apsw.Connection) -> str:
    """Say what is wrong with an open file; empty when nothing is."""
    (finding,) = next(connection.execute("PRAGMA quick_check(1)"))
    if finding != "ok":
        return str(finding)
    (version,) = next(connection.execute("PRAGMA user_version"))
    if version > _VERSION:
        raise JournalTrouble("journal.newer", (("version", version), ("known", _VERSION)))
    ((rest,),) = connection.execute("SELECT rest FROM journal").fetchall()
    before = next(connection.execute("SELECT seq, hash FROM event WHERE seq = ?", (rest,)), (0, NO_HASH))
    if before[0] != rest:
        return f"event {rest} is missing"
    number, chain = before
    for seq, envelope, known in connection.execute("SELECT * FROM event WHERE seq > ? ORDER BY seq", (rest,)):
        number, chain = number + 1, link(chain, envelope)
        if seq != number or chain != known:
            return f"event {number} is not what was written"
    return ""


def _build(ready: Path, kept: Kept) -> None:
    """Make a whole new journal beside the place where it will stand."""
    building = ready.with_suffix(".building")
    building.unlink(missing_ok=True)
    connection = apsw.Connection(str(building))
    try:
        building.chmod(0o600)
        connection.execute("PRAGMA synchronous = FULL")
        with connection:
            connection.execute(_SCHEMA)
            connection.execute(
                "INSERT INTO journal VALUES (?, 0, ?, ?)",
                (secrets.token_hex(6), kept.snapshot, json.dumps(kept.held)),
            )
            for journal, rows in kept.journals:
                connection.executemany(
                    "INSERT INTO salvaged VALUES (?, ?, ?, ?)", ((journal, *row) for row in rows)
                )
    finally:
        connection.close()
    building.rename(ready)


def _put_in_place(ready: Path, path: Path, aside: Path | None = None) -> None:
    """Let the new journal take its place, and never beside another file's write-ahead log."""
    aside = aside or _free_name(path)
    for ending in ("-wal", "-shm"):
        left = path.with_name(path.name + ending)
        if left.exists():
            left.rename(aside.with_name(aside.name + ending))
    ready.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _free_name(path: Path) -> Path:
    for number in count(1):
        aside = path.with_name(f"{path.stem}.broken-{number}{path.suffix}")
        if not aside.exists() and not aside.with_name(aside.name + "-wal").exists():
            return aside
    raise AssertionError

"""What can still be read of a broken journal."""

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from app.station.chain import NO_HASH, Row, link

_BYTES = "seq, CAST(envelope AS BLOB), CAST(hash AS BLOB)"
"""Text that is no longer UTF-8 must not stop the reading."""

_GIVE_UP_AFTER = 2000
"""Numbers without a readable row, one after the other, until the rest counts as lost."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The readable events of a broken file.

    ``journals`` are its own under its id, and those that it had itself kept from files before it. ``held`` are
    the envelopes to fold upon ``snapshot`` to know the session again; without them, and ``torn``, some are missing.
    """

    journals: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    snapshot: str = ""
    held: tuple[str, ...] = ()
    torn: bool = False

    @property
    def count(self) -> int:
        """How many events."""
        return sum(len(rows) for _, rows in self.journals)


def read(path: Path) -> Kept:
    """Read all events that are still whole out of a broken journal file."""
    try:
        with closing(apsw.Connection(str(path))) as connection:
            return _read(connection)
    except (apsw.Error, StopIteration, ValueError):
        return Kept(torn=True)


def _read(connection: apsw.Connection) -> Kept:
    identity: tuple[str, int, str, str] = next(
        connection.execute("SELECT id, rest, snapshot, held FROM journal")
    )
    journal, rest, snapshot, held = identity
    earlier: dict[str, list[Row]] = {}
    with suppress(apsw.Error):  # what was read until then stays; each journal's rows come in order
        for name, *found in connection.execute(f"SELECT journal, {_BYTES} FROM salvaged"):
            earlier.setdefault(str(name), []).extend(_row(*found))
    rows = tuple(_sound(_readable(connection)))
    since = [row for row in rows if row.seq > rest]
    torn = bool(since) and since[-1].seq - rest != len(since)
    before = () if rest else tuple(json.loads(held))
    return Kept(
        journals=(*((name, tuple(kept)) for name, kept in earlier.items()), (journal, rows)),
        snapshot="" if torn else snapshot,
        held=() if torn else (*before, *(row.envelope for row in since)),
        torn=torn,
    )


def _readable(connection: apsw.Connection) -> Iterator[Row]:
    """Go from row to row, and around the pages that cannot be read."""
    wanted, misses = 1, 0
    while misses < _GIVE_UP_AFTER:
        try:
            for found in connection.execute(
                f"SELECT {_BYTES} FROM event WHERE seq >= ? ORDER BY seq", (wanted,)
            ):
                yield from _row(*found)
                wanted, misses = found[0] + 1, 0
            return
        except apsw.Error:
            wanted += 1
            misses += 1


def _row(seq: int, envelope: bytes | None, chain: bytes | None) -> Iterator[Row]:
    with suppress(UnicodeDecodeError):
        yield Row(seq, (envelope or b"").decode(), chain or b"")


def _sound(rows: Iterator[Row]) -> Iterator[Row]:
    """Leave out rows that are not what was written: the chain, or at least the number inside, tells."""
    before = Row(0, "", NO_HASH)
    for row in rows:
        if row.seq == before.seq + 1:
            whole = link(before.hash, row.envelope) == row.hash
        else:
            whole = row.seq > before.seq and _number_in(row.envelope) == row.seq
        if whole:
            yield row
            before = row


def _number_in(envelope: str) -> int | None:
    try:
        number = json.loads(envelope)["seq"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return number if isinstance(number, int) else None

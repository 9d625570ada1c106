"""A broken journal is set aside, what can be read of it is kept, and the operator is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.station.chain import NO_HASH, link
from app.station.journal import Journal
from tests.station.conftest import SMALL_RESERVE, append, counted


def journal_of(folder: Path, events: int, snapshot_at: int = 0) -> tuple[Path, str]:
    path = folder / "journal.db"
    with Journal(path, SMALL_RESERVE) as journal:
        facts = [counted(f"code-{number}") for number in range(1, events + 1)]
        if snapshot_at:
            append(journal, *facts[:snapshot_at], snapshot="snap")
        append(journal, *facts[snapshot_at:])
        return path, journal.id


def spoil(path: Path, at: int, what: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(what)


def codes(rows: list[str]) -> list[str]:
    return [json.loads(row)["body"]["code"] for row in rows]


@pytest.mark.parametrize("rubbish", [b"", b"this is no database at all, not even nearly" * 400])
def test_a_file_that_is_no_journal_is_set_aside_and_work_goes_on(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(rubbish)
    with Journal(path, SMALL_RESERVE) as journal:
        assert journal.trouble is not None
        assert journal.trouble.code == "journal.set_aside_torn"
        assert dict(journal.trouble.params)["kept"] == 0
        append(journal, counted())
    assert (tmp_path / "journal.broken-1.db").read_bytes() == rubbish
    with Journal(path, SMALL_RESERVE) as journal:
        assert (journal.trouble, journal.last) == (None, 1)


def test_events_before_a_changed_one_keep_their_journal_and_their_chain(tmp_path: Path) -> None:
    path, old = journal_of(tmp_path, 60)
    at = path.read_bytes().index(b"code-41")
    spoil(path, at, b"code-99")
    with Journal(path, SMALL_RESERVE) as journal:
        assert journal.trouble is not None
        assert journal.trouble.code == "journal.set_aside_torn"
        assert journal.id != old
        assert journal.journals() == (old, journal.id)
        rows = journal.rows(old, 0)
        assert [row.seq for row in rows] == [*range(1, 41), *range(42, 61)]
        chain = NO_HASH
        for row in rows[:40]:
            chain = link(chain, row.envelope)
            assert row.hash == chain


def test_the_events_behind_a_hole_get_a_journal_of_their_own(tmp_path: Path) -> None:
    path, old = journal_of(tmp_path, 60)
    spoil(path, path.read_bytes().index(b"code-41"), b"code-99")
    with Journal(path, SMALL_RESERVE) as journal:
        journal.bridge(old, 40)
        assert journal.journals() == (old, f"{old}r", journal.id)
        assert journal.last_of(old) == 40
        behind = journal.rows(f"{old}r", 0)
        assert [row.seq for row in behind] == list(range(1, 20))
        assert codes([row.envelope for row in behind]) == [f"code-{number}" for number in range(42, 61)]
        chain = NO_HASH
        for row in behind:
            chain = link(chain, row.envelope)
            assert row.hash == chain


def test_work_in_hand_survives_when_the_break_lies_before_it(tmp_path: Path) -> None:
    path, _ = journal_of(tmp_path, 400, snapshot_at=380)
    spoil(path, path.read_bytes().index(b"code-21") - 200, b"\xff" * 1500)
    with Journal(path, SMALL_RESERVE) as journal:
        assert journal.trouble is not None
        assert journal.trouble.code == "journal.set_aside"
        assert journal.snapshot == "snap"
        held = list(journal.events(since_snapshot=True))
        append(journal, counted("new"))
    assert [event.seq for event in held] == list(range(381, 401))
    with Journal(path, SMALL_RESERVE) as journal:
        assert [event.seq for event in journal.events(since_snapshot=True)] == [*range(381, 401), 1]


def test_a_second_break_still_has_what_the_first_one_left(tmp_path: Path) -> None:
    path, old = journal_of(tmp_path, 60)
    spoil(path, path.read_bytes().index(b"code-60"), b"code-99")
    with Journal(path, SMALL_RESERVE) as journal:
        second = journal.id
        append(journal, counted("second-1"), counted("second-2"))
    spoil(path, path.read_bytes().index(b"second-2"), b"2222")
    with Journal(path, SMALL_RESERVE) as journal:
        assert set(journal.journals()) == {old, second, journal.id}
        assert journal.last_of(old) == 59
        assert journal.last_of(second) == 1
    assert {found.name for found in tmp_path.glob("*.broken-*.db")} == {
        "journal.broken-1.db",
        "journal.broken-2.db",
    }


@pytest.mark.parametrize("step", ["built", "set_aside"])
def test_a_crash_while_a_broken_journal_is_replaced_loses_nothing(tmp_path: Path, step: str) -> None:
    path, old = journal_of(tmp_path, 60)
    spoil(path, path.read_bytes().index(b"code-60"), b"code-99")
    whole = path.read_bytes()
    Journal(path, SMALL_RESERVE).close()
    if step == "built":  # as it is before anything was renamed
        path.rename(path.with_name("journal.db.new"))
        path.write_bytes(whole)
    else:
        path.rename(path.with_name("journal.db.new"))
    with Journal(path, SMALL_RESERVE) as journal:
        assert old in journal.journals()
        assert journal.last_of(old) == 59


@given(data=st.data())
@settings(max_examples=40)
def test_wherever_a_journal_breaks_it_opens_and_never_invents_an_event(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path, old = journal_of(tmp_path_factory.mktemp("broken"), 80)
    size = path.stat().st_size
    at = data.draw(st.integers(0, size - 1))
    what = data.draw(st.binary(min_size=1, max_size=3000))
    spoil(path, at, what)
    path.write_bytes(path.read_bytes()[: data.draw(st.integers(size // 2, size))])
    with Journal(path, 0) as journal:
        rows = journal.rows(old, 0) if old in journal.journals() else []
        assert [f"code-{row.seq}" for row in rows] == codes([row.envelope for row in rows])
        append(journal, counted("goes on"))
        if journal.id == old:
            assert journal.last == 81
        else:
            assert journal.trouble is not None

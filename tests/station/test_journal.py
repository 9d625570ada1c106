"""The journal keeps every fact in order, on the disk before anybody says that it counted."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.facts import Picked, SignedIn
from app.model.facts.codec import decode
from app.model.people import View
from app.station.chain import NO_HASH, link
from app.station.journal import Journal
from app.station.journal_file import is_sound
from app.station.trouble import JournalTrouble
from tests.station.conftest import AT, SMALL_RESERVE, append, counted

PICKED = Picked("T1", "k1", "O1", 1, "SKU-1", "", "A-01", "TOTE-1", 3)


def test_facts_come_back_as_they_were_recorded(journal: Journal) -> None:
    signed = SignedIn("op-1", "Ada", View.PICKING)
    recorded = journal.append([("op-1", signed), ("op-1", PICKED)], AT, 12.25)
    assert [(event.seq, event.operator, event.fact) for event in recorded] == [
        (1, "op-1", signed),
        (2, "op-1", PICKED),
    ]
    assert tuple(journal.events(since_snapshot=False)) == recorded
    assert [decode(row.envelope) for row in journal.read(0, 10)] == list(recorded)
    assert journal.last == 2


def test_reading_goes_on_after_a_number_and_stops_at_a_limit(journal: Journal) -> None:
    for _ in range(7):
        append(journal, counted())
    assert [row.seq for row in journal.read(2, 3)] == [3, 4, 5]
    assert [row.seq for row in journal.read(6, 3)] == [7]


def test_every_row_carries_the_hash_of_all_before_it(journal: Journal) -> None:
    append(journal, counted("a"), counted("b"))
    append(journal, counted("ü"))
    chain = bytes(32)
    for row in journal.read(0, 10):
        chain = hashlib.sha256(chain + row.envelope.encode("utf-8")).digest()
        assert row.hash == chain
    assert journal.hash_at(journal.id, 0) == NO_HASH
    assert journal.hash_at(journal.id, 3) == chain
    assert journal.hash_at(journal.id, 4) is None


def test_a_journal_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as first:
        append(first, counted(), counted())
        name = first.id
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as second:
        assert (second.id, second.last, second.trouble) == (name, 2, None)
        append(second, counted())
        rows = second.read(0, 10)
    assert [row.seq for row in rows] == [1, 2, 3]
    assert rows[2].hash == link(rows[1].hash, rows[2].envelope)


def test_two_journals_never_have_the_same_id(tmp_path: Path) -> None:
    with Journal(tmp_path / "a.db", 0) as one, Journal(tmp_path / "b.db", 0) as other:
        assert one.id != other.id


def test_a_fact_that_cannot_be_written_leaves_nothing_of_its_batch(journal: Journal) -> None:
    append(journal, counted())
    journal._connection.set_authorizer(lambda *call: apsw.SQLITE_DENY if call[0] == apsw.SQLITE_INSERT else 0)
    with pytest.raises(JournalTrouble) as refused:
        append(journal, counted(), counted())
    assert refused.value.code == "journal.write_failed"
    journal._connection.set_authorizer(None)
    append(journal, counted("after"))
    assert [row.seq for row in journal.read(0, 10)] == [1, 2]
    assert json.loads(journal.read(1, 1)[0].envelope)["body"]["code"] == "after"


def test_a_restart_reads_only_what_came_after_the_snapshot(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        append(journal, counted("before"))
        append(journal, counted("rest"), snapshot="as it was")
        append(journal, counted("after"))
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        assert journal.snapshot == "as it was"
        assert [event.seq for event in journal.events(since_snapshot=True)] == [3]
        assert [event.seq for event in journal.events(since_snapshot=False)] == [1, 2, 3]


def test_nobody_else_on_the_machine_can_read_the_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE):
        assert stat.S_IMODE((tmp_path / "journal.db").stat().st_mode) == 0o600


def test_the_journal_is_synced_with_every_commit(journal: Journal) -> None:
    assert next(journal._connection.execute("PRAGMA synchronous")) == (2,)
    assert next(journal._connection.execute("PRAGMA journal_mode")) == ("wal",)


@pytest.mark.parametrize(
    ("version", "sound"),
    [("3.40.1", False), ("3.44.6", True), ("3.50.6", False), ("3.50.7", True), ("3.51.2", False), ("3.51.3", True),
     ("3.54.1", True), ("4.0.0", True)],
)  # fmt: skip
def test_an_sqlite_that_can_lose_commits_is_known(version: str, sound: bool) -> None:
    assert is_sound(version) is sound


def test_an_sqlite_that_can_lose_commits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    with pytest.raises(JournalTrouble) as refused:
        Journal(tmp_path / "journal.db", SMALL_RESERVE)
    assert refused.value.code == "journal.sqlite_old"


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(JournalTrouble) as refused:
        Journal(tmp_path / "file" / "journal.db", SMALL_RESERVE)
    assert refused.value.code == "journal.unusable"


def test_the_journal_of_a_later_storehand_is_left_alone(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        append(journal, counted())
        journal._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalTrouble) as refused:
        Journal(tmp_path / "journal.db", SMALL_RESERVE)
    assert refused.value.code == "journal.newer"
    assert [path.name for path in tmp_path.glob("*broken*")] == []


@given(batches=st.lists(st.lists(st.text(max_size=40), min_size=1, max_size=4), max_size=8))
def test_whatever_is_recorded_comes_back_and_its_chain_holds(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    with Journal(path, 0) as journal:
        recorded = [
            event for batch in batches for event in append(journal, *(counted(code) for code in batch))
        ]
    with Journal(path, 0) as journal:
        assert journal.trouble is None
        assert list(journal.events(since_snapshot=False)) == recorded


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.station.journal import Journal
from tests.station.conftest import counted
journal = Journal(Path(sys.argv[1]), 0)
while True:
    for event in journal.append([("op-1", counted())] * 2, datetime.now(UTC), 1.0):
        sys.stdout.write(f"{event.seq}\\n")
    sys.stdout.flush()
"""


def test_what_was_said_to_count_is_there_after_kill_minus_nine(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    dice = random.Random(20261122)
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(dice.uniform(0, 0.1))
            os.kill(writer.pid, signal.SIGKILL)
            told = [int(line) for line in writer.stdout.read().split(b"\n")[:-1]]
        with Journal(path, 0) as journal:
            assert journal.trouble is None
            assert journal.last >= max(told, default=1)
            assert [row.seq for row in journal.read(0)] == list(range(1, journal.last + 1))
            assert journal.last % 2 == 0, "half of a batch was recorded"

"""A full disk is said before anything counts, and what was kept in reserve lets the shift end in order."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.station.journal import Journal
from app.station.reserve import Reserve
from app.station.trouble import JournalFullError
from tests.station.conftest import append, counted

DISK = 3 * 1024 * 1024
RESERVE = 512 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes; only root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = os.geteuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)],
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )
    if not mounted:
        pytest.skip("a small file system can only be mounted by root; the file-size limit shows the rest")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def count_until_full(journal: Journal) -> int:
    for number in range(10_000):
        try:
            append(journal, counted())
        except JournalFullError:
            return number
    raise AssertionError("the disk never filled")


def test_the_reserve_lets_a_shift_end_and_then_nothing_counts_any_more(small_disk: Path) -> None:
    with Journal(small_disk / "journal.db", RESERVE) as journal:
        append(journal, counted())
        before = journal.on_reserve
        fill(small_disk)
        more = count_until_full(journal)
        assert (before, journal.on_reserve) == (False, True)
        assert more >= 50
        assert [row.seq for row in journal.read(0)] == list(range(1, more + 2))
        with pytest.raises(JournalFullError) as refused:
            append(journal, counted(), counted())
        assert refused.value.code == "journal.full"
        assert journal.last == more + 1


def test_after_space_was_made_work_goes_on_and_the_reserve_is_filled(small_disk: Path) -> None:
    with Journal(small_disk / "journal.db", RESERVE) as journal:
        ballast = fill(small_disk)
        told = count_until_full(journal)
        ballast.unlink()
        append(journal, counted())
        journal.tidy()
        assert not journal.on_reserve
        assert journal.last == told + 1


def test_a_journal_opens_on_a_full_disk_with_all_that_counted(small_disk: Path) -> None:
    with Journal(small_disk / "journal.db", RESERVE) as journal:
        fill(small_disk)
        told = count_until_full(journal)
        with pytest.raises(JournalFullError):
            append(journal, counted())
    with Journal(small_disk / "journal.db", RESERVE) as journal:
        assert (journal.trouble, journal.last) == (None, told)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_may_not_grow_counts_nothing_and_goes_on_when_it_may(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", 0) as journal:
        append(journal, counted())
        with files_no_larger_than(200_000):
            told = count_until_full(journal)
        assert [row.seq for row in journal.read(0)] == list(range(1, told + 2))
        append(journal, counted())
    with Journal(tmp_path / "journal.db", 0) as journal:
        assert (journal.trouble, journal.last) == (None, told + 2)


def test_a_reserve_gives_its_space_back_in_steps(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", RESERVE)
    assert (reserve.left, reserve.touched) == (RESERVE, False)
    sizes = []
    while reserve.give():
        sizes.append(reserve.left)
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) >= 8
    assert sizes[-1] == 0
    assert reserve.fill()
    assert reserve.left == RESERVE

"""The spool: a paper is whole on the disk or not there, is printed beside the work, and every failure has a code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.errors import PrintError
from printing.spool import Kind, Printed, Spool, file_stem

PDF = b"%PDF-1.4 a label"
PATIENCE_S = 30
"""How long a test waits for what should be there at once."""


def python(program: str) -> list[str]:
    """A print command: a small program with the file as its argument."""
    return [sys.executable, "-c", program, "{path}"]


@dataclass
class Desk:
    """Where the news about printed papers arrive, and the spools that a test opened."""

    folder: Path
    news: Queue[Printed] = field(default_factory=Queue)
    spools: list[Spool] = field(default_factory=list)

    def spool(self, timeout_s: float = PATIENCE_S, **commands: list[str]) -> Spool:
        spool = Spool(self.folder, commands, self.news.put, timeout_s=timeout_s)
        self.spools.append(spool)
        return spool

    def told(self) -> Printed:
        return self.news.get(timeout=PATIENCE_S)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "spool")
    yield desk
    for spool in desk.spools:
        spool.close()


def test_a_paper_lies_in_the_folder_of_its_kind(desk: Desk) -> None:
    path = desk.spool().put("label", "SO-1-1", PDF)
    assert path == desk.folder / "label" / "SO-1-1.pdf"
    assert path.read_bytes() == PDF


def test_the_same_name_again_is_the_same_file_and_a_reprint_is_another(desk: Desk) -> None:
    spool = desk.spool()
    first = spool.put("label", "SO-1-1", PDF)
    assert spool.put("label", "SO-1-1", PDF) == first
    second = spool.put("label", "SO-1-1", PDF, copy=2)
    assert second.name == "SO-1-1-copy2.pdf"
    assert sorted(first.parent.iterdir()) == sorted([first, second])


def test_the_print_command_gets_the_file_whole(desk: Desk, tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    spool = desk.spool(label=python(f"import shutil, sys; shutil.copy(sys.argv[1], {str(printed)!r})"))
    path = spool.put("label", "SO-1-1", PDF)
    assert desk.told() == Printed(Kind.LABEL, path)
    assert printed.read_bytes() == PDF


def test_a_kind_without_a_command_is_only_written(desk: Desk) -> None:
    spool = desk.spool(label=python(""))
    spool.put("slip", "SO-1-1", PDF)
    spool.close()
    assert desk.news.empty()


def test_nothing_in_a_name_reaches_a_shell(desk: Desk, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    spool = desk.spool(label=python("import sys; sys.exit(len(sys.argv) - 2)"))
    spool.put("label", f"x; touch {trap} $(touch {trap}) `touch {trap}` --title=y", PDF)
    assert desk.told().error is None
    assert not trap.exists()


def test_papers_of_one_kind_are_printed_in_the_order_in_which_they_were_put(desk: Desk) -> None:
    spool = desk.spool(label=python(""))
    paths = [spool.put("label", f"SO-{number}", PDF) for number in range(5)]
    assert [desk.told().path for _ in paths] == paths


def test_the_caller_does_not_wait_for_the_printer(desk: Desk, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    spool = desk.spool(label=python(f"open({str(gate)!r}).read()"), slip=python(""))
    spool.put("label", "SO-1", PDF)
    slip = spool.put("slip", "SO-1", PDF)
    assert desk.told() == Printed(Kind.SLIP, slip), "a slip does not wait behind a label"
    assert desk.news.empty()
    gate.write_text("go")
    assert desk.told().kind is Kind.LABEL


def test_a_failing_print_command_tells_its_status_and_its_last_words(desk: Desk) -> None:
    complaint = "import sys; sys.stderr.write('x' * 5000 + '\\x1b[2Jprinter on fire'); sys.exit(7)"
    desk.spool(label=python(complaint)).put("label", "SO-1", PDF)
    error = desk.told().error
    assert error is not None
    assert error.code == "print.command_failed"
    params = dict(error.params)
    assert params["status"] == 7
    assert str(params["output"]).endswith("printer on fire")
    assert "\x1b" not in str(params["output"])
    assert len(str(params["output"])) <= 300


def test_a_print_command_that_is_not_there_is_told(desk: Desk) -> None:
    desk.spool(label=["/nowhere/lp", "{path}"]).put("label", "SO-1", PDF)
    error = desk.told().error
    assert error is not None
    assert error.code == "print.not_started"


def test_a_print_command_that_hangs_is_stopped_with_its_children(desk: Desk, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    reader = os.open(gate, os.O_RDONLY | os.O_NONBLOCK)
    spool = desk.spool(timeout_s=0.5, label=["/bin/sh", "-c", f"sleep 600 > {gate} & wait", "{path}"])
    spool.put("label", "SO-1", PDF)
    error = desk.told().error
    assert error is not None
    assert error.code == "print.timed_out"
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b"", "ends only when no child holds the other end any more"
    os.close(reader)


def test_after_a_failure_the_next_paper_is_printed(desk: Desk) -> None:
    spool = desk.spool(label=python("import sys; sys.exit('bad' in sys.argv[1])"))
    spool.put("label", "bad", PDF)
    spool.put("label", "fine", PDF)
    assert desk.told().error is not None
    assert desk.told().error is None


def test_a_listener_that_fails_does_not_stop_the_printing(tmp_path: Path) -> None:
    heard: Queue[Path] = Queue()

    def listen(printed: Printed) -> None:
        heard.put(printed.path)
        raise RuntimeError("deaf")

    spool = Spool(tmp_path, {"label": python("")}, listen)
    paths = [spool.put("label", name, PDF) for name in ("one", "two")]
    assert [heard.get(timeout=PATIENCE_S) for _ in paths] == paths
    spool.close()


def test_closing_waits_for_what_was_put(tmp_path: Path) -> None:
    told: list[Printed] = []
    spool = Spool(tmp_path, {"label": python("")}, told.append)
    for number in range(3):
        spool.put("label", f"SO-{number}", PDF)
    spool.close()
    assert len(told) == 3


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "print.disk_full"), (errno.EDQUOT, "print.disk_full"), (errno.EIO, "print.not_written")],
)
def test_a_full_or_broken_disk_is_told_and_leaves_no_half_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    spool = desk.spool(label=python(""))
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(PrintError) as refused:
        spool.put("label", "SO-1", PDF)
    assert refused.value.code == code
    assert list((desk.folder / "label").iterdir()) == []
    assert desk.news.empty()


def test_a_disk_full_in_the_middle_keeps_the_paper_that_was_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = desk.spool()
    path = spool.put("label", "SO-1", PDF)

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(PrintError):
        spool.put("label", "SO-1", b"half of another")
    assert path.read_bytes() == PDF


def test_a_spool_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    with pytest.raises(PrintError) as refused:
        Spool(tmp_path / "spool", {}).put("label", "SO-1", PDF)
    assert refused.value.code == "print.not_written"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: Spool(folder, {"poster": ["lp", "{path}"]}), "print.unknown_kind"),
        (lambda folder: Spool(folder, {}).put("../label", "x", PDF), "print.unknown_kind"),
        (lambda folder: Spool(folder, {"label": []}), "print.wrong_command"),
        (lambda folder: Spool(folder, {"label": ["lp"]}), "print.wrong_command"),
    ],
)
def test_a_wrong_kind_or_command_is_refused_before_anything_is_written(
    tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    with pytest.raises(PrintError) as refused:
        make(tmp_path)
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == []


@given(name=st.text())
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    stem = file_stem(name)
    assert 0 < len(stem) <= 100
    assert stem.isascii()
    assert not stem.startswith(".")
    assert Path(stem).name == stem


@pytest.mark.parametrize("name", ["SO-2024-000123-1", "a.b_c-d", "340123450000000017"])
def test_a_harmless_name_stays_as_it_is(name: str) -> None:
    assert file_stem(name) == name


@given(
    names=st.lists(
        st.text(st.sampled_from("ab/.\\ é-copy2"), max_size=6), min_size=2, max_size=2, unique=True
    )
)
def test_two_names_are_never_one_file(names: list[str]) -> None:
    assert file_stem(names[0]) != file_stem(names[1])


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "/etc/passwd", "a\0b", "SO-1-copy2", "x" * 300]
)
def test_a_tricky_name_is_written_safely_inside(desk: Desk, name: str) -> None:
    path = desk.spool().put("label", name, PDF)
    assert path.parent == desk.folder / "label"
    assert path.read_bytes() == PDF
    assert path.stem != name


def test_old_papers_are_deleted_and_new_ones_stay(tmp_path: Path) -> None:
    first = Spool(tmp_path, {})
    old, new = first.put("label", "OLD", PDF), first.put("slip", "NEW", PDF)
    os.utime(old, (1_700_000_000, 1_700_000_000))
    first.close()
    spool = Spool(tmp_path, {}, keep_s=14 * 24 * 3600)
    put = spool.put("label", "NOW", PDF)
    spool.close()
    assert (old.exists(), new.exists(), put.exists()) == (False, True, True)
    assert (spool.has("label", "OLD"), spool.has("label", "NOW")) == (False, True)

"""The spool and its printers: order, back-off, what a person decides, and what is left after a crash."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from types import FrameType
from typing import Any

import apsw
import pytest

from app.model.answers import say
from printing.errors import PrintError
from printing.outbox import Outbox
from printing.printers.protocol import Paper
from printing.progress import News, Progress, State
from printing.spool import Kind, Patience, Printed, Spool, Standing, Watch
from tests.printing.a_printer import PATIENCE_S, PrinterOfTests, until

PDF = b"%PDF-1.4 a label"
EMPTY = say("printer.paper_out")
LOST = Progress(News.LOST, say("print.interrupted"))
EAGER = Patience(0.002, 0.01)


class Bench:
    """A spool with two label printers, opened again as often as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.news: Queue[Printed] = Queue()
        self.one, self.two = PrinterOfTests(), PrinterOfTests()
        self.spool = self.opened()

    def opened(self) -> Spool:
        return Spool(
            self.folder,
            {},
            self.news.put,
            printers=[
                Standing("one", (Kind.LABEL,), self.one),
                Standing("two", (Kind.LABEL, Kind.SLIP), self.two),
            ],
            patience=EAGER,
        )

    def again(self) -> Spool:
        self.spool.close()
        self.spool = self.opened()
        return self.spool

    def put(self, *names: str) -> None:
        for name in names:
            self.spool.put("label", name, PDF)

    def told(self) -> Printed:
        return self.news.get(timeout=PATIENCE_S)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "spool")
    yield bench
    bench.spool.close()


def test_the_first_printer_that_takes_a_kind_gets_it(bench: Bench) -> None:
    bench.put("A")
    bench.spool.put("slip", "A", PDF)
    until(bench.spool, "A", State.PRINTED)
    until(bench.spool, "A", State.PRINTED, kind="slip")
    assert (bench.one.paper_out, bench.two.paper_out) == (["A"], ["A"])


def test_the_same_paper_put_twice_is_printed_once(bench: Bench) -> None:
    bench.put("A", "A")
    until(bench.spool, "A", State.PRINTED)
    bench.put("A", "B")
    until(bench.spool, "B", State.PRINTED)
    assert bench.one.paper_out == ["A", "B"]


def test_what_blocks_the_printer_is_told_once_and_passes_by_itself(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.HELD, EMPTY)] * 5
    bench.put("A")
    first, then = bench.told(), bench.told()
    assert first.error is not None
    assert (first.error.code, then.error) == ("printer.paper_out", None)
    assert bench.one.paper_out == ["A"]


def test_no_paper_overtakes_another_at_a_blocked_printer(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.HELD, EMPTY)] * 20
    bench.put("A", "B", "C")
    until(bench.spool, "C", State.PRINTED)
    assert bench.one.paper_out == ["A", "B", "C"]


def test_no_paper_overtakes_another_that_is_being_printed(bench: Bench) -> None:
    bench.one.says["send"] = [Progress(News.ACCEPTED, handle="7")]
    bench.one.says["follow"] = [
        Progress(News.PRINTING),
        Progress(News.STOPPED, EMPTY),
        Progress(News.PRINTING),
    ]
    bench.put("A", "B")
    until(bench.spool, "B", State.PRINTED)
    assert bench.one.paper_out == ["A", "B"]


def test_a_refused_paper_steps_out_of_the_line_and_waits_for_a_person(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.REFUSED, say("printer.no_such_media"))]
    bench.put("A", "B")
    until(bench.spool, "B", State.PRINTED)
    row = until(bench.spool, "A", State.REFUSED)
    bench.spool.again(row.number)
    until(bench.spool, "A", State.PRINTED)
    assert bench.one.paper_out == ["B", "A"]


def test_what_may_have_come_out_is_never_sent_again_by_itself(bench: Bench) -> None:
    bench.one.says["send"] = [LOST]
    bench.put("A", "B")
    until(bench.spool, "A", State.UNKNOWN)
    until(bench.spool, "B", State.PRINTED)
    bench.again()
    bench.put("A", "C")
    until(bench.spool, "C", State.PRINTED)
    assert until(bench.spool, "A", State.UNKNOWN).reason == say("print.interrupted")
    assert bench.one.paper_out == ["B", "C"]


def test_a_person_says_that_it_came_out(bench: Bench) -> None:
    bench.one.says["send"] = [LOST]
    bench.put("A")
    bench.spool.came_out(until(bench.spool, "A", State.UNKNOWN).number)
    assert until(bench.spool, "A", State.PRINTED).reason is None
    assert bench.one.paper_out == []


def test_a_person_says_print_it_again(bench: Bench) -> None:
    bench.one.says["send"] = [LOST]
    bench.put("A")
    bench.spool.again(until(bench.spool, "A", State.UNKNOWN).number)
    until(bench.spool, "A", State.PRINTED)
    assert bench.one.paper_out == ["A"]


def test_what_is_printed_cannot_be_decided_about(bench: Bench) -> None:
    bench.put("A")
    row = until(bench.spool, "A", State.PRINTED)
    for decide in (bench.spool.again, bench.spool.came_out, bench.spool.void):
        with pytest.raises(PrintError) as refused:
            decide(row.number)
        assert refused.value.code == "print.not_now"


def test_a_paper_that_waits_is_moved_to_another_printer(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.put("A")
    bench.spool.move(until(bench.spool, "A", State.BLOCKED).number, "two")
    assert until(bench.spool, "A", State.PRINTED).printer == "two"
    assert (bench.one.paper_out, bench.two.paper_out) == ([], ["A"])


def test_a_paper_that_the_printer_gives_back_is_moved(bench: Bench) -> None:
    bench.one.says["send"] = [Progress(News.ACCEPTED, handle="7")]
    bench.one.says["follow"] = [Progress(News.STOPPED, EMPTY, "7")] * 100_000
    bench.put("A")
    bench.spool.move(until(bench.spool, "A", State.STOPPED).number, "two")
    until(bench.spool, "A", State.PRINTED)
    assert (bench.one.paper_out, bench.two.paper_out) == ([], ["A"])


def test_a_paper_that_may_have_come_out_is_not_moved(bench: Bench) -> None:
    bench.one.says["send"] = [Progress(News.ACCEPTED, handle="7")]
    bench.one.says["follow"] = [Progress(News.STOPPED, EMPTY)] * 100_000
    bench.one.says["cancel"] = [LOST]
    bench.put("A")
    row = bench.spool.move(until(bench.spool, "A", State.STOPPED).number, "two")
    assert row.state is State.UNKNOWN
    bench.put("B")
    until(bench.spool, "B", State.PRINTED)
    assert bench.two.paper_out == []


def test_a_paper_is_not_moved_to_a_printer_that_is_not_there(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.put("A")
    with pytest.raises(PrintError) as refused:
        bench.spool.move(until(bench.spool, "A", State.BLOCKED).number, "three")
    assert refused.value.code == "print.unknown_printer"
    with pytest.raises(PrintError) as refused:
        bench.spool.move(4711, "two")
    assert refused.value.code == "print.unknown_paper"


def test_a_paper_that_is_taken_back_is_cancelled_at_the_printer(bench: Bench) -> None:
    bench.one.says["send"] = [Progress(News.ACCEPTED, handle="7")]
    bench.one.says["follow"] = [Progress(News.PRINTING)] * 100_000
    bench.put("A")
    bench.spool.void(until(bench.spool, "A", State.PRINTING).number)
    until(bench.spool, "A", State.VOID)
    assert ("cancel", "A") in bench.one.asked
    bench.put("A", "B")
    until(bench.spool, "B", State.PRINTED)
    assert bench.one.paper_out == ["B"]


def test_a_driver_that_fails_before_the_sending_blocks_and_after_it_nobody_knows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(paper: Paper) -> Progress:
        raise ZeroDivisionError

    monkeypatch.setattr(bench.one, "send", fail)
    monkeypatch.setattr(bench.two, "ready", fail)
    bench.put("A")
    bench.spool.put("slip", "B", PDF)
    reason = until(bench.spool, "A", State.UNKNOWN).reason
    assert reason is not None
    assert reason.code == "print.driver_failed"
    until(bench.spool, "B", State.BLOCKED, kind="slip")


def test_the_next_process_goes_on_with_what_the_printer_has(bench: Bench) -> None:
    bench.one.says["send"] = [Progress(News.ACCEPTED, handle="7")]
    bench.one.says["follow"] = [Progress(News.PRINTING)] * 2
    bench.put("A")
    until(bench.spool, "A", State.ACCEPTED, State.PRINTING, State.PRINTED)
    bench.again()
    until(bench.spool, "A", State.PRINTED)
    assert bench.one.paper_out == ["A"]


def test_a_paper_of_a_printer_that_is_no_more_there_waits_to_be_moved(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.put("A")
    until(bench.spool, "A", State.BLOCKED)
    bench.spool.close()
    bench.spool = Spool(
        bench.folder, {}, printers=[Standing("two", (Kind.LABEL,), bench.two)], patience=EAGER
    )
    bench.spool.move(bench.spool.unfinished()[0].number, "two")
    until(bench.spool, "A", State.PRINTED)


def test_a_reprint_takes_the_place_of_the_copy_that_did_not_come_out(bench: Bench) -> None:
    bench.one.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.put("A")
    until(bench.spool, "A", State.BLOCKED)
    bench.spool.put("label", "A", PDF, copy=2)
    until(bench.spool, "A", State.VOID)
    bench.one.says.clear()
    bench.put("B")
    until(bench.spool, "B", State.PRINTED)
    assert bench.one.paper_out == ["A-copy2", "B"]


def test_a_reprint_leaves_a_copy_alone_that_the_printer_has(bench: Bench) -> None:
    bench.one.says["send"] = [Progress(News.ACCEPTED, handle="7")]
    bench.one.says["follow"] = [Progress(News.STOPPED, EMPTY)] * 5
    bench.put("A")
    until(bench.spool, "A", State.STOPPED, State.PRINTED)
    bench.spool.put("label", "A", PDF, copy=2)
    until(bench.spool, "A", State.PRINTED)


def test_a_label_moves_on_to_the_next_printer_and_round_again(bench: Bench) -> None:
    for printer in (bench.one, bench.two):
        printer.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.put("A")
    until(bench.spool, "A", State.BLOCKED)
    printers = []
    for _ in range(2):
        bench.spool.move_on("label", "A")
        printers.append(until(bench.spool, "A", State.QUEUED, State.BLOCKED).printer)
    assert printers == ["two", "one"]


def test_what_cannot_move_on_says_why(bench: Bench) -> None:
    bench.two.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.spool.put("slip", "A", PDF)
    for kind, name, code in (
        ("slip", "A", "print.no_other_printer"),
        ("label", "A", "print.never_printed"),
        ("label", "B", "print.never_printed"),
    ):
        with pytest.raises(PrintError) as refused:
            bench.spool.move_on(kind, name)
        assert refused.value.code == code


def test_a_number_that_is_void_prints_nothing_more(bench: Bench) -> None:
    for printer in (bench.one, bench.two):
        printer.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    bench.put("A")
    bench.spool.put("slip", "A", PDF)
    bench.spool.take_back("A")
    bench.spool.take_back("never put")
    assert bench.spool.unfinished() == []


def test_a_label_that_is_scanned_came_out(bench: Bench) -> None:
    bench.one.says["send"] = [LOST]
    bench.put("A")
    until(bench.spool, "A", State.UNKNOWN)
    bench.spool.seen("label", "A")
    assert until(bench.spool, "A", State.PRINTED).reason is None


def test_a_printer_that_stands_still_is_told_once_and_again_when_it_gets_on(tmp_path: Path) -> None:
    one, watches = PrinterOfTests(), Queue[Watch]()
    one.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000

    def opened(stuck_s: float) -> Spool:
        return Spool(
            tmp_path,
            {},
            on_watch=watches.put,
            printers=[Standing("one", (Kind.LABEL,), one)],
            patience=Patience(0.002, 0.01, stuck_s),
        )

    spool = opened(0)
    spool.put("label", "A", PDF)
    assert watches.get(timeout=PATIENCE_S) == Watch("one", EMPTY)
    spool.close()
    one.says.clear()
    spool = opened(1000)
    assert watches.get(timeout=PATIENCE_S) == Watch("one"), "also where another process had told it"
    spool.put("label", "B", PDF)
    until(spool, "B", State.PRINTED)
    spool.close()
    assert watches.empty()


def test_a_printer_whose_papers_are_taken_back_is_not_stuck_any_more(tmp_path: Path) -> None:
    one, watches = PrinterOfTests(), Queue[Watch]()
    one.says["ready"] = [Progress(News.HELD, EMPTY)] * 100_000
    spool = Spool(
        tmp_path,
        {},
        on_watch=watches.put,
        printers=[Standing("one", (Kind.LABEL,), one)],
        patience=Patience(0.002, 0.01, 0),
    )
    spool.put("label", "A", PDF)
    assert watches.get(timeout=PATIENCE_S).trouble == EMPTY
    spool.take_back("A")
    assert watches.get(timeout=PATIENCE_S) == Watch("one")
    spool.close()


# --- the file -----------------------------------------------------------------------------------------------------


def test_papers_of_a_storehand_without_an_outbox_are_not_printed_again(tmp_path: Path) -> None:
    (tmp_path / "label").mkdir()
    (tmp_path / "label" / "A.pdf").write_bytes(PDF)
    printer = PrinterOfTests()
    spool = Spool(tmp_path, {}, printers=[Standing("one", (Kind.LABEL,), printer)], patience=EAGER)
    spool.put("label", "B", PDF)
    until(spool, "B", State.PRINTED)
    assert spool.has("label", "A")
    spool.close()
    assert printer.paper_out == ["B"]


def test_a_broken_outbox_is_set_aside_and_a_person_asked_about_each_paper(bench: Bench) -> None:
    bench.put("A")
    until(bench.spool, "A", State.PRINTED)
    bench.spool.close()
    for ending in ("-wal", "-shm"):
        (bench.folder / f"outbox.db{ending}").unlink(missing_ok=True)
    (bench.folder / "outbox.db").write_bytes(b"this was a list of papers once" * 300)
    bench.spool = bench.opened()
    assert [row.state for row in bench.spool.unfinished()] == [State.UNKNOWN]
    bench.put("A", "B")
    until(bench.spool, "B", State.PRINTED)
    assert bench.one.paper_out == ["A", "B"]
    assert (bench.folder / "outbox.broken-1.db").exists()


def test_an_outbox_of_a_later_storehand_is_left_alone(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox.db").close()
    connection = apsw.Connection(str(tmp_path / "outbox.db"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(PrintError) as refused:
        Spool(tmp_path, {})
    assert refused.value.code == "print.outbox_newer"


def test_old_papers_that_are_not_over_stay(bench: Bench) -> None:
    bench.one.says["send"] = [LOST]
    bench.put("A", "B")
    until(bench.spool, "B", State.PRINTED)
    bench.spool.close()
    for name in ("A", "B"):
        os.utime(bench.folder / "label" / f"{name}.pdf", (1_700_000_000, 1_700_000_000))
    bench.spool = Spool(bench.folder, {}, keep_s=1000)
    bench.put("C")
    assert (bench.spool.has("label", "A"), bench.spool.has("label", "B")) == (True, False)


# --- killed ---------------------------------------------------------------------------------------------------------


class OnPaper(PrinterOfTests):
    """Prints into a file that outlives the process. ``accepts`` is a printer that takes jobs and can be asked later."""

    def __init__(self, file: Path, *, accepts: bool) -> None:
        super().__init__()
        self.file, self.accepts = file, accepts

    def send(self, paper: Paper) -> Progress:
        with self.file.open("a") as out:
            out.write(f"{paper.path.stem}\n")
        return Progress(News.ACCEPTED, handle="7") if self.accepts else Progress(News.PRINTED)

    def follow(self, paper: Paper, handle: str) -> Progress:
        if not self.accepts:
            return LOST
        known = self.file.exists() and paper.path.stem in self.file.read_text().split()
        return Progress(News.PRINTED) if known else LOST


def kill_at(number: int) -> Callable[[FrameType, str, Any], None]:
    """A profiler that kills the process, as the power does, at the n-th call into the spool or SQLite."""
    left = [number]

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event in {"call", "c_call", "return"} and "/printing/" in frame.f_code.co_filename:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return look


def print_two(folder: Path, accepts: bool) -> None:
    spool = Spool(
        folder / "spool",
        {},
        printers=[Standing("one", (Kind.LABEL,), OnPaper(folder / "paper", accepts=accepts))],
        patience=EAGER,
    )
    for name in ("A", "B"):
        spool.put("label", name, PDF)
        with (folder / "put").open("a") as out:
            out.write(f"{name}\n")
    until(spool, "B", State.PRINTED)
    spool.close()


def killed(folder: Path, accepts: bool, at: int) -> bool:
    """Run it in a process of its own; whether it was killed before its end."""
    child = os.fork()
    if child == 0:
        threading.setprofile(kill_at(at))
        sys.setprofile(kill_at(at))
        print_two(folder, accepts)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.filterwarnings("ignore:This process")
@pytest.mark.parametrize("accepts", [True, False])
def test_killed_at_any_instant_nothing_is_lost_and_nothing_doubled(tmp_path: Path, accepts: bool) -> None:
    at, step = 1, 3
    while True:
        folder = tmp_path / str(at)
        folder.mkdir()
        if not killed(folder, accepts, at):
            break
        printed_before = (folder / "paper").read_text().split() if (folder / "paper").exists() else []
        promised = (folder / "put").read_text().split() if (folder / "put").exists() else []
        spool = Spool(
            folder / "spool",
            {},
            printers=[Standing("one", (Kind.LABEL,), OnPaper(folder / "paper", accepts=accepts))],
            patience=EAGER,
        )
        for name in promised:
            assert spool.has("label", name)
        for name in ("A", "B"):
            spool.put("label", name, PDF)
            row = until(spool, name, State.PRINTED, State.UNKNOWN)
            out = (folder / "paper").read_text().split() if (folder / "paper").exists() else []
            assert out.count(name) <= 1, f"doubled when killed at {at}"
            if row.state is State.PRINTED:
                assert out.count(name) == 1, f"lost when killed at {at}"
            elif name not in printed_before:
                assert out.count(name) == 0
        spool.close()
        at += step
    assert at > 20 * step, "it was killed often enough to mean something"

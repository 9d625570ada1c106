"""IPP: what a printer says comes out as what it is, and what it does not say is never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.labels import render_label
from printing.outbox import Row
from printing.printers.ipp import IppPrinter
from printing.printers.ipp_messages import GarbledError, Group, Operation, Tag, question, read_answer
from printing.printers.opening import open_printer
from printing.printers.protocol import Paper, Printer
from printing.progress import News, Progress, State
from printing.spool import Kind, Patience, Spool, Standing
from tests.printing.a_printer import until
from tests.printing.printers.an_ipp_printer import A4, A6, IppPrinterThere, message, serving
from tests.printing.samples import LABEL, SSCC

PDF = render_label(LABEL)


@pytest.fixture
def there() -> Iterator[IppPrinterThere]:
    with serving(IppPrinterThere()) as printer:
        yield printer


@pytest.fixture
def printer(there: IppPrinterThere) -> Iterator[Printer]:
    opened = open_printer(there.uri)
    yield opened
    opened.close()


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    path = tmp_path / "label.pdf"
    path.write_bytes(PDF)
    return Paper("label", path, f"label-{SSCC}-0123456789abcdef")


def code(progress: Progress | None) -> tuple[News, str]:
    assert progress is not None
    return progress.news, progress.reason.code if progress.reason is not None else ""


# --- printed --------------------------------------------------------------------------------------------------------


def test_what_the_printer_is_comes_from_the_printer(there: IppPrinterThere, printer: Printer) -> None:
    there.ready = (A6,)
    traits = printer.probe()
    assert (traits.model, traits.dpi, traits.trouble) == ("Storehand Test Printer", (203, 203), None)
    assert [(one.name, one.width_mm, one.height_mm) for one in traits.media] == [
        (A6, 105, 148),
        (A4, 210, 297),
    ]
    assert [one.name for one in traits.loaded] == [A6]
    assert (traits.media[0].left_mm, traits.media[0].top_mm) == (0, 1.5)


def test_a_label_arrives_byte_for_byte_with_its_name_and_its_media(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    assert printer.ready(paper) is None
    sent = printer.send(paper)
    assert sent == Progress(News.ACCEPTED, handle="1 urn:uuid:1-1")
    (job,) = there.jobs
    assert job.document.endswith(PDF)
    assert job.name == paper.title
    assert job.asked["media"] == (A6,)
    assert job.asked["print-scaling"] == ("none",)
    assert job.asked["ipp-attribute-fidelity"] == (True,)
    assert job.asked["document-format"] == ("application/pdf",)
    assert printer.follow(paper, sent.handle).news is News.PRINTED


def test_a_printer_without_pdf_gets_raster_at_its_own_resolution(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.formats = ("image/pwg-raster",)
    assert printer.ready(paper) is None
    printer.send(paper)
    document = there.jobs[0].document
    raster = document[document.index(b"RaS2PwgRaster") :]
    width, height = (int.from_bytes(raster[at : at + 4]) for at in (4 + 372, 4 + 376))
    assert (width, height) == (839, 1183)
    assert int.from_bytes(raster[4 + 276 : 4 + 280]) == 203


def test_states_of_a_job_are_followed(there: IppPrinterThere, printer: Printer, paper: Paper) -> None:
    there.prints_at_once = False
    handle = printer.send(paper).handle
    heard = []
    for state in (3, 4, 5, 6, 9):
        there.jobs[0].state = state
        heard.append(printer.follow(paper, handle).news)
    assert heard == [News.ACCEPTED, News.STOPPED, News.PRINTING, News.STOPPED, News.PRINTED]


# --- what is in the way before ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("media-empty-error", "printer.paper_out"),
        ("media-needed", "printer.media_needed"),
        ("media-jam-error", "printer.jam"),
        ("door-open", "printer.door_open"),
        ("cover-open-error", "printer.door_open"),
        ("marker-supply-empty-error", "printer.supply_empty"),
        ("paused", "printer.paused"),
        ("offline", "printer.off"),
        ("com.example.melted-error", "printer.stopped"),
    ],
)
def test_a_printer_in_trouble_gets_nothing_and_says_why(
    there: IppPrinterThere, printer: Printer, paper: Paper, reason: str, told: str
) -> None:
    there.reasons = ("media-low-warning", reason)
    assert code(printer.ready(paper)) == (News.HELD, told)
    assert Operation.PRINT_JOB not in there.heard
    trouble = printer.probe().trouble
    assert trouble is not None
    assert trouble.code == told


@pytest.mark.parametrize(
    "reason", ["media-low-report", "media-empty-warning", "cups-waiting-for-job-completed"]
)
def test_a_warning_stops_nothing(there: IppPrinterThere, printer: Printer, paper: Paper, reason: str) -> None:
    there.reasons = (reason,)
    assert printer.ready(paper) is None


def test_a_stopped_and_a_closed_printer_hold(there: IppPrinterThere, printer: Printer, paper: Paper) -> None:
    there.state = 5
    assert code(printer.ready(paper)) == (News.HELD, "printer.stopped")
    there.state, there.accepting = 3, False
    assert code(printer.ready(paper)) == (News.HELD, "printer.not_accepting")


def test_the_wrong_paper_in_the_tray_waits_for_the_right_one(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.ready = (A4,)
    assert code(printer.ready(paper)) == (News.HELD, "printer.wrong_media")
    there.ready = (A4, A6)
    assert printer.ready(paper) is None


def test_a_paper_that_the_printer_never_takes_is_refused(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.media = (A4,)
    assert code(printer.ready(paper)) == (News.REFUSED, "printer.no_such_media")


def test_a_printer_of_any_size_takes_this_one(there: IppPrinterThere, printer: Printer, paper: Paper) -> None:
    there.media = (A4, "custom_min_1x1in", "custom_max_8x14in")
    assert printer.ready(paper) is None
    printer.send(paper)
    assert there.jobs[0].asked["media"] == ("custom_storehand_105x148mm",)
    there.media = (A4, "custom_min_1x1in", "custom_max_4x4in")
    assert code(printer.ready(paper)) == (News.REFUSED, "printer.no_such_media")


def test_a_printer_that_reads_neither_form_is_refused(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.formats = ("image/jpeg",)
    assert code(printer.ready(paper)) == (News.REFUSED, "printer.no_format")


@pytest.mark.parametrize("status", [0x040A, 0x040B, 0x040E])
def test_refused_options_are_refused_before_anything_is_sent(
    there: IppPrinterThere, printer: Printer, paper: Paper, status: int
) -> None:
    there.refuses = status
    assert code(printer.ready(paper)) == (News.REFUSED, "printer.options")
    assert there.jobs == []


@pytest.mark.parametrize("status", [0x0506, 0x0507])
def test_a_busy_printer_holds(there: IppPrinterThere, printer: Printer, paper: Paper, status: int) -> None:
    there.refuses = status
    assert code(printer.ready(paper)) == (News.HELD, "printer.refused")


def test_a_printer_that_is_off_holds(paper: Paper) -> None:
    with serving(IppPrinterThere()) as there:
        uri = there.uri
    printer = open_printer(uri)
    assert code(printer.ready(paper)) == (News.HELD, "printer.unreachable")
    assert code(printer.send(paper)) == (News.HELD, "printer.unreachable")
    printer.close()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("garbage", "printer.garbled"),
        ("huge", "printer.garbled"),
        ("hang_up", "printer.no_answer"),
        ("500", "printer.http"),
    ],
)
def test_nonsense_instead_of_an_answer_holds(
    there: IppPrinterThere, printer: Printer, paper: Paper, fault: str, told: str
) -> None:
    there.faults[Operation.GET_PRINTER_ATTRIBUTES] = [fault]
    assert code(printer.ready(paper)) == (News.HELD, told)


def test_a_file_that_is_no_pdf_is_refused(printer: Printer, paper: Paper) -> None:
    paper.path.write_bytes(b"no pdf")
    assert code(printer.ready(paper)) == (News.REFUSED, "print.not_a_document")


def test_a_raw_queue_asks_for_its_resolution(there: IppPrinterThere, printer: Printer, paper: Paper) -> None:
    there.model = "Local Raw Printer"
    assert code(printer.ready(paper)) == (News.REFUSED, "printer.raw_queue")


def test_a_raw_queue_gets_zpl(there: IppPrinterThere, paper: Paper) -> None:
    there.model = "Local Raw Printer"
    printer = open_printer(f"cups://127.0.0.1:{there.port}/zebra?zpl=203")
    assert printer.ready(paper) is None
    printer.send(paper)
    assert b"^GFA," in there.jobs[0].document
    assert there.jobs[0].asked["document-format"] == ("application/vnd.cups-raw",)
    printer.close()


# --- what goes wrong in the middle ----------------------------------------------------------------------------------


def test_paper_out_in_the_middle_stops_the_job_and_the_job_goes_on(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.prints_at_once = False
    handle = printer.send(paper).handle
    there.jobs[0].state, there.reasons = 5, ("media-empty-error",)
    assert code(printer.follow(paper, handle)) == (News.STOPPED, "printer.paper_out")
    there.jobs[0].state, there.reasons = 9, ("none",)
    assert printer.follow(paper, handle).news is News.PRINTED


def test_a_warning_counts_while_a_job_does_not_go_on(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.prints_at_once = False
    handle = printer.send(paper).handle
    there.jobs[0].state, there.reasons = 5, ("marker-supply-low-warning",)
    assert printer.follow(paper, handle).news is News.PRINTING
    there.reasons = ("media-empty-warning",)
    assert code(printer.follow(paper, handle)) == (News.STOPPED, "printer.paper_out")


@pytest.mark.parametrize("fault", ["after", "garbage"])
def test_an_answer_that_is_lost_is_found_by_the_jobs_name(
    there: IppPrinterThere, printer: Printer, paper: Paper, fault: str
) -> None:
    there.faults[Operation.PRINT_JOB] = [fault]
    sent = printer.send(paper)
    assert (sent.news, sent.handle) == (News.STOPPED, "")
    assert printer.follow(paper, sent.handle) == Progress(News.PRINTED, handle="1 urn:uuid:1-1")


def test_a_printer_that_answers_too_late_is_not_sent_the_label_again(
    there: IppPrinterThere, paper: Paper
) -> None:
    there.faults[Operation.PRINT_JOB] = ["slow"]
    printer = IppPrinter(there.uri, there.uri.replace("ipp:", "http:"), answer_s=0.2)
    assert code(printer.send(paper)) == (News.STOPPED, "printer.no_answer")
    there.waits.set()
    assert printer.follow(paper, "").news is News.PRINTED
    assert len(there.jobs) == 1
    printer.close()


def test_a_job_that_never_arrived_is_lost_and_not_sent_again(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.faults[Operation.PRINT_JOB] = ["hang_up"]
    sent = printer.send(paper)
    assert code(printer.follow(paper, sent.handle)) == (News.LOST, "printer.job_forgotten")
    assert there.heard.count(Operation.PRINT_JOB) == 0


def test_a_printer_that_restarts_does_not_pass_anothers_job_off_as_ours(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.prints_at_once = False
    handle = printer.send(paper).handle
    there.restart()
    there.prints_at_once = True
    other = Paper("label", paper.path, "somebody else's")
    assert printer.send(other).handle.startswith("1 ")
    assert code(printer.follow(paper, handle)) == (News.LOST, "printer.job_forgotten")


@pytest.mark.parametrize(
    "reason", ["cups-ipp-missing-job-history", "job-completed-with-errors", "job-canceled-at-device"]
)
def test_completed_is_not_believed_where_the_reasons_say_otherwise(
    there: IppPrinterThere, printer: Printer, paper: Paper, reason: str
) -> None:
    handle = printer.send(paper).handle
    there.jobs[0].reasons = (reason,)
    assert code(printer.follow(paper, handle)) == (News.LOST, "printer.job_doubtful")


def test_what_a_queue_still_says_of_an_earlier_job_is_not_held_against_this_one(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.reasons = ("cups-ipp-missing-job-history",)
    handle = printer.send(paper).handle
    there.jobs[0].of_printer = ("cups-ipp-missing-job-history",)
    assert printer.follow(paper, handle).news is News.PRINTED
    there.reasons = ("none",)
    handle = printer.send(paper).handle
    there.jobs[1].of_printer = ("cups-ipp-missing-job-history",)
    assert printer.follow(paper, handle).news is News.LOST


def test_completed_is_not_believed_where_the_printer_behind_the_queue_went_away(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    handle = printer.send(paper).handle
    there.jobs[0].message = "The printer may not exist or is unavailable at this time."
    there.jobs[0].state = 5
    assert code(printer.follow(paper, handle)) == (News.STOPPED, "printer.off")
    there.jobs[0].state = 9
    assert code(printer.follow(paper, handle)) == (News.LOST, "printer.job_doubtful")


@pytest.mark.parametrize("state", [7, 8])
def test_a_job_that_we_did_not_end_is_a_failure(
    there: IppPrinterThere, printer: Printer, paper: Paper, state: int
) -> None:
    handle = printer.send(paper).handle
    there.jobs[0].state = state
    assert code(printer.follow(paper, handle)) == (News.LOST, "printer.job_ended")
    there.jobs[0].message = "Printer cannot print with supplied options."
    assert code(printer.follow(paper, handle)) == (News.REFUSED, "printer.options")
    there.jobs[0].message, there.jobs[0].reasons = "", ("document-format-error",)
    assert code(printer.follow(paper, handle)) == (News.REFUSED, "printer.options")


def test_a_printer_that_dies_is_asked_until_it_is_back(paper: Paper) -> None:
    there = IppPrinterThere(prints_at_once=False)
    with serving(there):
        printer = open_printer(there.uri)
        handle = printer.send(paper).handle
    assert code(printer.follow(paper, handle)) == (News.STOPPED, "printer.unreachable")
    there.jobs[0].state = 9
    with serving(there):
        assert printer.follow(paper, handle).news is News.PRINTED
    printer.close()


# --- taken back -----------------------------------------------------------------------------------------------------


def test_a_job_that_waited_is_given_back(there: IppPrinterThere, printer: Printer, paper: Paper) -> None:
    there.prints_at_once = False
    handle = printer.send(paper).handle
    assert printer.cancel(paper, handle).news is News.WITHDRAWN
    assert there.jobs[0].state == 7


def test_a_job_that_was_begun_is_cancelled_and_nobody_knows(
    there: IppPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.prints_at_once = False
    handle = printer.send(paper).handle
    there.jobs[0].state = 5
    assert code(printer.cancel(paper, handle)) == (News.LOST, "printer.cancelled_midway")
    assert there.jobs[0].state == 7


def test_a_job_that_is_done_is_not_taken_back(there: IppPrinterThere, printer: Printer, paper: Paper) -> None:
    handle = printer.send(paper).handle
    assert printer.cancel(paper, handle).news is News.PRINTED


# --- through the spool ----------------------------------------------------------------------------------------------


@pytest.fixture
def spool(there: IppPrinterThere, tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(
        tmp_path / "spool",
        {},
        printers=[Standing("zebra", (Kind.LABEL,), open_printer(there.uri))],
        patience=Patience(0.002, 0.02),
    )
    yield spool
    spool.close()


def put(spool: Spool, name: str) -> None:
    spool.put("label", name, PDF)


def test_a_day_at_a_printer_with_faults_loses_and_doubles_nothing(
    there: IppPrinterThere, spool: Spool
) -> None:
    there.faults = {
        Operation.PRINT_JOB: ["", "after", "hang_up", "garbage", "500"],
        Operation.GET_JOB_ATTRIBUTES: ["garbage", "hang_up", "huge"],
        Operation.GET_PRINTER_ATTRIBUTES: ["hang_up", "", "500"],
    }
    names = [f"SO-{number}" for number in range(8)]
    for name in names:
        put(spool, name)
    rows: list[Row] = [until(spool, name, State.PRINTED, State.UNKNOWN) for name in names]
    arrived = [next(name for name in names if f"-{name}-" in job.name) for job in there.jobs]
    assert len(arrived) == len(set(arrived))
    assert [row.name for row in rows if row.state is State.PRINTED] == arrived
    assert len(rows) - len(arrived) == 2, "the two that never arrived wait for a person"


# --- bytes ----------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_read_or_garbled(data: bytes) -> None:
    for head in (b"", b"\x02\x00\x00\x00\x00\x00\x00\x01\x04"):
        try:
            read_answer(head + data)
        except GarbledError:
            continue


@given(st.data())
def test_an_answer_that_is_cut_or_changed_anywhere_is_read_or_garbled(data: st.DataObject) -> None:
    whole = bytearray(message(0, (Group.PRINTER, IppPrinterThere()._attributes())))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    try:
        read_answer(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except GarbledError:
        return


def test_collections_and_all_forms_of_values_are_read() -> None:
    collection = (
        b"\x34\x00\x09media-col\x00\x00"
        b"\x4a\x00\x00\x00\x0amedia-size\x34\x00\x00\x00\x00"
        b"\x4a\x00\x00\x00\x01x\x21\x00\x00\x00\x04\x00\x00\x29\x04"
        b"\x37\x00\x00\x00\x00\x37\x00\x00\x00\x00"
    )
    other = b"\x33\x00\x01r\x00\x08\x00\x00\x00\x01\x00\x00\x00\x09\x35\x00\x01t\x00\x08\x00\x02en\x00\x02ja"
    data = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + collection + other + b"\x03"
    assert read_answer(data).first(Group.PRINTER) == {
        "media-col": ({"media-size": ({"x": (10500,)},)},),
        "r": ((1, 9),),
        "t": ("ja",),
    }


def test_a_collection_in_itself_without_end_is_garbled() -> None:
    data = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x34\x00\x01a\x00\x00"
    with pytest.raises(GarbledError):
        read_answer(data + b"\x4a\x00\x00\x00\x01x\x34\x00\x00\x00\x00" * 2000)


def test_a_question_is_what_the_standard_says() -> None:
    data = question(Operation.GET_JOBS, 7, [(Tag.INTEGER, "limit", 3), (Tag.KEYWORD, "which", ("a", "b"))])
    assert data == (
        b"\x02\x00\x00\x0a\x00\x00\x00\x07\x01"
        b"\x47\x00\x12attributes-charset\x00\x05utf-8"
        b"\x48\x00\x1battributes-natural-language\x00\x02en"
        b"\x21\x00\x05limit\x00\x04\x00\x00\x00\x03"
        b"\x44\x00\x05which\x00\x01a\x44\x00\x00\x00\x01b\x03"
    )

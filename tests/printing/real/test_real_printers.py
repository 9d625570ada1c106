"""The drivers against real software: ippeveprinter, and CUPS with a label queue, cups-pdf and a raw queue.

Run by ``make test-printers``, which installs what is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printing.labels import render_label
from printing.printers.opening import open_printer
from printing.progress import State
from printing.proof import Picture, prove, read_symbols, render
from printing.sheets import Code, Section, Sheet, render_sheet
from printing.spool import Kind, Patience, Spool, Standing
from tests.printing.a_printer import until
from tests.printing.printers.a_zpl_printer import ZplPrinterThere, drawn
from tests.printing.printers.a_zpl_printer import serving as serving_zpl
from tests.printing.real.parts import HERE, Cups, Eve, service_discovery, wait_for
from tests.printing.samples import LABEL, SSCC

PDF = render_label(LABEL)
CUPS_PDF = Path("/var/spool/cups-pdf/ANONYMOUS")


@pytest.fixture(scope="module", autouse=True)
def discovery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with service_discovery(tmp_path_factory.mktemp("discovery")):
        yield


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[Eve]:
    printer = Eve(tmp_path / "eve")
    printer.on()
    yield printer
    printer.off()


@pytest.fixture
def cups(tmp_path: Path) -> Iterator[Cups]:
    with Cups(tmp_path / "cups").on() as server:
        yield server


@contextmanager
def spooling(folder: Path, url: str) -> Iterator[Spool]:
    spool = Spool(
        folder / "spool",
        {},
        printers=[Standing("printer", (Kind.LABEL, Kind.SHEET), open_printer(url))],
        patience=Patience(0.05, 0.3),
    )
    try:
        yield spool
    finally:
        spool.close()


@pytest.fixture(params=["direct", "cups"])
def spool(request: pytest.FixtureRequest, eve: Eve, tmp_path: Path) -> Iterator[Spool]:
    """The same labels to the same printer, once directly and once by way of CUPS."""
    url = eve.uri
    if request.param == "cups":
        url = label_queue(request.getfixturevalue("cups"), eve)
    with spooling(tmp_path, url) as opened:
        yield opened
    eve.off()


def label_queue(cups: Cups, eve: Eve) -> str:
    return cups.queue(
        "label", "-v", eve.uri, "-P", str(HERE / "label.ppd"), "-o", "printer-error-policy=retry-job"
    )


def code(spool: Spool, name: str, *states: State) -> str:
    reason = until(spool, name, *states).reason
    return "" if reason is None else reason.code


def test_labels_come_out_in_order_and_as_they_were_drawn(spool: Spool, eve: Eve) -> None:
    for number in range(3):
        spool.put("label", f"SO-{number}", PDF)
    for number in range(3):
        until(spool, f"SO-{number}", State.PRINTED)
    assert len(eve.paper) == 3
    assert all(prove(page, [f"(00){SSCC}"]).good for page in eve.paper)


def test_paper_out_in_the_middle_is_said_and_the_label_comes_out_once(spool: Spool, eve: Eve) -> None:
    eve.fault("paper-out")
    spool.put("label", "A", PDF)
    assert code(spool, "A", State.STOPPED) == "printer.paper_out"
    assert eve.paper == []
    eve.mend("paper-out")
    until(spool, "A", State.PRINTED)
    assert len(eve.paper) == 1


def test_paper_that_the_printer_does_not_take_is_refused(spool: Spool, eve: Eve) -> None:
    spool.put("sheet", "A", render_sheet(Sheet("Codes", ())))
    reason = until(spool, "A", State.REFUSED, kind="sheet").reason
    assert reason is not None
    assert reason.code == "printer.no_such_media"
    assert eve.paper == []


def test_a_printer_that_is_down_and_comes_back_prints_once(spool: Spool, eve: Eve) -> None:
    eve.off()
    spool.put("label", "A", PDF)
    until(spool, "A", State.BLOCKED, State.STOPPED, State.PRINTING, State.ACCEPTED)
    eve.on()
    # CUPS tells a printer that was away before a job as it tells one that went away during it.
    until(spool, "A", State.PRINTED, State.UNKNOWN)
    assert len(eve.paper) == 1


def test_a_printer_killed_in_the_middle_leaves_a_question_and_not_a_second_label(
    spool: Spool, eve: Eve
) -> None:
    eve.fault("slow")
    spool.put("label", "A", PDF)
    until(spool, "A", State.PRINTING)
    wait_for(lambda: any((eve.folder / "spool").iterdir()), "the job at the printer")
    eve.off()
    eve.mend("slow")
    eve.on()
    row = until(spool, "A", State.UNKNOWN)
    spool.put("label", "B", PDF)
    until(spool, "B", State.PRINTED)
    assert len(eve.paper) == 1, "only the second label"
    spool.again(row.number)
    until(spool, "A", State.PRINTED)
    assert len(eve.paper) == 2


def test_a_label_taken_back_while_it_waits_does_not_come_out(spool: Spool, eve: Eve) -> None:
    eve.fault("paper-out")
    spool.put("label", "A", PDF)
    spool.void(until(spool, "A", State.STOPPED).number)
    eve.mend("paper-out")
    spool.put("label", "B", PDF)
    until(spool, "B", State.PRINTED)
    until(spool, "A", State.VOID)


def test_options_that_the_printer_behind_cups_refuses_are_refused(cups: Cups, tmp_path: Path) -> None:
    other = Eve(tmp_path / "office", media="iso_a4_210x297mm")
    other.on()
    try:
        with spooling(tmp_path, label_queue(cups, other)) as spool:
            spool.put("label", "A", PDF)
            assert code(spool, "A", State.REFUSED) == "printer.options"
        assert other.paper == []
    finally:
        other.off()


def test_cups_pdf_draws_a_sheet_whose_codes_read(cups: Cups, tmp_path: Path) -> None:
    before = set(CUPS_PDF.glob("*")) if CUPS_PDF.exists() else set()
    url = cups.queue("pdf", "-v", "cups-pdf:/", "-m", "lsb/usr/cups-pdf/CUPS-PDF_opt.ppd")
    sheet = render_sheet(Sheet("Codes", (Section("One", (Code("a", "TOTE-4711"),)),)))
    with spooling(tmp_path, url) as spool:
        spool.put("sheet", "A", sheet)
        until(spool, "A", State.PRINTED, kind="sheet")
    (made,) = set(CUPS_PDF.glob("*")) - before
    try:
        assert [symbol.text for symbol in read_symbols(render(made.read_bytes(), 300)[0])] == ["TOTE-4711"]
    finally:
        made.unlink()


def test_a_raw_queue_passes_a_label_on_dot_for_dot(cups: Cups, tmp_path: Path) -> None:
    with serving_zpl(ZplPrinterThere()) as zebra:
        url = cups.queue("raw", "-v", zebra.url, "-m", "raw")
        with spooling(tmp_path, f"{url}?zpl=203") as spool:
            spool.put("label", "A", PDF)
            until(spool, "A", State.PRINTED)
        wait_for(lambda: bool(zebra.waiting), "the label at the printer")
    assert [symbol.text for symbol in read_symbols(Picture(*drawn(zebra.waiting[0])))] == [f"(00){SSCC}"]


def test_a_raw_queue_without_a_resolution_is_refused_rather_than_sent_a_pdf(
    cups: Cups, tmp_path: Path
) -> None:
    with serving_zpl(ZplPrinterThere()) as zebra:
        with spooling(tmp_path, cups.queue("raw", "-v", zebra.url, "-m", "raw")) as spool:
            spool.put("label", "A", PDF)
            assert code(spool, "A", State.REFUSED) == "printer.raw_queue"
        assert zebra.waiting == []

"""ZPL printers: asked before and after, drawn dot for dot, and never believed further than they can be."""

from __future__ import annotations

import os
import pty
import threading
import tty
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.labels import render_label
from printing.printers import zpl
from printing.printers.opening import open_printer
from printing.printers.protocol import Paper, Printer
from printing.printers.wires import Network, UsbDevice
from printing.printers.zpl_printer import ZplPrinter
from printing.progress import News, Progress, State
from printing.proof import Picture, read_symbols
from printing.spool import Kind, Patience, Spool, Standing
from tests.printing.a_printer import until
from tests.printing.printers.a_zpl_printer import ZplPrinterThere, drawn, serving
from tests.printing.samples import LABEL, SSCC

PDF = render_label(LABEL)


@pytest.fixture
def there() -> Iterator[ZplPrinterThere]:
    with serving(ZplPrinterThere()) as printer:
        yield printer


@pytest.fixture
def printer(there: ZplPrinterThere) -> Iterator[Printer]:
    opened = ZplPrinter(partial(Network, "127.0.0.1", there.port, 5), answer_s=0.3, stall_s=5)
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


def printed(printer: Printer, paper: Paper) -> list[News]:
    """All that is heard of one paper."""
    assert printer.ready(paper) is None
    heard = [printer.send(paper).news]
    while heard[-1] in {News.ACCEPTED, News.PRINTING}:
        heard.append(printer.follow(paper, "").news)
    return heard


@pytest.mark.parametrize(("dots_per_mm", "dpi"), [(8, 203), (12, 300), (24, 600)])
def test_a_label_comes_out_dot_for_dot_and_reads_back(
    there: ZplPrinterThere, printer: Printer, paper: Paper, dots_per_mm: int, dpi: int
) -> None:
    there.dots_per_mm, there.length = dots_per_mm, round(152 * dpi / 25.4)
    assert printed(printer, paper) == [News.ACCEPTED, News.PRINTING, News.PRINTED]
    width, height, greys = drawn(there.paper[0])
    assert (width, height) == (round(839 * dpi / 203), round(1183 * dpi / 203))
    assert f"(00){SSCC}" in [symbol.text for symbol in read_symbols(Picture(width, height, greys))]


def test_what_the_printer_is_comes_from_the_printer(there: ZplPrinterThere, printer: Printer) -> None:
    traits = printer.probe()
    assert (traits.model, traits.dpi, traits.trouble) == ("ZTC ZD420-203dpi", (203, 203), None)
    assert round(traits.loaded[0].height_mm) == 152


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        ("paper_out", "printer.paper_out"),
        ("head_open", "printer.head_open"),
        ("ribbon_out", "printer.ribbon_out"),
        ("paused", "printer.paused"),
        ("full", "printer.full"),
        ("ram", "printer.memory_broken"),
        ("hot", "printer.too_hot"),
        ("cold", "printer.too_cold"),
    ],
)
def test_a_printer_in_trouble_gets_nothing_and_says_why(
    there: ZplPrinterThere, printer: Printer, paper: Paper, flag: str, told: str
) -> None:
    there.flags = {flag}
    assert code(printer.ready(paper)) == (News.HELD, told)
    assert there.waiting == []


@pytest.mark.parametrize("flag", ["paper_out", "head_open", "paused"])
def test_trouble_in_the_middle_stops_the_label_and_it_comes_out_when_it_is_gone(
    there: ZplPrinterThere, printer: Printer, paper: Paper, flag: str
) -> None:
    assert printer.ready(paper) is None
    there.flags = {flag}
    printer.send(paper)
    assert printer.follow(paper, "").news is News.STOPPED
    assert printer.follow(paper, "").news is News.STOPPED
    there.flags = set()
    assert [printer.follow(paper, "").news for _ in range(2)] == [News.PRINTING, News.PRINTED]
    assert len(there.paper) == 1


def test_labels_that_are_too_short_are_not_printed_upon(
    there: ZplPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.length = 400
    assert code(printer.ready(paper)) == (News.HELD, "printer.short_label")
    there.die_cut = False
    assert printer.ready(paper) is None


def test_a_printer_that_dies_in_the_middle_is_not_guessed_about(
    there: ZplPrinterThere, printer: Printer, paper: Paper
) -> None:
    assert printer.ready(paper) is None
    there.dies_after = 1000
    sent = printer.send(paper)
    assert (sent if sent.news is News.LOST else printer.follow(paper, "")).news is News.LOST
    assert printer.follow(paper, "").news is News.LOST


def test_a_printer_that_was_switched_off_while_a_label_waited_is_not_believed(paper: Paper) -> None:
    there = ZplPrinterThere(prints=False)
    with serving(there):
        printer = open_printer(there.url)
        assert printer.ready(paper) is None
        printer.send(paper)
        assert printer.follow(paper, "").news is News.PRINTING
    there.waiting.clear()
    with serving(there):
        assert printer.follow(paper, "").news is News.LOST
    printer.close()


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (b"", "printer.silent"),
        (b"\x02\x03" * 3, "printer.garbled"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "printer.garbled"),
        (b"\x02a,b\x03\x02c\x03\x02d\x03", "printer.garbled"),
        (b"x" * 50_000, "printer.garbled"),
    ],
)
def test_nonsense_instead_of_a_status_holds(
    there: ZplPrinterThere, printer: Printer, paper: Paper, says: bytes, told: str
) -> None:
    there.says = says
    assert code(printer.ready(paper)) == (News.HELD, told)
    assert there.waiting == []


def test_a_printer_that_is_off_holds(paper: Paper) -> None:
    with serving(ZplPrinterThere()) as there:
        url = there.url
    printer = open_printer(url)
    assert code(printer.ready(paper)) == (News.HELD, "printer.unreachable")
    trouble = printer.probe().trouble
    assert trouble is not None
    assert trouble.code == "printer.unreachable"


def test_one_connection_at_a_time(there: ZplPrinterThere, tmp_path: Path) -> None:
    spool = Spool(
        tmp_path / "spool",
        {},
        printers=[Standing("zebra", (Kind.LABEL,), open_printer(there.url))],
        patience=Patience(0.002, 0.02),
    )
    for number in range(5):
        spool.put("label", f"SO-{number}", PDF)
    until(spool, "SO-4", State.PRINTED)
    spool.close()
    assert there.most_connections == 1
    names = [label[label.index(b"label-SO-") :][6:10] for label in there.paper]
    assert names == [b"SO-0", b"SO-1", b"SO-2", b"SO-3", b"SO-4"]


def test_what_is_cancelled_is_forgotten_by_the_printer_and_looked_for_by_a_person(
    there: ZplPrinterThere, printer: Printer, paper: Paper
) -> None:
    there.prints = False
    assert printer.ready(paper) is None
    printer.send(paper)
    assert printer.follow(paper, "").news is News.PRINTING
    assert code(printer.cancel(paper, "")) == (News.LOST, "printer.cancelled_midway")
    assert printer.ready(paper) is None
    assert there.waiting == []


def test_the_same_by_a_device_of_the_kernel(paper: Paper) -> None:
    """A pseudo-terminal stands for /dev/usb/lp0: read, write and poll are the same."""
    there = ZplPrinterThere()
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    device = os.ttyname(theirs)

    class Wire:
        def recv(self, size: int) -> bytes:
            try:
                return os.read(ours, size)
            except OSError:
                return b""

        def sendall(self, data: bytes) -> None:
            os.write(ours, data)

    thread = threading.Thread(target=there.serve, args=(Wire(),), daemon=True)
    thread.start()
    printer = ZplPrinter(partial(UsbDevice, Path(device)), answer_s=5)
    assert printed(printer, paper)[-1] is News.PRINTED
    assert drawn(there.paper[0])[:2] == (839, 1183)
    os.close(theirs)
    thread.join()
    os.close(ours)
    assert code(open_printer("usb:///dev/nowhere/lp0").ready(paper)) == (News.HELD, "printer.unreachable")


@given(st.data(), st.integers(1, 70), st.integers(1, 5))
def test_a_graphic_unpacks_to_the_same_dots(data: st.DataObject, width: int, height: int) -> None:
    rows = [
        data.draw(
            st.lists(st.sampled_from([0, 255, 255, 127, 128]), min_size=width, max_size=width).map(bytes)
        )
        for _ in range(height)
    ]
    greys = b"".join([*rows, rows[-1], b"\xff" * width, b"\x00" * width])
    label = zpl.label(width, height + 3, greys, "x")
    expected = bytes(0 if grey < 128 else 255 for grey in greys)
    assert drawn(label) == (width, height + 3, expected)


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_status_or_not(data: bytes) -> None:
    for answer in (data, b"\x02" + data + b"\x03" + data, b"\x02" + data + b"\x03\x021\x03\x022\x03"):
        zpl.read_status(answer)
        zpl.read_identity(answer)

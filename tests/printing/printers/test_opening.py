"""Addresses of printers, and the folder as a printer."""

from __future__ import annotations

from pathlib import Path

import pytest

from printing.errors import PrintError
from printing.printers.folder import FolderPrinter
from printing.printers.ipp import IppPrinter
from printing.printers.opening import open_printer
from printing.printers.protocol import Paper
from printing.printers.zpl_printer import ZplPrinter
from printing.progress import News


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("ipp://10.0.0.9", "ipp://10.0.0.9:631/ipp/print"),
        ("ipp://[::1]:8631/ipp/print/2", "ipp://[::1]:8631/ipp/print/2"),
        ("ipps://printer.example/ipp", "ipps://printer.example:631/ipp"),
        ("cups://localhost/zebra", "ipp://localhost:631/printers/zebra"),
        ("cups://localhost:6631/zebra?zpl=300", "ipp://localhost:6631/printers/zebra"),
    ],
)
def test_ipp_and_cups(url: str, uri: str) -> None:
    printer = open_printer(url)
    assert isinstance(printer, IppPrinter)
    assert printer._uri == uri
    printer.close()


@pytest.mark.parametrize("url", ["socket://10.0.0.5", "socket://10.0.0.5:9100", "usb:///dev/usb/lp0"])
def test_zpl(url: str) -> None:
    assert isinstance(open_printer(url), ZplPrinter)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "printer",
        "spool/labels",
        "http://10.0.0.9/ipp",
        "ipp://",
        "ipp://host:99999",
        "ipp://[::1",
        "cups://localhost",
        "cups://localhost/q?zpl=204",
        "socket://",
        "usb://lp0",
        "usb:lp0",
    ],
)
def test_what_is_no_printer_is_refused(url: str) -> None:
    with pytest.raises(PrintError) as refused:
        open_printer(url)
    assert refused.value.code == "printer.wrong_url"


def test_a_folder_gets_each_paper_whole_and_once(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF a label")
    paper = Paper("label", source, "label-A-1")
    printer = open_printer(str(tmp_path / "out"))
    assert isinstance(printer, FolderPrinter)
    assert (printer.probe().trouble, printer.ready(paper)) == (None, None)
    assert [printer.send(paper).news, printer.follow(paper, "").news] == [News.PRINTED, News.PRINTED]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["label-A-1.pdf"]


def test_a_folder_that_cannot_be_written_holds(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    printer = open_printer(str(tmp_path / "out" / "deeper"))
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF a label")
    for progress in (
        printer.ready(Paper("label", source, "x")),
        printer.send(Paper("label", source, "x")),
    ):
        assert progress is not None
        assert progress.news is News.HELD
        assert progress.reason is not None
        assert progress.reason.code == "print.not_written"
    assert printer.probe().trouble is not None

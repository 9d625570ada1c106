"""``storehand printers``: the list, the test label, and exit statuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from printing.progress import State
from printing.proof import Picture, read_symbols
from printing.spool import Spool
from tests.cli.running import Host
from tests.printing.printers import a_zpl_printer, an_ipp_printer


def put(host: Host, **printers: str) -> None:
    rows = [f'[station.printers.{name}]\nurl = "{url}"\n' for name, url in printers.items()]
    (host.folder / "storehand.toml").write_text("\n".join(rows))


def test_without_printers_it_says_where_they_are_named(host: Host) -> None:
    said = host.say("printers")
    assert (said.status, "[printers.none]" in said.err) == (2, True)


def test_the_list_says_what_each_is_and_how_it_is(host: Host, tmp_path: Path) -> None:
    with (
        an_ipp_printer.serving(an_ipp_printer.IppPrinterThere()) as office,
        a_zpl_printer.serving(a_zpl_printer.ZplPrinterThere()) as zebra,
    ):
        put(host, office=office.uri, zebra=zebra.url, folder=str(tmp_path / "out"))
        said = host.say("printers")
        assert said.status == 0, said
        assert "Storehand Test Printer, 203 dpi" in said.out
        assert "ZTC ZD420-203dpi, 203 dpi, 152 mm" in said.out
        office.reasons = ("media-empty-error",)
        zebra.flags = {"head_open"}
        said = host.say("printers")
        assert said.status == 1
        assert "[printer.paper_out]" in said.out
        assert "[printer.head_open]" in said.out


def test_the_list_counts_what_waits(host: Host, tmp_path: Path) -> None:
    put(host, folder=str(tmp_path / "out"))
    spool = Spool(host.home / "stations" / "PACK-1" / "spool", {"label": ["/nowhere/lp", "{path}"]})
    spool.put("label", "A", b"%PDF")
    said = host.say("printers")
    assert (said.status, "wait for label command or for a person: 1" in said.out) == (0, True)
    assert spool.unfinished()[0].state in {State.QUEUED, State.SENT, State.BLOCKED}
    spool.close()


def test_a_test_label_reads_as_it_says(host: Host) -> None:
    with a_zpl_printer.serving(a_zpl_printer.ZplPrinterThere()) as zebra:
        put(host, zebra=zebra.url)
        said = host.say("printers", "test", "zebra")
    assert said.status == 0, said
    (symbol,) = read_symbols(Picture(*a_zpl_printer.drawn(zebra.paper[0])))
    assert symbol.text in said.out


def test_a_test_label_fits_the_paper_of_an_ipp_printer(host: Host) -> None:
    with an_ipp_printer.serving(an_ipp_printer.IppPrinterThere(media=(an_ipp_printer.A4,))) as office:
        put(host, office=office.uri)
        said = host.say("printers", "test", "office")
    assert said.status == 0, said
    assert office.jobs[0].asked["media"] == (an_ipp_printer.A4,)


@pytest.mark.parametrize(
    ("flags", "told"), [({"paper_out"}, "printer.paper_out"), ({"head_open"}, "printer.head_open")]
)
def test_a_test_that_cannot_be_printed_says_why(host: Host, flags: set[str], told: str) -> None:
    with a_zpl_printer.serving(a_zpl_printer.ZplPrinterThere(flags=flags)) as zebra:
        put(host, zebra=zebra.url)
        said = host.say("printers", "test", "zebra")
    assert (said.status, f"[{told}]" in said.out) == (1, True)
    assert zebra.paper == []


def test_a_printer_that_dies_in_the_middle_is_no_success(host: Host) -> None:
    with a_zpl_printer.serving(a_zpl_printer.ZplPrinterThere(dies_after=100)) as zebra:
        put(host, zebra=zebra.url)
        said = host.say("printers", "test", "zebra")
    assert (said.status, "says that it is printed" in said.out) == (1, False)


def test_a_wrong_name_or_address_is_refused(host: Host) -> None:
    put(host, zebra="http://10.0.0.5")
    said = host.say("printers")
    assert (said.status, "[printer.wrong_url]" in said.err) == (2, True)
    said = host.say("printers", "test", "zebro")
    assert (said.status, "[printers.unknown]" in said.err) == (2, True)

"""The proof: a label counts only if a scanner reads from it what the books say."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from printing.errors import PrintError
from printing.labels import human_readable, render_label
from printing.paper import A6, Paper, symbol_width
from printing.proof import Proof, picture, prove, read_symbols, render, text_of
from printing.symbols import code_128, gs1_128
from tests.printing.samples import LABEL, OTHER_SSCC, SSCC, strip_with

EXPECTED = [human_readable(SSCC)]


def reason_of(proof: Proof) -> str:
    assert proof.reason is not None
    return proof.reason.code


def test_a_label_that_reads_is_good() -> None:
    assert prove(render_label(LABEL), EXPECTED) == Proof(good=True, read=(f"(00){SSCC}",))


def test_a_label_of_another_parcel_is_not_good() -> None:
    proof = prove(render_label(replace(LABEL, sscc=OTHER_SSCC)), EXPECTED)
    assert not proof.good
    assert proof.read == (f"(00){OTHER_SSCC}",)
    assert reason_of(proof) == "print.unread_symbol"


def test_the_same_digits_as_plain_code_128_are_not_good() -> None:
    assert reason_of(prove(strip_with(code_128(f"00{SSCC}"), 4), EXPECTED)) == "print.unread_symbol"


def test_plain_code_128_that_spells_the_brackets_is_not_good() -> None:
    assert reason_of(prove(strip_with(code_128(f"(00){SSCC}"), 2), EXPECTED)) == "print.unread_symbol"


def test_a_second_sscc_on_the_label_is_not_good() -> None:
    paper = Paper("label", "two", A6)
    paper.symbol(gs1_128([("00", SSCC)]), 5, 5, 30, 4)
    paper.symbol(gs1_128([("00", OTHER_SSCC)]), 5, 60, 30, 4)
    assert reason_of(prove(paper.finish(), EXPECTED)) == "print.extra_symbol"


def test_a_symbol_that_other_ink_covers_is_not_good() -> None:
    paper = Paper("label", "covered", A6)
    symbol = gs1_128([("00", SSCC)])
    paper.symbol(symbol, 5, 50, 30, 4)
    for stripe in range(30):
        paper.rule(50 + stripe, 5 + stripe * 2, symbol_width(symbol, 4) / 2, 1)
    assert reason_of(prove(paper.finish(), EXPECTED)) == "print.unread_symbol"


def test_bars_that_grow_on_a_coarse_printer_are_not_good_although_the_picture_reads() -> None:
    """Drawn as most libraries do, in millimetres and not in dots: the reason for reading twice."""
    paper = Paper("label", "off the grid", A6)
    module = 0.23 * 72 / 25.4
    at = 20.0
    for place, modules in enumerate(gs1_128([("00", SSCC)]).modules):
        if place % 2 == 0:
            paper._canvas.rect(at, 100, modules * module, 90, stroke=0, fill=1)
        at += modules * module
    pdf = paper.finish()
    assert [symbol.text for symbol in read_symbols(*render(pdf))] == EXPECTED
    assert reason_of(prove(pdf, EXPECTED)) == "print.unread_symbol"


def test_an_empty_page_is_not_good() -> None:
    proof = prove(Paper("label", "empty", A6).finish(), EXPECTED)
    assert (proof.good, proof.read, reason_of(proof)) == (False, (), "print.unread_symbol")


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.4", b"no pdf at all", b"\0" * 1000])
def test_bytes_that_are_no_pdf_are_not_good(junk: bytes) -> None:
    assert reason_of(prove(junk, EXPECTED)) == "print.not_a_document"
    for read in (picture, text_of):
        with pytest.raises(PrintError) as refused:
            read(junk)
        assert refused.value.code == "print.not_a_document"


def test_labels_are_proved_from_several_threads_at_once() -> None:
    pdf = render_label(LABEL)
    with ThreadPoolExecutor(4) as threads:
        proofs = list(threads.map(lambda _: prove(pdf, EXPECTED), range(12)))
    assert all(proof.good for proof in proofs)


def test_a_picture_is_the_page_dot_for_dot() -> None:
    (page,) = render(render_label(LABEL), 203)
    png = page.png()
    at, data = 8, b""
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4]), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == int.from_bytes(png[at + 8 + length : at + 12 + length])
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    rows = zlib.decompress(data)
    assert (
        b"".join(rows[row : row + page.width + 1][1:] for row in range(0, len(rows), page.width + 1))
        == page.greys
    )

"""Symbols: what is drawn reads back as what was asked for, on every printer that we know of."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from printing.errors import PrintError
from printing.proof import ReadSymbol, burn, read_symbols, render
from printing.symbols import check_digit, code_128, ean_13, gs1_128
from tests.printing.samples import SSCC, black_and_white, strip_with

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24)
GS1_SET = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
LOT = st.text(GS1_SET, min_size=1, max_size=12)
DIGITS = st.text("0123456789", min_size=17, max_size=17)


@settings(max_examples=40)
@example(text="9908", size=2)  # python-barcode takes the leading 99 for a change of code set
@example(text="99A", size=2)
@example(text='X9n*j.cjyu"^viKg', size=3)  # read twice, once wrongly, if zxing may look at a blurred page
@given(text=PRINTABLE, size=st.sampled_from([2, 3, 4]))
def test_any_printable_text_reads_back_at_203_and_300_dpi_and_in_black_and_white(
    text: str, size: int
) -> None:
    pdf = strip_with(code_128(text), size)
    wanted = [ReadSymbol(text, gs1=False)]
    (native,), (burnt,), (finer,) = render(pdf, 203), burn(pdf, 203), render(pdf, 300)
    assert read_symbols(native) == wanted
    assert read_symbols(burnt) == wanted
    assert read_symbols(black_and_white(native, 128)) == wanted
    assert read_symbols(finer) == wanted
    assert read_symbols(black_and_white(finer, 128)) == wanted


@settings(max_examples=40)
@given(digits=DIGITS)
def test_any_sscc_reads_back_as_gs1_128(digits: str) -> None:
    sscc = digits + check_digit(digits)
    pdf = strip_with(gs1_128([("00", sscc)]), 4)
    wanted = [ReadSymbol(f"(00){sscc}", gs1=True)]
    for dpi in (203, 300):
        for page in (*render(pdf, dpi), *burn(pdf, dpi)):
            assert read_symbols(page) == wanted


@settings(max_examples=40)
@given(lot=LOT, serial=LOT)
def test_a_field_of_variable_length_ends_where_the_next_begins(lot: str, serial: str) -> None:
    pdf = strip_with(gs1_128([("01", "04012345123456"), ("10", lot), ("21", serial)]), 3, (250, 30))
    (page,) = render(pdf, 203)
    assert read_symbols(page) == [ReadSymbol(f"(01)04012345123456(10){lot}(21){serial}", gs1=True)]


@settings(max_examples=30)
@given(digits=st.text("0123456789", min_size=12, max_size=12), size=st.sampled_from([2, 3]))
def test_any_ean_13_reads_back(digits: str, size: int) -> None:
    ean = digits + check_digit(digits)
    pdf = strip_with(ean_13(ean), size)
    for page in (*render(pdf), *burn(pdf)):
        assert read_symbols(page) == [ReadSymbol(ean, gs1=False)]


def test_no_bar_grows_by_a_dot_where_every_touched_dot_turns_black() -> None:
    symbol = gs1_128([("00", SSCC)])
    (page,) = burn(strip_with(symbol, 4))
    middle = 15 * 8 * page.width
    row = page.greys[middle : middle + page.width]
    runs = [len(list(run)) for _, run in groupby(row)]
    assert runs[1:-1] == [4 * width for width in symbol.modules]


def test_the_quiet_zone_is_ten_modules_on_each_side() -> None:
    symbol = code_128("TOTE-0001")
    assert symbol.width == sum(symbol.modules) + 20


def test_fnc1_follows_only_fields_of_variable_length() -> None:
    fixed = gs1_128([("01", "04012345123456"), ("15", "271231")])
    turned = gs1_128([("15", "271231"), ("01", "04012345123456")])
    assert sum(fixed.modules) == sum(turned.modules)
    ends_variable = gs1_128([("15", "271231"), ("10", "ABC")])
    begins_variable = gs1_128([("10", "ABC"), ("15", "271231")])
    assert sum(begins_variable.modules) > sum(ends_variable.modules)


@pytest.mark.parametrize("text", ["", "Größe", "a\x1db", "日本", "a\nb"])
def test_a_text_that_code_128_cannot_carry_is_refused(text: str) -> None:
    with pytest.raises(PrintError) as refused:
        code_128(text)
    assert refused.value.code == "print.wrong_symbol"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("10", "")],
        [("10", "a b")],
        [("10", "a\x1db")],
        [("x0", "1")],
        [("10", "L" * 20), ("21", "S" * 20), ("240", "X" * 10)],
    ],
)
def test_fields_that_gs1_128_cannot_carry_are_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(PrintError) as refused:
        gs1_128(fields)
    assert refused.value.code == "print.wrong_symbol"


@pytest.mark.parametrize("digits", ["", "4012345123457", "401234512345", "40123451234XX", "٤٠١٢٣٤٥١٢٣٤٥٦"])
def test_an_ean_13_with_a_wrong_check_digit_or_length_is_refused(digits: str) -> None:
    with pytest.raises(PrintError) as refused:
        ean_13(digits)
    assert refused.value.code == "print.wrong_symbol"


def test_the_check_digit_is_the_one_of_the_gs1_specifications() -> None:
    assert check_digit("629104150021") == "3"
    assert check_digit("37610425002123456") == "9"

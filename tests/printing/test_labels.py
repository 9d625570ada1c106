"""The shipping label: everything on it is there to be read, by a scanner and by a driver, or it is refused by name."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.orders import Address
from printing.errors import PrintError, TooLongError, UnprintableTextError
from printing.labels import ShippingLabel, human_readable, render_label
from printing.proof import burn, picture, prove, read_symbols, render, text_of
from printing.symbols import check_digit
from tests.printing.samples import ADDRESS, LABEL, SSCC, black_and_white, squeezed

POLISH = Address(
    name="Bartłomiej Gżegżółka",
    street="Aleja Niepodległości 12/4",
    city="Łódź",
    country="PL",
    postcode="90-001",
)
LONG = Address(
    name="Maximiliane-Alexandra Freifrau von und zu Wolfenbüttel-Langenfeld-Hohenzollern",
    company="Überregionale Donaudampfschifffahrtsgesellschaft für Elektrizitätenhauptbetriebswerke mbH & Co. KG",
    street="Robert-Koch-und-Emil-von-Behring-Gedächtnisallee 123456789, Gebäude C, Treppenhaus siebzehn",
    street2="Eingang über den Hof, zweimal lang und einmal kurz läuten, sonst bei Nachbarn abgeben",
    city="Hellschen-Heringsand-Unterschaar an der Nordsee",
    region="Schleswig-Holstein",
    postcode="25764",
    country="DE",
    phone="+49 4833 123456789-0",
)


def words_of(label: ShippingLabel) -> str:
    return squeezed(text_of(render_label(label))[0])


def test_the_sscc_reads_as_gs1_128_at_203_and_300_dpi_in_greys_and_in_black_and_white() -> None:
    pdf = render_label(LABEL)
    for dpi in (203, 300, 600):
        (page,) = render(pdf, dpi)
        for shown in (page, *burn(pdf, dpi), black_and_white(page, 128)):
            (symbol,) = read_symbols(shown)
            assert (symbol.text, symbol.gs1) == (f"(00){SSCC}", True)


def test_the_page_is_105_by_148_mm_in_whole_dots() -> None:
    (page,) = render(render_label(LABEL), 203)
    assert (page.width, page.height) == (839, 1183)


def test_the_sscc_is_at_least_32_mm_high_and_the_lowest_symbol_with_its_digits_below() -> None:
    (page,) = render(render_label(LABEL), 203)
    # the first bar of the symbol stands right of the left quiet zone
    left = (839 - 156 * 4) // 2 + 2
    column = page.greys[left :: page.width]
    bar = max(column.split(b"\xff"), key=len)
    assert len(bar) * 25.4 / 203 >= 32
    assert text_of(render_label(LABEL))[0].split()[-1] == f"(00){SSCC}"


def test_every_text_of_the_label_can_be_read_from_it() -> None:
    text = words_of(LABEL)
    for word in (
        "Nordpost",
        "Parcel Express",
        "DE-B 10",
        *LABEL.ship_from,
        *(getattr(ADDRESS, field.name) for field in fields(ADDRESS)),
        "10623 Berlin",
        "SO-2024-000123",
        "2.345 kg",
        "NP123456789DE",
        "PO 4711",
        "LIMITED QUANTITY / LITHIUM BATTERY",
    ):
        assert squeezed(word) in text


@settings(max_examples=60)
@given(
    text=st.text(
        st.characters(codec="cp1252", exclude_categories=["Cc", "Cf", "Zs"]), min_size=1, max_size=30
    )
)
def test_any_western_european_text_comes_out_as_it_went_in(text: str) -> None:
    label = replace(LABEL, ship_to=replace(ADDRESS, name=f"x{text}x"))
    assert f"x{unicodedata.normalize('NFC', text)}x" in words_of(label)


@pytest.mark.parametrize(
    "name",
    [
        "Bartłomiej Gżegżółka",
        "Dvořák Přemysl",
        "Şükrü Işık İğdır",
        "Szűcs Ödön",
        "Ștefan Țîrlea",
        "Ελένη",
        "Жуковский",
    ],
)
def test_names_from_all_over_europe_and_vietnam_come_out_as_they_went_in(name: str) -> None:
    pdf = render_label(replace(LABEL, ship_to=replace(ADDRESS, name=name)))
    assert squeezed(name) in squeezed(text_of(pdf)[0])
    assert prove(pdf, [human_readable(SSCC)]).good


@pytest.mark.parametrize(
    ("name", "unprintable"),
    [
        ("王小明", "王小明"),
        ("Nguyễn Đức", "ễ"),
        ("محمد", "محد"),
        ("משה", "משה"),
        ("Ann 😀", "😀"),
        ("สมชาย", "สมชาย"),
        ("tab\x07le", "\x07"),
        ("x\u0323\u0321", "\u0323\u0321"),
    ],
)
def test_what_no_font_here_draws_is_refused_with_the_field_and_the_characters(
    name: str, unprintable: str
) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        render_label(replace(LABEL, ship_to=replace(ADDRESS, name=name)))
    assert refused.value.code == "print.unprintable"
    assert refused.value.field == "ship_to.name"
    assert set(refused.value.characters) == set(unprintable)


@pytest.mark.parametrize(
    "field",
    ["carrier", "service", "routing", "order", "tracking", "ship_from", "references", "hazard_marks"],
)
def test_every_field_is_named_when_it_cannot_be_printed(field: str) -> None:
    value: object = ("王",) if isinstance(getattr(LABEL, field), tuple) else "王"
    with pytest.raises(UnprintableTextError) as refused:
        render_label(replace(LABEL, **{field: value}))  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    "field", ["name", "company", "street", "street2", "city", "region", "postcode", "country", "phone"]
)
def test_every_part_of_the_address_is_named_when_it_cannot_be_printed(field: str) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        render_label(replace(LABEL, ship_to=replace(ADDRESS, **{field: "王"})))
    assert refused.value.field == f"ship_to.{field}"


def test_letters_with_separate_accents_are_composed_and_invisible_characters_left_out() -> None:
    name = "Jo\u0308rg\u200b\u00a0Mu\u0308ller\u202e"
    assert render_label(replace(LABEL, ship_to=replace(ADDRESS, name=name))) == render_label(
        replace(LABEL, ship_to=replace(ADDRESS, name="Jörg Müller"))
    )


def test_a_very_long_address_is_wrapped_and_made_smaller_and_nothing_is_lost() -> None:
    pdf = render_label(replace(LABEL, ship_to=LONG))
    # PDFium shows a hyphen at a line's end as a soft one
    text = squeezed(text_of(pdf)[0]).replace("\ufffe", "-").replace("\x02", "-").replace("\xad", "-")
    for field in fields(LONG):
        assert squeezed(getattr(LONG, field.name)) in text
    assert prove(pdf, [human_readable(SSCC)]).good


@pytest.mark.parametrize("label", [LABEL, replace(LABEL, ship_to=LONG), replace(LABEL, ship_to=POLISH)])
def test_no_text_touches_a_rule_the_edge_or_the_bars(label: ShippingLabel) -> None:
    (black,) = burn(render_label(label))
    rows = [black.greys[at : at + black.width] for at in range(0, len(black.greys), black.width)]
    margin = 24
    white = bytes([255])
    assert all(set(row[:margin] + row[-margin:]) == set(white) for row in rows)
    for millimetre in (37, 77, 103):
        rule = round(millimetre * 203 / 25.4)
        assert set(rows[rule - 2]) == set(white)
        assert set(rows[rule + 8]) == set(white)
    bars_begin, bars_end = round(105.5 * 203 / 25.4), round(138.5 * 203 / 25.4)
    for row in (*rows[bars_begin - 6 : bars_begin - 1], *rows[bars_end + 2 : bars_end + 5]):
        assert set(row) == set(white)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("carrier", "Carrier " * 40),
        ("service", "S" * 300),
        ("routing", "R" * 300),
        ("order", "4" * 500),
        ("tracking", "T" * 500),
        ("ship_from", ("line",) * 30),
        ("references", ("PO 4711",) * 60),
        ("hazard_marks", tuple(f"MARK {number}" for number in range(99))),
        ("order", "4" * 1_000_000),
        ("routing", "R " * 500_000),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_does_not_fit_is_refused_by_name_and_never_cut(field: str, value: str | tuple[str, ...]) -> None:
    with pytest.raises(TooLongError) as refused:
        render_label(replace(LABEL, **{field: value}))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == ("print.too_long", field)


def test_the_longest_part_of_an_address_that_does_not_fit_is_named() -> None:
    with pytest.raises(TooLongError) as refused:
        render_label(replace(LABEL, ship_to=replace(ADDRESS, street2="far " * 500)))
    assert refused.value.field == "ship_to.street2"


@settings(max_examples=40)
@given(
    name=st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=120),
    street=st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=120),
    digits=st.text("0123456789", min_size=17, max_size=17),
)
def test_whatever_the_address_the_label_is_proved_or_refused(name: str, street: str, digits: str) -> None:
    sscc = digits + check_digit(digits)
    label = replace(LABEL, sscc=sscc, ship_to=replace(ADDRESS, name=name, street=street))
    assert prove(render_label(label), [human_readable(sscc)]).good


def test_a_reprint_is_the_same_label_even_in_another_process() -> None:
    program = (
        "import sys, hashlib\n"
        "from dataclasses import replace\n"
        "from printing.labels import render_label\n"
        "from tests.printing.samples import ADDRESS, LABEL\n"
        "label = replace(LABEL, ship_to=replace(ADDRESS, name='Gżegżółka'))\n"
        "sys.stdout.write(hashlib.sha256(render_label(LABEL) + render_label(label)).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(path for path in sys.path if path) or "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert render_label(LABEL) == render_label(LABEL)


def test_hazard_marks_stand_sorted_each_once() -> None:
    shuffled = replace(LABEL, hazard_marks=("LITHIUM BATTERY", "LIMITED QUANTITY", "LITHIUM BATTERY"))
    assert render_label(shuffled) == render_label(LABEL)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sscc": "340123450000000018"}, "print.wrong_sscc"),
        ({"sscc": "34012345000000001"}, "print.wrong_sscc"),
        ({"sscc": ""}, "print.wrong_sscc"),
        ({"weight_g": 0}, "print.wrong_weight"),
        ({"parcel": 0}, "print.wrong_parcel_number"),
    ],
)
def test_a_label_with_a_wrong_number_or_weight_is_refused(change: dict[str, str | int], code: str) -> None:
    with pytest.raises(PrintError) as refused:
        render_label(replace(LABEL, **change))  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("DE", ["12345 Springfield", "IL", "DE"]),
        ("US", ["Springfield IL 12345", "US"]),
        ("GB", ["Springfield", "IL", "12345", "GB"]),
    ],
)
def test_an_address_is_written_as_its_country_writes_it(country: str, lines: list[str]) -> None:
    address = Address("Ann", "Main Street 1", "Springfield", country, postcode="12345", region="IL")
    text = text_of(render_label(replace(LABEL, ship_to=address)))[0].splitlines()
    at = text.index("Main Street 1") + 1
    assert text[at : at + len(lines)] == lines


def test_the_picture_of_a_label_is_a_png_of_the_asked_resolution() -> None:
    png = picture(render_label(LABEL), 100)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (413, 583)

"""Packing slips, manifests and sheets of codes: complete on every page, and every code on them reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.errors import PrintError, TooLongError, UnprintableTextError
from printing.manifests import ManifestPaper, ManifestParcel, render_manifest
from printing.proof import prove, text_of
from printing.sheets import Code, Section, Sheet, render_sheet
from printing.slips import PackingSlip, SlipLine, render_slip
from printing.symbols import check_digit
from tests.printing.samples import ADDRESS, SSCC, squeezed

SLIP = PackingSlip(
    order="SO-2024-000123",
    parcel=2,
    ship_to=ADDRESS,
    lines=(
        SlipLine("SHIRT-NAVY-M", "Merino T-shirt", 3, variant="M navy", lot="L2024-7", remaining=1),
        SlipLine("MUG", "Mug", 1),
    ),
)
MANIFEST = ManifestPaper(
    id="MF-2024-0007",
    carrier="Nordpost",
    closed_at=datetime(2024, 11, 22, 17, 5, tzinfo=timezone(timedelta(hours=1))),
    parcels=(ManifestParcel(SSCC, 1200, "SO-1"), ManifestParcel(SSCC, 850, "SO-2")),
    ship_from=("Storehand Demo Warehouse", "20457 Hamburg, DE"),
)


def serial_sscc(number: int) -> str:
    digits = f"34012345{number:09d}"
    return digits + check_digit(digits)


def test_a_slip_says_what_is_in_the_box_and_what_follows() -> None:
    pdf = render_slip(SLIP)
    (page,) = text_of(pdf)
    for word in (
        "SO-2024-000123",
        "SHIRT-NAVY-M",
        "Merino T-shirt",
        "M navy",
        "L2024-7",
        "Jörg Müller-Größenwahn",
    ):
        assert squeezed(word) in squeezed(page)
    assert prove(pdf, ["SO-2024-000123"]).good


@settings(max_examples=15)
@given(count=st.integers(0, 200))
def test_a_slip_of_up_to_200_lines_has_each_line_once(count: int) -> None:
    lines = tuple(SlipLine(f"SKU-{number:04d}-END", "A thing", number + 1) for number in range(count))
    text = "".join(text_of(render_slip(replace(SLIP, lines=lines))))
    for line in lines:
        assert text.count(line.sku) == 1


def test_every_page_of_a_long_slip_names_the_order_and_its_number() -> None:
    lines = tuple(SlipLine(f"SKU-{number}", "Shirt", 1, variant="M navy", lot="L1") for number in range(200))
    pages = text_of(render_slip(replace(SLIP, lines=lines)))
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert "SO-2024-000123" in page
        assert f"Page {number} of {len(pages)}" in page


def test_an_order_number_that_no_bars_can_carry_is_still_written() -> None:
    pdf = render_slip(replace(SLIP, order="Große Bestellung 7"))
    assert "Große Bestellung 7" in text_of(pdf)[0]
    assert prove(pdf, []).good


@pytest.mark.parametrize("field", ["sku", "name", "variant", "lot"])
def test_a_slip_line_that_cannot_be_drawn_is_refused_by_name(field: str) -> None:
    line = replace(SLIP.lines[0], **{field: "王"})  # type: ignore[arg-type]
    with pytest.raises(UnprintableTextError) as refused:
        render_slip(replace(SLIP, lines=(line,)))
    assert refused.value.field == f"line.{field}"


def test_a_slip_line_taller_than_a_page_is_refused_by_name() -> None:
    with pytest.raises(TooLongError) as refused:
        render_slip(replace(SLIP, lines=(SlipLine("SKU", "so much to say " * 200, 1),)))
    assert refused.value.field == "line.name"


def test_a_slip_without_a_parcel_number_is_refused() -> None:
    with pytest.raises(PrintError) as refused:
        render_slip(replace(SLIP, parcel=0))
    assert refused.value.code == "print.wrong_parcel_number"


def test_a_manifest_says_when_it_closed_in_utc_and_adds_up() -> None:
    pdf = render_manifest(MANIFEST)
    (page,) = text_of(pdf)
    for word in (
        "2024-11-22 16:05 UTC",
        "2 parcels, 2.050 kg",
        f"(00){SSCC}",
        "1.200 kg",
        "SO-2",
        "Nordpost",
    ):
        assert squeezed(word) in squeezed(page)
    assert prove(pdf, ["MF-2024-0007"]).good


@settings(max_examples=25)
@given(count=st.integers(0, 260))
def test_a_manifest_of_any_length_lists_each_parcel_once_and_its_totals_on_the_last_page(count: int) -> None:
    parcels = tuple(ManifestParcel(serial_sscc(number), 1000) for number in range(count))
    pages = text_of(render_manifest(replace(MANIFEST, parcels=parcels)))
    text = "".join(pages)
    for parcel in parcels:
        assert text.count(parcel.sscc) == 1
    assert f"{count} parcels, {count}.000 kg" in pages[-1]
    assert not any("HANDED OVER" in page for page in pages[:-1])
    assert "HANDED OVER" in pages[-1]


def test_papers_are_the_same_bytes_each_time() -> None:
    assert render_slip(SLIP) == render_slip(SLIP)
    assert render_manifest(MANIFEST) == render_manifest(MANIFEST)
    same_instant = replace(MANIFEST, closed_at=MANIFEST.closed_at.astimezone(UTC))
    assert render_manifest(same_instant) == render_manifest(MANIFEST)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"closed_at": datetime(2024, 11, 22, 17, 5)}, "print.wrong_time"),  # noqa: DTZ001 that is what is refused
        ({"parcels": (ManifestParcel("123", 1),)}, "print.wrong_sscc"),
        ({"parcels": (ManifestParcel(SSCC, 0),)}, "print.wrong_weight"),
        ({"id": "Märzliste"}, "print.wrong_symbol"),
    ],
)
def test_a_manifest_with_a_fault_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(PrintError) as refused:
        render_manifest(replace(MANIFEST, **change))  # type: ignore[arg-type]
    assert refused.value.code == code


def sheet_of(*codes: str) -> Sheet:
    return Sheet("Codes to scan", (Section("Codes", tuple(Code(f"What {code} is", code) for code in codes)),))


def test_every_code_of_the_demo_sheet_reads() -> None:
    badges = tuple(Code(f"Operator {n}", f"BADGE:{n:032x}", "signs in") for n in range(7, 10))
    commands = tuple(
        Code(name, f"CMD:{name}", "key") for name in ("undo", "sign_off", "quantity", *"0123456789", "enter")
    )
    totes = tuple(Code(f"Tote {n}", f"TOTE-{n:04d}") for n in range(12))
    items = tuple(
        Code(f"Item {n}", digits + check_digit(digits), "case of 6")
        for n in range(40)
        for digits in [f"401234567{n:03d}"]
    )
    sections = (("Badges", badges), ("Commands", commands), ("Totes", totes), ("Items", items))
    sheet = Sheet("Storehand demo", tuple(Section(heading, codes) for heading, codes in sections))
    pdf = render_sheet(sheet)
    expected = [code.code for section in sheet.sections for code in section.codes]
    assert prove(pdf, expected).good
    text = "".join(text_of(pdf))
    for section in sheet.sections:
        assert section.heading in text
        for code in section.codes:
            assert code.caption in text


@settings(max_examples=20)
@given(
    codes=st.lists(
        st.text(
            st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="("),
            min_size=1,
            max_size=30,
        ),
        min_size=1,
        max_size=40,
        unique=True,
    )
)
def test_any_codes_on_a_sheet_read_whatever_their_width(codes: list[str]) -> None:
    assert prove(render_sheet(sheet_of(*codes)), codes).good


def test_a_code_wider_than_the_page_is_refused() -> None:
    with pytest.raises(TooLongError) as refused:
        render_sheet(sheet_of("A", "B" * 80))
    assert refused.value.field == "code"


def test_a_code_that_code_128_cannot_carry_is_refused() -> None:
    with pytest.raises(PrintError) as refused:
        render_sheet(sheet_of("Größe"))
    assert refused.value.code == "print.wrong_symbol"

"""What a scan says, before anybody asks what it means."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.model.scans import Reading
from app.model.words import WORDS
from devices.codes import read
from devices.codes.elements import GS
from devices.codes.telling import day
from tests.devices.codes.labels import build, value_of

GTIN = "09506000134352"
SSCC = "376104250021234569"
GS1_MARKS = ["]C1", "]d2", "]Q3", "]e0", "]J1"]

CHECKED = {"00", "01", "02", "410"}
USED = ["00", "01", "02", "10", "11", "15", "17", "21", "30", "240", "3103", "400", "410", "420"]


@st.composite
def contents(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw AIs in any order, with right values: one item or one content with its count."""
    identifiers = draw(st.lists(st.sampled_from(USED), min_size=1, max_size=8, unique=True))
    if "02" in identifiers:
        identifiers = [each for each in identifiers if each != "01"] + ["37"]
    return [(identifier, draw(value_of(identifier))) for identifier in identifiers]


@given(contents(), st.sampled_from(GS1_MARKS), st.sampled_from(["", GS]))
def test_what_a_label_printer_put_in_is_read_out(
    content: list[tuple[str, str]], mark: str, after_fixed: str
) -> None:
    reading = read(f"{mark}{build(content, after_fixed)}".encode())
    values = dict(content)
    assert reading.refused == ""
    assert reading.aim == mark
    assert reading.gtin == values.get("01", values.get("02", ""))
    assert reading.sscc == values.get("00", "")
    assert reading.lot == values.get("10", "")
    assert reading.serial == values.get("21", "")
    assert reading.count == int(values.get("37", values.get("30", "0")))
    use_by = values.get("17", values.get("15"))
    assert reading.expires == (day(use_by, 2026) if use_by else None)
    assert reading.weight_mg == int(values.get("3103", "0")) * 1000
    assert reading.text == "".join(f"({identifier}){value}" for identifier, value in content)


@given(
    st.binary(max_size=60), st.sampled_from([b"", b"]C1", b"]d2", b"\x1d", b"]C101", b"]C117", b"01", b"]E0"])
)
def test_no_bytes_whatever_break_the_reading(noise: bytes, start: bytes) -> None:
    reading = read(start + noise)
    assert reading.text.isprintable()
    assert reading.refused == "" or reading.refused in WORDS
    if reading.refused:
        assert reading == Reading(
            reading.text,
            reading.aim,
            refused=reading.refused,
            field=reading.field,
            position=reading.position,
            instead=reading.instead,
        )


@given(contents(), st.data())
def test_a_digit_misread_in_a_checked_number_refuses_the_whole_code(
    content: list[tuple[str, str]], data: st.DataObject
) -> None:
    checked = [at for at, (identifier, _) in enumerate(content) if identifier in CHECKED]
    assume(checked)
    at = data.draw(st.sampled_from(checked))
    identifier, value = content[at]
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != value[place]]))
    content[at] = (identifier, value[:place] + other + value[place + 1 :])
    reading = read(f"]C1{build(content)}".encode())
    assert reading.refused == "gs1.check_digit"
    assert (reading.gtin, reading.sscc, reading.lot, reading.count) == ("", "", "", 0)


def test_a_case_label_says_item_expiry_lot_and_serial() -> None:
    reading = read(f"]C101{GTIN}17280200109AB-1{GS}21S/7".encode())
    assert reading == Reading(
        text=f"(01){GTIN}(17)280200(10)9AB-1(21)S/7",
        aim="]C1",
        gtin=GTIN,
        lot="9AB-1",
        expires=date(2028, 2, 29),
        serial="S/7",
    )


def test_a_pallet_label_says_what_is_inside_and_how_many() -> None:
    reading = read(f"]d200{SSCC}02{GTIN}3748{GS}".encode())
    assert (reading.sscc, reading.gtin, reading.count) == (SSCC, GTIN, 48)


def test_separators_too_many_do_no_harm() -> None:
    assert read(f"]C1{GS}01{GTIN}{GS}{GS}10L1{GS}{GS}".encode()).lot == "L1"


def test_a_code_that_begins_with_a_separator_is_gs1_without_an_aim_id() -> None:
    assert read(f"{GS}10L1{GS}21S1".encode()).serial == "S1"


def test_assigned_fields_that_we_do_not_use_are_passed_over() -> None:
    reading = read(f"]C101{GTIN}3922199{GS}70032801011200{GS}41512345678901289912345{GS}10L1".encode())
    assert (reading.refused, reading.gtin, reading.lot) == ("", GTIN, "L1")


def test_best_before_counts_as_expiry_where_there_is_no_use_by() -> None:
    assert read(b"]C115280131").expires == date(2028, 1, 31)
    assert read(b"]C11528013117280130").expires == date(2028, 1, 30)


def test_the_day_of_production_is_no_expiry() -> None:
    assert read(b"]C111280131").expires is None


@pytest.mark.parametrize(
    ("written", "refused"),
    [
        ("", "gs1.empty"),
        (GS, "gs1.empty"),
        (f"01{GTIN}372", "gs1.excluded"),
        (f"01{GTIN}31010001003103000100", "gs1.excluded"),
        ("70072801012801", "gs1.too_short"),
        ("0109506000134353", "gs1.check_digit"),
        ("00376104250021234560", "gs1.check_digit"),
        ("4101234567890121", "gs1.check_digit"),
        ("010950600013435", "gs1.too_short"),
        (f"01{GTIN[:8]}{GS}10L1", "gs1.too_short"),
        ("10", "gs1.too_short"),
        ("1", "gs1.unknown_identifier"),
        ("0512", "gs1.unknown_identifier"),
        ("ABC", "gs1.unknown_identifier"),
        ("31x0123456", "gs1.unknown_identifier"),
        ("10" + 21 * "A", "gs1.too_long"),
        ("37123456789", "gs1.too_long"),
        ("99" + 91 * "A", "gs1.too_long"),
        ("37x", "gs1.not_digits"),
        ("17280x01", "gs1.not_digits"),
        ("0109506000134³52", "gs1.wrong_character"),
        ("10LOT#1", "gs1.wrong_character"),
        ("10LOT 1", "gs1.wrong_character"),
        ("10LÖT", "gs1.wrong_character"),
        ("10LOT\r21X", "gs1.wrong_character"),
        ("17281301", "gs1.date"),
        ("17280001", "gs1.date"),
        ("17280230", "gs1.date"),
        ("11270229", "gs1.date"),
        (f"10A{GS}10B", "gs1.contradiction"),
        (f"01{GTIN}02{GTIN}371", "gs1.two_items"),
        (f"02{GTIN}", "gs1.no_count"),
    ],
)
def test_a_code_that_claims_to_be_gs1_and_is_not_is_refused_with_its_reason(
    written: str, refused: str
) -> None:
    reading = read(f"]C1{written}".encode())
    assert reading.refused == refused
    assert refused in WORDS
    assert (reading.gtin, reading.lot, reading.serial, reading.sscc, reading.count) == ("", "", "", "", 0)


def test_a_field_said_twice_alike_is_no_contradiction() -> None:
    assert read(f"]C110A{GS}10A".encode()).lot == "A"


def test_a_wedge_without_aim_ids_reads_a_case_label() -> None:
    reading = read(f"01{GTIN}1728013110L1{GS}21S1".encode())
    assert (reading.gtin, reading.expires, reading.lot, reading.serial) == (
        GTIN,
        date(2028, 1, 31),
        "L1",
        "S1",
    )


def test_a_wedge_without_aim_ids_reads_a_parcel_label() -> None:
    assert read(f"00{SSCC}".encode()).sscc == SSCC


@pytest.mark.parametrize(
    "plain",
    [
        "1012345678",  # an order number that looks like AI 10
        "0112345678",
        "0109506000134353",  # wrong check digit: not unmistakable
        f"01{GTIN}99X",  # an AI that we do not use
        f"01{GTIN}17281301",  # no such date
        f"00{SSCC}10L1",
        "00376104250021234560",
        "2112345",
        "TOTE-0042",
        "BADGE:0123456789abcdef",
        "CMD:undo",
    ],
)
def test_what_only_looks_like_gs1_stays_plain_text(plain: str) -> None:
    assert read(plain.encode()) == Reading(plain)


def test_a_case_label_with_a_separator_and_a_wrong_date_is_refused_also_without_aim_id() -> None:
    assert read(f"01{GTIN}10L1{GS}17281301".encode()).refused == "gs1.date"


@pytest.mark.parametrize(
    ("raw", "aim", "gtin"),
    [
        ("]E09506000134352", "]E0", GTIN),
        ("]E496385074", "]E4", "00000096385074"),
        ("]I115400141288763", "]I1", "15400141288763"),
        ("614141000036", "", "00614141000036"),
        ("9506000134352", "", GTIN),
        ("9506000134353", "", ""),
    ],
)
def test_a_retail_code_is_a_gtin_when_its_check_digit_is_right(raw: str, aim: str, gtin: str) -> None:
    assert read(raw.encode()) == Reading(raw.removeprefix(aim), aim, gtin=gtin)


@pytest.mark.parametrize("raw", ["]E09506000134353", "]E0614141000037", "]E496385075"])
def test_a_retail_code_with_a_wrong_check_digit_was_misread(raw: str) -> None:
    reading = read(raw.encode())
    assert (reading.refused, reading.gtin) == ("gs1.check_digit", "")


def test_an_aim_id_is_read_case_by_case() -> None:
    assert read(b"]c1ABC") == Reading("ABC", "]c1")
    assert read(b"]D210L1").lot == ""
    assert read(b"]C010L1") == Reading("10L1", "]C0")


@pytest.mark.parametrize("plain", ["]", "]C", "]1C5", "A]C1"])
def test_a_bracket_alone_is_no_aim_id(plain: str) -> None:
    assert read(plain.encode()) == Reading(plain)


def test_control_characters_are_gone_from_the_text() -> None:
    assert read(b"\x02 TOTE\x1b[31m-\x1d7\x00\r ").text == "TOTE[31m-7"
    assert read("A\N{RIGHT-TO-LEFT OVERRIDE}B\N{LINE SEPARATOR}C".encode()).text == "ABC"


def test_text_is_read_as_utf_8_and_otherwise_as_latin_1() -> None:
    assert read("Größe".encode()).text == "Größe"
    assert read("Größe".encode("latin-1")).text == "Größe"


@given(st.integers(2000, 2999), st.integers(0, 99), st.integers(1, 12), st.integers(1, 28))
def test_a_year_of_two_digits_is_at_most_49_years_back_and_50_ahead(
    year: int, short: int, month: int, of_month: int
) -> None:
    meant = day(f"{short:02}{month:02}{of_month:02}", year)
    assert meant.year % 100 == short
    assert -49 <= meant.year - year <= 50
    assert (meant.month, meant.day) == (month, of_month)


@given(st.integers(0, 76), st.integers(1, 12))
def test_day_00_is_the_last_of_its_month(short: int, month: int) -> None:
    meant = day(f"{short:02}{month:02}00", 2026)
    assert meant.day == monthrange(2000 + short, month)[1]
    assert (meant + timedelta(days=1)).day == 1


def test_the_year_of_reading_places_the_century() -> None:
    assert read(b"]C117770101", year=2026).expires == date(1977, 1, 1)
    assert read(b"]C117770101", year=2027).expires == date(2077, 1, 1)

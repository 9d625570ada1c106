"""Barcodes of items as retail prints them: EAN and UPC, with what stands beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.scans import Reading
from devices.codes import check_digit, read
from devices.codes.numbers import gtin14, upc_a


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("01234505", "012000003455"),
        ("01234531", "012300000451"),
        ("04252614", "042100005264"),
        ("425261", "042100005264"),
        ("0425261", "042100005264"),
        ("04252615", ""),
        ("24252614", ""),
        ("12345", ""),
        ("42526x", ""),
        ("", ""),
    ],
)
def test_a_upc_e_is_a_upc_a_without_its_zeros(written: str, whole: str) -> None:
    assert upc_a(written) == whole


@given(st.from_regex(r"[01][0-9]{6}", fullmatch=True))
def test_every_upc_e_has_one_check_digit(bare: str) -> None:
    whole = upc_a(bare)
    assert gtin14(whole) == f"00{whole}"
    right = [digit for digit in "0123456789" if upc_a(bare + digit)]
    assert right == [str(check_digit(whole[:-1]))]


@pytest.mark.parametrize(
    ("raw", "gtin"),
    [
        ("]E004252614", "00042100005264"),
        ("]E0425261", "00042100005264"),
        ("]E00425261", "00042100005264"),
        ("]X004252614", "00042100005264"),
        ("]E0042100005264", "00042100005264"),
        ("]E00042100005264", "00042100005264"),
        ("]E0123456789012", "00123456789012"),  # GS1's engine wants a zero in front; scanners leave it out
        ("]E402345673", "00000002345673"),
        ("]E3977123456700305", "09771234567003"),
        ("]E3977123456700312345", "09771234567003"),
        ("]I124012345678905", "24012345678905"),
        ("]I024012345678905", "24012345678905"),
        ("24012345678905", "24012345678905"),
    ],
)
def test_an_items_barcode_is_its_number(raw: str, gtin: str) -> None:
    reading = read(raw.encode())
    assert (reading.gtin, reading.refused) == (gtin, "")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("]E0", "gs1.not_digits"),
        ("]E012345678901234", "code.length"),
        ("]E01234ABC890123", "gs1.not_digits"),
        ("]E02112345678901", "gs1.check_digit"),
        ("]E004252615", "gs1.check_digit"),
        ("]E4", "gs1.not_digits"),
        ("]E41234567", "code.length"),
        ("]E4123456789", "code.length"),
        ("]E412ABC678", "gs1.not_digits"),
        ("]E402345674", "gs1.check_digit"),
        ("]E3977123456700405", "gs1.check_digit"),
        ("]E105", "code.add_on"),
        ("]E212345", "code.add_on"),
        ("]I124012345678909", "gs1.check_digit"),
        ("]E02112345678901|]e099COMPOSITE", "gs1.check_digit"),
        ("]E02112345678900|]e0", "gs1.empty"),
        ("]E02112345678900|]e00112345678901231", "gs1.contradiction"),
    ],
)
def test_a_barcode_that_cannot_be_is_refused(raw: str, reason: str) -> None:
    assert read(raw.encode()).refused == reason


@pytest.mark.parametrize(("mark", "number"), [("]E0", "2112345678900"), ("]E4", "02345673")])
def test_what_stands_above_a_barcode_belongs_to_it(mark: str, number: str) -> None:
    reading = read(f"{mark}{number}|]e010COMPOSITE\x1d21XYZ".encode())
    assert (reading.gtin, reading.lot, reading.serial) == (gtin14(number), "COMPOSITE", "XYZ")


def test_digits_without_an_aim_id_are_no_upc_e() -> None:
    assert read(b"04252614") == Reading("04252614")

"""Numbers with a check digit, and the number of a parcel."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from devices.codes import NoSuchNumber, check_digit, gtin14, make_sscc
from devices.codes.numbers import has_right_check_digit

DIGITS = st.text("0123456789", min_size=1, max_size=20)
PREFIXES = st.text("0123456789", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("629104150021", 3),  # the example of the GS1 check digit page
        ("37610425002123456", 9),  # its SSCC
        ("950600013435", 2),
        ("9638507", 4),
        ("0", 0),
    ],
)
def test_published_check_digits_come_out(digits: str, check: int) -> None:
    assert check_digit(digits) == check


@given(DIGITS, st.data())
def test_one_wrong_digit_is_always_caught(digits: str, data: st.DataObject) -> None:
    number = f"{digits}{check_digit(digits)}"
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert has_right_check_digit(number)
    assert not has_right_check_digit(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "12a", "²", "٣٤", "-1", " 1"])
def test_only_digits_have_a_check_digit(text: str) -> None:
    with pytest.raises(ValueError, match="digits 0 to 9"):
        check_digit(text)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("9506000134352", "09506000134352"),
        ("15400141288763", "15400141288763"),
        ("9506000134353", ""),
        ("950600013435", ""),
        ("1012345678", ""),
        ("", ""),
        ("95060001343x2", ""),
    ],
)
def test_a_gtin_of_any_length_is_one_of_fourteen_digits(written: str, whole: str) -> None:
    assert gtin14(written) == whole


@given(st.integers(0, 9), PREFIXES, st.data())
def test_a_parcel_number_has_eighteen_digits_and_the_right_check_digit(
    extension: int, prefix: str, data: st.DataObject
) -> None:
    serial = data.draw(st.integers(0, 10 ** (16 - len(prefix)) - 1))
    number = make_sscc(extension, prefix, serial)
    assert len(number) == 18
    assert has_right_check_digit(number)
    assert number[0] == str(extension)
    assert number[1:].startswith(prefix)
    assert int(number[1 + len(prefix) : 17]) == serial


@given(PREFIXES, st.data())
def test_two_serials_never_make_the_same_parcel_number(prefix: str, data: st.DataObject) -> None:
    serials = st.integers(0, 10 ** (16 - len(prefix)) - 1)
    one, other = data.draw(serials), data.draw(serials)
    assume(one != other)
    assert make_sscc(0, prefix, one) != make_sscc(0, prefix, other)


@pytest.mark.parametrize(
    ("extension", "prefix", "serial", "code"),
    [
        (10, "4012345", 1, "sscc.extension"),
        (-1, "4012345", 1, "sscc.extension"),
        (3, "401", 1, "sscc.prefix"),
        (3, "4012345678901", 1, "sscc.prefix"),
        (3, "40123x5", 1, "sscc.prefix"),
        (3, "", 1, "sscc.prefix"),
        (3, "4012345", 10**9, "sscc.serial"),
        (3, "4012345", -1, "sscc.serial"),
    ],
)
def test_a_parcel_number_that_cannot_be_is_refused_in_words(
    extension: int, prefix: str, serial: int, code: str
) -> None:
    with pytest.raises(NoSuchNumber) as refused:
        make_sscc(extension, prefix, serial)
    assert refused.value.said.code == code
    assert code not in str(refused.value)

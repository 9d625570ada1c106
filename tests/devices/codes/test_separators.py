"""Codes in which FNC1 got lost: all that they could have said, and never a guess."""

from hypothesis import given
from hypothesis import strategies as st

from devices.codes import read
from devices.codes.elements import GS
from devices.codes.separators import splits
from devices.codes.values import ALLOWED

GTIN = "09506000134352"
VALUES = st.text("".join(sorted(ALLOWED)), min_size=1, max_size=20)


def ways(text: str) -> list[str]:
    return ["".join(map(str, way)) for way in splits(text)]


def test_a_serial_that_ran_into_the_lot_is_offered_apart() -> None:
    reading = read(f"]C101{GTIN}10AB-1217".encode())
    assert (reading.lot, reading.serial, reading.refused) == ("AB-1217", "", "")
    assert [(other.lot, other.serial) for other in reading.instead] == [("AB-1", "7")]


def test_a_lot_that_is_too_long_is_refused_and_offered_apart() -> None:
    reading = read(f"]C101{GTIN}10ABCDEFGHIJKLMNO21SERIAL0123456".encode())
    assert reading.refused == "gs1.too_long"
    assert (reading.lot, reading.gtin) == ("", "")
    assert [(other.lot, other.serial) for other in reading.instead] == [("ABCDEFGHIJKLMNO", "SERIAL0123456")]


def test_a_wedge_that_sends_neither_aim_id_nor_separators_gets_the_same() -> None:
    reading = read(f"01{GTIN}10ABCDEFGHIJKLMNO21SERIAL0123456".encode())
    assert reading.refused == "gs1.too_long"
    assert [other.lot for other in reading.instead] == ["ABCDEFGHIJKLMNO"]


def test_the_likeliest_lost_the_fewest_separators() -> None:
    assert ways(f"01{GTIN}10A211021B") == [
        f"(01){GTIN}(10)A2110(21)B",
        f"(01){GTIN}(10)A(21)1021B",
    ]


def test_a_count_that_another_field_ran_into_is_offered_apart() -> None:
    reading = read(f"]C102{GTIN}371210LOT".encode())
    assert reading.refused == "gs1.not_digits"
    assert [(other.count, other.lot, other.serial) for other in reading.instead] == [
        (12, "LOT", ""),
        (1, "", "0LOT"),
    ]


def test_a_whole_code_offers_nothing_else() -> None:
    assert read(f"]C101{GTIN}10LOT-A{GS}21S/7".encode()).instead == ()
    assert ways(f"01{GTIN}") == []


def test_a_date_that_does_not_exist_is_no_way_to_read_it() -> None:
    assert f"(01){GTIN}(10)AB(17)281301" not in ways(f"01{GTIN}10AB17281301")


def test_there_is_one_way_for_each_lot_that_it_could_be() -> None:
    lots = [
        next(each.value for each in way if each.identifier == "10")
        for way in splits(f"01{GTIN}10" + "21" * 10)
    ]
    assert len(lots) == len(set(lots))
    assert set(lots) == {"21" * twice for twice in range(1, 9)}


def test_what_is_too_long_for_a_label_of_a_unit_is_left_alone() -> None:
    assert splits("10" + "1021" * 500) == ()


@given(VALUES, VALUES, st.sampled_from(["21", "240"]))
def test_what_was_printed_is_among_the_ways(lot: str, other: str, digits: str) -> None:
    written = f"01{GTIN}10{lot}{digits}{other}"
    found = ways(written)
    assert f"(01){GTIN}(10){lot}({digits}){other}" in found

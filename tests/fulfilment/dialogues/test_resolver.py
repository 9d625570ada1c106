"""One resolver tells every step what a code means."""

from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.dialogues.resolver import meanings, resolve
from app.model.answers import Kind, Meaning
from app.model.items import Barcode, PackLevel
from app.model.scans import Reading
from tests.fulfilment.dialogues.a_warehouse import BADGE_SECRET, a_warehouse, an_item, read

KNOWN = a_warehouse()


def kinds(reading: Reading) -> list[Kind]:
    return [meaning.kind for meaning in meanings(reading, KNOWN)]


def test_a_badge_is_found_by_the_hash_of_its_secret() -> None:
    assert meanings(read(f"BADGE:{BADGE_SECRET}"), KNOWN) == (Meaning(Kind.BADGE, "op-1"),)
    assert meanings(read("BADGE:of-nobody"), KNOWN) == ()


def test_commands_carts_totes_cartons_and_orders_are_what_their_text_says() -> None:
    assert meanings(read("CMD:undo"), KNOWN) == (Meaning(Kind.COMMAND, "undo"),)
    assert meanings(read("K-1"), KNOWN) == (Meaning(Kind.CART, "K-1"),)
    assert meanings(read("T-1"), KNOWN) == (Meaning(Kind.TOTE, "T-1"),)
    assert meanings(read("BOX-S"), KNOWN) == (Meaning(Kind.CARTON, "BOX-S"),)
    assert meanings(read("nothing"), KNOWN) == ()


def test_an_item_barcode_says_how_many_it_stands_for() -> None:
    assert meanings(read("4006381333931"), KNOWN) == (Meaning(Kind.ITEM, "BREAD"),)
    case = Meaning(Kind.ITEM, "BREAD", quantity=12, level=PackLevel.CASE)
    assert meanings(read("14006381333938"), KNOWN) == (case,)


def test_a_number_of_a_trade_item_is_found_with_and_without_leading_zeros() -> None:
    unit = (Meaning(Kind.ITEM, "BREAD"),)
    assert meanings(read("(01)04006381333931", gtin="04006381333931"), KNOWN) == unit
    assert meanings(read("04006381333931"), KNOWN) == unit
    assert [meaning.key for meaning in meanings(read("x", gtin="00000096385074"), KNOWN)] == ["MILK"]


def test_a_upc_is_found_when_the_scanner_reads_it_as_an_ean_and_the_other_way_round() -> None:
    known = a_warehouse()
    known.learn("item", "UPC", an_item("UPC", "Soup", Barcode("036000291452", 1)))
    assert [meaning.key for meaning in meanings(read("0036000291452"), known)] == ["UPC"]
    known.learn("item", "UPC", an_item("UPC", "Soup", Barcode("0036000291452", 1)))
    assert [meaning.key for meaning in meanings(read("036000291452"), known)] == ["UPC"]


def test_lot_serial_and_count_of_a_gs1_code_come_with_the_item() -> None:
    reading = Reading(text="gs1", gtin="04006381333931", lot="L77", serial="S1", count=3)
    assert meanings(reading, KNOWN) == (Meaning(Kind.ITEM, "BREAD", quantity=3, lot="L77", serial="S1"),)


def test_a_count_of_cases_counts_the_units_in_them() -> None:
    (meaning,) = meanings(Reading(text="gs1", gtin="14006381333938", count=2), KNOWN)
    assert meaning.quantity == 24


def test_a_label_is_read_by_its_sscc_or_by_the_parcel_and_means_both() -> None:
    both = (Meaning(Kind.LABEL, "P-1"), Meaning(Kind.PARCEL, "P-1"))
    assert meanings(Reading(text="(00)340123450000000018", sscc="340123450000000018"), KNOWN) == both
    assert meanings(read("340123450000000018"), KNOWN) == both
    assert meanings(read("P-1"), KNOWN) == both
    assert meanings(Reading(text="(00)999", sscc="999"), KNOWN) == ()


def test_a_broken_gs1_code_means_nothing_even_where_its_text_is_known() -> None:
    reading = read("4006381333931", refused="gs1.check_digit")
    assert meanings(reading, KNOWN) == ()
    assert resolve(reading, KNOWN, (Kind.ITEM, Kind.LOT)).unknown


def test_a_check_code_that_hangs_at_two_places_confirms_only_the_expected_one() -> None:
    assert kinds(read("77")) == [Kind.LOCATION, Kind.LOCATION]
    for place in ("A-01", "C-03"):
        found = resolve(read("77"), KNOWN, (Kind.LOCATION,), expected_location=place)
        assert found.meaning == Meaning(Kind.LOCATION, place)
    elsewhere = resolve(read("77"), KNOWN, (Kind.LOCATION,), expected_location="B-02")
    assert elsewhere.meaning is None
    assert len(elsewhere.foreign) == 2


def test_a_location_code_is_taken_at_any_step_that_takes_locations() -> None:
    assert resolve(read("B-02"), KNOWN, (Kind.LOCATION,)).meaning == Meaning(Kind.LOCATION, "B-02")


def test_the_callers_order_decides_between_two_meanings_of_one_code() -> None:
    known = a_warehouse()
    known.learn("item", "TWIN", an_item("TWIN", "Twin", Barcode("T-1", 1)))
    as_item = resolve(read("T-1"), known, (Kind.ITEM, Kind.TOTE))
    as_tote = resolve(read("T-1"), known, (Kind.TOTE, Kind.ITEM))
    assert as_item.meaning is not None
    assert as_item.meaning.kind is Kind.ITEM
    assert as_tote.meaning is not None
    assert as_tote.meaning.kind is Kind.TOTE
    assert [meaning.kind for meaning in as_tote.foreign] == [Kind.ITEM]


def test_a_code_of_another_kind_is_foreign_and_named() -> None:
    found = resolve(read("T-1"), KNOWN, (Kind.LOCATION,))
    assert found.meaning is None
    assert found.foreign == (Meaning(Kind.TOTE, "T-1"),)
    assert not found.unknown
    assert resolve(read("nothing"), KNOWN, (Kind.LOCATION,)).unknown


def test_a_lot_is_any_text_and_comes_last() -> None:
    accepts = (Kind.LOT, Kind.ITEM)
    assert resolve(read("L77"), KNOWN, accepts).meaning == Meaning(Kind.LOT, "L77", lot="L77")
    assert resolve(read("(10)L77", lot="L77"), KNOWN, accepts).meaning == Meaning(Kind.LOT, "L77", lot="L77")
    item = resolve(read("4006381333931"), KNOWN, accepts).meaning
    assert item is not None
    assert item.kind is Kind.ITEM
    assert resolve(read(""), KNOWN, accepts).unknown


@given(st.text(), st.text(), st.sampled_from([(), (Kind.ITEM,), tuple(Kind)]))
def test_whatever_is_scanned_gets_an_answer(text: str, gtin: str, accepts: tuple[Kind, ...]) -> None:
    found = resolve(Reading(text=text, gtin=gtin), KNOWN, accepts)
    assert found.meaning is None or found.meaning.kind in accepts
    assert found.meaning not in found.foreign


def test_a_barcode_that_moved_to_another_item_stays_with_it() -> None:
    known = a_warehouse()
    known.learn("item", "OLD", an_item("OLD", "Old soup", Barcode("777", 1)))
    known.learn("item", "NEW", an_item("NEW", "New soup", Barcode("777", 1)))
    known.learn("item", "OLD", an_item("OLD", "Old soup"))
    assert [meaning.key for meaning in meanings(read("777"), known)] == ["NEW"]
    known.learn("item", "OLD", None)
    assert [meaning.key for meaning in meanings(read("777"), known)] == ["NEW"]

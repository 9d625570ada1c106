"""A label is held against its line: the lot that a lost separator hid, how long it keeps, what it weighs."""

from dataclasses import replace
from datetime import date

import pytest

from app.fulfilment.dialogues.labelled import as_stock_has_it, weighs_like, why_refused
from app.model.facts import UnitsCounted
from app.model.floor import ToteUse, Zone
from app.model.scans import Reading, Scan, Scanned
from app.model.work import ShelfLot
from tests.fulfilment.dialogues.a_warehouse import MILK as MILK_ITEM
from tests.fulfilment.dialogues.a_warehouse import Picker, a_task, a_warehouse, at_the_first_stop
from tests.fulfilment.dialogues.packing_bench import Bench, job, tote

GTIN = "00000096385074"
MILK = replace(a_task("1", "MILK", 2, "A-01", lot="AB-1"), other_lots=(ShelfLot("AB-2"),))


def label(lot: str, *, serial: str = "", refused: str = "", instead: tuple[Reading, ...] = ()) -> Reading:
    text = f"(01){GTIN}(10){lot}" + f"(21){serial}" * bool(serial)
    return Reading(text, "]C1", gtin=GTIN, lot=lot, serial=serial, refused=refused, instead=instead)


LOST = label("AB-1217", instead=(label("AB-1", serial="7"),))
"""Lot AB-1 and serial 7 with the separator between them lost."""


def a_picker(*, other_lots: bool = False) -> Picker:
    known = a_warehouse()
    known.learn("zone", "A", Zone("A", other_lot_allowed=other_lots))
    return at_the_first_stop(MILK, known=known)


# --- a lost separator ------------------------------------------------------------------------------------------


def test_the_one_lot_that_lies_there_is_what_the_code_says() -> None:
    assert as_stock_has_it(LOST, {"AB-1", "AB-2"}) == label("AB-1", serial="7")


def test_a_lot_that_lies_there_as_it_is_read_stays() -> None:
    assert as_stock_has_it(LOST, {"AB-1217"}) == replace(LOST, instead=())


def test_where_both_lie_there_the_code_is_refused() -> None:
    refused = as_stock_has_it(LOST, {"AB-1", "AB-1217"})
    assert (refused.refused, refused.lot, refused.gtin) == ("code.separator", "", "")


def test_where_neither_lies_there_it_says_what_it_says() -> None:
    assert as_stock_has_it(LOST, {"CD-9"}) == LOST
    assert as_stock_has_it(LOST, set()) == LOST


def test_a_lot_too_long_to_be_one_is_found_by_the_lot_that_lies_there() -> None:
    too_long = Reading("x", "]C1", refused="gs1.too_long", instead=(label("AB-1", serial="7"),))
    assert as_stock_has_it(too_long, {"AB-1"}).lot == "AB-1"
    assert as_stock_has_it(too_long, {"AB-9"}).refused == "gs1.too_long"


def test_another_end_of_the_serial_is_no_doubt_about_the_lot() -> None:
    reading = replace(label("AB-1", serial="730X"), instead=(label("AB-1", serial="7"),))
    assert as_stock_has_it(reading, {"AB-1"}) == replace(reading, instead=())


def test_a_picker_counts_the_lot_that_the_task_names() -> None:
    picker = a_picker()
    assert picker.scan(LOST).code == "pick.counted"
    assert picker.facts(UnitsCounted)[-1].lot == "AB-1"


def test_a_picker_where_two_lots_fit_is_asked_for_the_lot_alone() -> None:
    both = replace(LOST, lot="AB-2", instead=(label("AB-1"),))
    picker = a_picker(other_lots=True)
    assert picker.scan(both).code == "pick.broken_code"
    assert picker.facts(UnitsCounted) == []


def test_a_doubtful_lot_that_does_not_lie_there_is_never_counted() -> None:
    doubtful = label("CD-121X", instead=(label("CD-1", serial="X"),))
    assert a_picker(other_lots=True).scan(doubtful).code == "pick.wrong_lot"
    assert a_picker(other_lots=True).scan(label("CD-121X")).code == "pick.counted"


def test_a_lot_label_too_is_read_as_the_stock_has_it() -> None:
    picker = a_picker()
    picker.scan("96385074")
    lot_alone = Reading("(10)AB-1217", "]C1", lot="AB-1217", instead=(Reading("(10)AB-1(21)7", lot="AB-1"),))
    assert picker.scan(lot_alone).code == "pick.counted"
    assert picker.facts(UnitsCounted)[-1].lot == "AB-1"


def at_the_bench(reading: Reading) -> tuple[str, dict[tuple[str, str], int]]:
    """The verdict on a label at the bench, and what is in the parcel then."""
    bench = Bench()
    bench.learn("tote", "T99", ToteUse("T99"))
    bench.learn("pack_job", "O-99", job("O-99", tote("T99", (1, "MILK", "AB-1", 1), (1, "MILK", "AB-2", 1))))
    bench.scan("T99")
    return bench.do(Scanned(Scan("test", b"x", 0.0), reading)), bench.packed()


def test_a_packer_counts_the_lot_that_is_in_the_totes() -> None:
    milk = replace(LOST, text="milk", gtin="", instead=(replace(LOST.instead[0], text="milk", gtin=""),))
    assert at_the_bench(milk) == ("pack.verified", {("MILK", "AB-1"): 1})


def test_a_packer_where_two_lots_fit_counts_nothing() -> None:
    milk = replace(LOST, text="milk", lot="AB-2", instead=(replace(LOST.instead[0], text="milk"),))
    assert at_the_bench(milk) == ("pack.code_broken", {})


# --- how long it keeps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [(date(2027, 4, 30), "pick.expired"), (date(2027, 5, 1), "pick.counted"), (None, "pick.counted")],
)
def test_a_unit_without_a_lot_is_refused_when_its_code_says_that_it_keeps_for_less(
    expires: date | None, verdict: str
) -> None:
    bread = replace(a_task("1", "BREAD", 2, "A-01"), good_until=date(2027, 5, 1))
    reading = Reading("4006381333931", expires=expires)
    assert at_the_first_stop(bread).scan(reading).code == verdict


# --- what it weighs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grams", "quantity", "right"),
    [
        (0, 1, True),
        (200, 1, True),
        (100, 1, True),
        (99, 1, False),
        (300, 1, True),
        (301, 1, False),
        (2400, 12, True),
        (2501, 12, False),
        (200, 12, False),
    ],
)
def test_a_net_weight_is_that_of_as_many_units_as_are_counted(grams: int, quantity: int, right: bool) -> None:
    reading = Reading("x", weight_mg=grams * 1000)
    assert weighs_like(reading, MILK_ITEM, quantity) is right
    assert weighs_like(reading, replace(MILK_ITEM, weight_g=0), quantity)


def test_a_label_of_another_weight_counts_nothing_at_the_shelf() -> None:
    picker = a_picker()
    assert picker.scan(replace(label("AB-1"), weight_mg=2_400_000)).code == "pick.weight_differs"
    assert picker.facts(UnitsCounted) == []
    assert picker.scan(replace(label("AB-1"), weight_mg=180_000)).code == "pick.counted"


def test_a_label_of_another_weight_counts_nothing_at_the_bench() -> None:
    heavy = Reading("milk", lot="AB-1", weight_mg=2_400_000)
    assert at_the_bench(heavy) == ("pack.weight_differs", {})


# --- what is wrong with it ---------------------------------------------------------------------------------------


def test_a_refusal_names_the_field_and_says_why_in_words() -> None:
    why = why_refused(Reading("x", refused="gs1.date", field="17"))
    assert why.startswith("(17) ")
    assert "gs1.date" not in why
    assert not why_refused(Reading("x", refused="gs1.empty")).startswith("(")

"""Another lot at the shelf is taken only where that is allowed; each serial number counts once."""

from dataclasses import replace
from datetime import date

import pytest

from app.model.answers import Command, Tone
from app.model.facts import Picked, PickUndone, UnitsCounted
from app.model.floor import Zone
from app.model.known import Known
from app.model.scans import Reading
from app.model.work import ShelfLot
from tests.fulfilment.dialogues.a_warehouse import a_task, a_warehouse, at_the_first_stop, read

APRIL, MAY, JUNE = date(2027, 4, 1), date(2027, 5, 1), date(2027, 6, 1)
MILK = replace(
    a_task("1", "MILK", 2, "A-01", lot="L77"),
    good_until=MAY,
    other_lots=(ShelfLot("L78", JUNE), ShelfLot("L79", APRIL), ShelfLot("L80")),
)
TORCHES = a_task("1", "TORCH", 2, "A-01")


def a_free_choice() -> Known:
    known = a_warehouse()
    known.learn("zone", "A", Zone("A", other_lot_allowed=True))
    return known


def milk(lot: str = "", expires: date | None = None) -> Reading:
    return read(f"milk {lot} {expires}", gtin="00000096385074", lot=lot, expires=expires)


# --- another lot ---------------------------------------------------------------------------------------------


def test_another_lot_is_refused_unless_the_zone_allows_it() -> None:
    assert at_the_first_stop(MILK).scan(milk("L78")).code == "pick.wrong_lot"


def test_where_the_zone_allows_it_another_lot_is_booked_as_what_it_is() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    assert picker.scan(milk("L78")).code == "pick.counted"
    picker.scan("96385074")
    assert [(fact.lot, fact.quantity) for fact in picker.facts(Picked)] == [("L78", 2)]


def test_how_long_a_lot_keeps_goes_with_the_pick_where_its_code_says_so() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    picker.scan(milk("L78", JUNE), "96385074")
    assert [(fact.lot, fact.quantity, fact.expires) for fact in picker.facts(Picked)] == [("L78", 2, JUNE)]


def test_how_long_a_lot_keeps_is_taken_from_the_lot_label_as_well() -> None:
    picker = at_the_first_stop(MILK)
    picker.scan("96385074", read("label", lot="L77", expires=JUNE), "96385074")
    assert [(fact.lot, fact.expires) for fact in picker.facts(Picked)] == [("L77", JUNE)]


def test_a_lot_in_the_code_of_units_that_are_kept_without_lots_says_nothing() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 1, "A-01"))
    picker.scan(read("bread", gtin="04006381333931", lot="L9", expires=JUNE))
    assert [(fact.lot, fact.expires) for fact in picker.facts(Picked)] == [("", None)]


def test_two_lots_in_one_hand_are_two_picks() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    picker.scan(milk("L78"), milk("L77"))
    assert [(fact.lot, fact.quantity) for fact in picker.facts(Picked)] == [("L78", 1), ("L77", 1)]
    picker.press(Command.UNDO)
    assert [(fact.lot, fact.quantity) for fact in picker.facts(PickUndone)] == [("L77", 1)]


def test_a_lot_label_of_another_lot_that_lies_there_is_taken() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    picker.scan("96385074")
    assert picker.scan("L78").code == "pick.counted"
    assert picker.facts(UnitsCounted)[-1].lot == "L78"


def test_a_text_that_is_no_lot_of_the_shelf_is_no_lot() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    picker.scan("96385074")
    assert picker.scan("L99").code == "pick.wrong_lot"


def test_a_lot_that_keeps_for_less_than_the_customer_wants_is_refused() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    assert picker.scan(milk("L79")).code == "pick.lot_too_short"
    assert picker.scan(milk("L99", APRIL)).code == "pick.lot_too_short"
    assert picker.scan(milk("L99", JUNE)).code == "pick.counted"


def test_the_planned_lot_too_is_refused_when_its_code_says_that_it_keeps_for_less() -> None:
    assert at_the_first_stop(MILK).scan(milk("L77", APRIL)).code == "pick.lot_too_short"


def test_another_lot_is_refused_when_nobody_knows_how_long_it_keeps() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    assert picker.scan(milk("L80")).code == "pick.lot_expiry_unknown"


def test_where_the_customer_does_not_care_how_long_it_keeps_any_lot_of_the_shelf_will_do() -> None:
    picker = at_the_first_stop(replace(MILK, good_until=None), known=a_free_choice())
    assert picker.scan(milk("L80")).code == "pick.counted"


def test_another_lot_that_is_put_back_says_nothing_of_the_next_unit() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    picker.scan(milk("L78"))
    picker.press(Command.UNDO)
    assert picker.scan("96385074").code == "pick.lot_wanted"


def test_the_screen_says_which_lots_will_do_and_why() -> None:
    picker = at_the_first_stop(MILK, known=a_free_choice())
    assert "pick.lot_or_another_good" in {line.code for line in picker.prompt.detail}
    assert "pick.why_good_until" in {reason.code for reason in picker.prompt.why}
    assert "pick.lot_to_take" in {line.code for line in at_the_first_stop(MILK).prompt.detail}


# --- serial numbers ------------------------------------------------------------------------------------------


def test_a_code_without_a_serial_number_asks_for_it_and_only_then_the_unit_counts() -> None:
    picker = at_the_first_stop(TORCHES)
    first = picker.scan("torch")
    assert (first.tone, first.code) == (Tone.WAIT, "pick.serial_wanted")
    assert not picker.facts(UnitsCounted)
    assert picker.scan("SN-1").code == "pick.counted"
    assert picker.facts(UnitsCounted)[-1].serial == "SN-1"


def test_each_pick_carries_the_numbers_of_its_units() -> None:
    picker = at_the_first_stop(TORCHES)
    picker.scan("torch", "SN-1", "torch", "SN-2")
    assert picker.facts(Picked)[-1].serials == ("SN-1", "SN-2")
    picker.press(Command.UNDO)
    assert picker.facts(PickUndone)[-1].serials == ("SN-1", "SN-2")


def test_a_gs1_code_carries_the_number_itself() -> None:
    picker = at_the_first_stop(TORCHES)
    assert picker.scan(read("torch", serial="SN-1")).code == "pick.counted"
    picker.scan("torch")
    assert picker.scan(read("torch", serial="SN-2")).tone is Tone.GOOD


def test_the_same_number_twice_is_refused() -> None:
    picker = at_the_first_stop(TORCHES, a_task("2", "TORCH", 1, "B-02"))
    picker.scan(read("torch", serial="SN-1"))
    assert picker.scan(read("torch", serial="SN-1")).code == "pick.serial_twice"
    picker.scan(read("torch", serial="SN-2"), "B-02", "torch")
    assert picker.scan("SN-1").code == "pick.serial_in_tote"


def test_a_number_that_left_its_shelf_before_is_refused_and_another_unit_is_asked_for() -> None:
    picker = at_the_first_stop(replace(TORCHES, serials_gone=("SN-9",)))
    picker.scan("torch")
    assert picker.scan("SN-9").code == "pick.serial_gone"
    assert picker.step == "serial"
    assert picker.scan("SN-10").code == "pick.counted"


def test_a_number_that_was_put_back_counts_again() -> None:
    picker = at_the_first_stop(TORCHES)
    picker.scan(read("torch", serial="SN-1"))
    picker.press(Command.UNDO)
    assert picker.scan(read("torch", serial="SN-1")).code == "pick.counted"


def test_units_with_numbers_are_counted_one_by_one() -> None:
    picker = at_the_first_stop(a_task("1", "TORCH", 8, "A-01"))
    assert picker.scan("torch-case").code == "pick.serial_one_by_one"
    assert picker.press(Command.QUANTITY).code == "pick.each_unit_is_scanned"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("T-1", "pick.wants_serial"),
        ("torch", "pick.wants_serial"),
        ("bar-VASE", "pick.wrong_item"),
        ("x" * 65, "pick.serial_too_long"),
        ("", "pick.unknown_wants_serial"),
    ],
)
def test_what_is_no_number_of_the_unit_is_refused_and_the_number_stays_asked(code: str, verdict: str) -> None:
    picker = at_the_first_stop(TORCHES)
    picker.scan("torch")
    assert picker.scan(code).code == verdict
    assert picker.step == "serial"


@pytest.mark.parametrize("key", [Command.BACK, Command.UNDO])
def test_the_question_for_the_number_can_be_left(key: Command) -> None:
    picker = at_the_first_stop(TORCHES)
    picker.scan("torch")
    assert picker.press(key).code == "pick.question_left"
    assert picker.step == "item"


def test_the_number_of_an_item_without_a_barcode_is_asked_for_as_well() -> None:
    picker = at_the_first_stop(TORCHES)
    picker.press(Command.PROBLEM)
    picker.key_in("5")
    assert picker.key_in("TORCH").code == "pick.serial_wanted"
    assert picker.scan("SN-1").code == "pick.counted"

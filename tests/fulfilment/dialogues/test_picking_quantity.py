"""A quantity is typed after one item scan, where there are many to take."""

import pytest

from app.model.answers import Command
from app.model.facts import Counted, Picked, UnitsCounted
from app.model.words import words
from tests.fulfilment.dialogues.a_warehouse import Picker, a_task, at_the_first_stop

EIGHT_NAILS = a_task("1", "NAILS", 8, "A-01")
FOR_ANOTHER = a_task("2", "SHIRT-M", 1, "B-02", slot=1)


def typing(*, one_tote: bool = False) -> Picker:
    picker = at_the_first_stop(EIGHT_NAILS, *(() if one_tote else (FOR_ANOTHER,)))
    picker.scan("nail")
    picker.press(Command.QUANTITY)
    return picker


def test_after_one_scan_the_whole_quantity_is_typed() -> None:
    picker = typing()
    assert picker.asked == "Type how many: 2 to 8"
    assert picker.prompt.entry == "quantity"
    assert picker.key_in("8").code == "pick.quantity_typed"
    assert picker.facts(UnitsCounted)[-1] == UnitsCounted("R-1", "1", 7, "8", "", Counted.TYPED_QUANTITY)


def test_the_typed_quantity_is_shown_large_and_confirmed_by_the_tote() -> None:
    picker = typing()
    picker.key_in("6")
    assert words(picker.prompt.large) == "6 OF 8"
    assert picker.asked.startswith("Scan tote T-1: 6")
    assert picker.scan("nail").code == "pick.confirm_quantity_first"
    assert picker.facts(Picked) == []
    assert picker.scan("T-1").code == "pick.banked"
    assert picker.in_totes == {"T-1": 6}
    assert picker.asked == "Scan item SKU NAILS Nails: 1 of 2"


@pytest.mark.parametrize("text", ["9", "1", "0", "-3", "8.0", "", "many", "99999", "²", "4006381333931"])
def test_never_more_than_needed_and_nothing_but_a_number(text: str) -> None:
    picker = typing()
    assert picker.key_in(text).code == "pick.quantity_out_of_range"
    assert picker.step == "quantity"


@pytest.mark.parametrize("code", ["nail", "T-1", "A-01", "nothing"])
def test_a_barcode_while_typing_is_refused(code: str) -> None:
    assert typing().scan(code).code == "pick.typing_refuses_barcodes"


def test_where_few_are_asked_for_each_is_scanned() -> None:
    picker = at_the_first_stop(a_task("1", "NAILS", 5, "A-01"), FOR_ANOTHER)
    picker.scan("nail")
    assert picker.press(Command.QUANTITY).code == "pick.quantity_too_small"


def test_one_unit_is_scanned_before_a_quantity_is_typed() -> None:
    picker = at_the_first_stop(EIGHT_NAILS, FOR_ANOTHER)
    assert picker.press(Command.QUANTITY).code == "pick.quantity_scan_one_first"


def test_with_all_in_hand_there_is_nothing_to_type() -> None:
    picker = at_the_first_stop(EIGHT_NAILS, FOR_ANOTHER)
    picker.scan("nails-inner", "nail", "nail", "nail")
    assert picker.press(Command.QUANTITY).code == "pick.enough"


def test_back_leaves_the_typing_and_keeps_what_was_scanned() -> None:
    picker = typing()
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.asked == "Scan item SKU NAILS Nails: 2 of 8"


def test_undo_takes_back_what_was_typed_and_then_what_was_scanned() -> None:
    picker = typing()
    assert picker.press(Command.UNDO).code == "pick.answer_first"
    picker.key_in("8")
    picker.press(Command.UNDO)
    assert picker.asked == "Scan item SKU NAILS Nails: 2 of 8"
    picker.press(Command.UNDO)
    assert picker.asked == "Scan item SKU NAILS Nails: 1 of 8"


def test_on_a_one_tote_tour_the_number_typed_again_confirms_it() -> None:
    picker = typing(one_tote=True)
    picker.key_in("8")
    assert picker.facts(Picked) == []
    assert picker.prompt.entry == "quantity"
    assert picker.prompt.detail[0].code == "pick.or_type_again"
    assert picker.key_in("7").code == "pick.quantity_differs"
    assert picker.key_in("8").code == "pick.banked"
    assert picker.in_totes == {"T-1": 8}


def test_on_a_one_tote_tour_its_tote_confirms_as_well() -> None:
    picker = typing(one_tote=True)
    picker.key_in("8")
    assert picker.scan("T-1").code == "pick.banked"


def test_with_several_totes_typing_again_confirms_nothing() -> None:
    picker = typing()
    picker.key_in("8")
    assert picker.key_in("8").code == "pick.nothing_to_type"


def test_the_lot_proved_by_the_scan_holds_for_the_typed_units() -> None:
    picker = at_the_first_stop(a_task("1", "MILK", 6, "A-01", lot="L77"))
    picker.scan("96385074", "L77")
    picker.press(Command.QUANTITY)
    picker.key_in("6")
    assert [fact.lot for fact in picker.facts(UnitsCounted)] == ["L77", "L77"]

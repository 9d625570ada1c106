"""Undo takes back the last thing, and a full tote gets a second one."""

from app.model.answers import Command
from app.model.facts import CountUndone, PickUndone, ToteAssigned
from app.model.words import words
from tests.fulfilment.dialogues.a_warehouse import Picker, a_task, at_the_first_stop, on_the_way

BREAD = "4006381333931"
TWO_ORDERS = (a_task("1", "BREAD", 3, "A-01"), a_task("2", "SHIRT-M", 1, "B-02", slot=1))


def test_undo_takes_back_the_last_count() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, BREAD)
    assert picker.press(Command.UNDO).code == "pick.count_undone"
    assert picker.facts(CountUndone) == [CountUndone("R-1", "1", 1)]
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 2 of 3"
    put_back = picker.prompt.put_back
    assert put_back is not None
    assert words(put_back) == "Put 1 of Wheat bread back to A-01"
    picker.scan(BREAD)
    assert picker.prompt.put_back is None


def test_undo_takes_back_as_many_as_the_last_barcode_stood_for() -> None:
    picker = at_the_first_stop(a_task("1", "NAILS", 7, "A-01"), TWO_ORDERS[1])
    picker.scan("nail", "nails-inner")
    picker.press(Command.UNDO)
    assert picker.facts(CountUndone) == [CountUndone("R-1", "1", 5)]


def test_undo_takes_back_the_last_banked_pick_and_says_what_goes_where() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, BREAD, "T-1")
    assert picker.press(Command.UNDO).code == "pick.pick_undone"
    assert picker.facts(PickUndone) == [PickUndone("R-1", "1", "O-1", 1, "BREAD", "", "A-01", "T-1", 2)]
    put_back = picker.prompt.put_back
    assert put_back is not None
    assert words(put_back) == "Put 2 of Wheat bread from tote T-1 back to A-01"
    assert picker.in_totes == {}
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 3"


def test_undo_goes_back_across_stops_and_the_task_is_open_again() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, BREAD, BREAD, "T-1", "B-02")
    assert picker.press(Command.UNDO).code == "pick.pick_undone"
    assert picker.asked == "Scan location A-01"
    picker.scan("A-01", BREAD, BREAD, BREAD, "T-1")
    assert picker.asked == "Scan location B-02"


def test_undo_goes_back_as_far_as_there_are_picks_and_then_says_so() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, "T-1", BREAD, "T-1", BREAD)
    for code in ("pick.count_undone", "pick.pick_undone", "pick.pick_undone", "pick.nothing_to_undo"):
        assert picker.press(Command.UNDO).code == code
    assert picker.in_totes == {}


def test_what_was_short_stays_short_when_its_pick_is_undone() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, BREAD)
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("2")
    picker.scan("A-01", "T-1")
    picker.press(Command.UNDO)
    assert picker.asked == "Scan location A-01"
    picker.scan("A-01")
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 2"


def test_a_pick_in_a_dropped_tote_cannot_be_undone() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 1, "A-01"), a_task("2", "VASE", 1, "E-05", slot=1))
    picker.scan(BREAD, "T-1", "E-05", "bar-VASE", "T-2", "T-2", "D-1")
    assert picker.press(Command.UNDO).code == "pick.undo_after_drop"


def test_before_the_drop_undo_opens_the_last_stop_again() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 1, "A-01"))
    picker.scan(BREAD)
    assert picker.step == "drop_tote"
    picker.press(Command.UNDO)
    assert picker.asked == "Scan location A-01"


def full(picker: Picker) -> Picker:
    picker.press(Command.FULL)
    return picker


def test_a_full_tote_gets_a_second_one_for_its_order() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, "T-1", BREAD)
    assert full(picker).asked == "Scan an empty tote for slot 1"
    assert picker.scan("T-3").code == "pick.tote_assigned"
    assert picker.facts(ToteAssigned)[-1] == ToteAssigned("R-1", 0, "O-1", "T-3")
    assert picker.scan("T-1").code == "pick.tote_was_full"
    assert picker.scan("T-3").code == "pick.banked"
    assert picker.in_totes == {"T-1": 1, "T-3": 1}


def test_the_second_tote_must_be_empty_too() -> None:
    picker = full(at_the_first_stop(*TWO_ORDERS))
    assert picker.scan("T-9").code == "pick.tote_in_use"
    assert picker.scan("T-2").code == "pick.tote_twice"
    assert picker.scan("A-01").code == "pick.wants_empty_tote"
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.step == "item"


def test_on_a_one_tote_tour_the_second_tote_takes_what_comes_by_itself() -> None:
    picker = full(at_the_first_stop(a_task("1", "BREAD", 2, "A-01"), a_task("2", "VASE", 1, "E-05")))
    picker.scan("T-2", BREAD, BREAD)
    assert picker.in_totes == {"T-2": 2}


def test_a_tote_can_be_full_on_the_way() -> None:
    picker = full(on_the_way(*TWO_ORDERS))
    assert picker.scan("T-4").code == "pick.tote_assigned"
    assert picker.asked == "Scan location A-01"


# --- any pick of the tour --------------------------------------------------------------------------------------


def three_picks() -> Picker:
    """Bread once and then twice into T-1, a shirt into T-2; the tour goes on."""
    picker = at_the_first_stop(*TWO_ORDERS, a_task("3", "VASE", 1, "E-05"))
    picker.scan(BREAD, "T-1", BREAD, BREAD, "T-1", "B-02", "bar-SHIRT-M", "T-2")
    return picker


def listed(picker: Picker) -> list[str]:
    return [row.text for row in picker.prompt.rows]


def test_any_pick_of_the_tour_is_taken_back_out_of_a_list() -> None:
    picker = three_picks()
    picker.press(Command.PROBLEM)
    assert picker.key_in("8").code == "pick.which_pick"
    assert picker.asked == "Type which pick goes back: 1 to 3"
    assert listed(picker) == [
        "1  1 Shirt (M navy) B-02 T-2",
        "2  2 Wheat bread A-01 T-1",
        "3  1 Wheat bread A-01 T-1",
    ]
    assert picker.key_in("3").code == "pick.pick_undone"
    assert picker.in_totes == {"T-1": 2, "T-2": 1}
    assert picker.asked == "Scan location A-01"
    picker.scan("A-01")
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 1"


def test_a_number_that_is_not_in_the_list_and_a_barcode_are_refused_and_the_list_can_be_left() -> None:
    picker = three_picks()
    picker.press(Command.PROBLEM)
    picker.key_in("8")
    for text in ("0", "4", "x", ""):
        assert picker.key_in(text).code == "pick.no_such_pick"
    assert picker.scan("A-01").code == "pick.typing_refuses_barcodes"
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.step == "location"


def test_what_is_in_the_hand_comes_first() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, "T-1", BREAD)
    picker.press(Command.PROBLEM)
    assert picker.key_in("8").code == "pick.bank_or_undo_first"


def test_where_nothing_was_picked_there_is_no_list() -> None:
    picker = on_the_way(*TWO_ORDERS)
    picker.press(Command.PROBLEM)
    assert picker.key_in("8").code == "pick.nothing_to_undo"


def test_at_the_end_the_problem_key_opens_the_list_and_a_dropped_tote_stays_closed() -> None:
    picker = three_picks()
    picker.scan("E-05", "bar-VASE", "T-1", "T-2", "D-1")
    picker.press(Command.PROBLEM)
    assert picker.step == "undo_pick"
    assert picker.scan("T-1").code == "pick.typing_refuses_barcodes"
    assert picker.key_in("2").code == "pick.undo_after_drop"
    assert picker.key_in("1").code == "pick.pick_undone"
    assert picker.asked == "Scan location E-05"

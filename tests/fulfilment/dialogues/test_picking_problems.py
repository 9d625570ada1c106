"""What can be wrong at a stop: short, damaged, wrong stock, blocked, no barcode."""

import pytest

from app.fulfilment.dialogues import picking
from app.model.answers import Command, Tone
from app.model.facts import (
    Counted,
    Damaged,
    Picked,
    ShortCause,
    Shorted,
    TourFinished,
    UnitsCounted,
    ZeroPicked,
)
from tests.fulfilment.dialogues.a_warehouse import (
    Picker,
    a_task,
    a_warehouse,
    at_the_first_stop,
    on_the_way,
    read,
)

THREE_BREADS = a_task("1", "BREAD", 3, "A-01")
SHIRT_FOR_TWO = a_task("2", "SHIRT-M", 1, "B-02", slot=1)
BREAD = "4006381333931"


def with_a_problem(answer: str, *scans: str) -> Picker:
    picker = at_the_first_stop(THREE_BREADS, SHIRT_FOR_TWO)
    if scans:
        picker.scan(*scans)
    picker.press(Command.PROBLEM)
    picker.key_in(answer)
    return picker


def test_the_problems_are_one_short_list() -> None:
    picker = at_the_first_stop(THREE_BREADS, SHIRT_FOR_TWO)
    assert picker.press(Command.PROBLEM).tone is Tone.WAIT
    assert (
        picker.asked
        == "Type 1 short, 2 damaged, 3 wrong stock, 4 blocked, 5 no barcode, 8 undo a pick, 9 put down"
    )
    assert picker.prompt.entry == "choice"
    for wrong in ("0", "6", "", "x", "11"):
        assert picker.key_in(wrong).code == "pick.no_such_problem"
    assert picker.scan(BREAD).code == "pick.typing_refuses_barcodes"
    assert picker.press(Command.FULL).code == "pick.answer_first"
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.step == "item"


def test_away_from_a_stop_only_a_blocked_location_can_be_told() -> None:
    picker = on_the_way(THREE_BREADS, SHIRT_FOR_TWO)
    picker.press(Command.PROBLEM)
    assert picker.asked == "Type 4 if location A-01 is blocked, 8 undo a pick, 9 put the tour down"
    for other in ("1", "2", "3", "5"):
        assert picker.key_in(other).code == "pick.scan_location_before"
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.press(Command.QUANTITY).code == "pick.scan_location_before"


# --- short -----------------------------------------------------------------------------------------------------


def test_a_short_says_how_many_were_found_and_is_confirmed_at_the_location() -> None:
    picker = with_a_problem("1", BREAD, BREAD)
    assert picker.asked == "Scan location A-01 again: 2 found"
    assert picker.facts(Shorted) == []
    assert picker.scan("A-01").code == "pick.shorted"
    assert picker.facts(Shorted) == [
        Shorted("R-1", "1", "O-1", 1, "BREAD", "", "A-01", found=2, missing=1, cause=ShortCause.SHORT)
    ]
    assert picker.asked.startswith("Scan tote T-1: 2")
    picker.scan("T-1")
    assert picker.asked == "Scan location B-02"


def test_a_short_can_be_confirmed_by_the_check_code() -> None:
    picker = with_a_problem("1")
    picker.key_in("0")
    assert picker.scan("77").code == "pick.zero_picked"


def test_nothing_found_is_its_own_transition_and_asks_for_no_tote() -> None:
    picker = with_a_problem("1")
    assert picker.asked == "Type how many were found: 0 to 2"
    picker.key_in("0")
    assert picker.scan("A-01").code == "pick.zero_picked"
    assert picker.facts(Shorted) == []
    assert picker.facts(ZeroPicked) == [
        ZeroPicked("R-1", "1", "O-1", 1, "BREAD", "", "A-01", missing=3, cause=ShortCause.SHORT)
    ]
    assert picker.asked == "Scan location B-02"


def test_units_found_and_not_scanned_yet_are_scanned_after_the_short() -> None:
    picker = with_a_problem("1")
    picker.key_in("2")
    picker.scan("A-01")
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 2"
    picker.scan(BREAD, BREAD, "T-1")
    assert picker.in_totes == {"T-1": 2}
    assert picker.asked == "Scan location B-02"


def test_banked_units_are_among_those_found() -> None:
    picker = with_a_problem("1", BREAD, "T-1")
    assert picker.asked == "Type how many were found: 1 to 2"
    picker.key_in("1")
    picker.scan("A-01")
    (short,) = picker.facts(Shorted)
    assert (short.found, short.missing) == (1, 2)
    assert picker.asked == "Scan location B-02"


@pytest.mark.parametrize("text", ["0", "3", "-1", "", "x", "99999"])
def test_found_is_not_less_than_counted_and_less_than_asked(text: str) -> None:
    picker = with_a_problem("1", BREAD)
    assert picker.key_in(text).code == "pick.found_out_of_range"
    assert picker.step == "found"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("B-02", "pick.wrong_location"),
        (BREAD, "pick.wants_location"),
        ("T-1", "pick.wants_location"),
        ("nothing", "pick.unknown_wants_location"),
    ],
)
def test_only_the_location_confirms_a_short(code: str, verdict: str) -> None:
    picker = with_a_problem("1")
    picker.key_in("1")
    assert picker.scan(code).code == verdict
    assert picker.key_in("1").code == "pick.nothing_to_type"
    assert picker.step == "confirm_short"


def test_back_leaves_a_short_before_it_is_confirmed() -> None:
    picker = with_a_problem("1")
    picker.key_in("1")
    picker.press(Command.BACK)
    assert picker.step == "item"
    assert picker.facts(Shorted) == []


def test_with_all_in_hand_nothing_is_short() -> None:
    picker = at_the_first_stop(THREE_BREADS, SHIRT_FOR_TWO)
    picker.scan(BREAD, BREAD, BREAD)
    picker.press(Command.PROBLEM)
    assert picker.key_in("1").code == "pick.nothing_is_short"


def test_a_task_can_be_short_twice_when_less_turns_up_than_was_said() -> None:
    picker = with_a_problem("1")
    picker.key_in("2")
    picker.scan("A-01", BREAD)
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("1")
    picker.scan("A-01")
    assert [(fact.found, fact.missing) for fact in picker.facts(Shorted)] == [(2, 1), (1, 1)]
    picker.scan("T-1")
    assert picker.asked == "Scan location B-02"


def test_on_a_one_tote_tour_a_short_banks_what_was_found() -> None:
    picker = at_the_first_stop(THREE_BREADS)
    picker.scan(BREAD, BREAD)
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("2")
    assert picker.scan("A-01").code == "pick.shorted"
    assert picker.in_totes == {"T-1": 2}
    assert picker.step == "drop_tote"


def test_offline_the_line_stays_short_and_the_tour_can_finish() -> None:
    picker = at_the_first_stop(THREE_BREADS, known=a_warehouse(online=False))
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("0")
    assert picker.scan("A-01").code == "pick.tour_finished"
    assert [type(fact) for fact in picker.journal[-2:]] == [ZeroPicked, TourFinished]
    assert not picking.holds_work(picker.state)


def test_wrong_stock_is_a_short_with_its_own_cause() -> None:
    picker = with_a_problem("3", BREAD)
    picker.key_in("1")
    picker.scan("A-01")
    assert [fact.cause for fact in picker.facts(Shorted)] == [ShortCause.WRONG_STOCK]


# --- blocked ---------------------------------------------------------------------------------------------------


def test_a_blocked_location_is_told_on_the_way_and_confirmed_by_typing() -> None:
    picker = on_the_way(THREE_BREADS, SHIRT_FOR_TWO)
    picker.press(Command.PROBLEM)
    assert picker.key_in("4").tone is Tone.WAIT
    assert picker.asked == "Type 1 to confirm that location A-01 is blocked"
    assert picker.key_in("2").code == "pick.blocked_not_confirmed"
    assert picker.scan("A-01").code == "pick.typing_refuses_barcodes"
    assert picker.key_in("1").code == "pick.blocked"
    (fact,) = picker.facts(ZeroPicked)
    assert (fact.missing, fact.cause) == (3, ShortCause.BLOCKED)
    assert picker.asked == "Scan location B-02"


def test_a_blocked_location_ends_every_open_task_there() -> None:
    picker = on_the_way(
        a_task("1", "BREAD", 3, "A-01"),
        a_task("2", "BREAD", 1, "A-01", slot=1),
        a_task("3", "VASE", 1, "E-05"),
    )
    picker.press(Command.PROBLEM)
    picker.key_in("4")
    picker.key_in("1")
    assert [fact.task for fact in picker.facts(ZeroPicked)] == ["1", "2"]
    assert picker.asked == "Scan location E-05"


def test_a_location_that_is_blocked_halfway_keeps_what_is_banked() -> None:
    picker = with_a_problem("4", BREAD, "T-1")
    picker.key_in("1")
    (fact,) = picker.facts(Shorted)
    assert (fact.found, fact.missing, fact.cause) == (1, 2, ShortCause.BLOCKED)


def test_with_units_in_hand_a_location_is_not_blocked() -> None:
    picker = at_the_first_stop(THREE_BREADS, SHIRT_FOR_TWO)
    picker.scan(BREAD)
    picker.press(Command.PROBLEM)
    assert picker.key_in("4").code == "pick.bank_or_undo_first"


# --- damaged ---------------------------------------------------------------------------------------------------


def test_damaged_units_are_set_aside_and_as_many_fewer_are_asked_for() -> None:
    picker = with_a_problem("2", BREAD)
    assert picker.asked == "Type how many are damaged: 1 to 999"
    for wrong in ("0", "1000", "", "x"):
        assert picker.key_in(wrong).code == "pick.damaged_out_of_range"
    assert picker.key_in("2").code == "pick.damaged"
    assert picker.facts(Damaged) == [Damaged("R-1", "1", "O-1", 1, "BREAD", "", "A-01", 2, missing=2)]
    assert picker.asked == "Scan tote T-1: 1 for order O-1"


def test_a_stop_of_which_all_is_damaged_is_done_without_a_short() -> None:
    picker = with_a_problem("2")
    assert picker.key_in("5").code == "pick.damaged"
    (fact,) = picker.facts(Damaged)
    assert (fact.quantity, fact.missing) == (5, 3)
    assert picker.asked == "Scan location B-02"
    assert picker.facts(Shorted) == []


def test_what_is_good_in_the_hand_is_never_missing_because_others_are_damaged() -> None:
    picker = with_a_problem("2", BREAD, BREAD, BREAD)
    picker.key_in("4")
    (fact,) = picker.facts(Damaged)
    assert (fact.quantity, fact.missing) == (4, 0)
    picker.scan("T-1")
    assert picker.in_totes == {"T-1": 3}


def test_a_journal_of_before_still_asks_for_all_units_after_damage() -> None:
    picker = at_the_first_stop(THREE_BREADS, SHIRT_FOR_TWO)
    old = Picker(picker.known, *picker.journal, Damaged("R-1", "1", "O-1", 1, "BREAD", "", "A-01", 2))
    assert old.asked == "Scan item SKU BREAD Wheat bread: 1 of 3"


# --- no barcode ------------------------------------------------------------------------------------------------


def test_without_a_barcode_the_typed_sku_counts_one_unit_as_typed() -> None:
    picker = with_a_problem("5")
    assert picker.asked == "Type SKU BREAD from the item Wheat bread"
    assert picker.prompt.entry == "sku"
    assert picker.key_in(" bread ").code == "pick.counted"
    assert picker.facts(UnitsCounted) == [UnitsCounted("R-1", "1", 1, "bread", "", Counted.TYPED_SKU)]
    assert picker.step == "item"


@pytest.mark.parametrize(
    ("text", "verdict"), [("NAILS", "pick.wrong_item"), ("BRE", "pick.wrong_sku"), ("", "pick.wrong_sku")]
)
def test_a_wrong_typed_sku_is_refused(text: str, verdict: str) -> None:
    picker = with_a_problem("5")
    assert picker.key_in(text).code == verdict
    assert picker.step == "sku"


def test_a_typed_sku_is_refused_when_all_are_in_hand() -> None:
    picker = with_a_problem("5", BREAD, BREAD, BREAD)
    assert picker.key_in("BREAD").code == "pick.enough"


def test_a_typed_sister_is_named() -> None:
    picker = at_the_first_stop(a_task("1", "SHIRT-L", 1, "A-01"))
    picker.press(Command.PROBLEM)
    picker.key_in("5")
    assert picker.key_in("SHIRT-M").code == "pick.sister_variant"


def test_the_lot_of_an_item_without_a_barcode_is_proved_by_its_label() -> None:
    picker = at_the_first_stop(a_task("1", "MILK", 2, "A-01", lot="L77"))
    picker.press(Command.PROBLEM)
    picker.key_in("5")
    assert picker.key_in("MILK").code == "pick.lot_wanted"
    assert picker.scan(read("(10)L77", lot="L77")).code == "pick.counted"
    assert picker.facts(UnitsCounted) == [UnitsCounted("R-1", "1", 1, "MILK", "L77", Counted.TYPED_SKU)]


def test_a_typed_sku_waits_until_a_typed_quantity_is_confirmed() -> None:
    picker = at_the_first_stop(a_task("1", "NAILS", 8, "A-01"), SHIRT_FOR_TWO)
    picker.scan("nail")
    picker.press(Command.QUANTITY)
    picker.key_in("3")
    picker.press(Command.PROBLEM)
    picker.key_in("5")
    assert picker.key_in("NAILS").code == "pick.confirm_quantity_first"


def test_a_short_after_a_typed_quantity_still_asks_to_confirm_it() -> None:
    picker = at_the_first_stop(a_task("1", "NAILS", 8, "A-01"))
    picker.scan("nail")
    picker.press(Command.QUANTITY)
    picker.key_in("3")
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("3")
    picker.scan("A-01")
    assert picker.facts(Picked) == []
    picker.scan("T-1")
    assert picker.in_totes == {"T-1": 3}

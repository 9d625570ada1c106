"""Stop by stop: the location, the items, the tote."""

import pytest

from app.model.answers import Command, Tone
from app.model.facts import Counted, LocationReached, Picked, UnitsCounted
from app.model.words import words
from tests.fulfilment.dialogues.a_warehouse import (
    a_task,
    a_warehouse,
    at_the_first_stop,
    on_the_way,
    read,
)

THREE_BREADS = a_task("1", "BREAD", 3, "A-01")
BREAD = "4006381333931"
CASE = "14006381333938"
SHIRT_FOR_TWO = a_task("2", "SHIRT-M", 1, "B-02", slot=1)
TWO_ORDERS = (THREE_BREADS, SHIRT_FOR_TWO)
MILK_OF_L77 = a_task("1", "MILK", 2, "A-01", lot="L77")


def test_the_location_is_shown_large_and_asked_for() -> None:
    picker = on_the_way(*TWO_ORDERS)
    assert words(picker.prompt.large) == "A-01"
    assert picker.asked == "Scan location A-01"
    assert picker.prompt.target == "A-01"
    assert picker.prompt.ahead == ("B-02",)
    assert [(row.text, row.done, row.of, row.current) for row in picker.prompt.rows] == [
        ("A-01 Wheat bread", 0, 3, True),
        ("B-02 Shirt (M navy)", 0, 1, False),
    ]


@pytest.mark.parametrize("code", ["A-01", "77"])
def test_a_location_is_reached_by_its_code_or_its_check_code(code: str) -> None:
    picker = on_the_way(*TWO_ORDERS)
    assert picker.scan(code).code == "pick.location_right"
    assert picker.facts(LocationReached) == [LocationReached("R-1", "1", "A-01")]
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 3"


def test_a_check_code_of_another_place_is_refused() -> None:
    assert on_the_way(a_task("1", "BREAD", 1, "B-02")).scan("77").code == "pick.wrong_check_code"


def test_the_right_item_before_its_location_is_refused_and_nothing_is_inferred() -> None:
    picker = on_the_way(*TWO_ORDERS)
    assert picker.scan(BREAD).code == "pick.item_right_scan_location_first"
    assert picker.step == "location"


def test_a_wrong_item_before_the_location_is_named_as_wrong() -> None:
    picker = on_the_way(SHIRT_FOR_TWO)
    assert picker.scan(BREAD).code == "pick.wrong_item"
    assert picker.scan("bar-SHIRT-L").code == "pick.sister_variant"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("E-05", "pick.wrong_location"),
        ("T-1", "pick.wants_location"),
        ("K-1", "pick.wants_location"),
        ("nothing", "pick.unknown_wants_location"),
        ("BADGE:secret-of-nobody", "pick.unknown_wants_location"),
    ],
)
def test_on_the_way_what_is_no_stop_is_refused_by_name(code: str, verdict: str) -> None:
    assert on_the_way(*TWO_ORDERS).scan(code).code == verdict


def test_the_secret_of_a_badge_is_never_shown() -> None:
    verdict = on_the_way(*TWO_ORDERS).scan("BADGE:secret-of-nobody")
    assert "secret" not in words(verdict.words)


def test_each_scan_counts_what_its_barcode_stands_for() -> None:
    picker = at_the_first_stop(a_task("1", "NAILS", 7, "A-01"), SHIRT_FOR_TWO)
    assert picker.scan("nails-inner").code == "pick.counted"
    assert picker.asked == "Scan item SKU NAILS Nails: 6 of 7"
    picker.scan("nail")
    assert [(fact.quantity, fact.how) for fact in picker.facts(UnitsCounted)] == [
        (5, Counted.SCAN),
        (1, Counted.SCAN),
    ]


def test_a_case_code_when_three_are_needed_counts_nothing() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    verdict = picker.scan(CASE)
    assert verdict.code == "pick.too_many"
    assert dict(verdict.words.params) == {"quantity": 12, "needed": 3}
    assert picker.facts(UnitsCounted) == []


def test_a_code_that_stands_for_one_too_many_counts_nothing() -> None:
    picker = at_the_first_stop(a_task("1", "NAILS", 5, "A-01"), SHIRT_FOR_TWO)
    assert picker.scan("nail", "nails-inner").code == "pick.too_many"


def test_a_sister_variant_is_named_by_what_tells_them_apart() -> None:
    picker = at_the_first_stop(a_task("1", "SHIRT-L", 1, "A-01"), SHIRT_FOR_TWO)
    verdict = picker.scan("bar-SHIRT-M")
    assert verdict.code == "pick.sister_variant"
    assert dict(verdict.words.params) == {"read": "M", "wanted": "L", "name": "Shirt"}


def test_a_foreign_item_is_named() -> None:
    verdict = at_the_first_stop(*TWO_ORDERS).scan("nail")
    assert verdict.code == "pick.wrong_item"
    assert dict(verdict.words.params) == {"read": "Nails", "wanted": "Wheat bread", "sku": "BREAD"}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("A-01", "pick.already_here"),
        ("E-05", "pick.wrong_location"),
        ("BOX-S", "pick.wants_item"),
        ("nothing", "pick.unknown_wants_item"),
        ("T-1", "pick.nothing_to_bank"),
    ],
)
def test_where_an_item_is_asked_for_anything_else_is_refused_by_name(code: str, verdict: str) -> None:
    assert at_the_first_stop(*TWO_ORDERS).scan(code).code == verdict


def test_a_broken_code_is_refused_with_what_is_wrong() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    assert picker.scan(read(BREAD, refused="gs1.check_digit")).code == "pick.broken_code"


def test_when_all_are_in_hand_the_tote_is_asked_for_and_one_more_is_refused() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    picker.scan(BREAD, BREAD, BREAD)
    assert picker.asked == "Scan tote T-1: 3 for order O-1"
    assert picker.scan(BREAD).code == "pick.enough"
    assert picker.scan("nothing").code == "pick.unknown_wants_tote"
    assert picker.scan("T-1").code == "pick.banked"
    assert picker.asked == "Scan location B-02"


def test_a_tote_scan_at_any_count_banks_what_is_in_hand() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    assert picker.scan(BREAD, BREAD, "T-1").code == "pick.banked"
    assert picker.facts(Picked) == [Picked("R-1", "1", "O-1", 1, "BREAD", "", "A-01", "T-1", 2)]
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 1"
    picker.scan(BREAD, "T-1")
    assert picker.in_totes == {"T-1": 3}


def test_a_wrong_tote_is_named_with_its_order() -> None:
    picker = at_the_first_stop(*TWO_ORDERS)
    verdict = picker.scan(BREAD, "T-2")
    assert verdict.code == "pick.wrong_tote"
    assert dict(verdict.words.params)["order"] == "O-2"
    verdict = picker.scan("T-9")
    assert verdict.code == "pick.wrong_tote"
    assert dict(verdict.words.params)["order"] == "O-900"
    assert picker.scan("T-5").code == "pick.wrong_tote_empty"


def test_several_totes_at_one_stop_are_asked_one_by_one() -> None:
    picker = at_the_first_stop(
        a_task("1", "BREAD", 1, "A-01"),
        a_task("2", "BREAD", 2, "A-01", slot=1),
        a_task("3", "SHIRT-M", 1, "B-02"),
    )
    picker.scan(BREAD)
    assert picker.asked.startswith("Scan tote T-1")
    picker.scan("T-1")
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 2"
    picker.scan(BREAD, BREAD)
    assert picker.asked.startswith("Scan tote T-2")
    picker.scan("T-2")
    assert picker.asked == "Scan location B-02"
    assert picker.in_totes == {"T-1": 1, "T-2": 2}


def test_a_one_tote_tour_needs_no_tote_scan_after_its_start() -> None:
    picker = at_the_first_stop(THREE_BREADS, a_task("2", "SHIRT-M", 1, "B-02"))
    picker.scan(BREAD, BREAD)
    assert picker.facts(Picked) == []
    assert picker.scan(BREAD).code == "pick.banked"
    assert picker.in_totes == {"T-1": 3}
    assert picker.asked == "Scan location B-02"


def test_on_a_one_tote_tour_the_tote_still_banks_early() -> None:
    picker = at_the_first_stop(THREE_BREADS)
    assert picker.scan(BREAD, "T-1").code == "pick.banked"
    assert picker.in_totes == {"T-1": 1}


# --- another order of stops ------------------------------------------------------------------------------------

FOUR_STOPS = (
    a_task("1", "BREAD", 1, "A-01"),
    a_task("2", "SHIRT-M", 1, "B-02"),
    a_task("3", "NAILS", 1, "C-03"),
    a_task("4", "VASE", 1, "E-05"),
)


def test_the_location_of_a_later_stop_is_named_and_the_same_scan_again_goes_there() -> None:
    picker = on_the_way(*FOUR_STOPS)
    first = picker.scan("C-03")
    assert (first.tone, first.code) == (Tone.WAIT, "pick.later_stop")
    assert picker.asked == "Scan location A-01"
    assert picker.prompt.detail[0].code == "pick.again_jumps"
    assert picker.scan("C-03").code == "pick.jumped"
    assert picker.facts(LocationReached) == [LocationReached("R-1", "3", "C-03")]


def test_what_was_passed_over_comes_at_the_end_of_the_walk() -> None:
    picker = on_the_way(*FOUR_STOPS)
    picker.scan("C-03", "C-03", "nail")
    assert picker.asked == "Scan location E-05"
    assert picker.prompt.ahead == ("A-01", "B-02")
    picker.scan("E-05", "bar-VASE")
    assert picker.asked == "Scan location A-01"


def test_two_different_later_stops_in_a_row_jump_nowhere() -> None:
    picker = on_the_way(*FOUR_STOPS)
    assert picker.scan("C-03", "E-05", "C-03").code == "pick.later_stop"
    assert picker.scan("A-01").code == "pick.location_right"
    assert picker.scan("C-03").code == "pick.later_stop"


def test_a_stop_can_be_left_with_empty_hands() -> None:
    picker = at_the_first_stop(*FOUR_STOPS)
    assert picker.scan("B-02").code == "pick.later_stop"
    assert picker.prompt.detail[0].code == "pick.again_jumps"
    assert picker.scan("B-02").code == "pick.jumped"


def test_with_units_in_hand_no_other_stop_is_taken() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 2, "A-01"), a_task("2", "SHIRT-M", 1, "B-02"))
    assert picker.scan(BREAD, "B-02").code == "pick.bank_first"


def test_a_stop_that_is_done_is_named_so() -> None:
    picker = at_the_first_stop(*FOUR_STOPS)
    assert picker.scan(BREAD, "A-01").code == "pick.stop_is_done"


# --- lots ------------------------------------------------------------------------------------------------------


def test_the_lot_is_asked_for_after_the_item_and_only_then_the_item_counts() -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    first = picker.scan("96385074")
    assert (first.tone, first.code) == (Tone.WAIT, "pick.lot_wanted")
    assert picker.facts(UnitsCounted) == []
    assert picker.asked == "Scan lot L77"
    assert picker.scan("L77").code == "pick.counted"
    assert picker.facts(UnitsCounted) == [UnitsCounted("R-1", "1", 1, "96385074", "L77", Counted.SCAN)]


def test_a_lot_is_proved_once_for_a_task() -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    picker.scan("96385074", "L77")
    assert picker.scan("96385074").code == "pick.banked"


def test_a_gs1_code_proves_the_lot_by_itself() -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    assert picker.scan(read("gs1", gtin="00000096385074", lot="L77")).code == "pick.counted"


def test_a_gs1_code_with_another_lot_is_refused_naming_both() -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    verdict = picker.scan(read("gs1", gtin="00000096385074", lot="L78"))
    assert verdict.code == "pick.wrong_lot"
    assert dict(verdict.words.params) == {"read": "L78", "lot": "L77"}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("L78", "pick.wrong_lot"),
        ("T-1", "pick.wants_lot"),
        ("96385074", "pick.wants_lot"),
        ("nail", "pick.wrong_item"),
    ],
)
def test_what_is_not_the_lot_is_refused_and_the_lot_stays_asked(code: str, verdict: str) -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    assert picker.scan("96385074", code).code == verdict
    assert picker.step == "lot"


def test_where_the_lot_is_asked_the_items_gs1_code_answers_too() -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    picker.scan("96385074")
    assert picker.scan(read("gs1", gtin="00000096385074", lot="L78")).code == "pick.wrong_lot"
    assert picker.scan(read("gs1", gtin="00000096385074", lot="L77")).code == "pick.counted"
    assert len(picker.facts(UnitsCounted)) == 1


def test_the_lot_before_the_item_is_refused() -> None:
    assert at_the_first_stop(MILK_OF_L77).scan("L77").code == "pick.lot_right_scan_item_first"


@pytest.mark.parametrize("key", [Command.BACK, Command.UNDO])
def test_the_question_for_the_lot_can_be_left(key: Command) -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    picker.scan("96385074")
    assert picker.press(key).code == "pick.question_left"
    assert picker.step == "item"


def test_an_item_that_this_terminal_does_not_know_is_asked_for_by_its_sku() -> None:
    picker = at_the_first_stop(a_task("1", "NEW", 1, "A-01"))
    assert picker.asked == "Scan item SKU NEW NEW: 1 of 1"
    assert picker.scan("bar-NEW").code == "pick.unknown_wants_item"


def test_the_reasons_of_the_stop_and_of_the_walk_stand_beside_the_question() -> None:
    picker = at_the_first_stop(MILK_OF_L77)
    assert [reason.code for reason in picker.prompt.why] == [
        "pick.why_pick_face",
        "pick.why_lot",
        "pick.why_order",
        "pick.why_walk",
        "pick.why_now",
        "pick.why_asked_by_item",
    ]
    walk = dict(picker.prompt.why[3].params)
    assert (walk["planned"], walk["instead"]) == (84, 120)


def test_progress_is_counted_in_units() -> None:
    picker = at_the_first_stop(*TWO_ORDERS, known=a_warehouse(online=False))
    assert (picker.prompt.done, picker.prompt.of) == (0, 4)
    picker.scan(BREAD, "T-1")
    assert (picker.prompt.done, picker.prompt.of) == (1, 4)

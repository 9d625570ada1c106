"""Shorts that are found again, shorts that need no question, and shelves that should be empty."""

from dataclasses import replace

import pytest

from app.fulfilment.dialogues import picking
from app.model.answers import Command
from app.model.facts import LocationReached, Picked, ShortUndone, TourParked, ZeroChecked, ZeroPicked
from app.model.work import LentTour
from tests.fulfilment.dialogues.a_warehouse import (
    STATION,
    Picker,
    a_task,
    a_tour,
    a_warehouse,
    at_the_first_stop,
    envelopes,
)

NAILS = a_task("1", "NAILS", 3, "A-01")
VASE = a_task("2", "VASE", 1, "B-02")
LAST_VASE = replace(VASE, left_after=0)


def with_a_short(found: int = 0) -> Picker:
    """Nails are short at A-01; the vase comes next."""
    picker = at_the_first_stop(NAILS, VASE)
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in(str(found))
    picker.scan("A-01")
    return picker


def after_the_last_vase() -> Picker:
    picker = at_the_first_stop(LAST_VASE, NAILS)
    picker.scan("bar-VASE")
    return picker


# --- shorts --------------------------------------------------------------------------------------------------


def test_a_short_on_a_line_of_one_is_not_asked_how_many_were_found() -> None:
    picker = at_the_first_stop(VASE)
    picker.press(Command.PROBLEM)
    assert picker.key_in("1").code == "pick.confirm_short"
    picker.scan("B-02")
    assert [fact.missing for fact in picker.facts(ZeroPicked)] == [1]


def test_right_after_a_short_one_key_takes_it_back() -> None:
    picker = with_a_short()
    assert "pick.short_can_be_undone" in {line.code for line in picker.prompt.detail}
    assert picker.press(Command.UNDO).code == "pick.short_undone"
    assert [(fact.task, fact.quantity) for fact in picker.facts(ShortUndone)] == [("1", 3)]
    assert picker.prompt.target == "A-01"


def test_later_the_undo_key_takes_back_the_last_pick_and_not_an_old_short() -> None:
    picker = at_the_first_stop(NAILS, VASE, a_task("3", "BREAD", 1, "C-03"))
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("0")
    picker.scan("A-01", "B-02", "bar-VASE")
    assert picker.press(Command.UNDO).code == "pick.pick_undone"
    assert not picker.facts(ShortUndone)


def test_found_again_later_its_location_is_scanned_twice() -> None:
    picker = with_a_short(found=0)
    assert picker.scan("A-01").code == "pick.found_again"
    assert picker.scan("A-01").code == "pick.short_undone"
    assert picker.facts(LocationReached)[-1].task == "1"
    picker.scan("nail", "nail", "nail")
    assert picker.facts(Picked)[-1].quantity == 3


def test_a_location_where_nothing_was_short_is_still_done() -> None:
    picker = at_the_first_stop(VASE, NAILS)
    picker.scan("bar-VASE")
    assert picker.scan("B-02").code == "pick.stop_is_done"


# --- the zero check ------------------------------------------------------------------------------------------


def test_after_the_pick_that_should_empty_a_location_the_picker_says_whether_it_is() -> None:
    picker = after_the_last_vase()
    assert picker.step == "zero_check"
    assert picker.key_in("0").code == "pick.is_empty"
    assert picker.facts(ZeroChecked) == [ZeroChecked("R-1", "2", "VASE", "", "B-02", 0)]
    assert picker.step == "location"


def test_what_is_left_is_said_as_a_number() -> None:
    picker = after_the_last_vase()
    assert picker.key_in("4").code == "pick.not_empty"
    assert picker.facts(ZeroChecked)[-1].left == 4


@pytest.mark.parametrize("left", [None, 5])
def test_where_something_stays_or_nobody_asks_there_is_no_zero_check(left: int | None) -> None:
    picker = at_the_first_stop(replace(VASE, left_after=left), NAILS)
    picker.scan("bar-VASE")
    assert picker.step == "location"


def test_a_location_with_another_task_is_looked_at_after_the_last() -> None:
    picker = at_the_first_stop(LAST_VASE, replace(NAILS, location="B-02", left_after=0))
    picker.scan("bar-VASE")
    assert picker.step == "item"
    picker.scan("nail", "nail", "nail")
    assert picker.step == "zero_check"


@pytest.mark.parametrize("answer", ["", "x", "-1", "12345"])
def test_what_is_no_number_leaves_the_question(answer: str) -> None:
    picker = after_the_last_vase()
    assert picker.key_in(answer).code == "pick.zero_check_number"
    assert picker.step == "zero_check"


def test_the_next_scan_waits_for_the_answer() -> None:
    picker = after_the_last_vase()
    assert picker.scan("A-01").code == "pick.zero_check_first"
    assert picker.press(Command.PROBLEM).code == "pick.answer_first"


def test_the_way_back_from_the_zero_check_is_to_undo_the_pick() -> None:
    picker = after_the_last_vase()
    assert picker.press(Command.UNDO).code == "pick.pick_undone"
    assert picker.prompt.target == "B-02"


def test_after_a_restart_the_zero_check_is_asked_again() -> None:
    picker = after_the_last_vase()
    assert picking.prompt(picker.replayed(), picker.known, "op-1").step == "zero_check"


def test_whoever_takes_the_tour_over_is_not_asked_about_a_place_where_they_do_not_stand() -> None:
    before = after_the_last_vase()
    tour = a_tour(LAST_VASE, NAILS)
    history = envelopes((*before.journal, TourParked("R-1")))
    picker = Picker(a_warehouse())
    picker.lend(LentTour(tour, STATION, "op-1", history))
    picker.scan("K-1")
    assert picker.step == "location"


def test_damaged_units_have_a_place_where_there_is_a_hospital() -> None:
    picker = at_the_first_stop(NAILS)
    picker.press(Command.PROBLEM)
    picker.key_in("2")
    assert ("pick.damaged_to", (("place", "H-1"),)) in {(s.code, s.params) for s in picker.prompt.detail}


def test_a_substitute_says_what_it_stands_for_and_why() -> None:
    picker = at_the_first_stop(replace(NAILS, instead_of="BREAD"))
    assert "pick.instead_of" in {line.code for line in picker.prompt.detail}
    assert "pick.why_instead" in {reason.code for reason in picker.prompt.why}

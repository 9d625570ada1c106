"""A tour ends when each tote with something in it is at a drop place."""

import pytest

from app.fulfilment.dialogues import picking
from app.model.answers import Command
from app.model.facts import ToteDropped, TourFinished
from app.model.work import LentTour
from tests.fulfilment.dialogues.a_warehouse import (
    STATION,
    Picker,
    a_task,
    a_tour,
    at_the_first_stop,
    envelopes,
)

BREAD = "4006381333931"


def all_picked() -> Picker:
    picker = at_the_first_stop(a_task("1", "BREAD", 1, "A-01"), a_task("2", "VASE", 1, "E-05", slot=1))
    picker.scan(BREAD, "T-1", "E-05", "bar-VASE", "T-2")
    return picker


def test_each_tote_is_scanned_into_a_drop_place() -> None:
    picker = all_picked()
    assert picker.asked == "Scan tote T-1 to drop it"
    assert picker.scan("T-1").code == "pick.tote_in_hand"
    assert picker.asked == "Scan drop place for tote T-1"
    assert picker.scan("D-1").code == "pick.tote_dropped"
    assert picker.asked == "Scan tote T-2 to drop it"
    picker.scan("T-2")
    assert picker.scan("D-2").code == "pick.tour_finished"
    assert picker.facts(ToteDropped) == [ToteDropped("R-1", "T-1", "D-1"), ToteDropped("R-1", "T-2", "D-2")]
    assert picker.facts(TourFinished) == [TourFinished("R-1")]
    assert not picking.holds_work(picker.state)
    assert picker.step == "no_tour"


def test_the_nearest_drop_place_is_on_the_map() -> None:
    picker = all_picked()
    assert picker.prompt.target == "D-1"
    picker.scan("T-1")
    assert picker.prompt.detail[0].code == "pick.drop_nearest"


def test_the_totes_may_come_in_any_order_and_the_last_one_scanned_counts() -> None:
    picker = all_picked()
    picker.scan("T-1", "T-2", "D-1")
    assert picker.facts(ToteDropped) == [ToteDropped("R-1", "T-2", "D-1")]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("T-5", "pick.tote_not_to_drop"),
        ("D-1", "pick.drop_tote_first"),
        (BREAD, "pick.wants_drop_tote"),
        ("nothing", "pick.unknown_wants_drop_tote"),
    ],
)
def test_where_a_tote_is_asked_for_anything_else_is_refused(code: str, verdict: str) -> None:
    assert all_picked().scan(code).code == verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("A-01", "pick.no_drop_place"),
        ("H-1", "pick.no_drop_place"),
        (BREAD, "pick.wants_drop_place"),
        ("nothing", "pick.unknown_wants_drop_place"),
    ],
)
def test_where_a_drop_place_is_asked_for_anything_else_is_refused(code: str, verdict: str) -> None:
    picker = all_picked()
    picker.scan("T-1")
    assert picker.scan(code).code == verdict
    assert picker.step == "drop_place"


def test_back_puts_the_tote_down_again() -> None:
    picker = all_picked()
    picker.scan("T-1")
    picker.press(Command.BACK)
    assert picker.step == "drop_tote"
    assert picker.press(Command.FULL).code == "pick.key_not_here"
    assert picker.key_in("1").code == "pick.nothing_to_type"


def test_a_tote_that_stayed_empty_is_not_asked_for() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 1, "A-01"), a_task("2", "VASE", 1, "E-05", slot=1))
    picker.scan(BREAD, "T-1")
    picker.press(Command.PROBLEM)
    picker.key_in("4")
    picker.key_in("1")
    picker.scan("T-1")
    assert picker.scan("D-1").code == "pick.tour_finished"


def test_both_totes_of_an_order_are_dropped() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 2, "A-01"))
    picker.scan(BREAD, "T-1")
    picker.press(Command.FULL)
    picker.scan("T-2", BREAD, "T-1", "D-1")
    assert picker.asked == "Scan tote T-2 to drop it"


def test_the_record_of_a_finished_tour_is_not_taken_again() -> None:
    picker = all_picked()
    picker.scan("T-1", "D-1", "T-2", "D-1")
    finished = a_tour(a_task("1", "BREAD", 1, "A-01"), version=7)
    assert picker.lend(finished).facts == ()
    assert picker.lend(LentTour(finished, STATION, "op-1", history=envelopes(picker.journal))).facts == ()
    assert picker.lend(a_tour(a_task("9", "VASE", 1, "E-05"), id="R-2")).facts != ()
    assert picker.asked == "Scan an empty tote for slot 1"

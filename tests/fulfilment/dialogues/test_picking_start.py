"""A tour begins: the cart, then an empty tote for each slot."""

import pytest

from app.fulfilment.dialogues import picking
from app.model.answers import AskForTour, Command, Idle, LentChanged, Refused, Tone
from app.model.facts import CartScanned, ToteAssigned, TourTaken
from app.model.work import LentTour
from tests.fulfilment.dialogues.a_warehouse import (
    STATION,
    Picker,
    a_task,
    a_tour,
    a_warehouse,
    at_the_cart,
    scanned,
)

BREAD_AT_A = a_task("1", "BREAD", 1, "A-01")
SHIRT_AT_B = a_task("2", "SHIRT-M", 1, "B-02", slot=1)


def test_without_a_tour_a_cart_is_asked_for() -> None:
    picker = Picker(a_warehouse())
    assert picker.step == "no_tour"
    assert picker.asked == "Scan a cart to get a tour"
    assert not picking.holds_work(picker.state)


def test_a_cart_scan_asks_the_central_for_a_tour_and_waits() -> None:
    decision = picking.decide(None, scanned("K-1"), a_warehouse(), "op-1")
    assert decision.verdict is not None
    assert decision.verdict.tone is Tone.WAIT
    assert decision.verdict.code == "pick.asked_for_tour"
    assert decision.effects == (AskForTour("K-1"),)
    assert decision.facts == ()


def test_without_the_network_no_tour_can_be_had() -> None:
    picker = Picker(a_warehouse(online=False))
    assert picker.scan("K-1").code == "pick.offline_no_tour"
    assert picker.prompt.detail[0].code == "pick.offline_no_new_tour"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("A-01", "pick.wants_any_cart"),
        ("T-1", "pick.tote_brings_nothing"),
        ("nothing", "pick.unknown_wants_any_cart"),
    ],
)
def test_what_is_no_cart_is_refused_by_name(code: str, verdict: str) -> None:
    assert Picker(a_warehouse()).scan(code).code == verdict


def test_the_centrals_no_is_passed_on_in_its_words() -> None:
    verdict = Picker(a_warehouse()).enter(Refused("pick.nothing_to_undo", (("cart", "K-1"),))).verdict
    assert verdict is not None
    assert verdict.tone is Tone.BAD
    assert verdict.words.params == (("cart", "K-1"),)


def test_a_lent_tour_is_taken_and_the_scan_that_claimed_it_counts_as_the_carts() -> None:
    picker = Picker(a_warehouse())
    decision = picker.lend(a_tour(BREAD_AT_A))
    assert [type(fact) for fact in decision.facts] == [TourTaken, CartScanned]
    assert decision.verdict is None
    assert picking.holds_work(picker.state)
    assert picker.step == "empty_tote"


def test_a_tour_that_lies_ready_is_taken_by_the_scan_of_its_cart() -> None:
    known = a_warehouse(online=False)
    known.learn("tour", "R-1", LentTour(a_tour(BREAD_AT_A), STATION, "op-1"))
    picker = Picker(known)
    assert [words.code for words in picker.prompt.detail] == ["pick.tour_ready"]
    assert picker.scan("K-2").code == "pick.offline_no_tour"
    assert picker.scan("K-1").code == "pick.tour_taken"
    assert picker.step == "empty_tote"


def test_a_tour_lent_to_another_station_is_not_taken() -> None:
    picker = Picker(a_warehouse())
    assert picker.lend(LentTour(a_tour(BREAD_AT_A), "bench-2", "op-2")).facts == ()


def test_of_two_tours_the_more_urgent_is_taken() -> None:
    known = a_warehouse()
    known.learn("tour", "R-2", LentTour(a_tour(BREAD_AT_A, id="R-2"), STATION, "op-1"))
    picker = Picker(known)
    picker.lend(a_tour(BREAD_AT_A, id="R-1"))
    assert picker.state is not None
    assert picker.state.tour.id == "R-1"


def test_a_tour_without_anything_to_do_is_finished_at_once() -> None:
    picker = Picker(a_warehouse())
    picker.lend(a_tour())
    assert not picking.holds_work(picker.state)


def test_empty_totes_go_into_the_slots_one_by_one() -> None:
    picker = at_the_cart(BREAD_AT_A, SHIRT_AT_B)
    assert picker.asked == "Scan an empty tote for slot 1"
    assert picker.scan("T-1").code == "pick.tote_assigned"
    assert picker.asked == "Scan an empty tote for slot 2"
    assert picker.scan("T-2").code == "pick.tote_assigned"
    assert picker.facts(ToteAssigned) == [
        ToteAssigned("R-1", 0, "O-1", "T-1"),
        ToteAssigned("R-1", 1, "O-2", "T-2"),
    ]
    assert picker.asked == "Scan location A-01"


def test_a_tote_in_use_is_refused_naming_its_order() -> None:
    verdict = at_the_cart(BREAD_AT_A).scan("T-9")
    assert verdict.code == "pick.tote_in_use"
    assert dict(verdict.words.params)["order"] == "O-900"


def test_the_same_tote_cannot_stand_in_two_slots() -> None:
    picker = at_the_cart(BREAD_AT_A, SHIRT_AT_B)
    verdict = picker.scan("T-1", "T-1")
    assert verdict.code == "pick.tote_twice"
    assert dict(verdict.words.params) == {"tote": "T-1", "order": "O-1", "taken": 1, "slot": 2}


def test_an_unknown_tote_is_refused() -> None:
    assert at_the_cart(BREAD_AT_A).scan("T-777").code == "pick.unknown_wants_empty_tote"
    assert at_the_cart(BREAD_AT_A).scan("A-01").code == "pick.wants_empty_tote"


def test_the_keys_of_the_stops_do_nothing_while_totes_are_asked_for() -> None:
    picker = at_the_cart(BREAD_AT_A)
    for key in (Command.PROBLEM, Command.QUANTITY, Command.FULL, Command.REPRINT):
        assert picker.press(key).code == "pick.key_not_here"
    assert picker.press(Command.UNDO).code == "pick.nothing_to_undo"
    assert picker.press(Command.BACK).code == "pick.nothing_to_leave"


def test_keys_without_a_tour_do_nothing_and_say_so() -> None:
    picker = Picker(a_warehouse())
    for key in Command:
        assert picker.press(key).tone is Tone.BAD
    assert picker.key_in("12").code == "pick.nothing_to_type"


def test_time_and_changes_elsewhere_say_nothing_to_the_picker() -> None:
    picker = at_the_cart(BREAD_AT_A)
    assert picker.enter(Idle()).verdict is None
    assert picker.enter(LentChanged()).facts == ()

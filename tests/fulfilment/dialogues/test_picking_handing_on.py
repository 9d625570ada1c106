"""A tour is parked, passed on, resumed, changed by the central, or taken away."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.dialogues import picking
from app.fulfilment.dialogues.picking import Picking
from app.model.answers import AskForTour, Command, LentChanged, Refused, say
from app.model.facts import (
    CartScanned,
    CountUndone,
    TourChanged,
    TourFinished,
    TourParked,
    TourPassedOn,
    TourTaken,
)
from app.model.words import WORDS
from app.model.work import LentTour, Replanned, Tour
from tests.fulfilment.dialogues.a_warehouse import (
    STATION,
    Picker,
    a_task,
    a_tour,
    a_warehouse,
    at_the_first_stop,
    envelopes,
    on_the_way,
    scanned,
)

BREAD = "4006381333931"
BREADS = a_task("1", "BREAD", 3, "A-01")
SHIRT = a_task("2", "SHIRT-M", 1, "B-02", slot=1)
VASE = a_task("3", "VASE", 1, "E-05")


def halfway() -> Picker:
    """One bread banked, one in hand."""
    picker = at_the_first_stop(BREADS, SHIRT, VASE)
    picker.scan(BREAD, "T-1", BREAD)
    return picker


def in_hand(picker: Picker) -> Picking:
    assert picker.state is not None
    return picker.state


def parked(picker: Picker) -> Picker:
    return Picker(picker.known, *picker.journal, *picking.park(in_hand(picker)))


def resumed(before: Picker, tour: Tour | None = None, station: str = "bench-2") -> Picker:
    """The tour in other hands, at another station."""
    picker = Picker(a_warehouse(station=station))
    lent = LentTour(tour or in_hand(before).tour, station, "op-2", history=envelopes(before.journal))
    picker.lend(lent)
    return picker


def test_parking_puts_back_what_is_in_hand_and_leaves_the_tour() -> None:
    picker = halfway()
    assert picking.park(in_hand(picker)) == (CountUndone("R-1", "1", 1), TourParked("R-1"))
    picker = parked(picker)
    assert not picking.holds_work(picker.state)
    assert picker.step == "no_tour"
    assert picking.park(in_hand(picker)) == ()
    assert picking.pass_on(in_hand(picker), "op-2") == ()


def test_the_record_of_a_parked_tour_is_not_taken_again_before_the_central_lends_it_anew() -> None:
    picker = parked(halfway())
    assert picker.enter(LentChanged()).facts == ()
    anew = LentTour(in_hand(halfway()).tour, STATION, "op-1", history=envelopes(picker.journal))
    assert isinstance(picker.lend(anew).facts[0], TourTaken)


def test_passing_on_keeps_everything_in_place() -> None:
    picker = halfway()
    facts = picking.pass_on(in_hand(picker), "op-2")
    assert facts == (TourPassedOn("R-1", "op-2"),)
    after = picking.evolve(picker.state, facts[0])
    assert after == picker.state


def test_a_resumed_tour_asks_for_its_cart_and_its_location_again() -> None:
    picker = resumed(parked(halfway()))
    assert picker.asked == "Scan cart K-1"
    assert picker.prompt.detail[0].code == "pick.tour_goes_on"
    assert picker.scan("K-2").code == "pick.wrong_cart"
    assert picker.scan("T-1").code == "pick.wants_cart"
    assert picker.scan("nothing").code == "pick.unknown_wants_cart"
    assert picker.press(Command.PROBLEM).code == "pick.key_not_here"
    assert picker.scan("K-1").code == "pick.cart_right"
    assert picker.asked == "Scan location A-01"
    picker.scan("A-01")
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 2"
    picker.scan(BREAD, BREAD, "T-1")
    assert in_hand(picker).picked(BREADS) == 3
    assert picker.asked == "Scan location B-02"


def test_a_tour_taken_over_before_it_was_parked_goes_on_with_what_is_banked() -> None:
    picker = resumed(halfway())
    picker.scan("K-1", "A-01")
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 2"


def test_a_tour_can_be_handed_on_again_and_again() -> None:
    second = resumed(parked(halfway()))
    second.scan("K-1", "A-01", BREAD, "T-1")
    second = parked(second)
    third = Picker(a_warehouse(station="bench-3"))
    history = envelopes((*halfway().journal, *second.journal))
    third.lend(LentTour(in_hand(halfway()).tour, "bench-3", "op-3", history))
    third.scan("K-1", "A-01")
    assert third.asked == "Scan item SKU BREAD Wheat bread: 1 of 1"
    assert third.replayed() == third.state


def test_a_fact_that_this_program_cannot_read_is_passed_over() -> None:
    before = halfway()
    history = ("{not json", *envelopes(before.journal))
    picker = Picker(a_warehouse())
    picker.lend(LentTour(in_hand(before).tour, STATION, "op-2", history))
    assert in_hand(picker).picked(BREADS) == 1


def test_a_resumed_tour_has_the_centrals_newer_tasks() -> None:
    changed = a_tour(BREADS, SHIRT, VASE, a_task("4", "BREAD", 1, "C-03"), version=2)
    picker = resumed(parked(halfway()), changed)
    assert [task.id for task in in_hand(picker).tour.tasks] == ["1", "2", "3", "4"]
    assert in_hand(picker).tour.version == 2


def test_a_parked_tour_that_is_claimed_by_its_cart_needs_no_second_cart_scan() -> None:
    before = parked(halfway())
    known = a_warehouse(station="bench-2")
    known.learn(
        "tour", "R-1", LentTour(in_hand(halfway()).tour, "bench-2", "op-2", envelopes(before.journal))
    )
    picker = Picker(known)
    picker.scan("K-1")
    assert [type(fact) for fact in picker.journal] == [TourTaken, CartScanned]
    assert picker.step == "location"


# --- changes by the central ------------------------------------------------------------------------------------


def test_another_location_joins_the_same_tour_after_a_short() -> None:
    picker = at_the_first_stop(BREADS, VASE)
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("0")
    picker.scan("A-01")
    elsewhere = a_task("1b", "BREAD", 3, "C-03")
    decision = picker.lend(a_tour(BREADS, elsewhere, VASE, version=2))
    assert decision.facts == (TourChanged("R-1", 2, (BREADS, VASE, elsewhere)),)
    assert decision.verdict is None
    assert picker.prompt.ahead == ("C-03",)


def test_the_stop_that_is_walked_to_stays_the_next_one_and_the_picker_sees_why_the_rest_changed() -> None:
    picker = on_the_way(BREADS, SHIRT, VASE)
    picker.lend(replace(a_tour(VASE, SHIRT, BREADS, version=2), because=Replanned.FEWER_WANTED))
    assert picker.asked == "Scan location A-01"
    assert picker.prompt.ahead == ("E-05", "B-02")
    assert picker.prompt.detail[-1].code == "pick.walk_changed_fewer_wanted"
    picker.scan("A-01")
    assert all(not line.code.startswith("pick.walk_changed") for line in picker.prompt.detail)


def test_only_a_closed_aisle_takes_away_the_stop_that_is_walked_to() -> None:
    picker = on_the_way(BREADS, SHIRT)
    picker.lend(replace(a_tour(SHIRT, version=2), because=Replanned.AISLE_CLOSED))
    assert picker.asked == "Scan location B-02"
    assert picker.prompt.detail[-1].code == "pick.walk_changed_aisle_closed"


@given(st.data())
def test_whatever_order_the_central_sends_the_next_stop_stays(data: st.DataObject) -> None:
    places = ("A-01", "B-02", "C-03", "E-05")
    tasks = tuple(a_task(str(number), "BREAD", 1, place) for number, place in enumerate(places))
    picker = on_the_way(*tasks)
    for version in range(2, 5):
        order = data.draw(st.permutations(tasks))
        gone = data.draw(st.sets(st.sampled_from(tasks[1:])))
        picker.lend(a_tour(*(task for task in order if task not in gone), version=version))
        assert picker.asked == "Scan location A-01"


@pytest.mark.parametrize("because", list(Replanned))
def test_each_reason_for_another_walk_has_its_words(because: Replanned) -> None:
    assert f"pick.walk_changed_{because.value}" in WORDS


def test_the_same_version_again_changes_nothing() -> None:
    picker = halfway()
    assert picker.lend(a_tour(BREADS, version=1)).facts == ()


def test_tasks_already_begun_never_change() -> None:
    picker = halfway()
    picker.lend(a_tour(replace(BREADS, quantity=1), replace(SHIRT, quantity=2), version=2))
    assert in_hand(picker).tour.tasks == (BREADS, replace(SHIRT, quantity=2))
    picker.lend(a_tour(SHIRT, version=3))
    assert in_hand(picker).tour.tasks == (BREADS, SHIRT)
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 2 of 2"


def test_a_task_whose_location_was_reached_has_begun() -> None:
    picker = at_the_first_stop(BREADS, SHIRT)
    picker.lend(a_tour(SHIRT, version=2))
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 3"


def test_a_question_at_a_stop_outlives_a_change_and_one_on_the_way_does_not() -> None:
    picker = halfway()
    picker.press(Command.PROBLEM)
    picker.lend(a_tour(BREADS, SHIRT, version=2))
    assert picker.step == "problem"
    walking = on_the_way(BREADS, SHIRT)
    walking.press(Command.PROBLEM)
    walking.key_in("4")
    walking.lend(a_tour(SHIRT, version=2))
    assert walking.asked == "Scan location B-02"


def test_when_the_central_takes_all_tasks_the_tour_ends() -> None:
    picker = on_the_way(BREADS)
    assert picker.lend(a_tour(version=2)).facts[-1] == TourFinished("R-1")


def test_a_task_that_joins_after_its_tote_was_dropped_asks_for_another_tote() -> None:
    picker = at_the_first_stop(a_task("1", "BREAD", 1, "A-01"), a_task("2", "VASE", 1, "E-05", slot=1))
    picker.scan(BREAD, "T-1", "E-05", "bar-VASE", "T-2", "T-1", "D-1")
    joined = a_task("3", "NAILS", 1, "C-03")
    picker.lend(a_tour(*in_hand(picker).tour.tasks, joined, version=2))
    assert picker.asked == "Scan an empty tote for slot 1"
    picker.scan("T-4", "C-03", "nail", "T-4")
    assert picker.asked == "Scan tote T-4 to drop it"


# --- taken away ------------------------------------------------------------------------------------------------


def test_a_tour_that_was_taken_away_says_so_and_can_still_be_finished() -> None:
    picker = halfway()
    picker.known.learn("tour", "R-1", None)
    picker.enter(LentChanged())
    assert picker.prompt.detail[-1].code == "pick.taken_away"
    assert picker.scan("T-1").code == "pick.banked"
    assert picker.prompt.detail[-1].code == "pick.taken_away"


def test_a_tour_that_was_taken_over_carries_a_warning() -> None:
    picker = Picker(a_warehouse())
    picker.lend(LentTour(a_tour(BREADS), STATION, "op-1", taken_over=True))
    assert picker.prompt.detail[-1].code == "pick.taken_over"


def test_facts_of_another_tour_change_nothing() -> None:
    picker = halfway()
    assert picking.evolve(picker.state, TourParked("R-other")) == picker.state
    assert picking.evolve(None, TourParked("R-other")) is None


# --- put down, and taken over ----------------------------------------------------------------------------------


def test_a_tour_is_put_down_half_done_and_goes_on_at_another_station_at_the_same_stop() -> None:
    picker = halfway()
    picker.press(Command.PROBLEM)
    assert picker.key_in("9").code == "pick.put_down_confirm"
    assert picker.key_in("2").code == "pick.put_down_not_confirmed"
    assert picker.key_in("1").code == "pick.put_down"
    assert picker.journal[-2:] == [CountUndone("R-1", "1", 1), TourParked("R-1")]
    assert picker.step == "no_tour"
    other = resumed(picker)
    other.scan("K-1")
    assert other.asked == "Scan location A-01"


def a_colleagues_cart() -> Picker:
    """K-1 was scanned, and the central says who walks with it."""
    picker = Picker(a_warehouse())
    picker.scan("K-1")
    params = (("cart", "K-1"), ("operator", "Ada"), ("station", "bench-9"))
    decision = picker.enter(Refused("work.cart_in_use", params))
    assert decision.verdict is not None
    assert decision.verdict.code == "pick.take_over_offered"
    return picker


def test_a_colleagues_cart_scanned_again_asks_to_take_the_tour_over() -> None:
    picker = a_colleagues_cart()
    assert picker.asked == "Scan cart K-1 again to take the tour over from Ada"
    decision = picker.enter(scanned("K-1"))
    assert decision.effects == (AskForTour("K-1", take_over=True),)
    assert picker.step == "no_tour"


def test_another_cart_or_the_back_key_leaves_the_colleague_alone() -> None:
    picker = a_colleagues_cart()
    assert picker.enter(scanned("K-2")).effects == (AskForTour("K-2"),)
    picker = a_colleagues_cart()
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.enter(scanned("K-1")).effects == (AskForTour("K-1"),)


def test_who_takes_a_tour_over_is_told_whose_it_was() -> None:
    before = halfway()
    picker = Picker(a_warehouse(station="bench-2"))
    tour = in_hand(before).tour
    lent = LentTour(tour, "bench-2", "op-2", envelopes(before.journal), taken_from="Ada")
    decision = picker.lend(lent)
    assert decision.verdict is not None
    assert decision.verdict.code == "pick.tour_taken_from"
    assert picker.prompt.detail[0].code == "pick.goes_on_from"


def test_the_last_holder_is_told_who_took_it_and_puts_down_what_is_in_the_hand() -> None:
    picker = halfway()
    tour = in_hand(picker).tour
    decision = picker.lend(LentTour(tour, "bench-9", "op-9", holder="Grace"))
    assert decision.verdict is not None
    assert decision.verdict.code == "pick.taken_by"
    assert decision.facts == (CountUndone("R-1", "1", 1), TourParked("R-1"))
    assert picker.step == "no_tour"
    assert picker.enter(LentChanged()).facts == ()


def test_a_stop_that_comes_early_is_shown_as_a_detour_and_says_why() -> None:
    picker = Picker(a_warehouse())
    picker.lend(replace(a_tour(BREADS, VASE), early=("A-01",), detour_mm=12_300))
    picker.scan("T-1")
    assert picker.asked == "Scan location A-01"
    assert "pick.early" in {line.code for line in picker.prompt.detail}
    assert say("pick.why_early", detour=13) in picker.prompt.why
    picker.scan("A-01")
    assert "pick.early" not in {line.code for line in picker.prompt.detail}

"""An urgent order could come along on a tour under way: the picker is asked, and never held up."""

from dataclasses import replace

import pytest

from app.fulfilment.dialogues import picking
from app.fulfilment.dialogues.picking import Picking
from app.model.answers import AskToJoin, Command, LentChanged, Refused, Tone, Typed
from app.model.facts import PickUndone, TourChanged, UrgentDeclined
from app.model.work import LentTour, Offer, Replanned, Tour
from tests.fulfilment.dialogues.a_warehouse import STATION, Picker, a_task, at_the_first_stop, on_the_way

BREAD = "4006381333931"
BREADS = a_task("1", "BREAD", 1, "A-01")
SHIRT = a_task("2", "SHIRT-M", 1, "B-02")
VASE = a_task("3", "VASE", 1, "E-05")
URGENT = Offer("O-7", units=2, stops=1, detour_mm=37_200)


def state_of(picker: Picker) -> Picking:
    assert picker.state is not None
    return picker.state


def offer(picker: Picker, wanted: Offer | None = URGENT) -> LentTour:
    return LentTour(state_of(picker).tour, STATION, "op-1", offer=wanted)


def asked_on_the_way() -> Picker:
    picker = on_the_way(BREADS, SHIRT, VASE)
    picker.lend(offer(picker))
    return picker


def with_the_order(tour: Tour) -> Tour:
    """What the central makes of a yes: one order more, one stop more."""
    return replace(
        tour,
        version=tour.version + 1,
        orders=(*tour.orders, "O-7"),
        tasks=(*tour.tasks, a_task("7", "NAILS", 2, "C-03", slot=len(tour.orders), order="O-7")),
        because=Replanned.URGENT,
    )


def test_between_two_stops_the_picker_is_asked_and_told_what_it_costs() -> None:
    picker = on_the_way(BREADS, SHIRT, VASE)
    decision = picker.lend(offer(picker))
    assert decision.verdict is not None
    assert (decision.verdict.code, decision.verdict.tone) == ("pick.urgent_offered", Tone.WAIT)
    assert picker.step == "urgent"
    assert picker.asked == "Type 1 to take urgent order O-7 along, 2 if not"
    costs = picker.prompt.detail[0]
    assert (costs.code, dict(costs.params)) == ("pick.urgent_costs", {"units": 2, "stops": 1, "metres": 38})
    assert picker.prompt.why[0].code == "pick.why_urgent"
    assert picker.prompt.target == "A-01"


def test_at_a_stop_nobody_is_asked_before_the_hands_are_empty() -> None:
    picker = at_the_first_stop(BREADS, SHIRT)
    assert picker.lend(offer(picker)).verdict is None
    assert picker.step == "item"
    picker.scan(BREAD)
    assert picker.step == "urgent"


def test_yes_asks_the_central_and_the_order_comes_with_its_slot_and_its_reason() -> None:
    picker = asked_on_the_way()
    decision = picker.enter(Typed("1"))
    assert decision.effects == (AskToJoin("R-1", "O-7"),)
    assert decision.verdict is not None
    assert decision.verdict.code == "pick.asked_to_join"
    assert picker.step == "location"
    changed = picker.lend(LentTour(with_the_order(state_of(picker).tour), STATION, "op-1"))
    assert [type(fact) for fact in changed.facts] == [TourChanged]
    assert state_of(picker).tour.orders == ("O-1", "O-7")
    assert picker.asked == "Scan an empty tote for slot 2"
    assert "pick.walk_changed_urgent" in {said.code for said in picker.prompt.detail}
    picker.scan("T-2")
    assert picker.asked == "Scan location A-01"
    assert picker.replayed() == picker.state


def test_an_answer_that_comes_at_a_stop_waits_with_its_tote_until_the_stop_is_done() -> None:
    picker = asked_on_the_way()
    picker.key_in("1")
    picker.scan("A-01")
    picker.lend(LentTour(with_the_order(state_of(picker).tour), STATION, "op-1"))
    assert picker.step == "item"
    picker.scan(BREAD)
    if picker.step == "tote":
        picker.scan("T-1")
    assert picker.asked == "Scan an empty tote for slot 2"


def test_no_is_recorded_and_that_order_is_not_offered_to_this_tour_again() -> None:
    picker = asked_on_the_way()
    decision = picker.enter(Typed("2"))
    assert decision.facts == (UrgentDeclined("R-1", "O-7"),)
    assert picker.step == "location"
    picker.enter(LentChanged())
    assert picker.step == "location"
    picker.lend(offer(picker, replace(URGENT, order="O-8")))
    assert picker.step == "urgent"


def test_any_other_answer_is_refused() -> None:
    picker = asked_on_the_way()
    assert picker.key_in("3").code == "pick.urgent_yes_or_no"
    assert picker.step == "urgent"


def test_whoever_goes_on_is_not_held_up_and_is_asked_again_after_the_stop() -> None:
    picker = asked_on_the_way()
    assert picker.scan("A-01").code == "pick.location_right"
    assert picker.step == "item"
    picker.scan(BREAD)
    assert picker.step == "urgent"


def test_back_puts_it_off_until_after_the_next_stop() -> None:
    picker = asked_on_the_way()
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.step == "location"
    picker.scan("A-01", BREAD)
    assert picker.step == "urgent"


@pytest.mark.parametrize(
    ("key", "step"), [(Command.PROBLEM, "problem"), (Command.FULL, "another_tote")], ids=["problem", "full"]
)
def test_the_keys_of_the_walk_work_while_it_is_asked(key: Command, step: str) -> None:
    picker = asked_on_the_way()
    picker.press(key)
    assert picker.step == step


def test_the_last_pick_can_be_undone_while_it_is_asked() -> None:
    picker = at_the_first_stop(BREADS, SHIRT)
    picker.lend(offer(picker))
    picker.scan(BREAD)
    assert picker.step == "urgent"
    picker.press(Command.UNDO)
    assert isinstance(picker.journal[-1], PickUndone)


def test_an_offer_that_is_taken_back_is_asked_no_more() -> None:
    picker = asked_on_the_way()
    decision = picker.lend(offer(picker, None))
    assert decision.verdict is not None
    assert decision.verdict.code == "pick.urgent_gone"
    assert picker.step == "location"


def test_another_offer_takes_the_place_of_the_one_that_is_gone() -> None:
    picker = asked_on_the_way()
    picker.lend(offer(picker, replace(URGENT, order="O-8")))
    assert picker.asked == "Type 1 to take urgent order O-8 along, 2 if not"


@pytest.mark.parametrize("code", ["work.offer_gone", "central.offline"])
def test_a_no_of_the_central_is_said_and_the_walk_goes_on(code: str) -> None:
    picker = asked_on_the_way()
    picker.key_in("1")
    decision = picker.enter(Refused(code, (("order", "O-7"),)))
    assert decision.verdict is not None
    assert (decision.verdict.code, decision.verdict.tone) == (code, Tone.BAD)
    assert picker.step == "location"


def test_the_offer_of_a_tour_that_a_colleague_holds_now_is_not_asked() -> None:
    picker = on_the_way(BREADS, SHIRT)
    picker.lend(LentTour(state_of(picker).tour, "bench-2", "op-2", offer=URGENT))
    assert picker.step == "location"


def test_after_a_restart_it_is_asked_again() -> None:
    picker = asked_on_the_way()
    again = Picker(picker.known, *picker.journal)
    assert again.step == "location"
    again.enter(LentChanged())
    assert again.step == "urgent"
    assert picking.holds_work(again.state)

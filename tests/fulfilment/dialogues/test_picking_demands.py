"""What must be scanned is set by zone, item and the picker's experience, and never inferred."""

from dataclasses import replace

import pytest

from app.fulfilment.dialogues.picking.demands import Because, demands
from app.model.answers import Command, Tone
from app.model.facts import Counted, Picked, UnitsCounted, ZeroPicked
from app.model.floor import Proof, Zone
from app.model.known import Known, SiteSettings
from app.model.people import Experience
from tests.fulfilment.dialogues.a_warehouse import (
    NAILS,
    OPERATOR,
    Picker,
    a_task,
    a_warehouse,
    at_the_first_stop,
    on_the_way,
)

NAIL_TASK = a_task("1", "NAILS", 8, "A-01")
TWO_NAILS = a_task("1", "NAILS", 2, "A-01")
MILK_TASK = a_task("1", "MILK", 2, "A-01", lot="L77")


def in_a_zone(*proofs: Proof) -> Known:
    known = a_warehouse()
    known.learn("zone", "A", Zone("A", proofs))
    return known


def with_a_trainee() -> Known:
    known = a_warehouse()
    person = known.operators[OPERATOR]
    known.learn("operator", OPERATOR, replace(person, experience=Experience.TRAINEE))
    return known


def filling_in() -> Known:
    known = a_warehouse()
    known.learn("settings", "site", SiteSettings("demo", prefill_quantity=True))
    return known


def asked(picker: Picker) -> set[str]:
    return {reason.code for reason in picker.prompt.why if reason.code.startswith("pick.why_asked")}


# --- who asks ------------------------------------------------------------------------------------------------


def test_an_undescribed_zone_asks_for_location_and_item() -> None:
    wanted = demands(NAIL_TASK, a_warehouse(), OPERATOR, one_tote=True)
    assert wanted.asked == ((Proof.LOCATION, Because.ALWAYS), (Proof.ITEM, Because.ALWAYS))
    assert wanted.why() == ()


def test_zone_item_and_experience_add_up_and_each_says_why() -> None:
    known = in_a_zone(Proof.CHECK_CODE, Proof.TOTE)
    known.learn("item", "NAILS", replace(NAILS, verify=(Proof.EACH_UNIT,)))
    wanted = demands(NAIL_TASK, known, OPERATOR, one_tote=True)
    assert wanted.asked == (
        (Proof.CHECK_CODE, Because.ZONE),
        (Proof.ITEM, Because.ITEM),
        (Proof.EACH_UNIT, Because.ITEM),
        (Proof.TOTE, Because.ZONE),
    )


def test_a_trainee_scans_every_unit_and_every_tote() -> None:
    wanted = demands(NAIL_TASK, with_a_trainee(), OPERATOR, one_tote=True)
    assert (Proof.EACH_UNIT, Because.TRAINEE) in wanted.asked
    assert (Proof.TOTE, Because.TRAINEE) in wanted.asked


def test_a_lot_is_asked_for_only_where_the_units_have_one() -> None:
    known = in_a_zone(Proof.LOCATION, Proof.LOT)
    assert Proof.LOT not in demands(NAIL_TASK, known, OPERATOR, one_tote=True)
    assert Proof.LOT in demands(MILK_TASK, known, OPERATOR, one_tote=True)


def test_without_a_check_code_on_the_shelf_the_label_is_asked_for() -> None:
    known = in_a_zone(Proof.CHECK_CODE)
    known.learn("location", "A-01", replace(known.locations["A-01"], check_code=""))
    wanted = demands(NAIL_TASK, known, OPERATOR, one_tote=True)
    assert Proof.LOCATION in wanted
    assert Proof.CHECK_CODE not in wanted


# --- the check code ------------------------------------------------------------------------------------------


def test_where_the_check_code_is_asked_for_the_label_is_refused() -> None:
    picker = on_the_way(NAIL_TASK, known=in_a_zone(Proof.CHECK_CODE, Proof.ITEM))
    assert picker.prompt.ask.code == "pick.scan_check_code"
    assert picker.scan("A-01").code == "pick.wants_check_code"
    assert picker.scan("77").code == "pick.location_right"
    assert asked(picker) == {"pick.why_asked_by_zone"}


def test_a_stop_with_a_check_code_is_gone_to_first_by_its_label_and_then_its_check_code() -> None:
    known = in_a_zone(Proof.CHECK_CODE, Proof.ITEM)
    picker = on_the_way(a_task("1", "VASE", 1, "B-02"), NAIL_TASK, known=known)
    assert picker.scan("A-01").code == "pick.later_stop"
    assert picker.scan("A-01").code == "pick.wants_check_code"
    assert picker.scan("77").code == "pick.jumped"


def test_a_short_is_confirmed_by_the_check_code_as_well() -> None:
    picker = on_the_way(NAIL_TASK, known=in_a_zone(Proof.CHECK_CODE, Proof.ITEM))
    picker.scan("77")
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("0")
    assert picker.scan("A-01").code == "pick.wants_check_code"
    assert picker.scan("77").tone is Tone.GOOD
    assert picker.facts(ZeroPicked)


# --- the item ------------------------------------------------------------------------------------------------


def test_where_no_item_is_asked_for_the_quantity_is_typed_at_once() -> None:
    picker = at_the_first_stop(TWO_NAILS, known=in_a_zone(Proof.LOCATION))
    assert "pick.or_type_at_once" in {line.code for line in picker.prompt.detail}
    picker.press(Command.QUANTITY)
    assert picker.key_in("2").code == "pick.quantity_typed"
    assert picker.key_in("2").code == "pick.banked"
    assert picker.in_totes == {"T-1": 2}


def test_where_an_item_is_asked_for_it_is_scanned_before_a_quantity_is_typed() -> None:
    assert at_the_first_stop(NAIL_TASK).press(Command.QUANTITY).code == "pick.quantity_scan_one_first"


@pytest.mark.parametrize("known", [in_a_zone(Proof.LOCATION, Proof.EACH_UNIT), with_a_trainee()])
def test_where_each_unit_is_asked_for_no_quantity_is_typed(known: Known) -> None:
    picker = at_the_first_stop(NAIL_TASK, known=known)
    picker.scan("nail")
    assert picker.press(Command.QUANTITY).code == "pick.each_unit_is_scanned"


def test_unit_inner_and_case_each_count_what_they_hold() -> None:
    picker = at_the_first_stop(NAIL_TASK, a_task("2", "BREAD", 13, "A-01"), known=with_a_trainee())
    picker.scan("nails-inner", "nail", "nail", "nail", "T-1", "14006381333938", "4006381333931")
    assert [fact.quantity for fact in picker.facts(UnitsCounted)] == [5, 1, 1, 1, 12, 1]


# --- the tote ------------------------------------------------------------------------------------------------


def test_a_trainee_scans_the_tote_of_a_single_order_too() -> None:
    picker = at_the_first_stop(TWO_NAILS, known=with_a_trainee())
    picker.scan("nail", "nail")
    assert picker.step == "tote"
    assert not picker.facts(Picked)
    assert picker.scan("T-1").code == "pick.banked"


def test_a_zone_can_ask_for_the_tote_of_a_single_order() -> None:
    picker = at_the_first_stop(TWO_NAILS, known=in_a_zone(Proof.LOCATION, Proof.ITEM, Proof.TOTE))
    picker.scan("nail", "nail")
    assert picker.step == "tote"


# --- quantities filled in ------------------------------------------------------------------------------------


def test_no_quantity_is_filled_in_unless_the_site_says_so() -> None:
    picker = at_the_first_stop(TWO_NAILS)
    picker.scan("nail")
    assert picker.facts(UnitsCounted)[-1].quantity == 1


def test_where_the_site_says_so_one_scan_counts_all_and_is_confirmed() -> None:
    picker = at_the_first_stop(NAIL_TASK, known=filling_in())
    assert picker.scan("nail").code == "pick.filled_in"
    assert picker.facts(UnitsCounted) == [UnitsCounted("R-1", "1", 8, "nail", "", Counted.FILLED_IN)]
    assert not picker.facts(Picked), "nothing is banked before it is confirmed"
    assert picker.key_in("8").code == "pick.banked"


def test_the_tote_confirms_what_was_filled_in() -> None:
    picker = at_the_first_stop(NAIL_TASK, known=filling_in())
    picker.scan("nail")
    assert picker.scan("T-1").code == "pick.banked"


def test_another_number_takes_the_place_of_what_was_filled_in() -> None:
    picker = at_the_first_stop(NAIL_TASK, known=filling_in())
    picker.scan("nail")
    assert picker.key_in("9").code == "pick.quantity_out_of_range"
    assert picker.key_in("5").code == "pick.quantity_typed"
    assert picker.state is not None
    assert picker.state.counted == 5


def test_with_several_totes_the_number_alone_does_not_confirm_it() -> None:
    picker = at_the_first_stop(NAIL_TASK, a_task("2", "VASE", 1, "B-02", slot=1), known=filling_in())
    picker.scan("nail")
    assert picker.key_in("8").code == "pick.quantity_right_scan_tote"
    assert picker.scan("T-1").tone is Tone.GOOD


def test_nothing_is_filled_in_for_who_scans_each_unit() -> None:
    known = with_a_trainee()
    known.learn("settings", "site", SiteSettings("demo", prefill_quantity=True))
    picker = at_the_first_stop(NAIL_TASK, known=known)
    assert picker.scan("nail").code == "pick.counted"

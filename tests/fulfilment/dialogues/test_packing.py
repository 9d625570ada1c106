"""The packing bench, from the queue to the label scanned back on the box."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.answers import (
    AskForReprint,
    AskToReopen,
    Command,
    LabelSeen,
    MoveLabel,
    PrintLabel,
    TakeBackLabel,
    Tone,
)
from app.model.facts import (
    CartonChosen,
    LabelPrinted,
    MaterialUsed,
    ParcelClosed,
    ParcelOpened,
    ParcelParked,
    ParcelResumed,
    ParcelSetAside,
    ParcelWeighed,
    RejectCause,
    ToteSentToHospital,
    UnitRejected,
    UnitVerified,
    VerifyUndone,
)
from app.model.orders import ShortPolicy
from app.model.parcels import Reason
from app.model.work import PackTote
from tests.fulfilment.dialogues.packing_bench import OTHER_SSCC, SSCC, Bench, job, label, tote


@pytest.fixture
def bench() -> Bench:
    return Bench()


def of_kind(bench: Bench, kind: type) -> list:  # type: ignore[type-arg]
    return [fact for fact in bench.facts if isinstance(fact, kind)]


# --- the queue ----------------------------------------------------------------------------------------------


def test_the_queue_stands_by_ship_by(bench: Bench) -> None:
    assert [row.key for row in bench.prompt.rows][:3] == ["ORD-2", "ORD-3", "ORD-1"]


def test_an_order_of_which_a_tote_is_missing_shows_how_many_are_here(bench: Bench) -> None:
    row = next(row for row in bench.prompt.rows if row.key == "ORD-7")
    assert (row.done, row.of) == (1, 2)


@pytest.mark.parametrize("code", ["T1", "ORD-1"])
def test_a_tote_or_an_order_opens_a_parcel_with_the_job_and_a_carton(bench: Bench, code: str) -> None:
    assert bench.scan(code) == "pack.opened"
    opened = bench.facts[0]
    assert isinstance(opened, ParcelOpened)
    assert (opened.parcel, opened.order, opened.number, opened.carton) == ("P1", "ORD-1", 1, "BOX-S")
    assert opened.job == bench.known.pack_jobs["ORD-1"]


def test_the_proposed_carton_says_why(bench: Bench) -> None:
    bench.scan("T1")
    assert [sentence.code for sentence in bench.prompt.why] == [
        "carton.smallest_that_holds_all",
        "carton.larger_than_needed",
    ]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("T4", "pack.short_waits"),
        ("T6", "pack.picks_missing"),
        ("T7", "pack.totes_on_tour"),
        ("T7B", "pack.tote_on_tour"),
        ("T8", "pack.cancelled_put_back"),
        ("FREE", "pack.tote_is_free"),
        ("CART-1", "pack.scan_tote"),
        ("tee-m", "pack.scan_tote"),
        ("nobody knows", "pack.scan_tote"),
    ],
)
def test_what_cannot_be_packed_says_why_and_opens_nothing(bench: Bench, code: str, refusal: str) -> None:
    assert bench.scan(code) == refusal
    assert bench.state.parcel is None


def test_a_tote_whose_picks_are_missing_names_the_station(bench: Bench) -> None:
    bench.scan("T6")
    assert bench.last.verdict is not None
    assert dict(bench.last.verdict.words.params)["station"] == "station-9"


def test_an_order_in_several_totes_names_those_missing(bench: Bench) -> None:
    bench.scan("T7")
    assert bench.last.verdict is not None
    assert dict(bench.last.verdict.words.params) == {
        "order": "ORD-7",
        "totes": "T7B",
        "station": "station-2",
    }


def test_a_short_order_that_ships_in_part_is_packed(bench: Bench) -> None:
    assert bench.scan("T10") == "pack.opened"


def test_a_short_order_by_hospital_policy_goes_to_a_hospital_place(bench: Bench) -> None:
    assert bench.scan("T5") == "pack.bring_to_hospital"
    assert bench.scan("DROP-1") == "pack.scan_hospital"
    assert bench.scan("HOSP-1") == "pack.in_hospital_now"
    assert bench.facts == [ToteSentToHospital("ORD-5", "T5", "HOSP-1")]
    assert bench.prompt.step == "queue"


def test_another_tote_may_be_opened_instead_of_going_to_the_hospital(bench: Bench) -> None:
    bench.scan("T5")
    assert bench.scan("T1") == "pack.opened"


def test_a_short_order_goes_to_the_hospital_also_while_a_parcel_waits_for_its_label(bench: Bench) -> None:
    bench.pack_order_1()
    assert bench.scan("T5") == "pack.bring_to_hospital"
    assert bench.scan("DROP-1") == "pack.scan_hospital"
    assert bench.scan("HOSP-1") == "pack.in_hospital_now"
    assert bench.last.facts == (ToteSentToHospital("ORD-5", "T5", "HOSP-1"),)
    assert bench.prompt.step == "await_label"


def test_a_tote_that_stands_at_the_hospital_waits_for_a_decision(bench: Bench) -> None:
    order = bench.known.pack_jobs["ORD-5"]
    totes = tuple(replace(one, place="HOSP-1") for one in order.totes)
    bench.learn("pack_job", "ORD-5", replace(order, totes=totes))
    assert bench.scan("T5") == "pack.in_hospital"


def test_a_broken_code_counts_nothing(bench: Bench) -> None:
    assert bench.scan("]C101", refused="check digit") == "pack.code_broken"


def test_an_order_that_is_open_at_another_bench_is_not_offered(bench: Bench) -> None:
    emptied = replace(bench.known.pack_jobs["ORD-1"], totes=(PackTote("T1", "DROP-1", ()),), next_parcel=2)
    bench.learn("pack_job", "ORD-1", emptied)
    assert "ORD-1" not in [row.key for row in bench.prompt.rows]
    assert bench.scan("T1") == "pack.nothing_to_pack"


def test_a_tote_of_an_order_that_is_not_in_the_queue_says_so(bench: Bench) -> None:
    bench.learn("pack_job", "ORD-1", None)
    assert bench.scan("T1") == "pack.not_in_queue"


def test_a_void_label_without_an_order_opens_nothing(bench: Bench) -> None:
    bench.learn("label", "P9", label("P9", void=True))
    assert bench.scan(SSCC, sscc=SSCC) == "pack.label_void"


def test_a_line_typed_in_the_queue_opens_nothing(bench: Bench) -> None:
    assert bench.type("T1") == "pack.scan_tote"
    assert bench.press(Command.BACK) == "pack.nothing_to_leave"


# --- verifying ----------------------------------------------------------------------------------------------


def test_each_unit_counts_against_line_and_tote(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.scan("tee-m") == "pack.verified"
    assert bench.latest() == UnitVerified("P1", "ORD-1", 1, "TEE-M", "", "T1", 1, "tee-m", "")
    assert (bench.prompt.done, bench.prompt.of) == (1, 3)


def test_the_condition_is_checked_at_each_unit(bench: Bench) -> None:
    bench.scan("T1")
    assert "pack.check_condition" in [sentence.code for sentence in bench.prompt.detail]


def test_a_sister_variant_is_refused_by_name(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.scan("tee-l") == "pack.sister"
    assert bench.last.verdict is not None
    params = dict(bench.last.verdict.words.params)
    assert (params["read"], params["wanted"]) == ("L", "M")


def test_a_foreign_item_is_refused_by_name(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.scan("screw") == "pack.foreign"


def test_one_too_many_is_refused(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("tee-m")
    bench.scan("tee-m")
    assert bench.scan("tee-m") == "pack.over_scan"
    assert bench.packed() == {("TEE-M", ""): 2}


def test_a_case_code_when_two_are_left_counts_nothing(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.scan("tee-m-case") == "pack.too_many"
    assert bench.packed() == {}


def test_a_case_code_counts_what_it_stands_for(bench: Bench) -> None:
    bench.scan("T3")
    assert bench.scan("screw-case") == "pack.verified"
    assert bench.packed() == {("SCREW", ""): 6}


def test_units_of_two_totes_are_counted_tote_by_tote(bench: Bench) -> None:
    bench.scan("T3B")
    bench.scan("screw")
    bench.scan("screw-case")
    bench.scan("screw-case")
    assert [(fact.tote, fact.quantity) for fact in of_kind(bench, UnitVerified)] == [
        ("T3", 1),
        ("T3", 6),
        ("T3", 5),
        ("T3B", 1),
    ]


def test_a_lot_in_the_code_is_proved_by_it(bench: Bench) -> None:
    bench.scan("T2")
    assert bench.scan("milk", lot="L2") == "pack.verified"
    assert bench.packed() == {("MILK", "L2"): 1}


def test_a_lot_that_is_not_in_the_totes_is_refused(bench: Bench) -> None:
    bench.scan("T2")
    assert bench.scan("milk", lot="L9") == "pack.wrong_lot"
    assert bench.scan("milk", lot="L2") == "pack.verified"
    assert bench.scan("milk", lot="L2") == "pack.wrong_lot"


def test_an_item_without_its_lot_asks_for_the_lot_label(bench: Bench) -> None:
    bench.scan("T2")
    assert bench.scan("milk") == "pack.scan_lot"
    assert bench.prompt.step == "scan_lot"
    assert bench.packed() == {}
    assert bench.scan("L1") == "pack.verified"
    assert bench.packed() == {("MILK", "L1"): 1}


def test_a_wrong_lot_label_counts_nothing(bench: Bench) -> None:
    bench.scan("T2")
    bench.scan("milk")
    assert bench.scan("L9") == "pack.wrong_lot"
    assert bench.packed() == {}
    assert bench.prompt.step == "verify"


def test_units_that_never_had_a_lot_are_not_asked_for_one(bench: Bench) -> None:
    bench.learn("pack_job", "ORD-20", job("ORD-20", tote("T20", (1, "MILK", "", 2))))
    bench.scan("ORD-20")
    assert bench.scan("milk") == "pack.verified"


def test_another_item_is_no_lot_label(bench: Bench) -> None:
    bench.scan("T2")
    bench.scan("milk")
    assert bench.scan("phone") == "pack.lot_not_read"
    assert bench.type("L1") == "pack.lot_is_scanned"


def test_a_case_of_a_lot_of_which_fewer_are_left_counts_nothing(bench: Bench) -> None:
    bench.learn("pack_job", "ORD-2", job("ORD-2", tote("T2", (1, "MILK", "L1", 2), (1, "MILK", "L2", 8))))
    bench.scan("T2")
    assert bench.scan("milk-case", lot="L1") == "pack.too_many"
    assert bench.scan("milk-case", lot="L2") == "pack.verified"


def test_a_serial_number_in_the_code_is_recorded_and_taken_once(bench: Bench) -> None:
    bench.scan("T2")
    bench.scan("phone", serial="S1")
    assert of_kind(bench, UnitVerified)[-1].serial == "S1"
    assert bench.scan("phone", serial="S1") == "pack.serial_twice"
    assert bench.scan("phone", serial="S2") == "pack.verified"


def test_a_tote_of_another_order_waits_until_this_parcel_is_done(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.scan("T2") == "pack.one_at_a_time"
    assert bench.scan("T1") == "pack.already_open"


def test_undo_takes_the_last_count_back_into_its_tote(bench: Bench) -> None:
    bench.scan("T3")
    bench.scan("screw")
    bench.scan("screw-case")
    assert bench.press(Command.UNDO) == "pack.undone"
    assert bench.latest() == VerifyUndone("P1", "ORD-3", 1, "SCREW", "", "T3", 6)
    assert bench.packed() == {("SCREW", ""): 1}


def test_undo_before_the_first_unit_undoes_nothing(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.press(Command.UNDO) == "pack.nothing_to_undo"


def test_undo_after_the_last_unit_goes_on_with_verifying(bench: Bench) -> None:
    bench.scan("T10")
    assert bench.scan("tee-m") == "pack.all_verified"
    assert bench.prompt.step == "weigh"
    assert bench.press(Command.UNDO) == "pack.undone"
    assert bench.prompt.step == "verify"


# --- quantity -----------------------------------------------------------------------------------------------


def test_a_quantity_is_typed_after_one_scan_and_shown_back_large(bench: Bench) -> None:
    bench.scan("T3")
    bench.scan("screw")
    assert bench.press(Command.QUANTITY) == "pack.type_quantity"
    assert bench.prompt.entry == "quantity"
    assert bench.type("12") == "pack.verified"
    assert bench.packed() == {("SCREW", ""): 12}
    assert (bench.prompt.large.code, dict(bench.prompt.large.params)) == ("pack.counted_large", {"count": 12})
    assert bench.scan("screw") == "pack.all_verified"


@pytest.mark.parametrize("text", ["0", "5", "14", "-7", "six", "", "7.5", "9" * 30])
def test_a_quantity_below_six_or_above_the_need_counts_nothing(bench: Bench, text: str) -> None:
    bench.scan("T3")
    bench.scan("screw")
    bench.press(Command.QUANTITY)
    assert bench.type(text) == "pack.quantity_range"
    assert bench.packed() == {("SCREW", ""): 1}


def test_the_quantity_field_refuses_barcodes(bench: Bench) -> None:
    bench.scan("T3")
    bench.scan("screw")
    bench.press(Command.QUANTITY)
    assert bench.scan("screw") == "pack.type_not_scan"


def test_a_quantity_needs_a_scan_before_and_enough_units(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.press(Command.QUANTITY) == "pack.scan_one_first"
    bench.scan("tee-m")
    assert bench.press(Command.QUANTITY) == "pack.scan_each"


def test_units_with_serial_numbers_are_scanned_one_by_one(bench: Bench) -> None:
    bench.scan("T2")
    bench.scan("phone", serial="S1")
    assert bench.press(Command.QUANTITY) == "pack.serials_are_scanned"


# --- problems -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("digit", "cause"), [("1", RejectCause.DAMAGED), ("2", RejectCause.MISSING)])
@pytest.mark.parametrize("answer", ["scan", "digit"])
def test_a_unit_can_be_damaged_or_missing(bench: Bench, digit: str, cause: RejectCause, answer: str) -> None:
    bench.scan("T1")
    assert bench.press(Command.PROBLEM) == "pack.choose_problem"
    assert bench.type(digit) == "pack.scan_or_choose"
    verdict = bench.scan("mug") if answer == "scan" else bench.type("2")
    assert verdict == f"pack.rejected_{cause.value}"
    assert bench.latest() == UnitRejected("P1", "ORD-1", 2, "MUG", "", "T1", 1, cause)
    assert (bench.prompt.done, bench.prompt.of) == (0, 2)


def test_a_unit_found_damaged_after_its_scan_goes_back_and_is_rejected(bench: Bench) -> None:
    bench.scan("T3")
    bench.scan("screw")
    bench.scan("screw-case")
    bench.scan("screw-case")
    bench.press(Command.PROBLEM)
    bench.type("1")
    assert bench.scan("screw") == "pack.rejected_damaged"
    assert bench.packed() == {("SCREW", ""): 12}
    assert isinstance(bench.facts[-2], VerifyUndone)


def test_back_leaves_the_problem_list(bench: Bench) -> None:
    bench.scan("T1")
    bench.press(Command.PROBLEM)
    assert bench.type("7") == "pack.choose_problem"
    assert bench.press(Command.UNDO) == "pack.answer_first"
    assert bench.press(Command.BACK) == "pack.back"
    assert bench.prompt.step == "verify"


def test_an_item_that_is_not_of_the_order_cannot_be_rejected(bench: Bench) -> None:
    bench.scan("T1")
    bench.press(Command.PROBLEM)
    bench.type("1")
    assert bench.scan("screw") == "pack.foreign"
    assert bench.scan("T1") == "pack.scan_or_choose_item"
    assert bench.type("3") == "pack.choose_item"


def test_an_order_whose_last_unit_is_rejected_leaves_no_parcel(bench: Bench) -> None:
    bench.scan("T10")
    bench.press(Command.PROBLEM)
    bench.type("2")
    assert bench.scan("tee-m") == "pack.rejected_nothing_left"
    assert isinstance(bench.facts[-1], ParcelParked)
    assert bench.state.parcel is None
    assert bench.scan("T10") == "pack.not_up_to_date"


def test_a_full_parcel_whose_last_unit_is_rejected_is_no_parcel_and_gets_no_weight(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("mug")
    assert bench.press(Command.FULL) == "pack.filled"
    bench.press(Command.PROBLEM)
    bench.type("1")
    assert bench.scan("mug") == "pack.rejected_parcel_is_empty"
    assert [type(fact) for fact in bench.last.facts] == [VerifyUndone, UnitRejected, ParcelParked]
    assert bench.prompt.step == "queue"
    after = replace(bench.known.pack_jobs["ORD-1"], next_parcel=2)
    bench.learn("pack_job", "ORD-1", after)
    assert bench.scan("T1") == "pack.opened"


def test_a_reject_in_an_order_that_is_not_shipped_in_part_sends_all_to_the_hospital(bench: Bench) -> None:
    bench.scan("T9")
    bench.scan("tee-m")
    bench.press(Command.PROBLEM)
    bench.type("1")
    bench.scan("tee-m")
    assert bench.prompt.step == "hospital"
    assert bench.scan("tee-m") == "pack.scan_hospital"
    assert bench.scan("DROP-1") == "pack.scan_hospital"
    assert bench.scan("HOSP-1") == "pack.in_hospital_now"
    assert [type(fact) for fact in bench.last.facts] == [VerifyUndone, ToteSentToHospital, ParcelParked]
    assert bench.state.parcel is None


def test_a_supervisor_who_lets_it_ship_in_part_lets_the_packer_go_on(bench: Bench) -> None:
    bench.scan("T9")
    bench.scan("tee-m")
    bench.press(Command.PROBLEM)
    bench.type("2")
    bench.type("1")
    assert bench.prompt.step == "hospital"
    bench.learn("pack_job", "ORD-9", replace(bench.known.pack_jobs["ORD-9"], policy=ShortPolicy.SHIP_PART))
    assert bench.prompt.step == "weigh"


# --- carton, material, weight -------------------------------------------------------------------------------


def test_another_carton_can_be_scanned_until_the_weight(bench: Bench) -> None:
    bench.scan("T10")
    assert bench.scan("BOX-L") == "pack.carton_chosen"
    assert bench.scan("BOX-L") == "pack.carton_is_chosen"
    bench.scan("tee-m")
    assert bench.scan("BOX-S") == "pack.carton_chosen"
    assert of_kind(bench, CartonChosen) == [CartonChosen("P1", "BOX-L"), CartonChosen("P1", "BOX-S")]


def test_without_a_known_carton_one_must_be_scanned_before_the_weight(bench: Bench) -> None:
    boxes = dict(bench.known.cartons)
    bench.known.cartons.clear()
    bench.scan("T10")
    bench.scan("tee-m")
    assert bench.prompt.step == "carton"
    assert bench.type("300") == "pack.scan_carton"
    bench.known.cartons.update(boxes)
    assert bench.scan("BOX-S") == "pack.carton_chosen"
    assert bench.prompt.step == "weigh"


@pytest.mark.parametrize("confirmation", ["", "1"])
def test_fragile_units_are_wrapped_before_the_weight(bench: Bench, confirmation: str) -> None:
    for code in ("T1", "tee-m", "tee-m", "mug"):
        bench.scan(code)
    assert bench.prompt.step == "protect"
    assert bench.type("300") == "pack.confirm_material"
    assert bench.type(confirmation) == "pack.material_used"
    assert bench.latest() == MaterialUsed("P1", "wrap")
    assert bench.prompt.step == "weigh"


def test_the_weight_counts_carton_and_wrap(bench: Bench) -> None:
    bench.pack_order_1()
    assert bench.latest() == ParcelWeighed("P1", "ORD-1", "BOX-S", 720, 720)


def test_an_implausible_weight_is_typed_again(bench: Bench) -> None:
    bench.scan("T10")
    bench.scan("tee-m")
    assert bench.type("900") == "pack.weigh_again"
    assert bench.type("950") == "pack.weigh_again"
    assert bench.type("950") == "pack.weighed"
    assert bench.latest() == ParcelWeighed("P1", "ORD-10", "BOX-S", 950, 300)


def test_the_second_weight_may_be_the_plausible_one(bench: Bench) -> None:
    bench.scan("T10")
    bench.scan("tee-m")
    bench.type("900")
    assert bench.type("310") == "pack.weighed"


@pytest.mark.parametrize("text", ["", "0", "-1", "0.3", "1000000", "heavy", "٣٠٠"])
def test_what_is_no_weight_is_refused(bench: Bench, text: str) -> None:
    bench.scan("T10")
    bench.scan("tee-m")
    assert bench.type(text) == "pack.type_weight"


# --- the label ----------------------------------------------------------------------------------------------


def test_a_label_is_printed_once_and_closes_the_parcel_when_scanned_back(bench: Bench) -> None:
    bench.pack_order_1()
    assert bench.prompt.step == "await_label"
    assert bench.learn("label", "P1", label("P1")) == ""
    assert bench.last.facts == (LabelPrinted("P1", SSCC, 1),)
    assert bench.effects() == (PrintLabel("P1", 1),)
    bench.learn("label", "P1", label("P1"))
    assert of_kind(bench, LabelPrinted) == [LabelPrinted("P1", SSCC, 1)]
    assert dict(bench.prompt.ask.params)["sscc"] == SSCC
    assert bench.scan(SSCC, sscc=SSCC) == "pack.closed"
    assert bench.latest() == ParcelClosed("P1", SSCC)
    assert bench.prompt.step == "queue"


def test_a_label_that_waits_for_its_scan_is_seen_to_until_it_is_printed(bench: Bench) -> None:
    """Its print is recorded before the printer is asked: what is killed in between must not wait for nothing."""
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    bench.state = bench.after_a_crash()
    bench.learn("label", "P1", label("P1"))
    assert (bench.last.facts, bench.effects()) == ((), (PrintLabel("P1", 1),))
    bench.press(Command.BACK)
    bench.learn("label", "P1", label("P1"))
    assert bench.effects() == ()
    bench.scan("T1")
    assert bench.effects() == (PrintLabel("P1", 1),)


def test_the_label_of_a_neighbour_is_refused(bench: Bench) -> None:
    bench.known.learn("label", "P99", label("P99", OTHER_SSCC, order="ORD-99"))
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    assert bench.scan(OTHER_SSCC, sscc=OTHER_SSCC) == "pack.label_of_another"
    assert bench.last.verdict is not None
    assert dict(bench.last.verdict.words.params)["order"] == "ORD-99"
    assert bench.scan("340123450000000099", sscc="340123450000000099") == "pack.label_of_another"
    assert bench.scan("tee-m") == "pack.scan_label"
    assert bench.scan("T2") == "pack.scan_label"


def test_reasons_against_a_label_are_shown_and_a_later_label_is_printed(bench: Bench) -> None:
    bench.pack_order_1()
    bench.known.learn("label", "P1", label("P1", "", reasons=(Reason("pack.check_condition"),)))
    assert bench.prompt.large.code == "pack.no_label_large"
    assert "pack.check_condition" in [sentence.code for sentence in bench.prompt.why]
    bench.learn("label", "P1", label("P1"))
    assert bench.effects() == (PrintLabel("P1", 1),)


def test_a_parcel_that_gets_no_label_says_so_when_its_tote_is_scanned(bench: Bench) -> None:
    bench.pack_order_1()
    bench.known.learn("label", "P1", label("P1", "", reasons=(Reason("pack.check_condition"),)))
    bench.press(Command.BACK)
    assert bench.scan("T1") == "pack.no_label"
    assert bench.press(Command.REPRINT) == "pack.nothing_to_reprint"
    assert bench.press(Command.UNDO) == "pack.key_not_here"
    assert bench.press(Command.PROBLEM) == "pack.choose_parcel_problem"


def test_a_parcel_aside_is_found_by_its_tote_after_its_job_is_gone(bench: Bench) -> None:
    bench.pack_order_1()
    bench.press(Command.BACK)
    bench.learn("pack_job", "ORD-1", None)
    assert bench.scan("T1") == "pack.awaiting_label"


def test_the_label_is_scanned_not_typed(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    assert bench.type(SSCC) == "pack.scan_label"
    assert bench.scan(SSCC) == "pack.closed"


def test_the_next_tote_sets_a_parcel_without_label_aside(bench: Bench) -> None:
    bench.pack_order_1()
    assert bench.scan("T2") == "pack.opened"
    assert [type(fact) for fact in bench.last.facts] == [ParcelSetAside, ParcelOpened]
    assert [parcel.id for parcel in bench.state.aside] == ["P1"]


def test_a_tote_that_cannot_be_opened_sets_nothing_aside(bench: Bench) -> None:
    bench.pack_order_1()
    assert bench.scan("T8") == "pack.cancelled_put_back"
    assert bench.state.parcel is not None
    assert bench.scan("T1") == "pack.awaiting_label"


def test_the_back_key_sets_a_parcel_without_label_aside(bench: Bench) -> None:
    bench.pack_order_1()
    assert bench.press(Command.BACK) == "pack.set_aside"
    assert bench.latest() == ParcelSetAside("P1")
    assert bench.scan("T1") == "pack.awaiting_label"
    assert bench.latest() == ParcelResumed("P1")


def test_offline_a_verified_parcel_awaits_its_label(bench: Bench) -> None:
    bench.known.online = False
    bench.pack_order_1()
    assert bench.last.verdict is not None
    assert bench.last.verdict.tone is Tone.WAIT


def test_a_label_that_comes_later_is_shown_in_the_queue_and_printed_on_the_next_scan(bench: Bench) -> None:
    bench.pack_order_1()
    bench.press(Command.BACK)
    bench.learn("label", "P1", label("P1"))
    assert bench.effects() == ()
    assert (bench.prompt.rows[0].key, bench.prompt.rows[0].current) == ("P1", True)
    assert bench.scan("T1") == "pack.label_printing"
    assert bench.last.facts == (ParcelResumed("P1"), LabelPrinted("P1", SSCC, 1))
    assert bench.scan(SSCC, sscc=SSCC) == "pack.closed"


def test_a_parcel_set_aside_with_its_label_goes_on_when_the_label_is_scanned(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    bench.press(Command.BACK)
    assert bench.scan(SSCC, sscc=SSCC) == "pack.resumed"
    assert bench.last.facts == (ParcelResumed("P1"),)
    assert bench.prompt.step == "scan_label"


def test_a_parcel_whose_label_was_voided_goes_back_to_the_queue(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    again = replace(bench.known.pack_jobs["ORD-1"], next_parcel=2)
    bench.known.learn("pack_job", "ORD-1", again)
    bench.learn("label", "P1", label("P1", void=True, order="ORD-1"))
    assert bench.last.facts == (ParcelSetAside("P1"),)
    assert bench.effects() == (TakeBackLabel(SSCC),)
    assert "ORD-1" in [row.key for row in bench.prompt.rows]
    assert bench.scan(SSCC, sscc=SSCC) == "pack.opened"
    opened = bench.facts[-1]
    assert isinstance(opened, ParcelOpened)
    assert opened.number == 2


def test_a_job_that_the_central_has_not_brought_up_to_date_is_not_packed_twice(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    bench.scan(SSCC, sscc=SSCC)
    assert "ORD-1" not in [row.key for row in bench.prompt.rows]
    assert bench.scan("T1") == "pack.not_up_to_date"


def test_a_parcel_that_was_voided_is_forgotten_when_its_order_is_packed_anew(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1", void=True, order="ORD-1"))
    assert [parcel.id for parcel in bench.state.aside] == ["P1"]
    bench.learn("pack_job", "ORD-1", replace(bench.known.pack_jobs["ORD-1"], next_parcel=2))
    assert bench.scan("T1") == "pack.opened"
    assert bench.state.aside == ()


# --- more parcels, leaving, cancelling ----------------------------------------------------------------------


def test_what_one_carton_does_not_hold_goes_into_the_next_parcel(bench: Bench) -> None:
    bench.scan("T3")
    assert bench.press(Command.FULL) == "pack.full_but_empty"
    bench.scan("screw-case")
    assert bench.press(Command.FULL) == "pack.filled"
    assert bench.press(Command.UNDO) == "pack.full_parcel_not_empty"
    bench.type(str(bench.right_weight()))
    bench.learn("label", "P1", label("P1"))
    assert bench.scan(SSCC, sscc=SSCC) == "pack.closed_next"
    opened = bench.facts[-1]
    assert isinstance(opened, ParcelOpened)
    assert opened.number == 2
    assert [line.packed for line in opened.job.lines] == [6]
    assert (bench.prompt.done, bench.prompt.of) == (0, 7)


def test_an_empty_parcel_is_left_at_once_and_can_be_opened_again(bench: Bench) -> None:
    bench.scan("T1")
    assert bench.press(Command.BACK) == "pack.left_empty"
    assert bench.prompt.step == "queue"
    assert bench.scan("T1") == "pack.opened"


def test_a_parcel_with_units_is_parked_by_pressing_back_twice_and_goes_on(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("tee-m")
    assert bench.press(Command.BACK) == "pack.back_again_parks"
    assert bench.press(Command.BACK) == "pack.parked"
    assert bench.scan("T1") == "pack.resumed"
    assert bench.packed() == {("TEE-M", ""): 1}


def test_a_scan_between_two_back_keys_goes_on(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("tee-m")
    bench.press(Command.BACK)
    bench.scan("tee-m")
    assert bench.press(Command.BACK) == "pack.back_again_parks"


def test_an_order_cancelled_while_it_is_packed_is_put_back(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("tee-m")
    bench.learn("pack_job", "ORD-1", replace(bench.known.pack_jobs["ORD-1"], cancelled=True))
    assert bench.prompt.step == "cancelled"
    assert bench.scan("tee-m") == "pack.cancelled_press_back"
    assert bench.press(Command.BACK) == "pack.parked"
    assert bench.scan("T1") == "pack.cancelled_put_back"
    assert not [row for row in bench.prompt.rows if row.key == "ORD-1"]


def test_an_open_parcel_that_was_voided_is_put_back(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("tee-m")
    bench.known.learn("pack_job", "ORD-1", None)
    bench.learn("label", "P1", label("P1", "", void=True, order="ORD-1"))
    assert bench.prompt.step == "cancelled"
    assert bench.press(Command.UNDO) == "pack.key_not_here"
    bench.press(Command.BACK)
    bench.press(Command.BACK)
    assert bench.prompt.step == "queue"
    assert "P1" not in [row.key for row in bench.prompt.rows]


# --- closed parcels -----------------------------------------------------------------------------------------


@pytest.fixture
def closed() -> Bench:
    bench = Bench()
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1", order="ORD-1"))
    bench.scan(SSCC, sscc=SSCC)
    return bench


def test_the_label_of_a_closed_parcel_shows_its_card(closed: Bench) -> None:
    assert closed.scan(SSCC, sscc=SSCC) == "pack.card"
    assert closed.prompt.step == "card"
    assert "pack.card_tracking" in [sentence.code for sentence in closed.prompt.detail]
    assert closed.type("1") == "pack.nothing_to_type"
    assert closed.press(Command.UNDO) == "pack.key_not_here"
    assert closed.press(Command.BACK) == "pack.back"


def test_a_reprint_has_a_reason_and_is_printed_once(closed: Bench) -> None:
    closed.scan(SSCC, sscc=SSCC)
    assert closed.press(Command.REPRINT) == "pack.type_reprint_reason"
    assert closed.type("  ") == "pack.type_reprint_reason"
    assert closed.type("smeared") == "pack.reprint_asked"
    assert closed.effects() == (AskForReprint("P1", "smeared"),)
    reprint = label("P1", order="ORD-1", copies=1, copy_station="bench-1")
    closed.learn("label", "P1", reprint)
    assert closed.last.facts == (LabelPrinted("P1", SSCC, 2),)
    assert closed.effects() == (PrintLabel("P1", 2),)
    closed.learn("label", "P1", reprint)
    assert closed.effects() == ()


def test_a_reprint_that_another_station_asked_for_is_not_printed_here(closed: Bench) -> None:
    closed.learn("label", "P1", label("P1", copies=1, copy_station="bench-2"))
    assert closed.effects() == ()


def test_a_reprint_on_the_box_in_hand_keeps_waiting_for_its_scan(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    bench.press(Command.REPRINT)
    bench.type("torn")
    bench.learn("label", "P1", label("P1", copies=1, copy_station="bench-1"))
    assert bench.effects() == (PrintLabel("P1", 2),)
    assert bench.scan(SSCC, sscc=SSCC) == "pack.closed"


def test_a_closed_parcel_can_be_reopened(closed: Bench) -> None:
    closed.scan(SSCC, sscc=SSCC)
    assert closed.press(Command.PROBLEM) == "pack.choose_parcel_problem"
    assert closed.scan("T2") == "pack.type_not_scan"
    assert closed.type("3") == "pack.choose_parcel_problem"
    assert closed.type("1") == "pack.reopen_asked"
    assert closed.effects() == (AskToReopen("P1"),)


def test_reprint_and_reopen_need_the_network(closed: Bench) -> None:
    closed.scan(SSCC, sscc=SSCC)
    closed.known.online = False
    assert closed.press(Command.REPRINT) == "pack.needs_network"
    assert closed.press(Command.PROBLEM) == "pack.choose_parcel_problem"
    assert closed.type("1") == "pack.needs_network"


def test_a_label_goes_to_another_printer_without_the_network(closed: Bench) -> None:
    closed.scan(SSCC, sscc=SSCC)
    closed.known.online = False
    closed.press(Command.PROBLEM)
    assert closed.type("2") == "pack.move_asked"
    assert closed.effects() == (MoveLabel("P1"),)


def test_a_parcel_without_a_label_has_none_to_move(bench: Bench) -> None:
    bench.pack_order_1()
    bench.press(Command.PROBLEM)
    assert bench.type("2") == "pack.choose_parcel_problem"


def test_a_label_that_is_scanned_on_its_box_came_out(bench: Bench) -> None:
    bench.pack_order_1()
    bench.learn("label", "P1", label("P1"))
    assert bench.scan(SSCC, sscc=SSCC) == "pack.closed"
    assert bench.effects() == (LabelSeen(SSCC),)


def test_a_card_gives_way_to_the_next_tote(closed: Bench) -> None:
    closed.scan(SSCC, sscc=SSCC)
    assert closed.scan("T2") == "pack.opened"


@pytest.mark.parametrize("command", [Command.UNDO, Command.QUANTITY, Command.FULL])
def test_keys_without_a_meaning_in_the_queue_say_so(bench: Bench, command: Command) -> None:
    assert bench.press(command) == "pack.key_not_here"


def test_command_codes_are_keys(bench: Bench) -> None:
    bench.scan("T1")
    bench.scan("tee-m")
    assert bench.scan("CMD:undo") == "pack.undone"
    assert bench.scan("CMD:dance") == "pack.unknown_command"


def test_after_a_crash_the_bench_is_where_it_was(closed: Bench) -> None:
    closed.scan("T2")
    closed.scan("milk", lot="L1")
    assert closed.after_a_crash() == closed.without_question()

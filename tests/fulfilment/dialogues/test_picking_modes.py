"""The modes of a tour: one SKU for many orders, straight into the box, and zone by zone."""

from dataclasses import replace

from app.model.answers import AskForTour, Command, Kind
from app.model.facts import Picked, Shorted, ToteAssigned, ToteDropped, TourFinished, ZeroPicked
from app.model.floor import LocationKind, PickMode, ToteUse
from app.model.known import Known
from app.model.words import words
from app.model.work import LentTour, Tour
from tests.fulfilment.dialogues.a_warehouse import (
    STATION,
    Picker,
    a_location,
    a_task,
    a_tour,
    a_warehouse,
    envelopes,
    scanned,
)

BREAD = "4006381333931"
BREADS = (
    a_task("1", "BREAD", 2, "A-01", order="O-1"),
    a_task("2", "BREAD", 1, "A-01", order="O-2"),
    a_task("3", "BREAD", 4, "A-01", order="O-3"),
    a_task("4", "BREAD", 1, "B-02", order="O-4"),
)


def one_sku(*tasks: str) -> Picker:
    """A tour over one SKU, at its first stop."""
    chosen = [task for task in BREADS if task.id in tasks or not tasks]
    tour = replace(a_tour(*chosen), mode=PickMode.ONE_SKU, orders=tuple(task.order for task in chosen))
    return taken(tour, "T-1", "A-01")


def taken(tour: Tour, *scans: str, known: Known | None = None) -> Picker:
    picker = Picker(known or a_warehouse())
    picker.lend(tour)
    if scans:
        picker.scan(*scans)
    return picker


def picked(picker: Picker) -> list[tuple[str, int, str]]:
    return [(fact.order, fact.quantity, fact.tote) for fact in picker.facts(Picked)]


# --- orders of one SKU -----------------------------------------------------------------------------------------


def test_orders_of_one_sku_share_a_tote_and_the_screen_says_so() -> None:
    picker = taken(replace(a_tour(*BREADS), mode=PickMode.ONE_SKU, orders=("O-1", "O-2", "O-3", "O-4")))
    assert picker.asked == "Scan an empty tote for slot 1"
    assert [words(line) for line in picker.prompt.detail] == [
        "One tote for all 4 orders; the bench sorts them"
    ]


def test_a_stop_is_counted_once_for_all_orders_and_shared_out_in_the_order_of_the_tour() -> None:
    picker = one_sku()
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 7"
    for _ in range(7):
        picker.scan(BREAD)
    assert picked(picker) == [("O-1", 2, "T-1"), ("O-2", 1, "T-1"), ("O-3", 4, "T-1")]
    assert picker.asked == "Scan location B-02"


def test_the_whole_number_of_all_orders_can_be_typed() -> None:
    picker = one_sku()
    picker.scan(BREAD)
    assert Command.QUANTITY in picker.prompt.keys
    picker.press(Command.QUANTITY)
    picker.key_in("7")
    assert picker.asked == "Scan tote T-1: 7 for 4 orders"
    assert picker.scan("T-1").code == "pick.banked"
    assert [quantity for _, quantity, _ in picked(picker)] == [2, 1, 4]


def test_the_tote_can_be_scanned_before_all_are_counted_and_the_rest_follows() -> None:
    picker = one_sku()
    picker.scan(BREAD, BREAD, BREAD, BREAD, "T-1")
    assert picked(picker) == [("O-1", 2, "T-1"), ("O-2", 1, "T-1"), ("O-3", 1, "T-1")]
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 3"


def test_a_short_hits_the_last_orders() -> None:
    picker = one_sku()
    picker.scan(BREAD, BREAD)
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("2")
    assert picker.scan("A-01").code == "pick.shorted"
    assert [(fact.order, fact.missing) for fact in picker.facts(ZeroPicked)] == [("O-3", 4), ("O-2", 1)]
    assert picker.facts(Shorted) == []
    assert picked(picker) == [("O-1", 2, "T-1")]


def test_a_short_that_leaves_part_of_an_order_says_what_was_found_of_it() -> None:
    picker = one_sku()
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("5")
    picker.scan("A-01")
    assert [(fact.order, fact.found, fact.missing) for fact in picker.facts(Shorted)] == [("O-3", 2, 2)]
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 5"


def test_a_blocked_location_is_missing_to_each_order() -> None:
    picker = one_sku()
    picker.press(Command.PROBLEM)
    picker.key_in("4")
    picker.key_in("1")
    assert [(fact.order, fact.missing) for fact in picker.facts(ZeroPicked)] == [
        ("O-1", 2),
        ("O-2", 1),
        ("O-3", 4),
    ]


# --- straight into the box -------------------------------------------------------------------------------------

INTO_BOXES = replace(
    a_tour(a_task("1", "BREAD", 1, "A-01"), a_task("2", "VASE", 1, "B-02", slot=1)),
    mode=PickMode.CARTON,
    cartons=("BOX-S", "BOX-S"),
)


def test_the_box_that_is_proposed_is_asked_for_and_its_code_is_scanned() -> None:
    picker = taken(INTO_BOXES)
    assert picker.asked == "Take a BOX-S for slot 1 and scan the code on it"
    assert picker.prompt.accepts == (Kind.TOTE, Kind.CARTON)
    picker.scan("T-1")
    assert picker.facts(ToteAssigned) == [ToteAssigned("R-1", 0, "O-1", "T-1", "BOX-S")]


def test_another_kind_of_box_is_scanned_before_its_code() -> None:
    picker = taken(INTO_BOXES)
    picker.known.learn("carton", "BOX-L", replace(picker.known.cartons["BOX-S"], code="BOX-L"))
    assert picker.scan("BOX-L").code == "pick.box_chosen"
    assert picker.asked == "Take a BOX-L for slot 1 and scan the code on it"
    picker.scan("T-1")
    assert picker.facts(ToteAssigned)[0].carton == "BOX-L"
    assert picker.asked == "Take a BOX-S for slot 2 and scan the code on it"


def test_a_full_box_gets_a_second_one_of_its_kind() -> None:
    picker = taken(INTO_BOXES, "T-1", "T-2", "A-01")
    picker.press(Command.FULL)
    assert picker.asked == "Take a BOX-S for slot 1 and scan the code on it"
    picker.scan("BOX-S", "T-3")
    assert picker.facts(ToteAssigned)[-1] == ToteAssigned("R-1", 0, "O-1", "T-3", "BOX-S")


def test_a_kind_of_box_is_no_tote_on_other_tours() -> None:
    picker = taken(a_tour(a_task("1", "BREAD", 1, "A-01")))
    assert picker.scan("BOX-S").code == "pick.wants_empty_tote"


# --- zone by zone ----------------------------------------------------------------------------------------------


def a_floor_with_a_buffer() -> Known:
    known = a_warehouse()
    known.learn("location", "BUF-A", a_location("BUF-A", 12, LocationKind.BUFFER))
    return known


IN_ZONE_A = replace(
    a_tour(a_task("1", "BREAD", 1, "A-01"), a_task("2", "VASE", 1, "A-01", slot=1)),
    mode=PickMode.ZONE,
    buffer="BUF-A",
    onward=("O-1",),
)


def zone_a_picked() -> Picker:
    picker = taken(IN_ZONE_A, "T-1", "T-2", "A-01", known=a_floor_with_a_buffer())
    picker.scan(BREAD, "T-1", "bar-VASE", "T-2")
    return picker


def test_a_tote_with_work_left_elsewhere_goes_to_the_buffer_and_nowhere_else() -> None:
    picker = zone_a_picked()
    picker.scan("T-1")
    assert picker.asked == "Scan buffer BUF-A for tote T-1"
    assert picker.prompt.target == "BUF-A"
    assert picker.scan("D-1").code == "pick.goes_to_buffer"
    assert picker.scan("BUF-A").code == "pick.tote_dropped"
    assert picker.facts(ToteDropped) == [ToteDropped("R-1", "T-1", "BUF-A")]


def test_a_tote_whose_order_is_complete_goes_to_a_drop_place() -> None:
    picker = zone_a_picked()
    picker.scan("T-2")
    assert picker.scan("BUF-A").code == "pick.no_drop_place"
    assert picker.scan("D-1").code == "pick.tote_dropped"


def test_without_a_known_buffer_every_tote_goes_to_a_drop_place() -> None:
    picker = taken(replace(IN_ZONE_A, buffer="?"), "T-1", "T-2", "A-01")
    picker.scan(BREAD, "T-1", "bar-VASE", "T-2", "T-1")
    assert picker.scan("D-1").code == "pick.tote_dropped"


def test_the_central_says_under_way_what_goes_on_elsewhere() -> None:
    picker = zone_a_picked()
    picker.lend(replace(IN_ZONE_A, onward=("O-1", "O-2"), version=2))
    picker.scan("T-2")
    assert picker.asked == "Scan buffer BUF-A for tote T-2"


def waiting_in_the_buffer() -> Known:
    known = a_floor_with_a_buffer()
    known.learn("tote", "T-4", ToteUse("T-4", order="O-1", tour="R-0", place="BUF-A"))
    return known


IN_ZONE_B = replace(a_tour(a_task("1", "VASE", 1, "B-02")), mode=PickMode.ZONE)


def test_the_next_zone_fetches_the_tote_of_the_order_and_goes_on_with_it() -> None:
    picker = taken(IN_ZONE_B, known=waiting_in_the_buffer())
    assert picker.asked == "Scan tote T-4 from BUF-A for slot 1"
    assert picker.prompt.target == "BUF-A"
    assert picker.scan("T-4").code == "pick.tote_taken_over"
    assert picker.facts(ToteAssigned) == [ToteAssigned("R-1", 0, "O-1", "T-4", brought=True)]


def test_a_tote_that_was_brought_is_dropped_even_when_nothing_was_added() -> None:
    picker = taken(IN_ZONE_B, "T-4", "B-02", known=waiting_in_the_buffer())
    picker.press(Command.PROBLEM)
    picker.key_in("1")
    picker.key_in("0")
    picker.scan("B-02")
    assert picker.asked == "Scan tote T-4 to drop it"
    picker.scan("T-4", "D-1")
    assert picker.journal[-1] == TourFinished("R-1")


def test_an_empty_tote_is_taken_where_the_other_one_cannot_be_found() -> None:
    picker = taken(IN_ZONE_B, known=waiting_in_the_buffer())
    assert picker.scan("T-1").code == "pick.tote_assigned"
    assert not picker.facts(ToteAssigned)[0].brought


def test_scanning_a_tote_in_a_buffer_asks_for_the_work_that_it_brings() -> None:
    picker = Picker(waiting_in_the_buffer())
    decision = picker.enter(scanned("T-4"))
    assert decision.effects == (AskForTour("T-4"),)
    picker.lend(replace(IN_ZONE_B, cart="T-4"))
    assert picker.facts(ToteAssigned) == [ToteAssigned("R-1", 0, "O-1", "T-4", brought=True)]
    assert picker.asked == "Scan location B-02"


def test_a_tote_that_was_begun_by_somebody_else_is_scanned_again_as_a_cart_would_be() -> None:
    first = Picker(waiting_in_the_buffer())
    first.lend(replace(IN_ZONE_B, cart="T-4"))
    picker = Picker(waiting_in_the_buffer())
    picker.lend(LentTour(replace(IN_ZONE_B, cart="T-4"), STATION, "op-1", envelopes(first.journal)))
    assert picker.asked == "Scan cart T-4"
    assert picker.scan("T-1").code == "pick.wrong_cart"
    assert picker.scan("T-4").code == "pick.cart_right"
    assert picker.asked == "Scan location B-02"


# --- a full tote, left under way -------------------------------------------------------------------------------


def with_a_full_tote() -> Picker:
    picker = taken(a_tour(a_task("1", "BREAD", 2, "A-01"), a_task("2", "VASE", 1, "B-02")), "T-1", "A-01")
    picker.scan(BREAD, "T-1")
    picker.press(Command.FULL)
    picker.scan("T-2")
    return picker


def test_a_full_tote_is_left_at_a_drop_place_under_way() -> None:
    picker = with_a_full_tote()
    assert picker.scan("T-1").code == "pick.tote_in_hand"
    assert picker.asked == "Scan drop place for tote T-1"
    assert picker.scan("A-01").code == "pick.no_drop_place"
    assert picker.scan("D-1").code == "pick.tote_dropped"
    assert picker.asked == "Scan item SKU BREAD Wheat bread: 1 of 1"
    picker.scan(BREAD)
    assert picker.in_totes == {"T-1": 1, "T-2": 1}


def test_a_full_tote_is_left_on_the_way_to_the_next_stop() -> None:
    picker = with_a_full_tote()
    picker.scan(BREAD)
    assert picker.prompt.step == "location"
    assert any(line.code == "pick.full_to_leave" for line in picker.prompt.detail)
    picker.scan("T-1", "D-2")
    assert picker.asked == "Scan location B-02"
    picker.scan("B-02", "bar-VASE")
    assert picker.asked == "Scan tote T-2 to drop it"


def test_who_has_lifted_a_full_tote_can_put_it_back_and_go_on() -> None:
    picker = with_a_full_tote()
    picker.scan("T-1")
    assert picker.press(Command.BACK).code == "pick.question_left"
    assert picker.step == "item"
    picker.scan(BREAD)
    assert picker.scan("T-2").code == "pick.wants_location", "the tote that is being filled stays"


# --- why -------------------------------------------------------------------------------------------------------


def test_the_why_key_explains_the_mode() -> None:
    for picker, code in (
        (one_sku(), "pick.why_one_sku"),
        (taken(INTO_BOXES), "pick.why_carton"),
        (zone_a_picked(), "pick.why_zone"),
    ):
        assert code in {reason.code for reason in picker.prompt.why}


# --- the list by tote ------------------------------------------------------------------------------------------


def test_the_other_list_shows_what_remains_under_the_tote_that_it_goes_into() -> None:
    picker = taken(
        a_tour(a_task("1", "BREAD", 2, "A-01"), a_task("2", "VASE", 1, "B-02", slot=1)), "T-1", "T-2", "A-01"
    )
    picker.scan(BREAD, "T-1")
    assert [(row.text, row.done, row.of) for row in picker.prompt.by_tote] == [
        ("T-1 O-1", 1, 2),
        ("A-01 Wheat bread", 1, 2),
        ("T-2 O-2", 0, 1),
        ("B-02 Vase", 0, 1),
    ]

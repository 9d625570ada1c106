"""Every question that a terminal asks is understood, also where a narrow screen cuts its end off."""

import pytest

from app.model.words import WORDS
from app.robot.questions import is_about_signing, understand

SAID = {
    "name": "Pia Berg",
    "cart": "CART-1",
    "slot": 2,
    "location": "A-01-1",
    "sku": "TSH-L-RED",
    "item": "T-shirt Harbour (L red)",
    "number": 1,
    "of": 3,
    "lot": "L001A",
    "tote": "T-101",
    "quantity": 2,
    "order": "S1001",
    "least": 2,
    "most": 8,
    "found": 1,
    "answer": "1",
    "sscc": "040999990000000012",
    "totes": "T-101, T-102",
    "weight": 1200,
    "fixes": "1 count  2 unblock",
    "fix": "count",
    "carrier": "wren",
    "barcode": "123",
    "parcel": "P1",
    "tour": "T00001",
    "row": "A-01-1",
}

KINDS = {
    "sign.ask_badge": "badge",
    "sign.ask_unlock": "unlock",
    "sign.ask_pin": "pin",
    "sign.ask_pass_or_park": "leave_or_pass",
    "pick.scan_any_cart": "any_cart",
    "pick.scan_cart": "cart",
    "pick.scan_empty_tote": "empty_tote",
    "pick.scan_location": "location",
    "pick.scan_location_again": "short_again",
    "pick.scan_item": "item",
    "pick.scan_lot": "lot",
    "pick.scan_tote": "tote",
    "pick.scan_tote_to_drop": "drop_tote",
    "pick.scan_drop_place": "drop_place",
    "pick.type_how_many": "how_many",
    "pick.type_how_many_found": "found",
    "pick.type_how_many_damaged": "damaged",
    "pick.type_blocked": "blocked",
    "pick.type_the_sku": "sku",
    "pick.choose_problem": "problem",
    "pick.choose_blocked": "problem",
    "pack.ask_tote": "queue",
    "pack.ask_item": "unit",
    "pack.ask_lot": "unit_lot",
    "pack.ask_quantity": "pack_quantity",
    "pack.ask_problem": "pack_problem",
    "pack.ask_item_damaged": "which_damaged",
    "pack.ask_item_missing": "which_missing",
    "pack.ask_hospital": "hospital",
    "pack.ask_empty_to_hospital": "hospital",
    "pack.ask_put_back": "put_back",
    "pack.ask_carton": "carton",
    "pack.ask_wrap": "wrap",
    "pack.ask_weight": "weight",
    "pack.ask_weight_again": "weight_again",
    "pack.ask_await_label": "label_awaited",
    "pack.ask_await_label_offline": "label_awaited",
    "pack.ask_no_label": "no_label",
    "pack.ask_label": "label",
    "pack.ask_card": "card",
    "desk.ask_nothing": "desk_empty",
    "desk.ask_inbox": "desk_inbox",
    "desk.ask_orders": "desk_list",
    "desk.ask_tours": "desk_list",
    "desk.ask_terminals": "desk_list",
    "desk.ask_manifests": "desk_manifests",
    "desk.ask_stock": "desk_stock",
    "desk.ask_fix": "desk_fix",
    "desk.ask_quantity": "desk_quantity",
    "desk.ask_sku": "desk_sku",
    "desk.ask_reason": "desk_reason",
    "desk.ask_manifest": "desk_manifest",
}


@pytest.mark.parametrize(("code", "kind"), KINDS.items())
def test_a_question_of_the_catalogue_is_understood(code: str, kind: str) -> None:
    assert understand(WORDS[code].format(**SAID)).kind == kind


def test_what_a_question_says_is_told_apart() -> None:
    question = understand(WORDS["pick.scan_item"].format(**SAID))
    assert (question["sku"], question["number"], question["of"]) == ("TSH-L-RED", "1", "3")
    question = understand(WORDS["pick.scan_tote"].format(**SAID))
    assert (question["tote"], question["quantity"], question["order"]) == ("T-101", "2", "S1001")


def test_an_item_whose_count_is_cut_off_is_still_an_item() -> None:
    question = understand("Scan item SKU 90748583674 A very long name that goes on and on (and o…")
    assert (question.kind, question["sku"], question["number"]) == ("item", "90748583674", "")


def test_a_sentence_that_nobody_taught_it_is_not_understood() -> None:
    assert understand("Please insert coin").kind == ""


def test_only_signing_keeps_people_from_their_work() -> None:
    assert is_about_signing(understand(WORDS["sign.ask_badge"]))
    assert not is_about_signing(understand(WORDS["pack.ask_tote"]))

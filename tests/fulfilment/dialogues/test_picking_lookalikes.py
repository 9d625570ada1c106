"""Look-alikes are named before the pick, and what was really mixed up weighs in."""

from dataclasses import replace

from app.model.facts import MisScanned
from app.model.items import LookAlike
from app.model.known import Known
from app.model.words import words
from tests.fulfilment.dialogues.a_warehouse import (
    SHIRT_M,
    a_task,
    a_warehouse,
    an_item,
    at_the_first_stop,
    scanned,
)

SHIRTS = a_task("1", "SHIRT-M", 2, "A-01")


def named(known: Known, sku: str = "SHIRT-M") -> str:
    picker = at_the_first_stop(a_task("1", sku, 2, "A-01"), known=known)
    return " ".join(words(line) for line in picker.prompt.detail if line.code == "pick.not_that")


def test_a_sister_variant_is_named_before_the_pick() -> None:
    assert named(a_warehouse()) == "M, not L"


def test_an_item_without_look_alikes_says_nothing() -> None:
    assert named(a_warehouse(), "VASE") == ""


def test_what_was_really_mixed_up_comes_first_sister_or_not() -> None:
    known = a_warehouse()
    known.learn("item", "SHIRT-M", replace(SHIRT_M, looks_like=(LookAlike("VASE", 3),)))
    assert named(known) == "Shirt (M navy), not Vase / L"


def test_no_more_than_two_are_named_and_those_that_differ_least() -> None:
    known = a_warehouse()
    for size, colour in (("S", "navy"), ("L", "red"), ("S", "red")):
        sku = f"SHIRT-{size}-{colour}"
        known.learn(
            "item", sku, an_item(sku, "Shirt", style="SHIRT", variant=(("size", size), ("colour", colour)))
        )
    assert named(known) == "M, not L / S"


def test_the_line_is_the_first_of_the_small_ones() -> None:
    assert at_the_first_stop(SHIRTS).prompt.detail[0].code == "pick.not_that"


def test_a_mix_up_is_put_aside_to_be_recorded_and_the_refusal_waits_for_nothing() -> None:
    picker = at_the_first_stop(SHIRTS)
    decision = picker.enter(scanned("bar-SHIRT-L"))
    assert decision.facts == ()
    assert decision.aside == (MisScanned("R-1", "1", "SHIRT-M", "SHIRT-L"),)

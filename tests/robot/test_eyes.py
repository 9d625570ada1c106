"""What the robot reads off a screen is what was painted there, at every size that people work at."""

import pytest

from app.model.answers import Command, Prompt, Row, Verdict, bad, good, say, wait
from app.model.people import View
from app.model.words import words
from app.robot.eyes import Eyes, Glance
from app.screens.looks import DARK
from app.screens.painting import paint
from app.screens.scene import Condition, Scene, Walk

SIZES = [(40, 16), (60, 20), (80, 24), (160, 45)]


def seen(scene: Scene, size: tuple[int, int]) -> Glance:
    """Paint a scene into a terminal and look at it."""
    eyes = Eyes(*size)
    rows = ["".join(DARK[span.look].render(span.text) for span in line) for line in paint(scene, *size)]
    eyes.feed("\r\n".join(rows).encode())
    return eyes.glance()


def at_an_item() -> Prompt:
    return Prompt(
        step="item",
        large=say("pick.large_take", quantity=2),
        ask=say("pick.scan_item", sku="TSH-L-RED", item="T-shirt Harbour (L red)", number=2, of=3),
        detail=(say("pick.goes_into", tote="T-109", slot=2, order="S1002"),),
        keys=(Command.PROBLEM, Command.QUANTITY, Command.UNDO),
        rows=(Row("t1", "B-17-1 T-shirt Harbour (L red)", 1, 3, current=True), Row("t2", "C-01-1 Mug", 0, 2)),
        done=4,
        of=9,
    )


def scene(prompt: Prompt, verdict: Verdict | None, number: int = 7, walk: Walk | None = None) -> Scene:
    return Scene(
        prompt,
        view=View.PICKING,
        station="ROBOT-1",
        operator="Pia Berg",
        verdict=verdict,
        number=number,
        conditions=(Condition(say("status.online")),),
        walk=walk,
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_question_the_verdict_and_the_progress_are_read(size: tuple[int, int]) -> None:
    verdict = good("pick.counted", quantity=1, counted=1, needed=3)
    glance = seen(scene(at_an_item(), verdict), size)
    assert glance.ask == words(at_an_item().ask)
    assert "T-109" in glance.detail
    assert glance.answer is not None
    assert (glance.answer.word, glance.answer.number) == ("OK", 7)
    assert glance.answer.words == words(verdict.words)
    assert (glance.done, glance.of) == (4, 9)
    assert {"F2", "F3", "F4"} <= glance.keys
    assert glance.view == "PICKING"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (bad("pick.wrong_item", read="Mug", wanted="T-shirt", sku="TSH-L-RED"), "STOP"),
        (wait("pick.asked_for_tour", cart="CART-1"), "WAIT"),
    ],
)
def test_a_refusal_on_the_right_and_a_wait_on_the_left_are_both_found(
    size: tuple[int, int], verdict: Verdict, word: str
) -> None:
    answer = seen(scene(at_an_item(), verdict, 12), size).answer
    assert answer is not None
    assert (answer.word, answer.number) == (word, 12)
    assert answer.words == words(verdict.words)


@pytest.mark.parametrize("size", SIZES)
def test_before_the_first_scan_there_is_a_question_and_no_verdict(size: tuple[int, int]) -> None:
    prompt = Prompt("sign_in", say("sign.badge_large"), say("sign.ask_badge"))
    glance = seen(scene(prompt, None, 0), size)
    assert glance.ask == words(prompt.ask)
    assert glance.answer is None
    assert glance.number == 0


def test_the_map_beside_the_list_is_not_read_as_part_of_it() -> None:
    walk = Walk(shelves=((0, 0), (40_000, 20_000)), now=((0, 0), (40_000, 0)), target=(40_000, 0))
    verdict = good("pick.counted", quantity=1, counted=1, needed=3)
    glance = seen(scene(at_an_item(), verdict, walk=walk), (80, 24))
    assert glance.rows[0].endswith("B-17-1 T-shirt Harbour (L red)")


def test_a_keyboard_protocol_request_leaves_no_letters_on_the_screen() -> None:
    eyes = Eyes(40, 16)
    eyes.feed(b"\x1b[>1u\x1b[?25l\x1b[<u\x1b[=1;1uhello")
    assert eyes.glance().lines[0] == "hello"

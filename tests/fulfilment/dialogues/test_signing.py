"""Badges, PINs, views and locks, without any work in hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.fulfilment.dialogues import signing
from app.fulfilment.dialogues.signing import Signing
from app.model.answers import (
    CheckPin,
    Command,
    Decision,
    Effect,
    Entry,
    Idle,
    LentChanged,
    PinChecked,
    Pressed,
    Typed,
)
from app.model.facts import (
    Fact,
    Locked,
    PinFailed,
    SignedIn,
    SignedOff,
    SignOffCause,
    Unlocked,
    ViewChanged,
)
from app.model.people import View
from tests.fulfilment.dialogues.packing_bench import as_read_again, badge, must_have_words, scan, warehouse


class Terminal:
    """Somebody at a terminal, with or without work in hand."""

    def __init__(self) -> None:
        self.known = warehouse()
        self.state = Signing()
        self.in_hand: tuple[View, ...] = ()
        self.facts: list[Fact] = []
        self.last = Decision()

    def do(self, entry: Entry) -> str:
        decision = signing.decide(self.state, entry, self.known, self.in_hand)
        self.last = decision or Decision()
        self.state = signing.settle(self.state, self.last)
        self.facts += self.last.facts
        shown = signing.prompt(self.state, self.known)
        if shown is not None:
            must_have_words(shown.ask)
            must_have_words(shown.large)
        if self.last.verdict is None:
            return ""
        must_have_words(self.last.verdict.words)
        return self.last.verdict.code

    def badge(self, name: str) -> str:
        return self.do(scan(badge(name)))

    def press(self, command: Command) -> str:
        return self.do(Pressed(command))

    def pin(self, name: str, *, right: bool) -> str:
        assert self.do(Typed("1234")) == "sign.checking_pin"
        return self.do(PinChecked(name, right))

    def enter(self, name: str) -> None:
        self.badge(name)
        if name in {"sue", "sam"}:
            self.pin(name, right=True)
        assert self.state.operator == name

    def effects(self) -> tuple[Effect, ...]:
        return self.last.effects

    def latest(self) -> Fact:
        return self.facts[-1]

    @property
    def step(self) -> str:
        shown = signing.prompt(self.state, self.known)
        return shown.step if shown is not None else ""


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


# --- in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "view"), [("pick", View.PICKING), ("pia", View.PACKING), ("paul", View.PICKING)]
)
def test_a_badge_signs_in_and_opens_the_view_of_the_role(terminal: Terminal, name: str, view: View) -> None:
    assert terminal.badge(name) == "sign.welcome"
    assert terminal.facts == [SignedIn(name, name.title(), view)]


def test_known_badges_work_offline(terminal: Terminal) -> None:
    terminal.known.online = False
    assert terminal.badge("pia") == "sign.welcome"


def test_an_unknown_badge_is_refused(terminal: Terminal) -> None:
    assert terminal.badge("stranger") == "sign.badge_unknown"


@pytest.mark.parametrize("entry", [scan("T1"), scan(""), Typed("1234"), Pressed(Command.UNDO)])
def test_without_anybody_only_a_badge_counts(terminal: Terminal, entry: Entry) -> None:
    assert terminal.do(entry) == "sign.scan_your_badge"
    assert terminal.step == "sign_in"


def test_a_supervisor_types_the_pin_too(terminal: Terminal) -> None:
    assert terminal.badge("sue") == "sign.pin_for"
    assert terminal.step == "pin"
    assert terminal.do(Typed("1234")) == "sign.checking_pin"
    assert terminal.effects() == (CheckPin("sue", "secret-of-sue", "1234"),)
    assert terminal.do(Typed("1234")) == "sign.checking_pin"
    assert terminal.effects() == ()
    assert terminal.do(PinChecked("sue", right=True)) == "sign.welcome"
    assert terminal.facts == [SignedIn("sue", "Sue", View.EXCEPTIONS)]


@pytest.mark.parametrize("text", ["", "123", "12a4", "1" * 13, "١٢٣٤"])
def test_what_is_no_pin_is_not_checked(terminal: Terminal, text: str) -> None:
    terminal.badge("sue")
    assert terminal.do(Typed(text)) == "sign.pin_is_digits"
    assert terminal.effects() == ()


def test_a_pin_is_typed_not_scanned_and_back_gives_up(terminal: Terminal) -> None:
    terminal.badge("sue")
    assert terminal.do(scan("T1")) == "sign.type_pin"
    assert terminal.press(Command.VIEW) == "sign.type_pin"
    assert terminal.press(Command.BACK) == "sign.never_mind"
    assert terminal.step == "sign_in"


def test_five_wrong_pins_close_the_badge_until_another_supervisor_signs_in(terminal: Terminal) -> None:
    terminal.badge("sue")
    for _ in range(4):
        assert terminal.pin("sue", right=False) == "sign.pin_wrong"
    assert terminal.pin("sue", right=False) == "sign.pin_wrong_closed"
    assert terminal.facts == [PinFailed("sue")] * 5
    assert terminal.badge("sue") == "sign.badge_closed"
    terminal.enter("pia")
    terminal.press(Command.SIGN_OFF)
    assert terminal.badge("sue") == "sign.badge_closed"
    terminal.enter("sam")
    terminal.press(Command.SIGN_OFF)
    assert terminal.badge("sue") == "sign.pin_for"


def test_a_right_pin_forgets_the_wrong_ones(terminal: Terminal) -> None:
    terminal.badge("sue")
    terminal.pin("sue", right=False)
    terminal.pin("sue", right=True)
    assert terminal.state.failures_of("sue") == 0


def test_walking_away_from_a_wrong_pin_does_not_save_the_try(terminal: Terminal) -> None:
    terminal.badge("sue")
    terminal.do(Typed("1234"))
    terminal.press(Command.BACK)
    terminal.do(PinChecked("sue", right=False))
    assert terminal.state.failures_of("sue") == 1


def test_a_right_pin_that_nobody_waits_for_any_more_signs_nobody_in(terminal: Terminal) -> None:
    terminal.badge("sue")
    terminal.do(Typed("1234"))
    terminal.press(Command.BACK)
    terminal.do(PinChecked("sue", right=True))
    assert terminal.state.operator == ""


# --- views --------------------------------------------------------------------------------------------------


def test_the_view_key_goes_round_the_views_of_the_person(terminal: Terminal) -> None:
    terminal.enter("sue")
    views = []
    for _ in range(3):
        terminal.press(Command.VIEW)
        views.append(terminal.state.view)
    assert views == [View.PICKING, View.PACKING, View.EXCEPTIONS]
    assert terminal.latest() == ViewChanged("sue", View.EXCEPTIONS)


def test_a_view_without_the_role_is_not_offered(terminal: Terminal) -> None:
    terminal.enter("paul")
    assert terminal.press(Command.VIEW) == "sign.view_packing"
    assert terminal.press(Command.VIEW) == "sign.view_picking"


def test_one_role_has_one_view(terminal: Terminal) -> None:
    terminal.enter("pia")
    assert terminal.press(Command.VIEW) == "sign.only_one_view"


# --- off ----------------------------------------------------------------------------------------------------


def test_a_key_signs_off(terminal: Terminal) -> None:
    terminal.enter("pia")
    assert terminal.press(Command.SIGN_OFF) == "sign.goodbye"
    assert terminal.latest() == SignedOff("pia", SignOffCause.KEY)


def test_another_badge_signs_the_first_off_and_the_second_in(terminal: Terminal) -> None:
    terminal.enter("pia")
    assert terminal.badge("paul") == "sign.welcome"
    assert terminal.facts[1:] == [
        SignedOff("pia", SignOffCause.BADGE),
        SignedIn("paul", "Paul", View.PICKING),
    ]


def test_the_own_badge_changes_nothing(terminal: Terminal) -> None:
    terminal.enter("pia")
    assert terminal.badge("pia") == "sign.is_signed_in"


def test_with_work_in_hand_the_own_badge_again_parks_it(terminal: Terminal) -> None:
    terminal.enter("pia")
    terminal.in_hand = (View.PACKING,)
    assert terminal.press(Command.SIGN_OFF) == "sign.pass_or_park"
    assert terminal.step == "pass_or_park"
    assert terminal.do(scan("T1")) == "sign.scan_badge_again"
    assert terminal.do(Typed("1")) == "sign.scan_badge_again"
    assert terminal.press(Command.UNDO) == "sign.scan_badge_again"
    assert terminal.badge("pia") == "sign.parked"
    assert terminal.latest() == SignedOff("pia", SignOffCause.PARKED)


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "not asked"])
def test_with_work_in_hand_a_colleagues_badge_twice_passes_it_on(terminal: Terminal, asked: bool) -> None:
    terminal.enter("pia")
    terminal.in_hand = (View.PACKING,)
    if asked:
        terminal.press(Command.SIGN_OFF)
    assert terminal.badge("paul") == "sign.again_to_pass_on"
    assert terminal.step == "pass_on"
    assert terminal.badge("paul") == "sign.passed_on"
    assert terminal.facts[-2:] == [
        SignedOff("pia", SignOffCause.PASSED_ON),
        SignedIn("paul", "Paul", View.PACKING),
    ]


def test_two_colleagues_badges_are_not_the_same_badge_twice(terminal: Terminal) -> None:
    terminal.enter("pia")
    terminal.in_hand = (View.PACKING,)
    terminal.badge("paul")
    assert terminal.badge("sue") == "sign.again_to_pass_on"
    assert terminal.badge("paul") == "sign.again_to_pass_on"


def test_a_supervisor_takes_work_over_with_the_pin(terminal: Terminal) -> None:
    terminal.enter("pia")
    terminal.in_hand = (View.PACKING,)
    terminal.badge("sue")
    assert terminal.badge("sue") == "sign.pin_for"
    assert terminal.pin("sue", right=True) == "sign.passed_on"
    assert terminal.state.view is View.PACKING


def test_work_that_came_while_the_pin_was_checked_is_asked_about(terminal: Terminal) -> None:
    terminal.enter("pia")
    terminal.badge("sue")
    terminal.in_hand = (View.PACKING,)
    assert terminal.pin("sue", right=True) == "sign.again_to_pass_on"


def test_work_is_not_passed_on_to_somebody_without_the_role(terminal: Terminal) -> None:
    terminal.enter("pia")
    terminal.in_hand = (View.PACKING,)
    assert terminal.badge("pick") == "sign.may_not_take_over"


@pytest.mark.parametrize("command", [Command.BACK, Command.SIGN_OFF])
def test_signing_off_can_be_thought_better_of(terminal: Terminal, command: Command) -> None:
    terminal.enter("pia")
    terminal.in_hand = (View.PACKING,)
    terminal.press(Command.SIGN_OFF)
    assert terminal.press(command) == "sign.stays"
    assert terminal.do(scan("T1")) == ""


# --- locking ------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(terminal: Terminal) -> Terminal:
    terminal.enter("pia")
    terminal.do(Idle())
    assert terminal.latest() == Locked("pia")
    return terminal


@pytest.mark.parametrize("entry", [scan("T1"), Typed("1"), Pressed(Command.SIGN_OFF)])
def test_a_locked_terminal_takes_only_badges(locked: Terminal, entry: Entry) -> None:
    assert locked.do(entry) == "sign.locked_for"
    assert locked.step == "locked"


def test_who_pauses_locks_the_screen_and_keeps_the_work(terminal: Terminal) -> None:
    terminal.badge("pia")
    terminal.in_hand = (View.PICKING,)
    assert terminal.do(Pressed(Command.PAUSE)) == "sign.paused"
    assert terminal.last.facts == (Locked("pia"),)
    assert terminal.badge("pia") == "sign.unlocked"


def test_the_same_badge_unlocks(locked: Terminal) -> None:
    assert locked.badge("pia") == "sign.unlocked"
    assert locked.latest() == Unlocked("pia")


def test_another_badge_takes_a_locked_terminal(locked: Terminal) -> None:
    assert locked.badge("paul") == "sign.welcome"
    assert not locked.state.locked


def test_another_badge_passes_on_the_work_of_a_locked_terminal(locked: Terminal) -> None:
    locked.in_hand = (View.PACKING,)
    assert locked.badge("paul") == "sign.again_to_pass_on"
    assert locked.badge("paul") == "sign.passed_on"


def test_the_own_badge_unlocks_also_after_a_colleague_was_asked(locked: Terminal) -> None:
    locked.in_hand = (View.PACKING,)
    locked.badge("paul")
    assert locked.badge("pia") == "sign.unlocked"


def test_a_supervisor_unlocks_with_the_pin(terminal: Terminal) -> None:
    terminal.enter("sue")
    terminal.do(Idle())
    assert terminal.badge("sue") == "sign.pin_for"
    assert terminal.pin("sue", right=True) == "sign.unlocked"


def test_idling_twice_locks_once_and_nobody_is_not_locked(locked: Terminal) -> None:
    locked.do(Idle())
    assert locked.facts.count(Locked("pia")) == 1
    nobody = Terminal()
    nobody.badge("sue")
    nobody.do(Idle())
    assert nobody.facts == []
    assert nobody.step == "sign_in"


def test_news_is_no_business_of_signing(terminal: Terminal) -> None:
    assert signing.decide(terminal.state, LentChanged(), terminal.known, ()) is None


def test_somebody_whose_badge_was_taken_back_is_locked_out(terminal: Terminal) -> None:
    terminal.enter("pia")
    terminal.known.learn("operator", "pia", None)
    assert terminal.do(LentChanged()) == "sign.taken_back"
    assert (terminal.last.facts, terminal.step) == ((Locked("pia"),), "locked")
    assert terminal.badge("pia") == "sign.badge_unknown"
    assert terminal.badge("paul") == "sign.welcome"


def test_a_terminal_that_knows_nobody_yet_locks_nobody_out(terminal: Terminal) -> None:
    terminal.enter("pia")
    for operator in list(terminal.known.operators):
        terminal.known.learn("operator", operator, None)
    assert terminal.do(LentChanged()) == ""


def test_who_is_signed_in_is_read_back_from_the_journal(locked: Terminal) -> None:
    locked.badge("sue")
    locked.pin("sue", right=False)
    state = Signing()
    for fact in as_read_again(locked.facts):
        state = signing.evolve(state, fact)
    assert state == replace(locked.state, asking=None)

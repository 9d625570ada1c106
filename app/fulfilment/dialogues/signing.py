"""Who stands at a terminal: signing in and off, PINs, views, locking, and whose hands the work goes into."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.fulfilment.dialogues.resolver import BADGE, resolve
from app.model.answers import (
    KEEP,
    CheckPin,
    Command,
    Decision,
    Entry,
    Idle,
    Kind,
    LentChanged,
    PinChecked,
    Pressed,
    Prompt,
    Typed,
    bad,
    good,
    say,
    wait,
)
from app.model.facts import Fact, Locked, PinFailed, SignedIn, SignedOff, SignOffCause, Unlocked, ViewChanged
from app.model.known import Known
from app.model.people import Operator, Role, View
from app.model.scans import Reading, Scanned

TRIES = 5
"""So many wrong PINs in a row close a badge at a terminal."""
_PIN_LENGTHS = range(4, 13)


@dataclass(frozen=True, slots=True)
class PinWanted:
    """A supervisor's badge was scanned and the PIN is typed next. ``passing`` says that work goes along."""

    operator: str
    badge: str
    passing: bool = False
    checking: bool = False


@dataclass(frozen=True, slots=True)
class PassOrPark:
    """Signing off with work in hand: the own badge again parks it, a colleague's passes it on."""


@dataclass(frozen=True, slots=True)
class PassTo:
    """A colleague's badge was scanned with work in hand; the same badge again passes the work on."""

    operator: str


Question = PinWanted | PassOrPark | PassTo


@dataclass(frozen=True, slots=True)
class Signing:
    """Who is signed in and what they look at; an empty operator is nobody."""

    operator: str = ""
    name: str = ""
    view: View = View.PICKING
    locked: bool = False
    failed_pins: tuple[tuple[str, int], ...] = ()
    """Wrong PINs in a row by operator."""
    asking: Question | None = None

    def failures_of(self, operator: str) -> int:
        """How many wrong PINs in a row an operator has typed here."""
        return dict(self.failed_pins).get(operator, 0)


def views_of(operator: Operator) -> tuple[View, ...]:
    """The views that an operator may work in, in the order in which the view key goes round."""
    return tuple(view for view in View if operator.may(view))


def start_view(operator: Operator) -> View:
    """What an operator sees after signing in: supervisors the exceptions, the others their first view."""
    if Role.SUPERVISOR in operator.roles:
        return View.EXCEPTIONS
    return next(iter(views_of(operator)), View.PICKING)


def decide(state: Signing, entry: Entry, known: Known, in_hand: Sequence[View]) -> Decision | None:
    """What an entry means for who stands here; ``None`` when it belongs to the work.

    ``in_hand`` are the views in which work is in hand. The facts that park the work or pass it on are not among
    those of the decision: whoever knows the work puts them before ``SignedOff``.
    """
    match entry:
        case Scanned(_, reading):
            return _scan(state, reading, known, in_hand)
        case Pressed(command):
            return _press(state, command, known, in_hand)
        case Typed(text):
            return _type(state, text)
        case PinChecked(operator, right):
            return _pin_checked(state, operator, right, known, in_hand)
        case Idle():
            if state.operator and not state.locked:
                return Decision(facts=(Locked(state.operator),), asking=None)
            return Decision(asking=None)
        case LentChanged() if _taken_back(state, known):
            return Decision(
                facts=(Locked(state.operator),), verdict=wait("sign.taken_back", name=state.name), asking=None
            )
        case _:
            return None


def _taken_back(state: Signing, known: Known) -> bool:
    """Whether who is signed in is not among the known any more; a terminal that lost what it knew has nobody."""
    return (
        bool(state.operator)
        and not state.locked
        and bool(known.operators)
        and state.operator not in known.operators
    )


# --- badges ------------------------------------------------------------------------------------------------------


def _scan(state: Signing, reading: Reading, known: Known, in_hand: Sequence[View]) -> Decision | None:
    meaning = resolve(reading, known, (Kind.BADGE,)).meaning
    if meaning is not None:
        badge = reading.text.removeprefix(BADGE)
        return _badge(state, known.operators[meaning.key], badge, in_hand)
    if reading.text.startswith(BADGE):
        return Decision(verdict=bad("sign.badge_unknown"))
    match state.asking:
        case PinWanted():
            return Decision(verdict=bad("sign.type_pin"))
        case PassOrPark() | PassTo():
            return Decision(verdict=bad("sign.scan_badge_again"))
    return _closed_to_work(state)


def _closed_to_work(state: Signing) -> Decision | None:
    if not state.operator:
        return Decision(verdict=bad("sign.scan_your_badge"))
    if state.locked:
        return Decision(verdict=bad("sign.locked_for", name=state.name))
    return None


def _badge(state: Signing, operator: Operator, badge: str, in_hand: Sequence[View]) -> Decision:
    if state.failures_of(operator.id) >= TRIES:
        return Decision(verdict=bad("sign.badge_closed", name=operator.name))
    if operator.id == state.operator:
        if isinstance(state.asking, PassOrPark | PassTo) and not state.locked:
            return Decision(
                facts=(SignedOff(operator.id, SignOffCause.PARKED),),
                verdict=good("sign.parked", name=operator.name),
                asking=None,
            )
        if not state.locked:
            return Decision(verdict=bad("sign.is_signed_in", name=operator.name))
        return _prove(state, operator, badge, in_hand, passing=False)
    passing = bool(state.operator) and bool(in_hand)
    if passing and not all(operator.may(view) for view in in_hand):
        return Decision(verdict=bad("sign.may_not_take_over", name=operator.name))
    if passing and state.asking != PassTo(operator.id):
        return Decision(verdict=wait("sign.again_to_pass_on", name=operator.name), asking=PassTo(operator.id))
    return _prove(state, operator, badge, in_hand, passing=passing)


def _prove(
    state: Signing, operator: Operator, badge: str, in_hand: Sequence[View], *, passing: bool
) -> Decision:
    if Role.SUPERVISOR in operator.roles:
        return Decision(
            verdict=wait("sign.pin_for", name=operator.name), asking=PinWanted(operator.id, badge, passing)
        )
    return _arrive(state, operator, in_hand)


def _arrive(state: Signing, operator: Operator, in_hand: Sequence[View]) -> Decision:
    if state.operator == operator.id:
        return Decision(
            facts=(Unlocked(operator.id),), verdict=good("sign.unlocked", name=operator.name), asking=None
        )
    passing = bool(state.operator) and bool(in_hand)
    view = state.view if passing and operator.may(state.view) else start_view(operator)
    facts: list[Fact] = []
    if state.operator:
        cause = SignOffCause.PASSED_ON if passing else SignOffCause.BADGE
        facts.append(SignedOff(state.operator, cause))
    facts.append(SignedIn(operator.id, operator.name, view))
    return Decision(
        facts=tuple(facts),
        verdict=good("sign.passed_on" if passing else "sign.welcome", name=operator.name),
        asking=None,
    )


# --- keys --------------------------------------------------------------------------------------------------------


def _press(state: Signing, command: Command, known: Known, in_hand: Sequence[View]) -> Decision | None:
    match state.asking:
        case PinWanted() if command is Command.BACK:
            return Decision(verdict=good("sign.never_mind"), asking=None)
        case PinWanted():
            return Decision(verdict=bad("sign.type_pin"))
        case PassOrPark() | PassTo() if not state.locked:
            if command in {Command.BACK, Command.SIGN_OFF}:
                return Decision(verdict=good("sign.stays", name=state.name), asking=None)
            return Decision(verdict=bad("sign.scan_badge_again"))
    closed = _closed_to_work(state)
    if closed is not None:
        return closed
    match command:
        case Command.PAUSE:
            return Decision((Locked(state.operator),), good("sign.paused", name=state.name), asking=None)
        case Command.VIEW:
            return _next_view(state, known)
        case Command.SIGN_OFF if in_hand:
            return Decision(verdict=wait("sign.pass_or_park"), asking=PassOrPark())
        case Command.SIGN_OFF:
            return Decision(
                facts=(SignedOff(state.operator, SignOffCause.KEY),),
                verdict=good("sign.goodbye", name=state.name),
                asking=None,
            )
        case _:
            return None


def _next_view(state: Signing, known: Known) -> Decision:
    operator = known.operators.get(state.operator)
    views = views_of(operator) if operator is not None else ()
    later = [view for view in views if list(View).index(view) > list(View).index(state.view)]
    following = next(iter((*later, *views)), state.view)
    if following is state.view:
        return Decision(verdict=bad("sign.only_one_view"))
    return Decision(
        facts=(ViewChanged(state.operator, following),), verdict=good(f"sign.view_{following.value}")
    )


# --- PINs --------------------------------------------------------------------------------------------------------


def _type(state: Signing, text: str) -> Decision | None:
    match state.asking:
        case PinWanted(checking=True):
            return Decision(verdict=wait("sign.checking_pin"))
        case PinWanted(operator, badge):
            pin = text.strip()
            if len(pin) not in _PIN_LENGTHS or not (pin.isascii() and pin.isdigit()):
                return Decision(verdict=bad("sign.pin_is_digits"))
            return Decision(
                verdict=wait("sign.checking_pin"),
                effects=(CheckPin(operator, badge, pin),),
                asking=replace(state.asking, checking=True),
            )
        case PassOrPark() | PassTo():
            return Decision(verdict=bad("sign.scan_badge_again"))
    return _closed_to_work(state)


def _pin_checked(
    state: Signing, operator_id: str, right: bool, known: Known, in_hand: Sequence[View]
) -> Decision:
    """A wrong PIN counts also when its question is gone: walking away must not give free tries."""
    asked = state.asking
    current = isinstance(asked, PinWanted) and asked.operator == operator_id
    if not right:
        left = TRIES - state.failures_of(operator_id) - 1
        verdict = bad("sign.pin_wrong", left=left) if left > 0 else bad("sign.pin_wrong_closed")
        asking: object = KEEP
        if current and isinstance(asked, PinWanted):
            asking = replace(asked, checking=False) if left > 0 else None
        return Decision(facts=(PinFailed(operator_id),), verdict=verdict, asking=asking)
    operator = known.operators.get(operator_id)
    if not current or not isinstance(asked, PinWanted) or operator is None:
        return Decision()
    if state.operator and state.operator != operator_id and in_hand and not asked.passing:
        return Decision(verdict=wait("sign.again_to_pass_on", name=operator.name), asking=PassTo(operator_id))
    return _arrive(state, operator, in_hand)


# --- folding and asking ------------------------------------------------------------------------------------------


def evolve(state: Signing, fact: Fact) -> Signing:
    """Who stands here after one fact."""
    match fact:
        case SignedIn(operator, name, view):
            failed = _without(state.failed_pins, operator)
            # Only supervisors start in the exceptions: one who proved the PIN opens the closed badges of others.
            if view is View.EXCEPTIONS:
                failed = ()
            return replace(state, operator=operator, name=name, view=view, locked=False, failed_pins=failed)
        case PinFailed(operator):
            failures = (operator, state.failures_of(operator) + 1)
            return replace(state, failed_pins=(*_without(state.failed_pins, operator), failures))
        case Locked():
            return replace(state, locked=True)
        case Unlocked(operator):
            return replace(state, locked=False, failed_pins=_without(state.failed_pins, operator))
        case ViewChanged(_, view):
            return replace(state, view=view)
        case SignedOff():
            return replace(state, operator="", name="", view=View.PICKING, locked=False)
        case _:
            return state


def _without(failed: tuple[tuple[str, int], ...], operator: str) -> tuple[tuple[str, int], ...]:
    return tuple(entry for entry in failed if entry[0] != operator)


def settle(state: Signing, decision: Decision) -> Signing:
    """Who stands here after a whole decision: its facts folded, then its question asked."""
    for fact in decision.facts:
        state = evolve(state, fact)
    if decision.asking is None or isinstance(decision.asking, Question):
        return replace(state, asking=decision.asking)
    return state


def prompt(state: Signing, known: Known) -> Prompt | None:
    """What to do about signing; ``None`` when the work has the screen."""
    match state.asking:
        case PinWanted(operator_id):
            operator = known.operators.get(operator_id)
            name = operator.name if operator is not None else operator_id
            return Prompt(
                step="pin",
                large=say("sign.pin_large"),
                ask=say("sign.ask_pin", name=name),
                accepts=(Kind.BADGE,),
                keys=(Command.BACK,),
                entry="pin",
            )
        case PassOrPark() if not state.locked:
            return _badge_prompt("pass_or_park", "sign.ask_pass_or_park", name=state.name)
        case PassTo(operator_id):
            operator = known.operators.get(operator_id)
            name = operator.name if operator is not None else operator_id
            return _badge_prompt("pass_on", "sign.ask_pass_on", name=name)
    if not state.operator:
        return Prompt(
            step="sign_in",
            large=say("sign.badge_large"),
            ask=say("sign.ask_badge"),
            accepts=(Kind.BADGE,),
        )
    if state.locked:
        return Prompt(
            step="locked",
            large=say("sign.badge_large"),
            ask=say("sign.ask_unlock", name=state.name),
            accepts=(Kind.BADGE,),
        )
    return None


def _badge_prompt(step: str, ask: str, name: str) -> Prompt:
    return Prompt(
        step=step,
        large=say("sign.badge_large"),
        ask=say(ask, name=name),
        accepts=(Kind.BADGE,),
        keys=(Command.BACK,),
    )

"""The smallest dialogue that can be worked with: a badge, and then every scan counts one unit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from app.model.answers import (
    KEEP,
    AskForTour,
    CheckPin,
    Decision,
    Entry,
    Idle,
    LentChanged,
    PinChecked,
    Pressed,
    PrintLabel,
    Prompt,
    Refused,
    Typed,
    Verdict,
    bad,
    good,
    say,
    wait,
)
from app.model.answers import Tone as _Tone
from app.model.facts import (
    Fact,
    Locked,
    MisScanned,
    SignedIn,
    SignedOff,
    SignOffCause,
    UnitsCounted,
    Unlocked,
)
from app.model.facts.picking import Counted
from app.model.known import Known
from app.model.people import View
from app.model.scans import Scanned


@dataclass(frozen=True, slots=True)
class Till:
    operator: str = ""
    locked: bool = False
    counts: int = 0
    asking: str | None = None


NOBODY = Till()


def decide(session: Till, entry: Entry, known: Known, ref: str) -> Decision:
    match entry:
        case Scanned(_, reading):
            return _scan(session, reading.text, known, ref)
        case Typed(text):
            if session.asking == "pin":
                return Decision(verdict=wait("till.pin"), effects=(CheckPin("op-1", "secret", text),))
            return Decision(verdict=good("till.typed", text=text), asking=None)
        case Pressed(command):
            if command.value == "sign_off" and session.operator:
                facts = (SignedOff(session.operator, SignOffCause.KEY),)
                return Decision(facts=facts, verdict=good("till.off"), asking=None)
            return Decision(verdict=good("till.pressed", command=command.value))
        case Idle() if session.operator and not session.locked:
            return Decision(facts=(Locked(session.operator),), asking=None)
        case Refused(code, params):
            return Decision(verdict=Verdict(_Tone.BAD, say(code, **dict(params))))
        case PinChecked(_, right):
            return Decision(verdict=good("till.pin_right") if right else bad("till.pin_wrong"), asking=None)
        case LentChanged() if "BOOM" in known.carts:
            raise ZeroDivisionError
        case _:
            return Decision()


def _scan(session: Till, text: str, known: Known, ref: str) -> Decision:
    if text.startswith("BADGE:"):
        operator = known.badges.get(hashlib.sha256(text.removeprefix("BADGE:").encode()).hexdigest())
        if operator is None:
            return Decision(verdict=bad("till.unknown_badge"))
        if session.locked:
            return Decision((Unlocked(operator.id),), good("till.unlocked"))
        return Decision((SignedIn(operator.id, operator.name, View.PICKING),), good("till.in"))
    if text == "WRONG" and session.operator:
        return Decision(verdict=bad("till.wrong"), aside=(MisScanned("T-1", "1", "THIS", "THAT"),))
    if not session.operator or session.locked:
        return Decision(verdict=bad("till.scan_badge"))
    match text.partition(" "):
        case ["BOOM", _, _]:
            raise ZeroDivisionError
        case ["SILENCE", _, _]:
            return Decision((_counted(ref, text),))
        case ["TOUR", _, cart]:
            return Decision(verdict=wait("till.wait"), effects=(AskForTour(cart),))
        case ["PRINT", _, parcel]:
            return Decision(verdict=good("till.print"), effects=(PrintLabel(parcel, 1),))
        case ["ASK", _, what]:
            return Decision(verdict=wait("till.ask"), asking=what)
    return Decision((_counted(ref, text),), good("till.counted", count=session.counts + 1))


def _counted(ref: str, text: str) -> UnitsCounted:
    return UnitsCounted("T1", ref, 1, text, "", Counted.SCAN)


def evolve(session: Till, fact: Fact) -> Till:
    match fact:
        case SignedIn(operator):
            return Till(operator)
        case SignedOff():
            return NOBODY
        case Locked():
            return replace(session, locked=True)
        case Unlocked():
            return replace(session, locked=False)
        case UnitsCounted(quantity=quantity):
            return replace(session, counts=session.counts + quantity)
        case _:
            return session


def settle(session: Till, decision: Decision) -> Till:
    for fact in decision.facts:
        session = evolve(session, fact)
    if decision.asking is KEEP:
        return session
    return replace(session, asking=decision.asking if isinstance(decision.asking, str) else None)


def prompt(session: Till, known: Known) -> Prompt:
    if session.asking == "boom":
        raise ZeroDivisionError
    return Prompt("till", say("till.large"), say("till.ask"), entry=session.asking or "")

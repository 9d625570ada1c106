"""One terminal's whole session: who stands at it, and what that person has in hand.

``decide`` answers one entry, ``evolve`` folds one fact, ``settle`` takes over a decision whose facts are journaled::

    decision = decide(session, entry, known, ref)
    # journal decision.facts, fsync
    session = settle(session, decision)
    # show decision.verdict and prompt(session, known), start decision.effects

After a crash the session is ``evolve`` over all facts from ``NOBODY``; what was being asked is asked again.
"""

from dataclasses import dataclass, replace
from typing import get_args

from app.fulfilment.dialogues import packing, picking, signing, supervising
from app.fulfilment.dialogues.packing import Packing
from app.fulfilment.dialogues.picking import Picking
from app.fulfilment.dialogues.resolver import resolve
from app.fulfilment.dialogues.signing import Signing
from app.fulfilment.dialogues.supervising import Desk
from app.model.answers import (
    KEEP,
    Command,
    Decision,
    Entry,
    Kind,
    LentChanged,
    Pressed,
    Prompt,
    Typed,
    Verdict,
    bad,
    good,
)
from app.model.facts import (
    Fact,
    Locked,
    PickingFact,
    SignedIn,
    SignedOff,
    SignOffCause,
    TourTaken,
    Unlocked,
    ViewChanged,
)
from app.model.known import Known
from app.model.people import View
from app.model.scans import Scanned

_PICKING_FACTS = get_args(PickingFact)
_COMING_AND_GOING = (SignedIn, SignedOff, Locked)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, what they look at, and the work in hand. Folded from the facts of this station's journal."""

    signing: Signing = Signing()
    picking: Picking | None = None
    packing: Packing = Packing()
    desk: Desk = Desk()

    @property
    def operator(self) -> str:
        """The id of who is signed in; empty for nobody."""
        return self.signing.operator

    @property
    def name(self) -> str:
        """The name of who is signed in."""
        return self.signing.name

    @property
    def view(self) -> View:
        """What the terminal shows."""
        return self.signing.view

    @property
    def locked(self) -> bool:
        """Whether the terminal waits for the badge of who is signed in."""
        return self.signing.locked


NOBODY = Session()


@dataclass(frozen=True, slots=True)
class Questions:
    """What each dialogue asks from now on, as the field ``asking`` of a decision of the whole session."""

    signing: object = KEEP
    picking: object = KEEP
    packing: object = KEEP
    desk: object = KEEP


def decide(session: Session, entry: Entry, known: Known, ref: str) -> Decision:
    """What follows from one entry. ``ref`` is a fresh reference: a parcel opened here gets it as its id.

    Every scan, key and typed line gets exactly one verdict; a bad one comes without facts.
    """
    if isinstance(entry, Scanned):
        meaning = resolve(entry.reading, known, (Kind.COMMAND,)).meaning
        if meaning is not None:
            as_key = _as_key(meaning.key)
            if as_key is None:
                return Decision(verdict=bad("sign.unknown_command", read=meaning.key[:40]))
            entry = as_key
    signed = signing.decide(session.signing, entry, known, _in_hand(session))
    if signed is not None:
        return _signed(session, signed, known, ref)
    if not session.operator or session.locked:
        return Decision()
    match entry:
        case LentChanged():
            return _news(session, known, ref)
        case Pressed(Command.WHY):
            verdict = good("sign.why") if prompt(session, known).why else bad("sign.no_why")
            return Decision(verdict=verdict)
        case Pressed(Command.PANE) if session.view is View.PICKING:
            return Decision(verdict=_other_list(session, known))
        case Pressed(Command.HELP):
            return Decision(verdict=good("sign.help"))
        case _:
            return _work(session, entry, known, ref)


def _other_list(session: Session, known: Known) -> Verdict:
    """Whoever shows the prompt changes over between its two lists."""
    shown = prompt(session, known)
    return good("pick.other_list") if shown.by_tote else bad("pick.one_list")


def _as_key(command: str) -> Entry | None:
    """What a command barcode stands for: a key, a typed digit, or Enter."""
    if command == "enter":
        return Typed("")
    if len(command) == 1 and command.isascii() and command.isdigit():
        return Typed(command)
    try:
        return Pressed(Command(command))
    except ValueError:
        return None


def _in_hand(session: Session) -> tuple[View, ...]:
    """The views in which work is in hand."""
    views = []
    if picking.holds_work(session.picking):
        views.append(View.PICKING)
    if packing.holds_work(session.packing):
        views.append(View.PACKING)
    return tuple(views)


def _work(session: Session, entry: Entry, known: Known, ref: str) -> Decision:
    match session.view:
        case View.PICKING:
            decision = picking.decide(session.picking, entry, known, session.operator)
            return replace(decision, asking=Questions(picking=decision.asking))
        case View.PACKING:
            decision = packing.decide(session.packing, entry, known, ref)
            return replace(decision, asking=Questions(packing=decision.asking))
        case View.EXCEPTIONS:
            decision = supervising.decide(session.desk, entry, known, session.operator)
            return replace(decision, asking=Questions(desk=decision.asking))


def _signed(session: Session, decision: Decision, known: Known, ref: str) -> Decision:
    """Add what happens to the work in hand, and what came in while nobody looked."""
    leaving = any(isinstance(fact, SignedOff) for fact in decision.facts)
    questions = Questions(signing=decision.asking)
    if leaving:
        questions = replace(questions, picking=None, packing=None, desk=Desk())
    decision = replace(decision, facts=_with_work(session, decision.facts), asking=questions)
    if any(isinstance(fact, SignedIn | Unlocked | ViewChanged) for fact in decision.facts):
        return _then(decision, _news(settle(session, decision), known, ref))
    return decision


def _with_work(session: Session, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Put the facts that park the work or pass it on before the one that signs its holder off."""
    to = next((fact.operator for fact in facts if isinstance(fact, SignedIn)), "")
    full: list[Fact] = []
    for fact in facts:
        if isinstance(fact, SignedOff):
            full += _leave(session, fact.cause, to)
        full.append(fact)
    return tuple(full)


def _leave(session: Session, cause: SignOffCause, to: str) -> tuple[Fact, ...]:
    tour: tuple[Fact, ...] = ()
    if session.picking is not None and picking.holds_work(session.picking):
        passes = cause is SignOffCause.PASSED_ON
        tour = picking.pass_on(session.picking, to) if passes else picking.park(session.picking)
    if cause is SignOffCause.PASSED_ON:
        return (*tour, *packing.pass_on(session.packing, to))
    return (*tour, *packing.park(session.packing))


def _news(session: Session, known: Known, ref: str) -> Decision:
    """What the dialogues make of what the terminal now knows.

    A label can be ready while its packer picks; a new tour is taken only by somebody who looks at the picking view.
    """
    packed = packing.decide(session.packing, LentChanged(), known, ref)
    packed = replace(packed, asking=Questions(packing=packed.asking))
    if session.view is not View.PICKING and not picking.holds_work(session.picking):
        return packed
    picked = picking.decide(session.picking, LentChanged(), known, session.operator)
    verdict = picked.verdict or _came(picked)
    return _then(replace(picked, verdict=verdict, asking=Questions(picking=picked.asking)), packed)


def _came(picked: Decision) -> Verdict | None:
    """A tour that somebody waited for is said to be there."""
    taken = next((fact for fact in picked.facts if isinstance(fact, TourTaken)), None)
    return None if taken is None else good("pick.tour_taken", tour=taken.tour.id, cart=taken.tour.cart)


def _then(first: Decision, second: Decision) -> Decision:
    """Both decisions as one; the first has the say where both speak."""
    return Decision(
        facts=(*first.facts, *second.facts),
        verdict=first.verdict or second.verdict,
        effects=(*first.effects, *second.effects),
        aside=(*first.aside, *second.aside),
        asking=_both(first.asking, second.asking),
    )


def _both(first: object, second: object) -> object:
    if not isinstance(first, Questions) or not isinstance(second, Questions):
        return first if isinstance(first, Questions) else second
    return Questions(
        signing=second.signing if first.signing is KEEP else first.signing,
        picking=first.picking if second.picking is KEEP else second.picking,
        packing=first.packing if second.packing is KEEP else second.packing,
        desk=first.desk if second.desk is KEEP else second.desk,
    )


def evolve(session: Session, fact: Fact) -> Session:
    """The session after one fact. Crash recovery folds all facts of the journal from ``NOBODY``."""
    if isinstance(fact, _PICKING_FACTS):
        return replace(session, picking=picking.evolve(session.picking, fact))
    return replace(
        session,
        # What a supervisor looks at is nobody else's business, and nothing that a restart must bring back.
        desk=Desk() if isinstance(fact, _COMING_AND_GOING) else session.desk,
        signing=signing.evolve(session.signing, fact),
        packing=packing.evolve(session.packing, fact),
    )


def settle(session: Session, decision: Decision) -> Session:
    """The session after a decision: its facts folded, its questions asked. Call it once the facts are journaled."""
    for fact in decision.facts:
        session = evolve(session, fact)
    if not isinstance(decision.asking, Questions):
        return session
    asking = decision.asking
    return replace(
        session,
        signing=signing.settle(session.signing, Decision(asking=asking.signing)),
        picking=picking.settle(session.picking, Decision(asking=asking.picking)),
        packing=packing.settle(session.packing, Decision(asking=asking.packing)),
        desk=supervising.settle(session.desk, Decision(asking=asking.desk)),
    )


def prompt(session: Session, known: Known) -> Prompt:
    """What the person at the terminal must do next."""
    about_signing = signing.prompt(session.signing, known)
    if about_signing is not None:
        return about_signing
    match session.view:
        case View.PICKING:
            return picking.prompt(session.picking, known, session.operator)
        case View.PACKING:
            return packing.prompt(session.packing, known)
        case View.EXCEPTIONS:
            return supervising.prompt(session.desk, known)

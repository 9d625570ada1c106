"""What follows from one entry while picking."""

from dataclasses import replace

from app.fulfilment.dialogues.picking import joining
from app.fulfilment.dialogues.picking.answering import press, typed
from app.fulfilment.dialogues.picking.demands import demands
from app.fulfilment.dialogues.picking.facts import banked
from app.fulfilment.dialogues.picking.handing import offer, taken_by_a_colleague
from app.fulfilment.dialogues.picking.scanning import scan, take_tour, tours_to_take
from app.fulfilment.dialogues.picking.state import PICKING_FACTS, Picking, evolve, fold, in_hand
from app.model.answers import (
    KEEP,
    Decision,
    Entry,
    LentChanged,
    Pressed,
    Refused,
    Say,
    Tone,
    Typed,
    Verdict,
    good,
)
from app.model.facts import (
    Picked,
    TourChanged,
    TourFinished,
)
from app.model.floor import Proof
from app.model.known import Known
from app.model.scans import Scanned
from app.model.work import LentTour


def decide(state: Picking | None, entry: Entry, known: Known, operator: str) -> Decision:
    """What follows from one entry: facts, one verdict for a scan or a key, and the question that is asked next.

    A refusal has no facts and leaves the question as it is; facts end it. Command barcodes come as the keys that
    they stand for, and the why key is answered by whoever shows ``Prompt.why``. ``operator`` is who picks: more is
    asked of some than of others.
    """
    decision = _completed(state, _answer(state, entry, known, operator), known, operator)
    if decision.facts and decision.asking is KEEP and not isinstance(entry, LentChanged):
        decision = replace(decision, asking=None)
    changed = decision.facts or isinstance(entry, LentChanged)
    return joining.offered(state, decision, known) if changed else decision


def _answer(state: Picking | None, entry: Entry, known: Known, operator: str) -> Decision:
    match entry:
        case Scanned(reading=reading):
            return scan(state, reading, known, operator)
        case Pressed(command=command):
            return press(state, command, known, operator)
        case Typed(text=text):
            return typed(state, text, known, operator)
        case LentChanged():
            return _lent_changed(state, known)
        case Refused(code="work.cart_in_use", params=params) if in_hand(state) is None:
            return offer(params)
        case Refused(code=code, params=params):
            return Decision(verdict=Verdict(Tone.BAD, Say(code, params)))
        case _:
            return Decision()


def _lent_changed(state: Picking | None, known: Known) -> Decision:
    working = in_hand(state)
    if working is None:
        ready = tours_to_take(state, known)
        return _taken(ready[0], known) if ready else Decision()
    lent = known.tours.get(working.tour.id)
    if lent is not None and lent.station != known.station and lent.holder:
        return taken_by_a_colleague(working, lent)
    if lent is None or lent.tour.version <= working.tour.version:
        return Decision()
    tour = lent.tour
    joined = tour.orders if tour.orders != working.tour.orders else ()
    change = TourChanged(tour.id, tour.version, working.takes_over(tour), tour.onward, tour.because, joined)
    # Away from a stop, what was asked may be about a task that has changed.
    return Decision((change,), asking=KEEP if working.at else None)


def _taken(lent: LentTour, known: Known) -> Decision:
    """A tour that came; of one that was a colleague's it is said whose."""
    taken = take_tour(lent, known, cart_scanned=False)
    if not lent.taken_from:
        return taken
    words = good("pick.tour_taken_from", tour=lent.tour.id, cart=lent.tour.cart, name=lent.taken_from)
    return replace(taken, verdict=words)


def _completed(state: Picking | None, decision: Decision, known: Known, operator: str) -> Decision:
    """Add what follows by itself: a tote that needs no scan is banked, and a tour without anything left ends."""
    facts = decision.facts
    after = state
    for fact in facts:
        if isinstance(fact, PICKING_FACTS):
            after = evolve(after, fact)
    verdict = decision.verdict
    working = in_hand(after)
    if not facts or working is None:
        return decision
    picks = _banks_itself(working, known, operator)
    if picks:
        facts = (*facts, *picks)
        if verdict is not None and verdict.code == "pick.counted":
            quantity = sum(pick.quantity for pick in picks)
            verdict = good("pick.banked", quantity=quantity, tote=picks[0].tote, order=picks[0].order)
        working = in_hand(fold(working, picks))
    if working is not None and working.complete:
        facts = (*facts, TourFinished(working.tour.id))
        verdict = good("pick.tour_finished", tour=working.tour.id) if verdict is not None else None
    return replace(decision, facts=facts, verdict=verdict)


def _banks_itself(state: Picking, known: Known, operator: str) -> tuple[Picked, ...]:
    """Where the tote need not be scanned: what is in the hand once it is all that is needed, and was not typed."""
    task = state.current
    if task is None or not state.counts or state.typed or state.counted < state.to_take(task):
        return ()
    if Proof.TOTE in demands(task, known, operator, one_tote=state.one_tote):
        return ()
    return banked(state, task)

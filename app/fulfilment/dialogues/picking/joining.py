"""Urgent orders that come along on a tour under way, if the picker agrees."""

from dataclasses import replace

from app.fulfilment.dialogues.picking import asking
from app.fulfilment.dialogues.picking.state import Picking, Step, in_hand, settle, step_of
from app.model.answers import AskToJoin, Decision, bad, good, wait
from app.model.facts import UrgentDeclined
from app.model.known import Known
from app.model.work import Offer


def offered(state: Picking | None, decision: Decision, known: Known) -> Decision:
    """The decision, with what is offered asked where nothing else is: on the way to a stop, the hands empty.

    What is offered no more is asked no more.
    """
    after = in_hand(settle(state, decision))
    if after is None:
        return decision
    offer = _open(after, known)
    if isinstance(after.asking, asking.UrgentOffered) and after.asking.offer != offer:
        gone = wait("pick.urgent_gone", order=after.asking.offer.order)
        decision = replace(decision, verdict=decision.verdict or gone, asking=None)
        after = replace(after, asking=None)
    if offer is None or after.asking is not None or step_of(after) is not Step.LOCATION:
        return decision
    words = decision.verdict or wait("pick.urgent_offered", order=offer.order)
    return replace(decision, verdict=words, asking=asking.UrgentOffered(offer))


def answered(state: Picking, offer: Offer, text: str) -> Decision:
    """Yes asks the central, which may have given the order to somebody else; no is remembered."""
    order = offer.order
    match text:
        case asking.YES:
            asked = AskToJoin(state.tour.id, order)
            return Decision(verdict=wait("pick.asked_to_join", order=order), effects=(asked,), asking=None)
        case asking.NO:
            fact = UrgentDeclined(state.tour.id, order)
            return Decision((fact,), good("pick.urgent_declined", order=order))
        case _:
            return Decision(verdict=bad("pick.urgent_yes_or_no", read=text, order=order))


def _open(state: Picking, known: Known) -> Offer | None:
    lent = known.tours.get(state.tour.id)
    if lent is None or lent.station != known.station or lent.offer is None:
        return None
    taken = lent.offer.order in {*state.declined, *state.tour.orders}
    return None if taken else lent.offer

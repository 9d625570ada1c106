"""A tour in other hands: put down on its cart, or taken over from a colleague."""

from app.fulfilment.dialogues.picking import asking
from app.fulfilment.dialogues.picking.state import Picking
from app.model.answers import AskForTour, Decision, Param, bad, good, wait
from app.model.facts import CountUndone, PickingFact, TourParked, TourPassedOn
from app.model.work import LentTour


def park(state: Picking) -> tuple[PickingFact, ...]:
    """The facts that leave the tour on its cart. What is in the hand goes back to its location first."""
    if state.ended:
        return ()
    back = tuple(CountUndone(state.tour.id, count.task, count.quantity) for count in reversed(state.counts))
    return (*back, TourParked(state.tour.id))


def pass_on(state: Picking, to: str) -> tuple[PickingFact, ...]:
    """The facts that give the tour, as it stands, to another operator at this station."""
    return () if state.ended else (TourPassedOn(state.tour.id, to),)


def put_down(state: Picking, text: str) -> Decision:
    """Leave a tour half done, once that is confirmed: whoever scans its cart goes on."""
    if text != asking.YES:
        return Decision(verdict=bad("pick.put_down_not_confirmed", read=text, cart=state.tour.cart))
    return Decision(park(state), good("pick.put_down", cart=state.tour.cart))


def offer(params: tuple[tuple[str, Param], ...]) -> Decision:
    """A colleague walks with the cart that was scanned: scanning it again takes the tour over."""
    said = dict(params)
    cart, name, station = str(said["cart"]), str(said["operator"]), str(said["station"])
    return Decision(
        verdict=wait("pick.take_over_offered", cart=cart, name=name, station=station),
        asking=asking.TakeOver(cart, name, station),
    )


def ask_for(state: Picking | None, cart: str) -> Decision:
    """Ask the central for the tour of a cart; the second scan of a colleague's asks to take it over."""
    offered = state.asking if state is not None else None
    over = isinstance(offered, asking.TakeOver) and offered.cart == cart
    code = "pick.asked_to_take_over" if over else "pick.asked_for_tour"
    return Decision(verdict=wait(code, cart=cart), effects=(AskForTour(cart, take_over=over),), asking=None)


def taken_by_a_colleague(state: Picking, lent: LentTour) -> Decision:
    """Another station has the tour now, and this one is told who took it."""
    words = wait("pick.taken_by", tour=state.tour.id, name=lent.holder, station=lent.station)
    return Decision(park(state), words, asking=None)

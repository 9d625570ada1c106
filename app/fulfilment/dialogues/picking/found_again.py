"""Shorts taken back: what was missing has turned up during the walk."""

from app.fulfilment.dialogues.picking import asking
from app.fulfilment.dialogues.picking.state import Picking
from app.model.answers import Decision, good, wait
from app.model.facts import LocationReached, PickingFact, Shorted, ShortUndone, ZeroPicked


def undo_short(state: Picking, short: Shorted | ZeroPicked) -> Decision:
    """The undo key right after a short."""
    return Decision(
        (_undone(state, short.task),),
        good("pick.short_undone", quantity=_missing(state, short.task), location=short.location),
    )


def found_again(state: Picking, location: str, expected: str) -> Decision | None:
    """The location of a short scanned again, and once more to be sure: its tasks are open again.

    Nothing where nothing was short there.
    """
    tasks = tuple(dict.fromkeys(short.task for short in state.shorts if short.location == location))
    if not tasks:
        return None
    quantity = sum(_missing(state, task) for task in tasks)
    if state.asking != asking.Jump(location):
        return Decision(
            verdict=wait("pick.found_again", read=location, quantity=quantity, location=expected),
            asking=asking.Jump(location),
        )
    facts: tuple[PickingFact, ...] = tuple(_undone(state, task) for task in tasks)
    reached = LocationReached(state.tour.id, tasks[0], location)
    return Decision((*facts, reached), good("pick.short_undone", quantity=quantity, location=location))


def _missing(state: Picking, task: str) -> int:
    return sum(short.missing for short in state.shorts if short.task == task)


def _undone(state: Picking, task: str) -> ShortUndone:
    short = next(short for short in reversed(state.shorts) if short.task == task)
    return ShortUndone(
        tour=short.tour,
        task=task,
        order=short.order,
        line=short.line,
        sku=short.sku,
        lot=short.lot,
        location=short.location,
        quantity=_missing(state, task),
    )

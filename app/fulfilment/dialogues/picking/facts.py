"""The facts that a picker's answer becomes, made from the task that they are about."""

from dataclasses import dataclass, replace
from datetime import date

from app.fulfilment.dialogues.picking.state import Picking
from app.model.facts import Damaged, Picked, PickUndone, ShortCause, Shorted, ZeroPicked
from app.model.work import Task


def banked(state: Picking, task: Task) -> tuple[Picked, ...]:
    """What is in the hand goes into the tote of the task's slot, one pick for each lot.

    Units counted for several tasks at once fill these in the order of the tour.
    """
    picks = []
    hand = _by_lot(state, task)
    for each in state.together(task):
        needed = state.needed(each)
        while needed and hand:
            held = hand.pop(0)
            units = min(needed, held.quantity)
            picks.append(_picked(each, state, replace(held, quantity=units, serials=held.serials[:units])))
            needed -= units
            if held.quantity > units:
                hand.insert(0, replace(held, quantity=held.quantity - units, serials=held.serials[units:]))
    return tuple(picks)


@dataclass(frozen=True, slots=True)
class _InHand:
    """Units of one lot in the hand, with their serial numbers, and how long the lot keeps where a code said so."""

    lot: str
    quantity: int = 0
    serials: tuple[str, ...] = ()
    expires: date | None = None


def _by_lot(state: Picking, task: Task) -> list[_InHand]:
    hand: dict[str, _InHand] = {}
    for count in state.counts:
        lot = count.lot or task.lot
        held = hand.get(lot, _InHand(lot))
        hand[lot] = replace(
            held,
            quantity=held.quantity + count.quantity,
            serials=(*held.serials, *filter(None, (count.serial,))),
            expires=held.expires or count.expires,
        )
    return list(hand.values())


def _picked(task: Task, state: Picking, held: _InHand) -> Picked:
    return Picked(
        tour=state.tour.id,
        task=task.id,
        order=task.order,
        line=task.line,
        sku=task.sku,
        lot=held.lot,
        location=task.location,
        tote=state.tote_of(task.slot),
        quantity=held.quantity,
        serials=held.serials,
        expires=held.expires,
    )


def unpicked(pick: Picked) -> PickUndone:
    """A banked pick taken back."""
    return PickUndone(
        tour=pick.tour,
        task=pick.task,
        order=pick.order,
        line=pick.line,
        sku=pick.sku,
        lot=pick.lot,
        location=pick.location,
        tote=pick.tote,
        quantity=pick.quantity,
        serials=pick.serials,
    )


def short(state: Picking, task: Task, found: int, cause: ShortCause) -> tuple[Shorted | ZeroPicked, ...]:
    """A stop that has less than its tasks need. ``found`` counts what is banked for them and in the hand as well.

    What is missing is missing to the last of them.
    """
    lacking = found_range(state, task).stop - found
    shorts: list[Shorted | ZeroPicked] = []
    for each in reversed(state.together(task)):
        units = min(lacking, state.needed(each))
        if units:
            shorts.append(short_of(state, each, state.picked(each) + state.needed(each) - units, cause))
            lacking -= units
    return tuple(shorts)


def short_of(state: Picking, task: Task, found: int, cause: ShortCause) -> Shorted | ZeroPicked:
    """A task that finds less than it needs. ``found`` counts what is banked and what is in the hand as well.

    ``missing`` is what this short adds: a task can be short twice, when less turns up than was said.
    """
    missing = state.needed(task) + state.picked(task) - found
    if found == 0:
        return ZeroPicked(
            tour=state.tour.id,
            task=task.id,
            order=task.order,
            line=task.line,
            sku=task.sku,
            lot=task.lot,
            location=task.location,
            missing=missing,
            cause=cause,
        )
    return Shorted(
        tour=state.tour.id,
        task=task.id,
        order=task.order,
        line=task.line,
        sku=task.sku,
        lot=task.lot,
        location=task.location,
        found=found,
        missing=missing,
        cause=cause,
    )


def damaged(state: Picking, task: Task, quantity: int) -> tuple[Damaged, ...]:
    """Units at the location that are set aside. As many fewer are asked for, first by the last of the stop's tasks."""
    lacking = min(quantity, state.to_take(task) - state.counted)
    beyond = quantity - lacking
    found: list[Damaged] = []
    for each in reversed(state.together(task)):
        units = min(lacking, state.needed(each))
        if units or beyond:
            found.append(_damaged(state, each, units + beyond, units))
            lacking, beyond = lacking - units, 0
    return tuple(found)


def _damaged(state: Picking, task: Task, quantity: int, missing: int) -> Damaged:
    return Damaged(
        tour=state.tour.id,
        task=task.id,
        order=task.order,
        line=task.line,
        sku=task.sku,
        lot=task.lot,
        location=task.location,
        quantity=quantity,
        missing=missing,
    )


def found_range(state: Picking, task: Task) -> range:
    """What a short can say: from what is already found to one less than the stop's tasks ask for."""
    before = sum(state.picked(each) for each in state.together(task))
    return range(before + state.counted, before + state.to_take(task))

"""The facts that a picker's answer becomes, made from the task that they are about."""

from app.fulfilment.dialogues.picking.state import Picking
from app.model.facts import Damaged, Picked, PickUndone, ShortCause, Shorted, ZeroPicked
from app.model.work import Task


def banked(state: Picking, task: Task) -> Picked:
    """What is in the hand goes into the tote of the task's slot."""
    return Picked(
        tour=state.tour.id,
        task=task.id,
        order=task.order,
        line=task.line,
        sku=task.sku,
        lot=task.lot,
        location=task.location,
        tote=state.tote_of(task.slot),
        quantity=state.counted,
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
    )


def short(state: Picking, task: Task, found: int, cause: ShortCause) -> Shorted | ZeroPicked:
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


def damaged(state: Picking, task: Task, quantity: int) -> Damaged:
    """Units at the location that are set aside."""
    return Damaged(
        tour=state.tour.id,
        task=task.id,
        order=task.order,
        line=task.line,
        sku=task.sku,
        lot=task.lot,
        location=task.location,
        quantity=quantity,
    )


def found_range(state: Picking, task: Task) -> range:
    """What a short can say: from what is already found to one less than the task asks for."""
    before = state.picked(task)
    return range(before + state.counted, before + state.needed(task))

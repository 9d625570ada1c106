"""What stands in the slots of a cart: empty totes, totes that came from another zone, boxes that are shipped."""

from dataclasses import dataclass

from app.fulfilment.dialogues.picking.asking import AnotherToteWanted, BoxChosen
from app.fulfilment.dialogues.picking.dropping import is_buffer
from app.fulfilment.dialogues.picking.saying import unexpected
from app.fulfilment.dialogues.picking.state import Picking
from app.fulfilment.dialogues.resolver import resolve
from app.model.answers import Decision, Kind, Verdict, bad, good, wait
from app.model.facts import ToteAssigned
from app.model.floor import PickMode, ToteUse
from app.model.known import Known
from app.model.scans import Reading
from app.model.work import Task


@dataclass(frozen=True, slots=True)
class _Slot:
    """The slot that wants something put into it, and the task that it is for."""

    state: Picking
    task: Task

    @property
    def number(self) -> int:
        return self.task.slot + 1


def tote_to_fetch(state: Picking, task: Task, known: Known) -> ToteUse | None:
    """The tote of a task's order that another zone has left in its buffer, with its units in it."""
    if any(use.order == task.order for use in state.assigned):
        return None
    standing = (
        use for use in known.totes.values() if use.order == task.order and is_buffer(use.place, known)
    )
    return min(standing, key=lambda use: use.code, default=None)


def box_for(state: Picking, task: Task) -> str:
    """The kind of box for a task's slot: the one that was scanned, else the one that was proposed."""
    asked = state.asking
    if isinstance(asked, BoxChosen | AnotherToteWanted) and asked.carton:
        return asked.carton
    used = [use.carton for use in state.assigned if use.slot == task.slot]
    if used:
        return used[-1]
    return state.tour.cartons[task.slot] if task.slot < len(state.tour.cartons) else ""


def put_into_slot(state: Picking, task: Task, reading: Reading, known: Known) -> Decision:
    """What scanning a tote, or the code of a kind of box, does where a slot wants one."""
    slot = _Slot(state, task)
    boxes = state.tour.mode is PickMode.CARTON
    found = resolve(reading, known, (Kind.TOTE, Kind.CARTON) if boxes else (Kind.TOTE,))
    if found.meaning is None:
        return Decision(verdict=unexpected("empty_tote", reading, found, slot=slot.number))
    if found.meaning.kind is Kind.CARTON:
        return _other_box(slot, found.meaning.key)
    tote = found.meaning.key
    refusal = _unfit(slot, tote, known)
    if refusal is not None:
        return Decision(verdict=refusal)
    carton = box_for(state, task) if boxes else ""
    brought = bool(known.totes[tote].order)
    fact = ToteAssigned(state.tour.id, task.slot, task.order, tote, carton, brought)
    code = "pick.tote_taken_over" if brought else "pick.tote_assigned"
    return Decision((fact,), good(code, tote=tote, slot=slot.number, order=task.order))


def _other_box(slot: _Slot, carton: str) -> Decision:
    another = isinstance(slot.state.asking, AnotherToteWanted)
    return Decision(
        verdict=wait("pick.box_chosen", carton=carton, slot=slot.number),
        asking=AnotherToteWanted(carton) if another else BoxChosen(carton),
    )


def _unfit(slot: _Slot, tote: str, known: Known) -> Verdict | None:
    """Why a tote cannot stand in a slot: it has one already, or is in use for something else."""
    for use in slot.state.assigned:
        if use.tote == tote:
            return bad("pick.tote_twice", tote=tote, order=use.order, taken=use.slot + 1, slot=slot.number)
    order = known.totes[tote].order
    fetched = tote_to_fetch(slot.state, slot.task, known)
    if order and (fetched is None or fetched.code != tote):
        return bad("pick.tote_in_use", tote=tote, order=order, slot=slot.number)
    return None

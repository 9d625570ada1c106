"""Lots and expiry at the shelf: which lot may be taken, and what is known of how long it keeps."""

from datetime import date

from app.fulfilment.dialogues.picking.demands import Demands
from app.model.answers import Verdict, bad
from app.model.scans import Reading
from app.model.work import Task

_SHOWN = 40
"""So much of an unknown lot is shown."""


def lot_refused(task: Task, lot: str, reading: Reading, wanted: Demands) -> Verdict | None:
    """Why a lot is not taken for a task; nothing where it may be.

    Another lot than the planned one is taken only where its zone allows it, and only one that exists: named by a GS1
    code, or lent with the task. None is taken that keeps for less than the customer wants; how long it keeps is said
    by the code (AI 17), else by what was lent. A lot that a lost separator may have made longer must be lent.
    """
    if not task.lot or not lot:
        return _expired(task, reading)
    if lot != task.lot:
        exists = (lot == reading.lot and not reading.instead) or any(
            other.lot == lot for other in task.other_lots
        )
        if not wanted.zone.other_lot_allowed or not exists:
            return bad("pick.wrong_lot", read=lot[:_SHOWN], lot=task.lot)
    if task.good_until is None:
        return None
    expires = reading.expires or _lent_expiry(task, lot)
    if expires is None:
        return None if lot == task.lot else bad("pick.lot_expiry_unknown", read=lot[:_SHOWN], lot=task.lot)
    if expires < task.good_until:
        until = task.good_until.isoformat()
        return bad("pick.lot_too_short", read=lot[:_SHOWN], expires=expires.isoformat(), until=until)
    return None


def lots_here(task: Task) -> frozenset[str]:
    """The lots that can be taken for a task, as far as they are lent; empty where it is not kept by lots."""
    return (
        frozenset({task.lot, *(other.lot for other in task.other_lots)} - {""}) if task.lot else frozenset()
    )


def _expired(task: Task, reading: Reading) -> Verdict | None:
    """Why a unit without a lot is not taken: its own code says that it keeps for less than the customer wants."""
    if task.good_until is None or reading.expires is None or reading.expires >= task.good_until:
        return None
    return bad("pick.expired", expires=reading.expires.isoformat(), until=task.good_until.isoformat())


def _lent_expiry(task: Task, lot: str) -> date | None:
    return next((other.expires for other in task.other_lots if other.lot == lot), None)

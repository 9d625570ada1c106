"""Serial numbers while picking: each unit's own, and each once."""

from app.fulfilment.dialogues.picking.state import Picking
from app.model.answers import Verdict, bad
from app.model.work import Task


def serial_refused(state: Picking, task: Task, serial: str) -> Verdict | None:
    """Why a serial number is not counted: its unit is in the hand, in a tote of this tour, or has left before."""
    for pick in state.picks:
        if pick.sku == task.sku and serial in pick.serials:
            return bad("pick.serial_in_tote", serial=serial, tote=pick.tote)
    if any(count.serial == serial for count in state.counts):
        return bad("pick.serial_twice", serial=serial)
    if serial in task.serials_gone:
        return bad("pick.serial_gone", serial=serial)
    return None

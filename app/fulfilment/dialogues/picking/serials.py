"""Serial numbers while picking: each unit's own, and each once on a tour."""

from app.fulfilment.dialogues.picking.state import Picking
from app.model.answers import Verdict, bad


def serial_refused(state: Picking, sku: str, serial: str) -> Verdict | None:
    """Why a serial number is not counted: its unit is in the hand already, or in a tote of this tour."""
    for pick in state.picks:
        if pick.sku == sku and serial in pick.serials:
            return bad("pick.serial_in_tote", serial=serial, tote=pick.tote)
    if any(count.serial == serial for count in state.counts):
        return bad("pick.serial_twice", serial=serial)
    return None

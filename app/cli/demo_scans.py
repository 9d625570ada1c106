"""What a person in the demo would scan next: the demo's scanner is a key, so it has to know what lies on the shelf."""

from app.fulfilment.dialogues.floor import Session
from app.fulfilment.dialogues.packing.stages import Stage, can_go_on, stage_of, standing_aside
from app.fulfilment.dialogues.packing.state import Packing, Parcel, WhichLot
from app.fulfilment.dialogues.picking.state import Picking, Step, step_of
from app.model.floor import LocationKind
from app.model.items import Item
from app.model.known import Known
from app.model.people import View


def expected(session: Session, known: Known) -> str:
    """A code that would be right now; empty where nothing is to be scanned."""
    match session.view:
        case View.PICKING:
            return _for_picker(session.picking, known)
        case View.PACKING:
            return _for_packer(session.packing, known)
        case View.EXCEPTIONS:
            return ""


def wrong_sister(session: Session, known: Known) -> str:
    """The code of a sister variant of what is wanted now; empty where no item is wanted or it has no sister."""
    sku = _wanted_sku(session, known)
    item = known.items.get(sku)
    if item is None:
        return ""
    sisters = (other for other in known.items.values() if other.is_sister_of(item))
    return next((_unit_code(sister, "") for sister in sisters if sister.barcodes), "")


def _wanted_sku(session: Session, known: Known) -> str:
    picking, parcel = session.picking, session.packing.parcel
    if session.view is View.PICKING and picking is not None and picking.task is not None:
        return picking.task.sku
    if session.view is View.PACKING and parcel is not None and parcel.left():
        return parcel.left()[0].sku
    return ""


def _unit_code(item: Item, lot: str) -> str:
    """One unit's barcode; with the lot, as a GS1-128 symbol would say it."""
    code = min(item.barcodes, key=lambda barcode: barcode.quantity).code
    return f"]C101{code:>014}10{lot}" if lot else code


def _for_picker(picking: Picking | None, known: Known) -> str:
    if picking is None or picking.ended:
        ready = [lent.tour.cart for lent in known.tours.values()]
        busy = {use.tour for use in known.totes.values() if use.tour}
        return next(iter(ready or list(known.carts)[len(busy) :]), "")
    task = picking.task
    step = step_of(picking)
    if step is Step.CART:
        return picking.tour.cart
    if step in {Step.EMPTY_TOTE, Step.ANOTHER_TOTE}:
        taken = {assigned.tote for assigned in picking.assigned}
        return next((code for code, use in known.totes.items() if not use.order and code not in taken), "")
    if step is Step.DROP_PLACE:
        return _place(known, LocationKind.DROP)
    if step is Step.DROP_TOTE:
        dropped = {drop.tote for drop in picking.dropped}
        return next((pick.tote for pick in picking.picks if pick.tote not in dropped), "")
    if task is None:
        return ""
    if step in {Step.LOCATION, Step.CONFIRM_SHORT, Step.URGENT}:
        return task.location
    if step is Step.ITEM:
        return _unit_code(known.items[task.sku], task.lot)
    return {Step.LOT: task.lot, Step.TOTE: picking.tote_of(task.slot)}.get(step, "")


def _for_packer(packing: Packing, known: Known) -> str:
    if isinstance(packing.asking, WhichLot) and packing.parcel is not None:
        return packing.parcel.left()[0].lot
    if packing.parcel is not None:
        return _for_parcel(packing.parcel, known)
    waiting = next((parcel for parcel in standing_aside(packing, known) if can_go_on(parcel, known)), None)
    if waiting is not None:
        return waiting.order
    jobs = sorted(
        packing.up_to_date(known.pack_jobs.values()), key=lambda job: (job.ship_by, job.priority, job.order)
    )
    ready = [job for job in jobs if job.totes and not any(tote.missing_station for tote in job.totes)]
    return next((tote.code for job in ready for tote in job.totes if tote.contents), "")


def _for_parcel(parcel: Parcel, known: Known) -> str:
    match stage_of(parcel, known):
        case Stage.VERIFY:
            unit = parcel.left()[0]
            return _unit_code(known.items[unit.sku], unit.lot)
        case Stage.CARTON:
            return next(iter(known.cartons), "")
        case Stage.HOSPITAL:
            return _place(known, LocationKind.HOSPITAL)
        case Stage.SCAN_LABEL:
            return f"]C100{parcel.sscc}"
        case _:
            return ""


def _place(known: Known, kind: LocationKind) -> str:
    return next((code for code, location in known.locations.items() if location.kind is kind), "")

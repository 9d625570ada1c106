"""Facts of packing become bookings: what happened is never refused."""

from typing import Any

from sqlalchemy import delete, func, select, update

from app.central import allocating, inbox, jobs, ledger, parcels, progress, schema, serials, totes
from app.central.booking import Booking, carry
from app.central.progress import NotYetError
from app.central.totes import Part
from app.model.exceptions import ExceptionKind
from app.model.facts import (
    CartonChosen,
    LabelPrinted,
    MaterialUsed,
    PackingFact,
    ParcelClosed,
    ParcelFilled,
    ParcelOpened,
    ParcelParked,
    ParcelPassedOn,
    ParcelResumed,
    ParcelSetAside,
    ParcelWeighed,
    RejectCause,
    ToteSentToHospital,
    UnitRejected,
    UnitVerified,
    VerifyUndone,
)
from app.model.parcels import ParcelStatus
from app.model.stock import Account, Movement, parcel_place, tote_place


def book(booking: Booking, fact: PackingFact) -> None:
    """Book one fact of a parcel.

    Raises:
        NotYetError: its parcel or its order is not known here yet.
    """
    match fact:
        case ParcelOpened():
            _opened(booking, fact)
        case UnitVerified():
            _verified(booking, fact)
        case VerifyUndone():
            _undone(booking, fact)
        case UnitRejected():
            _rejected(booking, fact)
        case CartonChosen() | ParcelPassedOn() | ParcelWeighed() | ParcelClosed():
            _handled(booking, fact)
        case ToteSentToHospital():
            _in_hospital(booking, fact)
        case ParcelParked():
            _parked(booking, fact)
        case MaterialUsed() | ParcelFilled() | ParcelSetAside() | LabelPrinted() | ParcelResumed():
            _order_of(booking, fact.parcel)


def _order_of(booking: Booking, parcel: str) -> str:
    row = parcels.find(booking.tx, parcel)
    if row is None:
        raise NotYetError(parcel)
    return str(row.order_number)


def _opened(booking: Booking, fact: ParcelOpened) -> None:
    tx = booking.tx
    if parcels.find(tx, fact.parcel) is not None:
        return
    orders = schema.sales_order
    here = (orders.c.site == tx.site, orders.c.number == fact.order)
    upcoming = tx.conn.execute(
        select(orders.c.next_parcel).where(*here).with_for_update()
    ).scalar_one_or_none()
    if upcoming is None:
        raise NotYetError(fact.order)
    tx.conn.execute(update(orders).where(*here).values(next_parcel=max(upcoming, fact.number + 1)))
    tx.conn.execute(
        schema.parcel.insert().values(
            site=tx.site,
            id=fact.parcel,
            order_number=fact.order,
            number=fact.number,
            status=ParcelStatus.OPEN.value,
            station=booking.station,
            packed_by=booking.operator,
            carton=fact.carton,
            opened_at=tx.now,
        )
    )
    booking.arrived.add(fact.parcel)
    booking.touched.add(fact.order)


def _verified(booking: Booking, fact: UnitVerified) -> None:
    tx = booking.tx
    row = parcels.find(tx, fact.parcel)
    if row is None:
        raise NotYetError(fact.parcel)
    order = str(row.order_number)
    out = totes.take_out(tx, fact.tote, order=order, line=fact.line, lot=fact.lot, quantity=fact.quantity)
    source, target = tote_place(fact.tote), parcel_place(fact.parcel)
    carry(booking, Movement(fact.sku, fact.lot, source, target, fact.quantity, fact.parcel), out.lacking)
    for part in out.parts:
        _put_into(booking, fact, part.location, part.quantity)
    if out.lacking:
        _put_into(booking, fact, "", out.lacking)
        progress.add_picked(tx, order, fact.line, out.lacking)
    progress.add_packed(tx, order, fact.line, fact.quantity)
    serials.packed(booking, fact, order)
    if row.status == ParcelStatus.VOID.value:
        parcels.unpack(tx, row, booking.operator)
    booking.touched.add(order)


def _put_into(booking: Booking, fact: UnitVerified, location: str, quantity: int) -> None:
    tx, table = booking.tx, schema.parcel_unit
    key = {
        "parcel": fact.parcel,
        "line": fact.line,
        "lot": fact.lot,
        "serial": fact.serial,
        "tote": fact.tote,
        "packed_by": booking.operator,
        "location": location,
    }
    more = tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, *(table.c[name] == value for name, value in key.items()))
        .values(quantity=table.c.quantity + quantity)
    ).rowcount
    if not more:
        tx.conn.execute(table.insert().values(site=tx.site, sku=fact.sku, quantity=quantity, **key))


def _undone(booking: Booking, fact: VerifyUndone) -> None:
    """Units go back into their tote, out of the parcel or, where that was voided meanwhile, its opened box."""
    tx = booking.tx
    row = parcels.find(tx, fact.parcel)
    if row is None:
        raise NotYetError(fact.parcel)
    order, box = str(row.order_number), parcels.box_of(row)
    packed = _take_from(booking, fact)
    unpacked = sum(part.quantity for part in packed)
    rest = fact.quantity - unpacked
    boxed = totes.take_out(tx, box, order=order, line=fact.line, lot=fact.lot, quantity=rest)
    target = tote_place(fact.tote)
    if unpacked:
        source = parcel_place(fact.parcel)
        carry(booking, Movement(fact.sku, fact.lot, source, target, unpacked, fact.parcel), 0)
        progress.add_packed(tx, order, fact.line, -unpacked)
    if boxed.held and box != fact.tote:
        carry(booking, Movement(fact.sku, fact.lot, tote_place(box), target, boxed.held, fact.parcel), 0)
    if boxed.lacking:
        from_nowhere = Movement(fact.sku, fact.lot, tote_place(box), target, boxed.lacking, fact.parcel)
        carry(booking, from_nowhere, boxed.lacking)
    unknown = (Part("", boxed.lacking),) if boxed.lacking else ()
    for part in (*packed, *boxed.parts, *unknown):
        totes.put_in(
            tx,
            fact.tote,
            order=order,
            line=fact.line,
            sku=fact.sku,
            lot=fact.lot,
            location=part.location,
            quantity=part.quantity,
        )
    if boxed.lacking:
        progress.add_picked(tx, order, fact.line, boxed.lacking)
    booking.touched.add(order)


def _take_from(booking: Booking, fact: VerifyUndone) -> list[Part]:
    tx, table = booking.tx, schema.parcel_unit
    rows = list(
        tx.conn.execute(
            select(table)
            .where(
                table.c.site == tx.site,
                table.c.parcel == fact.parcel,
                table.c.line == fact.line,
                table.c.lot == fact.lot,
                table.c.tote == fact.tote,
                table.c.quantity > 0,
            )
            .order_by(table.c.serial, table.c.packed_by, table.c.location)
        )
    )
    parts = []
    left = fact.quantity
    for row in rows:
        cut = min(row.quantity, left)
        if not cut:
            break
        here = [
            table.c[name] == getattr(row, name)
            for name in ("site", "parcel", "line", "lot", "serial", "tote", "packed_by", "location")
        ]
        if cut == row.quantity:
            tx.conn.execute(delete(table).where(*here))
        else:
            tx.conn.execute(update(table).where(*here).values(quantity=table.c.quantity - cut))
        parts.append(Part(row.location, cut))
        left -= cut
    return parts


def _rejected(booking: Booking, fact: UnitRejected) -> None:
    """A unit of a tote is broken or not there: its line is short by it, and what there is is bound anew."""
    tx = booking.tx
    order = _order_of(booking, fact.parcel)
    out = totes.take_out(tx, fact.tote, order=order, line=fact.line, lot=fact.lot, quantity=fact.quantity)
    damaged = fact.cause is RejectCause.DAMAGED
    target = Account.DAMAGED if damaged else Account.UNEXPLAINED
    carry(
        booking,
        Movement(fact.sku, fact.lot, tote_place(fact.tote), target.value, fact.quantity, fact.parcel),
        out.lacking,
    )
    progress.add_picked(tx, order, fact.line, -out.held)
    inbox.open_exception(
        tx,
        ExceptionKind.DAMAGED if damaged else ExceptionKind.UNEXPLAINED,
        "tote",
        fact.tote,
        "pack.damaged_in_tote" if damaged else "pack.missing_in_tote",
        (
            ("tote", fact.tote),
            ("order", order),
            ("sku", fact.sku),
            ("lot", fact.lot),
            ("quantity", fact.quantity),
            ("station", booking.station),
        ),
    )
    booking.touched.update(allocating.allocate(tx, (order,)))
    booking.touched.add(order)


def _handled(booking: Booking, fact: CartonChosen | ParcelPassedOn | ParcelWeighed | ParcelClosed) -> None:
    tx = booking.tx
    row = parcels.find(tx, fact.parcel, lock=True)
    if row is None:
        raise NotYetError(fact.parcel)
    booking.touched.add(row.order_number)
    match fact:
        case CartonChosen():
            parcels.set_values(tx, fact.parcel, carton=fact.carton)
        case ParcelPassedOn():
            parcels.set_values(tx, fact.parcel, packed_by=fact.to_operator)
        case ParcelWeighed():
            parcels.set_values(tx, fact.parcel, carton=fact.carton, weight_g=fact.weight_g)
            if row.status == ParcelStatus.OPEN.value:
                parcels.set_values(tx, fact.parcel, status=ParcelStatus.AWAITING_LABEL.value)
                jobs.schedule(tx, jobs.LABEL, fact.parcel)
        case ParcelClosed():
            _closed(booking, fact, row)


def _parked(booking: Booking, fact: ParcelParked) -> None:
    """A parcel that is left empty is none: its bench has forgotten it, and the next scan opens another."""
    tx = booking.tx
    row = parcels.find(tx, fact.parcel, lock=True)
    if row is None:
        raise NotYetError(fact.parcel)
    if parcels.drop_empty(tx, row):
        booking.touched.add(row.order_number)


def _closed(booking: Booking, fact: ParcelClosed, row: Any) -> None:
    """A box that carries another label than the books know must not leave: a person takes that label off."""
    tx = booking.tx
    if row.sscc != fact.sscc or row.status == ParcelStatus.VOID.value:
        inbox.open_exception(
            tx,
            ExceptionKind.EVENT_REFUSED,
            "parcel",
            fact.parcel,
            "parcel.closed_under_other_label",
            (("parcel", fact.parcel), ("order", row.order_number), ("sscc", fact.sscc)),
        )
    elif row.status == ParcelStatus.LABELLED.value:
        parcels.set_values(tx, fact.parcel, status=ParcelStatus.CLOSED.value, closed_at=tx.now)
        parcels.publish_label(tx, fact.parcel)


def _in_hospital(booking: Booking, fact: ToteSentToHospital) -> None:
    tx = booking.tx
    use = totes.find(tx, fact.tote)
    if use is not None and use.order_number == fact.order:
        totes.set_place(tx, fact.tote, fact.place)
    inbox.open_exception(
        tx,
        ExceptionKind.HOSPITAL,
        "order",
        fact.order,
        "order.in_hospital",
        (
            ("order", fact.order),
            ("tote", fact.tote),
            ("place", fact.place),
            ("missing", _missing(booking, fact.order)),
        ),
    )
    booking.touched.add(fact.order)


def _missing(booking: Booking, order: str) -> int:
    tx, table = booking.tx, schema.order_line
    return int(
        tx.conn.execute(
            select(func.coalesce(func.sum(table.c.quantity - table.c.dropped - table.c.picked), 0)).where(
                table.c.site == tx.site, table.c.order_number == order
            )
        ).scalar_one()
    )


def stock_rows(fact: PackingFact) -> tuple[ledger.Key, ...]:
    """The rows of stock that booking a fact will change, so that an upload can lock them all in order."""
    match fact:
        case UnitVerified() | VerifyUndone():
            tote, parcel = tote_place(fact.tote), parcel_place(fact.parcel)
            return (tote, fact.sku, fact.lot), (parcel, fact.sku, fact.lot)
        case UnitRejected():
            return ((tote_place(fact.tote), fact.sku, fact.lot),)
        case _:
            return ()

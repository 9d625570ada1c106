"""Parcels: void, reopen, put back, and the pack job that stations see of an order."""

from collections import defaultdict
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, exists, func, or_, select, update

from app.central import inbox, ledger, progress, schema, totes
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.exceptions import ExceptionKind, ExceptionState, Fix
from app.model.orders import Address, OrderStatus, ShortPolicy
from app.model.parcels import LabelAnswer, ParcelStatus, Reason
from app.model.stock import Movement, parcel_place, tote_place
from app.model.work import Content, PackJob, PackLine, PackTote

IN_HAND = (ParcelStatus.OPEN.value, ParcelStatus.AWAITING_LABEL.value, ParcelStatus.LABELLED.value)
"""A parcel that somebody still works on."""
REOPENABLE = (*IN_HAND[1:], ParcelStatus.CLOSED.value)
GONE = (ParcelStatus.MANIFESTED.value, ParcelStatus.IN_TRANSIT.value, ParcelStatus.DELIVERED.value)

_JOB = TypeAdapter(PackJob)
_LABEL = TypeAdapter(LabelAnswer)
_ADDRESS = TypeAdapter(Address)


class LabelState(StrEnum):
    """How far a label is."""

    ATTEMPTED = "attempted"
    PROVED = "proved"
    UNREADABLE = "unreadable"
    VOID = "void"


def find(tx: Tx, parcel: str, *, lock: bool = False) -> Any:
    """The row of a parcel, or nothing."""
    table = schema.parcel
    statement = select(table).where(table.c.site == tx.site, table.c.id == parcel)
    return tx.conn.execute(statement.with_for_update() if lock else statement).one_or_none()


def of_order(tx: Tx, order: str) -> list[Any]:
    """The parcels of an order, by number."""
    table = schema.parcel
    return list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.order_number == order)
            .order_by(table.c.number, table.c.id)
        )
    )


def units(tx: Tx, parcel: str) -> list[Any]:
    """What a parcel holds, in a fixed order."""
    table = schema.parcel_unit
    return list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.parcel == parcel, table.c.quantity > 0)
            .order_by(table.c.line, table.c.lot, table.c.serial, table.c.tote, table.c.location)
        )
    )


def set_values(tx: Tx, parcel: str, **values: Any) -> None:
    """Change columns of a parcel's row."""
    table = schema.parcel
    tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.id == parcel).values(**values))


# --- labels as stations see them -----------------------------------------------------------------------------


def publish_label(
    tx: Tx, parcel: str, *, reasons: tuple[Reason, ...] | None = None, copy_station: str | None = None
) -> None:
    """Show stations where a parcel's label stands. What is not given stays as it was published."""
    row = find(tx, parcel)
    before = _published(tx, parcel)
    ready = row.status in {ParcelStatus.LABELLED.value, ParcelStatus.CLOSED.value, *GONE}
    answer = LabelAnswer(
        parcel=parcel,
        sscc=row.sscc if ready else "",
        tracking=row.tracking if ready else "",
        carrier=row.carrier,
        service=row.service,
        price=row.price or "",
        reasons=before.reasons if reasons is None else reasons,
        copies=row.copies if ready else 0,
        copy_station=before.copy_station if copy_station is None else copy_station,
        order=row.order_number,
    )
    tx.publish("label", parcel, _LABEL.dump_python(answer, mode="json"))


def _published(tx: Tx, parcel: str) -> LabelAnswer:
    pending = tx.published.get(("label", parcel, "*"))
    if pending is None:
        table = schema.record
        pending = tx.conn.execute(
            select(table.c.value).where(
                table.c.site == tx.site, table.c.kind == "label", table.c.key == parcel
            )
        ).scalar_one_or_none()
    return LabelAnswer(parcel) if pending is None else _LABEL.validate_python(pending)


# --- void and reopen -----------------------------------------------------------------------------------------


def void_order(tx: Tx, order: str) -> tuple[str, ...]:
    """Void every parcel and label of a cancelled order that is not on a manifest; gives the voided parcels.

    What they hold lies in opened boxes from then on and is put back as from totes.
    """
    voided = []
    for row in of_order(tx, order):
        if row.status in GONE or row.status == ParcelStatus.VOID.value:
            continue
        _void(tx, row, "order.cancelled", "")
        voided.append(str(row.id))
    ask_put_back(tx, order)
    publish_job(tx, order)
    return tuple(voided)


def reopen(tx: Tx, parcel: str, operator: str) -> str:
    """Take a parcel apart again: its label is void, its number is never used again. Gives its order.

    The opened box counts as a tote, whose code is the void SSCC (or the parcel's id where it had none yet); packing
    the order again opens a new parcel.

    Raises:
        ApiError: 404 ``parcel.unknown``; 409 ``parcel.on_manifest`` or ``parcel.not_weighed``.
    """
    row = find(tx, parcel, lock=True)
    if row is None:
        raise ApiError(404, "parcel.unknown", parcel=parcel)
    if row.status in GONE:
        raise ApiError(409, "parcel.on_manifest", parcel=parcel, manifest=row.manifest)
    if row.status == ParcelStatus.VOID.value:
        raise ApiError(409, "parcel.void", parcel=parcel)
    if row.status not in REOPENABLE:
        raise ApiError(409, "parcel.not_weighed", parcel=parcel)
    _void(tx, row, "parcel.reopened", operator)
    return str(row.order_number)


def drop_empty(tx: Tx, row: Any) -> bool:
    """Void an open parcel that holds nothing; whether it was one."""
    if row.status != ParcelStatus.OPEN.value or units(tx, row.id):
        return False
    _void(tx, row, "parcel.left_empty", "")
    return True


def box_of(row: Any) -> str:
    """The code under which an opened parcel counts as a tote."""
    return str(row.sscc or row.id)


def unpack(tx: Tx, row: Any, operator: str) -> None:
    """Book what a parcel holds into the opened box that it has become."""
    box = box_of(row)
    inside = units(tx, row.id)
    for unit in inside:
        ledger.book(
            tx,
            Movement(unit.sku, unit.lot, parcel_place(row.id), tote_place(box), unit.quantity, row.id),
            operator,
        )
        totes.put_in(
            tx,
            box,
            order=row.order_number,
            line=unit.line,
            sku=unit.sku,
            lot=unit.lot,
            location=unit.location,
            quantity=unit.quantity,
        )
        progress.add_packed(tx, row.order_number, unit.line, -unit.quantity)
    table = schema.parcel_unit
    tx.conn.execute(delete(table).where(table.c.site == tx.site, table.c.parcel == row.id))


def _void(tx: Tx, row: Any, why: str, operator: str) -> None:
    labels, jobs = schema.label, schema.job
    tx.conn.execute(
        update(labels)
        .where(labels.c.site == tx.site, labels.c.parcel == row.id)
        .values(state=LabelState.VOID.value)
    )
    tx.conn.execute(
        delete(jobs).where(jobs.c.site == tx.site, jobs.c.kind == "label", jobs.c.subject == row.id)
    )
    unpack(tx, row, operator)
    set_values(tx, row.id, status=ParcelStatus.VOID.value, watch_until=None)
    for kind in (ExceptionKind.NO_CARRIER, ExceptionKind.LABEL_FAILED, ExceptionKind.LABEL_UNREADABLE):
        inbox.settle(tx, kind, "parcel", row.id, why)
    answer = LabelAnswer(parcel=row.id, sscc=row.sscc, void=True, order=row.order_number)
    tx.publish("label", row.id, _LABEL.dump_python(answer, mode="json"))


# --- putting back --------------------------------------------------------------------------------------------


def ask_put_back(tx: Tx, order: str) -> tuple[str, ...]:
    """Ask that what was picked for a cancelled order goes home: one exception for each tote or opened box."""
    for row in of_order(tx, order):
        if row.status not in GONE:
            unpack(tx, row, "")
    inside = tuple(dict.fromkeys(str(content.tote) for content in totes.contents(tx, order=order)))
    for tote in inside:
        if not _is_asked_back(tx, tote):
            params = (("tote", tote), ("order", order), ("by", "-"))
            inbox.open_exception(tx, ExceptionKind.PUT_BACK, "tote", tote, "order.put_back", params)
    return inside


def _is_asked_back(tx: Tx, tote: str) -> bool:
    table = schema.exception
    found = tx.conn.execute(
        select(table.c.id)
        .where(
            table.c.site == tx.site,
            table.c.kind == ExceptionKind.PUT_BACK.value,
            table.c.subject == tote,
            table.c.state != ExceptionState.RESOLVED.value,
        )
        .limit(1)
    ).scalar_one_or_none()
    return found is not None


def put_back(tx: Tx, tote: str, operator: str, elsewhere: str = "") -> tuple[str, ...]:
    """Book all that lies in a tote back to where it was picked, and free the tote. Gives the orders it was for.

    Of a tote that several orders share only the units of the cancelled ones go back, and the tote stays in use.
    ``elsewhere`` is the location for units whose origin the books do not know.

    Raises:
        ApiError: 404 ``location.unknown``; 422 ``tote.home_unknown`` when ``elsewhere`` is needed.
    """
    orders = set()
    inside = totes.contents(tx, tote=tote)
    unwanted = [row for row in inside if progress.is_cancelled(tx, row.order_number)]
    for row in unwanted or inside:
        home = row.location or elsewhere
        if not home:
            raise ApiError(422, "tote.home_unknown", tote=tote, sku=row.sku)
        if not row.location:
            _check_location(tx, home)
        ledger.put_back(
            tx,
            sku=row.sku,
            lot=row.lot,
            source=tote_place(tote),
            location=home,
            quantity=row.quantity,
            reference=row.order_number,
            operator=operator,
            rebind=None,
        )
        progress.add_picked(tx, row.order_number, row.line, -row.quantity)
        orders.add(str(row.order_number))
    table = schema.tote_content
    tx.conn.execute(
        delete(table).where(
            table.c.site == tx.site, table.c.tote == tote, table.c.order_number.in_(sorted(orders))
        )
    )
    totes.free_if_empty(tx, (tote,))
    inbox.settle(tx, ExceptionKind.PUT_BACK, "tote", tote, Fix.PUT_BACK.value)
    return tuple(sorted(orders))


def _check_location(tx: Tx, code: str) -> None:
    table = schema.location
    if not tx.conn.execute(
        select(table.c.code).where(table.c.site == tx.site, table.c.code == code)
    ).scalar_one_or_none():
        raise ApiError(404, "location.unknown", location=code)


def free_emptied_totes(tx: Tx, order: str) -> None:
    """Give back the totes of an order that were put down and hold nothing, once no parcel is in hand.

    Until then a unit may still come back out of the parcel into its tote. A tote that many orders share carries the
    name of one of them: the last one that takes a unit out of it gives it back.
    """
    table, held, packed, units_of = schema.tote, schema.tote_content, schema.parcel, schema.parcel_unit
    came_out_of = (
        select(units_of.c.tote)
        .join(packed, (packed.c.site == units_of.c.site) & (packed.c.id == units_of.c.parcel))
        .where(packed.c.site == tx.site)
    )
    in_hand = packed.c.status.in_(IN_HAND)
    empty = tx.conn.execute(
        select(table.c.code)
        .where(
            table.c.site == tx.site,
            or_(
                table.c.order_number == order,
                table.c.code.in_(came_out_of.where(packed.c.order_number == order)),
            ),
            table.c.place != "",
            ~exists().where(held.c.site == table.c.site, held.c.tote == table.c.code, held.c.quantity > 0),
            ~exists().where(
                packed.c.site == table.c.site,
                packed.c.order_number.in_([order, table.c.order_number]),
                in_hand,
            ),
            table.c.code.not_in(came_out_of.where(in_hand)),
        )
        .order_by(table.c.code)
    ).scalars()
    for code in list(empty):
        totes.free(tx, code)


# --- the pack queue ------------------------------------------------------------------------------------------


def publish_job(tx: Tx, order: str) -> None:
    """Show an order in the pack queue as it stands now, or take it from there when nothing is left to pack."""
    job = pack_job(tx, order)
    if job is not None or _is_published(tx, order):
        tx.publish("pack_job", order, None if job is None else _JOB.dump_python(job, mode="json"))


def pack_job(tx: Tx, order: str) -> PackJob | None:
    """An order as a bench sees it; nothing when none of its units waits at a bench, or it is held."""
    table = schema.sales_order
    row = tx.conn.execute(select(table).where(table.c.site == tx.site, table.c.number == order)).one_or_none()
    if row is None or row.status == OrderStatus.HELD.value or row.held_by:
        return None
    packing = _totes(tx, order)
    in_hand = any(parcel.status in IN_HAND for parcel in of_order(tx, order))
    waiting = any(tote.contents and not tote.missing_station for tote in packing)
    if not in_hand and not waiting:
        return None
    return PackJob(
        order=order,
        priority=row.priority,
        ship_by=row.ship_by,
        service=row.service,
        policy=ShortPolicy(row.policy),
        ship_to=_ADDRESS.validate_python(row.ship_to),
        lines=_lines(tx, order),
        totes=packing,
        next_parcel=row.next_parcel,
        to_come=_to_come(tx, order),
        cancelled=row.status == OrderStatus.CANCELLED.value,
    )


def _to_come(tx: Tx, order: str) -> int:
    """Units that are bound and not picked yet."""
    table = schema.reservation
    return int(
        tx.conn.execute(
            select(func.coalesce(func.sum(table.c.quantity), 0)).where(
                table.c.site == tx.site, table.c.order_number == order
            )
        ).scalar_one()
    )


def _lines(tx: Tx, order: str) -> tuple[PackLine, ...]:
    """``ordered`` leaves out what was given up; ``short`` is what no tote and no parcel holds."""
    table = schema.order_line
    rows = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.order_number == order).order_by(table.c.line)
    )
    return tuple(
        PackLine(
            number=row.line,
            sku=row.sku,
            ordered=row.quantity - row.dropped,
            packed=row.packed,
            short=max(0, row.quantity - row.dropped - row.picked),
        )
        for row in rows
    )


def _totes(tx: Tx, order: str) -> tuple[PackTote, ...]:
    """The order's totes and opened boxes; one whose tour goes on names the station whose picks are missing."""
    inside: dict[str, dict[tuple[int, str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in totes.contents(tx, order=order):
        inside[row.tote][row.line, row.sku, row.lot] += row.quantity
    table, walks = schema.tote, schema.tour
    uses = {
        row.code: row
        for row in tx.conn.execute(
            select(table.c.code, table.c.place, table.c.station, table.c.carton, walks.c.status)
            .outerjoin(walks, (walks.c.site == table.c.site) & (walks.c.id == table.c.tour))
            .where(
                table.c.site == tx.site,
                # A tote that many orders share carries the name of one of them.
                or_(table.c.order_number == order, table.c.code.in_(list(inside))),
            )
        )
    }
    return tuple(
        PackTote(
            code=code,
            place=uses[code].place if code in uses else "",
            contents=tuple(
                Content(line, sku, lot, quantity)
                for (line, sku, lot), quantity in sorted(inside.get(code, {}).items())
            ),
            missing_station=_missing_station(uses.get(code)),
            carton=uses[code].carton if code in uses else "",
        )
        for code in sorted(inside.keys() | uses.keys())
    )


def _missing_station(use: Any) -> str:
    if use is None or use.place or use.status not in {"lent", "parked", "taken_away"}:
        return ""
    return str(use.station)


def _is_published(tx: Tx, order: str) -> bool:
    if ("pack_job", order, "*") in tx.published:
        return True
    table = schema.record
    value = tx.conn.execute(
        select(table.c.value).where(table.c.site == tx.site, table.c.kind == "pack_job", table.c.key == order)
    ).scalar_one_or_none()
    return value is not None

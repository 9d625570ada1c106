"""Labels: quoted, numbered, drawn, read back, and only then given to the station that prints them.

Buying is recorded before anything is drawn: a process that dies in between goes on with the same number.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update

from app.central import catalogue, inbox, interventions, jobs, parcels, schema
from app.central.booking import bring_up_to_date
from app.central.parcels import GONE, LabelState
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.fulfilment.plans.carriers import Choice, Shipment, quote
from app.model.exceptions import ExceptionKind
from app.model.orders import Address
from app.model.parcels import ParcelStatus, Reason
from app.model.rates import RateBook
from app.model.words import phrase
from devices.codes import make_sscc
from printing.errors import PrintError
from printing.labels import ShippingLabel, human_readable, render_label
from printing.proof import prove
from printing.slips import PackingSlip, SlipLine, render_slip

_ADDRESS = TypeAdapter(Address)
_CHOICE = TypeAdapter(Choice)
_EXTENSION_DIGIT = 0
_TROUBLES = (ExceptionKind.NO_CARRIER, ExceptionKind.LABEL_FAILED, ExceptionKind.LABEL_UNREADABLE)


@dataclass(frozen=True, slots=True)
class Shipper:
    """Who sends, and with which carriers: the rate book, and the lines that stand on a label as sender."""

    book: RateBook
    ship_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A label that is bought and must be drawn."""

    parcel: str
    label: ShippingLabel
    slip: PackingSlip


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The papers, or why there are none."""

    label: bytes = b""
    slip: bytes = b""
    trouble: ExceptionKind | None = None
    reason: Reason | None = None


def make(store: Store, site: str, parcel: str, shipper: Shipper) -> None:
    """Make the label of a weighed parcel; a parcel that does not wait for one is left alone.

    No carrier, a text that cannot be printed and a label that does not read each open an exception.
    """
    attempt = store.write(site, lambda tx: _attempt(tx, parcel, shipper))
    if attempt is None:
        return
    drawn = _draw(attempt)
    store.write(site, lambda tx: _record(tx, attempt, drawn))


def reprint(tx: Tx, parcel: str, station: str, operator: str, reason: str) -> int:
    """Ask for the same label again at a station; how many copies that makes.

    Raises:
        ApiError: 404 ``parcel.unknown``; 409 ``parcel.on_manifest`` or ``parcel.no_label``.
    """
    row = parcels.find(tx, parcel, lock=True)
    if row is None:
        raise ApiError(404, "parcel.unknown", parcel=parcel)
    if row.status in GONE:
        raise ApiError(409, "parcel.on_manifest", parcel=parcel, manifest=row.manifest)
    if row.status not in {ParcelStatus.LABELLED.value, ParcelStatus.CLOSED.value}:
        raise ApiError(409, "parcel.no_label", parcel=parcel)
    parcels.set_values(tx, parcel, copies=row.copies + 1)
    parcels.publish_label(tx, parcel, copy_station=station)
    interventions.note(tx, operator, station, "reprint", parcel, reason)
    return int(row.copies) + 1


def retry(tx: Tx, parcel: str) -> None:
    """Try for a label again.

    Raises:
        ApiError: 404 ``parcel.unknown``; 409 ``parcel.not_waiting``.
    """
    row = parcels.find(tx, parcel)
    if row is None:
        raise ApiError(404, "parcel.unknown", parcel=parcel)
    if row.status != ParcelStatus.AWAITING_LABEL.value:
        raise ApiError(409, "parcel.not_waiting", parcel=parcel)
    jobs.schedule(tx, jobs.LABEL, parcel)


def papers(tx: Tx, parcel: str) -> tuple[bytes, bytes]:
    """The label and the slip of a parcel, as they were proved.

    Raises:
        ApiError: 404 ``parcel.unknown``; 409 ``parcel.no_label``.
    """
    row = parcels.find(tx, parcel)
    if row is None:
        raise ApiError(404, "parcel.unknown", parcel=parcel)
    table = schema.label
    found = tx.conn.execute(
        select(table.c.pdf, table.c.slip).where(
            table.c.site == tx.site,
            table.c.sscc == row.sscc,
            table.c.parcel == parcel,
            table.c.state == LabelState.PROVED.value,
        )
    ).one_or_none()
    if found is None:
        raise ApiError(409, "parcel.no_label", parcel=parcel)
    return found.pdf, found.slip


# --- buying --------------------------------------------------------------------------------------------------


def _attempt(tx: Tx, parcel: str, shipper: Shipper) -> _Attempt | None:
    row = parcels.find(tx, parcel, lock=True)
    if row is None or row.status != ParcelStatus.AWAITING_LABEL.value:
        return None
    orders = schema.sales_order
    order = tx.conn.execute(
        select(orders).where(orders.c.site == tx.site, orders.c.number == row.order_number)
    ).one()
    ship_to = _ADDRESS.validate_python(order.ship_to)
    hazards = _hazards(tx, parcel)
    begun = _begun(tx, parcel)
    if begun is not None and row.choice is not None:
        choice = _CHOICE.validate_python(row.choice)
    else:
        carton = catalogue.cartons(tx).get(row.carton)
        if carton is None:
            _give_up(
                tx, row, ExceptionKind.LABEL_FAILED, Reason("label.no_carton", (("carton", row.carton),))
            )
            return None
        choice = quote(
            Shipment(
                weight_g=row.weight_g,
                length_mm=carton.outer_length_mm,
                width_mm=carton.outer_width_mm,
                height_mm=carton.outer_height_mm,
                country=ship_to.country,
                postcode=ship_to.postcode,
                wanted=order.service,
                ship_by=order.ship_by,
                hazard_classes=hazards,
            ),
            shipper.book,
            tx.now,
        )
    chosen = choice.chosen
    if chosen is None or chosen.price is None:
        _give_up(tx, row, ExceptionKind.NO_CARRIER, *choice.reasons)
        return None
    parcels.set_values(
        tx,
        parcel,
        carrier=chosen.carrier,
        service=chosen.service,
        price=f"{chosen.price.amount} {chosen.price.currency}",
        choice=_CHOICE.dump_python(choice, mode="json"),
    )
    slip = _slip(tx, row, ship_to)
    sscc = begun if begun is not None else _number(tx, parcel)
    service = shipper.book.service(chosen.service)
    names = {carrier.code: carrier.name for carrier in shipper.book.carriers}
    label = ShippingLabel(
        sscc=sscc,
        carrier=names.get(chosen.carrier, chosen.carrier),
        service=service.name if service is not None else chosen.service,
        routing=f"{ship_to.country} {chosen.zone}".strip(),
        ship_to=ship_to,
        ship_from=shipper.ship_from,
        order=row.order_number,
        parcel=row.number,
        weight_g=row.weight_g,
        tracking=sscc,
        hazard_marks=tuple(f"HAZARD {hazard}" for hazard in hazards),
    )
    return _Attempt(parcel, label, slip)


def _begun(tx: Tx, parcel: str) -> str | None:
    """The number of a label that was bought and, because a process died, never drawn."""
    table = schema.label
    return tx.conn.execute(
        select(table.c.sscc)
        .where(
            table.c.site == tx.site,
            table.c.parcel == parcel,
            table.c.state == LabelState.ATTEMPTED.value,
        )
        .order_by(table.c.attempted_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def _number(tx: Tx, parcel: str) -> str:
    """A new SSCC, recorded as attempted."""
    table = schema.site
    row = tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site)
        .values(sscc_serial=table.c.sscc_serial + 1)
        .returning(table.c.sscc_serial, table.c.gs1_prefix)
    ).one()
    sscc = make_sscc(_EXTENSION_DIGIT, row.gs1_prefix, row.sscc_serial)
    tx.conn.execute(
        schema.label.insert().values(
            site=tx.site,
            sscc=sscc,
            parcel=parcel,
            state=LabelState.ATTEMPTED.value,
            attempted_at=tx.now,
        )
    )
    return sscc


def _hazards(tx: Tx, parcel: str) -> tuple[str, ...]:
    inside = parcels.units(tx, parcel)
    known = catalogue.items(tx, {unit.sku for unit in inside})
    return tuple(sorted({item.hazard_class for item in known.values() if item.hazard_class}))


def _slip(tx: Tx, row: Any, ship_to: Address) -> PackingSlip:
    inside = parcels.units(tx, row.id)
    known = catalogue.items(tx, {unit.sku for unit in inside})
    table = schema.order_line
    left = {
        line.line: max(0, line.quantity - line.dropped - line.packed)
        for line in tx.conn.execute(
            select(table).where(table.c.site == tx.site, table.c.order_number == row.order_number)
        )
    }
    together: dict[tuple[int, str, str], int] = {}
    for unit in inside:
        key = (unit.line, unit.sku, unit.lot)
        together[key] = together.get(key, 0) + unit.quantity
    lines = tuple(
        SlipLine(
            sku=sku,
            name=known[sku].name if sku in known else sku,
            quantity=quantity,
            variant=known[sku].variant_words if sku in known else "",
            lot=lot,
            remaining=left.get(line, 0),
        )
        for (line, sku, lot), quantity in sorted(together.items())
    )
    return PackingSlip(row.order_number, row.number, ship_to, lines)


# --- drawing -------------------------------------------------------------------------------------------------


def _draw(attempt: _Attempt) -> _Drawn:
    try:
        label, slip = render_label(attempt.label), render_slip(attempt.slip)
    except PrintError as error:
        params = tuple((name, str(value)) for name, value in error.params)
        return _Drawn(trouble=ExceptionKind.LABEL_FAILED, reason=Reason(error.code, params))
    proof = prove(label, (human_readable(attempt.label.sscc),))
    if not proof.good:
        return _Drawn(trouble=ExceptionKind.LABEL_UNREADABLE, reason=proof.reason)
    return _Drawn(label, slip)


def _record(tx: Tx, attempt: _Attempt, drawn: _Drawn) -> None:
    sscc, table = attempt.label.sscc, schema.label
    row = parcels.find(tx, attempt.parcel, lock=True)
    here = (table.c.site == tx.site, table.c.sscc == sscc)
    state = tx.conn.execute(select(table.c.state).where(*here)).scalar_one()
    if row.status != ParcelStatus.AWAITING_LABEL.value or state != LabelState.ATTEMPTED.value:
        return
    if drawn.trouble is not None:
        tx.conn.execute(update(table).where(*here).values(state=LabelState.UNREADABLE.value))
        _give_up(tx, row, drawn.trouble, *((drawn.reason,) if drawn.reason else ()))
        return
    tx.conn.execute(
        update(table).where(*here).values(state=LabelState.PROVED.value, pdf=drawn.label, slip=drawn.slip)
    )
    parcels.set_values(
        tx, row.id, status=ParcelStatus.LABELLED.value, sscc=sscc, tracking=attempt.label.tracking
    )
    for trouble in _TROUBLES:
        inbox.settle(tx, trouble, "parcel", row.id, "label.proved")
    choice = _CHOICE.validate_python(row.choice)
    parcels.publish_label(tx, row.id, reasons=choice.reasons)
    bring_up_to_date(tx, row.order_number)


def _give_up(tx: Tx, row: Any, kind: ExceptionKind, *reasons: Reason) -> None:
    """No label for now: a person must do something first."""
    said = "; ".join(phrase(each.code, each.params) for each in reasons[:6])
    code = {
        ExceptionKind.NO_CARRIER: "label.no_carrier",
        ExceptionKind.LABEL_FAILED: "label.failed",
        ExceptionKind.LABEL_UNREADABLE: "label.unreadable",
    }[kind]
    inbox.open_exception(
        tx,
        kind,
        "parcel",
        row.id,
        code,
        (("parcel", row.id), ("order", row.order_number), ("reasons", said)),
    )
    parcels.publish_label(tx, row.id, reasons=reasons)

"""Manifests: what is handed to a carrier at one pickup. Closed once, never changed; later parcels go on the next."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.central import catalogue, interventions, ledger, orders, parcels, schema
from app.central.labels import Shipper
from app.central.refusal import ApiError
from app.central.store import Store, Tx, insert_new
from app.model.milestones import Milestone
from app.model.parcels import ParcelStatus
from app.model.stock import Account, Movement, parcel_place
from app.model.wire import Answer
from printing.manifests import ManifestPaper, ManifestParcel, render_manifest

_LISTED = 100
_WINDOW_HOURS = 48
"""How long a parcel of a service that is no longer in the rate book may go unseen."""


class ManifestView(Answer):
    """A closed manifest. The weight is grams."""

    id: str
    carrier: str
    closed_at: datetime
    closed_by: str
    parcels: int
    weight_g: int


class OpenPickup(Answer):
    """What would go on a carrier's next manifest."""

    carrier: str
    parcels: int
    weight_g: int


class LooseParcel(Answer):
    """A parcel that has a label and is on no manifest. Only a closed one can go on the next."""

    parcel: str
    sscc: str
    order: str
    carrier: str
    status: ParcelStatus
    weight_g: int


class Manifests(Answer):
    """``GET /v1/manifests``: what waits for a pickup, and what was handed over, newest first."""

    open: list[OpenPickup]
    closed: list[ManifestView]
    loose: list[LooseParcel]


def close(
    store: Store, site: str, carrier: str, operator: str, station: str, shipper: Shipper
) -> ManifestView:
    """Close the manifest of a carrier over all its closed parcels, and draw its paper.

    Raises:
        ApiError: 409 ``manifest.empty`` when no closed parcel of this carrier waits.
    """
    closed = store.write(site, lambda tx: _close(tx, carrier, operator, station, shipper))
    paper(store, site, closed.id, shipper)
    return closed


def paper(store: Store, site: str, manifest: str, shipper: Shipper) -> bytes:
    """The paper of a manifest, drawn once.

    Raises:
        ApiError: 404 ``manifest.unknown``.
    """
    table = schema.manifest

    def read(tx: Tx) -> tuple[bytes | None, ManifestPaper]:
        row = tx.conn.execute(
            select(table).where(table.c.site == tx.site, table.c.id == manifest)
        ).one_or_none()
        if row is None:
            raise ApiError(404, "manifest.unknown", manifest=manifest)
        return row.pdf, _paper(tx, row, shipper)

    def keep(tx: Tx) -> None:
        tx.conn.execute(
            update(table)
            .where(table.c.site == tx.site, table.c.id == manifest, table.c.pdf.is_(None))
            .values(pdf=drawn)
        )

    known, wanted = store.read(site, read)
    if known is not None:
        return known
    drawn = render_manifest(wanted)
    store.write(site, keep)
    return drawn


def listed(tx: Tx) -> Manifests:
    """What waits and what was closed."""
    table, closed = schema.parcel, schema.manifest
    loose = [
        LooseParcel(
            parcel=row.id,
            sscc=row.sscc,
            order=row.order_number,
            carrier=row.carrier,
            status=ParcelStatus(row.status),
            weight_g=row.weight_g,
        )
        for row in tx.conn.execute(
            select(table)
            .where(
                table.c.site == tx.site,
                table.c.status.in_((ParcelStatus.LABELLED.value, ParcelStatus.CLOSED.value)),
            )
            .order_by(table.c.carrier, table.c.id)
        )
    ]
    weights: dict[str, list[int]] = defaultdict(list)
    for each in loose:
        if each.status is ParcelStatus.CLOSED:
            weights[each.carrier].append(each.weight_g)
    rows = tx.conn.execute(
        select(closed)
        .where(closed.c.site == tx.site)
        .order_by(closed.c.closed_at.desc(), closed.c.id)
        .limit(_LISTED)
    )
    return Manifests(
        open=[
            OpenPickup(carrier=carrier, parcels=len(each), weight_g=sum(each))
            for carrier, each in sorted(weights.items())
        ],
        closed=[_view(row) for row in rows],
        loose=loose,
    )


def ship(tx: Tx, row: Any, operator: str) -> None:
    """Book what a parcel holds out of the house."""
    inside: dict[tuple[str, str], int] = defaultdict(int)
    for unit in parcels.units(tx, row.id):
        inside[unit.sku, unit.lot] += unit.quantity
    movements = [
        Movement(sku, lot, parcel_place(row.id), Account.SHIPPED.value, quantity, row.id)
        for (sku, lot), quantity in sorted(inside.items())
    ]
    ledger.move_all(tx, movements, operator)


def watch_until(service: str, seen: datetime, shipper: Shipper) -> datetime:
    """When a parcel that was last seen at an instant has been silent for too long."""
    known = shipper.book.service(service)
    return seen + timedelta(hours=known.window_hours if known is not None else _WINDOW_HOURS)


def _close(tx: Tx, carrier: str, operator: str, station: str, shipper: Shipper) -> ManifestView:
    table = schema.parcel
    rows = list(
        tx.conn.execute(
            select(table)
            .where(
                table.c.site == tx.site,
                table.c.carrier == carrier,
                table.c.status == ParcelStatus.CLOSED.value,
            )
            .order_by(table.c.id)
            .with_for_update()
        )
    )
    if not rows:
        raise ApiError(409, "manifest.empty", carrier=carrier)
    weight_g = sum(row.weight_g for row in rows)
    manifest = _insert(tx, carrier, operator, len(rows), weight_g)
    for row in rows:
        ship(tx, row, operator)
        parcels.set_values(
            tx,
            row.id,
            status=ParcelStatus.MANIFESTED.value,
            manifest=manifest,
            milestone=Milestone.LABELLED.value,
            milestone_at=tx.now,
            watch_until=watch_until(row.service, tx.now, shipper),
        )
        parcels.publish_label(tx, row.id)
    interventions.note(tx, operator, station, "close_manifest", manifest)
    orders.refresh_all(tx, {row.order_number for row in rows})
    return ManifestView(
        id=manifest,
        carrier=carrier,
        closed_at=tx.now,
        closed_by=operator,
        parcels=len(rows),
        weight_g=weight_g,
    )


def _insert(tx: Tx, carrier: str, operator: str, count: int, weight_g: int) -> str:
    """A number that people can read out: carrier, day, and which of that day it is."""
    table = schema.manifest
    day = f"{carrier.upper()}-{tx.now:%Y%m%d}"
    before = tx.conn.execute(
        select(func.count()).where(table.c.site == tx.site, table.c.id.startswith(f"{day}-", autoescape=True))
    ).scalar_one()
    row = {
        "site": tx.site,
        "carrier": carrier,
        "closed_at": tx.now,
        "closed_by": operator,
        "parcels": count,
        "weight_g": weight_g,
    }
    serial = int(before) + 1
    while not insert_new(tx.conn, table, {**row, "id": f"{day}-{serial}"}):
        serial += 1
    return f"{day}-{serial}"


def _paper(tx: Tx, row: Any, shipper: Shipper) -> ManifestPaper:
    table = schema.parcel
    inside = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.manifest == row.id).order_by(table.c.sscc)
    )
    names = {carrier.code: carrier.name for carrier in shipper.book.carriers}
    return ManifestPaper(
        id=row.id,
        carrier=names.get(row.carrier, row.carrier),
        closed_at=row.closed_at,
        parcels=tuple(ManifestParcel(each.sscc, each.weight_g, each.order_number) for each in inside),
        ship_from=shipper.ship_from or (catalogue.settings(tx).name,),
    )


def _view(row: Any) -> ManifestView:
    return ManifestView(
        id=row.id,
        carrier=row.carrier,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        parcels=row.parcels,
        weight_g=row.weight_g,
    )

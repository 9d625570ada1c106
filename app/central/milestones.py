"""Milestones: what carriers report moves parcels and orders forward, and silence becomes an exception."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from app.central import inbox, manifests, orders, parcels, schema
from app.central.labels import Shipper
from app.central.store import Tx, insert_new
from app.fulfilment.plans import tracking
from app.model.exceptions import ExceptionKind
from app.model.milestones import Milestone, Sighting
from app.model.parcels import ParcelStatus

_ENDED = frozenset({Milestone.DELIVERED, Milestone.RETURNED, Milestone.LOST, Milestone.CANCELLED})


@dataclass(frozen=True, slots=True)
class Report:
    """One milestone as a carrier reported it. ``said_at`` is the carrier's own time with its offset."""

    tracking: str
    sighting: Sighting
    said_at: str
    raw: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a batch: how many were new, how many known before, and which numbers nobody here knows."""

    new: int
    known: int
    strangers: tuple[str, ...]


def signature(secret: str, body: bytes) -> str:
    """The signature of a body: HMAC-SHA256 in hex (RFC 2104)."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def site_of(secrets: Mapping[tuple[str, str], str], carrier: str, body: bytes, signed: str) -> str | None:
    """The site whose secret for this carrier made the signature. Every secret is tried, in constant time each."""
    found = None
    for (site, code), secret in secrets.items():
        good = hmac.compare_digest(signature(secret, body).encode(), signed.strip().lower().encode())
        if good and code == carrier:
            found = site
    return found


def take(tx: Tx, carrier: str, reports: Sequence[Report], shipper: Shipper) -> Heard:
    """Take in what a carrier reported, in any order and any number of times."""
    new = known = 0
    strangers: list[str] = []
    touched: set[str] = set()
    for report in reports:
        row = _parcel(tx, carrier, report.tracking)
        if row is None:
            strangers.append(report.tracking)
            continue
        if not insert_new(tx.conn, schema.milestone, _row(tx, carrier, report)):
            known += 1
            continue
        new += 1
        _move(tx, row, carrier, report, shipper)
        touched.add(str(row.order_number))
    orders.refresh_all(tx, touched)
    return Heard(new, known, tuple(dict.fromkeys(strangers)))


def notice_silence(tx: Tx) -> int:
    """Open an exception for each parcel that was not seen for longer than its service's window; how many."""
    table = schema.parcel
    rows = list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.watch_until < tx.now)
            .order_by(table.c.id)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        inbox.open_exception(
            tx,
            ExceptionKind.NO_MOVEMENT,
            "parcel",
            row.id,
            "parcel.no_movement",
            (
                ("parcel", row.id),
                ("order", row.order_number),
                ("carrier", row.carrier),
                ("tracking", row.tracking),
                ("milestone", row.milestone or "-"),
            ),
        )
        parcels.set_values(tx, row.id, watch_until=None)
    return len(rows)


def _parcel(tx: Tx, carrier: str, number: str) -> Any:
    """The newest parcel under a tracking number: carriers use numbers again."""
    table = schema.parcel
    return tx.conn.execute(
        select(table)
        .where(
            table.c.site == tx.site,
            table.c.carrier == carrier,
            table.c.tracking == number,
            table.c.status.in_([status.value for status in _TRACKED]),
        )
        .order_by(table.c.opened_at.desc(), table.c.id)
        .limit(1)
        .with_for_update()
    ).one_or_none()


_TRACKED = (
    ParcelStatus.CLOSED,
    ParcelStatus.MANIFESTED,
    ParcelStatus.IN_TRANSIT,
    ParcelStatus.DELIVERED,
)


def _row(tx: Tx, carrier: str, report: Report) -> dict[str, Any]:
    return {
        "site": tx.site,
        "carrier": carrier,
        "tracking": report.tracking,
        "code": report.sighting.milestone.value,
        "occurred_at": report.sighting.occurred_at.astimezone(UTC),
        "place": report.sighting.place,
        "occurred_text": report.said_at,
        "received_at": tx.now,
        "raw": report.raw,
    }


def _move(tx: Tx, row: Any, carrier: str, report: Report, shipper: Shipper) -> None:
    trail = _trail(tx, carrier, row)
    assert trail.furthest is not None  # noqa: S101 - the report itself is part of it
    assert trail.last_seen is not None  # noqa: S101
    before = ParcelStatus(row.status)
    status = tracking.advance(before, trail.furthest)
    if before is ParcelStatus.CLOSED and status is not before:
        # The carrier has it, so it left, whether or not anybody closed the manifest.
        manifests.ship(tx, row, "")
    over = trail.furthest in _ENDED
    parcels.set_values(
        tx,
        row.id,
        status=status.value,
        milestone=trail.furthest.value,
        milestone_at=trail.last_seen,
        watch_until=None if over else manifests.watch_until(row.service, trail.last_seen, shipper),
    )
    if status is not before:
        parcels.publish_label(tx, row.id)
    inbox.settle(tx, ExceptionKind.NO_MOVEMENT, "parcel", row.id, "parcel.seen_again")
    milestone = report.sighting.milestone
    if milestone.is_trouble:
        inbox.open_exception(
            tx,
            ExceptionKind.DELIVERY_TROUBLE,
            "parcel",
            row.id,
            f"parcel.{milestone.value}",
            (
                ("parcel", row.id),
                ("order", row.order_number),
                ("carrier", carrier),
                ("tracking", row.tracking),
                ("place", report.sighting.place or "-"),
            ),
        )


def _trail(tx: Tx, carrier: str, row: Any) -> tracking.Trail:
    """All that was reported of a parcel since it was opened, folded anew: order plays no part."""
    table = schema.milestone
    trail = tracking.Trail()
    for each in tx.conn.execute(
        select(table).where(
            table.c.site == tx.site, table.c.carrier == carrier, table.c.tracking == row.tracking
        )
    ):
        trail = tracking.follow(trail, Sighting(Milestone(each.code), each.occurred_at, each.place))
    return trail


def occurred(text: str) -> datetime | None:
    """A carrier's time, which must have an offset; nothing for anything else."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None

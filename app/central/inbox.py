"""The exception inbox: opening an entry, settling it, and the one way to take or resolve it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update

from app.central import schema
from app.central.store import Tx
from app.model.exceptions import ExceptionKind, ExceptionState, Fix, WarehouseException

_ADAPTER = TypeAdapter(WarehouseException)

WAITING = (ExceptionState.OPEN.value, ExceptionState.TAKEN.value)
"""Entries that somebody must still look at."""

FIXES: dict[ExceptionKind, tuple[Fix, ...]] = {
    ExceptionKind.ORDER_HELD: (Fix.RECHECK, Fix.CANCEL_ORDER),
    ExceptionKind.NO_STOCK: (Fix.RECHECK, Fix.SHIP_PART, Fix.CANCEL_ORDER),
    ExceptionKind.SHORT_PICK: (Fix.COUNT, Fix.UNBLOCK),
    ExceptionKind.WRONG_STOCK: (Fix.COUNT, Fix.UNBLOCK),
    ExceptionKind.NOT_EMPTY: (Fix.COUNT, Fix.DONE),
    ExceptionKind.BLOCKED_LOCATION: (Fix.UNBLOCK, Fix.COUNT, Fix.CLOSE_AISLE),
    ExceptionKind.AISLE_CLOSED: (Fix.OPEN_AISLE,),
    ExceptionKind.DAMAGED: (Fix.WRITE_OFF, Fix.DONE),
    ExceptionKind.UNEXPLAINED: (Fix.COUNT, Fix.WRITE_OFF),
    ExceptionKind.PUT_BACK: (Fix.PUT_BACK,),
    ExceptionKind.TOTE_CONFLICT: (Fix.DONE,),
    ExceptionKind.HOSPITAL: (Fix.RECHECK, Fix.SHIP_PART, Fix.CANCEL_ORDER),
    ExceptionKind.NO_CARRIER: (Fix.RETRY_LABEL, Fix.CANCEL_ORDER),
    ExceptionKind.LABEL_UNREADABLE: (Fix.RETRY_LABEL,),
    ExceptionKind.LABEL_FAILED: (Fix.RETRY_LABEL,),
    ExceptionKind.TOUR_OVERDUE: (Fix.TAKE_AWAY, Fix.DONE),
    ExceptionKind.NO_MOVEMENT: (Fix.DONE,),
    ExceptionKind.DELIVERY_TROUBLE: (Fix.DONE,),
    ExceptionKind.EVENT_REFUSED: (Fix.DONE,),
    ExceptionKind.CLOCK_OFF: (Fix.DONE,),
    ExceptionKind.UNKNOWN_BARCODE: (Fix.LINK_BARCODE, Fix.DONE),
    ExceptionKind.PRINTER_STUCK: (Fix.DONE,),
    ExceptionKind.SERIAL_TWICE: (Fix.DONE,),
}
"""What is proposed for each kind, the likeliest first."""

_PATIENCE = {
    ExceptionKind.SHORT_PICK: timedelta(hours=4),
    ExceptionKind.PUT_BACK: timedelta(hours=4),
    ExceptionKind.TOUR_OVERDUE: timedelta(minutes=30),
    ExceptionKind.PRINTER_STUCK: timedelta(minutes=30),
}
_LATELY = timedelta(days=7)
_DEFAULT_PATIENCE = timedelta(hours=24)


class LostRaceError(Exception):
    """Somebody else was first. ``owner`` and ``state`` say who and how far."""

    code = "exception.lost_race"

    def __init__(self, owner: str, state: str) -> None:
        super().__init__(f"{self.code}: {owner} {state}")
        self.owner = owner
        self.state = state


def read(row: Any) -> WarehouseException:
    """The exception of a database row."""
    return WarehouseException(
        id=row.id,
        kind=ExceptionKind(row.kind),
        subject_kind=row.subject_kind,
        subject=row.subject,
        code=row.code,
        params=tuple((str(name), str(value)) for name, value in row.params),
        opened_at=row.opened_at,
        deadline=row.deadline,
        fixes=FIXES[ExceptionKind(row.kind)],
        state=ExceptionState(row.state),
        owner=row.owner,
        resolution=row.resolution,
        reason=row.reason,
        version=row.version,
    )


def open_exception(
    tx: Tx,
    kind: ExceptionKind,
    subject_kind: str,
    subject: str,
    code: str,
    params: Iterable[tuple[str, object]] = (),
) -> str:
    """Open an entry and give its id; one that is open for the same subject and code is renewed, not doubled."""
    table = schema.exception
    values = [[name, str(value)] for name, value in params]
    same = tx.conn.execute(
        select(table.c.id).where(
            table.c.site == tx.site,
            table.c.kind == kind.value,
            table.c.subject_kind == subject_kind,
            table.c.subject == subject,
            table.c.code == code,
            table.c.state != ExceptionState.RESOLVED.value,
        )
    ).scalar_one_or_none()
    if same is None:
        same = tx.new_id()
        tx.conn.execute(
            table.insert().values(
                site=tx.site,
                id=same,
                kind=kind.value,
                subject_kind=subject_kind,
                subject=subject,
                code=code,
                params=values,
                opened_at=tx.now,
                deadline=tx.now + _PATIENCE.get(kind, _DEFAULT_PATIENCE),
                state=ExceptionState.OPEN.value,
            )
        )
    else:
        tx.conn.execute(
            update(table)
            .where(table.c.site == tx.site, table.c.id == same)
            .values(params=values, version=table.c.version + 1)
        )
    publish(tx, same)
    return same


def waiting_for(
    tx: Tx, kinds: Iterable[ExceptionKind], subject_kind: str, subject: str
) -> WarehouseException | None:
    """The entry of one of these kinds that is open for a subject; nothing where there is none."""
    table = schema.exception
    row = tx.conn.execute(
        select(table)
        .where(
            table.c.site == tx.site,
            table.c.kind.in_([kind.value for kind in kinds]),
            table.c.subject_kind == subject_kind,
            table.c.subject == subject,
            table.c.state.in_(WAITING),
        )
        .order_by(table.c.opened_at, table.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else read(row)


def settle(tx: Tx, kind: ExceptionKind, subject_kind: str, subject: str, resolution: str) -> None:
    """Resolve by itself what is open for a subject because its cause is gone."""
    table = schema.exception
    rows = tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site,
            table.c.kind == kind.value,
            table.c.subject_kind == subject_kind,
            table.c.subject == subject,
            table.c.state != ExceptionState.RESOLVED.value,
        )
        .values(
            state=ExceptionState.RESOLVED.value,
            resolution=resolution,
            resolved_at=tx.now,
            version=table.c.version + 1,
        )
        .returning(table.c.id)
    ).scalars()
    for entry in list(rows):
        publish(tx, entry)


def take(tx: Tx, entry: str, operator: str, version: int) -> WarehouseException:
    """Make an open entry one's own.

    Raises:
        LostRaceError: another version stands there by now.
        LookupError: no such entry.
    """
    return _change(tx, entry, version, {"state": ExceptionState.TAKEN.value, "owner": operator})


def resolve(
    tx: Tx, entry: str, operator: str, version: int, resolution: str, reason: str
) -> WarehouseException:
    """Close an entry with what was done and why.

    Raises:
        LostRaceError: another version stands there by now.
        LookupError: no such entry.
    """
    return _change(
        tx,
        entry,
        version,
        {
            "state": ExceptionState.RESOLVED.value,
            "owner": operator,
            "resolution": resolution,
            "reason": reason,
            "resolved_at": tx.now,
        },
    )


def find(tx: Tx, entry: str) -> WarehouseException:
    """One entry.

    Raises:
        LookupError: no such entry.
    """
    table = schema.exception
    row = tx.conn.execute(select(table).where(table.c.site == tx.site, table.c.id == entry)).one_or_none()
    if row is None:
        raise LookupError(entry)
    return read(row)


def publish(tx: Tx, entry: str) -> None:
    """Show the newest state of an entry to the stations; a resolved one is taken from their list."""
    found = find(tx, entry)
    gone = found.state is ExceptionState.RESOLVED
    tx.publish("exception", entry, None if gone else _ADAPTER.dump_python(found, mode="json"))


def _change(tx: Tx, entry: str, version: int, values: dict[str, Any]) -> WarehouseException:
    table = schema.exception
    won = tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site,
            table.c.id == entry,
            table.c.version == version,
            table.c.state != ExceptionState.RESOLVED.value,
        )
        .values(version=version + 1, **values)
    ).rowcount
    found = find(tx, entry)
    if not won:
        raise LostRaceError(found.owner, found.state.value)
    publish(tx, entry)
    return found


def short_lately(tx: Tx) -> frozenset[str]:
    """The locations where less was found than the books said in the last week, also where that is settled."""
    table = schema.exception
    kinds = (ExceptionKind.SHORT_PICK, ExceptionKind.WRONG_STOCK, ExceptionKind.NOT_EMPTY)
    rows = tx.conn.execute(
        select(table.c.params).where(
            table.c.site == tx.site,
            table.c.kind.in_([kind.value for kind in kinds]),
            table.c.opened_at >= tx.now - _LATELY,
        )
    ).scalars()
    return frozenset(str(dict(params).get("location", "")) for params in rows)

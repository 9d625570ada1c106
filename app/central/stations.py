"""Stations: enrolled with a one-time code, heard of with every upload, revoked by name."""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update

from app.central import inbox, lending, schema, tokens
from app.central.refusal import ApiError
from app.central.store import Tx, insert_new
from app.model.exceptions import ExceptionKind
from app.model.facts import Locked, SignedIn, SignedOff, SigningFact, Unlocked, ViewChanged
from app.model.known import StationState

SHOWN_EVERY = timedelta(seconds=30)
CLOCK_TOLERANCE_S = 120

_STATE = TypeAdapter(StationState)


def enrol(tx: Tx, code: str, name: str) -> str:
    """Let a station in and give its token. A name that is in use is taken over: its old token is revoked.

    What the old station of that name still held counts as taken away, because its journal may be gone.

    Raises:
        ApiError: 403 ``station.wrong_code`` for a code that is unknown, used or older than ten minutes.
    """
    if not tokens.use_enrolment(tx, code, name):
        raise ApiError(403, "station.wrong_code")
    revoke(tx, name)
    table = schema.tour
    held = tx.conn.execute(
        select(table.c.id).where(
            table.c.site == tx.site, table.c.station == name, table.c.status == lending.LENT
        )
    ).scalars()
    for tour in list(held):
        lending.take_away(tx, tour)
    insert_new(tx.conn, schema.station, {"site": tx.site, "name": name, "enrolled_at": tx.now})
    token = tokens.issue(tx, tokens.STATION, name)
    publish(tx, name)
    return token


def revoke(tx: Tx, name: str) -> int:
    """Take a station's token away; how many it had. Call ``tokens.forget`` after the commit."""
    revoked = tokens.revoke(tx, tokens.STATION, name)
    if revoked:
        publish(tx, name)
    return revoked


def find(tx: Tx, name: str) -> Any:
    """The row of a station, or nothing."""
    table = schema.station
    return tx.conn.execute(select(table).where(table.c.site == tx.site, table.c.name == name)).one_or_none()


def hear(tx: Tx, name: str, *, pending: int | None = None, clock_offset_s: int | None = None) -> None:
    """Note that a station spoke. Others are shown it when it matters, at least every half minute."""
    row = find(tx, name)
    if row is None:
        insert_new(tx.conn, schema.station, {"site": tx.site, "name": name, "enrolled_at": tx.now})
        row = find(tx, name)
    values: dict[str, Any] = {}
    if pending is not None and pending != row.pending:
        values["pending"] = pending
    if clock_offset_s is not None:
        _watch_clock(tx, row, clock_offset_s)
        if abs(clock_offset_s - row.clock_offset_s) > 1:
            values["clock_offset_s"] = clock_offset_s
    long_ago = row.last_seen_at is None or tx.now - row.last_seen_at >= SHOWN_EVERY
    if not values and not long_ago:
        return
    shown = (
        long_ago
        or "clock_offset_s" in values
        or bool(row.pending) != bool(values.get("pending", row.pending))
    )
    _set(tx, name, last_seen_at=tx.now, **values)
    if shown:
        publish(tx, name)


def note(tx: Tx, name: str, fact: SigningFact) -> None:
    """Note who stands at a station and what they look at."""
    match fact:
        case SignedIn(operator, _, view) | ViewChanged(operator, view):
            _set(tx, name, operator=operator, view=view.value)
        case Unlocked(operator):
            _set(tx, name, operator=operator)
        case SignedOff():
            _set(tx, name, operator="", view="")
        case Locked():
            _set(tx, name, view="")
        case _:
            return
    publish(tx, name)


def state_of(row: Any, *, revoked: bool) -> StationState:
    """A station as supervisors see it."""
    return StationState(
        name=row.name,
        operator=row.operator,
        view=row.view,
        last_seen=row.last_seen_at.isoformat() if row.last_seen_at else "",
        pending=row.pending,
        clock_offset_s=row.clock_offset_s,
        revoked=revoked,
    )


def publish(tx: Tx, name: str) -> None:
    """Show the stations how one of them is."""
    row = find(tx, name)
    if row is not None:
        state = state_of(row, revoked=name in revoked_names(tx))
        tx.publish("station", name, _STATE.dump_python(state, mode="json"))


def revoked_names(tx: Tx) -> frozenset[str]:
    """Stations that have had a token and have none now."""
    table = schema.credential
    rows = tx.conn.execute(
        select(table.c.name, table.c.revoked_at).where(
            table.c.site == tx.site, table.c.kind == tokens.STATION
        )
    ).all()
    return frozenset(row.name for row in rows) - frozenset(row.name for row in rows if row.revoked_at is None)


def _set(tx: Tx, name: str, **values: Any) -> None:
    table = schema.station
    tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.name == name).values(**values))


def _watch_clock(tx: Tx, row: Any, offset_s: int) -> None:
    was_off, is_off = abs(row.clock_offset_s) > CLOCK_TOLERANCE_S, abs(offset_s) > CLOCK_TOLERANCE_S
    if is_off and not was_off:
        inbox.open_exception(
            tx,
            ExceptionKind.CLOCK_OFF,
            "station",
            row.name,
            "station.clock_off",
            (("station", row.name), ("seconds", offset_s)),
        )
    elif was_off and not is_off:
        inbox.settle(tx, ExceptionKind.CLOCK_OFF, "station", row.name, "station.clock_right")

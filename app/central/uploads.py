"""Facts come up from stations: each one stored exactly once, in order, and booked; none is refused.

A fact that cannot be understood or booked is stored, told to a person, and the mark moves on. One that speaks of
something unknown is parked until that arrives.
"""

import contextlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from hashlib import sha256
from typing import Any, get_args

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from app.central import booking_packs, booking_picks, inbox, jobs, ledger, printers, schema, stations
from app.central.booking import Booking, bring_up_to_date
from app.central.progress import NotYetError
from app.central.refusal import ApiError
from app.central.store import Store, Tx, insert_new
from app.model.exceptions import ExceptionKind
from app.model.facts import PackingFact, PickingFact, PrintingFact, SigningFact, TourTaken
from app.model.facts.codec import Recorded, UnknownFactError, decode
from app.model.wire import Upload, Uploaded

APPLIED = "applied"
PARKED = "parked"
REFUSED = "refused"

NO_HASH = bytes(32).hex()
_PICKING = get_args(PickingFact)
_PACKING = get_args(PackingFact)
_SIGNING = get_args(SigningFact)
_PRINTING = get_args(PrintingFact)
_MOST_UNITS = 1_000_000
_MOST_SECONDS = 2**31 - 1
_PARKED_RETRIED = timedelta(minutes=5)
_PARKED_FOR = timedelta(minutes=30)
"""After so long a fact whose subject never came is for a person to look at."""

_log = structlog.get_logger("central.uploads")


@dataclass(slots=True)
class _Event:
    """One event of an upload: its envelope, what it says, and what became of it."""

    seq: int
    envelope: str
    recorded: Recorded | None = None
    state: str = APPLIED
    cause: str = ""
    subject: str = field(init=False, default="")

    def __post_init__(self) -> None:
        try:
            self.recorded = _read(self.envelope, self.seq)
        except UnknownFactError as error:
            self.state, self.cause = REFUSED, f"{error.code}: {error.detail}"
        else:
            self.subject = _subject(self.recorded)


def receive(store: Store, site: str, station: str, upload: Upload) -> Uploaded:
    """Take an upload in, in one durable transaction.

    Sending the same again changes nothing. A chain that does not fit what was received before is stored for a
    person to look at, and what follows is taken from there on.

    Raises:
        ApiError: 409 ``sync.gap`` with the parameter ``last`` when events are missing before the first.
    """
    chain = _chain(upload)
    return store.write(site, lambda tx: _receive(tx, station, upload, chain))


def _receive(tx: Tx, station: str, upload: Upload, chain: list[str]) -> Uploaded:
    mark = _mark(tx, station, upload.journal)
    if upload.first_seq > mark.last_seq + 1:
        raise ApiError(409, "sync.gap", last=mark.last_seq)
    offset_s = _clock_offset_s(tx, upload)
    stations.hear(tx, station, pending=upload.pending, clock_offset_s=offset_s)
    last = upload.first_seq + len(upload.events) - 1
    numbered = enumerate(upload.events, start=upload.first_seq)
    new = [_Event(seq, envelope) for seq, envelope in numbered if seq > mark.last_seq]
    if new:
        fits = chain[mark.last_seq - upload.first_seq + 1] == mark.last_hash
        if fits:
            _book(tx, station, upload.journal, new)
        else:
            _quarantine(tx, station, upload.journal, new)
        _move_mark(tx, station, upload.journal, last, chain[-1])
    sites = schema.site
    here = tx.conn.execute(select(sites.c.head, sites.c.incarnation).where(sites.c.site == tx.site)).one()
    return Uploaded(incarnation=here.incarnation, acknowledged=max(last, mark.last_seq), head=here.head)


def retry_parked(store: Store, site: str, subject: str) -> None:
    """Try again the facts that wait for a subject; those that waited too long become an exception."""
    store.write(site, lambda tx: _retry_parked(tx, subject))


# --- the journal's mark --------------------------------------------------------------------------------------


def _mark(tx: Tx, station: str, journal: str) -> Any:
    """The locked mark of a journal: two uploads of it at once are taken one after the other."""
    table = schema.journal
    key = {"site": tx.site, "station": station, "journal": journal}
    insert_new(tx.conn, table, {**key, "last_seq": 0, "last_hash": NO_HASH})
    return tx.conn.execute(
        select(table).where(*(table.c[name] == value for name, value in key.items())).with_for_update()
    ).one()


def _move_mark(tx: Tx, station: str, journal: str, last: int, last_hash: str) -> None:
    table = schema.journal
    tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.station == station, table.c.journal == journal)
        .values(last_seq=last, last_hash=last_hash)
    )


def _chain(upload: Upload) -> list[str]:
    """The chain's hash before the first event and after each."""
    try:
        link = bytes.fromhex(upload.previous_hash)
    except ValueError:
        raise ApiError(422, "sync.no_hash", read=upload.previous_hash[:64]) from None
    hashes = [link.hex()]
    for envelope in upload.events:
        link = sha256(link + envelope.encode()).digest()
        hashes.append(link.hex())
    return hashes


def _clock_offset_s(tx: Tx, upload: Upload) -> int:
    sent_at = upload.sent_at if upload.sent_at.tzinfo else upload.sent_at.replace(tzinfo=UTC)
    offset = round((sent_at - tx.now).total_seconds())
    return max(-_MOST_SECONDS, min(_MOST_SECONDS, offset))


# --- reading -------------------------------------------------------------------------------------------------


def _read(envelope: str, seq: int) -> Recorded:
    try:
        recorded = decode(envelope)
    except UnknownFactError:
        raise
    except Exception as error:
        raise UnknownFactError("fact.malformed", repr(error)) from error
    if recorded.seq != seq:
        raise UnknownFactError("fact.malformed", f"number {recorded.seq} stands where {seq} belongs")
    units = [
        value
        for name in ("quantity", "missing", "found", "weight_g")
        if (value := getattr(recorded.fact, name, None)) is not None
    ]
    if any(not 0 <= each <= _MOST_UNITS for each in units):
        raise UnknownFactError("fact.malformed", f"impossible quantity {units}")
    return recorded


def _subject(recorded: Recorded) -> str:
    fact = recorded.fact
    if isinstance(fact, TourTaken):
        return fact.tour.id
    return str(getattr(fact, "tour", "") or getattr(fact, "parcel", ""))


# --- booking -------------------------------------------------------------------------------------------------


def _book(tx: Tx, station: str, journal: str, events: list[_Event]) -> None:
    booking = Booking(tx, station)
    _lock_stock(tx, events)
    for event in events:
        if event.recorded is not None:
            _apply(booking, event)
    _store(tx, station, journal, events)
    _wake_parked(booking)
    for event in events:
        if event.state == PARKED:
            jobs.schedule(tx, jobs.PARKED_FACTS, _fit(event.subject, 128), _PARKED_RETRIED)
        elif event.state == REFUSED:
            _tell(tx, station, event)
    _follow_up(tx, station, booking.touched)


def _apply(booking: Booking, event: _Event) -> None:
    """Book one event in a savepoint: what becomes of it never touches the others."""
    recorded = event.recorded
    assert recorded is not None  # noqa: S101 - those that cannot be read are not applied
    booking.operator = _fit(recorded.operator, 64)
    try:
        with _savepoint(booking.tx):
            book_fact(booking, recorded)
    except NotYetError as error:
        event.state, event.cause = PARKED, str(error)
        event.subject = event.subject or error.subject
    except Exception as error:
        if _is_the_database(error):
            raise
        _log.error("fact not booked", station=booking.station, number=event.seq, trace=_trace())
        event.state, event.cause = REFUSED, f"fact.not_booked: {type(error).__name__}: {error}"


def book_fact(booking: Booking, recorded: Recorded) -> None:
    """Book one fact.

    Raises:
        NotYetError: what it speaks of is not known here yet.
    """
    fact = recorded.fact
    if isinstance(fact, _PICKING):
        booking_picks.book(booking, fact)
    elif isinstance(fact, _PACKING):
        booking_packs.book(booking, fact)
    elif isinstance(fact, _SIGNING):
        stations.note(booking.tx, booking.station, fact)
    elif isinstance(fact, _PRINTING):
        printers.note(booking.tx, booking.station, fact)


def _lock_stock(tx: Tx, events: list[_Event]) -> None:
    """Lock all stock that an upload will move, in key order, so that two uploads rarely stop each other."""
    if tx.conn.dialect.name != "postgresql":
        return
    keys: set[ledger.Key] = set()
    for event in events:
        fact = event.recorded.fact if event.recorded is not None else None
        if isinstance(fact, _PICKING):
            keys.update(booking_picks.stock_rows(fact))
        elif isinstance(fact, _PACKING):
            keys.update(booking_packs.stock_rows(fact))
    fitting = {key for key in keys if all(_fit(part, 64) == part for part in key)}
    if fitting:
        ledger.lock(tx, fitting)


def _store(tx: Tx, station: str, journal: str, events: list[_Event]) -> None:
    rows = [
        {
            "site": tx.site,
            "station": station,
            "journal": journal,
            "seq": event.seq,
            "received_at": tx.now,
            "type": _fit(event.recorded.fact.TYPE if event.recorded else "?", 64),
            "subject": _fit(event.subject, 128),
            "operator": _fit(event.recorded.operator if event.recorded else "", 64),
            "envelope": event.envelope.replace("\0", "\ufffd"),
            "state": event.state,
            "cause": event.cause.replace("\0", "\ufffd")[:2000],
        }
        for event in events
    ]
    tx.conn.execute(schema.fact.insert(), rows)


def _quarantine(tx: Tx, station: str, journal: str, events: list[_Event]) -> None:
    """Store events whose chain does not fit: somebody wrote in the journal, or two journals share a name."""
    for event in events:
        event.state, event.cause = REFUSED, "sync.wrong_hash"
    _store(tx, station, journal, events)
    inbox.open_exception(
        tx,
        ExceptionKind.EVENT_REFUSED,
        "station",
        station,
        "sync.wrong_hash",
        (("station", station), ("first", events[0].seq), ("last", events[-1].seq)),
    )


def _tell(tx: Tx, station: str, event: _Event) -> None:
    kind = event.recorded.fact.TYPE if event.recorded else "?"
    inbox.open_exception(
        tx,
        ExceptionKind.EVENT_REFUSED,
        "station",
        station,
        "sync.event_refused",
        (
            ("station", station),
            ("number", event.seq),
            ("type", kind),
            ("reason", _fit(event.cause, 300)),
        ),
    )


def _follow_up(tx: Tx, station: str, orders: set[str]) -> None:
    """Bring what the facts touched up to date; a fault there must not stop the station either."""
    for number in sorted(orders):
        try:
            with _savepoint(tx):
                bring_up_to_date(tx, number)
        except Exception as error:
            if _is_the_database(error):
                raise
            _log.error("order not brought up to date", order=number, trace=_trace())
            inbox.open_exception(
                tx,
                ExceptionKind.EVENT_REFUSED,
                "order",
                _fit(number, 64),
                "sync.order_not_updated",
                (("order", number), ("station", station), ("reason", _fit(str(error), 300))),
            )


# --- facts that wait -----------------------------------------------------------------------------------------


def _wake_parked(booking: Booking) -> None:
    while booking.arrived:
        subject = min(booking.arrived)
        booking.arrived.discard(subject)
        for row in _parked(booking.tx, subject):
            _apply_again(booking, row)


def _retry_parked(tx: Tx, subject: str) -> None:
    rows = _parked(tx, subject)
    touched: set[str] = set()
    waiting = False
    for row in rows:
        booking = Booking(tx, row.station)
        state = _apply_again(booking, row)
        _wake_parked(booking)
        touched |= booking.touched
        if state != PARKED:
            continue
        if tx.now - row.received_at < _PARKED_FOR:
            waiting = True
            continue
        event = _Event(row.seq, row.envelope)
        event.state, event.cause = REFUSED, row.cause
        _set_state(tx, row, REFUSED, row.cause)
        _tell(tx, row.station, event)
    _follow_up(tx, rows[0].station if rows else "", touched)
    if waiting:
        jobs.schedule(tx, jobs.PARKED_FACTS, subject, _PARKED_RETRIED)


def _parked(tx: Tx, subject: str) -> list[Any]:
    table = schema.fact
    return list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.subject == subject, table.c.state == PARKED)
            .order_by(table.c.received_at, table.c.station, table.c.seq)
        )
    )


def _apply_again(booking: Booking, row: Any) -> str:
    """Book a parked fact, as if its station had sent it now; gives its state."""
    event = _Event(row.seq, row.envelope)
    if event.recorded is not None:
        again = Booking(booking.tx, row.station, touched=booking.touched, arrived=booking.arrived)
        _apply(again, event)
    if event.state != PARKED:
        _set_state(booking.tx, row, event.state, event.cause)
        if event.state == REFUSED:
            _tell(booking.tx, row.station, event)
    return event.state


def _set_state(tx: Tx, row: Any, state: str, cause: str) -> None:
    table = schema.fact
    tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site,
            table.c.station == row.station,
            table.c.journal == row.journal,
            table.c.seq == row.seq,
        )
        .values(state=state, cause=cause[:2000])
    )


# --- safety --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _savepoint(tx: Tx) -> Iterator[None]:
    """All of what happens inside, or nothing of it: rows and what was to be published."""
    published = dict(tx.published)
    try:
        with tx.conn.begin_nested():
            yield
    except BaseException:
        tx.published.clear()
        tx.published.update(published)
        raise


def _is_the_database(error: Exception) -> bool:
    """Whether the database itself failed (a deadlock, a full disk): then nothing of the upload happened."""
    return isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError)
        and (
            error.connection_invalidated
            or str(getattr(error.orig, "sqlstate", "") or "")[:2] in {"40", "53", "57", "58", "XX"}
        )
    )


def _trace() -> str:
    """Where the fault is, as plain text: a pretty picture of it would take the writer's time."""
    return traceback.format_exc(limit=-4)


def _fit(text: str, size: int) -> str:
    return text.replace("\0", "\ufffd")[:size]

"""Units with numbers of their own: for which order each was captured, so that none is captured twice."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from app.central import inbox, schema
from app.central.booking import Booking
from app.central.store import Tx, insert_new
from app.model.exceptions import ExceptionKind
from app.model.facts import Picked, PickUndone, UnitVerified

_LENT = 100
"""So many numbers of an item are lent with a task, the newest first."""
_SUBJECT = 128
"""So long the subject of an entry can be."""


def picked(booking: Booking, fact: Picked) -> None:
    """Know the units of a pick; a number that was captured before, for whomever, is an entry in the inbox."""
    for serial in fact.serials:
        new = _know(booking.tx, fact.sku, serial, fact.order, fact.tote)
        if not new or len(_orders(booking.tx, fact.sku, serial)) > 1:
            _tell(booking, fact.sku, serial)


def packed(booking: Booking, fact: UnitVerified, order: str) -> None:
    """Know a unit at the bench, where its number was captured when it was picked or is captured now."""
    if not fact.serial:
        return
    _know(booking.tx, fact.sku, fact.serial, order, fact.tote)
    if len(_orders(booking.tx, fact.sku, fact.serial)) > 1:
        _tell(booking, fact.sku, fact.serial)


def undone(tx: Tx, fact: PickUndone) -> None:
    """Units that lie on their shelf again may be picked by anybody."""
    table = schema.serial
    tx.conn.execute(
        delete(table).where(
            table.c.site == tx.site,
            table.c.sku == fact.sku,
            table.c.serial.in_(fact.serials),
            table.c.order_number == fact.order,
        )
    )
    for serial in fact.serials:
        if len(_orders(tx, fact.sku, serial)) < 2:
            inbox.settle(tx, ExceptionKind.SERIAL_TWICE, "serial", _subject(fact.sku, serial), "pick.undone")


def put_back(tx: Tx, tote: str, orders: Iterable[str]) -> None:
    """What was in a tote for these orders lies on its shelves again."""
    table = schema.serial
    tx.conn.execute(
        delete(table).where(
            table.c.site == tx.site, table.c.tote == tote, table.c.order_number.in_(sorted(orders))
        )
    )


def captured(tx: Tx, skus: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By item, the newest numbers that have left their shelf: no picker can find one of them there."""
    table = schema.serial
    found: dict[str, tuple[str, ...]] = {}
    for sku in sorted(skus):
        numbers = tx.conn.execute(
            select(table.c.serial)
            .where(table.c.site == tx.site, table.c.sku == sku)
            .order_by(table.c.at.desc(), table.c.serial)
            .limit(_LENT)
        ).scalars()
        found[sku] = tuple(dict.fromkeys(numbers))
    return found


def _know(tx: Tx, sku: str, serial: str, order: str, tote: str) -> bool:
    row = {"sku": sku, "serial": serial, "order_number": order, "tote": tote, "at": tx.now}
    return insert_new(tx.conn, schema.serial, {"site": tx.site, **row})


def _orders(tx: Tx, sku: str, serial: str) -> list[str]:
    table = schema.serial
    return list(
        tx.conn.execute(
            select(table.c.order_number)
            .where(table.c.site == tx.site, table.c.sku == sku, table.c.serial == serial)
            .order_by(table.c.at, table.c.order_number)
        ).scalars()
    )


def _tell(booking: Booking, sku: str, serial: str) -> None:
    told = (
        ("sku", sku),
        ("serial", serial),
        ("orders", ", ".join(_orders(booking.tx, sku, serial))),
        ("station", booking.station),
    )
    subject = _subject(sku, serial)
    inbox.open_exception(
        booking.tx, ExceptionKind.SERIAL_TWICE, "serial", subject, "pick.serial_captured_twice", told
    )


def _subject(sku: str, serial: str) -> str:
    return f"{sku} {serial}"[:_SUBJECT]

"""How far the lines of an order are: picked and packed, raised and lowered by facts."""

from sqlalchemy import func, select, update

from app.central import schema
from app.central.store import Tx
from app.model.orders import OrderStatus


class NotYetError(LookupError):
    """The tour, parcel or order that a fact speaks of is not known here yet: the fact waits for it."""

    code = "fact.subject_unknown"

    def __init__(self, subject: str) -> None:
        super().__init__(f"{self.code}: {subject}")
        self.subject = subject


def add_picked(tx: Tx, order: str, line: int, quantity: int) -> None:
    """Raise (or lower) what is picked of an order line.

    Raises:
        NotYetError: the order or the line is unknown.
    """
    _add(tx, order, line, "picked", quantity)


def add_packed(tx: Tx, order: str, line: int, quantity: int) -> None:
    """Raise (or lower) what is packed of an order line.

    Raises:
        NotYetError: the order or the line is unknown.
    """
    _add(tx, order, line, "packed", quantity)


def _add(tx: Tx, order: str, line: int, name: str, quantity: int) -> None:
    table = schema.order_line
    found = tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.order_number == order, table.c.line == line)
        .values({name: table.c[name] + quantity})
    ).rowcount
    if not found:
        raise NotYetError(order)


def is_cancelled(tx: Tx, order: str) -> bool:
    """Whether an order is cancelled."""
    table = schema.sales_order
    status = tx.conn.execute(
        select(table.c.status).where(table.c.site == tx.site, table.c.number == order)
    ).scalar_one_or_none()
    return bool(status == OrderStatus.CANCELLED.value)


def open_units(tx: Tx, order: str, line: int) -> int:
    """Units of an order line that are neither picked, nor bound, nor given up."""
    table, held = schema.order_line, schema.reservation
    row = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.order_number == order, table.c.line == line)
    ).one_or_none()
    if row is None:
        return 0
    bound = tx.conn.execute(
        select(func.coalesce(func.sum(held.c.quantity), 0)).where(
            held.c.site == tx.site, held.c.order_number == order, held.c.line == line
        )
    ).scalar_one()
    return int(row.quantity - row.dropped - row.picked - bound)

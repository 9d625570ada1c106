"""Orders as a CSV for the shop: one row for each line and parcel that has something of it."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import select

from app.central import schema
from app.central.orders import LineView, OrderView, ParcelView, views
from app.central.store import Tx

COLUMNS = (
    *("number", "status", "priority", "ship_by", "service", "line", "sku", "ordered", "allocated", "picked"),
    *("packed", "shipped", "dropped", "open", "parcel", "parcel_status", "carrier", "tracking", "sscc"),
    *("lot", "serial", "quantity"),
)

_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def orders_csv(tx: Tx) -> str:
    """All orders, by number and line. A line that is in no parcel has a row without one."""
    table = schema.sales_order
    numbers = list(
        tx.conn.execute(
            select(table.c.number).where(table.c.site == tx.site).order_by(table.c.number)
        ).scalars()
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for start in range(0, len(numbers), _AT_ONCE):
        for seen in views(tx, numbers[start : start + _AT_ONCE]):
            for line in seen.lines:
                writer.writerows([_harmless(cell) for cell in row] for row in _rows(seen, line))
    return out.getvalue()


def _rows(seen: OrderView, line: LineView) -> Iterator[list[object]]:
    start: list[object] = [
        *(seen.number, seen.status.value, seen.priority, seen.ship_by.isoformat(), seen.service),
        *(line.number, line.sku, line.ordered, line.allocated, line.picked, line.packed),
        *(line.shipped, line.dropped, line.open),
    ]
    packed = [
        [*start, *_parcel(parcel), unit.lot, unit.serial, unit.quantity]
        for parcel in seen.parcels
        for unit in parcel.contents
        if unit.line == line.number
    ]
    yield from packed or [[*start, *("" for _ in COLUMNS[len(start) :])]]


def _parcel(parcel: ParcelView) -> tuple[object, ...]:
    return parcel.number, parcel.status.value, parcel.carrier, parcel.tracking, parcel.sscc


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would run as a formula gets a quote before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

"""What a picker must know of the shelf before a task: how long units must keep, which lots lie there, what is left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from app.central import catalogue, schema, serials
from app.central.store import Tx
from app.model.floor import Zone
from app.model.orders import good_until
from app.model.stock import bin_place
from app.model.work import ShelfLot, Task


def described(tx: Tx, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Tasks, in walking order, with what the books say of their shelves now.

    Of a task that was begun only what is still bound to it will leave its location.
    """
    to_leave = _bound(tx, {task.id for task in tasks})
    there = _stock(tx, {task.location for task in tasks})
    wanted = _wanted(tx, {task.order for task in tasks})
    ordered = _ordered(tx, {task.order for task in tasks})
    looked_at = _looked_at(tx, {task.location for task in tasks})
    gone = serials.captured(tx, _numbered(tx, {task.sku for task in tasks}))
    left = {location: sum(row.on_hand for row in rows) for location, rows in there.items()}
    told: list[Task] = []
    for task in tasks:
        lots = [row for row in there[task.location] if row.sku == task.sku]
        left[task.location] = max(0, left.get(task.location, 0) - to_leave.get(task.id, 0))
        sku = ordered.get((task.order, task.line), task.sku)
        told.append(
            replace(
                task,
                good_until=wanted.get(task.order) if any(row.expires for row in lots) else None,
                other_lots=tuple(ShelfLot(row.lot, row.expires) for row in lots if row.lot != task.lot),
                left_after=left[task.location] if task.location in looked_at else None,
                instead_of="" if sku == task.sku else sku,
                serials_gone=gone.get(task.sku, ()),
            )
        )
    return tuple(told)


def _stock(tx: Tx, codes: set[str]) -> dict[str, list[Any]]:
    """By location, the rows of stock that lie there, with the day until which each keeps."""
    stock, lot = schema.stock, schema.lot
    rows = tx.conn.execute(
        select(stock.c.place, stock.c.sku, stock.c.lot, stock.c.on_hand, lot.c.expires)
        .join(
            lot,
            and_(lot.c.site == stock.c.site, lot.c.sku == stock.c.sku, lot.c.lot == stock.c.lot),
            isouter=True,
        )
        .where(
            stock.c.site == tx.site,
            stock.c.place.in_([bin_place(code) for code in sorted(codes)]),
            stock.c.on_hand > 0,
        )
        .order_by(stock.c.place, stock.c.sku, stock.c.lot)
    )
    there: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        there[row.place.removeprefix(bin_place(""))].append(row)
    return there


def _bound(tx: Tx, tasks: set[str]) -> dict[str, int]:
    """By task, the units that are bound to it and not picked."""
    table = schema.reservation
    rows = tx.conn.execute(
        select(table.c.id, table.c.quantity).where(table.c.site == tx.site, table.c.id.in_(sorted(tasks)))
    )
    return {row.id: row.quantity for row in rows}


def _wanted(tx: Tx, numbers: set[str]) -> dict[str, date]:
    """By order, the day until which its units must keep."""
    table = schema.sales_order
    rows = tx.conn.execute(
        select(table.c.number, table.c.ship_by, table.c.min_shelf_life_days).where(
            table.c.site == tx.site, table.c.number.in_(sorted(numbers))
        )
    )
    return {
        row.number: good_until(tx.now.date(), row.ship_by.date(), row.min_shelf_life_days) for row in rows
    }


def _ordered(tx: Tx, numbers: set[str]) -> dict[tuple[str, int], str]:
    """By order and line, the SKU that the customer ordered."""
    table = schema.order_line
    rows = tx.conn.execute(
        select(table.c.order_number, table.c.line, table.c.sku).where(
            table.c.site == tx.site, table.c.order_number.in_(sorted(numbers))
        )
    )
    return {(row.order_number, row.line): row.sku for row in rows}


def _numbered(tx: Tx, skus: set[str]) -> set[str]:
    """The items whose units have numbers of their own."""
    return {sku for sku, item in catalogue.items(tx, skus).items() if item.serial_controlled}


def _looked_at(tx: Tx, codes: set[str]) -> set[str]:
    """The locations whose zone wants to know whether they are empty."""
    zones = catalogue.zones(tx)
    places = catalogue.locations(tx, codes)
    return {code for code, place in places.items() if zones.get(place.zone, Zone(place.zone)).zero_check}

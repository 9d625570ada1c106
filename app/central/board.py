"""What supervisors see at a glance: what is left by ship-by, who is doing what, where an item lies."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.central import catalogue, inbox, lending, parcels, schema, stations
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.known import StationState
from app.model.orders import OrderStatus
from app.model.stock import bin_place
from app.model.wire import Answer

_LISTED = 300
_DONE = (OrderStatus.SHIPPED, OrderStatus.IN_TRANSIT, OrderStatus.DELIVERED, OrderStatus.CANCELLED)
_LEFT = tuple(status.value for status in OrderStatus if status not in _DONE)


class OrderLeft(Answer):
    """An order that has not left the house. ``lines`` are those that still lack units."""

    number: str
    status: OrderStatus
    priority: int
    ship_by: datetime
    service: str
    lines: int
    parcels: int


class Left(Answer):
    """What must still leave by one moment: orders, their open lines, and parcels on no manifest."""

    ship_by: datetime
    orders: int
    lines: int
    parcels: int


class TourView(Answer):
    """A tour that is not finished."""

    id: str
    status: str
    cart: str
    station: str
    operator: str
    orders: int
    lent_at: datetime
    due_at: datetime


class StationView(Answer):
    """A terminal and who stands there."""

    name: str
    operator: str
    view: str
    last_seen: str
    pending: int
    clock_offset_s: int
    revoked: bool


class Board(Answer):
    """``GET /v1/board``: what is left to do, and who is doing what. Orders by ship-by."""

    orders: list[OrderLeft]
    left: list[Left]
    tours: list[TourView]
    stations: list[StationView]
    exceptions: int


class StockView(Answer):
    """What lies of an item and lot in one location."""

    location: str
    sku: str
    lot: str
    on_hand: int
    reserved: int
    blocked: bool


class ItemStock(Answer):
    """``GET /v1/items/{sku}/stock``: where an item lies; ``elsewhere`` is in totes and parcels."""

    sku: str
    rows: list[StockView]
    elsewhere: int


def board(tx: Tx) -> Board:
    """What is left to do, and who is doing what."""
    waiting = _orders_left(tx)
    together: dict[datetime, list[OrderLeft]] = defaultdict(list)
    for each in waiting:
        together[each.ship_by].append(each)
    table, walks, stuck = schema.station, schema.tour, schema.exception
    gone = stations.revoked_names(tx)
    return Board(
        orders=waiting[:_LISTED],
        left=[
            Left(
                ship_by=moment,
                orders=len(each),
                lines=sum(order.lines for order in each),
                parcels=sum(order.parcels for order in each),
            )
            for moment, each in sorted(together.items())
        ],
        tours=[
            TourView(
                id=row.id,
                status=row.status,
                cart=row.cart,
                station=row.station,
                operator=row.operator,
                orders=len(lending.plan_of(row).orders),
                lent_at=row.lent_at,
                due_at=row.due_at,
            )
            for row in tx.conn.execute(
                select(walks)
                .where(walks.c.site == tx.site, walks.c.status.in_(lending.ACTIVE))
                .order_by(walks.c.due_at, walks.c.id)
            )
        ],
        stations=[
            _station_view(stations.state_of(row, revoked=row.name in gone))
            for row in tx.conn.execute(select(table).where(table.c.site == tx.site).order_by(table.c.name))
        ],
        exceptions=tx.conn.execute(
            select(func.count()).where(stuck.c.site == tx.site, stuck.c.state.in_(inbox.WAITING))
        ).scalar_one(),
    )


def item_stock(tx: Tx, sku: str) -> ItemStock:
    """Where an item lies.

    Raises:
        ApiError: 404 ``item.unknown``.
    """
    if not catalogue.items(tx, (sku,)):
        raise ApiError(404, "item.unknown", sku=sku)
    table, prefix = schema.stock, bin_place("")
    rows = list(
        tx.conn.execute(
            select(table)
            .where(
                table.c.site == tx.site,
                table.c.sku == sku,
                table.c.account.is_(False),
                (table.c.on_hand != 0) | table.c.blocked.is_(True),
            )
            .order_by(table.c.place, table.c.lot)
        )
    )
    return ItemStock(
        sku=sku,
        rows=[
            StockView(
                location=row.place.removeprefix(prefix),
                sku=sku,
                lot=row.lot,
                on_hand=row.on_hand,
                reserved=row.reserved,
                blocked=row.blocked,
            )
            for row in rows
            if row.place.startswith(prefix)
        ],
        elsewhere=sum(row.on_hand for row in rows if not row.place.startswith(prefix)),
    )


def _orders_left(tx: Tx) -> list[OrderLeft]:
    wanted, line, packed = schema.sales_order, schema.order_line, schema.parcel
    lines = (
        select(func.count())
        .where(
            line.c.site == wanted.c.site,
            line.c.order_number == wanted.c.number,
            line.c.quantity - line.c.dropped > line.c.packed,
        )
        .scalar_subquery()
    )
    loose = (
        select(func.count())
        .where(
            packed.c.site == wanted.c.site,
            packed.c.order_number == wanted.c.number,
            packed.c.status.in_((*parcels.IN_HAND, "closed")),
        )
        .scalar_subquery()
    )
    rows: list[Any] = list(
        tx.conn.execute(
            select(wanted, lines.label("lines_left"), loose.label("parcels_left"))
            .where(wanted.c.site == tx.site, wanted.c.status.in_(_LEFT))
            .order_by(wanted.c.ship_by, wanted.c.priority, wanted.c.number)
        )
    )
    return [
        OrderLeft(
            number=row.number,
            status=OrderStatus(row.status),
            priority=row.priority,
            ship_by=row.ship_by,
            service=row.service,
            lines=row.lines_left,
            parcels=row.parcels_left,
        )
        for row in rows
    ]


def _station_view(state: StationState) -> StationView:
    return StationView(
        name=state.name,
        operator=state.operator,
        view=state.view,
        last_seen=state.last_seen,
        pending=state.pending,
        clock_offset_s=state.clock_offset_s,
        revoked=state.revoked,
    )

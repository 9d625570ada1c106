"""What supervisors do by request: settle exceptions, count, release, hold, cancel, take away, free."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.central import (
    allocating,
    catalogue,
    documents,
    inbox,
    intake,
    interventions,
    jobs,
    labels,
    ledger,
    lending,
    orders,
    parcels,
    schema,
    stations,
    totes,
)
from app.central.booking import bring_up_to_date
from app.central.documents import DocumentKind, StockRow
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.exceptions import ExceptionKind, Fix, WarehouseException
from app.model.known import StationState
from app.model.orders import OrderStatus, ShortPolicy
from app.model.stock import Account, Movement, bin_place
from app.model.wire import Answer

_LISTED = 300
_COUNTABLE = (ExceptionKind.SHORT_PICK, ExceptionKind.WRONG_STOCK, ExceptionKind.BLOCKED_LOCATION)
_DONE = (
    OrderStatus.SHIPPED.value,
    OrderStatus.IN_TRANSIT.value,
    OrderStatus.DELIVERED.value,
    OrderStatus.CANCELLED.value,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and at which station."""

    operator: str
    station: str


@dataclass(frozen=True, slots=True)
class Details:
    """What goes with a fix: why, and what it may need beside its exception."""

    reason: str = ""
    quantity: int | None = None
    sku: str = ""
    location: str = ""


# --- the inbox -----------------------------------------------------------------------------------------------


def take(tx: Tx, person: Person, entry: str, version: int) -> WarehouseException:
    """Make an exception one's own.

    Raises:
        ApiError: 404 ``exception.unknown``; 409 ``exception.lost_race`` naming who has it.
    """
    _find(tx, entry)
    try:
        return inbox.take(tx, entry, person.operator, version)
    except inbox.LostRaceError as error:
        raise _lost(tx, error) from error


def resolve(
    tx: Tx, person: Person, entry: str, version: int, fix: Fix, details: Details
) -> WarehouseException:
    """Do what a fix says and close the exception, both or neither.

    Raises:
        ApiError: 404 ``exception.unknown``; 422 ``exception.wrong_fix`` or what the fix still needs; 409
            ``exception.lost_race`` naming who was first, or why the fix cannot be done.
    """
    found = _find(tx, entry)
    if fix not in found.fixes:
        proposed = ", ".join(each.value for each in found.fixes)
        raise ApiError(422, "exception.wrong_fix", fix=fix.value, wanted=proposed)
    if found.owner not in {"", person.operator}:
        raise ApiError(409, "exception.lost_race", owner=_name(tx, found.owner), state=found.state.value)
    try:
        done = inbox.resolve(tx, entry, person.operator, version, fix.value, details.reason)
    except inbox.LostRaceError as error:
        raise _lost(tx, error) from error
    _FIXES[fix](tx, person, found, details)
    interventions.note(tx, person.operator, person.station, f"fix_{fix.value}", entry, details.reason)
    return done


def _find(tx: Tx, entry: str) -> WarehouseException:
    try:
        return inbox.find(tx, entry)
    except LookupError:
        raise ApiError(404, "exception.unknown", exception=entry) from None


def _lost(tx: Tx, error: inbox.LostRaceError) -> ApiError:
    return ApiError(409, error.code, owner=_name(tx, error.owner) or "-", state=error.state)


def _name(tx: Tx, operator: str) -> str:
    table = schema.operator
    name = tx.conn.execute(
        select(table.c.name).where(table.c.site == tx.site, table.c.id == operator)
    ).scalar_one_or_none()
    return str(name or operator)


# --- fixes ---------------------------------------------------------------------------------------------------


def _done(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    """A person dealt with it outside the program."""


def _recheck(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    number = _order_of(entry)
    if entry.kind is ExceptionKind.ORDER_HELD:
        if not intake.recheck(tx, number):
            raise ApiError(409, "order.still_held", order=number)
        allocating.allocate(tx, (number,))
    elif number not in allocating.allocate(tx, (number,)) and _lacks(tx, number):
        raise ApiError(409, "order.still_no_stock", order=number)
    bring_up_to_date(tx, number)


def _count(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    if details.quantity is None:
        raise ApiError(422, "fix.quantity_needed")
    location, sku, lot = _stock_of(entry)
    count(tx, person, location, sku, lot, details.quantity)


def _unblock(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    ledger.unblock(tx, *_stock_of(entry))
    jobs.schedule(tx, jobs.ALLOCATE)


def _put_back(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    for number in parcels.put_back(tx, entry.subject, person.operator, details.location):
        bring_up_to_date(tx, number)
    jobs.schedule(tx, jobs.ALLOCATE)


def _cancel(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    cancel(tx, person, _order_of(entry))


def _ship_part(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    number = _order_of(entry)
    wanted = schema.sales_order
    tx.conn.execute(
        update(wanted)
        .where(wanted.c.site == tx.site, wanted.c.number == number)
        .values(policy=ShortPolicy.SHIP_PART.value)
    )
    allocating.allocate(tx, (number,))
    if not any(each.allocated or each.picked for each in orders.view(tx, number).lines):
        raise ApiError(409, "order.nothing_to_ship", order=number)
    orders.drop_rest(tx, number)
    inbox.settle(tx, ExceptionKind.NO_STOCK, "order", number, Fix.SHIP_PART.value)
    inbox.settle(tx, ExceptionKind.HOSPITAL, "order", number, Fix.SHIP_PART.value)
    bring_up_to_date(tx, number)


def _release(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    release(tx, person, _order_of(entry))


def _take_away(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    lending.take_away(tx, entry.subject)


def _retry_label(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    labels.retry(tx, entry.subject)


def _write_off(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    """Bring what is unexplained of an item and lot to nothing; damaged units were written off when they were found."""
    if entry.kind is not ExceptionKind.UNEXPLAINED:
        return
    params = dict(entry.params)
    sku, lot = params["sku"], params["lot"]
    unexplained, count_ = Account.UNEXPLAINED.value, Account.COUNT.value
    keys = [(unexplained, sku, lot), (count_, sku, lot)]
    balance = ledger.lock(tx, keys)[unexplained, sku, lot].on_hand
    if balance:
        source, target = (unexplained, count_) if balance > 0 else (count_, unexplained)
        ledger.move(
            tx, Movement(sku, lot, source, target, abs(balance), f"write-off:{entry.id}"), person.operator
        )


def _link_barcode(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    if not details.sku:
        raise ApiError(422, "fix.sku_needed")
    catalogue.link_barcode(tx, entry.subject, details.sku)


_FIXES: dict[Fix, Callable[[Tx, Person, WarehouseException, Details], None]] = {
    Fix.DONE: _done,
    Fix.RECHECK: _recheck,
    Fix.COUNT: _count,
    Fix.UNBLOCK: _unblock,
    Fix.PUT_BACK: _put_back,
    Fix.CANCEL_ORDER: _cancel,
    Fix.SHIP_PART: _ship_part,
    Fix.RELEASE: _release,
    Fix.TAKE_AWAY: _take_away,
    Fix.RETRY_LABEL: _retry_label,
    Fix.WRITE_OFF: _write_off,
    Fix.LINK_BARCODE: _link_barcode,
}


def _order_of(entry: WarehouseException) -> str:
    return entry.subject if entry.subject_kind == "order" else dict(entry.params).get("order", "")


def _stock_of(entry: WarehouseException) -> tuple[str, str, str]:
    """Location, SKU and lot that an exception speaks of."""
    params = dict(entry.params)
    location = params.get("location") or (params.get("place", "") if entry.subject_kind == "location" else "")
    if not location or "sku" not in params:
        raise ApiError(422, "fix.no_location", kind=entry.subject_kind, subject=entry.subject)
    return location, params["sku"], params.get("lot", "")


def _lacks(tx: Tx, number: str) -> bool:
    return any(line.open for line in orders.view(tx, number).lines)


# --- orders, stock, tours, totes -----------------------------------------------------------------------------


def hold(tx: Tx, person: Person, number: str, reason: str = "") -> None:
    """Hold an order: it is neither picked nor packed until it is released."""
    intake.hold(tx, number, person.operator)
    parcels.publish_job(tx, number)
    interventions.note(tx, person.operator, person.station, "hold", number, reason)


def release(tx: Tx, person: Person, number: str, reason: str = "") -> None:
    """Let go of a supervisor's hold."""
    intake.release(tx, number, person.operator)
    allocating.allocate(tx, (number,))
    bring_up_to_date(tx, number)
    interventions.note(tx, person.operator, person.station, "release", number, reason)


def cancel(tx: Tx, person: Person, number: str, reason: str = "") -> intake.CancelResult:
    """Cancel an order."""
    result = intake.cancel(tx, number, person.operator)
    jobs.schedule(tx, jobs.ALLOCATE)
    interventions.note(tx, person.operator, person.station, "cancel", number, reason)
    return result


def count(tx: Tx, person: Person, location: str, sku: str, lot: str, quantity: int) -> int:
    """Book what was counted at a location just now; orders whose units are not there are bound anew.

    Gives the number of units that orders lost by it.

    Raises:
        ApiError: 422 with what is wrong with location, SKU, lot or quantity.
    """
    reference = f"count:{tx.new_id()}"
    row = StockRow(reference, DocumentKind.COUNT, tx.now, location, sku, lot, None, quantity)
    displaced = documents.post(tx, row, person.operator).displaced
    lending.take_out(tx, [(each.task, each.quantity) for each in displaced])
    tours: dict[str, set[str]] = defaultdict(set)
    for each in displaced:
        tours[each.tour].add(each.order)
    allocating.allocate(tx, sorted({each.order for each in displaced}))
    for tour, numbers in sorted(tours.items()):
        if tour:
            lending.add_tasks(tx, tour, numbers)
    for number in sorted({each.order for each in displaced}):
        bring_up_to_date(tx, number)
    for kind in _COUNTABLE:
        inbox.settle(tx, kind, "location", f"{location} {sku}", Fix.COUNT.value)
    jobs.schedule(tx, jobs.ALLOCATE)
    interventions.note(
        tx, person.operator, person.station, "count", f"{location} {sku}", f"{lot} {quantity}".strip()
    )
    return sum(each.quantity for each in displaced)


def link(tx: Tx, person: Person, code: str, sku: str, quantity: int) -> None:
    """Link an unknown barcode to an item."""
    catalogue.link_barcode(tx, code, sku, quantity)
    inbox.settle(tx, ExceptionKind.UNKNOWN_BARCODE, "barcode", code, Fix.LINK_BARCODE.value)
    interventions.note(tx, person.operator, person.station, "link_barcode", code, sku)


def take_away(tx: Tx, person: Person, tour: str, reason: str) -> None:
    """Take a tour from its holder."""
    lending.take_away(tx, tour)
    interventions.note(tx, person.operator, person.station, "take_away", tour, reason)


def free_tote(tx: Tx, person: Person, code: str, reason: str) -> None:
    """Say that a tote is empty and free.

    Raises:
        ApiError: 404 ``tote.unknown``; 409 ``tote.not_empty`` or ``tote.on_tour``.
    """
    use = totes.find(tx, code)
    if use is None:
        raise ApiError(404, "tote.unknown", tote=code)
    inside = totes.contents(tx, tote=code)
    if inside:
        raise ApiError(409, "tote.not_empty", tote=code, order=inside[0].order_number)
    tour = lending.find(tx, use.tour) if use.tour else None
    if tour is not None and tour.status in lending.ACTIVE and not use.place:
        raise ApiError(409, "tote.on_tour", tote=code, tour=use.tour, station=tour.station)
    totes.free(tx, code)
    if use.order_number:
        bring_up_to_date(tx, use.order_number)
    interventions.note(tx, person.operator, person.station, "free_tote", code, reason)


# --- what there is to see ------------------------------------------------------------------------------------


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
            select(func.count()).where(stuck.c.site == tx.site, stuck.c.state != "resolved")
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
            .where(wanted.c.site == tx.site, wanted.c.status.not_in(_DONE))
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

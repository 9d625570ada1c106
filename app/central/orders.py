"""Orders as they stand: the status that follows from what is really there, and what the shop sees of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.central import schema, store
from app.central.store import SHOP, Tx
from app.model.orders import OrderStatus, ShortPolicy
from app.model.parcels import ParcelStatus
from app.model.wire import Answer

GONE = frozenset({ParcelStatus.MANIFESTED, ParcelStatus.IN_TRANSIT, ParcelStatus.DELIVERED})
"""A parcel that left: its order can be neither held nor cancelled any more."""


class LotView(Answer):
    """Units of one lot."""

    lot: str
    quantity: int


class LineView(Answer):
    """How far one line is. ``open`` units are neither bound nor picked nor given up."""

    number: int
    sku: str
    ordered: int
    allocated: int
    picked: int
    packed: int
    shipped: int
    dropped: int
    open: int
    lots: list[LotView]


class PackedView(Answer):
    """Units in a parcel."""

    line: int
    sku: str
    lot: str
    serial: str
    quantity: int


class ParcelView(Answer):
    """One parcel of an order."""

    number: int
    status: ParcelStatus
    carrier: str
    service: str
    sscc: str
    tracking: str
    weight_g: int | None
    milestone: str | None
    milestone_at: datetime | None
    contents: list[PackedView]


class ReasonView(Answer):
    """A coded reason; the words are in the catalogue."""

    code: str
    params: dict[str, str]


class OrderView(Answer):
    """``GET /v1/orders/{number}``: where an order stands. ``version`` rises whenever any of it changes."""

    number: str
    version: int
    status: OrderStatus
    priority: int
    ship_by: datetime
    service: str
    policy: ShortPolicy
    held_by: str
    holds: list[ReasonView]
    lines: list[LineView]
    parcels: list[ParcelView]


@dataclass(slots=True)
class _Facts:
    """All that is there of one order."""

    row: Any
    lines: list[Any] = field(default_factory=list)
    bound: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    in_totes: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    totes_on_the_way: bool = False
    touring: bool = False
    parcels: list[Any] = field(default_factory=list)
    units: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))


def refresh(tx: Tx, number: str) -> OrderStatus:
    """Recompute an order's status from its lines, reservations, tours, totes and parcels; publish what changed.

    Call it after every change to one of these, when the stock rows are booked already.

    Raises:
        LookupError: no such order.
    """
    found = refresh_all(tx, (number,))
    if number not in found:
        raise LookupError(number)
    return found[number]


def refresh_all(tx: Tx, numbers: Iterable[str]) -> dict[str, OrderStatus]:
    """The same for many orders with few statements; unknown numbers are passed over."""
    known = _gather(tx, lock(tx, numbers))
    shown = _shown(tx, list(known))
    statuses: dict[str, OrderStatus] = {}
    for number, facts in known.items():
        status = statuses[number] = _status(facts)
        seen = _view(facts, status).model_dump(mode="json")
        before = shown.get(number)
        if before is not None and {**before, "version": 0} == {**seen, "version": 0}:
            continue
        seen["version"] = facts.row.version + (before is not None)
        table = schema.sales_order
        tx.conn.execute(
            update(table)
            .where(table.c.site == tx.site, table.c.number == number)
            .values(status=status.value, version=seen["version"])
        )
        tx.publish("order", number, seen, audience=SHOP)
    return statuses


def view(tx: Tx, number: str) -> OrderView:
    """What the shop sees of an order.

    Raises:
        LookupError: no such order.
    """
    found = views(tx, (number,))
    if not found:
        raise LookupError(number)
    return found[0]


def views(tx: Tx, numbers: Sequence[str]) -> list[OrderView]:
    """The same for many orders, by number; unknown numbers are passed over."""
    table = schema.sales_order
    rows = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.number.in_(numbers)).order_by(table.c.number)
    )
    return [_view(facts, _status(facts)) for facts in _gather(tx, list(rows)).values()]


def lock(tx: Tx, numbers: Iterable[str]) -> list[Any]:
    """Lock rows of orders in order of their numbers. Rows of stock are locked before."""
    wanted = sorted(set(numbers))
    if not wanted:
        return []
    table = schema.sales_order
    return store.lock_rows(
        tx.conn, table, [(tx.site, number) for number in wanted], table.c.site, table.c.number
    )


def policy(tx: Tx, number: str) -> ShortPolicy | None:
    """What an order wants done when something is short; nothing for an unknown order."""
    table = schema.sales_order
    said = tx.conn.execute(
        select(table.c.policy).where(table.c.site == tx.site, table.c.number == number)
    ).scalar_one_or_none()
    return None if said is None else ShortPolicy(said)


def take_up(tx: Tx, number: str, line: int, quantity: int) -> None:
    """Want up to ``quantity`` units of a line again that had been given up."""
    table = schema.order_line
    this = (table.c.site == tx.site, table.c.order_number == number, table.c.line == line)
    dropped = tx.conn.execute(select(table.c.dropped).where(*this)).scalar_one_or_none() or 0
    tx.conn.execute(update(table).where(*this).values(dropped=table.c.dropped - min(quantity, dropped)))


def drop_rest(tx: Tx, number: str, only: int | None = None) -> int:
    """Give up the units of an order that are neither picked nor bound, and say how many: it ships in part.

    With ``only``, those of that line alone.

    Raises:
        LookupError: no such order.
    """
    rows = lock(tx, (number,))
    if not rows:
        raise LookupError(number)
    facts = _gather(tx, rows)[number]
    dropped = 0
    table = schema.order_line
    for line in facts.lines:
        rest = _open(line, facts.bound[line.line])
        if rest and only in {None, line.line}:
            tx.conn.execute(
                update(table)
                .where(table.c.site == tx.site, table.c.order_number == number, table.c.line == line.line)
                .values(dropped=table.c.dropped + rest)
            )
            dropped += rest
    refresh(tx, number)
    return dropped


def _gather(tx: Tx, rows: Sequence[Any]) -> dict[str, _Facts]:
    known = {row.number: _Facts(row) for row in rows}
    if not known:
        return known
    numbers = list(known)

    def of(table: Any, *columns: Any) -> Any:
        return select(*columns).where(table.c.site == tx.site, table.c.order_number.in_(numbers))

    lines = schema.order_line
    for line in tx.conn.execute(of(lines, lines).order_by(lines.c.line)):
        known[line.order_number].lines.append(line)
    held = schema.reservation
    for order, number, units in tx.conn.execute(
        of(held, held.c.order_number, held.c.line, func.sum(held.c.quantity)).group_by(
            held.c.order_number, held.c.line
        )
    ):
        known[order].bound[number] = int(units)
    inside = schema.tote_content
    for order, number, lot, units in tx.conn.execute(
        of(inside, inside.c.order_number, inside.c.line, inside.c.lot, func.sum(inside.c.quantity)).group_by(
            inside.c.order_number, inside.c.line, inside.c.lot
        )
    ):
        known[order].in_totes[number, lot] = int(units)
    totes = schema.tote
    for order in tx.conn.execute(of(totes, totes.c.order_number).where(totes.c.place == "")).scalars():
        known[order].totes_on_the_way = True
    stops, tour = schema.tour_order, schema.tour
    for order in tx.conn.execute(
        of(stops, stops.c.order_number)
        .join(tour, (tour.c.site == stops.c.site) & (tour.c.id == stops.c.tour))
        .where(tour.c.status != "finished")
    ).scalars():
        known[order].touring = True
    parcels, units_of = schema.parcel, schema.parcel_unit
    for parcel in tx.conn.execute(
        of(parcels, parcels)
        .where(parcels.c.status != ParcelStatus.VOID.value)
        .order_by(parcels.c.number, parcels.c.id)
    ):
        known[parcel.order_number].parcels.append(parcel)
    for unit in tx.conn.execute(
        select(units_of, parcels.c.order_number)
        .join(parcels, (parcels.c.site == units_of.c.site) & (parcels.c.id == units_of.c.parcel))
        .where(
            parcels.c.site == tx.site,
            parcels.c.order_number.in_(numbers),
            parcels.c.status != ParcelStatus.VOID.value,
            units_of.c.quantity > 0,
        )
        .order_by(units_of.c.line, units_of.c.lot, units_of.c.serial)
    ):
        known[unit.order_number].units[unit.parcel].append(unit)
    return known


def _shown(tx: Tx, numbers: list[str]) -> dict[str, dict[str, Any]]:
    """What the shop was shown last."""
    table = schema.record
    rows = tx.conn.execute(
        select(table.c.key, table.c.value).where(
            table.c.site == tx.site,
            table.c.kind == "order",
            table.c.key.in_(numbers),
            table.c.audience == SHOP,
        )
    )
    shown = {row.key: row.value for row in rows if row.value is not None}
    for number in numbers:
        pending = tx.published.get(("order", number, SHOP))
        if pending is not None:
            shown[number] = pending
    return shown


def _open(line: Any, bound: int) -> int:
    return max(0, int(line.quantity) - int(line.dropped) - int(line.picked) - bound)


def _status(facts: _Facts) -> OrderStatus:
    """Where the order stands. What left the house is never taken back by what is still to follow."""
    row = facts.row
    if row.status == OrderStatus.CANCELLED.value:
        return OrderStatus.CANCELLED
    statuses = {ParcelStatus(parcel.status) for parcel in facts.parcels}
    if statuses & GONE:
        return _on_its_way(facts, statuses)
    if row.holds or row.held_by:
        return OrderStatus.HELD
    picked = sum(line.picked for line in facts.lines)
    packed = sum(line.packed for line in facts.lines)
    bound = sum(facts.bound.values())
    missing = sum(_open(line, facts.bound[line.line]) for line in facts.lines)
    if not picked and not bound and not missing and not statuses:
        return OrderStatus.CANCELLED if facts.lines else OrderStatus.HELD
    waits_whole = bool(missing) and not ShortPolicy(row.policy).ships_part
    on_the_floor = bool(bound) or facts.touring or facts.totes_on_the_way or waits_whole
    if statuses or packed:
        done = statuses == {ParcelStatus.CLOSED} and packed >= picked and not on_the_floor
        return OrderStatus.PACKED if done else OrderStatus.PACKING
    if picked:
        return OrderStatus.PICKING if on_the_floor else OrderStatus.PICKED
    if facts.touring:
        return OrderStatus.PICKING
    return OrderStatus.ALLOCATED if bound else OrderStatus.CONFIRMED


def _on_its_way(facts: _Facts, statuses: set[ParcelStatus]) -> OrderStatus:
    rest = any(_open(line, 0) or line.packed < line.picked for line in facts.lines)
    if statuses == {ParcelStatus.DELIVERED} and not rest:
        return OrderStatus.DELIVERED
    if statuses & {ParcelStatus.IN_TRANSIT, ParcelStatus.DELIVERED}:
        return OrderStatus.IN_TRANSIT
    return OrderStatus.SHIPPED


def _view(facts: _Facts, status: OrderStatus) -> OrderView:
    row = facts.row
    return OrderView(
        number=row.number,
        version=row.version,
        status=status,
        priority=row.priority,
        ship_by=row.ship_by,
        service=row.service,
        policy=ShortPolicy(row.policy),
        held_by=row.held_by or "",
        holds=[ReasonView(code=code, params=dict(params)) for code, params in row.holds],
        lines=[_line_view(facts, line) for line in facts.lines],
        parcels=[_parcel_view(facts, parcel) for parcel in facts.parcels],
    )


def _line_view(facts: _Facts, line: Any) -> LineView:
    shipped = 0
    lots: dict[str, int] = defaultdict(int)
    for (number, lot), units in facts.in_totes.items():
        if number == line.line:
            lots[lot] += units
    for parcel in facts.parcels:
        for unit in facts.units[parcel.id]:
            if unit.line == line.line:
                lots[unit.lot] += unit.quantity
                shipped += unit.quantity if ParcelStatus(parcel.status) in GONE else 0
    bound = facts.bound[line.line]
    cancelled = facts.row.status == OrderStatus.CANCELLED.value
    return LineView(
        number=line.line,
        sku=line.sku,
        ordered=line.quantity,
        allocated=bound,
        picked=line.picked,
        packed=line.packed,
        shipped=shipped,
        dropped=line.dropped,
        open=0 if cancelled else _open(line, bound),
        lots=[LotView(lot=lot, quantity=units) for lot, units in sorted(lots.items()) if lot and units],
    )


def _parcel_view(facts: _Facts, parcel: Any) -> ParcelView:
    return ParcelView(
        number=parcel.number,
        status=ParcelStatus(parcel.status),
        carrier=parcel.carrier,
        service=parcel.service,
        sscc=parcel.sscc,
        tracking=parcel.tracking,
        weight_g=parcel.weight_g,
        milestone=parcel.milestone,
        milestone_at=parcel.milestone_at,
        contents=[
            PackedView(line=unit.line, sku=unit.sku, lot=unit.lot, serial=unit.serial, quantity=unit.quantity)
            for unit in facts.units[parcel.id]
        ],
    )

"""Binding stock to waiting orders: rows locked in key order, planned purely, written in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, exists, func, select

from app.central import ground, inbox, ledger, orders, schema
from app.central.store import Store, Tx
from app.fulfilment.plans import allocation
from app.fulfilment.plans.allocation import Allocation, Demand
from app.model.exceptions import ExceptionKind
from app.model.floor import LocationKind
from app.model.orders import OrderStatus, ShortPolicy
from app.model.stock import Binding, StockRow, bin_place

BATCH = 64
"""Orders in one transaction: the best of what was measured between latency and throughput."""

_DONE = (OrderStatus.CANCELLED, OrderStatus.HELD, OrderStatus.DELIVERED)


def allocate(tx: Tx, numbers: Sequence[str] | None = None, limit: int = BATCH) -> tuple[str, ...]:
    """Bind stock to the open lines of the given orders, or of those that free stock can serve, most urgent first.

    Gives the numbers of the orders that changed; without ``numbers`` it ends when so many have. Held and cancelled
    orders are passed over.
    """
    if numbers is not None:
        return _allocate(tx, numbers)
    servable = list(tx.conn.execute(_servable(tx)).scalars())
    changed: tuple[str, ...] = ()
    for start in range(
        0, len(servable), limit
    ):  # orders that wait for more must not stand in the way of others
        changed += _allocate(tx, servable[start : start + limit])
        if len(changed) >= limit:
            break
    return changed


def substitute(tx: Tx, number: str) -> bool:
    """Bind what the customer takes instead for the lines of an order that lack units, the first named first.

    Whether anything was bound. Only for lines that name substitutes; nothing else is ever put in their place.
    """
    table = schema.order_line
    rows = tx.conn.execute(
        select(table.c.line, table.c.substitutes).where(
            table.c.site == tx.site, table.c.order_number == number
        )
    )
    named = {row.line: tuple(row.substitutes) for row in rows if row.substitutes}
    found = False
    for place in range(max(map(len, named.values()), default=0)):
        turn = {line: skus[place] for line, skus in named.items() if place < len(skus)}
        stock = _stock(tx, sorted(set(turn.values())))
        for demand in _demands(tx, (number,)):
            lines = tuple((line, turn[line], units) for line, _, units in demand.lines if line in turn)
            if not lines:
                continue
            wanted = replace(demand, lines=lines, policy=ShortPolicy.SHIP_PART)
            found |= bool(_write(tx, allocation.allocate((wanted,), stock, tx.now.date())))
    return found


def run(store: Store, site: str) -> tuple[str, ...]:
    """Go through all waiting orders, most urgent first, in transactions of 64; the numbers of those that changed."""
    waiting: list[str] = store.read(site, lambda tx: list(tx.conn.execute(_waiting(tx)).scalars()))
    changed: list[str] = []
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        changed += store.write(site, lambda tx, batch=batch: allocate(tx, batch))  # type: ignore[misc]
    return tuple(changed)


def _allocate(tx: Tx, numbers: Sequence[str]) -> tuple[str, ...]:
    if not numbers:
        return ()
    rows = _stock(tx, _skus(tx, numbers))
    demands = _demands(tx, numbers)
    plan = allocation.allocate(demands, rows, tx.now.date())
    changed = _write(tx, plan)
    orders.refresh_all(tx, changed)
    _tell_what_is_missing(tx, [demand.order for demand in demands], plan)
    return changed


# --- what waits ----------------------------------------------------------------------------------------------


def _waiting(tx: Tx) -> Select[Any]:
    """Numbers of orders with open units, most urgent first."""
    wanted, line, bound = schema.sales_order, schema.order_line, _bound(tx)
    return (
        select(wanted.c.number)
        .where(
            wanted.c.site == tx.site,
            wanted.c.status.in_([status.value for status in OrderStatus if status not in _DONE]),
            exists()
            .where(line.c.site == wanted.c.site, line.c.order_number == wanted.c.number)
            .where(line.c.quantity - line.c.dropped - line.c.picked > bound),
        )
        .order_by(wanted.c.priority, wanted.c.ship_by, wanted.c.number)
    )


def _servable(tx: Tx) -> Select[Any]:
    """Those of them for which some free unit lies in a location that can be picked."""
    wanted, line, stock = schema.sales_order, schema.order_line, schema.stock
    return _waiting(tx).where(
        exists()
        .where(line.c.site == wanted.c.site, line.c.order_number == wanted.c.number)
        .where(stock.c.site == line.c.site, stock.c.sku == line.c.sku)
        .where(stock.c.on_hand > stock.c.reserved, stock.c.blocked.is_(False), stock.c.account.is_(False))
        .where(stock.c.place.startswith(bin_place(""), autoescape=True))
        .where(line.c.quantity - line.c.dropped - line.c.picked > _bound(tx))
    )


def _bound(tx: Tx) -> Any:
    """The units reserved for a line, as part of a larger statement."""
    line, held = schema.order_line, schema.reservation
    return (
        select(func.coalesce(func.sum(held.c.quantity), 0))
        .where(
            held.c.site == line.c.site, held.c.order_number == line.c.order_number, held.c.line == line.c.line
        )
        .scalar_subquery()
    )


def _skus(tx: Tx, numbers: Sequence[str]) -> list[str]:
    line = schema.order_line
    return list(
        tx.conn.execute(
            select(line.c.sku)
            .distinct()
            .where(line.c.site == tx.site, line.c.order_number.in_(numbers))
            .order_by(line.c.sku)
        ).scalars()
    )


def _stock(tx: Tx, skus: Sequence[str]) -> list[StockRow]:
    """Lock all rows of these SKUs that can be picked from and got to, in key order, and read them."""
    closed = ground.of_site(tx).closed
    stock, place, lot = schema.stock, schema.location, schema.lot
    keys = tx.conn.execute(
        select(stock.c.place, stock.c.sku, stock.c.lot, place.c.code, place.c.kind, lot.c.expires)
        .join(place, and_(place.c.site == stock.c.site, stock.c.place == bin_place("") + place.c.code))
        .join(
            lot,
            and_(lot.c.site == stock.c.site, lot.c.sku == stock.c.sku, lot.c.lot == stock.c.lot),
            isouter=True,
        )
        .where(
            stock.c.site == tx.site,
            stock.c.sku.in_(skus),
            stock.c.on_hand > 0,
            place.c.pickable.is_(True),
            place.c.kind.in_([LocationKind.PICK_FACE.value, LocationKind.RESERVE.value]),
        )
    )
    found = {(row.place, row.sku, row.lot): row for row in keys if row.code not in closed}
    balances = ledger.lock(tx, found)
    return [
        StockRow(
            location=row.code,
            sku=row.sku,
            lot=row.lot,
            expires=row.expires,
            on_hand=balances[key].on_hand,
            reserved=balances[key].reserved,
            zone_rank=0 if row.kind == LocationKind.PICK_FACE.value else 1,
            blocked=balances[key].blocked,
        )
        for key, row in found.items()
    ]


def _demands(tx: Tx, numbers: Sequence[str]) -> list[Demand]:
    """What is open now, read under the locks of the stock and of the orders: two writers never bind it twice."""
    line = schema.order_line
    allowed = {
        row.number: row for row in orders.lock(tx, numbers) if row.status not in {s.value for s in _DONE}
    }
    bound = _bound(tx)
    open_lines: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for row in tx.conn.execute(
        select(
            line.c.order_number,
            line.c.line,
            line.c.sku,
            (line.c.quantity - line.c.dropped - line.c.picked - bound).label("open"),
        ).where(line.c.site == tx.site, line.c.order_number.in_(list(allowed)))
    ):
        if row.open > 0:
            open_lines[row.order_number].append((row.line, row.sku, int(row.open)))
    return [
        Demand(
            number,
            row.priority,
            row.ship_by,
            ShortPolicy(row.policy),
            tuple(sorted(open_lines[number])),
            row.min_shelf_life_days,
        )
        for number, row in allowed.items()
        if number in open_lines
    ]


# --- what follows --------------------------------------------------------------------------------------------


def _write(tx: Tx, plan: Allocation) -> tuple[str, ...]:
    why = {
        (each.order, each.line): [
            [reason.code, [list(pair) for pair in reason.params]] for reason in each.reasons
        ]
        for each in plan.explanations
    }
    change: dict[ledger.Key, int] = defaultdict(int)
    for binding in plan.bindings:
        change[bin_place(binding.location), binding.sku, binding.lot] += binding.quantity
    ledger.apply(tx, {key: (0, units) for key, units in change.items()})
    ledger.bind(tx, [_reservation(tx, binding, why) for binding in plan.bindings])
    return tuple(dict.fromkeys(binding.order for binding in plan.bindings))


def _reservation(tx: Tx, binding: Binding, why: Mapping[tuple[str, int], Any]) -> dict[str, Any]:
    return {
        "id": tx.new_id(),
        "order_number": binding.order,
        "line": binding.line,
        "location": binding.location,
        "sku": binding.sku,
        "lot": binding.lot,
        "quantity": binding.quantity,
        "tour": "",
        "why": why.get((binding.order, binding.line), []),
    }


def _told_with_a_short(tx: Tx) -> set[tuple[str, str]]:
    """Orders and the SKU that an entry about a shelf names for them: one entry is enough, and its fix serves them."""
    table = schema.exception
    kinds = (
        ExceptionKind.SHORT_PICK,
        ExceptionKind.WRONG_STOCK,
        ExceptionKind.BLOCKED_LOCATION,
        ExceptionKind.DAMAGED,
    )
    rows = tx.conn.execute(
        select(table.c.params).where(
            table.c.site == tx.site,
            table.c.kind.in_([kind.value for kind in kinds]),
            table.c.state.in_(inbox.WAITING),
        )
    ).scalars()
    shorts = [dict(params) for params in rows]
    return {(number, short["sku"]) for short in shorts for number in short.get("orders", "").split(", ")}


def _tell_what_is_missing(tx: Tx, considered: Sequence[str], plan: Allocation) -> None:
    """One entry in the inbox for each order that cannot go on, and none for those that can.

    An order that ships in part goes on as long as any unit of it is bound or picked.
    """
    told = _told_with_a_short(tx) if plan.shortfalls else set[tuple[str, str]]()
    short = {each.order: each for each in reversed(plan.shortfalls) if (each.order, each.sku) not in told}
    partly = {
        seen.number
        for seen in (orders.views(tx, list(short)) if short else ())
        if seen.policy.ships_part and any(line.allocated or line.picked for line in seen.lines)
    }
    stuck = {number: short[number] for number in short if number not in partly}
    table = schema.exception
    open_now = set(
        tx.conn.execute(
            select(table.c.subject).where(
                table.c.site == tx.site,
                table.c.kind == ExceptionKind.NO_STOCK.value,
                table.c.subject_kind == "order",
                table.c.subject.in_(list(considered)),
                table.c.state.in_(inbox.WAITING),
            )
        ).scalars()
    )
    for number in considered:
        if number in stuck and number not in open_now:
            lack = stuck[number]
            params = (("order", number), ("line", lack.line), ("sku", lack.sku), ("missing", lack.missing))
            inbox.open_exception(tx, ExceptionKind.NO_STOCK, "order", number, "order.no_stock", params)
        elif number in open_now and number not in stuck:
            inbox.settle(tx, ExceptionKind.NO_STOCK, "order", number, "bound")

"""The stock ledger: movements, the balances that follow from them, and the units bound to order lines.

Two rules keep it true with any number of writers. A reservation is made, changed or ended only while the row of
``stock`` that it is bound to is locked. Rows of stock are locked in key order and before rows of orders; the head of
the site comes last. A caller that does several things in one transaction may still meet a deadlock: the store tries
again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, text, update

from app.central import inbox, schema, store
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.exceptions import ExceptionKind
from app.model.stock import Account, Movement, bin_place, is_account

Key = tuple[str, str, str]
"""Place, SKU and lot."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A locked row of stock."""

    on_hand: int
    reserved: int
    blocked: bool

    @property
    def free(self) -> int:
        """Units that nobody was promised, blocked or not: what a hand can take without a promise broken."""
        return max(0, self.on_hand - self.reserved)


@dataclass(frozen=True, slots=True)
class Taken:
    """Where the books took the units of a pick from.

    ``released`` are reservations of the same line elsewhere that this pick made needless: task id and units.
    """

    own: int
    free: int
    unexplained: int
    released: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Displaced:
    """Units of an order line that lost their binding and must be bound anew. ``task`` is the reservation's id."""

    order: str
    line: int
    task: str
    tour: str
    location: str
    quantity: int


# --- movements -----------------------------------------------------------------------------------------------


def move(tx: Tx, movement: Movement, operator: str = "") -> None:
    """Book one movement and both balances. Accounts may go negative, places may not.

    Raises:
        ApiError: 409 ``stock.not_covered`` when the source holds fewer free units.
    """
    move_all(tx, (movement,), operator)


def move_all(tx: Tx, movements: Sequence[Movement], operator: str = "", at: datetime | None = None) -> None:
    """Book many movements with few statements. ``at`` is when they happened, if that is not now.

    Raises:
        ApiError: 409 ``stock.not_covered`` when a source holds fewer free units.
    """
    if not movements:
        return
    change: dict[Key, int] = defaultdict(int)
    for each in movements:
        change[each.source, each.sku, each.lot] -= each.quantity
        change[each.target, each.sku, each.lot] += each.quantity
    balances = lock(tx, change)
    for key, units in change.items():
        if not is_account(key[0]) and units < -balances[key].free:
            raise ApiError(
                409,
                "stock.not_covered",
                place=key[0],
                sku=key[1],
                lot=key[2],
                free=balances[key].free,
                wanted=-units,
            )
    _record(tx, movements, operator, at)
    apply(tx, {key: (units, 0) for key, units in change.items()})


def book(tx: Tx, movement: Movement, operator: str = "") -> int:
    """Book a movement that happened, whatever the books say, and give the units that they cannot explain.

    What the source does not hold free comes from ``Account.UNEXPLAINED``, and an exception says so. For units that
    lie promised in a bin use ``take``.
    """
    here: Key = (movement.source, movement.sku, movement.lot)
    covered = movement.quantity
    if not is_account(movement.source):
        balances = lock(tx, (here, (movement.target, movement.sku, movement.lot)))
        covered = min(covered, balances[here].free)
    unexplained = movement.quantity - covered
    move_all(tx, _split(movement, covered, unexplained), operator)
    if unexplained:
        _open_unexplained(tx, movement.source, movement.sku, movement.lot, unexplained, movement.reference)
    return unexplained


def take(  # noqa: PLR0913 - a pick has that many parts, all named
    tx: Tx,
    *,
    order: str,
    line: int,
    sku: str,
    lot: str,
    location: str,
    quantity: int,
    target: str,
    reference: str,
    operator: str,
    task: str = "",
) -> Taken:
    """Book a pick that happened: units went from a bin to ``target`` (a tote's place, or an account). Never refused.

    They are taken from the line's own reservations there (``task`` first), then from free stock, then from
    ``Account.UNEXPLAINED``, and an exception says so. What did not come from its own reservations makes as many
    reserved units of the line elsewhere needless: they are released. The caller raises ``order_line.picked`` and
    calls ``orders.refresh``.
    """
    here: Key = (bin_place(location), sku, lot)
    there: Key = (target, sku, lot)
    bound = reservations(tx, order=order, line=line)
    balances = lock(tx, {here, there, *(_key(row) for row in bound)})
    bound = [row for row in reservations(tx, order=order, line=line) if _key(row) in balances]
    own_rows = sorted((row for row in bound if _key(row) == here), key=lambda row: (row.id != task, row.id))
    other_rows = sorted(
        (row for row in bound if _key(row) != here),
        key=lambda row: (row.id != task, row.location != location, row.id),
    )
    own_cuts = _cut(own_rows, quantity)
    own = sum(cut for _, cut in own_cuts)
    free = min(quantity - own, balances[here].free)
    unexplained = quantity - own - free
    elsewhere = _cut(other_rows, quantity - own)
    _shrink(tx, [*own_cuts, *elsewhere])
    movement = Movement(sku, lot, here[0], target, quantity, reference)
    if unexplained:
        lock(tx, [(Account.UNEXPLAINED.value, sku, lot)])
    _record(tx, _split(movement, own + free, unexplained), operator, None)
    change: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    change[here][0] -= own + free
    change[here][1] -= own
    change[there][0] += quantity
    if unexplained:
        change[Account.UNEXPLAINED.value, sku, lot][0] -= unexplained
    for row, cut in elsewhere:
        change[_key(row)][1] -= cut
    apply(tx, {key: (units, promised) for key, (units, promised) in change.items()})
    if unexplained:
        _open_unexplained(tx, here[0], sku, lot, unexplained, order)
    return Taken(own, free, unexplained, tuple((row.id, cut) for row, cut in elsewhere))


def make_room(  # noqa: PLR0917 - a row of stock, the units, and whose they are now
    tx: Tx, location: str, sku: str, lot: str, quantity: int, order: str, line: int
) -> tuple[Displaced, ...]:
    """Free units of a lot that was taken instead of the planned one: others were promised them, and get them no more.

    They are given back so that the caller allocates those orders anew. What is missing altogether stays missing.
    """
    key: Key = (bin_place(location), sku, lot)
    balance = lock(tx, [key])[key]
    own = sum(
        row.quantity for row in reservations(tx, order=order, line=line, location=location, sku=sku, lot=lot)
    )
    lacking = min(quantity, balance.on_hand) - own - balance.free
    return _displace(tx, location, sku, lot, lacking, but=order)


def put_back(  # noqa: PLR0913 - so has its undoing
    tx: Tx,
    *,
    sku: str,
    lot: str,
    source: str,
    location: str,
    quantity: int,
    reference: str,
    operator: str,
    rebind: tuple[str, int] | None,
    task: str = "",
    tour: str = "",
) -> None:
    """Book units that lie in their bin again, as after an undone pick. Never refused.

    ``rebind`` is the order and line for which they are reserved again, under the id ``task`` on ``tour`` (a new id
    when empty). The caller lowers ``order_line.picked`` and calls ``orders.refresh``.
    """
    here: Key = (bin_place(location), sku, lot)
    lock(tx, [here, (source, sku, lot)])
    book(tx, Movement(sku, lot, source, here[0], quantity, reference), operator)
    if rebind is None:
        return
    order, line = rebind
    _bind_at(
        tx,
        order=order,
        line=line,
        sku=sku,
        lot=lot,
        location=location,
        quantity=quantity,
        task=task,
        tour=tour,
    )


def bind_again(
    tx: Tx,
    *,
    order: str,
    line: int,
    sku: str,
    lot: str,
    location: str,
    quantity: int,
    task: str,
    tour: str,
) -> tuple[tuple[str, int], ...]:
    """Reserve units again that were let go because they seemed to be missing, as far as they are free.

    What was bound elsewhere in their place is let go, substitutes first: task id and units of each. The caller
    calls ``orders.refresh``.
    """
    here: Key = (bin_place(location), sku, lot)
    bound = reservations(tx, order=order, line=line)
    balances = lock(tx, {here, *(_key(row) for row in bound)})
    others = [
        row for row in reservations(tx, order=order, line=line) if row.id != task and _key(row) in balances
    ]
    units = min(quantity, balances[here].free)
    elsewhere = _cut(
        sorted(others, key=lambda row: (row.sku == sku, row.id)), max(0, units - _wanted(tx, order, line))
    )
    units = min(units, _wanted(tx, order, line) + sum(cut for _, cut in elsewhere))
    _release(tx, elsewhere)
    if units > 0:
        _bind_at(
            tx,
            order=order,
            line=line,
            sku=sku,
            lot=lot,
            location=location,
            quantity=units,
            task=task,
            tour=tour,
        )
    return tuple((row.id, cut) for row, cut in elsewhere)


def _wanted(tx: Tx, order: str, line: int) -> int:
    """Units of a line that are neither picked, nor bound, nor given up."""
    table = schema.order_line
    row = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.order_number == order, table.c.line == line)
    ).one_or_none()
    if row is None:
        return 0
    bound = sum(each.quantity for each in reservations(tx, order=order, line=line))
    return int(max(0, row.quantity - row.dropped - row.picked - bound))


def _bind_at(
    tx: Tx,
    *,
    order: str,
    line: int,
    sku: str,
    lot: str,
    location: str,
    quantity: int,
    task: str,
    tour: str,
) -> None:
    """Reserve units of a locked row for a line, under the id ``task`` where that is still to be had."""
    here: Key = (bin_place(location), sku, lot)
    table = schema.reservation
    again = tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site,
            table.c.id == task,
            table.c.location == location,
            table.c.lot == lot,
            table.c.sku == sku,
        )
        .values(quantity=table.c.quantity + quantity)
    ).rowcount
    if not again:
        taken = (
            task
            and tx.conn.execute(
                select(table.c.id).where(table.c.site == tx.site, table.c.id == task)
            ).scalar_one_or_none()
        )
        bind(
            tx,
            [
                {
                    "id": tx.new_id() if taken or not task else task,
                    "order_number": order,
                    "line": line,
                    "location": location,
                    "sku": sku,
                    "lot": lot,
                    "quantity": quantity,
                    "tour": tour,
                    "why": [["allocate.put_back", [["location", location]]]],
                }
            ],
        )
    apply(tx, {here: (0, quantity)})


# --- reservations --------------------------------------------------------------------------------------------


def reservations(
    tx: Tx,
    *,
    order: str | None = None,
    line: int | None = None,
    location: str | None = None,
    sku: str | None = None,
    lot: str | None = None,
) -> list[Any]:
    """The rows of ``reservation`` that match what is given, by id."""
    table = schema.reservation
    given = (
        (table.c.order_number, order),
        (table.c.line, line),
        (table.c.location, location),
        (table.c.sku, sku),
        (table.c.lot, lot),
    )
    matching: list[ColumnElement[bool]] = [column == value for column, value in given if value is not None]
    return list(tx.conn.execute(select(table).where(table.c.site == tx.site, *matching).order_by(table.c.id)))


def bind(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert reservations. The caller holds the rows of stock and raises ``reserved`` by ``apply``."""
    if rows:
        tx.conn.execute(schema.reservation.insert(), [{"site": tx.site, **row} for row in rows])


def release(
    tx: Tx,
    order: str,
    line: int | None = None,
    location: str | None = None,
    lot: str | None = None,
    quantity: int | None = None,
) -> int:
    """Let go of an order's reservations, of at most ``quantity`` units where given; the units let go."""

    def matching() -> list[Any]:
        return reservations(tx, order=order, line=line, location=location, lot=lot)

    locked = lock(tx, {_key(row) for row in matching()})
    rows = [row for row in matching() if _key(row) in locked]
    cuts = _cut(sorted(rows, key=lambda row: (row.tour != "", row.id)), quantity)
    _release(tx, cuts)
    return sum(cut for _, cut in cuts)


def block(tx: Tx, location: str, sku: str, lot: str) -> None:
    """Bind nothing new to this item and lot at this location until it is counted or unblocked."""
    _set_blocked(tx, location, sku, lot, blocked=True)


def unblock(tx: Tx, location: str, sku: str, lot: str) -> None:
    """Let the planner use it again."""
    _set_blocked(tx, location, sku, lot, blocked=False)


def set_count(  # noqa: PLR0917 - a row of stock, what was counted, and who says so
    tx: Tx, location: str, sku: str, lot: str, quantity: int, reference: str, operator: str, at: datetime
) -> tuple[Displaced, ...]:
    """Book a count: ``quantity`` units lay there at ``at``. What was booked later is added; a block is lifted.

    Where that leaves fewer units than are promised, the reservations of the least urgent orders are let go and
    given back, so that the caller allocates those orders anew.
    """
    key: Key = (bin_place(location), sku, lot)
    balance = lock(tx, [key, (Account.COUNT.value, sku, lot)])[key]
    now_there = max(0, quantity + _booked_after(tx, key, at))
    displaced = _displace(tx, location, sku, lot, balance.reserved - now_there)
    difference = now_there - balance.on_hand
    if difference > 0:
        found = Movement(sku, lot, Account.COUNT.value, key[0], difference, reference)
        move_all(tx, (found,), operator, at)
    elif difference < 0:
        lost = Movement(sku, lot, key[0], Account.COUNT.value, -difference, reference)
        move_all(tx, (lost,), operator, at)
    _set_blocked(tx, location, sku, lot, blocked=False)
    return displaced


# --- rows of stock -------------------------------------------------------------------------------------------


def lock(tx: Tx, keys: Iterable[Key]) -> dict[Key, Balance]:
    """Lock rows of stock in key order, with a zero row where there was none, and read them."""
    wanted = sorted(set(keys))
    found = _lock_present(tx, wanted)
    missing = [key for key in wanted if key not in found]
    for place, sku, lot in missing:
        store.insert_new(
            tx.conn,
            schema.stock,
            {
                "site": tx.site,
                "place": place,
                "sku": sku,
                "lot": lot,
                "account": is_account(place),
                "on_hand": 0,
                "reserved": 0,
                "blocked": False,
            },
        )
    if missing:
        found |= _lock_present(tx, missing)
    return found


def apply(tx: Tx, change: Mapping[Key, tuple[int, int]]) -> None:
    """Add to on hand and to reserved of locked rows, in one statement where that saves round trips."""
    rows = [
        {"place": place, "sku": sku, "lot": lot, "on_hand": on_hand, "reserved": reserved}
        for (place, sku, lot), (on_hand, reserved) in sorted(change.items())
        if on_hand or reserved
    ]
    if not rows:
        return
    if tx.conn.dialect.name == "postgresql":
        tx.conn.execute(_APPLY_ALL, {"site": tx.site, "rows": json.dumps(rows)})
    else:  # no round trips to save here, and SQLite would read the whole table for each row of a list
        tx.conn.execute(_APPLY_ONE, [{"site": tx.site, **row} for row in rows])


_APPLY_ALL = text(
    "UPDATE stock SET on_hand = stock.on_hand + d.on_hand, reserved = stock.reserved + d.reserved"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb))"
    " AS d(place text, sku text, lot text, on_hand bigint, reserved bigint)"
    " WHERE stock.site = :site AND stock.place = d.place AND stock.sku = d.sku AND stock.lot = d.lot"
)
_APPLY_ONE = text(
    "UPDATE stock SET on_hand = on_hand + :on_hand, reserved = reserved + :reserved"
    " WHERE site = :site AND place = :place AND sku = :sku AND lot = :lot"
)


def _lock_present(tx: Tx, keys: Sequence[Key]) -> dict[Key, Balance]:
    table = schema.stock
    columns = (table.c.site, table.c.place, table.c.sku, table.c.lot)
    rows = store.lock_rows(tx.conn, table, [(tx.site, *key) for key in keys], *columns) if keys else []
    return {(row.place, row.sku, row.lot): Balance(row.on_hand, row.reserved, row.blocked) for row in rows}


def _set_blocked(tx: Tx, location: str, sku: str, lot: str, *, blocked: bool) -> None:
    place = bin_place(location)
    lock(tx, [(place, sku, lot)])
    table = schema.stock
    tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.place == place, table.c.sku == sku, table.c.lot == lot)
        .values(blocked=blocked)
    )


def _record(tx: Tx, movements: Iterable[Movement], operator: str, at: datetime | None) -> None:
    rows = [
        {
            "site": tx.site,
            "id": tx.new_id(),
            "sku": each.sku,
            "lot": each.lot,
            "source": each.source,
            "target": each.target,
            "quantity": each.quantity,
            "reference": each.reference,
            "operator": operator,
            "at": at or tx.now,
        }
        for each in movements
    ]
    tx.conn.execute(schema.movement.insert(), rows)


def _split(movement: Movement, covered: int, unexplained: int) -> list[Movement]:
    """The movement as the books can tell it: from its source, and from nowhere they know."""
    parts = ((movement.source, covered), (Account.UNEXPLAINED.value, unexplained))
    return [
        Movement(movement.sku, movement.lot, source, movement.target, units, movement.reference)
        for source, units in parts
        if units
    ]


def _open_unexplained(tx: Tx, place: str, sku: str, lot: str, quantity: int, reference: str) -> None:
    prefix, _, subject = place.partition(":")
    inbox.open_exception(
        tx,
        ExceptionKind.UNEXPLAINED,
        "location" if prefix == "bin" else prefix,
        subject,
        "stock.unexplained",
        (("place", subject), ("sku", sku), ("lot", lot), ("quantity", quantity), ("reference", reference)),
    )


# --- parts of reservations -----------------------------------------------------------------------------------


def _key(row: Any) -> Key:
    return bin_place(row.location), row.sku, row.lot


def _cut(rows: Iterable[Any], quantity: int | None) -> list[tuple[Any, int]]:
    """From which rows so many units come; from all of them when no quantity is given."""
    cuts: list[tuple[Any, int]] = []
    left = quantity
    for row in rows:
        cut = row.quantity if left is None else min(row.quantity, left)
        if cut > 0:
            cuts.append((row, cut))
        if left is not None:
            left -= cut
    return cuts


def _shrink(tx: Tx, cuts: Iterable[tuple[Any, int]]) -> None:
    table = schema.reservation
    for row, cut in cuts:
        one = (table.c.site == tx.site, table.c.id == row.id)
        if cut == row.quantity:
            tx.conn.execute(delete(table).where(*one))
        else:
            tx.conn.execute(update(table).where(*one).values(quantity=table.c.quantity - cut))


def _release(tx: Tx, cuts: Sequence[tuple[Any, int]]) -> None:
    _shrink(tx, cuts)
    change: dict[Key, int] = defaultdict(int)
    for row, cut in cuts:
        change[_key(row)] -= cut
    apply(tx, {key: (0, units) for key, units in change.items()})


def _displace(tx: Tx, location: str, sku: str, lot: str, units: int, but: str = "") -> tuple[Displaced, ...]:
    if units <= 0:
        return ()
    held, wanted = schema.reservation, schema.sales_order
    rows = tx.conn.execute(
        select(held)
        .join(wanted, (wanted.c.site == held.c.site) & (wanted.c.number == held.c.order_number))
        .where(held.c.site == tx.site, held.c.location == location, held.c.sku == sku, held.c.lot == lot)
        .where(held.c.order_number != but)
        .order_by(wanted.c.priority.desc(), wanted.c.ship_by.desc(), wanted.c.number.desc(), held.c.id)
    )
    cuts = _cut(rows, units)
    _release(tx, cuts)
    return tuple(
        Displaced(row.order_number, row.line, row.id, row.tour, row.location, cut) for row, cut in cuts
    )


def _booked_after(tx: Tx, key: Key, at: datetime) -> int:
    """What came in less what went out at a place after an instant."""
    table = schema.movement
    place, sku, lot = key

    def units(column: Any) -> int:
        return int(
            tx.conn.execute(
                select(func.coalesce(func.sum(table.c.quantity), 0)).where(
                    table.c.site == tx.site,
                    table.c.sku == sku,
                    table.c.lot == lot,
                    column == place,
                    table.c.at > at,
                )
            ).scalar_one()
        )

    return units(table.c.target) - units(table.c.source)

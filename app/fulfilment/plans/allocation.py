"""Allocation: which units of which location and lot serve which order line.

Pure: the caller reads the rows (only of pickable locations) and writes the bindings, under whatever lock keeps them
true. The answer does not depend on the order in which demands and rows are given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.model.orders import ShortPolicy, good_until
from app.model.parcels import Reason, reason
from app.model.stock import Binding, StockRow

LOST_SHOWN = 8
"""So many of the rows that a line did not take are explained one by one; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What an order still wants: lines of number, SKU and quantity. Priority 1 is the most urgent."""

    order: str
    priority: int
    ship_by: datetime
    policy: ShortPolicy
    lines: tuple[tuple[int, str, int], ...]
    min_shelf_life_days: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Units of a line for which there is no free stock."""

    order: str
    line: int
    sku: str
    missing: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line got what it got."""

    order: str
    line: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """What is bound, what is missing, and why. A binding names each row at most once for each line."""

    bindings: tuple[Binding, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    explanations: tuple[Explanation, ...] = ()

    def of(self, order: str) -> "Allocation":
        """The part that concerns one order."""
        return Allocation(
            tuple(binding for binding in self.bindings if binding.order == order),
            tuple(shortfall for shortfall in self.shortfalls if shortfall.order == order),
            tuple(explanation for explanation in self.explanations if explanation.order == order),
        )


Key = tuple[str, str, str]
"""Location, SKU and lot: what names a row of stock."""


@dataclass(slots=True)
class _Shelf:
    """The rows of one SKU in the order in which they are taken, and what is still free in each."""

    rows: list[StockRow]
    free: dict[Key, int]


@dataclass(slots=True)
class _Served:
    """What one order would get."""

    taken: dict[Key, int] = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)


def allocate(demands: Iterable[Demand], rows: Iterable[StockRow], today: date | None = None) -> Allocation:
    """Bind free stock to lines: never more than is free, the most urgent orders first.

    Orders are served by priority, ship-by and number. A line takes the earliest expiry first (what never expires
    last), then pick faces before reserve, then as few locations as possible, then by location code. With the
    policies ``wait`` and ``hospital`` an order gets all or nothing, and with nothing it takes nothing from others.
    What expired before ``today`` is not bound, nor what would keep for less than the customer wants.
    """
    shelves = _shelves(rows)
    bindings: list[Binding] = []
    shortfalls: list[Shortfall] = []
    explanations: list[Explanation] = []
    for demand in sorted(demands, key=lambda demand: (demand.priority, demand.ship_by, demand.order)):
        served = _serve(demand, shelves, today)
        shortfalls += served.shortfalls
        if served.shortfalls and not demand.policy.ships_part:
            explanations += _waiting(demand, served)
            continue
        bindings += served.bindings
        explanations += served.explanations
        for binding in served.bindings:
            shelves[binding.sku].free[binding.location, binding.sku, binding.lot] -= binding.quantity
    return Allocation(tuple(bindings), tuple(shortfalls), tuple(explanations))


def _shelves(rows: Iterable[StockRow]) -> dict[str, _Shelf]:
    shelves: dict[str, _Shelf] = {}
    for row in sorted(rows, key=lambda row: (*_turn(row), row.location, row.lot)):
        shelf = shelves.setdefault(row.sku, _Shelf([], {}))
        shelf.rows.append(row)
        shelf.free[_key(row)] = max(row.free, 0)
    return shelves


def _key(row: StockRow) -> Key:
    return row.location, row.sku, row.lot


def _turn(row: StockRow) -> tuple[bool, date, int]:
    """What goes first: earlier expiry, then the better zone."""
    return row.expires is None, row.expires or date.max, row.zone_rank


def _serve(demand: Demand, shelves: dict[str, _Shelf], today: date | None) -> _Served:
    served = _Served()
    until = good_until(today, demand.ship_by.date(), demand.min_shelf_life_days) if today else None
    for line, sku, quantity in sorted(demand.lines):
        shelf = shelves.get(sku, _Shelf([], {}))
        free = {key: left - served.taken.get(key, 0) for key, left in shelf.free.items()}
        taken = _take(quantity, shelf.rows, free, until)
        for row, units in taken:
            served.taken[_key(row)] = served.taken.get(_key(row), 0) + units
            served.bindings.append(Binding(demand.order, line, row.location, row.sku, row.lot, units))
        missing = quantity - sum(units for _, units in taken)
        if missing > 0:
            served.shortfalls.append(Shortfall(demand.order, line, sku, missing))
        reasons = (*_got(sku, quantity, missing, taken), *_lost(shelf.rows, free, taken, today, until))
        served.explanations.append(Explanation(demand.order, line, reasons))
    return served


def _take(
    quantity: int, rows: Sequence[StockRow], free: dict[Key, int], until: date | None
) -> list[tuple[StockRow, int]]:
    """Choose rows for a line: one group of equal expiry and zone after the other, few locations in each."""
    taken: list[tuple[StockRow, int]] = []
    groups: dict[tuple[bool, date, int], dict[str, list[StockRow]]] = {}
    for row in rows:
        if free[_key(row)] > 0 and not _expired(row, until):
            groups.setdefault(_turn(row), {}).setdefault(row.location, []).append(row)
    for _, locations in sorted(groups.items()):
        visited = {row.location for row, _ in taken}
        here = [location for location in locations if location in visited]
        elsewhere = {
            location: sum(free[_key(row)] for row in held)
            for location, held in locations.items()
            if location not in visited
        }
        for location in (*here, *_few(quantity - _units(taken), here, locations, elsewhere, free)):
            held = {row.lot: row for row in locations[location]}
            units = {lot: free[_key(row)] for lot, row in held.items()}
            for lot in _fewest(quantity - _units(taken), units):
                taken.append((held[lot], min(units[lot], quantity - _units(taken))))
    return taken


def _few(
    quantity: int,
    here: Sequence[str],
    locations: dict[str, list[StockRow]],
    elsewhere: dict[str, int],
    free: dict[Key, int],
) -> list[str]:
    """The fewest further locations, after what lies where the picker stops anyway."""
    at_hand = sum(free[_key(row)] for location in here for row in locations[location])
    return _fewest(quantity - at_hand, elsewhere)


def _fewest(quantity: int, sizes: dict[str, int]) -> list[str]:
    """The fewest that hold a quantity: the smallest that suffices alone, else the largest and so on."""
    chosen: list[str] = []
    left = dict(sizes)
    while quantity > 0 and left:
        enough = [name for name, size in left.items() if size >= quantity]
        if enough:
            name = min(enough, key=lambda name: (left[name], name))
        else:
            name = min(left, key=lambda name: (-left[name], name))
        chosen.append(name)
        quantity -= left.pop(name)
    return chosen


def _units(taken: Sequence[tuple[StockRow, int]]) -> int:
    return sum(units for _, units in taken)


def _expired(row: StockRow, day: date | None) -> bool:
    return day is not None and row.expires is not None and row.expires < day


def _got(sku: str, quantity: int, missing: int, taken: Sequence[tuple[StockRow, int]]) -> list[Reason]:
    got = [
        reason(
            "allocate.bound",
            quantity=units,
            location=row.location,
            lot=row.lot or "-",
            expires=row.expires or "-",
        )
        for row, units in taken
    ]
    if missing > 0:
        got.append(reason("allocate.short", sku=sku, wanted=quantity, missing=missing))
    return got


def _lost(
    rows: Sequence[StockRow],
    free: dict[Key, int],
    taken: Sequence[tuple[StockRow, int]],
    today: date | None,
    until: date | None,
) -> list[Reason]:
    """Why each other location of the item was not taken."""
    used = {_key(row) for row, _ in taken}
    last = max((_turn(row) for row, _ in taken), default=None)
    others = [row for row in rows if _key(row) not in used and (row.on_hand > 0 or row.blocked)]
    lost = [_why_not(row, free[_key(row)], last, today, until) for row in others[:LOST_SHOWN]]
    if len(others) > LOST_SHOWN:
        lost.append(reason("allocate.others", count=len(others) - LOST_SHOWN))
    return lost


def _why_not(
    row: StockRow,
    free: int,
    last: tuple[bool, date, int] | None,
    today: date | None,
    until: date | None,
) -> Reason:
    if row.blocked:
        return reason("allocate.blocked", location=row.location)
    if _expired(row, today):
        return reason("allocate.expired", location=row.location, lot=row.lot or "-", expires=row.expires)
    if _expired(row, until):
        return reason(
            "allocate.shelf_life",
            location=row.location,
            lot=row.lot or "-",
            expires=row.expires,
            until=until,
        )
    if free <= 0:
        return reason("allocate.promised", location=row.location, on_hand=row.on_hand)
    if last is not None and _turn(row)[:2] > last[:2]:
        return reason("allocate.later_expiry", location=row.location, expires=row.expires or "-")
    if last is not None and row.zone_rank > last[2]:
        return reason("allocate.reserve", location=row.location)
    return reason("allocate.not_needed", location=row.location, free=free)


def _waiting(demand: Demand, served: _Served) -> list[Explanation]:
    """An order that waits for all its lines: what is missing, and that the rest was left to others."""
    missing = {shortfall.line: shortfall for shortfall in served.shortfalls}
    waiting: list[Explanation] = []
    for line, sku, quantity in sorted(demand.lines):
        short = missing.get(line)
        if short is None:
            why = (reason("allocate.waits", lines=", ".join(str(number) for number in sorted(missing))),)
        else:
            why = (reason("allocate.short", sku=sku, wanted=quantity, missing=short.missing),)
        lost = next(explained.reasons for explained in served.explanations if explained.line == line)
        kept = tuple(
            each
            for each in lost
            if each.code
            in {"allocate.blocked", "allocate.promised", "allocate.expired", "allocate.shelf_life"}
        )
        waiting.append(Explanation(demand.order, line, (*why, *kept)))
    return waiting

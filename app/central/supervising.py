"""What supervisors do by request: settle exceptions, count, release, hold, cancel, take away, free."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from app.central import (
    allocating,
    catalogue,
    closures,
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
    replanning,
    schema,
    serials,
    totes,
)
from app.central.booking import bring_up_to_date
from app.central.documents import DocumentKind, StockRow
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.exceptions import ExceptionKind, Fix, WarehouseException
from app.model.floor import SubAisle
from app.model.orders import ShortPolicy
from app.model.stock import Account, Movement, bin_place

_COUNTABLE = (
    ExceptionKind.SHORT_PICK,
    ExceptionKind.WRONG_STOCK,
    ExceptionKind.BLOCKED_LOCATION,
    ExceptionKind.NOT_EMPTY,
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
    _serve_orders_of(tx, entry)


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
    _serve_orders_of(tx, entry)


def _unblock(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    ledger.unblock(tx, *_stock_of(entry))
    _serve_orders_of(tx, entry)
    jobs.schedule(tx, jobs.ALLOCATE)


def _serve_orders_of(tx: Tx, entry: WarehouseException) -> None:
    """Bind the orders that an entry about a shelf named; those that still lack something are told of now."""
    named = [number for number in dict(entry.params).get("orders", "").split(", ") if number]
    for number in {*named, *allocating.allocate(tx, named)}:
        bring_up_to_date(tx, number)


def _put_back(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    numbers = parcels.put_back(tx, entry.subject, person.operator, details.location)
    serials.put_back(tx, entry.subject, numbers)
    for number in numbers:
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
    """Bring what is unexplained of an item and lot to nothing, or damaged units in the hospital out of the books.

    Where there is no such place, damaged units were written off when they were found.
    """
    if entry.kind is ExceptionKind.DAMAGED:
        _write_off_damaged(tx, person, entry)
        _serve_orders_of(tx, entry)
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


def _write_off_damaged(tx: Tx, person: Person, entry: WarehouseException) -> None:
    params = dict(entry.params)
    if not params.get("hospital"):
        return
    place, sku, lot = bin_place(params["hospital"]), params["sku"], params.get("lot", "")
    units = min(int(params["quantity"]), ledger.lock(tx, [(place, sku, lot)])[place, sku, lot].free)
    if units:
        gone = Movement(sku, lot, place, Account.DAMAGED.value, units, f"write-off:{entry.id}")
        ledger.move(tx, gone, person.operator)


def _link_barcode(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    if not details.sku:
        raise ApiError(422, "fix.sku_needed")
    catalogue.link_barcode(tx, entry.subject, details.sku)


def _close_aisle(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    """The location is not short of anything: its whole aisle cannot be entered."""
    location, sku, lot = _stock_of(entry)
    closures.close(tx, closures.around(tx, location), details.reason)
    ledger.unblock(tx, location, sku, lot)


def _open_aisle(tx: Tx, person: Person, entry: WarehouseException, details: Details) -> None:
    closures.open_again(tx, closures.part_of(entry.subject))


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
    Fix.CLOSE_AISLE: _close_aisle,
    Fix.OPEN_AISLE: _open_aisle,
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


def close_aisle(tx: Tx, person: Person, part: SubAisle, reason: str = "") -> None:
    """Close a part of an aisle to everybody."""
    closures.close(tx, part, reason)
    interventions.note(tx, person.operator, person.station, "close_aisle", closures.subject(part), reason)


def open_aisle(tx: Tx, person: Person, part: SubAisle, reason: str = "") -> None:
    """Open a part of an aisle again."""
    closures.open_again(tx, part)
    interventions.note(tx, person.operator, person.station, "open_aisle", closures.subject(part), reason)


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
    replanning.take_out(tx, [(each.task, each.quantity) for each in displaced])
    tours: dict[str, set[str]] = defaultdict(set)
    for each in displaced:
        tours[each.tour].add(each.order)
    allocating.allocate(tx, sorted({each.order for each in displaced}))
    for tour, numbers in sorted(tours.items()):
        if tour:
            replanning.add_tasks(tx, tour, numbers)
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

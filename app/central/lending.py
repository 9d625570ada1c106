"""Tours: built for a cart, lent to a station, changed under way, taken away, given on."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import exists, select, update

from app.central import catalogue, ground, inbox, orders, schema, shelves, totes, tour_modes
from app.central.refusal import ApiError
from app.central.store import Store, Tx, lock_rows
from app.fulfilment.plans import batching
from app.fulfilment.plans.modes import Choice, Waiting
from app.model.exceptions import ExceptionKind
from app.model.facts import LocationReached
from app.model.floor import PickMode
from app.model.items import Item
from app.model.known import SiteSettings
from app.model.orders import OrderStatus
from app.model.work import LentTour, Replanned, Task, Tour

LENT = "lent"
PARKED = "parked"
TAKEN_AWAY = "taken_away"
FINISHED = "finished"
ACTIVE = (LENT, PARKED, TAKEN_AWAY)

_SILENT_AFTER = timedelta(seconds=90)
"""A station that has not been heard of for so long may hold facts that nobody here knows."""
_WAITING_LOOKED_AT = 400
_TRIES = 8
_WALK_AGAIN_S = 0.01
"""A tour is walked anew inside a transaction: the search must be short."""

_TOUR = TypeAdapter(Tour)
_LENT = TypeAdapter(LentTour)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A tour that was worked out on a snapshot, with the reservations that it rests on: id and quantity."""

    tour: Tour
    rests_on: tuple[tuple[str, int], ...]


# --- claiming ------------------------------------------------------------------------------------------------


def claim(store: Store, site: str, station: str, operator: str, cart: str, *, take_over: bool = False) -> str:
    """Lend a tour for a cart: the one that stands on it, or a new one over the most urgent waiting orders.

    The walk is worked out on a snapshot, outside any write; it is lent if what it rests on still stands. Asking
    again for the tour that this station holds gives the same tour. ``take_over`` takes the tour that a colleague
    walks with, if the colleague's station is there and all its facts have arrived; both are told.

    Raises:
        ApiError: 404 ``work.unknown_cart``; 409 ``work.cart_in_use``, ``work.facts_missing`` or ``work.none``.
    """
    for _ in range(_TRIES):
        draft = store.read(site, lambda tx: _draft(tx, station, cart, take_over=take_over))
        if draft is not None:
            # In its own transaction: whoever holds the site's row must not wait for anything else.
            draft = replace(draft, tour=replace(draft.tour, id=store.write(site, _number)))
        tour = _lend_now(store, site, draft, _Asked(station, operator, cart, take_over))
        if tour:
            return tour
    raise ApiError(409, "work.busy", cart=cart)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for a tour, with what cart, and whether also for a colleague's."""

    station: str
    operator: str
    cart: str
    take_over: bool


def _lend_now(store: Store, site: str, draft: _Draft | None, asked: _Asked) -> str:
    return store.write(site, lambda tx: _lend(tx, draft, asked))


def _draft(tx: Tx, station: str, cart: str, *, take_over: bool) -> _Draft | None:
    """A new tour for the cart, or nothing when a tour stands on it already."""
    carrier = _carrier(tx, cart)
    standing = _on_cart(tx, cart)
    if standing is not None:
        _check_free(tx, standing, station, take_over=take_over)
        return None
    here = ground.of_site(tx)
    waiting = _waiting(tx, carrier.order, here.closed)
    choice = tour_modes.choose(tx, waiting)
    one_sku = choice.mode is PickMode.ONE_SKU
    rules = catalogue.settings(tx)
    chosen = _next_tour(tx, choice, carrier, rules)
    if not chosen:
        raise ApiError(409, "work.none", cart=cart)
    carried = tour_modes.carried(choice, chosen)
    rows = [row for order in chosen for row in waiting[order] if row.id in carried]
    walk = ground.walk(here, [row.location for row in rows])
    most_mm = rules.doubtful_first_mm
    doubtful = inbox.short_lately(tx) if most_mm else frozenset[str]()
    walk, early, detour_mm = ground.doubtful_early(here, walk, doubtful, most_mm)
    slot_of = {order: 0 if one_sku else slot for slot, order in enumerate(chosen)}
    planned = _in_walking_order([_task(row, slot_of[row.order_number]) for row in rows], walk.order)
    tasks = shelves.described(tx, planned)
    first = rows[0]
    boxes = dict(choice.cartons)
    tour = Tour(
        id="",
        cart=cart,
        priority=first.priority,
        ship_by=min(row.ship_by for row in rows),
        orders=tuple(chosen),
        tasks=tasks,
        length_mm=walk.length_mm,
        location_order_mm=walk.location_order_mm,
        method=walk.method,
        mode=choice.mode,
        cartons=tuple(boxes[order] for order in chosen) if boxes else (),
        zone=choice.zone,
        buffer=tour_modes.buffer_of(tx, choice.zone),
        onward=tour_modes.onward(waiting, chosen, carried) if choice.zone else (),
        early=early,
        detour_mm=detour_mm,
    )
    return _Draft(tour, tuple(sorted((row.id, row.quantity) for row in rows)))


def _lend(tx: Tx, draft: _Draft | None, asked: _Asked) -> str:
    """Lend what stands on the cart, else the draft; empty when the draft has been overtaken."""
    station, operator = asked.station, asked.operator
    _carrier(tx, asked.cart, lock=True)
    standing = _on_cart(tx, asked.cart, lock=True)
    if standing is not None:
        _check_free(tx, standing, station, take_over=asked.take_over)
        return _lend_again(tx, standing, station, operator)
    if draft is None or not _still_stands(tx, draft):
        return ""
    tour = draft.tour
    _insert(tx, tour, station, operator)
    _bind(tx, tour.id, [task.id for task in tour.tasks])
    publish(tx, tour.id)
    orders.refresh_all(tx, tour.orders)
    return tour.id


def _lend_again(tx: Tx, row: Any, station: str, operator: str) -> str:
    """Lend a parked tour, one that was taken away, or a colleague's, with its history."""
    if row.status == LENT and row.station == station:
        # This station's own: its answer was lost on the way, or what it did since is still on the way.
        if _has_facts_since(tx, row.id, row.lent_at):
            raise ApiError(409, "work.facts_missing", cart=row.cart, station=station)
        set_values(tx, row.id, operator=operator)
    else:
        set_values(
            tx,
            row.id,
            status=LENT,
            station=station,
            operator=operator,
            taken_over=row.status == TAKEN_AWAY,
            taken_from=_name_of(tx, row.operator) if row.status == LENT else "",
            lent_at=tx.now,
            due_at=tx.now + _lent_for(tx),
        )
        if row.status == LENT:
            _tell_who_took(tx, row, station, operator)
        _give_totes(tx, row.id, station)
        inbox.settle(tx, ExceptionKind.TOUR_OVERDUE, "tour", row.id, "tour.lent_again")
    publish(tx, row.id)
    return str(row.id)


def _has_facts_since(tx: Tx, tour: str, instant: Any) -> bool:
    table = schema.fact
    found = tx.conn.execute(
        select(table.c.seq)
        .where(table.c.site == tx.site, table.c.subject == tour, table.c.received_at > instant)
        .limit(1)
    ).scalar_one_or_none()
    return found is not None


def _tell_who_took(tx: Tx, row: Any, station: str, operator: str) -> None:
    """The last holder's station keeps a record of the tour that says who has it now, until it has put it down."""
    lent = LentTour(plan_of(row), station, operator, holder=_name_of(tx, operator))
    tx.publish("tour", row.id, _LENT.dump_python(lent, mode="json"), row.station)


def _name_of(tx: Tx, operator: str) -> str:
    people = schema.operator
    name = tx.conn.execute(
        select(people.c.name).where(people.c.site == tx.site, people.c.id == operator)
    ).scalar_one_or_none()
    return str(name or operator)


def _check_free(tx: Tx, row: Any, station: str, *, take_over: bool) -> None:
    """Refuse a cart whose tour somebody else holds; name the station where its facts may still be missing.

    With ``take_over`` a tour may be had whose holder's facts are all here.
    """
    if row.status != LENT or row.station == station:
        return
    table = schema.station
    holder = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.name == row.station)
    ).one_or_none()
    if (
        holder is None
        or holder.pending
        or holder.last_seen_at is None
        or tx.now - holder.last_seen_at > _SILENT_AFTER
    ):
        raise ApiError(409, "work.facts_missing", cart=row.cart, station=row.station)
    if not take_over:
        name = _name_of(tx, row.operator)
        raise ApiError(409, "work.cart_in_use", cart=row.cart, operator=name, station=row.station)


@dataclass(frozen=True, slots=True)
class _Carrier:
    """What a tour is claimed with: a cart and its slots, or the tote of an order, which brings that order's work."""

    slots: int
    order: str = ""
    weight_g: int | None = None
    volume_ml: int | None = None


def _carrier(tx: Tx, code: str, *, lock: bool = False) -> _Carrier:
    table = schema.cart
    statement = select(table).where(table.c.site == tx.site, table.c.code == code)
    cart = tx.conn.execute(statement.with_for_update() if lock else statement).one_or_none()
    if cart is not None:
        return _Carrier(cart.slots, weight_g=cart.weight_g or None, volume_ml=cart.volume_ml or None)
    used = schema.tote
    holding = select(used).where(used.c.site == tx.site, used.c.code == code)
    tote = tx.conn.execute(holding.with_for_update() if lock else holding).one_or_none()
    if tote is None or not tote.order_number:
        raise ApiError(404, "work.unknown_cart", cart=code)
    if not tote.place and _on_cart(tx, code) is None:
        raise ApiError(409, "work.tote_on_tour", tote=code, order=tote.order_number, station=tote.station)
    return _Carrier(1, tote.order_number)


def _on_cart(tx: Tx, cart: str, *, lock: bool = False) -> Any:
    table = schema.tour
    statement = (
        select(table)
        .where(table.c.site == tx.site, table.c.cart == cart, table.c.status.in_(ACTIVE))
        .order_by(table.c.lent_at)
        .limit(1)
    )
    return tx.conn.execute(statement.with_for_update() if lock else statement).one_or_none()


def _waiting(tx: Tx, only: str, closed: Container[str]) -> dict[str, list[Any]]:
    """The reservations that no tour carries, by order, of the most urgent orders that nobody holds, or of one.

    What lies where nobody gets to today is left out.

    Of one priority those come first that somebody has begun: their other lines are waited for.
    """
    held, wanted, line = schema.reservation, schema.sales_order, schema.order_line
    carried = held.alias()
    begun = exists().where(
        line.c.site == wanted.c.site, line.c.order_number == wanted.c.number, line.c.picked > 0
    ) | exists().where(
        carried.c.site == wanted.c.site, carried.c.order_number == wanted.c.number, carried.c.tour != ""
    )
    open_orders = (
        select(wanted.c.number)
        .where(
            wanted.c.site == tx.site,
            wanted.c.status.not_in((OrderStatus.HELD.value, OrderStatus.CANCELLED.value)),
            wanted.c.held_by.is_(None),
            # From the few reservations to their orders: those that left long ago are never looked at.
            wanted.c.number.in_(select(held.c.order_number).where(held.c.site == tx.site, held.c.tour == "")),
            *([wanted.c.number == only] if only else []),
        )
        .order_by(wanted.c.priority, begun.desc(), wanted.c.ship_by, wanted.c.number)
        .limit(_WAITING_LOOKED_AT)
    )
    rows = tx.conn.execute(
        select(held, wanted.c.priority, wanted.c.ship_by, begun.label("begun"))
        .join(wanted, (wanted.c.site == held.c.site) & (wanted.c.number == held.c.order_number))
        .where(held.c.site == tx.site, held.c.tour == "", held.c.order_number.in_(open_orders))
        .order_by(held.c.order_number, held.c.line, held.c.location, held.c.lot, held.c.id)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.location not in closed:
            found[row.order_number].append(row)
    return found


def _next_tour(tx: Tx, choice: Choice, carrier: _Carrier, rules: SiteSettings) -> tuple[str, ...]:
    """The orders of the next tour, in the order of their slots."""
    items = catalogue.items(tx, {sku for order in choice.orders for sku in order.skus})
    totes = None if choice.mode is PickMode.ONE_SKU else carrier.slots
    cart = batching.Cart(totes=totes, weight_g=carrier.weight_g, volume_ml=carrier.volume_ml)
    together = batching.Rules(rules.mix_priorities, batching.NEAR, rules.singles_apart)
    waiting = [_as_waiting(order, items) for order in choice.orders]
    return batching.batch(waiting, cart, together, rules.max_stops)


def _as_waiting(order: Waiting, items: Mapping[str, Item]) -> batching.WaitingOrder:
    loads = [(need.quantity, items[need.sku]) for need in order.needs if need.sku in items]
    wanted = batching.Order(
        order.order,
        order.priority,
        order.ship_by,
        items=sum(need.quantity for need in order.needs),
        weight_g=sum(units * item.weight_g for units, item in loads),
        volume_ml=sum(units * item.volume_mm3 for units, item in loads) // 1000,
    )
    return batching.WaitingOrder(wanted, frozenset(need.location for need in order.needs), begun=order.begun)


def _task(row: Any, slot: int) -> Task:
    return Task(row.id, row.order_number, row.line, row.sku, row.lot, row.location, row.quantity, slot)


def _in_walking_order(tasks: Iterable[Task], stops: Sequence[str]) -> tuple[Task, ...]:
    place = {stop: index for index, stop in enumerate(stops)}
    return tuple(sorted(tasks, key=lambda task: (place[task.location], task.slot, task.line, task.id)))


def _still_stands(tx: Tx, draft: _Draft) -> bool:
    table = schema.reservation
    rows = lock_rows(tx.conn, table, [(tx.site, id_) for id_, _ in draft.rests_on], table.c.site, table.c.id)
    return tuple((row.id, row.quantity) for row in rows if not row.tour) == draft.rests_on


def _number(tx: Tx) -> str:
    table = schema.site
    serial = tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site)
        .values(tour_serial=table.c.tour_serial + 1)
        .returning(table.c.tour_serial)
    ).scalar_one()
    return f"T{serial:05d}"


# --- the row of a tour ---------------------------------------------------------------------------------------


def find(tx: Tx, tour: str, *, lock: bool = False) -> Any:
    """The row of a tour, or nothing."""
    table = schema.tour
    statement = select(table).where(table.c.site == tx.site, table.c.id == tour)
    return tx.conn.execute(statement.with_for_update() if lock else statement).one_or_none()


def plan_of(row: Any) -> Tour:
    """The newest plan of a tour."""
    return _TOUR.validate_python(row.plan)


def set_values(tx: Tx, tour: str, **values: Any) -> None:
    """Change columns of a tour's row."""
    table = schema.tour
    tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.id == tour).values(**values))


def publish(tx: Tx, tour: str) -> None:
    """Give a lent tour, with the facts of its earlier holders, to the station that holds it."""
    row = find(tx, tour)
    if row is None or row.status != LENT:
        return
    lent = LentTour(
        plan_of(row),
        row.station,
        row.operator,
        _history(tx, tour, row.lent_at),
        row.taken_over,
        row.taken_from,
    )
    tx.publish("tour", tour, _LENT.dump_python(lent, mode="json"), row.station)


def _history(tx: Tx, tour: str, until: Any) -> tuple[str, ...]:
    """What was recorded of a tour before it was lent this time, oldest first, without histories in histories."""
    table = schema.fact
    rows = tx.conn.execute(
        select(table.c.envelope, table.c.type)
        .where(
            table.c.site == tx.site,
            table.c.subject == tour,
            table.c.state == "applied",
            table.c.received_at <= until,
        )
        .order_by(table.c.received_at, table.c.seq)
    )
    return tuple(_without_history(row.envelope) if row.type == "tour_taken" else row.envelope for row in rows)


def _without_history(envelope: str) -> str:
    outer = json.loads(envelope)
    outer["body"]["history"] = []
    return json.dumps(outer, separators=(",", ":"), ensure_ascii=False)


def _insert(tx: Tx, tour: Tour, station: str, operator: str) -> None:
    tx.conn.execute(
        schema.tour.insert().values(
            site=tx.site,
            id=tour.id,
            status=LENT,
            cart=tour.cart,
            station=station,
            operator=operator,
            priority=tour.priority,
            ship_by=tour.ship_by,
            plan=_TOUR.dump_python(tour, mode="json"),
            version=tour.version,
            taken_over=False,
            lent_at=tx.now,
            due_at=tx.now + _lent_for(tx),
        )
    )
    tx.conn.execute(
        schema.tour_order.insert(),
        [
            {"site": tx.site, "tour": tour.id, "slot": slot, "order_number": order}
            for slot, order in enumerate(tour.orders)
        ],
    )


def _bind(tx: Tx, tour: str, tasks: Sequence[str]) -> None:
    table = schema.reservation
    tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.id.in_(tasks), table.c.tour == "")
        .values(tour=tour)
    )


def _give_totes(tx: Tx, tour: str, station: str) -> None:
    table = schema.tote
    for row in totes.of_tour(tx, tour):
        if not row.place:
            tx.conn.execute(
                update(table).where(table.c.site == tx.site, table.c.code == row.code).values(station=station)
            )
            totes.publish(tx, row.code)


def _lent_for(tx: Tx) -> timedelta:
    return timedelta(minutes=catalogue.settings(tx).tour_minutes)


# --- what facts do to a tour ---------------------------------------------------------------------------------


def restore(tx: Tx, tour: Tour, station: str, operator: str) -> None:
    """Know a tour again that a station holds and this database, put back from a backup, has lost."""
    _insert(tx, tour, station, operator)
    _bind(tx, tour.id, [task.id for task in tour.tasks])
    publish(tx, tour.id)


def holds(row: Any, station: str) -> bool:
    """Whether a tour is this station's to park or to finish, also when a supervisor has just taken it away."""
    return bool(row.station == station and row.status in {LENT, TAKEN_AWAY})


def park(tx: Tx, row: Any) -> None:
    """The tour stands on its cart with all its facts here: anybody may go on with it."""
    set_values(tx, row.id, status=PARKED, taken_over=False, taken_from="")
    inbox.settle(tx, ExceptionKind.TOUR_OVERDUE, "tour", row.id, "tour.parked")
    tx.publish("tour", row.id, None, row.station)


def finish(tx: Tx, row: Any) -> tuple[str, ...]:
    """End a tour: its cart and empty totes are free, what was not picked waits for another. Gives its orders."""
    set_values(tx, row.id, status=FINISHED, ended_at=tx.now)
    table = schema.reservation
    tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.tour == row.id).values(tour=""))
    totes.free_if_empty(tx, [tote.code for tote in totes.of_tour(tx, row.id)])
    inbox.settle(tx, ExceptionKind.TOUR_OVERDUE, "tour", row.id, "tour.finished")
    tx.publish("tour", row.id, None, row.station)
    return plan_of(row).orders


# --- changes under way ---------------------------------------------------------------------------------------


def add_tasks(tx: Tx, tour: str, numbers: Iterable[str], at: str = "") -> bool:
    """Let a tour that goes on also fetch what was bound anew for its orders; whether there was anything.

    What is done stays first in the list; what is open and what is new is walked from ``at``, or from the depot.
    """
    row = find(tx, tour, lock=True)
    if row is None or row.status not in ACTIVE:
        return False
    plan = plan_of(row)
    slot_of = {order: slot for slot, order in enumerate(plan.orders)}
    table = schema.reservation
    fresh = list(
        tx.conn.execute(
            select(table)
            .where(
                table.c.site == tx.site,
                table.c.tour == "",
                table.c.order_number.in_([number for number in numbers if number in slot_of]),
            )
            .order_by(table.c.id)
        )
    )
    mine = tour_modes.within(tx, plan.zone, fresh)
    elsewhere = {each.order_number for each in fresh if each not in mine} - set(plan.onward)
    onward = (*plan.onward, *sorted(elsewhere))
    if not mine:
        if elsewhere:
            _change(tx, row, replace(plan, onward=onward))
        return False
    _bind(tx, tour, [each.id for each in mine])
    slot = dict.fromkeys(plan.orders, 0) if plan.mode is PickMode.ONE_SKU else slot_of
    added = shelves.described(tx, [_task(each, slot[each.order_number]) for each in mine])
    more = replace(plan, tasks=(*plan.tasks, *added), onward=onward, because=Replanned.FOUND_ELSEWHERE)
    _walk_anew(tx, row, more, at)
    return True


def take_out(tx: Tx, cut: Iterable[tuple[str, int]]) -> None:
    """Ask tours for fewer units of some tasks: reservations that were let go, by task id and units."""
    table = schema.tour
    gone: dict[str, int] = defaultdict(int)
    for task, units in cut:
        gone[task] += units
    if not gone:
        return
    rows = list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.status.in_(ACTIVE))
            .order_by(table.c.id)
            .with_for_update()
        )
    )
    for row in rows:
        plan = plan_of(row)
        if not any(task.id in gone for task in plan.tasks):
            continue
        left = [replace(task, quantity=task.quantity - gone.get(task.id, 0)) for task in plan.tasks]
        tasks = tuple(task for task in left if task.quantity > 0)
        _change(tx, row, replace(plan, tasks=tasks, because=Replanned.FEWER_WANTED))


def withdraw(tx: Tx, order: str) -> None:
    """Take an order's tasks out of the tours that carry it.

    A station keeps the tasks that it has begun: their facts are booked, and what they brought is put back.
    """
    table, slots = schema.tour, schema.tour_order
    rows = tx.conn.execute(
        select(table)
        .where(
            table.c.site == tx.site,
            table.c.status.in_(ACTIVE),
            table.c.id.in_(
                select(slots.c.tour).where(slots.c.site == tx.site, slots.c.order_number == order)
            ),
        )
        .order_by(table.c.id)
        .with_for_update()
    )
    for row in list(rows):
        plan = plan_of(row)
        if any(task.order == order for task in plan.tasks):
            tasks = tuple(task for task in plan.tasks if task.order != order)
            _change(tx, row, replace(plan, tasks=tasks, because=Replanned.CANCELLED))


def walk_around(tx: Tx, because: Replanned) -> None:
    """Walk all tours under way anew on a floor that has changed, each from where its picker was last.

    What nobody gets to any more leaves its tour and waits for another one, once the way is open.
    """
    table, held = schema.tour, schema.reservation
    closed = ground.of_site(tx).closed
    rows = tx.conn.execute(
        select(table)
        .where(table.c.site == tx.site, table.c.status.in_(ACTIVE))
        .order_by(table.c.id)
        .with_for_update()
    )
    for row in list(rows):
        plan = plan_of(row)
        cut = [task.id for task in plan.tasks if task.location in closed]
        cut = list(
            tx.conn.execute(
                update(held)
                .where(held.c.site == tx.site, held.c.tour == row.id, held.c.id.in_(cut))
                .values(tour="")
                .returning(held.c.id)
            ).scalars()
        )
        left = tuple(task for task in plan.tasks if task.id not in cut)
        _walk_anew(tx, row, replace(plan, tasks=left, because=because), _last_seen(tx, row.id))


def _last_seen(tx: Tx, tour: str) -> str:
    """The location that was last reached on a tour; empty where none was yet."""
    table = schema.fact
    envelope = tx.conn.execute(
        select(table.c.envelope)
        .where(table.c.site == tx.site, table.c.subject == tour, table.c.type == LocationReached.TYPE)
        .order_by(table.c.received_at.desc(), table.c.seq.desc())
        .limit(1)
    ).scalar_one_or_none()
    return "" if envelope is None else str(json.loads(envelope)["body"]["location"])


def _walk_anew(tx: Tx, row: Any, plan: Tour, at: str) -> None:
    table = schema.reservation
    still_open = set(
        tx.conn.execute(select(table.c.id).where(table.c.site == tx.site, table.c.tour == row.id)).scalars()
    )
    done = [task for task in plan.tasks if task.id not in still_open]
    rest = [task for task in plan.tasks if task.id in still_open]
    here = ground.of_site(tx)
    onward = [task.location for task in rest if task.location != at]
    walk = ground.walk(here, onward, at, _WALK_AGAIN_S)
    in_order = (*done, *_in_walking_order(rest, (at, *walk.order)))
    stops = list(dict.fromkeys(task.location for task in in_order))
    changed = replace(
        plan,
        tasks=in_order,
        length_mm=ground.length_mm(here, stops),
        location_order_mm=ground.length_mm(here, sorted(stops)),
        method=walk.method,
    )
    _change(tx, row, changed)


def _change(tx: Tx, row: Any, plan: Tour) -> None:
    plan = replace(plan, version=row.version + 1)
    set_values(tx, row.id, plan=_TOUR.dump_python(plan, mode="json"), version=plan.version)
    publish(tx, row.id)


# --- supervision ---------------------------------------------------------------------------------------------


def take_away(tx: Tx, tour: str) -> None:
    """Take a tour from its holder: the next one who scans its cart goes on, warned that facts may be missing.

    Whatever the first holder records afterwards is booked all the same.

    Raises:
        ApiError: 404 ``tour.unknown``; 409 ``tour.not_lent``.
    """
    row = find(tx, tour, lock=True)
    if row is None:
        raise ApiError(404, "tour.unknown", tour=tour)
    if row.status != LENT:
        raise ApiError(409, "tour.not_lent", tour=tour, state=row.status)
    set_values(tx, tour, status=TAKEN_AWAY)
    inbox.settle(tx, ExceptionKind.TOUR_OVERDUE, "tour", tour, "tour.taken_away")
    tx.publish("tour", tour, None, row.station)


def notice_overdue(tx: Tx) -> int:
    """Open an exception for each tour that is out for longer than it was lent; how many there are."""
    table = schema.tour
    rows = list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.status == LENT, table.c.due_at < tx.now)
            .order_by(table.c.id)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        inbox.open_exception(
            tx,
            ExceptionKind.TOUR_OVERDUE,
            "tour",
            row.id,
            "tour.overdue",
            (("tour", row.id), ("cart", row.cart), ("station", row.station), ("operator", row.operator)),
        )
        set_values(tx, row.id, due_at=tx.now + _lent_for(tx))
    return len(rows)

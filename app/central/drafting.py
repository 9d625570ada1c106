"""A new tour for a cart, worked out on a snapshot: which waiting orders it carries, and how it is walked."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from app.central import catalogue, ground, inbox, schema, shelves, tour_modes
from app.central.refusal import ApiError
from app.central.store import Tx
from app.fulfilment.plans import batching
from app.fulfilment.plans.modes import Choice, Waiting
from app.model.floor import PickMode
from app.model.items import Item
from app.model.known import SiteSettings
from app.model.orders import OrderStatus
from app.model.work import Task, Tour

_WAITING_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class Draft:
    """A tour that was worked out on a snapshot, with the reservations that it rests on: id and quantity."""

    tour: Tour
    rests_on: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Carrier:
    """What a tour is claimed with: a cart and its slots, or the tote of an order, which brings that order's work."""

    slots: int
    order: str = ""
    weight_g: int | None = None
    volume_ml: int | None = None


def draft(tx: Tx, cart: str, carrier: Carrier) -> Draft:
    """The tour that is best begun now with a cart, or with the tote of an order.

    Raises:
        ApiError: 409 ``work.none`` when nothing waits that it could carry.
    """
    here = ground.of_site(tx)
    waiting = waiting_for_a_tour(tx, here.closed, carrier.order)
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
    planned = in_walking_order([task_of(row, slot_of[row.order_number]) for row in rows], walk.order)
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
    return Draft(tour, tuple(sorted((row.id, row.quantity) for row in rows)))


def waiting_for_a_tour(tx: Tx, closed: Container[str], only: str = "") -> dict[str, list[Any]]:
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


def _next_tour(tx: Tx, choice: Choice, carrier: Carrier, rules: SiteSettings) -> tuple[str, ...]:
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


def task_of(row: Any, slot: int) -> Task:
    """The picking task of a reservation's row."""
    return Task(row.id, row.order_number, row.line, row.sku, row.lot, row.location, row.quantity, slot)


def in_walking_order(tasks: Iterable[Task], stops: Sequence[str]) -> tuple[Task, ...]:
    """Tasks as their locations come on the walk; at one location by slot and line."""
    place = {stop: index for index, stop in enumerate(stops)}
    return tuple(sorted(tasks, key=lambda task: (place[task.location], task.slot, task.line, task.id)))

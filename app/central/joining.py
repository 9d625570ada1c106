"""Urgent orders that come along on a tour under way: one with a free slot, and only if its picker agrees.

An order is offered to one tour at a time, the one that it costs the least walk. Walks are worked out on snapshots.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_, select

from app.central import catalogue, drafting, ground, jobs, lending, orders, replanning, schema, tour_modes
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.model.floor import PickMode
from app.model.items import Item
from app.model.work import Offer, Tour

_LOOKED_AT = 16
"""So many of the most urgent orders are looked at in one round."""
_TRIES = 8


# --- offering ------------------------------------------------------------------------------------------------


def notice_urgent(tx: Tx) -> None:
    """Have it worked out what is offered, where an order waits that is more urgent than a tour, or one is offered."""
    held, wanted, tour = schema.reservation, schema.sales_order, schema.tour
    more_urgent = exists().where(
        held.c.site == tour.c.site,
        held.c.tour == "",
        wanted.c.site == held.c.site,
        wanted.c.number == held.c.order_number,
        wanted.c.priority < tour.c.priority,
    )
    looked_at = select(tour.c.id).where(
        tour.c.site == tx.site, tour.c.status == lending.LENT, or_(tour.c.offer.is_not(None), more_urgent)
    )
    if tx.conn.execute(looked_at.limit(1)).first() is not None:
        jobs.schedule(tx, jobs.OFFER)


def offer_anew(store: Store, site: str, _: str = "") -> None:
    """Offer urgent orders to tours, and take back what is offered and cannot come along any more."""
    changed = store.read(site, _offers)
    if changed:
        store.write(site, lambda tx: _tell(tx, changed))


@dataclass(frozen=True, slots=True)
class _Offered:
    """What a tour in a version is offered from now on; nothing where an offer is taken back."""

    tour: str
    version: int
    offer: Offer | None


def _offers(tx: Tx) -> list[_Offered]:
    here = ground.of_site(tx)
    waiting = drafting.waiting_for_a_tour(tx, here.closed)
    under_way = _with_room(tx)
    standing = {
        row.id: offer
        for row in _lent(tx)
        if (offer := lending.offer_of(row)) is not None
        and row.id in under_way
        and under_way[row.id].takes(tx, offer.order, waiting.get(offer.order, ()))
    }
    found = [_Offered(row.id, row.version, None) for row in _lent(tx) if row.offer and row.id not in standing]
    free = {tour: room for tour, room in under_way.items() if tour not in standing}
    offered = {offer.order for offer in standing.values()}
    urgent = sorted(
        waiting.values(), key=lambda rows: (rows[0].priority, rows[0].ship_by, rows[0].order_number)
    )
    for rows in urgent[:_LOOKED_AT]:
        order = rows[0].order_number
        costs = [
            (room.offer(tx, rows), tour)
            for tour, room in free.items()
            if order not in offered and order not in room.row.declined and room.takes(tx, order, rows)
        ]
        if costs:
            offer, tour = min(costs, key=lambda cost: (cost[0].detour_mm, cost[1]))
            found = [each for each in found if each.tour != tour]
            found.append(_Offered(tour, free.pop(tour).row.version, offer))
    return found


@dataclass(frozen=True, slots=True)
class _Room:
    """A tour under way with a free slot, and what more its cart carries."""

    row: Any
    plan: Tour
    cart: Any
    load: tuple[int, int]
    """Grams and cubic millimetres that it carries already."""
    stops_left: frozenset[str]
    max_stops: int

    def takes(self, tx: Tx, order: str, rows: Sequence[Any]) -> bool:
        """Whether an order that waits with these reservations may join."""
        if not rows or rows[0].priority >= self.plan.priority or order in self.plan.orders:
            return False
        choice = tour_modes.choose(tx, {order: rows})
        if choice.mode is not PickMode.ORDERS or len(tour_modes.carried(choice, [order])) < len(rows):
            return False
        weight_g, volume_mm3 = _load(catalogue.items(tx, {row.sku for row in rows}), rows)
        stops = self.stops_left | {row.location for row in rows}
        return (
            len(stops) <= self.max_stops
            and (not self.cart.weight_g or self.load[0] + weight_g <= self.cart.weight_g)
            and (not self.cart.volume_ml or self.load[1] + volume_mm3 <= self.cart.volume_ml * 1000)
        )

    def offer(self, tx: Tx, rows: Sequence[Any]) -> Offer:
        """What it costs the tour."""
        plan = replanning.with_an_order(tx, self.row, rows)
        here = ground.of_site(tx)
        before = list(dict.fromkeys(task.location for task in self.plan.tasks))
        return Offer(
            rows[0].order_number,
            units=sum(row.quantity for row in rows),
            stops=len({row.location for row in rows} - set(before)),
            detour_mm=max(0, plan.length_mm - ground.length_mm(here, before)),
        )


def _lent(tx: Tx, tour: str = "") -> list[Any]:
    table = schema.tour
    only = [table.c.id == tour] if tour else []
    lent = select(table).where(table.c.site == tx.site, table.c.status == lending.LENT, *only)
    return list(tx.conn.execute(lent.order_by(table.c.id)))


def _with_room(tx: Tx, tour: str = "") -> dict[str, _Room]:
    """The lent tours that pick orders into totes, have a slot free and something left to pick; all, or one."""
    held, carts = schema.reservation, schema.cart
    left: dict[str, set[str]] = defaultdict(set)
    still_bound = select(held.c.tour, held.c.location).where(held.c.site == tx.site, held.c.tour != "")
    for bound in tx.conn.execute(still_bound.distinct()):
        left[bound.tour].add(bound.location)
    cart_of = {row.code: row for row in tx.conn.execute(select(carts).where(carts.c.site == tx.site))}
    max_stops = catalogue.settings(tx).max_stops
    found: dict[str, _Room] = {}
    for row in _lent(tx, tour):
        plan, cart = lending.plan_of(row), cart_of.get(row.cart)
        if row.id not in left or plan.mode is not PickMode.ORDERS or cart is None:
            continue
        if len(plan.orders) < cart.slots:
            load = _load(catalogue.items(tx, {task.sku for task in plan.tasks}), plan.tasks)
            found[row.id] = _Room(row, plan, cart, load, frozenset(left[row.id]), max_stops)
    return found


def _load(items: Mapping[str, Item], wanted: Collection[Any]) -> tuple[int, int]:
    """Grams and cubic millimetres of tasks or reservations."""
    known = [(each.quantity, items[each.sku]) for each in wanted if each.sku in items]
    return (
        sum(units * item.weight_g for units, item in known),
        sum(units * item.volume_mm3 for units, item in known),
    )


def _tell(tx: Tx, changed: Sequence[_Offered]) -> None:
    for each in changed:
        row = lending.find(tx, each.tour, lock=True)
        if row is not None and (row.status, row.version) == (lending.LENT, each.version):
            _set_offer(tx, each.tour, each.offer)


def _set_offer(tx: Tx, tour: str, offer: Offer | None) -> None:
    value = None if offer is None else lending.OFFER.dump_python(offer, mode="json")
    lending.set_values(tx, tour, offer=value)
    lending.publish(tx, tour)


# --- the picker's answer -------------------------------------------------------------------------------------


def decline(tx: Tx, tour: str, order: str) -> None:
    """Do not offer an order to this tour again; another one may take it."""
    row = lending.find(tx, tour, lock=True)
    lending.set_values(tx, tour, declined=sorted({*row.declined, order}))
    offer = lending.offer_of(row)
    if offer is not None and offer.order == order:
        _set_offer(tx, tour, None)


def join(store: Store, site: str, station: str, tour: str, order: str) -> None:
    """Have an order that was offered come along on a tour that this station holds.

    Asking again for an order that came along already changes nothing: the answer was lost on its way.

    Raises:
        ApiError: 409 ``work.offer_gone``: it is cancelled, somebody else has it, or the tour is not here any more.
    """
    for _ in range(_TRIES):
        draft = store.read(site, lambda tx: _draft(tx, station, tour, order))
        if draft is None or store.write(site, lambda tx, draft=draft: _join(tx, draft)):  # type: ignore[misc]
            return
    raise ApiError(409, "work.offer_gone", order=order)


@dataclass(frozen=True, slots=True)
class _Joining:
    """A tour with one order more, worked out on a snapshot, and what it rests on."""

    tour: str
    version: int
    plan: Tour
    order: str
    rests_on: tuple[tuple[str, int], ...]


def _draft(tx: Tx, station: str, tour: str, order: str) -> _Joining | None:
    row = lending.find(tx, tour)
    if row is None or row.status != lending.LENT or row.station != station:
        raise ApiError(409, "work.offer_gone", order=order)
    if order in lending.plan_of(row).orders:
        return None
    offer = lending.offer_of(row)
    waiting = drafting.waiting_for_a_tour(tx, ground.of_site(tx).closed, order).get(order, [])
    room = _with_room(tx, tour).get(tour)
    if offer is None or offer.order != order or room is None or not room.takes(tx, order, waiting):
        raise ApiError(409, "work.offer_gone", order=order)
    plan = replanning.with_an_order(tx, row, waiting)
    return _Joining(
        tour, row.version, plan, order, tuple(sorted((each.id, each.quantity) for each in waiting))
    )


def _join(tx: Tx, draft: _Joining) -> bool:
    """Whether what the draft rests on still stood."""
    row = lending.find(tx, draft.tour, lock=True)
    if row is None or (row.status, row.version) != (lending.LENT, draft.version):
        return False
    if not lending.still_free(tx, draft.rests_on):
        return False
    lending.bind(tx, draft.tour, [id_ for id_, _ in draft.rests_on])
    lending.add_order(tx, draft.tour, len(draft.plan.orders) - 1, draft.order)
    lending.set_values(tx, draft.tour, offer=None)
    replanning.change(tx, row, draft.plan)
    orders.refresh_all(tx, [draft.order])
    return True

"""Tours that change under way: tasks that join or leave, and floors that change under them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from app.central import (
    drafting,
    ground,
    lending,
    schema,
    shelves,
    tour_modes,
)
from app.central.store import Tx
from app.model.facts import LocationReached
from app.model.floor import PickMode
from app.model.work import Replanned, Tour

_WALK_AGAIN_S = 0.01
"""A tour is walked anew inside a transaction: the search must be short."""


def add_tasks(tx: Tx, tour: str, numbers: Iterable[str], at: str = "") -> bool:
    """Let a tour that goes on also fetch what was bound anew for its orders; whether there was anything.

    What is done stays first in the list; what is open and what is new is walked from ``at``, or from the depot.
    """
    row = lending.find(tx, tour, lock=True)
    if row is None or row.status not in lending.ACTIVE:
        return False
    plan = lending.plan_of(row)
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
    lending.bind(tx, tour, [each.id for each in mine])
    slot = dict.fromkeys(plan.orders, 0) if plan.mode is PickMode.ONE_SKU else slot_of
    added = shelves.described(tx, [drafting.task_of(each, slot[each.order_number]) for each in mine])
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
            .where(table.c.site == tx.site, table.c.status.in_(lending.ACTIVE))
            .order_by(table.c.id)
            .with_for_update()
        )
    )
    for row in rows:
        plan = lending.plan_of(row)
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
            table.c.status.in_(lending.ACTIVE),
            table.c.id.in_(
                select(slots.c.tour).where(slots.c.site == tx.site, slots.c.order_number == order)
            ),
        )
        .order_by(table.c.id)
        .with_for_update()
    )
    for row in list(rows):
        plan = lending.plan_of(row)
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
        .where(table.c.site == tx.site, table.c.status.in_(lending.ACTIVE))
        .order_by(table.c.id)
        .with_for_update()
    )
    for row in list(rows):
        plan = lending.plan_of(row)
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
    in_order = (*done, *drafting.in_walking_order(rest, (at, *walk.order)))
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
    lending.set_values(tx, row.id, plan=lending.TOUR.dump_python(plan, mode="json"), version=plan.version)
    lending.publish(tx, row.id)

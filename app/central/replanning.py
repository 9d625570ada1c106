"""Tours that change under way: tasks that join or leave, and floors that change under them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, or_, select, update

from app.central import (
    drafting,
    ground,
    lending,
    schema,
    shelves,
    tour_modes,
)
from app.central.ground import Ground
from app.central.store import Tx
from app.model.facts import LocationReached, Picked, UnitsCounted
from app.model.floor import PickMode
from app.model.work import Replanned, Task, Tour

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
            change(tx, row, replace(plan, onward=onward))
        return False
    lending.bind(tx, tour, [each.id for each in mine])
    slot = dict.fromkeys(plan.orders, 0) if plan.mode is PickMode.ONE_SKU else slot_of
    added = [drafting.task_of(each, slot[each.order_number]) for each in mine]
    more = replace(plan, tasks=(*plan.tasks, *added), onward=onward, because=Replanned.FOUND_ELSEWHERE)
    walked = _walked_anew(tx, ground.of_site(tx), row, more, at)
    change(tx, row, replace(walked, tasks=shelves.described(tx, walked.tasks)))
    return True


def take_out(tx: Tx, cut: Iterable[tuple[str, int]]) -> None:
    """Ask tours for fewer units of some tasks: reservations that were let go, by task id and units."""
    gone: dict[str, int] = defaultdict(int)
    for task, units in cut:
        gone[task] += units
    for row in _under_way(tx) if gone else ():
        _ask_less(tx, row, gone)


def _ask_less(tx: Tx, row: Any, gone: Mapping[str, int]) -> None:
    plan = lending.plan_of(row)
    left = [replace(task, quantity=task.quantity - gone.get(task.id, 0)) for task in plan.tasks]
    tasks = tuple(task for task in left if task.quantity > 0)
    if tasks != plan.tasks:
        change(tx, row, replace(plan, tasks=tasks, because=Replanned.FEWER_WANTED))


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
            change(tx, row, replace(plan, tasks=tasks, because=Replanned.CANCELLED))


def walk_around(tx: Tx, because: Replanned) -> None:
    """Walk all tours under way anew on a floor that has changed, each from where its picker is going.

    What nobody gets to any more leaves its tour and waits for another one, once the way is open; what is begun stays.
    A tour that goes on as before is told nothing.
    """
    held = schema.reservation
    here = ground.of_site(tx)
    closed = here.closed
    for row in _under_way(tx):
        plan = lending.plan_of(row)
        seen = _seen(tx, row.id)
        cut = [
            task.id
            for task in plan.tasks
            if task.location in closed and task.location != seen.at and task.id not in seen.begun
        ]
        cut = list(
            tx.conn.execute(
                update(held)
                .where(held.c.site == tx.site, held.c.tour == row.id, held.c.id.in_(cut))
                .values(tour="")
                .returning(held.c.id)
            ).scalars()
        )
        left = replace(plan, tasks=tuple(task for task in plan.tasks if task.id not in cut))
        changed = _walked_anew(tx, here, row, left, seen.at)
        as_before = ground.length_mm(here, list(dict.fromkeys(task.location for task in plan.tasks)))
        if cut or changed.length_mm < as_before:
            change(tx, row, replace(changed, because=because))


def others_with(tx: Tx, task: str, tour: str, station: str) -> tuple[str, ...]:
    """The tours under way that others hold and that may ask for a task that ``station`` settles on ``tour``.

    A tour that was taken over, or one that was given the task while this station was out of sight.
    """
    table, held = schema.tour, schema.reservation
    carrier = select(held.c.tour).where(held.c.site == tx.site, held.c.id == task).scalar_subquery()
    given_up = or_(table.c.station != station, table.c.status.not_in((lending.LENT, lending.TAKEN_AWAY)))
    found = tx.conn.execute(
        select(table.c.id).where(
            table.c.site == tx.site,
            table.c.status.in_(lending.ACTIVE),
            or_(and_(table.c.id == tour, given_up), and_(table.c.id == carrier, table.c.id != tour)),
        )
    )
    return tuple(found.scalars())


def take_out_of(tx: Tx, tours: Sequence[str], task: str, units: int) -> None:
    """Ask these tours for fewer units of a task: somebody else has settled them after all."""
    for tour in sorted(tours):
        _ask_less(tx, lending.find(tx, tour, lock=True), {task: units})


def _under_way(tx: Tx) -> list[Any]:
    table = schema.tour
    return list(
        tx.conn.execute(
            select(table)
            .where(table.c.site == tx.site, table.c.status.in_(lending.ACTIVE))
            .order_by(table.c.id)
            .with_for_update()
        )
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where the picker of a tour was last, and the tasks that were begun: no change takes those away."""

    at: str
    begun: frozenset[str]


def _seen(tx: Tx, tour: str) -> _Seen:
    table = schema.fact
    rows = tx.conn.execute(
        select(table.c.type, table.c.envelope)
        .where(
            table.c.site == tx.site,
            table.c.subject == tour,
            table.c.type.in_((LocationReached.TYPE, UnitsCounted.TYPE, Picked.TYPE)),
        )
        .order_by(table.c.received_at, table.c.seq)
    )
    at, begun = "", set[str]()
    for row in rows:
        body = json.loads(row.envelope)["body"]
        if row.type == LocationReached.TYPE:
            at = str(body["location"])
        else:
            begun.add(str(body["task"]))
    return _Seen(at, frozenset(begun))


def with_an_order(tx: Tx, row: Any, joining: Sequence[Any]) -> Tour:
    """The plan of a tour that an order's reservations join in its first free slot, walked on from its picker's place.

    Nothing is written.
    """
    plan = lending.plan_of(row)
    slot = len(plan.orders)
    added = [drafting.task_of(each, slot) for each in joining]
    more = replace(
        plan,
        orders=(*plan.orders, joining[0].order_number),
        tasks=(*plan.tasks, *added),
        because=Replanned.URGENT,
    )
    at, joined = _seen(tx, row.id).at, {task.id for task in added}
    walked = _walked_anew(tx, ground.of_site(tx), row, more, at, joined)
    return replace(walked, tasks=shelves.described(tx, walked.tasks))


def _walked_anew(tx: Tx, here: Ground, row: Any, plan: Tour, at: str, joining: Collection[str] = ()) -> Tour:
    """What is done, then what is open where the picker is, then the stop that is walked to, then the best way on.

    ``joining`` are reservations that the tour does not carry yet. ``here`` is the site's ground: on a floor that was
    changed just now it is not kept, and is built only once for all tours.
    """
    table = schema.reservation
    still_open = {
        *tx.conn.execute(select(table.c.id).where(table.c.site == tx.site, table.c.tour == row.id)).scalars(),
        *joining,
    }
    done = [task for task in plan.tasks if task.id not in still_open]
    rest = [task for task in plan.tasks if task.id in still_open]
    target = _next_stop(lending.plan_of(row), rest, at) or at
    onward = [task.location for task in rest if task.location not in {at, target}]
    walk = ground.walk(here, onward, target, _WALK_AGAIN_S)
    in_order = (*done, *drafting.in_walking_order(rest, tuple(dict.fromkeys((at, target, *walk.order)))))
    stops = list(dict.fromkeys(task.location for task in in_order))
    return replace(
        plan,
        tasks=in_order,
        length_mm=ground.length_mm(here, stops),
        location_order_mm=ground.length_mm(here, sorted(stops)),
        method=walk.method,
    )


def _next_stop(before: Tour, rest: Sequence[Task], at: str) -> str:
    """The stop that is walked to: as the terminal has it, the first open one after where the picker was last."""
    open_ids = {task.id for task in rest}
    places = [task.location for task in before.tasks]
    start = len(places) - 1 - places[::-1].index(at) if at in places else 0
    after = [task for task in before.tasks[start:] + before.tasks[:start] if task.id in open_ids]
    return after[0].location if after else ""


def change(tx: Tx, row: Any, plan: Tour) -> None:
    """Give a tour under way a new plan, in its next version, and tell the station that holds it."""
    plan = replace(plan, version=row.version + 1)
    lending.set_values(tx, row.id, plan=lending.TOUR.dump_python(plan, mode="json"), version=plan.version)
    lending.publish(tx, row.id)

"""Tours: claimed for a cart, lent to a station, parked, taken away, given on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update

from app.central import catalogue, drafting, inbox, orders, schema, totes
from app.central.drafting import Carrier, Draft
from app.central.refusal import ApiError
from app.central.store import Store, Tx, lock_rows
from app.model.exceptions import ExceptionKind
from app.model.work import LentTour, Offer, Tour

LENT = "lent"
PARKED = "parked"
TAKEN_AWAY = "taken_away"
FINISHED = "finished"
ACTIVE = (LENT, PARKED, TAKEN_AWAY)

_SILENT_AFTER = timedelta(seconds=90)
"""A station that has not been heard of for so long may hold facts that nobody here knows."""
_TRIES = 8

TOUR = TypeAdapter(Tour)
OFFER = TypeAdapter(Offer)
_LENT = TypeAdapter(LentTour)


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


def _lend_now(store: Store, site: str, draft: Draft | None, asked: _Asked) -> str:
    return store.write(site, lambda tx: _lend(tx, draft, asked))


def _draft(tx: Tx, station: str, cart: str, *, take_over: bool) -> Draft | None:
    """A new tour for the cart, or nothing when a tour stands on it already."""
    carrier = _carrier(tx, cart)
    standing = _on_cart(tx, cart)
    if standing is not None:
        _check_free(tx, standing, station, take_over=take_over)
        return None
    return drafting.draft(tx, cart, carrier)


def _lend(tx: Tx, draft: Draft | None, asked: _Asked) -> str:
    """Lend what stands on the cart, else the draft; empty when the draft has been overtaken."""
    station, operator = asked.station, asked.operator
    _carrier(tx, asked.cart, lock=True)
    standing = _on_cart(tx, asked.cart, lock=True)
    if standing is not None:
        _check_free(tx, standing, station, take_over=asked.take_over)
        return _lend_again(tx, standing, station, operator)
    if draft is None or not still_free(tx, draft.rests_on):
        return ""
    tour = draft.tour
    _insert(tx, tour, station, operator)
    bind(tx, tour.id, [task.id for task in tour.tasks])
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
            offer=None,
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


def _carrier(tx: Tx, code: str, *, lock: bool = False) -> Carrier:
    table = schema.cart
    statement = select(table).where(table.c.site == tx.site, table.c.code == code)
    cart = tx.conn.execute(statement.with_for_update() if lock else statement).one_or_none()
    if cart is not None:
        return Carrier(cart.slots, weight_g=cart.weight_g or None, volume_ml=cart.volume_ml or None)
    used = schema.tote
    holding = select(used).where(used.c.site == tx.site, used.c.code == code)
    tote = tx.conn.execute(holding.with_for_update() if lock else holding).one_or_none()
    if tote is None or not tote.order_number:
        raise ApiError(404, "work.unknown_cart", cart=code)
    if not tote.place and _on_cart(tx, code) is None:
        raise ApiError(409, "work.tote_on_tour", tote=code, order=tote.order_number, station=tote.station)
    return Carrier(1, tote.order_number)


def _on_cart(tx: Tx, cart: str, *, lock: bool = False) -> Any:
    table = schema.tour
    statement = (
        select(table)
        .where(table.c.site == tx.site, table.c.cart == cart, table.c.status.in_(ACTIVE))
        .order_by(table.c.lent_at)
        .limit(1)
    )
    return tx.conn.execute(statement.with_for_update() if lock else statement).one_or_none()


def still_free(tx: Tx, rests_on: Sequence[tuple[str, int]]) -> bool:
    """Whether no tour carries some reservations yet, by id and quantity, sorted. They are locked."""
    table = schema.reservation
    rows = lock_rows(tx.conn, table, [(tx.site, id_) for id_, _ in rests_on], table.c.site, table.c.id)
    return [(row.id, row.quantity) for row in rows if not row.tour] == list(rests_on)


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
    return TOUR.validate_python(row.plan)


def offer_of(row: Any) -> Offer | None:
    """The urgent order that the picker of a tour is asked about, if there is one."""
    return OFFER.validate_python(row.offer) if row.offer else None


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
        offer=offer_of(row),
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
            plan=TOUR.dump_python(tour, mode="json"),
            version=tour.version,
            taken_over=False,
            lent_at=tx.now,
            due_at=tx.now + _lent_for(tx),
        )
    )
    for slot, order in enumerate(tour.orders):
        add_order(tx, tour.id, slot, order)


def add_order(tx: Tx, tour: str, slot: int, order: str) -> None:
    """Have a slot of a tour carry an order."""
    values = {"site": tx.site, "tour": tour, "slot": slot, "order_number": order}
    tx.conn.execute(schema.tour_order.insert().values(**values))


def bind(tx: Tx, tour: str, tasks: Sequence[str]) -> None:
    """Have a tour carry reservations that none carries."""
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
    bind(tx, tour.id, [task.id for task in tour.tasks])
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

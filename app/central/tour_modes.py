"""The mode of the next tour, from what waits and from the rules of the zones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from app.central import catalogue
from app.central.store import Tx
from app.fulfilment.plans import cartonization, modes
from app.fulfilment.plans.modes import Choice, Need, Waiting
from app.model.floor import PickMode


def choose(tx: Tx, waiting: Mapping[str, Sequence[Any]]) -> Choice:
    """The mode of the next tour over rows of reservations, which are by order and know whether it is begun."""
    by_zone = {code: zone.mode for code, zone in catalogue.zones(tx).items()}
    zone_of: dict[str, str] = {}
    if any(mode is not PickMode.ORDERS for mode in by_zone.values()):
        places = {row.location for rows in waiting.values() for row in rows}
        zone_of = {code: place.zone for code, place in catalogue.locations(tx, places).items()}
    return modes.choose(
        (_waiting(rows, zone_of) for rows in waiting.values()), by_zone, lambda order: _box_of(tx, order)
    )


def _waiting(rows: Sequence[Any], zone_of: Mapping[str, str]) -> Waiting:
    first = rows[0]
    needs = tuple(
        Need(row.id, row.sku, row.location, zone_of.get(row.location, ""), row.quantity) for row in rows
    )
    return Waiting(first.order_number, first.priority, first.ship_by, needs, bool(first.begun))


def _box_of(tx: Tx, order: Waiting) -> str:
    """The carton that holds a whole order; empty where none does."""
    items = catalogue.items(tx, order.skus)
    if order.skus - items.keys():
        return ""
    contents = [(items[need.sku], need.quantity) for need in order.needs]
    proposal = cartonization.propose(contents, catalogue.cartons(tx).values())
    return proposal.carton.code if proposal.carton is not None and proposal.fits_all else ""


def carried(choice: Choice, chosen: Iterable[str]) -> frozenset[str]:
    """The reservations that a tour over the chosen orders carries."""
    wanted = set(chosen)
    return frozenset(need.id for order in choice.orders if order.order in wanted for need in order.needs)


def onward(
    waiting: Mapping[str, Sequence[Any]], chosen: Iterable[str], carried_here: Collection[str]
) -> tuple[str, ...]:
    """The chosen orders that have work which this tour does not carry."""
    return tuple(order for order in chosen if any(row.id not in carried_here for row in waiting[order]))


def buffer_of(tx: Tx, zone: str) -> str:
    """Where totes of a zone wait for the next one; empty where there is no such place."""
    described = catalogue.zones(tx).get(zone) if zone else None
    return described.buffer if described is not None else ""


def within(tx: Tx, zone: str, rows: Sequence[Any]) -> list[Any]:
    """The reservations that a tour may carry: all, or those in the one zone that it stays in."""
    if not zone:
        return list(rows)
    places = catalogue.locations(tx, {row.location for row in rows})
    return [row for row in rows if row.location in places and places[row.location].zone == zone]

"""The floor as tours need it: its walking graph and where tours begin and end, kept while the floor is the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from sqlalchemy import func, select

from app.central import catalogue, schema
from app.central.store import Tx
from app.fulfilment.plans import routing
from app.fulfilment.plans.doubtful import doubtful_first
from app.fulfilment.plans.routing import AisleGround, NoWayError, Route, route
from app.fulfilment.plans.walking import WalkingGraph
from app.model.floor import LocationKind

_SITES_KEPT = 64
_KINDS = ("floor", "location")
"""The records that it is made of."""


@dataclass(frozen=True, slots=True)
class Ground:
    """How far it is between the locations of a site, those that are closed today, and the depot.

    The depot is the first drop place; empty where there is none.
    """

    graph: routing.Ground
    locations: frozenset[str]
    closed: frozenset[str]
    depot: str


_kept: dict[tuple[str, str], tuple[int, Ground]] = {}


def of_site(tx: Tx) -> Ground:
    """The ground of a site, built anew only when its floor or a location has changed."""
    if any(kind in _KINDS for kind, _, _ in tx.published):  # changed just now: not to be kept before it is so
        return _build(tx)
    key = (str(tx.conn.engine.url), tx.site)
    head = _head(tx)
    known = _kept.get(key)
    if known is not None and known[0] == head:
        return known[1]
    ground = _build(tx)
    if len(_kept) >= _SITES_KEPT:
        _kept.clear()
    _kept[key] = head, ground
    return ground


def walk(ground: Ground, stops: Sequence[str], start: str = "", seconds: float = 0.1) -> Route:
    """The shortest walk found over some stops, from ``start`` (the depot unless said) to the depot.

    Stops that are no longer on the floor, or that nobody gets to, come last, by code, and add no length.
    """
    known = sorted({stop for stop in stops if stop in ground.locations})
    lost = {stop for stop in stops if stop not in ground.locations}
    while known:
        end = ground.depot or known[0]
        begin = start if start in ground.locations else end
        try:
            found = route(known, begin, end, ground.graph, seconds)
        except NoWayError as cut:
            if cut.location not in known:
                break
            known.remove(cut.location)
            lost.add(cut.location)
            continue
        return replace(found, order=(*found.order, *sorted(lost)))
    return Route(tuple(sorted({*known, *lost})), 0, 0, "location_order", proven=False)


def doubtful_early(
    ground: Ground, walk: Route, doubtful: Collection[str], most_mm: int
) -> tuple[Route, tuple[str, ...], int]:
    """A walk from the depot with doubtful stops early, those stops, and the detour in millimetres."""
    stops = [stop for stop in walk.order if stop in ground.locations - ground.closed]
    if not most_mm or not stops:
        return walk, (), 0
    depot = ground.depot or min(stops)
    distances = np.array(ground.graph.matrix((*stops, depot, depot)), dtype=np.int64)
    numbers = {number for number, stop in enumerate(stops) if stop in doubtful}
    found = doubtful_first(tuple(range(len(stops))), numbers, distances, most_mm)
    lost = walk.order[len(stops) :]
    longer = replace(
        walk,
        order=(*(stops[number] for number in found.order), *lost),
        length_mm=walk.length_mm + found.detour_mm,
        proven=walk.proven and not found.detour_mm,
    )
    return longer, tuple(stops[number] for number in found.early), found.detour_mm


def length_mm(ground: Ground, stops: Sequence[str]) -> int:
    """How long it is from the depot over the stops in their order and back, in millimetres."""
    known = [stop for stop in stops if stop in ground.locations - ground.closed]
    if not known:
        return 0
    depot = ground.depot or known[0]
    places = [depot, *known, depot]
    return sum(ground.graph.distance(a, b) for a, b in pairwise(places))


def _head(tx: Tx) -> int:
    table = schema.record
    return int(
        tx.conn.execute(
            select(func.coalesce(func.max(table.c.head), 0)).where(
                table.c.site == tx.site, table.c.kind.in_(_KINDS)
            )
        ).scalar_one()
    )


def _build(tx: Tx) -> Ground:
    locations = catalogue.locations(tx)
    depot = min((code for code, place in locations.items() if place.kind is LocationKind.DROP), default="")
    floor = catalogue.floor(tx)
    closed = frozenset(code for code, place in locations.items() if floor.is_closed(place))
    graph: routing.Ground
    if floor.aisles is not None:
        graph = AisleGround.of(floor.aisles, floor.closed, locations.values())
    else:
        graph = WalkingGraph.of(floor, locations.values())
    return Ground(graph, frozenset(locations), closed, depot)

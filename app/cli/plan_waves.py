"""A wave as ``storehand plan batch`` is asked for it, and the ground that its tours are walked on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

import numpy as np
from pydantic import BeforeValidator, Field

from app.cli.plan import check, off_floor_marks
from app.cli.plan_requests import (
    AislePoint,
    Aisles,
    AisleStop,
    Fault,
    Milliseconds,
    Model,
    Name,
    NodePoint,
    Nodes,
    NodeStop,
    PlanError,
    off_the_floor,
    read_request,
    refuse,
    whole,
)
from app.fulfilment.plans.aisles import Corner, Spot
from app.fulfilment.plans.batching import Cart, Measure, OneBlockTours, OneSequence, Order, Rules, Wave
from app.fulfilment.plans.routing import cut_off, swept
from app.fulfilment.plans.searching import Distances, Found, length_of, shortest_order

MOST_ORDERS: Final = 500
_MOST_STOPS: Final = 1_000
_MOST_PLACES: Final = 2_000
_A_LOT: Final = 1_000_000_000
_SEQUENCE_S: Final = 0.2
_TOUR_S: Final = 0.02
"""For the order of stops of one tour, where no exact method is quick enough."""


def _yes_or_no(value: object) -> object:
    if not isinstance(value, bool):
        refuse("true or false")
    return value


def _time(value: object) -> object:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        refuse("a time with its zone, such as 2026-03-02T12:00:00+01:00")
    return time


YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]
Amount = Annotated[int, whole(0, _A_LOT)]
Limit = Annotated[int, whole(1, _A_LOT)]


class _Cart(Model):
    totes: Limit | None = None
    weight_g: Limit | None = None
    volume_ml: Limit | None = None


class _Order(Model):
    id: Name
    priority: Annotated[int, whole(1, 99)] = 1
    due: Annotated[datetime, BeforeValidator(_time)] | None = None
    items: Limit | None = None
    totes: Limit = 1
    weight_g: Amount = 0
    volume_ml: Amount = 0


class _OrderOnAisles(_Order):
    stops: list[AisleStop] = Field(max_length=_MOST_STOPS)


class _OrderOnNodes(_Order):
    stops: list[NodeStop] = Field(max_length=_MOST_STOPS)


class _Batch(Model):
    cart: _Cart = _Cart()
    capacity_items: Limit | None = None
    mix_priorities: YesOrNo = False
    due_window_minutes: Annotated[int, whole(0, 1_000_000)] | None = None
    singles_apart: YesOrNo = False
    put_wall: YesOrNo = False
    budget_ms: Milliseconds = 0
    seed: Amount = 0


class BatchOnAisles(_Batch):
    """A wave on a rectangular floor."""

    floor: Aisles
    start: AislePoint
    end: AislePoint | None = None
    orders: list[_OrderOnAisles] = Field(max_length=MOST_ORDERS)


class BatchOnNodes(_Batch):
    """A wave on a walking graph."""

    floor: Nodes
    start: NodePoint
    end: NodePoint | None = None
    orders: list[_OrderOnNodes] = Field(max_length=MOST_ORDERS)


@dataclass(frozen=True, slots=True)
class Tour:
    """A tour with its stops in walking order: the index of the order and the id of the stop."""

    orders: tuple[int, ...]
    stops: tuple[tuple[int, str], ...]
    length_mm: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The places of a wave, and how they are walked. The last two places of ``distances`` are the start and the end."""

    stops: tuple[tuple[tuple[int, str], ...], ...]
    """For each order the place and the id of each stop."""
    distances: Distances
    swept: Callable[[Sequence[int]], Found | None]
    exact: OneBlockTours | None
    """Measures tours where they are quick to measure exactly."""

    def walked(self, orders: Sequence[int]) -> Tour:
        """The best walk that is found over all stops of some orders."""
        at: dict[int, list[tuple[int, str]]] = {}
        for order in orders:
            for place, stop in self.stops[order]:
                at.setdefault(place, []).append((order, stop))
        if not at:
            return Tour(tuple(orders), (), 0)
        places = sorted(at)
        walk, length = self._walk(places)
        return Tour(tuple(orders), tuple(stop for place in walk for stop in at[place]), length)

    def measure(self) -> Measure:
        """What tours of this ground are measured by while a plan is made."""
        if self.exact is not None:
            return self.exact
        places = [sorted({place for place, _ in stops}) for stops in self.stops]
        everywhere = sorted({place for visited in places for place in visited})
        found = self.swept(everywhere) or shortest_order(self.distances, _SEQUENCE_S)
        sequence = [everywhere[index] for index in found.order]
        return OneSequence(places, self.distances, sequence, [self._alone(visited) for visited in places])

    def _walk(self, places: Sequence[int]) -> tuple[list[int], int]:
        table = self._between(places)
        found = self.swept(places) or shortest_order(table, _TOUR_S)
        return [places[index] for index in found.order], length_of(found.order, table)

    def _alone(self, places: Sequence[int]) -> int:
        """No tour over these places is shorter."""
        if not places:
            return 0
        table = self._between(places)
        if (found := self.swept(places)) is not None:
            return length_of(found.order, table)
        return int((table[-2, :-2] + table[:-2, -1]).max())

    def _between(self, places: Sequence[int]) -> Distances:
        distances = self.distances
        walk = [*places, len(distances) - 2, len(distances) - 1]
        return distances[np.ix_(walk, walk)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A wave to be planned."""

    wave: Wave
    ground: Ground
    seconds: float
    seed: int


def read_wave(told: Any) -> Asked:
    """The wave that a request describes.

    Raises:
        PlanError: what is wrong in the request.
    """
    request = read_request(told, BatchOnAisles, BatchOnNodes)
    ground = _on_aisles(request) if isinstance(request, BatchOnAisles) else _on_nodes(request)
    orders = [
        Order(
            order.id,
            order.priority,
            order.due,
            max(1, len(order.stops)) if order.items is None else order.items,
            order.totes,
            order.weight_g,
            order.volume_ml,
        )
        for order in request.orders
    ]
    cart = Cart(request.cart.totes, request.capacity_items, request.cart.weight_g, request.cart.volume_ml)
    minutes = request.due_window_minutes
    rules = Rules(
        request.mix_priorities,
        None if minutes is None else timedelta(minutes=minutes),
        request.singles_apart,
        request.put_wall,
    )
    return Asked(Wave(orders, cart, rules), ground, request.budget_ms / 1000, request.seed)


def _on_aisles(request: BatchOnAisles) -> Ground:
    floor = request.floor.made()
    start, end = request.start.place, (request.end or request.start).place
    ends = [("start", start), *([("end", end)] if request.end else [])]
    asked = _stops([[stop.place for stop in order.stops] for order in request.orders])
    check(
        _twice([(order.id, [stop.id for stop in order.stops]) for order in request.orders]),
        (fault for path, place in [*ends, *asked] for fault in off_the_floor(floor, place, path)),
        off_floor_marks(request.floor, floor),
    )
    places = _distinct(asked)
    distances = floor.distances([*places, start, end])
    _check_ways(places, asked, distances)
    number = {place: index for index, place in enumerate(places)}
    exact = None
    if OneBlockTours.measures(floor) and isinstance(start, Corner) and start == end:
        spots = [[stop.place for stop in order.stops] for order in request.orders]
        exact = OneBlockTours(floor, spots, start)
    return Ground(
        tuple(tuple((number[stop.place], stop.id) for stop in order.stops) for order in request.orders),
        distances,
        lambda chosen: swept(floor, [places[index] for index in chosen], start, end),
        exact,
    )


def _on_nodes(request: BatchOnNodes) -> Ground:
    graph = request.floor.made()
    start, end = request.start.node, (request.end or request.start).node
    ends = [("start", start), *([("end", end)] if request.end else [])]
    asked = _stops([[stop.node for stop in order.stops] for order in request.orders])
    check(
        _twice([(order.id, [stop.id for stop in order.stops]) for order in request.orders]),
        (
            Fault(f"{path}.node", node, "a node that an edge of the floor names")
            for path, node in [*ends, *asked]
            if node not in graph
        ),
    )
    places = _distinct(asked)
    distances = graph.distances([*places, start, end])
    _check_ways(places, asked, distances)
    number = {place: index for index, place in enumerate(places)}
    return Ground(
        tuple(tuple((number[stop.node], stop.id) for stop in order.stops) for order in request.orders),
        distances,
        lambda _: None,
        None,
    )


Somewhere = TypeVar("Somewhere", Spot, str)


def _stops(places: Sequence[Sequence[Somewhere]]) -> list[tuple[str, Somewhere]]:
    """Every stop's path in the request, and its place."""
    return [
        (f"orders[{order}].stops[{stop}]", place)
        for order, visited in enumerate(places)
        for stop, place in enumerate(visited)
    ]


def _distinct(asked: Sequence[tuple[str, Somewhere]]) -> list[Somewhere]:
    places = sorted({place for _, place in asked})
    if len(places) > _MOST_PLACES:
        raise PlanError(
            [Fault("orders", f"{len(places)} places", f"at most {_MOST_PLACES} different places")]
        )
    return places


def _check_ways(
    places: Sequence[Somewhere], asked: Sequence[tuple[str, Somewhere]], distances: Distances
) -> None:
    cut = cut_off(distances)
    if cut is None:
        return
    ends = {len(places): "start", len(places) + 1: "end"}
    path = ends.get(cut) or next(path for path, place in asked if place == places[cut])
    raise PlanError([Fault(path, "a place that is cut off", "a place with a way to it and from it")])


def _twice(ids: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Fault]:
    """Orders of one wave, and stops of one order, that are called the same."""
    yield from _same([(f"orders[{order}].id", each) for order, (each, _) in enumerate(ids)])
    for order, (_, stops) in enumerate(ids):
        yield from _same([(f"orders[{order}].stops[{stop}].id", each) for stop, each in enumerate(stops)])


def _same(ids: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for path, each in ids:
        if first.setdefault(each, path) != path:
            yield Fault(path, each, f"an id of its own; {first[each].removesuffix('.id')} has this one")

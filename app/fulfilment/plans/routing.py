"""Routing: the order in which a tour visits its locations.

On a rectangular floor the order is the shortest there is. On any other it is the best that a search finds in its time;
that may be another one when it is asked again: keep the answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.fulfilment.plans.aisles import NO_WAY, AisleFloor, Corner, Place, Point, Spot, Way
from app.fulfilment.plans.searching import Distances, Found, length_of, shortest_order
from app.fulfilment.plans.shortest_tour import may_sweep, shortest_tour
from app.model.floor import Aisles, Location, SubAisle

Matrix = tuple[tuple[int, ...], ...]


class NoWayError(ValueError):
    """There is no way to a location, or none from it: closed or one-way aisles cut it off."""

    def __init__(self, location: str) -> None:
        super().__init__(f"no way to or from {location}")
        self.location = location


class Ground(Protocol):
    """Who knows how far it is between locations, in whole millimetres: ``WalkingGraph`` and ``AisleGround``."""

    def distance(self, a: str, b: str) -> int:
        """The shortest walk from one location to another in millimetres."""
        ...

    def matrix(self, codes: Sequence[str]) -> Matrix:
        """All distances between some locations, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class AisleGround:
    """A rectangular floor and where its locations are. An unknown location code raises ``KeyError``."""

    floor: AisleFloor
    places: Mapping[str, Place]

    @classmethod
    def of(cls, aisles: Aisles, closed: Iterable[SubAisle], locations: Iterable[Location]) -> "AisleGround":
        """The ground of a floor of aisles. What lies in no slot is come to at the nearest corner."""
        ways = (*((aisle, Way.UP) for aisle in aisles.up), *((aisle, Way.DOWN) for aisle in aisles.down))
        floor = AisleFloor(
            aisles.aisles,
            aisles.blocks,
            aisles.slots,
            aisles.slot_pitch_mm,
            aisles.aisle_pitch_mm,
            aisles.cross_aisle_mm,
            ways,
            frozenset((part.aisle, part.block) for part in closed),
        )
        return cls(floor, {location.code: _place(aisles, location) for location in locations})

    def distance(self, a: str, b: str) -> int:
        """The shortest walk between two locations in millimetres."""
        return int(self.floor.distances([self.places[a], self.places[b]])[0, 1])

    def matrix(self, codes: Sequence[str]) -> Matrix:
        """All distances between some locations, in their order."""
        found: list[list[int]] = self.floor.distances([self.places[code] for code in codes]).tolist()
        return tuple(tuple(row) for row in found)

    def path(self, a: str, b: str) -> tuple[Point, ...]:
        """The shortest walk as a line from point to point, for drawing. At least one point."""
        return self.floor.path(self.places[a], self.places[b])

    def swept(self, codes: Sequence[str]) -> Found | None:
        """The shortest order of stops, the last two codes being the start and the end; none where it is not swept."""
        *stops, start, end = (self.places[code] for code in codes)
        return swept(self.floor, stops, start, end)


@dataclass(frozen=True, slots=True)
class Route:
    """A walk from the start over all stops to the end.

    ``location_order_mm`` is the walk by location code that it replaces; ``length_mm`` is never more. ``method`` is
    ``sweep``, ``held_karp`` or ``fast_tsp``, and ``location_order`` where nothing can be walked; ``proven`` says that
    no walk is shorter.
    """

    order: tuple[str, ...]
    length_mm: int
    location_order_mm: int
    method: str
    proven: bool


def route(stops: Sequence[str], start: str, end: str, ground: Ground, seconds: float = 0.1) -> Route:
    """Put stops into walking order. A stop named twice is visited once. ``seconds`` bounds the search of many stops.

    Raises:
        KeyError: an unknown location, as the ground does.
        NoWayError: a location that cannot be reached, or left.
    """
    codes = (*sorted(set(stops)), start, end)
    distances = np.array(ground.matrix(codes), dtype=np.int64)
    if (cut := cut_off(distances)) is not None:
        raise NoWayError(codes[cut])
    found = ground.swept(codes) if isinstance(ground, AisleGround) else None
    found = found or shortest_order(distances, seconds)
    by_code = length_of(range(len(codes) - 2), distances)
    order = tuple(codes[stop] for stop in found.order)
    return Route(order, length_of(found.order, distances), by_code, found.method, found.proven)


def _place(aisles: Aisles, location: Location) -> Place:
    slot = aisles.slot_at(location.x_mm, location.y_mm)
    return Spot(*slot) if slot is not None else Corner(*aisles.corner_near(location.x_mm, location.y_mm))


def cut_off(distances: Distances) -> int | None:
    """The first place of a walk that cannot be come to from all others or left for them: the place's index.

    The last two are the start, which nobody need come to, and the end, which nobody need leave.
    """
    start, end = len(distances) - 2, len(distances) - 1
    no_way = distances >= NO_WAY
    no_way[:, start] = no_way[end, :] = False
    lonely = no_way.sum(axis=0) + no_way.sum(axis=1)
    return int(lonely.argmax()) if lonely.any() else None


def swept(floor: AisleFloor, stops: Sequence[Place], start: Place, end: Place) -> Found | None:
    """The shortest order of stops on a rectangular floor, where it can be swept and every stop is a slot."""
    spots = [stop for stop in stops if isinstance(stop, Spot)]
    if len(spots) < len(stops) or not may_sweep(floor, spots, start, end):
        return None
    return Found(shortest_tour(floor, spots, start, end).order, proven=True, method="sweep")

"""Routing: the order in which a tour visits its locations.

Up to nine stops the order is the shortest there is (Held and Karp 1962). For more, ``fast_tsp`` searches for a given
time (measured within 0.01 % of the optimum at 100 stops), and 2-opt and Or-opt moves finish in millimetres
what it did in coarser units. That search may answer otherwise when it is asked again: keep the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import fast_tsp

EXACT_STOPS = 9
_COARSE = 32_000
"""fast_tsp takes 16-bit distances; twice this, the longest with the toll on it, still fits."""

Matrix = tuple[tuple[int, ...], ...]


class Distances(Protocol):
    """Who knows how far it is; symmetric, in whole millimetres. ``walking.WalkingGraph`` is one."""

    def matrix(self, codes: Sequence[str]) -> Matrix:
        """All distances between some locations, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """A walk from the start over all stops to the end.

    ``location_order_mm`` is the walk by location code that it replaces; ``length_mm`` is never more. ``method`` is
    ``exact``, ``fast_tsp`` or ``location_order``.
    """

    order: tuple[str, ...]
    length_mm: int
    location_order_mm: int
    method: str


def route(stops: Sequence[str], start: str, end: str, graph: Distances, seconds: float = 0.1) -> Route:
    """Put stops into walking order. A stop named twice is visited once. ``seconds`` bounds the search of many stops.

    An unknown location raises ``KeyError``, as the graph does.
    """
    distinct = sorted(set(stops))
    distances = graph.matrix((*distinct, start, end))
    by_code = tuple(range(len(distinct)))
    location_order_mm = _walked(by_code, distances)
    if len(distinct) <= EXACT_STOPS:
        best, method = _exact(distances), "exact"
    else:
        found = min(_searched(distances, seconds), by_code, key=lambda order: _walked(order, distances))
        best, method = _finished(found, distances), "fast_tsp"
    length_mm = _walked(best, distances)
    if length_mm >= location_order_mm and len(distinct) > EXACT_STOPS:
        best, length_mm, method = by_code, location_order_mm, "location_order"
    return Route(tuple(distinct[stop] for stop in best), length_mm, location_order_mm, method)


def _walked(order: Sequence[int], distances: Matrix) -> int:
    """The length of the walk; the last two rows of the matrix are start and end."""
    start, end = len(distances) - 2, len(distances) - 1
    places = (start, *order, end)
    return sum(distances[a][b] for a, b in pairwise(places))


def _exact(distances: Matrix) -> tuple[int, ...]:
    """The shortest order, by the shortest walks that end at each stop of each set of stops."""
    stops = len(distances) - 2
    start, end = stops, stops + 1
    if stops == 0:
        return ()
    lengths: list[dict[int, tuple[int, int]]] = [{} for _ in range(1 << stops)]
    for stop in range(stops):
        lengths[1 << stop][stop] = distances[start][stop], start
    for visited in range(1, 1 << stops):
        for last, (length, _) in lengths[visited].items():
            for onward in range(stops):
                if visited >> onward & 1:
                    continue
                walk = length + distances[last][onward], last
                reached = lengths[visited | 1 << onward]
                if onward not in reached or walk < reached[onward]:
                    reached[onward] = walk
    visited = (1 << stops) - 1
    last = min(lengths[visited], key=lambda stop: (lengths[visited][stop][0] + distances[stop][end], stop))
    order: list[int] = []
    while last != start:
        order.append(last)
        visited, last = visited & ~(1 << last), lengths[visited][last][1]
    return tuple(reversed(order))


def _searched(distances: Matrix, seconds: float) -> tuple[int, ...]:
    """Ask fast_tsp, which makes closed tours: end and start are neighbours in it.

    A toll on every way to or from start and end makes their own, free of it, worth taking: keeping them apart
    pays it twice more. With the triangle's inequality it can gain no more than their distance.
    """
    longest = max(map(max, distances)) or 1
    start, end = len(distances) - 2, len(distances) - 1
    coarse = [[distance * _COARSE // longest for distance in row] for row in distances]
    for terminal in (start, end):
        for stop in range(start):
            coarse[terminal][stop] += _COARSE
            coarse[stop][terminal] += _COARSE
    coarse[start][end] = coarse[end][start] = 0
    tour = fast_tsp.find_tour(coarse, seconds, stop_when_converged=True)
    at = tour.index(start)
    around = [*tour[at + 1 :], *tour[:at]]
    if around[0] == end:
        around.reverse()
    return tuple(stop for stop in around if stop != end)


def _finished(order: tuple[int, ...], distances: Matrix) -> tuple[int, ...]:
    """2-opt and Or-opt (Croes 1958, Or 1976) until no move shortens the walk."""
    start, end = len(distances) - 2, len(distances) - 1
    walk = [start, *order, end]
    while _turn_round(walk, distances) or _move_over(walk, distances):
        pass
    return tuple(walk[1:-1])


def _turn_round(walk: list[int], distances: Matrix) -> bool:
    """Walk some part the other way round where that is shorter."""
    for first in range(1, len(walk) - 2):
        before, begin = walk[first - 1], walk[first]
        for last in range(first + 1, len(walk) - 1):
            finish, after = walk[last], walk[last + 1]
            gain = distances[before][begin] + distances[finish][after]
            if distances[before][finish] + distances[begin][after] < gain:
                walk[first : last + 1] = walk[first : last + 1][::-1]
                return True
    return False


def _move_over(walk: list[int], distances: Matrix) -> bool:
    """Put up to three stops in a row somewhere else, either way round, where that is shorter."""
    for size in (1, 2, 3):
        for first in range(1, len(walk) - size):
            part = walk[first : first + size]
            before, after = walk[first - 1], walk[first + size]
            saved = distances[before][part[0]] + distances[part[-1]][after] - distances[before][after]
            rest = walk[:first] + walk[first + size :]
            for place in range(len(rest) - 1):
                left, right = rest[place], rest[place + 1]
                for turned in (part, part[::-1]):
                    cost = distances[left][turned[0]] + distances[turned[-1]][right] - distances[left][right]
                    if cost < saved:
                        walk[:] = rest[: place + 1] + turned + rest[place + 1 :]
                        return True
    return False

"""The order of stops on any floor, from their distances alone.

Up to ``EXACT_STOPS`` the order is the shortest there is (Held and Karp 1962). For more, ``fast_tsp`` searches for a
given time, and moves of single stops and short runs (Or 1976), and of turned parts where there and back are the same
(Croes 1958), finish in millimetres what it did in coarser units. That search may answer otherwise when it is asked
again: keep the answer.

fast_tsp makes round trips, of distances that are the same both ways and fit in 16 bits. An open walk on such distances
pays a toll on every way to or from its start and end but for the way between them. Where there and back differ,
each place becomes two that stand side by side (Jonker and Volgenant 1983).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

import fast_tsp
import numpy as np
from numpy.typing import NDArray

EXACT_STOPS: Final = 12
_FINISHED_STOPS: Final = 200
"""Finishing tries every move again and again: for more stops it would take longer than the search."""
_MOST: Final = 65_535
"""The longest distance that fast_tsp takes."""

Distances = NDArray[np.int64]
"""From row to column in millimetres, of shape (n + 2, n + 2): n stops, then the start, then the end."""


class Found(NamedTuple):
    """The order of the stops, whether it is proved to be the shortest, and how it was found."""

    order: tuple[int, ...]
    proven: bool
    method: str


def shortest_order(distances: Distances, seconds: float) -> Found:
    """The best order of the stops that is found, never longer than the one given.

    There must be a way from every place to every other. ``seconds`` bounds the search for many stops.
    """
    stops = len(distances) - 2
    if stops <= EXACT_STOPS:
        return Found(_exact(distances), proven=True, method="held_karp")
    given = list(range(stops))
    order = min(_searched(distances, seconds), given, key=lambda order: length_of(order, distances))
    if stops <= _FINISHED_STOPS:
        order = _finished([stops, *order, stops + 1], distances)[1:-1]
    return Found(tuple(order), proven=False, method="fast_tsp")


def length_of(order: Sequence[int], distances: Distances) -> int:
    """The length of the walk from the start over the stops in their order to the end, in millimetres."""
    stops = len(distances) - 2
    walk = np.array([stops, *order, stops + 1])
    return int(distances[walk[:-1], walk[1:]].sum())


def _exact(distances: Distances) -> tuple[int, ...]:
    """The shortest walks over each set of stops to each of its last stops, all sets of one size at once."""
    stops = len(distances) - 2
    if stops == 0:
        return ()
    between, start, end = distances[:stops, :stops], distances[stops, :stops], distances[:stops, stops + 1]
    best = np.full((1 << stops, stops), np.iinfo(np.int64).max // 4, dtype=np.int64)
    best[1 << np.arange(stops), np.arange(stops)] = start
    for size in range(1, stops):
        sets = np.array([sum(1 << stop for stop in chosen) for chosen in combinations(range(stops), size)])
        for onward in range(stops):
            without = sets[sets >> onward & 1 == 0]
            best[without | 1 << onward, onward] = (best[without] + between[:, onward]).min(axis=1)
    visited = (1 << stops) - 1
    last = int((best[visited] + end).argmin())
    order = [last]
    while len(order) < stops:
        visited &= ~(1 << last)
        last = int((best[visited] + between[:, last]).argmin())
        order.append(last)
    return tuple(reversed(order))


# --- searching -----------------------------------------------------------------------------------------------


def _searched(distances: Distances, seconds: float) -> list[int]:
    """Ask fast_tsp for the order of the stops."""
    stops = len(distances) - 2
    round_trip = _round_trip(distances)
    if np.array_equal(round_trip, round_trip.T):
        tour = _asked(_coarse(round_trip, _MOST), seconds)
        return [place for place in _from(tour, stops) if place < stops]
    if np.array_equal(distances, distances.T):
        tour = _asked(_tolled(distances), seconds)
        around = _from(tour, stops)
        return [place for place in (around if around[-1] == stops + 1 else around[::-1]) if place < stops]
    # A tour visits a place and its double side by side; which comes first tells which way round it is meant.
    tour = _asked(_doubled(round_trip), seconds)
    around = _from(tour, stops)
    forward = around[1] == stops + len(round_trip)
    return [place for place in (around if forward else around[::-1]) if place < stops]


def _round_trip(distances: Distances) -> Distances:
    """Start and end as one place, after the stops: left as the start is, come to as the end is."""
    stops = len(distances) - 2
    round_trip = distances[: stops + 1, : stops + 1].copy()
    round_trip[:stops, stops] = distances[:stops, stops + 1]
    round_trip[stops, stops] = 0
    return round_trip


def _tolled(distances: Distances) -> Distances:
    """A toll on every way to or from start and end but for their own.

    Keeping the two apart pays it twice more, and by the triangle's inequality gains no more than their distance.
    """
    coarse = _coarse(distances, _MOST // 2)
    coarse[-2:, :-2] += _MOST // 2
    coarse[:-2, -2:] += _MOST // 2
    coarse[-2:, -2:] = 0
    return coarse


def _doubled(distances: Distances) -> Distances:
    """Each place i and its double n + i: into i, across to n + i for nothing, and out of n + i.

    ``here`` is dearer than any distance, so that leaving a place and its double apart never pays, and no way leads
    from place to place or from double to double.
    """
    places = len(distances)
    here = _MOST // 3
    doubled = np.full((2 * places, 2 * places), _MOST, dtype=np.int64)
    out = _coarse(distances, _MOST // 3) + here
    np.fill_diagonal(out, 0)
    doubled[places:, :places] = out
    doubled[:places, places:] = out.T
    np.fill_diagonal(doubled, 0)
    return doubled


def _coarse(distances: Distances, most: int) -> Distances:
    longest = int(distances.max()) or 1
    return distances * most // longest


def _asked(coarse: Distances, seconds: float) -> list[int]:
    tour: list[int] = fast_tsp.find_tour(coarse.tolist(), seconds, stop_when_converged=True)
    return tour


def _from(tour: list[int], first: int) -> list[int]:
    at = tour.index(first)
    return tour[at:] + tour[:at]


# --- finishing -----------------------------------------------------------------------------------------------


def _finished(walk: list[int], distances: Distances) -> list[int]:
    """Move runs and turn parts until no move shortens the walk."""
    table = distances.tolist()
    both_ways = np.array_equal(distances, distances.T)
    while (both_ways and _turn_round(walk, table)) or _move_over(walk, table, both_ways=both_ways):
        pass
    return walk


def _turn_round(walk: list[int], table: list[list[int]]) -> bool:
    """Walk some part the other way round where that is shorter."""
    for first in range(1, len(walk) - 2):
        before, begin = walk[first - 1], walk[first]
        for last in range(first + 1, len(walk) - 1):
            finish, after = walk[last], walk[last + 1]
            if table[before][finish] + table[begin][after] < table[before][begin] + table[finish][after]:
                walk[first : last + 1] = walk[first : last + 1][::-1]
                return True
    return False


def _move_over(walk: list[int], table: list[list[int]], *, both_ways: bool) -> bool:
    """Put up to three stops in a row somewhere else where that is shorter, either way round if that is the same."""
    for size in (1, 2, 3):
        for first in range(1, len(walk) - size):
            part = walk[first : first + size]
            before, after = walk[first - 1], walk[first + size]
            saved = table[before][part[0]] + table[part[-1]][after] - table[before][after]
            rest = walk[:first] + walk[first + size :]
            for place in range(len(rest) - 1):
                left, right = rest[place], rest[place + 1]
                for turned in (part, part[::-1]) if both_ways else (part,):
                    if table[left][turned[0]] + table[turned[-1]][right] - table[left][right] < saved:
                        walk[:] = rest[: place + 1] + turned + rest[place + 1 :]
                        return True
    return False

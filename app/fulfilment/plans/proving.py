"""How far a walk can be from the shortest: a lower bound, and often the proof that there is no shorter one.

The walk, closed by a step of no length from its end to its start, is a round trip over places, each left once and come
to once. Without asking that it hangs together this is a linear programme whose optimum no walk can beat. Where its
solution falls apart, or nearly does, the part is told to be left at least once (Dantzig, Fulkerson, Johnson 1954), the
weakest parts being found as minimum cuts (Stoer and Wagner 1997). When no such part is left, the same is asked in
whole numbers, and again with what falls apart, until one round trip remains: it is the shortest. Where there and back
are the same a leg has no direction: half the variables, and tighter in whole numbers.

Needs ``highspy`` (the extra ``prove``); without it ``prove`` raises ``ImportError``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.searching import Distances

_SLACK: Final = 1e-4
_ROUNDING: Final = 1e-4
"""In millimetres: what a bound may be too high by rounding inside the solver."""
_OPTIONS: Final = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5}
"""All lengths are whole: half a millimetre of doubt is none."""

Taken = NDArray[np.float64]
"""How much of each leg a solution takes, from row to column; both ways where legs have no direction."""


@dataclass(frozen=True, slots=True)
class Proof:
    """No walk is shorter than ``lower_bound_mm``; ``order``, where there is one, is as short as that."""

    lower_bound_mm: int
    order: tuple[int, ...] | None = None


def prove(distances: Distances, seconds_left: Callable[[], float]) -> Iterator[Proof]:
    """Better and better bounds, the last of them with the shortest order if there was time.

    ``distances`` as ``searching.shortest_order`` takes them: n stops, then the start, then the end.
    """
    programme = _programme(distances)
    best, whole = 0, False
    while (seconds := seconds_left()) > 0:
        solved = programme.solve(seconds, whole=whole)
        if solved.bound_mm > best:
            best = solved.bound_mm
            yield Proof(best)
        if solved.taken is None or solved.ties is None:
            return
        parts = _components(solved.taken) if whole else _weak_parts(solved.ties)
        if parts:
            programme.join(parts)
        elif whole:
            yield Proof(solved.bound_mm, _order(solved.taken, len(distances) - 2))
            return
        else:
            whole = True


def _programme(distances: Distances) -> "_Programme":
    """The round trip: with start and end as two places and the step between them fixed, or as one."""
    stops = len(distances) - 2
    if stops < 3 or not np.array_equal(distances, distances.T):
        closed = distances[: stops + 1, : stops + 1].copy()
        closed[:stops, stops] = distances[:stops, stops + 1]
        return _Programme(closed, both_ways=False)
    if not distances[stops, stops + 1]:
        return _Programme(distances[: stops + 1, : stops + 1], both_ways=True)
    closed = distances.copy()
    closed[stops, stops + 1] = closed[stops + 1, stops] = 0
    programme = _Programme(closed, both_ways=True)
    programme.fix(stops, stops + 1)
    return programme


@dataclass(frozen=True, slots=True)
class _Solved:
    """A valid bound, how much of each leg is taken, and of each leg there and back: what ties two places together.

    The last two are missing where time ran out before they were found.
    """

    bound_mm: int
    taken: Taken | None
    ties: Taken | None


class _Programme:
    """The linear programme: one variable for each leg, from 0 to 1. ``both_ways``: legs have no direction."""

    def __init__(self, lengths: Distances, *, both_ways: bool) -> None:
        import highspy

        places = len(lengths)
        self._both_ways = both_ways
        # The lengths leave no leg out: every walk is a solution, so that the optimum bounds them all.
        legs = np.triu(np.ones((places, places), dtype=bool), 1) if both_ways else ~np.eye(places, dtype=bool)
        self._legs = np.argwhere(legs)
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave this out
        for option, value in _OPTIONS.items():
            self._solver.setOptionValue(option, value)
        count = len(self._legs)
        self._solver.addVars(count, np.zeros(count), np.ones(count))
        self._solver.changeColsCost(count, np.arange(count, dtype=np.int32), lengths[legs].astype(np.float64))
        for place in range(places):
            if both_ways:
                self._ask((self._legs == place).any(axis=1), 2.0, 2.0)
            else:
                self._ask(self._legs[:, 0] == place, 1.0, 1.0)
                self._ask(self._legs[:, 1] == place, 1.0, 1.0)

    def _ask(self, legs: NDArray[np.bool_], least: float, most: float) -> None:
        chosen = np.flatnonzero(legs).astype(np.int32)
        self._solver.addRow(least, most, len(chosen), chosen, np.ones(len(chosen)))

    def fix(self, a: int, b: int) -> None:
        """Have one leg taken."""
        self._ask((self._legs == (a, b)).all(axis=1), 1.0, 1.0)

    def join(self, parts: Iterable[Iterable[int]]) -> None:
        """Tell each part to be left at least once."""
        for part in parts:
            inside = np.isin(self._legs, list(part))
            leaving = inside[:, 0] != inside[:, 1] if self._both_ways else inside[:, 0] & ~inside[:, 1]
            self._ask(leaving, 2.0 if self._both_ways else 1.0, np.inf)

    def solve(self, seconds: float, *, whole: bool) -> _Solved:
        """Solve what is asked so far."""
        import highspy

        solver, count = self._solver, len(self._legs)
        if whole:
            kinds = np.full(count, highspy.HighsVarType.kInteger)
            solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), kinds)
        solver.setOptionValue("time_limit", solver.getRunTime() + seconds)
        solver.run()
        info = solver.getInfo()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return _Solved(_rounded_up(info.mip_dual_bound if whole else 0.0), None, None)
        places = int(self._legs.max()) + 1
        taken = np.zeros((places, places))
        taken[tuple(self._legs.T)] = solver.getSolution().col_value
        bound = info.mip_dual_bound if whole else info.objective_function_value
        ties = taken + taken.T
        return _Solved(_rounded_up(bound), ties if self._both_ways else taken, ties)


def _rounded_up(bound: float) -> int:
    """All lengths are whole millimetres, so that a bound between two of them is the upper one."""
    return max(0, ceil(bound - _ROUNDING)) if np.isfinite(bound) else 0


def _components(taken: Taken) -> list[list[int]]:
    """The parts into which a solution in whole numbers falls; none where it is one round trip."""
    left = set(range(len(taken)))
    parts: list[list[int]] = []
    while left:
        part = _trip(taken, min(left))
        left -= set(part)
        parts.append(part)
    return parts if len(parts) > 1 else []


def _trip(taken: Taken, first: int) -> list[int]:
    """The places of the round trip through one of them, from there on."""
    trip = [first]
    legs = taken > 0.5
    while True:
        onward = [int(place) for place in np.flatnonzero(legs[trip[-1]]) if place not in trip]
        if not onward:
            return trip
        trip.append(onward[0])


def _weak_parts(ties: Taken) -> list[list[int]]:
    """Parts that are left less than once: those that the search for the minimum cut meets on its way."""
    weights = ties.copy()
    merged = [[place] for place in range(len(weights))]
    alive = np.ones(len(weights), dtype=bool)
    found: set[frozenset[int]] = set()
    while alive.sum() > 1:
        before, last, cut = _least_tied(weights, alive)
        if cut < 2 - _SLACK:
            found.add(frozenset(merged[last]))
        weights[before] += weights[last]
        weights[:, before] += weights[:, last]
        weights[before, before] = 0.0
        merged[before] += merged[last]
        alive[last] = False
    return sorted(sorted(part) for part in found)


def _least_tied(weights: Taken, alive: NDArray[np.bool_]) -> tuple[int, int, float]:
    """Take places one by one, the most tied to those taken first: the last two, and what ties the last to all."""
    waiting = alive.copy()
    first = int(alive.argmax())
    waiting[first] = False
    ties = weights[first].copy()
    before = last = first
    cut = 0.0
    while waiting.any():
        before, last = last, int(np.where(waiting, ties, -1.0).argmax())
        waiting[last] = False
        cut = float(ties[last])
        ties += weights[last]
    return before, last, cut


def _order(taken: Taken, stops: int) -> tuple[int, ...]:
    """The stops of a round trip, from the start on; the end, where it is a place of its own, comes just before it."""
    trip = _trip(taken, stops)
    if trip[1:2] == [stops + 1]:
        trip = [trip[0], *reversed(trip[1:])]
    return tuple(place for place in trip if place < stops)

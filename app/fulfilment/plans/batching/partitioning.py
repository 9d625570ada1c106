"""The shortest plan over all tours there are, and how far a plan can be from it.

Column generation on the set partitioning programme: a relaxation, in which tours may be walked in part, is solved
over the tours known so far; it says what each order may cost, and all tours that are shorter than that are added,
until there are none. Subset-row cuts lift the bound. Then only tours that cost no more than the distance between
bound and best plan can be part of a better plan; the best cover with these is searched, and where none is missing it
is the best plan there is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np

from app.fulfilment.plans.batching.bounds import fewest_tours
from app.fulfilment.plans.batching.covering import Column, Relaxation, best_cover
from app.fulfilment.plans.batching.one_block import OneBlockTours
from app.fulfilment.plans.batching.orders import Members, Wave, indexes
from app.fulfilment.plans.batching.pricing import Pricing, Terms

_AT_A_TIME: Final = 300
"""Tours added at a time, at most."""
_MANY: Final = 20_000
"""Worthwhile tours after which no more are looked for."""
_CUTS: Final = 40
"""Cuts added at a time."""
_BEAM: Final = 1_000
_WIDEST: Final = 64_000
_FEW: Final = 5_000
"""Tours among which the best cover is searched, at most."""
_COVER_S: Final = 3.0
_GAPS: Final = (16, 4, 1)
"""Parts of the gap within which tours are looked for, until there are too many."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A plan, and the bound below which no plan is."""

    batches: tuple[Members, ...]
    length_mm: int
    bound_mm: int

    @property
    def proven(self) -> bool:
        """Whether no plan is shorter."""
        return self.length_mm <= self.bound_mm


class Partitioning:
    """Improves plans of a wave, and proves how good they are. What it learns it keeps from one plan to the next."""

    def __init__(self, wave: Wave, measure: OneBlockTours) -> None:
        """Raises ``ImportError`` where highspy is not installed."""
        self._wave = wave
        self._measure = measure
        self._fewest = fewest_tours(wave)
        self._relaxation = Relaxation(len(wave.orders), self._fewest)
        self._relaxation.add([self._column(1 << index) for index in range(len(wave.orders))])
        self._pricing = Pricing(wave, measure)
        self._bound_mm = 0
        self._beam = _BEAM

    def improved(
        self, best: Sequence[Members], seen: Iterable[Members], seconds_left: Callable[[], float]
    ) -> Partition:
        """The best plan that is found from one plan and some tours, until time or everything to be gained is up."""
        self._relaxation.add([self._column(batch) for batch in best])
        self._add_seen([self._column(batch) for batch in sorted(seen)])
        found = Partition(tuple(best), sum(map(self._measure.length, best)), self._bound_mm)
        tried = 1 << 62
        while seconds_left() > 0 and not found.proven and self._beam <= _WIDEST:
            value, terms = self._relaxation.solve()
            priced = self._pricing.priced(terms, beam=self._beam, most=_MANY)
            bound = terms.bound(priced.share, self._fewest)
            self._bound_mm = max(self._bound_mm, bound)
            found = replace(found, bound_mm=self._bound_mm)
            self._relaxation.add([Column(*tour) for tour in priced.tours[:_AT_A_TIME]])
            if bound < value - len(self._wave.orders) - 2:
                self._beam *= 1 if priced.tours else 4
                continue
            if found.length_mm - bound < 0.7 * tried:
                tried = found.length_mm - bound
                slack = _slack(found.length_mm, terms.bound(1, self._fewest), priced.share)
                found = self._covered(terms, slack, found, seconds_left)
            if not self._relaxation.cut(_CUTS):
                break
        return found

    def _column(self, members: Members) -> Column:
        return Column(members, self._measure.length(members))

    def _add_seen(self, seen: Sequence[Column]) -> None:
        """Of the tours that a search has seen, those that the relaxation finds worthwhile."""
        orders = len(self._wave.orders)
        riders = np.full((len(seen), max((c.members.bit_count() for c in seen), default=0)), orders)
        for row, column in enumerate(seen):
            riders[row, : column.members.bit_count()] = list(indexes(column.members))
        lengths = np.array([column.length for column in seen], dtype=np.int64)
        while True:
            _, terms = self._relaxation.solve()
            costs = lengths - np.append(terms.prices, 0)[riders].sum(axis=1) - terms.fee
            best = np.argsort(costs, kind="stable")[:_AT_A_TIME]
            best = best[costs[best] < 0]
            added = self._relaxation.add([seen[row] for row in best.tolist()])
            if added < _AT_A_TIME // 10:
                return

    def _covered(
        self, terms: Terms, slack: int, found: Partition, seconds_left: Callable[[], float]
    ) -> Partition:
        """Search the best cover with the tours that can be part of a shorter plan, or with the likeliest of them."""
        columns = {batch: self._column(batch) for batch in found.batches}
        all_there = False
        for part in _GAPS:
            priced = self._pricing.priced(terms, beam=_WIDEST, slack=slack // part, most=_FEW)
            if not priced.complete:
                break
            columns |= {members: Column(members, length) for members, length in priced.tours}
            all_there = part == 1
        seconds = min(_COVER_S, seconds_left())
        if seconds <= 0:
            return found
        chosen, best = best_cover(tuple(columns.values()), len(self._wave.orders), seconds)
        batches = _each_once(chosen)
        length = sum(map(self._measure.length, batches))
        if chosen and length < found.length_mm:
            found = replace(found, batches=batches, length_mm=length)
        if best and all_there:
            self._bound_mm = found.length_mm
        return replace(found, bound_mm=self._bound_mm)


def _slack(length_mm: int, paid: int, share: float) -> int:
    """By how much each tour of a shorter plan can be longer than what it is paid.

    The tours of a plan shorter than ``length_mm`` are together longer than what they are paid by less than
    ``length_mm - paid``; each of them falls short of it by at most 1 / share - 1 of its own length.
    """
    return length_mm - paid + ceil((1 / share - 1) * length_mm + 0.001)


def _each_once(chosen: Sequence[Members]) -> tuple[Members, ...]:
    """A cover may serve an order twice; the second tour leaves it out, which never makes it longer."""
    served = 0
    batches = []
    for batch in chosen:
        if batch & ~served:
            batches.append(batch & ~served)
        served |= batch
    return tuple(batches)

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
_FEW: Final = 6_000
"""Tours among which the best cover is searched, at most."""
_COVER_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Partition:
    """A plan, and the bound below which no plan is."""

    batches: tuple[Members, ...]
    length_mm: int
    bound_mm: int

    @property
    def proven(self) -> bool:
        return self.length_mm <= self.bound_mm


def partitioned(
    wave: Wave,
    measure: OneBlockTours,
    best: Sequence[Members],
    seen: Iterable[Members],
    seconds_left: Callable[[], float],
) -> Partition:
    """Improve a plan and prove how good it is, until there is no time left or nothing left to gain.

    Raises:
        ImportError: highspy is not installed.
    """
    count, fewest = len(wave.orders), fewest_tours(wave)
    relaxation = Relaxation(count, fewest)
    known = [*(1 << index for index in range(count)), *best]
    relaxation.add([Column(batch, measure.length(batch)) for batch in known])
    _add_seen(relaxation, [Column(batch, measure.length(batch)) for batch in sorted(seen)], count)
    pricing = Pricing(wave, measure)
    found = Partition(tuple(best), sum(measure.length(batch) for batch in best), 0)
    beam, tried = _BEAM, 1 << 62
    while seconds_left() > 0 and not found.proven:
        value, terms = relaxation.solve()
        priced = pricing.priced(terms, beam=beam, most=_MANY)
        bound = terms.bound(priced.share, fewest)
        found = replace(found, bound_mm=max(found.bound_mm, bound))
        relaxation.add([Column(*tour) for tour in priced.tours[:_AT_A_TIME]])
        if bound < value - count - 2 and beam <= _WIDEST:
            beam = beam if priced.tours else beam * 4
            continue
        if found.length_mm - bound < 0.7 * tried:
            tried = found.length_mm - bound
            slack = _slack(found.length_mm, terms.bound(1, fewest), priced.share)
            found = _covered(wave, pricing, terms, slack, found, seconds_left)
        if not relaxation.cut(_CUTS):
            break
    return found


def _add_seen(relaxation: Relaxation, seen: Sequence[Column], orders: int) -> None:
    """Of the tours that a search has seen, those that the relaxation finds worthwhile."""
    riders = np.full((len(seen), max((c.members.bit_count() for c in seen), default=0)), orders)
    for row, column in enumerate(seen):
        riders[row, : column.members.bit_count()] = list(indexes(column.members))
    lengths = np.array([column.length for column in seen])
    while True:
        _, terms = relaxation.solve()
        costs = lengths - np.append(terms.prices, 0)[riders].sum(axis=1) - terms.fee
        best = np.argsort(costs, kind="stable")[:_AT_A_TIME]
        best = best[costs[best] < 0]
        relaxation.add([seen[row] for row in best.tolist()])
        if len(best) < _AT_A_TIME // 10:
            return


def _slack(length_mm: int, paid: int, share: float) -> int:
    """By how much each tour of a shorter plan can be longer than what it is paid.

    The tours of a plan shorter than ``length_mm`` are together longer than what they are paid by less than
    ``length_mm - paid``; each of them falls short of it by at most 1 / share - 1 of its own length.
    """
    return length_mm - paid + ceil((1 / share - 1) * length_mm + 0.001)


def _covered(
    wave: Wave,
    pricing: Pricing,
    terms: Terms,
    slack: int,
    found: Partition,
    seconds_left: Callable[[], float],
) -> Partition:
    """Search the best cover with tours that can be part of a shorter plan."""
    priced = pricing.priced(terms, beam=_WIDEST, slack=slack, most=10 * _FEW)
    measure = pricing.measure
    columns = {batch: Column(batch, measure.length(batch)) for batch in found.batches}
    columns |= {members: Column(members, length) for members, length in priced.tours[:_FEW]}
    seconds = min(_COVER_S, seconds_left())
    if seconds <= 0:
        return found
    chosen, best = best_cover(tuple(columns.values()), len(wave.orders), seconds)
    batches = _each_once(wave, chosen)
    length = sum(measure.length(batch) for batch in batches)
    if chosen and length < found.length_mm:
        found = replace(found, batches=batches, length_mm=length)
    if best and priced.complete and len(priced.tours) <= _FEW:
        found = replace(found, bound_mm=found.length_mm)
    return found


def _each_once(wave: Wave, chosen: Sequence[Members]) -> tuple[Members, ...]:
    """A cover may serve an order twice; the second tour leaves it out, which never makes it longer."""
    served = 0
    batches = []
    for batch in chosen:
        if batch & ~served:
            batches.append(batch & ~served)
        served |= batch
    return tuple(batches)

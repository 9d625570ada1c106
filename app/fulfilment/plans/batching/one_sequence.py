"""Lengths of tours on any floor, estimated: every tour visits its stops in one and the same sequence.

The sequence is a good walk over all places of the wave, and a tour leaves out the places that it does not need (a
priori optimization, Bertsimas, Jaillet and Odoni 1990). The estimate can be walked, thus is never shorter than the
shortest; with ways that obey the triangle's inequality, more stops never make it shorter.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.batching.measure import Lengths
from app.fulfilment.plans.batching.orders import Members, indexes

_AT_ONCE: Final = 1 << 11


class OneSequence:
    """Tours over the places of some orders, in millimetres. Remembers what it worked out."""

    def __init__(
        self,
        places: Sequence[Sequence[int]],
        distances: Lengths,
        sequence: Sequence[int],
        alone_mm: Sequence[int],
    ) -> None:
        """The places of each order, as indexes into ``distances``, whose last two rows are the start and the end.

        ``sequence`` has every place once. ``alone_mm`` are lower bounds of any tour with each order.
        """
        count = len(sequence)
        walk = [*sequence, count, count + 1]
        self._between = np.ascontiguousarray(distances[np.ix_(walk, walk)])
        position = np.argsort(np.array(sequence, dtype=np.intp))
        self._has = np.zeros((len(places), count), dtype=bool)
        for order, visited in enumerate(places):
            self._has[order, position[list(visited)]] = True
        self._alone_mm = tuple(alone_mm)
        self._known: dict[Members, int] = {}

    def alone_at_least(self, order: int) -> int:
        """A lower bound of any tour with this order."""
        return self._alone_mm[order]

    def length(self, members: Members) -> int:
        """The tour over all places of these orders, in the sequence."""
        known = self._known.get(members)
        if known is None:
            known = self._known[members] = int(self._walks(self._visited(members)[None, :])[0])
        return known

    def lengths(self, batches: Sequence[Members], others: Sequence[Members]) -> Lengths:
        """The tours over each of the batches joined with each of the others. Shape (batches, others)."""
        found = np.zeros((len(batches), len(others)), dtype=np.int64)
        joining = np.array([self._visited(other) for other in others]).reshape(len(others), -1)
        for row, batch in enumerate(batches):
            for begin in range(0, len(others), _AT_ONCE):
                part = slice(begin, begin + _AT_ONCE)
                found[row, part] = self._walks(self._visited(batch) | joining[part])
        return found

    def _visited(self, members: Members) -> NDArray[np.bool_]:
        return np.asarray(self._has[list(indexes(members))].any(axis=0))

    def _walks(self, visited: NDArray[np.bool_]) -> Lengths:
        """Shape (tours, places) in, (tours,) out."""
        start, end = len(self._between) - 2, len(self._between) - 1
        tour, place = np.nonzero(visited)
        lengths = np.zeros(len(visited), dtype=np.int64)
        if not len(tour):
            return lengths
        onward = tour[1:] == tour[:-1]
        legs = self._between[place[:-1], place[1:]]
        np.add.at(lengths, tour[1:][onward], legs[onward])
        first, last = np.append(True, ~onward), np.append(~onward, True)
        lengths[tour[first]] += self._between[start, place[first]]
        lengths[tour[last]] += self._between[place[last], end]
        return lengths

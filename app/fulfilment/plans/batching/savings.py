"""A first plan within milliseconds: savings, then the best shift or swap as long as there is one.

Clarke and Wright (1964) as C&W(ii) of de Koster, van der Poort and Wolters (1999): the two batches whose common tour
saves most are joined, and the savings of the new batch are worked out anew. Shift and swap: Henn and Waescher (2012).
Both are measured by the real tour. Nothing is left to chance: the same wave gives the same plan.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.batching.measure import Measure
from app.fulfilment.plans.batching.orders import Members, Wave, indexes

_FAR: Final = 1 << 50


def by_savings(wave: Wave, measure: Measure) -> tuple[Members, ...]:
    """Join batches, from one for each order, while two may be joined and that makes no tour longer."""
    batches = {index: 1 << index for index in range(len(wave.orders))}
    singles = list(batches.values())
    alone = [measure.length(single) for single in singles]
    joined = measure.lengths(singles, singles).tolist() if singles else []
    queue = [
        (joined[a][b] - alone[a] - alone[b], a, b)
        for a in range(len(singles))
        for b in range(a + 1, len(singles))
        if joined[a][b] <= alone[a] + alone[b] and wave.may_share(singles[a] | singles[b])
    ]
    heapify(queue)
    number = len(singles)
    while queue:
        _, a, b = heappop(queue)
        if a not in batches or b not in batches:
            continue
        batch = batches.pop(a) | batches.pop(b)
        room = wave.room(batch)
        others = [other for other, riders in batches.items() if _joins(wave, riders, batch, room)]
        if others:
            length = measure.length(batch)
            walks = measure.lengths([batch], [batches[other] for other in others])[0].tolist()
            for other, walk in zip(others, walks, strict=True):
                longer = walk - length - measure.length(batches[other])
                if longer <= 0:
                    heappush(queue, (longer, other, number))
        batches[number] = batch
        number += 1
    return tuple(batches.values())


def improved(wave: Wave, measure: Measure, batches: Sequence[Members]) -> tuple[Members, ...]:
    """Shift an order to another batch, or swap two, always where it saves most, until nothing saves any more."""
    neighbourhood = _Neighbourhood(wave, measure, batches)
    while neighbourhood.move():
        pass
    return tuple(batch for batch in neighbourhood.batches if batch)


def _joins(wave: Wave, riders: Members, batch: Members, room: int) -> bool:
    taken = wave.empty - wave.room(riders)
    return (room - taken) & wave.guards == wave.guards and all(
        batch & ~wave.fellows[index] == 0 for index in indexes(riders)
    )


class _Neighbourhood:
    """What every shift and swap would save. A move changes two batches, and only their orders are worked out anew."""

    def __init__(self, wave: Wave, measure: Measure, batches: Sequence[Members]) -> None:
        count = len(wave.orders)
        self.batches: list[Members] = list(batches)
        self._wave = wave
        self._measure = measure
        self._singles = [1 << index for index in range(count)]
        self._loads = np.array(wave.loads, dtype=np.int64).reshape(count, len(wave.limits))
        self._limits = np.array(wave.limits, dtype=np.int64)
        self._strangers = np.array(
            [[not fellows >> other & 1 for other in range(count)] for fellows in wave.fellows], dtype=bool
        ).reshape(count, count)
        self._batch_of = np.zeros(count, dtype=np.int64)
        self._length = np.zeros(len(self.batches), dtype=np.int64)
        self._without = np.zeros(count, dtype=np.int64)
        """The tour of each order's batch when the order is left out."""
        self._instead = np.full((count, count), _FAR, dtype=np.int64)
        """The tour of each order's batch when another order takes its place. Shape (orders, others)."""
        self._joined = np.full((len(self.batches), count), _FAR, dtype=np.int64)
        """The tour of each batch when an order joins it. Shape (batches, orders)."""
        for number in range(len(self.batches)):
            self._work_out([number])

    def move(self) -> bool:
        """Make the move that saves most; false if none saves anything."""
        if not self._singles:
            return False
        here = self._length[self._batch_of]
        shift = (here - self._without)[:, None] + (self._length[:, None] - self._joined).T
        swap = here[:, None] + here[None, :] - self._instead - self._instead.T
        best_shift, best_swap = int(shift.argmax()), int(swap.argmax())
        if max(shift.flat[best_shift], swap.flat[best_swap]) <= 0:
            return False
        if shift.flat[best_shift] >= swap.flat[best_swap]:
            order, target = divmod(best_shift, len(self.batches))
            moved = self._singles[order]
        else:
            order, other = divmod(best_swap, len(self._singles))
            target = int(self._batch_of[other])
            moved = self._singles[order] | self._singles[other]
        source = int(self._batch_of[order])
        self.batches[source] ^= moved
        self.batches[target] ^= moved
        self._work_out([source, target])
        return True

    def _work_out(self, numbers: Sequence[int]) -> None:
        rows = [(number, order) for number in numbers for order in indexes(self.batches[number])]
        for number, order in rows:
            self._batch_of[order] = number
        bases = [self.batches[number] for number in numbers]
        bases += [self.batches[number] ^ self._singles[order] for number, order in rows]
        tours = self._measure.lengths(bases, self._singles)
        for base, tour in zip(bases, tours, strict=True):
            tour[~self._takes(base)] = _FAR
        for row, number in enumerate(numbers):
            self._length[number] = self._measure.length(self.batches[number])
            self._joined[number] = tours[row]
        for row, (number, order) in enumerate(rows, start=len(numbers)):
            self._without[order] = self._measure.length(bases[row])
            self._instead[order] = tours[row]
            self._instead[order, list(indexes(self.batches[number]))] = _FAR

    def _takes(self, base: Members) -> NDArray[np.bool_]:
        """Which orders may join these: none that is among them, and any when there are none."""
        riders = list(indexes(base))
        if not riders:
            return np.ones(len(self._singles), dtype=bool)
        takes = (self._loads[riders].sum(axis=0) + self._loads <= self._limits).all(axis=1)
        takes &= ~self._strangers[riders].any(axis=0)
        takes[riders] = False
        return np.asarray(takes, dtype=bool)

"""Exact lengths of tours on a floor of one block, quick enough to be asked for a hundred thousand batches.

Ratliff and Rosenthal (1983): a shortest tour is built aisle by aisle from the left, and all that matters of what has
been built is how it crosses to the next aisle. Of five ways to cross, costs are kept:

    through   once along the front and once along the back
    front     twice along the front          back      twice along the back
    both      twice along each, joined       apart     twice along each, not joined yet

An aisle is walked through (its whole depth), entered from the front, from the back, or from both ends leaving out its
largest gap; so of the stops in an aisle only the first, the last and the largest gap matter. Walking an aisle through
twice is never needed (Dunn and others, arXiv 2501.14123; the tests compare with Held and Karp's way).

The tour starts and ends at one corner. If that is at the back, the floor is turned round.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.aisles import AisleFloor, Corner, Spot
from app.fulfilment.plans.batching.measure import Lengths
from app.fulfilment.plans.batching.orders import Members, indexes

_FAR: Final = 1 << 50
_WORD: Final = 62
"""Slots of an aisle that fit into one number of numpy's."""
_AT_ONCE: Final = 1 << 13
"""Tours measured at once: their numbers stay in the processor's cache."""


class OneBlockTours:
    """Lengths of the tours over the stops of some orders, in millimetres. Remembers what it worked out."""

    def __init__(self, floor: AisleFloor, stops: Sequence[Sequence[Spot]], depot: Corner) -> None:
        """Stops for each order of the wave.

        Raises:
            ValueError: ``measures`` does not hold for this floor.
        """
        if not self.measures(floor):
            raise ValueError("a floor of one block, open everywhere, is measured here")
        self._aisles = floor.aisles
        self._slots = floor.slots
        self._depot = depot.aisle
        self._depth = floor.depth_mm
        self._pitch = floor.slot_pitch_mm
        self._across = 2 * floor.aisle_pitch_mm
        turned = depot.cross == 1
        low = floor.up_mm(Spot(0, 0, 0))
        self._near = floor.depth_mm - floor.up_mm(Spot(0, 0, floor.slots - 1)) if turned else low
        """From the depot's cross-aisle to the first slot."""
        self._bits = [0] * len(stops)
        for order, spots in enumerate(stops):
            for spot in spots:
                slot = floor.slots - 1 - spot.slot if turned else spot.slot
                self._bits[order] |= 1 << (spot.aisle * floor.slots + slot)
        self._aisle = (1 << floor.slots) - 1
        self._known: dict[Members, int] = {0: 0}
        self._entered: dict[int, tuple[int, int, int]] = {0: (0, 0, 0)}
        self._words = self._split(floor.slots)

    @staticmethod
    def measures(floor: AisleFloor) -> bool:
        """Whether tours on this floor can be measured here: one block, every aisle open and walked both ways."""
        return floor.blocks == 1 and not floor.one_way and not floor.closed

    def length(self, members: Members) -> int:
        """The shortest tour over all stops of these orders."""
        known = self._known.get(members)
        if known is None:
            bits = 0
            for index in indexes(members):
                bits |= self._bits[index]
            known = self._known[members] = self._walk(bits)
        return known

    def alone_at_least(self, order: int) -> int:
        """The shortest tour over the stops of one order."""
        return self.length(1 << order)

    def lengths(self, batches: Sequence[Members], others: Sequence[Members]) -> Lengths:
        """The shortest tours over each of the batches joined with each of the others. Shape (batches, others)."""
        if self._slots > _WORD:
            return np.array([[self.length(a | b) for b in others] for a in batches], dtype=np.int64).reshape(
                len(batches), len(others)
            )
        return self.walks(self.words(batches)[:, :, None] | self.words(others)[:, None, :])

    def words(self, batches: Sequence[Members]) -> NDArray[np.uint64]:
        """The stops of some batches, aisle by aisle. Shape (aisles, batches)."""
        found = np.zeros((len(batches), self._aisles), dtype=np.uint64)
        for row, members in enumerate(batches):
            chosen = list(indexes(members))
            if chosen:
                found[row] = np.bitwise_or.reduce(self._words[chosen], axis=0)
        return np.ascontiguousarray(found.T)

    def walks(self, words: NDArray[np.uint64]) -> Lengths:
        """The shortest tours over sets of stops, given aisle by aisle. Shape (aisles, ...) in, (...) out."""
        flat = words.reshape(self._aisles, -1)
        found = np.empty(flat.shape[1], dtype=np.int64)
        for begin in range(0, flat.shape[1], _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            found[part] = self._walks(np.ascontiguousarray(flat[:, part]))
        return found.reshape(words.shape[1:])

    def _split(self, slots: int) -> NDArray[np.uint64]:
        """The stops of each order, aisle by aisle. Shape (orders, aisles)."""
        if slots > _WORD:
            return np.zeros((0, 0), dtype=np.uint64)
        return np.array(
            [[(bits >> (a * slots)) & self._aisle for a in range(self._aisles)] for bits in self._bits],
            dtype=np.uint64,
        ).reshape(len(self._bits), self._aisles)

    def _entering(self, aisle: int) -> tuple[int, int, int]:
        """What serving an aisle's stops costs from the front, from the back, and leaving out the largest gap."""
        first = (aisle & -aisle).bit_length() - 1
        last = aisle.bit_length() - 1
        widest, run, free = 0, 0, ~(aisle >> first) & ((1 << (last - first + 1)) - 1)
        while free:
            run += 1
            free &= free >> 1
        widest = (run + 1) * self._pitch if last > first else 0
        below = self._near + first * self._pitch
        above = self._depth - self._near - last * self._pitch
        through = 2 * self._depth
        return through - 2 * above, through - 2 * below, through - 2 * max(below, above, widest)

    def _walk(self, bits: int) -> int:
        if not bits:
            return 0
        slots, aisle_mask, entered, depth, twice = (
            self._slots,
            self._aisle,
            self._entered,
            self._depth,
            self._across,
        )
        depot = self._depot
        left = min(depot, ((bits & -bits).bit_length() - 1) // slots)
        right = max(depot, (bits.bit_length() - 1) // slots)
        bits >>= left * slots
        through = front = back = both = apart = end = _FAR
        for aisle in range(left, right + 1):
            stops = bits & aisle_mask
            bits >>= slots
            ways = entered.get(stops)
            if ways is None:
                ways = entered[stops] = self._entering(stops)
            from_front, from_back, but_gap = ways
            here = aisle == depot
            if here:
                from_back = _FAR  # the depot lies in front
            if aisle == left:
                through, front, back, both, apart = depth, from_front, from_back, _FAR, but_gap + twice
                end = front
                continue
            even = min(through + depth, both + but_gap)
            end = min(even, front + from_front, back + from_back)
            through, front, back, both, apart = (
                min(through + but_gap, depth + min(front, back, both, apart)),
                min(even, front + from_front),
                min(even, back + from_back),
                even + twice,
                min(front, back, apart) + but_gap + twice,
            )
        return end + twice * (right - left)

    def _walks(self, words: NDArray[np.uint64]) -> Lengths:
        """As ``_walk``, for many sets of stops at once; where no tour has begun or all is done, nothing is walked."""
        from_front, from_back, but_gap = self._enterings(words)
        count = words.shape[1]
        empty = words == 0
        far = np.full(count, _FAR, dtype=np.int64)
        begun, done = np.zeros(count, dtype=np.int64), far
        through, front, back, both, apart = far, far, far, far, far
        depth, twice = self._depth, self._across
        for aisle in range(self._aisles):
            f, b, g = from_front[aisle], from_back[aisle], but_gap[aisle]
            if aisle == self._depot:
                b = far
            even = np.minimum(through + depth, both + g)
            fronts = np.minimum(front, begun) + f
            backs = np.minimum(back, begun) + b
            # Served from one end only, a tour may also end here.
            end = np.minimum(even, np.minimum(fronts, front + f))
            end = np.minimum(end, backs if aisle != self._depot else far)
            ending = np.where(empty[aisle], np.minimum(done, end), end)
            done = ending if aisle >= self._depot else far
            either = np.minimum(np.minimum(front, back), begun)
            through, apart = (
                np.minimum(through + g, depth + np.minimum(either, np.minimum(both, apart))) + twice,
                np.minimum(either, apart) + g + 2 * twice,
            )
            front = np.minimum(even, fronts) + twice
            back = np.minimum(even, backs) + twice
            both = even + 2 * twice
            begun = np.where(empty[aisle], begun, _FAR) if aisle < self._depot else far
        return np.where(empty.all(axis=0), 0, done)

    def _enterings(self, words: NDArray[np.uint64]) -> tuple[Lengths, Lengths, Lengths]:
        """As ``_entering``, for many aisles at once: three of the same shape."""
        last = _bit_length(words) - 1
        lowest = words & (~words + np.uint64(1))
        first = _bit_length(lowest) - 1
        none = words == 0
        first[none] = last[none] = 0
        span = (np.uint64(1) << (last - first).astype(np.uint64)) - np.uint64(1)
        free = ~(words >> first.astype(np.uint64)) & span
        widest = (_longest_run(free) + 1) * self._pitch
        widest[last == first] = 0
        below = self._near + first * self._pitch
        above = self._depth - self._near - last * self._pitch
        through = 2 * self._depth
        ways = (
            through - 2 * above,
            through - 2 * below,
            through - 2 * np.maximum(np.maximum(below, above), widest),
        )
        for way in ways:
            way[none] = 0
        return ways


def _bit_length(words: NDArray[np.uint64]) -> Lengths:
    """Exact: a number is cut in two halves that a float holds exactly."""
    high = (words >> np.uint64(31)).astype(np.float64)
    low = (words & np.uint64((1 << 31) - 1)).astype(np.float64)
    of_high, of_low = np.frexp(high)[1], np.frexp(low)[1]
    return np.where(of_high > 0, of_high + 31, of_low).astype(np.int64)


def _longest_run(words: NDArray[np.uint64]) -> Lengths:
    """The longest run of ones in each word, by doubling (Warren, Hacker's Delight, 6-3)."""
    doubled = [words]
    reach = 1
    while doubled[-1].any() and reach < _WORD:
        doubled.append(doubled[-1] & (doubled[-1] >> np.uint64(reach)))
        reach *= 2
    starts = np.full(words.shape, ~np.uint64(0), dtype=np.uint64)
    run = np.zeros(words.shape, dtype=np.uint64)
    for power in range(len(doubled) - 1, -1, -1):
        longer = starts & (doubled[power] >> run)
        found = longer != 0
        starts = np.where(found, longer, starts)
        run[found] += np.uint64(1 << power)
    return run.astype(np.int64)

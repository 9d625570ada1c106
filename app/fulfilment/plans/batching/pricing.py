"""Tours that would make a plan shorter, or the proof that there are none.

Give each order a price, in millimetres that serving it may cost, and give each tour a fee that it is paid on top.
A tour is worth having if it is shorter than what it is paid. Tours are enumerated order by order, all of one size at
a time; a tour is not enlarged any more when even the best payers that still fit could not pay for it (more stops
never make a tour shorter).

Triples of orders may carry a fine: a tour with two or all three of them is paid so much less. No plan pays a fine
twice: if two of three orders ride together, no other tour has two of them (the subset-row cuts of Jepsen, Petersen,
Spoorendonk and Pisinger 2008).

The bound. Let every tour that may be walked be at least ``share`` times as long as what it is paid. A plan serves each
order once, has at least ``fewest`` tours and pays each fine at most once; its tours are therefore together at least

    share × (all prices + fee × fewest − all fines)

long: weak duality for the set partitioning programme, scaled as Farley (1990) does. It holds for any prices, fee and
fines that are not negative. Where there are too many tours to enumerate, those that are left out enter ``share`` with a
bound of their own: their length so far over the most that they could still be paid.

Amounts are whole numbers, and so is all that is compared; only shares are floats.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.batching.measure import Lengths
from app.fulfilment.plans.batching.one_block import OneBlockTours
from app.fulfilment.plans.batching.orders import Members, Wave, indexes

_GRID: Final = 240
"""For the bound, loads are rounded down to this many parts of the cart."""
_AT_ONCE: Final = 1 << 12
"""Tours enlarged at once."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Terms:
    """What tours are paid: a price for each order, a fee for each tour, a fine for each triple of orders."""

    prices: Lengths
    """Shape (orders,)."""
    fee: int
    triples: NDArray[np.int64]
    """Shape (fines, 3)."""
    fines: Lengths
    """Shape (fines,)."""

    @classmethod
    def of(
        cls, prices: Sequence[int], fee: int, triples: Sequence[Sequence[int]], fines: Sequence[int]
    ) -> "Terms":
        """From plain numbers; none of them is negative."""
        return cls(
            np.array(prices, dtype=np.int64),
            fee,
            np.array(triples, dtype=np.int64).reshape(len(fines), 3),
            np.array(fines, dtype=np.int64),
        )

    def paid(self, members: Members) -> int:
        """What a tour with these orders is paid."""
        fined: int = sum(
            int(fine)
            for triple, fine in zip(self.triples.tolist(), self.fines.tolist(), strict=True)
            if sum(members >> order & 1 for order in triple) > 1
        )
        return int(self.prices[list(indexes(members))].sum()) + self.fee - fined

    def bound(self, share: float, fewest: int) -> int:
        """No plan is shorter, given what the enumeration of tours has shown."""
        total = int(self.prices.sum()) + self.fee * fewest - int(self.fines.sum())
        # Shares are right to 15 digits; a thousandth of a millimetre is more than what that can amount to.
        return max(0, ceil(share * total - 0.001))


@dataclass(frozen=True, slots=True)
class Priced:
    """Worthwhile tours with their lengths, the best first; ``complete`` if none of them is missing."""

    tours: tuple[tuple[Members, int], ...]
    share: float
    complete: bool


@dataclass(frozen=True, slots=True)
class _Tours:
    """Tours of one size. Orders are numbered by what they pay for the room they take, the best first."""

    riders: NDArray[np.int64]
    """Shape (tours, size)."""
    words: NDArray[np.uint64]
    """Their stops. Shape (aisles, tours)."""
    length: Lengths
    paid: Lengths
    room: NDArray[np.int64]
    """Shape (tours, limits)."""
    fined: NDArray[np.int8]
    """How many orders of each triple they have. Shape (tours, fines)."""
    next: Flags
    """The orders that each may still take up, all of them numbered higher than its own. Shape (tours, orders)."""

    def __len__(self) -> int:
        return len(self.paid)

    def some(self, which: NDArray[np.intp] | Flags | slice) -> "_Tours":
        return _Tours(
            self.riders[which],
            self.words[:, which],
            self.length[which],
            self.paid[which],
            self.room[which],
            self.fined[which],
            self.next[which],
        )


class Pricing:
    """Enumerates the tours of a wave on a floor of one block."""

    def __init__(self, wave: Wave, measure: OneBlockTours) -> None:
        count = len(wave.orders)
        self.measure: Final = measure
        self.words: Final = measure.words([1 << index for index in range(count)])
        self.loads: Final = np.array(wave.loads, dtype=np.int64).reshape(count, len(wave.limits))
        self.limits: Final = np.array(wave.limits, dtype=np.int64)
        alone: Flags = np.asarray((self.loads > self.limits).any(axis=1))
        together = np.array(
            [[fellows >> other & 1 for other in range(count)] for fellows in wave.fellows], dtype=bool
        ).reshape(count, count)
        self.together: Final = together & ~alone[:, None] & ~alone[None, :]
        parts = (self.loads * _GRID // np.maximum(self.limits, 1)).sum(axis=1)
        self.parts: Final[NDArray[np.int64]] = np.where(alone, 0, parts)
        """What an order takes of the cart, all limits taken together."""
        self.whole: Final = _GRID * len(wave.limits)

    def priced(self, terms: Terms, *, beam: int, slack: int = 0, most: int = 1 << 62) -> Priced:
        """Tours shorter than what they are paid and ``slack`` together.

        No more than ``beam`` tours of one size are enlarged: those that seem the most promising. Once ``most`` tours
        have been found, no more are looked for, and nothing is known of a share.
        """
        return _Enumeration(self, terms, beam, slack, most).run()


class _Enumeration:
    def __init__(self, of: Pricing, terms: Terms, beam: int, slack: int, most: int) -> None:
        worth = np.where(of.parts > 0, terms.prices / np.maximum(of.parts, 1), np.inf)
        self._rank = np.argsort(-worth, kind="stable")
        self._prices = terms.prices[self._rank]
        self._fee = terms.fee
        self._fines = terms.fines
        in_triple = np.zeros((len(self._rank), len(self._fines)), dtype=np.int8)
        for number, triple in enumerate(terms.triples):
            in_triple[triple, number] = 1
        self._in_triple = in_triple[self._rank]
        self._beam, self._slack, self._most = beam, slack, most
        self._measure = of.measure
        self._words = of.words[:, self._rank]
        self._loads = of.loads[self._rank]
        self._limits = of.limits
        self._next = np.triu(of.together[np.ix_(self._rank, self._rank)], 1)
        self._parts = of.parts[self._rank]
        self._whole = of.whole
        self._knapsack = _knapsack(self._prices, self._parts, self._whole)
        self._share = 1.0
        self._complete = True
        self._found: list[tuple[int, Members, int]] = []

    def run(self) -> Priced:
        tours = self._promising([self._singles()])
        while len(tours):
            tours = self._promising(self._enlarged(tours))
        self._found.sort()
        return Priced(
            tuple((members, length) for _, members, length in self._found), self._share, self._complete
        )

    def _singles(self) -> _Tours:
        return _Tours(
            np.arange(len(self._prices), dtype=np.int64)[:, None],
            self._words,
            self._measure.walks(self._words),
            self._prices + self._fee,
            self._limits - self._loads,
            self._in_triple,
            self._next.copy(),
        )

    def _enlarged(self, tours: _Tours) -> Iterator[_Tours]:
        """Each tour with each of the orders that it may still take up, some at a time."""
        which, order = np.nonzero(tours.next)
        for begin in range(0, len(which), _AT_ONCE):
            w, o = which[begin : begin + _AT_ONCE], order[begin : begin + _AT_ONCE]
            words = tours.words[:, w] | self._words[:, o]
            fined = tours.fined[w] + self._in_triple[o]
            paid = tours.paid[w] + self._prices[o]
            if len(self._fines):
                paid -= ((fined == 2) & (self._in_triple[o] == 1)) @ self._fines
            yield _Tours(
                np.concatenate([tours.riders[w], o[:, None]], axis=1),
                words,
                self._measure.walks(words),
                paid,
                tours.room[w] - self._loads[o],
                fined,
                tours.next[w] & self._next[o],
            )

    def _promising(self, parts: Iterable[_Tours]) -> _Tours:
        """Take down the worthwhile tours; keep those that may become so when they are enlarged, up to the beam."""
        kept: list[_Tours] = []
        ratios: list[NDArray[np.float64]] = []
        for tours in parts:
            if len(self._found) > self._most:
                self._complete, self._share = False, 0.0
                return self._singles().some(slice(0, 0))
            self._take_down(tours)
            part = self._pruned(tours)
            if len(part[0]):
                kept.append(part[0])
                ratios.append(part[1])
        if not kept:
            return self._singles().some(slice(0, 0))
        tours = _joined(kept)
        ratio = np.concatenate(ratios)
        if len(tours) > self._beam:
            best = np.argpartition(ratio, self._beam)
            self._complete = False
            self._share = min(self._share, float(ratio[best[self._beam :]].min()))
            tours = tours.some(np.sort(best[: self._beam]))
        return tours

    def _take_down(self, tours: _Tours) -> None:
        paid = tours.paid > 0
        if paid.any():
            self._share = min(self._share, float((tours.length[paid] / tours.paid[paid]).min()))
        for at in np.flatnonzero(tours.length < tours.paid + self._slack).tolist():
            members = sum(1 << int(self._rank[rider]) for rider in tours.riders[at])
            length = int(tours.length[at])
            self._found.append((length - int(tours.paid[at]), members, length))

    def _pruned(self, tours: _Tours) -> tuple[_Tours, NDArray[np.float64]]:
        """The tours that may still become worthwhile, and their length over the most that they could be paid."""
        last = tours.riders[:, -1]
        free = self._whole - self._parts[tours.riders].sum(axis=1)
        payable = tours.paid + self._knapsack[last + 1, np.maximum(free, 0)]
        tours = tours.some(tours.length < payable + self._slack)
        fits = (self._loads[None, :, :] <= tours.room[:, None, :]).all(axis=2)
        tours.next[:] &= fits
        free = self._whole - self._parts[tours.riders].sum(axis=1)
        payable = tours.paid + _payable(tours.next, self._prices, self._parts, free)
        hopeful = (tours.length < payable + self._slack) & tours.next.any(axis=1)
        ratio = tours.length[hopeful] / np.maximum(payable[hopeful], 1)
        return tours.some(hopeful), ratio


def _joined(parts: list[_Tours]) -> _Tours:
    return _Tours(
        np.concatenate([part.riders for part in parts]),
        np.concatenate([part.words for part in parts], axis=1),
        np.concatenate([part.length for part in parts]),
        np.concatenate([part.paid for part in parts]),
        np.concatenate([part.room for part in parts]),
        np.concatenate([part.fined for part in parts]),
        np.concatenate([part.next for part in parts]),
    )


def _knapsack(prices: Lengths, parts: NDArray[np.int64], whole: int) -> Lengths:
    """The most that the orders from a number on can pay together in a room. Shape (orders + 1, whole + 1)."""
    table = np.zeros((len(prices) + 1, whole + 1), dtype=np.int64)
    for number in range(len(prices) - 1, -1, -1):
        table[number] = table[number + 1]
        take = int(parts[number])
        if take <= whole:
            paid = table[number + 1, : whole + 1 - take] + prices[number]
            np.maximum(table[number, take:], paid, out=table[number, take:])
    return table


def _payable(next_: Flags, prices: Lengths, parts: NDArray[np.int64], free: NDArray[np.int64]) -> Lengths:
    """The most that these orders can pay if the last of them may ride in part (Dantzig 1957). Best payers first."""
    taken = np.cumsum(next_ * parts, axis=1)
    whole = next_ & (taken <= free[:, None])
    paid = (whole * prices).sum(axis=1)
    partly = next_ & ~whole
    cut = partly.argmax(axis=1)
    rows = np.arange(len(free))
    left = free - (taken[rows, cut] - parts[cut])
    share = np.where(partly[rows, cut], prices[cut] * np.maximum(left, 0) // np.maximum(parts[cut], 1) + 1, 0)
    total: Lengths = paid + share
    return total

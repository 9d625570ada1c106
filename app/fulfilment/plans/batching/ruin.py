"""Ruin and recreate: orders are taken off some neighbouring tours and put back where they lengthen tours least.

After Schrimpf and others (2000), with the neighbourhoods, blinks and cooling of Christiaens and Vanden Berghe (2020).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Final, Protocol

from app.fulfilment.plans.batching.measure import Measure
from app.fulfilment.plans.batching.orders import Members, Wave, indexes

TOURS_RUINED: Final = 4
"""At most so many tours lose orders at once."""
_BLINK: Final = 0.02
"""How often a place to put an order is overlooked, so that not every recreation ends alike."""
_HOT: Final = 0.02
_COLD: Final = 0.001
"""What may be lost in one step, as a share of a mean tour: at the start and at the end."""
_ASKED_EVERY: Final = 8
"""Steps between two looks at the time."""


class Dice(Protocol):
    """Where chance comes from; ``random.Random`` is one."""

    def random(self) -> float:
        """A number from 0 up to, but not, 1."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """The best plan that was found, and all tours that any plan on the way there had."""

    best: tuple[Members, ...]
    seen: frozenset[Members]


def ruin_and_recreate(
    wave: Wave, measure: Measure, start: Sequence[Members], dice: Dice, left: Callable[[], float]
) -> Search:
    """Search from a plan. ``left`` says which share of the time is left, from 1 down to 0, where the search ends."""
    current = _Plan(wave, measure, start)
    best, best_length = tuple(start), current.length
    seen = set(start)
    if len(start) < 2:
        return Search(best, frozenset(seen))
    near = _neighbours(wave, measure)
    mean = best_length / len(start)
    cooling = 1.0
    step = 0
    while True:
        if step % _ASKED_EVERY == 0:
            cooling = left()
            if cooling <= 0:
                break
        step += 1
        heat = mean * _COLD * (_HOT / _COLD) ** cooling
        changed = current.changed(near, dice)
        seen.update(changed.gained)
        if changed.longer < -heat * log(1 - dice.random() or 1e-300):
            current.take(changed)
            if current.length < best_length:
                best, best_length = tuple(current.batches), current.length
    return Search(best, frozenset(seen))


@dataclass(frozen=True, slots=True)
class _Change:
    """Tours that a plan loses, the tours that it gains for them, and by how much it becomes longer."""

    lost: tuple[int, ...]
    gained: tuple[Members, ...]
    longer: int


class _Plan:
    """A plan with the room that each tour has left."""

    def __init__(self, wave: Wave, measure: Measure, batches: Sequence[Members]) -> None:
        self._wave = wave
        self._measure = measure
        self.batches = list(batches)
        self.length = sum(measure.length(batch) for batch in batches)
        self._rooms = [wave.room(batch) for batch in batches]
        self._tour_of = [0] * len(wave.orders)
        for number, batch in enumerate(batches):
            for order in indexes(batch):
                self._tour_of[order] = number

    def take(self, change: _Change) -> None:
        """Make a change."""
        self.length += change.longer
        free = list(change.lost)
        for batch in change.gained:
            if free:
                number = free.pop()
                self.batches[number] = batch
            else:
                number = len(self.batches)
                self.batches.append(batch)
                self._rooms.append(0)
            self._rooms[number] = self._wave.room(batch)
            for order in indexes(batch):
                self._tour_of[order] = number
        for number in sorted(free, reverse=True):
            last = self.batches.pop()
            room = self._rooms.pop()
            if number < len(self.batches):
                self.batches[number], self._rooms[number] = last, room
                for order in indexes(last):
                    self._tour_of[order] = number

    def changed(self, near: Sequence[Sequence[int]], dice: Dice) -> _Change:
        """Ruin and recreate, without making the change."""
        batches, rooms = dict(enumerate(self.batches)), dict(enumerate(self._rooms))
        out = list(self._ruined(near, dice))
        for order in out:
            number = self._tour_of[order]
            batches[number] ^= 1 << order
            rooms[number] += self._wave.takes[order]
        self._recreate(_shuffled_for(self._wave, self._measure, out, dice), batches, rooms, dice)
        touched = sorted(
            number
            for number, batch in batches.items()
            if number >= len(self.batches) or batch != self.batches[number]
        )
        lost = tuple(number for number in touched if number < len(self.batches))
        gained = tuple(batches[number] for number in touched if batches[number])
        before = sum(self._measure.length(self.batches[number]) for number in lost)
        return _Change(lost, gained, sum(self._measure.length(batch) for batch in gained) - before)

    def _ruined(self, near: Sequence[Sequence[int]], dice: Dice) -> Iterator[int]:
        """A random order and some of its tour, then the same on its neighbours' tours."""
        tours = 2 + int(dice.random() * (TOURS_RUINED - 1))
        seed = int(dice.random() * len(near))
        ruined: set[int] = set()
        for order in near[seed]:
            number = self._tour_of[order]
            if number in ruined or dice.random() < 0.2:
                continue
            ruined.add(number)
            riders = [rider for rider in indexes(self.batches[number]) if rider != order]
            take = int(dice.random() * (len(riders) + 1))
            yield order
            for _ in range(take):
                yield riders.pop(int(dice.random() * len(riders)))
            if len(ruined) == tours:
                return

    def _recreate(
        self, orders: Sequence[int], batches: dict[int, Members], rooms: dict[int, int], dice: Dice
    ) -> None:
        """Put each order where it lengthens a tour least; onto a tour of its own where no cart has room."""
        length, fellows, takes, guards = (
            self._measure.length,
            self._wave.fellows,
            self._wave.takes,
            self._wave.guards,
        )
        for order in orders:
            single, strangers, take = 1 << order, ~fellows[order], takes[order]
            best, least = -1, length(single)
            for number, batch in batches.items():
                if (rooms[number] - take) & guards != guards or batch & strangers:
                    continue
                if not batch or dice.random() < _BLINK:
                    continue
                longer = length(batch | single) - length(batch)
                if longer <= least:
                    best, least = number, longer
            if best < 0:
                best = next((number for number, batch in batches.items() if not batch), len(batches))
                batches[best], rooms[best] = 0, self._wave.empty
            batches[best] |= single
            rooms[best] -= take


def _shuffled_for(wave: Wave, measure: Measure, orders: Sequence[int], dice: Dice) -> list[int]:
    """The orders in one of three sequences: at random, the largest first, the longest walk first."""
    mixed = sorted((dice.random(), order) for order in orders)
    by = dice.random()
    if by < 0.4:
        return [order for _, order in mixed]
    if by < 0.7:
        return [order for _, order in sorted(mixed, key=lambda entry: -wave.takes[entry[1]])]
    return [order for _, order in sorted(mixed, key=lambda entry: -measure.length(1 << entry[1]))]


def _neighbours(wave: Wave, measure: Measure) -> list[list[int]]:
    """For each order all that it may ride with, itself first, then those with whom it saves most of the walk."""
    singles = [1 << index for index in range(len(wave.orders))]
    alone = [measure.length(single) for single in singles]
    joined = measure.lengths(singles, singles).tolist()
    return [
        [
            index,
            *sorted(
                (j for j in indexes(wave.fellows[index]) if j != index),
                key=lambda j: (joined[index][j] / (alone[index] + alone[j] or 1), j),
            ),
        ]
        for index in range(len(singles))
    ]

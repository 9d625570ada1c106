"""The shortest walk over stops on a rectangular floor, exact for any number of cross-aisles.

Sources: Ratliff and Rosenthal 1983 (one block), Roodbergen and de Koster 2001 (two), Cambazard and Catusse 2018 and
Pansart, Catusse and Cambazard 2018 (any number).

**What is looked for.** Not an order of stops but a set of pieces of aisle and cross-aisle, each walked once or twice,
that hangs together, reaches every stop, and has an even number of ends at every corner: then it can be walked in one
go (Euler). A walk that starts and ends at different places has an odd number of ends just there. Read as a walk, the
cheapest such set gives the order.

**What can happen in a sub-aisle.** Six things matter to the corners at its foot and its head, its *strands*: nothing
(where no stop is), through, up and back from the foot, down and back from the head, both but for the largest gap, and
through twice. The place where a walk starts or ends divides its sub-aisle into two such parts; what matters to the
corners is again a strand, now with one end at a corner instead of an even number.

**The sweep.** Aisle by aisle, foot to head and then across to the next aisle, one piece after the other. All sets of
pieces so far that look the same from what lies ahead are one *state*, of which only the cheapest is kept. A state says
of each corner of the frontier whether nothing reaches it, or an even or an odd number of ends, and which corners hang
together. Corners that hang together never cross (the floor is flat), so that there are few: for 2 to 7 cross-aisles
6, 24, 112, 568, 3,032 and 16,768. A step changes one piece and leads from a state to few others: all states are
advanced at once, as arrays. Between the start and the end of an open walk one set of corners has an odd number
of odd corners; there are about three times as many states then. A corner is left behind with an even number of ends
only, and only while something that hangs together with it goes on.

The sweep covers the blocks between the outermost places only: what a walk does beyond can be folded back. It leaves out
the aisles in which there is nothing to reach: what a walk does there can be moved to one side or the other, of which
one is not longer. Where sub-aisles are closed neither holds, and it covers the whole floor.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, partial
from itertools import chain, combinations, pairwise, product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.aisles import NO_WAY, AisleFloor, Corner, Place, Spot

MOST_CROSS_AISLES: Final = 8
"""A round trip across more is not swept, nor an open walk across as many: each brings five to six times the states."""

Lengths = NDArray[np.int64]
Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ShortestTour:
    """Stops in walking order, as indexes into those that were asked for, and the length of the whole walk in mm."""

    order: tuple[int, ...]
    length_mm: int


def shortest_tour(floor: AisleFloor, stops: Sequence[Spot], start: Place, end: Place) -> ShortestTour:
    """The shortest walk from ``start`` over all stops to ``end``. Stops at the same spot come in the given order.

    Raises:
        ValueError: a place is not on the floor, lies in a closed sub-aisle or is cut off by one; ``may_sweep`` says no.
    """
    _check(floor, stops, start, end)
    job = _Job.of(floor, stops, start, end)
    if not _may_sweep(floor, job.blocks, start, end):
        raise ValueError("one-way aisles, or too many cross-aisles")
    inside = _within_one_sub_aisle(job, start, end)
    length, pieces = _sweep(job)
    if inside is not None and inside[0] <= length:
        length, spots = inside
    elif length < NO_WAY:
        spots = _walked(pieces, start, end)
    else:
        raise ValueError("closed sub-aisles cut a place off")
    return ShortestTour(tuple(index for spot in spots for index in job.at.get(spot, ())), length)


def may_sweep(floor: AisleFloor, stops: Iterable[Spot], start: Place, end: Place) -> bool:
    """Whether a walk can be swept: on no floor with one-way aisles, nor across too many cross-aisles."""
    blocks = range(floor.blocks) if floor.closed else _folded(floor, (*stops, start, end))
    return _may_sweep(floor, blocks, start, end)


def _may_sweep(floor: AisleFloor, blocks: range, start: Place, end: Place) -> bool:
    return not floor.one_way and len(blocks) + (start != end) < MOST_CROSS_AISLES


def _check(floor: AisleFloor, stops: Sequence[Spot], start: Place, end: Place) -> None:
    distinct = set(stops)
    for place in (start, end, *distinct):
        if place not in floor:
            raise ValueError(f"not on the floor: {place}")
    for place in (end, *(distinct - {start})) if floor.closed else ():
        if not floor.may_enter(place):
            raise ValueError(f"closed: {place}")


# --- the job -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be walked: the spots to serve by sub-aisle, from the foot, and where the walk begins and ends.

    ``ends`` has no places where the walk comes back to where it began: then that is a place to reach, like a stop.
    """

    floor: AisleFloor
    at: dict[Spot, list[int]]
    spots: dict[tuple[int, int], list[Spot]]
    corners: tuple[Corner, ...]
    ends: tuple[Place, ...]
    aisles: Sequence[int]
    """In the order of the sweep."""
    blocks: range
    last: int
    """The last aisle with anything to reach, in the order of the sweep."""

    @classmethod
    def of(cls, floor: AisleFloor, stops: Sequence[Spot], start: Place, end: Place) -> "_Job":
        at: dict[Spot, list[int]] = defaultdict(list)
        for index, stop in enumerate(stops):
            at[stop].append(index)
        closed = start == end
        spots: dict[tuple[int, int], list[Spot]] = defaultdict(list)
        for spot in sorted({*at, *_spots(start)} if closed else at):
            spots[spot[:2]].append(spot)
        corners = (start,) if closed and isinstance(start, Corner) else ()
        ends = () if closed else (start, end)
        needed = sorted({start.aisle, end.aisle, *(aisle for aisle, _ in spots)})
        # One end of the walk in the last aisle saves the sweep the states that come after both.
        step = -1 if needed[0] in {place.aisle for place in ends} else 1
        last = needed[::step][-1]
        if floor.closed:  # the way round a closed sub-aisle may lead through any aisle
            return cls(
                floor, at, spots, corners, ends, range(floor.aisles)[::step], range(floor.blocks), last
            )
        return cls(floor, at, spots, corners, ends, needed[::step], _folded(floor, (*at, start, end)), last)


def _folded(floor: AisleFloor, places: Iterable[Place]) -> range:
    """The blocks between the outermost places; at least one."""
    crosses = [place.cross for place in places if isinstance(place, Corner)]
    blocks = [place.block for place in places if isinstance(place, Spot)]
    lowest = min(*crosses, *blocks, floor.blocks - 1)
    return range(lowest, max(*crosses, *(block + 1 for block in blocks), lowest + 1))


def _within_one_sub_aisle(job: _Job, start: Place, end: Place) -> tuple[int, list[Spot]] | None:
    """The walk that never leaves its sub-aisle, where there is one: to one side first, then to the other."""
    if not isinstance(start, Spot) or not isinstance(end, Spot):
        return None
    spots = sorted({start, end, *job.at})
    if len({spot[:2] for spot in spots}) > 1:
        return None
    up = job.floor.up_mm
    low, high = up(spots[0]), up(spots[-1])
    down_first = up(start) - low + high - low + high - up(end)
    up_first = high - up(start) + high - low + up(end) - low
    if down_first <= up_first:
        return down_first, [
            *reversed([spot for spot in spots if spot <= start]),
            *(s for s in spots if s > start),
        ]
    return up_first, [*(s for s in spots if s >= start), *reversed([spot for spot in spots if spot < start])]


# --- what can happen in a sub-aisle ----------------------------------------------------------------------------


class _Strand(NamedTuple):
    """What a sub-aisle's pieces are to its corners: how many ends at its foot and its head, and whether they join."""

    foot: int
    head: int
    joined: bool


_NONE = _Strand(0, 0, joined=False)
_THROUGH = _Strand(1, 1, joined=True)
_FROM_FOOT = _Strand(2, 0, joined=False)
_FROM_HEAD = _Strand(0, 2, joined=False)
_FROM_BOTH = _Strand(2, 2, joined=False)
_TWICE = _Strand(2, 2, joined=True)


class _Piece(NamedTuple):
    """A stretch that is walked from one node to another, or out and back to the same, and the spots served on it."""

    a: Place
    b: Place
    spots: tuple[Spot, ...]


class _Part(NamedTuple):
    """A sub-aisle, or what lies of it below, above or between the places where the walk begins and ends.

    ``low_mm`` and ``high_mm`` are heights above the middle of the cross-aisle at its foot, as are those of the spots.
    """

    low: Place
    high: Place
    low_mm: int
    high_mm: int
    spots: tuple[Spot, ...]
    heights: tuple[int, ...]
    shut: bool

    def strands(self) -> dict[_Strand, int]:
        """What can happen here, and its length in mm."""
        long = self.high_mm - self.low_mm
        if self.shut:  # whoever stands there may leave, on one side
            return {_NONE: 0, _THROUGH: long} if _spots(self.low, self.high) else {_NONE: 0}
        if not self.spots:
            return {_NONE: 0, _THROUGH: long, _TWICE: 2 * long}
        first, last = self.heights[0], self.heights[-1]
        return {
            _THROUGH: long,
            _FROM_FOOT: 2 * (last - self.low_mm),
            _FROM_HEAD: 2 * (self.high_mm - first),
            # One spot has no gap to leave out: always the same strands, so that their tables are made once.
            _FROM_BOTH: 2 * (long - max([b - a for a, b in pairwise(self.heights)]))
            if first < last
            else NO_WAY,
            _TWICE: 2 * long,
        }

    def pieces(self, strand: _Strand) -> Iterator[_Piece]:
        """The stretches of what happens here."""
        match strand:
            case _Strand(foot=1):
                yield _Piece(self.low, self.high, self.spots)
            case _Strand(joined=True):
                yield _Piece(self.low, self.high, self.spots)
                yield _Piece(self.low, self.high, ())
            case _Strand(foot=2, head=0):
                yield _Piece(self.low, self.low, self.spots)
            case _Strand(foot=0, head=2):
                yield _Piece(self.high, self.high, self.spots[::-1])
            case _Strand(foot=2, head=2):
                gaps = [b - a for a, b in pairwise(self.heights)]
                cut = gaps.index(max(gaps)) + 1
                yield _Piece(self.low, self.low, self.spots[:cut])
                yield _Piece(self.high, self.high, self.spots[: cut - 1 : -1])


class _Choice(NamedTuple):
    """What happens in a whole sub-aisle, seen from its corners, with what happens in each of its parts."""

    length: int
    parts: tuple[_Strand, ...]


def _parts(job: _Job, aisle: int, block: int) -> tuple[_Part, ...]:
    """A sub-aisle, divided where the walk begins and ends."""
    floor = job.floor
    foot, head = Corner(aisle, block), Corner(aisle, block + 1)
    spots = tuple(job.spots.get((aisle, block), ()))
    heights = tuple([floor.up_mm(spot) for spot in spots])
    shut = (aisle, block) in floor.closed
    rest = _Part(foot, head, 0, floor.depth_mm, spots, heights, shut)
    parts: list[_Part] = []
    for end in sorted(_spots(*job.ends)):
        if end[:2] == (aisle, block):
            below, rest = _divided(rest, end, floor.up_mm(end))
            parts.append(below)
    return (*parts, rest)


def _divided(part: _Part, at: Spot, height: int) -> tuple[_Part, _Part]:
    """What lies below and above the place where a walk begins or ends; a stop right there is served there."""
    below = bisect_left(part.spots, at)
    above = bisect_right(part.spots, at)
    return (
        part._replace(high=at, high_mm=height, spots=part.spots[:below], heights=part.heights[:below]),
        part._replace(low=at, low_mm=height, spots=part.spots[above:], heights=part.heights[above:]),
    )


def _choices(parts: Sequence[_Part]) -> dict[_Strand, _Choice]:
    """The shortest way to be each strand that a sub-aisle can be, over all that can happen in its parts."""
    found: dict[_Strand, _Choice] = {}
    for combined in product(*(part.strands().items() for part in parts)):
        strands = tuple(strand for strand, _ in combined)
        if not _goes_on(strands):
            continue
        whole = _Strand(strands[0].foot, strands[-1].head, all(strand.joined for strand in strands))
        length = sum(length for _, length in combined)
        if whole not in found or length < found[whole].length:
            found[whole] = _Choice(length, strands)
    return found


def _goes_on(strands: Sequence[_Strand]) -> bool:
    """Whether each place where the walk begins or ends has an odd number of ends, and a way to a corner."""
    places = range(1, len(strands))
    odd = all((strands[place - 1].head + strands[place].foot) % 2 for place in places)
    return odd and all(
        all(strand.joined for strand in strands[:place]) or all(strand.joined for strand in strands[place:])
        for place in places
    )


# --- states ----------------------------------------------------------------------------------------------------


class _Stage(Enum):
    """How far the sweep is: before, between or after the places where an open walk begins and ends.

    The value is the number of sets of corners with an odd number of odd corners that a state may have.
    """

    BEFORE = (0,)
    BETWEEN = (1,)
    AFTER = (0, 2)
    DONE = (0, 0)
    """After the last of these in the last aisle: only whole walks count."""


_BITS = 5
_UNTOUCHED = -1


@dataclass(frozen=True, slots=True)
class _States:
    """All states of a frontier, as arrays of shape (states, corners), and their codes in ascending order.

    ``label`` numbers the sets of corners that hang together from the foot, ``_UNTOUCHED`` where nothing reaches a
    corner; ``odd`` is 1 where an odd number of ends does.
    """

    label: NDArray[np.int64]
    odd: NDArray[np.int64]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, label: NDArray[np.int64], odd: NDArray[np.int64]) -> "_States":
        """States in any numbering of their sets, in their order."""
        label = _renumbered(label)
        digits = np.where(label < 0, 0, 1 + 2 * label + odd)
        codes = (digits << (_BITS * np.arange(label.shape[1]))).sum(axis=1)
        return cls(label, odd, codes)

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Whether everything hangs together and nothing is left over: a walk."""
        walk: NDArray[np.bool_] = (self.label.max(axis=1) == 0) & (self.odd.sum(axis=1) == 0)
        return walk


def _renumbered(label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number sets of corners by their first corner."""
    fresh = np.full_like(label, _UNTOUCHED)
    count = np.zeros(len(label), dtype=np.int64)
    for corner in range(label.shape[1]):
        here = label[:, corner] >= 0
        for earlier in range(corner):
            same = here & (label[:, earlier] == label[:, corner])
            fresh[same, corner] = fresh[same, earlier]
        first = here & (fresh[:, corner] < 0)
        fresh[first, corner] = count[first]
        count[first] += 1
    return fresh


@lru_cache(maxsize=64)
def _states(corners: int, stage: _Stage) -> _States:
    """Every state of a frontier: sets of corners that do not cross, each corner even or odd."""
    found = [_parities(np.array(pattern), stage) for pattern in _patterns(corners, ())]
    states = _States.of(
        np.concatenate([label for label, _ in found]), np.concatenate([odd for _, odd in found])
    )
    if stage is _Stage.DONE:
        states = _States.of(states.label[states.whole], states.odd[states.whole])
    order = np.argsort(states.codes)
    return _States(states.label[order], states.odd[order], states.codes[order])


def _parities(label: NDArray[np.int64], stage: _Stage) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ways in which the corners of a pattern may be even or odd, and the pattern once for each."""
    odd = _all_parities(len(label))
    sets = label == np.arange(len(label))[:, None]
    odd = odd[(odd[:, label < 0] == 0).all(axis=1)]
    odd = odd[np.isin((odd @ sets.T % 2).sum(axis=1), stage.value)]
    return np.broadcast_to(label, odd.shape), odd


@lru_cache(maxsize=64)
def _all_parities(corners: int) -> NDArray[np.int64]:
    return np.array(list(product((0, 1), repeat=corners)), dtype=np.int64)


def _patterns(
    corners: int, taken: tuple[int, ...], visible: tuple[int, ...] = ()
) -> Iterator[tuple[int, ...]]:
    """Which corners hang together. A set that encloses a corner stays out of its sight until it closes."""
    if len(taken) == corners:
        yield taken
        return
    yield from _patterns(corners, (*taken, _UNTOUCHED), visible)
    for index, label in enumerate(visible):
        yield from _patterns(corners, (*taken, label), visible[: index + 1])
    fresh = max((*taken, _UNTOUCHED)) + 1
    yield from _patterns(corners, (*taken, fresh), (*visible, fresh))


# --- steps -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Which states lead to which others.

    Pair i leads from state ``source[i]`` by option ``option[i]``. Pairs are laid out in ranks: the first pair to each
    target, then the second to each that has two, and so on; rank k holds ``ranks[k]`` pairs. Targets with more pairs
    come first, so that the minimum over a target's pairs is a minimum of rank after rank.
    """

    source: Numbers
    option: Numbers
    ranks: tuple[int, ...]
    target: Numbers

    @classmethod
    def of(cls, new: _States, moved: Mapping[int, NDArray[np.int64]], *, other: bool) -> "_Pairs":
        """The pairs of options, each given as the codes that old states come to; what leads nowhere is left out.

        With ``other``, what leads from a state to itself is left out too.
        """
        none = np.zeros(0, dtype=np.intp)
        sources, options, targets = [none], [none], [none]
        for option, codes in moved.items():
            place: Numbers = np.minimum(np.searchsorted(new.codes, codes), len(new.codes) - 1)
            leads = new.codes[place] == codes
            if other:
                leads &= place != np.arange(len(codes))
            sources.append(np.flatnonzero(leads))
            options.append(np.full(len(sources[-1]), option, dtype=np.intp))
            targets.append(place[sources[-1]])
        target = np.concatenate(targets)
        count = np.bincount(target, minlength=len(new.codes))
        by_target = np.lexsort((target, -count[target]))
        in_order = target[by_target]
        first = np.flatnonzero(np.r_[True, in_order[1:] != in_order[:-1]][: len(in_order)])
        rank = np.arange(len(in_order)) - np.repeat(first, np.diff(np.r_[first, len(in_order)]))
        laid_out = by_target[np.argsort(rank, kind="stable")]
        return cls(
            np.concatenate(sources)[laid_out],
            np.concatenate(options)[laid_out],
            tuple(np.bincount(rank).tolist()),
            in_order[first],
        )

    def least(self, lengths: Lengths) -> Lengths:
        """The least of the lengths of all pairs that lead to each target."""
        begin = self.ranks[0]
        best = lengths[:begin]
        for count in self.ranks[1:]:
            np.minimum(best[:count], lengths[begin : begin + count], out=best[:count])
            begin += count
        return best

    def advance(self, least: Lengths, after: Lengths) -> None:
        """Keep in ``after`` what is shorter; ``least`` are the lengths of the targets."""
        after[self.target] = np.minimum(after.take(self.target), least)

    def to(self, state: int) -> Iterator[tuple[int, int]]:
        """The options and sources that lead to a state."""
        for place in np.flatnonzero(self.target == state).tolist():
            begin = 0
            for count in self.ranks:
                if place < count:
                    yield int(self.option[begin + place]), int(self.source[begin + place])
                begin += count


@dataclass(frozen=True, slots=True)
class _Vertical:
    """What a sub-aisle does to all states at once.

    A state of kind k stays what it is by the options in ``stays[k]``; ``stays`` is empty where the stage changes.
    Whoever goes through may go through again, at the same cost: from target j of ``through`` that leads to its target
    ``again[j]``. (So the option ``_TWICE`` needs no pairs of its own.)
    """

    strands: tuple[_Strand, ...]
    states: int
    kind: Numbers
    stays: tuple[tuple[int, ...], ...]
    pairs: _Pairs
    through: _Pairs
    again: Numbers

    def advance(self, before: Lengths, costs: Sequence[int]) -> Lengths:
        """The least length of every state after this step, where each option costs so many millimetres."""
        if self.stays:
            staying = [min([costs[option] for option in options], default=NO_WAY) for options in self.stays]
            after = before.copy()
            if any(staying):
                after += np.array(staying, dtype=np.int64).take(self.kind)
        else:
            after = np.full(self.states, NO_WAY, dtype=np.int64)
        if len(self.pairs.source):
            lengths = before.take(self.pairs.source)
            lengths += np.array(costs, dtype=np.int64).take(self.pairs.option)
            self.pairs.advance(self.pairs.least(lengths), after)
        if len(self.again):
            long = costs[int(self.through.option[0])]
            once = self.through.least(before.take(self.through.source))
            once += long
            self.through.advance(np.minimum(once, once.take(self.again) + long), after)
        return after

    def back(self, before: Lengths, costs: Sequence[int], state: int, length: int) -> tuple[int, int]:
        """The option and the state before that a state was reached from with its length."""
        for option in self.stays[self.kind[state]] if self.stays else ():
            if before[state] + costs[option] == length:
                return option, state
        ways = chain(self.pairs.to(state), self.through.to(state), self._twice(state))
        return next((option, source) for option, source in ways if before[source] + costs[option] == length)

    def _twice(self, state: int) -> Iterator[tuple[int, int]]:
        for segment in np.flatnonzero(self.through.target == state):
            twice = self.strands.index(_TWICE)
            for _, source in self.through.to(int(self.through.target[self.again[segment]])):
                yield twice, source


@lru_cache(maxsize=4096)
def _vertical(
    corners: int, before: _Stage, after: _Stage, block: int, strands: tuple[_Strand, ...]
) -> _Vertical:
    """What a sub-aisle does: each of some strands between corner ``block`` and the one above."""
    old, new, same = _states(corners, before), _states(corners, after), before is after
    options = list(enumerate(strands))
    moved = {option: _with(old, block, strand) for option, strand in options if not (same and strand.joined)}
    passing = {option: _with(old, block, strand) for option, strand in options if same and strand == _THROUGH}
    pairs, through = _Pairs.of(new, moved, other=same), _Pairs.of(new, passing, other=same)
    once_more = [codes[through.target] for codes in passing.values()] or [new.codes[through.target]]
    place = np.zeros(len(new.codes), dtype=np.intp)
    place[through.target] = np.arange(len(through.target))
    again = place[np.searchsorted(new.codes, once_more[0])]
    foot, head = old.label[:, block], old.label[:, block + 1]
    kind = np.stack([foot >= 0, head >= 0, (foot >= 0) & (foot == head)]).T @ np.array([1, 2, 4])
    stays = tuple(
        tuple(option for option, strand in enumerate(strands) if _changes_nothing(strand, each))
        for each in range(8 if same else 0)
    )
    return _Vertical(strands, len(new.codes), kind.astype(np.intp), stays, pairs, through, again)


def _changes_nothing(strand: _Strand, kind: int) -> bool:
    """Whether a strand with an even number of ends meets corners that are all touched, and joined if it joins."""
    needed = (strand.foot > 0) + 2 * (strand.head > 0) + 4 * strand.joined
    return strand.foot % 2 == 0 and strand.head % 2 == 0 and needed & ~kind == 0


def _with(states: _States, block: int, strand: _Strand) -> NDArray[np.int64]:
    """The codes of states once a strand is added to them."""
    label, odd = states.label.copy(), states.odd.copy()
    fresh = label.shape[1]
    for corner, ends in ((block, strand.foot), (block + 1, strand.head)):
        if ends:
            bare = label[:, corner] < 0
            label[bare, corner] = fresh + corner
            odd[:, corner] ^= ends % 2
    if strand.joined:
        foot, head = label[:, block, None], label[:, block + 1, None]
        label = np.where(label == head, foot, label)
    return _States.of(label, odd).codes


@dataclass(frozen=True, slots=True)
class _Across:
    """What all cross-aisles do from one aisle to the next.

    Odd corners are walked on from once; even ones twice, or they are left behind while something that hangs together
    with them goes on. So a state shows itself how often its cross-aisles are walked: ``times``, of shape (states,).
    The corners are left behind a few after the other: so there are fewer pairs than for all at once.
    """

    times: Lengths
    some: tuple[_Pairs, ...]

    def advance(self, before: Lengths, costs: Sequence[int]) -> Lengths:
        """The least length of every state in the next aisle; ``costs`` is the way there alone."""
        after = before.copy()
        for pairs in self.some:
            pairs.advance(pairs.least(after.take(pairs.source)), after)
        after += self.times * costs[0]
        return after

    def back(self, before: Lengths, costs: Sequence[int], state: int, length: int) -> tuple[int, int]:
        """The state itself, which shows what is walked, and the state before."""
        sources = [state]
        for pairs in reversed(self.some):
            sources += [source for reached in sources for _, source in pairs.to(reached)]
        walked = int(self.times[state]) * costs[0]
        return state, next(source for source in sources if before[source] + walked == length)


@lru_cache(maxsize=64)
def _across(corners: int, stage: _Stage) -> _Across:
    """The step to the next aisle."""
    states = _states(corners, stage)
    times = np.where(states.label < 0, 0, 2 - states.odd)
    some = (
        _leaving(states, range(first, min(first + _AT_ONCE, corners)))
        for first in range(0, corners, _AT_ONCE)
    )
    return _Across(times.sum(axis=1), tuple(pairs for pairs in some if len(pairs.source)))


_AT_ONCE: Final = 2


def _leaving(states: _States, corners: range) -> _Pairs:
    """What leads from state to state by leaving some of these corners behind."""
    even = (states.label >= 0) & (states.odd == 0)
    place = np.arange(states.label.shape[1])
    subsets = [subset for size in range(1, len(corners) + 1) for subset in combinations(corners, size)]
    moved = {option: _without(states, even, np.isin(place, subset)) for option, subset in enumerate(subsets)}
    return _Pairs.of(states, moved, other=True)


def _without(states: _States, even: NDArray[np.bool_], left: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The codes of states once some even corners are left behind; -1 where they may not be."""
    goes_on = np.where(left, _UNTOUCHED, states.label)
    kept = [
        ((states.label == each).any(axis=1) <= (goes_on == each).any(axis=1)) for each in range(len(left))
    ]
    may = even[:, left].all(axis=1) & np.logical_and.reduce(kept)
    codes = np.full(len(may), -1, dtype=np.int64)
    codes[may] = _States.of(goes_on[may], states.odd[may]).codes
    return codes


# --- the sweep -------------------------------------------------------------------------------------------------


_Pieces = Callable[[int], Iterable[_Piece]]
"""What is walked in each option of a step."""


class _Taken(NamedTuple):
    """A step as it is taken on this floor: what each option costs, and what is walked in it."""

    step: _Vertical | _Across
    costs: tuple[int, ...]
    pieces: _Pieces
    may_end: _Stage | None
    """The stage that is reached with it where a walk may end here."""


@dataclass(frozen=True, slots=True)
class _SubAisle:
    """What can happen in one sub-aisle, in a fixed order."""

    parts: tuple[_Part, ...]
    choices: tuple[_Choice, ...]

    def pieces(self, option: int) -> Iterator[_Piece]:
        """The stretches of one choice."""
        for part, strand in zip(self.parts, self.choices[option].parts, strict=True):
            yield from part.pieces(strand)


def _sweep(job: _Job) -> tuple[int, list[_Piece]]:
    """The length of the shortest walk, ``NO_WAY`` where there is none, and its pieces."""
    corners = len(job.blocks) + 1
    lengths = [_at_the_beginning(corners)]
    steps: list[_Taken] = []
    best, state, taken_by_best = NO_WAY, 0, 0
    for taken in _steps(job, corners):
        steps.append(taken)
        lengths.append(taken.step.advance(lengths[-1], taken.costs))
        if taken.may_end is not None:
            whole = _whole(corners, taken.may_end)
            candidate = int(whole[lengths[-1][whole].argmin()])
            if lengths[-1][candidate] < best:
                best, state, taken_by_best = int(lengths[-1][candidate]), candidate, len(steps)
    pieces: list[_Piece] = []
    length = best
    for number in range(taken_by_best - 1, -1, -1):
        taken, before = steps[number], lengths[number]
        option, state = taken.step.back(before, taken.costs, state, length)
        pieces += taken.pieces(option)
        length = int(before[state])
    return best, pieces


def _at_the_beginning(corners: int) -> Lengths:
    """Nothing is walked yet: the only state that costs nothing is the one in which no corner is touched."""
    lengths = np.full(len(_states(corners, _Stage.BEFORE).codes), NO_WAY, dtype=np.int64)
    lengths[0] = 0
    return lengths


@lru_cache(maxsize=64)
def _whole(corners: int, stage: _Stage) -> Numbers:
    return np.flatnonzero(_states(corners, stage).whole)


def _steps(job: _Job, corners: int) -> Iterator[_Taken]:
    """All steps of the sweep in their order."""
    passed, stage, everything = 0, _Stage.BEFORE, False
    for aisle, onward in zip(job.aisles, (*job.aisles[1:], None), strict=True):
        last = onward is None
        everything |= aisle == job.last
        decided = list(_in_aisle(job, aisle))
        for number, (taken_by, block, strands, costs, pieces) in enumerate(decided, start=1):
            passed += taken_by
            after = _stage(passed, last=last) if taken_by else stage
            may_end = after if everything and number == len(decided) else None
            yield _Taken(_vertical(corners, stage, after, block, strands), costs, pieces, may_end)
            stage = after
        if onward is not None:
            pitch = abs(onward - aisle) * job.floor.aisle_pitch_mm
            walked = partial(_crossings, _states(corners, stage), aisle, onward, job.blocks[0])
            yield _Taken(_across(corners, stage), (pitch,), walked, None)


def _crossings(states: _States, aisle: int, onward: int, lowest: int, state: int) -> Iterator[_Piece]:
    """What is walked from one aisle to the next that matters, in a state."""
    for cross, (label, odd) in enumerate(
        zip(states.label[state], states.odd[state], strict=True), start=lowest
    ):
        for _ in range(2 - odd if label >= 0 else 0):
            yield _Piece(Corner(aisle, cross), Corner(onward, cross), ())


def _stage(passed: int, *, last: bool) -> _Stage:
    """The stage once some ends of the walk are passed."""
    if passed < 2:
        return _Stage.BETWEEN
    return _Stage.DONE if last else _Stage.AFTER


_InAisle = tuple[int, int, tuple[_Strand, ...], tuple[int, ...], _Pieces]


def _in_aisle(job: _Job, aisle: int) -> Iterator[_InAisle]:
    """What is decided within an aisle: how many ends of the walk it passes, the block, and what can happen.

    The ends of the walk come last, so that in the last aisle nothing needs to be undone after them.
    """
    found: list[_InAisle] = []
    for block in job.blocks:
        parts = _parts(job, aisle, block)
        above = block - job.blocks[0]
        if len(parts) == 1:
            lengths = parts[0].strands()
            strands = tuple(lengths)
            found.append((0, above, strands, tuple(lengths.values()), partial(_of_part, parts[0], strands)))
            continue
        choices = _choices(parts)
        costs = tuple(choice.length for choice in choices.values())
        sub_aisle = _SubAisle(parts, tuple(choices.values()))
        found.append((len(parts) - 1, above, tuple(choices), costs, sub_aisle.pieces))
    yield from sorted(found, key=lambda each: each[0])
    for place in (*job.corners, *job.ends):
        if isinstance(place, Corner) and place.aisle == aisle:
            ends = 1 if job.ends else 2
            block = place.cross - job.blocks[0]
            if block < len(job.blocks):
                yield ends % 2, block, (_Strand(ends, 0, joined=False),), (0,), _nothing
            else:
                yield ends % 2, block - 1, (_Strand(0, ends, joined=False),), (0,), _nothing


def _of_part(part: _Part, strands: tuple[_Strand, ...], option: int) -> Iterator[_Piece]:
    return part.pieces(strands[option])


def _nothing(_: int) -> tuple[_Piece, ...]:
    return ()


# --- from pieces to a walk ---------------------------------------------------------------------------------------


def _walked(pieces: Sequence[_Piece], start: Place, end: Place) -> list[Spot]:
    """The spots in the order of a walk that takes every piece once (Hierholzer 1873)."""
    onward: dict[Place, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        onward[piece.a].append(number)
        if piece.b != piece.a:
            onward[piece.b].append(number)
    used = [False] * len(pieces)
    # A walk that comes back to a spot may be begun at any corner and turned until that spot is its first.
    round_trip = start == end and isinstance(start, Spot)
    trail: list[tuple[Place, int]] = [(pieces[0].a if round_trip else start, -1)]
    walk: list[tuple[Place, int]] = []
    while trail:
        ways = onward[trail[-1][0]]
        while ways and used[ways[-1]]:
            ways.pop()
        if not ways:
            walk.append(trail.pop())
            continue
        number = ways.pop()
        used[number] = True
        piece = pieces[number]
        trail.append((piece.a if trail[-1][0] == piece.b else piece.b, number))
    spots: list[Spot] = []
    for place, number in walk[-2::-1]:
        piece = pieces[number]
        spots += piece.spots if place == piece.b else piece.spots[::-1]
    if round_trip:
        first = spots.index(Spot(*start))
        return spots[first:] + spots[:first]
    return [*_spots(start), *spots, *_spots(end)]


def _spots(*places: Place) -> tuple[Spot, ...]:
    return tuple([place for place in places if isinstance(place, Spot)])

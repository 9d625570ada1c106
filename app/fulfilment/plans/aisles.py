"""A rectangular floor: parallel aisles between cross-aisles, described by a few numbers.

Aisles stand side by side from the left, cross-aisles lie across them from the front (0) to the back; between two
cross-aisles lies a block. The part of an aisle within a block is a sub-aisle, with slots on both sides that are served
from its middle. All lengths are whole millimetres and measured along the middle of aisles and cross-aisles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.ways import Ways, shortest_ways

NO_WAY: Final = 1 << 40
"""What ``AisleFloor.distances`` gives where there is no way: longer than any walk."""

Millimetres = NDArray[np.int64]
Point = tuple[int, int]


class Way(StrEnum):
    """The direction of a one-way aisle: up leads away from the front."""

    UP = "up"
    DOWN = "down"


class Corner(NamedTuple):
    """Where an aisle meets a cross-aisle."""

    aisle: int
    cross: int


class Spot(NamedTuple):
    """A slot of an aisle in a block, on either side; slots are counted from the front."""

    aisle: int
    block: int
    slot: int


Place = Corner | Spot


@dataclass(frozen=True, slots=True)
class AisleFloor:
    """The floor. Aisle a lies at x = a × ``aisle_pitch_mm``; cross-aisle c at y = c × the depth of a block.

    ``one_way`` names aisles that are walked in one direction only. ``closed`` holds sub-aisles, as aisle and block,
    that nobody enters today: no way leads through them or to their slots, but whoever stands in one may leave.
    """

    aisles: int
    blocks: int
    slots: int
    slot_pitch_mm: int
    aisle_pitch_mm: int
    cross_aisle_mm: int
    one_way: tuple[tuple[int, Way], ...] = ()
    closed: frozenset[tuple[int, int]] = frozenset()

    @property
    def depth_mm(self) -> int:
        """From the middle of one cross-aisle to the middle of the next."""
        return self.slots * self.slot_pitch_mm + self.cross_aisle_mm

    def __contains__(self, place: Place) -> bool:
        """Whether there is such a corner or slot."""
        if not 0 <= place.aisle < self.aisles:
            return False
        if isinstance(place, Corner):
            return 0 <= place.cross <= self.blocks
        return 0 <= place.block < self.blocks and 0 <= place.slot < self.slots

    def up_mm(self, spot: Spot) -> int:
        """How far a slot's middle is from the cross-aisle below its block; rounded down from half millimetres."""
        return (self.cross_aisle_mm + (2 * spot.slot + 1) * self.slot_pitch_mm) // 2

    def position(self, place: Place) -> Point:
        """Where it is: x and y in millimetres from the lower left corner."""
        x = place.aisle * self.aisle_pitch_mm
        if isinstance(place, Corner):
            return x, place.cross * self.depth_mm
        return x, place.block * self.depth_mm + self.up_mm(place)

    def may_enter(self, place: Place) -> bool:
        """Whether a place lies outside the closed sub-aisles."""
        return isinstance(place, Corner) or (place.aisle, place.block) not in self.closed

    def direction(self, aisle: int) -> Way | None:
        """The direction of a one-way aisle."""
        return dict(self.one_way).get(aisle)

    def neighbours(self, corner: Corner) -> Iterator[tuple[Corner, int]]:
        """The corners that can be walked to directly, and how far they are."""
        aisle, cross = corner
        way = self.direction(aisle)
        if aisle > 0:
            yield Corner(aisle - 1, cross), self.aisle_pitch_mm
        if aisle + 1 < self.aisles:
            yield Corner(aisle + 1, cross), self.aisle_pitch_mm
        if cross > 0 and way is not Way.UP and (aisle, cross - 1) not in self.closed:
            yield Corner(aisle, cross - 1), self.depth_mm
        if cross < self.blocks and way is not Way.DOWN and (aisle, cross) not in self.closed:
            yield Corner(aisle, cross + 1), self.depth_mm

    def distances(self, places: Sequence[Place]) -> Millimetres:
        """All distances, from row to column, in millimetres; ``NO_WAY`` where there is none. Shape (n, n)."""
        out = [self._ways(place, leaving=True) for place in places]
        into = [self._ways(place, leaving=False) for place in places]
        exits = np.array(
            [[_number(self, corner) for corner, _ in ways] for ways in out], dtype=np.int64
        ).reshape(-1, 2)
        entries = np.array(
            [[_number(self, corner) for corner, _ in ways] for ways in into], dtype=np.int64
        ).reshape(-1, 2)
        first = np.array([[mm for _, mm in ways] for ways in out], dtype=np.int64).reshape(-1, 2)
        last = np.array([[mm for _, mm in ways] for ways in into], dtype=np.int64).reshape(-1, 2)
        table = _corner_distances(self, frozenset(exits.ravel().tolist()))
        best = np.full((len(places), len(places)), NO_WAY, dtype=np.int64)
        for way_out in (0, 1):
            for way_in in (0, 1):
                between = table[exits[:, way_out, None], entries[None, :, way_in]]
                walk = first[:, way_out, None] + between + last[None, :, way_in]
                np.minimum(best, walk, out=best)
        for here in _by_sub_aisle(places).values():
            for a in here:
                for b in here:
                    straight = self._straight(places[a], places[b])
                    if straight is not None:
                        best[a, b] = min(int(best[a, b]), straight)
        return best

    def path(self, a: Place, b: Place) -> tuple[Point, ...]:
        """The shortest walk as a line from point to point, for drawing. At least one point.

        Raises:
            ValueError: there is no way from a to b.
        """
        straight = self._straight(a, b)
        best, corners = (NO_WAY if straight is None else straight), tuple[Corner, ...]()
        for way_out, first in self._ways(a, leaving=True):
            for way_in, last in self._ways(b, leaving=False):
                ways = _ways(self, way_out)
                walk = first + ways.distance.get(way_in, NO_WAY) + last
                if walk < best:
                    best, corners = walk, ways.to(way_in)
        if best >= NO_WAY:
            raise ValueError(f"no way from {a} to {b}")
        return _bends([self.position(place) for place in (a, *corners, b)])

    def _ways(self, place: Place, *, leaving: bool) -> tuple[tuple[Corner, int], tuple[Corner, int]]:
        """How a place is left, or come to, by the corner below and the one above; ``NO_WAY`` where it is not."""
        if isinstance(place, Corner):
            return (place, 0), (place, 0)
        low, high = Corner(place.aisle, place.block), Corner(place.aisle, place.block + 1)
        below = self.up_mm(place)
        above = self.depth_mm - below
        if not leaving and not self.may_enter(place):
            below = above = NO_WAY
        match self.direction(place.aisle):
            case Way.UP:
                below, above = (NO_WAY, above) if leaving else (below, NO_WAY)
            case Way.DOWN:
                below, above = (below, NO_WAY) if leaving else (NO_WAY, above)
            case None:
                pass
        return (low, below), (high, above)

    def _straight(self, a: Place, b: Place) -> int | None:
        """The way from one slot to another within their sub-aisle; none where they share none or it goes one way."""
        if a == b:
            return 0
        if isinstance(a, Corner) or isinstance(b, Corner) or a[:2] != b[:2] or not self.may_enter(b):
            return None
        up = b.slot > a.slot
        if self.direction(a.aisle) is (Way.DOWN if up else Way.UP):
            return None
        return abs(self.up_mm(a) - self.up_mm(b))


def _by_sub_aisle(places: Sequence[Place]) -> dict[tuple[int, ...], list[int]]:
    found: dict[tuple[int, ...], list[int]] = {}
    for index, place in enumerate(places):
        # A corner is only in line with itself.
        found.setdefault(place[:2] if isinstance(place, Spot) else (*place, -1), []).append(index)
    return found


def _number(floor: AisleFloor, corner: Corner) -> int:
    return corner.aisle * (floor.blocks + 1) + corner.cross


def _corner(floor: AisleFloor, number: int) -> Corner:
    return Corner(*divmod(number, floor.blocks + 1))


@lru_cache(maxsize=64)
def _open_distances(floor: AisleFloor) -> Millimetres:
    """Between all corners of a floor that is open everywhere: along the two axes."""
    aisle, cross = np.divmod(np.arange(floor.aisles * (floor.blocks + 1), dtype=np.int64), floor.blocks + 1)
    across = np.abs(aisle[:, None] - aisle[None, :]) * floor.aisle_pitch_mm
    along = np.abs(cross[:, None] - cross[None, :]) * floor.depth_mm
    total: Millimetres = across + along
    return total


def _corner_distances(floor: AisleFloor, sources: frozenset[int]) -> Millimetres:
    if not floor.one_way and not floor.closed:
        return _open_distances(floor)
    corners = floor.aisles * (floor.blocks + 1)
    table = np.full((corners, corners), NO_WAY, dtype=np.int64)
    for source in sources:
        for corner, distance in _ways(floor, _corner(floor, source)).distance.items():
            table[source, _number(floor, corner)] = distance
    return table


@lru_cache(maxsize=4096)
def _ways(floor: AisleFloor, source: Corner) -> Ways[Corner]:
    """The shortest ways from a corner to all others."""
    return shortest_ways(floor.neighbours, source)


def _bends(points: Sequence[Point]) -> tuple[Point, ...]:
    """The ends and the bends of a line along the two axes."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and _in_line(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _in_line(a: Point, b: Point, c: Point) -> bool:
    return a[0] == b[0] == c[0] or a[1] == b[1] == c[1]

"""The walking graph of a floor: how far it is from one location to another, and which way.

Walkways meet where they touch or cross. A location is reached from the nearest point of the nearest walkway. All
lengths are whole millimetres and the same in both directions. A part of the floor that no walkway connects is joined
to the rest by the shortest straight line between two of their junctions: people find a way, and a drawing
with a gap must not stop the work. A floor without walkways is open ground, walked along its two axes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from math import isqrt

from app.fulfilment.plans.ways import Ways, shortest_ways
from app.model.floor import Aisles, Floor, Location, SubAisle, Walkway

Point = tuple[int, int]

TOUCH_MM = 5
"""Walkways drawn this close to each other touch: drawings are rounded."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A walkway between two neighbouring junctions."""

    a: Point
    b: Point
    length: int


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a location meets the graph: ``aside`` millimetres from ``on``, which is ``along`` from the stretch's a."""

    point: Point
    on: Point
    aside: int
    stretch: _Stretch
    along: int

    def ways_out(self) -> tuple[tuple[Point, int], ...]:
        return (
            (self.stretch.a, self.aside + self.along),
            (self.stretch.b, self.aside + self.stretch.length - self.along),
        )


@dataclass(frozen=True, slots=True)
class WalkingGraph:
    """Distances and ways between locations. Build it once for a floor and keep it: it remembers what it worked out.

    An unknown location code raises ``KeyError``.
    """

    _points: dict[str, Point]
    _stands: dict[str, _Stand]
    _neighbours: dict[Point, dict[Point, int]]
    _reaches: dict[Point, Ways[Point]] = field(default_factory=dict)

    @classmethod
    def of(cls, floor: Floor, locations: Iterable[Location]) -> "WalkingGraph":
        """The graph of a floor and of all locations that anybody walks to."""
        points = {location.code: (location.x_mm, location.y_mm) for location in locations}
        walkways = floor.walkways if floor.aisles is None else tuple(_drawn(floor.aisles, floor.closed))
        if not walkways:
            return cls(points, {}, {})
        stretches = _stretches(walkways)
        neighbours: dict[Point, dict[Point, int]] = {}
        for stretch in stretches:
            neighbours.setdefault(stretch.a, {})[stretch.b] = stretch.length
            neighbours.setdefault(stretch.b, {})[stretch.a] = stretch.length
        _join(neighbours)
        return cls(points, {code: _stand(point, stretches) for code, point in points.items()}, neighbours)

    def distance(self, a: str, b: str) -> int:
        """The shortest walk between two locations in millimetres."""
        return self._walk(a, b)[0]

    def matrix(self, codes: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """All distances between some locations, in their order."""
        return tuple(tuple(self.distance(a, b) for b in codes) for a in codes)

    def path(self, a: str, b: str) -> tuple[Point, ...]:
        """The shortest walk as a line from point to point, for drawing. At least one point."""
        start, end = self._points[a], self._points[b]
        if start == end:
            return (start,)
        if not self._stands:
            return _without_repeats((start, (end[0], start[1]), end))
        _, gates = self._walk(a, b)
        between: tuple[Point, ...] = ()
        if gates is not None:
            way_in, way_out = gates
            between = self._reach(way_in).to(way_out)
        return _without_repeats((start, self._stands[a].on, *between, self._stands[b].on, end))

    def _walk(self, a: str, b: str) -> tuple[int, tuple[Point, Point] | None]:
        """The shortest walk, and the junctions where it enters and leaves the graph if it leaves its stretch."""
        start, end = self._points[a], self._points[b]
        if start == end:
            return 0, None
        if not self._stands:
            return abs(start[0] - end[0]) + abs(start[1] - end[1]), None
        here, there = self._stands[a], self._stands[b]
        best: tuple[int, tuple[Point, Point] | None] | None = None
        if here.stretch == there.stretch:
            best = here.aside + abs(here.along - there.along) + there.aside, None
        for way_in, first in here.ways_out():
            reach = self._reach(way_in).distance
            for way_out, last in there.ways_out():
                length = first + reach[way_out] + last
                if best is None or length < best[0]:
                    best = length, (way_in, way_out)
        assert best is not None, "a stretch has two ends"  # noqa: S101
        return best

    def _reach(self, junction: Point) -> Ways[Point]:
        """The shortest ways from one junction, worked out once."""
        known = self._reaches.get(junction)
        if known is None:
            known = self._reaches[junction] = _ways(self._neighbours, junction)
        return known


def _drawn(aisles: Aisles, closed: Sequence[SubAisle]) -> Iterator[Walkway]:
    """Aisles and cross-aisles as stretches, without what is closed."""
    right = aisles.x_mm + (aisles.aisles - 1) * aisles.aisle_pitch_mm
    for cross in range(aisles.blocks + 1):
        y = aisles.y_mm + cross * aisles.depth_mm
        yield Walkway(aisles.x_mm, y, right, y)
    for aisle, block in product(range(aisles.aisles), range(aisles.blocks)):
        if (aisle, block) not in closed:
            x, y = aisles.x_mm + aisle * aisles.aisle_pitch_mm, aisles.y_mm + block * aisles.depth_mm
            yield Walkway(x, y, x, y + aisles.depth_mm)


def _ways(neighbours: dict[Point, dict[Point, int]], start: Point) -> Ways[Point]:
    return shortest_ways(lambda at: neighbours[at].items(), start)


def _stretches(walkways: Sequence[Walkway]) -> tuple[_Stretch, ...]:
    """Cut walkways at their junctions."""
    lines = sorted({_line(walkway) for walkway in walkways})
    junctions: list[set[Point]] = [{a, b} for a, b in lines]
    for first, one in enumerate(lines):
        for second in range(first + 1, len(lines)):
            for meeting in _meetings(one, lines[second]):
                junctions[first].add(meeting)
                junctions[second].add(meeting)
    found: dict[tuple[Point, Point], _Stretch] = {}
    for (a, b), points in zip(lines, junctions, strict=True):
        in_order = [point for _, point in sorted((_dot(a, b, point), point) for point in points)]
        pairs = pairwise(in_order) if len(in_order) > 1 else [(a, a)]
        for near, far in pairs:
            ends = (min(near, far), max(near, far))
            found[ends] = _Stretch(*ends, _length(near, far))
    return tuple(found[ends] for ends in sorted(found))


def _line(walkway: Walkway) -> tuple[Point, Point]:
    ends = sorted([(walkway.x1_mm, walkway.y1_mm), (walkway.x2_mm, walkway.y2_mm)])
    return ends[0], ends[1]


def _meetings(one: tuple[Point, Point], other: tuple[Point, Point]) -> list[Point]:
    """Where two lines cross, or an end of one touches the other."""
    touching = [end for end in one if _length(end, _nearest_on(end, *other)) <= TOUCH_MM]
    touching += [end for end in other if _length(end, _nearest_on(end, *one)) <= TOUCH_MM]
    if touching:
        return touching
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0:
        return []
    along_one = (cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)
    along_other = (cx - ax) * (by - ay) - (cy - ay) * (bx - ax)
    if turn < 0:
        turn, along_one, along_other = -turn, -along_one, -along_other
    if not (0 <= along_one <= turn and 0 <= along_other <= turn):
        return []
    return [(ax + _rounded((bx - ax) * along_one, turn), ay + _rounded((by - ay) * along_one, turn))]


def _stand(point: Point, stretches: Sequence[_Stretch]) -> _Stand:
    """The nearest point of the nearest stretch; the first in order of several."""
    found = [(_nearest_on(point, stretch.a, stretch.b), stretch) for stretch in stretches]
    on, stretch = min(found, key=lambda each: _squared(point, each[0]))
    along = min(_length(stretch.a, on), stretch.length)
    return _Stand(point, on, _length(point, on), stretch, along)


def _join(neighbours: dict[Point, dict[Point, int]]) -> None:
    """Join what is not connected, each part by its shortest straight line to what is (Prim 1957)."""
    junctions = sorted(neighbours)
    connected = _part(neighbours, junctions[0])
    outside = {
        point: min((_squared(point, inside), inside) for inside in connected)
        for point in junctions
        if point not in connected
    }
    while outside:
        (_, inside), point = min((nearest, point) for point, nearest in outside.items())
        part = _part(neighbours, point)
        neighbours[point][inside] = neighbours[inside][point] = _length(point, inside)
        outside = {
            left: min(nearest, *((_squared(left, new), new) for new in part))
            for left, nearest in outside.items()
            if left not in part
        }


def _part(neighbours: dict[Point, dict[Point, int]], start: Point) -> set[Point]:
    return set(_ways(neighbours, start).distance)


def _nearest_on(point: Point, a: Point, b: Point) -> Point:
    """The point of a line that is nearest to a point, rounded to millimetres."""
    along, whole = _dot(a, b, point), _squared(a, b)
    if along <= 0:
        return a
    if along >= whole:
        return b
    return a[0] + _rounded((b[0] - a[0]) * along, whole), a[1] + _rounded((b[1] - a[1]) * along, whole)


def _dot(a: Point, b: Point, point: Point) -> int:
    return (b[0] - a[0]) * (point[0] - a[0]) + (b[1] - a[1]) * (point[1] - a[1])


def _squared(a: Point, b: Point) -> int:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _length(a: Point, b: Point) -> int:
    """The straight line, rounded to millimetres."""
    return (isqrt(4 * _squared(a, b)) + 1) // 2


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _without_repeats(points: Sequence[Point]) -> tuple[Point, ...]:
    kept: list[Point] = []
    for point in points:
        if not kept or kept[-1] != point:
            kept.append(point)
    return tuple(kept)

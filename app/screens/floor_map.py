"""The floor as a small braille picture: where the shelves are, where to walk now, and where after that.

A braille cell holds two by four dots (Unicode 2800-28FF), so 30 columns and 12 rows show 60 by 48 places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from app.screens.looks import Line, Look, Span
from app.screens.scene import Point, Walk

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_LAYERS = (Look.SHELF, Look.LATER, Look.NOW)
"""What a dot belongs to, the weakest first: a cell shows its strongest dots only, so that a walk stands out."""


@dataclass(slots=True)
class FloorMap:
    """A picture of ``columns`` by ``rows`` characters over the rectangle that the given points span, in mm."""

    columns: int
    rows: int
    around: Sequence[Point]
    _dots: dict[Point, tuple[int, int]] = field(default_factory=dict)
    """By cell: the layer, and the dots of that layer."""
    _signs: dict[Point, Span] = field(default_factory=dict)
    _frame: tuple[float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        xs, ys = [x for x, _ in self.around] or [0], [y for _, y in self.around] or [0]
        left, right, low, top = min(xs), max(xs), min(ys), max(ys)
        wide, high = self.columns * 2 - 1, self.rows * 4 - 1
        scale = min(wide / max(1, right - left), high / max(1, top - low))
        beside, above = (wide - (right - left) * scale) / 2, (high - (top - low) * scale) / 2
        self._frame = (left - beside / scale, top + above / scale, scale)

    def dots(self, points: Iterable[Point], layer: Look) -> None:
        """Set single dots."""
        for point in points:
            self._set(self.dot_of(point), layer)

    def line(self, path: Sequence[Point], layer: Look) -> None:
        """Draw a walk."""
        for start, end in pairwise(path):
            (x1, y1), (x2, y2) = self.dot_of(start), self.dot_of(end)
            steps = max(abs(x2 - x1), abs(y2 - y1), 1)
            for step in range(steps + 1):
                self._set((x1 + round((x2 - x1) * step / steps), y1 + round((y2 - y1) * step / steps)), layer)

    def sign(self, point: Point, text: str, look: Look) -> None:
        """Put a character at a place, over whatever is there."""
        self._signs[self.cell_of(point)] = Span(text, look)

    def rows_drawn(self) -> tuple[Line, ...]:
        """The picture, row by row, each exactly as wide as it was asked for."""
        return tuple(
            _joined(self._cell(column, row) for column in range(self.columns)) for row in range(self.rows)
        )

    def dot_of(self, point: Point) -> Point:
        """The dot that stands for a place: from the left, and from the top."""
        left, top, scale = self._frame
        x, y = round((point[0] - left) * scale), round((top - point[1]) * scale)
        return min(max(x, 0), self.columns * 2 - 1), min(max(y, 0), self.rows * 4 - 1)

    def cell_of(self, point: Point) -> Point:
        """The character that a place falls into: column and row."""
        x, y = self.dot_of(point)
        return x // 2, y // 4

    def _set(self, dot: Point, look: Look) -> None:
        cell, layer = (dot[0] // 2, dot[1] // 4), _LAYERS.index(look)
        before, mask = self._dots.get(cell, (layer, 0))
        if layer < before:
            return
        own = mask if layer == before else 0
        self._dots[cell] = (layer, own | _DOTS[dot[1] % 4][dot[0] % 2])

    def _cell(self, column: int, row: int) -> Span:
        sign = self._signs.get((column, row))
        if sign is not None:
            return sign
        layer, mask = self._dots.get((column, row), (0, 0))
        return Span(chr(0x2800 + mask), _LAYERS[layer]) if mask else Span(" ")


def _joined(cells: Iterable[Span]) -> Line:
    """Neighbours of one look as one span: what is drawn costs by the span."""
    spans: list[Span] = []
    for cell in cells:
        if spans and spans[-1].look is cell.look:
            spans[-1] = Span(spans[-1].text + cell.text, cell.look)
        else:
            spans.append(cell)
    return tuple(spans)


@lru_cache(maxsize=4)
def draw_walk(walk: Walk, columns: int, rows: int) -> tuple[Line, ...]:
    """The floor with a walk on it: shelves grey, the leg to walk now, the next ones, stops numbered, the target."""
    picture = FloorMap(columns, rows, [*walk.shelves, *walk.now, *walk.stops])
    picture.dots(walk.shelves, Look.SHELF)
    for leg in walk.later:
        picture.line(leg, Look.LATER)
    picture.line(walk.now, Look.NOW)
    for number, stop in reversed(list(enumerate(walk.stops, start=2))):
        picture.sign(stop, str(number), Look.STOP)
    if walk.now:
        picture.sign(walk.now[0], "●", Look.NOW)
    if walk.target is not None:
        picture.sign(walk.target, "◆", Look.TARGET)
    return picture.rows_drawn()

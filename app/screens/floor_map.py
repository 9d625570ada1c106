"""The floor as a small braille picture: where the shelves are, where to walk now, and where after that.

A braille cell holds two by four dots (Unicode 2800-28FF), so 30 columns and 12 rows show 60 by 48 places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[int, int]

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

SHELF, LATER, NOW = "shelf", "later", "now"
"""What a dot belongs to, the weakest first: a cell takes the colour of its strongest dot."""
_STRENGTH = {SHELF: 0, LATER: 1, NOW: 2}


@dataclass(frozen=True, slots=True)
class Cell:
    """One character of the picture and what it shows: ``shelf``, ``later``, ``now``, ``stop``, ``target`` or empty."""

    text: str
    shows: str


@dataclass(slots=True)
class FloorMap:
    """A picture of ``columns`` by ``rows`` characters over the rectangle that the given points span, in mm."""

    columns: int
    rows: int
    around: Sequence[Point]
    _dots: dict[Point, tuple[int, str]] = field(default_factory=dict)
    _signs: dict[Point, tuple[str, str]] = field(default_factory=dict)
    _frame: tuple[int, int, float] = field(init=False)

    def __post_init__(self) -> None:
        xs, ys = [x for x, _ in self.around] or [0], [y for _, y in self.around] or [0]
        across = (self.columns * 2 - 1) / max(1, max(xs) - min(xs))
        up = (self.rows * 4 - 1) / max(1, max(ys) - min(ys))
        self._frame = (min(xs), max(ys), min(across, up))

    def dots(self, points: Iterable[Point], shows: str) -> None:
        """Set single dots."""
        for point in points:
            self._set(self._place(point), shows)

    def line(self, path: Sequence[Point], shows: str) -> None:
        """Draw a walk."""
        for start, end in pairwise(path):
            (x1, y1), (x2, y2) = self._place(start), self._place(end)
            steps = max(abs(x2 - x1), abs(y2 - y1), 1)
            for step in range(steps + 1):
                self._set((x1 + round((x2 - x1) * step / steps), y1 + round((y2 - y1) * step / steps)), shows)

    def sign(self, point: Point, text: str, shows: str) -> None:
        """Put a character at a place, over whatever is there."""
        x, y = self._place(point)
        self._signs[x // 2, y // 4] = (text, shows)

    def cells(self) -> list[list[Cell]]:
        """The picture, row by row."""
        return [[self._cell(column, row) for column in range(self.columns)] for row in range(self.rows)]

    def _place(self, point: Point) -> Point:
        left, top, scale = self._frame
        x, y = round((point[0] - left) * scale), round((top - point[1]) * scale)
        return min(max(x, 0), self.columns * 2 - 1), min(max(y, 0), self.rows * 4 - 1)

    def _set(self, dot: Point, shows: str) -> None:
        cell = (dot[0] // 2, dot[1] // 4)
        mask, before = self._dots.get(cell, (0, shows))
        stronger = shows if _STRENGTH[shows] >= _STRENGTH[before] else before
        self._dots[cell] = (mask | _DOTS[dot[1] % 4][dot[0] % 2], stronger)

    def _cell(self, column: int, row: int) -> Cell:
        sign = self._signs.get((column, row))
        if sign is not None:
            return Cell(*sign)
        mask, shows = self._dots.get((column, row), (0, ""))
        return Cell(chr(0x2800 + mask) if mask else " ", shows)

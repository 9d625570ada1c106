"""Tables that run over as many pages as they need, with their headings again on each."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.model.answers import say
from app.model.words import words
from printing.lettering import Block, Line
from printing.paper import Paper, Place, millimetres

_HEADING_HEIGHT = 6.0
_ROW_GAP = 1.4
_LARGEST = 8.5
_SMALLEST = 6.0
_TALLEST_ROW = 40.0

Row = tuple[tuple[Line, ...], ...]
"""The lines of each cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column in millimetres; ``code`` is its heading in the catalogue of words. Numbers end at its right edge."""

    code: str
    left: float
    width: float
    number: bool = False


@dataclass(frozen=True, slots=True)
class SetRow:
    """A row with its cells set to their columns. ``height`` is in millimetres, with the gap below."""

    cells: tuple[Block, ...]
    height: float


def set_rows(paper: Paper, columns: Sequence[Column], rows: Sequence[Row]) -> list[SetRow]:
    """Set each cell into its column.

    :raises TooLongError: naming the field of a cell that would be taller than 40 mm.
    """
    return [_set_row(paper, columns, row) for row in rows]


def break_pages(rows: Sequence[SetRow], first: float, later: float) -> list[list[SetRow]]:
    """Share rows out over pages that have room for ``first`` and then ``later`` millimetres, headings included.

    There is always one page, with no rows if there are none.
    """
    pages: list[list[SetRow]] = [[]]
    room = first - _HEADING_HEIGHT
    for row in rows:
        if row.height > room:
            pages.append([])
            room = later - _HEADING_HEIGHT
        pages[-1].append(row)
        room -= row.height
    return pages


def draw_rows(paper: Paper, columns: Sequence[Column], rows: Sequence[SetRow], top: float) -> float:
    """Draw the headings and the rows of one page, and tell where the next thing may stand."""
    left = columns[0].left
    width = columns[-1].left + columns[-1].width - left
    for column in columns:
        heading = (Line("heading", words(say(column.code)), bold=True),)
        place = Place(column.left, top, column.width, _HEADING_HEIGHT - 1.5)
        if column.number:
            paper.write_right(heading, place, largest=7, smallest=5)
        else:
            paper.write(heading, place, largest=7, smallest=5)
    at = top + _HEADING_HEIGHT
    paper.rule(at - 1.2, left, width, 0.375)
    for row in rows:
        for column, cell in zip(columns, row.cells, strict=True):
            if column.number:
                paper.draw_to(cell, column.left + column.width, at)
            else:
                paper.draw(cell, column.left, at)
        at += row.height
        paper.rule(at - _ROW_GAP / 2, left, width, 0.125)
    return at


def _set_row(paper: Paper, columns: Sequence[Column], row: Row) -> SetRow:
    cells = tuple(
        paper.fit(
            lines,
            column.width - (0 if column.number else 2),
            _TALLEST_ROW,
            largest=_LARGEST,
            smallest=_SMALLEST,
        )
        for column, lines in zip(columns, row, strict=True)
    )
    return SetRow(cells, millimetres(max(cell.height for cell in cells)) + _ROW_GAP)

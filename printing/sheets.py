"""Sheets of codes to scan: badges, carts, totes, commands, items. A4, as many pages as they need."""

from dataclasses import dataclass

from app.model.answers import say
from app.model.words import words
from printing.errors import TooLongError
from printing.lettering import Line, written
from printing.paper import A4, Paper, Place, symbol_width
from printing.symbols import Symbol, code_128, ean_13, is_ean_13

_MARGIN = 12.0
_INNER = A4[0] - 2 * _MARGIN
_TOP = 26.0
_END = 282.0
_HEADING_HEIGHT = 10.0
_CELL_HEIGHT = 30.0
_BAR_HEIGHT = 13.0
_GUTTER = 3.0
_MOST_COLUMNS = 3
_DOTS_PER_MODULE = (3, 2)
"""Sizes that are tried, the larger first: 0.375 and 0.25 mm."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code to scan: what it is, what it says, and a word about it."""

    caption: str
    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Codes of one kind under a heading."""

    heading: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document of codes."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Band:
    """What takes the whole width of a page: a heading with the first row below it, or a row of codes."""

    heading: str
    codes: tuple[Code, ...]
    columns: int

    @property
    def height(self) -> float:
        return _CELL_HEIGHT + (_HEADING_HEIGHT if self.heading else 0)


def render_sheet(sheet: Sheet) -> bytes:
    """The sheet as a PDF: each code as Code 128, or as EAN-13 where it is one, as it stands on the goods.

    A section has as many columns as its widest code allows, three at most.

    :raises PrintError: ``print.wrong_symbol`` for a code that is not printable ASCII.
    :raises UnprintableTextError: ``print.unprintable`` for other texts that the fonts at hand cannot draw.
    :raises TooLongError: ``print.too_long`` for a code wider than the page, or a text that does not fit.
    """
    paper = Paper("sheet", sheet.title, A4)
    pages = _pages(sheet)
    for number, bands in enumerate(pages, start=1):
        if number > 1:
            paper.next_page()
        paper.write(
            (written("title", sheet.title, bold=True),), Place(_MARGIN, 11, _INNER, 9), largest=18, smallest=8
        )
        top = _TOP
        for band in bands:
            _draw_band(paper, band, top)
            top += band.height
        page_words = Line("page", words(say("paper.page", number=number, of=len(pages))))
        paper.write_right((page_words,), Place(_MARGIN, 286, _INNER, 4), largest=8, smallest=8)
    return paper.finish()


def _pages(sheet: Sheet) -> list[list[_Band]]:
    pages: list[list[_Band]] = [[]]
    room = _END - _TOP
    for band in (band for section in sheet.sections for band in _bands(section)):
        if band.height > room:
            pages.append([])
            room = _END - _TOP
        pages[-1].append(band)
        room -= band.height
    return pages


def _bands(section: Section) -> list[_Band]:
    columns = _columns(section)
    rows = [section.codes[at : at + columns] for at in range(0, len(section.codes), columns)]
    return [_Band("" if number else section.heading, row, columns) for number, row in enumerate(rows)]


def _columns(section: Section) -> int:
    """The most columns in which every code of a section fits at the smallest size."""
    for columns in range(_MOST_COLUMNS, 0, -1):
        if all(
            symbol_width(_symbol(code.code), _DOTS_PER_MODULE[-1]) <= _cell_width(columns)
            for code in section.codes
        ):
            return columns
    widest = max(section.codes, key=lambda code: _symbol(code.code).width)
    raise TooLongError("code", widest.code, "sheet")


def _cell_width(columns: int) -> float:
    return (_INNER - _GUTTER * (columns - 1)) / columns


def _symbol(code: str) -> Symbol:
    return ean_13(code) if is_ean_13(code) else code_128(code)


def _draw_band(paper: Paper, band: _Band, top: float) -> None:
    if band.heading:
        heading = written("heading", band.heading, bold=True)
        paper.write((heading,), Place(_MARGIN, top, _INNER, 6), largest=13, smallest=7)
        paper.rule(top + 6.6, _MARGIN, _INNER)
        top += _HEADING_HEIGHT
    width = _cell_width(band.columns)
    for number, code in enumerate(band.codes):
        _draw_code(paper, code, Place(_MARGIN + number * (width + _GUTTER), top, width, _CELL_HEIGHT))


def _draw_code(paper: Paper, code: Code, place: Place) -> None:
    symbol = _symbol(code.code)
    size = next(size for size in _DOTS_PER_MODULE if symbol_width(symbol, size) <= place.width)
    paper.write(
        (written("caption", code.caption, bold=True),),
        Place(place.left, place.top, place.width, 4.6),
        largest=10,
        smallest=5,
    )
    paper.symbol(symbol, place.left, place.top + 5, _BAR_HEIGHT, size)
    lines = (Line("code", code.code), written("note", code.note))
    paper.write(
        lines, Place(place.left, place.top + 5.6 + _BAR_HEIGHT, place.width, 9), largest=7.5, smallest=4.5
    )

"""A PDF whose pages are whole dots of the printer, measured in millimetres from the upper left corner.

The same input gives the same bytes: no dates, no random ids.
"""

from dataclasses import dataclass
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from app.model.answers import say
from app.model.words import words
from printing.lettering import Block, Line, draw_block, draw_block_to, fit
from printing.symbols import DOT, DPI, Symbol, draw_rectangle, draw_symbol

_MM_PER_INCH = 25.4
_POINTS_PER_MM = 72 / _MM_PER_INCH
_CAPTION_SIZE = 5.5
A4 = (210, 297)
A5 = (148, 210)
A6 = (105, 148)


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a page in millimetres: its upper left corner, its width and its height."""

    left: float
    top: float
    width: float
    height: float


def dots(mm: float) -> int:
    """The whole dots nearest to a length."""
    return round(mm * DPI / _MM_PER_INCH)


def millimetres(points: float) -> float:
    """A length in points as millimetres."""
    return points / _POINTS_PER_MM


def symbol_width(symbol: Symbol, dots_per_module: int) -> float:
    """The width of a symbol in millimetres, quiet zones included."""
    return symbol.width * dots_per_module * _MM_PER_INCH / DPI


class Paper:
    """One document while it is drawn."""

    def __init__(self, name: str, title: str, size_mm: tuple[int, int]) -> None:
        """``name`` is what errors call it: label, packing slip ...; ``title`` is what a viewer shows."""
        self.name = name
        self.width_mm, self.height_mm = size_mm
        self._height = dots(self.height_mm)
        self._bytes = BytesIO()
        self._canvas = Canvas(
            self._bytes,
            pagesize=(dots(self.width_mm) * DOT, self._height * DOT),
            pageCompression=1,
            invariant=1,
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Storehand")
        self._canvas.setCreator("Storehand")
        # A viewer that shrinks a label to the printer's margins makes its bars too narrow.
        self._canvas.setViewerPreference("PrintScaling", "None")

    def fit(
        self, lines: tuple[Line, ...], width: float, height: float, *, largest: float, smallest: float
    ) -> Block:
        """Set lines into a width and a height in millimetres without drawing them. See ``lettering.fit``."""
        return fit(
            lines,
            width * _POINTS_PER_MM,
            height * _POINTS_PER_MM,
            largest=largest,
            smallest=smallest,
            paper=self.name,
        )

    def write(self, lines: tuple[Line, ...], place: Place, *, largest: float, smallest: float) -> None:
        """Write lines into a place, from its upper left corner. See ``lettering.fit`` for what does not fit."""
        self.draw(
            self.fit(lines, place.width, place.height, largest=largest, smallest=smallest),
            place.left,
            place.top,
        )

    def write_right(self, lines: tuple[Line, ...], place: Place, *, largest: float, smallest: float) -> None:
        """As ``write``, with the lines ending at the right edge of the place."""
        block = self.fit(lines, place.width, place.height, largest=largest, smallest=smallest)
        self.draw_to(block, place.left + place.width, place.top)

    def caption(self, code: str, left: float, top: float) -> None:
        """Write the small word that says what stands below or beside it, by its code in the catalogue."""
        text = Line("caption", words(say(code)))
        self.draw(Block((text,), _CAPTION_SIZE), left, top)

    def draw(self, block: Block, left: float, top: float) -> None:
        """Draw a block that was set before."""
        draw_block(self._canvas, block, left * _POINTS_PER_MM, self._up(top))

    def draw_to(self, block: Block, right: float, top: float) -> None:
        """Draw a block that was set before, with each line ending at ``right``."""
        draw_block_to(self._canvas, block, right * _POINTS_PER_MM, self._up(top))

    def draw_centred(self, block: Block, top: float) -> None:
        """Draw a block of one line in the middle of the page."""
        width = millimetres(block.lines[0].width(block.size))
        self.draw(block, (self.width_mm - width) / 2, top)

    def rule(self, top: float, left: float, width: float, thickness: float = 0.25) -> None:
        """Draw a line across."""
        self._fill(Place(left, top, width, thickness))

    def frame(self, place: Place, thickness: float) -> None:
        """Draw a box around a place, inside its edges."""
        self.rule(place.top, place.left, place.width, thickness)
        self.rule(place.top + place.height - thickness, place.left, place.width, thickness)
        self._fill(Place(place.left, place.top, thickness, place.height))
        self._fill(Place(place.left + place.width - thickness, place.top, thickness, place.height))

    def symbol(self, symbol: Symbol, left: float, top: float, height: float, dots_per_module: int) -> None:
        """Draw a symbol with its quiet zones; ``left`` is where the left quiet zone begins."""
        tall = dots(height)
        draw_symbol(self._canvas, symbol, dots(left), self._height - dots(top) - tall, tall, dots_per_module)

    def next_page(self) -> None:
        """End this page and begin another."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """End the last page and give the document's bytes."""
        self._canvas.showPage()
        self._canvas.save()
        return self._bytes.getvalue()

    def _fill(self, place: Place) -> None:
        self._canvas.setFillGray(0)
        height = max(1, dots(place.height))
        bottom = self._height - dots(place.top) - height
        draw_rectangle(self._canvas, dots(place.left), bottom, max(1, dots(place.width)), height)

    def _up(self, top: float) -> float:
        """The distance from the lower edge, in points, of a place so many millimetres below the upper edge."""
        return self._height * DOT - top * _POINTS_PER_MM

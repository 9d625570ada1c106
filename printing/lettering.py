"""Letters on paper: which font can draw a text, and how large it fits its place.

Two fonts are always at hand. Helvetica is one of PDF's own and draws the WinAnsi range: Western Europe with all its
umlauts and accents. Where a text needs more, DejaVu Sans Mono is embedded, which comes with python-barcode and draws
the Latin of all European languages and Turkish, Greek, and Cyrillic. (Reportlab's own Vera lacks half of Polish and
Czech.) Scripts that need shaping or run from right to left are refused by name, as are characters that no
font has: the alternative is a label with silent blanks. Nothing depends on the fonts of the machine, so the same text
gives the same bytes everywhere.
"""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files
from math import ceil
from threading import Lock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from printing.errors import TooLongError, UnprintableTextError

_WIDE_FONT = "DejaVuSansMono"
_LEADING = 1.18
"""Line height over font size."""
_ASCENT = 0.94
"""How far a line's baseline lies below its upper edge, over the font size."""
_STEP = 0.5
"""By how many points a text is made smaller until it fits."""
_EMBOLDEN = 0.035
"""DejaVu Sans Mono has no bold cut here: its outlines are stroked with this part of the font size."""
_SPACES = frozenset(
    " \t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_REGISTRY = Lock()
"""Reportlab keeps its fonts in one table for the whole process."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it will be drawn. ``field`` names what it says, for errors; ``scale`` is relative to its block.

    ``wide`` asks for the font with more letters although the text alone does not need it: a block looks one way.
    """

    field: str
    text: str
    bold: bool = False
    scale: float = 1.0
    wide: bool = False

    @property
    def font(self) -> str:
        """The font that draws it."""
        if self.wide:
            return _WIDE_FONT
        return "Helvetica-Bold" if self.bold else "Helvetica"

    def width(self, size: float) -> float:
        """The width in points at its block's font size."""
        return pdfmetrics.stringWidth(self.text, self.font, size * self.scale)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines wrapped to a width and set so large that they fit a height. ``size`` is the font size in points."""

    lines: tuple[Line, ...]
    size: float

    @property
    def height(self) -> float:
        """The height in points."""
        return sum(line.scale for line in self.lines) * self.size * _LEADING


def clean(field: str, text: str) -> str:
    """The text as it will be drawn: composed letters (NFC), no invisible format characters, single spaces.

    :raises UnprintableTextError: for characters that no font at hand draws.
    """
    composed = unicodedata.normalize("NFC", text)
    visible = (character for character in composed if unicodedata.category(character) != "Cf")
    spaced = "".join(" " if character in _SPACES else character for character in visible)
    single = " ".join(word for word in spaced.split(" ") if word)
    if _needs_wide_font(single):
        missing = dict.fromkeys(character for character in single if character not in _wide_characters())
        if missing:
            raise UnprintableTextError(field, "".join(missing))
    return single


def written(field: str, text: str, *, bold: bool = False, scale: float = 1.0) -> Line:
    """A line of cleaned text; see ``clean`` for what is refused."""
    return Line(field, clean(field, text), bold, scale)


def wrap(line: Line, width: float, size: float) -> tuple[Line, ...]:
    """A line broken between words, or inside a word that is wider than the place itself."""
    wrapped: list[str] = []
    held = ""
    for word in line.text.split(" "):
        tried = f"{held} {word}" if held else word
        if replace(line, text=tried).width(size) <= width:
            held = tried
            continue
        if held:
            wrapped.append(held)
        held = word
        while replace(line, text=held).width(size) > width and len(held) > 1:
            fitting = _longest_start(replace(line, text=held), width, size)
            wrapped.append(held[:fitting])
            held = held[fitting:]
    return tuple(replace(line, text=text) for text in [*wrapped, held])


def fit(
    lines: tuple[Line, ...], width: float, height: float, *, largest: float, smallest: float, paper: str
) -> Block:
    """Set lines into a place of ``width`` by ``height`` points: as large as may be, else smaller, else wrapped.

    Words are kept whole as long as a smaller size can do it. Lines without text are left out.

    :raises TooLongError: naming the longest field, where even the smallest size does not fit. Nothing is cut off.
    """
    wide = any(_needs_wide_font(line.text) for line in lines)
    lines = tuple(replace(line, wide=wide) for line in lines if line.text)
    tightest = None if _overflows(lines, width, height, smallest) else _set(lines, width, smallest)
    if tightest is None or tightest.height > height:
        longest = max(lines, key=lambda line: len(line.text))
        raise TooLongError(longest.field, longest.text, paper)
    size = largest
    while size > smallest:
        if not _overflows(lines, width, height, size) and not _breaks_a_word(lines, width, size):
            block = _set(lines, width, size)
            if block.height <= height:
                return block
        size -= _STEP
    return tightest


def draw_block(canvas: Canvas, block: Block, left: float, top: float) -> None:
    """Draw a block with its upper left corner at the given points from the page's lower left corner."""
    at = top
    for line in block.lines:
        size = block.size * line.scale
        _draw_line(canvas, line, left, at - size * _ASCENT, size)
        at -= size * _LEADING


def draw_block_to(canvas: Canvas, block: Block, right: float, top: float) -> None:
    """As ``draw_block``, with each line ending at ``right``."""
    at = top
    for line in block.lines:
        size = block.size * line.scale
        _draw_line(canvas, line, right - line.width(block.size), at - size * _ASCENT, size)
        at -= size * _LEADING


def _draw_line(canvas: Canvas, line: Line, left: float, baseline: float, size: float) -> None:
    stroked = line.bold and line.wide
    text = canvas.beginText(left, baseline)
    text.setFont(line.font, size)
    if stroked:
        canvas.setLineWidth(size * _EMBOLDEN)
        text.setTextRenderMode(2)
    text.textOut(line.text)
    if stroked:
        text.setTextRenderMode(0)
    canvas.drawText(text)


def _set(lines: tuple[Line, ...], width: float, size: float) -> Block:
    return Block(tuple(part for line in lines for part in wrap(line, width, size)), size)


def _overflows(lines: tuple[Line, ...], width: float, height: float, size: float) -> bool:
    """Whether lines cannot fit even if every line were filled to its end. Quick, however long a text is."""
    return sum(ceil(line.width(size) / width) * line.scale for line in lines) * size * _LEADING > height


def _breaks_a_word(lines: tuple[Line, ...], width: float, size: float) -> bool:
    return any(
        replace(line, text=word).width(size) > width for line in lines for word in line.text.split(" ")
    )


def _longest_start(line: Line, width: float, size: float) -> int:
    """How many characters of a line fit the width; at least one."""
    counts = range(1, len(line.text))
    too_many = bisect_right(
        counts, width, key=lambda count: replace(line, text=line.text[:count]).width(size)
    )
    return max(1, too_many)


def _needs_wide_font(text: str) -> bool:
    return not all(_in_winansi(character) for character in text)


@cache
def _in_winansi(character: str) -> bool:
    try:
        return bool(character.encode("cp1252")) and character.isprintable()
    except UnicodeEncodeError:
        return False


def _wide_characters() -> frozenset[str]:
    with _REGISTRY:
        return _registered_characters()


@cache
def _registered_characters() -> frozenset[str]:
    """What the embedded font draws properly without shaping: from left to right, and no marks on other letters."""
    with as_file(files("barcode").joinpath("fonts", "DejaVuSansMono.ttf")) as path:
        font = TTFont(_WIDE_FONT, str(path))
    pdfmetrics.registerFont(font)
    drawn = (chr(point) for point in font.face.charToGlyph)
    return frozenset(
        character
        for character in drawn
        if character.isprintable()
        and unicodedata.category(character)[0] not in "MC"
        and unicodedata.bidirectional(character) not in {"R", "AL", "AN"}
    )

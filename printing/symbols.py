"""Bar codes: the modules come from python-barcode, the drawing is ours.

A thermal printer blackens every dot that a shape touches. A bar whose edges lie between two dots therefore grows by
a dot, and narrow codes stop reading (apple/cups issues 4820 and 5863, OpenPrinting/cups issue 178). So each edge lies
on the printer's dot grid, and each rectangle is drawn a tenth of a dot smaller on each side, which keeps rounding
errors from touching the neighbour. Quiet zones belong to the symbol: ten modules on each side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from barcode.codex import Code128, Gs1_128
from barcode.ean import EuropeanArticleNumber13
from reportlab.pdfgen.canvas import Canvas

from printing.errors import PrintError

DPI = 203
"""Dots per inch of the label printers that the papers are drawn for; 600 dpi office printers draw this grid well."""
DOT = 72 / DPI
"""One dot in PDF points."""
INSET = 0.1
"""By how much of a dot each side of a rectangle is drawn inside its dots."""
QUIET_MODULES = 10
"""The quiet zone on each side, in modules. EAN-13 asks for 11 on the left: it gets 11 on both sides."""

_FIXED_LENGTH_AIS = frozenset(
    [
        "00",
        "01",
        "02",
        "03",
        "04",
        *(str(ai) for ai in range(11, 21)),
        *(str(ai) for ai in range(31, 37)),
        "41",
    ]
)
"""GS1 General Specifications, figure 7.8.5-2: fields that begin so have a fixed length and need no FNC1 after them."""
_GS1_CHARACTERS = frozenset(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""GS1's character set 82."""
_FNC1 = Gs1_128.FNC1_CHAR
_DIGITS_99 = 99
_GS1_LENGTH = 48
"""The most characters that a GS1-128 symbol may hold, FNC1 between fields included."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A linear symbol. ``modules`` are the widths of bar, space, bar ... bar, beginning and ending with a bar."""

    text: str
    modules: tuple[int, ...]
    quiet: int = QUIET_MODULES

    @property
    def width(self) -> int:
        """The width in modules with both quiet zones."""
        return sum(self.modules) + 2 * self.quiet


class _Code128(Code128):  # type: ignore[misc]  # python-barcode has no types
    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        """Keep a 99 behind the start: python-barcode 0.16 takes these digits for a change of code set and drops them.

        It always starts in code set C, so there a 99 can be nothing but digits.
        """
        optimized: list[int] = encoded if encoded[1] == _DIGITS_99 else super()._try_to_optimize(encoded)
        return optimized


def check_digit(digits: str) -> str:
    """GS1's modulo-10 check digit for the digits before it (General Specifications 7.9)."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def code_128(text: str) -> Symbol:
    """Code 128 of printable ASCII.

    :raises PrintError: ``print.wrong_symbol`` for an empty text or other characters.
    """
    if not text or not all(" " <= character <= "~" for character in text):
        raise PrintError(
            "print.wrong_symbol", text=repr(text), symbology="Code 128", expected="printable ASCII"
        )
    return Symbol(text, _widths(_Code128(text).build()[0]))


def gs1_128(fields: Sequence[tuple[str, str]]) -> Symbol:
    """GS1-128 of application identifiers with their values: ``[("00", sscc)]``.

    FNC1 ends each field of variable length but the last. Values are not looked up in GS1's dictionary here.

    :raises PrintError: ``print.wrong_symbol`` for characters outside GS1's set 82, or more than 48 of them.
    """
    parts: list[str] = []
    for number, (identifier, value) in enumerate(fields, start=1):
        parts.append(identifier + value)
        if identifier[:2] not in _FIXED_LENGTH_AIS and number < len(fields):
            parts.append(_FNC1)
    data = "".join(parts)
    text = "".join(f"({identifier}){value}" for identifier, value in fields)
    complete = fields and all(
        len(identifier) >= 2 and identifier.isdigit() and value for identifier, value in fields
    )
    allowed = set(data) <= _GS1_CHARACTERS | {_FNC1} and len(data) <= _GS1_LENGTH
    if not complete or not allowed:
        expected = f"GS1's character set and at most {_GS1_LENGTH} characters"
        raise PrintError("print.wrong_symbol", text=repr(text), symbology="GS1-128", expected=expected)
    return Symbol(text, _widths(Gs1_128(data).build()[0]))


def ean_13(digits: str) -> Symbol:
    """EAN-13 of 13 digits.

    :raises PrintError: ``print.wrong_symbol`` for anything else, or a wrong check digit.
    """
    if not is_ean_13(digits):
        raise PrintError(
            "print.wrong_symbol",
            text=repr(digits),
            symbology="EAN-13",
            expected="13 digits with a right check digit",
        )
    return Symbol(digits, _widths(EuropeanArticleNumber13(digits).build()[0]), quiet=11)


def is_ean_13(text: str) -> bool:
    """Whether a text is a GTIN-13 with a right check digit."""
    return len(text) == 13 and text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]


def draw_symbol(
    canvas: Canvas, symbol: Symbol, left: int, bottom: int, height: int, dots_per_module: int
) -> None:
    """Draw a symbol with its left quiet zone beginning at ``left``. All measures are whole dots from the page's
    lower left corner; the quiet zones are painted white, so that nothing drawn earlier shows in them.
    """
    canvas.setFillGray(1)
    draw_rectangle(canvas, left, bottom, symbol.width * dots_per_module, height)
    canvas.setFillGray(0)
    at = left + symbol.quiet * dots_per_module
    for place, modules in enumerate(symbol.modules):
        width = modules * dots_per_module
        if place % 2 == 0:
            draw_rectangle(canvas, at, bottom, width, height)
        at += width


def draw_rectangle(canvas: Canvas, left: int, bottom: int, width: int, height: int) -> None:
    """Fill the given whole dots, and no other dot."""
    canvas.rect(
        (left + INSET) * DOT,
        (bottom + INSET) * DOT,
        (width - 2 * INSET) * DOT,
        (height - 2 * INSET) * DOT,
        stroke=0,
        fill=1,
    )


def _widths(pattern: str) -> tuple[int, ...]:
    """The widths of the runs in a pattern of ones (bar) and zeros (space)."""
    return tuple(len(list(run)) for _, run in groupby(pattern))

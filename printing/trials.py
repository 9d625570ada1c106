"""The test label of a printer: it says in letters what its code says, so that one scan proves the printer."""

from printing.errors import PrintError
from printing.lettering import Line, written
from printing.paper import Paper, Place, symbol_width
from printing.proof import prove
from printing.symbols import code_128

_MARGIN = 3.0
_BAR_HEIGHT = 10.0
_DOTS_PER_MODULE = (3, 2, 1)


def render_trial(printer: str, about: str, content: str, size_mm: tuple[int, int]) -> bytes:
    """A label that fits ``size_mm``: the printer's name, what is known about it, the code, and what the code says.

    It is read back before it is given away.

    :raises PrintError: ``print.too_long``, ``print.unprintable``, ``print.wrong_symbol``, or why it does not read.
    """
    paper = Paper("test label", f"Test {printer}", size_mm)
    width = paper.width_mm - 2 * _MARGIN
    symbol = code_128(content)
    dots = next((each for each in _DOTS_PER_MODULE if symbol_width(symbol, each) <= paper.width_mm), 1)
    paper.write((written("name", printer, bold=True),), Place(_MARGIN, 2, width, 6), largest=14, smallest=5)
    paper.write((written("about", about),), Place(_MARGIN, 8, width, 6), largest=7, smallest=3)
    paper.symbol(symbol, (paper.width_mm - symbol_width(symbol, dots)) / 2, 14.5, _BAR_HEIGHT, dots)
    said = paper.fit((Line("content", content, bold=True),), width, 5, largest=11, smallest=4)
    paper.draw_centred(said, 25)
    pdf = paper.finish()
    proof = prove(pdf, [content])
    if proof.reason is not None:
        raise PrintError(proof.reason.code, **dict(proof.reason.params))
    return pdf

"""The packing slip that lies in a parcel: A5, as many pages as its lines need."""

from dataclasses import dataclass

from app.model.answers import say
from app.model.orders import Address
from app.model.words import words
from printing.addresses import address_lines
from printing.errors import PrintError
from printing.lettering import Line, written
from printing.paper import A5, Paper, Place, symbol_width
from printing.symbols import code_128
from printing.tables import Column, Row, break_pages, draw_rows, set_rows

_MARGIN = 10.0
_INNER = A5[0] - 2 * _MARGIN
_RIGHT = A5[0] - _MARGIN
_TABLE_TOP = 66.0
_LATER_TABLE_TOP = 22.0
_TABLE_END = 198.0
_COLUMNS = (
    Column("paper.sku", _MARGIN, 36),
    Column("paper.item", 46, 58),
    Column("paper.quantity", 104, 16, number=True),
    Column("paper.remaining", 120, 18, number=True),
)


@dataclass(frozen=True, slots=True)
class SlipLine:
    """So many units of one item in this parcel; ``remaining`` units of the order line are still to follow."""

    sku: str
    name: str
    quantity: int
    variant: str = ""
    lot: str = ""
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """What is in one parcel of an order. ``parcel`` is the parcel's number within the order."""

    order: str
    parcel: int
    ship_to: Address
    lines: tuple[SlipLine, ...]


def render_slip(slip: PackingSlip) -> bytes:
    """The slip as a PDF. The order number stands on it as Code 128 too, where it is ASCII and fits.

    :raises UnprintableTextError: ``print.unprintable`` for a text that the fonts at hand cannot draw.
    :raises TooLongError: ``print.too_long`` for a text that does not fit; nothing is cut off.
    :raises PrintError: ``print.wrong_parcel_number``.
    """
    if slip.parcel < 1:
        raise PrintError("print.wrong_parcel_number", number=slip.parcel)
    paper = Paper("packing slip", f"{slip.order} {slip.parcel}", A5)
    rows = set_rows(paper, _COLUMNS, [_row(line) for line in slip.lines])
    pages = break_pages(rows, _TABLE_END - _TABLE_TOP, _TABLE_END - _LATER_TABLE_TOP)
    for number, page in enumerate(pages, start=1):
        if number == 1:
            _draw_head(paper, slip)
            draw_rows(paper, _COLUMNS, page, _TABLE_TOP)
        else:
            paper.next_page()
            _draw_short_head(paper, slip)
            draw_rows(paper, _COLUMNS, page, _LATER_TABLE_TOP)
        page_words = Line("page", words(say("paper.page", number=number, of=len(pages))))
        paper.write_right((page_words,), Place(_MARGIN, 201, _INNER, 4), largest=7, smallest=7)
    return paper.finish()


def _draw_head(paper: Paper, slip: PackingSlip) -> None:
    title = Line("title", words(say("paper.packing_slip")), bold=True)
    paper.write((title,), Place(_MARGIN, 9, 70, 9), largest=18, smallest=10)
    paper.caption("paper.order", _MARGIN, 20)
    paper.write(
        (written("order", slip.order, bold=True),), Place(_MARGIN, 22.4, 50, 10), largest=12, smallest=6
    )
    paper.caption("paper.parcel", 64, 20)
    paper.write(
        (Line("parcel", str(slip.parcel), bold=True),), Place(64, 22.4, 14, 6), largest=12, smallest=6
    )
    _draw_order_symbol(paper, slip.order)
    paper.caption("paper.to", _MARGIN, 34)
    paper.write(address_lines(slip.ship_to), Place(_MARGIN, 36.5, 100, 27), largest=10, smallest=6)


def _draw_short_head(paper: Paper, slip: PackingSlip) -> None:
    title = f"{words(say('paper.packing_slip'))} {slip.order} / {slip.parcel}"
    paper.write((written("order", title, bold=True),), Place(_MARGIN, 10, _INNER, 8), largest=11, smallest=6)


def _draw_order_symbol(paper: Paper, order: str) -> None:
    """A scan of it opens the order at a bench. The number can be read by eye where it cannot be drawn in bars."""
    try:
        symbol = code_128(order)
    except PrintError:
        return
    width = symbol_width(symbol, 2)
    if width <= _RIGHT - 80:
        paper.symbol(symbol, _RIGHT - width, 9, 12, 2)


def _row(line: SlipLine) -> Row:
    name = [written("line.name", line.name)]
    if line.variant:
        name.append(written("line.variant", line.variant, bold=True))
    if line.lot:
        name.append(written("line.lot", words(say("paper.lot", lot=line.lot)), scale=0.85))
    remaining = str(line.remaining) if line.remaining else ""
    return (
        (written("line.sku", line.sku),),
        tuple(name),
        (Line("line.quantity", str(line.quantity), bold=True),),
        (Line("line.remaining", remaining),),
    )

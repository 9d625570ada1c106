"""The shipping label: a GS1 logistic label of 105 by 148 mm for a thermal printer of 203 dpi.

As GS1 lays it out: the carrier's part above, the receiver's below it, and the SSCC as the lowest symbol.
"""

from dataclasses import dataclass

from app.model.orders import Address
from printing.addresses import address_lines
from printing.errors import PrintError
from printing.lettering import Line, clean, written
from printing.paper import A6, Paper, Place, symbol_width
from printing.symbols import check_digit, gs1_128

_MARGIN = 4.0
_RIGHT = A6[0] - _MARGIN
_INNER = A6[0] - 2 * _MARGIN
_SECOND_COLUMN = 58.0
_THIRD_COLUMN = 76.0
_BAR_HEIGHT = 33.0
"""GS1 asks for 32 mm at least."""
_DOTS_PER_MODULE = 4
"""0.5 mm at 203 dpi; GS1 allows 0.495 to 1.016 mm for logistic units."""


@dataclass(frozen=True, slots=True)
class ShippingLabel:
    """What stands on a label. ``weight_g`` is grams, gross; ``parcel`` is the parcel's number within its order.

    ``hazard_marks`` are words as they must stand on the box; they are printed sorted, each once.
    """

    sscc: str
    carrier: str
    service: str
    routing: str
    ship_to: Address
    ship_from: tuple[str, ...]
    order: str
    parcel: int
    weight_g: int
    tracking: str
    references: tuple[str, ...] = ()
    hazard_marks: tuple[str, ...] = ()


def is_sscc(text: str) -> bool:
    """Whether a text is a serial shipping container code: 18 digits, the last one the check digit."""
    return len(text) == 18 and text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]


def human_readable(sscc: str) -> str:
    """An SSCC as it is printed below its symbol, and as ``proof.prove`` reads it back."""
    return f"(00){sscc}"


def weight_words(weight_g: int) -> str:
    """A weight as it is printed: grams are written as kilograms with three decimals."""
    return f"{weight_g // 1000}.{weight_g % 1000:03d} kg"


def render_label(label: ShippingLabel) -> bytes:
    """The label as a PDF of one page. The same label gives the same bytes, so a reprint is the same label.

    :raises UnprintableTextError: ``print.unprintable`` for a text that the fonts at hand cannot draw.
    :raises TooLongError: ``print.too_long`` for a text that does not fit; nothing is cut off.
    :raises PrintError: ``print.wrong_sscc``, ``print.wrong_weight`` or ``print.wrong_parcel_number``.
    """
    _refuse_nonsense(label)
    paper = Paper("label", human_readable(label.sscc), A6)
    _draw_carrier(paper, label)
    _draw_sender(paper, label)
    _draw_receiver(paper, label.ship_to)
    _draw_references(paper, label)
    _draw_sscc(paper, label.sscc)
    return paper.finish()


def _refuse_nonsense(label: ShippingLabel) -> None:
    if not is_sscc(label.sscc):
        raise PrintError("print.wrong_sscc", sscc=repr(label.sscc))
    if label.weight_g <= 0:
        raise PrintError("print.wrong_weight", weight_g=label.weight_g)
    if label.parcel < 1:
        raise PrintError("print.wrong_parcel_number", number=label.parcel)


def _draw_carrier(paper: Paper, label: ShippingLabel) -> None:
    carrier = written("carrier", label.carrier, bold=True)
    service = written("service", label.service, bold=True)
    routing = written("routing", label.routing, bold=True)
    paper.write((carrier,), Place(_MARGIN, 3.5, 52, 11), largest=24, smallest=9)
    paper.write((service,), Place(_MARGIN, 15, 52, 8), largest=15, smallest=8)
    place = Place(_SECOND_COLUMN, 3.5, _RIGHT - _SECOND_COLUMN, 19)
    paper.write_right((routing,), place, largest=40, smallest=12)
    paper.rule(24, _MARGIN, _INNER, 0.75)


def _draw_sender(paper: Paper, label: ShippingLabel) -> None:
    paper.caption("paper.from", _MARGIN, 25.2)
    lines = tuple(written("ship_from", line) for line in label.ship_from)
    paper.write(lines, Place(16, 25, _RIGHT - 16, 11), largest=8, smallest=5.5)
    paper.rule(37, _MARGIN, _INNER)


def _draw_receiver(paper: Paper, address: Address) -> None:
    paper.caption("paper.to", _MARGIN, 38.4)
    paper.write(address_lines(address), Place(16, 38, _RIGHT - 16, 38), largest=16, smallest=6.5)
    paper.rule(77, _MARGIN, _INNER)


def _draw_references(paper: Paper, label: ShippingLabel) -> None:
    marks = sorted({clean("hazard_marks", mark) for mark in label.hazard_marks} - {""})
    order = written("order", label.order, bold=True)
    parcel = Line("parcel", str(label.parcel), bold=True)
    weight = Line("weight_g", weight_words(label.weight_g), bold=True)
    tracking = written("tracking", label.tracking, bold=True)
    references = " · ".join(clean("references", reference) for reference in label.references)
    first_width = _SECOND_COLUMN - _MARGIN - 2
    paper.caption("paper.order", _MARGIN, 78)
    paper.write((order,), Place(_MARGIN, 80.2, first_width, 5), largest=11, smallest=5.5)
    paper.caption("paper.parcel", _SECOND_COLUMN, 78)
    paper.write((parcel,), Place(_SECOND_COLUMN, 80.2, 16, 5), largest=11, smallest=5.5)
    paper.caption("paper.weight", _THIRD_COLUMN, 78)
    paper.write((weight,), Place(_THIRD_COLUMN, 80.2, _RIGHT - _THIRD_COLUMN, 5), largest=11, smallest=5.5)
    paper.caption("paper.tracking", _MARGIN, 85.6)
    paper.write((tracking,), Place(_MARGIN, 87.8, first_width, 6), largest=10, smallest=5.5)
    if references:
        paper.caption("paper.reference", _SECOND_COLUMN, 85.6)
        place = Place(_SECOND_COLUMN, 87.8, _RIGHT - _SECOND_COLUMN, 6 if marks else 14)
        paper.write((Line("references", references),), place, largest=9, smallest=5.5)
    if marks:
        paper.frame(Place(_MARGIN, 94.4, _INNER, 7.6), 0.5)
        inside = Place(_MARGIN + 1.5, 95.4, _INNER - 3, 5.6)
        paper.write((Line("hazard_marks", " / ".join(marks), bold=True),), inside, largest=13, smallest=6)
    paper.rule(103, _MARGIN, _INNER, 0.75)


def _draw_sscc(paper: Paper, sscc: str) -> None:
    symbol = gs1_128([("00", sscc)])
    left = (A6[0] - symbol_width(symbol, _DOTS_PER_MODULE)) / 2
    paper.symbol(symbol, left, 105.5, _BAR_HEIGHT, _DOTS_PER_MODULE)
    text = Line("sscc", human_readable(sscc), bold=True)
    paper.draw_centred(paper.fit((text,), _INNER, 6, largest=14, smallest=14), 139.2)

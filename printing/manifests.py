"""The manifest that a carrier signs at a pickup: A4, as many pages as its parcels need."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.model.answers import say
from app.model.words import words
from printing.errors import PrintError
from printing.labels import human_readable, is_sscc, weight_words
from printing.lettering import Line, written
from printing.paper import A4, Paper, Place, symbol_width
from printing.symbols import code_128
from printing.tables import Column, Row, break_pages, draw_rows, set_rows

_MARGIN = 15.0
_INNER = A4[0] - 2 * _MARGIN
_RIGHT = A4[0] - _MARGIN
_TABLE_TOP = 62.0
_LATER_TABLE_TOP = 26.0
_TABLE_END = 280.0
_SIGNATURE_HEIGHT = 38.0
_COLUMNS = (
    Column("paper.number", _MARGIN, 12, number=True),
    Column("paper.sscc", 33, 62),
    Column("paper.order", 95, 70),
    Column("paper.weight", 165, 30, number=True),
)


@dataclass(frozen=True, slots=True)
class ManifestParcel:
    """One parcel that is handed over. The weight is grams."""

    sscc: str
    weight_g: int
    order: str = ""


@dataclass(frozen=True, slots=True)
class ManifestPaper:
    """What goes with a carrier at one pickup. ``closed_at`` is aware; it is printed as UTC."""

    id: str
    carrier: str
    closed_at: datetime
    parcels: tuple[ManifestParcel, ...]
    ship_from: tuple[str, ...] = ()


def render_manifest(manifest: ManifestPaper) -> bytes:
    """The manifest as a PDF: its number as Code 128, every parcel, the totals, and room for a signature.

    :raises UnprintableTextError: ``print.unprintable`` for a text that the fonts at hand cannot draw.
    :raises TooLongError: ``print.too_long`` for a text that does not fit; nothing is cut off.
    :raises PrintError: ``print.wrong_sscc``, ``print.wrong_weight``, ``print.wrong_time``, or ``print.wrong_symbol``
        for a number that is not ASCII.
    """
    _refuse_nonsense(manifest)
    paper = Paper("manifest", manifest.id, A4)
    rows = set_rows(
        paper, _COLUMNS, [_row(number, parcel) for number, parcel in enumerate(manifest.parcels, start=1)]
    )
    pages = break_pages(rows, _TABLE_END - _TABLE_TOP, _TABLE_END - _LATER_TABLE_TOP)
    last_top = _TABLE_TOP if len(pages) == 1 else _LATER_TABLE_TOP
    if last_top + sum(row.height for row in pages[-1]) > _TABLE_END - _SIGNATURE_HEIGHT:
        pages.append([])
    for number, page in enumerate(pages, start=1):
        if number == 1:
            _draw_head(paper, manifest)
            end = draw_rows(paper, _COLUMNS, page, _TABLE_TOP)
        else:
            paper.next_page()
            title = f"{words(say('paper.manifest'))} {manifest.id}"
            place = Place(_MARGIN, 13, _INNER, 8)
            paper.write((written("id", title, bold=True),), place, largest=12, smallest=6)
            end = draw_rows(paper, _COLUMNS, page, _LATER_TABLE_TOP) if page else _LATER_TABLE_TOP
        if number == len(pages):
            _draw_totals(paper, manifest, end + 3)
        page_words = Line("page", words(say("paper.page", number=number, of=len(pages))))
        paper.write_right((page_words,), Place(_MARGIN, 285, _INNER, 4), largest=8, smallest=8)
    return paper.finish()


def _refuse_nonsense(manifest: ManifestPaper) -> None:
    if manifest.closed_at.tzinfo is None:
        raise PrintError("print.wrong_time", time=manifest.closed_at.isoformat(), paper=manifest.id)
    for parcel in manifest.parcels:
        if not is_sscc(parcel.sscc):
            raise PrintError("print.wrong_sscc", sscc=repr(parcel.sscc))
        if parcel.weight_g <= 0:
            raise PrintError("print.wrong_weight", weight_g=parcel.weight_g)


def _draw_head(paper: Paper, manifest: ManifestPaper) -> None:
    title = Line("title", words(say("paper.manifest")), bold=True)
    paper.write((title,), Place(_MARGIN, 12, 70, 10), largest=20, smallest=10)
    symbol = code_128(manifest.id)
    room = _RIGHT - 90
    size = next((size for size in (3, 2) if symbol_width(symbol, size) <= room), 0)
    if size:
        paper.symbol(symbol, _RIGHT - symbol_width(symbol, size), 12, 13, size)
    paper.caption("paper.number", _MARGIN, 28)
    paper.write((written("id", manifest.id, bold=True),), Place(_MARGIN, 30.5, 80, 8), largest=12, smallest=6)
    paper.caption("paper.carrier", 100, 28)
    paper.write(
        (written("carrier", manifest.carrier, bold=True),), Place(100, 30.5, 95, 8), largest=12, smallest=6
    )
    paper.caption("paper.from", _MARGIN, 41)
    lines = tuple(written("ship_from", line) for line in manifest.ship_from)
    paper.write(lines, Place(_MARGIN, 43.5, 80, 15), largest=9, smallest=6)
    paper.caption("paper.closed_at", 100, 41)
    closed_at = manifest.closed_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    paper.write((Line("closed_at", closed_at),), Place(100, 43.5, 95, 8), largest=10, smallest=6)


def _draw_totals(paper: Paper, manifest: ManifestPaper, top: float) -> None:
    weight = weight_words(sum(parcel.weight_g for parcel in manifest.parcels))
    total = words(say("paper.totals", parcels=len(manifest.parcels), weight=weight))
    paper.write((Line("totals", total, bold=True),), Place(_MARGIN, top, _INNER, 7), largest=12, smallest=8)
    for code, left in (("paper.handed_over", _MARGIN), ("paper.date_and_time", 100.0)):
        paper.rule(top + 24, left, 80, 0.25)
        paper.caption(code, left, top + 25)


def _row(number: int, parcel: ManifestParcel) -> Row:
    return (
        (Line("number", str(number)),),
        (Line("sscc", human_readable(parcel.sscc)),),
        (written("order", parcel.order),),
        (Line("weight_g", weight_words(parcel.weight_g)),),
    )

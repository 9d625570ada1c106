"""Proof-reading: what was drawn is rendered to dots and read as a carrier's scanner reads it, before it counts.

Each page is read twice: as PDFium renders it, which puts edges on the nearest dot, and as the coarsest thermal printer
burns it, with every dot black that a bar so much as touches. The first alone would hide bars that grow by a dot.
"""

import re
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import zxingcpp

from app.model.parcels import Reason
from printing.errors import PrintError
from printing.symbols import DPI

_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4
_PDFIUM = Lock()
"""PDFium may be in use by one thread at a time."""
_T = TypeVar("_T")
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.EAN13])
_GS1_128 = "]C1"
_IDENTIFIER = re.compile(r"\(\d{2,4}\)")
_TOUCHED = bytes([0] * 255 + [255])
"""Every grey becomes black, only untouched white stays white."""
_SLICES = 8
"""Into how many columns a dot is divided to see whether a bar touches it: an edge is found to an eighth of a dot."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One page in greys: one byte for each dot, row by row, 0 black to 255 white."""

    width: int
    height: int
    greys: bytes

    def png(self) -> bytes:
        """The picture as a PNG file (W3C Portable Network Graphics): greys of eight bits."""
        rows = (self.greys[at : at + self.width] for at in range(0, len(self.greys), self.width))
        data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


@dataclass(frozen=True, slots=True)
class ReadSymbol:
    """What one symbol says. ``gs1`` is for GS1-128 (AIM id ``]C1``): its fields have their identifiers in brackets."""

    text: str
    gs1: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What read back from a paper. ``reason`` is there when it is not good."""

    good: bool
    read: tuple[str, ...]
    reason: Reason | None = None


def prove(pdf: bytes, expected: Sequence[str]) -> Proof:
    """Whether a document's symbols read as what they should say, and no others are on it.

    An expected text that begins with an application identifier in brackets, as ``(00)340123450000000017``, must read as
    GS1-128; any other as Code 128 or EAN-13. Bytes that are no PDF are not good either.
    """
    try:
        renderings = render(pdf), burn(pdf)
    except PrintError as error:
        return Proof(good=False, read=(), reason=_reason(error.code))
    wanted = Counter(ReadSymbol(text, gs1=bool(_IDENTIFIER.match(text))) for text in expected)
    read: tuple[str, ...] = ()
    for pictures in renderings:
        found = [symbol for page in pictures for symbol in read_symbols(page)]
        read = tuple(symbol.text for symbol in found)
        missing, extra = wanted - Counter(found), Counter(found) - wanted
        if missing:
            reason = _reason("print.unread_symbol", expected=_texts(missing), read=" ".join(read) or "-")
            return Proof(good=False, read=read, reason=reason)
        if extra:
            return Proof(good=False, read=read, reason=_reason("print.extra_symbol", read=_texts(extra)))
    return Proof(good=True, read=read)


def picture(pdf: bytes, dpi: int = DPI) -> bytes:
    """The first page as a PNG.

    :raises PrintError: ``print.not_a_document``.
    """
    return render(pdf, dpi)[0].png()


def render(pdf: bytes, dpi: int = DPI) -> list[Picture]:
    """Draw every page in greys at a resolution, in the whole dots nearest to the page's size.

    :raises PrintError: ``print.not_a_document`` for bytes that do not open as a PDF with a page.
    """
    return _each_page(pdf, lambda page: _draw(page, dpi, 1))


def burn(pdf: bytes, dpi: int = DPI) -> list[Picture]:
    """Draw every page in black and white, as a printer does that blackens each dot that is touched at all.

    Only what lies beside a dot counts, not what lies above or below it: that is what changes the width of bars.

    :raises PrintError: ``print.not_a_document`` for bytes that do not open as a PDF with a page.
    """
    return [_folded(picture) for picture in _each_page(pdf, lambda page: _draw(page, dpi, _SLICES))]


def page_size_mm(pdf: bytes) -> tuple[float, float]:
    """Width and height of the first page.

    :raises PrintError: ``print.not_a_document``.
    """
    width, height = _each_page(pdf, lambda page: page.get_size())[0]
    return width / _POINTS_PER_INCH * _MM_PER_INCH, height / _POINTS_PER_INCH * _MM_PER_INCH


def text_of(pdf: bytes) -> list[str]:
    """The text that can be taken out of each page: what a person reads, as data.

    :raises PrintError: ``print.not_a_document``.
    """
    return _each_page(pdf, lambda page: str(page.get_textpage().get_text_bounded()))


def read_symbols(page: Picture) -> list[ReadSymbol]:
    """All Code 128, GS1-128 and EAN-13 symbols on a page, from top to bottom.

    The page is not read again at a smaller scale: blurred like that, a symbol is now and then read as another one whose
    check character happens to agree.
    """
    view = memoryview(page.greys).cast("B", (page.height, page.width))
    found = [
        symbol
        for symbol in zxingcpp.read_barcodes(view, formats=_FORMATS, try_downscale=False)
        if symbol.valid
    ]
    found.sort(key=lambda symbol: (symbol.position.top_left.y, symbol.position.top_left.x))
    return [ReadSymbol(symbol.text, gs1=symbol.symbology_identifier == _GS1_128) for symbol in found]


def _texts(symbols: Counter[ReadSymbol]) -> str:
    return " ".join(symbol.text for symbol in symbols.elements())


def _each_page(pdf: bytes, look: Callable[[pypdfium2.PdfPage], _T]) -> list[_T]:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise PrintError("print.not_a_document") from error
        try:
            return [look(document[number]) for number in range(len(document))]
        finally:
            document.close()


def _draw(page: pypdfium2.PdfPage, dpi: int, slices: int) -> Picture:
    """``PdfPage.render`` rounds up: a page of 839.0001 dots would be squeezed onto 840 and lose its grid."""
    width, height = (max(1, round(points * dpi / _POINTS_PER_INCH)) for points in page.get_size())
    width *= slices
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pypdfium2.raw.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    flags = pypdfium2.raw.FPDF_PRINTING | pypdfium2.raw.FPDF_ANNOT
    pypdfium2.raw.FPDF_RenderPageBitmap(bitmap.raw, page.raw, 0, 0, width, height, 0, flags)
    greys = bytes(bitmap.buffer)
    bitmap.close()
    return Picture(width, height, greys)


def _folded(sliced: Picture) -> Picture:
    """Lay the slices of each dot over one another: white only where all are white.

    Black is 0 and white is 255, so it is a bitwise and, done on whole pages as one large number.
    """
    slices = sliced.greys.translate(_TOUCHED)
    page = int.from_bytes(slices[::_SLICES])
    for column in range(1, _SLICES):
        page &= int.from_bytes(slices[column::_SLICES])
    width = sliced.width // _SLICES
    return Picture(width, sliced.height, page.to_bytes(width * sliced.height))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _reason(code: str, **params: str) -> Reason:
    return Reason(code, tuple(params.items()))

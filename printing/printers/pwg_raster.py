"""Pages as PWG raster (PWG 5102.4), for printers that read no PDF: greys of eight bits. Pure."""

import struct
from collections.abc import Iterable

_SYNC = b"RaS2"
_GREY_SGRAY = 18
_LONGEST_RUN = 128
_POINTS_PER_INCH = 72


def pwg_raster(pages: Iterable[tuple[int, int, bytes]], dpi: int, media: str) -> bytes:
    """A document of pages, each as width and height in dots and one byte for each dot, 0 black.

    ``media`` is the name of the paper's size.
    """
    return _SYNC + b"".join(
        _header(width, height, dpi, media) + _rows(width, greys) for width, height, greys in pages
    )


def _header(width: int, height: int, dpi: int, media: str) -> bytes:
    points = [round(dots * _POINTS_PER_INCH / dpi) for dots in (width, height)]
    header = bytearray(1796)
    struct.pack_into("64s", header, 0, b"PwgRaster")
    struct.pack_into(">II", header, 276, dpi, dpi)  # HWResolution
    struct.pack_into(">I", header, 340, 1)  # NumCopies
    struct.pack_into(">II", header, 352, *points)  # PageSize
    struct.pack_into(">II", header, 372, width, height)
    struct.pack_into(
        ">IIII", header, 384, 8, 8, width, 0
    )  # BitsPerColor, BitsPerPixel, BytesPerLine, ColorOrder
    struct.pack_into(">I", header, 400, _GREY_SGRAY)
    struct.pack_into(">I", header, 420, 1)  # NumColors
    struct.pack_into(">iiI", header, 456, 1, 1, 0)  # CrossFeedTransform, FeedTransform
    struct.pack_into("64s", header, 1732, media.encode("ascii", "replace")[:63])
    return bytes(header)


def _rows(width: int, greys: bytes) -> bytes:
    """Rows that are equal are said once with their number, up to 256; within a row runs and literals, as PackBits."""
    rows = [greys[at : at + width] for at in range(0, len(greys), width)]
    out = bytearray()
    at = 0
    while at < len(rows):
        same = 1
        while at + same < len(rows) and same < 256 and rows[at + same] == rows[at]:
            same += 1
        out.append(same - 1)
        out += _packed(rows[at])
        at += same
    return bytes(out)


def _packed(row: bytes) -> bytes:
    out = bytearray()
    at = 0
    while at < len(row):
        run = _run(row, at)
        if run > 1 or at + 1 == len(row):
            out += bytes([run - 1, row[at]])
            at += run
            continue
        end = at + 1
        while end < len(row) and end - at < _LONGEST_RUN and _run(row, end) == 1:
            end += 1
        if end - at == 1:
            out += bytes([0, row[at]])
        else:
            out.append(257 - (end - at))
            out += row[at:end]
        at = end
    return bytes(out)


def _run(row: bytes, at: int) -> int:
    """How many equal bytes begin here."""
    window = row[at : at + _LONGEST_RUN]
    return len(window) - len(window.lstrip(window[:1]))

"""PWG raster: what is packed comes out again as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from printing.printers.pwg_raster import pwg_raster


def unpacked(data: bytes, width: int, height: int) -> bytes:
    """The dots of one page, as the standard says to read them."""
    rows: list[bytes] = []
    at = 0
    while len(rows) < height:
        repeat, row = data[at] + 1, bytearray()
        at += 1
        while len(row) < width:
            count = data[at]
            if count < 128:
                row += data[at + 1 : at + 2] * (count + 1)
                at += 2
            else:
                row += data[at + 1 : at + 1 + 257 - count]
                at += 1 + 257 - count
        rows += [bytes(row)] * repeat
    assert at == len(data)
    return b"".join(rows)


@given(st.data(), st.integers(1, 300), st.integers(1, 6))
def test_a_page_comes_out_as_it_went_in(data: st.DataObject, width: int, height: int) -> None:
    rows = [
        data.draw(st.lists(st.sampled_from([0, 0, 255, 7]), min_size=width, max_size=width).map(bytes))
        for _ in range(height)
    ]
    greys = b"".join(rows + rows[-1:])
    raster = pwg_raster([(width, height + 1, greys)], 203, "iso_a6_105x148mm")
    assert raster[:4] == b"RaS2"
    assert unpacked(raster[4 + 1796 :], width, height + 1) == greys


def test_rows_that_are_equal_are_said_once() -> None:
    raster = pwg_raster([(800, 1000, b"\xff" * 800_000)], 203, "a")
    assert len(raster) < 4 + 1796 + 100


def test_the_header_says_size_resolution_and_media() -> None:
    raster = pwg_raster([(839, 1183, b"\xff" * (839 * 1183))] * 2, 203, "iso_a6_105x148mm")
    page = raster[4:1800]
    assert page.startswith(b"PwgRaster\0")
    numbers = {at: int.from_bytes(page[at : at + 4]) for at in (276, 280, 372, 376, 384, 388, 392, 400, 420)}
    assert numbers == {276: 203, 280: 203, 372: 839, 376: 1183, 384: 8, 388: 8, 392: 839, 400: 18, 420: 1}
    assert page[1732:].startswith(b"iso_a6_105x148mm\0")
    assert raster.count(b"PwgRaster\0") == 2

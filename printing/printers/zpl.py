"""What a ZPL printer is sent, and what it says of itself (Zebra, ZPL II Programming Guide: ^GF, ~HS, ~HI). Pure."""

import re
from dataclasses import dataclass

from app.model.answers import Say, say

ASK_STATUS = b"~HS\r\n"
ASK_IDENTITY = b"~HI\r\n"
STATUS_FRAMES = 3
_FRAME = re.compile(rb"\x02([^\x02\x03]*)\x03")
_DPI_BY_DOTS_PER_MM = {6: 152, 8: 203, 12: 300, 24: 600}
_DARK = bytes([1] * 128 + [0] * 128)
"""Greys darker than the middle become dots."""
_REPEATS = tuple(
    (times, letter)
    for times, letter in (
        *((20 * number, chr(ord("f") + number)) for number in range(20, 0, -1)),
        *((number, chr(ord("F") + number)) for number in range(19, 0, -1)),
    )
)
"""g to z repeat the next digit 20 to 400 times, G to Y 1 to 19 times."""


@dataclass(frozen=True, slots=True)
class Status:
    """One answer to ``~HS``. ``length`` is the label's, in dots; ``die_cut`` labels have gaps between them."""

    paper_out: bool
    paused: bool
    head_open: bool
    ribbon_out: bool
    too_hot: bool
    too_cold: bool
    memory_broken: bool
    buffer_full: bool
    die_cut: bool
    length: int
    waiting: int
    """Labels and formats that are still to be printed."""

    @property
    def trouble(self) -> Say | None:
        """What keeps it from printing, the cause before what follows from it."""
        for wrong, code in (
            (self.head_open, "printer.head_open"),
            (self.paper_out, "printer.paper_out"),
            (self.ribbon_out, "printer.ribbon_out"),
            (self.memory_broken, "printer.memory_broken"),
            (self.too_hot, "printer.too_hot"),
            (self.too_cold, "printer.too_cold"),
            (self.paused, "printer.paused"),
            (self.buffer_full, "printer.full"),
        ):
            if wrong:
                return say(code)
        return None


def read_status(answer: bytes) -> Status | None:
    """The status in what was read so far; nothing where it is not whole, or not one."""
    frames = _FRAME.findall(answer)[-STATUS_FRAMES:]
    if len(frames) < STATUS_FRAMES:
        return None
    try:
        first = [int(field) for field in frames[0].split(b",")]
        second = [int(field) for field in frames[1].split(b",")]
    except ValueError:
        return None
    if len(first) < 12 or len(second) < 11:
        return None
    return Status(
        paper_out=bool(first[1]),
        paused=bool(first[2]),
        length=first[3],
        buffer_full=bool(first[5]),
        memory_broken=bool(first[9]),
        too_cold=bool(first[10]),
        too_hot=bool(first[11]),
        die_cut=not second[0] & 0x80,
        head_open=bool(second[2]),
        ribbon_out=bool(second[3]),
        waiting=first[4] + first[7] + second[8],
    )


def read_identity(answer: bytes) -> tuple[str, int] | None:
    """Model and dots an inch of an answer to ``~HI``; nothing where it is not whole, or not one."""
    frames = _FRAME.findall(answer)
    if not frames:
        return None
    fields = frames[-1].decode("ascii", "replace").split(",")
    if len(fields) < 3 or not fields[2].strip().isdecimal():
        return None
    dpi = _DPI_BY_DOTS_PER_MM.get(int(fields[2]))
    model = "".join(character for character in fields[0] if character.isprintable())[:60]
    return None if dpi is None else (model, dpi)


def label(width: int, height: int, greys: bytes, title: str) -> bytes:
    """A page as one graphic at the printer's own resolution: nothing in the printer redraws it."""
    across = (width + 7) // 8
    rows = _bits(width, height, greys, across)
    data = _compressed(rows)
    size = across * height
    return (
        f"^XA^FX {title}^FS^PW{width}^LL{height}^LH0,0^PQ1^FO0,0^GFA,{size},{size},{across},{data}^FS^XZ\r\n"
    ).encode("ascii", "replace")


def _bits(width: int, height: int, greys: bytes, across: int) -> list[str]:
    """Each row as hexadecimal digits, a bit for each dot, the first one highest."""
    dots = greys.translate(_DARK)
    unused = 8 * across - width
    rows = []
    for at in range(0, width * height, width):
        row = dots[at : at + width]
        number = int(row.translate(_DIGITS), 2) << unused
        rows.append(f"{number:0{2 * across}X}")
    return rows


_DIGITS = bytes([ord("0"), ord("1")]) + bytes(254)


def _compressed(rows: list[str]) -> str:
    """ZPL's own compression: repeats, ``,`` for white to the edge, ``!`` for black to it, ``:`` for the row above."""
    out = []
    above = ""
    for row in rows:
        out.append(":" if row == above else _compressed_row(row))
        above = row
    return "".join(out)


def _compressed_row(row: str) -> str:
    left = row.rstrip("0")
    end = ""
    # White to the edge is said in whole bytes; so is black.
    if len(row) - len(left) > 1:
        left += "0" * (len(left) % 2)
        end = ","
    else:
        left = row.rstrip("F")
        left += "F" * (len(left) % 2)
        end = "!" if len(left) < len(row) else ""
    return "".join(_repeated(len(run[0]), run[1]) for run in _RUN.findall(left)) + end


_RUN = re.compile(r"((.)\2*)")


def _repeated(times: int, digit: str) -> str:
    if times == 1:
        return digit
    letters = []
    while times:
        step, letter = next(one for one in _REPEATS if one[0] <= times)
        letters.append(letter)
        times -= step
    return "".join(letters) + digit

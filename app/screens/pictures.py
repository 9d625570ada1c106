"""A grey picture in half blocks: two dots a character, black or white."""

from collections.abc import Callable

from app.screens.looks import Line, Look, Span

Drawn = Callable[[int, int], tuple[Line, ...]]
"""Draws into so many columns and rows."""
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
_WHITE_FROM = 215
"""Thin print on white paper stays dark when it is shrunk."""


def half_blocks(width: int, height: int, greys: bytes, columns: int, rows: int) -> tuple[Line, ...]:
    """The picture (one byte a dot, row by row, 0 black to 255 white) as large as it fits, its shape kept."""
    scale = max(width / columns, height / (rows * 2))
    across, down = max(1, int(width / scale)), max(1, int(height / scale))
    white = [
        [_mean(width, height, greys, x * scale, y * scale, scale) >= _WHITE_FROM for x in range(across)]
        for y in range(down)
    ]
    white += [[False] * across] * (down % 2)
    return tuple(
        (Span("".join(_HALVES[pair] for pair in zip(white[y], white[y + 1], strict=True)), Look.NOW),)
        for y in range(0, len(white), 2)
    )


def _mean(width: int, height: int, greys: bytes, left: float, top: float, size: float) -> float:
    """The grey of a square, from at most sixteen of its dots."""
    step = max(1, int(size / 4))
    dots = [
        greys[y * width + x]
        for y in range(int(top), min(height, int(top + size) or 1), step)
        for x in range(int(left), min(width, int(left + size) or 1), step)
    ]
    return sum(dots) / len(dots) if dots else 255

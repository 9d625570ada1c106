"""What things look like: names for styles, and the styles of each theme.

The colours are Okabe and Ito's, chosen so that people with any colour vision tell them apart; each state has a word
and a sign besides. Black on vermilion reaches 5.4:1 where white would only reach 3.9:1.
"""

from dataclasses import dataclass
from enum import StrEnum

from rich.style import Style


class Look(StrEnum):
    """What a piece of the picture is."""

    PLAIN = "plain"
    DIM = "dim"
    BOLD = "bold"
    STATUS = "status"
    ALARM = "alarm"
    LARGE = "large"
    ASK = "ask"
    GOOD = "good"
    BAD = "bad"
    DUPLICATE = "duplicate"
    WAIT = "wait"
    CURRENT = "current"
    TYPING = "typing"
    KEY = "key"
    SHELF = "shelf"
    LATER = "later"
    NOW = "now"
    STOP = "stop"
    TARGET = "target"


_BLACK, _WHITE, _GREY = "#000000", "#ffffff", "#9a9a9a"
_ORANGE, _SKY, _GREEN, _YELLOW, _VERMILION = "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#d55e00"


def _style(ink: str, ground: str = _BLACK, *, bold: bool = False) -> Style:
    return Style(color=ink, bgcolor=ground, bold=bold)


DARK: dict[Look, Style] = {
    Look.PLAIN: _style("#dddddd"),
    Look.DIM: _style(_GREY),
    Look.BOLD: _style(_WHITE, bold=True),
    Look.STATUS: _style(_WHITE, "#303030"),
    Look.ALARM: _style(_BLACK, _ORANGE, bold=True),
    Look.LARGE: _style(_ORANGE),
    Look.ASK: _style(_WHITE, bold=True),
    Look.GOOD: _style(_BLACK, _GREEN, bold=True),
    Look.BAD: _style(_BLACK, _VERMILION, bold=True),
    Look.DUPLICATE: _style(_BLACK, _YELLOW, bold=True),
    Look.WAIT: _style(_BLACK, _SKY, bold=True),
    Look.CURRENT: _style(_BLACK, _ORANGE, bold=True),
    Look.TYPING: _style(_WHITE, "#303030", bold=True),
    Look.KEY: _style(_ORANGE, bold=True),
    Look.SHELF: _style("#808080"),
    Look.LATER: _style(_SKY),
    Look.NOW: _style(_WHITE, bold=True),
    Look.STOP: _style(_SKY, bold=True),
    Look.TARGET: _style(_ORANGE, bold=True),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one look."""

    text: str
    look: Look = Look.PLAIN


Line = tuple[Span, ...]
"""One painted row. It may be shorter or longer than the screen: the canvas pads and cuts it."""
EMPTY: Line = ()

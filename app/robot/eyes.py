"""The robot's eyes: the terminal's output through pyte, and what a person reads off such a screen.

Nothing else of the program is known here: only where things stand on the screen and how they look.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyte
from pyte.screens import Char

_VERDICT = re.compile(r"^\s*([✓✗=…]) (OK|STOP|AGAIN|WAIT) #(\d+)(?: (.*))?$")
_PROGRESS = re.compile(r"^ [━─]* (\d+)/(\d+)\s*$")
_KEY = re.compile(r"\bF\d{1,2}\b")
_MAP_FROM_COLUMNS = 70
_BELOW = 3
"""Progress, typing and keys stand below everything else."""
_KITTY = re.compile(rb"\x1b\[[<=>][0-9;]*u")
"""Keyboard protocol requests: pyte would draw their last letter."""
_FRAME = re.compile(rb"\x1b\[\?2026([hl])")
"""Synchronized output: a picture begins and is whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict that stands on the screen: ``OK``, ``STOP``, ``AGAIN`` or ``WAIT``, its number and its words."""

    word: str
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Glance:
    """What a person sees at one moment."""

    status: str
    ask: str
    detail: str
    answer: Answer | None
    rows: tuple[str, ...]
    done: int
    of: int
    """Progress; ``of`` is 0 where none is shown."""
    typing: str
    keys: frozenset[str]
    lines: tuple[str, ...]
    """The whole screen, for whoever has to look into what was not understood."""

    @property
    def number(self) -> int:
        """How many verdicts were given so far."""
        return self.answer.number if self.answer is not None else 0

    @property
    def view(self) -> str:
        """The first word of the status: which view this is."""
        return self.status.split(maxsplit=1)[0] if self.status.strip() else ""


class Eyes:
    """A screen of ``columns`` by ``rows`` cells that is fed with what the terminal writes."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.whole = True
        """Whether the picture is not being painted just now, as far as the terminal says so."""

    def feed(self, data: bytes) -> None:
        """Take in what the terminal wrote."""
        for frame in _FRAME.finditer(data):
            self.whole = frame[1] == b"l"
        self._stream.feed(_KITTY.sub(b"", data))

    @property
    def number(self) -> int:
        """The number of the verdict that is shown; -1 while there is none at all."""
        found = self._verdict(self._screen.display)
        return -1 if found is None else found[1].number

    def glance(self) -> Glance:
        """Read the whole screen."""
        lines = self._screen.display
        found = self._verdict(lines)
        asked = self._asked(lines)
        after_ask = (asked[-1] + 1) if asked else 1
        at_verdict = found[0] if found is not None else after_ask
        return Glance(
            status=lines[0].strip(),
            ask=" ".join(lines[row].strip() for row in asked),
            detail=" ".join(line.strip() for line in lines[after_ask:at_verdict] if line.strip()),
            answer=found[1] if found is not None else None,
            rows=self._list(lines, at_verdict + 2 if found is not None else after_ask),
            **self._progress(lines),
            typing=lines[self.rows - 2].strip(),
            keys=frozenset(_KEY.findall(lines[self.rows - 1])),
            lines=tuple(line.rstrip() for line in lines),
        )

    def _verdict(self, lines: Sequence[str]) -> tuple[int, Answer] | None:
        for row, line in enumerate(lines):
            found = _VERDICT.match(line)
            if found is not None:
                more = lines[row + 1].strip() if row + 1 < len(lines) else ""
                words = f"{(found[4] or '').strip()} {more}".strip()
                return row, Answer(found[2], int(found[3]), words)
        return None

    def _asked(self, lines: Sequence[str]) -> list[int]:
        """The rows of the question: the first that are bold and white on black below the status."""
        asked: list[int] = []
        for row in range(1, self.rows):
            if self._is_question(row, lines[row]):
                asked.append(row)
            elif asked:
                break
        return asked

    def _is_question(self, row: int, line: str) -> bool:
        column = len(line) - len(line.lstrip())
        if column >= self.columns or not line.strip():
            return False
        look: Char = self._screen.buffer[row][column]
        return look.bold and look.fg in _WHITE and look.bg in _BLACK and not "⠀" <= look.data <= "⣿"

    def _list(self, lines: Sequence[str], start: int) -> tuple[str, ...]:
        across = self.columns * 11 // 20 if self.columns >= _MAP_FROM_COLUMNS else self.columns
        listed = [line[:across] if _has_map(line) else line for line in lines[start : self.rows - _BELOW]]
        return tuple(line.rstrip() for line in listed if line.strip())

    def _progress(self, lines: Sequence[str]) -> dict[str, int]:
        found = _PROGRESS.match(lines[self.rows - _BELOW])
        return {"done": int(found[1]), "of": int(found[2])} if found is not None else {"done": 0, "of": 0}


_WHITE = frozenset({"ffffff", "white", "brightwhite", "eeeeee"})
_BLACK = frozenset({"000000", "black", "default"})


def _has_map(line: str) -> bool:
    return any("⠀" <= sign <= "⣿" or sign in "•◆" for sign in line)

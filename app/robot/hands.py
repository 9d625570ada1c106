"""The robot's hands: it scans, presses and types, and after each of these it waits for the one verdict."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from app.robot.eyes import Answer, Glance
from app.robot.processes import Terminal
from app.robot.scanner import GAP_S, Scanner
from app.robot.trouble import NotUnderstoodError

_KEYS = {
    "F2": b"\x1bOQ",
    "F3": b"\x1bOR",
    "F4": b"\x1bOS",
    "F5": b"\x1b[15~",
    "F6": b"\x1b[17~",
    "F7": b"\x1b[18~",
    "F8": b"\x1b[19~",
    "F9": b"\x1b[20~",
    "F12": b"\x1b[24~",
    "Enter": b"\r",
    "Up": b"\x1b[A",
    "Down": b"\x1b[B",
    "Tab": b"\t",
}
"""What an xterm sends."""

_SETTLE_S = 0.004
_PAINTING_S = 0.5
_RETRIGGER_S = 0.2
_NEXT_UNIT_S = 0.205


@dataclass(slots=True)
class Tally:
    """What the hands did and what they were answered. Latencies are milliseconds."""

    scans: int = 0
    keys: int = 0
    typed: int = 0
    """Digits and letters, before the Enter that is counted among the keys."""
    verdicts: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    unanswered: int = 0
    """Scans and keys that died with the terminal before anybody saw their verdict."""
    gestures: Counter[str] = field(default_factory=Counter)
    """Scans, keys and typed characters by the view that they were made in, signing in left out."""
    complaints: list[str] = field(default_factory=list)
    """What must never happen and did."""

    @property
    def made(self) -> int:
        """Everything that the hands did."""
        return self.scans + self.keys + self.typed


class Hands:
    """Works one terminal with one scanner."""

    def __init__(
        self,
        scanner: Scanner,
        tally: Tally,
        patience_s: float,
        watch: Callable[[int], None],
        diary: TextIO,
    ) -> None:
        self._diary = diary
        self._scanner = scanner
        self._tally = tally
        self._patience_s = patience_s
        self._watch = watch
        self._number = 0
        self._last = ("", 0.0)
        """The code that was scanned last, and when."""
        self.terminal: Terminal | None = None

    def take(self, terminal: Terminal) -> None:
        """Work at this terminal from now on. Its verdicts count from nothing."""
        self.terminal = terminal
        self._number = 0

    # --- looking ---------------------------------------------------------------------------------------------

    def look(self) -> Glance:
        """What stands on the screen once it is quiet."""
        here = self._here
        while here.read(_SETTLE_S if here.eyes.whole else _PAINTING_S) is not None:
            pass
        return here.eyes.glance()

    def wait(self, seconds: float) -> Glance:
        """Look away for a while."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._here.read(left)
        return self.look()

    def wait_until(
        self, seen: Callable[[Glance], bool], what: str, patience_s: float | None = None
    ) -> Glance:
        """Look until something is seen.

        Raises:
            NotUnderstoodError: it does not come.
        """
        glance = self.wait_for(seen, self._patience_s if patience_s is None else patience_s)
        if glance is None:
            raise NotUnderstoodError(f"waited in vain: {what}", self.look())
        return glance

    def wait_for(self, seen: Callable[[Glance], bool], seconds: float) -> Glance | None:
        """Look until something is seen, or nothing when it does not come in time."""
        until = time.perf_counter() + seconds
        glance = self.look()
        while not seen(glance):
            left = until - time.perf_counter()
            if left <= 0:
                return None
            self._here.read(min(left, 0.25))
            glance = self.look()
        return glance

    # --- acting ----------------------------------------------------------------------------------------------

    def scan(self, code: str) -> Answer:
        """Scan a code and wait for its verdict."""
        written = self._begin(code)
        came = self._answered(self._number + 1, f"scan of {_shown(code)}")
        self._last = (code, came)
        self._tally.latencies.append((came - written) * 1000)
        return self._counted(f"scan {_shown(code)}")

    def scan_twice(self, code: str) -> tuple[Answer | None, Answer]:
        """The trigger goes twice: both verdicts, the first if it was on the screen long enough to be read."""
        first_at = self._begin(code)
        first: Answer | None = None
        while (left := first_at + GAP_S - time.perf_counter()) > 0:
            came = self._here.read(left)
            if came is not None and first is None and self._here.eyes.number == self._number + 1:
                self._tally.latencies.append((came - first_at) * 1000)
                first = self._here.eyes.glance().answer
        written = self._shoot(code)
        came = self._answered(self._number + 2, f"double trigger of {_shown(code)}")
        self._last = (code, came)
        second = self._counted(f"double trigger {_shown(code)}", 2)
        if first is not None:
            self._tally.verdicts[first.word] += 1
        else:
            self._tally.verdicts["unseen"] += 1
        if second.word == "AGAIN":
            self._tally.latencies.append((came - written) * 1000)
        elif came - first_at < _RETRIGGER_S:
            self._tally.complaints.append(f"a double trigger of {_shown(code)} was answered: {second.words}")
        return first, second

    def press(self, key: str) -> Answer:
        """Press a key and wait for its verdict."""
        self._must_be_quiet()
        self._tally.keys += 1
        self._tally.unanswered += 1
        self._here.keys(_KEYS[key])
        self._answered(self._number + 1, f"key {key}")
        return self._counted(f"key {key}")

    def type(self, text: str) -> Answer:
        """Type a line and enter it."""
        self._must_be_quiet()
        for character in text:
            self._here.keys(character.encode())
            self._tally.typed += 1
        return self.press("Enter")

    # --- one step --------------------------------------------------------------------------------------------

    @property
    def _here(self) -> Terminal:
        if self.terminal is None:
            raise RuntimeError("the robot stands at no terminal")
        return self.terminal

    def _begin(self, code: str) -> float:
        """Scan, but nobody lifts the next unit of the same item in a fifth of a second."""
        last, at = self._last
        if code == last and (pause := at + _NEXT_UNIT_S - time.perf_counter()) > 0:
            self.wait(pause)
        self._must_be_quiet()
        return self._shoot(code)

    def _shoot(self, code: str) -> float:
        self._tally.scans += 1
        self._tally.unanswered += 1
        written = self._scanner.scan(code)
        self._last = (code, written)
        self._watch(self._scanner.sent)
        return written

    def _must_be_quiet(self) -> None:
        """Nothing that nobody did may have been answered since the last act."""
        self.look()
        number = self._here.eyes.number
        if number > self._number:
            self._tally.complaints.append(f"verdict #{number} came where nothing was asked")
            self._number = number

    def _answered(self, number: int, what: str) -> float:
        """Wait for the verdict with this number; when its bytes came."""
        until = time.perf_counter() + self._patience_s
        while True:
            came = self._here.read(max(0.0, until - time.perf_counter()))
            if came is None:
                raise NotUnderstoodError(f"no verdict #{number} for the {what}", self._here.eyes.glance())
            if self._here.eyes.number >= number:
                return came

    def note(self, what: str, glance: Glance) -> None:
        """Write down what came up on the screen by itself."""
        said = f"{glance.answer.word} {glance.answer.words}" if glance.answer is not None else "-"
        self._diary.write(f"{time.monotonic():.2f} {what}: {said} | {glance.ask} | {glance.detail}\n")

    def _counted(self, what: str, acts: int = 1) -> Answer:
        expected = self._number + acts
        glance = self.look()
        answer = glance.answer
        if answer is None:
            raise NotUnderstoodError(f"verdict #{expected} was there and is gone", glance)
        if answer.number != expected:
            self._tally.complaints.append(
                f"verdict #{answer.number} where #{expected} was due: {answer.words}"
            )
        self._number = answer.number
        self._tally.unanswered -= acts
        self._tally.verdicts[answer.word] += 1
        said = f"{answer.word} #{answer.number} {answer.words}"
        self._diary.write(f"{time.monotonic():.2f} {what}: {said} | {glance.ask} | {glance.detail}\n")
        return answer


def _shown(code: str) -> str:
    """A code as it may stand in a report: a badge is a secret."""
    return "a badge" if code.startswith("BADGE:") else code

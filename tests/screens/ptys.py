"""The floor's screen on a real pseudo-terminal, read as a person's terminal would show it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyte

_VERDICT = re.compile(r"[✓✗=…] (?:OK|STOP|AGAIN|WAIT) #(\d+)")
_KITTY = re.compile(rb"\x1b\[[<=>][0-9;]*u")
"""Keyboard protocol requests: pyte would draw their last letter."""
_PATIENCE_S = 20.0


class Screen:
    """A process on a terminal: what it paints, and hands on its keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], line: int, columns: int, rows: int) -> None:
        self.process = process
        self.line = line
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._began = time.perf_counter()
        self.first_paint_s = 0.0
        self.last_bytes_at = 0.0
        self.received = 0

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    @property
    def number(self) -> int:
        """The number of the verdict that is shown; 0 for none."""
        found = _VERDICT.search(self.text)
        return int(found[1]) if found else 0

    def read(self, seconds: float) -> bool:
        """Take in what was painted; whether anything was within so many seconds."""
        if not select.select([self.line], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.line, 65536)
        except OSError:
            return False
        self.last_bytes_at = time.perf_counter()
        self.received += len(data)
        self._stream.feed(_KITTY.sub(b"", data))
        if not self.first_paint_s and "Scan your badge" in self.text:
            self.first_paint_s = self.last_bytes_at - self._began
        return True

    def until(self, seen: Callable[[], bool]) -> None:
        give_up = time.perf_counter() + _PATIENCE_S
        while not seen():
            assert time.perf_counter() < give_up, f"it never came; the screen shows:\n{self.text}"
            self.read(0.25)

    def rest(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.read(left)

    def keys(self, data: bytes) -> None:
        os.write(self.line, data)

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        _set_size(self.line, columns, rows)

    def hang_up(self) -> None:
        """The terminal's window is closed."""
        os.close(self.line)
        self.line = -1

    def ended(self) -> int:
        """The exit status, once the process is over; what it still paints is read."""
        give_up = time.perf_counter() + _PATIENCE_S
        while self.process.poll() is None:
            assert time.perf_counter() < give_up, f"it does not end; the screen shows:\n{self.text}"
            if self.line < 0 or not self.read(0.05):
                time.sleep(0.02)
        return self.process.returncode

    def cpu_s(self) -> float:
        """Processor seconds that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.line >= 0:
            os.close(self.line)


def floor_on_a_pty(
    folder: Path, columns: int, rows: int, *arguments: str, controlling: bool = True
) -> AbstractContextManager[Screen]:
    """``tests.screens.by_hand`` on a terminal of its own, which is its controlling one unless told otherwise."""
    command = [sys.executable, "-m", "tests.screens.by_hand", str(folder), *arguments]
    return on_a_pty(command, columns, rows, controlling=controlling)


@contextmanager
def on_a_pty(command: list[str], columns: int, rows: int, *, controlling: bool = True) -> Iterator[Screen]:
    """A program on a terminal of its own."""
    line, side = os.openpty()
    _set_size(line, columns, rows)

    def own_terminal() -> None:
        os.setsid()
        if controlling:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        for each in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)

    process = subprocess.Popen(
        command,
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(Path.cwd())},
        preexec_fn=own_terminal,  # noqa: PLW1509 - one thread here, and a terminal can be taken only by the child
    )
    os.close(side)
    screen = Screen(process, line, columns, rows)
    try:
        yield screen
    finally:
        screen.close()


def _set_size(line: int, columns: int, rows: int) -> None:
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

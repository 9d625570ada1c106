"""The program as its people start it: commands that answer and end, a central that serves, a terminal on a pty."""

from __future__ import annotations

import fcntl
import io
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from app.cli import main
from tests.screens.ptys import Screen

STOREHAND = (sys.executable, "-m", "app.cli")
_ANSWER_S = 60.0
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios;"
    " fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def code(self) -> str:
        """The code of the one line of refusal."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, f"one line was wanted:\n{self.err}"
        assert lines[0].endswith("]"), lines[0]
        return lines[0].rpartition("[")[2].removesuffix("]")


class Terminal(Screen):
    """A terminal whose lines may be longer than it is wide."""

    @property
    def flat(self) -> str:
        return "".join(self._screen.display)

    def until(self, seen: Callable[[], bool]) -> None:
        """Here whole programs start, several at a time: that may take a busy machine a while."""
        give_up = time.monotonic() + _ANSWER_S
        while not seen():
            assert time.monotonic() < give_up, f"it never came; the screen shows:\n{self.text}"
            assert self.read(0.25) or self.process.poll() is None, f"it has ended:\n{self.text}"

    def ended(self) -> int:
        status = super().ended()
        while self.read(0.1):
            pass
        return status

    def quit(self) -> int:
        """Ask the process to end."""
        self.process.terminate()
        return self.ended()


@dataclass(frozen=True, slots=True)
class Host:
    """A machine of its own: a home folder, and nothing of this one's settings."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "storehand"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STOREHAND_")}
        return kept | {
            "HOME": str(self.folder),
            "STOREHAND_HOME": str(self.home),
            "TMPDIR": str(self.folder),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }

    def say(self, *arguments: str | Path) -> Said:
        """Run a command to its end, in this process: a process of its own costs a second of imports."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        umask = os.umask(0o022)
        try:
            with (
                patch.dict(os.environ, self.environment, clear=True),
                chdir(self.folder),
                redirect_stdout(out),
                redirect_stderr(err),
            ):
                status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
        finally:
            os.umask(umask)
        return Said(status, _written(out), _written(err))

    def run(self, *arguments: str | Path) -> Said:
        """Run a command to its end, in a process of its own."""
        done = subprocess.run(
            [*STOREHAND, *map(str, arguments)],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def told(self, *arguments: str | Path) -> str:
        """The standard output of a command that must succeed."""
        said = self.say(*arguments)
        assert said.status == 0, said
        return said.out

    @contextmanager
    def central(self, *arguments: str | Path) -> Iterator[str]:
        """A central that serves on a free port; gives its URL."""
        with self.central_process(*arguments) as (_, url):
            yield url

    @contextmanager
    def central_process(self, *arguments: str | Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """The same with its process."""
        log = self.folder / "central.log"
        with log.open("ab") as errors:
            process = subprocess.Popen(
                [*STOREHAND, "central", "--port", "0", *map(str, arguments)],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        out = process.stdout
        assert out is not None
        try:
            assert select.select([out], [], [], _ANSWER_S)[0], log.read_text()
            line = out.readline()
            assert line, log.read_text()
            yield process, str(json.loads(line)["url"])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(_ANSWER_S)
            out.close()

    @contextmanager
    def terminal(self, *arguments: str | Path, columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
        """A command on a terminal of its own, read as a person's would show it."""
        with on_a_pty(
            [*STOREHAND, *map(str, arguments)], self.environment, self.folder, columns, rows
        ) as screen:
            yield screen


def _written(stream: io.TextIOWrapper) -> str:
    bytes_written = stream.detach()
    assert isinstance(bytes_written, io.BytesIO)
    return bytes_written.getvalue().decode()


@contextmanager
def on_a_pty(
    argv: Sequence[str], environment: Mapping[str, str], folder: Path, columns: int, rows: int
) -> Iterator[Terminal]:
    """Any program on a pty that is its controlling terminal."""
    line, side = os.openpty()
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-SEc", _OWN_TERMINAL, *argv],
        stdin=side,
        stdout=side,
        stderr=side,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    os.close(side)
    screen = Terminal(process, line, columns, rows)
    try:
        yield screen
    finally:
        screen.close()

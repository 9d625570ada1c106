"""The real parts as child processes: the central, the terminal under a pty, and commands that answer and end."""

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.robot.eyes import Eyes
from app.robot.trouble import RobotError, TerminalGoneError

_COMMAND_S = 120
_READY_S = 60
_GOODBYE_S = 15
_READ = 65_536
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios;"
    " fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)
"""What the child runs first: the pty becomes its controlling terminal, as a login shell's is."""
_WHOLE_PICTURES_ASKED, _WHOLE_PICTURES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Can this terminal show whole pictures only (synchronized output, DEC mode 2026)? Yes, as most can today."""


class Storehand:
    """The program's commands over one database. What they log goes to files in ``home``."""

    def __init__(self, argv: Sequence[str], database: str, home: Path) -> None:
        self._argv = tuple(argv)
        self._database = database
        self._home = home

    def import_files(self, folder: Path) -> None:
        """Bring the files of a folder in."""
        self._run("import", "--database", self._database, str(folder))

    def code(self) -> str:
        """A one-time code for a new station."""
        return str(json.loads(self._run("code", "--database", self._database, "--json"))["code"])

    def audit(self) -> list[Any]:
        """What differs between the books and their movements."""
        found: list[Any] = json.loads(
            self._run("audit", "--database", self._database, "--json", accept=(0, 1))
        )["differences"]
        return found

    def orders(self) -> str:
        """The orders as CSV."""
        return self._run("export", "--database", self._database, "orders")

    def central(self, port: int) -> "Central":
        """Start the central and wait until it is ready."""
        argv = (
            *self._argv,
            "central",
            "--database",
            self._database,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        )
        return Central(argv, self._home / "central.log")

    def station(self, size: tuple[int, int], name: str, url: str, port: str, enrol: str = "") -> "Terminal":
        """Start a terminal; with a one-time code it enrols first."""
        argv = [*self._argv, "station", name, "--home", str(self._home), "--central", url, "--scanner", port]
        if enrol:
            argv += ["--enrol", enrol]
        return Terminal(argv, size)

    def _run(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            (*self._argv, *arguments), capture_output=True, text=True, timeout=_COMMAND_S, check=False
        )
        if done.returncode not in accept:
            said = (done.stderr or done.stdout).strip()[-2000:]
            raise RobotError(f"storehand {arguments[0]} ended with {done.returncode}: {said}")
        return done.stdout


class Central:
    """The central as a child process."""

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=errors)
        self.url = str(json.loads(self._first_line(log))["url"])

    def _first_line(self, log: Path) -> bytes:
        out = self._process.stdout
        ready = out is not None and bool(select.select([out], [], [], _READY_S)[0])
        line = out.readline() if out is not None and ready else b""
        if not line.strip():
            self.end()
            raise RobotError(f"the central did not start: {log.read_text(errors='replace')[-2000:]}")
        return line

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1].rstrip("/"))

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()
        self._close()

    def end(self) -> None:
        """Ask it to end."""
        _end(self._process)
        self._close()

    def _close(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()


class Terminal:
    """The real terminal under a pty, and the robot's eyes on it."""

    def __init__(self, argv: Sequence[str], size: tuple[int, int]) -> None:
        columns, rows = size
        self.eyes = Eyes(columns, rows)
        self.started = time.perf_counter()
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"COLORTERM", "LINES", "COLUMNS", "NO_COLOR", "FORCE_COLOR"}
        }
        self._process = subprocess.Popen(
            (sys.executable, "-SEc", _TAKE_TERMINAL, *argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(slave)

    def read(self, timeout: float) -> float | None:
        """Wait for output and look at it; the instant at which it came, or nothing when none did.

        Raises:
            TerminalGoneError: the process has ended.
        """
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return None
        came = time.perf_counter()
        try:
            data = os.read(self._master, _READ)
        except OSError:
            data = b""
        if not data:
            last = "\n".join(f"  |{line}" for line in self.eyes.glance().lines if line)
            raise TerminalGoneError(f"the terminal has ended with {self._process.wait(_GOODBYE_S)}\n{last}")
        self.eyes.feed(data)
        if _WHOLE_PICTURES_ASKED in data:
            self.keys(_WHOLE_PICTURES)
        return came

    def keys(self, data: bytes) -> None:
        """Type."""
        try:
            os.write(self._master, data)
        except OSError as error:
            raise TerminalGoneError("the terminal has ended") from error

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Ask it to end, and let go of the pty."""
        _end(self._process, self._master)
        os.close(self._master)

    def close(self) -> None:
        """Let go of the pty of a terminal that has ended."""
        os.close(self._master)


def _end(process: "subprocess.Popen[bytes]", drain: int | None = None) -> None:
    """Ask a process to end, then make it. A terminal's last words must be read, or it could not write them."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    until = time.monotonic() + _GOODBYE_S
    while process.poll() is None and time.monotonic() < until:
        if drain is not None and select.select([drain], [], [], 0.05)[0]:
            try:
                os.read(drain, _READ)
            except OSError:
                break
        elif drain is None:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

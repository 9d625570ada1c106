"""Ports that a device hangs on: opening them, what is wrong with them, who else has them."""

import errno
import os
import socket
import termios
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import serial

from app.model.answers import Param

CHUNK = 65536
POLL_SECONDS = 0.2
"""How long a port without a file descriptor waits for data before it looks whether it is still wanted."""
CONNECT_SECONDS = 5.0


class State(StrEnum):
    """How a device is."""

    CONNECTING = "connecting"
    READY = "ready"
    LOST = "lost"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is, and the sentence that says so: its code in the catalogue of words with its parameters."""

    device: str
    state: State
    code: str
    params: tuple[tuple[str, Param], ...] = ()


class PortFault(Exception):
    """A port cannot be opened. Its parameters go into the sentence beside ``device`` and ``port``."""

    def __init__(self, state: State, code: str, **params: Param) -> None:
        super().__init__(code)
        self.state = state
        self.code = code
        self.params = params


class Line(Protocol):
    """An open port, as far as a scanner needs it."""

    @property
    def fd(self) -> int | None:
        """The file descriptor to watch; None where only a thread can wait for data."""
        ...

    def read(self) -> bytes | None:
        """What came in; None for nothing now, empty when the other side is gone.

        Never waits where there is a file descriptor, at most ``POLL_SECONDS`` otherwise.
        """
        ...

    def close(self) -> None:
        """Give the port back. Closing twice does no harm."""
        ...


def open_line(url: str, baudrate: int) -> Line:
    """Open a device path or a pyserial URL, for us alone. May take seconds; raises ``PortFault``.

    ``socket://host:port`` is opened here and not by pyserial, which throws away what a network scanner sends right
    after connecting and does not close a connection that the other side ended.
    """
    try:
        if url.startswith("socket://"):
            return _SocketLine(url)
        if "://" in url:
            return _UrlLine(url, baudrate)
        return _DeviceLine(url, baudrate)
    except ValueError as wrong:
        raise PortFault(State.LOST, "device.wrong_url", reason=str(wrong)) from wrong
    except (OSError, termios.error) as fault:  # SerialException is an OSError
        raise _fault(url, fault) from fault


def _fault(url: str, fault: Exception) -> PortFault:
    match getattr(fault, "errno", None):
        case errno.EAGAIN | errno.EBUSY:
            owner = owner_of(url)
            if owner:
                return PortFault(State.BUSY, "device.busy", owner=owner)
            return PortFault(State.BUSY, "device.busy_unknown")
        case errno.EACCES | errno.EPERM:
            return PortFault(State.LOST, "device.not_allowed")
        case errno.ENOENT | errno.ENODEV | errno.ENXIO | errno.EIO:
            return PortFault(State.LOST, "device.not_found")
        case _:
            return PortFault(State.LOST, "device.unreachable", reason=str(fault))


def owner_of(path: str, locks: Path = Path("/proc/locks")) -> str:
    """Name the process that holds the lock on a device; empty where the machine does not tell."""
    try:
        device = Path(path).stat()
        held = f"{os.major(device.st_dev):02x}:{os.minor(device.st_dev):02x}:{device.st_ino}"
        for line in locks.read_text().splitlines():
            fields = line.split()
            if held in fields and "FLOCK" in fields:
                process = fields[fields.index(held) - 1]
                name = Path(f"/proc/{process}/comm").read_text().strip()
                return f"{name} (process {process})"
    except OSError:
        pass
    return ""


class _DeviceLine:
    """A serial device. The lock is pyserial's flock on the device itself: it ends with the process, however killed."""

    def __init__(self, path: str, baudrate: int) -> None:
        self._port = serial.Serial(path, baudrate=baudrate, timeout=0, exclusive=True)
        self.fd: int | None = self._port.fileno()

    def read(self) -> bytes | None:
        if self.fd is None:
            return b""
        try:
            return os.read(self.fd, CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def close(self) -> None:
        self.fd = None
        with suppress(OSError):
            self._port.close()


class _SocketLine:
    """A scanner in the network."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.hostname or not parts.port:
            raise ValueError("socket:// needs a host and a port")
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=CONNECT_SECONDS)
        self._socket.setblocking(False)
        keep_alive(self._socket)
        self.fd: int | None = self._socket.fileno()

    def read(self) -> bytes | None:
        try:
            return self._socket.recv(CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def close(self) -> None:
        self.fd = None
        self._socket.close()


def keep_alive(connection: socket.socket) -> None:
    """Have a dead peer noticed within about ten seconds: a scanner that only sends would be waited for forever."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 4), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class _UrlLine:
    """Any other pyserial URL (rfc2217, loop, spy), which hides its file descriptor or has none."""

    fd: int | None = None

    def __init__(self, url: str, baudrate: int) -> None:
        self._port = serial.serial_for_url(url, baudrate=baudrate, timeout=POLL_SECONDS, exclusive=True)

    def read(self) -> bytes | None:
        try:
            return self._port.read(max(1, min(CHUNK, self._port.in_waiting))) or None
        except OSError:
            return b""

    def close(self) -> None:
        with suppress(OSError):
            self._port.close()

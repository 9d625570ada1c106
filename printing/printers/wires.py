"""The two wires to a printer that is sent bytes: a network connection, and a device of the kernel's usblp."""

import os
import select
import socket
import time
from pathlib import Path
from typing import Protocol


class Wire(Protocol):
    """Bytes there and back. Everything raises ``OSError`` when the other end is gone or too slow."""

    def write(self, data: bytes, within_s: float) -> None:
        """Write all. ``within_s`` is how long the printer may take nothing at all."""
        ...

    def read(self, within_s: float) -> bytes:
        """What comes next, at most 4 KiB; nothing when nothing comes within the time."""
        ...

    def close(self) -> None: ...


class Network:
    """Raw TCP, mostly port 9100."""

    def __init__(self, host: str, port: int, connect_s: float) -> None:
        self._socket = socket.create_connection((host, port), connect_s)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def write(self, data: bytes, within_s: float) -> None:
        self._socket.settimeout(within_s)
        view = memoryview(data)
        while view:
            view = view[self._socket.send(view) :]

    def read(self, within_s: float) -> bytes:
        if not select.select([self._socket], [], [], within_s)[0]:
            return b""
        data = self._socket.recv(4096)
        if not data:
            raise ConnectionResetError(os.strerror(104))
        return data

    def close(self) -> None:
        self._socket.close()


class UsbDevice:
    """A device as ``/dev/usb/lp0``. The kernel gives it to one process at a time."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)

    def write(self, data: bytes, within_s: float) -> None:
        view = memoryview(data)
        while view:
            if not select.select([], [self._handle], [], within_s)[1]:
                raise TimeoutError(os.strerror(110))
            view = view[os.write(self._handle, view[:4096]) :]

    def read(self, within_s: float) -> bytes:
        """The kernel's usblp answers a read with nothing while the printer has nothing to say: asked again."""
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0:
            if select.select([self._handle], [], [], left)[0]:
                try:
                    data = os.read(self._handle, 4096)
                except BlockingIOError:
                    data = b""
                if data:
                    return data
                time.sleep(min(0.02, left))
        return b""

    def close(self) -> None:
        os.close(self._handle)

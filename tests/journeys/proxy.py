"""A way to the central that somebody can cut: it passes bytes on, refuses, or loses the answers on their way back."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65_536


class Proxy:
    """Stands between a station and the central. ``mode`` is ``through``, ``cut`` or ``lose_answers``."""

    def __init__(self) -> None:
        self.mode = "through"
        self.lost = 0
        """Answers of the central that never reached the station."""
        self.refused = 0
        """Connections that were cut or not taken."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._to = ("", 0)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def in_front_of(self, url: str) -> str:
        """Begin to pass on to the central; the address that the station is told instead of its own."""
        parts = urlsplit(url)
        self._to = (parts.hostname or "", parts.port or 80)
        threading.Thread(target=self._accept, daemon=True).start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Pull the plug: what is open breaks, and nothing opens any more."""
        self.mode = "cut"
        with self._lock:
            broken, self._open = self._open, set()
        self.refused += len(broken)
        for line in broken:
            _hang_up(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                station, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == "cut":
                self.refused += 1
                _hang_up(station)
                continue
            try:
                central = socket.create_connection(self._to, 5)
                central.settimeout(None)
            except OSError:
                _hang_up(station)
                continue
            with self._lock:
                self._open |= {station, central}
            threading.Thread(target=self._up, args=(station, central), daemon=True).start()
            threading.Thread(target=self._down, args=(central, station), daemon=True).start()

    def _up(self, station: socket.socket, central: socket.socket) -> None:
        with suppress(OSError):
            while data := station.recv(_CHUNK):
                central.sendall(data)
        self._end(station, central)

    def _down(self, central: socket.socket, station: socket.socket) -> None:
        with suppress(OSError):
            while data := central.recv(_CHUNK):
                if self.mode == "lose_answers":
                    self.lost += 1
                    break
                station.sendall(data)
        self._end(station, central)

    def _end(self, *lines: socket.socket) -> None:
        with self._lock:
            self._open -= set(lines)
        for line in lines:
            _hang_up(line)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()

"""A ZPL printer at a port of this machine, with every fault that a real one has, to order."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_COMMAND = re.compile(rb"~H[SI]\r\n|~JA\r\n|\^XA.*?\^XZ\r\n", re.DOTALL)
_GRAPHIC = re.compile(rb"\^PW(\d+)\^LL(\d+).*\^GFA,(\d+),\d+,(\d+),(.*)\^FS\^XZ", re.DOTALL)


@dataclass
class ZplPrinterThere:
    """What the printer is like; tests change it while it runs."""

    port: int = 0
    dots_per_mm: int = 8
    length: int = 1218
    """Of a label, in dots."""
    die_cut: bool = True
    flags: set[str] = field(default_factory=set)
    """Of ``paper_out paused head_open ribbon_out full ram cold hot``."""
    prints: bool = True
    """Whether labels in its memory come out."""
    says: bytes | None = None
    """Instead of its status."""
    dies_after: int = -1
    """Bytes of labels after which its plug is pulled."""
    waiting: list[bytes] = field(default_factory=list)
    paper: list[bytes] = field(default_factory=list)
    connections: int = 0
    most_connections: int = 0

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self.port}"

    def status(self) -> bytes:
        if self.says is not None:
            return self.says
        if self.prints and not self.flags:
            self.paper += self.waiting
            self.waiting.clear()

        def flag(name: str) -> int:
            return int(name in self.flags)

        mode = 0 if self.die_cut else 0x80
        return (
            f"\x02030,{flag('paper_out')},{flag('paused')},{self.length:04d},{len(self.waiting):03d},{flag('full')},"
            f"0,0,000,{flag('ram')},{flag('cold')},{flag('hot')}\x03\r\n"
            f"\x02{mode:03d},0,{flag('head_open')},{flag('ribbon_out')},1,2,6,0,00000000,1,000\x03\r\n"
            "\x021234,0\x03\r\n"
        ).encode()

    def serve(self, connection: socket.socket) -> None:
        """Answer one caller until it hangs up, or until the printer dies."""
        heard, labels = b"", 0
        while data := connection.recv(65536):
            heard += data
            labels += len(data) if b"^XA" in heard else 0
            if 0 <= self.dies_after < labels:
                self.waiting.clear()
                return
            while found := _COMMAND.match(heard):
                heard = heard[found.end() :]
                match found[0][:3]:
                    case b"~HS":
                        connection.sendall(self.status())
                    case b"~HI":
                        connection.sendall(
                            f"\x02ZTC ZD420-203dpi,V84.20.18Z,{self.dots_per_mm},4096KB\x03\r\n".encode()
                        )
                    case b"~JA":
                        self.waiting.clear()
                    case _:
                        self.waiting.append(found[0])


def drawn(zpl: bytes) -> tuple[int, int, bytes]:
    """What a label looks like: width, height, and one byte for each dot, 0 black, as the printer unpacks it."""
    found = _GRAPHIC.search(zpl)
    assert found is not None, zpl[:200]
    width, height, size, across = (int(found[number]) for number in (1, 2, 3, 4))
    rows: list[str] = []
    row, times = "", 0
    for sign in found[5].decode():
        if "G" <= sign <= "Y":
            times += ord(sign) - ord("F")
            continue
        if "g" <= sign <= "z":
            times += 20 * (ord(sign) - ord("f"))
            continue
        if sign == ":":
            rows.append(rows[-1])
            continue
        if sign in ",!":
            row = row.ljust(2 * across, "0" if sign == "," else "F")
        else:
            row += sign * (times or 1)
        times = 0
        assert len(row) <= 2 * across
        if len(row) == 2 * across:
            rows.append(row)
            row = ""
    assert (len(rows), row, across * height) == (height, "", size)
    bits = [f"{int(line, 16):0{8 * across}b}"[:width] for line in rows]
    return width, height, "".join(bits).translate({ord("0"): chr(255), ord("1"): chr(0)}).encode("latin-1")


@contextmanager
def serving(printer: ZplPrinterThere) -> Iterator[ZplPrinterThere]:
    """Switch the printer on. Like a real one it talks to one caller at a time."""
    listener = socket.create_server(("127.0.0.1", printer.port))
    printer.port = listener.getsockname()[1]
    callers: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            callers.append(connection)
            printer.connections += 1
            printer.most_connections = max(printer.most_connections, printer.connections)
            with connection:
                try:
                    printer.serve(connection)
                except OSError:
                    connection.close()
            printer.connections -= 1

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield printer
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in callers:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        thread.join()

"""The robot's scanner: a serial line on a pseudo-terminal. It sends codes and nothing else."""

import os
import termios
import time
import tty

GAP_S = 0.05
"""Between the two shots of a trigger that goes twice."""


class Scanner:
    """A serial scanner that ends each code with a carriage return. ``sent`` counts the codes."""

    def __init__(self) -> None:
        self._line, reader = os.openpty()
        try:
            tty.setraw(reader)
            self.port = os.ttyname(reader)
            """The device path that the terminal is told."""
        finally:
            os.close(reader)
        self.sent = 0

    def scan(self, code: str) -> float:
        """Send a code; the instant at which its last byte was written, as ``time.perf_counter``."""
        data = code.encode() + b"\r"
        while data:
            data = data[os.write(self._line, data) :]
        self.sent += 1
        return time.perf_counter()

    def forget(self) -> None:
        """Drop what nobody has read: a scanner does not remember what it sent to a terminal that was dead."""
        reader = os.open(self.port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            tty.setraw(reader)
            termios.tcflush(reader, termios.TCIFLUSH)
        finally:
            os.close(reader)

    def close(self) -> None:
        """Unplug."""
        os.close(self._line)

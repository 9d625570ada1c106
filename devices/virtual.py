"""A scanner made of a pseudo-terminal, with faults to order: for the demo, for tests, for measuring."""

import os
import tempfile
import tty
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

NOISE = b"\x00\xfe~"


class Fault(StrEnum):
    """What can go wrong on the way from a scanner."""

    SPLIT = "split"
    """Each byte is a write of its own."""
    NOISE = "noise"
    """Bytes that nobody sent come in front."""
    DROP = "drop"
    """The middle byte is lost."""
    DUPLICATE = "duplicate"
    """The trigger fires twice."""
    NO_SUFFIX = "no_suffix"
    """The end is lost."""
    UNPLUG = "unplug"
    """The plug comes out in the middle of the code."""


class VirtualScanner:
    """A serial scanner that is not there. ``url`` stays the same over unplugging, as a real one's by-id path does.

    ``scan`` writes as a real line does: when nobody reads and the line is full, it waits. Keep it off the thread
    that reads.
    """

    def __init__(self, *, prefix: bytes = b"", suffix: bytes = b"\r") -> None:
        self._prefix = prefix
        self._suffix = suffix
        self._folder = tempfile.TemporaryDirectory(prefix="storehand-scanner-")
        self._plug = Path(self._folder.name) / "scanner"
        self._line: int | None = None
        self.replug()

    @property
    def url(self) -> str:
        """The device path to give to whoever reads."""
        return str(self._plug)

    def scan(self, code: bytes | str, *faults: Fault) -> None:
        """Send one code, framed, with the faults that were ordered. A scanner that is unplugged sends nothing."""
        if self._line is None:
            return
        data = code.encode() if isinstance(code, str) else code
        if Fault.DROP in faults:
            data = data[: len(data) // 2] + data[len(data) // 2 + 1 :]
        if Fault.UNPLUG in faults:
            self._write(self._prefix + data[: len(data) // 2])
            self.unplug()
            return
        framed = self._prefix + data + (b"" if Fault.NO_SUFFIX in faults else self._suffix)
        if Fault.NOISE in faults:
            framed = NOISE + framed
        for _ in range(2 if Fault.DUPLICATE in faults else 1):
            for piece in _bytes(framed) if Fault.SPLIT in faults else (framed,):
                self._write(piece)

    def unplug(self) -> None:
        """Pull the plug: the device path is gone and the reader's line is dead."""
        with suppress(FileNotFoundError):
            self._plug.unlink()
        if self._line is not None:
            os.close(self._line)
            self._line = None

    def replug(self) -> None:
        """Plug in again, under the same path."""
        self.unplug()
        self._line, reader = os.openpty()
        try:
            tty.setraw(reader)
            self._plug.symlink_to(os.ttyname(reader))
        finally:
            os.close(reader)

    def close(self) -> None:
        """Unplug for good."""
        self.unplug()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        while data and self._line is not None:
            data = data[os.write(self._line, data) :]


def _bytes(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))

"""From a stream of bytes to single scans, by their prefix and suffix and never by timing. Pure."""

import re
from dataclasses import dataclass

LONGEST_FRAME = 4096
_FIRST_PRINTABLE = 0x20


@dataclass(frozen=True, slots=True)
class Framing:
    """How a scanner marks where a scan begins and ends.

    Any of ``suffixes`` ends it. With a ``prefix``, bytes before it are noise. A prefix that is a control
    character cannot be part of a code: inside a scan it means that the end of the one before was lost, and the
    scan begins anew.
    """

    suffixes: tuple[bytes, ...] = (b"\r", b"\n")
    prefix: bytes = b""

    def __post_init__(self) -> None:
        if not self.suffixes or b"" in self.suffixes:
            raise ValueError("a scan needs at least one suffix, of at least one byte")
        if self.prefix in self.suffixes:
            raise ValueError(f"prefix {self.prefix!r} is a suffix too: no scan would be whole")
        marks = {*self.suffixes, *([self.prefix] if self.prefix else [])}
        for one in marks:
            for other in marks - {one}:
                if other in one[:-1]:
                    raise ValueError(f"{other!r} comes before the end of {one!r}, which would never be seen")

    @property
    def begins_anew(self) -> bool:
        """Whether a prefix inside a scan starts it again."""
        return bool(self.prefix) and self.prefix[0] < _FIRST_PRINTABLE


FRAMINGS: dict[str, Framing] = {
    "line": Framing(),  # CR, LF or both: an empty scan is none
    "cr": Framing((b"\r",)),
    "lf": Framing((b"\n",)),
    "crlf": Framing((b"\r\n",)),
    "tab": Framing((b"\t",)),
    "stx": Framing((b"\x03",), prefix=b"\x02"),
}
"""What scanners are usually set to, by the names that people use in settings."""


class Framer:
    """Cuts a stream into scans. However the stream is split into pieces, the scans are the same.

    A scan longer than ``LONGEST_FRAME`` is dropped up to its end; one that lost its end is dropped at the next
    prefix. ``dropped`` counts them. Empty ones are none: they are the second half of CR LF.
    """

    def __init__(self, framing: Framing) -> None:
        self.dropped = 0
        self._prefix = framing.prefix
        marks = [*framing.suffixes, *([framing.prefix] if framing.begins_anew else [])]
        self._marks = re.compile(b"|".join(map(re.escape, marks)))
        self._tail = max(map(len, [*framing.suffixes, framing.prefix])) - 1  # a mark may be cut in two
        self._buffer = bytearray()
        self._searched = 0
        self._inside = not self._prefix
        self._too_long = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes in; give the scans that ended in them, without prefix and suffix."""
        self._buffer += data
        frames: list[bytes] = []
        while self._step(frames):
            pass
        return frames

    def _step(self, frames: list[bytes]) -> bool:
        """Go on to the next prefix or suffix. False when there is none yet."""
        if not self._inside:
            return self._seek_prefix()
        mark = self._marks.search(self._buffer, self._searched)
        if mark is None:
            self._keep_partial()
            return False
        ended = mark.group() != self._prefix
        if self._too_long or mark.start() > LONGEST_FRAME or (mark.start() and not ended):
            self.dropped += 1
        elif mark.start():
            frames.append(bytes(self._buffer[: mark.start()]))
        self._forget(mark.end())
        self._inside = not ended or not self._prefix
        self._too_long = False
        return True

    def _seek_prefix(self) -> bool:
        found = self._buffer.find(self._prefix)
        self._inside = found >= 0
        self._forget(found + len(self._prefix) if self._inside else self._noise())
        return self._inside

    def _noise(self) -> int:
        return max(0, len(self._buffer) - self._tail)

    def _keep_partial(self) -> None:
        if len(self._buffer) > LONGEST_FRAME + self._tail:
            self._too_long = True
        if self._too_long:
            self._forget(self._noise())
        self._searched = self._noise()

    def _forget(self, count: int) -> None:
        del self._buffer[:count]
        self._searched = 0

"""Scans: what came in from a device, and what its code says before anybody asks what it means here."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scan:
    """One framed scan as a device delivered it.

    ``raw`` are the bytes between prefix and suffix, AIM id included; ``at`` is the monotonic time in seconds
    when the last byte arrived.
    """

    device: str
    raw: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scan says: its text, and the GS1 fields where the code carries any.

    ``text`` is what a person would read; control characters are gone from it. ``refused`` names what is wrong
    with a code that claims to be GS1 and is not (a wrong check digit, a broken date), empty otherwise; ``field`` is
    the application identifier that is wrong and ``position`` where it begins, from 1, where it is one of them.
    ``weight_mg`` is the net weight of what the code stands for, 0 where it says none.
    """

    text: str
    aim: str = ""
    gtin: str = ""
    lot: str = ""
    expires: date | None = None
    serial: str = ""
    count: int = 0
    sscc: str = ""
    refused: str = ""
    field: str = ""
    position: int = 0
    weight_mg: int = 0
    instead: "tuple[Reading, ...]" = ()
    """What the code says if separators got lost in it, the likeliest first. Only stock can tell which it is."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan with its reading, ready for the dialogue."""

    scan: Scan
    reading: Reading

"""Facts about a station's printers."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PrinterStuck:
    """A printer has not got on for a while with what it should print. ``code`` and ``params`` say why in words."""

    TYPE: ClassVar[str] = "printer_stuck"
    VERSION: ClassVar[int] = 1
    printer: str
    code: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PrinterFreed:
    """A printer prints again, or nothing waits for it any more."""

    TYPE: ClassVar[str] = "printer_freed"
    VERSION: ClassVar[int] = 1
    printer: str


PrintingFact = PrinterStuck | PrinterFreed

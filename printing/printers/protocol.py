"""What every way to paper can be asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.model.answers import Say
from printing.progress import Progress


@dataclass(frozen=True, slots=True)
class Paper:
    """One document to print. ``title`` is unique for ever: by it a printer that keeps names knows the job again."""

    kind: str
    path: Path
    title: str


@dataclass(frozen=True, slots=True)
class Media:
    """A size of paper by the printer's own name for it, in millimetres, and the margins that stay white."""

    name: str
    width_mm: float
    height_mm: float
    left_mm: float = 0
    right_mm: float = 0
    top_mm: float = 0
    bottom_mm: float = 0


@dataclass(frozen=True, slots=True)
class Traits:
    """What a printer says of itself. What it did not say is empty or 0.

    ``loaded`` is the paper that lies in it now; ``dpi`` across and along; ``trouble`` is why it would not print now.
    """

    model: str = ""
    dpi: tuple[int, int] = (0, 0)
    media: tuple[Media, ...] = ()
    loaded: tuple[Media, ...] = ()
    formats: tuple[str, ...] = ()
    trouble: Say | None = None


class Printer(Protocol):
    """One way to paper. Calls may come from several threads; nothing is raised, whatever the other end sends."""

    def probe(self) -> Traits:
        """Ask the printer what it is and how it is."""
        ...

    def ready(self, paper: Paper) -> Progress | None:
        """Why the paper cannot be given to the printer now (``HELD``) or at all (``REFUSED``); else nothing."""
        ...

    def send(self, paper: Paper) -> Progress:
        """Give the paper to the printer.

        ``HELD`` and ``REFUSED`` only where nothing of it can come out. ``LOST`` where that is not sure.
        """
        ...

    def follow(self, paper: Paper, handle: str) -> Progress:
        """What became of a paper. Without a handle it was perhaps sent by a process that died."""
        ...

    def cancel(self, paper: Paper, handle: str) -> Progress:
        """Take a paper back: ``WITHDRAWN`` where surely nothing of it was printed, else ``LOST`` or ``PRINTED``."""
        ...

    def close(self) -> None:
        """Let the printer go."""
        ...

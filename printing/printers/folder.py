"""A folder as a printer: another program, or a person, takes the papers from there."""

import os
from pathlib import Path

from app.model.answers import Say, say
from printing.durable import write_durably
from printing.printers.protocol import Paper, Traits
from printing.progress import News, Progress


class FolderPrinter:
    """Lays each paper down whole. The same paper again is the same file, so nothing is doubled by a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def probe(self) -> Traits:
        return Traits(model=str(self._folder), formats=("application/pdf",), trouble=self._trouble())

    def ready(self, paper: Paper) -> Progress | None:
        trouble = self._trouble()
        return None if trouble is None else Progress(News.HELD, trouble)

    def send(self, paper: Paper) -> Progress:
        try:
            write_durably(self._folder / f"{paper.title}.pdf", paper.path.read_bytes())
        except OSError as error:
            return Progress(News.HELD, self._not_written(error.strerror or str(error)))
        return Progress(News.PRINTED)

    def follow(self, paper: Paper, handle: str) -> Progress:
        """Laying it down again is harmless where a process died in the middle."""
        return self.send(paper)

    def cancel(self, paper: Paper, handle: str) -> Progress:
        return Progress(News.LOST, say("print.interrupted"))

    def close(self) -> None:
        """Nothing stays open between two papers."""

    def _trouble(self) -> Say | None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return self._not_written(error.strerror or str(error))
        return None if os.access(self._folder, os.W_OK) else self._not_written(os.strerror(13))

    def _not_written(self, reason: str) -> Say:
        return say("print.not_written", path=str(self._folder), reason=reason)

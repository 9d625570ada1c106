"""A station put together: its folder held, its journal open, its terminal ready, its threads begun and ended."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.model.answers import Refused
from app.model.facts import PrinterFreed, PrinterStuck, PrintingFact
from app.station.client import CentralClient
from app.station.errands import Errands
from app.station.folder import Enrolment, StationFolder
from app.station.journal import RESERVE_BYTES, Journal
from app.station.lent import Lent
from app.station.sync import Patience, Post, Sync
from app.station.terminal import KEPT, Terminal

if TYPE_CHECKING:
    from printing.spool import Printed, Spool, Watch


class Station:
    """The enrolled station ``name`` under ``home``. Opened, it can work offline; ``start`` begins the sync.

    ``print_commands`` are the spool's: for each kind of paper a program and its arguments. ``printers`` are those of
    this station by name: their address, and the kinds of paper that they print.

    Raises:
        StationTrouble: it is not enrolled, runs already, or its journal cannot be used; in words.
    """

    def __init__(
        self,
        home: Path,
        name: str,
        *,
        print_commands: Mapping[str, Sequence[str]] | None = None,
        printers: Mapping[str, tuple[str, Sequence[str]]] | None = None,
        windows: Mapping[str, float] | None = None,
        reserve_bytes: int = RESERVE_BYTES,
        patience: Patience | None = None,
    ) -> None:
        self.folder = StationFolder(home, name)
        self.enrolment: Enrolment = self.folder.enrolment()
        self._hold = self.folder.hold()
        self._print_commands = print_commands or {}
        self._printers = printers or {}
        self._patience = patience
        self._errands: Errands | None = None
        self._spool: Spool | None = None
        self._sync: Sync | None = None
        self._open: list[Journal | Lent] = []
        try:
            self.journal = Journal(self.folder.journal, reserve_bytes)
            self._open.append(self.journal)
            self.lent = Lent(self.folder.lent, self.enrolment.incarnation)
            self._open.append(self.lent)
            self.client = CentralClient(self.enrolment.url, self.enrolment.token, self.enrolment.ca)
            self.terminal = Terminal(self.journal, self.lent.load(name), windows=windows)
            self.terminal.acknowledge(*self._pending())
        except BaseException:
            self.close()
            raise

    def start(self, post: Post) -> None:
        """Begin to talk with the central. ``post`` runs a callable on the terminal's loop, from any thread."""
        # Not needed for the first paint.
        from printing.printers.opening import open_printer
        from printing.spool import Kind, Spool, Standing

        def printed(paper: "Printed") -> None:
            if paper.error is not None:
                refusal = Refused(paper.error.code, paper.error.params)
                post(lambda: self.terminal.hear_of_errand(refusal))

        def watched(watch: "Watch") -> None:
            trouble = watch.trouble
            fact: PrintingFact = PrinterFreed(watch.printer)
            if trouble is not None:
                params = tuple((name, str(value)) for name, value in trouble.params)
                fact = PrinterStuck(watch.printer, trouble.code, params)
            post(lambda: self.terminal.hear_of_printer(fact))

        self._spool = Spool(
            self.folder.spool,
            self._print_commands,
            printed,
            on_watch=watched,
            printers=[
                Standing(name, tuple(map(Kind, kinds)), open_printer(url, self.enrolment.ca))
                for name, (url, kinds) in self._printers.items()
            ],
            keep_s=KEPT.total_seconds(),
        )
        self._errands = Errands(self.client, self._spool, self.folder.papers, post)
        self.terminal.errands = self._errands
        self._sync = Sync(self.journal, self.lent, self.client, self.terminal, post, self._patience)
        self.terminal.recorded = self._sync.nudge
        self._sync.start()

    def _pending(self) -> tuple[int, int]:
        unsent = {
            journal: self.journal.unsent(journal, self.lent.acknowledged(journal) or 0)
            for journal in self.journal.journals()
        }
        own = unsent.pop(self.journal.id)
        return self.journal.last - own, sum(unsent.values())

    def close(self) -> None:
        """End everything. What was not sent stays in the journal."""
        if self._errands is not None:
            self._errands.close()
        if self._sync is not None:
            self._sync.stop()
        if self._errands is not None:
            self.client.close()
        if self._spool is not None:
            self._spool.close()
        for file in self._open:
            file.close()
        self._open.clear()
        self._hold.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""The spool: a folder for each kind of paper, a durable row for each paper and copy, and the printers they go to.

A paper is on the disk before the caller goes on; printing happens beside it, in order for each printer. What may have
come out is never sent a second time without a person's yes.
"""

import errno
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path
from threading import Event, Lock, Thread

import apsw
import structlog

from app.model.answers import Say, say
from printing.durable import write_durably
from printing.errors import PrintError
from printing.outbox import Outbox, Row
from printing.printers.command import PLACEHOLDER, CommandPrinter
from printing.printers.protocol import Paper, Printer
from printing.progress import AT_PRINTER, OVER, News, Progress, State, after

_log = structlog.get_logger()
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_COPY = re.compile(r"-copy\d+$")
_LONGEST_NAME = 100
_FORGET_EVERY = 100
"""Old papers are looked for with the first and every hundredth paper."""


class Kind(StrEnum):
    """The kinds of paper. Each has a folder in the spool, and may have printers."""

    LABEL = "label"
    SLIP = "slip"
    MANIFEST = "manifest"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of one paper: it was printed, or ``error`` says what stands in the way."""

    kind: Kind
    path: Path
    error: PrintError | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A printer has not got on for a while because of a ``trouble``, or it gets on again."""

    printer: str
    trouble: Say | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A printer of a station: its name, the kinds of paper that it takes, and the way to it.

    The first that takes a kind gets it; to the others a paper can be moved.
    """

    name: str
    kinds: tuple[Kind, ...]
    printer: Printer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before asking a printer again: from the first wait doubling up to the longest, in seconds.

    What stands still for ``stuck_s`` is told to those who look after printers.
    """

    first_s: float = 0.2
    longest_s: float = 5.0
    stuck_s: float = 120.0


class Spool:
    """One station's spool. Safe to use from several threads; one process owns the folder."""

    def __init__(
        self,
        folder: Path,
        commands: Mapping[str, Sequence[str]],
        on_printed: Callable[[Printed], None] = lambda _: None,
        *,
        on_watch: Callable[[Watch], None] = lambda _: None,
        printers: Sequence[Standing] = (),
        timeout_s: float = 60,
        keep_s: float = inf,
        patience: Patience = Patience(),
    ) -> None:
        """``commands`` maps a kind to a program and its arguments, with ``{path}`` where the file goes.

        Papers that are over and older than ``keep_s`` seconds are deleted now and then. What a process before this one
        left unfinished is gone on with at once.

        ``on_printed`` is called from a printing thread when a paper is printed and when something stands in its way,
        ``on_watch`` when a printer does not get on for a while, and when it does again.
        A kind without a printer is only written.

        :raises PrintError: ``print.unknown_kind``, ``print.wrong_command`` or ``print.outbox_newer``.
        """
        self._folder = folder.absolute()
        self._on_printed = on_printed
        self._on_watch = on_watch
        self._keep_s = keep_s
        self._patience = patience
        self._put = 0
        self._lock = Lock()
        self._closing = False
        self._outbox: Outbox | None = None
        told = [_by_command(_kind(kind), command, timeout_s) for kind, command in commands.items()]
        self._lines = {standing.name: _Line(self, standing) for standing in (*printers, *told)}
        self._printer_of: dict[Kind, str] = {}
        for line in self._lines.values():
            for kind in line.standing.kinds:
                self._printer_of.setdefault(kind, line.standing.name)
        if self._file.exists():
            with self._lock:
                self._rows()
                for row in self.unfinished():
                    if row.printer in self._lines:
                        self._lines[row.printer].go_on()

    @property
    def _file(self) -> Path:
        return self._folder / "outbox.db"

    def _rows(self) -> Outbox:
        """The outbox, made with the first paper."""
        if self._outbox is None:
            self._outbox = Outbox(self._file)
        return self._outbox

    # --- papers ---------------------------------------------------------------------------------------------------

    def put(self, kind: str, name: str, pdf: bytes, *, copy: int = 1) -> Path:
        """Write a paper so that it survives a crash, and have it printed where its kind has a printer.

        The same name and copy are the same paper, printed once however often it is put; a reprint is copy 2, a file of
        its own, ``name-copy2.pdf``. Readers of the folder never see half a file.

        :raises PrintError: ``print.unknown_kind``, ``print.disk_full`` or ``print.not_written``; then nothing is
            printed and no file is left.
        """
        paper_kind = _kind(kind)
        path = self._path(paper_kind, name, copy)
        printer = self._printer_of.get(paper_kind, "")
        state = State.QUEUED if printer else State.PRINTED
        with self._lock:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                rows = self._rows()
                if self._put % _FORGET_EVERY == 0:
                    self._forget_old()
                self._put += 1
                write_durably(path, pdf)
                rows.add(paper_kind.value, name, copy, self._named(path), printer, state)
            except (OSError, apsw.Error) as error:
                raise _not_written(path, error) from error
            if printer:
                self._lines[printer].wake()
        return path

    def has(self, kind: str, name: str, *, copy: int = 1) -> bool:
        """Whether a paper was put here, and not long enough ago to be forgotten.

        :raises PrintError: ``print.unknown_kind``.
        """
        path = self._path(_kind(kind), name, copy)
        if not path.exists():
            return False
        with self._lock:
            return self._rows().of_file(self._named(path)) is not None

    def unfinished(self) -> list[Row]:
        """Everything that is not printed or taken back, in order."""
        return [] if self._outbox is None else self._outbox.unfinished()

    def row(self, kind: str, name: str, *, copy: int = 1) -> Row | None:
        """One paper as it stands; nothing where it was never put.

        :raises PrintError: ``print.unknown_kind``.
        """
        file = self._named(self._path(_kind(kind), name, copy))
        return None if self._outbox is None else self._outbox.of_file(file)

    # --- what a person decides ------------------------------------------------------------------------------------

    def came_out(self, number: int) -> None:
        """A person holds the paper that nobody knew about.

        :raises PrintError: ``print.unknown_paper``, ``print.not_now``.
        """
        self._decide(self._found(number), Progress(News.CAME_OUT))

    def again(self, number: int) -> None:
        """Print it, whatever was before: only a person says that, because it may be the second one.

        :raises PrintError: ``print.unknown_paper``, ``print.not_now``.
        """
        self._decide(self._found(number), Progress(News.AGAIN))

    def void(self, number: int) -> None:
        """Take a paper back; if it comes out all the same it is thrown away.

        :raises PrintError: ``print.unknown_paper``, ``print.not_now``.
        """
        row = self._found(number)
        if row.state in AT_PRINTER and row.state is not State.SENT and row.printer in self._lines:
            self._lines[row.printer].standing.printer.cancel(self.paper(row), row.handle)
        self._decide(row, Progress(News.VOIDED))

    def move(self, number: int, printer: str) -> Row:
        """Print it on another printer; gives the row as it is then.

        What the first one has already is taken back there. Where it cannot say that nothing came out, the paper is
        not moved but unknown, and a person decides.

        :raises PrintError: ``print.unknown_paper``, ``print.unknown_printer``, ``print.not_now``.
        """
        row = self._found(number)
        if printer not in self._lines:
            raise PrintError("print.unknown_printer", printer=printer, printers=", ".join(self._lines))
        if row.state in AT_PRINTER and row.state is not State.SENT and row.printer in self._lines:
            progress = self._lines[row.printer].standing.printer.cancel(self.paper(row), row.handle)
            # In one step with the taking back: in between, the first printer would get it again.
            return self._decide(row, progress, printer if progress.news is News.WITHDRAWN else None)
        return self._decide(row, Progress(News.MOVED), printer)

    def move_on(self, kind: str, name: str) -> None:
        """Print the last copy of a paper on the next printer that takes its kind.

        :raises PrintError: ``print.never_printed``, ``print.no_other_printer``, or as ``move``.
        """
        row = next((row for row in reversed(self._of_name(name)) if row.kind == kind), None)
        if row is None:
            raise PrintError("print.never_printed", name=name)
        names = [line.standing.name for line in self._lines.values() if row.kind in line.standing.kinds]
        others = [printer for printer in names if printer != row.printer]
        if not others:
            raise PrintError("print.no_other_printer", kind=kind)
        behind = names.index(row.printer) + 1 if row.printer in names else 0
        self.move(row.number, (names[behind:] or others)[0])

    def take_back(self, name: str) -> None:
        """Print nothing of a name that did not come out yet: it is void."""
        for row in self._of_name(name):
            try:
                if row.state not in OVER:
                    self.void(row.number)
            except PrintError as error:
                _log.warning("paper_not_taken_back", file=row.file, reason=str(error))

    def seen(self, kind: str, name: str) -> None:
        """A paper of that name was scanned: of what nobody knew about it is known now that it came out."""
        for row in self._of_name(name):
            if row.kind == kind and row.state is State.UNKNOWN:
                self.came_out(row.number)

    def _of_name(self, name: str) -> list[Row]:
        with self._lock:
            return self._rows().of_name(name) if self._file.exists() else []

    def _found(self, number: int) -> Row:
        with self._lock:
            return self._rows().find(number)

    def _decide(self, row: Row, progress: Progress, printer: str | None = None) -> Row:
        """Record a decision; where the line was quicker it is taken about the paper as it is now."""
        outbox = self.outbox()
        while after(row.state, progress.news) is not None:
            changed = outbox.record(row, progress, printer)
            if changed is not None:
                if changed.printer in self._lines:
                    self._lines[changed.printer].wake()
                return changed
            row = outbox.find(row.number)
        raise PrintError("print.not_now", name=row.name, state=row.state.value)

    # --- what the lines ask ---------------------------------------------------------------------------------------

    @property
    def patience(self) -> Patience:
        """How long the lines wait."""
        return self._patience

    @property
    def closing(self) -> bool:
        """Whether only what needs no waiting is still done."""
        return self._closing

    def outbox(self) -> Outbox:
        """The rows, open."""
        with self._lock:
            return self._rows()

    def paper(self, row: Row) -> Paper:
        """What a printer is given for a row."""
        copy = f"-copy{row.copy}" if row.copy > 1 else ""
        return Paper(row.kind, self._folder / row.file, f"{row.kind}-{file_stem(row.name)}{copy}-{row.uid}")

    def tell(self, row: Row) -> None:
        """Pass on what became of a paper."""
        error = None if row.reason is None else PrintError(row.reason.code, **dict(row.reason.params))
        try:
            self._on_printed(Printed(Kind(row.kind), self._folder / row.file, error))
        except Exception:  # noqa: BLE001 the next label must be printed, whatever became of the news of this one
            _log.exception("print_result_lost", kind=row.kind, file=row.file)

    def tell_watch(self, watch: Watch) -> None:
        """Pass on that a printer is stuck, or free again."""
        try:
            self._on_watch(watch)
        except Exception:  # noqa: BLE001 the next label must be printed, whatever became of the news of this one
            _log.exception("printer_watch_lost", printer=watch.printer)

    # --- the folder -----------------------------------------------------------------------------------------------

    def _path(self, kind: Kind, name: str, copy: int) -> Path:
        return self._folder / kind.value / f"{file_stem(name)}{f'-copy{copy}' if copy > 1 else ''}.pdf"

    def _named(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    def _forget_old(self) -> None:
        oldest = time.time() - self._keep_s
        for paper in self._folder.glob("*/*.pdf"):
            if paper.stat().st_mtime >= oldest:
                continue
            row = self._rows().of_file(self._named(paper))
            if row is None or row.state in OVER:
                paper.unlink(missing_ok=True)
                self._rows().forget(self._named(paper))

    def close(self) -> None:
        """Give what can be given at once to its printer, and end. The rest is gone on with by the next process."""
        self._closing = True
        for line in self._lines.values():
            line.end()
        with self._lock:
            if self._outbox is not None:
                self._outbox.close()
                self._outbox = None


class _Line:
    """One printer and the papers that wait for it, in a thread of its own: labels do not wait for an office printer."""

    def __init__(self, spool: Spool, standing: Standing) -> None:
        self.standing = standing
        self._spool = spool
        self._something = Event()
        self._thread: Thread | None = None
        self._still_since: float | None = None
        self._told_stuck = False
        self._inherited = False

    def wake(self) -> None:
        """There is something to do."""
        self._something.set()
        if self._thread is None:
            self._thread = Thread(target=self._work, name=f"print-{self.standing.name}", daemon=True)
            self._thread.start()

    def go_on(self) -> None:
        """The process before this one left something, and may have told that the printer is stuck."""
        self._inherited = True
        self.wake()

    def end(self) -> None:
        """Wait until nothing can be done at once."""
        self._something.set()
        if self._thread is not None:
            self._thread.join()
        self.standing.printer.close()

    def _work(self) -> None:
        outbox = self._spool.outbox()
        wait_s = self._spool.patience.first_s
        while True:
            self._something.clear()
            row = outbox.next_in_line(self.standing.name)
            if row is None:
                if self._spool.closing:
                    return
                self._watch(None)
                self._something.wait()
                continue
            changed = self._advance(outbox, row)
            self._watch(changed)
            if changed.state is not row.state:
                wait_s = self._spool.patience.first_s
            if changed.state in OVER or changed.state in {State.REFUSED, State.UNKNOWN}:
                continue
            if self._spool.closing:
                return
            self._something.wait(wait_s)
            wait_s = min(2 * wait_s, self._spool.patience.longest_s)

    def _watch(self, row: Row | None) -> None:
        """Tell when the line has stood still for too long, and when it moves again."""
        printer = self.standing.name
        if row is None or row.state not in {State.BLOCKED, State.STOPPED}:
            self._still_since = None
            if (self._told_stuck or self._inherited) and (row is None or row.state in OVER):
                self._told_stuck = self._inherited = False
                self._spool.tell_watch(Watch(printer))
            return
        now = time.monotonic()
        self._still_since = self._still_since or now
        if not self._told_stuck and now - self._still_since >= self._spool.patience.stuck_s:
            self._told_stuck = True
            self._spool.tell_watch(Watch(printer, row.reason))

    def _advance(self, outbox: Outbox, row: Row) -> Row:
        """One step of one paper; gives the row after it."""
        paper = self._spool.paper(row)
        if row.state in AT_PRINTER:
            progress = self._asked(lambda: self.standing.printer.follow(paper, row.handle), News.LOST)
        else:
            held = self._asked(lambda: self.standing.printer.ready(paper), News.HELD)
            if held is None:
                sent = outbox.record(row, Progress(News.SENDING))
                if sent is None:
                    return outbox.find(row.number)
                row = sent
                progress = self._asked(lambda: self.standing.printer.send(paper), News.LOST)
            else:
                progress = held
        return self._record(outbox, row, progress or Progress(News.LOST, say("print.interrupted")))

    def _record(self, outbox: Outbox, row: Row, progress: Progress) -> Row:
        changed = outbox.record(row, progress)
        if changed is None:
            return outbox.find(row.number)
        said: Say | None = changed.reason
        if changed.state is State.PRINTED or (said is not None and said != row.reason):
            self._spool.tell(changed)
        return changed

    def _asked(self, ask: Callable[[], Progress | None], otherwise: News) -> Progress | None:
        """What the driver says; a fault in it is told, and the line goes on."""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 the next paper goes on, whatever a driver does
            _log.exception("printer_driver_failed", printer=self.standing.name)
            return Progress(
                otherwise, say("print.driver_failed", printer=self.standing.name, reason=str(error))
            )


def _by_command(kind: Kind, command: Sequence[str], timeout_s: float) -> Standing:
    if not command or not command[0] or not any(PLACEHOLDER in argument for argument in command):
        raise PrintError("print.wrong_command", kind=kind.value, placeholder=PLACEHOLDER)
    return Standing(f"{kind.value} command", (kind,), CommandPrinter(command, timeout_s))


def _not_written(path: Path, error: OSError | apsw.Error) -> PrintError:
    if isinstance(error, apsw.FullError) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}:
        return PrintError("print.disk_full", path=str(path))
    return PrintError(
        "print.not_written", path=str(path), reason=getattr(error, "strerror", "") or str(error)
    )


def file_stem(name: str) -> str:
    """A name as a file's: letters, digits, ``.``, ``_`` and ``-``, not beginning with a dot, at most 100 long.

    Where anything had to change, or the name looks like a copy's, digits of its SHA-256 keep it apart from others.
    """
    safe = _UNSAFE.sub("_", name).lstrip(".")[:_LONGEST_NAME]
    if safe == name and safe and not _COPY.search(safe):
        return safe
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[: _LONGEST_NAME - 9]}-{mark}".lstrip("-")


def _kind(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError as error:
        kinds = ", ".join(known.value for known in Kind)
        raise PrintError("print.unknown_kind", kind=repr(kind), kinds=kinds) from error

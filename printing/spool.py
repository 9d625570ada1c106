"""The spool: a folder for each kind of paper, and the program that prints what is put there.

A paper is on the disk before the caller goes on; printing happens beside it, in order for each kind of paper. The
program is started without a shell, so nothing in a file's name can become a command.
"""

import errno
import hashlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread

import structlog

from printing.errors import PrintError

_log = structlog.get_logger()
_PLACEHOLDER = "{path}"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_COPY = re.compile(r"-copy\d+$")
_LONGEST_NAME = 100
_FORGET_EVERY = 100
"""Old papers are looked for with the first and every hundredth paper."""
_EXCERPT = 300
"""How much of a program's complaint goes into the error."""


class Kind(StrEnum):
    """The kinds of paper. Each has a folder in the spool, and may have a print command."""

    LABEL = "label"
    SLIP = "slip"
    MANIFEST = "manifest"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of one paper: its print command ended well, or ``error`` says why not."""

    kind: Kind
    path: Path
    error: PrintError | None = None


class Spool:
    """One station's spool. Safe to use from several threads; one process owns the folder."""

    def __init__(
        self,
        folder: Path,
        commands: Mapping[str, Sequence[str]],
        on_printed: Callable[[Printed], None] = lambda _: None,
        *,
        timeout_s: float = 60,
        keep_s: float = inf,
    ) -> None:
        """``commands`` maps a kind to a program and its arguments, with ``{path}`` where the file goes.

        Papers older than ``keep_s`` seconds are deleted now and then.

        ``on_printed`` is called from the printing thread after each command. A kind without a command is only written.

        :raises PrintError: ``print.unknown_kind`` or ``print.wrong_command``.
        """
        self._folder = folder.absolute()
        self._commands = {_kind(kind): tuple(command) for kind, command in commands.items()}
        for kind, command in self._commands.items():
            if not command or not command[0] or not any(_PLACEHOLDER in argument for argument in command):
                raise PrintError("print.wrong_command", kind=kind.value, placeholder=_PLACEHOLDER)
        self._on_printed = on_printed
        self._timeout_s = timeout_s
        self._keep_s = keep_s
        self._put = 0
        self._lock = Lock()
        self._printers: dict[Kind, tuple[Thread, SimpleQueue[Path | None]]] = {}

    def put(self, kind: str, name: str, pdf: bytes, *, copy: int = 1) -> Path:
        """Write a paper so that it survives a crash, and have it printed where its kind has a command.

        The same name and copy are the same file, so a call repeated after a crash leaves nothing twice; a reprint of
        copy 2 is a file of its own, ``name-copy2.pdf``. Readers of the folder never see half a file.

        :raises PrintError: ``print.unknown_kind``, ``print.disk_full`` or ``print.not_written``; then nothing is
            printed and no file is left.
        """
        paper_kind = _kind(kind)
        path = self._path(paper_kind, name, copy)
        folder = path.parent
        with self._lock:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                if self._put % _FORGET_EVERY == 0:
                    self._forget_old()
                self._put += 1
                _write_durably(path, pdf)
            except OSError as error:
                if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                    raise PrintError("print.disk_full", path=str(path)) from error
                raise PrintError(
                    "print.not_written", path=str(path), reason=error.strerror or str(error)
                ) from error
            if paper_kind in self._commands:
                self._queue(paper_kind).put(path)
        return path

    def has(self, kind: str, name: str, *, copy: int = 1) -> bool:
        """Whether a paper was put here, and not long enough ago to be forgotten.

        :raises PrintError: ``print.unknown_kind``.
        """
        return self._path(_kind(kind), name, copy).exists()

    def _path(self, kind: Kind, name: str, copy: int) -> Path:
        return self._folder / kind.value / f"{file_stem(name)}{f'-copy{copy}' if copy > 1 else ''}.pdf"

    def _forget_old(self) -> None:
        oldest = time.time() - self._keep_s
        for paper in self._folder.glob("*/*.pdf"):
            if paper.stat().st_mtime < oldest:
                paper.unlink(missing_ok=True)

    def close(self) -> None:
        """Wait until everything that was put has been given to its printer, each command within its time."""
        with self._lock:
            printers = list(self._printers.values())
            self._printers.clear()
        for _, queue in printers:
            queue.put(None)
        for thread, _ in printers:
            thread.join()

    def _queue(self, kind: Kind) -> SimpleQueue[Path | None]:
        """One thread for each kind, so that a label does not wait behind a jammed office printer."""
        if kind not in self._printers:
            queue: SimpleQueue[Path | None] = SimpleQueue()
            thread = Thread(
                target=self._print_all, args=(kind, queue), name=f"print-{kind.value}", daemon=True
            )
            self._printers[kind] = thread, queue
            thread.start()
        return self._printers[kind][1]

    def _print_all(self, kind: Kind, queue: SimpleQueue[Path | None]) -> None:
        while (path := queue.get()) is not None:
            printed = Printed(kind, path, self._print(kind, path))
            try:
                self._on_printed(printed)
            except Exception:  # noqa: BLE001 the next label must be printed, whatever became of the news of this one
                _log.exception("print_result_lost", kind=kind.value, path=str(path))

    def _print(self, kind: Kind, path: Path) -> PrintError | None:
        command = [argument.replace(_PLACEHOLDER, str(path)) for argument in self._commands[kind]]
        with tempfile.TemporaryFile() as complaints:
            try:
                program = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=complaints,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                return PrintError("print.not_started", kind=kind.value, reason=str(error))
            try:
                status = program.wait(self._timeout_s)
            except subprocess.TimeoutExpired:
                # The whole group: a shell script's children would go on printing without it.
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
                return PrintError("print.timed_out", kind=kind.value, seconds=round(self._timeout_s))
            if status == 0:
                return None
            return PrintError(
                "print.command_failed", kind=kind.value, status=status, output=_excerpt(complaints.fileno())
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


def _write_durably(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640), "wb"
        ) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _excerpt(complaints: int) -> str:
    """The end of what a program complained, without anything that could steer a terminal."""
    size = os.lseek(complaints, 0, os.SEEK_END)
    os.lseek(complaints, max(0, size - 4 * _EXCERPT), os.SEEK_SET)
    text = os.read(complaints, 4 * _EXCERPT).decode("utf-8", "replace")
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.split())[-_EXCERPT:]

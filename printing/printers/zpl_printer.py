"""Label printers that understand ZPL, by network or USB: the label as a picture, the printer asked before and after.

The wire stays open from the question before a label until it is out: only so is it sure that the printer was not
switched off in between and forgot it. Then it is let go, for these printers talk to one caller at a time.
"""

import time
from collections.abc import Callable
from threading import RLock
from typing import TypeVar

from app.model.answers import Say, say
from printing.errors import PrintError
from printing.printers import zpl
from printing.printers.protocol import Media, Paper, Traits
from printing.printers.wires import Wire
from printing.progress import News, Progress

_T = TypeVar("_T")
_LONGEST_ANSWER = 4096
_MM_PER_INCH = 25.4
_SHORTER_MM = 5
"""A page may be so much longer than the label in the printer: the white at its end."""
_CLEAN = 2
"""So many answers in a row must say that nothing is left, before a label is out."""


class ZplPrinter:
    """One printer. One caller at a time."""

    def __init__(self, connect: Callable[[], Wire], *, answer_s: float = 3, stall_s: float = 10) -> None:
        """``answer_s`` is how long an answer may take, ``stall_s`` how long a label may not move on the wire."""
        self._connect = connect
        self._answer_s, self._stall_s = answer_s, stall_s
        self._lock = RLock()
        self._wire: Wire | None = None
        self._clean = 0

    def probe(self) -> Traits:
        with self._lock:
            fresh = self._wire is None
            try:
                model, dpi = self._identity()
                status = self._status()
            except (OSError, PrintError) as error:
                self._hang_up()
                return Traits(trouble=_reason(error))
            if fresh:
                self._hang_up()
        length = status.length / dpi * _MM_PER_INCH
        loaded = (Media("label", 0, length),) if status.die_cut and status.length else ()
        return Traits(
            model=model,
            dpi=(dpi, dpi),
            media=loaded,
            loaded=loaded,
            formats=("application/zpl",),
            trouble=status.trouble,
        )

    def ready(self, paper: Paper) -> Progress | None:
        with self._lock:
            self._hang_up()
            # Loaded with the first paper: a terminal that starts must not wait for it.
            from printing.proof import page_size_mm

            try:
                status, dpi = self._status(), self._identity()[1]
                height = page_size_mm(paper.path.read_bytes())[1]
            except PrintError as error:
                self._hang_up()
                final = error.code == "print.not_a_document"
                return Progress(News.REFUSED if final else News.HELD, error.words)
            except OSError as error:
                self._hang_up()
                return Progress(News.HELD, _reason(error))
            length = status.length / dpi * _MM_PER_INCH
            trouble = status.trouble
            if trouble is None and status.die_cut and 0 < length < height - _SHORTER_MM:
                trouble = say("printer.short_label", size=f"{height:.0f} mm", loaded=f"{length:.0f} mm")
            if trouble is not None:
                self._hang_up()
                return Progress(News.HELD, trouble)
            return None

    def send(self, paper: Paper) -> Progress:
        with self._lock:
            from printing.proof import render

            try:
                dpi = self._identity()[1]
                pages = render(paper.path.read_bytes(), dpi)
            except (OSError, PrintError) as error:
                self._hang_up()
                return Progress(News.HELD, _reason(error))
            try:
                labels = (zpl.label(page.width, page.height, page.greys, paper.title) for page in pages)
                self._write(b"".join(labels), self._stall_s)
            except (OSError, PrintError) as error:
                self._hang_up()
                return Progress(News.LOST, _reason(error))
            self._clean = 0
            return Progress(News.ACCEPTED)

    def follow(self, paper: Paper, handle: str) -> Progress:
        with self._lock:
            if self._wire is None:
                return Progress(News.LOST, say("print.interrupted"))
            try:
                status = self._status()
            except (OSError, PrintError) as error:
                self._hang_up()
                return Progress(News.LOST, _reason(error))
            trouble = status.trouble
            if trouble is not None:
                self._clean = 0
                return Progress(News.STOPPED, trouble)
            self._clean = 0 if status.waiting else self._clean + 1
            if self._clean < _CLEAN:
                return Progress(News.PRINTING)
            self._hang_up()
            return Progress(News.PRINTED)

    def cancel(self, paper: Paper, handle: str) -> Progress:
        """The printer is told to forget; whether it had begun it does not say."""
        with self._lock:
            try:
                if self._wire is not None:
                    self._write(b"~JA\r\n", self._answer_s)
            except (OSError, PrintError) as error:
                return Progress(News.LOST, _reason(error))
            finally:
                self._hang_up()
        return Progress(News.LOST, say("printer.cancelled_midway"))

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    # --- the wire -------------------------------------------------------------------------------------------------

    def _identity(self) -> tuple[str, int]:
        self._write(zpl.ASK_IDENTITY, self._answer_s)
        return self._answer(zpl.read_identity)

    def _status(self) -> zpl.Status:
        self._write(zpl.ASK_STATUS, self._answer_s)
        return self._answer(zpl.read_status)

    def _write(self, data: bytes, within_s: float) -> None:
        if self._wire is None:
            try:
                self._wire = self._connect()
            except OSError as error:
                raise PrintError("printer.unreachable", reason=error.strerror or str(error)) from error
        self._wire.write(data, within_s)

    def _answer(self, read: Callable[[bytes], _T | None]) -> _T:
        """Read until the answer is whole.

        :raises PrintError: ``printer.silent`` or ``printer.garbled``.
        """
        said = b""
        until = time.monotonic() + self._answer_s
        while self._wire is not None and (left := until - time.monotonic()) > 0:
            said += self._wire.read(left)
            answer = read(said)
            if answer is not None:
                return answer
            if len(said) > _LONGEST_ANSWER:
                break
        raise PrintError("printer.garbled" if said else "printer.silent")

    def _hang_up(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()


def _reason(error: OSError | PrintError) -> Say:
    if isinstance(error, PrintError):
        return error.words
    return say("printer.no_answer", reason=error.strerror or str(error) or "-")

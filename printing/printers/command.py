"""A program that prints, as ``lp``: all that it can say is its exit status."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence

from app.model.answers import say
from printing.printers.protocol import Paper, Traits
from printing.progress import News, Progress

PLACEHOLDER = "{path}"
_EXCERPT = 300
"""How much of a program's complaint goes into the reason."""


class CommandPrinter:
    """Starts a program for each paper, without a shell: nothing in a file's name can become a command."""

    def __init__(self, command: Sequence[str], timeout_s: float = 60) -> None:
        """``command`` is a program and its arguments, with ``{path}`` where the file goes."""
        self._command = tuple(command)
        self._timeout_s = timeout_s

    def probe(self) -> Traits:
        return Traits(model=self._command[0])

    def ready(self, paper: Paper) -> Progress | None:
        return None

    def send(self, paper: Paper) -> Progress:
        command = [argument.replace(PLACEHOLDER, str(paper.path)) for argument in self._command]
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
                return Progress(News.HELD, say("print.not_started", kind=paper.kind, reason=str(error)))
            try:
                status = program.wait(self._timeout_s)
            except subprocess.TimeoutExpired:
                # The whole group: a shell script's children would go on printing without it.
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
                return Progress(
                    News.LOST, say("print.timed_out", kind=paper.kind, seconds=round(self._timeout_s))
                )
            if status == 0:
                return Progress(News.PRINTED)
            return Progress(
                News.REFUSED,
                say(
                    "print.command_failed",
                    kind=paper.kind,
                    status=status,
                    output=_excerpt(complaints.fileno()),
                ),
            )

    def follow(self, paper: Paper, handle: str) -> Progress:
        return Progress(News.LOST, say("print.interrupted"))

    def cancel(self, paper: Paper, handle: str) -> Progress:
        return Progress(News.LOST, say("print.interrupted"))

    def close(self) -> None:
        """Nothing stays open between two papers."""


def _excerpt(complaints: int) -> str:
    """The end of what a program complained, without anything that could steer a terminal."""
    size = os.lseek(complaints, 0, os.SEEK_END)
    os.lseek(complaints, max(0, size - 4 * _EXCERPT), os.SEEK_SET)
    text = os.read(complaints, 4 * _EXCERPT).decode("utf-8", "replace")
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.split())[-_EXCERPT:]

"""Work that may overrun, in a process of its own that is killed when its time is up."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from threading import Timer
from typing import Any

_GRACE_S = 0.5
"""What starting and ending may take on top."""


def last_answer(module: str, question: Any, seconds: float) -> Any:
    """The last thing that ``python -m module`` answered to a question in its time, as JSON; ``None`` if nothing.

    The module calls ``answer`` below. Whatever it was doing when its time is up is gone; what it had said counts.
    """
    command = [sys.executable, "-m", module, str(time.time() + seconds)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        end = Timer(seconds + _GRACE_S, process.kill)
        end.start()
        try:
            said, _ = process.communicate(json.dumps(question).encode())
        finally:
            end.cancel()
            process.kill()
    whole_lines = said.rpartition(b"\n")[0].splitlines()
    return json.loads(whole_lines[-1]) if whole_lines else None


def answer(work: Callable[[Any, Callable[[], float]], Iterable[Any]]) -> None:
    """Answer one question in the process that ``last_answer`` started: each better answer as a line of JSON.

    ``work`` gets the question and how to ask for the seconds that are left.
    """
    # By the clock on the wall: what starting took is gone from the time too.
    until = float(sys.argv[1])
    # Solvers greet on standard output: it is kept for answers.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        for each in work(json.load(sys.stdin), lambda: until - time.time()):
            print(json.dumps(each), file=out, flush=True)

"""Work that says a few things, greets on standard output as solvers do, and then takes far too long."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from app.cli.killable import answer


def _slow(question: Any, seconds_left: Callable[[], float]) -> Iterator[Any]:
    print("Welcome to a solver")
    yield from question["say"]
    time.sleep(question["then_sleep_s"])


if __name__ == "__main__":
    answer(_slow)

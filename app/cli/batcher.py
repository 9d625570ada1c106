"""The process that searches for better tours of a wave; it may be killed. See ``killable``."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from app.cli.killable import answer
from app.cli.plan_waves import read_wave
from app.fulfilment.plans.batching import better_plans


def _planned(told: Any, seconds_left: Callable[[], float]) -> Iterator[Any]:
    asked = read_wave(told)
    for plan in better_plans(asked.wave, asked.ground.measure(), Random(asked.seed), seconds_left):
        yield {"batches": plan.batches, "bound_mm": plan.bound_mm, "method": plan.method}


if __name__ == "__main__":
    answer(_planned)

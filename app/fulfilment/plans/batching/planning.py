"""The plan of a wave: at once, or better with time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from app.fulfilment.plans.batching.bounds import shared_bound
from app.fulfilment.plans.batching.measure import Measure
from app.fulfilment.plans.batching.one_block import OneBlockTours
from app.fulfilment.plans.batching.orders import Members, Wave, members_of
from app.fulfilment.plans.batching.partitioning import Partitioning
from app.fulfilment.plans.batching.ruin import Dice, ruin_and_recreate
from app.fulfilment.plans.batching.savings import by_savings, improved

_ROUNDS: Final = ((1.0, 0.7), (0.15, 0.0))
"""Twice a search and then set partitioning: the shares of the time that are left when they end, at the latest. The
first search gets none: a small wave is proved at once."""


class Method(StrEnum):
    """What found a plan."""

    FIRST_COME = "first_come"
    SAVINGS = "savings"
    RUIN_AND_RECREATE = "ruin_and_recreate"
    SET_PARTITIONING = "set_partitioning"


@dataclass(frozen=True, slots=True)
class Plan:
    """Orders by tour, as indexes, in the order in which the tours are to be walked; all lengths as they were measured.

    No plan is shorter than ``bound_mm``. ``first_come_mm`` is what the plan replaces; it is never shorter.
    """

    tours: tuple[tuple[int, ...], ...]
    length_mm: int
    first_come_mm: int
    bound_mm: int
    method: Method

    @property
    def batches(self) -> tuple[Members, ...]:
        """The tours as sets of orders."""
        return tuple(members_of(tour) for tour in self.tours)

    @property
    def proven(self) -> bool:
        """Whether this is the shortest plan there is."""
        return self.length_mm <= self.bound_mm


def plan_at_once(wave: Wave, measure: Measure) -> Plan:
    """Savings and local search: within 200 ms for 100 orders on a floor of one block. The same wave, the same plan."""
    first_come = wave.first_come()
    first_come_mm = sum(measure.length(batch) for batch in first_come)
    bound = shared_bound(wave, measure.alone_at_least)
    plan = Plan(wave.in_sequence(first_come), first_come_mm, first_come_mm, bound, Method.FIRST_COME)
    return _better(plan, wave, measure, improved(wave, measure, by_savings(wave, measure)), Method.SAVINGS)


def plan_in_time(wave: Wave, measure: Measure, dice: Dice, seconds_left: Callable[[], float]) -> Plan:
    """The last of ``better_plans``."""
    *_, plan = better_plans(wave, measure, dice, seconds_left)
    return plan


def better_plans(
    wave: Wave, measure: Measure, dice: Dice, seconds_left: Callable[[], float]
) -> Iterator[Plan]:
    """The plan at once, then better and better ones, or better bounds, until there is no time left.

    ``seconds_left`` is asked again and again; the last plan follows within about a second when it says 0. With highspy
    installed and a floor of one block there is set partitioning, with a bound close to the plan.
    """
    given = seconds_left()
    plan = plan_at_once(wave, measure)
    yield plan
    if given <= 0 or plan.proven or len(plan.tours) < 2:
        return
    if not isinstance(measure, OneBlockTours) or not _solver():
        search = ruin_and_recreate(wave, measure, plan.batches, dice, _share(seconds_left, 0))
        yield _better(plan, wave, measure, search.best, Method.RUIN_AND_RECREATE)
        return
    partitioning = Partitioning(wave, measure)
    for searched, covered in _ROUNDS:
        search = ruin_and_recreate(wave, measure, plan.batches, dice, _share(seconds_left, searched * given))
        plan = _better(plan, wave, measure, search.best, Method.RUIN_AND_RECREATE)
        yield plan
        partition = partitioning.improved(plan.batches, search.seen, _until(seconds_left, covered * given))
        plan = _better(plan, wave, measure, partition.batches, Method.SET_PARTITIONING)
        plan = replace(plan, bound_mm=max(plan.bound_mm, partition.bound_mm))
        yield plan
        if plan.proven:
            return


def _until(seconds_left: Callable[[], float], end: float) -> Callable[[], float]:
    """The seconds until only ``end`` are left."""
    return lambda: seconds_left() - end


def _share(seconds_left: Callable[[], float], end: float) -> Callable[[], float]:
    """The share that is left of the time from now until only ``end`` seconds are left."""
    now = seconds_left() - end
    return lambda: (seconds_left() - end) / now if now > 0 else 0.0


def _solver() -> bool:
    """Whether the optional extra ``storehand[prove]`` is installed."""
    try:
        import highspy  # noqa: F401
    except ImportError:
        return False
    return True


def _better(plan: Plan, wave: Wave, measure: Measure, batches: Sequence[Members], method: Method) -> Plan:
    length = sum(measure.length(batch) for batch in batches)
    if length >= plan.length_mm:
        return plan
    return replace(plan, tours=wave.in_sequence(batches), length_mm=length, method=method)

"""``storehand plan batch``: the orders of a wave on tours, asked and answered in JSON.

What is planned at once is the answer, unless a search with time, in a process of its own, finds something better.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.cli.killable import last_answer
from app.cli.plan import answer
from app.cli.plan_waves import Asked, Tour, read_wave
from app.fulfilment.plans.batching import Measure, Method, Plan, plan_at_once


def batch(arguments: argparse.Namespace) -> int:
    """Print the tours of a wave as one JSON object."""
    return answer(arguments.file, _batch)


def _batch(told: Any) -> dict[str, Any]:
    asked = read_wave(told)
    begun = time.perf_counter()
    measure = asked.ground.measure()
    plan = plan_at_once(asked.wave, measure)
    left = asked.seconds - (time.perf_counter() - begun)
    if left > 0 and not plan.proven:
        plan = _searched(asked, measure, plan, told, left)
    planned = _walked(asked, plan)
    return {
        "tours": [_shown(asked, tour) for tour in planned.tours],
        "total_mm": planned.total_mm,
        "lower_bound_mm": plan.bound_mm,
        "proven_optimal": planned.total_mm <= plan.bound_mm,
        "first_come_mm": planned.first_come_mm,
        "method": planned.method,
        "compute_ms": round((time.perf_counter() - begun) * 1000, 1),
    }


@dataclass(frozen=True, slots=True)
class _Planned:
    tours: tuple[Tour, ...]
    total_mm: int
    first_come_mm: int
    method: Method


def _walked(asked: Asked, plan: Plan) -> _Planned:
    """The plan with each tour's stops in order. Where tours were estimated, first come may turn out shorter."""
    tours = tuple(asked.ground.walked(tour) for tour in plan.tours)
    first_come = tuple(asked.ground.walked(tour) for tour in asked.wave.in_sequence(asked.wave.first_come()))
    total_mm, first_come_mm = _total(tours), _total(first_come)
    if first_come_mm < total_mm:
        return _Planned(first_come, first_come_mm, first_come_mm, Method.FIRST_COME)
    return _Planned(tours, total_mm, first_come_mm, plan.method)


def _total(tours: Sequence[Tour]) -> int:
    return sum(tour.length_mm for tour in tours)


def _shown(asked: Asked, tour: Tour) -> dict[str, Any]:
    ids = [order.id for order in asked.wave.orders]
    return {
        "orders": [ids[order] for order in tour.orders],
        "stops": [{"order": ids[order], "stop": stop} for order, stop in tour.stops],
        "length_mm": tour.length_mm,
    }


def _searched(asked: Asked, measure: Measure, plan: Plan, told: Any, seconds: float) -> Plan:
    """The best that a search answers in its time, in a process that is killed then."""
    found = last_answer("app.cli.batcher", told, seconds)
    if found is None:
        return plan
    plan = replace(plan, bound_mm=max(plan.bound_mm, found["bound_mm"]))
    length_mm = sum(measure.length(members) for members in found["batches"])
    if length_mm >= plan.length_mm:
        return plan
    tours = asked.wave.in_sequence(found["batches"])
    return replace(plan, tours=tours, length_mm=length_mm, method=Method(found["method"]))

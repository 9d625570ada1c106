"""Tours against other methods, their time on each floor, and how it grows.

``make bench ARGS='-k tours'``, or ``-k tours_against`` and so on for one of the sections that are written to
docs/performance.md. Nothing timed is asserted; that no method beats the optimum is.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import fast_tsp
import numpy as np
from numpy.typing import NDArray

from app.fulfilment.plans.aisles import AisleFloor, Place, Spot
from app.fulfilment.plans.proving import prove
from app.fulfilment.plans.searching import Distances, length_of, shortest_order
from app.fulfilment.plans.shortest_tour import shortest_tour
from tests.benchmarks import classical
from tests.benchmarks.floors import (
    DEPOT,
    LAYOUTS,
    GraphInstance,
    Instance,
    floor,
    graph_instances,
    instance,
    instances,
    name,
)
from tests.benchmarks.record import machine, table, write_section

ROOT: Final = Path(__file__).parents[2]
PROMISED_MS: Final = {1: 1, 2: 2, 4: 8, 5: 30, 6: 60}
"""The longest that a tour may take, p99, by blocks."""
PASSES: Final = 4
SEARCH_S, LONG_S, LONG_RUNS, PROOF_S = 0.2, 1.0, 3, 5.0


RULES: Final = {
    "location order": classical.by_location,
    "serpentine sequence": classical.serpentine,
    "S-shape": classical.s_shape,
    "largest gap": classical.largest_gap,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a method gave for each instance: the length of its walk in mm, and its milliseconds."""

    lengths: list[int]
    ms: list[float]


def test_tours_against_other_methods() -> None:
    before = machine()
    asked = list(instances())
    _answers(asked, _swept, time.process_time)  # makes the floors' tables
    ours = _answers(asked, _swept, time.process_time)
    methods: dict[str, tuple[Answers | None, str]] = {
        title: (_answers(asked, partial(_by, rule), time.process_time), "CPU")
        for title, rule in RULES.items()
    }
    methods["fast-tsp, 0.05 s"] = _answers(asked, partial(_fast_tsp, 0.05), time.perf_counter), "clock"
    with ThreadPoolExecutor(2) as both:
        solvers = both.map(partial(_in_a_child, asked), ("ortools", "pyvrp"))
        for title, answers in zip(("OR-Tools routing, GLS, 1 s", "PyVRP, 1 s"), solvers, strict=True):
            methods[title] = answers, "clock"
    methods["**Storehand**"] = ours, "CPU"
    for answers, _ in methods.values():
        assert answers is None or all(a >= b for a, b in zip(answers.lengths, ours.lengths, strict=True))
    rows = [_compared(asked, title, answers, timed, ours) for title, (answers, timed) in methods.items()]
    head = ["method", *map(name, LAYOUTS), "all", "worst", "optimal", "median ms", "p99 ms", "time"]
    saved = ", ".join(
        f"{_saved(answers, ours):.0f} % against {title}"
        for title, (answers, _) in methods.items()
        if title in RULES and answers is not None
    )
    told = f"The optimum saves, median over the instances: {saved}."
    write_section("tours", f"{_METHODS} {before}\n\n{table(head, rows)}\n\n{told}")


_METHODS: Final = f"""\
Mean % over the optimum by floor (aisles×blocks) and over all {len(list(instances()))} instances; the worst; how many
are optimal; milliseconds for one tour. Round trips from the front left corner over 10, 30, 60, 100 and 200 stops,
demand uniform and ABC, five of each; 30 slots of 1 m to a block, aisles 3 m apart, cross-aisles 2 m wide. Orders of
the four rules are walked the shortest way from stop to stop. Searches with a time limit are measured by the clock,
OR-Tools and PyVRP each in a process of its own beside the other; the rest in processor time, once a floor's tables
are made."""


def test_tours_time_on_each_floor() -> None:
    before = machine()
    rows = []
    for layout in (*LAYOUTS[:3], floor(30, 5), LAYOUTS[3]):
        for walk in ("round trip", "open"):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
                first, later = fresh.submit(_timed, layout, walk == "open").result()
            promised = PROMISED_MS[layout.blocks]
            figures = [_ms(each) for each in (statistics.median(later), _p99(later), max(later))]
            rows.append([name(layout), walk, *figures, str(promised), _ms(first)])
    head = ["floor", "walk", "median", "p99", "worst", "promised p99", "first"]
    write_section("tours-time", f"{_TIME} {before}\n\n{table(head, rows)}")


_TIME: Final = f"""\
Milliseconds of processor time for one tour, order and all, over 50 instances as above, {PASSES} times each. Open walks
begin in the middle of an aisle and end at the depot. A process makes a floor's tables when they are first needed: the
first tour is given by itself, and each instance was walked once before the others were measured."""


def _timed(layout: AisleFloor, open_walk: bool) -> tuple[float, list[float]]:
    """The milliseconds of the first tour, and of all tours once the tables are made."""
    took = []
    for each in (each for _ in range(1 + PASSES) for each in instances([layout])):
        began = time.process_time()
        shortest_tour(layout, each.stops, each.elsewhere if open_walk else DEPOT, DEPOT)
        took.append((time.process_time() - began) * 1000)
    return took[0], took[len(took) // (1 + PASSES) :]


def test_tours_growth_of_time() -> None:
    before = machine()
    stops = (5, 10, 25, 50, 100, 200)
    by_stops = [
        [name(layout), *(_usual(layout, count) for count in stops)] for layout in (*LAYOUTS[:3], floor(30, 5))
    ]
    aisles = (5, 10, 20, 40, 80)
    by_aisles = [[f"{n}", *(_usual(floor(count, n), 60) for count in aisles)] for n in (1, 2, 4)]
    blocks = (1, 2, 3, 4, 5, 6)
    by_blocks = [["20", *(_usual(floor(20, count), 60) for count in blocks)]]
    parts = [
        f"Milliseconds of processor time for one round trip, the tables already made; median. {before}",
        "With the number of stops:",
        table(["floor", *(f"{count} stops" for count in stops)], by_stops),
        "With the number of aisles, 60 stops:",
        table(["blocks", *(f"{count} aisles" for count in aisles)], by_aisles),
        "With the number of blocks, 60 stops:",
        table(["aisles", *(f"{count} block{'s'[: count - 1]}" for count in blocks)], by_blocks),
    ]
    write_section("tours-growth", "\n\n".join(parts))


def _usual(layout: AisleFloor, stops: int) -> str:
    """The median over ten instances after one more, in milliseconds."""
    asked = [instance(layout, stops, "uniform", seed) for seed in range(11)]
    return _ms(statistics.median(_answers(asked, _swept, time.process_time).ms[1:]))


def test_tours_on_any_graph() -> None:
    before = machine()
    asked = list(graph_instances())
    answers = [_searched(each.distances) for each in asked]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as both:
        longer = list(both.map(_best_known, (each.distances for each in asked)))
    found = [
        OnGraph(each, ms, length, min(length, best), bound)
        for each, (length, ms), (best, bound) in zip(asked, answers, longer, strict=True)
    ]
    rows = [
        _gaps([each for each in found if (each.asked.kind, each.asked.stops) == (kind, stops)])
        for kind, stops in dict.fromkeys((each.kind, each.stops) for each in asked)
    ]
    head = ["floor", "stops", "mean %", "worst %", "as the best", "proven", "median ms", "worst ms"]
    write_section("tours-graphs", f"{_GRAPHS} {before}\n\n{table(head, rows)}")


_GRAPHS: Final = f"""\
What a search of {SEARCH_S * 1000:.0f} ms finds, over the best known: the best of it, of {LONG_RUNS} searches of
{LONG_S:.0f} s, and of the certificate where it finds the shortest in {PROOF_S:.0f} s. Proven: a certificate says that
none is shorter than the best known. Eight instances a row, half of them 15×2 and half 20×4 aisles and blocks. One-way:
all aisles, alternately up and down. Irregular: a third of the pieces of cross-aisle is missing but for the front, and
some aisles are joined by slanting shortcuts. Milliseconds of the clock."""


@dataclass(frozen=True, slots=True)
class OnGraph:
    """What the search gave in so many milliseconds, the best known, and what no walk can be shorter than."""

    asked: GraphInstance
    ms: float
    length_mm: int
    best_mm: int
    bound_mm: int

    @property
    def gap(self) -> float:
        """In % of the best known."""
        return (self.length_mm / self.best_mm - 1) * 100


def _searched(distances: Distances) -> tuple[int, float]:
    """The length of what is found in the usual time, and the milliseconds it took."""
    began = time.perf_counter()
    found = shortest_order(distances, SEARCH_S)
    return length_of(found.order, distances), (time.perf_counter() - began) * 1000


def _best_known(distances: Distances) -> tuple[int, int]:
    """The length of the best of long searches and a certificate, and the certificate's lower bound."""
    best = min(length_of(shortest_order(distances, LONG_S).order, distances) for _ in range(LONG_RUNS))
    until = time.monotonic() + PROOF_S
    bound = 0
    for proof in prove(distances, lambda: until - time.monotonic()):
        bound = proof.lower_bound_mm
        if proof.order is not None:
            best = min(best, length_of(proof.order, distances))
    assert bound <= best
    return best, bound


def _gaps(found: Sequence[OnGraph]) -> list[str]:
    return [
        found[0].asked.kind,
        str(found[0].asked.stops),
        f"{statistics.mean(each.gap for each in found):.2f}",
        f"{max(each.gap for each in found):.2f}",
        f"{sum(each.length_mm == each.best_mm for each in found)} of {len(found)}",
        f"{sum(each.best_mm == each.bound_mm for each in found)} of {len(found)}",
        f"{statistics.median(each.ms for each in found):.0f}",
        f"{max(each.ms for each in found):.0f}",
    ]


# --- methods -----------------------------------------------------------------------------------------------------


_Method = Callable[[Instance], Sequence[Spot]]


def _answers(asked: Iterable[Instance], method: _Method, clock: Callable[[], float]) -> Answers:
    answers = Answers([], [])
    for each in asked:
        began = clock()
        order = method(each)
        answers.ms.append((clock() - began) * 1000)
        answers.lengths.append(_walked(each, order))
    return answers


def _walked(asked: Instance, order: Sequence[Spot]) -> int:
    """The round trip in millimetres, measured anew."""
    assert sorted(order) == sorted(asked.stops)
    places: list[Place] = [DEPOT, *order]
    distances = asked.floor.distances(places)
    numbers = np.arange(len(places))
    return int(distances[numbers, np.roll(numbers, -1)].sum())


def _swept(asked: Instance) -> list[Spot]:
    return [asked.stops[stop] for stop in shortest_tour(asked.floor, asked.stops, DEPOT, DEPOT).order]


def _by(rule: Callable[[AisleFloor, Sequence[Spot]], list[Spot]], asked: Instance) -> list[Spot]:
    return rule(asked.floor, asked.stops)


def _whole(asked: Instance) -> NDArray[np.int64]:
    """All distances, the depot first, in the coarsest unit that loses nothing: half metres on these floors."""
    distances = asked.floor.distances([DEPOT, *asked.stops])
    unit: NDArray[np.int64] = distances // np.gcd.reduce(distances, axis=None)
    return unit


def _fast_tsp(seconds: float, asked: Instance) -> list[Spot]:
    tour = fast_tsp.find_tour(_whole(asked).tolist(), seconds)
    depot = tour.index(0)
    return [asked.stops[stop - 1] for stop in tour[depot + 1 :] + tour[:depot]]


def _in_a_child(asked: Sequence[Instance], solver: str) -> Answers | None:
    """What a solver of .venv-bench answers; none where it is not installed."""
    python = ROOT / ".venv-bench" / "bin" / "python"
    script = ROOT / "tests" / "benchmarks" / "solvers.py"
    if not (ROOT / ".venv-bench" / ".ready").exists():
        return None
    questions = "".join(json.dumps(_whole(each).tolist()) + "\n" for each in asked)
    told = subprocess.run(
        [python, script, solver, "1"], input=questions, capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in told.stdout.splitlines()]
    orders = [
        [each.stops[place - 1] for place in answer["order"]]
        for each, answer in zip(asked, found, strict=True)
    ]
    return Answers(list(map(_walked, asked, orders)), [answer["ms"] for answer in found])


# --- figures -----------------------------------------------------------------------------------------------------


def _compared(
    asked: Sequence[Instance], title: str, answers: Answers | None, timed: str, optimum: Answers
) -> list[str]:
    if answers is None:
        return [title, "cannot be installed here", *[""] * (len(LAYOUTS) + 5)]
    over = [(a / b - 1) * 100 for a, b in zip(answers.lengths, optimum.lengths, strict=True)]
    by_layout = [
        statistics.mean(gap for gap, each in zip(over, asked, strict=True) if each.floor == layout)
        for layout in LAYOUTS
    ]
    optimal = sum(each == 0 for each in over) / len(over)
    return [
        title,
        *(f"{each:.2f}" for each in (*by_layout, statistics.mean(over))),
        f"{max(over):.1f}",
        f"{optimal * 100:.0f} %",
        _ms(statistics.median(answers.ms)),
        _ms(_p99(answers.ms)),
        timed,
    ]


def _saved(answers: Answers, optimum: Answers) -> float:
    """How much shorter the optimum is, in %, median."""
    pairs = zip(answers.lengths, optimum.lengths, strict=True)
    return statistics.median((1 - best / walked) * 100 for walked, best in pairs)


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.0f}" if milliseconds >= 100 else f"{milliseconds:.2f}"


def _p99(figures: Sequence[float]) -> float:
    return sorted(figures)[math.ceil(len(figures) * 0.99) - 1]

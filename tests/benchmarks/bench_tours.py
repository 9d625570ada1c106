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
from typing import Final, NamedTuple

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
SOLVERS: Final = {"OR-Tools routing, GLS, 1 s": "ortools", "PyVRP, 1 s": "pyvrp"}


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
    for title, found in _solved([_whole(each) for each in asked]).items():
        methods[title] = None if found is None else _measured(asked, found), "clock"
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
    rows, late = [], []
    for layout in (*LAYOUTS[:3], floor(30, 5), LAYOUTS[3]):
        for walk in ("round trip", "open"):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
                first, rounds = fresh.submit(_timed, layout, walk == "open").result()
            every = [each for took in rounds for each in took]
            quickest = list(map(min, *rounds))
            figures = (statistics.median(every), _p99(every), max(every), _p99(quickest))
            promised = PROMISED_MS[layout.blocks]
            rows.append([name(layout), walk, *map(_ms, figures), str(promised), _ms(first)])
            late += [f"{name(layout)} {walk}"] if _p99(every) > promised else []
    head = ["floor", "walk", "median", "p99", "worst", "p99 undisturbed", "promised p99", "first"]
    told = f"Promise not kept in this run, by p99: {', '.join(late) or 'none'}."
    write_section("tours-time", f"{_TIME} {before}\n\n{table(head, rows)}\n\n{told}")


_TIME: Final = f"""\
Milliseconds of processor time for one tour, order and all, over 50 instances as above, {PASSES} times each. Open walks
begin in the middle of an aisle and end at the depot. Undisturbed: of each instance the quickest of its {PASSES} times,
so that neither other work on the machine nor Python's collection of garbage counts. A process makes a floor's tables
when they are first needed: the first tour is given by itself, and each instance was walked once before."""


def _timed(layout: AisleFloor, open_walk: bool) -> tuple[float, list[list[float]]]:
    """The milliseconds of the first tour, and of all tours in each round once the tables are made."""
    rounds = []
    for _ in range(1 + PASSES):
        took = []
        for each in instances([layout]):
            began = time.process_time()
            shortest_tour(layout, each.stops, each.elsewhere if open_walk else DEPOT, DEPOT)
            took.append((time.process_time() - began) * 1000)
        rounds.append(took)
    return rounds[0][0], rounds[1:]


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
    ours = [_searched(each.distances) for each in asked]
    others = _solved([np.roll(each.distances[:-1, :-1], 1, axis=(0, 1)) for each in asked])
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as both:
        certified = list(both.map(_certified, (each.distances for each in asked)))
    lengths = {
        title: None if found is None else _lengths(asked, found)
        for title, found in {"Storehand, 0.2 s": ours, **others}.items()
    }
    best = list(map(min, *filter(None, lengths.values()), (length for length, _ in certified)))
    bounds = [bound for _, bound in certified]
    assert all(length >= bound for length, bound in zip(best, bounds, strict=True))
    rows = []
    for kind, stops in dict.fromkeys((each.kind, each.stops) for each in asked):
        here = [n for n, each in enumerate(asked) if (each.kind, each.stops) == (kind, stops)]
        gaps = [
            "cannot be installed here" if found is None else _gaps([found[n] / best[n] for n in here])
            for found in lengths.values()
        ]
        proven = f"{sum(best[n] == bounds[n] for n in here)} of {len(here)}"
        above = f"{max((best[n] / bounds[n] - 1) * 100 for n in here):.2f}"
        took = [ours[n].ms for n in here]
        times = (_ms(statistics.median(took)), _ms(max(took)))
        rows.append([kind, str(stops), *gaps, proven, above, *times])
    head = ["floor", "stops", *lengths, "proven", "above the bound", "median ms", "worst ms"]
    write_section("tours-graphs", f"{_GRAPHS} {before}\n\n{table(head, rows)}")


_GRAPHS: Final = f"""\
Round trips on floors that are not swept: % over the best known, mean / worst. The best known is the best of all in the
table, of {LONG_RUNS} more searches of {LONG_S:.0f} s, and of the certificate where it finds the shortest walk in
{PROOF_S:.0f} s. Proven: a certificate says that none is shorter than the best known; above the bound: how far, in %,
the best known may be from the shortest at worst. Eight instances a row, half of them 15×2 and half 20×4 aisles and
blocks. One-way: all aisles, alternately up and down. Irregular: a third of the pieces of cross-aisle is missing but for
the front, and some aisles are joined by slanting shortcuts. Milliseconds of the clock, for Storehand."""


def _searched(distances: Distances) -> Solved:
    began = time.perf_counter()
    found = shortest_order(distances, SEARCH_S)
    return Solved(found.order, (time.perf_counter() - began) * 1000)


def _certified(distances: Distances) -> tuple[int, int]:
    """The length of the best of long searches and a certificate, and the certificate's lower bound."""
    best = min(length_of(shortest_order(distances, LONG_S).order, distances) for _ in range(LONG_RUNS))
    until = time.monotonic() + PROOF_S
    bound = 0
    for proof in prove(distances, lambda: until - time.monotonic()):
        bound = proof.lower_bound_mm
        if proof.order is not None:
            best = min(best, length_of(proof.order, distances))
    return best, bound


def _lengths(asked: Sequence[GraphInstance], found: Sequence[Solved]) -> list[int]:
    return [length_of(one.order, each.distances) for each, one in zip(asked, found, strict=True)]


def _gaps(ratios: Sequence[float]) -> str:
    """How far lengths are over the best known, mean and worst, in %."""
    return f"{(statistics.mean(ratios) - 1) * 100:.2f} / {(max(ratios) - 1) * 100:.2f}"


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


def _measured(asked: Sequence[Instance], found: Sequence[Solved]) -> Answers:
    orders = [[each.stops[stop] for stop in one.order] for each, one in zip(asked, found, strict=True)]
    return Answers(list(map(_walked, asked, orders)), [one.ms for one in found])


class Solved(NamedTuple):
    """The order of stops that a solver gave, and the milliseconds it took."""

    order: tuple[int, ...]
    ms: float


def _solved(round_trips: Sequence[Distances]) -> dict[str, list[Solved] | None]:
    """What the solvers of .venv-bench answer, side by side; none where they are not installed.

    The first place of each round trip is the depot, the stops follow.
    """
    if not (ROOT / ".venv-bench" / ".ready").exists():
        return dict.fromkeys(SOLVERS)
    questions = "".join(json.dumps(each.tolist()) + "\n" for each in round_trips)
    with ThreadPoolExecutor(len(SOLVERS)) as all_at_once:
        return dict(
            zip(SOLVERS, all_at_once.map(partial(_in_a_child, questions), SOLVERS.values()), strict=True)
        )


def _in_a_child(questions: str, solver: str) -> list[Solved]:
    command = (ROOT / ".venv-bench/bin/python", ROOT / "tests/benchmarks/solvers.py", solver, "1")
    told = subprocess.run(command, input=questions, capture_output=True, text=True, check=True)
    answers = map(json.loads, told.stdout.splitlines())
    return [Solved(tuple(place - 1 for place in answer["order"]), answer["ms"]) for answer in answers]


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

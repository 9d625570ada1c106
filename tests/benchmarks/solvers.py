"""OR-Tools and PyVRP on one round trip after the other, in a process and an environment of their own.

``.venv-bench/bin/python tests/benchmarks/solvers.py ortools|pyvrp SECONDS`` reads matrices of whole distances from the
standard input, one as JSON a line, and answers each with ``{"order": [...], "ms": ...}``. Place 0 is the depot, the
order leaves it out, ``ms`` is the time of the clock. It runs alone: nothing of Storehand is imported.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

Matrix = Sequence[Sequence[int]]


def ortools(matrix: Matrix, seconds: float) -> list[int]:
    """The routing search: cheapest arc first, then guided local search for all of the time."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    manager = pywrapcp.RoutingIndexManager(len(matrix), 1, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix([list(row) for row in matrix]))
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(seconds * 1000))
    found = model.SolveWithParameters(how)
    order, at = [], found.Value(model.NextVar(model.Start(0)))
    while not model.IsEnd(at):
        order.append(manager.IndexToNode(at))
        at = found.Value(model.NextVar(at))
    return order


def pyvrp(matrix: Matrix, seconds: float) -> list[int]:
    """One vehicle without limits, searched for all of the time."""
    from pyvrp import ActivityType, Model
    from pyvrp.stop import MaxRuntime

    model = Model()
    places = [model.add_location(number, 0) for number in range(len(matrix))]
    model.add_depot(places[0])
    for place in places[1:]:
        model.add_client(place)
    model.add_vehicle_type(1)
    for a, row in zip(places, matrix, strict=True):
        for b, distance in zip(places, row, strict=True):
            if a is not b:
                model.add_edge(a, b, distance=distance)
    found = model.solve(MaxRuntime(seconds), seed=1, display=False)
    visits = (visit for route in found.best.routes() for visit in route)
    return [visit.idx + 1 for visit in visits if visit.type == ActivityType.CLIENT]


def main(solver: str, seconds: float) -> None:
    """Answer line by line."""
    solve = {"ortools": ortools, "pyvrp": pyvrp}[solver]
    solve([[0, 1], [1, 0]], 0.01)  # what is imported late is not measured
    for line in sys.stdin:
        matrix = json.loads(line)
        began = time.perf_counter()
        order = solve(matrix, seconds)
        print(json.dumps({"order": order, "ms": (time.perf_counter() - began) * 1000}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))

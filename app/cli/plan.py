"""Commands that answer planning questions with JSON: ``storehand plan route``."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import Field

from app.cli.killable import last_answer
from app.cli.plan_requests import (
    MOST_BYTES,
    AislePoint,
    Aisles,
    AisleStop,
    Fault,
    Milliseconds,
    Model,
    NodePoint,
    Nodes,
    NodeStop,
    PlanError,
    off_the_floor,
    read_json,
    read_request,
)
from app.fulfilment.plans.aisles import AisleFloor, Place, Point
from app.fulfilment.plans.graph import Graph
from app.fulfilment.plans.routing import cut_off, swept
from app.fulfilment.plans.searching import Distances, Found, length_of, shortest_order
from app.model.words import phrase

_MOST_STOPS = 2_000
_DEFAULT_MS = 200
_SEARCHED = 0.8
"""The share of the budget that is searched: finishing takes the rest."""
_LEAST_S = 0.01


class RouteOnAisles(Model):
    """A walk over slots of a rectangular floor."""

    floor: Aisles
    stops: list[AisleStop] = Field(max_length=_MOST_STOPS)
    start: AislePoint
    end: AislePoint
    budget_ms: Milliseconds = _DEFAULT_MS
    prove_ms: Milliseconds = 0


class RouteOnNodes(Model):
    """A walk over nodes of a graph."""

    floor: Nodes
    stops: list[NodeStop] = Field(max_length=_MOST_STOPS)
    start: NodePoint
    end: NodePoint
    budget_ms: Milliseconds = _DEFAULT_MS
    prove_ms: Milliseconds = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """A question: the ids and distances of the stops in the order of their locations, and how it may be answered."""

    ids: tuple[str, ...]
    distances: Distances
    paths: tuple[str, ...]
    """Where each place stands in the request: stops, then start, then end."""
    swept: Callable[[], Found | None]
    drawn: Callable[[Sequence[int]], list[Any]]
    """The line of a walk over places, for drawing: points, or the names of nodes."""


def route(arguments: argparse.Namespace) -> int:
    """Print the best walk over some stops as one JSON object."""
    return answer(arguments.file, _route)


def answer(file: Path | None, plan: Callable[[Any], dict[str, Any]]) -> int:
    """Answer one request; what is wrong in it is said in JSON too, and line by line to who reads errors."""
    try:
        told = plan(read_json(_text(file)))
    except PlanError as refused:
        print(json.dumps({"errors": [_told(fault) for fault in refused.wrong]}, ensure_ascii=False))
        for fault in refused.wrong:
            words = phrase(
                refused.code, (("path", fault.path or "-"), ("read", fault.read), ("wanted", fault.wanted))
            )
            print(f"storehand plan: {words} [{refused.code}]", file=sys.stderr)
        return 2
    print(json.dumps(told, ensure_ascii=False))
    return 0


def _told(fault: Fault) -> dict[str, str]:
    return {"code": PlanError.code, "path": fault.path, "read": fault.read, "wanted": fault.wanted}


def _text(file: Path | None) -> bytes:
    if file is None:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with file.open("rb") as given:
        return given.read(MOST_BYTES + 1)


def _route(told: Any) -> dict[str, Any]:
    request = read_request(told, RouteOnAisles, RouteOnNodes)
    begun = time.perf_counter()
    walk = _on_aisles(request) if isinstance(request, RouteOnAisles) else _on_nodes(request)
    if (cut := cut_off(walk.distances)) is not None:
        raise PlanError(
            [Fault(walk.paths[cut], "a place that is cut off", "a place with a way to it and from it")]
        )
    passed = time.perf_counter() - begun
    left = max(_LEAST_S, _SEARCHED * request.budget_ms / 1000 - passed)
    found = walk.swept() or shortest_order(walk.distances, left)
    bound_mm = length_of(found.order, walk.distances) if found.proven else None
    if not found.proven and request.prove_ms and find_spec("highspy"):
        found, bound_mm = _proved(found, walk.distances, request.prove_ms / 1000)
    compute_ms = round((time.perf_counter() - begun) * 1000, 1)
    stops = len(walk.ids)
    return {
        "order": [walk.ids[stop] for stop in found.order],
        "length_mm": length_of(found.order, walk.distances),
        "lower_bound_mm": bound_mm,
        "proven_optimal": found.proven,
        "method": found.method,
        "compute_ms": compute_ms,
        "location_order_mm": length_of(range(stops), walk.distances),
        "path": walk.drawn((stops, *found.order, stops + 1)),
    }


def _proved(found: Found, distances: Distances, seconds: float) -> tuple[Found, int | None]:
    """What a proof makes of a walk: the shortest, proved, or a bound of how much shorter another could be."""
    proof = last_answer("app.cli.prover", distances.tolist(), seconds)
    if proof is None:
        return found, None
    if proof["order"] is not None and proof["lower_bound_mm"] < length_of(found.order, distances):
        found = found._replace(order=tuple(proof["order"]), method="branch_and_cut")
    proven = proof["lower_bound_mm"] >= length_of(found.order, distances)
    return found._replace(proven=proven), proof["lower_bound_mm"]


def _on_aisles(request: RouteOnAisles) -> Walk:
    floor = request.floor.made()
    stops = sorted(enumerate(request.stops), key=lambda each: (each[1].place, each[1].id))
    numbers = [number for number, _ in stops]
    spots = [stop.place for _, stop in stops]
    start, end = request.start.place, request.end.place
    places: list[Place] = [*spots, start, end]
    paths = (*(f"stops[{number}]" for number in numbers), "start", "end")
    check(
        _twice(request.stops),
        (fault for at, place in zip(paths, places, strict=True) for fault in off_the_floor(floor, place, at)),
        off_floor_marks(request.floor, floor),
    )
    check(_shut(floor, places, paths))
    return Walk(
        tuple(stop.id for _, stop in stops),
        floor.distances(places),
        paths,
        lambda: swept(floor, spots, start, end),
        lambda walk: [list(point) for point in _line(floor, [places[place] for place in walk])],
    )


def _line(floor: AisleFloor, places: Sequence[Place]) -> list[Point]:
    line = [floor.position(places[0])]
    for a, b in pairwise(places):
        line += floor.path(a, b)[1:]
    return line


def _on_nodes(request: RouteOnNodes) -> Walk:
    graph = request.floor.made()
    stops = sorted(enumerate(request.stops), key=lambda each: (each[1].node, each[1].id))
    places = [*(stop.node for _, stop in stops), request.start.node, request.end.node]
    paths = (*(f"stops[{number}]" for number, _ in stops), "start", "end")
    check(_twice(request.stops), _unknown(graph, places, paths))
    return Walk(
        tuple(stop.id for _, stop in stops),
        graph.distances(places),
        paths,
        lambda: None,
        lambda walk: list(graph.path([places[place] for place in walk])),
    )


# --- what the fields say together ------------------------------------------------------------------------------


def check(*found: Iterable[Fault]) -> None:
    """Refuse what these found.

    Raises:
        PlanError: they found something.
    """
    faults = [fault for some in found for fault in some]
    if faults:
        raise PlanError(faults)


def _twice(stops: Sequence[AisleStop | NodeStop]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, stop in enumerate(stops):
        if first.setdefault(stop.id, number) != number:
            yield Fault(
                f"stops[{number}].id", stop.id, f"an id of its own; stops[{first[stop.id]}] has this one"
            )


def _unknown(graph: Graph, places: Sequence[str], paths: Sequence[str]) -> Iterator[Fault]:
    for node, path in zip(places, paths, strict=True):
        if node not in graph:
            yield Fault(f"{path}.node", node, "a node that an edge of the floor names")


def _shut(floor: AisleFloor, places: Sequence[Place], paths: Sequence[str]) -> Iterator[Fault]:
    """Places that nobody may enter; whoever starts in a closed part of an aisle may leave it."""
    start = places[-2]
    for place, path in zip(places, paths, strict=True):
        if not floor.may_enter(place) and path != "start" and (place != start or path == "end"):
            read = f"aisle {place.aisle}, block {place[1]}, which floor.closed names"
            yield Fault(path, read, "a place outside the closed parts of aisles")


def off_floor_marks(request: Aisles, floor: AisleFloor) -> Iterator[Fault]:
    """One-way and closed aisles that the floor does not have, or that go both ways at once."""
    first: dict[int, int] = {}
    for number, (aisle, _) in enumerate(request.one_way):
        if aisle >= floor.aisles:
            yield Fault(f"floor.one_way[{number}]", str(aisle), f"an aisle from 0 to {floor.aisles - 1}")
        if first.setdefault(aisle, number) != number:
            wanted = f"an aisle of its own; floor.one_way[{first[aisle]}] has this one"
            yield Fault(f"floor.one_way[{number}]", str(aisle), wanted)
    for number, (aisle, block) in enumerate(request.closed):
        if aisle >= floor.aisles or block >= floor.blocks:
            wanted = f"an aisle from 0 to {floor.aisles - 1} and a block from 0 to {floor.blocks - 1}"
            yield Fault(f"floor.closed[{number}]", f"[{aisle}, {block}]", wanted)

"""``storehand plan``: a question in JSON, an answer in JSON, and what is wrong by its path."""

from __future__ import annotations

import copy
import importlib.util
import json
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli.killable import last_answer
from app.cli.plan import RouteOnAisles, RouteOnNodes
from app.cli.plan_requests import Fault, PlanError, read_json, read_request
from app.fulfilment.plans.searching import length_of, shortest_order
from tests.cli.running import Host, Said

AISLES: dict[str, Any] = {
    "kind": "aisles",
    "aisles": 15,
    "blocks": 2,
    "slots": 30,
    "slot_pitch_mm": 1000,
    "aisle_pitch_mm": 3000,
    "cross_aisle_mm": 2000,
}
ON_AISLES: dict[str, Any] = {
    "floor": AISLES,
    "stops": [
        {"id": "s1", "aisle": 3, "block": 1, "slot": 12},
        {"id": "s2", "aisle": 3, "block": 0, "slot": 1},
        {"id": "s3", "aisle": 9, "block": 1, "slot": 29},
    ],
    "start": {"aisle": 0, "cross": 0},
    "end": {"aisle": 4, "block": 0, "slot": 3},
    "budget_ms": 200,
}
ON_NODES: dict[str, Any] = {
    "floor": {
        "kind": "graph",
        "edges": [["n1", "n2", 4000], ["n2", "n3", 2500, "one-way"], ["n3", "n1", 900], ["n3", "n4", 100]],
    },
    "stops": [{"id": "a", "node": "n3"}, {"id": "b", "node": "n2"}, {"id": "c", "node": "n4"}],
    "start": {"node": "n1"},
    "end": {"node": "n1"},
}


def asked(host: Host, request: Any) -> Said:
    file = host.folder / "request.json"
    file.write_text(request if isinstance(request, str) else json.dumps(request))
    return host.say("plan", "route", str(file))


def changed(request: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    other = copy.deepcopy(request)
    change(other)
    return other


def test_a_walk_on_a_rectangular_floor_is_answered_with_its_proof(host: Host) -> None:
    told = json.loads(asked(host, ON_AISLES).out)
    assert told["order"] == ["s2", "s1", "s3"]
    assert told["length_mm"] == told["lower_bound_mm"] == 165_500
    assert (told["proven_optimal"], told["method"]) == (True, "sweep")
    assert told["location_order_mm"] >= told["length_mm"]
    assert told["path"][0] == [0, 0]
    assert told["path"][-1] == [12_000, 4_500]
    legs = zip(told["path"], told["path"][1:], strict=False)
    assert sum(abs(ax - bx) + abs(ay - by) for (ax, ay), (bx, by) in legs) == 165_500
    assert told["compute_ms"] >= 0


def test_a_walk_on_a_graph_goes_one_way_streets_the_right_way(host: Host) -> None:
    told = json.loads(asked(host, ON_NODES).out)
    assert told["order"] == ["b", "a", "c"] or told["order"] == ["b", "c", "a"]
    assert told["length_mm"] == 4000 + 2500 + 100 + 100 + 900
    assert told["path"] == ["n1", "n2", "n3", "n4", "n3", "n1"]
    assert told["proven_optimal"] is True


def test_aisles_that_are_one_way_or_closed_are_walked_so(host: Host) -> None:
    floor = {**AISLES, "one_way": [[3, "down"]], "closed": [[9, 0]]}
    told = json.loads(asked(host, {**ON_AISLES, "floor": floor}).out)
    assert told["order"] == ["s3", "s1", "s2"]
    assert told["proven_optimal"] is True


def test_nothing_to_visit_is_the_way_from_start_to_end(host: Host) -> None:
    told = json.loads(asked(host, {**ON_AISLES, "stops": []}).out)
    assert (told["order"], told["length_mm"]) == ([], 12_000 + 4_500)


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (changed(ON_AISLES, lambda told: told.pop("floor")), "floor"),
        (changed(ON_AISLES, lambda told: told["floor"].update(kind="maze")), "floor.kind"),
        (changed(ON_AISLES, lambda told: told["floor"].pop("slots")), "floor.slots"),
        (changed(ON_AISLES, lambda told: told["floor"].update(aisles=0)), "floor.aisles"),
        (changed(ON_AISLES, lambda told: told["floor"].update(aisles=2.5)), "floor.aisles"),
        (changed(ON_AISLES, lambda told: told["floor"].update(aisles=True)), "floor.aisles"),
        (changed(ON_AISLES, lambda told: told["floor"].update(aisles=10**30)), "floor.aisles"),
        (changed(ON_AISLES, lambda told: told["floor"].update(pitch=1)), "floor.pitch"),
        (changed(ON_AISLES, lambda told: told["floor"].update(one_way=[[3, "left"]])), "floor.one_way[0]"),
        (changed(ON_AISLES, lambda told: told["floor"].update(one_way=[[15, "up"]])), "floor.one_way[0]"),
        (
            changed(ON_AISLES, lambda told: told["floor"].update(one_way=[[3, "up"], [3, "down"]])),
            "floor.one_way[1]",
        ),
        (changed(ON_AISLES, lambda told: told["floor"].update(closed=[[1, 2]])), "floor.closed[0]"),
        (changed(ON_AISLES, lambda told: told["floor"].update(closed=[[3, 1]])), "stops[0]"),
        (changed(ON_AISLES, lambda told: told["stops"][1].update(slot=30)), "stops[1].slot"),
        (changed(ON_AISLES, lambda told: told["stops"][1].update(aisle=-1)), "stops[1].aisle"),
        (changed(ON_AISLES, lambda told: told["stops"][1].update(aisle="3")), "stops[1].aisle"),
        (changed(ON_AISLES, lambda told: told["stops"][1].update(id="s1")), "stops[1].id"),
        (changed(ON_AISLES, lambda told: told["stops"][1].update(id="")), "stops[1].id"),
        (changed(ON_AISLES, lambda told: told["stops"][1].pop("id")), "stops[1].id"),
        (changed(ON_AISLES, lambda told: told.update(stops={})), "stops"),
        (changed(ON_AISLES, lambda told: told["start"].update(cross=3)), "start.cross"),
        (changed(ON_AISLES, lambda told: told.update(start=[0, 0])), "start"),
        (changed(ON_AISLES, lambda told: told.update(end={"aisle": 0})), "end"),
        (changed(ON_AISLES, lambda told: told.pop("end")), "end"),
        (changed(ON_AISLES, lambda told: told.update(budget_ms=-1)), "budget_ms"),
        (changed(ON_AISLES, lambda told: told.update(speed=3)), "speed"),
        (changed(ON_NODES, lambda told: told["floor"].update(edges=[])), "floor.edges"),
        (changed(ON_NODES, lambda told: told["floor"]["edges"][0].pop()), "floor.edges[0]"),
        (changed(ON_NODES, lambda told: told["floor"]["edges"][1].append("x")), "floor.edges[1]"),
        (
            changed(ON_NODES, lambda told: told["floor"]["edges"][0].__setitem__(2, -5)),
            "floor.edges[0].mm",
        ),
        (changed(ON_NODES, lambda told: told["stops"][0].update(node="n9")), "stops[0].node"),
        (changed(ON_NODES, lambda told: told["floor"]["edges"].append(["m1", "m2", 5])), ""),
        (changed(ON_NODES, lambda told: told["start"].update(aisle=3)), "start.aisle"),
        (changed(ON_NODES, lambda told: told.update(start={"aisle": 3, "cross": 0})), "start"),
        (changed(ON_AISLES, lambda told: told.update(start={})), "start"),
    ],
)
def test_what_is_wrong_is_named_by_its_path_with_what_would_be_right(
    host: Host, request_: dict[str, Any], path: str
) -> None:
    said = asked(host, request_)
    if not path:  # nodes that nobody walks to may lie apart
        assert said.status == 0
        return
    assert said.status == 2
    errors = json.loads(said.out)["errors"]
    assert path in {error["path"] for error in errors}
    assert all(error["code"] == "plan.wrong" and error["wanted"] for error in errors)
    assert not any(word in said.out for word in ("Traceback", "instance of", "validation", "Input should"))


def test_a_node_that_cannot_be_left_is_named(host: Host) -> None:
    request = changed(ON_NODES, lambda told: told["floor"]["edges"].append(["n4", "n5", 10, "one-way"]))
    said = asked(host, changed(request, lambda told: told["stops"][1].update(node="n5")))
    assert json.loads(said.out)["errors"][0]["path"] == "stops[1]"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '"a"', "NaN", '{"floor": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, "1" * 5_000],
)
def test_what_is_no_request_at_all_is_refused_without_a_trace(host: Host, text: str) -> None:
    said = asked(host, text)
    assert said.status == 2
    assert json.loads(said.out)["errors"]
    assert "Traceback" not in said.err


def test_a_file_that_is_not_there_is_named(host: Host) -> None:
    assert host.say("plan", "route", "nowhere.json").code == "command.file"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([ON_AISLES, ON_NODES]), st.data())
def test_whatever_stands_in_a_field_is_taken_or_refused_by_its_path(
    request_: dict[str, Any], data: st.DataObject
) -> None:
    told = copy.deepcopy(request_)
    place: Any = told
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JUNK)
    wrong: tuple[Fault, ...] = ()
    try:
        read_request(read_json(json.dumps(told).encode()), RouteOnAisles, RouteOnNodes)
    except PlanError as refused:
        wrong = refused.wrong
    assert all(fault.wanted for fault in wrong)


def ring(nodes: int) -> dict[str, Any]:
    """Stops all round, with spokes: too many to be exact without a proof."""
    edges = [[f"n{a:02}", f"n{(a + 1) % nodes:02}", 1000 + 37 * a] for a in range(nodes)]
    edges += [[f"n{a:02}", "hub", 2500 + 11 * a] for a in range(0, nodes, 3)]
    return {
        "floor": {"kind": "graph", "edges": edges},
        "stops": [{"id": f"s{a}", "node": f"n{a:02}"} for a in range(nodes)],
        "start": {"node": "hub"},
        "end": {"node": "hub"},
        "budget_ms": 50,
    }


def test_a_searched_walk_claims_no_bound_unless_it_is_asked_to_prove_one(host: Host) -> None:
    told = json.loads(asked(host, ring(18)).out)
    assert (told["proven_optimal"], told["lower_bound_mm"]) == (False, None)
    proved = json.loads(asked(host, {**ring(18), "prove_ms": 20_000}).out)
    assert proved["proven_optimal"] is True
    assert proved["lower_bound_mm"] == proved["length_mm"] <= told["length_mm"]


def test_without_the_extra_nothing_is_proved_and_nothing_is_claimed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr("app.cli.plan.find_spec", lambda name: None if name == "highspy" else found(name))
    told = json.loads(asked(host, {**ring(18), "prove_ms": 20_000}).out)
    assert (told["proven_optimal"], told["lower_bound_mm"]) == (False, None)


def test_work_that_overruns_is_killed_and_what_it_had_said_counts() -> None:
    assert last_answer("tests.cli.slow_work", {"say": [1, 2, 3], "then_sleep_s": 60}, 1.0) == 3
    assert last_answer("tests.cli.slow_work", {"say": [], "then_sleep_s": 60}, 0.5) is None


def test_a_walk_over_many_stops_is_answered_near_its_budget_without_finishing_touches() -> None:
    dice = Random(3)
    points = [(dice.randrange(100_000), dice.randrange(100_000)) for _ in range(401)]
    table = np.array([[abs(ax - bx) + abs(ay - by) for bx, by in [*points, points[-1]]] for ax, ay in points])
    distances = np.vstack([table, table[-1]])
    found = shortest_order(distances, 0.05)
    assert sorted(found.order) == list(range(400))
    assert length_of(found.order, distances) <= length_of(range(400), distances)

"""``storehand plan batch``: the orders of a wave on tours."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import plan_batch
from app.cli.plan_requests import PlanError
from app.cli.plan_waves import read_wave
from tests.cli.running import Host, Said

AISLES: dict[str, Any] = {
    "kind": "aisles",
    "aisles": 10,
    "blocks": 1,
    "slots": 20,
    "slot_pitch_mm": 1000,
    "aisle_pitch_mm": 3000,
    "cross_aisle_mm": 2000,
}
NODES: dict[str, Any] = {
    "kind": "graph",
    "edges": [["n1", "n2", 4000], ["n2", "n3", 2500, "one-way"], ["n3", "n1", 900], ["n3", "n4", 100]],
}


def stop(aisle: int, slot: int, block: int = 0) -> dict[str, Any]:
    return {"id": f"{aisle}-{block}-{slot}", "aisle": aisle, "block": block, "slot": slot}


ON_AISLES: dict[str, Any] = {
    "floor": AISLES,
    "start": {"aisle": 0, "cross": 0},
    "cart": {"totes": 2},
    "orders": [
        {
            "id": "A",
            "priority": 1,
            "due": "2026-03-02T12:00:00Z",
            "items": 7,
            "stops": [stop(9, 3), stop(9, 7)],
        },
        {"id": "B", "stops": [stop(0, 3)]},
        {"id": "C", "stops": [stop(9, 5)]},
        {"id": "D", "stops": [stop(0, 5), stop(1, 1)]},
    ],
}
ON_NODES: dict[str, Any] = {
    "floor": NODES,
    "start": {"node": "n1"},
    "cart": {"totes": 2},
    "orders": [
        {"id": "A", "stops": [{"id": "s", "node": "n4"}]},
        {"id": "B", "stops": [{"id": "s", "node": "n2"}]},
        {"id": "C", "stops": [{"id": "s", "node": "n3"}]},
    ],
}


def asked(host: Host, request: Any) -> Said:
    file = host.folder / "request.json"
    file.write_text(request if isinstance(request, str) else json.dumps(request))
    return host.say("plan", "batch", str(file))


def answered(host: Host, request: Any) -> dict[str, Any]:
    said = asked(host, request)
    assert said.status == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def changed(request: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    other = copy.deepcopy(request)
    change(other)
    return other


def wave(orders: int, seed: int, **more: Any) -> dict[str, Any]:
    dice = Random(seed)
    slots = list(product(range(AISLES["aisles"]), range(AISLES["slots"])))
    return {
        "floor": AISLES,
        "start": {"aisle": 0, "cross": 0},
        "capacity_items": 12,
        "orders": [
            {"id": f"O{n}", "stops": [stop(*at) for at in dice.sample(slots, dice.randint(2, 6))]}
            for n in range(orders)
        ],
        **more,
    }


def test_orders_that_lie_together_share_a_tour(host: Host) -> None:
    told = answered(host, ON_AISLES)
    assert [tour["orders"] for tour in told["tours"]] == [["A", "C"], ["B", "D"]]
    assert told["tours"][0]["stops"] in (
        [
            {"order": "A", "stop": "9-0-3"},
            {"order": "C", "stop": "9-0-5"},
            {"order": "A", "stop": "9-0-7"},
        ],
        [
            {"order": "A", "stop": "9-0-7"},
            {"order": "C", "stop": "9-0-5"},
            {"order": "A", "stop": "9-0-3"},
        ],
    )
    assert told["total_mm"] == sum(tour["length_mm"] for tour in told["tours"]) < told["first_come_mm"]
    assert told["lower_bound_mm"] <= told["total_mm"]
    assert told["method"] == "savings"


def test_with_time_a_plan_is_searched_and_proved(host: Host) -> None:
    request = wave(12, seed=1)
    at_once, in_time = answered(host, request), answered(host, {**request, "budget_ms": 30_000})
    assert in_time["lower_bound_mm"] <= in_time["total_mm"] <= at_once["total_mm"]
    assert in_time["proven_optimal"] is True
    assert in_time["lower_bound_mm"] == in_time["total_mm"]


def test_a_search_that_does_not_answer_leaves_the_plan_at_once(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_batch, "last_answer", lambda *_: None)
    request = wave(12, seed=1)
    told = answered(host, {**request, "budget_ms": 1000})
    assert told["tours"] == answered(host, request)["tours"]


def test_without_the_solver_the_plan_is_searched_all_the_same(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    told = answered(host, wave(12, seed=1))
    assert told["proven_optimal"] is False
    assert 0 < told["lower_bound_mm"] < told["total_mm"]


def test_on_a_graph_tours_go_one_way_streets_the_right_way(host: Host) -> None:
    told = answered(host, ON_NODES)
    assert sorted(order for tour in told["tours"] for order in tour["orders"]) == ["A", "B", "C"]
    assert told["total_mm"] == 7400 + 2000
    assert told["lower_bound_mm"] <= 7400 + 2000


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["floor"].update(blocks=3),
        lambda told: told.update(end={"aisle": 9, "cross": 1}),
        lambda told: told.update(start={"aisle": 4, "block": 0, "slot": 3}),
        lambda told: told["floor"].update(closed=[[4, 0]]),
        lambda told: told["floor"].update(one_way=[[9, "up"], [3, "down"]]),
    ],
    ids=["three blocks", "ends elsewhere", "starts in an aisle", "a closed aisle", "one-way aisles"],
)
def test_other_floors_and_walks_are_planned_too(
    host: Host, change: Callable[[dict[str, Any]], object]
) -> None:
    told = answered(host, changed(ON_AISLES, change))
    assert sorted(order for tour in told["tours"] for order in tour["orders"]) == ["A", "B", "C", "D"]
    assert told["lower_bound_mm"] <= told["total_mm"] <= told["first_come_mm"]


def test_the_rules_of_the_site_hold(host: Host) -> None:
    told = answered(host, changed(ON_AISLES, lambda told: told["orders"][2].update(priority=2)))
    assert [tour["orders"] for tour in told["tours"]] == [["A"], ["B", "D"], ["C"]]
    mixed = changed(
        ON_AISLES, lambda told: (told["orders"][2].update(priority=2), told.update(mix_priorities=True))
    )
    assert [tour["orders"] for tour in answered(host, mixed)["tours"]] == [["A", "C"], ["B", "D"]]
    apart = answered(host, {**ON_AISLES, "singles_apart": True})
    assert {tuple(tour["orders"]) for tour in apart["tours"]} == {("A", "D"), ("B", "C")}
    late = changed(
        ON_AISLES,
        lambda told: (
            told["orders"][2].update(due="2026-03-02T14:00:00+01:00"),
            told.update(due_window_minutes=30),
        ),
    )
    assert ["A", "C"] not in [tour["orders"] for tour in answered(host, late)["tours"]]
    wall = answered(host, {**ON_AISLES, "put_wall": True})
    assert [tour["orders"] for tour in wall["tours"]] == [["A", "B", "C", "D"]]


def test_orders_without_stops_and_waves_without_orders_are_no_walk(host: Host) -> None:
    assert answered(host, {**ON_AISLES, "orders": []})["tours"] == []
    told = answered(host, {**ON_AISLES, "orders": [{"id": "A", "stops": []}], "budget_ms": 100})
    assert told["tours"] == [{"orders": ["A"], "stops": [], "length_mm": 0}]
    assert told["proven_optimal"] is True


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (changed(ON_AISLES, lambda told: told.pop("orders")), "orders"),
        (changed(ON_AISLES, lambda told: told.pop("start")), "start"),
        (changed(ON_AISLES, lambda told: told["start"].update(cross=2)), "start.cross"),
        (changed(ON_AISLES, lambda told: told["cart"].update(totes=0)), "cart.totes"),
        (changed(ON_AISLES, lambda told: told["cart"].update(totes="2")), "cart.totes"),
        (changed(ON_AISLES, lambda told: told["cart"].update(boxes=1)), "cart.boxes"),
        (changed(ON_AISLES, lambda told: told.update(capacity_items=1.5)), "capacity_items"),
        (changed(ON_AISLES, lambda told: told.update(mix_priorities="yes")), "mix_priorities"),
        (changed(ON_AISLES, lambda told: told.update(due_window_minutes=-1)), "due_window_minutes"),
        (changed(ON_AISLES, lambda told: told.update(budget_ms=10**9)), "budget_ms"),
        (changed(ON_AISLES, lambda told: told.update(seed=True)), "seed"),
        (changed(ON_AISLES, lambda told: told["orders"][1].pop("id")), "orders[1].id"),
        (changed(ON_AISLES, lambda told: told["orders"][1].update(id="A")), "orders[1].id"),
        (changed(ON_AISLES, lambda told: told["orders"][1].update(items=0)), "orders[1].items"),
        (changed(ON_AISLES, lambda told: told["orders"][1].update(priority=0)), "orders[1].priority"),
        (changed(ON_AISLES, lambda told: told["orders"][1].update(weight_g=-1)), "orders[1].weight_g"),
        (changed(ON_AISLES, lambda told: told["orders"][1].update(due="noon")), "orders[1].due"),
        (
            changed(ON_AISLES, lambda told: told["orders"][1].update(due="2026-03-02T12:00:00")),
            "orders[1].due",
        ),
        (
            changed(ON_AISLES, lambda told: told["orders"][3]["stops"][1].update(slot=20)),
            "orders[3].stops[1].slot",
        ),
        (
            changed(ON_AISLES, lambda told: told["orders"][0]["stops"][1].update(id="9-0-3")),
            "orders[0].stops[1].id",
        ),
        (changed(ON_AISLES, lambda told: told["floor"].update(closed=[[1, 0]])), "orders[3].stops[1]"),
        (
            changed(ON_NODES, lambda told: told["orders"][0]["stops"][0].update(node="n9")),
            "orders[0].stops[0].node",
        ),
        ("[", ""),
    ],
)
def test_a_wrong_field_is_named(host: Host, request_: Any, path: str) -> None:
    said = asked(host, request_)
    assert (said.status, said.code) == (2, "plan.wrong")
    assert path in [error["path"] for error in json.loads(said.out)["errors"]]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_stands_in_a_field_is_read_or_refused(data: st.DataObject) -> None:
    told = copy.deepcopy(data.draw(st.sampled_from([ON_AISLES, ON_NODES])))
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = told
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
                place[key] = data.draw(junk)
                break
            place = place[key]
    with suppress(PlanError):
        read_wave(told)

"""Floors and the stops on them that tours are measured with: always the same, as their seeds are.

Demand is uniform over all slots, or ABC: the fifth of the slots that is nearest to the depot has 80 % of the demand,
the next three tenths 15 %, the rest 5 %. Stops are distinct slots.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np

from app.fulfilment.plans.aisles import AisleFloor, Corner, Millimetres, Place, Spot, Way
from app.fulfilment.plans.graph import Graph, Link

DEPOT = Corner(0, 0)
STOPS = (10, 30, 60, 100, 200)
SEEDS = 5
_CLASSES = ((0.2, 0.80), (0.3, 0.15), (0.5, 0.05))


def floor(aisles: int, blocks: int) -> AisleFloor:
    """Blocks of 30 slots of a metre, aisles three metres apart, cross-aisles two metres wide."""
    return AisleFloor(aisles, blocks, 30, 1000, 3000, 2000)


def name(layout: AisleFloor) -> str:
    return f"{layout.aisles}×{layout.blocks}"


LAYOUTS = (floor(10, 1), floor(15, 2), floor(20, 4), floor(40, 6))


@dataclass(frozen=True, slots=True)
class Instance:
    """A round trip from the depot over some stops; ``elsewhere`` is a slot where an open walk may begin."""

    floor: AisleFloor
    demand: str
    stops: tuple[Spot, ...]
    elsewhere: Spot


def instances(layouts: Sequence[AisleFloor] = LAYOUTS) -> Iterator[Instance]:
    """On every layout, for each number of stops and demand, as many as there are seeds."""
    for layout, stops, demand, seed in product(layouts, STOPS, ("uniform", "ABC"), range(SEEDS)):
        yield instance(layout, stops, demand, seed)


def instance(layout: AisleFloor, stops: int, demand: str, seed: int) -> Instance:
    slots = [Spot(*each) for each in product(*map(range, (layout.aisles, layout.blocks, layout.slots)))]
    chance = np.random.default_rng([layout.aisles, layout.blocks, stops, len(demand), seed])
    weights = _abc(layout, slots) if demand == "ABC" else None
    chosen = chance.choice(len(slots), size=stops + 1, replace=False, p=weights)
    first, *others = (slots[number] for number in chosen.tolist())
    return Instance(layout, demand, tuple(others), first)


def _abc(layout: AisleFloor, slots: Sequence[Spot]) -> list[float]:
    """The share of the demand of each slot."""
    walk = [sum(layout.position(slot)) for slot in slots]
    nearest_first = sorted(range(len(slots)), key=lambda number: (walk[number], number))
    weights = [0.0] * len(slots)
    begin = 0
    for share, demand in _CLASSES:
        size = round(share * len(slots))
        for number in nearest_first[begin : begin + size]:
            weights[number] = demand / size
        begin += size
    return weights


# --- other floors ------------------------------------------------------------------------------------------------

KINDS = ("one-way", "irregular")
_MISSING = 0.35


@dataclass(frozen=True, slots=True)
class GraphInstance:
    """A round trip on a floor that is not swept; distances as ``searching.shortest_order`` takes them."""

    kind: str
    stops: int
    distances: Millimetres


def graph_instances() -> Iterator[GraphInstance]:
    """Of each kind 32: 15×2 and 20×4 aisles and blocks, 10 to 100 stops, four of each."""
    for kind, layout, stops, seed in product(KINDS, LAYOUTS[1:3], STOPS[:4], range(4)):
        chosen = instance(layout, stops, "uniform", seed).stops
        distances = _one_way(layout, chosen) if kind == "one-way" else _irregular(layout, chosen, seed)
        yield GraphInstance(kind, stops, distances)


def _one_way(layout: AisleFloor, stops: Sequence[Spot]) -> Millimetres:
    """Every aisle is one-way, alternately up and down."""
    ways = tuple((aisle, (Way.UP, Way.DOWN)[aisle % 2]) for aisle in range(layout.aisles))
    return replace(layout, one_way=ways).distances([*stops, DEPOT, DEPOT])


def _irregular(layout: AisleFloor, stops: Sequence[Spot], seed: int) -> Millimetres:
    """A third of the pieces of cross-aisle is missing, but for the front; slanting shortcuts join some aisles."""
    chance = np.random.default_rng([layout.aisles, layout.blocks, seed])
    links: list[Link] = []
    for aisle, block in product(range(layout.aisles), range(layout.blocks)):
        here = sorted(stop for stop in stops if stop[:2] == (aisle, block))
        line: list[Place] = [Corner(aisle, block), *here, Corner(aisle, block + 1)]
        links += (_straight(layout, a, b) for a, b in pairwise(line))
    for aisle, cross in product(range(layout.aisles - 1), range(layout.blocks + 1)):
        if cross == 0 or chance.random() >= _MISSING:
            links.append(_straight(layout, Corner(aisle, cross), Corner(aisle + 1, cross)))
    for _ in range(layout.aisles * layout.blocks // 5):
        aisle, cross = int(chance.integers(layout.aisles - 2)), int(chance.integers(layout.blocks))
        links.append(_straight(layout, Corner(aisle, cross), Corner(aisle + 2, cross + 1)))
    return Graph.of(links).distances([str(place) for place in (*stops, DEPOT, DEPOT)])


def _straight(layout: AisleFloor, a: Place, b: Place) -> Link:
    return Link(str(a), str(b), round(math.dist(layout.position(a), layout.position(b))))

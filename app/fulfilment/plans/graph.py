"""A floor as any walking graph: nodes by name, and links between them that are walked both ways or one way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.fulfilment.plans.aisles import NO_WAY, Millimetres
from app.fulfilment.plans.ways import Ways, shortest_ways


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a to b, and back unless it is one-way."""

    a: str
    b: str
    length_mm: int
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """The links of each node: where they lead and how far it is. Of several between two nodes the shortest counts."""

    onward: dict[str, dict[str, int]]

    @classmethod
    def of(cls, links: Iterable[Link]) -> "Graph":
        """The graph of some links."""
        onward: dict[str, dict[str, int]] = {}
        for link in links:
            directions = ((link.a, link.b),) if link.one_way else ((link.a, link.b), (link.b, link.a))
            onward.setdefault(link.b, {})
            for a, b in directions:
                there = onward.setdefault(a, {})
                there[b] = min(link.length_mm, there.get(b, link.length_mm))
        return cls(onward)

    def __contains__(self, node: str) -> bool:
        """Whether a link leads to or from a node."""
        return node in self.onward

    def distances(self, nodes: Sequence[str]) -> Millimetres:
        """All distances, from row to column, in millimetres; ``NO_WAY`` where there is none. Shape (n, n)."""
        distinct = set(nodes)
        reach = {node: self._ways(node, distinct).distance for node in distinct}
        return np.array([[reach[a].get(b, NO_WAY) for b in nodes] for a in nodes], dtype=np.int64)

    def path(self, nodes: Sequence[str]) -> tuple[str, ...]:
        """The nodes that a walk over some nodes passes. There must be a way from each to the next."""
        walk = list(nodes[:1])
        for a, b in pairwise(nodes):
            walk += self._ways(a, {b}).to(b)[1:]
        return tuple(walk)

    def _ways(self, source: str, targets: set[str]) -> Ways[str]:
        return shortest_ways(lambda node: self.onward[node].items(), source, targets)

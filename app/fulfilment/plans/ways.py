"""Shortest ways over links between places, in whole millimetres."""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Ways(Generic[Node]):
    """Distances from one place to those that can be reached, and the place before each on the way there."""

    source: Node
    distance: dict[Node, int]
    before: dict[Node, Node]

    def to(self, target: Node) -> tuple[Node, ...]:
        """The places on the way to one that can be reached, the source and the target included."""
        way = [target]
        while way[-1] != self.source:
            way.append(self.before[way[-1]])
        return tuple(reversed(way))


def shortest_ways(
    links: Callable[[Node], Iterable[tuple[Node, int]]], source: Node, targets: Collection[Node] = ()
) -> Ways[Node]:
    """The shortest ways from one place (Dijkstra 1959); to all that can be reached, or at least to the targets.

    ``links`` gives the places that can be walked to directly, and how far they are.
    """
    distance = {source: 0}
    before: dict[Node, Node] = {}
    wanted = set(targets)
    turn = count()  # places need not be in any order
    queue = [(0, next(turn), source)]
    while queue:
        walked, _, at = heappop(queue)
        if walked > distance[at]:
            continue
        wanted.discard(at)
        if targets and not wanted:
            break
        for onward, length in links(at):
            there = walked + length
            known = distance.get(onward)
            if known is None or there < known:
                distance[onward] = there
                before[onward] = at
                heappush(queue, (there, next(turn), onward))
    return Ways(source, distance, before)

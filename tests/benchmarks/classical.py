"""The usual ways to order stops on a rectangular floor, as orders: between two stops the shortest way is walked.

That is generous to S-shape and largest gap, which would have a picker walk more. Both are given for several blocks by
Roodbergen and de Koster 2001: through the leftmost aisle to the farthest block, then block by block to the front.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.fulfilment.plans.aisles import AisleFloor, Spot


def by_location(floor: AisleFloor, stops: Sequence[Spot]) -> list[Spot]:
    """As location codes sort: by aisle, block and slot."""
    return sorted(stops)


def serpentine(floor: AisleFloor, stops: Sequence[Spot]) -> list[Spot]:
    """As slots are numbered once for all: up the first aisle, down the next, each over its whole length."""
    return sorted(stops, key=lambda stop: (stop.aisle, floor.position(stop)[1] * (-1) ** stop.aisle))


def s_shape(floor: AisleFloor, stops: Sequence[Spot]) -> list[Spot]:
    """Every sub-aisle with stops is walked through, alternately up and down; the last may be walked back."""
    at, order, blocks = _to_the_farthest(stops)
    for number, block in enumerate(blocks):
        aisles = _nearer_side_first(block, at)
        for turn, aisle in enumerate(aisles):
            up = (turn % 2 == 0) == (number == 0)
            order += block[aisle] if up else reversed(block[aisle])
        at = aisles[-1]
    return order


def largest_gap(floor: AisleFloor, stops: Sequence[Spot]) -> list[Spot]:
    """Sub-aisles are entered from the back, then from the front, and left where their largest gap begins.

    The last of a block is walked through, and so is the first of the farthest block.
    """
    at, order, blocks = _to_the_farthest(stops)
    for number, block in enumerate(blocks):
        aisles = _nearer_side_first(block, at)
        if number == 0:
            order += block[aisles.pop(0)]
        on_the_way_back: list[Spot] = []
        for aisle in aisles[:-1]:
            front, back = _parted(floor, block[aisle])
            order += reversed(back)
            on_the_way_back[:0] = front
        for aisle in aisles[-1:]:
            order += reversed(block[aisle])
        order += on_the_way_back
        at = order[-1].aisle
    return order


def _to_the_farthest(stops: Sequence[Spot]) -> tuple[int, list[Spot], list[dict[int, list[Spot]]]]:
    """The leftmost aisle, what is served in it on the way to the farthest block, and the rest.

    The rest is given by block from the farthest, and by aisle, from the front of each.
    """
    leftmost = min(stop.aisle for stop in stops)
    farthest = max(stop.block for stop in stops)
    on_the_way: list[Spot] = []
    blocks: dict[int, dict[int, list[Spot]]] = {}
    for stop in sorted(stops, key=lambda stop: (-stop.block, stop.aisle, stop.slot)):
        if stop.aisle == leftmost and stop.block < farthest:
            on_the_way.append(stop)
        else:
            blocks.setdefault(stop.block, {}).setdefault(stop.aisle, []).append(stop)
    return leftmost, sorted(on_the_way), list(blocks.values())


def _nearer_side_first(block: dict[int, list[Spot]], at: int) -> list[int]:
    """The aisles of a block from its left or right end, whichever is nearer to where the walk is."""
    aisles = sorted(block)
    return aisles if abs(at - aisles[0]) <= abs(at - aisles[-1]) else aisles[::-1]


def _parted(floor: AisleFloor, stops: Sequence[Spot]) -> tuple[Sequence[Spot], Sequence[Spot]]:
    """What is served from the front of a sub-aisle and from its back, either side of the largest gap."""
    heights = (0, *(floor.up_mm(stop) for stop in stops), floor.depth_mm)
    gaps = [b - a for a, b in pairwise(heights)]
    widest = gaps.index(max(gaps))
    return stops[:widest], stops[widest:]

"""Lower bounds of a wave that hold on any floor, and need no solver."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil

from app.fulfilment.plans.batching.orders import Wave


def fewest_tours(wave: Wave) -> int:
    """No plan has fewer tours: orders that are larger than the cart go alone, and the others have to fit in."""
    fewest = 0
    for group in wave.groups():
        riding = [wave.loads[index] for index in group if not wave.alone(index)]
        carts = [
            -(-sum(load[number] for load in riding) // limit)
            for number, limit in enumerate(wave.limits)
            if limit
        ]
        fewest += len(group) - len(riding) + max([min(1, len(riding)), *carts])
    return fewest


def shared_bound(wave: Wave, alone_mm: Callable[[int], int]) -> int:
    """A bound for the whole wave from what the walk for each order alone is at least, in millimetres.

    A tour is at least as long as the walk for any one of its orders. Charge an order that takes the part p of a cart
    p times its own walk: what the orders of a tour are charged together is at most the longest of their walks, for
    their parts make up at most one cart, and so at most the tour. All charges together are therefore a lower bound
    of any plan. An order that is larger than the cart goes alone and is charged its walk. Groups of orders that share
    no tours are bounded each by the limit that charges most, or by its longest walk.
    """
    bound = 0
    for group in wave.groups():
        walks = [(index, alone_mm(index)) for index in group]
        best = max(mm for _, mm in walks)
        for number, limit in enumerate(wave.limits):
            charges = (
                mm if wave.alone(index) else Fraction(mm * wave.loads[index][number], max(1, limit))
                for index, mm in walks
            )
            best = max(best, ceil(sum(charges)))
        bound += best
    return bound

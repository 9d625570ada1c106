"""Batching: which waiting orders share the next tour.

A seed and the orders that add least to it (de Koster, van der Poort and Wolters 1999 compare such rules).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(hours=12)
"""Orders that ship so close together count as the same day's, wherever midnight falls."""


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An allocated order that waits for a picker: 1 is the most urgent priority, stops are location codes."""

    order: str
    priority: int
    ship_by: datetime
    stops: frozenset[str]
    totes_needed: int = 1
    begun: bool = False
    """Others have picked lines of it: of one priority it comes first."""


def batch(waiting: Iterable[WaitingOrder], slots: int, max_stops: int | None = None) -> tuple[str, ...]:
    """Choose the orders of the next tour, in the order of their ship-by: empty only if nothing waits.

    Only orders of the most urgent priority that waits, and only such as ship within 12 hours of the first.
    The first is the one with the earliest ship-by; then, while slots are free, the one that adds the fewest stops.
    An order that alone needs more slots or stops than there are is served alone.
    """
    everyone = sorted(
        waiting, key=lambda order: (order.priority, not order.begun, order.ship_by, order.order)
    )
    if not everyone:
        return ()
    seed = everyone[0]
    fellows = [
        order
        for order in everyone[1:]
        if order.priority == seed.priority and order.ship_by - seed.ship_by <= NEAR
    ]
    chosen = [seed, *_fellows(seed, fellows, slots, max_stops)]
    return tuple(order.order for order in sorted(chosen, key=lambda order: (order.ship_by, order.order)))


def _fellows(
    seed: WaitingOrder, fellows: list[WaitingOrder], slots: int, max_stops: int | None
) -> Iterator[WaitingOrder]:
    stops, free = seed.stops, slots - seed.totes_needed
    while free > 0:
        fitting = [
            order
            for order in fellows
            if order.totes_needed <= free and (max_stops is None or len(stops | order.stops) <= max_stops)
        ]
        if not fitting:
            return
        nearest = min(fitting, key=lambda order: (len(order.stops - stops), order.ship_by, order.order))
        yield nearest
        fellows = [order for order in fitting if order is not nearest]
        stops, free = stops | nearest.stops, free - nearest.totes_needed

"""The next tour: which waiting orders share it.

A seed and the orders that add least to it (de Koster, van der Poort and Wolters 1999 compare such rules).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.fulfilment.plans.batching.orders import Cart, Order, Rules, Wave

NEAR: Final = timedelta(hours=12)
"""Orders that ship so close together count as the same day's, wherever midnight falls."""


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An allocated order that waits for a picker; stops are location codes."""

    order: Order
    stops: frozenset[str]
    begun: bool = False
    """Others have picked lines of it: of one priority it comes first."""


def batch(
    waiting: Iterable[WaitingOrder], cart: Cart, rules: Rules, max_stops: int | None = None
) -> tuple[str, ...]:
    """Choose the orders of the next tour, in the order of their due times: empty only if nothing waits.

    The first is of the most urgent priority that waits, begun before others, with the earliest due time; then, while
    the cart holds more, the one that may ride along and adds the fewest stops. An order that alone needs more than
    there is goes alone.
    """
    everyone = sorted(waiting, key=_urgency)
    if not everyone:
        return ()
    wave = Wave([each.order for each in everyone], cart, rules)
    chosen = [0, *_fellows(wave, everyone, max_stops)]
    return tuple(
        everyone[number].order.id for number in sorted(chosen, key=lambda number: _due(everyone[number]))
    )


def _urgency(waiting: WaitingOrder) -> tuple[int, bool, tuple[bool, float, str]]:
    return waiting.order.priority, not waiting.begun, _due(waiting)


def _due(waiting: WaitingOrder) -> tuple[bool, float, str]:
    due = waiting.order.due
    return due is None, due.timestamp() if due is not None else 0.0, waiting.order.id


def _fellows(wave: Wave, everyone: list[WaitingOrder], max_stops: int | None) -> Iterator[int]:
    """The numbers of the orders that ride with the first."""
    stops, members, room = everyone[0].stops, 1, wave.room(1)
    left = list(range(1, len(everyone)))
    while True:
        left = [
            number
            for number in left
            if wave.fits(number, members, room)
            and (max_stops is None or len(stops | everyone[number].stops) <= max_stops)
        ]
        if not left:
            return
        nearest = min(left, key=lambda number: (len(everyone[number].stops - stops), _due(everyone[number])))
        yield nearest
        left.remove(nearest)
        stops, members = stops | everyone[nearest].stops, members | 1 << nearest
        room -= wave.takes[nearest]

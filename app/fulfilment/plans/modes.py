"""In which mode the next tour is picked, and which of the waiting work it may carry."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.model.floor import PickMode

MOST_SORTED = 24
"""So many orders of one SKU share a tote: a bench has to tell them apart again."""


@dataclass(frozen=True, slots=True)
class Need:
    """Units of one item that a waiting order has bound at one location. ``id`` is the reservation's."""

    id: str
    sku: str
    location: str
    zone: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that waits for a picker. ``begun`` says that units of it are picked, or being picked, already."""

    order: str
    priority: int
    ship_by: datetime
    needs: tuple[Need, ...]
    begun: bool = False

    @property
    def urgency(self) -> tuple[int, bool, datetime, str]:
        """What comes first: priority, then orders that were begun, then the earliest ship-by."""
        return (self.priority, not self.begun, self.ship_by, self.order)

    @property
    def skus(self) -> frozenset[str]:
        """The items that are still wanted."""
        return frozenset(need.sku for need in self.needs)

    def within(self, wanted: Callable[[str], bool]) -> "Waiting":
        """The part of it that lies in some zones."""
        return replace(self, needs=tuple(need for need in self.needs if wanted(need.zone)))


@dataclass(frozen=True, slots=True)
class Choice:
    """A mode, and the orders that a tour in this mode may carry, with what of each: the most urgent first.

    ``zone`` is the one zone that the tour stays in, empty for the whole floor; ``cartons`` by order is the box that
    each is picked into.
    """

    mode: PickMode
    orders: tuple[Waiting, ...]
    zone: str = ""
    cartons: tuple[tuple[str, str], ...] = ()


def choose(
    waiting: Iterable[Waiting], modes: Mapping[str, PickMode], box_of: Callable[[Waiting], str]
) -> Choice:
    """The mode of the next tour: that of the zone where the most urgent order begins, the lowest zone code first.

    ``modes`` is by zone, ``ORDERS`` where none is named. A zone of mode ``ZONE`` is walked by tours of its own, all
    others together. One SKU needs at least two orders of it that want nothing else; a box is only proposed for an
    order that it holds whole: ``box_of`` gives the carton's code, or nothing. Where that fails, an order has a tote.
    """
    everyone = sorted(waiting, key=lambda order: order.urgency)
    if not everyone:
        return Choice(PickMode.ORDERS, ())
    seed = everyone[0]
    zone = min(need.zone for need in seed.needs)
    mode = modes.get(zone, PickMode.ORDERS)
    if mode is PickMode.ZONE:
        return Choice(mode, _cut(everyone, lambda other: other == zone), zone)
    together = _cut(everyone, lambda other: modes.get(other) is not PickMode.ZONE)
    whole = {order.order for order in everyone if order in together and not order.begun}
    if mode is PickMode.ONE_SKU and seed.order in whole:
        alike = _alike(seed, [order for order in together if order.order in whole])
        if len(alike) > 1:
            return Choice(mode, alike)
    if mode is PickMode.CARTON:
        boxes = {order.order: box_of(order) for order in together if order.order in whole}
        if boxes.get(seed.order):
            boxed = tuple(order for order in together if boxes.get(order.order))
            return Choice(mode, boxed, cartons=tuple((order.order, boxes[order.order]) for order in boxed))
    return Choice(PickMode.ORDERS, together)


def _cut(everyone: Iterable[Waiting], wanted: Callable[[str], bool]) -> tuple[Waiting, ...]:
    parts = (order.within(wanted) for order in everyone)
    return tuple(order for order in parts if order.needs)


def _alike(seed: Waiting, others: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """The orders of the seed's priority that want its one item and nothing else."""
    if len(seed.skus) != 1:
        return ()
    alike = (order for order in others if order.skus == seed.skus and order.priority == seed.priority)
    return tuple(alike)[:MOST_SORTED]

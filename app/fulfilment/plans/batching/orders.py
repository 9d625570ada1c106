"""What is to be shared out: the orders of a wave, the cart, and which orders may ride together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

Members = int
"""Some orders of a wave, as the bits of their indexes."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order that waits: 1 is the most urgent priority. Without a due time it may ride with any."""

    id: str
    priority: int = 1
    due: datetime | None = None
    items: int = 1
    totes: int = 1
    weight_g: int = 0
    volume_ml: int = 0


@dataclass(frozen=True, slots=True)
class Cart:
    """What one tour can carry. A limit that is left out does not bind."""

    totes: int | None = None
    items: int | None = None
    weight_g: int | None = None
    volume_ml: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may share a tour.

    ``due_window``: orders whose due times lie further apart never do. ``singles_apart``: orders of one item ride only
    with their like. ``put_wall``: everything goes into one container and is sorted at the wall, so totes do not bind.
    """

    mix_priorities: bool = False
    due_window: timedelta | None = None
    singles_apart: bool = False
    put_wall: bool = False

    def together(self, a: Order, b: Order) -> bool:
        """Whether two orders may share a tour, if the cart holds both."""
        if not self.mix_priorities and a.priority != b.priority:
            return False
        if self.singles_apart and (a.items == 1) != (b.items == 1):
            return False
        if self.due_window is None or a.due is None or b.due is None:
            return True
        return abs(a.due - b.due) <= self.due_window


class Wave:
    """The orders that are planned together; what may share a tour is asked for sets of their indexes.

    Free room is one whole number: a field for each limit, each with a guard bit on top that is lost when the field
    falls below zero. One subtraction and one comparison so test all limits at once.
    """

    def __init__(self, orders: Sequence[Order], cart: Cart, rules: Rules) -> None:
        self.orders: Final = tuple(orders)
        limits = [cart.items, cart.weight_g, cart.volume_ml]
        loads = [[order.items, order.weight_g, order.volume_ml] for order in orders]
        if not rules.put_wall:
            limits.append(cart.totes)
            for load, order in zip(loads, orders, strict=True):
                load.append(order.totes)
        binding = [number for number, limit in enumerate(limits) if limit is not None]
        self.limits: Final = tuple(limit for limit in limits if limit is not None)
        self.loads: Final = tuple(tuple(load[number] for number in binding) for load in loads)
        """What each order takes of each limit. Shape (orders, limits)."""
        self.fellows: Final = tuple(
            members_of(j for j, other in enumerate(orders) if rules.together(order, other))
            for order in orders
        )
        """The orders that each order may ride with, itself among them."""
        most = max([0, *self.limits, *(sum(column) for column in zip(*self.loads, strict=True))])
        width = most.bit_length() + 1
        self.guards: Final = _packed((1 << (width - 1) for _ in self.limits), width)
        self.empty: Final = self.guards + _packed(self.limits, width)
        """The room of an empty cart."""
        self.takes: Final = tuple(_packed(load, width) for load in self.loads)
        """What each order takes of a room."""

    def room(self, members: Members) -> int:
        """The room that is left when these ride."""
        return self.empty - sum(self.takes[index] for index in indexes(members))

    def fits(self, index: int, members: Members, room: int) -> bool:
        """Whether an order may join those that ride already and leave this room."""
        return members & ~self.fellows[index] == 0 and (room - self.takes[index]) & self.guards == self.guards

    def may_share(self, members: Members) -> bool:
        """Whether these orders may make up one tour. An order that is larger than the cart goes alone."""
        together = all(members & ~self.fellows[index] == 0 for index in indexes(members))
        return together and (members.bit_count() == 1 or self.room(members) & self.guards == self.guards)

    def alone(self, index: int) -> bool:
        """Whether an order is larger than the cart."""
        return (self.empty - self.takes[index]) & self.guards != self.guards

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Orders that may share tours with each other, directly or by way of others, and with nobody else."""
        found = []
        left = (1 << len(self.orders)) - 1
        while left:
            group, new = 0, left & -left
            while new:
                group |= new
                new = reduce(or_, (self.fellows[index] for index in indexes(new))) & ~group
            found.append(tuple(indexes(group)))
            left &= ~group
        return tuple(found)

    def in_sequence(self, batches: Iterable[Members]) -> tuple[tuple[int, ...], ...]:
        """Tours in the order they are to be walked: the most urgent priority, then the earliest due, comes first."""
        return tuple(sorted((tuple(indexes(batch)) for batch in batches if batch), key=self._urgency))

    def first_come(self) -> tuple[Members, ...]:
        """Carts filled in the order in which the orders came; a cart leaves when the next of its kind does not fit."""
        done: list[Members] = []
        waiting: list[tuple[Members, int]] = []
        for index in range(len(self.orders)):
            place = next(
                (at for at, (riders, _) in enumerate(waiting) if riders & ~self.fellows[index] == 0), None
            )
            riders, room = (0, self.empty) if place is None else waiting.pop(place)
            if riders and not self.fits(index, riders, room):
                done.append(riders)
                riders, room = 0, self.empty
            waiting.append((riders | 1 << index, room - self.takes[index]))
        return (*done, *(riders for riders, _ in waiting))

    def _urgency(self, batch: tuple[int, ...]) -> tuple[int, bool, float, tuple[int, ...]]:
        riders = [self.orders[index] for index in batch]
        due = min((rider.due.timestamp() for rider in riders if rider.due is not None), default=None)
        return min(rider.priority for rider in riders), due is None, due or 0.0, batch


def indexes(members: Members) -> Iterator[int]:
    """The indexes of some orders, ascending."""
    while members:
        lowest = members & -members
        yield lowest.bit_length() - 1
        members ^= lowest


def members_of(found: Iterable[int]) -> Members:
    """Some indexes as the bits of one number."""
    return reduce(lambda members, index: members | 1 << index, found, 0)


def _packed(values: Iterable[int], width: int) -> int:
    return sum(value << (width * field) for field, value in enumerate(values))

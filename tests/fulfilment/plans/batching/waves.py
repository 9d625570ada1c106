"""Waves for the tests of batching: made up by hypothesis, and of the kind that the literature measures with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from app.fulfilment.plans.aisles import AisleFloor, Corner, Spot
from app.fulfilment.plans.batching import Cart, OneBlockTours, Order, Rules, Wave
from app.fulfilment.plans.batching.orders import Members

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """A wave, where its orders have to be picked, and how its tours are measured."""

    wave: Wave
    stops: tuple[tuple[Spot, ...], ...]
    tours: OneBlockTours

    @property
    def everyone(self) -> Members:
        return (1 << len(self.wave.orders)) - 1


def case(
    stops: Sequence[Sequence[Spot]],
    orders: Sequence[Order],
    cart: Cart,
    rules: Rules | None = None,
    floor: AisleFloor | None = None,
    depot: Corner | None = None,
) -> Case:
    floor = floor or AisleFloor(6, 1, 10, 1000, 3000, 2000)
    tours = OneBlockTours(floor, stops, depot or Corner(0, 0))
    return Case(Wave(orders, cart, rules or Rules()), tuple(tuple(spots) for spots in stops), tours)


def floors() -> st.SearchStrategy[AisleFloor]:
    millimetres = st.integers(1, 5000)
    return st.builds(
        AisleFloor,
        aisles=st.integers(1, 6),
        blocks=st.just(1),
        slots=st.integers(1, 12),
        slot_pitch_mm=millimetres,
        aisle_pitch_mm=millimetres,
        cross_aisle_mm=st.integers(0, 5000),
    )


def spots(floor: AisleFloor) -> st.SearchStrategy[Spot]:
    return st.builds(Spot, st.integers(0, floor.aisles - 1), st.just(0), st.integers(0, floor.slots - 1))


def depots(floor: AisleFloor) -> st.SearchStrategy[Corner]:
    return st.builds(Corner, st.integers(0, floor.aisles - 1), st.integers(0, 1))


@st.composite
def cases(draw: st.DrawFn, most: int = 8) -> Case:
    """Small waves with every kind of limit and rule."""
    floor = draw(floors())
    count = draw(st.integers(1, most))
    stops = [draw(st.lists(spots(floor), max_size=4)) for _ in range(count)]
    due = st.none() | st.integers(0, 12).map(lambda hours: NOON + timedelta(hours=hours))
    order = st.builds(
        Order,
        id=st.just(""),
        priority=st.integers(1, 2),
        due=due,
        items=st.integers(1, 6),
        totes=st.integers(1, 2),
        weight_g=st.integers(0, 900),
        volume_ml=st.integers(0, 90),
    )
    cart = st.builds(
        Cart,
        totes=st.none() | st.integers(1, 6),
        items=st.none() | st.integers(1, 15),
        weight_g=st.none() | st.integers(0, 2000),
        volume_ml=st.none() | st.integers(0, 200),
    )
    rules = st.builds(
        Rules,
        mix_priorities=st.booleans(),
        due_window=st.sampled_from([None, timedelta(hours=5)]),
        singles_apart=st.booleans(),
        put_wall=st.booleans(),
    )
    orders = [draw(order) for _ in range(count)]
    return case(stops, orders, draw(cart), draw(rules), floor, draw(depots(floor)))


def shortest_plan(wave: Wave, length: Callable[[Members], int]) -> int:
    """Over all partitions of a small wave into tours that may be walked."""
    full = (1 << len(wave.orders)) - 1
    tours = {batch: length(batch) for batch in range(1, full + 1) if wave.may_share(batch)}
    best = [0] * (full + 1)
    for left in range(1, full + 1):
        first = left & -left
        some, shortest = left, 1 << 60
        while some:
            if some & first and some in tours:
                shortest = min(shortest, tours[some] + best[left ^ some])
            some = (some - 1) & left
        best[left] = shortest
    return best[full]


def henn_and_waescher(orders: int, items: int, seed: int, *, by_class: bool = False) -> Case:
    """A wave by the published parameters of Henn and Waescher (2012); the instances themselves are not free.

    Ten aisles of 45 slots with a location on either side, the depot in front on the left, orders of 5 to 25 items,
    a cart of so many items. By class: 52 % of the demand in the first aisle, 36 % in the next three.
    """
    dice = Random(seed)
    floor = AisleFloor(10, 1, 45, 1000, 5000, 1000)

    def aisle() -> int:
        if not by_class:
            return dice.randrange(10)
        where = dice.random()
        if where < 0.52:
            return 0
        return dice.randrange(1, 4) if where < 0.88 else dice.randrange(4, 10)

    stops = [
        [Spot(aisle(), 0, dice.randrange(45)) for _ in range(dice.randint(5, 25))] for _ in range(orders)
    ]
    return case(
        stops,
        [Order(f"O{number}", items=len(spots)) for number, spots in enumerate(stops)],
        Cart(items=items),
        floor=floor,
    )

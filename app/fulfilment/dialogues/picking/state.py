"""Where a picker stands in a tour: folded from facts, and from nothing else."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import get_args

from app.fulfilment.dialogues.picking import asking
from app.model.answers import KEEP, Decision
from app.model.facts import (
    CartScanned,
    Counted,
    CountUndone,
    Damaged,
    LocationReached,
    MisScanned,
    Picked,
    PickingFact,
    PickUndone,
    Shorted,
    ShortUndone,
    ToteAssigned,
    ToteDropped,
    TourChanged,
    TourFinished,
    TourParked,
    TourPassedOn,
    TourTaken,
    UnitsCounted,
    UrgentDeclined,
    ZeroChecked,
    ZeroPicked,
)
from app.model.facts.codec import UnknownFactError, decode
from app.model.floor import PickMode
from app.model.work import LentTour, Replanned, Task, Tour

_LEFT_REMEMBERED = 16
"""So many ended tours are remembered, until the central has taken their records back."""

PICKING_FACTS = get_args(PickingFact)


NO_TOUR = Tour("", "", 0, datetime.min.replace(tzinfo=UTC), (), (), 0, 0, "")
"""Where nobody has had a tour yet."""


class Step(StrEnum):
    """What the picker is asked for."""

    NO_TOUR = "no_tour"
    CART = "cart"
    EMPTY_TOTE = "empty_tote"
    LOCATION = "location"
    ITEM = "item"
    LOT = "lot"
    SERIAL = "serial"
    TOTE = "tote"
    QUANTITY = "quantity"
    PROBLEM = "problem"
    FOUND = "found"
    CONFIRM_SHORT = "confirm_short"
    DAMAGED = "damaged"
    CONFIRM_BLOCKED = "confirm_blocked"
    UNDO_PICK = "undo_pick"
    PUT_DOWN = "put_down"
    TAKE_OVER = "take_over"
    URGENT = "urgent"
    SKU = "sku"
    ZERO_CHECK = "zero_check"
    ANOTHER_TOTE = "another_tote"
    DROP_TOTE = "drop_tote"
    DROP_PLACE = "drop_place"


@dataclass(frozen=True, slots=True)
class Left:
    """A tour that was put down here. Its record may still be known for a while and must not be taken again.

    A parked one may come back, with a longer history than ``history`` envelopes.
    """

    tour: str
    finished: bool
    history: int


@dataclass(frozen=True, slots=True)
class Picking:
    """A tour at one station.

    ``at`` is the location where the picker stands, empty while walking; ``position`` is the task from which the rest
    of the walk is counted; ``counts`` are units in the hand of the current task; ``picks`` are the banked ones,
    oldest first, without those that were undone. ``missing`` is by task what is known not to be there.
    """

    tour: Tour
    cart_scanned: bool = False
    assigned: tuple[ToteAssigned, ...] = ()
    dropped: tuple[ToteDropped, ...] = ()
    at: str = ""
    position: str = ""
    counts: tuple[UnitsCounted, ...] = ()
    picks: tuple[Picked, ...] = ()
    shorts: tuple[Shorted | ZeroPicked, ...] = ()
    """What is known not to be there, without what was found again; ``just_short`` says that nothing was done since."""
    just_short: bool = False
    damaged: tuple[Damaged, ...] = ()
    """What was set aside."""
    checked: tuple[str, ...] = ()
    """The tasks after which somebody looked whether the location is empty."""
    proved: tuple[tuple[str, str], ...] = ()
    """The tasks whose lot was proved, each with the lot."""
    declined: tuple[str, ...] = ()
    """The urgent orders that were offered and are not taken along."""
    put_back: CountUndone | PickUndone | None = None
    changed: Replanned | None = None
    """Why the rest of the walk changed, until the next stop is reached."""
    ended: bool = False
    history: int = 0
    """So many facts of earlier holders came with the tour."""
    left: tuple[Left, ...] = ()
    asking: object = None
    """The question in the air: one of ``picking.asking``."""

    @property
    def one_tote(self) -> bool:
        """Whether all that is picked goes into one tote: it need not be scanned at the stops."""
        return self.tour.mode is PickMode.ONE_SKU or len(self.tour.orders) == 1

    @property
    def counted(self) -> int:
        """Units in the hand."""
        return sum(count.quantity for count in self.counts)

    @property
    def typed(self) -> bool:
        """Whether the quantity in the hand was typed or filled in, so that it must be confirmed."""
        return bool(self.counts) and self.counts[-1].how in {Counted.TYPED_QUANTITY, Counted.FILLED_IN}

    @property
    def filled_in(self) -> bool:
        """Whether the quantity in the hand was filled in: another one may still be typed."""
        return bool(self.counts) and self.counts[-1].how is Counted.FILLED_IN

    def lot_of(self, task: Task) -> str:
        """The lot that was proved last for a task; empty where none was."""
        return next((lot for id_, lot in self.proved if id_ == task.id), "")

    def picked(self, task: Task) -> int:
        """Units of a task that are banked."""
        return sum(pick.quantity for pick in self.picks if pick.task == task.id)

    def missing_of(self, task: Task) -> int:
        """Units of a task that are known not to be there, or not to be good."""
        return sum(lack.missing for lack in (*self.shorts, *self.damaged) if lack.task == task.id)

    def needed(self, task: Task) -> int:
        """Units of a task that are still to be banked; those in the hand are among them."""
        return task.quantity - self.missing_of(task) - self.picked(task)

    def together(self, task: Task) -> tuple[Task, ...]:
        """The open tasks that are counted as one: all of a stop on a tour over one SKU, else the task alone."""
        if self.tour.mode is not PickMode.ONE_SKU:
            return (task,)
        here = (task.location, task.sku, task.lot)
        return tuple(
            other
            for other in self.tour.tasks
            if (other.location, other.sku, other.lot) == here and self.needed(other) > 0
        )

    def asked_at(self, task: Task) -> int:
        """Units that the stop's tasks ask for in all."""
        return sum(each.quantity for each in self.together(task))

    def to_take(self, task: Task) -> int:
        """Units that are still to be banked at the stop with this task; those in the hand are among them."""
        return sum(self.needed(other) for other in self.together(task))

    @property
    def walk(self) -> tuple[Task, ...]:
        """The open tasks in the order in which they come: from the last stop on, what was passed over at the end."""
        settled = Counter[str]()
        for pick in self.picks:
            settled[pick.task] += pick.quantity
        for lack in (*self.shorts, *self.damaged):
            settled[lack.task] += lack.missing
        tasks = self.tour.tasks
        start = next((index for index, task in enumerate(tasks) if task.id == self.position), 0)
        return tuple(task for task in tasks[start:] + tasks[:start] if task.quantity > settled[task.id])

    @property
    def to_look_at(self) -> Task | None:
        """The task that was just done and whose location should be empty now, until somebody says whether it is."""
        if not self.picks or self.counts or self.picks[-1].task in self.checked:
            return None
        done = next((task for task in self.tour.tasks if task.id == self.picks[-1].task), None)
        if done is None or done.left_after != 0 or self.needed(done) or self.missing_of(done):
            return None
        return None if any(task.location == done.location for task in self.walk) else done

    @property
    def current(self) -> Task | None:
        """The task at whose location the picker stands."""
        if not self.at:
            return None
        if self.counts:
            return next((task for task in self.tour.tasks if task.id == self.counts[-1].task), None)
        return next((task for task in self.walk if task.location == self.at), None)

    @property
    def task(self) -> Task | None:
        """The task in hand, or else the next one."""
        return self.current or next(iter(self.walk), None)

    def tote_of(self, slot: int) -> str:
        """The tote that stands in a slot: the last one put there, unless it is dropped."""
        dropped = self.dropped_totes
        totes = [use.tote for use in self.assigned if use.slot == slot and use.tote not in dropped]
        return totes[-1] if totes else ""

    @property
    def dropped_totes(self) -> frozenset[str]:
        """The totes that were left at drop places."""
        return frozenset(drop.tote for drop in self.dropped)

    @property
    def slot_without_tote(self) -> Task | None:
        """A task that is open and whose slot has no tote; lowest slot first."""
        bare = [task for task in self.walk if not self.tote_of(task.slot)]
        return min(bare, key=lambda task: task.slot, default=None)

    @property
    def totes_to_drop(self) -> tuple[str, ...]:
        """Totes with something in them that are not at a drop place yet, by slot."""
        brought = {use.tote for use in self.assigned if use.brought}
        filled = ({pick.tote for pick in self.picks} | brought) - self.dropped_totes
        return tuple(
            use.tote for use in sorted(self.assigned, key=lambda use: use.slot) if use.tote in filled
        )

    @property
    def full_totes(self) -> tuple[str, ...]:
        """Totes that may be left under way: another one has taken their slot."""
        return tuple(
            use.tote
            for use in self.assigned
            if use.tote in self.totes_to_drop and use.tote != self.tote_of(use.slot)
        )

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to pick or to drop."""
        return not self.walk and not self.totes_to_drop

    def begun(self, task: Task) -> bool:
        """Whether the picker stands at a task or has settled anything of it: then it never changes."""
        return (
            (self.at != "" and task.location == self.at)
            or self.missing_of(task) > 0
            or any(count.task == task.id for count in self.counts)
            or any(pick.task == task.id for pick in self.picks)
        )

    def takes_over(self, tour: Tour) -> tuple[Task, ...]:
        """The tasks after the central's change: those already begun stay as they are, also where it dropped them.

        The stop that is being walked to stays the next one, unless the central dropped it.
        """
        mine = {task.id: task for task in self.tour.tasks if self.begun(task)}
        theirs = {task.id for task in tour.tasks}
        kept = tuple(task for id_, task in mine.items() if id_ not in theirs)
        tasks = kept + tuple(mine.get(task.id, task) for task in tour.tasks)
        target = self.walk[0].location if self.walk else ""
        still_open = {task.id for task in self.walk} | (theirs - {task.id for task in self.tour.tasks})
        settled = [task for task in tasks if task.id not in still_open]
        rest = [task for task in tasks if task.id in still_open]
        first = [task for task in rest if task.location == target]
        return (*settled, *first, *(task for task in rest if task.location != target))


def in_hand(state: Picking | None) -> Picking | None:
    """The state where a tour is in hand."""
    return None if state is None or state.ended else state


def holds_work(state: Picking | None) -> bool:
    """Whether a tour is in hand."""
    return in_hand(state) is not None


def may_take(state: Picking | None, lent: LentTour) -> bool:
    """Whether a lent tour is new here, and not the record of one that was just put down."""
    left = [old for old in (state.left if state else ()) if old.tour == lent.tour.id]
    return not any(old.finished or len(lent.history) <= old.history for old in left)


_AT_A_TASK = (
    (asking.QuantityWanted, Step.QUANTITY),
    (asking.ProblemWanted, Step.PROBLEM),
    (asking.FoundWanted, Step.FOUND),
    (asking.ShortToConfirm, Step.CONFIRM_SHORT),
    (asking.DamagedWanted, Step.DAMAGED),
    (asking.BlockedToConfirm, Step.CONFIRM_BLOCKED),
    (asking.PickToUndo, Step.UNDO_PICK),
    (asking.PutDownToConfirm, Step.PUT_DOWN),
    (asking.UrgentOffered, Step.URGENT),
    (asking.SkuWanted, Step.SKU),
    (asking.LotWanted, Step.LOT),
    (asking.SerialWanted, Step.SERIAL),
    (asking.AnotherToteWanted, Step.ANOTHER_TOTE),
)

QUESTIONS = frozenset(step for _, step in _AT_A_TASK) - {Step.URGENT}
"""The steps that must be answered, or left with the back key, before anything else.

An offer is none of them: whoever goes on with the walk puts it off.
"""


def step_of(state: Picking | None) -> Step:
    """What the picker is asked for."""
    if state is None or state.ended:
        return Step.NO_TOUR
    if not state.cart_scanned:
        return Step.CART
    if state.to_look_at is not None:
        return Step.ZERO_CHECK
    if state.task is None and isinstance(state.asking, asking.PickToUndo):
        return Step.UNDO_PICK
    if state.task is None:
        in_arms = isinstance(state.asking, asking.ToteInHand)
        return Step.DROP_PLACE if in_arms else Step.DROP_TOTE
    for question, step in _AT_A_TASK:
        if isinstance(state.asking, question):
            return step
    if isinstance(state.asking, asking.ToteInHand):
        return Step.DROP_PLACE
    here = state.current
    # A slot that joined under way waits until the hands are empty.
    if state.slot_without_tote is not None and (here is None or not state.tote_of(here.slot)):
        return Step.EMPTY_TOTE
    if here is None:
        return Step.LOCATION
    full = state.typed or state.counted >= state.to_take(here)
    return Step.TOTE if full else Step.ITEM


def settle(state: Picking | None, decision: Decision) -> Picking | None:
    """The state after a whole decision: its picking facts folded, then its question asked."""
    for fact in decision.facts:
        if isinstance(fact, PICKING_FACTS):
            state = evolve(state, fact)
    if decision.asking is KEEP:
        return state
    if state is None:
        return Picking(NO_TOUR, ended=True, asking=decision.asking) if decision.asking is not None else None
    return replace(state, asking=decision.asking)


def fold(state: Picking | None, facts: tuple[PickingFact, ...]) -> Picking | None:
    """The state after some facts."""
    for fact in facts:
        state = evolve(state, fact)
    return state


def evolve(state: Picking | None, fact: PickingFact) -> Picking | None:
    """The state after one fact.

    ``None`` and an ended tour are both no tour in hand; an ended one is remembered so that its record, which the
    central has yet to take back, is not taken for new work. Facts of another tour change nothing.
    """
    if isinstance(fact, TourTaken):
        return _resumed(fact, state.left if state else ())
    if state is None or state.ended or fact.tour != state.tour.id:
        return state
    return _after(replace(state, put_back=None), fact)


def _after(state: Picking, fact: PickingFact) -> Picking:
    match fact:
        case CartScanned():
            return replace(state, cart_scanned=True)
        case ToteAssigned():
            return replace(state, assigned=(*state.assigned, fact))
        case LocationReached():
            return replace(state, at=fact.location, position=fact.task, changed=None)
        case UnitsCounted():
            counts = (*state.counts, fact)
            return replace(state, counts=counts, proved=_proved(state, fact), just_short=False)
        case CountUndone():
            return replace(state, counts=state.counts[:-1], put_back=fact, proved=_still_proved(state))
        case Picked():
            picks = (*state.picks, fact)
            return _moved_on(replace(state, picks=picks, counts=(), position=fact.task, just_short=False))
        case PickUndone():
            return _undone(state, fact)
        case Shorted() | ZeroPicked() | ShortUndone() | ZeroChecked() | Damaged():
            return _of_the_shelf(state, fact)
        case TourChanged() | UrgentDeclined():
            return _of_the_tour(state, fact)
        case ToteDropped():
            return replace(state, dropped=(*state.dropped, fact))
        case TourParked() | TourFinished():
            return _put_down(state, finished=isinstance(fact, TourFinished))
        case MisScanned() | TourPassedOn() | TourTaken():
            return state


def _of_the_tour(state: Picking, fact: TourChanged | UrgentDeclined) -> Picking:
    """What the tour has become, or was not to become."""
    if isinstance(fact, UrgentDeclined):
        return replace(state, declined=(*state.declined, fact.order))
    orders = fact.orders or state.tour.orders
    tour = replace(state.tour, tasks=fact.tasks, version=fact.version, onward=fact.onward, orders=orders)
    return _moved_on(replace(state, tour=tour, changed=fact.because))


def _of_the_shelf(
    state: Picking, fact: Shorted | ZeroPicked | ShortUndone | ZeroChecked | Damaged
) -> Picking:
    """What was found out about a location without a unit being moved."""
    match fact:
        case Shorted() | ZeroPicked():
            return _moved_on(replace(state, shorts=(*state.shorts, fact), just_short=True))
        case ShortUndone():
            rest = tuple(short for short in state.shorts if short.task != fact.task)
            return replace(state, shorts=rest, position=fact.task, just_short=False)
        case ZeroChecked():
            return replace(state, checked=(*state.checked, fact.task))
        case Damaged():
            return _moved_on(replace(state, damaged=(*state.damaged, fact), just_short=False))


def _proved(state: Picking, fact: UnitsCounted) -> tuple[tuple[str, str], ...]:
    if not fact.lot:
        return state.proved
    return (*(each for each in state.proved if each[0] != fact.task), (fact.task, fact.lot))


def _still_proved(state: Picking) -> tuple[tuple[str, str], ...]:
    """After a count is taken back: that another lot lay in the hand says nothing of the next unit."""
    task = state.current
    if task is None or state.lot_of(task) == task.lot:
        return state.proved
    return tuple(each for each in state.proved if each[0] != task.id)


def _moved_on(state: Picking) -> Picking:
    """Away from a stop where nothing is left to do."""
    return state if state.current is not None else replace(state, at="")


def _undone(state: Picking, fact: PickUndone) -> Picking:
    last = max(
        (
            index
            for index, pick in enumerate(state.picks)
            if (pick.task, pick.tote, pick.quantity) == (fact.task, fact.tote, fact.quantity)
        ),
        default=None,
    )
    if last is None:
        return state
    return replace(
        state,
        picks=state.picks[:last] + state.picks[last + 1 :],
        position=fact.task,
        at=state.at if state.at == fact.location else "",
        put_back=fact,
    )


def _put_down(state: Picking, *, finished: bool) -> Picking:
    left = (*state.left, Left(state.tour.id, finished, state.history))
    return Picking(tour=state.tour, ended=True, left=left[-_LEFT_REMEMBERED:])


def _resumed(fact: TourTaken, left: tuple[Left, ...]) -> Picking:
    """The tour as its earlier holders left it: totes and picks stand, the location must be scanned again."""
    state: Picking | None = None
    for envelope in fact.history:
        try:
            past = decode(envelope).fact
        except UnknownFactError:
            continue
        if isinstance(past, TourTaken):
            state = _picked_up(state or Picking(past.tour), past.tour)
        elif isinstance(past, PICKING_FACTS) and not isinstance(past, TourParked | TourFinished):
            state = _after(state or Picking(fact.tour), past)
    return replace(_picked_up(state or Picking(fact.tour), fact.tour), history=len(fact.history), left=left)


def _picked_up(state: Picking, tour: Tour) -> Picking:
    tasks = state.takes_over(tour) if tour.version > state.tour.version else state.tour.tasks
    tour = replace(tour, tasks=tasks, version=max(tour.version, state.tour.version))
    # Whoever goes on with it does not stand where the last pick was: nobody is asked to look there.
    checked = (*state.checked, *(pick.task for pick in state.picks[-1:]))
    return replace(
        state,
        tour=tour,
        cart_scanned=False,
        at="",
        counts=(),
        put_back=None,
        just_short=False,
        checked=checked,
    )

"""What holds whatever a picker scans, types and presses, and whatever the central changes meanwhile."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.dialogues import picking
from app.fulfilment.dialogues.picking.asking import ToteInHand
from app.fulfilment.dialogues.picking.dropping import buffer_for
from app.fulfilment.dialogues.picking.facts import found_range
from app.model.answers import Command, Entry, LentChanged, Pressed, Tone, Typed
from app.model.facts import (
    Picked,
    PickUndone,
    Shorted,
    ShortUndone,
    TourFinished,
    UnitsCounted,
    ZeroPicked,
)
from app.model.floor import LocationKind, PickMode, ToteUse, Zone
from app.model.known import Known
from app.model.scans import Scanned
from app.model.work import LentTour, Offer, ShelfLot, Task, Tour
from tests.fulfilment.dialogues.a_warehouse import (
    OPERATOR,
    STATION,
    Picker,
    a_location,
    a_task,
    a_tour,
    a_warehouse,
    read,
    scanned,
)

BARCODES = {
    "BREAD": "4006381333931",
    "SHIRT-L": "bar-SHIRT-L",
    "SHIRT-M": "bar-SHIRT-M",
    "MILK": "96385074",
    "NAILS": "nail",
    "TORCH": "torch",
    "VASE": "bar-VASE",
}
LOCATIONS = ("A-01", "B-02", "C-03", "E-05")
CODES = (
    *BARCODES.values(),
    *LOCATIONS,
    *(
        "T-1",
        "T-2",
        "T-3",
        "T-4",
        "T-5",
        "T-8",
        "T-9",
        "BUF-A",
        "K-1",
        "K-2",
        "D-1",
        "D-2",
        "H-1",
        "77",
        "L77",
        "L78",
    ),
    *("14006381333938", "nails-inner", "BOX-S", "P-1", "nothing", ""),
)
GS1 = (
    read("gs1-a", gtin="00000096385074", lot="L77"),
    read("gs1-b", gtin="00000096385074", lot="L78"),
    read("gs1-c", gtin="04006381333931", count=2),
    read("gs1-d", refused="gs1.check_digit"),
    read("torch", serial="SN-1"),
    read("torch", serial="SN-2"),
)

entries: st.SearchStrategy[Entry] = st.one_of(
    st.sampled_from(CODES).map(scanned),
    st.sampled_from(GS1).map(scanned),
    st.sampled_from([Pressed(command) for command in Command]),
    st.sampled_from(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "12", "", "BREAD", "x"]).map(Typed),
    st.just(LentChanged()),
)


@st.composite
def tours(draw: st.DrawFn) -> Tour:
    mode = draw(st.sampled_from(PickMode))
    slots = draw(st.integers(1, 3))
    wanted = draw(
        st.lists(
            st.tuples(
                st.just("BREAD") if mode is PickMode.ONE_SKU else st.sampled_from(sorted(BARCODES)),
                st.integers(1, 8),
                st.sampled_from(LOCATIONS),
                st.integers(0, slots - 1),
            ),
            min_size=1,
            max_size=5,
        )
    )
    tasks = [
        replace(
            a_task(str(number), sku, quantity, location, slot=slot, lot="L77" if sku == "MILK" else ""),
            left_after=draw(st.sampled_from([None, 0, 3])),
            other_lots=(ShelfLot("L78"),),
        )
        for number, (sku, quantity, location, slot) in enumerate(sorted(wanted, key=lambda one: one[2]))
    ]
    orders = tuple(f"O-{slot + 1}" for slot in range(slots))
    tour = replace(a_tour(*tasks), orders=orders, mode=mode)
    match mode:
        case PickMode.ONE_SKU:
            return replace(tour, tasks=tuple(replace(task, slot=0) for task in tasks))
        case PickMode.CARTON:
            return replace(tour, cartons=("BOX-S",) * slots)
        case PickMode.ZONE:
            onward = draw(st.sets(st.sampled_from(orders)))
            return replace(tour, buffer="BUF-A", onward=tuple(sorted(onward)))
        case _:
            return tour


def a_floor() -> Known:
    """The warehouse with a buffer, in which a tote of the first order waits."""
    known = a_warehouse()
    known.learn("zone", "B", Zone("B", other_lot_allowed=True))
    known.learn("location", "BUF-A", a_location("BUF-A", 12, LocationKind.BUFFER))
    known.learn("tote", "T-8", ToteUse("T-8", order="O-1", tour="R-0", place="BUF-A"))
    return known


def said_of_the_shelf(picker: Picker) -> Entry:
    """The lot, a number that no unit had before, or that nothing is left."""
    told: dict[str, Entry] = {
        "lot": scanned("L77"),
        "serial": scanned(f"SN-{len(picker.journal)}"),
        "zero_check": Typed("0"),
        "undo_pick": Typed("1"),
        "put_down": Pressed(Command.BACK),
    }
    return told[picker.step]


def wanted_by(picker: Picker) -> Entry:
    """What a picker does who does as asked."""
    state, step = picker.state, picker.step
    assert state is not None
    task = state.task
    if step in {"lot", "serial", "zero_check", "undo_pick", "put_down"}:
        return said_of_the_shelf(picker)
    match step:
        case "cart":
            return scanned("K-1")
        case "empty_tote" | "another_tote":
            used = {use.tote for use in state.assigned}
            return scanned(
                next((tote for tote in ("T-1", "T-2", "T-3", "T-4", "T-5") if tote not in used), "T-9")
            )
        case "drop_tote":
            return scanned(state.totes_to_drop[0])
        case "drop_place":
            assert isinstance(state.asking, ToteInHand)
            return scanned(buffer_for(state, state.asking.tote, picker.known) or "D-1")
    assert task is not None
    match step:
        case "location" | "confirm_short" | "urgent":
            return scanned(task.location)
        case "item":
            return scanned(BARCODES[task.sku])
        case "tote":
            return scanned(state.tote_of(task.slot))
        case "quantity":
            return Typed(str(state.to_take(task)))
        case "problem" | "damaged" | "confirm_blocked":
            return Typed("1")
        case "found":
            return Typed(str(found_range(state, task).start))
        case _:
            return Typed(task.sku)


def check_the_books(picker: Picker) -> None:
    """No unit is lost or invented: what the totes hold was counted, was asked for, and is not missing as well."""
    state = picker.state
    assert state is not None
    tasks = {task.id: task for task in state.tour.tasks}
    for task in tasks.values():
        picked = sum(fact.quantity for fact in picker.facts(Picked) if fact.task == task.id)
        undone = sum(fact.quantity for fact in picker.facts(PickUndone) if fact.task == task.id)
        missing = sum(fact.missing for fact in picker.facts(Shorted) if fact.task == task.id)
        missing += sum(fact.missing for fact in picker.facts(ZeroPicked) if fact.task == task.id)
        missing -= sum(fact.quantity for fact in picker.facts(ShortUndone) if fact.task == task.id)
        assert 0 <= picked - undone <= task.quantity - missing
        if not state.ended:
            assert state.picked(task) == picked - undone
            in_hand = state.counted if state.counts and state.counts[-1].task == task.id else 0
            assert in_hand <= state.to_take(task)
    for sku in {task.sku for task in tasks.values()}:
        alike = {task.id for task in tasks.values() if task.sku == sku}
        counted = sum(fact.quantity for fact in picker.facts(UnitsCounted) if fact.task in alike)
        assert sum(fact.quantity for fact in picker.facts(Picked) if fact.task in alike) <= counted
    if not state.ended:
        held: dict[str, int] = {}
        for pick in state.picks:
            held[pick.tote] = held.get(pick.tote, 0) + pick.quantity
        assert held == picker.in_totes
    for fact in picker.facts(Picked):
        assert (fact.sku, fact.order) == (tasks[fact.task].sku, tasks[fact.task].order)


@st.composite
def days(draw: st.DrawFn) -> tuple[Tour, list[Entry | None]]:
    """A tour, and what happens on it; ``None`` is the picker doing as asked."""
    obedient: st.SearchStrategy[Entry | None] = st.none()
    return draw(tours()), draw(st.lists(st.one_of(obedient, obedient, obedient, entries), max_size=60))


@given(days())
def test_whatever_happens_units_are_neither_lost_nor_invented(day: tuple[Tour, list[Entry | None]]) -> None:
    tour, happenings = day
    picker = Picker(a_floor())
    picker.lend(LentTour(tour, STATION, "op-1", offer=Offer("O-7", 2, 1, 5000)))
    for happening in happenings:
        if not picking.holds_work(picker.state):
            break
        entry = wanted_by(picker) if happening is None else happening
        decision = picker.enter(entry)
        if isinstance(entry, Scanned | Pressed | Typed):
            assert decision.verdict is not None, "every scan and every key gets its answer"
        check_the_books(picker)


@given(days())
def test_folding_the_journal_again_gives_the_same_state_and_the_same_prompt(
    day: tuple[Tour, list[Entry | None]],
) -> None:
    tour, happenings = day
    picker = Picker(a_floor())
    picker.lend(LentTour(tour, STATION, "op-1", offer=Offer("O-7", 2, 1, 5000)))
    for happening in happenings:
        if not picking.holds_work(picker.state):
            break
        picker.enter(wanted_by(picker) if happening is None else happening)
        state, replayed = picker.state, picker.replayed()
        assert state is not None
        assert replayed == replace(state, asking=None)
        assert picking.prompt(replayed, picker.known, OPERATOR) == picking.prompt(
            replace(state, asking=None), picker.known, OPERATOR
        )


@given(tours(), st.data())
def test_a_picker_who_does_as_asked_finishes_every_tour_with_all_units(
    tour: Tour, data: st.DataObject
) -> None:
    picker = Picker(a_floor())
    picker.lend(tour)
    for _ in range(400):
        if not picking.holds_work(picker.state):
            break
        verdict = picker.enter(wanted_by(picker)).verdict
        assert verdict is not None
        assert verdict.tone is not Tone.BAD
    assert picker.journal[-1] == TourFinished("R-1")
    assert sum(picker.in_totes.values()) == sum(task.quantity for task in tour.tasks)


@given(days(), tours(), st.integers(0, 30))
def test_a_change_by_the_central_at_any_moment_leaves_what_was_begun(
    day: tuple[Tour, list[Entry | None]], other: Tour, moment: int
) -> None:
    tour, happenings = day
    picker = Picker(a_floor())
    picker.lend(tour)
    fresh = tuple(replace(task, id=f"new-{task.id}") for task in other.tasks)
    for number, happening in enumerate(happenings):
        if not picking.holds_work(picker.state):
            break
        if number == moment:
            begun = begun_tasks(picker)
            changed = replace(tour, version=2, tasks=tour.tasks[::2] + fresh, orders=(*tour.orders, "O-7"))
            picker.lend(LentTour(changed, STATION, "op-1"))
            assert picker.state is not None
            assert set(begun) <= set(picker.state.tour.tasks)
            check_the_books(picker)
            continue
        picker.enter(wanted_by(picker) if happening is None else happening)
        check_the_books(picker)


def begun_tasks(picker: Picker) -> list[Task]:
    state = picker.state
    assert state is not None
    return [task for task in state.tour.tasks if state.begun(task)]

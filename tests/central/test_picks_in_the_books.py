"""Facts of picking, booked: every one of them, and what follows for stock, totes, tours and orders."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.central import lending, schema
from app.central.store import Store
from app.model.exceptions import ExceptionKind
from app.model.facts import (
    CartScanned,
    Counted,
    CountUndone,
    Damaged,
    LocationReached,
    PickUndone,
    ShortCause,
    Shorted,
    ToteAssigned,
    ToteDropped,
    TourChanged,
    TourFinished,
    TourParked,
    TourPassedOn,
    TourTaken,
    UnitsCounted,
    ZeroPicked,
)
from app.model.stock import Account, bin_place, tote_place
from app.model.work import Task, Tour
from tests.central.books import SITE, balance
from tests.central.floor import (
    CART,
    DROP,
    HOSPITAL,
    Terminal,
    a_pick,
    balanced,
    fact_states,
    lent_tour,
    line,
    one,
    open_exceptions,
    open_floor,
    order,
    pack_job,
    record_of,
    rows,
    status,
    tote_row,
    tour_row,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


def undo(tour: Tour, task: Task, tote: str, quantity: int) -> PickUndone:
    return PickUndone(
        tour.id, task.id, task.order, task.line, task.sku, task.lot, task.location, tote, quantity
    )


def short(tour: Tour, task: Task, found: int, cause: ShortCause = ShortCause.SHORT) -> Shorted:
    return Shorted(
        tour.id,
        task.id,
        task.order,
        task.line,
        task.sku,
        task.lot,
        task.location,
        found,
        task.quantity - found,
        cause,
    )


def zero(tour: Tour, task: Task) -> ZeroPicked:
    return ZeroPicked(
        tour.id,
        task.id,
        task.order,
        task.line,
        task.sku,
        task.lot,
        task.location,
        task.quantity,
        ShortCause.SHORT,
    )


def test_a_pick_moves_units_from_the_bin_to_the_tote_and_ends_the_reservation(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1")
    assert balance(store, bin_place("A-1"), "X") == (7, 0)
    assert balance(store, tote_place("T-1"), "X") == (3, 0)
    assert line(store, "O1").picked == 3
    assert rows(store, schema.reservation) == []


def test_an_undone_pick_lies_in_its_bin_again_and_is_bound_to_the_same_task(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(a_pick(tour, tour.tasks[0], "T-1"), undo(tour, tour.tasks[0], "T-1", 3))
    assert balance(store, bin_place("A-1"), "X") == (10, 3)
    assert line(store, "O1").picked == 0
    again = one(store, schema.reservation)
    assert (again.id, again.tour, again.quantity) == (tour.tasks[0].id, tour.id, 3)


def test_an_undone_pick_that_the_tote_does_not_hold_is_booked_from_nowhere(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(undo(tour, tour.tasks[0], "T-1", 2))
    assert balance(store, bin_place("A-1"), "X")[0] == 12
    assert balance(store, Account.UNEXPLAINED.value, "X")[0] == -2
    assert open_exceptions(store, ExceptionKind.UNEXPLAINED)


def test_facts_that_move_nothing_are_kept_and_change_nothing(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    task = tour.tasks[0]
    before = balance(store, bin_place("A-1"), "X")
    terminal.tell(
        CartScanned(tour.id, CART),
        LocationReached(tour.id, task.id, "A-1"),
        UnitsCounted(tour.id, task.id, 1, "EAN-X", "", Counted.SCAN),
        CountUndone(tour.id, task.id, 1),
        TourChanged(tour.id, 2, tour.tasks),
    )
    assert set(fact_states(store)) == {"applied"}
    assert balance(store, bin_place("A-1"), "X") == before


def test_more_units_than_are_bound_come_from_free_stock_and_then_from_nowhere(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1", 12)
    assert balance(store, bin_place("A-1"), "X") == (0, 0)
    assert balance(store, Account.UNEXPLAINED.value, "X")[0] == -2
    (entry,) = open_exceptions(store, ExceptionKind.UNEXPLAINED)
    assert entry.code == "stock.unexplained"


def test_a_tote_that_carries_another_order_is_taken_all_the_same_and_somebody_looks_into_it(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 1))
    order(store, "O2", ("Y", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(ToteAssigned(tour.id, tour.orders.index("O2"), "O2", "T-1"))
    assert tote_row(store, "T-1").order_number == "O2"
    (entry,) = open_exceptions(store, ExceptionKind.TOTE_CONFLICT)
    assert dict(entry.params)["other"] == "O1"


def test_a_second_tote_for_an_order_belongs_to_it_too(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 4))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1", 2)
    terminal.assign(tour, O1="T-2")
    terminal.pick(tour, tour.tasks[0], "T-2", 2)
    terminal.finish(tour, "T-1", "T-2")
    job = pack_job(store, "O1")
    assert job is not None
    assert [(tote.code, tote.contents[0].quantity) for tote in job.totes] == [("T-1", 2), ("T-2", 2)]


def test_a_short_lets_go_of_what_is_missing_blocks_the_bin_and_finds_another_one_for_the_same_tour(
    database_url: str,
) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 4), ("A-2", "X", 6)))) as store:
        order(store, "O1", ("X", 4))
        terminal = Terminal(store, "pick-1")
        tour = terminal.claim()
        terminal.assign(tour, O1="T-1")
        terminal.tell(short(tour, tour.tasks[0], 1), a_pick(tour, tour.tasks[0], "T-1", 1))
        (entry,) = open_exceptions(store)
        assert (entry.kind, entry.subject) == (ExceptionKind.SHORT_PICK, "A-1 X")
        lent = lent_tour(store, tour.id, "pick-1")
        assert lent is not None
        assert lent.tour.version > 1
        assert [(task.location, task.quantity) for task in lent.tour.tasks] == [("A-1", 4), ("A-2", 3)]
        assert one(store, schema.stock, place=bin_place("A-1")).blocked
        terminal.pick(lent.tour, lent.tour.tasks[1], "T-1")
        assert line(store, "O1").picked == 4
        terminal.finish(tour, "T-1")
        assert status(store, "O1") == "picked"
        assert balanced(store)


def test_a_short_takes_nothing_that_colleagues_hold(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 5), priority=1)
    order(store, "O2", ("X", 5), priority=2)
    tour = terminal.claim()
    assert tour.orders == ("O1",)
    terminal.assign(tour, O1="T-1")
    terminal.tell(zero(tour, tour.tasks[0]))
    assert [(row.order_number, row.quantity) for row in rows(store, schema.reservation)] == [("O2", 5)]


def test_shorts_of_one_item_in_one_place_are_one_exception(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 2))
    order(store, "O2", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1", O2="T-2")
    terminal.tell(*(zero(tour, task) for task in tour.tasks))
    assert len(open_exceptions(store, ExceptionKind.SHORT_PICK)) == 1


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (ShortCause.WRONG_STOCK, ExceptionKind.WRONG_STOCK),
        (ShortCause.BLOCKED, ExceptionKind.BLOCKED_LOCATION),
    ],
)
def test_wrong_stock_and_a_blocked_place_have_their_own_exceptions(
    store: Store, terminal: Terminal, cause: ShortCause, kind: ExceptionKind
) -> None:
    order(store, "O1", ("X", 2))
    tour = terminal.claim()
    terminal.tell(short(tour, tour.tasks[0], 0, cause))
    assert len(open_exceptions(store, kind)) == 1


def test_damaged_units_are_set_aside_and_the_task_is_served_from_what_is_free_in_the_bin(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    task = tour.tasks[0]
    terminal.tell(Damaged(tour.id, task.id, "O1", 1, "X", "", "A-1", 2))
    assert balance(store, bin_place("A-1"), "X") == (8, 3)
    assert balance(store, bin_place(HOSPITAL), "X")[0] == 2
    assert open_exceptions(store, ExceptionKind.DAMAGED)


def test_damaged_units_that_the_bin_cannot_replace_are_bound_elsewhere(database_url: str) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 3), ("A-2", "X", 5)))) as store:
        order(store, "O1", ("X", 3))
        terminal = Terminal(store, "pick-1")
        tour = terminal.claim()
        task = tour.tasks[0]
        terminal.tell(Damaged(tour.id, task.id, "O1", 1, "X", "", task.location, 2))
        lent = lent_tour(store, tour.id, "pick-1")
        assert lent is not None
        added = [each for each in lent.tour.tasks if each.id != task.id]
        assert [(each.location, each.quantity) for each in added] == [("A-2", 2)]
        assert balanced(store)


def test_damaged_units_whose_line_may_be_cut_cut_it_by_themselves(database_url: str) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 3), ("A-2", "Y", 5)))) as store:
        order(store, "O1", ("X", 3), policy="cancel_line")
        terminal = Terminal(store, "pick-1")
        tour = terminal.claim()
        task = tour.tasks[0]
        terminal.tell(Damaged(tour.id, task.id, "O1", 1, "X", "", task.location, 2, missing=2))
        assert line(store, "O1").dropped == 2


def test_good_units_that_lie_in_the_same_bin_are_asked_for_in_place_of_damaged_ones(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    task = tour.tasks[0]
    terminal.tell(Damaged(tour.id, task.id, "O1", 1, "X", "", "A-1", 2, missing=2))
    lent = lent_tour(store, tour.id, "pick-1")
    assert lent is not None
    added = [each for each in lent.tour.tasks if each.id != task.id]
    assert [(each.location, each.quantity) for each in added] == [("A-1", 2)]
    assert balance(store, bin_place("A-1"), "X") == (8, 3)


def test_a_dropped_tote_is_in_the_pack_queue(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1")
    assert pack_job(store, "O1") is None
    terminal.tell(ToteDropped(tour.id, "T-1", DROP))
    job = pack_job(store, "O1")
    assert job is not None
    assert job.totes[0].place == DROP
    assert record_of(store, "tote", "T-1")["place"] == DROP


def test_a_tote_whose_tour_goes_on_names_the_station_whose_picks_are_missing(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 4))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1", 2)
    terminal.assign(tour, O1="T-2")
    terminal.tell(ToteDropped(tour.id, "T-1", DROP))
    job = pack_job(store, "O1")
    assert job is not None
    assert {tote.code: tote.missing_station for tote in job.totes} == {"T-1": "", "T-2": "pick-1"}


def test_a_finished_tour_frees_its_cart_and_its_empty_totes(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    order(store, "O2", ("Y", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1", O2="T-2")
    first = next(task for task in tour.tasks if task.order == "O1")
    second = next(task for task in tour.tasks if task.order == "O2")
    terminal.tell(a_pick(tour, first, "T-1"), zero(tour, second))
    terminal.finish(tour, "T-1")
    assert tour_row(store, tour.id).status == "finished"
    assert tote_row(store, "T-2").order_number == ""
    assert tote_row(store, "T-1").order_number == "O1"
    assert lent_tour(store, tour.id, "pick-1") is None
    order(store, "O3", ("Y", 1))


def test_what_a_finished_tour_did_not_pick_waits_for_the_next(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3), ("Y", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1")
    terminal.finish(tour, "T-1")
    again = Terminal(store, "pick-2").claim("CART-2")
    assert again.orders == ("O1",)
    assert len(again.tasks) == 1


def test_a_tour_passed_on_at_its_station_has_another_operator(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.tell(TourPassedOn(tour.id, "op-7"))
    assert tour_row(store, tour.id).operator == "op-7"


def test_what_the_first_holder_records_after_a_take_over_is_booked_but_ends_nothing(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.record(a_pick(tour, tour.tasks[0], "T-1", 1), TourParked(tour.id), TourFinished(tour.id))
    store.write(SITE, lambda tx: lending.take_away(tx, tour.id))
    other = Terminal(store, "pick-2", operator="op-2")
    other.claim()
    terminal.send()
    assert line(store, "O1").picked == 1
    row = tour_row(store, tour.id)
    assert (row.status, row.station) == ("lent", "pick-2")


def test_a_tour_that_a_restored_database_has_lost_is_known_again_by_its_fact(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    (bound,) = rows(store, schema.reservation)
    task = Task(bound.id, "O1", 1, "X", "", "A-1", 3, 0)
    lost = Tour("T99", CART, 5, store.clock(), ("O1",), (task,), 10, 10, "exact")
    terminal.tell(TourTaken(lost), a_pick(lost, task, "T-1"))
    assert tour_row(store, "T99").station == "pick-1"
    assert line(store, "O1").picked == 3
    assert lent_tour(store, "T99", "pick-1") is not None

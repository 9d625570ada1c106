"""Supervisors settle exceptions, and each fix does what it says; of two only one wins."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from app.central import board, catalogue, inbox, intake, lending, schema, supervising
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.central.supervising import Details, Person
from app.model.exceptions import ExceptionKind, Fix, WarehouseException
from app.model.facts import (
    Damaged,
    RejectCause,
    ShortCause,
    ToteSentToHospital,
    UnitRejected,
    ZeroPicked,
)
from app.model.stock import Account, bin_place
from app.model.work import Task, Tour
from tests.central.books import SITE, an_item, an_order, balance, put, receive
from tests.central.floor import (
    HOSPITAL,
    Terminal,
    differences,
    do_jobs,
    line,
    one,
    open_exceptions,
    open_floor,
    order,
    pack_job,
    parcel_row,
    rows,
    status,
    tote_row,
    tour_row,
)

SUE = Person("op-9", "desk-1")
OTTO = Person("op-8", "desk-2")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books
        assert differences(books) == ()


def resolve(
    store: Store, entry: WarehouseException, fix: Fix, person: Person = SUE, **details: object
) -> WarehouseException:
    told = Details("because", **details)  # type: ignore[arg-type]
    return store.write(SITE, lambda tx: supervising.resolve(tx, person, entry.id, entry.version, fix, told))


def refused(work: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as error:
        work()
    return error.value


def the(store: Store, kind: ExceptionKind) -> WarehouseException:
    (entry,) = open_exceptions(store, kind)
    return entry


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


def shorted(store: Store) -> tuple[Terminal, Tour]:
    order(store, "O1", ("X", 3))
    terminal = Terminal(store, "pick-1")
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.tell(zero(tour, tour.tasks[0]))
    return terminal, tour


def picked(store: Store) -> Terminal:
    order(store, "O1", ("X", 3))
    Terminal(store, "pick-1").pick_whole_tour()
    return Terminal(store, "pack-1", "op-2")


# --- who wins --------------------------------------------------------------------------------------------------


def test_of_two_supervisors_who_resolve_at_once_one_wins_and_the_other_hears_who(store: Store) -> None:
    shorted(store)
    entry = the(store, ExceptionKind.SHORT_PICK)

    def settle(person: Person) -> ApiError | None:
        try:
            resolve(store, entry, Fix.COUNT, person, quantity=8)
        except ApiError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(settle, (SUE, OTTO)))
    (lost,) = [answer for answer in answers if answer is not None]
    assert (lost.status, lost.code) == (409, "exception.lost_race")
    assert lost.params["owner"] == ("Otto Other" if answers[0] is lost else "Sue Supervisor")
    assert balance(store, bin_place("A-1"), "X")[0] == 8


def test_of_two_supervisors_who_take_one_wins(store: Store) -> None:
    shorted(store)
    entry = the(store, ExceptionKind.SHORT_PICK)
    store.write(SITE, lambda tx: supervising.take(tx, SUE, entry.id, entry.version))
    error = refused(lambda: store.write(SITE, lambda tx: supervising.take(tx, OTTO, entry.id, entry.version)))
    assert (error.code, error.params["owner"]) == ("exception.lost_race", "Sue Supervisor")


def test_what_somebody_took_nobody_else_resolves(store: Store) -> None:
    shorted(store)
    entry = the(store, ExceptionKind.SHORT_PICK)
    taken = store.write(SITE, lambda tx: supervising.take(tx, SUE, entry.id, entry.version))
    assert refused(lambda: resolve(store, taken, Fix.UNBLOCK, OTTO)).code == "exception.lost_race"
    resolve(store, taken, Fix.UNBLOCK, SUE)


def test_a_fix_that_does_not_fit_is_refused_with_those_that_do(store: Store) -> None:
    shorted(store)
    error = refused(lambda: resolve(store, the(store, ExceptionKind.SHORT_PICK), Fix.PUT_BACK))
    assert (error.status, error.code) == (422, "exception.wrong_fix")


def test_a_fix_that_fails_leaves_the_exception_open(store: Store) -> None:
    shorted(store)
    entry = the(store, ExceptionKind.SHORT_PICK)
    assert refused(lambda: resolve(store, entry, Fix.COUNT)).code == "fix.quantity_needed"
    assert the(store, ExceptionKind.SHORT_PICK) == entry


def test_nobody_resolves_what_is_not_there(store: Store) -> None:
    def work(tx: Tx) -> object:
        return supervising.resolve(tx, SUE, "none", 1, Fix.DONE, Details("x"))

    assert refused(lambda: store.write(SITE, work)).code == "exception.unknown"


# --- fixes -----------------------------------------------------------------------------------------------------


def test_a_count_sets_the_stock_lifts_the_block_and_the_order_goes_on(store: Store) -> None:
    shorted(store)
    resolve(store, the(store, ExceptionKind.SHORT_PICK), Fix.COUNT, quantity=2)
    do_jobs(store)
    assert balance(store, bin_place("A-1"), "X") == (2, 2)
    assert not one(store, schema.stock, place=bin_place("A-1")).blocked


def test_a_count_that_finds_less_than_is_bound_binds_the_orders_anew_on_their_tours(
    database_url: str,
) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 5), ("A-2", "X", 5)))) as store:
        order(store, "O1", ("X", 4))
        tour = Terminal(store, "pick-1").claim()
        location = tour.tasks[0].location
        lost = store.write(SITE, lambda tx: supervising.count(tx, SUE, location, "X", "", 1))
        assert lost == 3
        plan = lending.plan_of(tour_row(store, tour.id))
        assert sum(task.quantity for task in plan.tasks) == 4
        assert len({task.location for task in plan.tasks}) == 2
        assert differences(store) == ()


@pytest.mark.parametrize(
    ("location", "sku", "code"),
    [("Z-9", "X", "stock.unknown_location"), ("A-1", "none", "stock.unknown_sku")],
)
def test_a_count_of_what_is_not_there_is_refused(store: Store, location: str, sku: str, code: str) -> None:
    error = refused(lambda: store.write(SITE, lambda tx: supervising.count(tx, SUE, location, sku, "", 1)))
    assert error.code == code


def test_unblocking_lets_the_planner_use_the_bin_again(store: Store) -> None:
    shorted(store)
    resolve(store, the(store, ExceptionKind.SHORT_PICK), Fix.UNBLOCK)
    do_jobs(store)
    assert [row.location for row in rows(store, schema.reservation)] == ["A-1"]


def test_a_held_order_that_was_mended_goes_on_and_one_that_was_not_stays(store: Store) -> None:
    receive(store, an_order("O1", ("NEW", 1)))
    entry = the(store, ExceptionKind.ORDER_HELD)
    assert refused(lambda: resolve(store, entry, Fix.RECHECK)).code == "order.still_held"
    store.write(SITE, lambda tx: catalogue.save_items(tx, [an_item("NEW")]))
    resolve(store, entry, Fix.RECHECK)
    assert status(store, "O1") == "confirmed"


def test_an_order_without_stock_is_bound_when_some_came(store: Store) -> None:
    order(store, "O1", ("X", 99), policy="wait")
    entry = the(store, ExceptionKind.NO_STOCK)
    assert refused(lambda: resolve(store, entry, Fix.RECHECK)).code == "order.still_no_stock"
    store.write(SITE, lambda tx: put(tx, "A-1", "X", 200))
    resolve(store, entry, Fix.RECHECK)
    assert status(store, "O1") == "allocated"


def test_an_order_is_cancelled_from_its_exception(store: Store) -> None:
    order(store, "O1", ("X", 99), policy="wait")
    resolve(store, the(store, ExceptionKind.NO_STOCK), Fix.CANCEL_ORDER)
    assert status(store, "O1") == "cancelled"


def test_the_rest_of_an_order_in_hospital_is_given_up_and_it_ships_in_part(store: Store) -> None:
    order(store, "O1", ("X", 10), policy="hospital")
    Terminal(store, "pick-1").pick_whole_tour()
    bench = Terminal(store, "pack-1", "op-2")
    bench.open("O1", "P1")
    bench.tell(
        UnitRejected("P1", "O1", 1, "X", "", "T-1", 2, RejectCause.MISSING),
        ToteSentToHospital("O1", "T-1", HOSPITAL),
    )
    resolve(store, the(store, ExceptionKind.HOSPITAL), Fix.SHIP_PART)
    assert line(store, "O1").dropped == 2
    job = pack_job(store, "O1")
    assert job is not None
    assert job.lines[0].short == 0


def test_of_an_order_that_waits_for_all_the_part_that_is_there_is_shipped(store: Store) -> None:
    order(store, "O1", ("X", 99), policy="wait")
    resolve(store, the(store, ExceptionKind.NO_STOCK), Fix.SHIP_PART)
    assert status(store, "O1") == "allocated"
    assert (line(store, "O1").dropped, rows(store, schema.reservation)[0].quantity) == (89, 10)


def test_of_an_order_of_which_nothing_is_there_no_part_is_shipped(database_url: str) -> None:
    with closing(open_floor(database_url, (("A-1", "X", 0),))) as store:
        order(store, "O1", ("X", 1), policy="wait")
        entry = the(store, ExceptionKind.NO_STOCK)
        assert refused(lambda: resolve(store, entry, Fix.SHIP_PART)).code == "order.nothing_to_ship"
        assert status(store, "O1") == "confirmed"


def test_what_a_cancelled_order_left_in_a_tote_is_put_back_by_one_key(store: Store) -> None:
    picked(store)
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "shop"))
    resolve(store, the(store, ExceptionKind.PUT_BACK), Fix.PUT_BACK)
    assert balance(store, bin_place("A-1"), "X") == (10, 0)
    assert tote_row(store, "T-1").order_number == ""


def test_an_overdue_tour_is_taken_away_by_one_key(store: Store) -> None:
    order(store, "O1", ("X", 3))
    tour = Terminal(store, "pick-1").claim()
    entry = store.write(
        SITE,
        lambda tx: inbox.open_exception(tx, ExceptionKind.TOUR_OVERDUE, "tour", tour.id, "tour.overdue", ()),
    )
    assert entry
    resolve(store, the(store, ExceptionKind.TOUR_OVERDUE), Fix.TAKE_AWAY)
    assert tour_row(store, tour.id).status == "taken_away"


def test_a_label_is_tried_again_by_one_key(store: Store) -> None:
    bench = picked(store)
    bench.pack("O1", "P1", weight_g=40_000)
    do_jobs(store)
    resolve(store, the(store, ExceptionKind.NO_CARRIER), Fix.RETRY_LABEL)
    do_jobs(store)
    assert open_exceptions(store, ExceptionKind.NO_CARRIER)
    assert parcel_row(store, "P1").status == "awaiting_label"


def test_what_is_unexplained_is_written_off_against_the_count(store: Store) -> None:
    bench = picked(store)
    bench.open("O1", "P1")
    bench.tell(UnitRejected("P1", "O1", 1, "X", "", "T-1", 2, RejectCause.MISSING))
    assert balance(store, Account.UNEXPLAINED.value, "X")[0] == 2
    resolve(store, the(store, ExceptionKind.UNEXPLAINED), Fix.WRITE_OFF)
    assert balance(store, Account.UNEXPLAINED.value, "X")[0] == 0


def test_damaged_units_are_written_off_when_somebody_saw_them(store: Store) -> None:
    order(store, "O1", ("X", 3))
    terminal = Terminal(store, "pick-1")
    tour = terminal.claim()
    terminal.tell(Damaged(tour.id, tour.tasks[0].id, "O1", 1, "X", "", "A-1", 2))
    resolve(store, the(store, ExceptionKind.DAMAGED), Fix.WRITE_OFF)
    assert balance(store, Account.DAMAGED.value, "X")[0] == 2


def test_an_unknown_barcode_is_linked_to_its_item(store: Store) -> None:
    store.write(
        SITE,
        lambda tx: inbox.open_exception(
            tx, ExceptionKind.UNKNOWN_BARCODE, "barcode", "4711", "barcode.unknown", ()
        ),
    )
    resolve(store, the(store, ExceptionKind.UNKNOWN_BARCODE), Fix.LINK_BARCODE, sku="X")
    assert one(store, schema.barcode, code="4711").sku == "X"


# --- orders and totes ------------------------------------------------------------------------------------------


def test_a_held_order_leaves_the_pack_queue_until_it_is_released(store: Store) -> None:
    picked(store)
    store.write(SITE, lambda tx: supervising.hold(tx, SUE, "O1", "the shop called"))
    assert pack_job(store, "O1") is None
    store.write(SITE, lambda tx: supervising.release(tx, SUE, "O1"))
    assert pack_job(store, "O1") is not None
    assert one(store, schema.intervention, action="hold").reason == "the shop called"


def test_only_an_empty_tote_that_is_on_no_tour_is_freed(store: Store) -> None:
    order(store, "O1", ("X", 3))
    terminal = Terminal(store, "pick-1")
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")

    def free(code: str) -> Callable[[], object]:
        return lambda: store.write(SITE, lambda tx: supervising.free_tote(tx, SUE, code, "empty"))

    assert refused(free("T-1")).code == "tote.on_tour"
    terminal.pick(tour, tour.tasks[0], "T-1")
    assert refused(free("T-1")).code == "tote.not_empty"
    assert refused(free("T-99")).code == "tote.unknown"
    free("T-2")()


def test_the_board_says_what_is_left_by_ship_by_and_who_does_what(store: Store) -> None:
    order(store, "O1", ("X", 3), ("Y", 1))
    order(store, "O2", ("Y", 1), ship_by="2026-11-25T16:00:00Z")
    Terminal(store, "pick-1").claim()
    seen = store.read(SITE, board.board)
    assert [(each.orders, each.lines) for each in seen.left] == [(1, 2), (1, 1)]
    assert [each.number for each in seen.orders] == ["O1", "O2"]
    assert seen.tours[0].station == "pick-1"
    assert [each.name for each in seen.stations] == ["pick-1"]


def test_the_stock_of_an_item_is_shown_by_place(store: Store) -> None:
    picked(store)
    seen = store.read(SITE, lambda tx: board.item_stock(tx, "X"))
    assert [(row.location, row.on_hand, row.reserved) for row in seen.rows] == [("A-1", 7, 0)]
    assert seen.elsewhere == 3
    error = refused(lambda: store.read(SITE, lambda tx: board.item_stock(tx, "none")))
    assert error.code == "item.unknown"


def test_damage_that_leaves_an_order_short_is_one_entry_until_it_is_settled(store: Store) -> None:
    order(store, "O1", ("X", 10))
    terminal = Terminal(store, "pick-1")
    tour = terminal.claim()
    task = tour.tasks[0]
    terminal.tell(Damaged(tour.id, task.id, "O1", 1, "X", "", task.location, 10, missing=10))
    (entry,) = open_exceptions(store)
    assert (entry.kind, dict(entry.params)["orders"]) == (ExceptionKind.DAMAGED, "O1")
    resolve(store, entry, Fix.WRITE_OFF)
    (left,) = open_exceptions(store)
    assert (left.kind, left.subject) == (ExceptionKind.NO_STOCK, "O1")

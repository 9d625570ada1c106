"""Facts of packing, booked: from the tote into the parcel, and back; labels, closing, reopening, cancelling."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import update

from app.central import intake, labels, parcels, schema
from app.central.booking import bring_up_to_date
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.model.exceptions import ExceptionKind
from app.model.facts import (
    CartonChosen,
    LabelPrinted,
    MaterialUsed,
    ParcelClosed,
    ParcelFilled,
    ParcelParked,
    ParcelPassedOn,
    ParcelResumed,
    ParcelSetAside,
    ParcelWeighed,
    RejectCause,
    ToteDropped,
    ToteSentToHospital,
    UnitRejected,
    UnitVerified,
    VerifyUndone,
)
from app.model.stock import Account, bin_place, parcel_place, tote_place
from tests.central.books import SITE, balance
from tests.central.floor import (
    CARTON,
    HOSPITAL,
    Terminal,
    differences,
    do_jobs,
    fact_states,
    line,
    open_exceptions,
    open_floor,
    order,
    pack_job,
    parcel_row,
    record_of,
    rows,
    status,
    tote_row,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books
        assert differences(books) == ()


@pytest.fixture
def bench(store: Store) -> Terminal:
    """A bench with order O1 (three X, one Y) picked into tote T-1."""
    order(store, "O1", ("X", 3), ("Y", 1))
    Terminal(store, "pick-1").pick_whole_tour()
    return Terminal(store, "pack-1", operator="op-2")


def verified(parcel: str, quantity: int, sku: str = "X", number: int = 1) -> UnitVerified:
    return UnitVerified(parcel, "O1", number, sku, "", "T-1", quantity, f"EAN-{sku}")


def undone(parcel: str, quantity: int) -> VerifyUndone:
    return VerifyUndone(parcel, "O1", 1, "X", "", "T-1", quantity)


def rejected(parcel: str, quantity: int, cause: RejectCause) -> UnitRejected:
    return UnitRejected(parcel, "O1", 1, "X", "", "T-1", quantity, cause)


def reopen(store: Store, parcel: str) -> None:
    def work(tx: Tx) -> None:
        bring_up_to_date(tx, parcels.reopen(tx, parcel, "op-2"))

    store.write(SITE, work)


def test_verified_units_lie_in_the_parcel_with_who_packed_them(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 2))
    assert balance(store, parcel_place("P1"), "X") == (2, 0)
    assert balance(store, tote_place("T-1"), "X") == (1, 0)
    assert line(store, "O1").packed == 2
    (unit,) = rows(store, schema.parcel_unit)
    assert (unit.packed_by, unit.location, unit.quantity) == ("op-2", "A-1", 2)


def test_units_taken_back_lie_in_their_tote_again(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 3), undone("P1", 2))
    assert balance(store, tote_place("T-1"), "X") == (2, 0)
    assert line(store, "O1").packed == 1


def test_more_units_than_the_tote_holds_come_from_nowhere_and_are_explained_to_nobody(
    store: Store, bench: Terminal
) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 5))
    assert balance(store, parcel_place("P1"), "X") == (5, 0)
    assert balance(store, Account.UNEXPLAINED.value, "X")[0] == -2
    assert open_exceptions(store, ExceptionKind.UNEXPLAINED)
    assert (line(store, "O1").picked, line(store, "O1").packed) == (5, 5)


def test_more_units_taken_back_than_were_packed_come_from_nowhere(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 1), undone("P1", 2))
    assert balance(store, tote_place("T-1"), "X") == (4, 0)


@pytest.mark.parametrize(
    ("cause", "account", "kind"),
    [
        (RejectCause.DAMAGED, Account.DAMAGED, ExceptionKind.DAMAGED),
        (RejectCause.MISSING, Account.UNEXPLAINED, ExceptionKind.UNEXPLAINED),
    ],
)
def test_a_rejected_unit_is_booked_out_and_its_line_is_bound_anew(
    store: Store, bench: Terminal, cause: RejectCause, account: Account, kind: ExceptionKind
) -> None:
    bench.open("O1", "P1")
    bench.tell(rejected("P1", 1, cause))
    assert balance(store, account.value, "X")[0] == 1
    assert line(store, "O1").picked == 2
    assert len(open_exceptions(store, kind)) == 1
    assert [row.quantity for row in rows(store, schema.reservation)] == [1]
    job = pack_job(store, "O1")
    assert job is not None
    assert job.lines[0].short == 1


def test_facts_of_a_bench_that_move_nothing_are_kept(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(
        CartonChosen("P1", CARTON),
        MaterialUsed("P1", "wrap"),
        ParcelParked("P1"),
        ParcelResumed("P1"),
        ParcelPassedOn("P1", "op-9"),
        ParcelFilled("P1"),
        ParcelSetAside("P1"),
    )
    assert set(fact_states(store)) == {"applied"}
    assert parcel_row(store, "P1").packed_by == "op-9"


def test_a_weighed_parcel_gets_a_label_that_was_read_back(store: Store, bench: Terminal) -> None:
    bench.pack("O1", "P1")
    assert parcel_row(store, "P1").status == "awaiting_label"
    do_jobs(store)
    row = parcel_row(store, "P1")
    assert (row.status, row.carrier, row.service, row.price) == ("labelled", "swift", "swift-std", "5.39 EUR")
    shown = record_of(store, "label", "P1")
    assert (shown["sscc"], shown["order"], shown["void"]) == (row.sscc, "O1", False)
    assert shown["reasons"][0]["code"] == "carrier.chosen"
    label, slip = store.read(SITE, lambda tx: labels.papers(tx, "P1"))
    assert label.startswith(b"%PDF-")
    assert slip.startswith(b"%PDF-")
    bench.tell(LabelPrinted("P1", row.sscc, 1))


def test_closing_the_last_parcel_frees_the_tote_and_the_order_leaves_the_queue(
    store: Store, bench: Terminal
) -> None:
    bench.pack("O1", "P1")
    bench.label_and_close("P1")
    assert parcel_row(store, "P1").status == "closed"
    assert tote_row(store, "T-1").order_number == ""
    assert pack_job(store, "O1") is None
    assert status(store, "O1") == "packed"


def test_what_one_parcel_does_not_hold_goes_into_the_next(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 3), ParcelFilled("P1"), ParcelWeighed("P1", "O1", CARTON, 800, 800))
    bench.label_and_close("P1")
    job = bench.open("O1", "P2")
    assert job.next_parcel == 2
    assert [line.packed for line in job.lines] == [3, 0]
    bench.verify_all(job, "P2")
    bench.tell(ParcelWeighed("P2", "O1", CARTON, 400, 400))
    bench.label_and_close("P2")
    assert status(store, "O1") == "packed"


def test_no_carrier_is_an_exception_with_its_reasons_and_a_retry_brings_the_label(
    store: Store, bench: Terminal
) -> None:
    bench.pack("O1", "P1", weight_g=40_000)
    do_jobs(store)
    (entry,) = open_exceptions(store, ExceptionKind.NO_CARRIER)
    assert entry.subject == "P1"
    assert record_of(store, "label", "P1")["sscc"] == ""
    assert record_of(store, "label", "P1")["reasons"]
    bench.tell(ParcelWeighed("P1", "O1", CARTON, 900, 900))
    store.write(SITE, lambda tx: labels.retry(tx, "P1"))
    do_jobs(store)
    assert parcel_row(store, "P1").status == "labelled"
    assert open_exceptions(store) == []


def test_a_name_that_no_font_draws_is_an_exception_and_nothing_is_numbered_twice(
    store: Store, bench: Terminal
) -> None:
    def rename(tx: Tx) -> None:
        table = schema.sales_order
        address = {"name": "日本", "street": "S 1", "city": "B", "country": "DE", "postcode": "10115"}
        tx.conn.execute(update(table).where(table.c.number == "O1").values(ship_to=address))

    store.write(SITE, rename)
    bench.pack("O1", "P1")
    do_jobs(store)
    assert open_exceptions(store, ExceptionKind.LABEL_FAILED)
    assert parcel_row(store, "P1").status == "awaiting_label"


def test_a_reopened_parcel_is_void_and_its_box_is_packed_anew_under_another_number(
    store: Store, bench: Terminal
) -> None:
    bench.pack("O1", "P1")
    first = bench.label_and_close("P1")
    reopen(store, "P1")
    assert parcel_row(store, "P1").status == "void"
    assert record_of(store, "label", "P1")["void"]
    job = bench.open("O1", "P2")
    assert [tote.code for tote in job.totes] == [first]
    bench.verify_all(job, "P2")
    bench.tell(ParcelWeighed("P2", "O1", CARTON, 900, 900))
    assert bench.label_and_close("P2") != first
    assert status(store, "O1") == "packed"


def test_an_open_parcel_is_not_reopened(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    with pytest.raises(ApiError) as refused:
        reopen(store, "P1")
    assert refused.value.code == "parcel.not_weighed"


def test_a_tote_sent_to_the_hospital_stands_there_and_somebody_decides(store: Store, bench: Terminal) -> None:
    bench.tell(ToteSentToHospital("O1", "T-1", HOSPITAL))
    assert tote_row(store, "T-1").place == HOSPITAL
    assert open_exceptions(store, ExceptionKind.HOSPITAL)


def test_an_order_cancelled_while_its_tote_waits_is_put_back_where_it_came_from(
    store: Store, bench: Terminal
) -> None:
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "shop"))
    (entry,) = open_exceptions(store, ExceptionKind.PUT_BACK)
    job = pack_job(store, "O1")
    assert job is not None
    assert job.cancelled

    def put_back(tx: Tx) -> None:
        for number in parcels.put_back(tx, entry.subject, "op-9"):
            bring_up_to_date(tx, number)

    store.write(SITE, put_back)
    assert balance(store, bin_place("A-1"), "X") == (10, 0)
    assert tote_row(store, "T-1").order_number == ""
    assert pack_job(store, "O1") is None
    assert open_exceptions(store) == []
    assert status(store, "O1") == "cancelled"


@pytest.mark.parametrize("stage", ["open", "half", "weighed", "labelled", "closed"])
def test_an_order_cancelled_at_any_stage_at_the_bench_is_put_back_from_its_opened_box(
    store: Store, bench: Terminal, stage: str
) -> None:
    job = bench.open("O1", "P1")
    if stage == "half":
        bench.tell(verified("P1", 2))
    if stage in {"weighed", "labelled", "closed"}:
        bench.verify_all(job, "P1")
        bench.tell(ParcelWeighed("P1", "O1", CARTON, 900, 900))
    if stage == "labelled":
        do_jobs(store)
    if stage == "closed":
        bench.label_and_close("P1")
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "shop"))
    do_jobs(store)
    assert parcel_row(store, "P1").status == "void"
    assert {row.state for row in rows(store, schema.label)} <= {"void"}
    for entry in open_exceptions(store, ExceptionKind.PUT_BACK):
        store.write(SITE, lambda tx, entry=entry: parcels.put_back(tx, entry.subject, "op-9"))  # type: ignore[misc]
    assert balance(store, bin_place("A-1"), "X") == (10, 0)
    assert balance(store, bin_place("A-2"), "Y") == (10, 0)
    assert open_exceptions(store) == []


def test_what_a_bench_still_records_after_a_cancellation_is_booked_and_put_back_too(
    store: Store, bench: Terminal
) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 1))
    bench.record(verified("P1", 2), undone("P1", 3))
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "shop"))
    bench.send()
    assert balance(store, tote_place("T-1"), "X") == (3, 0)
    assert balance(store, Account.UNEXPLAINED.value, "X")[0] == 0
    for entry in open_exceptions(store, ExceptionKind.PUT_BACK):
        store.write(SITE, lambda tx, entry=entry: parcels.put_back(tx, entry.subject, "op-9"))  # type: ignore[misc]
    assert balance(store, bin_place("A-1"), "X") == (10, 0)


def test_an_order_cancelled_on_the_tour_loses_its_open_tasks_and_what_is_picked_is_put_back(
    store: Store,
) -> None:
    order(store, "O1", ("X", 3), ("Y", 1))
    order(store, "O2", ("Y", 1))
    picker = Terminal(store, "pick-1")
    tour = picker.claim()
    picker.assign(tour, O1="T-1", O2="T-2")
    mine = [task for task in tour.tasks if task.order == "O1"]
    picker.pick(tour, mine[0], "T-1")
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "shop"))
    lent = record_of(store, "tour", tour.id, "pick-1")
    assert {task["order"] for task in lent["tour"]["tasks"]} == {"O2"}
    assert len(open_exceptions(store, ExceptionKind.PUT_BACK)) == 1
    picker.tell(ToteDropped(tour.id, "T-1", "DROP-1"))
    assert len(open_exceptions(store, ExceptionKind.PUT_BACK)) == 1


def test_a_parcel_closed_by_a_station_that_had_not_heard_of_its_reopening_stays_void(
    store: Store, bench: Terminal
) -> None:
    bench.pack("O1", "P1")
    do_jobs(store)
    sscc = parcel_row(store, "P1").sscc
    reopen(store, "P1")
    bench.tell(ParcelClosed("P1", sscc))
    assert parcel_row(store, "P1").status == "void"
    assert pack_job(store, "O1") is not None


@pytest.mark.parametrize("how", ["by mistake", "taken back", "all rejected"])
def test_a_parcel_that_is_left_empty_is_void_and_the_order_can_be_packed(
    store: Store, bench: Terminal, how: str
) -> None:
    bench.open("O1", "P1")
    if how == "taken back":
        bench.tell(verified("P1", 3), undone("P1", 3))
    if how == "all rejected":
        bench.tell(rejected("P1", 3, RejectCause.DAMAGED))
    bench.tell(ParcelParked("P1"))
    assert parcel_row(store, "P1").status == "void"
    assert record_of(store, "label", "P1")["void"]
    if how == "all rejected":
        Terminal(store, "pick-2").pick_whole_tour("CART-2")
    bench.pack("O1", "P2")
    bench.label_and_close("P2")
    assert status(store, "O1") == "packed"
    assert pack_job(store, "O1") is None
    assert tote_row(store, "T-1").order_number == ""


def test_an_empty_parcel_left_at_the_hospital_place_is_void(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(
        verified("P1", 1), undone("P1", 1), ToteSentToHospital("O1", "T-1", HOSPITAL), ParcelParked("P1")
    )
    assert parcel_row(store, "P1").status == "void"
    assert tote_row(store, "T-1").order_number == "O1"


def test_a_parcel_left_with_units_in_it_stays_open(store: Store, bench: Terminal) -> None:
    bench.open("O1", "P1")
    bench.tell(verified("P1", 1), ParcelParked("P1"), ParcelResumed("P1"), verified("P1", 2))
    assert parcel_row(store, "P1").status == "open"


@pytest.mark.parametrize("stage", ["weighed", "labelled", "closed"])
def test_the_tote_of_a_cancelled_order_that_was_packed_already_is_free(
    store: Store, bench: Terminal, stage: str
) -> None:
    bench.pack("O1", "P1")
    if stage == "labelled":
        do_jobs(store)
    if stage == "closed":
        bench.label_and_close("P1")
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "shop"))
    assert tote_row(store, "T-1").order_number == ""


def test_the_tote_of_a_parcel_that_was_opened_again_before_it_was_closed_is_free(
    store: Store, bench: Terminal
) -> None:
    bench.pack("O1", "P1")
    do_jobs(store)
    reopen(store, "P1")
    bench.pack("O1", "P2")
    bench.label_and_close("P2")
    assert status(store, "O1") == "packed"
    assert tote_row(store, "T-1").order_number == ""


def test_a_box_closed_under_a_label_that_is_not_its_own_is_for_a_person_to_look_at(
    store: Store, bench: Terminal
) -> None:
    bench.pack("O1", "P1")
    do_jobs(store)
    sscc = parcel_row(store, "P1").sscc
    bench.tell(ParcelClosed("P1", "340123450000000000"))
    (entry,) = open_exceptions(store, ExceptionKind.EVENT_REFUSED)
    assert (entry.subject, entry.code) == ("P1", "parcel.closed_under_other_label")
    assert parcel_row(store, "P1").status == "labelled"
    bench.tell(ParcelClosed("P1", sscc))
    assert parcel_row(store, "P1").status == "closed"

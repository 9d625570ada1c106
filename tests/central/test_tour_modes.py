"""The modes of a tour from the order to the parcel, in the books: nothing is lost, and the audit finds nothing."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.central import catalogue, intake, lending, parcels, schema
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.fulfilment.dialogues.packing import opening
from app.fulfilment.dialogues.packing.state import Packing
from app.model.answers import Kind, Meaning
from app.model.facts import (
    ParcelOpened,
    ParcelWeighed,
    ShortCause,
    ToteAssigned,
    ToteDropped,
    TourFinished,
    UnitVerified,
    ZeroPicked,
)
from app.model.floor import Cart, Location, LocationKind, PickMode, ToteUse, Zone
from app.model.known import Known
from app.model.stock import parcel_place, tote_place
from app.model.work import Tour
from tests.central.books import SITE, balance
from tests.central.floor import (
    CART,
    CARTON,
    DROP,
    Terminal,
    a_pick,
    balanced,
    lent_tour,
    open_floor,
    order,
    pack_job,
    rows,
    status,
    tote_row,
)

BUFFER = "BUF-A"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(
        open_floor(database_url, [("A-1", "X", 20), ("A-2", "Y", 20), ("B-1", "Z", 20), ("B-2", "X", 5)])
    ) as books:

        def zones(tx: Tx) -> None:
            catalogue.save_locations(
                tx,
                [
                    Location("B-1", "B", LocationKind.PICK_FACE, 9000, 0, True, "12"),
                    Location("B-2", "B", LocationKind.RESERVE, 9500, 0, True, "13"),
                    Location(BUFFER, "A", LocationKind.BUFFER, 5000, 0, False, "97"),
                ],
            )

        books.write(SITE, zones)
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


def rule(store: Store, *zones: Zone) -> None:
    store.write(SITE, lambda tx: catalogue.save_zones(tx, zones))


def known_to_a_bench(store: Store, *orders: str) -> Known:
    """A bench that knows these pack jobs, the totes and the drop and buffer places."""
    known = Known(station="bench-1", online=True)
    for number in orders:
        job = pack_job(store, number)
        if job is not None:
            known.learn("pack_job", number, job)
    for place in store.read(SITE, catalogue.locations).values():
        known.learn("location", place.code, place)
    for carton in store.read(SITE, catalogue.cartons).values():
        known.learn("carton", carton.code, carton)
    for row in rows(store, schema.tote):
        known.learn("tote", row.code, ToteUse(row.code, row.order_number, row.tour, row.station, row.place))
    return known


def open_by_tote(store: Store, tote: str, parcel: str, *orders: str) -> tuple[object, ...]:
    decision = opening.open_by(Packing(), Meaning(Kind.TOTE, tote), known_to_a_bench(store, *orders), parcel)
    assert decision.verdict is not None
    return decision.facts or (decision.verdict.code,)


# --- orders of one SKU -----------------------------------------------------------------------------------------


def one_sku_tour(store: Store, terminal: Terminal) -> Tour:
    rule(store, Zone("A", mode=PickMode.ONE_SKU))
    for number in ("O1", "O2", "O3", "O4", "O5"):
        order(store, number, ("X", 1))
    order(store, "O6", ("Y", 1))
    tour = terminal.claim()
    terminal.tell(ToteAssigned(tour.id, 0, "O1", "T-1"))
    return tour


def test_orders_of_one_sku_share_one_slot_whatever_the_cart_holds(store: Store, terminal: Terminal) -> None:
    tour = one_sku_tour(store, terminal)
    assert tour.mode is PickMode.ONE_SKU
    assert tour.orders == ("O1", "O2", "O3", "O4", "O5")
    assert {task.slot for task in tour.tasks} == {0}


def test_a_shared_tote_is_sorted_order_by_order_and_then_free(store: Store, terminal: Terminal) -> None:
    tour = one_sku_tour(store, terminal)
    terminal.tell(*(a_pick(tour, task, "T-1") for task in tour.tasks))
    on_tour = pack_job(store, "O2")
    assert on_tour is None, "the tote is still on its way"
    terminal.finish(tour, "T-1")
    bench = Terminal(store, "pack-1", "op-2")
    for number in tour.orders:
        assert status(store, number) == "picked"
        facts = open_by_tote(store, "T-1", f"P-{number}", *tour.orders)
        assert isinstance(facts[0], ParcelOpened)
        assert facts[0].order == number
        bench.pack(number, f"P-{number}")
        bench.label_and_close(f"P-{number}")
    assert tote_row(store, "T-1").order_number == ""
    assert balance(store, tote_place("T-1"), "X") == (0, 0)


def test_of_a_shared_tote_only_the_cancelled_order_is_put_back(store: Store, terminal: Terminal) -> None:
    tour = one_sku_tour(store, terminal)
    terminal.tell(*(a_pick(tour, task, "T-1") for task in tour.tasks))
    terminal.finish(tour, "T-1")
    store.write(SITE, lambda tx: intake.cancel(tx, "O1", "op-9"))
    assert store.write(SITE, lambda tx: parcels.put_back(tx, "T-1", "op-9")) == ("O1",)
    assert balance(store, tote_place("T-1"), "X") == (4, 0)
    assert status(store, "O2") == "picked"


# --- straight into the box -------------------------------------------------------------------------------------


def boxed(store: Store, terminal: Terminal) -> Tour:
    rule(store, Zone("A", mode=PickMode.CARTON))
    order(store, "O1", ("X", 2), ("Y", 1))
    tour = terminal.claim()
    assert tour.mode is PickMode.CARTON
    assert tour.cartons == (CARTON,)
    return tour


def test_what_is_picked_into_its_box_is_packed_by_scanning_the_box(store: Store, terminal: Terminal) -> None:
    tour = boxed(store, terminal)
    terminal.tell(ToteAssigned(tour.id, 0, "O1", "T-1", CARTON))
    terminal.tell(*(a_pick(tour, task, "T-1") for task in tour.tasks))
    terminal.finish(tour, "T-1")
    facts = open_by_tote(store, "T-1", "P-1", "O1")
    assert isinstance(facts[0], ParcelOpened)
    assert facts[0].carton == CARTON
    assert [type(fact) for fact in facts[1:]] == [UnitVerified, UnitVerified]
    bench = Terminal(store, "pack-1", "op-2")
    bench.tell(*facts, ParcelWeighed("P-1", "O1", CARTON, 900, 900))  # type: ignore[arg-type]
    assert balance(store, parcel_place("P-1"), "X") == (2, 0)
    bench.label_and_close("P-1")
    assert status(store, "O1") == "packed"
    assert (tote_row(store, "T-1").order_number, tote_row(store, "T-1").carton) == ("", "")


def test_two_boxes_of_an_order_are_two_parcels(store: Store, terminal: Terminal) -> None:
    tour = boxed(store, terminal)
    terminal.tell(ToteAssigned(tour.id, 0, "O1", "T-1", CARTON), a_pick(tour, tour.tasks[0], "T-1"))
    terminal.tell(ToteAssigned(tour.id, 0, "O1", "T-2", CARTON), a_pick(tour, tour.tasks[1], "T-2"))
    terminal.finish(tour, "T-1", "T-2")
    facts = open_by_tote(store, "T-2", "P-1", "O1")
    assert [getattr(fact, "tote", "") for fact in facts] == ["", "T-2", ""], (
        "the other box is the next parcel"
    )
    bench = Terminal(store, "pack-1", "op-2")
    bench.tell(*facts, ParcelWeighed("P-1", "O1", CARTON, 900, 900))  # type: ignore[arg-type]
    bench.label_and_close("P-1")
    facts = open_by_tote(store, "T-1", "P-2", "O1")
    bench.tell(*facts, ParcelWeighed("P-2", "O1", CARTON, 900, 900))  # type: ignore[arg-type]
    bench.label_and_close("P-2")
    assert status(store, "O1") == "packed"


def test_an_order_that_no_box_holds_has_a_tote(store: Store, terminal: Terminal) -> None:
    rule(store, Zone("A", mode=PickMode.CARTON))
    store.write(SITE, lambda tx: catalogue.save_cartons(tx, []))
    order(store, "O1", ("X", 20), ("Y", 20))
    assert terminal.claim().mode is PickMode.ORDERS


# --- zone by zone ----------------------------------------------------------------------------------------------


def zone_a(store: Store, terminal: Terminal) -> Tour:
    """O1 has work in two zones, and its tote waits in the buffer of the first."""
    rule(store, Zone("A", mode=PickMode.ZONE, buffer=BUFFER), Zone("B", mode=PickMode.ZONE))
    order(store, "O1", ("X", 2), ("Z", 1))
    order(store, "O2", ("Y", 1))
    tour = terminal.claim()
    slot = tour.orders.index("O1")
    terminal.assign(tour, O1="T-1", O2="T-2")
    assert slot in {0, 1}
    totes = {"O1": "T-1", "O2": "T-2"}
    terminal.tell(*(a_pick(tour, task, totes[task.order]) for task in tour.tasks))
    terminal.tell(
        ToteDropped(tour.id, "T-1", BUFFER), ToteDropped(tour.id, "T-2", DROP), TourFinished(tour.id)
    )
    return tour


def test_a_tour_of_a_zone_stays_there_and_knows_what_goes_on_elsewhere(
    store: Store, terminal: Terminal
) -> None:
    tour = zone_a(store, terminal)
    assert (tour.mode, tour.zone, tour.buffer) == (PickMode.ZONE, "A", BUFFER)
    assert {task.location for task in tour.tasks} == {"A-1", "A-2"}
    assert tour.onward == ("O1",)
    assert status(store, "O1") == "picking"
    assert status(store, "O2") == "picked"


def test_a_tote_in_a_buffer_is_not_packed_before_the_next_zone_has_added_its_part(
    store: Store, terminal: Terminal
) -> None:
    zone_a(store, terminal)
    assert open_by_tote(store, "T-1", "P-1", "O1") == ("pack.goes_on_elsewhere",)


def test_the_next_zones_picker_takes_the_tote_over_by_scanning_it(store: Store, terminal: Terminal) -> None:
    zone_a(store, terminal)
    other = Terminal(store, "pick-2")
    tour = other.claim("T-1")
    assert (tour.cart, tour.orders, tour.zone) == ("T-1", ("O1",), "B")
    assert tour.onward == ()
    other.tell(ToteAssigned(tour.id, 0, "O1", "T-1", brought=True))
    assert tote_row(store, "T-1").station == "pick-2"
    with pytest.raises(ApiError) as error:
        lending.claim(store, SITE, "pick-3", "op-1", "T-1")
    assert error.value.code == "work.cart_in_use"
    other.pick(tour, tour.tasks[0], "T-1")
    other.finish(tour, "T-1")
    assert status(store, "O1") == "picked"
    job = pack_job(store, "O1")
    assert job is not None
    assert job.to_come == 0
    assert {content.sku for content in job.totes[0].contents} == {"X", "Z"}


def test_only_a_tote_that_waits_somewhere_brings_work(store: Store, terminal: Terminal) -> None:
    zone_a(store, terminal)
    for tote, code in (("T-3", "work.unknown_cart"), ("T-2", "work.none")):
        with pytest.raises(ApiError) as error:
            lending.claim(store, SITE, "pick-2", "op-1", tote)
        assert error.value.code == code


def test_sister_lines_of_an_order_that_was_begun_come_before_others_of_its_priority(
    store: Store, terminal: Terminal
) -> None:
    zone_a(store, terminal)
    order(store, "O0", ("Z", 1), ship_by="2026-11-24T10:00:00Z")
    store.write(SITE, lambda tx: catalogue.save_carts(tx, [Cart("CART-9", 1)]))
    tour = Terminal(store, "pick-2").claim("CART-9")
    assert tour.orders == ("O1",), "although O0 ships earlier"


def test_a_short_that_is_found_in_another_zone_sends_the_tote_on(store: Store, terminal: Terminal) -> None:
    rule(store, Zone("A", mode=PickMode.ZONE, buffer=BUFFER), Zone("B", mode=PickMode.ZONE))
    order(store, "O1", ("X", 1), ("Y", 1))
    tour = terminal.claim(CART)
    assert tour.onward == ()
    task = next(task for task in tour.tasks if task.sku == "X")
    terminal.tell(ZeroPicked(tour.id, task.id, "O1", task.line, "X", "", task.location, 1, ShortCause.SHORT))
    lent = lent_tour(store, tour.id, "pick-1")
    assert lent is not None
    assert lent.tour.onward == ("O1",)
    assert lent.tour.version > tour.version
    assert {other.location for other in lent.tour.tasks} == {"A-1", "A-2"}

"""Tours: built for a cart, lent once, parked and resumed, taken away, changed under way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from app.central import catalogue, intake, lending, schema, stations
from app.central.refusal import ApiError
from app.central.store import Store
from app.model.exceptions import ExceptionKind
from app.model.facts import LocationReached, TourParked
from tests.central.books import SITE
from tests.central.floor import (
    CART,
    Terminal,
    Ticking,
    balanced,
    enrol,
    lent_tour,
    one,
    open_exceptions,
    open_floor,
    order,
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


def claim(store: Store, station: str, cart: str = CART, operator: str = "op-1") -> str:
    return lending.claim(store, SITE, station, operator, cart)


def refused(store: Store, station: str, cart: str = CART) -> ApiError:
    with pytest.raises(ApiError) as error:
        claim(store, station, cart)
    return error.value


def test_a_tour_carries_the_most_urgent_orders_with_their_reservations_as_tasks(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 1), priority=2)
    order(store, "O2", ("X", 2), priority=1)
    order(store, "O3", ("Y", 3), priority=1)
    tour = terminal.claim()
    assert set(tour.orders) == {"O2", "O3"}
    assert {task.id for task in tour.tasks} == {
        row.id for row in rows(store, schema.reservation, tour=tour.id)
    }
    assert tour.length_mm <= tour.location_order_mm
    assert status(store, "O2") == "picking"
    assert status(store, "O1") == "allocated"


def test_nothing_to_pick(store: Store) -> None:
    assert refused(store, "pick-1").code == "work.none"


def test_a_cart_that_nobody_knows(store: Store) -> None:
    assert refused(store, "pick-1", "CART-9").code == "work.unknown_cart"


def test_a_held_order_is_not_walked(store: Store) -> None:
    order(store, "O1", ("X", 1))
    store.write(SITE, lambda tx: intake.hold(tx, "O1", "op-9"))
    assert refused(store, "pick-1").code == "work.none"


def test_asking_again_after_a_lost_answer_gives_the_same_tour(store: Store) -> None:
    order(store, "O1", ("X", 1))
    assert claim(store, "pick-1") == claim(store, "pick-1")


def test_a_cart_that_somebody_walks_with_is_refused_by_name(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1))
    terminal.claim()
    error = refused(store, "pick-2")
    assert error.code == "work.cart_in_use"
    assert error.params == {"cart": CART, "operator": "Pia Picker", "station": "pick-1"}


def test_a_cart_whose_last_station_is_silent_names_it(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 1))
    terminal.claim()
    clock = store.clock
    assert isinstance(clock, Ticking)
    clock.now += timedelta(minutes=5)
    error = refused(store, "pick-2")
    assert error.code == "work.facts_missing"
    assert error.params["station"] == "pick-1"


def test_a_parked_tour_goes_on_at_any_station_with_its_history(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1", 1)
    terminal.tell(TourParked(tour.id))
    assert lent_tour(store, tour.id, "pick-1") is None
    other = Terminal(store, "pick-2")
    assert claim(store, "pick-2") == tour.id
    lent = lent_tour(store, tour.id, "pick-2")
    assert lent is not None
    assert not lent.taken_over
    assert len(lent.history) == terminal.seq
    assert tote_row(store, "T-1").station == "pick-2"
    other.claim()
    other.pick(tour, tour.tasks[0], "T-1", 2)
    other.finish(tour, "T-1")
    assert status(store, "O1") == "picked"


def test_a_history_holds_no_history(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.tell(TourParked(tour.id))
    for _ in range(3):
        terminal.claim()
        terminal.tell(TourParked(tour.id))
    claim(store, "pick-2")
    lent = lent_tour(store, tour.id, "pick-2")
    assert lent is not None
    assert sum(len(envelope) for envelope in lent.history) < 10_000


def test_a_tour_that_was_taken_away_goes_on_with_a_warning(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    store.write(SITE, lambda tx: lending.take_away(tx, tour.id))
    assert lent_tour(store, tour.id, "pick-1") is None
    assert claim(store, "pick-2") == tour.id
    lent = lent_tour(store, tour.id, "pick-2")
    assert lent is not None
    assert lent.taken_over


def test_only_a_lent_tour_is_taken_away(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.tell(TourParked(tour.id))
    for name, code in ((tour.id, "tour.not_lent"), ("T-none", "tour.unknown")):
        with pytest.raises(ApiError) as error:
            store.write(SITE, lambda tx, name=name: lending.take_away(tx, name))  # type: ignore[misc]
        assert error.value.code == code


def test_a_station_whose_facts_are_still_on_the_way_waits_for_them(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.tell(LocationReached(tour.id, tour.tasks[0].id, "A-1"))
    assert refused(store, "pick-1").code == "work.facts_missing"


def test_a_station_that_is_enrolled_anew_gives_up_what_it_held(store: Store, terminal: Terminal) -> None:
    enrol(store, "pick-1")
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    enrol(store, "pick-1")
    assert tour_row(store, tour.id).status == "taken_away"


def test_a_tour_that_stays_out_is_noticed_once(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    terminal.claim()
    clock = store.clock
    assert isinstance(clock, Ticking)
    clock.now += timedelta(hours=3)
    assert store.write(SITE, lending.notice_overdue) == 1
    assert store.write(SITE, lending.notice_overdue) == 0
    assert len(open_exceptions(store, ExceptionKind.TOUR_OVERDUE)) == 1


def test_two_stations_never_get_the_same_order(store: Store) -> None:
    for number in range(6):
        order(store, f"O{number}", ("X", 1))
    with ThreadPoolExecutor(4) as pool:
        granted = list(
            pool.map(
                lambda at: claim(store, f"pick-{at}", CART if at % 2 else "CART-2"),
                range(2),
            )
        )
    assert len(set(granted)) == 2
    carried = [row.order_number for row in rows(store, schema.tour_order)]
    assert len(carried) == len(set(carried)) == 6


def test_who_asks_for_one_cart_at_once_gets_one_tour(store: Store) -> None:
    order(store, "O1", ("X", 1))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: claim(store, "pick-1"), range(4)))
    assert len(set(answers)) == 1
    assert len(rows(store, schema.tour)) == 1


def test_a_silent_station_is_heard_of_by_listening(store: Store) -> None:
    store.write(SITE, lambda tx: stations.hear(tx, "pick-7"))
    assert one(store, schema.station, name="pick-7").last_seen_at is not None


# --- taken over by a colleague ---------------------------------------------------------------------------------


def test_a_colleagues_tour_is_taken_over_and_both_are_told(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.pick(tour, tour.tasks[0], "T-1", 1)
    taken = lending.claim(store, SITE, "pick-2", "op-9", CART, take_over=True)
    assert taken == tour.id
    mine = lent_tour(store, tour.id, "pick-2")
    assert mine is not None
    assert (mine.taken_from, mine.taken_over, len(mine.history)) == ("Pia Picker", False, terminal.seq)
    theirs = lent_tour(store, tour.id, "pick-1")
    assert theirs is not None
    assert (theirs.station, theirs.holder) == ("pick-2", "Sue Supervisor")
    terminal.tell(TourParked(tour.id))
    assert lent_tour(store, tour.id, "pick-1") is None
    assert tour_row(store, tour.id).status == "lent", "only its holder puts it down"
    other = Terminal(store, "pick-2", "op-9")
    other.pick(tour, tour.tasks[0], "T-1", 2)
    other.finish(tour, "T-1")
    assert status(store, "O1") == "picked"


def test_a_tour_whose_facts_are_not_all_here_is_not_taken_over(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    terminal.claim()
    clock = store.clock
    assert isinstance(clock, Ticking)
    clock.now += timedelta(minutes=5)
    with pytest.raises(ApiError) as error:
        lending.claim(store, SITE, "pick-2", "op-9", CART, take_over=True)
    assert error.value.code == "work.facts_missing"


def test_what_the_last_holder_picked_unseen_is_not_asked_of_the_one_who_took_over(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 1), ("Y", 1))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    enrol(store, "pick-2")
    lending.claim(store, SITE, "pick-2", "op-2", CART, take_over=True)
    terminal.pick(tour, tour.tasks[0], "T-1")
    taken = lent_tour(store, tour.id, "pick-2")
    assert taken is not None
    assert [task.id for task in taken.tour.tasks] == [tour.tasks[1].id]


def test_a_colleague_with_a_very_long_name_can_be_relieved(store: Store, terminal: Terminal) -> None:
    store.write(
        SITE,
        lambda tx: catalogue.save_operators(tx, [replace(catalogue.operators(tx)["op-1"], name="A" * 180)]),
    )
    order(store, "O1", ("X", 1))
    tour = terminal.claim()
    enrol(store, "pick-2")
    assert lending.claim(store, SITE, "pick-2", "op-2", CART, take_over=True) == tour.id

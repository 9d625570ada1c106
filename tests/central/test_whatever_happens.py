"""Whatever the floor records, in whatever order it arrives: the books balance and no station is stopped."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.central import catalogue, intake, lending, parcels, schema, uploads
from app.central.booking import bring_up_to_date
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.model.facts import (
    Damaged,
    Fact,
    ParcelClosed,
    ParcelOpened,
    ParcelWeighed,
    Picked,
    PickUndone,
    RejectCause,
    ShortCause,
    Shorted,
    ToteAssigned,
    ToteDropped,
    TourFinished,
    TourParked,
    UnitRejected,
    UnitVerified,
    VerifyUndone,
    ZeroPicked,
)
from app.model.floor import Cart
from app.model.orders import Address, ShortPolicy
from app.model.stock import Account
from app.model.work import PackJob
from tests.central.books import SITE, balance
from tests.central.floor import (
    CARTON,
    DROP,
    Terminal,
    a_pick,
    differences,
    do_jobs,
    fact_states,
    line,
    open_floor,
    order,
    rows,
    status,
)

TOTES = ("T-1", "T-2")
PLACES = (("A-1", "X"), ("A-2", "Y"), ("A-3", "X"))
ORDERS = ("O1", "O2")
PARCELS = ("P1", "P2")
JOB = PackJob(
    "O1",
    5,
    datetime(2026, 11, 24, tzinfo=UTC),
    "standard",
    ShortPolicy.SHIP_PART,
    Address("n", "s", "c", "DE"),
    (),
    (),
)

units = st.integers(1, 4)
numbers = st.sampled_from(ORDERS)
totes = st.sampled_from(TOTES)
boxes = st.sampled_from(PARCELS)


@st.composite
def facts(draw: st.DrawFn, tour: str) -> Fact:
    """A fact that could be recorded, fitting or not."""
    number, tote, box, quantity = draw(numbers), draw(totes), draw(boxes), draw(units)
    location, sku = draw(st.sampled_from(PLACES))
    at = 1 if sku == "X" else 2
    task = draw(st.sampled_from(("t1", "t2")))
    picking = (tour, task, number, at, sku, "", location)
    packing = (box, number, at, sku, "", tote, quantity)
    choices: tuple[Fact, ...] = (
        ToteAssigned(tour, ORDERS.index(number), number, tote),
        Picked(*picking, tote, quantity),
        Picked(*picking, tote, quantity),
        PickUndone(*picking, tote, quantity),
        Shorted(*picking, 1, quantity, ShortCause.SHORT),
        ZeroPicked(*picking, quantity, ShortCause.BLOCKED),
        Damaged(*picking, quantity),
        ToteDropped(tour, tote, DROP),
        TourParked(tour),
        TourFinished(tour),
        ParcelOpened(box, number, 1, CARTON, JOB),
        UnitVerified(*packing, "code"),
        UnitVerified(*packing, "code"),
        VerifyUndone(*packing),
        UnitRejected(*packing, draw(st.sampled_from(RejectCause))),
        ParcelWeighed(box, number, CARTON, 500, 500),
        ParcelClosed(box, ""),
    )
    return draw(st.sampled_from(choices))


@contextmanager
def a_floor(url: str = "") -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"sqlite:///{Path(folder)}/central.db"
        with closing(open_floor(url, (("A-1", "X", 6), ("A-2", "Y", 6), ("A-3", "X", 3)))) as store:
            order(store, "O1", ("X", 4), ("Y", 2))
            order(store, "O2", ("X", 2), ("Y", 2))
            yield store


@settings(max_examples=25)
@given(st.data())
def test_the_books_balance_whatever_is_recorded(data: st.DataObject) -> None:
    with a_floor() as store:
        stations = [Terminal(store, "pick-1"), Terminal(store, "pick-2", "op-2")]
        tour = stations[0].claim()
        deeds = st.one_of(
            facts(tour.id).map(lambda fact: ("fact", fact)),
            st.sampled_from(
                (("cancel", "O1"), ("cancel", "O2"), ("jobs", ""), ("reopen", "P1"), ("away", ""))
            ),
        )
        for deed, what in data.draw(st.lists(deeds, max_size=30)):
            if deed == "fact":
                data.draw(st.sampled_from(stations)).tell(what)  # type: ignore[arg-type]
            else:
                do(store, deed, str(what), tour.id)
        assert differences(store) == ()
        assert [row.cause for row in rows(store, schema.fact, state="refused")] == []


def do(store: Store, deed: str, what: str, tour: str) -> None:
    def work(tx: Tx) -> None:
        if deed == "cancel":
            intake.cancel(tx, what, "shop")
        elif deed == "reopen":
            bring_up_to_date(tx, parcels.reopen(tx, what, "op-2"))
        elif deed == "away":
            lending.take_away(tx, tour)

    if deed == "jobs":
        do_jobs(store)
        return
    with suppress(ApiError):
        store.write(SITE, work)


@settings(max_examples=15)
@given(st.data())
def test_lost_answers_and_repeats_book_nothing_twice(data: st.DataObject) -> None:
    """The same journal, sent in any overlapping pieces, books what it books when it is sent once."""
    with a_floor() as store:
        terminal = Terminal(store, "pick-1")
        tour = terminal.claim()
        tote_of = {number: f"T-{slot + 1}" for slot, number in enumerate(tour.orders)}
        terminal.record(*(ToteAssigned(tour.id, tour.orders.index(n), n, t) for n, t in tote_of.items()))
        terminal.record(*(a_pick(tour, task, tote_of[task.order]) for task in tour.tasks))
        terminal.record(
            *(ToteDropped(tour.id, tote, DROP) for tote in tote_of.values()), TourFinished(tour.id)
        )
        here = terminal.sent
        for back, length in data.draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=8)):
            first = max(1, here + 1 - back)
            last = min(terminal.seq, first + length)
            done = uploads.receive(store, SITE, "pick-1", terminal.upload(first, last))
            assert done.acknowledged >= here
            here = done.acknowledged
        uploads.receive(store, SITE, "pick-1", terminal.upload(1))
        assert len(rows(store, schema.fact)) == terminal.seq
        assert (line(store, "O1", 1).picked, line(store, "O1", 2).picked) == (4, 2)
        assert status(store, "O1") == "picked"
        assert balance(store, Account.UNEXPLAINED.value, "X") == (0, 0)
        assert differences(store) == ()


def test_many_stations_at_once_book_everything_once(database_url: str) -> None:
    """Each upload is sent three times at once, by stations whose picks meet in the same bins."""
    with closing(open_floor(database_url, (("A-1", "X", 200), ("A-2", "Y", 200)))) as store:
        numbered = [f"O{at}" for at in range(8)]
        for at, number in enumerate(numbered, start=1):
            order(store, number, ("X", 3), ("Y", 2), priority=at)
        store.write(SITE, lambda tx: catalogue.save_carts(tx, [Cart(f"C-{at}", 1) for at in range(8)]))
        terminals = [Terminal(store, f"pick-{at}") for at in range(8)]
        tours = [terminal.claim(f"C-{at}") for at, terminal in enumerate(terminals)]
        sent = []
        for terminal, tour in zip(terminals, tours, strict=True):
            (number,) = tour.orders
            terminal.record(ToteAssigned(tour.id, 0, number, f"T{number}"))
            terminal.record(*(a_pick(tour, task, f"T{number}") for task in reversed(tour.tasks)))
            terminal.record(ToteDropped(tour.id, f"T{number}", DROP), TourFinished(tour.id))
            sent += [(terminal, terminal.upload())] * 3
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda each: uploads.receive(store, SITE, each[0].name, each[1]), sent))
        assert [status(store, number) for number in numbered] == ["picked"] * 8
        assert balance(store, "bin:A-1", "X") == (176, 0)
        assert set(fact_states(store)) == {"applied"}
        assert differences(store) == ()


@pytest.mark.parametrize("station", ["pick-1"])
def test_a_station_is_never_stopped_by_its_own_nonsense(database_url: str, station: str) -> None:
    with a_floor(database_url) as store:
        terminal = Terminal(store, station)
        tour = terminal.claim()
        terminal.write("nonsense")
        terminal.record(ParcelClosed("P-none", ""), ToteAssigned(tour.id, 0, "O1", "T-1"))
        terminal.write("{}")
        terminal.record(*(a_pick(tour, task, "T-1") for task in tour.tasks if task.order == "O1"))
        terminal.send()
        assert fact_states(store)[1:4] == ["refused", "parked", "applied"]
        assert line(store, "O1").picked == 4
        assert differences(store) == ()

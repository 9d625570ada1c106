"""Facts come up exactly once, in order, whatever the network and the stations do."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from app.central import schema, uploads
from app.central.refusal import ApiError
from app.central.store import Store
from app.model.exceptions import ExceptionKind
from app.model.facts import (
    Locked,
    ParcelOpened,
    Picked,
    PrinterFreed,
    PrinterStuck,
    SignedIn,
    SignedOff,
    SignOffCause,
    Unlocked,
    ViewChanged,
)
from app.model.facts.codec import Recorded, encode
from app.model.people import View
from app.model.stock import bin_place, tote_place
from tests.central.books import NOON, SITE, balance
from tests.central.floor import (
    CARTON,
    Terminal,
    Ticking,
    a_pick,
    balanced,
    do_jobs,
    enrol,
    fact_states,
    line,
    one,
    open_exceptions,
    open_floor,
    order,
    pack_job,
    record_of,
    rows,
    verifications,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books
        assert balanced(books)


@pytest.fixture
def terminal(store: Store) -> Terminal:
    return Terminal(store, "pick-1")


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those that say when somebody was last heard of."""
    tables = (schema.fact, schema.movement, schema.stock, schema.tote, schema.tote_content, schema.order_line)
    return {table.name: sorted(tuple(row) for row in rows(store, table)) for table in tables}


def test_the_same_upload_twice_changes_nothing(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.record(a_pick(tour, tour.tasks[0], "T-1"))
    again = terminal.upload()
    terminal.send()
    before = everything(store)
    done = uploads.receive(store, SITE, "pick-1", again)
    assert done.acknowledged == terminal.seq
    assert everything(store) == before


def test_an_upload_that_overlaps_after_a_lost_answer_takes_in_only_what_is_new(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    terminal.record(a_pick(tour, tour.tasks[0], "T-1", 1))
    first = terminal.sent + 1
    terminal.send()
    terminal.record(a_pick(tour, tour.tasks[0], "T-1", 2))
    uploads.receive(store, SITE, "pick-1", terminal.upload(first))
    assert line(store, "O1").picked == 3
    assert balance(store, tote_place("T-1"), "X") == (3, 0)


def test_a_gap_is_refused_with_the_last_number_that_is_here(store: Store, terminal: Terminal) -> None:
    terminal.record(*(Locked(f"op-{number}") for number in range(5)))
    uploads.receive(store, SITE, "pick-1", terminal.upload(1, 2))
    with pytest.raises(ApiError) as refused:
        uploads.receive(store, SITE, "pick-1", terminal.upload(4))
    assert (refused.value.status, refused.value.code, refused.value.params) == (409, "sync.gap", {"last": 2})


def test_a_journal_that_was_never_seen_must_begin_with_its_first_event(
    store: Store, terminal: Terminal
) -> None:
    terminal.record(Locked("op-1"), Locked("op-1"))
    with pytest.raises(ApiError) as refused:
        uploads.receive(store, SITE, "pick-1", terminal.upload(2))
    assert refused.value.params == {"last": 0}


def test_a_chain_that_does_not_fit_is_kept_unbooked_and_the_next_upload_goes_on(
    store: Store, terminal: Terminal
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.record(a_pick(tour, tour.tasks[0], "T-1"))
    tampered = terminal.upload().model_copy(update={"previous_hash": "ab" * 32})
    done = uploads.receive(store, SITE, "pick-1", tampered)
    assert done.acknowledged == terminal.seq
    assert fact_states(store)[-1] == "refused"
    assert line(store, "O1").picked == 0
    (entry,) = open_exceptions(store, ExceptionKind.EVENT_REFUSED)
    assert entry.code == "sync.wrong_hash"


def test_after_a_broken_chain_the_station_goes_on_from_its_own(store: Store, terminal: Terminal) -> None:
    terminal.tell(Locked("op-1"))
    liar = Terminal(store, "pick-1")
    liar.record(Locked("op-2"), Unlocked("op-2"), Unlocked("op-3"))
    uploads.receive(store, SITE, "pick-1", liar.upload(1, 2))
    uploads.receive(store, SITE, "pick-1", liar.upload(3))
    assert fact_states(store) == ["applied", "refused", "applied"]


HEAD = '{"seq":1,"at":"2026-11-23T12:00:00+00:00","mono":1,"operator":"o",'


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        ("no json", "fact.malformed"),
        (HEAD + '"type":"new","v":1,"body":{}}', "unknown"),
        (HEAD + '"type":"locked","v":9,"body":{}}', "newer"),
        (HEAD + '"type":"locked","v":0,"body":{}}', "fact"),
        (HEAD.replace("1", "7", 1) + '"type":"locked","v":1,"body":{"operator":"o"}}', "number 7"),
        ("[" * 5000, "fact.malformed"),
        ("\0", "fact.malformed"),
    ],
)
def test_an_event_that_nobody_understands_is_kept_told_and_passed(
    store: Store, terminal: Terminal, envelope: str, reason: str
) -> None:
    terminal.write(envelope)
    terminal.record(SignedIn("op-1", "Pia", View.PICKING))
    terminal.send()
    assert fact_states(store) == ["refused", "applied"]
    (entry,) = open_exceptions(store, ExceptionKind.EVENT_REFUSED)
    assert reason in dict(entry.params)["reason"]


@pytest.mark.parametrize("quantity", [-3, 10**30, 0])
def test_an_impossible_quantity_is_kept_and_books_nothing(
    store: Store, terminal: Terminal, quantity: int
) -> None:
    order(store, "O1", ("X", 3))
    tour = terminal.claim()
    terminal.assign(tour, O1="T-1")
    envelope = encode(
        Recorded(terminal.seq + 1, NOON, 1.0, "op-1", a_pick(tour, tour.tasks[0], "T-1", 3))
    ).replace('"quantity":3', f'"quantity":{quantity}')
    terminal.write(envelope)
    terminal.send()
    assert fact_states(store)[-1] == "refused"
    assert balance(store, bin_place("A-1"), "X") == (10, 3)


def test_texts_that_fit_no_column_do_not_stop_a_station(store: Store, terminal: Terminal) -> None:
    terminal.operator = "o" * 500
    terminal.tell(SignedIn("x\0" * 300, "Pia", View.PICKING), ViewChanged("op-1", View.PACKING))
    assert len(fact_states(store)) == 2
    assert one(store, schema.station, name="pick-1").view == "packing"


def test_facts_of_an_unknown_parcel_wait_until_it_is_opened(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    terminal.pick_whole_tour()
    job = pack_job(store, "O1")
    assert job is not None
    early, late = Terminal(store, "pack-2", "op-2"), Terminal(store, "pack-1", "op-2")
    early.tell(*verifications(job, "P1"))
    assert fact_states(store)[0] == "parked"
    late.tell(ParcelOpened("P1", "O1", 1, CARTON, job))
    assert "parked" not in fact_states(store)
    assert line(store, "O1").packed == 3


def test_facts_of_an_unknown_order_wait_and_are_booked_once_it_came(store: Store, terminal: Terminal) -> None:
    order(store, "O1", ("X", 3))
    terminal.pick_whole_tour()
    job = pack_job(store, "O1")
    assert job is not None
    bench = Terminal(store, "pack-1", "op-2")
    bench.tell(ParcelOpened("P9", "O9", 1, CARTON, job))
    assert fact_states(store)[0] == "parked"
    order(store, "O9", ("Y", 1))
    clock = store.clock
    assert isinstance(clock, Ticking)
    clock.now += timedelta(minutes=6)
    do_jobs(store)
    assert fact_states(store)[0] == "applied"
    assert rows(store, schema.job, kind="parked") == []


def test_facts_whose_subject_never_comes_are_for_a_person_in_the_end(
    store: Store, terminal: Terminal
) -> None:
    terminal.tell(a_pick_of_nothing())
    clock = store.clock
    assert isinstance(clock, Ticking)
    for _ in range(8):
        clock.now += timedelta(minutes=6)
        do_jobs(store)
    assert fact_states(store) == ["refused"]
    assert open_exceptions(store, ExceptionKind.EVENT_REFUSED)


def a_pick_of_nothing() -> Picked:
    return Picked("T-none", "t", "O-none", 1, "X", "", "A-1", "T-1", 1)


def test_who_stands_at_a_station_is_shown_to_all(store: Store, terminal: Terminal) -> None:
    enrol(store, "pick-1")
    terminal.tell(SignedIn("op-1", "Pia", View.PICKING))
    assert record_of(store, "station", "pick-1")["operator"] == "op-1"
    terminal.tell(Locked("op-1"), Unlocked("op-1"), ViewChanged("op-1", View.PACKING))
    assert record_of(store, "station", "pick-1")["view"] == "packing"
    terminal.tell(SignedOff("op-1", SignOffCause.KEY))
    assert record_of(store, "station", "pick-1")["operator"] == ""


def test_a_printer_that_is_stuck_is_an_entry_until_it_is_free(store: Store, terminal: Terminal) -> None:
    stuck = PrinterStuck("zebra", "printer.paper_out")
    terminal.tell(stuck)
    terminal.tell(replace(stuck, code="printer.unreachable", params=(("reason", "no route"),)))
    (entry,) = open_exceptions(store, ExceptionKind.PRINTER_STUCK)
    assert entry.subject == "pick-1 zebra"
    terminal.tell(PrinterFreed("office"))
    assert len(open_exceptions(store, ExceptionKind.PRINTER_STUCK)) == 1
    terminal.tell(PrinterFreed("zebra"))
    assert open_exceptions(store, ExceptionKind.PRINTER_STUCK) == []


def test_whatever_a_printer_is_called_its_trouble_is_booked(store: Store, terminal: Terminal) -> None:
    terminal.tell(PrinterStuck("z\0" * 200, "no.such.code", (("reason", "x" * 5000),)))
    assert fact_states(store) == ["applied"]
    terminal.tell(PrinterFreed("z\0" * 200))
    assert open_exceptions(store, ExceptionKind.PRINTER_STUCK) == []


def test_a_clock_that_is_off_is_noticed_and_forgiven(store: Store, terminal: Terminal) -> None:
    terminal.record(Locked("op-1"))
    wrong = terminal.upload().model_copy(update={"sent_at": NOON + timedelta(days=1)})
    uploads.receive(store, SITE, "pick-1", wrong)
    terminal.sent = terminal.seq
    assert open_exceptions(store, ExceptionKind.CLOCK_OFF)
    assert fact_states(store) == ["applied"]
    terminal.tell(Unlocked("op-1"))
    assert open_exceptions(store, ExceptionKind.CLOCK_OFF) == []


def test_an_upload_without_events_says_how_much_waits(store: Store, terminal: Terminal) -> None:
    uploads.receive(store, SITE, "pick-1", terminal.upload(1, pending=7))
    assert one(store, schema.station, name="pick-1").pending == 7

"""What the central does by itself: once, again after a fault, again after a death, and never twice at a time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from app.central import jobs, labels, schema
from app.central.api.app import worker_for
from app.central.store import Store
from tests.central.books import SITE
from tests.central.floor import SHIPPER, Terminal, Ticking, do_jobs, one, open_floor, order, parcel_row, rows


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books


def ask(store: Store, subject: str = "S") -> None:
    store.write(SITE, lambda tx: jobs.schedule(tx, jobs.LABEL, subject))


def later(store: Store, **away: float) -> None:
    clock = store.clock
    assert isinstance(clock, Ticking)
    clock.now += timedelta(**away)


def test_a_job_that_is_asked_for_twice_is_done_once(store: Store) -> None:
    done: list[str] = []
    worker = jobs.Worker(store, {jobs.LABEL: lambda _store, _site, subject: done.append(subject)})
    ask(store)
    ask(store)
    assert worker.run_due() == 1
    assert worker.run_due() == 0
    assert done == ["S"]
    assert rows(store, schema.job) == []


def test_a_job_that_fails_is_tried_again_later_with_its_error_kept(store: Store) -> None:
    tries: list[int] = []

    def shaky(_store: Store, _site: str, _subject: str) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("printer on fire")

    worker = jobs.Worker(store, {jobs.LABEL: shaky})
    ask(store)
    worker.run_due()
    row = one(store, schema.job)
    assert (row.attempts, "printer on fire" in row.error) == (1, True)
    assert worker.run_due() == 0
    for _ in range(2):
        later(store, minutes=1)
        worker.run_due()
    assert rows(store, schema.job) == []
    assert len(tries) == 3


def test_a_job_asked_for_again_while_it_runs_runs_again(store: Store) -> None:
    done: list[str] = []

    def work(_store: Store, _site: str, subject: str) -> None:
        done.append(subject)
        if len(done) == 1:
            ask(store)

    worker = jobs.Worker(store, {jobs.LABEL: work})
    ask(store)
    worker.run_due()
    worker.run_due()
    assert done == ["S", "S"]


def test_a_job_whose_process_died_is_done_by_the_next(store: Store) -> None:
    class Died(BaseException):
        pass

    def dies(_store: Store, _site: str, _subject: str) -> None:
        raise Died

    done: list[str] = []
    ask(store)
    with pytest.raises(Died):
        jobs.Worker(store, {jobs.LABEL: dies}).run_due()
    heir = jobs.Worker(store, {jobs.LABEL: lambda _store, _site, subject: done.append(subject)})
    assert heir.run_due() == 0
    later(store, minutes=2)
    assert heir.run_due() == 1
    assert done == ["S"]


def test_two_processes_make_one_label(store: Store) -> None:
    order(store, "O1", ("X", 3))
    Terminal(store, "pick-1").pick_whole_tour()
    Terminal(store, "pack-1", "op-2").pack("O1", "P1")
    with closing(Store(store.url, store.clock)) as elsewhere, ThreadPoolExecutor(4) as pool:
        workers = [worker_for(each, SHIPPER) for each in (store, elsewhere, store, elsewhere)]
        claimed = list(pool.map(lambda worker: worker.run_due(), workers))
    assert sum(claimed) == 1
    assert parcel_row(store, "P1").status == "labelled"
    assert len(rows(store, schema.label)) == 1


def test_a_label_that_was_bought_by_a_process_that_died_keeps_its_number(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(store, "O1", ("X", 3))
    Terminal(store, "pick-1").pick_whole_tour()
    Terminal(store, "pack-1", "op-2").pack("O1", "P1")
    with monkeypatch.context() as patched:

        def dies(*_: object) -> None:
            raise OSError("the power went")

        patched.setattr(labels, "_draw", dies)
        do_jobs(store)
    (bought,) = rows(store, schema.label)
    assert bought.state == "attempted"
    later(store, minutes=5)
    do_jobs(store)
    (proved,) = rows(store, schema.label)
    assert (proved.sscc, proved.state) == (bought.sscc, "proved")


def test_the_thread_does_what_is_asked_and_ends(store: Store) -> None:
    done = threading.Event()
    looked = threading.Event()
    worker = jobs.Worker(store, {jobs.LABEL: lambda *_: done.set()}, rounds=(lambda _tx: looked.set(),))
    worker.start()
    try:
        ask(store)
        assert done.wait(10)
        assert looked.wait(10)
    finally:
        worker.stop()

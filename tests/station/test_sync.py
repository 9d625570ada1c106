"""Whatever happens on the way, the central ends with exactly the journal, and the terminal with what was published."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.answers import Say
from app.station.client import CentralClient
from app.station.journal import Journal
from app.station.lent import Learned, Lent
from app.station.sync import BYTES_A_BATCH, Patience, Sync
from tests.station.central import FakeCentral, problem, running_central
from tests.station.conftest import AT, SMALL_RESERVE, Loop, append, counted
from tests.station.test_broken_journal import spoil

QUICK = Patience(first_s=0.002, most_s=0.02, poll_s=0.2)
CART = {"code": "C", "slots": 4}


class Heard:
    """Remembers what the sync said, and on which thread."""

    def __init__(self) -> None:
        self.learned: list[Learned] = []
        self.seq = -1
        self.earlier = -1
        self.network: list[tuple[bool, str]] = []
        self.time: tuple[datetime, datetime] | None = None
        self.threads: set[int] = set()

    def learn(self, records: Sequence[Learned]) -> None:
        self.threads.add(threading.get_ident())
        self.learned += records

    def acknowledge(self, seq: int, earlier: int) -> None:
        self.threads.add(threading.get_ident())
        self.seq, self.earlier = seq, earlier

    def hear_of_network(self, online: bool, words: Say) -> None:
        self.threads.add(threading.get_ident())
        self.network.append((online, words.code))

    def hear_of_time(self, theirs: datetime, ours: datetime) -> None:
        self.time = theirs, ours

    def said(self, code: str) -> bool:
        return any(word == code for _, word in self.network)

    @property
    def online(self) -> bool:
        return bool(self.network) and self.network[-1] == (True, "sync.online")


class Syncing:
    """A journal with its sync, without a terminal."""

    def __init__(self, folder: Path, central: FakeCentral, loop: Loop) -> None:
        self.journal = Journal(folder / "journal.db", SMALL_RESERVE)
        self.lent = Lent(folder / "lent.db", "first")
        self.heard = Heard()
        self.client = CentralClient(central.url, "token", connect_s=1, answer_s=5)
        self.sync = Sync(self.journal, self.lent, self.client, self.heard, loop.post, QUICK)
        self.central = central

    def count(self, code: str = "x") -> None:
        append(self.journal, counted(code))
        self.sync.nudge()

    def all_arrived(self) -> bool:
        return self.heard.seq == self.journal.last and self.heard.earlier == 0

    def close(self) -> None:
        self.sync.stop()
        self.client.close()
        self.journal.close()
        self.lent.close()


@contextmanager
def syncing(folder: Path, central: FakeCentral, loop: Loop) -> Iterator[Syncing]:
    folder.mkdir(exist_ok=True)
    station = Syncing(folder, central, loop)
    try:
        yield station
    finally:
        station.close()


@pytest.fixture
def station(tmp_path: Path, central: FakeCentral, loop: Loop) -> Iterator[Syncing]:
    with syncing(tmp_path / "P1", central, loop) as opened:
        yield opened


def assert_exactly_the_journal(station: Syncing) -> None:
    assert station.central.journals.get(station.journal.id, []) == [
        row.envelope for row in station.journal.read(0)
    ]


# --- up --------------------------------------------------------------------------------------------------------------


def test_events_go_up_in_order_as_they_happen(station: Syncing, loop: Loop) -> None:
    station.count("before the start")
    station.sync.start()
    loop.until(station.all_arrived)
    station.count("after it")
    loop.until(station.all_arrived)
    assert_exactly_the_journal(station)
    assert station.heard.threads == {threading.get_ident()}


def test_a_long_journal_goes_up_in_batches(station: Syncing, loop: Loop) -> None:
    append(station.journal, *[counted(f"n{n}") for n in range(950)])
    station.sync.start()
    loop.until(station.all_arrived)
    assert_exactly_the_journal(station)


def test_large_events_are_not_sent_in_one_large_request(station: Syncing, loop: Loop) -> None:
    append(station.journal, *[counted("é" * 60_000 + '"') for _ in range(30)])
    station.sync.start()
    loop.until(station.all_arrived)
    assert_exactly_the_journal(station)
    sizes = [len(body) for _, path, _, body in station.central.requests if path == "/v1/events"]
    assert len(sizes) > 2
    assert max(sizes) < 1_000_000
    assert BYTES_A_BATCH < 1_000_000


@pytest.mark.parametrize("fault", ["500", "html", "nonsense", "hang_up", "lose_answer", "half"])
def test_events_arrive_once_and_in_order_through_every_trouble(
    station: Syncing, loop: Loop, fault: str
) -> None:
    station.central.faults.extend([fault, "fine", fault, fault, "fine", fault])
    append(station.journal, *[counted(f"n{n}") for n in range(450)])
    station.sync.start()
    loop.until(lambda: station.all_arrived() and not station.central.faults and station.heard.online)
    assert_exactly_the_journal(station)


def test_a_central_that_lost_events_gets_them_again(station: Syncing, loop: Loop) -> None:
    append(station.journal, *[counted(f"n{n}") for n in range(30)])
    station.sync.start()
    loop.until(station.all_arrived)
    station.central.restore("first", keep=11)
    station.count("one more")
    loop.until(lambda: len(station.central.journals[station.journal.id]) == 31)
    assert_exactly_the_journal(station)


def test_a_restored_central_gets_all_again_and_is_read_from_the_start(station: Syncing, loop: Loop) -> None:
    station.central.publish("cart", "C1", CART)
    append(station.journal, *[counted(f"n{n}") for n in range(700)])
    station.sync.start()
    loop.until(lambda: station.all_arrived() and station.heard.learned)
    station.central.records.clear()
    station.central.publish("cart", "C2", CART)
    station.central.restore("second", keep=20)
    loop.until(lambda: len(station.central.journals[station.journal.id]) == 700)
    loop.until(lambda: ("cart", "C1", None) in station.heard.learned)
    assert_exactly_the_journal(station)
    assert set(station.lent.load("P1").carts) == {"C2"}
    assert station.lent.incarnation == "second"


def test_an_answer_from_before_a_restore_acknowledges_nothing_after_it(
    station: Syncing, loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    station.central.answers_go.clear()
    append(station.journal, *[counted(f"n{n}") for n in range(30)])
    station.sync.start()
    loop.until(lambda: len(station.central.journals.get(station.journal.id, [])) == 30)
    station.central.restore("second", keep=5)
    loop.until(lambda: station.lent.incarnation == "second")
    station.central.answers_go.set()
    loop.until(lambda: len(station.central.journals[station.journal.id]) == 30)
    assert_exactly_the_journal(station)
    assert caplog.text.count("new incarnation") == 1, "it went back to the old one in between"


def test_lent_work_that_was_thrown_away_sends_nothing_twice(
    tmp_path: Path, central: FakeCentral, loop: Loop
) -> None:
    with syncing(tmp_path / "P1", central, loop) as first:
        append(first.journal, *[counted(f"n{n}") for n in range(500)])
        first.sync.start()
        loop.until(first.all_arrived)
    (tmp_path / "P1" / "lent.db").unlink()
    central.requests.clear()
    with syncing(tmp_path / "P1", central, loop) as second:
        second.sync.start()
        second.count()
        loop.until(second.all_arrived)
        assert_exactly_the_journal(second)
    assert sum(path == "/v1/events" for _, path, _, _ in central.requests) <= 3


def test_a_central_that_knows_more_than_the_journal_gets_nothing_under_a_number_that_is_taken(
    station: Syncing, loop: Loop
) -> None:
    for count in ("a", "b", "c"):
        station.count(count)
    station.sync.start()
    loop.until(station.all_arrived)
    taken = list(station.central.journals[station.journal.id])
    station.central.journals[station.journal.id] += ["x", "y", "z"]
    station.central.hashes[station.journal.id] += [b"x" * 32] * 3
    station.central.refusals["/v1/events"] = 409, problem(409, "sync.gap", last=6)
    station.count("new")
    loop.until(lambda: station.heard.said("sync.journal_behind"))
    assert station.central.journals[station.journal.id][:3] == taken
    assert station.journal.last == 4
    assert station.heard.seq == 3


def test_a_central_from_before_what_the_journal_still_has_is_said(station: Syncing, loop: Loop) -> None:
    for count in ("a", "b", "c", "d"):
        station.count(count)
    append(station.journal, counted("e"), snapshot="rest")
    (oldest,) = station.journal.read(0, 1)
    station.central.journals[station.journal.id] = [oldest.envelope]
    station.central.hashes[station.journal.id] = [oldest.hash]
    station.journal.forget(AT + timedelta(days=1), acknowledged=4)
    station.lent.acknowledge(station.journal.id, 4)
    station.sync.start()
    loop.until(lambda: station.heard.said("sync.journal_forgot"))
    assert [row.seq for row in station.journal.read(0)] == [4, 5]
    assert station.journal.journals() == (station.journal.id,)


def test_a_revoked_token_is_said_and_nothing_is_lost(station: Syncing, loop: Loop) -> None:
    station.central.tokens.clear()
    station.count()
    station.sync.start()
    loop.until(lambda: station.heard.said("station.token_void"))
    station.central.tokens.add("token")
    loop.until(lambda: station.all_arrived() and station.heard.online)
    assert_exactly_the_journal(station)


def test_events_of_a_broken_journal_arrive_around_its_hole(
    tmp_path: Path, central: FakeCentral, loop: Loop
) -> None:
    with syncing(tmp_path / "P1", central, loop) as first:
        append(first.journal, *[counted(f"code-{n}") for n in range(1, 31)])
        first.sync.start()
        loop.until(first.all_arrived)
        first.sync.stop()
        append(first.journal, *[counted(f"code-{n}") for n in range(31, 61)])
        old = first.journal.id
    path = tmp_path / "P1" / "journal.db"
    spoil(path, path.read_bytes().index(b"code-21"), b"code-99")
    spoil(path, path.read_bytes().index(b"code-41"), b"code-99")
    with syncing(tmp_path / "P1", central, loop) as second:
        second.count("new")
        second.sync.start()
        loop.until(second.all_arrived)
        assert_exactly_the_journal(second)
        assert len(central.journals[old]) == 40
        assert len(central.journals[f"{old}r"]) == 19


def test_events_of_a_broken_journal_arrive_although_nobody_knows_what_was_acknowledged(
    tmp_path: Path, central: FakeCentral, loop: Loop
) -> None:
    with syncing(tmp_path / "P1", central, loop) as first:
        append(first.journal, *[counted(f"code-{n}") for n in range(1, 31)])
        first.sync.start()
        loop.until(first.all_arrived)
        first.sync.stop()
        append(first.journal, *[counted(f"code-{n}") for n in range(31, 61)])
        old = first.journal.id
    path = tmp_path / "P1" / "journal.db"
    spoil(path, path.read_bytes().index(b'code-1"'), b"CODE-1")
    (tmp_path / "P1" / "lent.db").unlink()
    with syncing(tmp_path / "P1", central, loop) as second:
        second.sync.start()
        loop.until(second.all_arrived)
        assert len(central.journals[old]) == 60
        assert second.journal.last_of(f"{old}r") == 0


@given(
    faults=st.lists(
        st.sampled_from(["fine", "fine", "500", "html", "nonsense", "hang_up", "lose_answer", "half"]),
        max_size=40,
    ),
    bursts=st.lists(st.integers(1, 260), min_size=1, max_size=5),
    restores=st.lists(st.integers(0, 300), max_size=2),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=25)
def test_through_random_cuts_the_central_ends_with_exactly_the_journal(
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[str],
    bursts: list[int],
    restores: list[int],
    seed: int,
) -> None:
    loop, dice = Loop(), random.Random(seed)
    with running_central() as central:
        folder = tmp_path_factory.mktemp("station")
        starts = dice.randint(1, 3)
        for start in range(starts):
            with syncing(folder, central, loop) as station:
                station.sync.start()
                central.faults.extend(faults)
                for burst in bursts:
                    append(station.journal, *[counted(f"n{dice.random()}") for _ in range(burst)])
                    station.sync.nudge()
                    central.publish("cart", f"C{dice.randint(1, 5)}", CART | {"slots": dice.randint(1, 9)})
                    if restores and dice.random() < 0.3:
                        central.restore(f"again-{dice.random()}", dice.choice(restores))
                if start == starts - 1:
                    loop.until(lambda: not central.faults)
                    station.count()
                    loop.until(
                        lambda: (
                            len(central.journals.get(station.journal.id, [])) == station.journal.last
                            and station.lent.head == central.head
                            and station.lent.incarnation == central.incarnation
                        )
                    )
                    assert_exactly_the_journal(station)
                    published = {key: value["slots"] for (_, key), (_, value) in central.records.items()}
                    assert {
                        key: cart.slots for key, cart in station.lent.load("P1").carts.items()
                    } == published


# --- down ------------------------------------------------------------------------------------------------------------


def test_what_is_published_is_learned_page_by_page_and_as_it_comes(station: Syncing, loop: Loop) -> None:
    station.central.page = 7
    for n in range(40):
        station.central.publish("cart", f"C{n}", CART | {"code": f"C{n}"})
    station.sync.start()
    loop.until(lambda: len(station.heard.learned) == 40)
    station.central.publish("cart", "C3", None)
    loop.until(lambda: station.heard.learned[-1] == ("cart", "C3", None))
    assert set(station.lent.load("P1").carts) == {f"C{n}" for n in range(40)} - {"C3"}


def test_a_restart_goes_on_from_its_cursor(tmp_path: Path, central: FakeCentral, loop: Loop) -> None:
    central.publish("cart", "C1", CART)
    with syncing(tmp_path / "P1", central, loop) as first:
        first.sync.start()
        loop.until(lambda: first.heard.learned)
    central.publish("cart", "C2", CART)
    with syncing(tmp_path / "P1", central, loop) as second:
        second.sync.start()
        loop.until(lambda: second.heard.learned)
        assert [record.key for record in second.heard.learned] == ["C2"]


def test_the_network_is_told_in_words_when_it_goes_and_when_it_comes(station: Syncing, loop: Loop) -> None:
    station.sync.start()
    loop.until(lambda: station.heard.online)
    station.client.unplug(True)
    loop.until(lambda: station.heard.network[-1] == (False, "central.offline"))
    station.count("while offline")
    station.client.unplug(False)
    loop.until(lambda: station.heard.online and station.all_arrived())
    assert_exactly_the_journal(station)


def test_a_central_that_answers_at_once_is_not_asked_without_end(station: Syncing, loop: Loop) -> None:
    answer = {"incarnation": "first", "head": 0, "more": False, "reset": False, "records": []}
    station.central.refusals["/v1/changes"] = 200, answer
    station.sync.start()
    loop.until(lambda: sum(path == "/v1/changes" for _, path, _, _ in station.central.requests) >= 4)
    assert station.heard.online


def test_the_central_s_time_is_passed_on(station: Syncing, loop: Loop) -> None:
    station.central.date = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
    station.sync.start()
    loop.until(lambda: station.heard.time is not None)
    assert station.heard.time is not None
    assert station.heard.time[0] == station.central.date


def test_stopping_does_not_wait_for_a_poll_or_a_dead_central(tmp_path: Path, loop: Loop) -> None:
    with running_central() as central, syncing(tmp_path / "P1", central, loop) as station:
        station.sync._patience = Patience(first_s=300, most_s=300, poll_s=600)
        station.sync.start()
        loop.until(lambda: station.heard.online)
        station.sync.stop()
        assert [thread.is_alive() for thread in station.sync._threads] == [False, False]


@given(failures=st.integers(1, 200), seed=st.integers())
def test_waiting_grows_and_is_never_longer_than_agreed(failures: int, seed: int) -> None:
    patience = Patience(first_s=0.25, most_s=15)
    waited = patience.after(failures, random.Random(seed))
    assert 0.125 <= waited <= min(15, 0.25 * 2 ** (failures - 1))

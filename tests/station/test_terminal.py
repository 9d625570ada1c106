"""Every scan gets exactly one verdict, and a good one follows the disk."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from argon2 import PasswordHasher

from app.model.answers import (
    Command,
    Effect,
    Entry,
    LabelSeen,
    MoveLabel,
    Refused,
    TakeBackLabel,
    Tone,
    Verdict,
    say,
)
from app.model.facts import Fact, Locked, PrinterStuck, SignedIn, SignedOff, SignOffCause, UnitsCounted
from app.model.facts.codec import decode
from app.model.floor import Cart
from app.model.known import Known
from app.model.parcels import LabelAnswer
from app.model.people import Operator, Role, View, pin_material
from app.model.scans import Scan
from app.station.chain import link
from app.station.client import CentralClient
from app.station.errands import Errands, is_right
from app.station.journal import Journal
from app.station.lent import Learned
from app.station.terminal import Terminal
from app.station.trouble import JournalFullError
from printing.spool import Spool
from tests.station import floor_of_tests
from tests.station.central import PDF, FakeCentral, problem
from tests.station.conftest import OPERATOR, SMALL_RESERVE, Loop, append, counted, knowing

BADGE = "BADGE:secret"


class Hands:
    """Somebody who scans, once a second."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.now = 100.0

    def scan(self, text: str, after: float = 1.0, device: str = "scanner") -> Verdict:
        self.now += after
        return self.terminal.scan(Scan(device, text.encode(), self.now))


def terminal_of(journal: Journal, known: Known | None = None) -> Terminal:
    return Terminal(journal, known or knowing(), dialogue=floor_of_tests)


@pytest.fixture
def terminal(journal: Journal) -> Terminal:
    return terminal_of(journal)


@pytest.fixture
def hands(terminal: Terminal) -> Hands:
    return Hands(terminal)


def facts_of(journal: Journal) -> list[str]:
    return [decode(row.envelope).fact.TYPE for row in journal.read(0)]


# --- from a scan to its verdict ---------------------------------------------------------------------------------------


def test_a_scan_that_counts_is_in_the_journal_with_its_operator(hands: Hands, journal: Journal) -> None:
    assert hands.scan(BADGE).code == "till.in"
    assert hands.scan("4006381333931") == Verdict(Tone.GOOD, say("till.counted", count=1))
    recorded = decode(journal.read(1, 1)[0].envelope)
    assert isinstance(recorded.fact, UnitsCounted)
    assert (recorded.operator, recorded.fact.code) == ("op-1", "4006381333931")
    assert recorded.at.tzinfo is UTC
    assert hands.terminal.verdicts == 2
    assert hands.terminal.pending == 2


def test_a_bad_verdict_leaves_the_journal_as_it_is(hands: Hands, journal: Journal) -> None:
    assert hands.scan("BADGE:forged").tone is Tone.BAD
    assert hands.scan("4006381333931").tone is Tone.BAD
    assert journal.last == 0
    assert hands.terminal.verdicts == 2


def test_what_nobody_waits_for_is_recorded_with_the_next_facts(hands: Hands, journal: Journal) -> None:
    hands.scan(BADGE)
    assert hands.scan("WRONG").tone is Tone.BAD
    assert facts_of(journal) == ["signed_in"]
    hands.scan("4006381333931")
    assert facts_of(journal) == ["signed_in", "mis_scanned", "units_counted"]
    assert decode(journal.read(1, 1)[0].envelope).operator == "op-1"


@pytest.mark.parametrize(
    ("after", "device", "text", "tone"),
    [
        (0.05, "scanner", "A", Tone.DUPLICATE),
        (0.199, "scanner", "A", Tone.DUPLICATE),
        (0.2, "scanner", "A", Tone.GOOD),
        (0.05, "other", "A", Tone.GOOD),
        (0.05, "scanner", "B", Tone.GOOD),
    ],
)
def test_only_the_same_code_from_the_same_device_at_once_is_a_double_trigger(
    hands: Hands, journal: Journal, after: float, device: str, text: str, tone: Tone
) -> None:
    hands.scan(BADGE)
    hands.scan("A")
    before = journal.last
    verdict = hands.scan(text, after, device)
    assert verdict.tone is tone
    assert (verdict.code == "scan.duplicate") is (tone is Tone.DUPLICATE)
    assert journal.last == before + (tone is Tone.GOOD)


def test_a_stuck_trigger_counts_once(hands: Hands, journal: Journal) -> None:
    hands.scan(BADGE)
    assert [hands.scan("A", 0.15).tone for _ in range(9)] == [Tone.GOOD, *[Tone.DUPLICATE] * 8]
    assert hands.scan("A", 0.3).tone is Tone.GOOD
    assert journal.last == 3


def test_a_device_may_have_a_window_of_its_own(journal: Journal) -> None:
    hands = Hands(Terminal(journal, knowing(), dialogue=floor_of_tests, windows={"ring": 0.5}))
    hands.scan(BADGE)
    assert hands.scan("A", 1, "ring").tone is Tone.GOOD
    assert hands.scan("A", 0.4, "ring").tone is Tone.DUPLICATE


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\x1b[2J\r\n", b"\xff\xfe", b"]C1" + b"9" * 4000, b"CMD:", b"CMD:fly", b"BADGE:"]
)
def test_whatever_is_scanned_gets_one_verdict_and_counts_nothing_for_nobody(
    terminal: Terminal, journal: Journal, raw: bytes
) -> None:
    assert terminal.scan(Scan("scanner", raw, 1.0)).tone is Tone.BAD
    assert (terminal.verdicts, journal.last) == (1, 0)


def test_a_fault_in_a_dialogue_is_a_bad_verdict_and_changes_nothing(
    hands: Hands, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    hands.scan(BADGE)
    hands.scan("A")
    session = hands.terminal.session
    with caplog.at_level(logging.ERROR, "storehand.station"):
        assert hands.scan("BOOM").code == "station.fault"
    assert hands.terminal.session == session
    assert journal.last == 2
    assert "ZeroDivisionError" in caplog.text
    assert hands.scan("B") == Verdict(Tone.GOOD, say("till.counted", count=2))


def test_a_scan_that_a_dialogue_leaves_unanswered_counts_nothing(hands: Hands, journal: Journal) -> None:
    hands.scan(BADGE)
    assert hands.scan("SILENCE").code == "station.fault"
    assert journal.last == 1


def test_a_prompt_that_fails_is_words_too(hands: Hands) -> None:
    hands.scan(BADGE)
    hands.scan("ASK boom")
    assert hands.terminal.prompt().ask.code == "station.fault_ask"


def test_a_full_disk_is_said_and_nothing_counted(
    hands: Hands, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.scan(BADGE)
    session = hands.terminal.session

    def full(*_: object, **__: object) -> None:
        raise JournalFullError("journal.full")

    monkeypatch.setattr(journal, "append", full)
    verdict = hands.scan("A")
    assert (verdict.tone, verdict.code) == (Tone.BAD, "journal.full")
    assert hands.terminal.session == session
    monkeypatch.undo()
    assert hands.scan("A", 1) == Verdict(Tone.GOOD, say("till.counted", count=1))


def test_every_call_gets_a_reference_that_no_recorded_one_had(hands: Hands, journal: Journal) -> None:
    hands.scan(BADGE)
    for _ in range(5):
        hands.scan("A")
    references = [json.loads(row.envelope)["body"]["task"] for row in journal.read(1)]
    assert references == [f"{journal.id}-{number}" for number in range(2, 7)]


# --- typing -----------------------------------------------------------------------------------------------------------


def test_digits_are_scanned_into_the_typing_line_and_entered(hands: Hands) -> None:
    hands.scan(BADGE)
    hands.scan("ASK quantity")
    assert hands.scan("CMD:1") == Verdict(Tone.WAIT, say("type.digit", line="1"))
    assert hands.scan("CMD:2") == Verdict(Tone.WAIT, say("type.digit", line="12"))
    assert hands.terminal.typing == "12"
    assert hands.scan("CMD:enter") == Verdict(Tone.GOOD, say("till.typed", text="12"))
    assert hands.terminal.typing == ""
    assert hands.terminal.verdicts == 5


def test_keys_and_scanned_digits_share_one_line(hands: Hands) -> None:
    hands.scan(BADGE)
    hands.scan("ASK quantity")
    hands.terminal.type_key("3")
    hands.terminal.type_key("4")
    hands.terminal.type_key("\x1b")
    hands.terminal.erase()
    hands.scan("CMD:5")
    assert hands.terminal.enter() == Verdict(Tone.GOOD, say("till.typed", text="35"))


def test_a_pin_is_never_shown(hands: Hands) -> None:
    hands.scan(BADGE)
    hands.scan("ASK pin")
    hands.scan("CMD:7")
    assert dict(hands.scan("CMD:8").words.params)["line"] == "••"


def test_digits_where_nothing_is_to_be_typed_are_refused(hands: Hands) -> None:
    hands.scan(BADGE)
    assert hands.scan("CMD:4").code == "type.not_asked"
    hands.terminal.type_key("4")
    assert hands.terminal.typing == ""


def test_any_other_scan_or_key_empties_the_line(hands: Hands) -> None:
    hands.scan(BADGE)
    hands.scan("ASK quantity")
    hands.scan("CMD:4")
    hands.terminal.press(Command.WHY)
    assert hands.terminal.typing == ""


def test_a_line_without_end_is_refused(hands: Hands, journal: Journal) -> None:
    hands.scan(BADGE)
    hands.scan("ASK reason")
    assert hands.terminal.type("x" * 10_000).code == "type.too_long"


# --- after a restart --------------------------------------------------------------------------------------------------


def test_a_restart_knows_the_session_locks_it_and_says_what_counted_last(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        hands = Hands(terminal_of(journal))
        hands.scan(BADGE)
        hands.scan("A")
        hands.scan("B")
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        terminal = terminal_of(journal)
        recovered, session = terminal.recovered, terminal.session
        assert recovered == say("recovered.units_counted", quantity=1)
        assert (session.operator, session.counts, session.locked) == ("op-1", 2, True)
        assert facts_of(journal)[-1] == Locked.TYPE
        hands = Hands(terminal)
        assert hands.scan("C").code == "till.scan_badge"
        assert terminal.recovered is None
        assert hands.scan(BADGE).code == "till.unlocked"
        assert hands.scan("C") == Verdict(Tone.GOOD, say("till.counted", count=3))


def test_a_restart_with_nobody_there_says_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        hands = Hands(terminal_of(journal))
        hands.scan(BADGE)
        hands.scan("A")
        assert hands.terminal.press(Command.SIGN_OFF).code == "till.off"
        last = journal.last
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        terminal = terminal_of(journal)
        assert (terminal.recovered, terminal.session, journal.last) == (None, floor_of_tests.NOBODY, last)


def test_a_restart_folds_only_what_came_after_the_last_signing_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        signed_in = SignedIn("op-1", "Ada", View.PICKING)
        signed_off = SignedOff("op-1", SignOffCause.KEY)
        append(journal, signed_in, *[counted()] * 99_997, snapshot="")
        hands = Hands(terminal_of(journal))
        hands.scan(BADGE)
        hands.terminal.press(Command.SIGN_OFF)
        assert facts_of(journal)[-1] == signed_off.TYPE
        hands.scan(BADGE)
        hands.scan("A")
        assert journal.last == 100_003
    folded: list[Fact] = []
    evolve = floor_of_tests.evolve

    def folding(state: floor_of_tests.Till, fact: Fact) -> floor_of_tests.Till:
        folded.append(fact)
        return evolve(state, fact)

    monkeypatch.setattr(floor_of_tests, "evolve", folding)
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        terminal = terminal_of(journal)
    assert terminal.session.counts == 1
    assert len(folded) == 3  # signing in, the count, and the lock of this restart


def test_a_snapshot_of_another_version_is_not_trusted(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        hands = Hands(terminal_of(journal))
        hands.scan(BADGE)
        hands.scan("A")
        hands.terminal.idle()
        assert '"counts":1' in journal.snapshot
        told = journal.snapshot.replace('"counts":1', '"counts":77').replace(
            '"version":"', '"version":"0.0.0-'
        )
        journal._connection.execute("UPDATE journal SET snapshot = ?", (told,))
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        assert terminal_of(journal).session.counts == 1


def test_while_nobody_is_there_what_the_central_has_is_forgotten_after_two_weeks(tmp_path: Path) -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    now = [day]
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        terminal = Terminal(journal, knowing(), dialogue=floor_of_tests, wall=lambda: now[0])
        hands = Hands(terminal)
        hands.scan(BADGE)
        hands.scan("A")
        hands.scan("B")
        terminal.press(Command.SIGN_OFF)
        now[0] = day + timedelta(days=13)
        hands.scan(BADGE)
        hands.scan("C")
        terminal.acknowledge(2, 0)
        now[0] = day + timedelta(days=15)
        terminal.idle()
        assert [row.seq for row in journal.read(0)] == [2, 3, 4, 5, 6, 7]
        terminal.acknowledge(journal.last, 0)
        terminal.hear_of_time(now[0] - timedelta(days=20), now[0])
        terminal.idle()
        assert [row.seq for row in journal.read(0)] == [2, 3, 4, 5, 6, 7]
        terminal.hear_of_time(now[0], now[0])
        terminal.idle()
        assert [row.seq for row in journal.read(0)] == [5, 6, 7]
        assert journal.snapshot
        # another version, which has nothing older to fold, goes on from what stands there
        other = journal.snapshot.replace('"version":"', '"version":"0.0.0-')
        journal._connection.execute("UPDATE journal SET snapshot = ?", (other,))
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        again = terminal_of(journal)
        assert (journal.trouble, journal.last) == (None, 7)
        assert (again.session.counts, again.session.locked) == (terminal.session.counts, True)
        Hands(again).scan(BADGE)
        assert journal.last == 8


def test_no_secret_and_no_question_gets_into_the_journal_s_file(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        hands = Hands(terminal_of(journal))
        hands.scan(BADGE)
        hands.scan("ASK my-secret-question")
        hands.terminal.idle()
        assert journal.snapshot
    assert all(b"my-secret" not in path.read_bytes() for path in tmp_path.iterdir())
    assert all(b"BADGE" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_fact_of_a_later_storehand_stops_the_start_in_words(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        append(journal, counted())
        envelope = journal.read(0)[0].envelope.replace('"v":1', '"v":9')
        row = (envelope, link(bytes(32), envelope))
        journal._connection.execute("UPDATE event SET envelope = ?, hash = ?", row)
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as journal:
        with pytest.raises(Exception, match="later Storehand") as refused:
            terminal_of(journal)
        assert getattr(refused.value, "code", "") == "journal.newer_fact"


SCANNER = """
import sys
from pathlib import Path
from app.model.scans import Scan
from app.station.journal import Journal
from app.station.terminal import Terminal
from tests.station import floor_of_tests
from tests.station.conftest import knowing
terminal = Terminal(Journal(Path(sys.argv[1]), 0), knowing(), dialogue=floor_of_tests)
now = 0.0
terminal.scan(Scan("scanner", b"BADGE:secret", now))
while True:
    now += 1
    verdict = terminal.scan(Scan("scanner", b"A", now))
    sys.stdout.write(f"{verdict.code} {dict(verdict.words.params)['count']}\\n")
    sys.stdout.flush()
"""


def test_a_terminal_killed_at_any_instant_has_every_count_that_got_a_good_verdict(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    dice = random.Random(7)
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", SCANNER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as scanning:
            assert scanning.stdout is not None
            first = scanning.stdout.readline()
            time.sleep(dice.uniform(0, 0.1))
            os.kill(scanning.pid, signal.SIGKILL)
            lines = [first, *scanning.stdout.read().split(b"\n")[:-1]]
        told = int(lines[-1].split()[1])
        with Journal(path, 0) as journal:
            terminal = terminal_of(journal)
            assert told <= terminal.session.counts <= told + 1
            assert facts_of(journal).count(UnitsCounted.TYPE) == terminal.session.counts


# --- what comes from elsewhere --------------------------------------------------------------------------------------


def test_news_are_learned_and_the_screen_is_told(terminal: Terminal) -> None:
    told: list[Verdict | None] = []
    terminal.changed = told.append
    terminal.learn([Learned("cart", "C1", Cart("C1", 4))])
    assert terminal.known.carts == {"C1": Cart("C1", 4)}
    assert told == [None]
    terminal.learn([Learned("cart", "BOOM", Cart("BOOM", 4))])
    assert told[-1] is not None
    assert told[-1].code == "station.fault"
    assert terminal.verdicts == 0


def test_the_network_and_what_is_pending_are_shown(hands: Hands, journal: Journal) -> None:
    terminal = hands.terminal
    assert [notice.code for notice in terminal.notices()] == ["sync.connecting"]
    hands.scan(BADGE)
    hands.scan("A")
    terminal.hear_of_network(True, say("sync.online"))
    assert (terminal.online, terminal.notices()) == (True, ())
    terminal.acknowledge(1, 4)
    assert terminal.pending == 5
    terminal.hear_of_network(False, say("central.offline"))
    assert (terminal.online, terminal.notices()) == (False, (say("central.offline"),))


def test_a_clock_that_is_a_day_off_is_said_with_both_times(terminal: Terminal) -> None:
    theirs = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    terminal.hear_of_network(True, say("sync.online"))
    terminal.hear_of_time(theirs, theirs + timedelta(seconds=90))
    assert terminal.notices() == ()
    terminal.hear_of_time(theirs, theirs - timedelta(days=1))
    assert terminal.notices() == (
        say("clock.off", station="2026-11-21 06:30 UTC", central="2026-11-22 06:30 UTC"),
    )
    terminal.hear_of_time(theirs, theirs)
    assert terminal.notices() == ()


def test_a_clock_that_jumps_back_changes_no_order(journal: Journal) -> None:
    times = iter([datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)])
    terminal = Terminal(journal, knowing(), dialogue=floor_of_tests, wall=lambda: next(times))
    hands = Hands(terminal)
    hands.scan(BADGE)
    hands.scan("A")
    assert [event.at.day for event in journal.events(since_snapshot=False)] == [22, 20]
    assert [event.seq for event in journal.events(since_snapshot=False)] == [1, 2]


def test_a_printer_that_is_stuck_is_recorded_and_changes_nothing_for_who_works(
    hands: Hands, journal: Journal
) -> None:
    hands.scan(BADGE)
    session, sent = hands.terminal.session, []
    hands.terminal.recorded = lambda: sent.append(journal.last)
    hands.terminal.hear_of_printer(PrinterStuck("zebra", "printer.paper_out"))
    assert facts_of(journal) == ["signed_in", "printer_stuck"]
    assert (hands.terminal.session, sent) == (session, [2])
    assert Terminal(journal, knowing(), dialogue=floor_of_tests).session.operator == session.operator


# --- errands ---------


@pytest.fixture
def errands(tmp_path: Path, central: FakeCentral, loop: Loop) -> Iterator[Errands]:
    client = CentralClient(central.url, "token", answer_s=5)
    spool = Spool(tmp_path / "spool", {})
    opened = Errands(client, spool, tmp_path / "papers", loop.post)
    yield opened
    opened.close()
    client.close()
    spool.close()


@pytest.fixture
def told(terminal: Terminal, errands: Errands) -> list[str]:
    """The codes of what came without being asked for."""
    codes: list[str] = []
    terminal.errands = errands
    terminal.changed = lambda verdict: codes.append(verdict.code if verdict is not None else "")
    return codes


def test_a_tour_is_asked_for_with_the_badge_of_who_is_signed_in(
    hands: Hands, told: list[str], central: FakeCentral, loop: Loop
) -> None:
    hands.scan(BADGE)
    assert hands.scan("TOUR CART-1").tone is Tone.WAIT
    loop.until(lambda: central.requests)
    assert central.requests[0][2]["Storehand-Operator"] == "secret"
    hands.terminal.press(Command.SIGN_OFF)
    assert hands.terminal.badge == ""


def test_the_central_s_no_comes_back_as_a_verdict(
    hands: Hands, told: list[str], central: FakeCentral, loop: Loop
) -> None:
    central.refusals["/v1/tours"] = 409, problem(409, "tour.cart_taken")
    hands.scan(BADGE)
    hands.scan("TOUR CART-1")
    loop.until(lambda: told == ["tour.cart_taken"])
    central.faults.append("hang_up")
    hands.scan("TOUR CART-2")
    loop.until(lambda: told == ["tour.cart_taken", "central.offline"])


def test_a_request_without_a_badge_is_answered_at_once(
    hands: Hands, told: list[str], central: FakeCentral
) -> None:
    hands.scan(BADGE)
    hands.terminal._badge = ""
    assert hands.scan("TOUR CART-1").code == "station.badge_needed"
    assert (told, central.requests) == ([], [])


def test_before_the_network_is_there_a_request_is_answered_at_once(hands: Hands) -> None:
    hands.scan(BADGE)
    assert hands.scan("TOUR CART-1").code == "central.offline"


def test_a_label_is_fetched_once_and_printed_again_without_a_network(
    hands: Hands, told: list[str], central: FakeCentral, loop: Loop, tmp_path: Path
) -> None:
    hands.terminal.known.learn("label", "P-1", LabelAnswer("P-1", sscc="340000000000000012"))
    hands.scan(BADGE)
    assert hands.scan("PRINT P-1").code == "till.print"
    label = tmp_path / "spool" / "label" / "340000000000000012.pdf"
    slip = tmp_path / "spool" / "slip" / "340000000000000012.pdf"
    loop.until(lambda: label.exists() and slip.exists())
    assert label.read_bytes() == PDF
    label.unlink()
    slip.unlink()
    central.faults.extend(["hang_up"] * 4)
    hands.scan("PRINT P-1")
    loop.until(lambda: label.exists() and slip.exists())
    assert (told, len(central.faults)) == ([], 4)


def test_a_copy_that_is_in_the_spool_is_not_printed_again(
    hands: Hands, told: list[str], central: FakeCentral, loop: Loop, tmp_path: Path
) -> None:
    hands.terminal.known.learn("label", "P-1", LabelAnswer("P-1", sscc="340000000000000012"))
    hands.scan(BADGE)
    hands.scan("PRINT P-1")
    label = tmp_path / "spool" / "label" / "340000000000000012.pdf"
    slip = tmp_path / "spool" / "slip" / "340000000000000012.pdf"
    loop.until(lambda: label.exists() and slip.exists())
    slip.unlink()
    label.write_bytes(b"as it was printed")
    hands.scan("PRINT P-1")
    loop.until(slip.exists)
    assert (label.read_bytes(), told) == (b"as it was printed", [])


def test_a_label_is_moved_settled_and_taken_back_at_the_spool(
    errands: Errands, loop: Loop, tmp_path: Path
) -> None:
    errands._spool.put("label", "340000000000000012", PDF)
    answers: list[Entry] = []

    def run(effect: Effect, sscc: str = "") -> None:
        errands.run(effect, badge="", operator=None, sscc=sscc, answer=answers.append)

    run(LabelSeen("340000000000000012"))
    run(TakeBackLabel("340000000000000012"))
    run(MoveLabel("P-1"), sscc="340000000000000012")
    loop.until(lambda: answers)
    assert answers == [Refused("print.no_other_printer", (("kind", "label"),))]


def test_a_label_that_cannot_be_fetched_is_said(
    hands: Hands, told: list[str], central: FakeCentral, loop: Loop
) -> None:
    central.faults.append("500")
    hands.scan(BADGE)
    hands.scan("PRINT P-1")
    loop.until(lambda: told == ["central.fault"])


def test_a_pin_is_checked_beside_the_dialogue(journal: Journal, errands: Errands, loop: Loop) -> None:
    verifier = PasswordHasher(memory_cost=1024, time_cost=1).hash(pin_material("4711", "secret"))
    known = knowing()
    known.learn(
        "operator", "op-1", Operator("op-1", "Ada", (Role.SUPERVISOR,), OPERATOR.badge_sha256, verifier)
    )
    terminal = terminal_of(journal, known)
    terminal.errands = errands
    told: list[str] = []
    terminal.changed = lambda verdict: told.append(verdict.code if verdict is not None else "")
    hands = Hands(terminal)
    hands.scan(BADGE)
    for pin, code in (("4711", "till.pin_right"), ("0815", "till.pin_wrong")):
        hands.scan("ASK pin")
        assert terminal.type(pin).code == "till.pin"
        loop.until(lambda: told)
        assert told.pop() == code


@pytest.mark.parametrize("verifier", ["", "rubbish", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_a_verifier_that_is_none_lets_nobody_in(verifier: str) -> None:
    assert not is_right(verifier, "secret", "4711")


def test_a_no_that_nobody_asked_for_any_more_is_words(terminal: Terminal) -> None:
    told: list[Verdict | None] = []
    terminal.changed = told.append
    terminal.hear_of_errand(Refused("tour.none", (("cart", "C1"),)))
    assert told == [Verdict(Tone.BAD, say("tour.none", cart="C1"))]


def test_a_write_that_fails_is_words_and_the_next_one_counts(hands: Hands, journal: Journal) -> None:
    hands.scan(BADGE)
    journal._connection.set_authorizer(lambda *call: apsw.SQLITE_DENY if call[0] == apsw.SQLITE_INSERT else 0)
    assert hands.scan("A").code == "journal.write_failed"
    journal._connection.set_authorizer(None)
    assert hands.scan("A") == Verdict(Tone.GOOD, say("till.counted", count=1))

"""A whole station: enrolled, opened, worked at with the real dialogues, synced, closed."""

from __future__ import annotations

import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from app.fulfilment.dialogues import floor
from app.model.answers import Command, Tone, say
from app.model.facts import PrinterStuck
from app.model.known import RECORDS, SiteSettings
from app.model.people import Operator, Role
from app.model.scans import Scan
from app.station.folder import StationFolder
from app.station.snapshot import freeze, thaw
from app.station.station import Station
from app.station.sync import Patience
from app.station.trouble import NotEnrolledError, StationInUseError
from printing.spool import Watch
from tests.station.central import FakeCentral
from tests.station.conftest import SMALL_RESERVE, Loop

QUICK = Patience(first_s=0.002, most_s=0.02, poll_s=0.2)
ADA = Operator("op-1", "Ada", (Role.PICKER, Role.PACKER), sha256(b"secret").hexdigest())


@pytest.fixture
def home(tmp_path: Path, central: FakeCentral) -> Path:
    for kind, key, value in (("operator", ADA.id, ADA), ("settings", "site", SiteSettings("Hall 1"))):
        central.publish(kind, key, TypeAdapter(RECORDS[kind]).dump_python(value, mode="json"))
    StationFolder(tmp_path, "P1").enrol(central.url, "ONE-TIME")
    return tmp_path


def station_at(home: Path) -> Station:
    return Station(home, "P1", reserve_bytes=SMALL_RESERVE, patience=QUICK)


def test_a_station_learns_its_people_and_sends_what_they_do(
    home: Path, central: FakeCentral, loop: Loop
) -> None:
    with station_at(home) as station:
        assert station.terminal.prompt().ask.code
        station.start(loop.post)
        loop.until(lambda: station.terminal.known.operators and station.terminal.online)
        assert station.terminal.scan(Scan("scanner", b"BADGE:secret", 1.0)).tone is Tone.GOOD
        assert station.terminal.session.operator == "op-1"
        assert station.terminal.badge == "secret"
        loop.until(lambda: station.terminal.pending == 0)
        journal = station.journal.id
    assert len(central.journals[journal]) >= 1


def test_a_station_prints_on_its_printers_and_tells_the_central_of_one_that_is_stuck(
    home: Path, central: FakeCentral, loop: Loop, tmp_path: Path
) -> None:
    printers = {
        "zebra": (str(tmp_path / "labels"), ("label",)),
        "office": ("socket://127.0.0.1:9", ("slip",)),
    }
    with Station(home, "P1", reserve_bytes=SMALL_RESERVE, patience=QUICK, printers=printers) as station:
        station.start(loop.post)
        assert station._spool is not None
        station._spool.put("label", "340000000000000012", b"%PDF")
        station._spool.tell_watch(Watch("office", say("printer.paper_out")))
        loop.until(lambda: list((tmp_path / "labels").glob("label-340000000000000012-*.pdf")))
        loop.until(lambda: station.journal.last and station.terminal.pending == 0)
        (recorded,) = station.journal.events(since_snapshot=False)
    assert isinstance(recorded.fact, PrinterStuck)
    assert (recorded.fact.printer, recorded.fact.code) == ("office", "printer.paper_out")


def test_a_known_badge_opens_the_terminal_without_a_network(
    home: Path, central: FakeCentral, loop: Loop
) -> None:
    with station_at(home) as station:
        station.start(loop.post)
        loop.until(lambda: station.terminal.known.operators)
    with station_at(home) as station:
        assert station.terminal.known.settings.name == "Hall 1"
        assert station.terminal.scan(Scan("scanner", b"BADGE:secret", 1.0)).tone is Tone.GOOD
        assert station.terminal.press(Command.SIGN_OFF).tone is Tone.GOOD
        assert (station.terminal.session.operator, station.terminal.badge) == ("", "")
        assert station.terminal.pending == station.journal.last >= 2
        last = station.journal.last
    with station_at(home) as station:
        assert station.terminal.session.operator == ""
        assert station.terminal.recovered is None
        assert (station.journal.last, len(list(station.journal.events(since_snapshot=True)))) == (last, 0)


def test_a_station_that_is_not_enrolled_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolledError) as refused:
        Station(tmp_path, "P1")
    assert refused.value.code == "station.not_enrolled"


def test_a_station_runs_once_and_lets_go_of_everything(home: Path, loop: Loop) -> None:
    with station_at(home) as station:
        station.start(loop.post)
        with pytest.raises(StationInUseError):
            station_at(home)
    with station_at(home):
        pass
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("storehand")] == []


def test_a_session_of_the_real_dialogues_comes_back_from_its_text(home: Path) -> None:
    with station_at(home) as station:
        station.terminal.known.learn("operator", ADA.id, ADA)
        station.terminal.scan(Scan("scanner", b"BADGE:secret", 1.0))
        session = station.terminal.session
    assert session != floor.NOBODY
    assert thaw(freeze(session), type(session)) == session


def test_what_the_first_paint_does_not_need_is_not_imported() -> None:
    program = (
        "import sys, app.station.station\n"
        "late = {'httpx', 'argon2', 'structlog', 'reportlab', 'textual', 'serial', 'asyncio', 'ssl'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"

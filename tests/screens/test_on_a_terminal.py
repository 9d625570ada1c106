"""The program on a real pseudo-terminal: what only there can go wrong."""

from __future__ import annotations

import signal
import termios
import time
from pathlib import Path

import pytest

from app.model.facts.codec import decode
from app.station.journal import Journal
from tests.screens.a_floor import PICKER, STATION, badge_of
from tests.screens.ptys import Screen, floor_on_a_pty

BADGE = f"\x1f{badge_of(PICKER)}\r".encode()


def sign_in(screen: Screen) -> None:
    screen.until(lambda: "Scan your badge" in screen.text)
    screen.keys(BADGE)
    screen.until(lambda: screen.number == 1)


def facts_in(folder: Path) -> list[str]:
    with Journal(folder / STATION / "journal.db", 256 * 1024) as journal:
        return [decode(row.envelope).fact.TYPE for row in journal.read(0)]


def test_control_characters_in_a_keyboard_scan_never_act_as_keys(tmp_path: Path) -> None:
    with floor_on_a_pty(tmp_path, 80, 24) as screen:
        sign_in(screen)
        for number, inside in enumerate(
            (b"\x03", b"\x11", b"\x10", b"\x1a", b"\x1d", b"\x13", b"\x1b[20~", b"q")
        ):
            screen.keys(b"\x1fT-" + inside + b"1\r")
            screen.until(lambda wanted=number + 2: screen.number == wanted)  # type: ignore[misc]
        assert "STOP" in screen.text
        assert screen.process.poll() is None
        screen.keys(b"\x1b[200~\x1f4006381333931\r\x1b[201~")
        screen.until(lambda: screen.number == 10)


def test_a_terminal_that_is_resized_is_painted_anew(tmp_path: Path) -> None:
    with floor_on_a_pty(tmp_path, 80, 24) as screen:
        sign_in(screen)
        for columns, rows in ((40, 16), (160, 45)):
            screen.resize(columns, rows)
            screen.until(lambda: "Scan an empty tote for slot 1" in screen.text)
        screen.keys(b"\x1b[17~")
        screen.until(lambda: "148 m" in screen.text)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_whoever_ends_it_finds_the_terminal_as_it_was(tmp_path: Path, ending: signal.Signals) -> None:
    with floor_on_a_pty(tmp_path, 80, 24) as screen:
        before = termios.tcgetattr(screen.line)
        sign_in(screen)
        assert termios.tcgetattr(screen.line) != before
        screen.process.send_signal(ending)
        assert screen.ended() == 0
        assert termios.tcgetattr(screen.line) == before
    assert facts_in(tmp_path)[0] == "signed_in"


@pytest.mark.parametrize("controlling", [True, False])
def test_a_terminal_that_vanishes_leaves_no_process_that_burns_a_core(
    tmp_path: Path, *, controlling: bool
) -> None:
    with floor_on_a_pty(tmp_path, 80, 24, controlling=controlling) as screen:
        sign_in(screen)
        used = screen.cpu_s()
        gone = time.monotonic()
        screen.hang_up()
        while screen.process.poll() is None:
            assert time.monotonic() - gone < 20, "it lives on"
            if Path(f"/proc/{screen.process.pid}").exists():
                assert screen.cpu_s() - used < 3
            time.sleep(0.05)
    assert facts_in(tmp_path)[:2] == ["signed_in", "tour_taken"]


def test_control_c_ends_it_when_nobody_is_signed_in(tmp_path: Path) -> None:
    with floor_on_a_pty(tmp_path, 80, 24) as screen:
        screen.until(lambda: "Scan your badge" in screen.text)
        screen.keys(b"\x03")
        assert screen.ended() == 0

"""The program at a terminal: keys, keyboard scanners, pastes, faults, locks, the end."""

from __future__ import annotations

import gc
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from textual import events
from textual.pilot import Pilot

from app.model.answers import PinChecked, Told, Tone, say
from app.model.scans import Scan
from app.model.words import words
from app.screens import floor_app
from app.screens.floor_app import ExtraKey, FloorApp
from app.screens.looks import Look, Span
from app.station.errands import Errands
from app.station.journal import Journal
from app.station.terminal import Terminal
from devices.ports import Health, State
from devices.wedge import WedgeCollector
from tests.screens.a_floor import (
    PICKER,
    STATION,
    SUPERVISOR,
    a_floor,
    badge_of,
    lend_packs,
    lend_tour,
    some_trouble,
)
from tests.screens.a_shift import NobodyAnswers

PREFIX = "ctrl+underscore"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    known = a_floor()
    lend_tour(known)
    lend_packs(known)
    some_trouble(known)
    with Journal(tmp_path / STATION / "journal.db", 256 * 1024) as journal:
        terminal = Terminal(journal, known)
        terminal.errands = cast("Errands", NobodyAnswers())
        yield terminal


class At:
    """Somebody at the terminal."""

    def __init__(self, app: FloorApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self._now = 0.0

    @property
    def text(self) -> str:
        return self.app._canvas.text

    @property
    def code(self) -> str:
        """The code of the verdict that is shown."""
        verdict = self.app._verdict
        return verdict.code if verdict is not None else ""

    @property
    def number(self) -> int:
        return self.app.terminal.verdicts

    @property
    def typing(self) -> str:
        return self.app.terminal.typing

    def scan(self, *codes: str) -> str:
        for code in codes:
            self._now += 1
            self.app.deliver(Scan("scanner 1", code.encode(), self._now))
        return self.code

    async def press(self, *keys: str) -> str:
        await self.pilot.press(*keys)
        return self.code

    async def see(self, text: str) -> None:
        """Wait until it is painted."""
        for _ in range(500):
            if text in self.text:
                return
            await self.pilot.pause(0.01)
        pytest.fail(f"{text} is never seen:\n{self.text}")

    async def wedge(self, *keys: str) -> str:
        """What a keyboard scanner types: prefix, code, Enter."""
        return await self.press(PREFIX, *keys, "enter")

    def sign_in(self) -> None:
        assert self.scan(badge_of(PICKER)) == "sign.welcome"

    def to_the_first_item(self) -> None:
        self.sign_in()
        totes = sorted(self.app.terminal.known.totes)[:3]
        assert self.scan(*totes) == "pick.tote_assigned"
        assert self.scan(self.app.terminal.prompt().target) == "pick.location_right"


@asynccontextmanager
async def somebody_at(terminal: Terminal, size: tuple[int, int] = (80, 24), **more: Any) -> AsyncIterator[At]:
    app = FloorApp(terminal, **more)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield At(app, pilot)


# --- the screen -------------------------------------------------------------------------------------------------------


async def test_the_first_picture_asks_for_a_badge_and_only_then_the_world_is_spoken_to(
    terminal: Terminal,
) -> None:
    begun: list[str] = []
    app = FloorApp(terminal, lambda post: begun.append(app._canvas.text))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert len(begun) == 1
    assert "badge" in begun[0]


async def test_a_scan_is_painted_with_its_one_verdict(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.sign_in()
        assert " ✓ OK #1 " in at.text
        at.scan("nobody knows this")
        assert " ✗ STOP #2 " in at.text


async def test_a_terminal_of_another_size_is_painted_anew(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        for columns, rows in ((40, 16), (160, 45), (30, 10)):
            await at.pilot.resize_terminal(columns, rows)
            await at.pilot.pause()
            assert len(at.app._canvas._lines) == rows


async def test_the_walk_is_drawn_once_there_is_time_for_it(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.to_the_first_item()
        await at.see("◆")


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "step"), [("f2", "problem"), ("f5", "another_tote"), ("f9", "pass_or_park"), ("f8", "no_tour")]
)
async def test_function_keys_mean_the_same_everywhere(terminal: Terminal, key: str, step: str) -> None:
    async with somebody_at(terminal) as at:
        at.to_the_first_item()
        task = terminal.session.picking.task
        at.scan(
            terminal.known.items[task.sku].barcodes[0].code
            if not task.lot
            else f"]C101{_gtin(terminal)}10{task.lot}"
        )
        number = at.number
        await at.press(key)
        assert at.number == number + 1
        if key != "f8":
            assert terminal.prompt().step == step


def _gtin(terminal: Terminal) -> str:
    return f"{terminal.known.items[terminal.session.picking.task.sku].barcodes[0].code:>014}"


async def test_the_why_key_shows_reasons_until_the_next_key(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.to_the_first_item()
        assert await at.press("f6") == "sign.why"
        assert "148 m" in at.text
        await at.press("f4")
        assert "148 m" not in at.text


async def test_what_is_typed_is_seen_and_entered(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.to_the_first_item()
        await at.press("f2")
        await at.press("1", "x", "7", "backspace")
        assert at.typing == "1"
        assert "1█" in at.text
        await at.press("enter")
        assert terminal.prompt().step == "found"


async def test_enter_without_anything_to_type_does_what_is_proposed(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.scan(badge_of(SUPERVISOR))
        await at.press(*"2468", "enter")
        terminal.hear_of_errand(PinChecked(SUPERVISOR, right=True))
        assert await at.press("down", "up", "enter") == "desk.which_fix"
        await at.press("f7", "tab")
        assert terminal.session.desk.pane.value == "left"
        terminal.hear_of_errand(Told("left", {"left": [{"ship_by": "2026-11-22T10:30:00Z", "orders": 7}]}))
        assert "7 orders" in at.text


async def test_keys_of_this_run_work_only_when_they_may_and_never_in_words(terminal: Terminal) -> None:
    pressed: list[str] = []
    async with somebody_at(terminal) as at:
        at.app.add_keys(
            {
                "x": ExtraKey(say("demo.key_scan"), lambda: pressed.append("x")),
                "y": ExtraKey(say("demo.key_wrong"), lambda: pressed.append("y"), lambda: False),
            }
        )
        at.to_the_first_item()
        await at.press("x", "y")
        assert pressed == ["x"]
        await at.press("f2", "5", "enter")
        assert terminal.prompt().entry == "sku"
        await at.press("x", "X", "minus", "1")
        assert pressed == ["x"]
        assert at.typing == "xX-1"


@pytest.mark.parametrize("key", ["escape", "ctrl+q", "ctrl+p", "ctrl+z", "left", "home", "f10", "f11", "q"])
async def test_keys_that_mean_nothing_here_do_nothing(terminal: Terminal, key: str) -> None:
    async with somebody_at(terminal) as at:
        at.sign_in()
        await at.see("◆")
        before = at.text
        await at.press(key)
        await at.pilot.pause()
        assert at.text == before
        assert at.app.is_running


async def test_control_c_ends_the_program_only_when_nobody_is_signed_in(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.sign_in()
        await at.press("ctrl+c")
        assert at.app.is_running
        at.scan("CMD:sign_off", badge_of(PICKER))
        assert not terminal.session.operator
        await at.press("ctrl+c")
    assert at.app.return_code == 0


# --- keyboard scanners and pastes -------------------------------------------------------------------------------------


async def test_a_keyboard_scanner_scans_wherever_the_typing_is(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        assert await at.wedge(*badge_of(PICKER).replace(":", "")) == "sign.scan_your_badge"
        assert (
            await at.wedge(*[{":": "colon"}.get(each, each) for each in badge_of(PICKER)]) == "sign.welcome"
        )
        assert at.number == 2


@pytest.mark.parametrize(
    "inside",
    [
        "ctrl+q",
        "ctrl+p",
        "ctrl+c",
        "ctrl+z",
        "ctrl+right_square_bracket",
        "f9",
        "tab",
        "up",
        "q",
        "backspace",
    ],
)
async def test_what_stands_in_a_scan_never_acts_as_a_key(terminal: Terminal, inside: str) -> None:
    pressed: list[str] = []
    async with somebody_at(terminal) as at:
        at.app.add_keys({"q": ExtraKey(say("demo.key_quit"), lambda: pressed.append("q"))})
        at.sign_in()
        step = terminal.prompt().step
        await at.wedge("T", "minus", inside, "1")
        assert at.number == 2, "one scan, one verdict"
        assert terminal.prompt().step == step
        assert not at.app._exit
        assert pressed == []


async def test_a_pasted_code_is_a_scan_and_pasted_words_are_typed(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.app.post_message(events.Paste(f"\x1f{badge_of(PICKER)}\r"))
        await at.pilot.pause()
        assert at.code == "sign.welcome"
        at.scan(*sorted(terminal.known.totes)[:3], "A-01-1")
        await at.press("f2")
        at.app.post_message(events.Paste("1\n\x1b2"))
        await at.pilot.pause()
        assert at.typing == "12"
        assert at.number == 6


async def test_another_prefix_can_be_chosen(terminal: Terminal) -> None:
    async with somebody_at(terminal, wedge=WedgeCollector("~")) as at:
        await at.press("tilde", *"T1", "enter")
        assert at.code == "sign.scan_your_badge"


# --- devices, news, faults --------------------------------------------------------------------------------------------


class Unplugged:
    """A device that says how it is when it is started, and is closed in the end."""

    def __init__(self, deliver: Callable[[Scan], None], report: Callable[[Health], None]) -> None:
        self.deliver, self.report, self.closed = deliver, report, False

    def start(self, loop: object) -> None:
        params = (("device", "scanner 1"), ("port", "/dev/ttyACM0"))
        self.report(Health("scanner 1", State.LOST, "device.not_found", params))

    def close(self) -> None:
        self.closed = True


async def test_a_device_that_is_gone_is_said_in_words_and_stays_in_the_status(terminal: Terminal) -> None:
    made: list[Unplugged] = []

    def connect(deliver: Callable[[Scan], None], report: Callable[[Health], None]) -> Unplugged:
        made.append(Unplugged(deliver, report))
        return made[-1]

    async with somebody_at(terminal, devices=[connect]) as at:
        assert at.code == "device.not_found"
        assert "scanner 1" in at.text.splitlines()[0]
        at.sign_in()
        assert "scanner 1" in at.text.splitlines()[0]
        made[0].report(
            Health("scanner 1", State.READY, "device.ready", (("device", "scanner 1"), ("port", "x")))
        )
        assert at.code == "sign.welcome"
    assert made[0].closed


async def test_what_another_thread_has_to_say_is_heard_in_the_terminals_loop(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.sign_in()
        terminal.network = say("sync.online")
        terminal.known.online = True
        at.app.post(lambda: terminal.hear_of_network(False, say("central.offline")))
        await at.pilot.pause()
        assert "! " in at.text
        at.app.tell(say("demo.network_back"))
        assert at.code == "demo.network_back"
        assert at.number == 1


async def test_what_waits_to_be_sent_is_said_when_it_must_wait(terminal: Terminal) -> None:
    async with somebody_at(terminal, (120, 24)) as at:
        at.sign_in()
        waiting = words(say("status.pending", count=terminal.pending))
        assert waiting not in at.text
        terminal.hear_of_network(False, say("central.offline"))
        assert waiting in at.text.splitlines()[0]


async def test_a_fault_in_a_scan_is_one_verdict_and_the_picker_goes_on(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with somebody_at(terminal) as at:
        with monkeypatch.context() as broken:
            broken.setattr(terminal, "scan", lambda scan: 1 / 0)
            assert at.scan("anything") == "screen.fault"
        assert " ✗ STOP #1 " in at.text
        assert "ZeroDivisionError" in caplog.text
        at.sign_in()
        assert at.number == 2


async def test_a_fault_in_painting_still_shows_the_question(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with somebody_at(terminal) as at:
        monkeypatch.setattr(at.app._walks, "to", lambda prompt, known: 1 / 0)
        at.sign_in()
        assert terminal.session.operator == PICKER
        assert "STOP #1" in at.text
        assert "slot 1" in at.text
        assert at.app.is_running
    assert not at.app.return_code
    assert "ZeroDivisionError" in caplog.text


async def test_a_fault_in_a_key_or_in_news_ends_nothing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with somebody_at(terminal) as at:
        at.app.post(lambda: 1 / 0)
        await at.pilot.pause()
        assert at.code == "screen.fault"
        monkeypatch.setattr(terminal, "type_key", lambda character: 1 / 0)
        await at.press("1")
        assert at.app.is_running
    assert not at.app.return_code
    assert caplog.text.count("ZeroDivisionError") >= 2


async def test_when_the_library_cannot_go_on_the_log_has_it_and_the_exit_status_says_so(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = FloorApp(terminal)

    async def work() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            monkeypatch.setattr(app._canvas, "render_line", lambda y: 1 / 0)
            app._canvas.refresh()
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await work()
    assert app.return_code == 1
    assert "ZeroDivisionError" in caplog.text


async def test_a_picture_stands_in_place_of_the_list_until_the_next_key(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        at.to_the_first_item()
        at.app.show_picture(
            lambda columns, rows: ((Span("▀▄▀", Look.NOW),),), say("demo.label_at", path="x.pdf")
        )
        assert "▀▄▀" in at.text.splitlines()[11]
        await at.press("f4")
        assert "▀▄▀" not in at.text.splitlines()[11]


# --- quiet ------------------------------------------------------------------------------------------------------------


async def test_a_terminal_that_nobody_touches_locks(terminal: Terminal) -> None:
    terminal.known.settings = replace(terminal.known.settings, idle_lock_s=0)
    async with somebody_at(terminal) as at:
        terminal.known.settings = replace(terminal.known.settings, idle_lock_s=300)
        at.sign_in()
        await at.press("f6")
        assert not terminal.session.locked
        terminal.known.settings = replace(terminal.known.settings, idle_lock_s=0)
        await at.press("f6")
        for _ in range(100):
            await at.pilot.pause(0.01)
            if terminal.session.locked:
                break
        assert terminal.prompt().step == "locked"
        assert "Pia Berg" in at.text


async def test_what_was_recorded_is_sent_only_after_its_verdict_is_painted(terminal: Terminal) -> None:
    sent: list[str] = []
    app = FloorApp(
        terminal, lambda post: setattr(terminal, "recorded", lambda: sent.append(app._canvas.text))
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.deliver(Scan("scanner 1", badge_of(PICKER).encode(), 1.0))
        assert sent == []
        for _ in range(500):
            if sent:
                break
            await pilot.pause(0.01)
        assert len(sent) == 1
        assert " ✓ OK #1 " in sent[0]


async def test_garbage_is_collected_only_when_the_terminal_is_quiet(terminal: Terminal) -> None:
    async with somebody_at(terminal) as at:
        assert not gc.isenabled()
        collected: list[float] = []
        gc.callbacks.append(lambda phase, info: collected.append(time.monotonic()))
        try:
            at.sign_in()
            await at.pilot.pause(0.05)
            assert collected == []
            for _ in range(100):
                await at.pilot.pause(0.02)
                if collected:
                    break
            assert collected
        finally:
            gc.callbacks.pop()
    assert gc.isenabled()


async def test_after_a_restart_the_last_thing_that_counted_is_said_first(
    terminal: Terminal, tmp_path: Path
) -> None:
    async with somebody_at(terminal) as at:
        at.to_the_first_item()
        terminal._journal.close()
    with Journal(tmp_path / STATION / "journal.db", 256 * 1024) as journal:
        again = Terminal(journal, terminal.known)
        async with somebody_at(again) as at:
            assert at.code == "recovered.nothing_counted"
            assert at.app._verdict is not None
            assert at.app._verdict.tone is Tone.WAIT
            assert again.session.locked


def test_nothing_of_the_terminals_code_writes_on_the_terminal() -> None:
    assert logging.getLogger("storehand.screens").handlers == []
    assert {signal.SIGTERM, signal.SIGHUP} <= set(floor_app._ENDINGS)

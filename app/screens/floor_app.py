"""The terminal's program on Textual: it passes scans and keys in and paints what the dialogue says. No rules here."""

import asyncio
import gc
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.timer import Timer

from app.model.answers import Command, Say, Tone, Verdict, bad, say
from app.model.scans import Scan
from app.screens.canvas import Canvas
from app.screens.keys import KEYS
from app.screens.looks import DARK, Line
from app.screens.painting import paint
from app.screens.pictures import Drawn
from app.screens.scene import Condition, Scene
from app.screens.walks import Walks
from app.station.terminal import Terminal
from devices.ports import Health, State
from devices.wedge import Completed, Consumed, Pasted, WedgeCollector

log = structlog.get_logger()

_COLLECT_AFTER_S = 0.25
_COLLECT_EVERY = 50
_LOOK_FOR_TERMINAL_S = 2.0


Post = Callable[[Callable[[], object]], None]
Connect = Callable[[Callable[[Scan], None], Callable[[Health], None]], "Device"]
"""Makes a device that gives its scans to the first callable and its health to the second."""


class Device(Protocol):
    """A scanner that delivers by itself once it is started on a loop."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; never blocks."""

    def close(self) -> None:
        """Let go of the port."""


class Posted(Message):
    """Something for the terminal to do in its own loop."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work = work


@dataclass(frozen=True, slots=True)
class ExtraKey:
    """A key that only this run has, such as the demo's scanner in a key."""

    caption: Say
    press: Callable[[], object]
    when: Callable[[], bool] = lambda: True


class FloorApp(App[None], inherit_bindings=False):
    """One terminal on the floor."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { background: black; }"

    def __init__(
        self,
        terminal: Terminal,
        start: Callable[[Post], None] = lambda _: None,
        *,
        devices: Sequence[Connect] = (),
        wedge: WedgeCollector | None = None,
    ) -> None:
        super().__init__()
        self.terminal = terminal
        self.terminal.changed = self._changed
        self._start = start
        self.walks = Walks(self.post)
        self._devices = [connect(self.deliver, self._hear_of) for connect in devices]
        self._wedge = wedge or WedgeCollector()
        self._extra_keys: dict[str, ExtraKey] = {}
        self._picture: Drawn | None = None
        self._verdict: Verdict | None = None
        self._explaining = False
        self._conditions: dict[str, Condition] = {}
        self._since_collection = 0
        self._collector: Timer | None = None
        self._idle: Timer | None = None
        self._canvas = Canvas(self._paint, DARK)

    def add_keys(self, keys: Mapping[str, ExtraKey]) -> None:
        """Give this run keys of its own."""
        self._extra_keys.update(keys)

    # --- what comes in -------------------------------------------------------------------------------------

    def post(self, work: Callable[[], object]) -> None:
        """Do something in the terminal's loop, from any thread."""
        self.post_message(Posted(work))

    def deliver(self, scan: Scan) -> None:
        """A device's scan."""
        self._answer(lambda: self.terminal.scan(scan))

    def _hear_of(self, health: Health) -> None:
        """A device's state, in words."""
        words = say(f"status.device_{health.state.value}", device=health.device)
        self._conditions[health.device] = Condition(words, trouble=health.state is not State.READY)
        if health.state in {State.LOST, State.BUSY} or health.code == "device.too_long":
            self._changed(bad(health.code, device=health.device, **dict(health.params)))
        self.repaint()

    def on_posted(self, message: Posted) -> None:
        """Work from another thread. It may have changed what is known."""
        try:
            message.work()
        except Exception:
            log.exception("posted work failed")
        self.repaint()

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes come here before any widget: a scan is a scan wherever the focus is."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            event.stop()
            self._key(event)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            event.stop()
            self._pasted(self._wedge.paste(event.text))
        else:
            await super().on_event(event)

    def _key(self, event: events.Key) -> None:
        if self._wedged(event):
            return
        command = KEYS.get(event.key)
        if command is not None:
            self.press(command)
        elif event.key == "ctrl+c" and not self.terminal.session.operator:
            self.exit()
        elif self._extra_pressed(event.key):
            pass
        elif event.key == "enter":
            self.enter()
        elif event.key == "backspace":
            self.terminal.erase()
            self.repaint()
        elif event.is_printable and event.character:
            self.terminal.type_key(event.character)
            self.repaint()

    def _wedged(self, event: events.Key) -> bool:
        """Whether a key belongs to a keyboard scanner's scan; a whole scan is delivered."""
        match self._wedge.key(event.key, event.character):
            case Completed(raw):
                self.deliver(Scan("keyboard", raw, time.monotonic()))
                return True
            case Consumed():
                return True
            case _:
                return False

    def _pasted(self, pasted: Pasted) -> None:
        for raw in pasted.scans:
            self.deliver(Scan("keyboard", raw, time.monotonic()))
        for character in pasted.rest:
            self.terminal.type_key(character)
        self.repaint()

    def _extra_pressed(self, key: str) -> bool:
        """Whether a key is one of this run's own. While words are typed, letters are letters."""
        extra = self._extra_keys.get(key)
        if extra is None or not extra.when() or self.terminal.prompt().entry in {"sku", "reason"}:
            return False
        extra.press()
        return True

    def enter(self) -> None:
        """The Enter key: it ends what is typed, and does what is proposed where nothing is."""
        asked = self.terminal.prompt().entry
        self._answer(self.terminal.enter if asked else lambda: self.terminal.press(Command.CHOOSE))

    def tell(self, words: Say) -> None:
        """Say something that is no answer to a scan."""
        self._changed(Verdict(Tone.WAIT, words))

    def show_picture(self, picture: Drawn, caption: Say) -> None:
        """Show a picture in place of the list, until the next scan or key."""
        self._picture = picture
        self.tell(caption)

    def press(self, command: Command) -> None:
        """A function key."""
        explaining = command is Command.WHY
        self._answer(lambda: self.terminal.press(command), explaining=explaining)

    def _answer(self, act: Callable[[], Verdict], *, explaining: bool = False) -> None:
        self._verdict = act()
        self._explaining, self._picture = explaining, None
        self.repaint()
        self._rest()

    def _changed(self, verdict: Verdict | None) -> None:
        """Something came in that nobody here had scanned or pressed."""
        if verdict is not None:
            self._verdict = verdict
        self.repaint()

    # --- what goes out -------------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """This moment, as it is painted."""
        terminal = self.terminal
        prompt = terminal.prompt()
        return Scene(
            prompt=prompt,
            view=terminal.session.view,
            station=terminal.known.station,
            operator=terminal.session.name,
            verdict=self._verdict,
            number=terminal.verdicts,
            typing=terminal.typing,
            conditions=(*self._conditions.values(), *self._network()),
            notices=terminal.notices(),
            walk=self.walks.to(prompt, terminal.known),
            explaining=self._explaining,
            picture=self._picture,
            extra_keys=tuple((key, extra.caption) for key, extra in self._extra_keys.items() if extra.when()),
        )

    def _network(self) -> tuple[Condition, ...]:
        online, pending = self.terminal.online, self.terminal.pending
        waiting = (Condition(say("status.pending", count=pending), trouble=not online),) if pending else ()
        return (Condition(say("status.online" if online else "status.offline"), trouble=not online), *waiting)

    def _paint(self, columns: int, rows: int) -> tuple[Line, ...]:
        return paint(self.scene(), columns, rows)

    def repaint(self) -> None:
        """Show this moment."""
        self._canvas.repaint()

    # --- living --------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield self._canvas

    def on_mount(self) -> None:
        """The first picture is there: start what talks to the world."""
        if self.terminal.recovered is not None:
            self._verdict = Verdict(Tone.WAIT, self.terminal.recovered)
        loop = asyncio.get_running_loop()
        for device in self._devices:
            device.start(loop)
        for ending in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(ending, self.exit)
        self.set_interval(_LOOK_FOR_TERMINAL_S, self._leave_if_terminal_is_gone)
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Let go of everything."""
        for device in self._devices:
            device.close()

    def _begin(self) -> None:
        self._start(self.post)
        self._freeze()

    def _freeze(self) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()

    def _rest(self) -> None:
        """Collect garbage between scans, never within one; start the idle clock anew."""
        self._since_collection += 1
        if self._since_collection >= _COLLECT_EVERY:
            self._collect()
        elif self._collector is None:
            self._collector = self.set_timer(_COLLECT_AFTER_S, self._collect)
        if self._idle is not None:
            self._idle.stop()
        self._idle = self.set_timer(self.terminal.known.settings.idle_lock_s, self._idled)

    def _collect(self) -> None:
        self._collector, self._since_collection = None, 0
        gc.collect()

    def _idled(self) -> None:
        self._idle = None
        self.terminal.idle()
        self.repaint()

    def _leave_if_terminal_is_gone(self) -> None:
        """A terminal that vanished without a signal must not leave a process behind that burns a core."""
        poll = select.poll()
        poll.register(sys.__stdin__ or 0, select.POLLHUP)
        if any(state & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, state in poll.poll(0)):
            self.exit(return_code=1)

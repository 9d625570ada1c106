"""The terminal's program on Textual: it passes scans and keys in and paints what the dialogue says. No rules here."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message

from app.model.answers import Command, Say, Tone, Verdict, bad, say
from app.model.facts.codec import FACT_TYPES, prepare
from app.model.scans import Scan
from app.model.words import words
from app.screens import hanging_up
from app.screens.canvas import Canvas
from app.screens.keys import KEYS
from app.screens.looks import DARK, Line
from app.screens.painting import paint
from app.screens.pictures import Drawn
from app.screens.quiet import Quiet
from app.screens.scene import Condition, Scene
from app.screens.walks import Walks
from app.station.terminal import Terminal
from devices.wedge import Completed, Consumed, Pasted, WedgeCollector

if TYPE_CHECKING:
    from devices.ports import Health  # pyserial waits until the first picture is there

_log = logging.getLogger("storehand.screens")

_WORDS = frozenset({"sku", "reason"})
"""While these are typed, letters are letters."""
_MANY = 20
"""Facts that wait to be sent while the network is there, before anybody has to hear of it."""
_ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

Post = Callable[[Callable[[], object]], None]
Connect = Callable[[Callable[[Scan], None], Callable[["Health"], None]], "Device"]
"""Makes a device that gives its scans to the first callable and its health to the second."""


_NOT_YET = "scanners"
"""The state of all scanners before the first of them has said how it is."""


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
    """One terminal on the floor. ``start`` is called once its first picture is there."""

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
        self._walks = Walks(lambda done: self.post(lambda: self._walked(done)))
        self._connects = devices
        self._devices: list[Device] = []
        self._wedge = wedge or WedgeCollector()
        self._extra_keys: dict[str, ExtraKey] = {}
        self._picture: Drawn | None = None
        self._verdict: Verdict | None = None
        self._explaining = False
        self._by_tote = False
        self._conditions: dict[str, Condition] = {}
        if devices:
            self._conditions[_NOT_YET] = Condition(say("status.scanners_connecting"), trouble=True)
        self._quiet: Quiet | None = None
        self._send: Callable[[], None] = lambda: None
        self._to_send = False
        self._canvas = Canvas(self._paint, DARK)

    def add_keys(self, keys: Mapping[str, ExtraKey]) -> None:
        """Give this run keys of its own."""
        self._extra_keys.update(keys)

    # --- what comes in -------------------------------------------------------------------------------------

    def post(self, work: Callable[[], object]) -> None:
        """Do something in the terminal's loop, from any thread. It tells ``terminal.changed`` of what it changes."""
        self.post_message(Posted(work))

    def deliver(self, scan: Scan) -> None:
        """A device's scan."""
        self._answer(lambda: self.terminal.scan(scan))

    def _hear_of(self, health: "Health") -> None:
        """A device's state, in words."""
        self._conditions.pop(_NOT_YET, None)
        state = say(f"status.device_{health.state.value}", device=health.device)
        self._conditions[health.device] = Condition(state, trouble=health.state.value != "ready")
        failed = health.state.value in {"lost", "busy"} or health.code == "device.too_long"
        if self._verdict is not None and self._verdict.code.startswith("device."):
            self._verdict = None
        self._changed(bad(health.code, **dict(health.params)) if failed else None)

    def on_posted(self, message: Posted) -> None:
        """Work from another thread."""
        self._safely(message.work)

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes come here before any widget: a scan is a scan wherever the focus is."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            event.stop()
            self._safely(lambda: self._key(event))
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            event.stop()
            self._safely(lambda: self._pasted(self._wedge.paste(event.text)))
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
            self._touched()
        elif event.key == "enter":
            self.enter()
        elif event.key == "backspace":
            self.terminal.erase()
            self._typed()
        elif event.is_printable and event.character:
            self._type(event.character)

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
        self._type(pasted.rest)

    def _type(self, text: str) -> None:
        """Letters where words are asked for, digits everywhere else."""
        words_asked = self.terminal.prompt().entry in _WORDS
        for character in text:
            if words_asked or (character.isascii() and character.isdigit()):
                self.terminal.type_key(character)
        self._typed()

    def _extra_pressed(self, key: str) -> bool:
        """Whether a key is one of this run's own."""
        extra = self._extra_keys.get(key)
        if extra is None or not extra.when() or self.terminal.prompt().entry in _WORDS:
            return False
        extra.press()
        return True

    def enter(self) -> None:
        """The Enter key: it ends what is typed, and does what is proposed where nothing is."""
        asked = self.terminal.prompt().entry
        self._answer(self.terminal.enter if asked else lambda: self.terminal.press(Command.CHOOSE))

    def tell(self, sentence: Say) -> None:
        """Say something that is no answer to a scan."""
        self._changed(Verdict(Tone.WAIT, sentence))

    def show_picture(self, picture: Drawn, caption: Say) -> None:
        """Show a picture in place of the list, until the next scan or key."""
        self._picture = picture
        self.tell(caption)

    def press(self, command: Command) -> None:
        """A function key."""
        self._answer(lambda: self.terminal.press(command), explaining=command is Command.WHY)
        if self._verdict is not None and self._verdict.code == "pick.other_list":
            self._by_tote = not self._by_tote
            self.repaint()

    def _answer(self, act: Callable[[], Verdict], *, explaining: bool = False) -> None:
        """One scan, key or line, one verdict: also when something of ours is broken."""
        try:
            self._verdict = act()
        except Exception:  # noqa: BLE001 a picker gets words, whatever fails
            _log.exception("a scan or a key failed")
            self._verdict = bad("screen.fault")
            self.terminal.verdicts += 1
        self._explaining, self._picture = explaining, None
        self.repaint()
        if self._verdict.tone is Tone.BAD:
            self.bell()
        self._touched()

    def _typed(self) -> None:
        self.repaint()
        self._touched()

    def _touched(self) -> None:
        if self._quiet is not None:
            self._quiet.touched()

    def _changed(self, verdict: Verdict | None) -> None:
        """Something came in that nobody here had scanned or pressed."""
        if verdict is not None:
            self._verdict = verdict
        self.repaint()
        if self._quiet is not None:
            self._quiet.stirred()

    def _safely(self, work: Callable[[], object]) -> None:
        """Whatever fails, the picker goes on."""
        try:
            work()
        except Exception:  # noqa: BLE001 a picker gets words, whatever fails
            _log.exception("the screen failed")
            self._changed(bad("screen.fault"))

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
            walk=self._walks.to(prompt, terminal.known),
            explaining=self._explaining,
            by_tote=self._by_tote,
            picture=self._picture,
            extra_keys=tuple((key, extra.caption) for key, extra in self._extra_keys.items() if extra.when()),
        )

    def _network(self) -> tuple[Condition, ...]:
        """The network in words; what is on its way as always is not worth a word."""
        online, pending = self.terminal.online, self.terminal.pending
        told = Condition(say("status.online" if online else "status.offline"), trouble=not online)
        if pending and (not online or pending > _MANY):
            return told, Condition(say("status.pending", count=pending), trouble=not online)
        return (told,)

    def _paint(self, columns: int, rows: int) -> tuple[Line, ...]:
        """The picture, or the question alone where the picture cannot be painted."""
        try:
            return paint(self.scene(), columns, rows)
        except Exception:  # noqa: BLE001 a picker gets words, whatever fails
            _log.exception("the picture failed")
            fault = bad("screen.fault")
            return paint(
                Scene(self.terminal.prompt(), verdict=fault, number=self.terminal.verdicts), columns, rows
            )

    def repaint(self) -> None:
        """Show this moment."""
        self._canvas.repaint()

    # --- living --------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield self._canvas

    def on_mount(self) -> None:
        """Whatever ends the program ends it in order; the rest waits for the first picture."""
        if self.terminal.recovered is not None:
            self._verdict = Verdict(Tone.WAIT, self.terminal.recovered)
        loop = asyncio.get_running_loop()
        for ending in _ENDINGS:
            loop.add_signal_handler(ending, self.exit)
        if not self.is_headless:
            hanging_up.watch(
                sys.__stdin__.fileno() if sys.__stdin__ else 0,
                lambda: loop.call_soon_threadsafe(self.exit, None, hanging_up.GONE),
            )
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The first picture is there: start what talks to the world."""
        loop = asyncio.get_running_loop()
        for connect in self._connects:
            self._devices.append(connect(self.deliver, self._hear_of))
            self._devices[-1].start(loop)
        self._safely(lambda: self._start(self.post))
        self._send, self.terminal.recorded = self.terminal.recorded, self._recorded
        self._quiet = Quiet(
            loop,
            soon=self._soon,
            idle=lambda: self._safely(self._idled),
            idle_s=lambda: self.terminal.known.settings.idle_lock_s,
            chores=[partial(prepare, kind) for kind in FACT_TYPES],
        )
        self._touched()

    def on_unmount(self) -> None:
        """Let go of everything."""
        for device in self._devices:
            device.close()
        if self._quiet is not None:
            self._quiet.close()

    def _recorded(self) -> None:
        self._to_send = True

    def _soon(self) -> None:
        """The verdict is painted: now other threads may have the processor."""
        if self._to_send:
            self._to_send = False
            self._safely(self._send)
        self._safely(self._walks.work)

    def _idled(self) -> None:
        self._changed(self.terminal.idle())

    def _walked(self, keep: Callable[[], object]) -> None:
        keep()
        self.repaint()

    def _fatal_error(self) -> None:
        """The library itself cannot go on: one line for the operator, everything else into the log."""
        _log.critical("the screen ended", exc_info=True)
        self.panic(Text(words(say("screen.ended"))))

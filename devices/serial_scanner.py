"""A scanner on a serial port or in the network that stays connected by itself."""

import asyncio
import threading
import time
from collections.abc import Callable

from app.model.answers import Param
from app.model.scans import Scan
from devices.framing import LONGEST_FRAME, Framer, Framing
from devices.ports import Health, Line, PortFault, State, open_line

FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 1.0


class SerialScanner:
    """Reads one scanner on the station's event loop and gives its scans to ``deliver``, its health to ``report``.

    Both are called on the loop and must not raise. ``url`` is a device path or a pyserial URL. Health is reported
    when it changes, not at each try. Opening never holds the loop up; a device that goes away is looked for again
    until ``close``, at least once a second. A scan that was cut off by the loss is never joined to the next.
    """

    def __init__(
        self,
        name: str,
        url: str,
        framing: Framing,
        deliver: Callable[[Scan], None],
        report: Callable[[Health], None],
        *,
        baudrate: int = 9600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.url = url
        self._framing = framing
        self._deliver = deliver
        self._report = report
        self._baudrate = baudrate
        self._clock = clock
        self._health: Health | None = None
        self._task: asyncio.Task[None] | None = None
        self._line: Line | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to connect and to read."""
        if self._task is not None:
            raise RuntimeError(f"scanner {self.name} was started already")
        self._task = loop.create_task(self._stay_connected(loop), name=f"scanner {self.name}")

    def close(self) -> None:
        """Stop, on the loop's own thread. A device or socket is free when this returns.

        What is read by a thread (rfc2217, loop, spy) is free within ``POLL_SECONDS``.
        """
        if self._task is None:
            return
        loop = self._task.get_loop()
        self._task.cancel()
        self._task = None
        if self._line is not None:
            if self._line.fd is not None:
                loop.remove_reader(self._line.fd)
            self._line.close()
            self._line = None

    async def _stay_connected(self, loop: asyncio.AbstractEventLoop) -> None:
        self._say(State.CONNECTING, "device.connecting")
        wait = FIRST_RETRY_SECONDS
        while True:
            begun = self._clock()
            try:
                line = await self._opened(loop)
            except PortFault as fault:
                self._say(fault.state, fault.code, **fault.params)
            else:
                begun = self._clock()
                self._say(State.READY, "device.ready")
                if line.fd is None:
                    await self._read_beside(loop, line)
                else:
                    await self._read_here(loop, line, line.fd)
                self._say(State.LOST, "device.lost")
                if self._clock() - begun > LAST_RETRY_SECONDS:
                    wait = FIRST_RETRY_SECONDS
            await asyncio.sleep(wait)
            wait = min(2 * wait, LAST_RETRY_SECONDS)

    def _opened(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[Line]:
        """Open in a thread of its own, which no shutdown waits for: a network can take seconds to say no."""
        opened: asyncio.Future[Line] = loop.create_future()

        def settle(line: Line | None, fault: Exception | None) -> None:
            if opened.done():  # closed meanwhile
                if line is not None:
                    line.close()
            elif line is not None:
                self._line = line
                opened.set_result(line)
            elif fault is not None:
                opened.set_exception(fault)

        def work() -> None:
            line: Line | None = None
            fault: Exception | None = None
            try:
                line = open_line(self.url, self._baudrate)
            except Exception as raised:  # noqa: BLE001 - a thread's error belongs to whoever waits for it
                fault = raised
            try:
                loop.call_soon_threadsafe(settle, line, fault)
            except RuntimeError:  # the loop has ended
                if line is not None:
                    line.close()

        threading.Thread(target=work, name=f"open {self.name}", daemon=True).start()
        return opened

    async def _read_here(self, loop: asyncio.AbstractEventLoop, line: Line, fd: int) -> None:
        """Read on the loop, as the file descriptor becomes ready, until the device is gone."""
        lost = loop.create_future()
        framer = Framer(self._framing)

        def ready() -> None:
            data = line.read()
            if data:
                self._received(framer, data, self._clock())
            elif data is not None:
                loop.remove_reader(fd)
                if not lost.done():
                    lost.set_result(None)

        loop.add_reader(fd, ready)
        try:
            await lost
        finally:
            if line.fd is not None:
                loop.remove_reader(fd)
                line.close()  # before it is opened again: a USB device would come back under another name

    async def _read_beside(self, loop: asyncio.AbstractEventLoop, line: Line) -> None:
        """Read in a thread until the device is gone or nobody wants it any more."""
        self._line = None  # from here on it is the thread's to close
        lost = loop.create_future()
        framer = Framer(self._framing)
        unwanted = threading.Event()

        def received(data: bytes, at: float) -> None:
            if not unwanted.is_set():
                self._received(framer, data, at)

        def gone() -> None:
            if not lost.done():
                lost.set_result(None)

        def work() -> None:
            try:
                while not unwanted.is_set() and (data := line.read()) != b"":
                    if data is not None:
                        loop.call_soon_threadsafe(received, data, self._clock())
                line.close()
                loop.call_soon_threadsafe(gone)
            except RuntimeError:  # the loop has ended
                line.close()

        threading.Thread(target=work, name=f"read {self.name}", daemon=True).start()
        try:
            await lost
        finally:
            unwanted.set()

    def _received(self, framer: Framer, data: bytes, at: float) -> None:
        dropped = framer.dropped
        for raw in framer.feed(data):
            self._say(State.READY, "device.ready")
            self._deliver(Scan(self.name, raw, at))
        for _ in range(framer.dropped - dropped):
            self._health = None  # each lost scan is told, not only the first
            self._say(State.READY, "device.too_long", limit=LONGEST_FRAME)

    def _say(self, state: State, code: str, **params: Param) -> None:
        said = {"device": self.name, "port": self.url, **params}
        health = Health(self.name, state, code, tuple(said.items()))
        if health != self._health:
            self._health = health
            self._report(health)

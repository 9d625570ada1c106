"""Scanners on real pseudo-terminals and real connections: nothing is lost, nothing is altered, all is said in words."""

import asyncio
import contextlib
import os
import random
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial
from serial import rfc2217

from app.model.scans import Scan
from app.model.words import WORDS, phrase
from devices.framing import FRAMINGS, Framing
from devices.ports import Health, State, owner_of
from devices.serial_scanner import SerialScanner
from devices.virtual import NOISE, Fault, VirtualScanner

PATIENCE = 20.0
LINE = FRAMINGS["line"]
STX = FRAMINGS["stx"]


HOLDER = """
import serial, sys
port = serial.Serial(sys.argv[1], exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


def scan_all(hand: VirtualScanner, codes: list[bytes]) -> None:
    for code in codes:
        hand.scan(code)


class Station:
    """Whoever listens to scanners: keeps what they delivered and reported."""

    def __init__(self) -> None:
        self.scans: list[Scan] = []
        self.health: list[Health] = []
        self.scanners: list[SerialScanner] = []
        self._changed = asyncio.Event()

    def attach(self, name: str, url: str, framing: Framing = LINE) -> SerialScanner:
        scanner = SerialScanner(name, url, framing, self._delivered, self._reported)
        self.scanners.append(scanner)
        scanner.start(asyncio.get_running_loop())
        return scanner

    def raws(self, device: str = "") -> list[bytes]:
        return [scan.raw for scan in self.scans if device in {"", scan.device}]

    def codes(self, device: str = "") -> list[str]:
        return [health.code for health in self.health if device in {"", health.device}]

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not met():
                self._changed.clear()
                await self._changed.wait()

    async def ready(self, device: str = "", times: int = 1) -> None:
        await self.until(lambda: self.codes(device).count("device.ready") >= times)

    def _delivered(self, scan: Scan) -> None:
        self.scans.append(scan)
        self._changed.set()

    def _reported(self, health: Health) -> None:
        sentence = phrase(health.code, health.params)
        assert health.code in WORDS
        assert health.device in sentence
        self.health.append(health)
        self._changed.set()


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Station]:
    station = Station()
    try:
        yield station
    finally:
        for scanner in station.scanners:
            scanner.close()


@pytest.fixture
async def station() -> AsyncIterator[Station]:
    async with listening() as one:
        yield one


@pytest.fixture
def hand() -> Iterator[VirtualScanner]:
    with VirtualScanner() as scanner:
        yield scanner


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


async def test_scans_at_full_speed_arrive_all_whole_and_in_order(
    station: Station, hand: VirtualScanner
) -> None:
    codes = [f"]C10109506000134352{at:06}\x1d21{'S' * (at % 40)}".encode() for at in range(5000)]
    station.attach("ring", hand.url)
    await station.ready()
    await asyncio.to_thread(scan_all, hand, codes)
    await station.until(lambda: len(station.scans) >= len(codes))
    assert station.raws() == codes
    assert {scan.device for scan in station.scans} == {"ring"}
    assert [scan.at for scan in station.scans] == sorted(scan.at for scan in station.scans)


async def test_health_is_told_from_connecting_to_ready(station: Station, hand: VirtualScanner) -> None:
    station.attach("ring", hand.url)
    await station.ready()
    assert [(health.state, health.code) for health in station.health] == [
        (State.CONNECTING, "device.connecting"),
        (State.READY, "device.ready"),
    ]


async def test_bytes_that_come_one_by_one_are_one_scan(station: Station, hand: VirtualScanner) -> None:
    station.attach("ring", hand.url)
    await station.ready()
    await asyncio.to_thread(hand.scan, "]C110L1\x1d21S1", Fault.SPLIT)
    await asyncio.to_thread(hand.scan, "NEXT", Fault.SPLIT)
    await station.until(lambda: len(station.scans) >= 2)
    assert station.raws() == [b"]C110L1\x1d21S1", b"NEXT"]


async def test_a_scanner_that_is_unplugged_comes_back_by_itself(
    station: Station, hand: VirtualScanner
) -> None:
    station.attach("ring", hand.url)
    await station.ready()
    hand.scan("BEFORE")
    await station.until(lambda: bool(station.scans))
    for times in range(2, 5):
        hand.unplug()
        await station.until(lambda lost=times - 1: station.codes().count("device.lost") >= lost)  # type: ignore[misc]
        hand.replug()
        await station.ready(times=times)
        hand.scan(f"AFTER-{times}")
        await station.until(lambda seen=times: len(station.scans) >= seen)  # type: ignore[misc]
    assert station.raws() == [b"BEFORE", b"AFTER-2", b"AFTER-3", b"AFTER-4"]
    assert station.codes()[1:3] == ["device.ready", "device.lost"]


async def test_a_scan_cut_off_by_the_plug_is_not_joined_to_the_next(
    station: Station, hand: VirtualScanner
) -> None:
    station.attach("ring", hand.url)
    await station.ready()
    hand.scan("CUT-OFF", Fault.UNPLUG)
    await station.until(lambda: "device.lost" in station.codes())
    hand.replug()
    await station.ready(times=2)
    hand.scan("WHOLE")
    await station.until(lambda: bool(station.scans))
    assert station.raws() == [b"WHOLE"]


async def test_a_scanner_that_is_not_there_is_said_once_and_waited_for(
    station: Station, hand: VirtualScanner
) -> None:
    hand.unplug()
    station.attach("ring", hand.url)
    await station.until(lambda: "device.not_found" in station.codes())
    await asyncio.sleep(0.5)  # several tries
    assert station.codes() == ["device.connecting", "device.not_found"]
    hand.replug()
    await station.ready()


async def test_two_scanners_at_once_do_not_mix(station: Station) -> None:
    with VirtualScanner() as ring, VirtualScanner(prefix=b"\x02", suffix=b"\x03") as gun:
        station.attach("ring", ring.url)
        station.attach("gun", gun.url, STX)
        await station.ready("ring")
        await station.ready("gun")
        rings = [f"RING-{at}".encode() for at in range(1000)]
        guns = [f"GUN\r{at}".encode() for at in range(1000)]
        await asyncio.gather(
            asyncio.to_thread(scan_all, ring, rings),
            asyncio.to_thread(scan_all, gun, guns),
        )
        await station.until(lambda: len(station.scans) >= 2000)
        assert station.raws("ring") == rings
        assert station.raws("gun") == guns


async def test_a_port_that_a_colleague_s_scanner_has_is_refused_in_words_naming_it(
    station: Station, hand: VirtualScanner
) -> None:
    first = station.attach("first", hand.url)
    await station.ready("first")
    station.attach("second", hand.url)
    await station.until(lambda: "device.busy" in station.codes("second"))
    busy = station.health[-1]
    assert busy.state == State.BUSY
    assert dict(busy.params)["port"] == hand.url
    assert str(os.getpid()) in str(dict(busy.params)["owner"])
    hand.scan("FOR-THE-FIRST")
    await station.until(lambda: bool(station.scans))
    assert station.scans[0].device == "first"
    first.close()
    await station.ready("second")


async def test_a_port_that_another_program_has_is_refused_naming_the_program(
    station: Station, hand: VirtualScanner
) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLDER,
        hand.url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        assert await program.stdout.readline() == b"held\n"
        station.attach("ring", hand.url)
        await station.until(lambda: "device.busy" in station.codes())
        assert str(program.pid) in str(dict(station.health[-1].params)["owner"])
    finally:
        program.kill()
        await program.communicate()
    await station.ready()


def test_a_port_that_nobody_holds_has_no_owner(hand: VirtualScanner, tmp_path: Path) -> None:
    assert owner_of(hand.url) == ""
    assert owner_of(hand.url, tmp_path / "no-such-list") == ""
    assert owner_of(str(tmp_path / "no-such-port")) == ""


async def test_a_port_is_free_at_once_when_its_scanner_is_closed(
    station: Station, hand: VirtualScanner
) -> None:
    scanner = station.attach("ring", hand.url)
    await station.ready()
    scanner.close()
    scanner.close()
    with serial.Serial(hand.url, exclusive=True) as port:
        hand.scan("NOT-OURS")
        assert await asyncio.to_thread(port.read, 8) == b"NOT-OURS"
    assert station.scans == []


async def test_a_scanner_closed_while_it_connects_leaves_the_port_free(
    station: Station, hand: VirtualScanner
) -> None:
    for _ in range(20):
        station.attach("ring", hand.url).close()
    station.attach("last", hand.url)
    await station.ready("last")
    assert station.codes("ring") == []


async def test_a_scanner_is_started_once(station: Station, hand: VirtualScanner) -> None:
    scanner = station.attach("ring", hand.url)
    with pytest.raises(RuntimeError):
        scanner.start(asyncio.get_running_loop())


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("/dev/no-such-scanner", "device.not_found"),
        ("/dev/null", "device.unreachable"),
        ("carrier-pigeon://loft", "device.wrong_url"),
        ("socket://", "device.wrong_url"),
        ("socket://localhost:99999", "device.wrong_url"),
        ("rfc2217://127.0.0.1:1", "device.unreachable"),
    ],
)
async def test_a_port_that_cannot_be_opened_is_said_with_its_reason(
    station: Station, url: str, code: str
) -> None:
    station.attach("ring", url)
    await station.until(lambda: code in station.codes())
    assert (station.health[-1].state, dict(station.health[-1].params)["port"]) == (State.LOST, url)


async def test_a_scan_without_end_is_told_each_time_and_spoils_only_itself(
    station: Station, hand: VirtualScanner
) -> None:
    station.attach("ring", hand.url)
    await station.ready()
    for _ in range(2):
        await asyncio.to_thread(hand.scan, b"x" * 5000)
    await asyncio.to_thread(hand.scan, "NEXT")
    await station.until(lambda: bool(station.scans))
    assert station.raws() == [b"NEXT"]
    await station.until(lambda: station.codes().count("device.too_long") == 2)
    await asyncio.to_thread(hand.scan, "LAST")
    await station.until(lambda: station.codes()[-1] == "device.ready")


async def test_the_virtual_scanner_s_faults_do_what_they_say(station: Station) -> None:
    with VirtualScanner(prefix=b"\x02", suffix=b"\x03") as gun, VirtualScanner() as ring:
        station.attach("gun", gun.url, STX)
        station.attach("ring", ring.url)
        await station.ready("gun")
        await station.ready("ring")
        for hand in (gun, ring):
            hand.scan("ABCDE", Fault.DROP)
            hand.scan("ABCDE", Fault.DUPLICATE)
            hand.scan("ABCDE", Fault.NOISE)
            hand.scan("ABCDE", Fault.NO_SUFFIX)
            hand.scan("FGHIJ")
        await station.until(lambda: len(station.raws("gun")) >= 5 and len(station.raws("ring")) >= 5)
        assert station.raws("gun") == [b"ABDE", b"ABCDE", b"ABCDE", b"ABCDE", b"FGHIJ"]
        assert station.raws("ring") == [b"ABDE", b"ABCDE", b"ABCDE", NOISE + b"ABCDE", b"ABCDEFGHIJ"]
        gun.unplug()
        gun.scan("NOBODY-READS")


class NetworkScanner:
    """A scanner in the network that serves one listener after the other."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(PATIENCE)
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def serve(self, codes: list[bytes], dice: random.Random) -> None:
        """Take one connection, send at once, in pieces of any size, and drop it."""
        connection, _ = self._server.accept()
        with connection:
            stream = b"".join(code + b"\r\n" for code in codes)
            while stream:
                piece = dice.randint(1, 4000)
                connection.sendall(stream[:piece])
                stream = stream[piece:]

    def close(self) -> None:
        self._server.close()


async def test_a_network_scanner_that_drops_the_connection_loses_nothing_it_sent(station: Station) -> None:
    dice = random.Random(7)
    scanner = NetworkScanner()
    try:
        station.attach("dock", scanner.url)
        sent: list[bytes] = []
        for times in range(1, 5):
            codes = [f"DOCK-{times}-{at}".encode() for at in range(500)]
            await asyncio.to_thread(scanner.serve, codes, dice)
            sent += codes
            await station.until(lambda lost=times: station.codes().count("device.lost") >= lost)  # type: ignore[misc]
        assert station.raws() == sent
    finally:
        scanner.close()


async def test_a_network_scanner_that_is_off_is_tried_again_until_it_answers(station: Station) -> None:
    scanner = NetworkScanner()
    scanner.close()
    station.attach("dock", scanner.url)
    await station.until(lambda: "device.unreachable" in station.codes())
    port = int(scanner.url.rpartition(":")[2])
    server = socket.create_server(("127.0.0.1", port))
    try:
        await station.ready()
    finally:
        server.close()


async def test_the_connection_to_a_network_scanner_is_kept_alive(station: Station) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    try:
        scanner = station.attach("dock", f"socket://127.0.0.1:{server.getsockname()[1]}")
        await station.ready()
        assert scanner._line is not None
        assert scanner._line.fd is not None
        with socket.socket(fileno=os.dup(scanner._line.fd)) as connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    finally:
        server.close()


class _Pty(serial.Serial):
    """A pseudo-terminal has no modem lines, which the RFC 2217 server asks for."""

    cts = dsr = ri = cd = False

    def _update_dtr_state(self) -> None: ...

    def _update_rts_state(self) -> None: ...


class PortServer:
    """A serial port lent over the network, as pyserial's own RFC 2217 server does it."""

    def __init__(self, device: str) -> None:
        self._port = _Pty(device, timeout=0.05)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            lender: Any = rfc2217.PortManager  # typed for less than it takes
            manager = lender(self._port, _Sending(connection))
            connection.settimeout(0.01)
            while not self._ended.is_set():
                with contextlib.suppress(TimeoutError):
                    data = connection.recv(1024)
                    if not data:
                        return
                    self._port.write(b"".join(manager.filter(data)))
                if waiting := self._port.in_waiting:
                    connection.sendall(b"".join(manager.escape(self._port.read(waiting))))

    def close(self) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)
        self._port.close()
        self._server.close()


class _Sending:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)


@pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning", "ignore:setName:DeprecationWarning")
async def test_a_scanner_behind_a_serial_server_is_read_by_a_thread(
    station: Station, hand: VirtualScanner
) -> None:
    server = await asyncio.to_thread(PortServer, hand.url)
    try:
        station.attach("far", server.url)
        await station.ready()
        codes = [f"FAR\xff{at}".encode("latin-1") for at in range(200)]
        await asyncio.to_thread(scan_all, hand, codes)
        await station.until(lambda: len(station.scans) >= len(codes))
        assert station.raws() == codes
    finally:
        await asyncio.to_thread(server.close)
    await station.until(lambda: "device.lost" in station.codes())


async def test_a_line_that_goes_round_in_a_loop_can_be_attached(station: Station) -> None:
    station.attach("loop", "loop://")
    await station.ready()

"""A small central over real HTTP: it keeps what it is sent and what it published, and can be told to misbehave."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from app.model.wire import Enrolment, Upload

if TYPE_CHECKING:
    from datetime import datetime

PDF = b"%PDF-1.4 a label"


class FakeCentral:
    """Speaks the station's side of the protocol in ``app.model.wire``. ``faults`` are taken one for each request.

    A fault is ``500``, ``html``, ``nonsense``, ``hang_up`` (before anything is done), ``lose_answer`` (after it is
    done), ``half`` (half of the answer) or ``fine``.
    """

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.incarnation = "first"
        self.tokens = {"token"}
        self.codes = {"ONE-TIME"}
        self.journals: dict[str, list[str]] = {}
        self.hashes: dict[str, list[bytes]] = {}
        self.records: dict[tuple[str, str], tuple[int, Any]] = {}
        self.head = 0
        self.page = 1000
        self.faults: deque[str] = deque()
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.refusals: dict[str, tuple[int, dict[str, Any]]] = {}
        self.date: datetime | None = None
        self.url = ""
        self.down = False
        self.answers_go = threading.Event()
        self.answers_go.set()

    def publish(self, kind: str, key: str, value: dict[str, Any] | None) -> None:
        with self.lock:
            self.head += 1
            self.records[kind, key] = (self.head, value)
            self.lock.notify_all()

    def restore(self, incarnation: str, keep: int) -> None:
        """Come back from a backup that has only the first ``keep`` events of each journal."""
        with self.lock:
            self.incarnation = incarnation
            self.journals = {name: events[:keep] for name, events in self.journals.items()}
            self.hashes = {name: hashes[:keep] for name, hashes in self.hashes.items()}
            self.lock.notify_all()

    def wake(self) -> None:
        with self.lock:
            self.lock.notify_all()

    # --- answers ------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        if (method, path) == ("POST", "/v1/stations/enrol"):
            asked = Enrolment.model_validate_json(body)
            if asked.code not in self.codes:
                return 404, problem(404, "enrol.unknown_code")
            return 200, {
                "site": "S1",
                "station": asked.name,
                "token": "token",
                "incarnation": self.incarnation,
            }
        if (method, path) == ("POST", "/v1/events"):
            return self.take(Upload.model_validate_json(body))
        if (method, path) == ("GET", "/v1/changes"):
            return self.changes(query)
        if method == "GET" and path.endswith(".pdf"):
            return 200, PDF
        if path == "/v1/tours":
            return 200, {"tour": "T1"}
        if path == "/v1/echo":
            return 200, {"seen": json.loads(body)}
        return (200, {}) if method == "POST" else (404, problem(404, "no.such_path"))

    def take(self, upload: Upload) -> tuple[int, Any]:
        with self.lock:
            events = self.journals.setdefault(upload.journal, [])
            hashes = self.hashes.setdefault(upload.journal, [])
            if upload.first_seq > len(events) + 1:
                return 409, problem(409, "sync.gap", last=len(events))
            if upload.first_seq > 1:
                assert hashes[upload.first_seq - 2].hex() == upload.previous_hash
            else:
                assert upload.previous_hash == "0" * 64
            for seq, envelope in enumerate(upload.events, upload.first_seq):
                assert json.loads(envelope)["seq"] == seq
                if seq <= len(events):
                    assert events[seq - 1] == envelope, "an event came again and was another one"
                    continue
                before = hashes[-1] if hashes else bytes(32)
                events.append(envelope)
                hashes.append(hashlib.sha256(before + envelope.encode()).digest())
            return 200, {"incarnation": self.incarnation, "acknowledged": len(events), "head": self.head}

    def changes(self, query: dict[str, str]) -> tuple[int, Any]:
        with self.lock:
            foreign = query["incarnation"] != self.incarnation
            after = 0 if foreign else int(query["after"])
            if not foreign:
                begun = self.incarnation
                self.lock.wait_for(
                    lambda: self.head > after or self.down or self.incarnation != begun, float(query["wait"])
                )
                if self.incarnation != begun:
                    foreign, after = True, 0
            new = sorted(
                (head, kind, key, value)
                for (kind, key), (head, value) in self.records.items()
                if head > after
            )
            page, more = new[: self.page], len(new) > self.page
            return 200, {
                "incarnation": self.incarnation,
                "head": page[-1][0] if more else self.head,
                "more": more,
                "reset": foreign,
                "records": [{"kind": kind, "key": key, "value": value} for _, kind, key, value in page],
            }


def problem(status: int, code: str, **params: str | int) -> dict[str, Any]:
    return {"title": code, "status": status, "code": code, "params": params}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    central: FakeCentral
    open_sockets: set[socket.socket]

    def setup(self) -> None:
        super().setup()
        self.open_sockets.add(self.request)

    def finish(self) -> None:
        self.open_sockets.discard(self.request)
        super().finish()

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        central = self.central
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), {name: found[0] for name, found in parse_qs(parts.query).items()}
        query.setdefault("incarnation", "")
        with central.lock:
            fault = central.faults.popleft() if central.faults else "fine"
            central.requests.append((method, path, dict(self.headers.items()), body))
        if fault == "hang_up":
            return self._hang_up()
        if fault == "500":
            return self._send(500, b"Internal Server Error", "text/plain")
        if fault == "html":
            return self._send(200, b"<html>Sign in to the WLAN of the canteen</html>", "text/html")
        if fault == "nonsense":
            return self._send(200, b'{"head": "many"}', "application/json")
        status: int
        answer: Any
        authorized = self.headers.get("Authorization", "").removeprefix("Bearer ") in central.tokens
        if path in central.refusals:
            status, answer = central.refusals[path]
        elif not authorized and path != "/v1/stations/enrol":
            status, answer = 401, problem(401, "api.who_are_you")
        else:
            status, answer = central.answer(method, path, query, body)
        if path == "/v1/events":
            central.answers_go.wait(30)
        if fault == "lose_answer":
            return self._hang_up()
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if fault == "half":
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            return self._hang_up()
        return self._send(
            status, content, "application/json" if status == 200 else "application/problem+json"
        )

    def _send(self, status: int, content: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        self.request.shutdown(socket.SHUT_RDWR)

    def date_time_string(self, timestamp: float | None = None) -> str:
        if self.central.date is not None:
            return format_datetime(self.central.date, usegmt=True)
        return super().date_time_string()  # type: ignore[no-any-return,unused-ignore]

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that hung up is what these tests are about


@contextmanager
def running_central() -> Iterator[FakeCentral]:
    central = FakeCentral()
    sockets: set[socket.socket] = set()
    handler = type("Handler", (_Handler,), {"central": central, "open_sockets": sockets})
    with _Server(("127.0.0.1", 0), handler) as server:
        central.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield central
        finally:
            central.down = True
            central.wake()
            for used in list(sockets):
                with suppress(OSError):
                    used.shutdown(socket.SHUT_RDWR)
            server.shutdown()
            thread.join()

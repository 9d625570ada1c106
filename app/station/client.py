"""The central as a station reaches it: HTTP with JSON, and nothing believed before it is read.

Safe to use from several threads. httpx is imported with the first request, off the way to the first paint.
"""

import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from app.model.wire import Changes, Enrolled, Enrolment, Problem, TourGranted, TourRequest, Upload, Uploaded
from app.station.trouble import CentralFault, CentralRefusal, Offline

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger("storehand.station.client")
_WHO_ARE_YOU = "api.who_are_you"
"""What the central says to a token that it does not know: words for programmers, and none for pickers."""
_LARGEST_ANSWER = 64 * 1024 * 1024
_LARGEST_PAPER = 8 * 1024 * 1024

Answered = TypeVar("Answered", bound=BaseModel)


def _now() -> datetime:
    return datetime.now(UTC)


class CentralClient:
    """Requests to the central at ``url``. ``ca`` is a file of certificates to trust instead of the system's.

    Every method raises ``Offline``, ``CentralRefusal`` or ``CentralFault``, and nothing else. Times are seconds.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        ca: str = "",
        *,
        connect_s: float = 3.0,
        answer_s: float = 10.0,
        wall: Callable[[], datetime] = _now,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._ca = ca
        self._connect_s = connect_s
        self._answer_s = answer_s
        self._wall = wall
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._sockets: set[socket.socket] = set()
        self._closed = False
        self._unplugged = False
        self.central_time: tuple[datetime, datetime] | None = None
        """What the central's clock said last, and what this station's clock said then."""

    # --- what a station asks ------------------------------------------------------------------------------

    def enrol(self, code: str, name: str) -> Enrolled:
        """Show the one-time code; the token in the answer is shown only once."""
        return self._ask(Enrolled, "POST", "/v1/stations/enrol", Enrolment(code=code, name=name))

    def upload(self, upload: Upload) -> Uploaded:
        """Send events. A gap is refused with 409 and the parameter ``last``."""
        return self._ask(Uploaded, "POST", "/v1/events", upload)

    def changes(self, after: int, incarnation: str, wait_s: float) -> Changes:
        """What changed after a cursor; waits up to ``wait_s`` for something to change."""
        query = f"after={after}&incarnation={quote(incarnation)}&wait={wait_s:g}"
        return self._ask(Changes, "GET", f"/v1/changes?{query}", patience_s=wait_s)

    def claim_tour(self, cart: str, badge: str, *, take_over: bool = False) -> TourGranted:
        """Ask for a tour for a cart. Its record comes with the changes."""
        return self._ask(
            TourGranted, "POST", "/v1/tours", TourRequest(cart=cart, take_over=take_over), badge=badge
        )

    def join_tour(self, tour: str, order: str, badge: str) -> None:
        """Ask that an urgent order that was offered comes along. The tour's record comes with the changes."""
        self.request("POST", f"/v1/tours/{quote(tour, safe='')}/join", {"order": order}, badge)

    def reprint(self, parcel: str, reason: str, badge: str) -> None:
        """Ask for the same label again. The label's record comes with the changes, with one copy more."""
        self.request("POST", f"/v1/parcels/{quote(parcel, safe='')}/reprint", {"reason": reason}, badge)

    def reopen(self, parcel: str, badge: str) -> None:
        """Ask to reopen a closed parcel; its label is void then."""
        self.request("POST", f"/v1/parcels/{quote(parcel, safe='')}/reopen", {}, badge)

    def label(self, parcel: str) -> bytes:
        """The label of a parcel, a PDF."""
        return self._paper(f"/v1/parcels/{quote(parcel, safe='')}/label.pdf")

    def slip(self, parcel: str) -> bytes:
        """The packing slip of a parcel, a PDF."""
        return self._paper(f"/v1/parcels/{quote(parcel, safe='')}/slip.pdf")

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None, badge: str = "") -> Any:
        """Any other request, as supervisors make them; the answer's JSON, ``None`` where it has none.

        ``badge`` is the operator's badge secret: it proves to the central who asks.
        """
        answer = self._exchange(
            method, path, None if body is None else json.dumps(body).encode(), badge=badge
        )
        if not answer:
            return None
        try:
            return json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise CentralFault("central.nonsense", (("path", path),)) from error

    def _ask(
        self,
        kind: type[Answered],
        method: str,
        path: str,
        body: BaseModel | None = None,
        *,
        badge: str = "",
        patience_s: float = 0,
    ) -> Answered:
        content = None if body is None else body.model_dump_json().encode()
        answer = self._exchange(method, path, content, badge=badge, patience_s=patience_s)
        try:
            return kind.model_validate_json(answer)
        except ValidationError as error:
            _log.error("%s %s: %s", method, path, error.errors(include_url=False, include_input=False)[:3])
            raise CentralFault("central.nonsense", (("path", path.partition("?")[0]),)) from error

    def _paper(self, path: str) -> bytes:
        paper = self._exchange("GET", path, None, largest=_LARGEST_PAPER)
        if not paper.startswith(b"%PDF-"):
            raise CentralFault("central.nonsense", (("path", path),))
        return paper

    # --- one exchange -------------------------------------------------------------------------------------

    def _exchange(
        self,
        method: str,
        path: str,
        content: bytes | None,
        *,
        badge: str = "",
        patience_s: float = 0,
        largest: int = _LARGEST_ANSWER,
    ) -> bytes:
        import httpx

        if self._closed or self._unplugged:
            raise Offline("central.offline")
        headers = {"Content-Type": "application/json"} if content is not None else {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if badge:
            headers["Storehand-Operator"] = badge
        patience = httpx.Timeout(self._answer_s + patience_s, connect=self._connect_s)
        try:
            with self._client().stream(
                method,
                self._url + path,
                content=content,
                headers=headers,
                timeout=patience,
                extensions={"trace": self._watch_sockets},
            ) as response:
                self._note_time(response.headers.get("Date", ""))
                answer = bytearray()
                for part in response.iter_bytes():
                    answer += part
                    if len(answer) > largest:
                        raise CentralFault("central.nonsense", (("path", path.partition("?")[0]),))
                status = response.status_code
        except httpx.TransportError as error:
            raise Offline(*_why(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, RuntimeError) as error:
            if self._closed:
                raise Offline("central.offline") from error
            raise CentralFault("central.nonsense", (("path", path.partition("?")[0]),)) from error
        if 200 <= status < 300:
            return bytes(answer)
        raise _refusal(bytes(answer), status, path.partition("?")[0])

    def _client(self) -> "httpx.Client":
        import httpx

        with self._lock:
            if self._http is None:
                import ssl

                try:
                    trust = ssl.create_default_context(cafile=self._ca or None)
                except OSError as error:
                    raise CentralFault("central.ca", (("file", self._ca), ("reason", str(error)))) from error
                # Proxies are for the way out of the house, not for the central.
                self._http = httpx.Client(verify=trust, trust_env=False)
            return self._http

    def _note_time(self, date: str) -> None:
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self.central_time = (theirs, self._wall())

    def _watch_sockets(self, event: str, info: Mapping[str, Any]) -> None:
        """Know the sockets, so that ``close`` can end a long poll. httpcore tells of them by its trace extension."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            used = info["return_value"].get_extra_info("socket")
            with self._lock:
                self._sockets = {known for known in self._sockets if known.fileno() >= 0} | {used}
                cut = self._closed or self._unplugged
            if cut:
                _hang_up(used)

    def unplug(self, unplugged: bool) -> None:
        """Pull the cable, or put it back: for the demo, and for training."""
        self._unplugged = unplugged
        if unplugged:
            self._cut()

    def hang_up(self) -> None:
        """End what is under way, from any thread, and make no more requests."""
        self._closed = True
        self._cut()

    def _cut(self) -> None:
        with self._lock:
            sockets = list(self._sockets)
        for used in sockets:
            _hang_up(used)

    def close(self) -> None:
        """Hang up and free the connections; for when no other thread asks any more."""
        self.hang_up()
        with self._lock:
            http, self._http = self._http, None
        if http is not None:
            http.close()


def _hang_up(used: socket.socket) -> None:
    with suppress(OSError):
        # The plain socket's shutdown: that of a TLS socket would change it under the thread that reads from it.
        socket.socket.shutdown(used, socket.SHUT_RDWR)


def _why(error: Exception) -> tuple[str, tuple[tuple[str, str], ...]]:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "central.certificate", (("reason", str(error)),)
    return "central.offline", ()


def _refusal(answer: bytes, status: int, path: str) -> CentralRefusal | CentralFault:
    if status >= 500:
        return CentralFault("central.fault", (("status", status),))
    try:
        problem = Problem.model_validate_json(answer)
    except ValidationError:
        return CentralFault("central.nonsense", (("path", path),))
    if status == 401 and problem.code == _WHO_ARE_YOU:
        return CentralRefusal("station.token_void", (), status)
    return CentralRefusal(problem.code, tuple(problem.params.items()), status)

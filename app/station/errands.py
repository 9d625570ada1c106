"""What a dialogue wants done beside itself: requests to the central, prints, PIN checks.

Each runs in a worker thread, after the facts it follows from are on the disk. Its answer comes back as an entry.
"""

import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.model.answers import (
    AskCentral,
    AskForReprint,
    AskForTour,
    AskToJoin,
    AskToReopen,
    CheckPin,
    Effect,
    Entry,
    LabelSeen,
    MoveLabel,
    PinChecked,
    PrintLabel,
    Refused,
    TakeBackLabel,
    Told,
)
from app.model.people import Operator, pin_material
from app.station.client import CentralClient
from app.station.sync import Post
from app.station.trouble import StationTrouble
from printing.errors import PrintError

if TYPE_CHECKING:
    from printing.spool import Spool

_log = logging.getLogger("storehand.station.errands")
_WORKERS = 3
_PAPERS_KEPT = 400


class Errands:
    """Runs effects. ``answer`` gets each answer on the terminal's own loop."""

    def __init__(self, client: CentralClient, spool: "Spool", papers: Path, post: Post) -> None:
        self._client = client
        self._spool = spool
        self._papers = papers
        self._post = post
        self._workers = ThreadPoolExecutor(_WORKERS, "storehand-errand")
        self._lock = Lock()
        self._under_way: set[tuple[str, int]] = set()
        self._over = False

    def run(
        self,
        effect: Effect,
        *,
        badge: str,
        operator: Operator | None,
        sscc: str,
        answer: Callable[[Entry], None],
    ) -> None:
        """Begin one effect.

        ``badge`` is the secret of whoever is signed in, ``operator`` the one whose PIN is checked, ``sscc`` the
        number on the label that the effect is about.
        """

        def work() -> Entry | None:
            match effect:
                case PrintLabel() | MoveLabel() | TakeBackLabel() | LabelSeen():
                    self._at_the_printers(effect, sscc)
                case CheckPin():
                    right = operator is not None and is_right(operator.pin_verifier, effect.badge, effect.pin)
                    return PinChecked(effect.operator, right)
                case _:
                    return self._at_the_central(effect, badge, sscc)
            return None

        def done(future: Future[Entry | None]) -> None:
            error = None if future.cancelled() else future.exception()
            if self._over or future.cancelled():
                return
            if isinstance(error, StationTrouble | PrintError):
                entry: Entry | None = Refused(error.code, error.params)
            elif error is not None:
                _log.error("an errand failed: %s", type(effect).__name__, exc_info=error)
                entry = Refused("station.errand_failed")
            else:
                entry = future.result()
            if entry is not None:
                self._post(lambda: answer(entry))

        self._workers.submit(work).add_done_callback(done)

    def _at_the_central(
        self, effect: AskForTour | AskToJoin | AskForReprint | AskToReopen | AskCentral, badge: str, sscc: str
    ) -> Entry | None:
        match effect:
            case AskForTour(cart, take_over):
                self._client.claim_tour(cart, badge, take_over=take_over)
            case AskToJoin(tour, order):
                self._client.join_tour(tour, order, badge)
            case AskForReprint(parcel, reason):
                self._client.reprint(parcel, reason, badge)
            case AskToReopen(parcel):
                self._client.reopen(parcel, badge)
                self._spool.take_back(sscc)
            case AskCentral(topic, method, path, body):
                return Told(topic, self._client.request(method, path, dict(body) or None, badge))
        return None

    def _at_the_printers(self, effect: PrintLabel | MoveLabel | TakeBackLabel | LabelSeen, sscc: str) -> None:
        match effect:
            case PrintLabel(parcel, copy):
                self._print(parcel, sscc, copy)
            case MoveLabel():
                self._spool.move_on("label", sscc)
            case TakeBackLabel(number):
                self._spool.take_back(number)
            case LabelSeen(number):
                self._spool.seen("label", number)

    def _print(self, parcel: str, sscc: str, copy: int) -> None:
        """Put the papers into the spool that are not there yet: whoever asks again gets no second print."""
        with self._lock:
            if (sscc, copy) in self._under_way:
                return
            self._under_way.add((sscc, copy))
        try:
            for kind, fetch in (("label", self._client.label), ("slip", self._client.slip)):
                if not self._spool.has(kind, sscc, copy=copy):
                    self._spool.put(kind, sscc, self._paper(parcel, sscc, kind, fetch), copy=copy)
        finally:
            with self._lock:
                self._under_way.discard((sscc, copy))

    def _paper(self, parcel: str, sscc: str, kind: str, fetch: Callable[[str], bytes]) -> bytes:
        """A document of a parcel: from here when it was fetched before, so that a reprint needs no network."""
        name = hashlib.sha256(f"{parcel} {sscc}".encode()).hexdigest()[:32]
        path = self._papers / f"{name}.{kind}.pdf"
        with suppress(OSError):
            return path.read_bytes()
        paper = fetch(parcel)
        try:
            self._papers.mkdir(parents=True, exist_ok=True)
            building = path.with_suffix(".new")
            building.write_bytes(paper)
            building.replace(path)
            self._forget_old()
        except OSError as error:
            _log.warning("%s is not kept: %s", path, error)
        return paper

    def _forget_old(self) -> None:
        kept = sorted(self._papers.glob("*.pdf"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_PAPERS_KEPT:]:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself, unheard."""
        self._over = True
        self._workers.shutdown(wait=False, cancel_futures=True)


def is_right(verifier: str, badge: str, pin: str) -> bool:
    """Whether a PIN fits a badge: its verifier is Argon2id over both."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(verifier, pin_material(pin, badge))
    except (InvalidHashError, VerificationError):
        return False

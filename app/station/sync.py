"""The way to the central and back: one thread sends what happened here, one follows what changed there.

Events go up in order and are sent again until the central says that they are durable, whatever breaks in between.
The network is never on the way from a scan to its verdict.
"""

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from app.model.answers import Say, say
from app.model.wire import Upload
from app.station.chain import NO_HASH, Row
from app.station.client import CentralClient
from app.station.journal import Journal
from app.station.lent import Learned, Lent
from app.station.trouble import CentralFault, CentralRefusal, Offline, StationTrouble

_log = logging.getLogger("storehand.station.sync")

EVENTS_A_BATCH = 200
BYTES_A_BATCH = 900_000
"""The central takes 1 MB; the rest is for what stands around the events."""
_GAPS_IN_A_ROW = 3
_JOIN_S = 3.0
"""Looking up a host's name cannot be interrupted; the threads are daemons."""
_NOT_YET = Offline("central.offline")

Post = Callable[[Callable[[], None]], object]
"""Runs a callable on the terminal's own loop, from any thread, in the order of the calls."""


class Listener(Protocol):
    """The terminal, as the sync tells it of things; called only through ``Post``."""

    def learn(self, records: Sequence[Learned]) -> None: ...

    def acknowledge(self, seq: int, earlier: int) -> None: ...

    def hear_of_network(self, online: bool, words: Say) -> None: ...

    def hear_of_time(self, theirs: datetime, ours: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before asking again: twice as long each time, up to ``most_s``, anything from half of it."""

    first_s: float = 0.25
    most_s: float = 15.0
    poll_s: float = 25.0
    """How long the central may hold a request for changes open."""

    def after(self, failures: int, dice: random.Random) -> float:
        """Seconds to wait after so many failures in a row. Chance keeps stations from asking all at once."""
        most = min(self.most_s, self.first_s * 2 ** min(failures - 1, 16))
        return dice.uniform(most / 2, most)


class Sync:
    """The two threads. Nothing of it touches the terminal but through ``post``."""

    def __init__(
        self,
        journal: Journal,
        lent: Lent,
        client: CentralClient,
        listener: Listener,
        post: Post,
        patience: Patience | None = None,
    ) -> None:
        self._journal = journal
        self._lent = lent
        self._client = client
        self._listener = listener
        self._post = post
        self._patience = patience or Patience()
        self._dice = random.Random()
        self._stop = threading.Event()
        self._work = threading.Event()
        self._back = threading.Event()
        self._acknowledged: dict[str, int | None] = {}
        self._gaps = 0
        self._lock = threading.Lock()
        self._troubles: dict[str, StationTrouble | None] = {}
        self._told: tuple[bool, Say] | None = None
        self._threads = [
            threading.Thread(target=self._forever, args=("upload", self._send_some), name="storehand-upload"),
            threading.Thread(target=self._forever, args=("changes", self._follow), name="storehand-changes"),
        ]

    def start(self) -> None:
        """Begin to send and to follow."""
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def nudge(self) -> None:
        """There is something to send."""
        self._work.set()

    def stop(self) -> None:
        """End what is under way and wait for the threads. What was not sent stays in the journal."""
        self._stop.set()
        self._work.set()
        self._back.set()
        self._client.hang_up()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_JOIN_S)

    # --- both threads -------------------------------------------------------------------------------------

    def _forever(self, way: str, turn: Callable[[], None]) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                turn()
            except StationTrouble as trouble:
                failures += 1
                self._tell(way, trouble)
            except Exception:  # noqa: BLE001 a terminal whose sync died would go on, silently, until its disk is full
                failures += 1
                _log.exception("the %s thread goes on after a fault", way)
                self._tell(way, StationTrouble("sync.fault"))
            else:
                failures = 0
                self._tell(way, None)
                continue
            self._back.clear()
            if not self._stop.is_set():
                self._back.wait(self._patience.after(failures, self._dice))

    def _tell(self, way: str, trouble: StationTrouble | None) -> None:
        """Say how the network is, whenever that changed."""
        if self._stop.is_set():
            return
        with self._lock:
            came_back = trouble is None and self._troubles.get(way) is not None
            self._troubles[way] = trouble
            troubles = [other for other in self._troubles.values() if other is not None]
            online = "changes" in self._troubles and not any(
                isinstance(other, Offline | CentralFault) for other in troubles
            )
            words = troubles[0].words if troubles else say("sync.online")
            news = (online, words)
            if news != self._told:
                self._told = news
                self._post(lambda: self._listener.hear_of_network(*news))
        if came_back:
            self._back.set()
        if trouble is None and self._client.central_time is not None:
            theirs, ours = self._client.central_time
            self._post(lambda: self._listener.hear_of_time(theirs, ours))

    def _adopt(self, incarnation: str) -> None:
        """The central was restored or copied: ask for everything, and send what it may have lost."""
        with self._lock:
            if incarnation != self._lent.incarnation:
                self._begin_anew(incarnation)
        self._work.set()

    def _begin_anew(self, incarnation: str) -> None:
        _log.warning("the central has a new incarnation, %s", incarnation)
        self._acknowledged = {}
        self._lent.restart(incarnation)

    # --- up -----------------------------------------------------------------------------------------------

    def _send_some(self) -> None:
        """Send one batch, or wait until there is something to send."""
        self._work.clear()
        for journal in self._journal.journals():
            if self._send(journal):
                self._tell_pending()
                return
        self._tell_pending()
        self._work.wait()

    def _send(self, journal: str) -> bool:
        """Send the next batch of one journal. False when the central has all of it."""
        known = self._known(journal)
        last = self._journal.last_of(journal)
        if (known or 0) >= last:
            return False
        after = known if known is not None else self._guess(journal, last)
        rows = _batch(self._journal.rows(journal, after, EVENTS_A_BATCH), after)
        previous = self._journal.hash_at(journal, after)
        if not rows or previous is None:
            if known is not None and journal == self._journal.id:
                first = self._journal.read(known, 1)[0].seq
                raise StationTrouble("sync.journal_forgot", (("there", known), ("first", first)))
            if known is not None:
                self._journal.bridge(journal, known)
                return True
            # The numbers that would follow on cannot be read any more: only ask how far the central is.
            rows, after, previous = [], 0, NO_HASH
        upload = self._upload_of(journal, after, previous, rows)
        try:
            answer = self._client.upload(upload)
        except CentralRefusal as refusal:
            self._go_back(journal, upload, refusal, last)
            return True
        if rows and answer.acknowledged == after:
            raise CentralFault("central.nonsense", (("path", "/v1/events"),))
        self._gaps = 0
        self._remember(journal, upload, answer.incarnation, answer.acknowledged, last)
        return True

    def _known(self, journal: str) -> int | None:
        if journal not in self._acknowledged:
            self._acknowledged[journal] = self._lent.acknowledged(journal)
        return self._acknowledged[journal]

    def _guess(self, journal: str, last: int) -> int:
        """Where to begin when nobody here knows what the central has.

        With the last batch, since the central says when that leaves a gap; of a broken file with what there is.
        """
        if journal == self._journal.id:
            return max(last - EVENTS_A_BATCH, 0)
        return self._journal.rows(journal, 0, 1)[0].seq - 1

    def _upload_of(self, journal: str, after: int, previous: bytes, rows: Sequence[Row]) -> Upload:
        return Upload(
            incarnation=self._lent.incarnation,
            journal=journal,
            first_seq=after + 1,
            previous_hash=previous.hex(),
            sent_at=datetime.now(UTC),
            pending=max(self._pending() - len(rows), 0),
            events=[row.envelope for row in rows],
        )

    def _go_back(self, journal: str, upload: Upload, refusal: CentralRefusal, last: int) -> None:
        """After a gap, go on where the central says that it stands."""
        params = dict(refusal.params)
        stands = params.get("last")
        if refusal.status != 409 or not isinstance(stands, int) or stands < 0:
            raise refusal
        self._gaps += 1
        self._remember(journal, upload, str(params.get("incarnation", upload.incarnation)), stands, last)
        if self._gaps > _GAPS_IN_A_ROW:
            raise refusal

    def _remember(self, journal: str, upload: Upload, incarnation: str, seq: int, last: int) -> None:
        """Keep the central's mark, unless it turned into another one while it answered."""
        if seq > last and journal == self._journal.id:
            # Its numbers are taken: what is recorded here would pass for what the central has already.
            raise StationTrouble("sync.journal_behind", (("here", last), ("there", seq)))
        with self._lock:
            if upload.incarnation != self._lent.incarnation:
                return
            if incarnation != self._lent.incarnation:
                self._begin_anew(incarnation)
            self._acknowledged[journal] = min(seq, last)
            self._lent.acknowledge(journal, min(seq, last))

    def _pending(self) -> int:
        return sum(
            self._journal.unsent(journal, self._known(journal) or 0) for journal in self._journal.journals()
        )

    def _tell_pending(self) -> None:
        own = self._known(self._journal.id) or 0
        earlier = self._pending() - self._journal.unsent(self._journal.id, own)
        if not self._stop.is_set():
            self._post(lambda: self._listener.acknowledge(own, earlier))

    # --- down ---------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Take in what changed, or wait for it."""
        poll_s = self._patience.poll_s if self._troubles.get("changes", _NOT_YET) is None else 0
        begun = time.monotonic()
        changes = self._client.changes(self._lent.head, self._lent.incarnation, poll_s)
        if changes.incarnation != self._lent.incarnation:
            self._adopt(changes.incarnation)
            if not changes.reset:
                return
        learned = self._lent.apply(changes)
        if learned and not self._stop.is_set():
            self._post(lambda: self._listener.learn(learned))
        elif poll_s and not changes.more:
            # A central that does not hold the request open must not be asked as fast as it answers.
            self._stop.wait(min(1.0, poll_s / 2) - (time.monotonic() - begun))


def _batch(rows: Sequence[Row], after: int) -> list[Row]:
    """As many rows from the first one as are without a hole and not too large together; one at least."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        size += len(json.dumps(row.envelope, ensure_ascii=False).encode())
        if row.seq != after + len(batch) + 1 or (batch and size > BYTES_A_BATCH):
            break
        batch.append(row)
    return batch

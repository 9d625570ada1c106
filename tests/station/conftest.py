"""What the tests of a station share: a loop to run it on, a central to talk to, a journal to write in."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from app.model.facts import Fact, UnitsCounted
from app.model.facts.codec import Recorded
from app.model.facts.picking import Counted
from app.model.known import Known
from app.model.people import Operator, Role
from app.station.journal import Journal
from tests.station.central import FakeCentral, running_central

AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
SMALL_RESERVE = 256 * 1024
PATIENCE_S = 20.0
OPERATOR = Operator("op-1", "Ada", (Role.PICKER,), sha256(b"secret").hexdigest())


class Loop:
    """The terminal's own loop, turned by the test."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def until(self, true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        give_up = time.monotonic() + patience_s
        while not true():
            assert time.monotonic() < give_up, "it did not come to pass"
            with suppress(queue.Empty):
                self._calls.get(timeout=0.02)()


def counted(code: str = "4006381333931", quantity: int = 1) -> Fact:
    return UnitsCounted("T1", "k1", quantity, code, "", Counted.SCAN)


def append(journal: Journal, *facts: Fact, snapshot: str = "") -> tuple[Recorded, ...]:
    return journal.append([("op-1", fact) for fact in facts], AT, 1.5, snapshot=snapshot)


def knowing() -> Known:
    known = Known("P1")
    known.learn("operator", OPERATOR.id, OPERATOR)
    return known


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def central() -> Iterator[FakeCentral]:
    with running_central() as fake:
        yield fake


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db", SMALL_RESERVE) as opened:
        yield opened

"""A day on which the station is killed twenty times and the central five: what was confirmed is there, exactly once."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.robot.day import Day, opened
from app.robot.report import report
from tests.journeys.days import assert_books_agree, demo_plan, so_many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

STATION_KILLS, CENTRAL_KILLS = 20, 5


@dataclass
class _Power:
    """Cuts the power of the station right after scans, before anybody has seen their verdict, and of the central."""

    chance: random.Random
    day: Day | None = None
    next_station: int = 6
    next_central: int = 15
    stations: int = 0
    centrals: int = 0
    back: list[threading.Thread] = field(default_factory=list)

    def scanned(self, number: int) -> None:
        day = self.day
        if day is None or day.terminal is None:
            return
        if number >= self.next_central and self.centrals < CENTRAL_KILLS and not self._central_is_down():
            self.centrals += 1
            self.next_central = number + 20
            assert day.central is not None
            day.central.kill()
            starting = threading.Thread(target=self._start_central, args=(day,))
            starting.start()
            self.back.append(starting)
        if number >= self.next_station and self.stations < STATION_KILLS:
            self.stations += 1
            self.next_station = number + self.chance.randint(3, 6)
            # From before the scan is read to about when its verdict is painted.
            time.sleep(self.chance.random() * 0.006)
            day.terminal.kill()

    def _central_is_down(self) -> bool:
        return any(thread.is_alive() for thread in self.back)

    def _start_central(self, day: Day) -> None:
        time.sleep(1.0)
        day.restart_central()

    def end(self) -> None:
        for thread in self.back:
            thread.join()


def test_what_got_a_good_verdict_is_there_exactly_once_whatever_is_killed(tmp_path: Path) -> None:
    power = _Power(random.Random(7))
    plan = demo_plan(tmp_path, orders=so_many(12, 40), seed=7, watch=power.scanned)
    with opened(plan) as day:
        power.day = day
        try:
            day.work()
        finally:
            power.end()
        told = report(day)
        assert told["complaints"] == []
        assert told["ok"]
        assert told["orders"]["shipped"] == plan.orders
        assert (power.stations, power.centrals) == (STATION_KILLS, CENTRAL_KILLS)
        assert told["unanswered"] >= STATION_KILLS / 2, (
            "too few of the kills came between a scan and its verdict"
        )
        assert_books_agree(day)

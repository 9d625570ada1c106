"""A day on which the network goes away in the middle of tours, and answers are lost after the central committed."""

import threading
from pathlib import Path

import pytest

from app.robot.day import opened
from app.robot.report import report
from tests.journeys.days import assert_books_agree, demo_plan, so_many
from tests.journeys.proxy import Proxy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

_GONE_S = 4.0


class _Weather:
    """Changes the network at certain scans. What goes away comes back by the clock."""

    def __init__(self, proxy: Proxy, lose_at: set[int], cut_at: set[int]) -> None:
        self._proxy = proxy
        self._lose_at = lose_at
        self._cut_at = cut_at
        self._clocks: list[threading.Timer] = []

    def scanned(self, number: int) -> None:
        if number in self._lose_at:
            self._proxy.mode = "lose_answers"
        elif number in self._cut_at:
            self._proxy.cut()
        else:
            return
        clock = threading.Timer(_GONE_S, self._clear)
        clock.start()
        self._clocks.append(clock)

    def _clear(self) -> None:
        self._proxy.mode = "through"

    def end(self) -> None:
        for clock in self._clocks:
            clock.cancel()
            clock.join()


def test_what_was_counted_without_a_network_is_booked_once_when_it_is_back(tmp_path: Path) -> None:
    orders = so_many(8, 40)
    with Proxy() as proxy:
        weather = _Weather(proxy, lose_at=set(range(10, 1000, 70)), cut_at=set(range(40, 1000, 70)))
        plan = demo_plan(tmp_path, orders=orders, seed=5, through=proxy.in_front_of, watch=weather.scanned)
        with opened(plan) as day:
            day.work()
            weather.end()
            told = report(day)
            assert told["complaints"] == []
            assert told["orders"]["shipped"] == orders
            assert told["unanswered"] == 0
            assert proxy.lost, "no answer was lost: the day was too quiet to show anything"
            assert proxy.refused, "the network was never away"
            assert_books_agree(day)

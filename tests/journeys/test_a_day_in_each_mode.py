"""A short day in each mode of picking: everything ships, the books agree, and the mode was really walked."""

from pathlib import Path

import pytest

from app.robot.day import opened
from app.robot.report import report
from tests.journeys.days import MODES, Books, assert_books_agree, mode_plan, so_many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ORDERS = {"single": 2, "batch": 3, "one_sku": 4, "carton": 3, "zone": 3}


@pytest.mark.parametrize("mode", MODES)
def test_a_day_in_one_mode_ships_every_order_and_the_books_agree(tmp_path: Path, mode: str) -> None:
    plan = mode_plan(tmp_path, mode, orders=so_many(ORDERS[mode], 20))
    with opened(plan) as day:
        day.work()
        told = report(day)
        assert told["complaints"] == []
        assert told["orders"]["shipped"] == plan.orders
        assert told["gestures"]["picking"]["each_unit"] > 0
        assert_books_agree(day)
        walked = {fact.body["tour"]["mode"] for fact in Books(day).facts() if fact.type == "tour_taken"}
        assert ({"single": "orders", "batch": "orders"}.get(mode, mode)) in walked

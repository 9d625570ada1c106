"""A day in each mode of picking, with what usually goes wrong: the books agree, and the mode was really walked."""

from pathlib import Path

import pytest

from app.robot.day import opened
from app.robot.plan import NONE, USUAL, Rates
from app.robot.report import report
from tests.journeys.days import FULL, MODES, Books, assert_books_agree, mode_plan, so_many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ORDERS = {"single": 2, "batch": 3, "one_sku": 5, "carton": 4, "zone": 3}
SEEDS = {"carton": 5, "one_sku": 1}
"""Days in which a box is full under way, and in which some of a stop is short."""
KINDS = {"usual": USUAL, "quiet": NONE} if FULL else {"usual": USUAL}


@pytest.mark.parametrize("faults", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("mode", MODES)
def test_a_day_in_one_mode_ships_or_explains_every_order_and_the_books_agree(
    tmp_path: Path, mode: str, faults: Rates
) -> None:
    orders = so_many(ORDERS[mode], 20)
    plan = mode_plan(tmp_path, mode, orders=orders, seed=SEEDS.get(mode, 1), faults=faults)
    with opened(plan) as day:
        day.work()
        told = report(day)
        assert told["complaints"] == []
        assert told["ok"]
        if not faults.any:
            assert told["orders"]["shipped"] == plan.orders
        assert told["gestures"]["picking"]["each_unit"] > 0
        assert_books_agree(day)
        walked = {fact.body["tour"]["mode"] for fact in Books(day).facts() if fact.type == "tour_taken"}
        assert ({"single": "orders", "batch": "orders"}.get(mode, mode)) in walked

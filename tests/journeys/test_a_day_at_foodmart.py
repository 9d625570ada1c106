"""A day on real data: FoodMart's products and the busiest day of one of its stores."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.robot.day import opened
from app.robot.plan import Plan
from app.robot.report import report
from tests.foodmart import DATA, write_foodmart
from tests.journeys.days import STOREHAND, assert_books_agree, so_many

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not DATA.exists(), reason=f"FoodMart's data is not here: {DATA} does not exist"),
]


def test_the_busiest_day_of_a_real_store_ships_whole(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    orders = write_foodmart(files, orders=so_many(5, 60), now=datetime.now(UTC))
    plan = Plan(storehand=STOREHAND, files=files, home=tmp_path / "home", orders=orders)
    with opened(plan) as day:
        day.work()
        told = report(day)
        assert told["complaints"] == []
        assert told["orders"]["shipped"] == orders
        assert told["ledger_balanced"]
        assert_books_agree(day)

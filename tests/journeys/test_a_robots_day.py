"""A whole day at the real terminal: tours, parcels, labels, pickups; quiet, or with what usually goes wrong."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from app.robot.day import opened
from app.robot.plan import NONE, USUAL, Rates
from app.robot.report import report
from tests.journeys.days import FULL, Books, assert_books_agree, demo_plan, so_many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_a_quiet_day_ships_every_order_and_a_changed_row_of_stock_is_found(tmp_path: Path) -> None:
    plan = demo_plan(tmp_path, orders=so_many(8, 60))
    with opened(plan) as day:
        day.work()
        told = report(day)
        assert told["complaints"] == []
        assert told["orders"]["shipped"] == plan.orders
        assert told["unanswered"] == 0
        assert sum(told["verdicts"].values()) == told["scans"] + told["keys"]
        assert told["labels_proved"] >= plan.orders
        assert 0 < told["metres"]["walked"] <= told["metres"]["in_location_order"]
        assert told["ledger_balanced"]
        assert told["ok"]
        assert_books_agree(day)

        Books(day).change(
            "UPDATE stock SET on_hand = on_hand + 1 WHERE rowid ="
            " (SELECT min(rowid) FROM stock WHERE place LIKE 'bin:%')"
        )
        told = report(day)
        assert not told["ledger_balanced"]
        assert not told["ok"]


DAYS = [pytest.param((40, 16), USUAL, 3, id="usual-small-screen")]
if FULL:
    DAYS += [pytest.param((80, 24), USUAL, 2, id="usual"), pytest.param((40, 16), NONE, 1, id="small-screen")]


@pytest.mark.parametrize(("size", "faults", "seed"), DAYS)
def test_a_day_with_what_usually_goes_wrong_ends_with_everything_shipped_or_explained(
    tmp_path: Path, size: tuple[int, int], faults: Rates, seed: int
) -> None:
    plan = demo_plan(tmp_path, orders=so_many(8, 60), seed=seed, size=size, faults=faults)
    with opened(plan) as day:
        day.work()
        told = report(day)
        assert told["complaints"] == []
        assert told["unanswered"] == 0
        assert told["ledger_balanced"]
        assert told["ok"]
        assert_books_agree(day)


def test_the_command_works_a_day_in_a_warehouse_of_files_and_prints_one_json_object(tmp_path: Path) -> None:
    plan = demo_plan(tmp_path, orders=3, seed=4)
    done = subprocess.run(
        [*plan.storehand, "robot", "--orders", "2", "--import", str(plan.files), "--json"],
        env={**os.environ, "STOREHAND_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout)
    assert told["orders"]["shipped"] == 2
    assert told["ledger_balanced"]

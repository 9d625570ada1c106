"""Gestures (scans, keys and typed characters) for each unit and order line in each mode, counted by the robot.

``make bench ARGS='-k gestures'``. One quiet day in the demo warehouse for each mode, at 80x24; signing in is left out,
claiming a cart, assigning and dropping totes is not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.robot.day import opened
from app.robot.report import report
from tests.benchmarks.record import table, write_section
from tests.journeys.days import MODES, mode_plan

ORDERS = 4
HEAD = (
    "mode",
    "orders",
    "lines",
    "units",
    "picking: a unit",
    "picking: a line",
    "packing: a unit",
    "packing: a line",
)


def test_gestures(tmp_path: Path) -> None:
    rows = [_day(tmp_path / mode, mode) for mode in MODES]
    words = (
        f"One quiet day of {ORDERS} orders in each mode, seed 7. A gesture is a scan, a key or a typed character;"
        " claiming a cart, assigning totes, dropping them, and scans repeated while the central catches up are counted,"
        " signing in is not. The orders of `one_sku` are single units: compare its figures with that in mind."
    )
    write_section("gestures", f"{words}\n\n{table(HEAD, rows)}")


def _day(folder: Path, mode: str) -> tuple[str, ...]:
    folder.mkdir()
    plan = mode_plan(folder, mode, orders=ORDERS, seed=7)
    with opened(plan) as day:
        day.work()
        told: dict[str, Any] = report(day)
        assert told["complaints"] == []
        units = sum(day.ledger.into_totes().values())
        lines = sum(len(skus) for skus in day.warehouse.orders.values())
    each = [
        f"{told['gestures'][view][of]:.1f}"
        for view in ("picking", "packing")
        for of in ("each_unit", "each_line")
    ]
    return (mode, str(plan.orders), str(lines), str(units), *each)

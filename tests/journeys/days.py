"""What the journeys share: a plan for a day, the books read as they lie on the disk, and what must agree at its end."""

import csv
import io
import json
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.robot.day import Day
from app.robot.plan import Plan
from config.demo import write_warehouse

STOREHAND = (sys.executable, "-m", "app.cli")
FULL = os.environ.get("JOURNEYS") == "full"
"""Whether the days are as long as they can be: ``make journeys`` says so."""


def so_many(short: int, long: int) -> int:
    """The length of a journey: short in every test run, long when all of it is wanted."""
    return long if FULL else short


def demo_plan(folder: Path, *, orders: int, seed: int = 1, **changes: Any) -> Plan:
    """A day in the demo warehouse."""
    files = folder / "files"
    files.mkdir(parents=True)
    write_warehouse(files, seed=seed, orders=orders, now=datetime.now(UTC))
    return Plan(storehand=STOREHAND, files=files, home=folder / "home", orders=orders, seed=seed, **changes)


MODES = ("single", "batch", "one_sku", "carton", "zone")
"""The ways of picking: the first two are both ``orders``, with a cart of one slot and of several."""


def mode_plan(folder: Path, mode: str, *, orders: int, seed: int = 1, **changes: Any) -> Plan:
    """A day in the demo warehouse where everything is picked in one mode.

    Zone A is the aisles A to H, zone B the others; a day of ``one_sku`` has single-item orders of two items.
    """
    plan = demo_plan(folder, orders=orders, seed=seed, **changes)
    rule = {"single": "orders", "batch": "orders"}.get(mode, mode)
    _rewrite(
        plan.files / "locations.csv",
        lambda row: {
            **row,
            "zone": ("A" if row["location"] < "I" else "B") if row["zone"] != "DOCK" else "DOCK",
        },
        [
            {
                "location": "BUFFER-A",
                "zone": "DOCK",
                "kind": "buffer",
                "x_mm": "15000",
                "y_mm": "0",
                "check_code": "07",
            }
        ],
    )
    zones = ["zone,scan,mode,buffer", f"A,location; item,{rule},BUFFER-A", f"B,location; item,{rule},"]
    (plan.files / "zones.csv").write_text("\n".join(zones) + "\n", encoding="utf-8")
    if mode == "single":
        _rewrite(plan.files / "equipment.csv", lambda row: {**row, "slots": row["slots"] and "1"})
    if mode == "one_sku":
        _of_two_items(plan.files / "orders.csv")
    return plan


def _of_two_items(file: Path) -> None:
    """Leave each order its first line, of one of the two items that the first two orders begin with."""
    firsts: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))):
        firsts.setdefault(row["number"], row)
    two = [{name: row[name] for name in ("sku", "variant")} for row in list(firsts.values())[:2]]
    same = {name: next(iter(firsts.values()))[name] for name in ("priority", "ship_by")}
    alike = [{**row, **two[at % 2], **same, "quantity": "1"} for at, row in enumerate(firsts.values())]
    _write(file, alike)


def _rewrite(
    file: Path, change: Callable[[dict[str, str]], dict[str, str]], more: Sequence[dict[str, str]] = ()
) -> None:
    rows = [change(row) for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))]
    _write(file, [*rows, *more])


def _write(file: Path, rows: Sequence[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as the central keeps it."""

    station: str
    journal: str
    seq: int
    state: str
    type: str
    body: dict[str, Any]


class Books:
    """The central's own books, read past the program: its SQLite file."""

    def __init__(self, day: Day) -> None:
        self._file = day.database.removeprefix("sqlite:///")

    def into_totes(self) -> Counter[tuple[str, str, str]]:
        """Net units that the movements brought from shelves into totes: by tote, SKU and lot."""
        net: Counter[tuple[str, str, str]] = Counter()
        for _, tote, sku, lot, quantity in self._picks():
            net[tote, sku, lot] += quantity
        return +net

    def out_of_bins(self) -> Counter[tuple[str, str, str]]:
        """The same units by the location that they came from."""
        net: Counter[tuple[str, str, str]] = Counter()
        for location, _, sku, lot, quantity in self._picks():
            net[location, sku, lot] += quantity
        return +net

    def _picks(self) -> Iterator[tuple[str, str, str, str, int]]:
        for sku, lot, source, target, quantity in self._rows(
            "SELECT sku, lot, source, target, quantity FROM movement"
        ):
            if source.startswith("bin:") and target.startswith("tote:"):
                yield source.removeprefix("bin:"), target.removeprefix("tote:"), sku, lot, quantity
            elif source.startswith("tote:") and target.startswith("bin:"):
                yield target.removeprefix("bin:"), source.removeprefix("tote:"), sku, lot, -quantity

    def facts(self) -> list[Fact]:
        """Every fact, in the order of its journal."""
        return [
            Fact(station, journal, seq, state, type_, json.loads(envelope)["body"])
            for station, journal, seq, state, type_, envelope in self._rows(
                "SELECT station, journal, seq, state, type, envelope FROM fact ORDER BY station, journal, seq"
            )
        ]

    def change(self, statement: str) -> None:
        """Tamper with the books."""
        with closing(sqlite3.connect(self._file)) as database:
            database.execute(statement)
            database.commit()

    def _rows(self, statement: str) -> Iterator[Any]:
        with closing(sqlite3.connect(self._file)) as database:
            yield from database.execute(statement).fetchall()


def assert_books_agree(day: Day) -> None:
    """What the robot really did and what the central has booked are the same, and each fact is there exactly once."""
    books = Books(day)
    facts = books.facts()
    assert {fact.state for fact in facts} == {"applied"}
    for journal in {fact.journal for fact in facts}:
        numbers = [fact.seq for fact in facts if fact.journal == journal]
        assert numbers == list(range(1, len(numbers) + 1)), "a journal has a gap, or something twice"
    assert books.into_totes() == day.ledger.into_totes()
    assert books.out_of_bins() == day.ledger.out_of_bins()
    assert _units(facts, "picked") - _units(facts, "pick_undone") == day.ledger.into_totes()
    packed: Counter[tuple[str, str, str]] = Counter()
    for _, tote, (sku, lot), quantity in day.ledger.packed:
        packed[tote, sku, lot] += quantity
    assert _units(facts, "unit_verified") - _units(facts, "verify_undone") == packed
    closed = [fact.body["sscc"] for fact in facts if fact.type == "parcel_closed"]
    assert Counter(closed) == Counter(sscc for _, sscc in day.ledger.closed)
    dropped = [fact.body["tote"] for fact in facts if fact.type == "tote_dropped"]
    assert Counter(dropped) == Counter(tote for tote, _ in day.ledger.dropped)


def _units(facts: list[Fact], type_: str) -> Counter[tuple[str, str, str]]:
    """Units by tote, SKU and lot, over all facts of a type."""
    units: Counter[tuple[str, str, str]] = Counter()
    for fact in facts:
        if fact.type == type_:
            units[fact.body["tote"], fact.body["sku"], fact.body["lot"]] += fact.body["quantity"]
    return units

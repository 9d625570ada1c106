"""``storehand demo``: a warehouse that is there at once, works, and leaves nothing behind."""

from __future__ import annotations

import csv
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli.demo_sheet import print_sheet
from config.demo import write_warehouse
from printing.proof import read_symbols, render
from tests.cli.running import Host, Terminal


def leftovers(host: Host) -> list[Path]:
    return list(host.folder.glob("storehand-demo-*"))


def test_the_demo_signs_in_picks_refuses_a_sister_and_goes_on_without_a_network(host: Host) -> None:
    with host.terminal("demo", "--orders", "12") as screen:
        screen.until(lambda: "p Picker" in screen.text)
        press(screen, "p", "Scan a cart")
        press(screen, "s", "Scan an empty tote")
        while "There:" not in screen.text:
            scan(screen)
        scan(screen)
        press(screen, "w", "the order wants")
        press(screen, "n", "no network")
        scan(screen)
        press(screen, "n", "network ok")
        press(screen, "k", "PACKING")
        press(screen, "v", "EXCEPTIONS")
        screen.keys(b"q")
        assert screen.ended() == 0
        assert "Orders: 12" in screen.text
        assert "Next: storehand station --standalone" in screen.flat
    assert leftovers(host) == []


@pytest.mark.parametrize(("end", "seen"), [(signal.SIGTERM, "building"), (signal.SIGHUP, "p Picker")])
def test_a_demo_that_is_ended_from_outside_leaves_nothing_behind(
    host: Host, end: signal.Signals, seen: str
) -> None:
    with host.terminal("demo", "--orders", "1", columns=40, rows=16) as screen:
        screen.until(lambda: seen in screen.text)
        screen.process.send_signal(end)
        screen.ended()
        assert "Traceback" not in screen.text
    assert leftovers(host) == []


def test_the_demo_warehouse_is_the_same_for_the_same_seed_and_large_enough(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 6, tzinfo=UTC)
    one, again, other = (made(tmp_path / name, seed, now) for name, seed in (("1", 5), ("2", 5), ("3", 6)))
    assert one == again != other
    rows = {name: list(csv.DictReader(text.splitlines())) for name, text in one.items()}
    assert len(rows["items.csv"]) >= 300
    assert len(rows["locations.csv"]) >= 600
    assert len({row["number"] for row in rows["orders.csv"]}) == 60
    assert any(row["lot"] == "yes" for row in rows["items.csv"])


def test_the_sheet_can_be_scanned(tmp_path: Path, warehouse: Path) -> None:
    print_sheet(warehouse, tmp_path / "sheet.pdf")
    codes = {
        found.text for page in render((tmp_path / "sheet.pdf").read_bytes()) for found in read_symbols(page)
    }
    badges = {
        f"BADGE:{row['badge']}"
        for row in csv.DictReader((warehouse / "operators.csv").read_text().splitlines())
    }
    assert badges <= codes
    assert {"CMD:undo", "CMD:7", "CMD:enter", "CART-1", "T-101", "DROP-1", "BOX-S"} <= codes


def made(folder: Path, seed: int, now: datetime) -> dict[str, str]:
    folder.mkdir()
    write_warehouse(folder, seed=seed, orders=60, now=now)
    return {file.name: file.read_text() for file in folder.iterdir()}


def scan(screen: Terminal) -> None:
    number = screen.number
    screen.keys(b"s")
    screen.until(lambda: screen.number > number)


def press(screen: Terminal, key: str, seen: str) -> None:
    screen.keys(key.encode())
    screen.until(lambda: seen in screen.text)

"""From a scan's last byte to its verdict on the terminal: a real pty, a serial scanner, a journal on disk.

``make bench ARGS='-k scan_to_paint'``. Prints p50 and p99 in milliseconds for each size, bytes a scan and idle CPU.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from devices.virtual import VirtualScanner
from tests.screens.a_floor import PICKER, a_floor, a_tour, badge_of
from tests.screens.ptys import Screen, floor_on_a_pty

SCANS = 300
GAP_S = 0.1
WARM_UP = 20


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 16), (160, 45)])
def test_scan_to_paint(tmp_path: Path, columns: int, rows: int) -> None:
    with (
        VirtualScanner() as scanner,
        floor_on_a_pty(
            tmp_path, columns, rows, "--scanner", scanner.url, "--units", "1000", "--no-keys"
        ) as screen,
    ):
        screen.until(lambda: "Scan your badge" in screen.text)
        screen.until(lambda: "ready" in screen.text or columns < 80)
        time.sleep(0.5)
        codes = _sign_in_and_walk(screen, scanner)
        latencies, sent = [], screen.received
        for number in range(SCANS + WARM_UP):
            took = _scan(screen, scanner, codes[number % len(codes)])
            if number >= WARM_UP:
                latencies.append(took * 1000)
            screen.rest(GAP_S)
        each = (screen.received - sent) // (SCANS + WARM_UP)
        before, began = screen.cpu_s(), time.monotonic()
        screen.rest(3.0)
        idle = (screen.cpu_s() - before) / (time.monotonic() - began)
    latencies.sort()
    p50, p99 = statistics.median(latencies), latencies[int(len(latencies) * 0.99)]
    print(
        f"\n{columns}x{rows}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {latencies[-1]:.1f} ms,"
        f" {each} bytes a scan, idle {idle * 100:.2f} % CPU"
    )


def _sign_in_and_walk(screen: Screen, scanner: VirtualScanner) -> list[str]:
    """Up to the first item; gives codes that alternate, so that none is taken for a double trigger."""
    tour, known = a_tour(), a_floor()
    task = tour.tasks[0]
    totes = sorted(known.totes)[: len(tour.orders)]
    for code in (badge_of(PICKER), tour.cart, *totes, task.location):
        _scan(screen, scanner, code)
        screen.rest(GAP_S)
    item = known.items[task.sku]
    sister = next(each for each in known.items.values() if each.is_sister_of(item))
    right = f"]C101{item.barcodes[0].code:>014}10{task.lot}" if task.lot else item.barcodes[0].code
    return [right, sister.barcodes[0].code, right, tour.tasks[2].location]


def _scan(screen: Screen, scanner: VirtualScanner, code: str) -> float:
    """Seconds from the last byte written to the scanner's line until the next verdict's bytes are there."""
    number = screen.number
    written = time.perf_counter()
    scanner.scan(code)
    screen.until(lambda: screen.number > number)
    return screen.last_bytes_at - written

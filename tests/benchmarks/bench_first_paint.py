"""From the start of ``storehand station`` to its first picture: an enrolled terminal of 80x24 with the demo's floor.

``make bench ARGS='-k first_paint'``. Prints milliseconds of the clock until block letters stand on the screen, and of
the processor until then. The first starts are left out: they warm the disk's cache.
"""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from pathlib import Path

from config.demo import write_warehouse
from tests.cli.running import Host

STARTS, WARM_UP = 15, 3


def test_first_paint(tmp_path: Path) -> None:
    host = Host(tmp_path)
    files = tmp_path / "files"
    files.mkdir()
    write_warehouse(files, seed=1, orders=60, now=datetime.now(UTC).replace(microsecond=0))
    host.told("import", files)
    clock: list[float] = []
    processor: list[float] = []
    with host.central() as url:
        code = host.told("code").strip()
        with host.terminal("station", "PICK-1", "--central", url, "--enrol", code) as screen:
            screen.until(lambda: "network ok" in screen.text)
            screen.rest(2.0)  # the whole floor is here
            screen.quit()
        for number in range(STARTS + WARM_UP):
            with host.terminal("station", "PICK-1") as screen:
                screen.until(lambda: screen.first_paint_s > 0)
                used = screen.cpu_s()
                screen.quit()
            if number >= WARM_UP:
                clock.append(screen.first_paint_s * 1000)
                processor.append(used * 1000)
    print(
        f"\nfirst paint, {STARTS} starts: median {statistics.median(clock):.0f} ms, worst {max(clock):.0f} ms;"
        f" processor {statistics.median(processor):.0f} ms"
    )

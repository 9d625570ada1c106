"""Where benchmarks leave their tables: the sections of docs/performance.md that a run writes anew."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def write_section(name: str, markdown: str) -> None:
    """Put tables between ``<!-- name -->`` and ``<!-- /name -->`` in the page, in place of what stood there.

    Raises:
        ValueError: the page has no such markers.
    """
    opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    page = PAGE.read_text(encoding="utf-8")
    before, found, rest = page.partition(opening)
    _, ended, after = rest.partition(closing)
    if not found or not ended:
        raise ValueError(f"no section {name} in {PAGE}")
    PAGE.write_text(f"{before}{opening}\n{markdown.strip()}\n\n{closing}{after}", encoding="utf-8")
    print(f"\n{markdown.strip()}\n\nwritten to {PAGE}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """What is measured on, and how busy it is before (so ask first): the load is one for each busy core."""
    return (
        f"Measured on {os.cpu_count()} cores of {_processor()}, Python {platform.python_version()},"
        f" load before it began {os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())

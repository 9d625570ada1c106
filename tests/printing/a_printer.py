"""A printer made of orders: what it says next is what the test told it to say. What it prints lands in a list."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from printing.outbox import Row
from printing.printers.protocol import Paper, Traits
from printing.progress import News, Progress, State
from printing.spool import Spool

PATIENCE_S = 30


@dataclass
class PrinterOfTests:
    """``says`` are the answers to come, by question; where none is left it prints at once."""

    says: dict[str, list[Progress]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    paper_out: list[str] = field(default_factory=list)

    def probe(self) -> Traits:
        return Traits()

    def ready(self, paper: Paper) -> Progress | None:
        return self._next("ready", paper)

    def send(self, paper: Paper) -> Progress:
        return self._next("send", paper) or self._printed(paper)

    def follow(self, paper: Paper, handle: str) -> Progress:
        return self._next("follow", paper) or self._printed(paper)

    def cancel(self, paper: Paper, handle: str) -> Progress:
        return self._next("cancel", paper) or Progress(News.WITHDRAWN)

    def close(self) -> None:
        self.asked.append(("close", ""))

    def _next(self, question: str, paper: Paper) -> Progress | None:
        self.asked.append((question, paper.path.stem))
        left = self.says.get(question, [])
        return left.pop(0) if left else None

    def _printed(self, paper: Paper) -> Progress:
        self.paper_out.append(paper.path.stem)
        return Progress(News.PRINTED)


def until(spool: Spool, name: str, *states: State, kind: str = "label") -> Row:
    """The row of a paper once it is in one of the states."""
    give_up = time.monotonic() + PATIENCE_S
    row = spool.row(kind, name)
    while row is None or row.state not in states:
        assert time.monotonic() < give_up, f"{name} is {row}"
        time.sleep(0.005)
        row = spool.row(kind, name)
    return row

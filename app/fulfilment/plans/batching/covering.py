"""The set covering programme over known tours, solved by HiGHS (the optional extra ``storehand[prove]``)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from app.fulfilment.plans.batching.orders import Members, indexes
from app.fulfilment.plans.batching.pricing import Terms

if TYPE_CHECKING:
    import highspy

_INFINITE: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Column:
    """A tour that may be walked, and its length."""

    members: Members
    length: int


class Relaxation:
    """Tours may be walked in part. What the solution values at the margin becomes the terms of pricing."""

    def __init__(self, orders: int, fewest: int) -> None:
        """At least ``fewest`` tours are walked. Raises ``ImportError`` where highspy is not installed."""
        self._orders: Final = orders
        self._columns: list[Column] = []
        self._known: set[Members] = set()
        self._triples: list[tuple[int, int, int]] = []
        self._model = _model()
        self._model.addRow(fewest, _INFINITE, 0, [], [])
        for _ in range(orders):
            self._model.addRow(1, _INFINITE, 0, [], [])

    def add(self, columns: Sequence[Column]) -> int:
        """Add tours; those that are known already are left out. How many were added."""
        new = [column for column in columns if column.members not in self._known]
        self._known.update(column.members for column in new)
        self._columns += new
        rows = [
            [0, *(1 + order for order in indexes(column.members)), *self._fined(column)] for column in new
        ]
        _add_columns(self._model, new, rows)
        return len(new)

    def _fined(self, column: Column) -> Iterator[int]:
        for number, triple in enumerate(self._triples, start=1 + self._orders):
            if sum(column.members >> order & 1 for order in triple) > 1:
                yield number

    def solve(self) -> tuple[float, Terms]:
        """The length of the best plan in parts, and the terms under which none of its tours is too long."""
        self._model.run()
        duals = np.array(self._model.getSolution().row_dual, dtype=np.float64)
        amounts = np.floor(np.maximum(duals[: 1 + self._orders], 0) + 1e-6).astype(np.int64)
        fines = np.ceil(np.maximum(-duals[1 + self._orders :], 0) - 1e-6).astype(np.int64)
        paying = np.flatnonzero(fines).tolist()
        terms = Terms.of(
            amounts[1:].tolist(),
            int(amounts[0]),
            [self._triples[number] for number in paying],
            fines[paying].tolist(),
        )
        return float(self._model.getInfo().objective_function_value), terms

    def cut(self, most: int) -> int:
        """Forbid triples of which parts of several tours take two, the most at fault first; how many were found."""
        values = np.array(self._model.getSolution().col_value, dtype=np.float64)
        walked = np.flatnonzero(values > 1e-6)
        has = np.zeros((len(walked), self._orders))
        for row, number in enumerate(walked.tolist()):
            has[row, list(indexes(self._columns[number].members))] = 1
        share = values[walked]
        pairs = (has * share[:, None]).T @ has
        found: list[tuple[float, tuple[int, int, int]]] = []
        known = set(self._triples)
        for a in range(self._orders):
            others = np.flatnonzero(pairs[a, a + 1 :] > 1e-6) + a + 1
            two = pairs[a, others][:, None] + pairs[a, others][None, :] + pairs[np.ix_(others, others)]
            for x, y in np.argwhere(np.triu(two, 1) > 1.02).tolist():
                b, c = int(others[x]), int(others[y])
                all_three = float(share @ (has[:, a] * has[:, b] * has[:, c]))
                excess = float(two[x, y]) - 2 * all_three - 1
                if excess > 0.02 and (a, b, c) not in known:
                    found.append((-excess, (a, b, c)))
        found.sort()
        times = [0] * self._orders
        added = 0
        for _, triple in found:
            if added == most:
                break
            if max(times[order] for order in triple) < 5:
                self._forbid(triple)
                added += 1
                for order in triple:
                    times[order] += 1
        return added

    def _forbid(self, triple: tuple[int, int, int]) -> None:
        self._triples.append(triple)
        both = sum(1 << order for order in triple)
        rows = [n for n, column in enumerate(self._columns) if (column.members & both).bit_count() > 1]
        self._model.addRow(-_INFINITE, 1, len(rows), np.array(rows, dtype=np.int32), np.ones(len(rows)))


def best_cover(columns: Sequence[Column], orders: int, seconds: float) -> tuple[list[Members], bool]:
    """The shortest tours that serve each order at least once, and whether that is certain.

    The best that were found in time; none if none were.
    """
    import highspy

    model = _model()
    model.setOptionValue("time_limit", seconds)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.999)
    for _ in range(orders):
        model.addRow(1, _INFINITE, 0, [], [])
    _add_columns(model, columns, [list(indexes(column.members)) for column in columns])
    count = len(columns)
    model.changeColsIntegrality(
        count, np.arange(count, dtype=np.int32), np.full(count, highspy.HighsVarType.kInteger)
    )
    # No start is given: HiGHS 1.16 then loses better solutions in its presolve, and calls what is left optimal.
    model.run()
    values = model.getSolution().col_value
    chosen = [column.members for column, value in zip(columns, values, strict=False) if value > 0.5]
    return chosen, model.getModelStatus() == highspy.HighsModelStatus.kOptimal


def _model() -> "highspy.Highs":
    import highspy

    model = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave that open
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    return model


def _add_columns(model: "highspy.Highs", columns: Sequence[Column], rows: Sequence[Sequence[int]]) -> None:
    starts = np.cumsum([0, *(len(row) for row in rows)])[:-1].astype(np.int32)
    flat = np.array([number for row in rows for number in row], dtype=np.int32)
    model.addCols(
        len(columns),
        np.array([column.length for column in columns], dtype=np.float64),
        np.zeros(len(columns)),
        np.full(len(columns), _INFINITE),
        len(flat),
        starts,
        flat,
        np.ones(len(flat)),
    )

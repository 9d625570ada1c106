"""What the day came to, as one JSON object."""

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.robot.day import Day

_SHIPPED = frozenset({"packed", "shipped", "in_transit", "delivered"})
"""The label is closed; with the manifest too, it is ``shipped`` and later."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Where the orders stand, in words of the export."""

    status: dict[str, str]
    wanting: dict[str, str]
    """For orders that are not shipped: what they lack."""

    @property
    def shipped(self) -> set[str]:
        """Those whose parcels are closed."""
        return {order for order, status in self.status.items() if status in _SHIPPED}


def read_orders(text: str) -> Orders:
    """The orders of ``storehand export orders``."""
    status: dict[str, str] = {}
    open_units: Counter[str] = Counter()
    allocated: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for row in csv.DictReader(io.StringIO(text)):
        order = row["number"]
        status[order] = row["status"]
        if (order, row["line"]) not in seen:
            seen.add((order, row["line"]))
            open_units[order] += int(row["open"])
            allocated[order] += int(row["allocated"])
    wanting = {
        order: "no_stock" if open_units[order] else "not_picked" if allocated[order] else state
        for order, state in status.items()
        if state not in _SHIPPED
    }
    return Orders(status, wanting)


def report(day: Day, trouble: str = "") -> dict[str, Any]:
    """Everything that the day came to. ``ok`` is the verdict; ``complaints`` are what speaks against it."""
    orders = read_orders(day.storehand.orders())
    differences = day.storehand.audit()
    tally, ledger = day.tally, day.ledger
    complaints = [*tally.complaints, *([trouble] if trouble else [])]
    unshipped = set(day.warehouse.orders) - orders.shipped
    inexcusable = sorted(unshipped - ledger.excused)
    if inexcusable:
        complaints.append(f"not shipped without a cause: {', '.join(inexcusable)}")
    if differences:
        complaints.append(f"the books differ from their movements in {len(differences)} places")
    if tally.unanswered and not day.restarts:
        complaints.append(f"{tally.unanswered} scans or keys got no verdict")
    statuses = Counter(orders.status.values())
    return {
        "ok": not complaints,
        "orders": {
            "all": len(day.warehouse.orders),
            "shipped": len(orders.shipped),
            "held": statuses["held"],
            "held_by_cause": dict(day.supervisor.held),
            "waiting": dict(Counter(orders.wanting[each] for each in unshipped if each in orders.wanting)),
        },
        "exceptions": dict(day.supervisor.seen),
        "exceptions_left": dict(day.supervisor.left),
        "faults": asdict(day.plan.faults) if day.plan.faults.any else "none",
        "faults_injected": dict(ledger.injected),
        "scans": tally.scans,
        "keys": tally.keys,
        "gestures": _gestures(day),
        "verdicts": dict(tally.verdicts),
        "unanswered": tally.unanswered,
        "labels_proved": len(ledger.closed),
        "manifests_closed": day.supervisor.manifests,
        "metres": {"walked": ledger.walked_m, "in_location_order": ledger.in_location_order_m},
        "latency_ms": latencies(tally.latencies),
        "first_paint_ms": round(day.first_paint_ms),
        "restarts": day.restarts,
        "ledger_balanced": not differences,
        "complaints": complaints,
    }


def _gestures(day: Day) -> dict[str, dict[str, float]]:
    """Scans, keys and typed characters while picking and packing: all, for each unit, and for each order line."""
    units = sum(day.ledger.into_totes().values())
    lines = sum(len(skus) for skus in day.warehouse.orders.values())
    return {
        view: {
            "all": made,
            "each_unit": round(made / max(1, units), 2),
            "each_line": round(made / max(1, lines), 2),
        }
        for view, made in day.tally.gestures.items()
    }


def latencies(measured: Sequence[float]) -> dict[str, float]:
    """Percentiles by the nearest rank, in milliseconds."""
    if not measured:
        return {"count": 0}
    ordered = sorted(measured)

    def rank(percent: float) -> float:
        return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 1)

    return {"count": len(ordered), "p50": rank(50), "p99": rank(99), "max": round(ordered[-1], 1)}

"""The central's answers to a supervisor, as rows. What does not fit is left out: a list is never worth a crash."""

from collections.abc import Iterator
from typing import Any

from app.fulfilment.dialogues.supervising.state import Line, Pane


def lines_of(pane: Pane, data: object) -> tuple[Line, ...]:
    """The rows of a pane."""
    if not isinstance(data, dict):
        return ()
    match pane:
        case Pane.ORDERS:
            return tuple(_orders(data))
        case Pane.TOURS:
            return tuple(_tours(data))
        case Pane.MANIFESTS:
            return tuple(_manifests(data))
        case Pane.STOCK:
            return tuple(_stock(data))
        case _:
            return ()


def _entries(data: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    entries = data.get(name)
    if isinstance(entries, list):
        yield from (entry for entry in entries if isinstance(entry, dict))


def _orders(data: dict[str, Any]) -> Iterator[Line]:
    for entry in _entries(data, "orders"):
        number, due = str(entry.get("number", "")), str(entry.get("ship_by", ""))[:16].replace("T", " ")
        lines = f"{entry.get('lines', '')} lines"
        text = f"{entry.get('status', '')}, priority {entry.get('priority', '')}, {lines}, by {due}"
        yield Line(number, text)


def _tours(data: dict[str, Any]) -> Iterator[Line]:
    for entry in _entries(data, "tours"):
        text = (
            f"{entry.get('status', '')} {entry.get('cart', '')} at {entry.get('station', '')}"
            f" by {entry.get('operator', '') or 'nobody'}, {entry.get('orders', '')} orders"
        )
        yield Line(str(entry.get("id", "")), text)


def _manifests(data: dict[str, Any]) -> Iterator[Line]:
    for entry in _entries(data, "open"):
        yield Line(
            str(entry.get("carrier", "")), f"{entry.get('parcels', 0)} parcels, {entry.get('weight_g', 0)} g"
        )


def _stock(data: dict[str, Any]) -> Iterator[Line]:
    for entry in _entries(data, "rows"):
        location, sku, lot = (str(entry.get(name, "")) for name in ("location", "sku", "lot"))
        blocked = ", blocked" if entry.get("blocked") else ""
        text = f"{lot} {entry.get('on_hand', 0)} there, {entry.get('reserved', 0)} promised{blocked}".strip()
        yield Line(f"{location} {lot}".strip(), text, (("location", location), ("sku", sku), ("lot", lot)))

"""The central's answers to a supervisor, as rows. What does not fit is left out: a list is never worth a crash."""

from collections.abc import Iterator
from typing import Any

from app.fulfilment.dialogues.supervising.state import Line, Pane
from app.model.answers import Param, say
from app.model.known import Known
from app.model.words import words

PICKUP, LOOSE, CLOSED = "pickup", "loose", "closed"
"""What a row of the manifests is: a carrier's next one, a parcel on none, one that is closed."""

_Answer = dict[str, Any]


def lines_of(pane: Pane, data: object, known: Known) -> tuple[Line, ...]:
    """The rows of a pane."""
    if not isinstance(data, dict):
        return ()
    match pane:
        case Pane.LEFT:
            return tuple(_left(data))
        case Pane.ORDERS:
            return tuple(_orders(data))
        case Pane.TOURS:
            return tuple(_tours(data, known))
        case Pane.MANIFESTS:
            return (*_pickups(data), *_loose(data), *_closed(data))
        case Pane.STOCK:
            return (*_stock(data), *_elsewhere(data))
        case _:
            return ()


def _entries(data: _Answer, name: str) -> Iterator[_Answer]:
    entries = data.get(name)
    if isinstance(entries, list):
        yield from (entry for entry in entries if isinstance(entry, dict))


def _text(code: str, entry: _Answer, *names: str, **more: Param) -> str:
    """A row's words with some of an answer's values."""
    values: dict[str, Param] = {name: _plain(entry.get(name)) for name in names}
    return words(say(code, **values, **more))


def _plain(value: object) -> Param:
    return value if isinstance(value, int) else str(value if value is not None else "")


def _moment(value: object) -> str:
    """The day and the minute of a time as JSON has it."""
    return str(value or "")[:16].replace("T", " ")


def _left(data: _Answer) -> Iterator[Line]:
    for entry in _entries(data, "left"):
        due = _moment(entry.get("ship_by"))
        yield Line(due, _text("desk.row_left", entry, "orders", "lines", "parcels", due=due))


def _orders(data: _Answer) -> Iterator[Line]:
    for entry in _entries(data, "orders"):
        text = _text(
            "desk.row_order",
            entry,
            *("number", "priority", "service", "lines", "parcels"),
            status=str(entry.get("status", "")).replace("_", " "),
            due=_moment(entry.get("ship_by")),
        )
        yield Line(str(entry.get("number", "")), text)


def _tours(data: _Answer, known: Known) -> Iterator[Line]:
    for entry in _entries(data, "tours"):
        holder = known.operators.get(str(entry.get("operator", "")))
        text = _text(
            "desk.row_tour",
            entry,
            *("id", "cart", "station", "orders"),
            status=str(entry.get("status", "")).replace("_", " "),
            holder=holder.name if holder is not None else words(say("desk.nobody")),
            due=_moment(entry.get("due_at")),
        )
        yield Line(str(entry.get("id", "")), text)


def _pickups(data: _Answer) -> Iterator[Line]:
    for entry in _entries(data, "open"):
        carrier = str(entry.get("carrier", ""))
        text = _text("desk.row_pickup", entry, "carrier", "parcels", "weight_g")
        yield Line(f"{PICKUP} {carrier}", text, (("is", PICKUP), ("carrier", carrier)))


def _loose(data: _Answer) -> Iterator[Line]:
    for entry in _entries(data, "loose"):
        parcel = str(entry.get("parcel", ""))
        text = _text("desk.row_loose", entry, "sscc", "order", "carrier", "status")
        yield Line(f"{LOOSE} {parcel}", text, (("is", LOOSE), ("parcel", parcel)))


def _closed(data: _Answer) -> Iterator[Line]:
    for entry in _entries(data, "closed"):
        manifest = str(entry.get("id", ""))
        text = _text(
            "desk.row_closed", entry, "id", "parcels", "weight_g", at=_moment(entry.get("closed_at"))
        )
        yield Line(f"{CLOSED} {manifest}", text, (("is", CLOSED),))


def _stock(data: _Answer) -> Iterator[Line]:
    for entry in _entries(data, "rows"):
        location, sku, lot = (str(entry.get(name, "")) for name in ("location", "sku", "lot"))
        code = "desk.row_blocked" if entry.get("blocked") else "desk.row_stock"
        text = _text(code, entry, "location", "lot", "on_hand", "reserved")
        yield Line(f"{location} {lot}".strip(), text, (("location", location), ("sku", sku), ("lot", lot)))


def _elsewhere(data: _Answer) -> Iterator[Line]:
    if data.get("elsewhere"):
        yield Line("elsewhere", _text("desk.row_elsewhere", data, "elsewhere"))

"""The audit: every balance and every promise counted again from what they follow from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from app.central import schema
from app.central.orders import GONE
from app.central.store import Tx
from app.model.parcels import ParcelStatus
from app.model.stock import bin_place, is_account, parcel_place, tote_place

Key = tuple[str, str, str]


class Check(StrEnum):
    """What was counted again."""

    ON_HAND = "on_hand"
    """The balance, from the movements."""
    RESERVED = "reserved"
    """The promised units, from the reservations."""
    CONTENT = "content"
    """What lies in a tote or a parcel, against the stock of that place."""
    COVERED = "covered"
    """More promised than there is, or less than nothing on hand."""
    PICKED = "picked"
    """The picked units of an order line, from its totes and parcels."""
    PACKED = "packed"
    """The packed units of an order line, from its parcels."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place, item and lot where the books differ from what was ``counted`` again.

    For an order line ``place`` is ``order:NUMBER/LINE`` and there is no lot.
    """

    check: Check
    place: str
    sku: str
    lot: str
    books: int
    counted: int


def audit(tx: Tx) -> tuple[Difference, ...]:
    """Everything that differs, by check, place, SKU and lot. Empty when the ledger balances."""
    on_hand, reserved = _books(tx)
    moved = _moved(tx)
    found = [
        *_compare(Check.ON_HAND, on_hand, moved),
        *_compare(Check.RESERVED, reserved, _promised(tx)),
        *_compare(Check.CONTENT, _inside(on_hand), _contents(tx)),
        *(
            Difference(Check.COVERED, *key, units, reserved.get(key, 0))
            for key, units in on_hand.items()
            if not is_account(key[0]) and not 0 <= reserved.get(key, 0) <= units
        ),
        *_lines(tx),
    ]
    return tuple(sorted(found, key=lambda each: (each.check, each.place, each.sku, each.lot)))


def _compare(check: Check, books: Mapping[Key, int], counted: Mapping[Key, int]) -> Iterator[Difference]:
    for key in books.keys() | counted.keys():
        if books.get(key, 0) != counted.get(key, 0):
            yield Difference(check, *key, books.get(key, 0), counted.get(key, 0))


def _books(tx: Tx) -> tuple[dict[Key, int], dict[Key, int]]:
    table = schema.stock
    on_hand: dict[Key, int] = {}
    reserved: dict[Key, int] = {}
    for row in tx.conn.execute(select(table).where(table.c.site == tx.site)):
        on_hand[row.place, row.sku, row.lot] = row.on_hand
        reserved[row.place, row.sku, row.lot] = row.reserved
    return on_hand, reserved


def _moved(tx: Tx) -> dict[Key, int]:
    table = schema.movement
    moved: dict[Key, int] = defaultdict(int)
    for place, sign in ((table.c.target, 1), (table.c.source, -1)):
        for where, sku, lot, units in _sums(tx, table, place, table.c.sku, table.c.lot):
            moved[where, sku, lot] += sign * units
    return moved


def _promised(tx: Tx) -> dict[Key, int]:
    table = schema.reservation
    rows = _sums(tx, table, table.c.location, table.c.sku, table.c.lot)
    return {(bin_place(location), sku, lot): units for location, sku, lot, units in rows}


def _inside(on_hand: Mapping[Key, int]) -> dict[Key, int]:
    containers = (tote_place(""), parcel_place(""))
    return {key: units for key, units in on_hand.items() if key[0].startswith(containers)}


def _contents(tx: Tx) -> dict[Key, int]:
    inside = schema.tote_content
    contents: dict[Key, int] = {
        (tote_place(tote), sku, lot): units
        for tote, sku, lot, units in _sums(tx, inside, inside.c.tote, inside.c.sku, inside.c.lot)
    }
    for unit in _units(tx, GONE):
        contents[parcel_place(unit.parcel), unit.sku, unit.lot] = (
            contents.get((parcel_place(unit.parcel), unit.sku, unit.lot), 0) + unit.quantity
        )
    return contents


def _lines(tx: Tx) -> Iterator[Difference]:
    inside, line = schema.tote_content, schema.order_line
    in_totes: dict[tuple[str, int], int] = {
        (order, number): units
        for order, number, units in _sums(tx, inside, inside.c.order_number, inside.c.line)
    }
    in_parcels: dict[tuple[str, int], int] = defaultdict(int)
    for unit in _units(tx, ()):
        in_parcels[unit.order_number, unit.line] += unit.quantity
    for row in tx.conn.execute(select(line).where(line.c.site == tx.site)):
        key = (row.order_number, row.line)
        place = f"order:{row.order_number}/{row.line}"
        packed = in_parcels.get(key, 0)
        picked = packed + in_totes.get(key, 0)
        if row.packed != packed:
            yield Difference(Check.PACKED, place, row.sku, "", row.packed, packed)
        if row.picked != picked:
            yield Difference(Check.PICKED, place, row.sku, "", row.picked, picked)


def _units(tx: Tx, without: Iterable[ParcelStatus]) -> list[Any]:
    """The units in parcels that are not void, and not of the statuses given."""
    unit, parcel = schema.parcel_unit, schema.parcel
    gone = [ParcelStatus.VOID.value, *(status.value for status in without)]
    return list(
        tx.conn.execute(
            select(unit, parcel.c.order_number)
            .join(parcel, (parcel.c.site == unit.c.site) & (parcel.c.id == unit.c.parcel))
            .where(unit.c.site == tx.site, parcel.c.status.not_in(gone), unit.c.quantity > 0)
        )
    )


def _sums(tx: Tx, table: Any, *keys: Any) -> list[tuple[Any, ...]]:
    """The units of a table by some of its columns."""
    rows = tx.conn.execute(
        select(*keys, func.sum(table.c.quantity)).where(table.c.site == tx.site).group_by(*keys)
    )
    return [(*row[:-1], int(row[-1])) for row in rows]

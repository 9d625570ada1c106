"""Stock documents: opening balances, receipts and counts. A row that is booked already books nothing again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update

from app.central import catalogue, ledger, schema
from app.central.refusal import ApiError
from app.central.store import Tx, insert_new
from app.model.items import Item
from app.model.stock import Account, Movement, bin_place

_CLOCKS_DIFFER = timedelta(minutes=10)


class DocumentKind(StrEnum):
    """What a row of a stock document says."""

    OPENING = "opening"
    RECEIPT = "receipt"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class StockRow:
    """One row: units of an item and lot at a location, at a stated time. A count says what lay there in all."""

    reference: str
    kind: DocumentKind
    at: datetime
    location: str
    sku: str
    lot: str
    expires: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Posted:
    """What booking a row did. ``displaced`` are order lines that a count took stock from."""

    new: bool
    displaced: tuple[ledger.Displaced, ...] = ()


def post(tx: Tx, row: StockRow, operator: str = "") -> Posted:
    """Book a row of a stock document, once.

    Raises:
        ApiError: 422 or 409 with the reason in words; nothing of the row is booked.
    """
    _check_place(tx, row)
    known = _known(tx, row)
    if known is not None:
        _check_same(row, known)
        return Posted(new=False)
    _know_lot(tx, row)
    new = insert_new(
        tx.conn,
        schema.posting,
        {
            "site": tx.site,
            "reference": row.reference,
            "location": row.location,
            "sku": row.sku,
            "lot": row.lot,
            "kind": row.kind.value,
            "quantity": row.quantity,
            "at": row.at,
        },
    )
    if not new:  # another writer booked it between our look and our insert
        _check_same(row, _known(tx, row))
        return Posted(new=False)
    if row.kind is DocumentKind.COUNT:
        return Posted(
            True,
            ledger.set_count(
                tx, row.location, row.sku, row.lot, row.quantity, row.reference, operator, row.at
            ),
        )
    source = Account.OPENING if row.kind is DocumentKind.OPENING else Account.SUPPLIER
    movement = Movement(row.sku, row.lot, source.value, bin_place(row.location), row.quantity, row.reference)
    ledger.move_all(tx, (movement,), operator, row.at)
    return Posted(new=True)


def _check_place(tx: Tx, row: StockRow) -> None:
    item = catalogue.items(tx, (row.sku,)).get(row.sku)
    if item is None:
        raise ApiError(422, "stock.unknown_sku", column="sku", sku=row.sku)
    if row.location not in catalogue.locations(tx, (row.location,)):
        raise ApiError(422, "stock.unknown_location", column="location", location=row.location)
    if row.at > tx.now + _CLOCKS_DIFFER:
        raise ApiError(422, "stock.in_the_future", column="at", at=row.at.isoformat())
    least = 0 if row.kind is DocumentKind.COUNT else 1
    if row.quantity < least:
        raise ApiError(422, "stock.quantity", column="quantity", quantity=row.quantity, least=least)
    _check_lot(item, row)


def _check_lot(item: Item, row: StockRow) -> None:
    if item.lot_controlled and not row.lot:
        raise ApiError(422, "stock.lot_missing", column="lot", sku=row.sku)
    if not item.lot_controlled and row.lot:
        raise ApiError(422, "stock.lot_not_wanted", column="lot", sku=row.sku, lot=row.lot)
    if item.expiry_controlled and row.expires is None and row.kind is not DocumentKind.COUNT:
        raise ApiError(422, "stock.expiry_missing", column="expires", sku=row.sku, lot=row.lot)
    if not item.expiry_controlled and row.expires is not None:
        raise ApiError(422, "stock.expiry_not_wanted", column="expires", sku=row.sku)


def _known(tx: Tx, row: StockRow) -> tuple[str, int] | None:
    table = schema.posting
    found = tx.conn.execute(
        select(table.c.kind, table.c.quantity).where(
            table.c.site == tx.site,
            table.c.reference == row.reference,
            table.c.location == row.location,
            table.c.sku == row.sku,
            table.c.lot == row.lot,
        )
    ).one_or_none()
    return None if found is None else (found.kind, found.quantity)


def _check_same(row: StockRow, known: tuple[str, int] | None) -> None:
    if known is not None and known != (row.kind.value, row.quantity):
        raise ApiError(
            409,
            "stock.posted_otherwise",
            column="quantity",
            reference=row.reference,
            location=row.location,
            sku=row.sku,
            lot=row.lot or "-",
            booked=f"{known[0]} {known[1]}",
            read=f"{row.kind.value} {row.quantity}",
        )


def know_lot(tx: Tx, sku: str, lot: str, expires: date | None) -> date | None:
    """Know a lot, and how long it keeps if nobody had said so before; how long it is known to keep.

    A lot has one expiry date everywhere: the first that was said.
    """
    table = schema.lot
    this = (table.c.site == tx.site, table.c.sku == sku, table.c.lot == lot)
    insert_new(tx.conn, table, {"site": tx.site, "sku": sku, "lot": lot, "expires": expires})
    known: date | None = tx.conn.execute(select(table.c.expires).where(*this)).scalar_one()
    if known is None and expires is not None:
        tx.conn.execute(update(table).where(*this).values(expires=expires))
        return expires
    return known


def _know_lot(tx: Tx, row: StockRow) -> None:
    known = know_lot(tx, row.sku, row.lot, row.expires) if row.lot else row.expires
    if row.expires in {None, known}:
        return
    raise ApiError(
        409,
        "stock.lot_expiry",
        column="expires",
        sku=row.sku,
        lot=row.lot,
        known=str(known),
        read=str(row.expires),
    )

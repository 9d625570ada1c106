"""Totes: what they are doing and what lies in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, update

from app.central import schema
from app.central.store import Tx, insert_new
from app.model.floor import ToteUse

_ADAPTER = TypeAdapter(ToteUse)


@dataclass(frozen=True, slots=True)
class Part:
    """Units that lay in a tote and the location that they came from; empty when the books do not know it."""

    location: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What came out of a tote, and how many units more than the books had in it."""

    parts: tuple[Part, ...]
    lacking: int

    @property
    def held(self) -> int:
        """Units that lay in the tote by the books."""
        return sum(part.quantity for part in self.parts)


def assign(tx: Tx, code: str, order: str, tour: str, station: str, carton: str = "") -> str:
    """Put a tote, or a box of a kind of carton, to work for an order.

    Gives the other order whose units or name it still carries, empty if none.
    """
    table = schema.tote
    values = {"order_number": order, "tour": tour, "station": station, "place": "", "carton": carton}
    new = insert_new(tx.conn, table, {"site": tx.site, "code": code, **values})
    conflict = ""
    if not new:
        before = tx.conn.execute(
            select(table.c.order_number)
            .where(table.c.site == tx.site, table.c.code == code)
            .with_for_update()
        ).scalar_one()
        conflict = before if before not in {"", order} else _foreign_order(tx, code, order)
        tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.code == code).values(**values))
    publish(tx, code)
    return conflict


def set_place(tx: Tx, code: str, place: str) -> None:
    """Note where a tote was put down."""
    table = schema.tote
    tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.code == code).values(place=place))
    publish(tx, code)


def free(tx: Tx, code: str) -> None:
    """Give a tote back to whoever needs one."""
    table = schema.tote
    tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site, table.c.code == code)
        .values(order_number="", tour="", station="", place="", carton="")
    )
    publish(tx, code)


def free_if_empty(tx: Tx, codes: Iterable[str]) -> None:
    """Free those of some totes that hold nothing any more."""
    held = schema.tote_content
    for code in sorted(set(codes)):
        inside = tx.conn.execute(
            select(func.sum(held.c.quantity)).where(held.c.site == tx.site, held.c.tote == code)
        ).scalar_one()
        if not inside:
            free(tx, code)


def find(tx: Tx, code: str) -> Any:
    """The row of a tote, or nothing."""
    table = schema.tote
    return tx.conn.execute(select(table).where(table.c.site == tx.site, table.c.code == code)).one_or_none()


def of_tour(tx: Tx, tour: str) -> list[Any]:
    """The totes that a tour uses or used last, by code."""
    table = schema.tote
    return list(
        tx.conn.execute(
            select(table).where(table.c.site == tx.site, table.c.tour == tour).order_by(table.c.code)
        )
    )


def put_in(
    tx: Tx, tote: str, *, order: str, line: int, sku: str, lot: str, location: str, quantity: int
) -> None:
    """Note units that were put into a tote."""
    table = schema.tote_content
    more = tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site,
            table.c.tote == tote,
            table.c.order_number == order,
            table.c.line == line,
            table.c.lot == lot,
            table.c.location == location,
        )
        .values(quantity=table.c.quantity + quantity)
    ).rowcount
    if not more:
        tx.conn.execute(
            table.insert().values(
                site=tx.site,
                tote=tote,
                order_number=order,
                line=line,
                sku=sku,
                lot=lot,
                location=location,
                quantity=quantity,
            )
        )


def take_out(
    tx: Tx, tote: str, *, order: str, line: int, lot: str, quantity: int, location: str = ""
) -> TakenOut:
    """Note units that were taken out of a tote, and tell where they came from, ``location`` first."""
    table = schema.tote_content
    rows = tx.conn.execute(
        select(table)
        .where(
            table.c.site == tx.site,
            table.c.tote == tote,
            table.c.order_number == order,
            table.c.line == line,
            table.c.lot == lot,
        )
        .order_by(table.c.location)
        .with_for_update()
    )
    parts: list[Part] = []
    left = quantity
    for row in sorted(rows, key=lambda row: (row.location != location, row.location)):
        cut = min(row.quantity, left)
        if not cut:
            continue
        here = (
            table.c.site == tx.site,
            table.c.tote == tote,
            table.c.order_number == order,
            table.c.line == line,
            table.c.lot == lot,
            table.c.location == row.location,
        )
        if cut == row.quantity:
            tx.conn.execute(delete(table).where(*here))
        else:
            tx.conn.execute(update(table).where(*here).values(quantity=table.c.quantity - cut))
        parts.append(Part(row.location, cut))
        left -= cut
    return TakenOut(tuple(parts), left)


def contents(tx: Tx, *, order: str | None = None, tote: str | None = None) -> list[Any]:
    """What lies in the totes of an order, or in one tote, in a fixed order."""
    table = schema.tote_content
    statement = select(table).where(table.c.site == tx.site, table.c.quantity > 0)
    if order is not None:
        statement = statement.where(table.c.order_number == order)
    if tote is not None:
        statement = statement.where(table.c.tote == tote)
    return list(
        tx.conn.execute(
            statement.order_by(
                table.c.tote, table.c.order_number, table.c.line, table.c.lot, table.c.location
            )
        )
    )


def publish(tx: Tx, code: str) -> None:
    """Show a tote's use to the stations."""
    row = find(tx, code)
    if row is None:
        return
    use = ToteUse(row.code, row.order_number, row.tour, row.station, row.place)
    tx.publish("tote", code, _ADAPTER.dump_python(use, mode="json"))


def _foreign_order(tx: Tx, code: str, order: str) -> str:
    held = schema.tote_content
    found = tx.conn.execute(
        select(held.c.order_number)
        .where(
            held.c.site == tx.site,
            held.c.tote == code,
            held.c.order_number != order,
            held.c.quantity > 0,
        )
        .limit(1)
    ).scalar_one_or_none()
    return found or ""

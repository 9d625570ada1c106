"""Orders in: taken once, confirmed, held with reasons, amended while held, cancelled before the manifest."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)
from sqlalchemy import delete, select, update

from app.central import booking, catalogue, inbox, ledger, orders, parcels, replanning, schema
from app.central.refusal import ApiError
from app.central.store import Tx, insert_new
from app.fulfilment.plans.confirmation import confirm
from app.model.exceptions import ExceptionKind
from app.model.orders import Address, Order, OrderLine, OrderStatus, ShortPolicy
from app.model.parcels import ParcelStatus, Reason, reason
from printing.addresses import address_lines
from printing.errors import UnprintableTextError

MAX_LINES = 1000
MAX_QUANTITY = 1_000_000
"""What can be written down at all; what is sensible is for confirmation to say."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_YEARS = range(2000, 2100)


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must be on one line, without control characters")
    return value


def _usual(value: datetime) -> datetime:
    if value.year not in _YEARS:
        raise ValueError(f"must be between {_YEARS.start} and {_YEARS.stop - 1}")
    return value.astimezone(UTC)


OrderNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:#-]{0,63}$")]
"""Letters, digits and ``. _ : # -``, so that it fits a barcode and a web address."""

Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_printable)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
ShipBy = Annotated[AwareDatetime, AfterValidator(_usual)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressIn(_Strict):
    """Where a parcel goes. Whether it is complete enough is for confirmation to say."""

    name: Text
    street: Text
    city: Text
    country: Text
    postcode: Text = ""
    company: Text = ""
    street2: Text = ""
    region: Text = ""
    phone: Text = ""
    email: Text = ""


class LineIn(_Strict):
    """So many units of one SKU. ``variant`` is what the customer believes to have ordered.

    ``substitutes`` are what the customer takes instead, the first before the others.
    """

    number: int = Field(ge=1, le=MAX_QUANTITY)
    sku: Code
    quantity: int = Field(ge=1, le=MAX_QUANTITY)
    variant: dict[Code, Text] = Field(default_factory=dict, max_length=16)
    substitutes: list[Code] = Field(default_factory=list, max_length=16)


class OrderIn(_Strict):
    """An order as the shop sends it. Priority 1 is the most urgent."""

    number: OrderNumber
    priority: int = Field(default=5, ge=1, le=9)
    ship_by: ShipBy
    service: Code
    policy: ShortPolicy = ShortPolicy.SHIP_PART
    ship_to: AddressIn
    lines: list[LineIn] = Field(min_length=1, max_length=MAX_LINES)
    min_shelf_life_days: int = Field(default=0, ge=0, le=3650)

    @field_validator("lines")
    @classmethod
    def _each_number_once(cls, lines: list[LineIn]) -> list[LineIn]:
        seen: set[int] = set()
        for line in lines:
            if line.number in seen:
                raise ValueError(f"line number {line.number} must not come twice")
            seen.add(line.number)
        return sorted(lines, key=lambda line: line.number)

    def order(self) -> Order:
        """The same as the planners read it."""
        return Order(
            self.number,
            self.priority,
            self.ship_by,
            self.service,
            self.policy,
            Address(**self.ship_to.model_dump()),
            tuple(
                OrderLine(
                    line.number,
                    line.sku,
                    line.quantity,
                    tuple(line.variant.items()),
                    tuple(line.substitutes),
                )
                for line in self.lines
            ),
            self.min_shelf_life_days,
        )


class Outcome(StrEnum):
    """What became of an order that was sent."""

    CREATED = "created"
    AMENDED = "amended"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where what was sent differs from what is known under that number."""

    path: str
    known: str
    sent: str


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to an order. Only a conflict has differences, and it changed nothing."""

    outcome: Outcome
    difference: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelResult:
    """What a cancellation undid: units let go, totes whose units go back to the shelves, parcels voided."""

    released: int
    put_back: tuple[str, ...]
    voided: tuple[str, ...]
    already: bool = False
    """It was cancelled before; nothing changed."""


# --- in ------------------------------------------------------------------------------------------------------


def receive(tx: Tx, content: OrderIn) -> Received:
    """Take an order in once: the same again changes nothing, other content under its number is a conflict."""
    return receive_all(tx, (content,))[0]


def receive_all(tx: Tx, contents: Sequence[OrderIn]) -> list[Received]:
    """Take many orders in, each as ``receive`` does, with few statements."""
    answers: list[Received] = []
    new: list[OrderIn] = []
    for content in contents:
        plain = canonical(content)
        row = {
            "site": tx.site,
            "number": content.number,
            "status": OrderStatus.CONFIRMED.value,
            "received_at": tx.now,
            "holds": [],
            **_columns(content, plain),
        }
        if insert_new(tx.conn, schema.sales_order, row):
            new.append(content)
            answers.append(Received(Outcome.CREATED))
            continue
        known = _find(tx, content.number)
        if known.content_sha256 == _digest(plain):
            answers.append(Received(Outcome.SAME))
        else:
            answers.append(Received(Outcome.CONFLICT, tuple(_differences(known.content, plain))))
    _write_lines(tx, new)
    _confirm(tx, new)
    return answers


def amend(tx: Tx, number: str, content: OrderIn) -> Received:
    """Replace the content of an order that is held and that nobody has begun; it is confirmed again.

    Raises:
        ApiError: 404 ``order.unknown``; 409 ``order.not_held`` or ``order.in_work``; 422 ``order.other_number``.
    """
    if content.number != number:
        raise ApiError(422, "order.other_number", number=number, read=content.number)
    row = _lock(tx, number)
    plain = canonical(content)
    if row.content_sha256 == _digest(plain):
        return Received(Outcome.SAME)
    if row.status != OrderStatus.HELD.value:
        raise ApiError(409, "order.not_held", order=number, state=row.status)
    line = schema.order_line
    if ledger.reservations(tx, order=number) or any(
        tx.conn.execute(
            select(line.c.picked).where(line.c.site == tx.site, line.c.order_number == number)
        ).scalars()
    ):
        raise ApiError(409, "order.in_work", order=number)
    tx.conn.execute(delete(line).where(line.c.site == tx.site, line.c.order_number == number))
    _update(tx, number, **_columns(content, plain))
    _write_lines(tx, [content])
    _confirm(tx, [content])
    return Received(Outcome.AMENDED)


def recheck(tx: Tx, number: str) -> bool:
    """Confirm a held order again; whether nothing of its own content holds it any more.

    Raises:
        ApiError: 404 ``order.unknown``.
    """
    row = _lock(tx, number)
    if row.holds:
        _confirm(tx, [OrderIn.model_validate(row.content)])
    return not _find(tx, number).holds


def recheck_held(tx: Tx) -> tuple[str, ...]:
    """Confirm all held orders again, after the catalogue changed; the numbers of those that go on."""
    table = schema.sales_order
    held = tx.conn.execute(
        select(table.c.number, table.c.holds)
        .where(table.c.site == tx.site, table.c.status == OrderStatus.HELD.value)
        .order_by(table.c.number)
    )
    rows = [row for row in orders.lock(tx, [row.number for row in held if row.holds]) if row.holds]
    _confirm(tx, [OrderIn.model_validate(row.content) for row in rows])
    still = {row.number for row in orders.lock(tx, [row.number for row in rows]) if row.holds}
    return tuple(row.number for row in rows if row.number not in still)


# --- a supervisor's word -------------------------------------------------------------------------------------


def hold(tx: Tx, number: str, by: str) -> None:
    """A supervisor's hold: no new stock is bound, no tour is made, nothing more is packed until it is released.

    Raises:
        ApiError: 404 ``order.unknown``; 409 ``order.already_shipped`` or ``order.cancelled``.
    """
    row = _lock(tx, number)
    if row.status == OrderStatus.CANCELLED.value:
        raise ApiError(409, "order.cancelled", order=number)
    _refuse_shipped(tx, number)
    _update(tx, number, held_by=by)
    booking.bring_up_to_date(tx, number)


def release(tx: Tx, number: str, by: str) -> None:
    """Let go of a supervisor's hold; harmless when there is none.

    Raises:
        ApiError: 404 ``order.unknown``.
    """
    _lock(tx, number)
    _update(tx, number, held_by=None)
    booking.bring_up_to_date(tx, number)


def cancel(tx: Tx, number: str, by: str) -> CancelResult:
    """Cancel an order: what is bound is let go, what is picked goes back, labels are void.

    Raises:
        ApiError: 404 ``order.unknown``; 409 ``order.already_shipped`` when a parcel is on a manifest.
    """
    released = ledger.release(tx, number)  # rows of stock are locked before the order's
    row = _lock(tx, number)
    if row.status == OrderStatus.CANCELLED.value:
        return CancelResult(0, (), (), already=True)
    voided = _refuse_shipped(tx, number)
    released += ledger.release(tx, number)
    _update(tx, number, status=OrderStatus.CANCELLED.value, held_by=None, holds=[])
    replanning.withdraw(tx, number)
    parcels.void_order(tx, number)
    put_back = parcels.ask_put_back(tx, number)
    for kind in (ExceptionKind.ORDER_HELD, ExceptionKind.NO_STOCK, ExceptionKind.HOSPITAL):
        inbox.settle(tx, kind, "order", number, "cancelled")
    booking.bring_up_to_date(tx, number)
    return CancelResult(released, put_back, voided)


# --- content -------------------------------------------------------------------------------------------------


def canonical(content: OrderIn) -> dict[str, Any]:
    """What an order says, in one spelling: two that mean the same are equal.

    What came with later releases is left out where it says nothing: orders taken in before stay the same.
    """
    plain: dict[str, Any] = content.model_dump(mode="json")
    if not content.min_shelf_life_days:
        del plain["min_shelf_life_days"]
    for line in plain["lines"]:
        if not line["substitutes"]:
            del line["substitutes"]
    plain["ship_by"] = content.ship_by.astimezone(UTC).isoformat()
    return plain


def _digest(plain: Mapping[str, Any]) -> str:
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _differences(known: Any, sent: Any, path: str = "") -> Iterator[Difference]:
    if isinstance(known, dict) and isinstance(sent, dict):
        for name in sorted(known.keys() | sent.keys()):
            yield from _differences(known.get(name), sent.get(name), f"{path}.{name}" if path else name)
    elif isinstance(known, list) and isinstance(sent, list):
        before = {line["number"]: line for line in known}
        after = {line["number"]: line for line in sent}
        for number in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(number), after.get(number), f"{path}[{number}]")
    elif known != sent:
        yield Difference(path, _short(known), _short(sent))


def _short(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _columns(content: OrderIn, plain: dict[str, Any]) -> dict[str, Any]:
    return {
        "priority": content.priority,
        "ship_by": content.ship_by,
        "service": content.service,
        "policy": content.policy.value,
        "ship_to": plain["ship_to"],
        "min_shelf_life_days": content.min_shelf_life_days,
        "content_sha256": _digest(plain),
        "content": plain,
    }


def _write_lines(tx: Tx, contents: Sequence[OrderIn]) -> None:
    rows = [
        {
            "site": tx.site,
            "order_number": content.number,
            "line": line.number,
            "sku": line.sku,
            "variant": [[name, value] for name, value in line.variant.items()],
            "quantity": line.quantity,
            "substitutes": line.substitutes,
        }
        for content in contents
        for line in content.lines
    ]
    if rows:
        tx.conn.execute(schema.order_line.insert(), rows)


def _confirm(tx: Tx, contents: Sequence[OrderIn]) -> None:
    """Hold what cannot be served, with every reason; let go on what can."""
    if not contents:
        return
    items = catalogue.items(tx, {line.sku for each in contents for line in each.lines})
    services = catalogue.services(tx)
    known = {row.number: row.holds for row in orders.lock(tx, [each.number for each in contents])}
    for content in contents:
        order = content.order()
        reasons = (*confirm(order, items, services), *_unprintable(order.ship_to))
        holds = [[each.code, [list(pair) for pair in each.params]] for each in reasons]
        if holds == known[content.number]:
            continue
        _update(tx, content.number, holds=holds)
        inbox.settle(tx, ExceptionKind.ORDER_HELD, "order", content.number, "mended")
        if reasons:
            _open_hold(tx, content.number, reasons)
    orders.refresh_all(tx, [content.number for content in contents])


def _unprintable(address: Address) -> tuple[Reason, ...]:
    """Why no label could be printed for an address: better said now than at the bench."""
    try:
        address_lines(address)
    except UnprintableTextError as error:
        return (reason("hold.address_unprintable", field=error.field, read=error.characters),)
    return ()


def _open_hold(tx: Tx, number: str, reasons: Sequence[Reason]) -> None:
    first = reasons[0]
    params = (*first.params, ("order", number), ("more", len(reasons) - 1))
    inbox.open_exception(tx, ExceptionKind.ORDER_HELD, "order", number, first.code, params)


# --- rows ----------------------------------------------------------------------------------------------------


def _find(tx: Tx, number: str) -> Any:
    table = schema.sales_order
    return tx.conn.execute(select(table).where(table.c.site == tx.site, table.c.number == number)).one()


def _lock(tx: Tx, number: str) -> Any:
    rows = orders.lock(tx, (number,))
    if not rows:
        raise ApiError(404, "order.unknown", order=number)
    return rows[0]


def _update(tx: Tx, number: str, **values: Any) -> None:
    table = schema.sales_order
    tx.conn.execute(update(table).where(table.c.site == tx.site, table.c.number == number).values(**values))


def _refuse_shipped(tx: Tx, number: str) -> tuple[str, ...]:
    """The parcels of an order that are not void yet, none of which left."""
    table = schema.parcel
    rows = tx.conn.execute(
        select(table.c.id, table.c.status, table.c.manifest)
        .where(
            table.c.site == tx.site,
            table.c.order_number == number,
            table.c.status != ParcelStatus.VOID.value,
        )
        .order_by(table.c.id)
        .with_for_update()
    ).all()
    for row in rows:
        if ParcelStatus(row.status) in orders.GONE:
            raise ApiError(409, "order.already_shipped", order=number, parcel=row.id, manifest=row.manifest)
    return tuple(row.id for row in rows)

"""What a shop asks of the warehouse: orders in, where they stand, and what changed since it last looked."""

from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from app.central import allocating, exports, intake, orders, schema, tokens
from app.central.intake import OrderIn, OrderNumber, Outcome
from app.central.orders import OrderView
from app.central.refusal import ApiError
from app.central.store import SHOP, Store, Tx
from app.model.wire import Answer

router = APIRouter(prefix="/v1", tags=["shop"])

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Shop:
    """Who asks. The site comes from the token, never from the request."""

    site: str
    name: str


class Cancelled(Answer):
    """What a cancellation undid. ``put_back`` are totes whose units go back to the shelves."""

    order: OrderView
    released: int
    put_back: list[str]
    voided: list[str]
    already: bool


class OrderChanges(Answer):
    """The newest state of each order that changed after a cursor; ``head`` is the next one.

    ``more`` says that it can be asked for at once; ``reset`` that the cursor was not one of this database, and
    everything is sent from the start.
    """

    incarnation: str
    head: int
    more: bool
    reset: bool
    orders: list[OrderView]


def _store(request: Request) -> Store:
    return cast("Store", request.app.state.store)


def shop(request: Request) -> Shop:
    """The shop whose token the request carries.

    Raises:
        ApiError: 401 ``api.who_are_you``; 403 ``api.not_allowed`` for the token of a station.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    identity = tokens.identify(_store(request), token.strip()) if scheme.lower() == "bearer" else None
    if identity is None:
        raise ApiError(401, "api.who_are_you", path=request.url.path, method=request.method)
    if identity.kind != tokens.SHOP:
        raise ApiError(403, "api.not_allowed", path=request.url.path, method=request.method)
    return Shop(identity.site, identity.name)


Books = Annotated[Store, Depends(_store)]
Asking = Annotated[Shop, Depends(shop)]


@router.post("/orders", status_code=201, responses={200: {"model": OrderView}, 409: {}})
def send_order(content: OrderIn, response: Response, store: Books, asking: Asking) -> OrderView:
    """Take an order in: 201 when it is new, 200 when the same was known, 409 with the difference otherwise."""
    received = store.write(asking.site, lambda tx: intake.receive(tx, content))
    if received.outcome is Outcome.CONFLICT:
        raise _conflict(content.number, received)
    if received.outcome is Outcome.SAME:
        response.status_code = 200
    return _bound(store, asking.site, content.number)


@router.put("/orders/{number}")
def amend_order(number: OrderNumber, content: OrderIn, store: Books, asking: Asking) -> OrderView:
    """Replace the content of an order while it is held; 409 when it is not held any more."""
    store.write(asking.site, lambda tx: intake.amend(tx, number, content))
    return _bound(store, asking.site, number)


@router.get("/orders.csv")
def all_orders(store: Books, asking: Asking) -> Response:
    """All orders with their lines, lots, parcels and tracking numbers."""
    return Response(store.read(asking.site, exports.orders_csv), media_type="text/csv; charset=utf-8")


@router.get("/orders/{number}")
def one_order(number: OrderNumber, store: Books, asking: Asking) -> OrderView:
    """Where an order stands."""
    return _view(store, asking.site, number)


@router.get("/orders")
def changed_orders(
    store: Books,
    asking: Asking,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    incarnation: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = _PAGE,
) -> OrderChanges:
    """The orders that changed after a cursor, oldest change first; start with 0."""
    return store.read(asking.site, lambda tx: _changes(tx, after, incarnation, limit))


@router.post("/orders/{number}/cancel")
def cancel_order(number: OrderNumber, store: Books, asking: Asking) -> Cancelled:
    """Cancel an order; 409 when a parcel of it is on a manifest."""
    by = f"shop {asking.name}"
    result = store.write(asking.site, lambda tx: intake.cancel(tx, number, by))
    store.write(asking.site, allocating.allocate)
    return Cancelled(
        order=_view(store, asking.site, number),
        released=result.released,
        put_back=list(result.put_back),
        voided=list(result.voided),
        already=result.already,
    )


def _bound(store: Store, site: str, number: str) -> OrderView:
    """An order once stock was looked for: what is not there now is found by the job that looks again."""
    store.write(site, lambda tx: allocating.allocate(tx, (number,)))
    return _view(store, site, number)


def _view(store: Store, site: str, number: str) -> OrderView:
    try:
        return store.read(site, lambda tx: orders.view(tx, number))
    except LookupError:
        raise ApiError(404, "order.unknown", order=number) from None


def _conflict(number: str, received: intake.Received) -> ApiError:
    errors: tuple[dict[str, Any], ...] = tuple(
        {"path": each.path, "known": each.known, "sent": each.sent} for each in received.difference
    )
    return ApiError(409, "order.conflict", errors, order=number, count=len(errors))


def _changes(tx: Tx, after: int, incarnation: str, limit: int) -> OrderChanges:
    """A page ends with a whole head: what one transaction changed is never torn apart."""
    site = tx.conn.execute(select(schema.site).where(schema.site.c.site == tx.site)).one()
    reset = after > site.head or (bool(incarnation) and incarnation != site.incarnation)
    start = 0 if reset else after
    table = schema.record
    changed = (
        select(table)
        .where(table.c.site == tx.site, table.c.audience == SHOP, table.c.kind == "order")
        .order_by(table.c.head, table.c.key)
    )
    rows = list(tx.conn.execute(changed.where(table.c.head > start).limit(limit)))
    more = len(rows) == limit
    if more:
        last = rows[-1].head
        whole = tx.conn.execute(changed.where(table.c.head == last))
        rows = [*(row for row in rows if row.head < last), *whole]
    return OrderChanges(
        incarnation=site.incarnation,
        head=rows[-1].head if more else site.head,
        more=more,
        reset=reset,
        orders=[OrderView.model_validate(row.value) for row in rows if row.value is not None],
    )

"""Orders in: once, confirmed, held and mended, cancelled at any stage before the manifest."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.central import audit, catalogue, intake, ledger, orders, schema
from app.central.intake import Outcome
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.model.exceptions import ExceptionKind
from app.model.orders import OrderStatus
from app.model.parcels import ParcelStatus
from app.model.stock import Movement, parcel_place, tote_place
from tests.central.books import (
    ADDRESS,
    NOON,
    SITE,
    allocate,
    an_item,
    an_order,
    bound,
    open_books,
    receive,
    stock_up,
)
from tests.central.test_ledger import exceptions, pick

T = TypeVar("T")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_books(database_url)) as books:
        stock_up(books, [("A-1", "X", 5), ("A-2", "Y", 5)])
        yield books


def write(store: Store, work: Callable[[Tx], T]) -> T:
    return store.write(SITE, work)


def see(store: Store, number: str) -> orders.OrderView:
    return store.read(SITE, lambda tx: orders.view(tx, number))


def published(store: Store, number: str) -> dict[str, Any]:
    table = schema.record
    return store.read(
        SITE,
        lambda tx: tx.conn.execute(
            select(table.c.value).where(
                table.c.kind == "order", table.c.key == number, table.c.audience == "@shop"
            )
        ).scalar_one(),
    )


def a_parcel(
    store: Store, number: str, parcel: str, status: ParcelStatus, units: int, sku: str = "X"
) -> None:
    """Packs what lies in the tote, as packing facts do."""

    def work(tx: Tx) -> None:
        tx.conn.execute(
            schema.parcel.insert().values(
                site=tx.site,
                id=parcel,
                order_number=number,
                number=1,
                status=status.value,
                station="P1",
                packed_by="ann",
                carton="S",
                opened_at=NOON,
                manifest="M1" if status in orders.GONE else "",
            )
        )
        tx.conn.execute(
            schema.parcel_unit.insert().values(
                site=tx.site,
                parcel=parcel,
                line=1,
                sku=sku,
                packed_by="ann",
                tote="T1",
                location="A-1",
                quantity=units,
            )
        )
        ledger.move(tx, Movement(sku, "", tote_place("T1"), parcel_place(parcel), units, parcel))
        inside, line = schema.tote_content, schema.order_line
        tx.conn.execute(inside.update().values(quantity=inside.c.quantity - units))
        tx.conn.execute(
            line.update()
            .where(line.c.order_number == number, line.c.line == 1)
            .values(packed=line.c.packed + units)
        )
        orders.refresh(tx, number)

    write(store, work)


def change_parcel(store: Store, parcel: str, status: ParcelStatus) -> None:
    table = schema.parcel

    def work(tx: Tx) -> None:
        tx.conn.execute(table.update().where(table.c.id == parcel).values(status=status.value))
        orders.refresh(tx, tx.conn.execute(select(table.c.order_number)).scalar_one())

    write(store, work)


def test_an_order_is_taken_in_once(store: Store) -> None:
    content = an_order("1", ("X", 2))
    assert write(store, lambda tx: intake.receive(tx, content)).outcome is Outcome.CREATED
    assert write(store, lambda tx: intake.receive(tx, content)).outcome is Outcome.SAME
    assert see(store, "1").status is OrderStatus.CONFIRMED


def test_the_same_order_in_another_spelling_is_the_same(store: Store) -> None:
    receive(store, an_order("1", ("X", 2), ("Y", 1)))
    lines = [{"number": 2, "sku": " Y ", "quantity": 1}, {"number": 1, "sku": "X", "quantity": 2}]
    other = an_order("1", lines=lines, ship_by="2026-11-24T17:00:00+01:00", priority=5)
    assert write(store, lambda tx: intake.receive(tx, other)).outcome is Outcome.SAME


def test_other_content_under_a_known_number_is_a_conflict_that_names_each_difference(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    other = an_order("1", ("X", 3), ("Y", 1), ship_to={**ADDRESS, "city": "Bonn"})
    received = write(store, lambda tx: intake.receive(tx, other))
    assert received.outcome is Outcome.CONFLICT
    assert [(each.path, each.known, each.sent) for each in received.difference[:2]] == [
        ("lines[1].quantity", "2", "3"),
        ("lines[2]", "", '{"number": 2, "quantity": 1, "sku": "Y", "variant": {}}'),
    ]
    assert received.difference[2].path == "ship_to.city"
    assert see(store, "1").lines[0].ordered == 2


def test_what_cannot_be_served_is_held_with_reasons_and_goes_on_once_mended(store: Store) -> None:
    receive(store, an_order("1", ("Z", 2), service="teleport"))
    seen = see(store, "1")
    assert seen.status is OrderStatus.HELD
    assert [hold.code for hold in seen.holds] == ["hold.unknown_sku", "hold.unknown_service"]
    assert exceptions(store, ExceptionKind.ORDER_HELD) == ["1"]
    write(store, lambda tx: catalogue.save_items(tx, [an_item("Z")]))
    assert write(store, intake.recheck_held) == ()
    assert [hold.code for hold in see(store, "1").holds] == ["hold.unknown_service"]
    assert exceptions(store, ExceptionKind.ORDER_HELD) == ["1"]
    settings = store.read(SITE, catalogue.settings)
    write(store, lambda tx: catalogue.save_settings(tx, settings, ["teleport"]))
    assert write(store, intake.recheck_held) == ("1",)
    assert see(store, "1").status is OrderStatus.CONFIRMED
    assert exceptions(store, ExceptionKind.ORDER_HELD) == []


def test_an_address_that_no_label_can_show_is_held_before_anybody_walks(store: Store) -> None:
    order = an_order("1", ("X", 1))
    far = order.model_copy(update={"ship_to": order.ship_to.model_copy(update={"name": "山田太郎"})})
    receive(store, far)
    assert [hold.code for hold in see(store, "1").holds] == ["hold.address_unprintable"]
    write(store, lambda tx: intake.amend(tx, "1", order))
    assert see(store, "1").status is OrderStatus.CONFIRMED


def test_a_held_order_can_be_amended_and_another_cannot(store: Store) -> None:
    receive(store, an_order("1", ("Z", 2)), an_order("2", ("X", 1)))
    assert write(store, lambda tx: intake.amend(tx, "1", an_order("1", ("X", 4)))).outcome is Outcome.AMENDED
    assert see(store, "1").status is OrderStatus.CONFIRMED
    with pytest.raises(ApiError) as refused:
        write(store, lambda tx: intake.amend(tx, "2", an_order("2", ("X", 4))))
    assert refused.value.code == "order.not_held"


def test_a_held_order_that_has_stock_already_cannot_be_amended(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    allocate(store)
    write(store, lambda tx: intake.hold(tx, "1", "sue"))
    with pytest.raises(ApiError) as refused:
        write(store, lambda tx: intake.amend(tx, "1", an_order("1", ("X", 4))))
    assert refused.value.code == "order.in_work"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "a/b"},
        {"number": "1\x00"},
        {"priority": 0},
        {"ship_by": "2026-11-24T16:00:00"},
        {"ship_by": "0001-01-01T00:00:00+14:00"},
        {"lines": []},
        {"lines": [{"number": 1, "sku": "X", "quantity": 0}]},
        {"lines": [{"number": 1, "sku": "X", "quantity": 1}] * 2},
        {"lines": [{"number": 1, "sku": "X\x1b[2J", "quantity": 1}]},
        {"ship_to": {**ADDRESS, "city": "Ber\nlin"}},
        {"ship_to": {**ADDRESS, "planet": "Earth"}},
        {"unknown": 1},
    ],
)
def test_what_makes_no_sense_is_not_even_held(wrong: dict[str, Any]) -> None:
    good = an_order("1", ("X", 1)).model_dump(mode="json")
    with pytest.raises(ValidationError):
        intake.OrderIn.model_validate({**good, **wrong})


def test_cancelling_lets_go_of_stock(store: Store) -> None:
    receive(store, an_order("1", ("X", 2), ("Y", 1)))
    allocate(store)
    result = write(store, lambda tx: intake.cancel(tx, "1", "sue"))
    assert (result.released, result.already) == (3, False)
    assert bound(store) == set()
    assert see(store, "1").status is OrderStatus.CANCELLED
    assert write(store, lambda tx: intake.cancel(tx, "1", "sue")).already


def test_cancelling_after_picking_asks_for_a_put_back_of_each_tote(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    allocate(store)
    pick(store, "1", "A-1", 2)
    assert write(store, lambda tx: intake.cancel(tx, "1", "sue")).put_back == ("T1",)
    assert exceptions(store, ExceptionKind.PUT_BACK) == ["T1"]
    assert store.read(SITE, audit.audit) == ()


def test_cancelling_a_labelled_order_voids_the_label(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    allocate(store)
    pick(store, "1", "A-1", 2)
    a_parcel(store, "1", "p1", ParcelStatus.LABELLED, 2)
    assert write(store, lambda tx: intake.cancel(tx, "1", "sue")).voided == ("p1",)
    assert see(store, "1").parcels == []
    assert store.read(SITE, audit.audit) == ()


def test_a_shipped_order_can_be_neither_cancelled_nor_held(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    allocate(store)
    pick(store, "1", "A-1", 2)
    a_parcel(store, "1", "p1", ParcelStatus.MANIFESTED, 2)
    for ask in (intake.cancel, intake.hold):
        with pytest.raises(ApiError) as refused:
            write(store, lambda tx, ask=ask: ask(tx, "1", "sue"))  # type: ignore[misc]
        assert refused.value.code == "order.already_shipped"
    assert see(store, "1").status is OrderStatus.SHIPPED


@pytest.mark.parametrize("ask", [intake.cancel, intake.hold, intake.release])
def test_an_order_that_nobody_knows_is_named(store: Store, ask: Callable[[Tx, str, str], object]) -> None:
    with pytest.raises(ApiError) as refused:
        write(store, lambda tx: ask(tx, "nobody", "sue"))
    assert (refused.value.status, refused.value.code) == (404, "order.unknown")


def test_an_order_goes_forward_stage_by_stage(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    seen = [see(store, "1").status]
    allocate(store)
    seen.append(see(store, "1").status)
    pick(store, "1", "A-1", 1)
    seen.append(see(store, "1").status)
    _pick_the_rest(store)
    seen.append(see(store, "1").status)
    a_parcel(store, "1", "p1", ParcelStatus.OPEN, 2)
    seen.append(see(store, "1").status)
    for status in (
        ParcelStatus.LABELLED,
        ParcelStatus.CLOSED,
        ParcelStatus.MANIFESTED,
        ParcelStatus.IN_TRANSIT,
        ParcelStatus.DELIVERED,
    ):
        change_parcel(store, "p1", status)
        seen.append(see(store, "1").status)
    assert seen == [
        OrderStatus.CONFIRMED,
        OrderStatus.ALLOCATED,
        OrderStatus.PICKING,
        OrderStatus.PICKED,
        OrderStatus.PACKING,
        OrderStatus.PACKING,
        OrderStatus.PACKED,
        OrderStatus.SHIPPED,
        OrderStatus.IN_TRANSIT,
        OrderStatus.DELIVERED,
    ]
    shown = published(store, "1")
    assert shown["status"] == "delivered"
    assert shown["lines"][0]["shipped"] == 2


def _pick_the_rest(store: Store) -> None:
    def work(tx: Tx) -> None:
        ledger.take(
            tx,
            order="1",
            line=1,
            sku="X",
            lot="",
            location="A-1",
            quantity=1,
            target=tote_place("T1"),
            reference="tour-1",
            operator="ann",
        )
        inside, line = schema.tote_content, schema.order_line
        tx.conn.execute(inside.update().values(quantity=inside.c.quantity + 1))
        tx.conn.execute(line.update().values(picked=line.c.picked + 1))
        orders.refresh(tx, "1")

    write(store, work)


def test_giving_up_the_rest_lets_a_short_order_ship_in_part(store: Store) -> None:
    receive(store, an_order("1", ("X", 9)))
    allocate(store)
    assert write(store, lambda tx: orders.drop_rest(tx, "1")) == 4
    seen = see(store, "1").lines[0]
    assert (seen.ordered, seen.allocated, seen.dropped, seen.open) == (9, 5, 4, 0)


def test_an_order_whose_lines_are_all_given_up_is_cancelled(store: Store) -> None:
    receive(store, an_order("1", ("X", 9)))
    write(store, lambda tx: orders.drop_rest(tx, "1"))
    assert see(store, "1").status is OrderStatus.CANCELLED


def test_the_shop_is_shown_each_change_once(store: Store) -> None:
    receive(store, an_order("1", ("X", 2)))
    assert published(store, "1")["version"] == 1
    write(store, lambda tx: orders.refresh(tx, "1"))
    assert published(store, "1")["version"] == 1
    allocate(store)
    assert published(store, "1")["version"] == 2
    assert published(store, "1")["status"] == "allocated"

"""What a shop can ask over HTTP, and how it is told no."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.central import allocating, intake, tokens
from app.central.api import problems, shop
from app.central.store import Store
from app.model.words import WORDS
from tests.central.books import SITE, an_order, open_books, put, stock_up


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_books(database_url)) as books:
        stock_up(books, [("A-1", "X", 5)])
        yield books


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.store = store
    app.include_router(shop.router)
    problems.install(app)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("inside")

    token = store.write(SITE, lambda tx: tokens.issue(tx, tokens.SHOP, "webshop"))
    with TestClient(
        app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False
    ) as client:
        yield client


def body(number: str, quantity: int = 2, **values: Any) -> dict[str, Any]:
    return {**an_order(number, ("X", quantity)).model_dump(mode="json"), **values}


def code(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["code"] in WORDS
    assert said["status"] == answer.status_code
    return answer.status_code, said["code"]


def test_a_new_order_is_created_and_gets_stock(client: TestClient) -> None:
    answer = client.post("/v1/orders", json=body("1"))
    assert answer.status_code == 201
    assert answer.json()["status"] == "allocated"


def test_the_same_order_again_gets_the_same_answer(client: TestClient) -> None:
    first = client.post("/v1/orders", json=body("1"))
    again = client.post("/v1/orders", json=body("1"))
    assert again.status_code == 200
    assert again.json() == first.json()


def test_other_content_is_a_conflict_with_the_difference(client: TestClient) -> None:
    client.post("/v1/orders", json=body("1"))
    answer = client.post("/v1/orders", json=body("1", 3))
    assert code(answer) == (409, "order.conflict")
    assert answer.json()["errors"] == [{"path": "lines[1].quantity", "known": "2", "sent": "3"}]


def test_a_held_order_is_mended_by_put(client: TestClient) -> None:
    assert client.post("/v1/orders", json=body("1", service="teleport")).json()["status"] == "held"
    assert client.put("/v1/orders/1", json=body("1")).json()["status"] == "allocated"
    assert code(client.put("/v1/orders/1", json=body("1", 3))) == (409, "order.not_held")
    assert code(client.put("/v1/orders/1", json=body("2"))) == (422, "order.other_number")
    assert code(client.put("/v1/orders/9", json=body("9"))) == (404, "order.unknown")


def test_what_is_not_understood_is_named_by_its_path(client: TestClient) -> None:
    wrong = body("1")
    wrong["lines"][0]["quantity"] = "many"
    wrong["colour"] = "red"
    answer = client.post("/v1/orders", json=wrong)
    assert code(answer) == (422, "api.invalid")
    assert {(each["path"], each["code"]) for each in answer.json()["errors"]} == {
        ("body.lines[0].quantity", "input.whole_number"),
        ("body.colour", "input.unknown_field"),
    }


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"number": NaN}', b"null", b"\x00"]
)
def test_nonsense_is_answered_in_words(client: TestClient, raw: bytes) -> None:
    answer = client.post("/v1/orders", content=raw, headers={"Content-Type": "application/json"})
    status, _ = code(answer)
    assert 400 <= status < 500


@pytest.mark.parametrize("number", ["a%00b", "a%2Fb", "x" * 100, "%0A"])
def test_an_impossible_number_is_no_server_error(client: TestClient, number: str) -> None:
    assert 400 <= code(client.get(f"/v1/orders/{number}"))[0] < 500


def test_without_a_token_or_with_a_stations_nothing_is_told(client: TestClient, store: Store) -> None:
    station = store.write(SITE, lambda tx: tokens.issue(tx, tokens.STATION, "P1"))
    for token, expected in (
        ("", (401, "api.who_are_you")),
        ("Bearer sh1.site-1.wrong", (401, "api.who_are_you")),
        ("Bearer \xfc", (401, "api.who_are_you")),
        (f"Bearer {station}", (403, "api.not_allowed")),
    ):
        assert (
            code(client.get("/v1/orders/1", headers={b"Authorization": token.encode("latin-1")})) == expected
        )


def test_an_order_that_nobody_knows(client: TestClient) -> None:
    assert code(client.get("/v1/orders/7")) == (404, "order.unknown")
    assert code(client.post("/v1/orders/7/cancel")) == (404, "order.unknown")
    assert code(client.get("/v1/nothing")) == (404, "api.not_found")
    assert code(client.delete("/v1/orders/7")) == (405, "api.wrong_method")


def test_our_own_fault_says_nothing_of_the_inside(client: TestClient) -> None:
    answer = client.get("/broken")
    assert code(answer) == (500, "api.broken")
    assert "inside" not in answer.text


def test_a_cancelled_order_lets_its_stock_go_to_the_next(client: TestClient) -> None:
    client.post("/v1/orders", json=body("1", 5))
    assert client.post("/v1/orders", json=body("2", 5)).json()["status"] == "confirmed"
    answer = client.post("/v1/orders/1/cancel").json()
    assert (answer["released"], answer["order"]["status"], answer["already"]) == (5, "cancelled", False)
    assert client.get("/v1/orders/2").json()["status"] == "allocated"
    assert client.post("/v1/orders/1/cancel").json()["already"]


def test_a_shop_that_follows_the_changes_sees_each_orders_newest_state(
    client: TestClient, store: Store
) -> None:
    for number in range(5):
        client.post("/v1/orders", json=body(str(number), 1))
    seen: dict[str, str] = {}
    cursor = 0
    more = True
    while more:
        page = client.get("/v1/orders", params={"after": cursor, "limit": 2}).json()
        seen |= {each["number"]: each["status"] for each in page["orders"]}
        cursor, more = page["head"], page["more"]
    assert seen == {str(number): "allocated" for number in range(5)}
    assert client.get("/v1/orders", params={"after": cursor}).json()["orders"] == []
    client.post("/v1/orders/3/cancel")
    page = client.get("/v1/orders", params={"after": cursor}).json()
    assert [(each["number"], each["status"]) for each in page["orders"]] == [("3", "cancelled")]


def test_a_page_never_tears_apart_what_changed_together(client: TestClient, store: Store) -> None:
    store.write(
        SITE, lambda tx: [intake.receive(tx, an_order(f"{number}", ("X", 1))) for number in range(7)] and None
    )
    store.write(SITE, lambda tx: put(tx, "A-1", "X", 10))
    allocating.run(store, SITE)
    page = client.get("/v1/orders", params={"limit": 2}).json()
    assert len(page["orders"]) == 7


def test_a_cursor_of_another_database_starts_again(client: TestClient) -> None:
    client.post("/v1/orders", json=body("1"))
    page = client.get("/v1/orders", params={"after": 999_999}).json()
    assert page["reset"]
    assert len(page["orders"]) == 1
    known = page["incarnation"]
    assert not client.get("/v1/orders", params={"after": page["head"], "incarnation": known}).json()["reset"]
    assert client.get("/v1/orders", params={"after": page["head"], "incarnation": "other"}).json()["reset"]


def test_all_orders_come_as_a_csv(client: TestClient) -> None:
    client.post("/v1/orders", json=body("1"))
    answer = client.get("/v1/orders.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[1].startswith("1,allocated,5,")

"""Every route of the central: who may ask it, and that nonsense is answered in words."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.central import tokens
from app.central.api.app import CentralSettings, build_app
from app.central.store import Store
from app.model.wire import Problem
from tests.central.books import SITE, an_order
from tests.central.floor import CHIEF_BADGE, PACKER_BADGE, PICKER_BADGE, a_book, enrol, open_floor

SHOPS = {
    ("POST", "/v1/orders"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders.csv"),
    ("GET", "/v1/orders/{number}"),
    ("PUT", "/v1/orders/{number}"),
}
BOTH = {("POST", "/v1/orders/{number}/cancel")}
"""A shop by its own token, a supervisor by badge."""
OPEN = {("GET", "/v1/health"), ("POST", "/v1/stations/enrol"), ("POST", "/v1/tracking/{carrier}")}
"""No token: a one-time code and a signature say who asks."""
STATIONS = {
    ("POST", "/v1/events"),
    ("GET", "/v1/changes"),
    ("GET", "/v1/parcels/{parcel}/label.pdf"),
    ("GET", "/v1/parcels/{parcel}/slip.pdf"),
    ("GET", "/v1/manifests"),
}
"""A station asks by itself, also when nobody stands there."""
PICKERS = {("POST", "/v1/tours"), ("POST", "/v1/tours/{tour}/join")}
PACKERS = {("POST", "/v1/parcels/{parcel}/reprint"), ("POST", "/v1/parcels/{parcel}/reopen")}
ANYBODY = {("GET", "/v1/manifests/{manifest}.pdf")}

BODIES: dict[str, dict[str, Any]] = {
    "/v1/tours": {"cart": "CART-1"},
    "/v1/tours/{tour}/join": {"order": "O1"},
    "/v1/parcels/{parcel}/reprint": {"reason": "torn"},
    "/v1/exceptions/{entry}/take": {"version": 1},
    "/v1/exceptions/{entry}/resolve": {"version": 1, "fix": "done", "reason": "seen"},
    "/v1/counts": {"location": "A-1", "sku": "X", "quantity": 1},
    "/v1/barcodes": {"code": "4711", "sku": "X"},
    "/v1/manifests": {"carrier": "swift"},
    "/v1/stations/enrol": {"code": "site-1.AAAA-AAAA-AAAA", "name": "new-1"},
}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    app = build_app(store, CentralSettings(a_book(), works=False))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def routes(client: httpx.Client) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def ask(client: httpx.Client, route: tuple[str, str], token: str = "", badge: str = "") -> tuple[int, str]:
    method, path = route
    headers = {"Storehand-Operator": badge} if badge else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = BODIES.get(path, {}) if method in {"POST", "PUT"} else None
    if route in SHOPS and body is not None:
        body = an_order("1", ("X", 1)).model_dump(mode="json")
    answer = client.request(
        method, path.replace("{number}", "1").replace("{", "").replace("}", ""), json=body, headers=headers
    )
    if answer.status_code < 400:
        return answer.status_code, ""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, Problem.model_validate_json(answer.content).code


def test_every_route_asks_who_is_there(client: httpx.Client, store: Store) -> None:
    shop = store.write(SITE, lambda tx: tokens.issue(tx, tokens.SHOP, "webshop"))
    station = enrol(store, "desk-1")
    known = routes(client)
    assert {*SHOPS, *BOTH, *OPEN, *STATIONS, *PICKERS, *PACKERS, *ANYBODY} <= set(known)
    for route in known:
        if route in OPEN:
            continue
        assert ask(client, route) == (401, "api.who_are_you"), route
        assert ask(client, route, badge=CHIEF_BADGE) == (401, "api.who_are_you"), route
        if route in SHOPS:
            assert ask(client, route, station, CHIEF_BADGE) == (403, "api.not_allowed"), route
            continue
        if route not in BOTH:
            assert ask(client, route, shop, CHIEF_BADGE) == (403, "api.not_allowed"), route
        if route in STATIONS:
            continue
        assert ask(client, route, station) == (401, "operator.unknown"), route
        if route not in PICKERS | ANYBODY:
            assert ask(client, route, station, PICKER_BADGE) == (403, "role.needed"), route
        if route not in PACKERS | ANYBODY:
            assert ask(client, route, station, PACKER_BADGE) == (403, "role.needed"), route


def test_a_token_opens_its_own_site_alone(client: httpx.Client, store: Store) -> None:
    token = enrol(store, "desk-1")
    elsewhere = token.replace(f".{SITE}.", ".site-2.")
    assert ask(client, ("GET", "/v1/changes"), elsewhere) == (401, "api.who_are_you")


UNKEEPABLE: list[tuple[str, str, object]] = [
    ("POST", "/v1/tours", {"cart": "a\0b"}),
    ("POST", "/v1/tours/T00001/join", {"order": "a\0b"}),
    ("POST", "/v1/counts", {"location": "A\0", "sku": "X", "quantity": 1}),
    ("POST", "/v1/barcodes", {"code": "4\0", "sku": "X"}),
    ("POST", "/v1/totes/T-1/free", {"reason": "a\0b"}),
    ("POST", "/v1/totes/a%00b/free", {"reason": "x"}),
    ("GET", "/v1/items/a%00b/stock", None),
    ("POST", "/v1/exceptions/e%00/take", {"version": 1}),
    ("POST", "/v1/exceptions/e/take", {"version": 2**70}),
    ("POST", "/v1/manifests", {"carrier": "s\0"}),
    ("GET", "/v1/manifests/a%00.pdf", None),
    ("GET", "/v1/parcels/a%00/label.pdf", None),
    ("POST", "/v1/stations/enrol", {"code": "si\0te.AAAA", "name": "p1"}),
]


def test_what_no_database_can_keep_is_refused_in_words(client: httpx.Client, store: Store) -> None:
    client.headers["Authorization"] = f"Bearer {enrol(store, 'desk-1')}"
    client.headers["Storehand-Operator"] = CHIEF_BADGE
    for method, path, body in UNKEEPABLE:
        answer = client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "api.invalid"), (path, body)


def test_odd_orders_are_taken_or_refused_in_words(client: httpx.Client, store: Store) -> None:
    shop = store.write(SITE, lambda tx: tokens.issue(tx, tokens.SHOP, "webshop"))
    client.headers["Authorization"] = f"Bearer {shop}"
    plain = an_order("1", ("X", 1)).model_dump(mode="json")

    def send(number: str, **values: Any) -> int:
        raw = json.dumps({**plain, "number": number, **values}).encode()
        return client.post(
            "/v1/orders", content=raw, headers={"Content-Type": "application/json"}
        ).status_code

    assert send("late", ship_by="2020-01-01T00:00:00Z") == 201
    assert send("many", lines=[{"number": n, "sku": "X", "quantity": 1} for n in range(1, 2001)]) == 422
    assert send("long", lines=[{"number": n, "sku": "X", "quantity": 1} for n in range(1, 1001)]) == 201
    for name, expected in (("Zoë \u202e 王小明 \U0001f381", 201), ("\ud800", 422), ("a\0b", 422)):
        assert send(f"name-{expected}-{len(name)}", ship_to={**plain["ship_to"], "name": name}) == expected

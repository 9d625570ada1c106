"""Many at once on PostgreSQL: the shop's requests, its cursor, and two central processes on one database."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.central import schema, tokens
from app.central.api.app import CentralSettings, build_app
from app.central.store import Store
from tests.central.books import SITE, an_order
from tests.central.floor import Terminal, a_book, enrol, open_floor, order, rows

CALLERS = 4
ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    with closing(open_floor(postgres_url)) as books:
        yield books


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    token = store.write(SITE, lambda tx: tokens.issue(tx, tokens.SHOP, "webshop"))
    app = build_app(store, CentralSettings(a_book(), works=False))
    with TestClient(
        app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False
    ) as client:
        yield client


def body(number: str, units: int) -> dict[str, Any]:
    return an_order(number, ("X", units)).model_dump(mode="json")


def test_the_same_number_sent_by_several_at_once_is_one_order(store: Store, client: TestClient) -> None:
    together = threading.Barrier(CALLERS)

    def send(units: int) -> int:
        together.wait()
        return int(client.post("/v1/orders", json=body("O1", units)).status_code)

    with ThreadPoolExecutor(CALLERS) as pool:
        assert Counter(pool.map(send, [1] * CALLERS)) == {201: 1, 200: CALLERS - 1}
    with ThreadPoolExecutor(CALLERS) as pool:
        assert set(pool.map(send, [2] * CALLERS)) == {409}
    assert [row.quantity for row in rows(store, schema.order_line, order_number="O1")] == [1]


def test_a_cursor_misses_no_change_while_several_write(store: Store, client: TestClient) -> None:
    numbers = [f"{writer}-{count}" for writer in range(CALLERS) for count in range(12)]

    def write(writer: int) -> None:
        for number in numbers[writer::CALLERS]:
            assert client.post("/v1/orders", json=body(number, 1)).status_code == 201
            assert client.post(f"/v1/orders/{number}/cancel").status_code == 200

    seen: dict[str, str] = {}
    cursor: dict[str, Any] = {"after": 0, "limit": 3}
    with ThreadPoolExecutor(CALLERS) as pool:
        writers = [pool.submit(write, writer) for writer in range(CALLERS)]
        ended = False
        while True:
            page = client.get("/v1/orders", params=cursor).json()
            assert not page["reset"]
            seen |= {order["number"]: order["status"] for order in page["orders"]}
            cursor |= {"after": page["head"], "incarnation": page["incarnation"]}
            if ended and not page["more"]:
                break
            ended = all(writer.done() for writer in writers)
    for writer in writers:
        writer.result()
    assert seen == dict.fromkeys(numbers, "cancelled")
    heads = select(schema.record.c.head).where(schema.record.c.kind == "order")
    assert store.read(SITE, lambda tx: max(tx.conn.execute(heads).scalars())) <= cursor["after"]


@contextmanager
def central_process(url: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.central.process", url]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
            process.wait(20)


def test_two_central_processes_make_each_label_once_and_wake_each_others_stations(store: Store) -> None:
    numbers = [f"O{number}" for number in range(1, 5)]
    for number in numbers:
        order(store, number, ("X", 1))
    Terminal(store, "pick-1").pick_whole_tour()
    bench = Terminal(store, "pack-1", "op-2")
    for number in numbers:
        bench.pack(number, f"P-{number}")
    headers = {"Authorization": f"Bearer {enrol(store, 'desk-1')}"}
    shop = {"Authorization": f"Bearer {store.write(SITE, lambda tx: tokens.issue(tx, tokens.SHOP, 'shop'))}"}
    with ExitStack() as both, ThreadPoolExecutor(1) as pool, httpx.Client(timeout=30) as client:
        one, other = (both.enter_context(central_process(store.url)) for _ in range(2))
        until = time.monotonic() + 30
        while (
            any(row.status != "labelled" for row in rows(store, schema.parcel)) and time.monotonic() < until
        ):
            time.sleep(0.05)
        query: dict[str, Any] = {"after": 0}
        for _ in range(3):  # until there is nothing more to tell
            known = client.get(f"{other}/v1/changes", params=query, headers=headers).json()
            query = {"after": known["head"], "incarnation": known["incarnation"]}
        poll = pool.submit(
            httpx.get, f"{other}/v1/changes", params={**query, "wait": 20}, headers=headers, timeout=30
        )
        time.sleep(0.3)
        began = time.monotonic()
        enrol(store, "desk-2")
        assert client.post(f"{one}/v1/orders", json=body("O9", 1), headers=shop).status_code == 201
        assert poll.result().json()["records"]
        assert time.monotonic() - began < 15
    labels = rows(store, schema.label)
    assert sorted(label.parcel for label in labels) == [f"P-{number}" for number in numbers]
    assert len({label.sscc for label in labels}) == len(numbers)
    assert {row.status for row in rows(store, schema.parcel)} == {"labelled"}

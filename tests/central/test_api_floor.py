"""The central over real HTTP: stations, supervisors, carriers, and everybody who may not."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from app.central import board, milestones, stations, tokens
from app.central.api.app import CentralSettings, build_app
from app.central.api.floor import Pace
from app.central.refusal import ApiError
from app.central.server import CentralServer, Listening
from app.central.store import Store
from app.model.facts import (
    Locked,
    ParcelClosed,
    ParcelOpened,
    ParcelWeighed,
    SignedIn,
    ToteAssigned,
    ToteDropped,
    TourFinished,
    TourTaken,
)
from app.model.known import RECORDS
from app.model.people import View
from app.model.wire import Changes, Problem, Upload
from app.model.work import LentTour
from tests.central.books import SITE, an_order
from tests.central.floor import (
    CART,
    CHIEF_BADGE,
    DROP,
    PACKER_BADGE,
    PICKER_BADGE,
    Terminal,
    a_book,
    a_pick,
    do_jobs,
    enrol,
    open_exceptions,
    open_floor,
    order,
    pack_job,
    parcel_row,
    verifications,
)

SECRET = "carrier-secret"


@dataclass
class Central:
    """A central that listens, and its database."""

    store: Store
    url: str

    def client(self, token: str = "", badge: str = "") -> httpx.Client:
        headers = {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if badge:
            headers["Storehand-Operator"] = badge
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def listening(store: Store, **settings: object) -> Iterator[str]:
    ports: list[int] = []
    ready = threading.Event()

    def tell(port: int) -> None:
        ports.append(port)
        ready.set()

    given = {"carrier_secrets": {(SITE, "swift"): SECRET}, "ship_from": ("Dock 1",), **settings}
    server = CentralServer(store, CentralSettings(a_book(), **given), Listening(), tell)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_floor(database_url)) as books:
        yield books


@pytest.fixture
def central(store: Store) -> Iterator[Central]:
    with listening(store) as url:
        yield Central(store, url)


def code_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == answer.status_code
    assert problem.title
    return problem.code


def send(client: httpx.Client, terminal: Terminal) -> httpx.Response:
    upload = terminal.upload()
    answer = client.post("/v1/events", content=upload.model_dump_json())
    if answer.status_code == 200:
        terminal.sent = answer.json()["acknowledged"]
    return answer


# --- a whole order -------------------------------------------------------------------------------------------


def test_an_order_goes_from_the_shop_to_a_manifest_and_home_over_http(central: Central) -> None:
    store = central.store
    shop_token = store.write(SITE, lambda tx: tokens.issue(tx, tokens.SHOP, "shop"))
    code = store.write(SITE, tokens.issue_enrolment)
    with central.client() as anybody:
        enrolled = anybody.post("/v1/stations/enrol", json={"code": code, "name": "desk-1"})
    assert enrolled.status_code == 201
    token = enrolled.json()["token"]
    with (
        central.client(shop_token) as shop,
        central.client(token, PICKER_BADGE) as picker,
        central.client(token, PACKER_BADGE) as packer,
        central.client(token, CHIEF_BADGE) as chief,
    ):
        sent = shop.post("/v1/orders", json=an_order("O1", ("X", 2)).model_dump(mode="json"))
        assert sent.status_code == 201
        granted = picker.post("/v1/tours", json={"cart": CART})
        assert granted.status_code == 201
        known = Changes.model_validate(picker.get("/v1/changes").json())
        for record in known.records:
            TypeAdapter(RECORDS[record.kind]).validate_python(record.value)
        lent = next(
            TypeAdapter(LentTour).validate_python(each.value) for each in known.records if each.kind == "tour"
        )
        tour = lent.tour
        station = Terminal(store, "desk-1")
        station.record(
            TourTaken(tour),
            ToteAssigned(tour.id, 0, "O1", "T-1"),
            *(a_pick(tour, task, "T-1") for task in tour.tasks),
            ToteDropped(tour.id, "T-1", DROP),
            TourFinished(tour.id),
        )
        assert send(picker, station).status_code == 200
        job = pack_job(store, "O1")
        assert job is not None
        station.record(
            ParcelOpened("P1", "O1", 1, "BOX-M", job),
            *verifications(job, "P1"),
            ParcelWeighed("P1", "O1", "BOX-M", 700, 700),
        )
        assert send(packer, station).status_code == 200
        sscc = wait_for_label(packer, known)
        assert packer.get("/v1/parcels/P1/label.pdf").content.startswith(b"%PDF-")
        assert packer.get("/v1/parcels/P1/slip.pdf").content.startswith(b"%PDF-")
        station.record(ParcelClosed("P1", sscc))
        assert send(packer, station).status_code == 200
        assert packer.post("/v1/parcels/P1/reprint", json={"reason": "torn"}).json()["copies"] == 1
        waiting = chief.get("/v1/manifests").json()
        assert waiting["open"] == [{"carrier": "swift", "parcels": 1, "weight_g": 700}]
        closed = chief.post("/v1/manifests", json={"carrier": "swift"})
        assert closed.status_code == 201
        assert chief.get(f"/v1/manifests/{closed.json()['id']}.pdf").content.startswith(b"%PDF-")
        assert report(central, [sighting(sscc, "delivered")]).json()["new"] == 1
        seen = shop.get("/v1/orders/O1").json()
        assert (seen["status"], seen["parcels"][0]["tracking"]) == ("delivered", sscc)


def wait_for_label(client: httpx.Client, known: Changes) -> str:
    head, incarnation = known.head, known.incarnation
    for _ in range(20):
        answer = client.get("/v1/changes", params={"after": head, "incarnation": incarnation, "wait": 10})
        found = Changes.model_validate(answer.json())
        for record in found.records:
            if record.kind == "label" and record.value and record.value["sscc"]:
                return str(record.value["sscc"])
        head = found.head
    raise AssertionError("no label came")


# --- following -----------------------------------------------------------------------------------------------


def test_a_long_poll_is_woken_by_what_another_station_sends(central: Central) -> None:
    token, other = enrol(central.store, "pick-1"), enrol(central.store, "pick-2")
    with central.client(token) as client, ThreadPoolExecutor(1) as pool:
        known = client.get("/v1/changes").json()
        query = {"after": known["head"], "incarnation": known["incarnation"], "wait": 20}
        began = time.monotonic()
        waiting = pool.submit(client.get, "/v1/changes", params=query)
        terminal = Terminal(central.store, "pick-2")
        terminal.record(SignedIn("op-1", "Pia", View.PICKING))
        with central.client(other) as sender:
            assert send(sender, terminal).status_code == 200
        answer = waiting.result().json()
    assert [record["key"] for record in answer["records"] if record["kind"] == "station"] == ["pick-2"]
    assert time.monotonic() - began < 15


def test_a_long_poll_is_woken_by_what_another_process_writes(central: Central) -> None:
    token = enrol(central.store, "pick-1")
    with (
        central.client(token) as client,
        ThreadPoolExecutor(1) as pool,
        closing(Store(central.store.url)) as elsewhere,
    ):
        known = client.get("/v1/changes").json()
        query = {"after": known["head"], "incarnation": known["incarnation"], "wait": 20}
        waiting = pool.submit(client.get, "/v1/changes", params=query)
        elsewhere.write(SITE, lambda tx: tx.publish("tote", "T-77", {"code": "T-77"}))
        keys = {record["key"] for record in waiting.result().json()["records"]}
    assert "T-77" in keys


def test_a_poll_with_nothing_to_tell_comes_back_empty(central: Central) -> None:
    token = enrol(central.store, "pick-1")
    with central.client(token) as client:
        known = client.get("/v1/changes").json()
        query = {"after": known["head"], "incarnation": known["incarnation"]}
        known = client.get("/v1/changes", params=query).json()
        query["after"] = known["head"]
        answer = client.get("/v1/changes", params={**query, "wait": 0.3}).json()
    assert answer["records"] == []
    assert not answer["reset"]


def test_a_central_that_ends_does_not_wait_for_those_who_wait(store: Store) -> None:
    token = enrol(store, "pick-1")
    with ThreadPoolExecutor(1) as pool, httpx.Client(timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        with listening(store) as url:
            known = client.get(f"{url}/v1/changes").json()
            query = {"after": known["head"], "incarnation": known["incarnation"]}
            query["after"] = client.get(f"{url}/v1/changes", params=query).json()["head"]
            waiting = pool.submit(client.get, f"{url}/v1/changes", params={**query, "wait": 25})
            time.sleep(0.2)
            began = time.monotonic()
        assert waiting.result().status_code == 200
    assert time.monotonic() - began < 20


# --- who may -------------------------------------------------------------------------------------------------


def test_a_revoked_station_is_out_at_once(central: Central) -> None:
    token = enrol(central.store, "pick-1")
    with central.client(token) as client:
        assert client.get("/v1/changes").status_code == 200
        central.store.write(SITE, lambda tx: stations.revoke(tx, "pick-1"))
        tokens.forget()
        assert client.get("/v1/changes").status_code == 401


def test_a_name_that_is_enrolled_again_locks_the_old_terminal_out(central: Central) -> None:
    old, new = enrol(central.store, "pick-1"), enrol(central.store, "pick-1")
    tokens.forget()
    with central.client(old) as first, central.client(new) as second:
        assert (first.get("/v1/changes").status_code, second.get("/v1/changes").status_code) == (401, 200)


def test_a_code_is_good_once(central: Central) -> None:
    code = central.store.write(SITE, tokens.issue_enrolment)
    with central.client() as client:
        for name, wanted in (("a", 201), ("b", 403)):
            answer = client.post("/v1/stations/enrol", json={"code": code, "name": name})
            assert answer.status_code == wanted
        for wrong in ("site-1.AAAA-AAAA-AAAA", "nowhere.AAAA", "x"):
            answer = client.post("/v1/stations/enrol", json={"code": wrong, "name": "c"})
            assert code_of(answer) == "station.wrong_code"


def test_a_packer_takes_no_tour_and_a_picker_no_label(api: httpx.Client) -> None:
    for badge, path, body in (
        (PACKER_BADGE, "/v1/tours", {"cart": CART}),
        (PACKER_BADGE, "/v1/tours/T1/join", {"order": "O1"}),
        (PICKER_BADGE, "/v1/parcels/P1/reprint", {"reason": "x"}),
        (PICKER_BADGE, "/v1/parcels/P1/reopen", {}),
    ):
        answer = api.post(path, json=body, headers={"Storehand-Operator": badge})
        assert code_of(answer) == "role.needed"


@pytest.fixture
def api(store: Store) -> Iterator[httpx.Client]:
    """A station's client on the application without a network, and without jobs."""
    app = build_app(store, CentralSettings(a_book(), works=False))
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {enrol(store, 'desk-1')}"
        yield client


# --- supervisors -----------------------------------------------------------------------------------------------


def test_a_supervisor_settles_an_exception_over_http_and_the_second_hears_who_was_first(
    store: Store, api: httpx.Client
) -> None:
    order(store, "O1", ("X", 99), policy="wait")
    (entry,) = open_exceptions(store)
    api.headers["Storehand-Operator"] = CHIEF_BADGE
    taken = api.post(f"/v1/exceptions/{entry.id}/take", json={"version": entry.version})
    assert taken.json()["owner"] == "op-9"
    late = api.post(
        f"/v1/exceptions/{entry.id}/take",
        json={"version": entry.version},
        headers={"Storehand-Operator": "other-chief-badge-secret"},
    )
    assert (late.status_code, code_of(late)) == (409, "exception.lost_race")
    assert late.json()["params"]["owner"] == "Sue Supervisor"
    done = api.post(
        f"/v1/exceptions/{entry.id}/resolve",
        json={"version": taken.json()["version"], "fix": "cancel_order", "reason": "customer called"},
    )
    assert done.json()["state"] == "resolved"


def test_supervisors_hold_release_cancel_count_and_link(store: Store, api: httpx.Client) -> None:
    order(store, "O1", ("X", 1))
    api.headers["Storehand-Operator"] = CHIEF_BADGE
    assert api.post("/v1/orders/O1/hold", json={"reason": "wait"}).json() == {"subject": "O1"}
    assert api.post("/v1/orders/O1/release").status_code == 200
    assert api.post("/v1/orders/O1/cancel").json() == {"subject": "O1"}
    counted = api.post("/v1/counts", json={"location": "A-1", "sku": "X", "lot": "", "quantity": 4})
    assert (counted.status_code, counted.json()["displaced"]) == (201, 0)
    assert api.post("/v1/barcodes", json={"code": "4711", "sku": "X", "quantity": 1}).status_code == 201
    assert api.get("/v1/items/X/stock").json()["rows"][0]["on_hand"] == 4
    assert api.get("/v1/board").json()["orders"] == []
    assert code_of(api.post("/v1/orders/O9/hold")) == "order.unknown"


# --- bad input -------------------------------------------------------------------------------------------------


def test_a_gap_says_where_to_go_on(store: Store, api: httpx.Client) -> None:
    terminal = Terminal(store, "desk-1")
    terminal.record(Locked("op-1"), Locked("op-1"))
    answer = api.post("/v1/events", content=terminal.upload(2).model_dump_json())
    assert (answer.status_code, code_of(answer), answer.json()["params"]) == (409, "sync.gap", {"last": 0})


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"journal": 5}', b'{"surprise": 1}', b"\xff"])
def test_an_upload_that_is_none_is_refused_with_its_places(api: httpx.Client, body: bytes) -> None:
    answer = api.post("/v1/events", content=body)
    assert (answer.status_code, code_of(answer)) == (422, "api.invalid")


def test_an_upload_of_too_many_events_is_refused(store: Store, api: httpx.Client) -> None:
    terminal = Terminal(store, "desk-1")
    terminal.record(*(Locked("op-1") for _ in range(201)))
    body = json.loads(
        Upload.model_construct(
            **{**terminal.upload(1, 1).model_dump(), "events": terminal.envelopes}
        ).model_dump_json()
    )
    answer = api.post("/v1/events", json=body)
    assert answer.status_code == 422


def test_a_body_that_is_too_large_is_refused_unread(central: Central) -> None:
    token = enrol(central.store, "pick-1")

    def endless() -> Iterator[bytes]:
        for _ in range(2000):
            yield b"x" * 1000

    with central.client(token) as client:
        answer = client.post("/v1/events", content=b"x" * 1_100_000)
        assert (answer.status_code, code_of(answer)) == (413, "api.too_large")
        try:
            answer = client.post("/v1/events", content=endless())
        except httpx.TransportError:
            return  # the connection was closed before everything was sent: that is an answer too
        assert answer.status_code == 413


def test_what_breaks_inside_is_said_without_a_word_of_the_inside(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(board, "board", broken)
    answer = api.get("/v1/board", headers={"Storehand-Operator": CHIEF_BADGE})
    assert (answer.status_code, code_of(answer)) == (500, "api.broken")
    assert "secret" not in answer.text


def test_a_station_that_sends_without_end_is_slowed_down(store: Store, api: httpx.Client) -> None:
    pace = Pace()

    def flood() -> None:
        for _ in range(100_000):
            pace.check(SITE, "pick-1")

    with pytest.raises(ApiError) as error:
        flood()
    assert (error.value.status, error.value.code) == (429, "sync.too_fast")
    pace.check(SITE, "pick-2")


def test_the_api_describes_itself(api: httpx.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    for path in (
        "/v1/events",
        "/v1/changes",
        "/v1/tours",
        "/v1/exceptions/{entry}/resolve",
        "/v1/tracking/{carrier}",
    ):
        assert path in paths
    assert paths["/v1/events"]["post"]["requestBody"]["required"]


def test_the_central_says_that_it_is_well(api: httpx.Client) -> None:
    assert api.get("/v1/health").json() == {"status": "ok"}


# --- carriers --------------------------------------------------------------------------------------------------


def sighting(tracking: str, code: str, at: str = "2026-11-24T08:00:00+01:00") -> dict[str, str]:
    return {"tracking": tracking, "code": code, "occurred_at": at, "place": "Hub"}


def report(
    central: Central, entries: list[object], secret: str = SECRET, carrier: str = "swift"
) -> httpx.Response:
    body = json.dumps({"milestones": entries}).encode()
    with central.client() as client:
        return client.post(
            f"/v1/tracking/{carrier}",
            content=body,
            headers={"Storehand-Signature": milestones.signature(secret, body)},
        )


def test_a_report_that_is_not_signed_by_the_carrier_is_refused(central: Central) -> None:
    for secret, carrier in (("wrong", "swift"), (SECRET, "other")):
        answer = report(central, [], secret, carrier)
        assert (answer.status_code, code_of(answer)) == (401, "tracking.wrong_signature")


def test_wrong_entries_of_a_report_are_named_and_the_rest_goes_in(central: Central) -> None:
    answer = report(
        central,
        [
            sighting("1", "delivered", "yesterday"),
            sighting("2", "teleported"),
            {"tracking": "3"},
            "nonsense",
            sighting("4", "delivered"),
        ],
    ).json()
    assert [error["path"] for error in answer["errors"]] == [
        "milestones[0].occurred_at",
        "milestones[1].code",
        "milestones[2].code",
        "milestones[3]",
    ]
    assert answer["unknown"] == ["4"]


def test_a_report_that_is_no_batch_is_refused(central: Central) -> None:
    body = b"nonsense"
    with central.client() as client:
        answer = client.post(
            "/v1/tracking/swift",
            content=body,
            headers={"Storehand-Signature": milestones.signature(SECRET, body)},
        )
    assert code_of(answer) == "tracking.no_batch"


def test_papers_of_a_parcel_without_a_label_are_refused(store: Store, api: httpx.Client) -> None:
    order(store, "O1", ("X", 3))
    Terminal(store, "pick-1").pick_whole_tour()
    bench = Terminal(store, "pack-1", "op-2")
    bench.pack("O1", "P1")
    assert code_of(api.get("/v1/parcels/P1/label.pdf")) == "parcel.no_label"
    assert code_of(api.get("/v1/parcels/P9/label.pdf")) == "parcel.unknown"
    do_jobs(store)
    assert api.get("/v1/parcels/P1/label.pdf").headers["content-type"] == "application/pdf"
    opened = api.post("/v1/parcels/P1/reopen", json={}, headers={"Storehand-Operator": PACKER_BADGE})
    assert opened.json() == {"parcel": "P1", "order": "O1"}
    assert parcel_row(store, "P1").status == "void"

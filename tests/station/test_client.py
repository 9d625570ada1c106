"""Whatever answers, a request to the central ends in an answer or in words."""

from __future__ import annotations

import json
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.station.client import CentralClient
from app.station.folder import StationFolder
from app.station.trouble import (
    CentralFault,
    CentralRefusal,
    NotEnrolledError,
    Offline,
    StationInUseError,
    StationTrouble,
)
from tests.station.central import PDF, FakeCentral, problem


@pytest.fixture
def client(central: FakeCentral) -> Iterator[CentralClient]:
    opened = CentralClient(central.url, "token", answer_s=5)
    yield opened
    opened.close()


def test_the_station_is_proved_by_its_token_and_the_operator_by_the_badge(
    central: FakeCentral, client: CentralClient
) -> None:
    assert client.claim_tour("CART-1", "secret").tour == "T1"
    method, path, headers, body = central.requests[-1]
    assert (method, path, json.loads(body)) == ("POST", "/v1/tours", {"cart": "CART-1", "take_over": False})
    assert headers["Authorization"] == "Bearer token"
    assert headers["Storehand-Operator"] == "secret"
    client.request("POST", "/v1/echo", {"x": 1})
    assert "Storehand-Operator" not in central.requests[-1][2]


def test_papers_requests_and_answers_without_content(central: FakeCentral, client: CentralClient) -> None:
    assert client.label("P1/1") == PDF
    assert central.requests[-1][1] == "/v1/parcels/P1/1/label.pdf"
    assert client.slip("P1-1") == PDF
    assert client.request("POST", "/v1/echo", {"x": 1}, "secret") == {"seen": {"x": 1}}
    client.reprint("P1-1", "torn", "secret")
    client.reopen("P1-1", "secret")


def test_a_no_carries_its_code_its_parameters_and_its_status(
    central: FakeCentral, client: CentralClient
) -> None:
    central.refusals["/v1/tours"] = 409, problem(409, "tour.cart_taken", operator="Bo", since=3)
    with pytest.raises(CentralRefusal) as refused:
        client.claim_tour("CART-1", "secret")
    assert (refused.value.code, refused.value.status) == ("tour.cart_taken", 409)
    assert refused.value.params == (("operator", "Bo"), ("since", 3))


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("500", CentralFault, "central.fault"),
        ("html", CentralFault, "central.nonsense"),
        ("nonsense", CentralFault, "central.nonsense"),
        ("hang_up", Offline, "central.offline"),
        ("lose_answer", Offline, "central.offline"),
        ("half", Offline, "central.offline"),
    ],
)
def test_every_kind_of_trouble_has_its_words(
    central: FakeCentral, client: CentralClient, fault: str, kind: type[StationTrouble], code: str
) -> None:
    central.faults.append(fault)
    with pytest.raises(kind) as trouble:
        client.changes(0, "", 0)
    assert trouble.value.code == code
    assert client.changes(0, "first", 0).head == 0


def test_a_paper_that_is_no_pdf_is_not_printed(central: FakeCentral, client: CentralClient) -> None:
    central.faults.append("html")
    with pytest.raises(CentralFault) as trouble:
        client.label("P1-1")
    assert trouble.value.code == "central.nonsense"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://no.such.host.invalid", "http://", "nonsense", "http://[::1"]
)
def test_an_address_where_nobody_is_ends_in_words(url: str) -> None:
    client = CentralClient(url, "token", connect_s=1)
    with pytest.raises((Offline, CentralFault)):
        client.changes(0, "", 0)
    client.close()


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path) -> None:
    client = CentralClient("https://127.0.0.1:1", "token", str(tmp_path / "ca.pem"))
    with pytest.raises(CentralFault) as trouble:
        client.changes(0, "", 0)
    assert trouble.value.code == "central.ca"
    client.close()


def test_an_answer_that_never_ends_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def pour() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                try:
                    while True:
                        connection.sendall(b"%PDF-" * 200_000)
                except OSError:
                    pass

        pouring = threading.Thread(target=pour)
        pouring.start()
        client = CentralClient(f"http://127.0.0.1:{server.getsockname()[1]}", "token")
        with pytest.raises(CentralFault):
            client.label("P1-1")
        client.close()
        pouring.join()


def test_hanging_up_ends_a_long_poll(central: FakeCentral, client: CentralClient) -> None:
    ended: list[str] = []

    def poll() -> None:
        try:
            client.changes(0, "first", 60)
        except Offline as trouble:
            ended.append(trouble.code)

    polling = threading.Thread(target=poll)
    polling.start()
    while not central.requests:
        time.sleep(0.005)
    client.hang_up()
    polling.join(10)
    assert ended == ["central.offline"]


def test_a_pulled_cable_can_be_put_back(client: CentralClient) -> None:
    client.unplug(True)
    with pytest.raises(Offline):
        client.changes(0, "first", 0)
    client.unplug(False)
    assert client.changes(0, "first", 0).incarnation == "first"


# --- enrolling -------------------------------------------------------------------------------------------------------


def test_a_station_enrols_once_and_keeps_its_token_to_itself(central: FakeCentral, tmp_path: Path) -> None:
    folder = StationFolder(tmp_path, "P1")
    enrolled = folder.enrol(central.url, "ONE-TIME")
    assert (enrolled.site, enrolled.station, enrolled.token, enrolled.incarnation) == (
        "S1",
        "P1",
        "token",
        "first",
    )
    assert StationFolder(tmp_path, "P1").enrolment() == enrolled
    assert stat.S_IMODE((folder.path / "station.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_wrong_code_enrols_nobody(central: FakeCentral, tmp_path: Path) -> None:
    folder = StationFolder(tmp_path, "P1")
    with pytest.raises(CentralRefusal) as refused:
        folder.enrol(central.url, "GUESSED")
    assert refused.value.code == "enrol.unknown_code"
    with pytest.raises(NotEnrolledError) as unknown:
        folder.enrolment()
    assert unknown.value.code == "station.not_enrolled"


@pytest.mark.parametrize("rubbish", [b"token = ", b"\xff\xfe", b'url = "http://x"\n'])
def test_a_damaged_enrolment_is_said_in_words(tmp_path: Path, rubbish: bytes) -> None:
    folder = StationFolder(tmp_path, "P1")
    (folder.path / "station.toml").write_bytes(rubbish)
    with pytest.raises(NotEnrolledError) as refused:
        folder.enrolment()
    assert refused.value.code == "station.bad_enrolment"


@pytest.mark.parametrize("name", ["", "../other", "a/b", "-x", "x" * 33, "Tür", "a b"])
def test_a_name_that_could_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StationTrouble) as refused:
        StationFolder(tmp_path, name)
    assert refused.value.code == "station.bad_name"


def test_a_second_start_of_a_station_is_refused_and_names_the_first(tmp_path: Path) -> None:
    folder = StationFolder(tmp_path, "P1")
    with folder.hold():
        with pytest.raises(StationInUseError) as refused:
            folder.hold()
        assert refused.value.code == "station.in_use"
        assert dict(refused.value.params)["name"] == "P1"
        assert dict(refused.value.params)["pid"].isdigit()  # type: ignore[union-attr]
        StationFolder(tmp_path, "P2").hold().release()
    folder.hold().release()

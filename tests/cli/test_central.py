"""``storehand central``: several processes on one PostgreSQL, imports beside it, settings that reach the site."""

from __future__ import annotations

import hashlib
import hmac
import json
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.cli.conftest import Served
from tests.cli.running import STOREHAND, Host

ORDER = {
    "number": "WEB-1",
    "ship_by": "2030-01-02T15:00:00Z",
    "service": "standard",
    "ship_to": {
        "name": "Ada Maier",
        "street": "Graben 21",
        "postcode": "1010",
        "city": "Wien",
        "country": "AT",
        "email": "ada@example.org",
    },
    "lines": [{"number": 1, "sku": "MUG-WHITE", "quantity": 1}],
}


def test_several_centrals_on_one_postgresql_are_one_central(
    host: Host, postgres_url: str, small: Path
) -> None:
    database = ("--database", postgres_url)
    host.told("import", small, *database)
    token = {"Authorization": f"Bearer {host.told('token', 'shop', *database).strip()}"}
    with host.central(*database) as one, host.central(*database) as other:
        assert httpx.post(f"{one}/v1/orders", json=ORDER, headers=token).status_code == 201
        assert httpx.post(f"{other}/v1/orders", json=ORDER, headers=token).status_code == 200
        seen = httpx.get(f"{other}/v1/orders/WEB-1", headers=token).json()
        assert seen["status"] == "allocated"
        assert host.say("revoke", "shop", *database).status == 0
    assert host.say("audit", *database).status == 0


def test_a_central_that_is_asked_to_end_does_so_in_order(stocked: Host) -> None:
    with stocked.central_process() as (process, url):
        assert httpx.get(f"{url}/v1/health").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not (stocked.home / "central.db-wal").exists()


def test_stations_see_what_is_imported_beside_a_running_central(served: Served, host: Host) -> None:
    changes = following(served, "LISTENER-1")
    (host.folder / "items.csv").write_text(
        "sku,name,length_mm,width_mm,height_mm,weight_g\nNEW-1,New thing,10,10,10,10\n"
    )
    answers: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: answers.append(changes(wait=25)))
    waiting.start()
    host.told("import", host.folder / "items.csv", "--database", served.store.url)
    waiting.join()
    assert "NEW-1" in {record["key"] for record in answers[0]["records"]}


def test_imports_and_orders_at_the_same_time_all_go_in(served: Served, host: Host, warehouse: Path) -> None:
    token = {"Authorization": f"Bearer {host.told('token', 'busy', '--database', served.store.url).strip()}"}
    imports = [
        subprocess.Popen(
            [*STOREHAND, "import", str(warehouse), "--database", served.store.url],
            env=host.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    with httpx.Client(base_url=served.url, headers=token, timeout=60) as shop:
        sent = 0
        while any(process.poll() is None for process in imports):
            sent += 1
            answer = shop.post("/v1/orders", json={**ORDER, "number": f"BUSY-{sent}"})
            assert answer.status_code == 201, answer.text
    for process in imports:
        _, err = process.communicate()
        assert (process.returncode, err) == (0, b"")
    assert sent > 0


def test_what_the_settings_say_of_the_site_holds_from_the_next_start(stocked: Host) -> None:
    (stocked.folder / "storehand.toml").write_text(
        '[site]\nname = "North"\nmax_stops = 7\n[central]\ngs1_prefix = "4012345"\n'
        'carrier_secret_files = { heron = "heron.secret" }\n'
    )
    (stocked.folder / "heron.secret").write_text("hush\n")
    with stocked.central() as url:
        code = stocked.told("code").strip()
        enrolled = httpx.post(f"{url}/v1/stations/enrol", json={"code": code, "name": "RULES-1"}).json()
        headers = {"Authorization": f"Bearer {enrolled['token']}"}
        records = httpx.get(f"{url}/v1/changes?after=0", headers=headers).json()["records"]
        rules = next(record["value"] for record in records if record["kind"] == "settings")
        assert (rules["name"], rules["max_stops"]) == ("North", 7)
        body = b'{"milestones": []}'
        right = hmac.new(b"hush", body, hashlib.sha256).hexdigest()
        for signature, status in ((right, 200), ("0" * 64, 401)):
            answer = httpx.post(
                f"{url}/v1/tracking/heron", content=body, headers={"Storehand-Signature": signature}
            )
            assert answer.status_code == status
    assert "hush" not in (stocked.folder / "central.log").read_text()


def test_tokens_and_codes_are_in_no_log(served: Served, host: Host) -> None:
    code = served.code()
    with host.terminal("station", "QUIET-1", "--central", served.url, "--enrol", code) as screen:
        screen.until(lambda: "network ok" in screen.text)
        screen.quit()
    folder = host.home / "stations" / "QUIET-1"
    token = next(
        line for line in (folder / "station.toml").read_text().splitlines() if line.startswith("token")
    )
    secret = json.loads(token.partition("=")[2])
    logs = [
        *folder.glob("*.log"),
        *Path(served.store.url.removeprefix("sqlite:///")).parent.parent.glob("*.log"),
    ]
    assert logs
    for log in logs:
        told = log.read_text()
        assert secret not in told
        assert code not in told


def following(served: Served, name: str) -> Callable[..., dict[str, Any]]:
    """A station's question what changed after all that is known now."""
    answer = httpx.post(f"{served.url}/v1/stations/enrol", json={"code": served.code(), "name": name}).json()
    headers = {"Authorization": f"Bearer {answer['token']}"}

    def ask(after: int, wait: int) -> dict[str, Any]:
        query = {"after": after, "incarnation": answer["incarnation"], "wait": wait}
        told: dict[str, Any] = httpx.get(
            f"{served.url}/v1/changes", params=query, headers=headers, timeout=40
        ).json()
        return told

    head = 0
    while True:
        told = ask(head, 0)
        head = told["head"]
        if not told["more"]:
            return lambda wait: ask(head, wait)

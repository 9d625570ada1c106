"""Keeping the books from a command line: files in, orders out, the audit, codes and tokens."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import STOREHAND, Host


def test_a_folder_goes_in_once_and_again_without_harm(host: Host, warehouse: Path) -> None:
    first, second = host.run("import", warehouse).out, host.told("import", warehouse)
    changed = [line.split(", ")[1] for line in second.splitlines() if "good rows" in line]
    assert "310 good rows, 310 new or changed, 0 problems" in first
    assert set(changed) == {"0 new or changed"}
    assert host.told("audit", "--json") == '{"differences": []}\n'
    orders = list(csv.DictReader(host.told("export", "orders").splitlines()))
    assert {order["status"] for order in orders} == {"allocated"}
    database = host.home / "central.db"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(host.home.stat().st_mode) == 0o700


def test_bad_rows_are_told_by_line_and_column_and_good_ones_go_in(host: Host) -> None:
    files = host.folder / "files"
    files.mkdir()
    items = "sku,name,length_mm,width_mm,height_mm,weight_g\nA-1,Mug,100,90,90,300\nB-1,Bowl,wide,90,90,300\n"
    (files / "items.csv").write_text(items)
    (files / "barcodes.csv").write_text("barcode,sku\n4006381333931,A-1\n4006381333948,C-1\n")
    (files / "locations.csv").write_bytes(b"location,zone,x_mm,y_mm\nA-01,FA\xffST,0,0\n")
    (files / "stock.csv").write_text("")
    (files / "orders.csv").write_text("number,service\nS1,standard\n")
    (files / "novel.csv").write_text("chapter\n1\n")
    said = host.say("import", files)
    assert said.status == 1
    places = [line.rpartition(": ")[0].partition(":")[0] for line in said.err.splitlines()]
    codes = [line.rpartition("[")[2].removesuffix("]") for line in said.err.splitlines()]
    assert ("items.csv, line 3, column length_mm", "input.whole_number") in zip(places, codes, strict=True)
    assert ("barcodes.csv, line 3, column sku", "import.unknown_sku") in zip(places, codes, strict=True)
    assert ("locations.csv, line 2", "import.encoding") in zip(places, codes, strict=True)
    assert {"import.empty", "import.missing_column", "import.unknown_file"} <= set(codes)
    assert "items.csv: 1 good rows, 1 new or changed, 1 problems" in said.out
    assert "barcodes.csv: 2 good rows, 1 new or changed, 1 problems" in said.out


@pytest.mark.parametrize("name", ["nowhere", "nowhere.csv"])
def test_what_is_not_there_is_not_imported(host: Host, name: str) -> None:
    said = host.say("import", host.folder / name)
    assert (said.status, said.code) == (2, "command.no_path")
    assert not host.home.exists()


def test_a_row_that_somebody_changed_by_hand_is_found(stocked: Host) -> None:
    with sqlite3.connect(stocked.home / "central.db") as books:
        books.execute("UPDATE stock SET on_hand = on_hand + 1 WHERE rowid = (SELECT min(rowid) FROM stock)")
    said = stocked.say("audit", "--json")
    assert said.status == stocked.run("audit").status == 1
    (difference,) = json.loads(said.out)["differences"]
    assert difference["books"] == difference["counted"] + 1


def test_a_shop_has_a_token_until_it_is_revoked(stocked: Host) -> None:
    token = stocked.told("token", "web-shop").strip()
    assert token.startswith("sh1.main.")
    assert token.encode() not in (stocked.home / "central.db").read_bytes()
    assert stocked.say("revoke", "web-shop").status == 0
    said = stocked.say("revoke", "web-shop")
    assert (said.status, said.code) == (1, "command.nobody")
    assert stocked.say("token", "a shop").code == "command.shop_name"


def test_whoever_has_seen_enough_of_an_export_ends_it_in_peace(stocked: Host) -> None:
    with subprocess.Popen(
        [*STOREHAND, "export", "orders"],
        env={**stocked.environment, "PYTHONUNBUFFERED": "1"},
        cwd=stocked.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_another_folder_named_app_is_not_taken_for_ours(stocked: Host) -> None:
    (stocked.folder / "app").mkdir()
    (stocked.folder / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')")
    program = shutil.which("storehand", path=str(Path(STOREHAND[0]).parent))
    assert program is not None
    done = subprocess.run(
        [program, "audit"], env=stocked.environment, cwd=stocked.folder, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert os.sep in program

"""The PostgreSQL that the tests run on is a real one, empty for each test, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.postgres import NOBODY, NoPostgresError, PostgresServer, find_binaries, running_postgres


def test_a_real_server_answers(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        version: str = connection.execute(text("SELECT version()")).scalar_one()
        tcp: str = connection.execute(text("SHOW listen_addresses")).scalar_one()
    engine.dispose()
    assert version.startswith("PostgreSQL ")
    assert int(version.split()[1].split(".", maxsplit=1)[0]) >= 15
    assert tcp == ""


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_database(database_url: str, turn: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE item (sku TEXT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO item VALUES (:sku)"), {"sku": turn})
        assert connection.execute(text("SELECT sku FROM item")).scalars().all() == [turn]
    engine.dispose()


def test_a_database_is_dropped_although_somebody_is_still_in_it(postgres_server: PostgresServer) -> None:
    with postgres_server.fresh_database() as name:
        forgotten = psycopg.connect(postgres_server.conninfo(name))
    with psycopg.connect(postgres_server.conninfo("postgres")) as connection:
        left = connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()
    forgotten.close()
    assert left == (0,)


def test_a_durable_server_syncs_its_commits() -> None:
    with running_postgres(durable=True) as server, psycopg.connect(server.conninfo("postgres")) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        home = server.socket_dir
    assert shown == [("on",), ("on",)]
    assert not home.exists()


def test_binaries_that_nobody_may_read_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = find_binaries().parent.parent
    (closed / package.name).symlink_to(package)
    (closed / f"{package.name}.libs").symlink_to(package.with_name(f"{package.name}.libs"))
    monkeypatch.setenv("PG_BINDIR", str(closed / package.name / find_binaries().relative_to(package)))
    monkeypatch.setattr("tests.postgres._is_open_to_all", lambda directory: closed not in directory.parents)
    with running_postgres() as server, psycopg.connect(server.conninfo("postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        copies = list((server.socket_dir / "program").rglob("*"))
        owners = {copy.lstat().st_uid for copy in copies}
    assert owners == ({NOBODY} if os.geteuid() == 0 else set())


def test_a_missing_postgres_is_a_failure_in_clear_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    with pytest.raises(NoPostgresError, match=r"(?s)need a real PostgreSQL.*make env.*PG_BINDIR") as refused:
        find_binaries()
    assert str(tmp_path) in str(refused.value)


def test_a_server_does_not_outlive_tests_that_were_killed() -> None:
    program = (
        "import time\nfrom tests.postgres import running_postgres\n"
        "with running_postgres() as server:\n    print(server.socket_dir, flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        home = Path(tests.stdout.readline().strip())
        assert (home / "data" / "postmaster.pid").exists()
        tests.send_signal(signal.SIGKILL)
    give_up = time.monotonic() + 30
    while home.exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    assert not home.exists()

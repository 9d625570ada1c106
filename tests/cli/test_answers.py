"""What is wrong is said in one line with its code, before anything is begun."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest

from app.cli.failing import refusal
from tests.cli.running import Host


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("station", "--frobnicate"),
        ("central", "--port", "99999"),
        ("central", "--port", "http"),
        ("robot", "--size", "39x15"),
        ("robot", "--orders", "0"),
        ("export", "everything"),
    ],
)
def test_what_is_no_command_is_refused_with_a_way_to_help(host: Host, arguments: tuple[str, ...]) -> None:
    said = host.say(*arguments)
    assert (said.status, said.code) == (2, "command.usage")


@pytest.mark.parametrize(
    ("database", "code"),
    [
        ("central.db", "database.wrong_url"),
        ("sqlite://", "database.wrong_url"),
        ("mysql://host/name", "database.wrong_url"),
        ("postgresql://host:port/name", "database.wrong_url"),
        ("sqlite:///nowhere.db", "database.none"),
        ("sqlite:////dev/null/no/folder.db", "database.none"),
        ("postgresql://me:hush@127.0.0.1:1/name", "database.unreachable"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_with_what_would_be_right(
    host: Host, database: str, code: str
) -> None:
    said = host.say("audit", "--database", database)
    assert (said.status, said.code) == (2, code)
    assert "hush" not in said.err
    assert not any(host.folder.iterdir())


def test_a_postgresql_without_storehand_and_one_with_something_else_are_told_apart(
    host: Host, postgres_url: str
) -> None:
    assert host.say("audit", "--database", postgres_url).code == "database.empty"
    assert host.say("code", "--database", f"{postgres_url}&dbname=nowhere").code == "database.unreachable"


def test_files_that_are_no_books_stay_as_they_are(host: Host, filled: Path) -> None:
    rubbish, foreign, newer = (host.folder / f"{name}.db" for name in ("rubbish", "foreign", "newer"))
    rubbish.write_bytes(b"no database" * 100)
    with sqlite3.connect(foreign) as books:
        books.execute("CREATE TABLE recipe (name)")
    newer.write_bytes(filled.read_bytes())
    with sqlite3.connect(newer) as books:
        books.execute("UPDATE alembic_version SET version_num = '9999_later'")
    for file, code in ((rubbish, "broken"), (foreign, "foreign"), (newer, "newer")):
        for command in (("audit",), ("import", host.folder)):
            said = host.say(*command, "--database", f"sqlite:///{file}")
            assert (said.status, said.code) == (2, f"database.{code}")


def test_a_site_that_nobody_made_is_refused_by_those_who_only_look(stocked: Host) -> None:
    assert stocked.say("audit", "--site", "elsewhere").code == "database.no_site"
    assert stocked.say("import", ".", "--site", "Else Where").code == "site.wrong_id"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--host", "192.0.2.1"), "central.wrong_host"),
        (("--host", "no-such-host.invalid"), "central.wrong_host"),
        (("--certificate", "c.pem"), "central.half_a_certificate"),
        (("--certificate", "c.pem", "--key", "k.pem"), "central.wrong_certificate"),
        (("--database", "central.db"), "database.wrong_url"),
    ],
)
def test_a_central_that_cannot_listen_makes_no_database(
    host: Host, arguments: tuple[str, ...], code: str
) -> None:
    said = host.say("central", *arguments)
    assert (said.status, said.code) == (2, code)
    assert not host.home.exists()


def test_a_port_that_is_taken_is_named(host: Host) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = host.say("central", "--port", str(port))
    assert (said.status, said.code) == (2, "central.port_taken")
    assert str(port) in said.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[central", "setting.no_toml"),
        ("[central]\nprot = 1", "setting.unknown"),
        ("[central]\nport = 'http'", "setting.wrong"),
        ('[central]\ncarrier_secret_files = { heron = "nowhere" }', "setting.secret_file"),
        ('[central]\nrate_cards = "nowhere"', "rate_cards.refused"),
    ],
)
def test_a_wrong_settings_file_is_said_with_its_place(host: Host, text: str, code: str) -> None:
    (host.folder / "storehand.toml").write_text(text)
    said = host.say("central")
    assert (said.status, said.code) == (2, code)


def test_nobody_reads_a_traceback() -> None:
    (line,) = refusal(KeyError("what nobody thought of"))
    assert line.endswith("[command.fault]")
    report = Path(line.partition(" in ")[2].rpartition(".txt")[0] + ".txt")
    try:
        assert "what nobody thought of" in report.read_text()
        assert report.stat().st_mode & 0o077 == 0
    finally:
        report.unlink()

"""A machine for each test, a small warehouse in files, and a central that several tests may look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.central import tokens
from app.central.store import Store
from config.demo import write_warehouse
from tests.cli.running import Host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo warehouse with three orders, in import files. Nobody may change them."""
    folder = tmp_path_factory.mktemp("warehouse")
    write_warehouse(folder, seed=1, orders=3, now=datetime.now(UTC).replace(microsecond=0))
    return folder


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, warehouse: Path) -> Path:
    """A SQLite database with the warehouse in it: copy it, do not change it."""
    host = Host(tmp_path_factory.mktemp("filled"))
    host.told("import", warehouse)
    return host.home / "central.db"


@pytest.fixture
def stocked(host: Host, filled: Path) -> Host:
    """A machine whose own database holds the warehouse."""
    host.home.mkdir(mode=0o700)
    (host.home / "central.db").write_bytes(filled.read_bytes())
    return host


@dataclass(frozen=True, slots=True)
class Served:
    """A central that serves, for tests that do not mind what others do there."""

    url: str
    store: Store

    def code(self) -> str:
        return self.store.write("main", tokens.issue_enrolment)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Iterator[Served]:
    host = Host(tmp_path_factory.mktemp("served"))
    host.home.mkdir(mode=0o700)
    (host.home / "central.db").write_bytes(filled.read_bytes())
    store = Store(f"sqlite:///{host.home}/central.db")
    try:
        with host.central() as url:
            yield Served(url, store)
    finally:
        store.close()

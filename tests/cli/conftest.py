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


SMALL = {
    "items": ("sku,name,length_mm,width_mm,height_mm,weight_g", "MUG-WHITE,Mug,100,90,90,300"),
    "barcodes": ("barcode,sku", "4006381333931,MUG-WHITE"),
    "locations": ("location,zone,x_mm,y_mm,check_code", "A-01,FAST,0,1850,42"),
    "cartons": (
        (
            "carton,name,inner_length_mm,inner_width_mm,inner_height_mm,outer_length_mm,outer_width_mm,"
            "outer_height_mm,empty_weight_g,max_weight_g"
        ),
        "BOX,Box,300,200,150,310,210,160,150,10000",
    ),
    "stock": (
        "reference,kind,at,location,sku,quantity",
        "OPENING,opening,2026-01-05T06:00:00Z,A-01,MUG-WHITE,5000",
    ),
}


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of one item at one place, in import files. Nobody may change them."""
    folder = tmp_path_factory.mktemp("small")
    for name, rows in SMALL.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, small: Path) -> Path:
    """A SQLite database with the small warehouse in it: copy it, do not change it."""
    host = Host(tmp_path_factory.mktemp("filled"))
    host.told("import", small)
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

"""A small warehouse in a database, built through the real doors: items, bins, stock, orders."""

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from app.central import allocating, catalogue, documents, intake, ledger, migrate
from app.central.documents import DocumentKind, StockRow
from app.central.intake import OrderIn
from app.central.store import Store, Tx
from app.model.floor import Location, LocationKind
from app.model.items import Barcode, Item
from app.model.known import SiteSettings
from app.model.stock import Account, Movement, bin_place

SITE = "site-1"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SERVICES = ("economy", "express", "standard")


class Clock:
    """A clock that stands until somebody moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def open_books(url: str, clock: Clock | None = None) -> Store:
    """An empty site in a database of this release."""
    if url.startswith("sqlite"):
        shutil.copyfile(_prepared_file(), str(make_url(url).database))
    else:
        _copy_prepared_database(make_url(url))
    return Store(url, clock or Clock())


def _prepare(url: str) -> None:
    migrate.upgrade(url)
    with closing(Store(url, Clock())) as store:
        migrate.create_site(store, SITE, "Test site", "4012345", SiteSettings(name="Test site"), SERVICES)


@cache
def _prepared_file() -> Path:
    """One migrated database for each process that runs tests; each test gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="storehand-books-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _prepare(f"sqlite:///{folder}/central.db")
    return folder / "central.db"


@cache
def _prepared_database(server: URL) -> str:
    name = "storehand_prepared"
    with closing(psycopg.connect(_conninfo(server), autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    _prepare(server.set(database=name).render_as_string(hide_password=False))
    return name


def _copy_prepared_database(url: URL) -> None:
    """Put a copy of the migrated database in place of the empty one that the test was lent."""
    server = url.set(database="postgres")
    template, name = sql.Identifier(_prepared_database(server)), sql.Identifier(str(url.database))
    with closing(psycopg.connect(_conninfo(server), autocommit=True)) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))


def _conninfo(url: URL) -> str:
    return f"host={url.query['host']} user={url.username} dbname={url.database}"


def an_item(sku: str, **values: Any) -> Item:
    given: dict[str, Any] = {
        "sku": sku,
        "name": f"Item {sku}",
        "style": sku,
        "variant": (),
        "length_mm": 100,
        "width_mm": 80,
        "height_mm": 50,
        "weight_g": 200,
        "barcodes": (Barcode(f"EAN-{sku}", 1),),
    }
    return Item(**{**given, **values})


def a_bin(code: str, *, reserve: bool = False, pickable: bool = True) -> Location:
    kind = LocationKind.RESERVE if reserve else LocationKind.PICK_FACE
    return Location(code, "A", kind, 0, 0, pickable, "11")


def stock_up(
    store: Store,
    stock: Iterable[tuple[str, str, int] | tuple[str, str, int, str, date]],
    *,
    reserve: Iterable[str] = (),
) -> None:
    """Items, pick faces and opening balances: ``(location, sku, units)`` or with a lot and its expiry."""
    rows = [(*row, "", None)[:5] if len(row) == 3 else row for row in stock]
    lots = {sku for _, sku, _, lot, _ in rows if lot}
    far = set(reserve)

    def work(tx: Tx) -> None:
        catalogue.save_items(
            tx,
            [
                an_item(sku, lot_controlled=sku in lots, expiry_controlled=sku in lots)
                for sku in dict.fromkeys(sku for _, sku, *_ in rows)
            ],
        )
        catalogue.save_locations(
            tx, [a_bin(code, reserve=code in far) for code in dict.fromkeys(code for code, *_ in rows)]
        )
        for code, sku, units, lot, expires in rows:
            if units:
                documents.post(
                    tx, StockRow("OPEN", DocumentKind.OPENING, NOON, code, sku, lot, expires, units)
                )

    store.write(SITE, work)


ADDRESS: Mapping[str, str] = {
    "name": "Ada Lovelace",
    "street": "Main Street 1",
    "city": "Berlin",
    "postcode": "10115",
    "country": "DE",
    "email": "ada@example.org",
}


def an_order(number: str, *lines: tuple[str, int], **values: Any) -> OrderIn:
    given: dict[str, Any] = {
        "number": number,
        "ship_by": "2026-11-24T16:00:00Z",
        "service": "standard",
        "ship_to": dict(ADDRESS),
        "lines": [
            {"number": number, "sku": sku, "quantity": quantity}
            for number, (sku, quantity) in enumerate(lines, start=1)
        ],
    }
    return OrderIn.model_validate({**given, **values})


def receive(store: Store, *contents: OrderIn) -> None:
    for content in contents:
        store.write(SITE, lambda tx, content=content: intake.receive(tx, content))  # type: ignore[misc]


def allocate(store: Store) -> tuple[str, ...]:
    return allocating.run(store, SITE)


def bound(store: Store) -> set[tuple[str, int, str, str, str, int]]:
    """Order, line, location, SKU, lot and units of all reservations."""
    return store.read(
        SITE,
        lambda tx: {
            (row.order_number, row.line, row.location, row.sku, row.lot, row.quantity)
            for row in ledger.reservations(tx)
        },
    )


def balance(store: Store, place: str, sku: str, lot: str = "") -> tuple[int, int]:
    """On hand and reserved."""

    def work(tx: Tx) -> tuple[int, int]:
        found = ledger.lock(tx, [(place, sku, lot)])[place, sku, lot]
        return found.on_hand, found.reserved

    return store.write(SITE, work)


def put(tx: Tx, location: str, sku: str, units: int, reference: str = "MORE") -> None:
    ledger.move(tx, Movement(sku, "", Account.SUPPLIER.value, bin_place(location), units, reference))

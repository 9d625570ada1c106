"""The demo's warehouse as one terminal knows it: 640 locations, 300 items, tours to walk, totes to pack, trouble."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from app.central.inbox import FIXES
from app.model.exceptions import ExceptionKind, ExceptionState, WarehouseException
from app.model.floor import Aisles, Cart, Floor, Location, LocationKind, ToteUse
from app.model.items import Barcode, Item, PackLevel
from app.model.known import Known, SiteSettings, StationState
from app.model.orders import Address, ShortPolicy
from app.model.parcels import Carton
from app.model.people import Operator, Role
from app.model.work import Content, LentTour, PackJob, PackLine, PackTote, Task, Tour
from config.demo import badges, write_warehouse

STATION = "DEMO-1"
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
PICKER, PACKER, SUPERVISOR = "op-1", "op-3", "op-5"
SHIP_TO = Address("Clara Weber", "Chausseestrasse 8", "Berlin", "DE", "10115")

_Files = dict[str, list[dict[str, str]]]


def badge_of(operator: str) -> str:
    return f"BADGE:{badges()[operator][0]}"


@cache
def _files() -> _Files:
    with tempfile.TemporaryDirectory() as folder:
        write_warehouse(Path(folder), seed=1, orders=60, now=NOW)
        return {
            path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            for path in sorted(Path(folder).glob("*.csv"))
        }


def a_floor(*, online: bool = True) -> Known:
    """Everything but work: nobody has been lent anything yet."""
    known = Known(station=STATION, online=online)
    known.learn("settings", "site", SiteSettings(name="demo"))
    files = _files()
    described = {name: int(value) for name, value in files["aisles"][0].items()}
    aisles = TypeAdapter(Aisles).validate_python(described)
    known.learn("floor", "floor", Floor(aisles=aisles))
    for item in _items(files):
        known.learn("item", item.sku, item)
    for row in files["locations"]:
        known.learn(
            "location",
            row["location"],
            Location(
                row["location"],
                row["zone"],
                LocationKind(row["kind"]),
                int(row["x_mm"]),
                int(row["y_mm"]),
                row["pickable"] == "yes",
                row["check_code"],
            ),
        )
    for row in files["equipment"]:
        if row["kind"] == "cart":
            known.learn("cart", row["code"], Cart(row["code"], int(row["slots"])))
        else:
            known.learn("tote", row["code"], ToteUse(row["code"]))
    for row in files["cartons"]:
        sizes = (int(value) for name, value in row.items() if name.endswith(("_mm", "_g")))
        known.learn("carton", row["carton"], Carton(row["carton"], row["name"], *sizes))
    for row in files["operators"]:
        digest = hashlib.sha256(row["badge"].encode()).hexdigest()
        known.learn("operator", row["id"], Operator(row["id"], row["name"], (Role(row["roles"]),), digest))
    return known


def _items(files: _Files) -> Iterator[Item]:
    codes: dict[str, list[Barcode]] = {}
    for row in files["barcodes"]:
        code = Barcode(row["barcode"], int(row["quantity"]), PackLevel(row["level"]))
        codes.setdefault(row["sku"], []).append(code)
    for row in files["items"]:
        pairs = (pair.split("=") for pair in row["variant"].split(";") if pair)
        flags = {name: row[name] == "yes" for name in ("lot", "expiry", "serial", "fragile")}
        yield Item(
            sku=row["sku"],
            name=row["name"],
            style=row["style"],
            variant=tuple((axis, value) for axis, value in pairs),
            length_mm=int(row["length_mm"]),
            width_mm=int(row["width_mm"]),
            height_mm=int(row["height_mm"]),
            weight_g=int(row["weight_g"]),
            barcodes=tuple(codes.get(row["sku"], [])),
            lot_controlled=flags["lot"],
            expiry_controlled=flags["expiry"],
            serial_controlled=flags["serial"],
            fragile=flags["fragile"],
            hazard_class=row["hazard_class"],
        )


def a_tour(*, stops: int = 6, quantities: Sequence[int] = (2, 1, 8, 3, 1, 1), totes: int = 3) -> Tour:
    """A walk through the demo's aisles in the order of their codes, items with lots and without."""
    stock = sorted(_files()["stock"], key=lambda row: row["location"])[
        :: max(1, len(_files()["stock"]) // stops)
    ]
    tasks = tuple(
        Task(
            f"t{number}",
            f"S{1001 + number % totes}",
            1 + number // totes,
            row["sku"],
            row["lot"],
            row["location"],
            quantities[number % len(quantities)],
            number % totes,
        )
        for number, row in enumerate(stock[:stops])
    )
    orders = tuple(f"S{1001 + slot}" for slot in range(min(totes, stops)))
    return Tour("R-0007", "CART-1", 1, NOW + timedelta(hours=4), orders, tasks, 148_000, 223_000, "exact")


def lend_tour(known: Known, tour: Tour | None = None) -> Tour:
    tour = tour or a_tour()
    known.learn("tour", tour.id, LentTour(tour, known.station, PICKER))
    return tour


def lend_packs(known: Known, orders: int = 5) -> None:
    """Orders whose totes wait at the drop place."""
    for number, row in enumerate(_files()["stock"][:orders]):
        order, tote = f"S{1101 + number}", f"T-{150 + number}"
        mug = next(sku for sku, item in known.items.items() if item.fragile)
        contents = (Content(1, row["sku"], row["lot"], 2), Content(2, mug, "", 1))
        lines = tuple(PackLine(each.line, each.sku, each.quantity, 0, 0) for each in contents)
        job = PackJob(
            order,
            5,
            NOW + timedelta(hours=number),
            "standard",
            ShortPolicy.SHIP_PART,
            SHIP_TO,
            lines,
            (PackTote(tote, "DROP-1", contents),),
        )
        known.learn("pack_job", order, job)
        known.learn("tote", tote, ToteUse(tote, order, "R-0001", "STATION-2", "DROP-1"))


def some_trouble(known: Known) -> None:
    """Five entries of the inbox, one of them taken, and two terminals."""
    short = {
        "location": "C-07-1",
        "sku": "TSH-S-NAVY",
        "lot": "-",
        "found": "0",
        "missing": "2",
        "order": "S1009",
    }
    overdue = {"tour": "R-0003", "cart": "CART-2", "station": "STATION-2", "operator": "op-2"}
    broken = {"location": "K-11-1", "sku": "MUG-NAVY", "lot": "-", "quantity": "1", "station": STATION}
    address = {"read": "1011", "wanted": "five digits in DE"}
    stuck = (
        (ExceptionKind.SHORT_PICK, "location", "C-07-1 TSH-S-NAVY", "pick.found_fewer", short),
        (ExceptionKind.ORDER_HELD, "order", "S1044", "hold.address_postcode", address),
        (ExceptionKind.TOUR_OVERDUE, "tour", "R-0003", "tour.overdue", overdue),
        (ExceptionKind.DAMAGED, "location", "K-11-1 MUG-NAVY", "pick.damaged_there", broken),
        (
            ExceptionKind.UNEXPLAINED,
            "item",
            "OAT-NUT",
            "stock.unexplained",
            {"quantity": "3", "sku": "OAT-NUT", "lot": "L7", "place": "D-02-1"},
        ),
    )
    for number, (kind, subject_kind, subject, code, params) in enumerate(stuck):
        entry = WarehouseException(
            f"x{number}",
            kind,
            subject_kind,
            subject,
            code,
            tuple(params.items()),
            NOW - timedelta(minutes=90 - 7 * number),
            NOW + timedelta(hours=1 + 3 * number),
            FIXES[kind],
            owner="op-6" if kind is ExceptionKind.DAMAGED else "",
            state=ExceptionState.TAKEN if kind is ExceptionKind.DAMAGED else ExceptionState.OPEN,
        )
        known.learn("exception", entry.id, entry)
    known.learn("station", STATION, StationState(STATION, PICKER, "picking", NOW.isoformat(), 0, 0))
    known.learn(
        "station", "STATION-2", StationState("STATION-2", "op-2", "picking", NOW.isoformat(), 14, 240)
    )

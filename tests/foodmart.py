"""Real products and a real store's busiest day as the files that Storehand imports.

The data is FoodMart (Apache-2.0, julianhyde/foodmart-data-json), which lies beside the project and is no part of it.
Weights there have no unit; as ounces they fit the sizes. The floor, the stock, the names and the streets are made up.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.demo.warehouse import check_digit

DATA = Path(__file__).parents[2] / "shared" / "data" / "foodmart"

_GRAMS_PER_OUNCE = 28.35
_AISLES, _BAYS = 26, 60
_AISLE_MM, _BAY_MM = 3000, 900
_COUNTRIES = {"USA": "US", "Mexico": "MX", "Canada": "CA"}
_SPARE = 6
"""Units of each product beside those that the day needs."""

Row = Mapping[str, object]


def write_foodmart(folder: Path, *, orders: int, now: datetime) -> int:
    """Write the import files with the first ``orders`` orders of the busiest day of a store; how many there are."""
    products = {entry["product_id"]: entry for entry in _read("product")}
    classes = {entry["product_class_id"]: entry for entry in _read("product_class")}
    store, day = _busiest_day()
    chosen = dict(list(day.items())[:orders])
    needed: dict[int, int] = defaultdict(int)
    for lines in chosen.values():
        for product, quantity in lines:
            needed[product] += quantity
    places = {product: _place(index) for index, product in enumerate(products)}
    _write(folder / "items.csv", (_item(entry, classes) for entry in products.values()))
    _write(folder / "barcodes.csv", (row for entry in products.values() for row in _barcodes(entry)))
    _write(folder / "locations.csv", [*places.values(), *_docks()])
    _write(folder / "walkways.csv", _walkways())
    _write(folder / "equipment.csv", _equipment())
    _write(folder / "cartons.csv", _cartons())
    _write(folder / "operators.csv", _operators())
    _write(
        folder / "stock.csv",
        (
            _stock(products[product], str(place["location"]), needed[product] + _SPARE, now)
            for product, place in places.items()
        ),
    )
    _write(folder / "orders.csv", _orders(chosen, products, store, now))
    return len(chosen)


def _busiest_day() -> tuple[Mapping[str, Any], dict[int, list[tuple[int, int]]]]:
    """The store and its orders: what each customer bought there on the day with the most customers."""
    days: dict[tuple[int, int], dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for sale in _read("sales_fact_dec_1998"):
        bought = (sale["product_id"], int(sale["unit_sales"]))
        days[sale["store_id"], sale["time_id"]][sale["customer_id"]].append(bought)
    busiest = max(days, key=lambda day: (len(days[day]), day))
    store = next(entry for entry in _read("store") if entry["store_id"] == busiest[0])
    return store, dict(days[busiest])


def _read(name: str) -> Iterator[dict[str, Any]]:
    with (DATA / f"{name}.json").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)


def _item(entry: Mapping[str, Any], classes: Mapping[int, Mapping[str, Any]]) -> Row:
    """Brand and subcategory make a style; what is left of the product's name tells its sisters apart."""
    brand, subcategory = entry["brand_name"], classes[entry["product_class_id"]]["product_subcategory"]
    return {
        "sku": entry["SKU"],
        "name": f"{brand} {subcategory}",
        "style": f"{brand} {subcategory}",
        "variant": f"kind={entry['product_name'].removeprefix(brand).strip()}",
        "length_mm": round(entry["shelf_depth"] * 10),
        "width_mm": round(entry["shelf_width"] * 10),
        "height_mm": round(entry["shelf_height"] * 10),
        "weight_g": round(entry["gross_weight"] * _GRAMS_PER_OUNCE),
        **dict.fromkeys(("lot", "expiry", "serial", "fragile"), "no"),
        "hazard_class": "",
    }


def _barcodes(entry: Mapping[str, Any]) -> Iterator[Row]:
    """The SKUs are UPC-A numbers without their check digit; a case carries the same as a GTIN-14."""
    upc, case = str(entry["SKU"]), f"10{entry['SKU']}"
    yield {"sku": upc, "barcode": f"{upc}{check_digit(upc)}", "quantity": 1, "level": "unit"}
    if entry["units_per_case"] > 1:
        row = {"barcode": f"{case}{check_digit(case)}", "quantity": entry["units_per_case"], "level": "case"}
        yield {"sku": upc, **row}


def _place(index: int) -> Row:
    aisle, bay = divmod(index, _BAYS)
    return {
        "location": f"{chr(ord('A') + aisle)}-{bay + 1:02}",
        "zone": "FOOD",
        "kind": "pick_face",
        "x_mm": aisle * _AISLE_MM,
        "y_mm": (bay + 1) * _BAY_MM,
        "pickable": "yes",
        "check_code": f"{(index * 37) % 100:02}",
    }


def _docks() -> Iterator[Row]:
    for code, kind, aisle in (("DROP-1", "drop", 4), ("DROP-2", "drop", 20), ("HOSPITAL", "hospital", 12)):
        yield {
            "location": code,
            "zone": "DOCK",
            "kind": kind,
            "x_mm": aisle * _AISLE_MM,
            "y_mm": 0,
            "pickable": "no",
            "check_code": "",
        }


def _walkways() -> Iterator[Row]:
    right, back = (_AISLES - 1) * _AISLE_MM, (_BAYS + 1) * _BAY_MM
    for y in (0, back):
        yield {"x1_mm": 0, "y1_mm": y, "x2_mm": right, "y2_mm": y}
    for aisle in range(_AISLES):
        yield {"x1_mm": aisle * _AISLE_MM, "y1_mm": 0, "x2_mm": aisle * _AISLE_MM, "y2_mm": back}


def _equipment() -> Iterator[Row]:
    for number in range(1, 5):
        yield {"kind": "cart", "code": f"CART-{number}", "slots": 6}
    for number in range(1, 61):
        yield {"kind": "tote", "code": f"T-{100 + number}", "slots": ""}


def _cartons() -> Iterator[Row]:
    sizes = (
        ("BOX-S", "Small box", 300, 220, 180, 190),
        ("BOX-M", "Medium box", 400, 300, 250, 340),
        ("BOX-L", "Large box", 550, 400, 350, 620),
        ("BOX-XL", "Extra large box", 700, 500, 500, 1100),
    )
    for code, name, length, width, height, weight in sizes:
        inner = {"inner_length_mm": length, "inner_width_mm": width, "inner_height_mm": height}
        outer = {"outer_length_mm": length + 8, "outer_width_mm": width + 8, "outer_height_mm": height + 12}
        yield {
            "carton": code,
            "name": name,
            **inner,
            **outer,
            "empty_weight_g": weight,
            "max_weight_g": 31_500,
        }


def _operators() -> Iterator[Row]:
    people = (
        ("op-1", "Rosa Diaz", "picker", "FM4QW7N2M5TBX3JH6RDVPY9CLA", ""),
        ("op-2", "Luz Vega", "packer", "FM7B2NLW9TCR4MKZ6HVYD3JPFA", ""),
        ("op-3", "Ana Paz", "supervisor", "FMRK4TQX2ZNM7CVL5BJYH3DPSA", "8642"),
    )
    for id_, name, roles, badge, pin in people:
        yield {"id": id_, "name": name, "roles": roles, "badge": badge, "pin": pin}


def _stock(entry: Mapping[str, Any], location: str, quantity: int, now: datetime) -> Row:
    return {
        "reference": "OPENING",
        "kind": "opening",
        "at": now.isoformat(timespec="seconds"),
        "location": location,
        "sku": entry["SKU"],
        "lot": "",
        "expires": "",
        "quantity": quantity,
    }


def _orders(
    chosen: Mapping[int, Sequence[tuple[int, int]]],
    products: Mapping[int, Mapping[str, Any]],
    store: Mapping[str, Any],
    now: datetime,
) -> Iterator[Row]:
    for customer, lines in chosen.items():
        for number, (product, quantity) in enumerate(lines, start=1):
            yield {
                "number": f"F{customer}",
                "priority": 5,
                "ship_by": (now + timedelta(hours=20)).isoformat(timespec="seconds"),
                "service": "economy",
                "policy": "ship_part",
                "name": f"Customer {customer}",
                "company": "",
                "street": f"Calle {customer}",
                "street2": "",
                "postcode": store["store_postal_code"],
                "city": store["store_city"],
                "region": store["store_state"],
                "country": _COUNTRIES[store["store_country"]],
                "phone": "",
                "email": f"customer.{customer}@example.org",
                "line": number,
                "sku": products[product]["SKU"],
                "variant": "",
                "quantity": quantity,
            }

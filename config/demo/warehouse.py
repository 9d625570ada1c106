"""Writes the demo warehouse as the CSV files of ``docs/import.md``. The same seed writes the same files."""

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from config.demo.assortment import Style, styles

AISLES, BAYS = 16, 20
AISLE_MM, BAY_MM, CROSS_MM = 3000, 1200, 2500
CARTS, TOTES, SLOTS = 6, 80, 6

_PEOPLE = (
    ("op-1", "Pia Berg", "picker", "ZK4QW7N2M5TBX3JH6RDVPY9CLA", ""),
    ("op-2", "Piet Claes", "picker", "H8TM3VXN5RQ2ZKWD7JYBL4CPGA", ""),
    ("op-3", "Paola Ricci", "packer", "QX7B2NLW9TCR4MKZ6HVYD3JPFA", ""),
    ("op-4", "Pascal Roux", "packer", "M2ZC8RVK5XTN7WJQ3LYHB4DPGA", ""),
    ("op-5", "Sofia Lind", "supervisor", "W9RK4TQX2ZNM7CVL5BJYH3DPSA", "2468"),
    ("op-6", "Simon Hall", "supervisor", "C5VX8MKZ3QTW6NRJ2LHYB7DPTA", "1357"),
)
_CARTONS = (
    ("BOX-S", "Small box", 220, 160, 100, 120, 5_000),
    ("BOX-M", "Medium box", 320, 240, 160, 260, 12_000),
    ("BOX-L", "Large box", 480, 360, 260, 520, 25_000),
    ("BOX-XL", "Extra large box", 600, 420, 420, 900, 31_500),
)
_CITIES = (
    ("Hamburg", "20457", "DE", "Am Sandtorkai 12"),
    ("Berlin", "10115", "DE", "Chausseestrasse 8"),
    ("Köln", "50667", "DE", "Hohe Strasse 41"),
    ("München", "80331", "DE", "Sendlinger Strasse 3"),
    ("Leipzig", "04109", "DE", "Grimmaische Strasse 20"),
    ("Wien", "1010", "AT", "Graben 21"),
    ("Amsterdam", "1012 JS", "NL", "Damrak 70"),
    ("Lyon", "69002", "FR", "Rue Mercière 15"),
    ("Milano", "20121", "IT", "Via Brera 9"),
    ("København", "1150", "DK", "Købmagergade 50"),
)
_FIRST = ("Anna", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hugo", "Ida", "Jonas", "Karla", "Luis")
_LAST = ("Maier", "Rossi", "Jansen", "Dupont", "Novak", "Hansen", "Weber", "Moreau", "Fischer", "Vogel")

Row = Mapping[str, object]


def badges() -> dict[str, tuple[str, str]]:
    """By operator: the badge's secret, and the PIN where there is one."""
    return {operator: (badge, pin) for operator, _, _, badge, pin in _PEOPLE}


def check_digit(digits: str) -> int:
    """GS1's check digit (General Specifications, 7.9)."""
    return (
        -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10
    )


def ean13(number: int) -> str:
    """A code from the range that is free for use inside a company (prefix 20)."""
    body = f"20{number:010}"
    return f"{body}{check_digit(body)}"


def write_warehouse(folder: Path, *, seed: int, orders: int, now: datetime) -> None:
    """Write every file into ``folder``. Stock is enough for all orders; orders ship within the next three days."""
    chance = random.Random(seed)
    assortment = styles()
    items = [(style, variant) for style in assortment for variant in range(len(style.variants))]
    _write(folder / "items.csv", (_item(style, variant) for style, variant in items))
    _write(
        folder / "barcodes.csv",
        (row for number, pair in enumerate(items) for row in _barcodes(number, *pair)),
    )
    _write(folder / "zones.csv", _zones())
    _write(folder / "locations.csv", [*_locations(chance), *_places()])
    _write(folder / "aisles.csv", _aisles())
    _write(folder / "equipment.csv", _equipment())
    _write(folder / "cartons.csv", map(_carton, _CARTONS))
    _write(
        folder / "operators.csv",
        ({"id": i, "name": n, "roles": r, "badge": b, "pin": p} for i, n, r, b, p in _PEOPLE),
    )
    _write(folder / "stock.csv", _stock(items, now, chance))
    _write(folder / "orders.csv", _orders(items, orders, now, chance))


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)


def _sku(style: Style, variant: int) -> str:
    values = "-".join("".join(word[:5] for word in value.split()) for _, value in style.variants[variant])
    return f"{style.code}-{values}".upper().replace(".", "")


def _item(style: Style, variant: int) -> Row:
    length, width, height = style.size
    return {
        "sku": _sku(style, variant),
        "name": style.name,
        "style": style.code,
        "variant": ";".join(f"{axis}={value}" for axis, value in style.variants[variant]),
        "length_mm": length,
        "width_mm": width,
        "height_mm": height,
        "weight_g": style.weight_g,
        **{flag: "yes" if flag in style.flags else "no" for flag in ("lot", "expiry", "serial", "fragile")},
        "hazard_class": style.hazard_class,
    }


def _barcodes(number: int, style: Style, variant: int) -> Iterable[Row]:
    sku = _sku(style, variant)
    yield {"barcode": ean13(number * 3 + 1), "sku": sku, "quantity": 1, "level": "unit"}
    if style.case:
        yield {"barcode": ean13(number * 3 + 2), "sku": sku, "quantity": style.case, "level": "case"}


def _aisle_x(aisle: int) -> int:
    return aisle * AISLE_MM


def _bay_y(bay: int) -> int:
    half = BAYS // 2
    return CROSS_MM // 2 + bay * BAY_MM + (BAY_MM // 2) + (CROSS_MM if bay >= half else 0)


def _code(aisle: int, bay: int, level: int) -> str:
    return f"{chr(ord('A') + aisle)}-{bay + 1:02}-{level}"


def _zones() -> Iterable[Row]:
    yield {"zone": "FAST", "scan": "location; item", "other_lot": "no", "zero_check": "yes"}
    yield {"zone": "RESERVE", "scan": "location; item", "other_lot": "yes", "zero_check": "no"}


def _locations(chance: random.Random) -> Iterable[Row]:
    for aisle in range(AISLES):
        for bay in range(BAYS):
            for level, kind in ((1, "pick_face"), (2, "reserve")):
                yield {
                    "location": _code(aisle, bay, level),
                    "zone": "FAST" if level == 1 else "RESERVE",
                    "kind": kind,
                    "x_mm": _aisle_x(aisle),
                    "y_mm": _bay_y(bay),
                    "pickable": "yes",
                    "check_code": f"{chance.randrange(100):02}",
                }


def _places() -> Iterable[Row]:
    for code, kind, x in (
        ("DROP-1", "drop", 6000),
        ("DROP-2", "drop", 18000),
        ("HOSPITAL", "hospital", 30000),
    ):
        yield {
            "location": code,
            "zone": "DOCK",
            "kind": kind,
            "x_mm": x,
            "y_mm": -1500,
            "pickable": "no",
            "check_code": "00",
        }


def _aisles() -> Iterable[Row]:
    yield {
        "aisles": AISLES,
        "blocks": 2,
        "slots": BAYS // 2,
        "slot_pitch_mm": BAY_MM,
        "aisle_pitch_mm": AISLE_MM,
        "cross_aisle_mm": CROSS_MM,
    }


def _equipment() -> Iterable[Row]:
    for number in range(1, CARTS + 1):
        yield {"kind": "cart", "code": f"CART-{number}", "slots": SLOTS}
    for number in range(1, TOTES + 1):
        yield {"kind": "tote", "code": f"T-{100 + number}", "slots": ""}


def _carton(carton: tuple[str, str, int, int, int, int, int]) -> Row:
    code, name, length, width, height, weight, most = carton
    return {
        "carton": code,
        "name": name,
        "inner_length_mm": length,
        "inner_width_mm": width,
        "inner_height_mm": height,
        "outer_length_mm": length + 8,
        "outer_width_mm": width + 8,
        "outer_height_mm": height + 12,
        "empty_weight_g": weight,
        "max_weight_g": most,
    }


def _stock(items: list[tuple[Style, int]], now: datetime, chance: random.Random) -> Iterable[Row]:
    faces = [_code(aisle, bay, 1) for aisle in range(AISLES) for bay in range(BAYS)]
    reserves = [_code(aisle, bay, 2) for aisle in range(AISLES) for bay in range(BAYS)]
    chance.shuffle(faces)
    chance.shuffle(reserves)
    for number, (style, variant) in enumerate(items):
        places = [(faces[number % len(faces)], 1, 24 + chance.randrange(24))]
        places += (
            [(reserves[number % len(reserves)], 2, 60 + chance.randrange(60))] if number % 2 == 0 else []
        )
        for location, batch, quantity in places:
            lot = f"L{number:03}{'AB'[batch - 1]}" if "lot" in style.flags else ""
            expires = (now + timedelta(days=40 + 60 * batch + chance.randrange(200))).date().isoformat()
            yield {
                "reference": "OPENING",
                "kind": "opening",
                "at": now.isoformat(timespec="seconds"),
                "location": location,
                "sku": _sku(style, variant),
                "lot": lot,
                "expires": expires if "expiry" in style.flags else "",
                "quantity": quantity,
            }


def _orders(
    items: list[tuple[Style, int]], count: int, now: datetime, chance: random.Random
) -> Iterable[Row]:
    for number in range(count):
        city, postcode, country, street = chance.choice(_CITIES)
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        express = chance.random() < 0.2
        ship_by = now + timedelta(hours=6 if express else chance.choice((10, 24, 48)))
        lines = chance.choices((1, 2, 3), weights=(5, 4, 2))[0]
        for line, (style, variant) in enumerate(chance.sample(items, lines), start=1):
            yield {
                "number": f"S{1001 + number}",
                "priority": 1 if express else 5,
                "ship_by": ship_by.isoformat(timespec="seconds"),
                "service": "express" if express else "standard",
                "policy": "ship_part",
                "name": f"{first} {last}",
                "company": "",
                "street": street,
                "street2": "",
                "postcode": postcode,
                "city": city,
                "region": "",
                "country": country,
                "phone": "",
                "email": f"{first}.{last}@example.org".lower(),
                "line": line,
                "sku": _sku(style, variant),
                "variant": ";".join(f"{axis}={value}" for axis, value in style.variants[variant]),
                "quantity": chance.choices((1, 2, 3, 8), weights=(10, 5, 2, 1))[0],
            }

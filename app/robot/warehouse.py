"""The warehouse as it really is: what the import files say, and what the robot's hands have done to it since.

The books of the program are somebody else's; here lie the units themselves.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.robot.trouble import RobotError

Unit = tuple[str, str]
"""One unit: its SKU and its lot, which is empty where the item has none."""

_TRUE = frozenset({"1", "yes", "true", "y", "on", "t"})


@dataclass(frozen=True, slots=True)
class Item:
    """An item as its packaging shows it. ``codes`` are the barcodes on it with the units that each stands for."""

    sku: str
    name: str
    style: str
    variant: str
    weight_g: int
    fragile: bool
    codes: tuple[tuple[str, int], ...]
    serial: bool = False

    @property
    def unit_code(self) -> str:
        """The barcode of a single unit; empty where there is none."""
        return next((code for code, quantity in self.codes if quantity == 1), "")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a badge."""

    name: str
    roles: frozenset[str]
    badge: str
    pin: str

    def may(self, role: str) -> bool:
        """Whether this person works as that."""
        return role in self.roles or "supervisor" in self.roles


@dataclass(frozen=True, slots=True)
class Place:
    """A location with the codes on its label."""

    code: str
    kind: str
    check_code: str


@dataclass(slots=True)
class Warehouse:
    """Everything that can be touched."""

    items: Mapping[str, Item]
    people: tuple[Person, ...]
    places: Mapping[str, Place]
    carts: tuple[str, ...]
    totes: tuple[str, ...]
    cartons: Mapping[str, int]
    """Cartons by name, and what each weighs empty in grams."""
    orders: Mapping[str, tuple[str, ...]]
    """The SKUs of each order."""
    bins: dict[str, Counter[Unit]] = field(default_factory=lambda: defaultdict(Counter))
    inside: dict[str, Counter[Unit]] = field(default_factory=lambda: defaultdict(Counter))
    """What lies in each tote."""

    def there(self, location: str, sku: str, lot: str) -> int:
        """How many units of an item lie at a location; of any lot where none is named."""
        return sum(
            count
            for (what, batch), count in self.bins[location].items()
            if what == sku and lot in {"", batch}
        )

    def lift(self, location: str, sku: str, lot: str, quantity: int) -> list[Unit]:
        """Take units out of a location into the hand."""
        taken: list[Unit] = []
        for unit in sorted(self.bins[location]):
            while (
                len(taken) < quantity
                and unit[0] == sku
                and lot in {"", unit[1]}
                and self.bins[location][unit]
            ):
                self.bins[location][unit] -= 1
                taken.append(unit)
        if len(taken) < quantity:
            raise LookupError(f"{location} does not hold {quantity} of {sku} {lot}".strip())
        return taken

    def lay_back(self, location: str, units: list[Unit]) -> None:
        """Put units from the hand back into a location."""
        self.bins[location].update(units)

    def lose(self, location: str, sku: str, lot: str, left: int) -> None:
        """Fewer units are there than anybody thought."""
        self.lift(location, sku, lot, max(0, self.there(location, sku, lot) - left))

    def held_by(self, tote: str) -> list[Unit]:
        """The units in a tote, one by one."""
        return sorted(self.inside[tote].elements())

    def sisters(self, sku: str) -> Iterator[Item]:
        """The other variants of an item's style."""
        mine = self.items[sku]
        return (item for item in self.items.values() if item.style == mine.style and item.sku != sku)

    def strangers(self, sku: str) -> Iterator[Item]:
        """Items of other styles."""
        mine = self.items[sku]
        return (item for item in self.items.values() if item.style != mine.style)

    def kind_of(self, kind: str) -> list[str]:
        """The codes of all locations of a kind."""
        return [place.code for place in self.places.values() if place.kind == kind]

    def named(self, text: str) -> Item | None:
        """The item that people call so: its name, and its variant in brackets or behind it."""
        for item in self.items.values():
            if text in {item.name, f"{item.name} ({item.variant})", f"{item.name} {item.variant}", item.sku}:
                return item
        return None


def read_warehouse(folder: Path, orders: int) -> Warehouse:
    """Read the import files of a warehouse and its first ``orders`` orders.

    Raises:
        RobotError: a file or a column is missing, a number is none, or there are not so many orders.
    """
    try:
        return _read(folder, orders)
    except KeyError as error:
        raise RobotError(
            f"the files in {folder} have no column {error}; docs/import.md has the columns"
        ) from error
    except ValueError as error:
        raise RobotError(f"the files in {folder} cannot be read: {error}") from error


def _read(folder: Path, orders: int) -> Warehouse:
    codes: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in _rows(folder, "barcodes"):
        codes[row["sku"]].append((row["barcode"], int(row.get("quantity") or 1)))
    equipment = _rows(folder, "equipment")
    lines: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder, "orders"):
        lines[row["number"]].append(row["sku"])
    if len(lines) < orders:
        raise RobotError(f"{folder / 'orders.csv'} has {len(lines)} orders and {orders} were asked for")
    warehouse = Warehouse(
        items={row["sku"]: _item(row, tuple(codes[row["sku"]])) for row in _rows(folder, "items")},
        people=tuple(_person(row) for row in _rows(folder, "operators")),
        places={
            row["location"]: Place(row["location"], row.get("kind", ""), row.get("check_code", ""))
            for row in _rows(folder, "locations")
        },
        carts=tuple(row["code"] for row in equipment if row["kind"] == "cart"),
        totes=tuple(row["code"] for row in equipment if row["kind"] == "tote"),
        cartons={row["name"]: int(row["empty_weight_g"]) for row in _rows(folder, "cartons")},
        orders={order: tuple(skus) for order, skus in list(lines.items())[:orders]},
    )
    for row in sorted(_rows(folder, "stock"), key=lambda row: row.get("at", "")):
        bin_, unit, quantity = (
            warehouse.bins[row["location"]],
            (row["sku"], row.get("lot", "")),
            int(row["quantity"]),
        )
        bin_[unit] = quantity if row.get("kind") == "count" else bin_[unit] + quantity
    return warehouse


def copy_files(folder: Path, to: Path, orders: set[str]) -> None:
    """Copy the import files, of the orders only those named."""
    to.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.glob("*.csv")):
        if file.stem != "orders":
            (to / file.name).write_bytes(file.read_bytes())
    with (folder / "orders.csv").open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        with (to / "orders.csv").open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, fieldnames=list(reader.fieldnames or ()))
            writer.writeheader()
            writer.writerows(row for row in reader if row["number"] in orders)


def _rows(folder: Path, kind: str) -> list[dict[str, str]]:
    file = folder / f"{kind}.csv"
    if not file.exists():
        raise RobotError(f"{file} is missing; the robot reads it to know the floor")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [
            {name: (cell or "").strip() for name, cell in row.items() if name}
            for row in csv.DictReader(opened)
        ]


def _item(row: Mapping[str, str], codes: tuple[tuple[str, int], ...]) -> Item:
    pairs = (part.partition("=") for part in row.get("variant", "").split(";") if part.strip())
    return Item(
        sku=row["sku"],
        name=row["name"],
        style=row.get("style") or row["sku"],
        variant=" ".join(value.strip() for _, _, value in pairs),
        weight_g=int(row["weight_g"]),
        fragile=row.get("fragile", "").lower() in _TRUE,
        codes=codes,
        serial=row.get("serial", "").lower() in _TRUE,
    )


def _person(row: Mapping[str, str]) -> Person:
    roles = row["roles"].lower().replace(";", " ").replace(",", " ").replace("|", " ").split()
    return Person(row["name"], frozenset(roles), row["badge"].removeprefix("BADGE:"), row.get("pin", ""))

"""``storehand demo --sheet``: badges, carts, totes, commands, places and items of the demo as codes to scan."""

import csv
from pathlib import Path

from app.model.answers import Command
from app.model.words import phrase
from printing.sheets import Code, Section, Sheet, render_sheet

_ITEMS, _TOTES = 60, 24


def print_sheet(files: Path, target: Path) -> int:
    """Write the sheet of a folder of import files."""
    equipment = _rows(files / "equipment.csv")
    first = {row["sku"]: row["barcode"] for row in reversed(_rows(files / "barcodes.csv"))}
    sheet = Sheet(
        "Storehand demo",
        (
            Section("People", tuple(_badge(row) for row in _rows(files / "operators.csv"))),
            Section("Commands", (*_commands(), *_typing())),
            Section(
                "Carts", tuple(Code(row["code"], row["code"]) for row in equipment if row["kind"] == "cart")
            ),
            Section(
                "Totes",
                tuple(Code(row["code"], row["code"]) for row in equipment if row["kind"] == "tote")[:_TOTES],
            ),
            Section(
                "Places",
                tuple(_place(row) for row in _rows(files / "locations.csv") if row["pickable"] == "no"),
            ),
            Section(
                "Cartons", tuple(Code(row["name"], row["carton"]) for row in _rows(files / "cartons.csv"))
            ),
            Section(
                "Items", tuple(_item(row, first[row["sku"]]) for row in _rows(files / "items.csv")[:_ITEMS])
            ),
        ),
    )
    target.write_bytes(render_sheet(sheet))
    print(phrase("sheet.written", (("file", str(target)),)))
    return 0


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _badge(row: dict[str, str]) -> Code:
    pin = f"PIN {row['pin']}" if row["pin"] else ""
    return Code(f"{row['name']}, {row['roles']}", f"BADGE:{row['badge']}", pin)


def _commands() -> tuple[Code, ...]:
    return tuple(Code(phrase(f"key.{command.value}", ()), f"CMD:{command.value}") for command in Command)


def _typing() -> tuple[Code, ...]:
    return (*(Code(str(digit), f"CMD:{digit}") for digit in range(10)), Code("Enter", "CMD:enter"))


def _place(row: dict[str, str]) -> Code:
    return Code(row["location"], row["location"], row["kind"])


def _item(row: dict[str, str], barcode: str) -> Code:
    return Code(f"{row['name']} {row['variant']}".strip(), barcode, row["sku"])

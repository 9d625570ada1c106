"""The robot's warehouse holds what the files say, and afterwards what hands have done to it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.robot.trouble import RobotError
from app.robot.warehouse import Warehouse, copy_files, read_warehouse
from config.demo import write_warehouse

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_warehouse(tmp_path, seed=1, orders=5, now=NOW)
    return tmp_path


@pytest.fixture
def warehouse(files: Path) -> Warehouse:
    return read_warehouse(files, 5)


def test_it_knows_the_items_the_people_and_the_places(warehouse: Warehouse) -> None:
    assert len(warehouse.items) >= 300
    assert warehouse.kind_of("drop") == ["DROP-1", "DROP-2"]
    assert {role for person in warehouse.people for role in person.roles} == {
        "picker",
        "packer",
        "supervisor",
    }
    assert all(person.may("picker") for person in warehouse.people if "supervisor" in person.roles)
    assert all(item.unit_code for item in warehouse.items.values())


def test_sisters_share_a_style_and_strangers_do_not(warehouse: Warehouse) -> None:
    style = warehouse.items["TSH-S-NAVY"].style
    assert {item.style for item in warehouse.sisters("TSH-S-NAVY")} == {style}
    assert "TSH-S-NAVY" not in {item.sku for item in warehouse.sisters("TSH-S-NAVY")}
    assert style not in {item.style for item in warehouse.strangers("TSH-S-NAVY")}


def test_units_that_are_lifted_are_gone_until_they_are_laid_back(warehouse: Warehouse) -> None:
    location = next(place for place, units in warehouse.bins.items() if units.total())
    sku, lot = next(iter(warehouse.bins[location]))
    before = warehouse.there(location, sku, lot)
    units = warehouse.lift(location, sku, lot, 2)
    assert warehouse.there(location, sku, lot) == before - 2
    warehouse.lay_back(location, units)
    assert warehouse.there(location, sku, lot) == before
    warehouse.lose(location, sku, lot, 1)
    assert warehouse.there(location, sku, lot) == 1
    with pytest.raises(LookupError):
        warehouse.lift(location, sku, lot, 2)


def test_only_the_wanted_orders_are_copied(files: Path, warehouse: Warehouse, tmp_path: Path) -> None:
    copy_files(files, tmp_path / "copy", set(list(warehouse.orders)[:2]))
    copied = read_warehouse(tmp_path / "copy", 2)
    assert list(copied.orders) == list(warehouse.orders)[:2]
    assert copied.bins == warehouse.bins


def test_more_orders_than_there_are_is_refused_in_words(files: Path) -> None:
    with pytest.raises(RobotError, match="has 5 orders and 6 were asked for"):
        read_warehouse(files, 6)


def test_a_missing_file_is_named(files: Path) -> None:
    (files / "stock.csv").unlink()
    with pytest.raises(RobotError, match=r"stock\.csv is missing"):
        read_warehouse(files, 5)


def test_a_file_with_other_columns_is_answered_in_words(files: Path) -> None:
    (files / "items.csv").write_text("code,name\nA,B\n")
    with pytest.raises(RobotError, match="no column 'sku'"):
        read_warehouse(files, 5)

"""What the central lent is kept in a file, page by page, and can be thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from pydantic import TypeAdapter

from app.model.floor import Cart
from app.model.items import Barcode, Item, PackLevel
from app.model.known import RECORDS
from app.model.wire import Changes, Record
from app.station.lent import Learned, Lent
from app.station.trouble import StationTrouble

BARCODES = (Barcode("4006381333931", 1), Barcode("X6", 6, PackLevel.CASE))
ITEM = Item("TEE-M", "T-shirt", "TEE", (("size", "M"),), 300, 200, 20, 150, BARCODES)


def record(kind: str, key: str, value: object) -> Record:
    dumped: Any = None if value is None else TypeAdapter(RECORDS[kind]).dump_python(value, mode="json")
    return Record(kind=kind, key=key, value=dumped)


def page(
    head: int, *records: Record, more: bool = False, reset: bool = False, incarnation: str = "i1"
) -> Changes:
    return Changes(incarnation=incarnation, head=head, more=more, reset=reset, records=list(records))


def cart(code: str) -> Record:
    return record("cart", code, Cart(code, 4))


@pytest.fixture
def lent(tmp_path: Path) -> Iterator[Lent]:
    opened = Lent(tmp_path / "lent.db")
    yield opened
    opened.close()


def test_records_come_back_as_the_model_has_them(lent: Lent, tmp_path: Path) -> None:
    learned = lent.apply(page(3, record("item", "TEE-M", ITEM), cart("C1")))
    assert learned == [Learned("item", "TEE-M", ITEM), Learned("cart", "C1", Cart("C1", 4))]
    lent.close()
    again = Lent(tmp_path / "lent.db")
    known = again.load("P1")
    assert (known.station, known.items, known.carts) == ("P1", {"TEE-M": ITEM}, {"C1": Cart("C1", 4)})
    assert known.barcodes["X6"] == (ITEM, ITEM.barcodes[1])
    assert (again.head, again.incarnation) == (3, "i1")
    again.close()


def test_a_record_without_a_value_is_forgotten(lent: Lent) -> None:
    lent.apply(page(1, cart("C1"), cart("C2")))
    assert lent.apply(page(2, record("cart", "C1", None))) == [Learned("cart", "C1", None)]
    assert set(lent.load("P1").carts) == {"C2"}


def test_what_is_not_sent_again_from_the_start_goes_with_the_last_page_only(lent: Lent) -> None:
    lent.apply(page(5, cart("C1"), cart("C2"), cart("C3")))
    assert lent.apply(page(2, cart("C2"), more=True, reset=True, incarnation="i2")) == [
        Learned("cart", "C2", Cart("C2", 4))
    ]
    assert set(lent.load("P1").carts) == {"C1", "C2", "C3"}
    learned = lent.apply(page(4, cart("C4"), incarnation="i2"))
    assert set(learned) == {
        Learned("cart", "C4", Cart("C4", 4)),
        Learned("cart", "C1", None),
        Learned("cart", "C3", None),
    }
    assert set(lent.load("P1").carts) == {"C2", "C4"}
    assert lent.apply(page(5, cart("C5"), incarnation="i2")) == [Learned("cart", "C5", Cart("C5", 4))]


def test_a_restart_between_two_pages_of_a_reset_forgets_nothing_too_early(tmp_path: Path) -> None:
    first = Lent(tmp_path / "lent.db")
    first.apply(page(5, cart("C1"), cart("C2")))
    first.apply(page(2, cart("C2"), more=True, reset=True, incarnation="i2"))
    first.close()
    second = Lent(tmp_path / "lent.db")
    assert set(second.load("P1").carts) == {"C1", "C2"}
    second.apply(page(4, incarnation="i2"))
    assert set(second.load("P1").carts) == {"C2"}
    second.close()


def test_a_kind_from_a_newer_central_is_kept_and_passed_over(lent: Lent) -> None:
    assert lent.apply(page(1, Record(kind="drone", key="D1", value={"wings": 2}), cart("C1"))) == [
        Learned("cart", "C1", Cart("C1", 4))
    ]
    assert lent.head == 1


def test_a_record_that_cannot_be_understood_stops_no_other(lent: Lent) -> None:
    broken = Record(kind="cart", key="C9", value={"slots": "many"})
    assert lent.apply(page(1, broken, cart("C1"))) == [Learned("cart", "C1", Cart("C1", 4))]
    assert set(lent.load("P1").carts) == {"C1"}


@pytest.mark.parametrize("rubbish", [b"no database" * 500, b"SQLite format 3\x00" + b"\xff" * 9000])
def test_a_file_that_cannot_be_read_is_thrown_away(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "lent.db").write_bytes(rubbish)
    lent = Lent(tmp_path / "lent.db", "i0")
    assert (lent.head, lent.incarnation, lent.acknowledged("j")) == (0, "i0", None)
    lent.apply(page(1, cart("C1")))
    assert set(lent.load("P1").carts) == {"C1"}
    lent.close()


def test_another_incarnation_forgets_cursor_and_acknowledgements_but_not_the_work(lent: Lent) -> None:
    lent.apply(page(9, cart("C1")))
    lent.acknowledge("j1", 12)
    assert lent.acknowledged("j1") == 12
    lent.restart("i2")
    assert (lent.head, lent.incarnation, lent.acknowledged("j1")) == (0, "i2", None)
    assert set(lent.load("P1").carts) == {"C1"}


def test_ten_thousand_items_are_loaded(lent: Lent) -> None:
    dumped = TypeAdapter(Item).dump_python(ITEM, mode="json")
    records = [
        Record(
            kind="item",
            key=f"S{n}",
            value=dumped | {"sku": f"S{n}", "barcodes": [{"code": f"B{n}", "quantity": 1}]},
        )
        for n in range(10_000)
    ]
    lent.apply(page(10_000, *records))
    known = lent.load("P1")
    assert len(known.items) == len(known.barcodes) == 10_000


def test_after_another_version_everything_is_fetched_again_and_nothing_is_forgotten_meanwhile(
    lent: Lent, tmp_path: Path
) -> None:
    lent.apply(page(7, cart("C1")))
    lent.acknowledge("j1", 5)
    lent.close()
    changed = apsw.Connection(str(tmp_path / "lent.db"))
    changed.execute("UPDATE mark SET value = '0.0.0' WHERE name = 'program'")
    changed.close()
    again = Lent(tmp_path / "lent.db")
    assert (again.head, again.incarnation, again.acknowledged("j1")) == (0, "i1", 5)
    assert set(again.load("P1").carts) == {"C1"}
    again.apply(page(7, cart("C1")))
    again.close()
    third = Lent(tmp_path / "lent.db")
    assert third.head == 7
    third.close()


def test_a_file_that_cannot_be_opened_at_all_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "lent.db").mkdir()
    with pytest.raises(StationTrouble) as refused:
        Lent(tmp_path / "lent.db")
    assert refused.value.code == "lent.unusable"

"""Rate cards as files: the shipped ones work, and a broken one is told where and how to be mended."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.fulfilment.plans.carriers import Shipment, quote
from app.model.rates import Promise
from config.rates import SHIPPED, Fault, RateCardsRefused, load_rates

GOOD = """
code = "rook"
name = "Rook"
currency = "EUR"
time_zone = "Europe/Berlin"
[[zones]]
code = "HOME"
countries = ["DE"]
postcodes = { AT = ["6"] }
[[services]]
code = "rook-standard"
name = "Rook Standard"
promise = "standard"
dim_divisor = 5000
step_g = 500
minimum = 4
fuel_percent = 7.5
cutoff = 17:00:00
departs = ["wed", "mon"]
window_hours = 48
limits = { max_weight_g = 31500, max_side_mm = 1200, max_girth_mm = 3000 }
[[services.rates]]
zone = "HOME"
transit_days = 2
breaks = [{ up_to_g = 1000, price = 4.60 }, { up_to_g = 5000, price = 5.85 }]
"""


def faults(folder: Path, text: str, name: str = "rook.toml") -> tuple[Fault, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(RateCardsRefused) as refused:
        load_rates(folder)
    assert str(folder) in str(refused.value)
    return refused.value.faults


def test_a_rate_card_is_read_exactly(tmp_path: Path) -> None:
    (tmp_path / "rook.toml").write_text(GOOD, encoding="utf-8")
    book = load_rates(tmp_path)
    service = book.service("rook-standard")
    assert service is not None
    assert book.currency == "EUR"
    assert service.rates[0].breaks[0].price == Decimal("4.60")
    assert service.fuel_percent == Decimal("7.5")
    assert (service.cutoff, service.departs, service.promise) == (time(17), (1, 3), Promise.STANDARD)
    assert book.carriers[0].zone_of("AT", "6020") == "HOME"
    assert book.askable() == {"economy", "standard", "rook-standard"}


@pytest.mark.parametrize(
    ("right", "wrong", "path"),
    [
        ("fuel_percent = 7.5", "fuel_percent = -1", "services[0].fuel_percent"),
        ("fuel_percent = 7.5", "", "services[0].fuel_percent"),
        ("fuel_percent = 7.5", "fuel_percent = 7.5\ndiscount = 3", "services[0].discount"),
        ('"standard"', '"soon"', "services[0].promise"),
        ("4.60", "4.605", "services[0].rates[0].breaks[0].price"),
        ("1000", "5000", "services[0].rates[0]"),
        ('zone = "HOME"', 'zone = "AWAY"', "services[0].rates[0].zone"),
        ("Europe/Berlin", "Europe/Bielefeld", "time_zone"),
        ("Europe/Berlin", "../etc/passwd", "time_zone"),
        ('["DE"]', '["XX"]', "zones[0].countries[0]"),
        ("AT = ", "XX = ", "zones[0].postcodes.XX"),
        ('["DE"]', '["DE", "DE"]', "zones"),
        ("17:00:00", '"17:00:00+01:00"', "services[0].cutoff"),
        ('"wed", "mon"', '"we"', "services[0].departs[0]"),
        ("rook-standard", "express", "services[0]"),
        ("rook-standard", "rook standard", "services[0].code"),
        ('countries = ["DE"]\npostcodes = { AT = ["6"] }', "", "zones[0]"),
    ],
)
def test_a_wrong_field_is_named_with_its_file_and_path_and_what_would_be_right(
    tmp_path: Path, right: str, wrong: str, path: str
) -> None:
    assert right in GOOD
    (fault,) = faults(tmp_path, GOOD.replace(right, wrong))
    assert fault.path == path
    assert fault.file.endswith("rook.toml")
    assert fault.read
    assert fault.wanted


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("what = is this", encoding="utf-8")
    found = faults(tmp_path, GOOD.replace("step_g = 500", "step_g = 0").replace("17:00:00", "25"))
    assert {(Path(fault.file).name, fault.path) for fault in found} >= {
        ("a.toml", "."),
        ("rook.toml", "services[0].step_g"),
        ("rook.toml", "services[0].cutoff"),
    }


def test_what_two_files_both_claim_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    found = faults(tmp_path, GOOD.replace("EUR", "CHF"))
    assert [fault.path for fault in found] == ["currency", "code", "services[0].code"]


def test_a_folder_without_cards_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(RateCardsRefused) as refused:
        load_rates(tmp_path)
    assert refused.value.faults[0].file == str(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rook.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RateCardsRefused) as refused:
        load_rates(tmp_path)
    assert refused.value.faults[0].path == "."


def test_the_shipped_carriers_promise_everything_and_call_themselves_a_demo() -> None:
    book = load_rates(SHIPPED)
    assert set(Promise) <= book.askable()
    assert all("(demo)" in carrier.name for carrier in book.carriers)


@pytest.mark.parametrize("wanted", list(Promise))
@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        ("DE", "20457"),
        ("DE", "25980"),
        ("AT", "1010"),
        ("IT", "20121"),
        ("CH", "8001"),
        ("US", "98101"),
        ("MX", "06000"),
    ],
)
def test_the_shipped_carriers_take_an_ordinary_parcel_everywhere(
    wanted: str, country: str, postcode: str
) -> None:
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)
    for weight_g in (100, 4_000, 31_000):
        parcel = Shipment(weight_g, 400, 300, 200, country, postcode, wanted, monday + timedelta(days=3))
        assert quote(parcel, load_rates(), monday).chosen is not None


def test_the_shipped_carriers_take_some_hazards_within_the_union() -> None:
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)
    parcel = Shipment(900, 200, 150, 100, "AT", "1010", "standard", monday + timedelta(days=3), ("3",))
    chosen = quote(parcel, load_rates(), monday).chosen
    assert chosen is not None
    assert chosen.service == "heron-cargo"

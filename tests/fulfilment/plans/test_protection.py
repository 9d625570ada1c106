"""What is wrapped, what a parcel should weigh, and how far the scale may differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fulfilment.plans.protection import (
    WRAP,
    calculated_weight_g,
    is_plausible,
    materials,
    tolerance_g,
)
from app.model.items import Item
from app.model.known import SiteSettings
from app.model.parcels import Carton

MUG = Item("MUG", "Mug", "MUG", (), 100, 100, 100, 300, fragile=True)
TEE = Item("TEE", "Tee", "TEE", (), 300, 200, 20, 150)
BOX = Carton("BOX", "Box", 300, 300, 300, 310, 310, 310, 250, 10_000)
SETTINGS = SiteSettings("site", weight_tolerance_permille=30, weight_tolerance_g=50, wrap_weight_g=20)


def test_fragile_units_are_wrapped() -> None:
    assert materials([(TEE, 2), (MUG, 1)]) == (WRAP,)


@pytest.mark.parametrize("contents", [[], [(TEE, 2)], [(MUG, 0)]])
def test_nothing_fragile_needs_no_material(contents: list[tuple[Item, int]]) -> None:
    assert materials(contents) == ()


def test_the_calculated_weight_is_units_carton_and_a_wrap_for_each_fragile_unit() -> None:
    assert calculated_weight_g([(TEE, 2), (MUG, 3)], BOX, SETTINGS) == 300 + 900 + 250 + 60
    assert calculated_weight_g([], None, SETTINGS) == 0


@pytest.mark.parametrize(("calculated", "tolerance"), [(0, 50), (1_000, 50), (2_000, 60), (10_000, 300)])
def test_the_tolerance_is_the_larger_of_share_and_fixed_amount(calculated: int, tolerance: int) -> None:
    assert tolerance_g(calculated, SETTINGS) == tolerance


@given(st.integers(0, 100_000), st.integers(-5_000, 5_000))
def test_a_weight_is_plausible_exactly_within_the_tolerance(calculated: int, off: int) -> None:
    plausible = abs(off) <= 50 or abs(off) * 1000 <= calculated * 30
    assert is_plausible(calculated + off, calculated, SETTINGS) == plausible

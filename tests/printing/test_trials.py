"""The test label: it fits, and its code says what stands below it."""

from __future__ import annotations

import pytest

from printing.errors import PrintError
from printing.proof import prove, text_of
from printing.trials import render_trial


@pytest.mark.parametrize("size", [(105, 148), (102, 152), (57, 32), (50, 30), (210, 297)])
def test_it_says_what_its_code_says(size: tuple[int, int]) -> None:
    pdf = render_trial("Zebra am Packtisch 1", "ZTC ZD420-203dpi, 203 dpi, 152 mm", "TEST 1125-064900", size)
    assert prove(pdf, ["TEST 1125-064900"]).good
    assert "TEST 1125-064900" in text_of(pdf)[0]


def test_a_label_that_is_too_small_for_a_code_is_refused() -> None:
    with pytest.raises(PrintError):
        render_trial("zebra", "", "TEST 1125-064900", (15, 20))

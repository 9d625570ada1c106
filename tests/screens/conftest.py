"""One whole shift, worked once for all tests that look at its moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.a_shift import Moment, a_shift, a_whole_shift


@pytest.fixture(scope="session")
def moments(tmp_path_factory: pytest.TempPathFactory) -> list[Moment]:
    """Everything that the screen had to show during the shift."""
    folder: Path = tmp_path_factory.mktemp("shift")
    with a_shift(folder) as shift:
        a_whole_shift(shift)
        return shift.moments


@pytest.fixture(scope="session")
def named(moments: list[Moment]) -> dict[str, Moment]:
    """Its moments by name."""
    return {moment.name: moment for moment in moments}

"""The pictures in the documents show the program as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.pictures import PICTURES, draw

DOCS = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.mark.parametrize("name", sorted(PICTURES))
async def test_a_picture_in_the_documents_is_what_the_program_paints(name: str, tmp_path: Path) -> None:
    """Look at what changed, then draw them anew: python -m tests.screens.pictures docs/pictures."""
    assert await draw(name, tmp_path) == (DOCS / f"{name}.svg").read_text(encoding="utf-8")

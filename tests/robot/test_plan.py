"""What shall go wrong is told by name or by a file, and a file that says nonsense is refused in words."""

from pathlib import Path

import pytest

from app.robot.plan import NONE, USUAL, rates


def test_none_and_usual_have_names() -> None:
    assert rates("none") == NONE
    assert rates("usual") == USUAL
    assert not NONE.any
    assert USUAL.any


def test_a_file_names_its_own_rates(tmp_path: Path) -> None:
    file = tmp_path / "rates.json"
    file.write_text('{"short": 0.5}')
    assert rates(str(file)).short == 0.5
    assert rates(str(file)).undo == 0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{"shrt": 0.5}', "shrt is no rate"),
        ('{"short": 2}', "short is 2"),
        ('{"short": true}', "short is True"),
        ("[]", "list is no rate"),
        ("{", "right would be an object"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, wrong: str) -> None:
    file = tmp_path / "rates.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=wrong):
        rates(str(file))

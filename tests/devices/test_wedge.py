"""Scans that a keyboard scanner types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import _character_to_key

from devices.wedge import Completed, Consumed, NotMine, Pasted, WedgeCollector

PREFIX = "\x1f"
CONTROL_KEYS = {
    "\x1c": "ctrl+backslash",
    "\x1d": "ctrl+right_square_bracket",
    "\x1e": "ctrl+circumflex_accent",
    "\x1f": "ctrl+underscore",
    "\r": "enter",
    "\t": "tab",
    "\x08": "backspace",
    " ": "space",
    **{chr(at): f"ctrl+{chr(at + 96)}" for at in range(1, 27) if chr(at) not in "\r\t\x08"},
}


def key_of(character: str) -> str:
    return CONTROL_KEYS.get(character) or _character_to_key(character)


def type_in(wedge: WedgeCollector, text: str, *, told: bool = True) -> list[bytes]:
    """Type, as a terminal reports it: with the characters, or with only the names of control keys."""
    scans: list[bytes] = []
    for character in text:
        answer = wedge.key(key_of(character), None if character in CONTROL_KEYS and not told else character)
        assert not isinstance(answer, NotMine), f"{character!r} would act as a key"
        if isinstance(answer, Completed):
            scans.append(answer.raw)
    return scans


codes = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\x1b\x1f\x7f\r\n"), min_size=1, max_size=60
)


@pytest.mark.parametrize("told", [True, False])
@given(scans=st.lists(codes, max_size=5), suffix=st.sampled_from(["\r", "\n", "\r\n"]))
def test_every_scan_arrives_whole_and_none_of_its_characters_acts_as_a_key(
    told: bool, scans: list[str], suffix: str
) -> None:
    wedge = WedgeCollector()
    typed = type_in(wedge, "".join(f"{PREFIX}{code}{suffix}" for code in scans), told=told)
    assert typed == [code.encode() for code in scans]
    assert not wedge.collecting


@given(scans=st.lists(codes, max_size=5))
def test_pasted_scans_arrive_like_typed_ones(scans: list[str]) -> None:
    pasted = WedgeCollector().paste("".join(f"{PREFIX}{code}\r\n" for code in scans))
    assert pasted == Pasted(tuple(code.encode() for code in scans), "")


def test_the_separator_of_gs1_is_kept() -> None:
    wedge = WedgeCollector()
    assert type_in(wedge, "\x1f]C110L1\x1d21S1\r", told=False) == [b"]C110L1\x1d21S1"]


def test_stx_etx_and_quit_in_a_scan_are_characters_of_it() -> None:
    assert type_in(WedgeCollector(), "\x1f\x02A\x03\x11\t\r", told=False) == [b"\x02A\x03\x11\t"]


@pytest.mark.parametrize(
    ("name", "character"),
    [("5", "5"), ("enter", "\r"), ("ctrl+j", "\n"), ("f7", None), ("escape", "\x1b"), ("up", None)],
)
def test_what_a_person_types_is_left_alone(name: str, character: str | None) -> None:
    assert WedgeCollector().key(name, character) == NotMine()


def test_the_line_feed_after_a_carriage_return_belongs_to_the_scan_and_the_next_one_does_not() -> None:
    wedge = WedgeCollector()
    type_in(wedge, "\x1fA\r\n")
    assert wedge.key("ctrl+j", "\n") == NotMine()
    type_in(wedge, "\x1fA\r")
    assert wedge.key("5", "5") == NotMine()
    assert wedge.key("ctrl+j", "\n") == NotMine()


@pytest.mark.parametrize("name", ["f7", "escape"])
def test_a_scan_without_its_end_is_given_up_by_a_key(name: str) -> None:
    wedge = WedgeCollector()
    type_in(wedge, "\x1fLOST")
    assert wedge.key(name, None) == Consumed()
    assert wedge.key(name, None) == NotMine()
    assert wedge.key("enter", "\r") == NotMine()


def test_a_scan_without_its_end_is_given_up_by_the_next() -> None:
    assert type_in(WedgeCollector(), "\x1fLOST\x1fWHOLE\r") == [b"WHOLE"]


def test_a_scan_that_is_too_long_is_swallowed_up_to_its_end() -> None:
    wedge = WedgeCollector()
    assert type_in(wedge, "\x1f" + "x" * 4096 + "\r") == [b"x" * 4096]
    assert type_in(wedge, "\x1f" + "x" * 4097 + "\r") == []
    assert type_in(wedge, "\x1fNEXT\r") == [b"NEXT"]


def test_an_empty_scan_is_none_and_its_end_acts_as_no_key() -> None:
    assert type_in(WedgeCollector(), "\x1f\r") == []


@pytest.mark.parametrize("name", ["up", "f2", "delete", "shift+f3"])
def test_a_key_without_a_character_inside_a_scan_does_not_act_and_spoils_it(name: str) -> None:
    wedge = WedgeCollector()
    type_in(wedge, "\x1fAB")
    assert wedge.key(name, None) == Consumed()
    assert type_in(wedge, "CD\r") == ["AB\N{REPLACEMENT CHARACTER}CD".encode()]


def test_an_escape_before_a_character_inside_a_scan_is_kept() -> None:
    wedge = WedgeCollector()
    type_in(wedge, "\x1fAB")
    assert wedge.key("alt+c", "c") == Consumed()
    assert type_in(wedge, "\r") == [b"AB\x1bc"]


def test_what_is_pasted_around_scans_is_the_person_s_text() -> None:
    wedge = WedgeCollector()
    assert wedge.paste("12\x1fA\r3\x1fB\x1dC") == Pasted((b"A",), "123")
    assert wedge.collecting
    assert type_in(wedge, "D\r") == [b"B\x1dCD"]


def test_another_prefix_and_suffix_can_be_set() -> None:
    wedge = WedgeCollector("~", ("\t",))
    assert type_in(wedge, "~A\rB\t") == [b"A\rB"]


@pytest.mark.parametrize(
    ("prefix", "suffix"), [("", ("\r",)), ("~~", ("\r",)), ("~", ()), ("\r", ("\r",)), ("~", ("ab",))]
)
def test_a_prefix_and_suffix_that_cannot_work_are_refused(prefix: str, suffix: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        WedgeCollector(prefix, suffix)

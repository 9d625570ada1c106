"""What a picture is made of: letters, lines that fit, the map, and the canvas that sends only what changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from app.model.known import Known
from app.screens import letters
from app.screens.canvas import Canvas
from app.screens.floor_map import FloorMap, draw_walk
from app.screens.letters import Size
from app.screens.looks import DARK, Line, Look, Span
from app.screens.pictures import half_blocks
from app.screens.scene import Walk
from app.screens.walks import AHEAD, Walks
from app.screens.wrapping import cut, flow, padded, tail, wrap
from tests.screens.a_floor import a_floor, lend_tour
from tests.screens.a_shift import Moment, a_shift, at_once

# --- letters ----------------------------------------------------------------------------------------------------------

_CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-. /"


@pytest.mark.parametrize("size", list(Size))
def test_every_sign_of_a_code_has_its_own_letter(size: Size) -> None:
    drawn = {letters.draw(character, size) for character in _CODE}
    assert len(drawn) == len(_CODE)


@given(st.text(_CODE, min_size=1, max_size=30), st.integers(1, 200), st.sampled_from(list(Size)))
def test_the_largest_letters_that_fit_are_taken(text: str, width: int, most: Size) -> None:
    assume(text.strip())
    size = letters.largest(text, width, most)
    widths = {each: cell_len(letters.draw(text, each)[0]) for each in Size if each <= most}
    assert size == max((each for each in widths if widths[each] <= width), default=None)


@given(st.text(_CODE, min_size=1, max_size=20), st.sampled_from(list(Size)))
def test_all_rows_of_a_text_are_equally_wide(text: str, size: Size) -> None:
    rows = letters.draw(text, size)
    assert len(rows) == {Size.SMALL: 3, Size.USUAL: 4, Size.DOUBLE: 7}[size]
    assert len({cell_len(row) for row in rows}) == 1


def test_thirteen_characters_fit_on_80_columns_and_six_on_40() -> None:
    assert letters.largest("DROP PLACE 12", 79, Size.USUAL) is Size.USUAL
    assert letters.largest("A-01-1", 39, Size.USUAL) is Size.USUAL
    assert letters.largest("B-12-03-2A", 39, Size.USUAL) is Size.SMALL


@pytest.mark.parametrize("text", ["", "   ", "電池", "a" * 200])
def test_what_cannot_be_drawn_has_no_size(text: str) -> None:
    assert letters.largest(text, 79, Size.DOUBLE) is None


# --- lines that fit ---------------------------------------------------------------------------------------------------

texts = st.text(st.sampled_from("abc 電池ア\u0301- "), max_size=80)


@given(texts, st.integers(2, 60))
def test_no_line_is_wider_than_its_place(text: str, columns: int) -> None:
    assert all(cell_len(line) <= columns for line in wrap(text, columns))
    assert all(cell_len(line) <= columns for line in flow([text, text], columns))
    assert cell_len(cut(text, columns)) <= columns
    assert cell_len(tail(text, columns)) <= columns
    assert cell_len(padded(text, columns)) == columns


@given(texts, st.integers(2, 60))
def test_wrapping_loses_no_sign(text: str, columns: int) -> None:
    assert "".join("".join(wrap(text, columns)).split()) == "".join(text.split())


@given(st.text("abc", min_size=1, max_size=30), st.integers(2, 40))
def test_cutting_keeps_the_beginning_and_the_tail_the_end(text: str, columns: int) -> None:
    if len(text) <= columns:
        assert cut(text, columns) == tail(text, columns) == text
    else:
        assert cut(text, columns) == text[: columns - 1] + "…"
        assert tail(text, columns) == "…" + text[-columns + 1 :]


# --- the map ----------------------------------------------------------------------------------------------------------

points = st.tuples(st.integers(-10_000, 100_000), st.integers(-10_000, 100_000))
frames = st.tuples(st.integers(1, 100), st.integers(1, 60))


def dots_of(cell: str) -> set[tuple[int, int]]:
    """The dots of a braille character, from its upper left (Unicode 2800: dots 1237 left, 4568 right)."""
    masks = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    mask = ord(cell) - 0x2800 if "\u2800" <= cell <= "\u28ff" else 0
    return {(x, y) for y, pair in enumerate(masks) for x, bit in enumerate(pair) if mask & bit}


@given(st.lists(points, min_size=1, max_size=20), frames)
def test_a_dot_for_a_place_lies_in_the_cell_of_that_place(
    places: list[tuple[int, int]], frame: tuple[int, int]
) -> None:
    picture = FloorMap(*frame, places)
    picture.dots(places, Look.SHELF)
    rows = ["".join(span.text for span in line) for line in picture.rows_drawn()]
    assert [len(row) for row in rows] == [frame[0]] * frame[1]
    for place in places:
        (column, row), (x, y) = picture.cell_of(place), picture.dot_of(place)
        assert 0 <= column < frame[0]
        assert 0 <= row < frame[1]
        assert (x - 2 * column, y - 4 * row) in dots_of(rows[row][column])


@given(st.lists(points, min_size=2, max_size=20), frames)
def test_the_map_keeps_its_shape_and_north_is_up(
    places: list[tuple[int, int]], frame: tuple[int, int]
) -> None:
    picture = FloorMap(*frame, places)
    for a in places:
        for b in places:
            (ax, ay), (bx, by) = picture.dot_of(a), picture.dot_of(b)
            assert (a[0] < b[0]) <= (ax <= bx), "what is further right is never drawn further left"
            assert (a[1] < b[1]) <= (ay >= by), "what is further up is never drawn further down"
            if abs(a[0] - b[0]) == abs(a[1] - b[1]):
                assert abs(abs(ax - bx) - abs(ay - by)) <= 2, "the same length is drawn the same both ways"


def test_a_walk_stands_out_from_the_shelves_and_the_target_from_all() -> None:
    shelves = tuple((x, 5) for x in range(0, 100, 2))
    walk = Walk(shelves, ((0, 0), (0, 5), (50, 5)), (((50, 5), (90, 5)),), ((90, 5),), (50, 5))
    spans = [span for line in draw_walk(walk, 30, 5) for span in line if span.text.strip()]
    assert {span.look for span in spans} == {Look.SHELF, Look.LATER, Look.NOW, Look.STOP, Look.TARGET}
    assert [span.text for span in spans if span.look is Look.TARGET] == ["◆"]
    assert [span.text for span in spans if span.look is Look.STOP] == ["2"]


def test_a_map_that_did_not_change_is_not_drawn_again() -> None:
    walk = Walk(((0, 0), (9, 9)), ((0, 0), (9, 9)), (), (), (9, 9))
    assert draw_walk(walk, 30, 10) is draw_walk(walk, 30, 10)


# --- walks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def known() -> Known:
    known = a_floor()
    lend_tour(known)
    return known


def test_the_walk_goes_from_the_last_stop_to_the_next_and_shows_five_after_it(
    tmp_path: Path, moments: list[Moment]
) -> None:
    with a_shift(tmp_path) as shift:
        shift.scan("CMD:help")
        walks = Walks(at_once)
        known = shift.terminal.known
        for moment in moments:
            prompt = moment.prompt
            walks.to(prompt, known)
            walks.work_here()
            walk = walks.to(prompt, known)
            if prompt.target not in known.locations:
                assert walk is None
                continue
            place = known.locations[prompt.target]
            assert walk is not None
            assert walk.target == walk.now[-1] == (place.x_mm, place.y_mm)
            assert len(walk.stops) == min(AHEAD, len(prompt.ahead)) == len(walk.later)


def test_nothing_is_worked_out_before_there_is_time_and_then_only_once(
    known: Known, moments: list[Moment]
) -> None:
    prompt = next(moment.prompt for moment in moments if moment.prompt.target)
    kept: list[Any] = []
    walks = Walks(kept.append)
    assert walks.to(prompt, known) is None
    assert kept == []
    walks.work_here()
    walks.work_here()
    assert walks.to(prompt, known) is None
    walks.work_here()
    assert len(kept) == 1
    kept[0]()
    assert walks.to(prompt, known) is walks.to(prompt, known)


# --- the canvas -------------------------------------------------------------------------------------------------------


class Painted(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.rows = [f"row {y}" for y in range(24)]
        self.canvas = Canvas(self.paint, DARK)

    def paint(self, columns: int, rows: int) -> tuple[Line, ...]:
        return tuple((Span(text),) for text in self.rows[:rows])

    def compose(self) -> ComposeResult:
        yield self.canvas


async def test_only_rows_that_changed_are_painted_again() -> None:
    app = Painted()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.canvas.text.splitlines()[3] == "row 3"
        assert app.canvas.repaint() == ()
        app.rows[3] = "another"
        app.rows[7] = "電池"
        assert app.canvas.repaint() == (3, 7)
        await pilot.pause()
        assert app.canvas.render_line(7).cell_length == 80


async def test_another_size_is_painted_from_the_start() -> None:
    app = Painted()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.resize_terminal(40, 16)
        await pilot.pause()
        assert len(app.canvas.text.splitlines()) == 16
        assert app.canvas.render_line(20).cell_length == 40


# --- pictures ---------------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(1, 20))
def test_a_picture_keeps_its_shape_and_fits(width: int, height: int, columns: int, rows: int) -> None:
    lines = half_blocks(width, height, bytes(range(256)) * 7, columns, rows)
    assert len(lines) <= rows
    assert all(cell_len(span.text) <= columns for line in lines for span in line)


def test_black_stays_black_and_white_stays_white() -> None:
    lines = half_blocks(2, 2, bytes([255, 0, 255, 0]), 2, 1)
    assert [span.text for line in lines for span in line] == ["█ "]

"""What a picker sees, at every size: the question whole, the verdict at its place, what matters first."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.model.answers import Command, Prompt, Row, Tone, Verdict, say
from app.model.people import View
from app.model.words import words
from app.screens.looks import Line, Look, Span
from app.screens.painting import paint
from app.screens.scene import Condition, Scene, Walk
from tests.screens.a_shift import Moment

SIZES = [(40, 16), (80, 24), (160, 45)]
GOLDEN = Path(__file__).parent / "golden"
_VERDICT = re.compile(r"^ [✓✗=…] (OK|STOP|AGAIN|WAIT) #\d+ \S")
_CODES = {
    "location",
    "tote",
    "sku",
    "cart",
    "lot",
    "sscc",
    "order",
    "slot",
    "barcode",
    "carrier",
    "tour",
    "parcel",
}
"""Parameters of a question that somebody must read exactly."""

sizes = pytest.mark.parametrize(("columns", "rows"), SIZES)


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


def rows_with(lines: tuple[Line, ...], look: Look) -> list[int]:
    return [
        row for row, line in enumerate(lines) if any(span.look is look and span.text.strip() for span in line)
    ]


def asked(lines: tuple[Line, ...]) -> str:
    return " ".join(text_of(lines[row]).strip() for row in rows_with(lines, Look.ASK))


def verdict_row(lines: tuple[Line, ...]) -> int:
    return next(row for row, line in enumerate(lines) if _VERDICT.match(text_of(line)))


# --- every question of a shift ----------------------------------------------------------------------------------------


@sizes
def test_the_picture_is_exactly_as_large_as_the_terminal(
    moments: list[Moment], columns: int, rows: int
) -> None:
    for moment in moments:
        lines = paint(moment.scene, columns, rows)
        assert len(lines) == rows, moment.name
        assert all(cell_len(text_of(line)) <= columns for line in lines), moment.name


@sizes
def test_the_question_is_never_cut_and_stands_below_the_large_letters(
    moments: list[Moment], columns: int, rows: int
) -> None:
    for moment in moments:
        lines = paint(moment.scene, columns, rows)
        assert asked(lines).split() == words(moment.prompt.ask).split(), moment.name
        first = rows_with(lines, Look.ASK)[0]
        large = [
            row
            for row, line in enumerate(lines[:first])
            if line and line[0].look in {Look.LARGE, Look.CURRENT}
        ]
        assert large == list(range(1, first)), moment.name


def test_the_codes_of_a_question_are_whole_at_40_by_16(moments: list[Moment]) -> None:
    for moment in moments:
        lines = paint(moment.scene, 40, 16)
        rows = [text_of(lines[row]).split() for row in rows_with(lines, Look.ASK)]
        for name, value in moment.prompt.ask.params:
            if name in _CODES and " " not in str(value):
                assert any(str(value) in word for row in rows for word in row), (moment.name, name)


@sizes
def test_where_to_go_is_drawn_large(named: dict[str, Moment], columns: int, rows: int) -> None:
    lines = paint(named["location"].scene, columns, rows)
    large = [text_of(lines[row]) for row in rows_with(lines, Look.LARGE) if row < rows - 3]
    assert len(large) == (7 if columns == 160 else 4)
    assert all("█" in row or "▀" in row or "▄" in row for row in large)


@pytest.mark.parametrize(("columns", "rows", "place"), [(80, 24, 9), (160, 45, 14)])
def test_the_verdict_always_stands_at_the_same_place(
    moments: list[Moment], columns: int, rows: int, place: int
) -> None:
    for moment in moments:
        if moment.scene.verdict is not None:
            assert verdict_row(paint(moment.scene, columns, rows)) == place, moment.name


@sizes
def test_the_verdict_is_a_bar_over_the_whole_width(moments: list[Moment], columns: int, rows: int) -> None:
    for moment in moments:
        if moment.scene.verdict is None:
            continue
        lines = paint(moment.scene, columns, rows)
        row = verdict_row(lines)
        for line in lines[row : row + 2]:
            assert [span.look for span in line] == [Look(moment.scene.verdict.tone.value)], moment.name
            assert cell_len(text_of(line)) == columns, moment.name


def test_what_goes_back_after_an_undo_is_seen_even_on_a_tiny_screen(named: dict[str, Moment]) -> None:
    prompt = named["put back"].prompt
    assert prompt.put_back is not None
    for columns, rows in SIZES:
        lines = paint(named["put back"].scene, columns, rows)
        alarms = " ".join(text_of(line).strip() for line in lines if line and line[0].look is Look.ALARM)
        assert words(prompt.put_back) in alarms


def test_the_row_in_hand_is_seen_with_what_comes_after_it(moments: list[Moment]) -> None:
    for moment in moments:
        current = [row for row in moment.prompt.rows if row.current]
        lines = paint(moment.scene, 80, 24)
        if current and moment.scene.picture is None:
            assert any(text_of(line).startswith("▶") for line in lines), moment.name


@pytest.mark.parametrize("name", ["location", "item", "drop tote"])
def test_the_map_shows_the_way_there(named: dict[str, Moment], name: str) -> None:
    for columns, rows in ((80, 24), (160, 45)):
        picture = "\n".join(text_of(line) for line in paint(named[name].scene, columns, rows))
        assert "◆" in picture
        assert re.search("[\u2801-\u28ff]{3}", picture)


def test_a_larger_terminal_has_a_larger_map(named: dict[str, Moment]) -> None:
    dots = [
        sum(
            len(re.findall("[\u2801-\u28ff]", text_of(line)))
            for line in paint(named["location"].scene, *size)
        )
        for size in ((80, 24), (160, 45))
    ]
    assert dots[1] > 2 * dots[0]


# --- what matters first -----------------------------------------------------------------------------------------------

PROMPT = Prompt(
    "item",
    say("pick.large_name", name="A-01-1"),
    say("pick.scan_location", location="A-01-1"),
    keys=(
        Command.FULL,
        Command.WHY,
        Command.VIEW,
        Command.UNDO,
        Command.SIGN_OFF,
        Command.QUANTITY,
        Command.PROBLEM,
    ),
)


def test_a_narrow_screen_has_the_keys_that_matter() -> None:
    keys = text_of(paint(Scene(PROMPT), 40, 16)[-1]).split()
    assert [key for key in keys if re.fullmatch(r"F\d+", key)][:3] == ["F2", "F3", "F4"]


def test_all_keys_are_seen_at_80_columns(moments: list[Moment]) -> None:
    for moment in moments:
        shown = " ".join(map(text_of, paint(moment.scene, 80, 24)[-2:]))
        for command in moment.prompt.keys:
            assert words(say(f"key.{command.value}")) in shown, moment.name


def test_an_alarm_is_seen_before_names() -> None:
    lost = Condition(say("status.device_lost", device="scanner 1"), trouble=True)
    ready = Condition(say("status.device_ready", device="scale"))
    scene = Scene(PROMPT, station="PACKING-BENCH-7", operator="Maria-Antonia", conditions=(ready, lost))
    status = paint(scene, 40, 16)[0]
    assert [span.text.strip() for span in status if span.look is Look.ALARM] == [words(lost.words)]
    assert cell_len(text_of(status)) == 40


@sizes
def test_what_must_stay_in_sight_stays(columns: int, rows: int) -> None:
    notices = (say("journal.on_reserve"), say("central.offline"))
    lines = paint(Scene(PROMPT, notices=notices[:1]), columns, rows)
    alarms = " ".join(text_of(line).strip(" !") for line in lines if line and line[0].look is Look.ALARM)
    assert alarms == words(notices[0]) or (columns == 40 and words(notices[0]).startswith(alarms[:70]))
    assert rows_with(paint(Scene(PROMPT, notices=notices), columns, rows), Look.ALARM)


def test_a_pin_is_dots_and_a_long_reason_shows_its_end() -> None:
    asking = replace(PROMPT, entry="pin")
    assert "••••█" in text_of(paint(Scene(asking, typing="2468"), 40, 16)[-2])
    asking = replace(PROMPT, entry="reason")
    typing = text_of(paint(Scene(asking, typing="the printer tore it and then " * 5 + "the end"), 40, 16)[-2])
    assert typing.rstrip().endswith("the end█")


def test_reasons_stand_in_place_of_the_list_when_they_are_asked_for() -> None:
    rows = (Row("a", "a row", 0, 1, current=True),)
    why = (say("pick.why_order", order="O-7", slot=1),)
    shown = "\n".join(
        map(text_of, paint(Scene(replace(PROMPT, rows=rows, why=why), explaining=True), 80, 24))
    )
    assert words(why[0]) in shown
    assert "a row" not in shown


def test_keys_of_this_run_have_a_row_of_their_own() -> None:
    lines = paint(
        Scene(PROMPT, extra_keys=(("s", say("demo.key_scan")), ("q", say("demo.key_quit")))), 40, 16
    )
    assert words(say("demo.key_quit")) in text_of(lines[-4])
    assert "F2" in text_of(lines[-1])


# --- anything at any size ---------------------------------------------------------------------------------------------

texts = st.text(
    st.one_of(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")),
        st.sampled_from("電池本ア한글 \u200b\u0301éA1 -"),
    ),
    max_size=120,
)
sentences = st.builds(lambda text: say("pick.large_name", name=text), texts)


@given(
    prompt=st.builds(
        Prompt,
        step=st.just("x"),
        large=sentences,
        ask=sentences,
        detail=st.lists(sentences, max_size=5).map(tuple),
        keys=st.lists(st.sampled_from(list(Command)), unique=True).map(tuple),
        rows=st.lists(
            st.builds(Row, texts, texts, st.integers(0, 99), st.integers(0, 99), st.booleans()), max_size=30
        ).map(tuple),
        done=st.integers(-1, 2000),
        of=st.integers(-1, 2000),
        entry=st.sampled_from(["", "quantity", "reason", "pin"]),
        put_back=st.one_of(st.none(), sentences),
    ),
    verdict=st.one_of(st.none(), st.builds(Verdict, st.sampled_from(list(Tone)), sentences)),
    view=st.sampled_from(list(View)),
    typing=texts,
    notices=st.lists(sentences, max_size=3).map(tuple),
    walk=st.sampled_from([None, Walk(), Walk(((0, 0), (9, 9)), ((0, 0), (5, 5)), (), ((5, 5),), (5, 5))]),
    size=st.sampled_from([*SIZES, (81, 20), (20, 8), (250, 70)]),
)
def test_any_words_in_any_script_fit_any_terminal(
    prompt: Prompt,
    verdict: Verdict | None,
    view: View,
    typing: str,
    notices: tuple[object, ...],
    walk: Walk | None,
    size: tuple[int, int],
) -> None:
    scene = Scene(prompt, view, "S", "名前", verdict, 7, typing, (), notices, walk)  # type: ignore[arg-type]
    lines = paint(scene, *size)
    assert len(lines) == size[1]
    for line in lines:
        assert cell_len(text_of(line)) <= size[0]
        assert all(isinstance(span, Span) for span in line)


# --- as a person sees it ----------------------------------------------------------------------------------------------

NAMES = [
    *(
        "badge",
        "location",
        "urgent",
        "item",
        "sister",
        "tote",
        "put back",
        "problem",
        "quantity",
        "pass or park",
        "drop place",
    ),
    *("queue", "verify", "weigh again", "no label", "scan label", "card"),
    *("inbox", "which fix", "why a fix", "desk orders", "desk manifests", "unknown barcode"),
]


@pytest.mark.parametrize("name", NAMES)
@sizes
def test_the_screen_looks_as_it_was_agreed(
    named: dict[str, Moment], name: str, columns: int, rows: int
) -> None:
    """Look at what changed, then paint them anew: GOLDEN=new pytest tests/screens/test_painting.py."""
    painted = "\n".join(text_of(line).rstrip() for line in paint(named[name].scene, columns, rows)) + "\n"
    painted = re.sub(r"[0-9a-f]{12}-(\d+)", r"0123456789ab-\1", painted)  # a journal's id is random
    file = GOLDEN / f"{columns}x{rows}" / f"{name.replace(' ', '_')}.txt"
    if os.environ.get("GOLDEN") == "new":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(painted, encoding="utf-8")
    assert painted == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("columns", "rows"), [(1, 1), (2, 2), (10, 3), (20, 5), (23, 30), (80, 9), (24, 10), (30, 12)]
)
def test_a_window_made_tiny_says_so_and_nothing_breaks(
    moments: list[Moment], columns: int, rows: int
) -> None:
    for moment in moments:
        painted = paint(moment.scene, columns, rows)
        assert len(painted) == rows
        assert all(cell_len("".join(span.text for span in line)) <= columns for line in painted)


def test_where_nothing_is_typed_a_narrow_screen_shows_the_keys_that_found_no_room_in_a_second_line(
    named: dict[str, Moment],
) -> None:
    for name in ("location", "item", "tote"):
        moment = named[name]
        shown = " ".join(map(text_of, paint(moment.scene, 40, 16)[-2:]))
        for command in moment.scene.prompt.keys:
            assert words(say(f"key.{command.value}")) in shown


def test_the_list_by_tote_takes_the_place_of_the_list_by_stop(named: dict[str, Moment]) -> None:
    scene = named["item"].scene
    assert next(row.text for row in scene.prompt.by_tote if row.key.startswith("slot-")) == "T-101 S1001"
    shown = "\n".join(map(text_of, paint(replace(scene, by_tote=True), 80, 24)))
    assert "T-101 S1001" in shown
    assert "T-101 S1001" not in "\n".join(map(text_of, paint(scene, 80, 24)))

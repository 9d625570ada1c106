"""Paints the floor screen: a scene and a size in, rows out. Usable at 40x16, made for 80x24, better at 160x45.

From the top: state of the terminal, where to go in big letters, the question in words, the verdict, then the list and
the map, progress, the typing line and the keys. From 20 rows up the verdict stands at one place for good; below that
it gives way to a question that needs the room. The question is never cut.
"""

from collections.abc import Iterable

from rich.cells import cell_len

from app.model.answers import Command, Prompt, Row, Say, Tone, Verdict, say
from app.model.people import View
from app.model.words import words
from app.screens import letters
from app.screens.floor_map import draw_walk
from app.screens.keys import KEY_OF
from app.screens.looks import EMPTY, Line, Look, Span
from app.screens.scene import Scene
from app.screens.wrapping import cut, flow, padded, tail, wrap

_LEAST_COLUMNS, _LEAST_ROWS = 24, 10
"""Below this no question fits: the terminal says so and works on."""
_TINY_ROWS = 20
_WIDE_COLUMNS, _WIDE_ROWS = 120, 36
_MAP_COLUMNS, _MAP_ROWS = 70, 5
_MOST_VERDICT_ROWS = 4
_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.DUPLICATE: "=", Tone.WAIT: "…"}
_LOOKS = {Tone.GOOD: Look.GOOD, Tone.BAD: Look.BAD, Tone.DUPLICATE: Look.DUPLICATE, Tone.WAIT: Look.WAIT}
_FIRST_KEYS = (Command.PROBLEM, Command.QUANTITY, Command.UNDO)
"""What a narrow screen must show before all others."""


def paint(scene: Scene, columns: int, rows: int) -> tuple[Line, ...]:
    """The screen as exactly ``rows`` lines, each at most ``columns`` cells of text."""
    if columns < _LEAST_COLUMNS or rows < _LEAST_ROWS:
        said: list[Line] = [(Span(cut(words(say("screen.too_small")), columns), Look.ALARM),)]
        return tuple((said + [EMPTY] * rows)[:rows])
    bottom = [
        *_extra_keys(scene, columns),
        *_notices(scene, columns, 1 if rows < _TINY_ROWS else 2),
        _progress(scene.prompt, columns),
        *_typing_and_keys(scene, columns),
    ]
    verdict = _verdict(scene.verdict, scene.number, columns)
    most = rows - 1 - len(verdict) - len(bottom)
    head, left_over = _head(scene, columns, rows, most)
    body = _body(scene, left_over, columns, most - len(head))
    return tuple(([_status(scene, columns), *head, *verdict, *body])[: rows - len(bottom)] + bottom)[-rows:]


def _status(scene: Scene, columns: int) -> Line:
    """Which view, what is wrong, then the rest as far as there is room."""
    spans = [Span(f" {words(say(f'view.{scene.view.value}'))} ", Look.STATUS)]
    left = columns - cell_len(spans[0].text)
    told = [
        *((words(condition.words), Look.ALARM) for condition in scene.conditions if condition.trouble),
        (scene.operator, Look.STATUS),
        (scene.station, Look.STATUS),
        *((words(condition.words), Look.STATUS) for condition in scene.conditions if not condition.trouble),
    ]
    for text, look in told:
        width = cell_len(text) + 3
        if not text or width > left:
            continue
        spans += [Span(" ", Look.STATUS), Span(f" {text} ", look)]
        left -= width
    return (*spans, Span(" " * left, Look.STATUS))


# --- the question ------------------------------------------------------------------------------------------------


def _head(scene: Scene, columns: int, rows: int, most: int) -> tuple[list[Line], list[Line]]:
    """Where to go, the question, and what stands beside it as far as there is room; and what is left over of that."""
    prompt, tiny = scene.prompt, rows < _TINY_ROWS
    wide = columns >= _WIDE_COLUMNS and rows >= _WIDE_ROWS
    usual = 7 if tiny else 13 if wide else 8
    ask = wrap(words(prompt.ask), columns - 2)
    large = _large(prompt, columns, letters.Size.DOUBLE if wide else letters.Size.USUAL)
    listing = tiny and scene.view is View.EXCEPTIONS and bool(prompt.rows)
    if listing or len(large) + len(ask) + (prompt.put_back is not None) > most:
        large = [_in_one_line(prompt, columns)]
    free = usual - len(large) - len(ask)
    beside = _beside(prompt, columns, free)
    room = max(0, most - len(large) - len(ask) if tiny and not listing else free)
    head = [*large, *((Span(f" {part}", Look.ASK),) for part in ask), *beside[:room]]
    return (head if listing else _filled(head, max(usual, len(head)))), beside[room:]


def _large(prompt: Prompt, columns: int, most: letters.Size) -> list[Line]:
    text = words(prompt.large)
    size = letters.largest(text, columns - 1, most)
    if size is None:
        return [_in_one_line(prompt, columns)]
    return [(Span(f" {row}", Look.LARGE),) for row in letters.draw(text, size)]


def _in_one_line(prompt: Prompt, columns: int) -> Line:
    return (Span(f" {cut(words(prompt.large).upper(), columns - 2)} ", Look.CURRENT),)


def _beside(prompt: Prompt, columns: int, free: int) -> list[Line]:
    """What goes back after an undo, then the details: a line each where there is room, together where there is not."""
    back = wrap(words(prompt.put_back), columns - 3) if prompt.put_back is not None else []
    details = [words(detail) for detail in prompt.detail]
    lines = [part for detail in details for part in wrap(detail, columns - 2)]
    if len(back) + len(lines) > free:
        lines = flow(details, columns - 2)
    marked: list[Line] = [(Span(f" {part} ", Look.ALARM),) for part in back]
    return marked + [(Span(f" {part}", Look.PLAIN),) for part in lines]


def _verdict(verdict: Verdict | None, number: int, columns: int) -> list[Line]:
    """A bar over the whole width, two rows high or as high as its words need."""
    if verdict is None:
        return [EMPTY, EMPTY]
    head = f"{_SIGNS[verdict.tone]} {words(say(f'verdict.{verdict.tone.value}'))} #{number} "
    parts = wrap(head + words(verdict.words), columns - 2)
    if len(parts) > _MOST_VERDICT_ROWS:
        parts = [
            *parts[: _MOST_VERDICT_ROWS - 1],
            cut(" ".join(parts[_MOST_VERDICT_ROWS - 1 :]), columns - 2),
        ]
    parts += [""] * (2 - len(parts))
    return [(Span(padded(f" {part}", columns), _LOOKS[verdict.tone]),) for part in parts]


# --- the middle --------------------------------------------------------------------------------------------------


def _body(scene: Scene, left_over: list[Line], columns: int, rows: int) -> list[Line]:
    if rows <= 0:
        return []
    if scene.picture is not None:
        return _filled(list(scene.picture(columns, rows)), rows)
    if scene.explaining:
        return _filled(_reasons(scene.prompt.why, columns), rows)
    if left_over and not scene.prompt.rows:
        return _filled(left_over, rows)
    shown = scene.prompt.by_tote if scene.by_tote and scene.prompt.by_tote else scene.prompt.rows
    with_map = scene.walk is not None and columns >= _MAP_COLUMNS and rows >= _MAP_ROWS
    across = columns * 11 // 20 if with_map else columns
    listing = _filled([_row(row, across) for row in _window(shown, rows)], rows)
    if not with_map or scene.walk is None:
        return listing
    picture = draw_walk(scene.walk, columns - across - 1, rows)
    return [
        (*left, Span(" " * (across + 1 - _width(left))), *right)
        for left, right in zip(listing, picture, strict=True)
    ]


def _reasons(why: Iterable[Say], columns: int) -> list[Line]:
    reasons = list(why) or [say("why.nothing")]
    return [
        (Span(f" {part}", Look.PLAIN),) for reason in reasons for part in wrap(words(reason), columns - 2)
    ]


def _window(rows: tuple[Row, ...], space: int) -> tuple[Row, ...]:
    """The rows around the current one, so that it is always seen with what comes after it."""
    current = next((place for place, row in enumerate(rows) if row.current), 0)
    start = max(0, min(current - 1 if space > 1 else current, len(rows) - space))
    return rows[start : start + space]


def _row(row: Row, columns: int) -> Line:
    sign = "▶" if row.current else " "
    count = f"{f'{row.done}/{row.of}':>6}  " if row.of else ""
    text = f"{sign} {count}{row.text}"
    if row.current:
        return (Span(padded(text, columns), Look.CURRENT),)
    return (Span(cut(text, columns), Look.DIM if row.of and row.done >= row.of else Look.PLAIN),)


# --- the end -----------------------------------------------------------------------------------------------------


def _progress(prompt: Prompt, columns: int) -> Line:
    if prompt.of <= 0:
        return EMPTY
    count = f" {prompt.done}/{prompt.of}"
    across = max(0, columns - len(count) - 2)
    full = across * max(0, min(prompt.done, prompt.of)) // prompt.of
    return (Span(" " + "━" * full, Look.LARGE), Span("─" * (across - full), Look.DIM), Span(count, Look.BOLD))


def _notices(scene: Scene, columns: int, most: int) -> list[Line]:
    """What must stay in sight; on a narrow screen the first has a second line for itself."""
    lines = [part for notice in scene.notices for part in wrap(words(notice), columns - 5)]
    shown = [*lines[:most], *lines[most : max(2, most)]] if len(scene.notices) == 1 else lines[:2]
    return [
        (Span(padded(f" {'!' if at == 0 else ' '} {part} ", columns), Look.ALARM),)
        for at, part in enumerate(shown)
    ]


def _typing(scene: Scene, columns: int) -> Line:
    entry = scene.prompt.entry
    if not entry:
        return EMPTY
    caption = f" {words(say(f'entry.{entry}'))} "
    typed = "•" * len(scene.typing) if entry == "pin" else scene.typing
    return (Span(padded(caption + tail(typed, columns - cell_len(caption) - 2) + "█", columns), Look.TYPING),)


def _typing_and_keys(scene: Scene, columns: int) -> tuple[Line, Line]:
    """The line where something is typed, and the keys; where nothing is typed, keys that found no room stand there."""
    first = [command for command in _FIRST_KEYS if command in scene.prompt.keys]
    rest = [command for command in scene.prompt.keys if command not in first]
    captions = [(KEY_OF[command], words(say(f"key.{command.value}"))) for command in first + rest]
    fit = _fitting(captions, columns)
    above = _typing(scene, columns) if scene.prompt.entry else _captions(captions[fit:], columns)
    return above, _captions(captions[:fit], columns)


def _fitting(captions: list[tuple[str, str]], columns: int) -> int:
    """How many keys, the first ones first, fit into one line."""
    used = 0
    for number, (key, caption) in enumerate(captions):
        used += len(key) + cell_len(caption) + 2
        if used > columns:
            return number
    return len(captions)


def _extra_keys(scene: Scene, columns: int) -> list[Line]:
    if not scene.extra_keys:
        return []
    return [_captions([(key, words(caption)) for key, caption in scene.extra_keys], columns)]


def _captions(captions: list[tuple[str, str]], columns: int) -> Line:
    """As many keys as fit, the first ones first."""
    widths = [len(key) + cell_len(caption) + 2 for key, caption in captions]
    gap = " " if sum(widths) + len(widths) <= columns else ""
    spans: list[Span] = []
    used = 0
    for (key, caption), width in zip(captions, widths, strict=True):
        used += width + len(gap)
        if used > columns:
            break
        spans += [Span(f" {key}", Look.KEY), Span(f" {caption}{gap}", Look.PLAIN)]
    return tuple(spans)


def _filled(lines: list[Line], rows: int) -> list[Line]:
    return lines[:rows] + [EMPTY] * (rows - len(lines))


def _width(line: Line) -> int:
    return sum(cell_len(span.text) for span in line)

"""Paints the floor screen: a scene and a size in, rows out. Usable at 40x16, made for 80x24, better at 160x45.

From the top: state of the terminal, where to go in big letters, the question in words, the verdict at its fixed
place, then the list and the map, progress, the typing line and the keys.
"""

from collections.abc import Iterable

from rich.cells import cell_len, chop_cells

from app.model.answers import Command, Prompt, Row, Say, Tone, Verdict, say
from app.model.words import words
from app.screens import letters
from app.screens.floor_map import LATER, NOW, SHELF, FloorMap
from app.screens.keys import KEY_OF
from app.screens.looks import EMPTY, Line, Look, Span
from app.screens.scene import Scene, Walk

_TINY_ROWS = 20
_MAP_COLUMNS = 70
_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.DUPLICATE: "=", Tone.WAIT: "…"}
_LOOKS = {Tone.GOOD: Look.GOOD, Tone.BAD: Look.BAD, Tone.DUPLICATE: Look.DUPLICATE, Tone.WAIT: Look.WAIT}
_FIRST_KEYS = (Command.PROBLEM, Command.QUANTITY, Command.UNDO)
"""What a narrow screen must show before all others."""


def paint(scene: Scene, columns: int, rows: int) -> tuple[Line, ...]:
    """The screen as exactly ``rows`` lines, each at most ``columns`` cells of text."""
    tiny = rows < _TINY_ROWS
    top = [
        _status(scene, columns),
        *_large(scene.prompt, columns),
        *_ask(scene.prompt, columns, tiny=tiny),
        *_verdict(scene.verdict, scene.number, columns),
    ]
    bottom = [
        *_notice(scene, columns),
        _progress(scene.prompt, columns),
        _typing(scene),
        _keys(scene, columns),
    ]
    space = rows - len(top) - len(bottom)
    return tuple((top + _body(scene, columns, max(0, space)) + bottom)[:rows])


def _status(scene: Scene, columns: int) -> Line:
    left = " ".join(
        filter(None, [f" {words(say(f'view.{scene.view.value}'))} ", scene.operator, scene.station])
    )
    spans = [Span(left, Look.STATUS)]
    for condition in scene.conditions:
        spans.append(Span("  ", Look.STATUS))
        look = Look.ALARM if condition.trouble else Look.STATUS
        spans.append(
            Span(f" {words(condition.words)} " if condition.trouble else words(condition.words), look)
        )
    used = sum(cell_len(span.text) for span in spans)
    return (*spans, Span(" " * max(0, columns - used), Look.STATUS))


def _large(prompt: Prompt, columns: int) -> list[Line]:
    text = words(prompt.large)
    if letters.fits(text, columns - 1):
        return [(Span(f" {row}", Look.LARGE),) for row in letters.draw(text)]
    return [(Span(f" {part}", Look.CURRENT),) for part in _wrap(text.upper(), columns - 1, 2)]


def _ask(prompt: Prompt, columns: int, *, tiny: bool) -> list[Line]:
    lines: list[Line] = [(Span(f" {part}", Look.ASK),) for part in _wrap(words(prompt.ask), columns - 2, 2)]
    details = [prompt.put_back] if prompt.put_back is not None else []
    details += prompt.detail
    room = 1 if tiny else 2
    for detail in details[:room]:
        look = Look.ALARM if detail is prompt.put_back else Look.PLAIN
        lines += [(Span(f" {part}", look),) for part in _wrap(words(detail), columns - 2, 1 if tiny else 2)]
    if not tiny:
        lines += [EMPTY] * max(0, 4 - len(lines))
    return lines


def _verdict(verdict: Verdict | None, number: int, columns: int) -> list[Line]:
    if verdict is None:
        return [EMPTY, EMPTY]
    look = _LOOKS[verdict.tone]
    head = f" {_SIGNS[verdict.tone]} {words(say(f'verdict.{verdict.tone.value}'))} #{number} "
    parts = _wrap(head + words(verdict.words), columns - 1, 2)
    parts += [""] * (2 - len(parts))
    if verdict.tone is Tone.BAD:
        return [(Span(" " * max(0, columns - cell_len(part) - 1) + f"{part} ", look),) for part in parts]
    return [(Span(part + " " * max(0, columns - cell_len(part)), look),) for part in parts]


def _body(scene: Scene, columns: int, rows: int) -> list[Line]:
    if rows <= 0:
        return []
    if scene.picture is not None:
        return _filled(list(scene.picture(columns, rows)), rows)
    if scene.explaining:
        return _filled(_reasons(scene.prompt.why, columns), rows)
    with_map = scene.walk is not None and columns >= _MAP_COLUMNS and rows >= 5
    across = columns * 11 // 20 if with_map else columns
    listing = _filled([_row(row, across) for row in _window(scene.prompt.rows, rows)], rows)
    if not with_map or scene.walk is None:
        return listing
    picture = _map(scene.walk, columns - across - 1, rows)
    return [(*_padded(left, across), *right) for left, right in zip(listing, picture, strict=True)]


def _reasons(why: Iterable[Say], columns: int) -> list[Line]:
    reasons = list(why) or [say("why.nothing")]
    return [
        (Span(f" {part}", Look.PLAIN),) for reason in reasons for part in _wrap(words(reason), columns - 2, 3)
    ]


def _window(rows: tuple[Row, ...], space: int) -> tuple[Row, ...]:
    """The rows around the current one, so that it is always seen with what comes after it."""
    current = next((place for place, row in enumerate(rows) if row.current), 0)
    start = max(0, min(current - 1, len(rows) - space))
    return rows[start : start + space]


def _row(row: Row, columns: int) -> Line:
    count = f"{row.done}/{row.of}" if row.of else ""
    text = (
        f"{'▶' if row.current else ' '} {count:>5}  {row.text}"
        if count
        else f"{'▶' if row.current else ' '} {row.text}"
    )
    if row.current:
        return (Span(_cut(text, columns), Look.CURRENT),)
    return (Span(_cut(text, columns), Look.DIM if row.of and row.done >= row.of else Look.PLAIN),)


def _map(walk: Walk, columns: int, rows: int) -> list[Line]:
    picture = FloorMap(columns, rows, [*walk.shelves, *walk.now, *walk.stops])
    picture.dots(walk.shelves, SHELF)
    for leg in walk.later:
        picture.line(leg, LATER)
    picture.line(walk.now, NOW)
    for stop in walk.stops:
        picture.sign(stop, "•", Look.STOP)
    if walk.target is not None:
        picture.sign(walk.target, "◆", Look.TARGET)
    return [
        tuple(Span(cell.text, Look(cell.shows) if cell.shows else Look.PLAIN) for cell in row)
        for row in picture.cells()
    ]


def _progress(prompt: Prompt, columns: int) -> Line:
    if not prompt.of:
        return EMPTY
    count = f" {prompt.done}/{prompt.of}"
    across = columns - len(count) - 2
    full = across * prompt.done // prompt.of
    return (Span(" " + "━" * full, Look.LARGE), Span("─" * (across - full), Look.DIM), Span(count, Look.BOLD))


def _notice(scene: Scene, columns: int) -> list[Line]:
    return [(Span(_cut(f" ! {words(notice)} ", columns), Look.ALARM),) for notice in scene.notices[:1]]


def _typing(scene: Scene) -> Line:
    if not scene.prompt.entry:
        return EMPTY
    shown = "•" * len(scene.typing) if scene.prompt.entry == "pin" else scene.typing
    return (Span(f" {words(say(f'entry.{scene.prompt.entry}'))} {shown}█", Look.TYPING),)


def _keys(scene: Scene, columns: int) -> Line:
    spans: list[Span] = []
    first = [command for command in _FIRST_KEYS if command in scene.prompt.keys]
    rest = [command for command in scene.prompt.keys if command not in first]
    captions = [(KEY_OF[command], words(say(f"key.{command.value}"))) for command in first + rest]
    captions = [(key, words(caption)) for key, caption in scene.extra_keys] + captions
    used = 0
    for key, caption in captions:
        used += len(key) + cell_len(caption) + 3
        if used > columns:
            break
        spans += [Span(f" {key}", Look.KEY), Span(f" {caption} ", Look.PLAIN)]
    return tuple(spans)


def _filled(lines: list[Line], rows: int) -> list[Line]:
    return lines[:rows] + [EMPTY] * (rows - len(lines))


def _padded(line: Line, columns: int) -> Line:
    used = sum(cell_len(span.text) for span in line)
    return (*line, Span(" " * max(0, columns + 1 - used)))


def _cut(text: str, columns: int) -> str:
    return text if cell_len(text) <= columns else chop_cells(text, columns - 1)[0] + "…"


def _wrap(text: str, columns: int, most: int) -> list[str]:
    """Words over at most so many lines; what is left over is cut with an ellipsis."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= columns:
            lines[-1] = longer
        else:
            lines.append(word)
    lines = [line for line in lines if line] or [""]
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [_cut(line, columns) for line in lines]

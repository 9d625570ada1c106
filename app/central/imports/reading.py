"""CSV as people send it: byte order marks, other delimiters, odd line ends; each problem with its line and column."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from app.central import inputs
from app.central.imports.rows import ONCE, ROWS, SECRET, Kind, Row, columns, required
from app.model.answers import Param

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 500_000
_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

csv.field_size_limit(MAX_BYTES)  # a huge cell is a bad value in its row, not the end of the file


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file. ``line`` counts from 1, 0 is the file as a whole; ``code`` has its words."""

    line: int
    column: str
    code: str
    params: tuple[tuple[str, Param], ...] = ()


def problem(at: int, column: str, code: str, **params: Param) -> Problem:
    """A problem on a line with its parameters."""
    return Problem(at, column, code, tuple(params.items()))


@dataclass(frozen=True, slots=True)
class Read:
    """The good rows of a file with their line numbers, and what is wrong with the others."""

    rows: tuple[tuple[int, Row], ...]
    problems: tuple[Problem, ...]
    spoiled: frozenset[str] = frozenset()
    """The first cells of bad rows: an order of which a row is bad must not go in without it."""


def read_csv(kind: Kind, file: Path | BinaryIO) -> Read:
    """Read a file of a kind. Never raises for what is in it; an unreadable path raises ``OSError``."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    else:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        return Read((), (problem(0, "", "import.too_big", limit=MAX_BYTES),))
    text = _decoded(raw)
    if isinstance(text, Problem):
        return Read((), (text,))
    return _rows(kind, text)


def _decoded(raw: bytes) -> str | Problem:
    mark, encoding = next(((mark, name) for mark, name in _MARKS if raw.startswith(mark)), (b"", "utf-8"))
    body = raw[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = before.count(b"\n") + 1
        byte = error.start - (before.rfind(b"\n") + 1) + 1
        return problem(
            line,
            "",
            "import.encoding",
            encoding=encoding,
            byte=byte,
            read=body[error.start : error.start + 4].hex(" "),
        )


def _rows(kind: Kind, text: str) -> Read:
    records = _records(text)
    first = next(records, None)
    if first is None:
        return Read((), (problem(0, "", "import.empty", wanted=",".join(columns(kind))),))
    line, cells = first
    header = [cell.strip().lower() for cell in cells]
    problems = list(_header_problems(kind, line, header))
    if any(each.code != "import.unknown_column" for each in problems):
        return Read((), tuple(problems))
    rows: list[tuple[int, Row]] = []
    spoiled: set[str] = set()
    known: dict[str, tuple[int, Row]] = {}
    subject = header.index(columns(kind)[0])
    for count, (line, cells) in enumerate(records):
        if count >= MAX_ROWS:
            problems.append(problem(line, "", "import.too_many_rows", limit=MAX_ROWS))
            break
        if len(cells) != len(header):
            spoiled.update(cell.strip() for cell in cells[subject : subject + 1])
            problems.append(problem(line, "", "import.cells", read=len(cells), wanted=len(header)))
            continue
        name = cells[subject].strip()
        try:
            row = _row(kind, header, cells)
        except ValidationError as error:
            spoiled.add(name)
            problems += _row_problems(line, error)
            continue
        before, earlier = known.setdefault(name, (line, row))
        if kind in ONCE and earlier != row:
            read = inputs.shorten(name)
            problems.append(problem(line, header[subject], "import.repeated", read=read, line=before))
        else:
            rows.append((line, row))
    return Read(tuple(rows), tuple(problems), frozenset(spoiled))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _delimiter(text: str) -> str:
    """The sign that parts the names in the first line that has any."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    counts = Counter(sign for sign in head if sign in _DELIMITERS)
    return counts.most_common(1)[0][0] if counts else ","


def _header_problems(kind: Kind, line: int, header: list[str]) -> Iterator[Problem]:
    known = columns(kind)
    for name, times in Counter(header).items():
        if times > 1:
            yield problem(line, inputs.shorten(name), "import.column_twice")
        elif name not in known:
            yield problem(line, inputs.shorten(name), "import.unknown_column", wanted=",".join(known))
    for name in required(kind):
        if name not in header:
            yield problem(line, name, "import.missing_column", wanted=",".join(known))


def _row(kind: Kind, header: list[str], cells: list[str]) -> Row:
    known = columns(kind)
    return ROWS[kind].model_validate(
        {
            name: cell.strip()
            for name, cell in zip(header, cells, strict=True)
            if name in known and cell.strip()
        }
    )


def _row_problems(line: int, error: ValidationError) -> Iterator[Problem]:
    """One for each cell: of the ways in which it could have been right, the first counts."""
    seen: set[str] = set()
    for each in error.errors(include_url=False):
        column = str(each["loc"][0]) if each["loc"] else ""
        if column not in seen:
            seen.add(column)
            code, params = inputs.explain(each)
            if column in SECRET:
                params["read"] = "…"
            yield Problem(line, column, code, tuple(params.items()))

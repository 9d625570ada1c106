"""``storehand decode``: what a code says, and what is wrong with it."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from app.cli.failing import CommandError
from app.model.answers import Param, say
from app.model.words import words
from devices.codes.decoding import Decoded, decode
from devices.codes.elements import GS, Refused
from devices.codes.reading import decoded, readable

_LONGEST = 4096
_LACKS = frozenset({"gs1.lacking", "gs1.no_count"})


def run(arguments: argparse.Namespace) -> int:
    """Explain each code; exit status 1 if one of them is bad."""
    year = datetime.now(UTC).year
    bad = 0
    for number, written in enumerate(_codes(arguments.text), 1):
        found = decode(_with_separators(written, number), year=year)
        bad += found.problem is not None
        if arguments.json:
            print(json.dumps(_as_json(found), ensure_ascii=False))
        else:
            print("\n".join(_lines(found)))
    return 1 if bad else 0


def _codes(text: str) -> Iterator[str]:
    if text != "-":
        yield text
        return
    while line := sys.stdin.buffer.readline(4 * _LONGEST + 2):
        yield decoded(line.rstrip(b"\r\n"))


def _with_separators(written: str, number: int) -> str:
    if len(written) > _LONGEST:
        raise CommandError("decode.too_long", number=number, most=_LONGEST)
    return written.replace("<GS>", GS).replace("\\x1d", GS)


def _lines(found: Decoded) -> Iterator[str]:
    yield _said(f"decode.{found.kind}", text=found.text or "-", aim=found.aim or "-")
    for element in found.elements:
        yield _said(
            "decode.element", ai=element.identifier, title=element.title or "-", meaning=element.meaning
        )
    if not found.elements and found.gtin:
        yield _said("decode.element", ai="01", title="GTIN", meaning=found.gtin)
    if found.problem is not None:
        yield _problem(found.problem)
    for way in found.instead:
        yield _said("decode.instead", text=way)


def _problem(problem: Refused) -> str:
    """What is wrong, with the field and its place where it is one field."""
    why = _said(problem.code)
    if not problem.identifier:
        return f"{why} [{problem.code}]"
    where = _said("decode.field", ai=problem.identifier, position=problem.position)
    beside = "decode.needs" if problem.code in _LACKS else "decode.beside"
    other = f" {_said(beside, other=_alternatives(problem.other))}" if problem.other else ""
    return f"{where}: {why}{other} [{problem.code}]"


def _alternatives(other: str) -> str:
    return " / ".join("".join(f"({one})" for one in group.split("+")) for group in other.split())


def _said(code: str, **params: Param) -> str:
    return words(say(code, **params))


def _as_json(found: Decoded) -> dict[str, object]:
    problem = found.problem
    return {
        "aim": found.aim,
        "kind": found.kind,
        "text": found.text,
        "gtin": found.gtin,
        "elements": [
            {
                "ai": element.identifier,
                "title": element.title,
                "value": element.value,
                "meaning": element.meaning,
                "position": element.position,
            }
            for element in found.elements
        ],
        "problem": None
        if problem is None
        else {
            "code": problem.code,
            "ai": problem.identifier,
            "position": problem.position,
            "other": problem.other,
            "words": readable(_problem(problem)),
        },
        "instead": list(found.instead),
    }

"""GS1 element strings: a row of application identifiers (AI) with their values.

GS1 General Specifications, section 7.8: values of a predefined length follow each other directly, all others end
at a separator (FNC1, which scanners send as GS) or with the code.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devices.codes.identifiers import Identifier, Part, digits_of_identifier, identifier
from devices.codes.numbers import is_number
from devices.codes.values import ALLOWED

GS = "\x1d"


class Refused(Exception):
    """This is not the GS1 code that it claims to be; ``code`` is the reason in the catalogue of words.

    ``identifier`` is the AI that is wrong and ``position`` the place of its first digit, from 1; both are empty where
    it is the whole code. ``other`` is the AI that it does not go with, or those of which it needs one.
    """

    def __init__(self, code: str, identifier: str = "", position: int = 0, other: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.identifier = identifier
        self.position = position
        self.other = other


@dataclass(frozen=True, slots=True)
class Element:
    """An AI and its value, as written. ``position`` is that of its first digit in the code, from 1."""

    identifier: str
    value: str
    position: int = 0

    def __str__(self) -> str:
        return f"({self.identifier}){self.value}"


def elements(text: str) -> tuple[Element, ...]:
    """Take an element string apart. Separators too many, in front or at the end do no harm.

    Raises ``Refused`` where an AI is not assigned, a value is not what it must be, or two AIs contradict each other.
    """
    found: list[Element] = []
    at = 0
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        element, at = _next(text, at)
        found.append(element)
    if not found:
        raise Refused("gs1.empty")
    compare(found)
    return tuple(found)


def _next(text: str, at: int) -> tuple[Element, int]:
    pair = text[at : at + 2]
    begin = at + (digits_of_identifier(pair) or 2)
    known = identifier(text[at:begin])
    if known is None:
        raise Refused("gs1.unknown_identifier", text[at:begin] if is_number(text[at:begin]) else "", at + 1)
    end = text.find(GS, begin)
    if end < 0:
        end = len(text)
    if known.row.fixed:
        end = min(end, begin + known.longest)
    element = Element(text[at:begin], text[begin:end], at + 1)
    check(element, known)
    return element, end


def check(element: Element, known: Identifier) -> None:
    """Whether a value is what its AI asks for. Raises ``Refused``."""
    reason = wrong(element.value, known)
    if reason:
        raise Refused(reason, element.identifier, element.position)


def wrong(value: str, known: Identifier) -> str:
    """Why a value is not what its AI asks for; empty where it is."""
    at = 0
    for part in known.parts:
        if at == len(value) and part.optional:
            return ""
        piece = value[at : at + part.most]
        reason = _wrong_part(piece, part)
        if reason:
            return reason
        at += len(piece)
    return "gs1.too_long" if at < len(value) else ""


def _wrong_part(piece: str, part: Part) -> str:
    if len(piece) < part.least:
        return "gs1.too_short"
    if not part.letters.issuperset(piece):
        return part.not_allowed if ALLOWED.issuperset(piece) else "gs1.wrong_character"
    for passes in part.checks:
        reason = passes(piece)
        if reason:
            return reason
    return ""


def compare(found: Sequence[Element]) -> None:
    """Whether the elements of one code go together. Raises ``Refused``."""
    values: dict[str, str] = {}
    for element in found:
        if values.setdefault(element.identifier, element.value) != element.value:
            raise Refused("gs1.contradiction", element.identifier, element.position)
    if "01" in values and "02" in values:
        second = next(element for element in found if element.identifier == "02")
        raise Refused("gs1.two_items", "02", second.position, "01")
    for element in found:
        known = identifier(element.identifier)
        for beginning in known.excludes if known is not None else ():
            for other in values:
                if other != element.identifier and other.startswith(beginning):
                    raise Refused("gs1.excluded", element.identifier, element.position, other)


def lacking(found: Sequence[Element]) -> Iterator[Refused]:
    """The elements that mean nothing without others which are not there.

    Those may stand in another symbol on the same thing (GS1 General Specifications, section 4.14).
    """
    there = {element.identifier for element in found}
    for element in found:
        known = identifier(element.identifier)
        if known is None or not known.requires:
            continue
        if not any(all(_is_there(one, there) for one in group) for group in known.requires):
            yield Refused("gs1.lacking", element.identifier, element.position, known.row.requires)


_CONTENTS = frozenset({"02", "8026"})


def counted(found: Sequence[Element]) -> None:
    """Whether a content has its count (AI 37): without it, it would be counted as one. Raises ``Refused``."""
    content = next((element for element in found if element.identifier in _CONTENTS), None)
    if content is not None and all(element.identifier != "37" for element in found):
        raise Refused("gs1.no_count", content.identifier, content.position, "37")


def _is_there(beginning: str, there: Iterable[str]) -> bool:
    return any(each.startswith(beginning) for each in there)


_BRACKETED = re.compile(r"\((\d{2,4})\)((?:[^(\\]|\\.|\((?!\d{2,4}\)))*)", re.DOTALL)


def bracketed(text: str) -> tuple[Element, ...]:
    """Elements as people write them, each AI in brackets: ``(01)09506000134352(10)AB-1``.

    A bracket in a value that looks like an AI has a backslash in front. Raises ``Refused`` like ``elements``.
    """
    found: list[Element] = []
    at = 0
    while at < len(text):
        match = _BRACKETED.match(text, at)
        if match is None:
            raise Refused("gs1.unknown_identifier", "", at + 1)
        element = Element(match[1], match[2].replace("\\(", "("), at + 1)
        known = identifier(element.identifier)
        if known is None:
            raise Refused("gs1.unknown_identifier", element.identifier, at + 1)
        check(element, known)
        found.append(element)
        at = match.end()
    if not found:
        raise Refused("gs1.empty")
    compare(found)
    return tuple(found)

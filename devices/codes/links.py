"""GS1 Digital Links: web addresses that carry application identifiers.

GS1 Digital Link Standard: URI Syntax. Any domain will do. The path ends in pairs ``/AI/value`` that begin with a key
and go on with its qualifiers, in their order; attributes stand behind the question mark.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from devices.codes.elements import Element, Refused, check, compare
from devices.codes.identifiers import identifier
from devices.codes.numbers import GTIN_LENGTHS, is_number

_SCHEMES = ("https://", "HTTPS://", "http://", "HTTP://")
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_DOMAIN = re.compile(r"[A-Za-z0-9.\-:\[\]]+")
_RESOLVER = "id.gs1.org"


def is_address(text: str) -> bool:
    """Whether this is a web address, as Digital Links are written: the scheme in small letters or in capitals."""
    return text.startswith(_SCHEMES)


def link(text: str) -> tuple[Element, ...] | None:
    """The elements of a Digital Link; nothing for a web address that is none.

    Raises ``Refused`` where it claims to be one, by a key in its path, and is not.
    """
    begin = text.index("://") + 3
    slash = text.find("/", begin)
    address, _, _ = text.partition("#")
    path_end = address.find("?") if "?" in address else len(address)
    if not begin < slash < path_end or not _DOMAIN.fullmatch(text, begin, slash):
        return None
    pairs = _pairs(address, slash, path_end)
    if not pairs:
        if text[begin:slash].lower() == _RESOLVER and path_end > slash + 1:
            raise Refused("link.compressed")
        return None
    if not _CHARACTERS.fullmatch(text):
        raise Refused("link.character")
    found = [_meant(element) for element in pairs]
    path = [element.identifier for element in found]
    if not _may_follow(path[0], path[1:]):
        raise Refused("link.order", path[1], found[1].position, path[0])
    for element in _attributes(address, path_end + 1):
        _check_attribute(element, found, path)
        found.append(element)
    compare(found)
    return tuple(found)


def _pairs(address: str, slash: int, end: int) -> list[Element]:
    """The pairs at the end of a path, from its last key on; values as they are written."""
    names = address[slash + 1 : end].split("/")
    starts: list[int] = []
    at = slash + 1
    for name in names:
        starts.append(at)
        at += len(name) + 1
    pairs: list[Element] = []
    for index in range(len(names) - 2, -1, -2):
        known = identifier(names[index])
        if known is None:
            return []
        pairs.insert(0, Element(names[index], names[index + 1], starts[index] + 1))
        if known.row.path is not None:
            return pairs
    return []


def _meant(element: Element) -> Element:
    """An element of the path with its value unescaped, which must be right."""
    meant = Element(element.identifier, _unescaped(element.value), element.position)
    known = identifier(meant.identifier)
    if known is None:
        raise Refused("gs1.unknown_identifier", meant.identifier, meant.position)
    check(meant, known)
    return meant


_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)


def _may_follow(key: str, qualifiers: Sequence[str]) -> bool:
    """Whether these may stand behind a key in a path: some of one sequence, in its order."""
    known = identifier(key)
    paths = known.paths if known is not None else ()
    return not qualifiers or any(
        tuple(qualifiers) in combinations(path, len(qualifiers))
        for path in paths
        if len(qualifiers) <= len(path)
    )


def _attributes(address: str, at: int) -> Iterator[Element]:
    """What stands behind the question mark under the number of an AI; other names are not ours."""
    for pair in address[at:].split("&"):
        name, equals, value = pair.partition("=")
        if equals and is_number(name):
            meant = _unescaped(value.replace("+", " "))
            if name == "01" and len(meant) in GTIN_LENGTHS:
                meant = meant.zfill(14)
            yield Element(name, meant, at + 1)
        at += len(pair) + 1


def _check_attribute(element: Element, found: Sequence[Element], path: Sequence[str]) -> None:
    known = identifier(element.identifier)
    if known is None:
        raise Refused("gs1.unknown_identifier", element.identifier, element.position)
    check(element, known)
    if any(other.identifier == element.identifier for other in found):
        raise Refused("link.twice", element.identifier, element.position)
    if not known.row.attribute:
        raise Refused("link.no_attribute", element.identifier, element.position)
    for at in range(1, len(path) + 1):
        if _may_follow(path[0], [*path[1:at], element.identifier, *path[at:]]):
            raise Refused("link.belongs_into_path", element.identifier, element.position)

"""Codes in which a separator got lost: all that they could have said.

Keyboards, terminals and careless label programs lose FNC1. What follows a value of no fixed length then reads as its
end: lot ``AB-1`` and serial ``7`` become lot ``AB-1217``. Nothing in the code tells; only stock can say which it is.
"""

from collections.abc import Iterator, Sequence

from devices.codes.elements import GS, Element, Refused, compare, lacking, wrong
from devices.codes.identifiers import Identifier, digits_of_identifier, identifier

_LONGEST = 120  # characters; what is longer is no label of a unit
_MOST_LOST = 2

_LIKELY = frozenset({"10", "11", "15", "17", "21", "30", "37"})
_FOLLOWS = (
    _LIKELY
    | {"13", "16", "20", "22", "240", "241", "242", "250", "251", "400", "422"}
    | {f"310{decimals}" for decimals in range(6)}
)
"""AIs that stand behind a lot or a serial number on labels of goods."""


def splits(text: str) -> tuple[tuple[Element, ...], ...]:
    """The ways to read an element string with one or two separators lost, the likeliest first, one for each lot.

    The likeliest lost the fewest separators, has no AI that needs another one, and the commonest ones. What it says
    as it stands is not among them. No lot is left out that it could say, so that stock can tell for sure.
    """
    if len(text) > _LONGEST:
        return ()
    found = [(lost, way) for lost, way in _ways(text, 0, 0) if lost and _go_together(way)]
    of_lots: dict[str, tuple[Element, ...]] = {}
    for _, way in sorted(found, key=lambda one: (one[0], *_unlikeliness(one[1]))):
        of_lots.setdefault(next((each.value for each in way if each.identifier == "10"), ""), way)
    return tuple(of_lots.values())


def _unlikeliness(way: Sequence[Element]) -> tuple[int, ...]:
    """How many AIs lack another one, how many are rare; a later place before an earlier one."""
    lacks = sum(refusal.identifier != "37" for refusal in lacking(way))
    rare = sum(element.identifier not in _LIKELY for element in way)
    return lacks, rare, *(-len(element.value) for element in way)


def _go_together(way: Sequence[Element]) -> bool:
    try:
        compare(way)
    except Refused:
        return False
    return len({element.identifier for element in way}) == len(way)


def _ways(text: str, at: int, lost: int) -> Iterator[tuple[int, tuple[Element, ...]]]:
    """Every way to read the rest of a text, with how many separators that makes lost."""
    while at < len(text) and text[at] == GS:
        at += 1
    if at == len(text):
        yield lost, ()
        return
    begin = at + (digits_of_identifier(text[at : at + 2]) or 2)
    known = identifier(text[at:begin])
    if known is None:
        return
    for stop, now_lost in _ends(text, begin, known, lost):
        if not wrong(text[begin:stop], known):
            element = Element(text[at:begin], text[begin:stop], at + 1)
            yield from ((total, (element, *rest)) for total, rest in _ways(text, stop, now_lost))


def _ends(text: str, begin: int, known: Identifier, lost: int) -> Iterator[tuple[int, int]]:
    """Where a value can end: where it does, or in front of an AI that ran into it."""
    end = text.find(GS, begin)
    end = len(text) if end < 0 else end
    if known.row.fixed:
        yield min(end, begin + known.longest), lost
        return
    yield end, lost
    if lost < _MOST_LOST:
        last = min(end, begin + known.longest + 1)
        yield from ((cut, lost + 1) for cut in range(begin + 1, last) if _begins(text, cut))


def _begins(text: str, at: int) -> bool:
    """Whether an AI that follows others begins here."""
    return text[at : at + digits_of_identifier(text[at : at + 2])] in _FOLLOWS

"""Codes in which a separator got lost: all that they could have said.

Keyboards, terminals and careless label programs lose FNC1. What follows a value of no fixed length then reads as its
end: lot ``AB-1`` and serial ``7`` become lot ``AB-1217``. Nothing in the code tells; only stock can say which it is.
"""

from collections.abc import Iterator, Sequence

from devices.codes.elements import GS, Element, Refused, compare, lacking, wrong
from devices.codes.identifiers import digits_of_identifier, identifier

MOST = 8
"""So many ways to read a code are given."""
_STEPS = 600
"""So many places are tried; a code that needs more is no label of a unit."""
_MOST_LOST = 3

_LIKELY = frozenset({"10", "11", "15", "17", "21", "30", "37"})
_FOLLOWS = (
    _LIKELY
    | {"13", "16", "20", "22", "240", "241", "242", "250", "251", "400", "422"}
    | {f"310{decimals}" for decimals in range(6)}
)
"""AIs that stand behind a lot or a serial number on labels of goods."""


def splits(text: str) -> tuple[tuple[Element, ...], ...]:
    """All ways to read an element string with up to three separators lost, the likeliest first, at most ``MOST``.

    The likeliest lost the fewest separators, has no AI that needs another one, and the commonest ones. What it says
    as it stands is not among them.
    """
    budget = [_STEPS]
    found = {
        tuple((each.identifier, each.value) for each in way): (lost, way)
        for lost, way in _ways(text.strip(GS), 0, 0, budget)
        if lost and _go_together(way)
    }
    ranked = sorted(found.values(), key=lambda one: (one[0], *_unlikeliness(one[1])))
    return tuple(way for _, way in ranked[:MOST])


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


def _ways(text: str, at: int, lost: int, budget: list[int]) -> Iterator[tuple[int, tuple[Element, ...]]]:
    while at < len(text) and text[at] == GS:
        at += 1
    if at == len(text):
        yield lost, ()
        return
    begin = at + (digits_of_identifier(text[at : at + 2]) or 2)
    known = identifier(text[at:begin])
    if known is None:
        return
    end = text.find(GS, begin)
    end = len(text) if end < 0 else end
    if known.row.fixed:
        ends = [(min(end, begin + known.longest), lost)]
    else:
        ends = [(end, lost), *((cut, lost + 1) for cut in range(begin + 1, end) if _begins(text, cut))]
    for stop, now_lost in ends:
        budget[0] -= 1
        if budget[0] < 0 or now_lost > _MOST_LOST:
            return
        if wrong(text[begin:stop], known):
            continue
        element = Element(text[at:begin], text[begin:stop], at + 1)
        for total, rest in _ways(text, stop, now_lost, budget):
            yield total, (element, *rest)


def _begins(text: str, at: int) -> bool:
    """Whether an AI that follows others begins here."""
    return text[at : at + digits_of_identifier(text[at : at + 2])] in _FOLLOWS

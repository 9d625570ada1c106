"""The look-alike guard: what is easily taken for the right item is named before the pick."""

from app.fulfilment.dialogues.picking.saying import item_name, told_apart
from app.model.answers import Say, say
from app.model.items import Item
from app.model.known import Known
from app.model.work import Task

_NAMED = 2
"""So many look-alikes are named: who reads more takes none of it in."""


def beware(task: Task, known: Known) -> tuple[Say, ...]:
    """One short line with the look-alikes of a task's item; nothing where there are none.

    What was really mixed up with it in the past comes first, the most often first, sister or not. Then come the
    sisters that differ least: in one property only, and by name.
    """
    item = known.items.get(task.sku)
    if item is None:
        return ()
    mixed_up = {look.sku: look.times for look in item.looks_like}
    alike = {**{sku: known.items[sku] for sku in mixed_up if sku in known.items}, **known.styles[item.style]}
    others = [other for other in alike.values() if other.sku != item.sku]
    others.sort(key=lambda other: (-mixed_up.get(other.sku, 0), _differences(item, other), other.sku))
    named = others[:_NAMED]
    if not named:
        return ()
    first = named[0]
    right = told_apart(item, first) if item.is_sister_of(first) else item_name(known, item.sku)
    wrong = " / ".join(dict.fromkeys(_told(item, other, known) for other in named))
    return (say("pick.not_that", right=right, wrong=wrong),)


def _differences(item: Item, other: Item) -> int:
    theirs = dict(other.variant)
    return sum(1 for name, value in item.variant if theirs.get(name) != value)


def _told(item: Item, other: Item, known: Known) -> str:
    return told_apart(other, item) if item.is_sister_of(other) else item_name(known, other.sku)

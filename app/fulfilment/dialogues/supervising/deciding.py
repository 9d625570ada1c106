"""What follows from a supervisor's key, line or scan."""

from dataclasses import replace

from app.fulfilment.dialogues.resolver import resolve
from app.fulfilment.dialogues.supervising import requests
from app.fulfilment.dialogues.supervising.state import (
    Desk,
    FixNeeds,
    HowManyCounted,
    LinkTo,
    Pane,
    Question,
    ReallyFree,
    ReallyManifest,
    ReallyTakeAway,
    WhatWithOrder,
    WhichFix,
    WhyFix,
    WhyReprint,
    keys_of,
    line_of,
    marked,
)
from app.fulfilment.dialogues.supervising.telling import lines_of
from app.model.answers import (
    AskCentral,
    Command,
    Decision,
    Entry,
    Kind,
    Pressed,
    Refused,
    Say,
    Told,
    Tone,
    Typed,
    Verdict,
    bad,
    good,
    wait,
)
from app.model.exceptions import ExceptionState, Fix
from app.model.known import Known
from app.model.scans import Scanned

ACCEPTS = (Kind.ITEM, Kind.TOTE, Kind.LABEL, Kind.PARCEL, Kind.ORDER)
MOST_UNITS = 1_000_000
LONGEST_REASON = 200
_PANES = (Pane.INBOX, Pane.ORDERS, Pane.TOURS, Pane.TERMINALS, Pane.MANIFESTS)
_NEEDS = {Fix.COUNT: "quantity", Fix.LINK_BARCODE: "sku"}


def decide(desk: Desk, entry: Entry, known: Known) -> Decision:
    """What follows from one entry. Every scan, key and line gets one verdict; nothing here is a fact."""
    match entry:
        case Refused(code, params):
            return Decision(verdict=Verdict(Tone.BAD, Say(code, params)), asking=replace(desk, asking=None))
        case Told():
            return _told(desk, entry)
        case Pressed(command):
            return _pressed(desk, command, known)
        case Typed(text):
            return _typed(desk, text, known)
        case Scanned():
            return _scanned(desk, entry, known)
        case _:
            return Decision()


def _ask(desk: Desk, question: Question | None, verdict: Verdict, *effects: AskCentral) -> Decision:
    return Decision(verdict=verdict, effects=effects, asking=replace(desk, asking=question))


# --- what the central said ---------------------------------------------------------------------------------------


def _told(desk: Desk, told: Told) -> Decision:
    if told.topic in {pane.value for pane in Pane}:
        if told.topic != desk.pane.value:
            return Decision()
        lines = lines_of(Pane(told.topic), told.data)
        return Decision(asking=replace(desk, lines=lines))
    refreshing = requests.look_at(desk.pane, desk.subject)
    verdict = None if told.topic == requests.TAKE else good(f"desk.done_{told.topic}")
    return Decision(verdict=verdict, effects=(refreshing,) if refreshing else ())


# --- keys --------------------------------------------------------------------------------------------------------


def _pressed(desk: Desk, command: Command, known: Known) -> Decision:
    match command:
        case Command.BACK:
            if desk.asking is None and desk.pane is not Pane.INBOX:
                return _open(desk, Pane.INBOX)
            return _ask(desk, None, good("desk.back"))
        case Command.UP | Command.DOWN:
            return _move(desk, -1 if command is Command.UP else 1, known)
        case Command.PANE:
            place = _PANES.index(desk.pane) if desk.pane in _PANES else -1
            return _open(desk, _PANES[(place + 1) % len(_PANES)])
        case Command.CHOOSE if desk.asking is None:
            return _choose(desk, known)
        case Command.QUANTITY if desk.asking is None and desk.pane is Pane.STOCK:
            row = line_of(desk, marked(desk, known))
            return _ask(desk, HowManyCounted(row), wait("desk.type_count")) if row else _nothing()
        case _:
            return Decision(verdict=bad("desk.key_not_here"))


def _nothing() -> Decision:
    return Decision(verdict=bad("desk.nothing_marked"))


def _open(desk: Desk, pane: Pane, subject: str = "") -> Decision:
    opened = Desk(pane=pane, subject=subject)
    look = requests.look_at(pane, subject)
    return Decision(verdict=good(f"desk.pane_{pane.value}"), effects=(look,) if look else (), asking=opened)


def _move(desk: Desk, step: int, known: Known) -> Decision:
    keys = keys_of(desk, known)
    if not keys:
        return _nothing()
    place = min(max(keys.index(marked(desk, known)) + step, 0), len(keys) - 1)
    return Decision(verdict=good("desk.moved"), asking=replace(desk, chosen=keys[place], asking=None))


def _choose(desk: Desk, known: Known) -> Decision:
    key = marked(desk, known)
    if not key:
        return _nothing()
    desk = replace(desk, chosen=key)
    match desk.pane:
        case Pane.INBOX:
            entry = known.exceptions[key]
            take = (requests.take(entry),) if entry.state is ExceptionState.OPEN else ()
            question = WhichFix(key) if len(entry.fixes) > 1 else _next_question(key, entry.fixes[0])
            return _ask(desk, question, wait("desk.which_fix"), *take)
        case Pane.ORDERS:
            return _ask(desk, WhatWithOrder(key), wait("desk.what_with_order"))
        case Pane.TOURS:
            return _ask(desk, ReallyTakeAway(key), wait("desk.why_take_away"))
        case Pane.MANIFESTS:
            return _ask(desk, ReallyManifest(key), wait("desk.really_manifest", carrier=key))
        case Pane.STOCK:
            row = line_of(desk, key)
            return _ask(desk, HowManyCounted(row), wait("desk.type_count")) if row else _nothing()
        case Pane.TERMINALS:
            return Decision(verdict=bad("desk.key_not_here"))


# --- typed lines -------------------------------------------------------------------------------------------------


def _next_question(exception: str, fix: Fix) -> Question:
    needs = _NEEDS.get(fix)
    return FixNeeds(exception, fix, needs) if needs else WhyFix(exception, fix)


def _typed(desk: Desk, text: str, known: Known) -> Decision:
    match desk.asking:
        case None:
            return Decision(verdict=bad("desk.key_not_here"))
        case WhichFix(exception):
            return _fix_chosen(desk, exception, text, known)
        case FixNeeds():
            return _fix_told(desk, desk.asking, text, known)
        case WhatWithOrder(order):
            return _order_chosen(desk, order, text)
        case ReallyManifest(carrier):
            if text != "1":
                return Decision(verdict=bad("desk.type_1", read=text[:20]))
            return _asked(desk, requests.close_manifest(carrier))
        case HowManyCounted(row):
            quantity = _units(text)
            if quantity is None:
                return Decision(verdict=bad("desk.not_a_quantity", read=text[:20]))
            return _asked(desk, requests.count(row, quantity))
        case LinkTo(barcode):
            sku = _sku(text, known)
            if sku is None:
                return Decision(verdict=bad("desk.unknown_sku", read=text[:40]))
            return _asked(desk, requests.link(barcode, sku))
        case question:
            return _reasoned(desk, question, text, known)


def _reasoned(
    desk: Desk, question: WhyFix | ReallyTakeAway | ReallyFree | WhyReprint, reason: str, known: Known
) -> Decision:
    if not 3 <= len(reason) <= LONGEST_REASON:
        return Decision(verdict=bad("desk.reason_length", most=LONGEST_REASON))
    match question:
        case WhyFix(exception, fix, with_):
            entry = known.exceptions.get(exception)
            if entry is None:
                return _ask(desk, None, bad("desk.gone"))
            return _asked(desk, requests.resolve(entry, fix, reason, with_))
        case ReallyTakeAway(tour):
            return _asked(desk, requests.take_away(tour, reason))
        case ReallyFree(tote):
            return _asked(desk, requests.free(tote, reason))
        case WhyReprint(parcel):
            return _asked(desk, requests.reprint(parcel, reason))


def _asked(desk: Desk, request: AskCentral) -> Decision:
    return _ask(desk, None, wait("desk.asked"), request)


def _fix_chosen(desk: Desk, exception: str, text: str, known: Known) -> Decision:
    entry = known.exceptions.get(exception)
    if entry is None:
        return _ask(desk, None, bad("desk.gone"))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= len(entry.fixes):
        return Decision(verdict=bad("desk.not_a_fix", read=text[:20], most=len(entry.fixes)))
    question = _next_question(exception, entry.fixes[int(text) - 1])
    code = (
        "desk.type_reason"
        if isinstance(question, WhyFix)
        else f"desk.type_{_NEEDS[entry.fixes[int(text) - 1]]}"
    )
    return _ask(desk, question, wait(code))


def _fix_told(desk: Desk, needs: FixNeeds, text: str, known: Known) -> Decision:
    told: tuple[tuple[str, str | int], ...]
    if needs.what == "quantity":
        quantity = _units(text)
        if quantity is None:
            return Decision(verdict=bad("desk.not_a_quantity", read=text[:20]))
        told = (("quantity", quantity),)
    else:
        sku = _sku(text, known)
        if sku is None:
            return Decision(verdict=bad("desk.unknown_sku", read=text[:40]))
        told = (("sku", sku),)
    return _ask(desk, WhyFix(needs.exception, needs.fix, told), wait("desk.type_reason"))


def _order_chosen(desk: Desk, order: str, text: str) -> Decision:
    act = {"1": "release", "2": "hold", "3": "cancel"}.get(text)
    if act is None:
        return Decision(verdict=bad("desk.not_an_act", read=text[:20]))
    return _asked(desk, requests.change_order(order, act))


def _units(text: str) -> int | None:
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= 7 and int(text) <= MOST_UNITS
        else None
    )


def _sku(text: str, known: Known) -> str | None:
    return next((sku for sku in known.items if sku.casefold() == text.casefold()), None)


# --- scans -------------------------------------------------------------------------------------------------------


def _scanned(desk: Desk, entry: Scanned, known: Known) -> Decision:
    if isinstance(desk.asking, FixNeeds | LinkTo) and (
        item := resolve(entry.reading, known, (Kind.ITEM,)).meaning
    ):
        return _typed(desk, item.key, known)
    if desk.asking is not None:
        return Decision(verdict=bad("desk.answer_first"))
    found = resolve(entry.reading, known, ACCEPTS)
    if found.meaning is None:
        if found.unknown and not entry.reading.refused:
            barcode = entry.reading.text[:64]
            return _ask(desk, LinkTo(barcode), wait("desk.unknown_barcode", read=barcode))
        return Decision(verdict=bad("desk.scan_means_nothing", read=entry.reading.text[:40]))
    match found.meaning.kind:
        case Kind.ITEM:
            return _open(desk, Pane.STOCK, found.meaning.key)
        case Kind.TOTE:
            return _ask(desk, ReallyFree(found.meaning.key), wait("desk.why_free", tote=found.meaning.key))
        case Kind.ORDER:
            return _ask(desk, WhatWithOrder(found.meaning.key), wait("desk.what_with_order"))
        case _:
            return _ask(desk, WhyReprint(found.meaning.key), wait("desk.why_reprint"))

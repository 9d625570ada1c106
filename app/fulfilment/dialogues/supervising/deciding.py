"""What follows from a supervisor's key, line or scan."""

from dataclasses import replace

from app.fulfilment.dialogues.resolver import resolve
from app.fulfilment.dialogues.supervising import requests
from app.fulfilment.dialogues.supervising.state import (
    Desk,
    FixNeeds,
    HowManyCounted,
    Line,
    LinkTo,
    Pane,
    Question,
    ReallyManifest,
    Reasoned,
    TakeOver,
    WhatWithOrder,
    WhereTo,
    WhichFix,
    WhyFix,
    WhyFree,
    WhyOrder,
    WhyReprint,
    WhyTakeAway,
    keys_of,
    line_of,
    marked,
)
from app.fulfilment.dialogues.supervising.telling import LOOSE, PICKUP, lines_of
from app.model.answers import (
    AskCentral,
    Command,
    Decision,
    Entry,
    Kind,
    Meaning,
    Param,
    Pressed,
    Refused,
    Say,
    Told,
    Tone,
    Typed,
    Verdict,
    bad,
    good,
    say,
    wait,
)
from app.model.exceptions import ExceptionState, Fix, WarehouseException
from app.model.known import Known
from app.model.scans import Scanned
from app.model.words import words

ACCEPTS = (Kind.ITEM, Kind.TOTE, Kind.LABEL, Kind.PARCEL, Kind.ORDER)
NEEDS = {Fix.COUNT: "quantity", Fix.LINK_BARCODE: "sku"}
"""What a fix needs to be told beside its reason."""
REASONS = ("desk.reason_1", "desk.reason_2", "desk.reason_3")
"""Reasons that one digit stands for: a ring scanner has no letters."""
MOST_UNITS = 1_000_000
LONGEST_REASON = 200
_PANES = tuple(pane for pane in Pane if pane is not Pane.STOCK)
_ACTS = {"1": "release", "2": "hold", "3": "cancel"}
_HOME_UNKNOWN = "tote.home_unknown"


def decide(desk: Desk, entry: Entry, known: Known, operator: str) -> Decision:
    """What follows from one entry of ``operator``. Each scan, key and line gets one verdict; nothing here is a fact."""
    match entry:
        case Refused():
            return _refused(desk, entry)
        case Told():
            return _told(desk, entry, known)
        case Pressed(command):
            return _pressed(desk, command, known, operator)
        case Typed(text):
            return _typed(desk, text, known)
        case Scanned():
            return _scanned(desk, entry, known)
        case _:
            return Decision()


def _ask(desk: Desk, question: Question | None, verdict: Verdict, *effects: AskCentral) -> Decision:
    return Decision(verdict=verdict, effects=effects, asking=replace(desk, asking=question))


def _asked(desk: Desk, request: AskCentral) -> Decision:
    """All is known: the central is asked, and says what became of it."""
    return _ask(desk, None, wait("desk.asked"), request)


def _no(code: str, **params: Param) -> Decision:
    return Decision(verdict=bad(code, **params))


# --- what the central said ---------------------------------------------------------------------------------------


def _refused(desk: Desk, refused: Refused) -> Decision:
    """The central's no. A fix of something that was not won is not asked about any longer."""
    question = None if isinstance(desk.asking, WhichFix | FixNeeds | WhyFix) else desk.asking
    if refused.code == _HOME_UNKNOWN:
        question = desk.resolving
    verdict = Verdict(Tone.BAD, Say(refused.code, refused.params))
    return Decision(verdict=verdict, asking=replace(desk, asking=question, resolving=None))


def _told(desk: Desk, told: Told, known: Known) -> Decision:
    if told.topic in set(Pane):
        if told.topic != desk.pane.value:
            return Decision()
        return Decision(asking=replace(desk, lines=lines_of(desk.pane, told.data, known)))
    if told.topic == requests.TAKE:
        return Decision()
    look = requests.look_at(desk.pane, desk.subject)
    return Decision(
        verdict=good(f"desk.done_{told.topic}"),
        effects=(look,) if look else (),
        asking=replace(desk, resolving=None),
    )


# --- keys --------------------------------------------------------------------------------------------------------


def _pressed(desk: Desk, command: Command, known: Known, operator: str) -> Decision:
    match command:
        case Command.BACK:
            if desk.asking is None and desk.pane is not Pane.INBOX:
                return _open(desk, Pane.INBOX)
            return _ask(desk, None, good("desk.back"))
        case Command.UP | Command.DOWN if desk.asking is None:
            return _move(desk, -1 if command is Command.UP else 1, known)
        case Command.PANE if desk.asking is None:
            place = _PANES.index(desk.pane) if desk.pane in _PANES else -1
            return _open(desk, _PANES[(place + 1) % len(_PANES)])
        case Command.CHOOSE if desk.asking is None or isinstance(desk.asking, TakeOver):
            return _choose(desk, known, operator)
        case Command.QUANTITY if desk.asking is None and desk.pane is Pane.STOCK:
            return _choose(desk, known, operator)
        case _ if desk.asking is not None:
            return _no("desk.answer_first")
        case _:
            return _no("desk.key_not_here")


def _open(desk: Desk, pane: Pane, subject: str = "") -> Decision:
    look = requests.look_at(pane, subject)
    opened = Desk(pane=pane, subject=subject)
    return Decision(verdict=good(f"desk.pane_{pane.value}"), effects=(look,) if look else (), asking=opened)


def _move(desk: Desk, step: int, known: Known) -> Decision:
    keys = keys_of(desk, known)
    if not keys:
        return _no("desk.nothing_marked")
    before = keys.index(marked(desk, known))
    place = min(max(before + step, 0), len(keys) - 1)
    verdict = good("desk.moved", place=place + 1, of=len(keys))
    return Decision(verdict=verdict, asking=replace(desk, chosen=keys[place]))


def _choose(desk: Desk, known: Known, operator: str) -> Decision:
    """Do what is proposed for the marked row."""
    key = marked(desk, known)
    if not key:
        return _no("desk.nothing_marked")
    again = isinstance(desk.asking, TakeOver) and desk.asking.exception == key
    desk = replace(desk, chosen=key)
    row = line_of(desk, key)
    match desk.pane:
        case Pane.INBOX:
            return _take(desk, known.exceptions[key], known, operator, again=again)
        case Pane.ORDERS:
            return _ask(desk, WhatWithOrder(key), wait("desk.what_with_order"))
        case Pane.TOURS:
            return _ask(desk, WhyTakeAway(key), wait("desk.type_reason"))
        case Pane.MANIFESTS if row is not None and row.fact("is") == PICKUP:
            carrier = str(row.fact("carrier"))
            return _ask(desk, ReallyManifest(carrier), wait("desk.really_manifest", carrier=carrier))
        case Pane.MANIFESTS if row is not None and row.fact("is") == LOOSE:
            return _ask(desk, WhyReprint(str(row.fact("parcel"))), wait("desk.type_reason"))
        case Pane.STOCK if row is not None and row.fact("location"):
            return _ask(desk, HowManyCounted(row), wait("desk.type_count"))
        case _:
            return _no("desk.key_not_here")


def _take(desk: Desk, entry: WarehouseException, known: Known, operator: str, *, again: bool) -> Decision:
    """Make it one's own and propose what to do. What a colleague has is taken over only by the same key twice."""
    mine = entry.owner == operator and entry.state is ExceptionState.TAKEN
    if entry.owner and not mine and not again:
        owner = known.operators.get(entry.owner)
        name = owner.name if owner is not None else entry.owner
        return _ask(desk, TakeOver(entry.id), wait("desk.is_taken", name=name))
    question = WhichFix(entry.id) if len(entry.fixes) > 1 else _next_question(entry.id, entry.fixes[0])
    verdict = wait("desk.which_fix") if len(entry.fixes) > 1 else wait(_wanted(entry.fixes[0]))
    return _ask(desk, question, verdict, *(() if mine else (requests.take(entry),)))


# --- typed lines -------------------------------------------------------------------------------------------------


def _next_question(exception: str, fix: Fix) -> Question:
    needs = NEEDS.get(fix)
    return FixNeeds(exception, fix, needs) if needs else WhyFix(exception, fix)


def _wanted(fix: Fix) -> str:
    return f"desk.type_{NEEDS.get(fix, 'reason')}"


def _typed(desk: Desk, text: str, known: Known) -> Decision:
    match desk.asking:
        case WhichFix(exception):
            return _fix_chosen(desk, exception, text, known)
        case FixNeeds():
            return _fix_told(desk, desk.asking, text, known)
        case WhatWithOrder(order):
            return _order_chosen(desk, order, text)
        case ReallyManifest(carrier):
            return (
                _asked(desk, requests.close_manifest(carrier))
                if text == "1"
                else _no("desk.type_1", read=text[:20])
            )
        case HowManyCounted(row):
            quantity = _units(text)
            if quantity is None:
                return _no("desk.not_a_quantity", read=text[:20])
            return _asked(desk, requests.count(row, quantity))
        case LinkTo(barcode):
            sku = _sku(text, known)
            if sku is None:
                return _no("desk.unknown_sku", read=text[:40])
            return _asked(desk, requests.link(barcode, sku))
        case WhyFix() | WhyOrder() | WhyTakeAway() | WhyFree() | WhyReprint():
            return _reasoned(desk, desk.asking, text, known)
        case WhereTo() | TakeOver():
            return _no("desk.answer_first")
        case None:
            return _no("desk.key_not_here")


def _reasoned(desk: Desk, question: Reasoned, text: str, known: Known) -> Decision:
    reason = _reason(text)
    if not 3 <= len(reason) <= LONGEST_REASON:
        return _no("desk.reason_length", most=LONGEST_REASON)
    match question:
        case WhyFix(exception, fix, with_):
            return _resolve(desk, exception, fix, reason, with_, known)
        case WhyOrder(order, act):
            return _asked(desk, requests.change_order(order, act, reason))
        case WhyTakeAway(tour):
            return _asked(desk, requests.take_away(tour, reason))
        case WhyFree(tote):
            return _asked(desk, requests.free(tote, reason))
        case WhyReprint(parcel):
            return _asked(desk, requests.reprint(parcel, reason))


def _reason(text: str) -> str:
    if text in {str(number) for number in range(1, len(REASONS) + 1)}:
        return words(say(REASONS[int(text) - 1]))
    return text


def _resolve(
    desk: Desk, exception: str, fix: Fix, reason: str, with_: tuple[tuple[str, Param], ...], known: Known
) -> Decision:
    entry = known.exceptions.get(exception)
    if entry is None:
        return _ask(desk, None, bad("desk.gone"))
    resolving = replace(desk, resolving=WhereTo(exception, fix, reason))
    return _asked(resolving, requests.resolve(entry, fix, reason, with_))


def _fix_chosen(desk: Desk, exception: str, text: str, known: Known) -> Decision:
    """A number of the list; Enter alone is the proposed one."""
    entry = known.exceptions.get(exception)
    if entry is None:
        return _ask(desk, None, bad("desk.gone"))
    number = _units(text or "1")
    if number is None or not 1 <= number <= len(entry.fixes):
        return _no("desk.not_a_fix", read=text[:20], most=len(entry.fixes))
    fix = entry.fixes[number - 1]
    return _ask(desk, _next_question(exception, fix), wait(_wanted(fix)))


def _fix_told(desk: Desk, needs: FixNeeds, text: str, known: Known) -> Decision:
    told: tuple[str, Param]
    if needs.what == "quantity":
        quantity = _units(text)
        if quantity is None:
            return _no("desk.not_a_quantity", read=text[:20])
        told = ("quantity", quantity)
    else:
        sku = _sku(text, known)
        if sku is None:
            return _no("desk.unknown_sku", read=text[:40])
        told = ("sku", sku)
    return _ask(desk, WhyFix(needs.exception, needs.fix, (told,)), wait("desk.type_reason"))


def _order_chosen(desk: Desk, order: str, text: str) -> Decision:
    act = _ACTS.get(text)
    if act is None:
        return _no("desk.not_an_act", read=text[:20])
    if act == "release":
        return _asked(desk, requests.change_order(order, act))
    return _ask(desk, WhyOrder(order, act), wait("desk.type_reason"))


def _units(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_UNITS))):
        return None
    return int(text) if int(text) <= MOST_UNITS else None


def _sku(text: str, known: Known) -> str | None:
    if text in known.items:
        return text
    return next((sku for sku in known.items if sku.casefold() == text.casefold()), None)


# --- scans -------------------------------------------------------------------------------------------------------


def _scanned(desk: Desk, entry: Scanned, known: Known) -> Decision:
    if desk.asking is not None:
        return _answered_by_scan(desk, desk.asking, entry, known)
    accepts = (Kind.LOCATION, *ACCEPTS) if desk.pane is Pane.STOCK else ACCEPTS
    found = resolve(entry.reading, known, accepts)
    if found.meaning is not None:
        return _meant(desk, found.meaning)
    if found.unknown and not entry.reading.refused and entry.reading.text:
        barcode = entry.reading.text[:64]
        return _ask(desk, LinkTo(barcode), wait("desk.unknown_barcode", read=barcode))
    return _no("desk.scan_means_nothing", read=entry.reading.text[:40])


def _meant(desk: Desk, meaning: Meaning) -> Decision:
    key = meaning.key
    match meaning.kind:
        case Kind.LOCATION:
            return _ask(desk, HowManyCounted(_row_at(desk, key)), wait("desk.type_count"))
        case Kind.ITEM:
            return _open(desk, Pane.STOCK, key)
        case Kind.TOTE:
            return _ask(desk, WhyFree(key), wait("desk.type_reason"))
        case Kind.ORDER:
            return _ask(desk, WhatWithOrder(key), wait("desk.what_with_order"))
        case _:
            return _ask(desk, WhyReprint(key), wait("desk.type_reason"))


def _row_at(desk: Desk, location: str) -> Line:
    """The item's row in a location, or a new one: what nobody expected there can be counted too."""
    facts = (("location", location), ("sku", desk.subject), ("lot", ""))
    rows = (line for line in desk.lines if line.fact("location") == location)
    return next(rows, Line(location, location, facts))


def _answered_by_scan(desk: Desk, question: Question, entry: Scanned, known: Known) -> Decision:
    """Some questions can be answered with the scanner."""
    match question:
        case FixNeeds(what="sku") | LinkTo():
            item = resolve(entry.reading, known, (Kind.ITEM,)).meaning
            if item is not None:
                return _typed(desk, item.key, known)
        case WhereTo(exception, fix, reason):
            place = resolve(entry.reading, known, (Kind.LOCATION,)).meaning
            if place is not None:
                return _resolve(desk, exception, fix, reason, (("location", place.key),), known)
            return _no("desk.no_location", read=entry.reading.text[:40])
        case _:
            pass
    return _no("desk.answer_first")

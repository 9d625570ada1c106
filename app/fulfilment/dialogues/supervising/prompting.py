"""What a supervisor sees: the list, the marked row with its reasons, and the one question."""

from app.fulfilment.dialogues.supervising.deciding import ACCEPTS, REASONS
from app.fulfilment.dialogues.supervising.state import (
    Desk,
    FixNeeds,
    HowManyCounted,
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
    inbox,
    keys_of,
    line_of,
    marked,
)
from app.fulfilment.dialogues.supervising.telling import PICKUP
from app.model.answers import Command, Kind, Prompt, Row, Say, say
from app.model.exceptions import Fix, WarehouseException
from app.model.known import Known, StationState
from app.model.words import words

_KEYS = (Command.CHOOSE, Command.PANE, Command.WHY, Command.BACK, Command.VIEW, Command.SIGN_OFF)
_ANSWERING = (Command.BACK, Command.WHY, Command.VIEW, Command.SIGN_OFF)
_CLOCK_OFF_S = 120


def prompt(desk: Desk, known: Known) -> Prompt:
    """The view as it stands. While something is asked, only the row that it is about is shown."""
    chosen = marked(desk, known)
    rows = _rows(desk, known, chosen)
    ask, entry = _asks(desk, chosen, known)
    about = chosen if desk.asking is not None else ""
    return Prompt(
        step=f"desk.{desk.pane.value}",
        large=say(f"desk.large_{desk.pane.value}", count=len(rows)),
        ask=ask,
        detail=_detail(desk, known, chosen),
        accepts=(Kind.BADGE, *_accepts(desk)),
        keys=_keys(desk),
        rows=tuple(row for row in rows if not about or row.key == about),
        entry=entry,
        why=_why(desk, known, chosen),
    )


def _accepts(desk: Desk) -> tuple[Kind, ...]:
    match desk.asking:
        case None:
            return (Kind.LOCATION, *ACCEPTS) if desk.pane is Pane.STOCK else ACCEPTS
        case FixNeeds(what="sku") | LinkTo():
            return (Kind.ITEM,)
        case WhereTo():
            return (Kind.LOCATION,)
        case _:
            return ()


def _keys(desk: Desk) -> tuple[Command, ...]:
    if isinstance(desk.asking, TakeOver):
        return (Command.CHOOSE, *_ANSWERING)
    if desk.asking is not None:
        return _ANSWERING
    return (Command.QUANTITY, *_KEYS) if desk.pane is Pane.STOCK else _KEYS


# --- rows --------------------------------------------------------------------------------------------------------


def _rows(desk: Desk, known: Known, chosen: str) -> tuple[Row, ...]:
    match desk.pane:
        case Pane.INBOX:
            texts = {entry.id: _entry_text(entry, known) for entry in inbox(known)}
        case Pane.TERMINALS:
            texts = {name: _terminal_text(known.stations[name], known) for name in keys_of(desk, known)}
        case _:
            texts = {line.key: line.text for line in desk.lines}
    return tuple(Row(key, text, 0, 0, current=key == chosen) for key, text in texts.items())


def _entry_text(entry: WarehouseException, known: Known) -> str:
    owner = known.operators.get(entry.owner)
    return words(
        say(
            "desk.row_entry",
            subject=f"{entry.subject:<18}",
            kind=words(say(f"desk.kind_{entry.kind.value}")),
            owner=f" [{owner.name if owner is not None else entry.owner}]" if entry.owner else "",
            fix=fix_name(entry.fixes[0]),
            since=f"{entry.opened_at:%d %b %H:%M}",
            until=f"{entry.deadline:%d %b %H:%M}" if entry.deadline is not None else "-",
        )
    )


def _terminal_text(terminal: StationState, known: Known) -> str:
    who = known.operators.get(terminal.operator)
    name = who.name if who is not None else terminal.operator
    text = words(
        say(
            "desk.row_terminal",
            name=f"{terminal.name:<12}",
            who=name or words(say("desk.nobody")),
            view=terminal.view,
            seen=terminal.last_seen[:16].replace("T", " "),
        )
    )
    if terminal.pending:
        text += words(say("desk.row_pending", count=terminal.pending))
    if abs(terminal.clock_offset_s) > _CLOCK_OFF_S:
        text += words(say("desk.row_clock", seconds=terminal.clock_offset_s))
    return text


def fix_name(fix: Fix) -> str:
    """A fix as people call it."""
    return words(say(f"desk.fix_{fix.value}"))


# --- what stands beside the question -----------------------------------------------------------------------------


def _detail(desk: Desk, known: Known, chosen: str) -> tuple[Say, ...]:
    entry = known.exceptions.get(chosen) if desk.pane is Pane.INBOX else None
    detail: tuple[Say, ...] = ()
    if entry is not None:
        detail = (Say(entry.code, entry.params),)
    elif desk.subject in known.items:
        detail = (say("desk.item", sku=desk.subject, name=known.items[desk.subject].name),)
    if isinstance(desk.asking, WhyFix | WhyOrder | WhyTakeAway | WhyFree | WhyReprint):
        detail = (*detail, _reasons())
    return detail


def _reasons() -> Say:
    told = "  ".join(f"{number} {words(say(code))}" for number, code in enumerate(REASONS, start=1))
    return say("desk.or_a_number", reasons=told)


def _why(desk: Desk, known: Known, chosen: str) -> tuple[Say, ...]:
    entry = known.exceptions.get(chosen) if desk.pane is Pane.INBOX else None
    if entry is None:
        return ()
    return (
        Say(entry.code, entry.params),
        say("desk.why_subject", kind=entry.subject_kind, subject=entry.subject),
        say("desk.why_since", opened=f"{entry.opened_at:%Y-%m-%d %H:%M} UTC"),
        say("desk.why_fixes", fixes=", ".join(fix_name(fix) for fix in entry.fixes)),
    )


# --- the question ------------------------------------------------------------------------------------------------


def _asks(desk: Desk, chosen: str, known: Known) -> tuple[Say, str]:
    if desk.asking is not None:
        return _question(desk.asking, known)
    if not chosen:
        return say("desk.ask_nothing"), ""
    row = line_of(desk, chosen)
    if desk.pane is Pane.MANIFESTS and row is not None and row.fact("is") != PICKUP:
        return say(f"desk.ask_{row.fact('is')}"), ""
    return say(f"desk.ask_{desk.pane.value}"), ""


def _question(question: Question, known: Known) -> tuple[Say, str]:
    match question:
        case TakeOver():
            return say("desk.ask_take_over"), ""
        case WhichFix(exception):
            entry = known.exceptions.get(exception)
            fixes = entry.fixes if entry is not None else ()
            choices = "  ".join(f"{number} {fix_name(fix)}" for number, fix in enumerate(fixes, start=1))
            return say("desk.ask_fix", fixes=choices), "choice"
        case FixNeeds(_, _, what):
            return say(f"desk.ask_{what}"), what
        case WhereTo():
            return say("desk.ask_where"), ""
        case WhatWithOrder(order):
            return say("desk.ask_order", order=order), "choice"
        case ReallyManifest(carrier):
            return say("desk.ask_manifest", carrier=carrier), "choice"
        case HowManyCounted(row):
            return say("desk.ask_count", row=row.key), "quantity"
        case LinkTo(barcode):
            return say("desk.ask_link", barcode=barcode), "sku"
        case WhyFix() | WhyOrder() | WhyTakeAway() | WhyFree() | WhyReprint():
            return _why_asked(question), "reason"


def _why_asked(question: Reasoned) -> Say:
    match question:
        case WhyFix(_, fix, _):
            return say("desk.ask_reason", fix=fix_name(fix))
        case WhyOrder(order, act):
            return say(f"desk.ask_{act}", order=order)
        case WhyTakeAway(tour):
            return say("desk.ask_take_away", tour=tour)
        case WhyFree(tote):
            return say("desk.ask_free", tote=tote)
        case WhyReprint(parcel):
            return say("desk.ask_reprint", parcel=parcel)

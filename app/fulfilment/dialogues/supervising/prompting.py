"""What a supervisor sees: the list, the marked row with its reasons, and the one question."""

from app.fulfilment.dialogues.supervising.deciding import ACCEPTS
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
    inbox,
    keys_of,
    marked,
)
from app.model.answers import Command, Kind, Prompt, Row, Say, say
from app.model.exceptions import WarehouseException
from app.model.known import Known, StationState

_KEYS = (Command.CHOOSE, Command.PANE, Command.WHY, Command.BACK, Command.VIEW, Command.SIGN_OFF)
_ANSWERING = (Command.BACK, Command.SIGN_OFF)


def prompt(desk: Desk, known: Known) -> Prompt:
    """The view as it stands."""
    chosen = marked(desk, known)
    rows = _rows(desk, known, chosen)
    ask, entry = _question(desk, desk.asking, known)
    return Prompt(
        step=f"desk.{desk.pane.value}",
        large=say(f"desk.large_{desk.pane.value}", count=len(rows)),
        ask=ask,
        detail=_detail(desk, known, chosen),
        accepts=(Kind.BADGE, *ACCEPTS),
        keys=_ANSWERING if desk.asking is not None else _keys(desk),
        rows=rows,
        entry=entry,
        why=_why(desk, known, chosen),
    )


def _keys(desk: Desk) -> tuple[Command, ...]:
    return (Command.QUANTITY, *_KEYS) if desk.pane is Pane.STOCK else _KEYS


def _rows(desk: Desk, known: Known, chosen: str) -> tuple[Row, ...]:
    match desk.pane:
        case Pane.INBOX:
            return tuple(_entry_row(entry, known, current=entry.id == chosen) for entry in inbox(known))
        case Pane.TERMINALS:
            return tuple(
                _terminal_row(known.stations[name], current=name == chosen) for name in keys_of(desk, known)
            )
        case _:
            return tuple(
                Row(line.key, f"{line.key:<12} {line.text}", 0, 0, current=line.key == chosen)
                for line in desk.lines
            )


def _entry_row(entry: WarehouseException, known: Known, *, current: bool) -> Row:
    owner = known.operators.get(entry.owner)
    taken = f" [{owner.name}]" if owner is not None else ""
    until = f" until {entry.deadline:%d %b %H:%M}" if entry.deadline is not None else ""
    text = f"{entry.kind.value.replace('_', ' ')}{taken}: {entry.fixes[0].value.replace('_', ' ')}{until}"
    return Row(entry.id, f"{entry.subject:<12} {text}", 0, 0, current=current)


def _terminal_row(terminal: StationState, *, current: bool) -> Row:
    who = terminal.operator or "nobody"
    waiting = f", {terminal.pending} to send" if terminal.pending else ""
    off = f", clock off by {terminal.clock_offset_s} s" if abs(terminal.clock_offset_s) > 120 else ""
    return Row(
        terminal.name, f"{who} {terminal.view}, seen {terminal.last_seen[:16]}{waiting}{off}", 0, 0, current
    )


def _detail(desk: Desk, known: Known, chosen: str) -> tuple[Say, ...]:
    entry = known.exceptions.get(chosen) if desk.pane is Pane.INBOX else None
    if entry is not None:
        return (Say(entry.code, entry.params),)
    return (say("desk.item", sku=desk.subject),) if desk.subject else ()


def _why(desk: Desk, known: Known, chosen: str) -> tuple[Say, ...]:
    entry = known.exceptions.get(chosen) if desk.pane is Pane.INBOX else None
    if entry is None:
        return ()
    fixes = ", ".join(fix.value.replace("_", " ") for fix in entry.fixes)
    return (
        Say(entry.code, entry.params),
        say("desk.why_subject", kind=entry.subject_kind, subject=entry.subject),
        say("desk.why_since", opened=f"{entry.opened_at:%Y-%m-%d %H:%M} UTC"),
        say("desk.why_fixes", fixes=fixes),
    )


def _question(desk: Desk, question: Question | None, known: Known) -> tuple[Say, str]:
    match question:
        case None:
            return (
                say(f"desk.ask_{desk.pane.value}") if keys_of(desk, known) else say("desk.ask_nothing"),
                "",
            )
        case WhichFix(exception):
            entry = known.exceptions.get(exception)
            fixes = entry.fixes if entry is not None else ()
            choices = "  ".join(
                f"{number} {fix.value.replace('_', ' ')}" for number, fix in enumerate(fixes, start=1)
            )
            return say("desk.ask_fix", fixes=choices), "choice"
        case FixNeeds(_, _, what):
            return say(f"desk.ask_{what}"), what
        case WhyFix(_, fix, _):
            return say("desk.ask_reason", fix=fix.value.replace("_", " ")), "reason"
        case WhatWithOrder(order):
            return say("desk.ask_order", order=order), "choice"
        case ReallyTakeAway(tour):
            return say("desk.ask_take_away", tour=tour), "reason"
        case ReallyFree(tote):
            return say("desk.ask_free", tote=tote), "reason"
        case ReallyManifest(carrier):
            return say("desk.ask_manifest", carrier=carrier), "choice"
        case HowManyCounted(row):
            return say("desk.ask_count", row=row.text), "quantity"
        case LinkTo(barcode):
            return say("desk.ask_link", barcode=barcode), "sku"
        case WhyReprint(parcel):
            return say("desk.ask_reprint", parcel=parcel), "reason"

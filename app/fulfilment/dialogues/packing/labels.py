"""The label: wait for it, print it once, scan it back, print it again, or take the parcel apart."""

from dataclasses import replace

from app.fulfilment.dialogues.packing.stages import label_of
from app.fulfilment.dialogues.packing.state import Card, Packing, Parcel, WhatWithParcel, WhyReprint
from app.model.answers import (
    AskForReprint,
    AskToReopen,
    Command,
    Decision,
    Kind,
    Meaning,
    MoveLabel,
    PrintLabel,
    TakeBackLabel,
    Verdict,
    bad,
    good,
    wait,
)
from app.model.facts import LabelPrinted, ParcelResumed, ParcelSetAside
from app.model.known import Known
from app.model.parcels import LabelAnswer

LONGEST_REASON = 200


def news(state: Packing, known: Known) -> Decision:
    """What the bench does by itself when the terminal knows more: print, print again, put away what is void."""
    parcel, wanted = state.parcel, _copies_wanted(state, known)
    decision = Decision()
    if parcel is not None and parcel.weighed:
        if label_of(parcel, known).void:
            taken_back = (TakeBackLabel(parcel.sscc),) if parcel.printed else ()
            decision = Decision(facts=(ParcelSetAside(parcel.id),), effects=taken_back, asking=None)
        # A copy before the wanted one, asked for again, would only come out beside it.
        elif not parcel.printed or all(label.parcel != parcel.id for label in wanted):
            decision = see_to_print(parcel, known)
    facts = [LabelPrinted(label.parcel, label.sscc, label.copies + 1) for label in wanted]
    effects = [PrintLabel(label.parcel, label.copies + 1) for label in wanted]
    return replace(decision, facts=(*decision.facts, *facts), effects=(*decision.effects, *effects))


def see_to_print(parcel: Parcel, known: Known) -> Decision:
    """Print the label when it is there; a label with another number is another label.

    One whose print is recorded is asked for again until it is scanned: the station may have been killed, or the
    network cut, before it came out. No copy is printed twice.
    """
    label = label_of(parcel, known)
    if not label.ready:
        return Decision()
    if label.sscc == parcel.sscc:
        return Decision(effects=(PrintLabel(parcel.id, parcel.printed),))
    return Decision(
        facts=(LabelPrinted(parcel.id, label.sscc, 1),),
        effects=(PrintLabel(parcel.id, 1),),
    )


def _copies_wanted(state: Packing, known: Known) -> list[LabelAnswer]:
    """The labels of which a copy was asked for here that has not been printed."""
    return [
        label
        for label in known.labels.values()
        if label.copies > state.copies_of(label.parcel)
        and label.ready
        and label.copy_station == known.station
    ]


def resume(parcel: Parcel, known: Known) -> Decision:
    """Go on with a parcel that stood aside."""
    printing = see_to_print(parcel, known) if parcel.weighed else Decision()
    verdict = good("pack.resumed", order=parcel.order, number=parcel.number)
    if printing.facts:
        verdict = good("pack.label_printing", order=parcel.order)
    elif parcel.weighed and not parcel.printed:
        verdict = awaiting(parcel, known)
    return Decision(
        facts=(ParcelResumed(parcel.id), *printing.facts),
        verdict=verdict,
        effects=printing.effects,
        asking=None,
    )


def awaiting(parcel: Parcel, known: Known) -> Verdict:
    """Why there is no label yet."""
    if label_of(parcel, known).reasons:
        return wait("pack.no_label", order=parcel.order)
    if not known.online:
        return wait("pack.awaiting_label_offline", order=parcel.order)
    return wait("pack.awaiting_label", order=parcel.order)


def is_own_label(parcel: Parcel, meaning: Meaning | None, sscc: str) -> bool:
    """Whether the scanned label is the one that was printed for this parcel."""
    if sscc:
        return sscc == parcel.sscc
    return meaning is not None and meaning.kind is Kind.LABEL and meaning.key == parcel.id


def set_aside(parcel: Parcel) -> Decision:
    """Free the bench while the parcel waits for its label."""
    return Decision(
        facts=(ParcelSetAside(parcel.id),),
        verdict=good("pack.set_aside", order=parcel.order, number=parcel.number),
        asking=None,
    )


def press(parcel: str, command: Command, known: Known) -> Decision | None:
    """What the reprint and the problem key do about a parcel that is weighed; ``None`` for every other key."""
    match command:
        case Command.REPRINT if not known.online:
            return Decision(verdict=bad("pack.needs_network"))
        case Command.REPRINT if not _has_label(parcel, known):
            return Decision(verdict=bad("pack.nothing_to_reprint", parcel=parcel))
        case Command.REPRINT:
            return Decision(verdict=wait("pack.type_reprint_reason"), asking=WhyReprint(parcel))
        case Command.PROBLEM:
            return Decision(verdict=wait("pack.choose_parcel_problem"), asking=WhatWithParcel(parcel))
        case _:
            return None


def _has_label(parcel: str, known: Known) -> bool:
    label = known.labels.get(parcel)
    return label is not None and label.ready


def typed(asked: Card | WhyReprint | WhatWithParcel, text: str, known: Known) -> Decision:
    """The answer to a question about a parcel."""
    match asked:
        case WhyReprint(parcel) if not 0 < len(text.strip()) <= LONGEST_REASON:
            return Decision(verdict=bad("pack.type_reprint_reason"))
        case WhyReprint(parcel):
            return Decision(
                verdict=wait("pack.reprint_asked", parcel=parcel),
                effects=(AskForReprint(parcel, text.strip()),),
                asking=None,
            )
        case WhatWithParcel() if text.strip() == "1" and not known.online:
            return Decision(verdict=bad("pack.needs_network"))
        case WhatWithParcel(parcel) if text.strip() == "1":
            return Decision(
                verdict=wait("pack.reopen_asked", parcel=parcel), effects=(AskToReopen(parcel),), asking=None
            )
        case WhatWithParcel(parcel) if text.strip() == "2" and _has_label(parcel, known):
            return Decision(
                verdict=wait("pack.move_asked", parcel=parcel), effects=(MoveLabel(parcel),), asking=None
            )
        case WhatWithParcel():
            return Decision(verdict=bad("pack.choose_parcel_problem"))
        case _:
            return Decision(verdict=bad("pack.nothing_to_type", read=text[:40]))

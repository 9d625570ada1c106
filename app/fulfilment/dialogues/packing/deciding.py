"""What follows from one entry at the packing bench."""

from dataclasses import replace

from app.fulfilment.dialogues.labelled import as_stock_has_it, why_refused
from app.fulfilment.dialogues.packing import labels, opening, verifying
from app.fulfilment.dialogues.packing.stages import (
    BEFORE_WEIGHING,
    Stage,
    calculated_weight_g,
    material_wanted,
    stage_of,
)
from app.fulfilment.dialogues.packing.state import (
    Card,
    Counted,
    HowMany,
    Leave,
    Packing,
    Parcel,
    ToHospital,
    WeighAgain,
    WhatWithParcel,
    WhichItem,
    WhichLot,
    WhichProblem,
    WhyReprint,
)
from app.fulfilment.dialogues.resolver import Resolution, resolve
from app.fulfilment.plans import protection
from app.model.answers import (
    Command,
    Decision,
    Entry,
    Kind,
    LabelSeen,
    LentChanged,
    Meaning,
    Pressed,
    Refused,
    Say,
    Tone,
    Typed,
    Verdict,
    bad,
    good,
    wait,
)
from app.model.facts import (
    CartonChosen,
    Fact,
    MaterialUsed,
    ParcelClosed,
    ParcelFilled,
    ParcelParked,
    ParcelPassedOn,
    ParcelSetAside,
    ParcelWeighed,
    RejectCause,
    ToteSentToHospital,
)
from app.model.known import Known
from app.model.scans import Reading, Scanned

HEAVIEST_G = 999_999
WANTED = {
    Stage.CANCELLED: "pack.cancelled_press_back",
    Stage.HOSPITAL: "pack.scan_hospital",
    Stage.VERIFY: "pack.scan_item",
    Stage.CARTON: "pack.scan_carton",
    Stage.PROTECT: "pack.confirm_material",
    Stage.WEIGH: "pack.type_weight",
    Stage.AWAIT_LABEL: "pack.scan_tote",
}
"""The words beside what was read, at each stage."""
REJECT_CAUSES = {"1": RejectCause.DAMAGED, "2": RejectCause.MISSING}


def decide(state: Packing, entry: Entry, known: Known, ref: str) -> Decision:
    """What follows from one entry. A scan, a key or a typed line gets exactly one verdict."""
    match entry:
        case Scanned(_, reading):
            return _scan(state, reading, known, ref)
        case Pressed(command):
            return _press(state, command, known)
        case Typed(text):
            return _type(state, text, known)
        case LentChanged():
            return labels.news(state, known)
        case Refused(code, params):
            return Decision(verdict=Verdict(Tone.BAD, Say(code, params)), asking=None)
        case _:
            return Decision()


def accepts(state: Packing, known: Known) -> tuple[Kind, ...]:
    """The kinds of code that the bench takes now, in order."""
    parcel = state.parcel
    match state.asking:
        case ToHospital():
            return (Kind.LOCATION, *opening.OPENS)
        case WhichLot():
            return (Kind.ITEM, Kind.LOT)
        case WhichItem():
            return (Kind.ITEM,)
        case WhichProblem() | HowMany() | WhyReprint() | WhatWithParcel():
            return ()
    if parcel is None:
        return opening.OPENS
    match stage_of(parcel, known):
        case Stage.VERIFY:
            return (Kind.ITEM, Kind.CARTON)
        case Stage.CARTON | Stage.PROTECT | Stage.WEIGH:
            return (Kind.CARTON,)
        case Stage.HOSPITAL:
            return (Kind.LOCATION,)
        case Stage.AWAIT_LABEL:
            return opening.OPENS
        case Stage.SCAN_LABEL:
            return (Kind.LABEL,)
        case _:
            return ()


# --- scans -------------------------------------------------------------------------------------------------------


def _scan(state: Packing, reading: Reading, known: Known, ref: str) -> Decision:
    if state.parcel is not None:
        reading = as_stock_has_it(reading, {unit.lot for unit in state.parcel.left() if unit.lot})
    resolution = resolve(reading, known, (Kind.COMMAND, *accepts(state, known)))
    meaning = resolution.meaning
    if meaning is not None and meaning.kind is Kind.COMMAND:
        return _command(state, meaning.key, known)
    if reading.refused:
        return Decision(verdict=bad("pack.code_broken", read=reading.text[:40], why=why_refused(reading)))
    match state.asking:
        case WhichProblem() | HowMany() | WhyReprint() | WhatWithParcel():
            return Decision(verdict=bad("pack.type_not_scan", read=reading.text[:40]))
    if state.parcel is None:
        return _scan_in_queue(state, meaning, reading, known, ref)
    return _scan_at_parcel(state, state.parcel, resolution, reading, known, ref)


def _scan_in_queue(
    state: Packing, meaning: Meaning | None, reading: Reading, known: Known, ref: str
) -> Decision:
    if meaning is not None and meaning.kind in opening.OPENS:
        return opening.open_by(state, meaning, known, ref)
    if isinstance(state.asking, ToHospital):
        return _hospital_place(state.asking, meaning, reading, known)
    return Decision(verdict=bad("pack.scan_tote", read=reading.text[:40]))


def _hospital_place(asked: ToHospital, meaning: Meaning | None, reading: Reading, known: Known) -> Decision:
    place = opening.hospital_place(meaning, known)
    if place:
        return opening.send_to_hospital(asked, place)
    return Decision(verdict=bad("pack.scan_hospital", read=reading.text[:40]))


def _scan_at_parcel(
    state: Packing, parcel: Parcel, resolution: Resolution, reading: Reading, known: Known, ref: str
) -> Decision:
    meaning = resolution.meaning
    match state.asking:
        case WhichLot() as asked:
            return verifying.prove_lot(parcel, asked, meaning, known)
        case WhichItem() as asked:
            if meaning is None:
                return Decision(verdict=bad("pack.scan_or_choose_item", read=reading.text[:40]))
            return verifying.reject_scanned(parcel, asked, meaning, known)
        case ToHospital() as asked if meaning is None or meaning.kind is Kind.LOCATION:
            return _hospital_place(asked, meaning, reading, known)
    stage = stage_of(parcel, known)
    if stage is Stage.AWAIT_LABEL and meaning is not None:
        return _next_while_waiting(state, parcel, meaning, known, ref)
    if stage is Stage.SCAN_LABEL:
        return _scan_label(parcel, meaning, reading, known, ref)
    if meaning is not None and meaning.kind is Kind.CARTON:
        return _choose_carton(parcel, meaning.key, known)
    if meaning is not None and meaning.kind is Kind.ITEM:
        return verifying.verify(parcel, meaning, reading, known)
    if stage is Stage.HOSPITAL and (place := opening.hospital_place(meaning, known)):
        return _bring_to_hospital(parcel, place)
    other = next((one for one in resolution.foreign if one.kind in {Kind.TOTE, Kind.ORDER}), None)
    if other is not None:
        own = other.key == parcel.order or any(tote.code == other.key for tote in parcel.job.totes)
        code = "pack.already_open" if own else "pack.one_at_a_time"
        return Decision(verdict=bad(code, read=other.key, order=parcel.order), asking=None)
    return Decision(verdict=bad(WANTED[stage], read=reading.text[:40]), asking=None)


def _choose_carton(parcel: Parcel, carton: str, known: Known) -> Decision:
    name = known.cartons[carton].name
    if carton == parcel.carton:
        return Decision(verdict=good("pack.carton_is_chosen", carton=name), asking=None)
    return Decision(
        facts=(CartonChosen(parcel.id, carton),), verdict=good("pack.carton_chosen", carton=name), asking=None
    )


def _bring_to_hospital(parcel: Parcel, place: str) -> Decision:
    facts: list[Fact] = [*verifying.take_everything_back(parcel)]
    facts += [ToteSentToHospital(parcel.order, tote.code, place) for tote in parcel.job.totes]
    return Decision(
        (*facts, ParcelParked(parcel.id)),
        good("pack.in_hospital_now", order=parcel.order, place=place),
        asking=None,
    )


def _next_while_waiting(state: Packing, parcel: Parcel, meaning: Meaning, known: Known, ref: str) -> Decision:
    """The bench is busy with a parcel that has no label yet: the next tote sets it aside."""
    own_tote = meaning.kind is Kind.TOTE and any(tote.code == meaning.key for tote in parcel.job.totes)
    if own_tote or meaning.key in {parcel.order, parcel.id}:
        return Decision(verdict=labels.awaiting(parcel, known))
    aside = labels.set_aside(parcel)
    opened = opening.open_by(replace(state, parcel=None, asking=None), meaning, known, ref)
    if not opened.facts:
        return opened
    return replace(opened, facts=(*aside.facts, *opened.facts))


def _scan_label(
    parcel: Parcel, meaning: Meaning | None, reading: Reading, known: Known, ref: str
) -> Decision:
    if not labels.is_own_label(parcel, meaning, reading.sscc):
        if meaning is not None or reading.sscc:
            other = known.labels[meaning.key].order if meaning is not None else ""
            return Decision(
                verdict=bad("pack.label_of_another", read=reading.sscc or reading.text, order=other or "?")
            )
        return Decision(verdict=bad("pack.scan_label", read=reading.text[:40]))
    closed, seen = ParcelClosed(parcel.id, parcel.sscc), (LabelSeen(parcel.sscc),)
    if parcel.filled and parcel.left():
        following = opening.opened(parcel.rest(), known, ref)
        verdict = good("pack.closed_next", order=parcel.order, number=following[0].number)
        return Decision((closed, *following), verdict, seen, asking=None)
    verdict = good("pack.closed", order=parcel.order, number=parcel.number)
    return Decision((closed,), verdict, seen, asking=None)


# --- keys --------------------------------------------------------------------------------------------------------


def _command(state: Packing, text: str, known: Known) -> Decision:
    try:
        command = Command(text)
    except ValueError:
        return Decision(verdict=bad("pack.unknown_command", read=text[:40]))
    return _press(state, command, known)


def _press(state: Packing, command: Command, known: Known) -> Decision:
    if command is Command.BACK:
        return _back(state, known)
    match state.asking:
        case Card(parcel):
            return labels.press(parcel, command, known) or _no_key(command)
        case None | Counted() | WeighAgain() | Leave():
            pass
        case _:
            return Decision(verdict=bad("pack.answer_first", key=command.value))
    if state.parcel is None:
        return _no_key(command)
    stage = stage_of(state.parcel, known)
    if stage in {Stage.AWAIT_LABEL, Stage.SCAN_LABEL}:
        return labels.press(state.parcel.id, command, known) or _no_key(command)
    if stage not in BEFORE_WEIGHING:
        return _no_key(command)
    return _press_at_parcel(state.parcel, stage, command, known)


def _press_at_parcel(parcel: Parcel, stage: Stage, command: Command, known: Known) -> Decision:
    match command:
        case Command.UNDO:
            return verifying.undo(parcel, known)
        case Command.PROBLEM:
            return Decision(verdict=wait("pack.choose_problem"), asking=WhichProblem())
        case Command.QUANTITY if stage is Stage.VERIFY:
            return verifying.ask_quantity(parcel, known)
        case Command.FULL if stage is Stage.VERIFY and parcel.verified:
            return Decision(
                (ParcelFilled(parcel.id),), good("pack.filled", number=parcel.number), asking=None
            )
        case Command.FULL if stage is Stage.VERIFY:
            return Decision(verdict=bad("pack.full_but_empty"), asking=None)
        case _:
            return _no_key(command)


def _no_key(command: Command) -> Decision:
    return Decision(verdict=bad("pack.key_not_here", key=command.value))


def _back(state: Packing, known: Known) -> Decision:
    parcel = state.parcel
    if state.asking is not None and not isinstance(state.asking, Counted | Leave):
        return Decision(verdict=good("pack.back"), asking=None)
    if parcel is None:
        return Decision(verdict=bad("pack.nothing_to_leave"), asking=None)
    if parcel.weighed:
        return labels.set_aside(parcel)
    cancelled = stage_of(parcel, known) is Stage.CANCELLED
    if cancelled or not parcel.verified or isinstance(state.asking, Leave):
        code = "pack.parked" if parcel.verified else "pack.left_empty"
        return Decision((ParcelParked(parcel.id),), good(code, order=parcel.order), asking=None)
    return Decision(verdict=wait("pack.back_again_parks", order=parcel.order), asking=Leave())


# --- typing ------------------------------------------------------------------------------------------------------


def _type(state: Packing, text: str, known: Known) -> Decision:
    asked = state.asking
    if isinstance(asked, Card | WhyReprint | WhatWithParcel):
        return labels.typed(asked, text, known)
    parcel = state.parcel
    if parcel is None:
        return Decision(verdict=bad("pack.scan_tote", read=text[:40]))
    match asked:
        case WhichProblem() if text.strip() in REJECT_CAUSES:
            cause = REJECT_CAUSES[text.strip()]
            return Decision(verdict=wait("pack.scan_or_choose", cause=cause.value), asking=WhichItem(cause))
        case WhichProblem():
            return Decision(verdict=bad("pack.choose_problem"))
        case WhichItem():
            return verifying.reject_numbered(parcel, asked, text, known)
        case HowMany():
            return verifying.type_quantity(parcel, asked, text, known)
        case WhichLot():
            return Decision(verdict=bad("pack.lot_is_scanned", read=text[:40]))
    match stage_of(parcel, known):
        case Stage.PROTECT if text.strip() in {"", "1"}:
            material = material_wanted(parcel, known)
            return Decision(
                (MaterialUsed(parcel.id, material),),
                good("pack.material_used", material=material),
                asking=None,
            )
        case Stage.WEIGH:
            return _weigh(parcel, asked, text, known)
        case Stage.SCAN_LABEL:
            return Decision(verdict=bad("pack.scan_label", read=text[:40]), asking=None)
        case stage:
            return Decision(verdict=bad(WANTED[stage], read=text[:40]), asking=None)


def _weigh(parcel: Parcel, asked: object, text: str, known: Known) -> Decision:
    weight = verifying.whole_number(text)
    if weight is None or not 0 < weight <= HEAVIEST_G:
        return Decision(verdict=bad("pack.type_weight", read=text[:40]))
    calculated = calculated_weight_g(parcel, known)
    if not protection.is_plausible(weight, calculated, known.settings) and asked != WeighAgain(weight):
        return Decision(
            verdict=wait("pack.weigh_again", weight=weight, calculated=calculated), asking=WeighAgain(weight)
        )
    weighed = ParcelWeighed(parcel.id, parcel.order, parcel.carton, weight, calculated)
    verdict = good("pack.weighed", weight=weight)
    if not known.online:
        verdict = labels.awaiting(parcel, known)
    return Decision((weighed,), verdict, asking=None)


# --- signing off -------------------------------------------------------------------------------------------------


def holds_work(state: Packing) -> bool:
    """Whether a parcel is in hand that somebody must go on with; one that waits for its label just stands aside."""
    return state.parcel is not None and not state.parcel.weighed


def park(state: Packing) -> tuple[Fact, ...]:
    """The facts that leave the parcel in hand at the bench."""
    parcel = state.parcel
    if parcel is None:
        return ()
    return (ParcelSetAside(parcel.id),) if parcel.weighed else (ParcelParked(parcel.id),)


def pass_on(state: Packing, to: str) -> tuple[Fact, ...]:
    """The facts that give the parcel in hand to another operator at this bench."""
    if state.parcel is None or state.parcel.weighed:
        return park(state)
    return (ParcelPassedOn(state.parcel.id, to),)

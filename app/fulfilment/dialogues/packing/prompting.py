"""What a packer must do next, in words."""

from app.fulfilment.dialogues.packing.deciding import accepts
from app.fulfilment.dialogues.packing.opening import propose, totes_on_tour
from app.fulfilment.dialogues.packing.stages import (
    Stage,
    calculated_weight_g,
    can_go_on,
    item_name,
    label_of,
    material_wanted,
    stage_of,
    standing_aside,
    units_to_pack,
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
from app.fulfilment.dialogues.packing.verifying import rejectable
from app.fulfilment.plans import protection
from app.model.answers import Command, Prompt, Row, Say, say
from app.model.floor import ToteUse
from app.model.known import Known
from app.model.parcels import Reason
from app.model.work import PackJob

LONGEST_QUEUE = 50
VIEW_KEYS = (Command.VIEW, Command.SIGN_OFF)


def prompt(state: Packing, known: Known) -> Prompt:
    """What the packer must do next."""
    asked = _about_question(state, known)
    if asked is not None:
        return asked
    return _queue(state, known) if state.parcel is None else _at_parcel(state, state.parcel, known)


# --- the queue ---------------------------------------------------------------------------------------------------


def _queue(state: Packing, known: Known) -> Prompt:
    aside = standing_aside(state, known)
    busy = {parcel.order for parcel in aside}
    jobs = sorted(
        (
            job
            for job in state.up_to_date(known.pack_jobs.values())
            if job.order not in busy and not job.cancelled and _has_something(job)
        ),
        key=lambda job: (job.ship_by, job.priority, job.order),
    )
    ready = [parcel for parcel in aside if can_go_on(parcel, known)]
    waiting = len(aside) - len(ready)
    detail = [say("pack.queue_length", orders=len(jobs))]
    if ready:
        detail.append(say("pack.labels_ready", parcels=len(ready)))
    if waiting:
        detail.append(say("pack.labels_awaited", parcels=waiting))
    first = jobs[:LONGEST_QUEUE]
    walking = totes_on_tour(known, {job.order for job in first})
    rows = (
        *(_aside_row(parcel, current=True) for parcel in ready),
        *(_aside_row(parcel, current=False) for parcel in aside if parcel not in ready),
        *(_job_row(job, walking.get(job.order, [])) for job in first),
    )
    return Prompt(
        step="queue",
        large=say("pack.scan_tote_large"),
        ask=say("pack.ask_tote"),
        detail=tuple(detail),
        accepts=accepts(state, known),
        keys=VIEW_KEYS,
        rows=rows[:LONGEST_QUEUE],
    )


def _has_something(job: PackJob) -> bool:
    """Whether there is anything to pack; an order whose last parcel is open at another bench has nothing more."""
    return bool(units_to_pack(job)) or any(tote.missing_station for tote in job.totes)


def _aside_row(parcel: Parcel, *, current: bool) -> Row:
    totes = ", ".join(tote.code for tote in parcel.job.totes)
    units = sum(unit.quantity for unit in parcel.verified)
    return Row(
        parcel.id, f"{parcel.order}/{parcel.number}  {totes}", units, units_to_pack(parcel.job), current
    )


def _job_row(job: PackJob, walking: list[ToteUse]) -> Row:
    codes = [tote.code for tote in job.totes]
    everything = len(codes) + sum(1 for use in walking if use.code not in codes)
    here = sum(1 for tote in job.totes if not tote.missing_station)
    return Row(job.order, f"{job.ship_by:%m-%d %H:%M}  {job.order}  {', '.join(codes)}", here, everything)


# --- questions ---------------------------------------------------------------------------------------------------


def _question(
    state: Packing, known: Known, large: str, ask: Say, entry: str = "", rows: tuple[Row, ...] = ()
) -> Prompt:
    return Prompt(
        step=large.removeprefix("pack.").removesuffix("_large"),
        large=say(large),
        ask=ask,
        accepts=accepts(state, known),
        keys=(Command.BACK,),
        rows=rows,
        entry=entry,
    )


def _about_question(state: Packing, known: Known) -> Prompt | None:
    asked = state.asking
    match asked:
        case ToHospital(order, totes):
            ask = say("pack.ask_hospital", order=order, totes=", ".join(totes))
            return _question(state, known, "pack.hospital_large", ask)
        case WhichProblem():
            ask = say("pack.ask_problem")
            return _question(state, known, "pack.problem_large", ask, "choice")
        case WhichItem(cause) if state.parcel is not None:
            rows = tuple(
                Row(
                    str(number),
                    f"{number}  {item_name(unit.sku, known)} {unit.lot}".strip(),
                    0,
                    unit.quantity,
                )
                for number, unit in enumerate(rejectable(state.parcel), start=1)
            )
            ask = say(f"pack.ask_item_{cause.value}")
            return _question(state, known, "pack.which_item_large", ask, "choice", rows)
        case WhichLot(sku):
            ask = say("pack.ask_lot", item=item_name(sku, known))
            return _question(state, known, "pack.scan_lot_large", ask)
        case HowMany(sku):
            ask = say("pack.ask_quantity", item=item_name(sku, known))
            return _question(state, known, "pack.quantity_large", ask, "quantity")
        case WhyReprint():
            return _question(state, known, "pack.reason_large", say("pack.ask_reprint_reason"), "reason")
        case WhatWithParcel():
            return _question(state, known, "pack.problem_large", say("pack.ask_parcel_problem"), "choice")
        case Card(parcel):
            return _card(state, parcel, known)
        case _:
            return None


def _card(state: Packing, parcel: str, known: Known) -> Prompt:
    label = known.labels.get(parcel)
    detail: tuple[Say, ...] = ()
    why: tuple[Say, ...] = ()
    if label is not None:
        facts = {
            "pack.card_order": label.order,
            "pack.card_carrier": " ".join(part for part in (label.carrier, label.service) if part),
            "pack.card_tracking": label.tracking,
            "pack.card_price": label.price,
        }
        detail = tuple(say(code, value=value) for code, value in facts.items() if value)
        detail += (say("pack.card_copies", copies=label.copies + 1),)
        why = tuple(_because(reason) for reason in label.reasons)
    return Prompt(
        step="card",
        large=say("pack.card_large"),
        ask=say("pack.ask_card"),
        detail=detail,
        accepts=accepts(state, known),
        keys=(Command.REPRINT, Command.PROBLEM, Command.BACK, *VIEW_KEYS),
        why=why,
    )


# --- a parcel ----------------------------------------------------------------------------------------------------


def _at_parcel(state: Packing, parcel: Parcel, known: Known) -> Prompt:
    stage = stage_of(parcel, known)
    large, ask, entry, keys = _wanted(state, parcel, stage, known)
    units = sum(unit.quantity for unit in parcel.verified)
    return Prompt(
        step=stage.name.lower(),
        large=large,
        ask=ask,
        detail=_detail(state, parcel, stage, known),
        accepts=accepts(state, known),
        keys=(*keys, Command.BACK, Command.WHY, *VIEW_KEYS),
        rows=_rows(parcel, known) if stage is Stage.VERIFY else (),
        done=units,
        of=units + (0 if parcel.filled else sum(unit.quantity for unit in parcel.left())),
        entry=entry,
        why=_why(parcel, stage, known),
    )


def _wanted(
    state: Packing, parcel: Parcel, stage: Stage, known: Known
) -> tuple[Say, Say, str, tuple[Command, ...]]:
    """Large, ask, what is typed, and the keys, of the one thing that the parcel waits for."""
    undo = (Command.UNDO, Command.PROBLEM)
    match stage:
        case Stage.CANCELLED:
            return say("pack.put_back_large"), say("pack.ask_put_back", order=parcel.order), "", ()
        case Stage.HOSPITAL:
            ask = say(
                "pack.ask_empty_to_hospital",
                order=parcel.order,
                totes=", ".join(tote.code for tote in parcel.job.totes),
            )
            return say("pack.hospital_large"), ask, "", ()
        case Stage.VERIFY:
            large = say("pack.scan_item_large")
            if isinstance(state.asking, Counted):
                large = say("pack.counted_large", count=state.asking.quantity)
            left = parcel.left()
            ask = say("pack.ask_item", item=item_name(left[0].sku, known), tote=left[0].tote)
            return large, ask, "", (Command.PROBLEM, Command.QUANTITY, Command.UNDO, Command.FULL)
        case Stage.CARTON:
            return say("pack.scan_carton_large"), say("pack.ask_carton"), "", undo
        case Stage.PROTECT:
            material = material_wanted(parcel, known)
            return say(f"pack.{material}_large"), say(f"pack.ask_{material}"), "choice", undo
        case Stage.WEIGH:
            ask = say("pack.ask_weight")
            if isinstance(state.asking, WeighAgain):
                ask = say("pack.ask_weight_again", weight=state.asking.weight_g)
            return say("pack.weigh_large"), ask, "weight", undo
        case Stage.AWAIT_LABEL:
            return _awaited(parcel, known)
        case Stage.SCAN_LABEL:
            ask = say("pack.ask_label", sscc=parcel.sscc, order=parcel.order)
            return say("pack.scan_label_large"), ask, "", (Command.REPRINT, Command.PROBLEM)


def _awaited(parcel: Parcel, known: Known) -> tuple[Say, Say, str, tuple[Command, ...]]:
    if label_of(parcel, known).reasons:
        ask = say("pack.ask_no_label", order=parcel.order)
        return say("pack.no_label_large"), ask, "", (Command.PROBLEM,)
    ask = say("pack.ask_await_label" if known.online else "pack.ask_await_label_offline", order=parcel.order)
    return say("pack.await_label_large"), ask, "", ()


def _detail(state: Packing, parcel: Parcel, stage: Stage, known: Known) -> tuple[Say, ...]:
    detail: list[Say] = []
    if isinstance(state.asking, Leave):
        detail.append(say("pack.back_again_parks", order=parcel.order))
    if stage is Stage.VERIFY:
        detail.append(say("pack.check_condition"))
    if stage is Stage.WEIGH:
        calculated = calculated_weight_g(parcel, known)
        tolerance = protection.tolerance_g(calculated, known.settings)
        detail.append(say("pack.calculated", weight=calculated, tolerance=tolerance))
    if stage in {Stage.AWAIT_LABEL, Stage.SCAN_LABEL}:
        reasons = label_of(parcel, known).reasons
        detail += [_because(reason) for reason in (reasons[:1] if stage is Stage.SCAN_LABEL else reasons)]
    carton = known.cartons.get(parcel.carton)
    if carton is not None:
        detail.append(say("pack.carton", carton=carton.name))
    detail.append(say("pack.parcel_of_order", order=parcel.order, number=parcel.number))
    return tuple(detail)


def _rows(parcel: Parcel, known: Known) -> tuple[Row, ...]:
    """What is left first, in the order in which the totes have it; then what is done."""
    done: dict[tuple[str, str], int] = {}
    of: dict[tuple[str, str], int] = {}
    left = parcel.left()
    for unit in left:
        of[unit.sku, unit.lot] = of.get((unit.sku, unit.lot), 0) + unit.quantity
    for unit in parcel.verified:
        of[unit.sku, unit.lot] = of.get((unit.sku, unit.lot), 0) + unit.quantity
        done[unit.sku, unit.lot] = done.get((unit.sku, unit.lot), 0) + unit.quantity
    current = (left[0].sku, left[0].lot) if left else None
    return tuple(
        Row(
            key=sku,
            text=f"{sku}  {item_name(sku, known)} {lot}".strip(),
            done=done.get((sku, lot), 0),
            of=wanted,
            current=(sku, lot) == current,
        )
        for (sku, lot), wanted in of.items()
    )


def _why(parcel: Parcel, stage: Stage, known: Known) -> tuple[Say, ...]:
    if stage in {Stage.AWAIT_LABEL, Stage.SCAN_LABEL}:
        return tuple(_because(reason) for reason in label_of(parcel, known).reasons)
    return tuple(_because(reason) for reason in propose(parcel.job, known).reasons)


def _because(reason: Reason) -> Say:
    return Say(reason.code, reason.params)

"""The queue: which parcel a tote, an order or a label opens, and what is in the way."""

from collections.abc import Collection

from app.fulfilment.dialogues.packing import labels
from app.fulfilment.dialogues.packing.stages import can_go_on, contents, standing_aside, units_to_pack
from app.fulfilment.dialogues.packing.state import Card, Packing, ToHospital, Unit
from app.fulfilment.plans import cartonization
from app.model.answers import Decision, Kind, Meaning, bad, good, wait
from app.model.facts import ParcelFilled, ParcelOpened, ToteSentToHospital, UnitVerified
from app.model.floor import LocationKind, ToteUse
from app.model.known import Known
from app.model.orders import ShortPolicy
from app.model.work import PackJob

OPENS = (Kind.TOTE, Kind.ORDER, Kind.LABEL, Kind.PARCEL)


def open_by(state: Packing, meaning: Meaning, known: Known, ref: str) -> Decision:
    """What scanning a tote, an order, a label or a parcel opens when no parcel is in hand."""
    match meaning.kind:
        case Kind.TOTE:
            return _open_by_tote(state, meaning.key, known, ref)
        case Kind.ORDER:
            return _open_order(state, meaning.key, known, ref)
        case _:
            return _open_by_label(state, meaning.key, known, ref)


def _open_by_tote(state: Packing, tote: str, known: Known, ref: str) -> Decision:
    """Of the orders that share a tote the most urgent one that still has units in it."""
    jobs = sorted(
        (job for job in known.pack_jobs.values() if any(one.code == tote for one in job.totes)),
        key=lambda job: (not _waits_in(state, job, tote), job.priority, job.ship_by, job.order),
    )
    if jobs:
        return _open_order(state, jobs[0].order, known, ref, tote)
    for parcel in standing_aside(state, known):
        if any(one.code == tote for one in parcel.job.totes):
            return _open_order(state, parcel.order, known, ref)
    use = known.totes.get(tote)
    if use is None or not use.order:
        return Decision(verdict=bad("pack.tote_is_free", tote=tote))
    if use.tour and not use.place:
        return Decision(
            verdict=bad("pack.tote_on_tour", tote=tote, order=use.order, station=use.station or "?")
        )
    return _open_order(state, use.order, known, ref)


def _waits_in(state: Packing, job: PackJob, tote: str) -> bool:
    """Whether an order has units in a tote and no parcel that was opened here for them."""
    return bool(state.up_to_date([job])) and any(one.code == tote and one.contents for one in job.totes)


def _open_by_label(state: Packing, parcel: str, known: Known, ref: str) -> Decision:
    waiting = next((one for one in standing_aside(state, known) if one.id == parcel), None)
    if waiting is not None:
        return labels.resume(waiting, known)
    label = known.labels.get(parcel)
    if label is None:
        return Decision(verdict=bad("pack.parcel_unknown", parcel=parcel))
    if not label.void:
        return Decision(
            verdict=good("pack.card", parcel=parcel, tracking=label.tracking or label.sscc),
            asking=Card(parcel),
        )
    if label.order:
        return _open_order(state, label.order, known, ref)
    return Decision(verdict=bad("pack.label_void", sscc=label.sscc))


def _open_order(state: Packing, order: str, known: Known, ref: str, tote: str = "") -> Decision:
    job = known.pack_jobs.get(order)
    if job is not None and job.cancelled:
        return Decision(verdict=bad("pack.cancelled_put_back", order=order))
    waiting = [parcel for parcel in standing_aside(state, known) if parcel.order == order]
    if waiting:
        return labels.resume(next((one for one in waiting if can_go_on(one, known)), waiting[0]), known)
    if job is None:
        return Decision(verdict=bad("pack.not_in_queue", order=order))
    return _hindrance(state, job, known) or _open(job, known, ref, tote)


def _hindrance(state: Packing, job: PackJob, known: Known) -> Decision | None:
    if not state.up_to_date([job]):
        return Decision(verdict=bad("pack.not_up_to_date", order=job.order))
    late = [tote for tote in job.totes if tote.missing_station]
    if late:
        return Decision(
            verdict=bad(
                "pack.picks_missing",
                order=job.order,
                totes=", ".join(tote.code for tote in late),
                station=", ".join(dict.fromkeys(tote.missing_station for tote in late)),
            )
        )
    walking = totes_on_tour(known, {job.order}).get(job.order, [])
    walking = [use for use in walking if all(use.code != tote.code for tote in job.totes)]
    if walking:
        return Decision(
            verdict=bad(
                "pack.totes_on_tour",
                order=job.order,
                totes=", ".join(use.code for use in walking),
                station=", ".join(dict.fromkeys(use.station or "?" for use in walking)),
            )
        )
    buffered = [tote for tote in job.totes if _is_kind(tote.place, LocationKind.BUFFER, known)]
    if job.to_come and buffered:
        return Decision(
            verdict=bad(
                "pack.goes_on_elsewhere",
                order=job.order,
                tote=buffered[0].code,
                place=buffered[0].place,
                units=job.to_come,
            )
        )
    if any(line.short for line in job.lines) and not job.policy.ships_part:
        return _short(job, known)
    if not units_to_pack(job):
        return Decision(verdict=bad("pack.nothing_to_pack", order=job.order))
    return None


def totes_on_tour(known: Known, orders: Collection[str]) -> dict[str, list[ToteUse]]:
    """By order, the totes that have not come to the pack queue: they are on a cart somewhere."""
    walking: dict[str, list[ToteUse]] = {}
    for use in known.totes.values():
        if use.tour and not use.place and use.order in orders:
            walking.setdefault(use.order, []).append(use)
    return walking


def _short(job: PackJob, known: Known) -> Decision:
    if job.policy is ShortPolicy.WAIT:
        return Decision(verdict=bad("pack.short_waits", order=job.order))
    to_bring = tuple(tote.code for tote in job.totes if not _is_hospital(tote.place, known))
    if not to_bring:
        return Decision(verdict=bad("pack.in_hospital", order=job.order))
    return Decision(
        verdict=wait("pack.bring_to_hospital", order=job.order), asking=ToHospital(job.order, to_bring)
    )


def _is_hospital(place: str, known: Known) -> bool:
    return _is_kind(place, LocationKind.HOSPITAL, known)


def _is_kind(place: str, kind: LocationKind, known: Known) -> bool:
    location = known.locations.get(place)
    return location is not None and location.kind is kind


def hospital_place(meaning: Meaning | None, known: Known) -> str:
    """The hospital place that was scanned; empty when it was something else."""
    if meaning is None or meaning.kind is not Kind.LOCATION or not _is_hospital(meaning.key, known):
        return ""
    return meaning.key


def send_to_hospital(asked: ToHospital, place: str) -> Decision:
    """The totes stand at the hospital place and wait for a person's decision."""
    return Decision(
        facts=tuple(ToteSentToHospital(asked.order, tote, place) for tote in asked.totes),
        verdict=good("pack.in_hospital_now", order=asked.order, place=place),
        asking=None,
    )


def _open(job: PackJob, known: Known, ref: str, tote: str) -> Decision:
    facts = opened(job, known, ref, tote)
    if len(facts) > 1:
        verdict = good("pack.opened_in_its_box", order=job.order, carton=facts[0].carton)
    else:
        verdict = good("pack.opened", order=job.order, units=units_to_pack(job))
    return Decision(facts=facts, verdict=verdict, asking=None)


def opened(
    job: PackJob, known: Known, ref: str, tote: str = ""
) -> tuple[ParcelOpened, *tuple[UnitVerified | ParcelFilled, ...]]:
    """The facts of a new parcel, with the carton that is proposed for it.

    Units that were picked into the box that is shipped lie in it already: each was scanned at its shelf. That is
    the box ``tote``, or else the first such one; what other totes hold goes into the next parcel.
    """
    boxes = [one for one in job.totes if one.carton and one.contents]
    box = next((one for one in boxes if one.code == tote), next(iter(boxes), None))
    if box is None:
        proposal = propose(job, known)
        carton = proposal.carton.code if proposal.carton is not None else ""
        return (ParcelOpened(ref, job.order, job.next_parcel, carton, job),)
    inside = tuple(
        UnitVerified(ref, job.order, each.line, each.sku, each.lot, box.code, each.quantity, box.code)
        for each in box.contents
    )
    rest = any(one.contents for one in job.totes if one is not box)
    full = (ParcelFilled(ref),) if rest else ()
    return (ParcelOpened(ref, job.order, job.next_parcel, box.carton, job), *inside, *full)


def propose(job: PackJob, known: Known) -> cartonization.Proposal:
    """The carton for all that lies in the totes of a job."""
    units = tuple(
        Unit(content.line, content.sku, content.lot, tote.code, content.quantity)
        for tote in job.totes
        for content in tote.contents
    )
    return cartonization.propose(contents(units, known), known.cartons.values())

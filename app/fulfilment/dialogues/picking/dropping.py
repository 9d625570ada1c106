"""Where totes are left: at a drop place for the packers, or in a zone's buffer for the picker of the next one."""

from app.fulfilment.dialogues.picking import asking
from app.fulfilment.dialogues.picking.saying import read_as, unexpected
from app.fulfilment.dialogues.picking.state import Picking
from app.fulfilment.dialogues.resolver import resolve
from app.model.answers import Decision, Kind, Meaning, Verdict, bad, good, wait
from app.model.facts import ToteDropped
from app.model.floor import LocationKind
from app.model.known import Known
from app.model.scans import Reading


def may_leave(state: Picking) -> tuple[str, ...]:
    """The totes that can be left now: the full ones under way, all with something in them at the end."""
    return state.full_totes if state.walk else state.totes_to_drop


def lift(state: Picking, tote: str) -> Decision | None:
    """Take a full tote off the cart to leave it under way; nothing where it is none."""
    if state.counts or tote not in state.full_totes:
        return None
    return Decision(verdict=wait("pick.tote_in_hand", tote=tote), asking=asking.ToteInHand(tote))


def buffer_for(state: Picking, tote: str, known: Known) -> str:
    """The buffer where a tote waits for the next zone; empty where its order has no work left elsewhere."""
    order = next((use.order for use in reversed(state.assigned) if use.tote == tote), "")
    onward = order in state.tour.onward and is_buffer(state.tour.buffer, known)
    return state.tour.buffer if onward else ""


def is_buffer(place: str, known: Known) -> bool:
    """Whether a place is one where totes wait for the picker of the next zone."""
    location = known.locations.get(place)
    return location is not None and location.kind is LocationKind.BUFFER


def nearest_drop(state: Picking, known: Known) -> str:
    """The drop place nearest to where the picker stands, or else to the last pick, across the floor."""
    drops = [place for place in known.locations.values() if place.kind is LocationKind.DROP]
    last = known.locations.get(state.at or (state.picks[-1].location if state.picks else ""))
    if last is None:
        return min((place.code for place in drops), default="")
    return min(
        ((abs(place.x_mm - last.x_mm) + abs(place.y_mm - last.y_mm), place.code) for place in drops),
        default=(0, ""),
    )[1]


def drop(state: Picking, reading: Reading, known: Known) -> Decision:
    """A tote, then the place where it is left."""
    if isinstance(state.asking, asking.PickToUndo):
        return Decision(verdict=bad("pick.typing_refuses_barcodes", read=read_as(reading)))
    waiting = may_leave(state)
    carried = state.asking.tote if isinstance(state.asking, asking.ToteInHand) else ""
    found = resolve(reading, known, (Kind.TOTE, Kind.LOCATION))
    match found.meaning:
        case Meaning(kind=Kind.TOTE, key=tote):
            if tote in waiting:
                return Decision(verdict=wait("pick.tote_in_hand", tote=tote), asking=asking.ToteInHand(tote))
            return Decision(verdict=bad("pick.tote_not_to_drop", read=tote, tote=carried or waiting[0]))
        case Meaning(kind=Kind.LOCATION, key=place):
            if not carried:
                return Decision(verdict=bad("pick.drop_tote_first", read=place, tote=waiting[0]))
            refusal = _wrong_place(state, carried, place, known)
            if refusal is not None:
                return Decision(verdict=refusal)
            return Decision(
                (ToteDropped(state.tour.id, carried, place),),
                good("pick.tote_dropped", tote=carried, place=place),
            )
        case _:
            if carried:
                return Decision(verdict=unexpected("drop_place", reading, found, tote=carried))
            return Decision(verdict=unexpected("drop_tote", reading, found, tote=waiting[0]))


def _wrong_place(state: Picking, tote: str, place: str, known: Known) -> Verdict | None:
    buffer = buffer_for(state, tote, known)
    if buffer:
        return None if place == buffer else bad("pick.goes_to_buffer", read=place, tote=tote, place=buffer)
    if known.locations[place].kind is not LocationKind.DROP:
        return bad("pick.no_drop_place", read=place, tote=tote)
    return None

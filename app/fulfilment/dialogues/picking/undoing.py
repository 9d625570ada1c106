"""Taking picks back: the last one with a key, any of this tour out of a list."""

from app.fulfilment.dialogues.picking import asking
from app.fulfilment.dialogues.picking.facts import unpicked
from app.fulfilment.dialogues.picking.saying import item_name
from app.fulfilment.dialogues.picking.state import Picking
from app.model.answers import Decision, Row, bad, good, wait
from app.model.facts import Picked
from app.model.known import Known


def newest_first(state: Picking) -> tuple[Picked, ...]:
    """The picks of this tour as the list shows them: number 1 is the last one."""
    return tuple(reversed(state.picks))


def rows(state: Picking, known: Known) -> tuple[Row, ...]:
    """The list to choose from."""
    return tuple(
        Row(
            key=str(number),
            text=f"{number}  {pick.quantity} {item_name(known, pick.sku)} {pick.location} {pick.tote}",
            done=0,
            of=0,
            current=number == 1,
        )
        for number, pick in enumerate(newest_first(state), start=1)
    )


def choose(state: Picking) -> Decision:
    """Open the list of picks, or say why there is none to choose from."""
    if state.counts:
        task = state.task
        tote = state.tote_of(task.slot) if task is not None else ""
        return Decision(verdict=bad("pick.bank_or_undo_first", quantity=state.counted, tote=tote))
    if not state.picks:
        return Decision(verdict=bad("pick.nothing_to_undo"))
    return Decision(verdict=wait("pick.which_pick", most=len(state.picks)), asking=asking.PickToUndo())


def chosen(state: Picking, text: str) -> Decision:
    """Take back the pick with the number that was typed."""
    picks = newest_first(state)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    if not 1 <= number <= len(picks):
        return Decision(verdict=bad("pick.no_such_pick", read=text, most=len(picks)))
    return take_back(state, picks[number - 1])


def take_back(state: Picking, pick: Picked) -> Decision:
    """Take one pick back, unless its tote has been left somewhere."""
    place = next((drop.place for drop in state.dropped if drop.tote == pick.tote), "")
    if place:
        return Decision(verdict=bad("pick.undo_after_drop", tote=pick.tote, place=place))
    return Decision(
        (unpicked(pick),),
        good(
            "pick.pick_undone", quantity=pick.quantity, sku=pick.sku, tote=pick.tote, location=pick.location
        ),
    )

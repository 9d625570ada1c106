"""What a key or a typed line means at each step of a tour."""

from app.fulfilment.dialogues.picking import asking, handing, joining, undoing
from app.fulfilment.dialogues.picking.demands import Demands, demands
from app.fulfilment.dialogues.picking.facts import banked, damaged, found_range, short_of
from app.fulfilment.dialogues.picking.found_again import undo_short
from app.fulfilment.dialogues.picking.saying import wrong_item
from app.fulfilment.dialogues.picking.scanning import count, refuse
from app.fulfilment.dialogues.picking.state import QUESTIONS, Picking, Step, in_hand, step_of
from app.fulfilment.dialogues.picking.zero_check import checked
from app.model.answers import Command, Decision, bad, good, wait
from app.model.facts import Counted, CountUndone, PickingFact, ShortCause, UnitsCounted
from app.model.floor import Proof
from app.model.known import Known
from app.model.work import Task

MOST_TYPED = 40
"""A typed line is cut to this before it is shown or kept."""


_UNIT_IN_HAND = (Step.LOT, Step.SERIAL)
"""Steps in which a unit was scanned that does not count yet: undo puts it back."""


def press(state: Picking | None, command: Command, known: Known, operator: str) -> Decision:
    """What follows from a key or a command barcode."""
    working = in_hand(state)
    step = step_of(working)
    if working is None and state is not None and state.asking is not None and command is Command.BACK:
        return _back(state)
    if working is None or step is Step.CART:
        return refuse(bad("pick.key_not_here", key=command.value))
    if command is Command.BACK:
        return _back(working)
    if step in QUESTIONS and not (step in _UNIT_IN_HAND and command is Command.UNDO):
        return refuse(bad("pick.answer_first", key=command.value))
    if command is Command.UNDO:
        return _back(working) if step in _UNIT_IN_HAND else _undo(working)
    task = working.task
    if working.to_look_at is not None:
        return refuse(bad("pick.answer_first", key=command.value))
    if task is None and command is Command.PROBLEM:
        return undoing.choose(working)
    if task is None or step is Step.EMPTY_TOTE:
        return refuse(bad("pick.key_not_here", key=command.value))
    match command:
        case Command.PROBLEM:
            return Decision(verdict=wait("pick.which_problem"), asking=asking.ProblemWanted())
        case Command.QUANTITY:
            wanted = demands(task, known, operator, one_tote=working.one_tote)
            return _quantity(working, task, known, wanted)
        case Command.FULL:
            slot = task.slot + 1
            return Decision(
                verdict=wait("pick.another_tote_wanted", slot=slot, order=task.order),
                asking=asking.AnotherToteWanted(),
            )
        case _:
            return refuse(bad("pick.key_not_here", key=command.value))


def _back(state: Picking) -> Decision:
    if state.asking is None:
        return refuse(bad("pick.nothing_to_leave"))
    return Decision(verdict=good("pick.question_left"), asking=None)


def _undo(state: Picking) -> Decision:
    """Take back the last count, or the short that was just reported, or else the last banked pick."""
    if state.counts:
        last = state.counts[-1]
        verdict = good("pick.count_undone", quantity=last.quantity, counted=state.counted - last.quantity)
        return Decision((CountUndone(state.tour.id, last.task, last.quantity),), verdict)
    if state.just_short:
        return undo_short(state, state.shorts[-1])
    if not state.picks:
        return refuse(bad("pick.nothing_to_undo"))
    return undoing.take_back(state, state.picks[-1])


def _quantity(state: Picking, task: Task, known: Known, wanted: Demands) -> Decision:
    """Type a quantity: from so many up and after one scan, or at once where the zone wants no item scanned."""
    if state.current is None:
        return refuse(bad("pick.scan_location_before", location=task.location))
    if Proof.EACH_UNIT in wanted or Proof.SERIAL in wanted:
        return refuse(bad("pick.each_unit_is_scanned", sku=task.sku))
    if Proof.ITEM in wanted:
        least, asked = known.settings.type_quantity_from, state.asked_at(task)
        if asked < least:
            return refuse(bad("pick.quantity_too_small", asked=asked, least=least))
        if not state.counts:
            return refuse(bad("pick.quantity_scan_one_first", sku=task.sku))
    needed = state.to_take(task)
    if state.counted >= needed:
        return refuse(bad("pick.enough", counted=state.counted, tote=state.tote_of(task.slot)))
    return Decision(
        verdict=wait("pick.type_quantity", least=state.counted + 1, most=needed),
        asking=asking.QuantityWanted(),
    )


def typed(state: Picking | None, text: str, known: Known, operator: str) -> Decision:
    """What follows from a typed line."""
    text = text.strip()[:MOST_TYPED]
    working = in_hand(state)
    if working is not None and working.to_look_at is not None and working.cart_scanned:
        return checked(working, working.to_look_at, text)
    task = working.task if working is not None else None
    if working is not None and isinstance(working.asking, asking.PickToUndo):
        return undoing.chosen(working, text)
    if working is None or task is None:
        return refuse(bad("pick.nothing_to_type", read=text))
    wanted = demands(task, known, operator, one_tote=working.one_tote)
    answer = _answered(working, task, text, known, wanted)
    if answer is not None:
        return answer
    if working.typed and (working.filled_in or Proof.TOTE not in wanted):
        return _confirmed(working, task, text, wanted)
    return refuse(bad("pick.nothing_to_type", read=text))


def _answered(state: Picking, task: Task, text: str, known: Known, wanted: Demands) -> Decision | None:
    """What a line answers of the question in the air; nothing where none asks for a line."""
    match state.asking:
        case asking.QuantityWanted():
            return _typed_quantity(state, task, text)
        case asking.ProblemWanted():
            return _problem(state, task, text)
        case asking.FoundWanted(cause=cause):
            return _found(state, task, text, cause)
        case asking.DamagedWanted():
            return _damaged(state, task, text)
        case asking.PutDownToConfirm():
            return handing.put_down(state, text)
        case asking.BlockedToConfirm():
            return _blocked(state, task, text)
        case asking.UrgentOffered(offer=offer):
            return joining.answered(state, offer, text)
        case asking.SkuWanted():
            return _sku(state, task, text, known, wanted)
        case _:
            return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _typed_quantity(state: Picking, task: Task, text: str) -> Decision:
    """The whole quantity in the hand, the scanned units among it."""
    number, least, most = _number(text), state.counted + 1, state.to_take(task)
    if number is None or not least <= number <= most:
        return refuse(bad("pick.quantity_out_of_range", read=text, least=least, most=most))
    more = number - state.counted
    lot = state.counts[-1].lot if state.counts else ""
    fact = UnitsCounted(state.tour.id, task.id, more, text, lot, Counted.TYPED_QUANTITY)
    return Decision((fact,), good("pick.quantity_typed", quantity=number, tote=state.tote_of(task.slot)))


def _confirmed(state: Picking, task: Task, text: str, wanted: Demands) -> Decision:
    """The number again confirms it; another one than was filled in takes its place."""
    number, tote = _number(text), state.tote_of(task.slot)
    if state.filled_in and number != state.counted:
        return _instead(state, task, number, text)
    if number != state.counted:
        return refuse(bad("pick.quantity_differs", read=text, quantity=state.counted))
    if Proof.TOTE in wanted:
        return refuse(bad("pick.quantity_right_scan_tote", quantity=state.counted, tote=tote))
    return Decision(
        banked(state, task), good("pick.banked", quantity=state.counted, tote=tote, order=task.order)
    )


def _instead(state: Picking, task: Task, number: int | None, text: str) -> Decision:
    last = state.counts[-1]
    before = state.counted - last.quantity
    if number is None or not before < number <= state.to_take(task):
        return refuse(
            bad("pick.quantity_out_of_range", read=text, least=before + 1, most=state.to_take(task))
        )
    back = CountUndone(state.tour.id, task.id, last.quantity)
    fact = UnitsCounted(state.tour.id, task.id, number - before, text, last.lot, Counted.TYPED_QUANTITY)
    return Decision((back, fact), good("pick.quantity_typed", quantity=number, tote=state.tote_of(task.slot)))


def _problem(state: Picking, task: Task, text: str) -> Decision:
    if text in {"1", "2", "3", "5"} and state.current is None:
        return refuse(bad("pick.scan_location_before", location=task.location))
    match text:
        case "1":
            return _short(state, task, ShortCause.SHORT)
        case "2":
            return Decision(verdict=wait("pick.how_many_damaged"), asking=asking.DamagedWanted())
        case "3":
            return _short(state, task, ShortCause.WRONG_STOCK)
        case "4":
            if state.counts:
                tote = state.tote_of(task.slot)
                return refuse(bad("pick.bank_or_undo_first", quantity=state.counted, tote=tote))
            return Decision(
                verdict=wait("pick.blocked_confirm", location=task.location),
                asking=asking.BlockedToConfirm(),
            )
        case "5":
            return Decision(verdict=wait("pick.type_sku"), asking=asking.SkuWanted())
        case "8":
            return undoing.choose(state)
        case "9":
            return Decision(
                verdict=wait("pick.put_down_confirm", cart=state.tour.cart), asking=asking.PutDownToConfirm()
            )
        case _:
            return refuse(bad("pick.no_such_problem", read=text))


def _short(state: Picking, task: Task, cause: ShortCause) -> Decision:
    possible = found_range(state, task)
    if not possible:
        return refuse(bad("pick.nothing_is_short", counted=state.counted, tote=state.tote_of(task.slot)))
    if len(possible) == 1:  # nothing to ask: only so many can have been found
        return _confirm(task, possible[0], cause)
    return Decision(
        verdict=wait("pick.how_many_found", least=possible[0], most=possible[-1]),
        asking=asking.FoundWanted(cause),
    )


def _found(state: Picking, task: Task, text: str, cause: ShortCause) -> Decision:
    number, possible = _number(text), found_range(state, task)
    if number is None or number not in possible:
        return refuse(bad("pick.found_out_of_range", read=text, least=possible[0], most=possible[-1]))
    return _confirm(task, number, cause)


def _confirm(task: Task, found: int, cause: ShortCause) -> Decision:
    return Decision(
        verdict=wait("pick.confirm_short", found=found, location=task.location),
        asking=asking.ShortToConfirm(cause, found),
    )


def _damaged(state: Picking, task: Task, text: str) -> Decision:
    number = _number(text)
    if number is None or not 1 <= number <= asking.MOST_DAMAGED:
        return refuse(bad("pick.damaged_out_of_range", read=text, most=asking.MOST_DAMAGED))
    facts = damaged(state, task, number)
    still = state.to_take(task) - sum(fact.missing for fact in facts)
    return Decision(facts, good("pick.damaged", quantity=number, needed=still))


def _blocked(state: Picking, task: Task, text: str) -> Decision:
    """Nobody gets to a blocked location, so every open task there ends."""
    if text != asking.YES:
        return refuse(bad("pick.blocked_not_confirmed", read=text, location=task.location))
    there = [other for other in state.walk if other.location == task.location]
    facts: tuple[PickingFact, ...] = tuple(
        short_of(state, other, state.picked(other), ShortCause.BLOCKED) for other in there
    )
    missing = sum(state.needed(other) for other in there)
    return Decision(facts, good("pick.blocked", location=task.location, missing=missing))


def _sku(state: Picking, task: Task, text: str, known: Known, wanted: Demands) -> Decision:
    """One unit of an item whose barcode is gone."""
    if text.casefold() != task.sku.casefold():
        if text in known.items:
            return refuse(wrong_item(known, text, task.sku))
        return refuse(bad("pick.wrong_sku", read=text, sku=task.sku))
    if state.typed:
        tote = state.tote_of(task.slot)
        return refuse(bad("pick.confirm_quantity_first", quantity=state.counted, tote=tote))
    return count(state, task, asking.Units(1, text, Counted.TYPED_SKU), known, wanted)

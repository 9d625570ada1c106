"""What a picker must do next, in words."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.fulfilment.dialogues.picking import asking, undoing
from app.fulfilment.dialogues.picking.containers import box_for, tote_to_fetch
from app.fulfilment.dialogues.picking.demands import Demands, demands
from app.fulfilment.dialogues.picking.dropping import buffer_for, nearest_drop
from app.fulfilment.dialogues.picking.facts import found_range
from app.fulfilment.dialogues.picking.lookalikes import beware
from app.fulfilment.dialogues.picking.saying import item_name
from app.fulfilment.dialogues.picking.state import Picking, Step, may_take, step_of
from app.model.answers import Command, Kind, Prompt, Row, Say, say
from app.model.facts import PickUndone
from app.model.floor import LocationKind, PickMode, Proof
from app.model.known import Known
from app.model.work import Offer, Task

_ANSWERING = (Command.BACK, Command.WHY)
_ALWAYS = (Command.PANE, Command.VIEW, Command.SIGN_OFF, Command.PAUSE)


@dataclass(frozen=True, slots=True)
class _Here:
    """A tour in hand, the task it is about, what is known, and what must be scanned."""

    state: Picking
    task: Task
    known: Known
    wanted: Demands

    @property
    def item(self) -> str:
        return item_name(self.known, self.task.sku)

    @property
    def tote(self) -> str:
        return self.state.tote_of(self.task.slot)

    @property
    def slot(self) -> int:
        return self.task.slot + 1

    @property
    def for_all(self) -> bool:
        """Whether one tote takes the units of all orders."""
        return self.state.tour.mode is PickMode.ONE_SKU


def _keys_at_work(here: _Here) -> tuple[Command, ...]:
    """The keys at a stop; a quantity only where typing one would be taken."""
    state, wanted = here.state, here.wanted
    enough = here.known.settings.type_quantity_from <= state.asked_at(here.task) and state.counted > 0
    never = Proof.EACH_UNIT in wanted or Proof.SERIAL in wanted
    types = (enough or Proof.ITEM not in wanted) and not never and state.counted < state.to_take(here.task)
    quantity = (Command.QUANTITY,) if types else ()
    return (Command.PROBLEM, *quantity, Command.UNDO, Command.FULL, Command.WHY)


def prompt(state: Picking | None, known: Known, operator: str) -> Prompt:
    """What the picker must do next."""
    if state is None or state.ended:
        return _no_tour(state, known)
    task = state.task
    wanted = demands(task, known, operator, one_tote=state.one_tote) if task is not None else None
    if not state.cart_scanned:
        asked = _cart(state, known)
    elif state.to_look_at is not None:
        asked = _zero_check(state.to_look_at)
    elif task is None or wanted is None:
        asked = _drop(state, known)
    else:
        step = step_of(state)
        here = (state.slot_without_tote or task) if step is Step.EMPTY_TOTE else task
        asked = _ASKED[step](_Here(state, here, known, wanted))
    return _framed(asked, state, known, wanted)


def _framed(asked: Prompt, state: Picking, known: Known, wanted: Demands | None) -> Prompt:
    """The question with what stands around it on every step: the stops, the progress, the reasons."""
    task, walk = state.task, state.walk
    stops = list(dict.fromkeys(other.location for other in walk))
    target = asked.target or (task.location if task is not None else "")
    return replace(
        asked,
        keys=(*asked.keys, *_ALWAYS),
        detail=(*asked.detail, *_warnings(state, known)),
        rows=asked.rows or tuple(_row(state, other, known, current=other is task) for other in walk),
        by_tote=() if asked.rows else _by_tote(state, known),
        done=sum(pick.quantity for pick in state.picks),
        of=sum(other.quantity - state.missing_of(other) for other in state.tour.tasks),
        target=target,
        ahead=tuple(stop for stop in stops if stop != target),
        why=_why(state, known, wanted),
        put_back=_put_back(state, known),
    )


def _warnings(state: Picking, known: Known) -> tuple[Say, ...]:
    changed = (say(f"pick.walk_changed_{state.changed.value}"),) if state.changed is not None else ()
    doubtful = _doubtful(state) if not state.at else ""
    early = (say("pick.early", location=doubtful),) if doubtful else ()
    return (*changed, *early, *_holding(state, known))


def _doubtful(state: Picking) -> str:
    """The location of the next task where it comes early because something was short there lately."""
    location = state.task.location if state.task is not None else ""
    return location if location in state.tour.early else ""


def _holding(state: Picking, known: Known) -> tuple[Say, ...]:
    lent = known.tours.get(state.tour.id)
    if lent is None or lent.station != known.station:
        return (say("pick.taken_away", tour=state.tour.id),)
    if lent.taken_over:
        return (say("pick.taken_over", tour=state.tour.id),)
    return ()


def _row(state: Picking, task: Task, known: Known, *, current: bool) -> Row:
    in_hand = state.counted if current else 0
    return Row(
        key=task.id,
        text=f"{task.location} {item_name(known, task.sku)}",
        done=state.picked(task) + in_hand,
        of=task.quantity - state.missing_of(task),
        current=current,
    )


def _by_tote(state: Picking, known: Known) -> tuple[Row, ...]:
    """What remains, under the tote that it goes into: each slot with its units, then the open tasks of the slot."""
    rows: list[Row] = []
    for slot in sorted({task.slot for task in state.tour.tasks}):
        tasks = [task for task in state.tour.tasks if task.slot == slot]
        orders = " ".join(dict.fromkeys(task.order for task in tasks))
        rows.append(
            Row(
                key=f"slot-{slot}",
                text=" ".join(filter(None, (state.tote_of(slot), orders))),
                done=sum(state.picked(task) for task in tasks),
                of=sum(task.quantity - state.missing_of(task) for task in tasks),
            )
        )
        here = [task for task in state.walk if task.slot == slot]
        rows += [_row(state, task, known, current=task is state.task) for task in here]
    return tuple(rows)


def _put_back(state: Picking, known: Known) -> Say | None:
    undone = state.put_back
    if undone is None:
        return None
    if isinstance(undone, PickUndone):
        return say(
            "pick.put_back",
            quantity=undone.quantity,
            item=item_name(known, undone.sku),
            tote=undone.tote,
            location=undone.location,
        )
    task = next((task for task in state.tour.tasks if task.id == undone.task), None)
    if task is None:
        return None
    return say(
        "pick.put_back_from_hand",
        quantity=undone.quantity,
        item=item_name(known, task.sku),
        location=task.location,
    )


def _why(state: Picking, known: Known, wanted: Demands | None) -> tuple[Say, ...]:
    """The reasons behind the tour and the task in hand."""
    tour, task = state.tour, state.task
    reasons: tuple[Say, ...] = ()
    if isinstance(state.asking, asking.UrgentOffered):
        slot = len(tour.orders) + 1
        reasons = (say("pick.why_urgent", order=state.asking.offer.order, slot=slot),)
    if task is not None:
        location = known.locations.get(task.location)
        if location is not None:
            reserve = location.kind is LocationKind.RESERVE
            code = "pick.why_reserve" if reserve else "pick.why_pick_face"
            reasons = (*reasons, say(code, location=task.location, zone=location.zone))
        if task.instead_of:
            ordered = item_name(known, task.instead_of)
            reasons = (*reasons, say("pick.why_instead", order=task.order, item=ordered))
        if task.lot:
            reasons = (*reasons, say("pick.why_lot", lot=task.lot))
        if task.good_until is not None:
            until = task.good_until.isoformat()
            reasons = (*reasons, say("pick.why_good_until", until=until, order=task.order))
        reasons = (*reasons, say("pick.why_order", order=task.order, slot=task.slot + 1))
    if tour.mode is not PickMode.ORDERS:
        reasons = (*reasons, say(f"pick.why_{tour.mode.value}"))
    ship_by = tour.ship_by.isoformat(sep=" ", timespec="minutes")
    return (
        *reasons,
        say(
            "pick.why_walk",
            planned=round(tour.length_mm / 1000),
            instead=round(tour.location_order_mm / 1000),
            method=tour.method,
        ),
        *((say("pick.why_early", detour=-(-tour.detour_mm // 1000)),) if _doubtful(state) else ()),
        say("pick.why_now", priority=tour.priority, ship_by=ship_by),
        *(wanted.why() if wanted is not None else ()),
    )


def _no_tour(state: Picking | None, known: Known) -> Prompt:
    ready = sorted(
        lent.tour.cart
        for lent in known.tours.values()
        if lent.station == known.station and may_take(state, lent)
    )
    offered = state.asking if state is not None else None
    if isinstance(offered, asking.TakeOver):
        return Prompt(
            step=Step.TAKE_OVER.value,
            large=say("pick.large_name", name=offered.cart),
            ask=say("pick.scan_to_take_over", cart=offered.cart, name=offered.name),
            detail=(say("pick.take_over_from", name=offered.name, station=offered.station),),
            accepts=(Kind.CART,),
            keys=(Command.BACK, *_ALWAYS),
        )
    detail = tuple(say("pick.tour_ready", cart=cart) for cart in ready)
    if not known.online and not ready:
        detail = (say("pick.offline_no_new_tour"),)
    return Prompt(
        step=Step.NO_TOUR.value,
        large=say("pick.large_cart"),
        ask=say("pick.scan_any_cart"),
        detail=detail,
        accepts=(Kind.CART, Kind.TOTE),
        keys=_ALWAYS,
    )


def _from_whom(state: Picking, known: Known) -> tuple[Say, ...]:
    lent = known.tours.get(state.tour.id)
    if lent is not None and lent.taken_from:
        return (say("pick.goes_on_from", tour=state.tour.id, name=lent.taken_from),)
    return (say("pick.tour_goes_on", tour=state.tour.id),) if state.history else ()


def _cart(state: Picking, known: Known) -> Prompt:
    return Prompt(
        step=Step.CART.value,
        large=say("pick.large_name", name=state.tour.cart),
        ask=say("pick.scan_cart", cart=state.tour.cart),
        detail=_from_whom(state, known),
        accepts=(Kind.CART,),
        keys=(Command.WHY,),
    )


def _empty_tote(here: _Here) -> Prompt:
    state, slot = here.state, here.slot
    if state.tour.mode is PickMode.CARTON:
        return _empty_box(here)
    brought = tote_to_fetch(state, here.task, here.known)
    if brought is not None:
        ask = say("pick.scan_brought_tote", tote=brought.code, place=brought.place, slot=slot)
    else:
        ask = say("pick.scan_empty_tote", slot=slot)
    return Prompt(
        step=Step.EMPTY_TOTE.value,
        large=say("pick.large_slot", slot=slot),
        ask=ask,
        detail=_whose_slot(here),
        accepts=(Kind.TOTE,),
        keys=(Command.UNDO, Command.WHY),
        target=brought.place if brought is not None else "",
    )


def _whose_slot(here: _Here) -> tuple[Say, ...]:
    if here.for_all:
        return (say("pick.slot_for_all", orders=len(here.state.tour.orders)),)
    return (say("pick.slot_order", slot=here.slot, order=here.task.order),)


def _empty_box(here: _Here) -> Prompt:
    """The box that is shipped: its own code is a tote's; what kind of box it is was proposed, or scanned."""
    carton = box_for(here.state, here.task)
    return Prompt(
        step=Step.EMPTY_TOTE.value,
        large=say("pick.large_name", name=carton),
        ask=say("pick.scan_box", carton=carton, slot=here.slot),
        detail=(*_whose_slot(here), say("pick.other_box")),
        accepts=(Kind.TOTE, Kind.CARTON),
        keys=(Command.UNDO, Command.WHY),
    )


def _another_tote(here: _Here) -> Prompt:
    full = say("pick.second_tote", slot=here.slot, order=here.task.order, tote=here.tote)
    if here.state.tour.mode is PickMode.CARTON:
        box = _empty_box(here)
        return replace(box, step=Step.ANOTHER_TOTE.value, detail=(full, *box.detail[1:]), keys=_ANSWERING)
    return Prompt(
        step=Step.ANOTHER_TOTE.value,
        large=say("pick.large_slot", slot=here.slot),
        ask=say("pick.scan_empty_tote", slot=here.slot),
        detail=(full,),
        accepts=(Kind.TOTE,),
        keys=_ANSWERING,
    )


def _location(here: _Here) -> Prompt:
    task, state = here.task, here.state
    detail: tuple[Say, ...] = (
        say("pick.take_there", quantity=state.to_take(task), item=here.item, sku=task.sku),
    )
    if isinstance(state.asking, asking.Jump):
        detail = (say("pick.again_jumps", location=state.asking.location), *detail)
    detail = (*detail, *(say("pick.full_to_leave", tote=tote) for tote in state.full_totes))
    if state.just_short:
        short = state.shorts[-1]
        detail = (say("pick.short_can_be_undone", location=short.location), *detail)
    code = "pick.scan_check_code" if Proof.CHECK_CODE in here.wanted else "pick.scan_location"
    return Prompt(
        step=Step.LOCATION.value,
        large=say("pick.large_name", name=task.location),
        ask=say(code, location=task.location),
        detail=detail,
        accepts=(Kind.LOCATION,),
        keys=(Command.PROBLEM, Command.UNDO, Command.FULL, Command.WHY),
    )


def _urgent(here: _Here) -> Prompt:
    offered = here.state.asking
    offer = offered.offer if isinstance(offered, asking.UrgentOffered) else Offer("", 0, 0, 0)
    metres = -(-offer.detour_mm // 1000)
    return Prompt(
        step=Step.URGENT.value,
        large=say("pick.large_urgent"),
        ask=say("pick.type_urgent", order=offer.order),
        detail=(
            say("pick.urgent_costs", units=offer.units, stops=offer.stops, metres=metres),
            say("pick.urgent_later", location=here.task.location),
        ),
        accepts=(Kind.LOCATION,),
        keys=(Command.BACK, Command.PROBLEM, Command.UNDO, Command.WHY),
        entry="choice",
    )


def _for_whom(here: _Here) -> tuple[Say, ...]:
    """The lot, and the order that the units are for."""
    task = here.task
    lot = (_lot_to_take(here),) if task.lot else ()
    jump = here.state.asking
    again = (say("pick.again_jumps", location=jump.location),) if isinstance(jump, asking.Jump) else ()
    if here.for_all:
        into = say("pick.goes_into_for_all", tote=here.tote, orders=len(here.state.tour.orders))
    else:
        into = say("pick.goes_into", tote=here.tote, slot=here.slot, order=task.order)
    instead = _instead_of(here)
    return (*again, *instead, *lot, into)


def _instead_of(here: _Here) -> tuple[Say, ...]:
    """That the customer ordered something else and takes this for it."""
    if not here.task.instead_of:
        return ()
    return (say("pick.instead_of", item=item_name(here.known, here.task.instead_of)),)


def _lot_to_take(here: _Here) -> Say:
    task = here.task
    if not here.wanted.zone.other_lot_allowed:
        return say("pick.lot_to_take", lot=task.lot)
    if task.good_until is None:
        return say("pick.lot_or_another", lot=task.lot)
    return say("pick.lot_or_another_good", lot=task.lot, until=task.good_until.isoformat())


def _or_type(here: _Here) -> tuple[Say, ...]:
    """That the quantity may be typed at once, where nobody wants the item scanned."""
    return () if Proof.ITEM in here.wanted else (say("pick.or_type_at_once"),)


def _item(here: _Here) -> Prompt:
    task, state = here.task, here.state
    needed, counted = state.to_take(task), state.counted
    return Prompt(
        step=Step.ITEM.value,
        large=say("pick.large_take", quantity=needed - counted),
        ask=say("pick.scan_item", sku=task.sku, item=here.item, number=counted + 1, of=needed),
        detail=(*beware(task, here.known), *_or_type(here), *_for_whom(here)),
        accepts=(Kind.ITEM, Kind.TOTE, Kind.LOCATION) if counted else (Kind.ITEM, Kind.LOCATION),
        keys=_keys_at_work(here),
    )


def _lot(here: _Here) -> Prompt:
    return Prompt(
        step=Step.LOT.value,
        large=say("pick.large_name", name=here.task.lot),
        ask=say("pick.scan_lot", lot=here.task.lot),
        detail=(say("pick.lot_of", item=here.item, sku=here.task.sku),),
        accepts=(Kind.ITEM, Kind.LOT),
        keys=(Command.UNDO, *_ANSWERING),
    )


def _serial(here: _Here) -> Prompt:
    state = here.state
    return Prompt(
        step=Step.SERIAL.value,
        large=say("pick.large_serial"),
        ask=say("pick.scan_serial", item=here.item),
        detail=(say("pick.serial_of", number=state.counted + 1, of=state.to_take(here.task)),),
        accepts=(Kind.ITEM, Kind.SERIAL),
        keys=(Command.UNDO, *_ANSWERING),
    )


def _tote(here: _Here) -> Prompt:
    state = here.state
    counted = state.counted
    needed = state.to_take(here.task)
    if here.for_all:
        ask = say("pick.scan_tote_for_all", tote=here.tote, quantity=counted, orders=len(state.tour.orders))
    else:
        ask = say("pick.scan_tote", tote=here.tote, quantity=counted, order=here.task.order)
    if not state.typed:
        return Prompt(
            step=Step.TOTE.value,
            large=say("pick.large_name", name=here.tote),
            ask=ask,
            detail=_for_whom(here),
            accepts=(Kind.TOTE,),
            keys=_keys_at_work(here),
        )
    may_type = Proof.TOTE not in here.wanted
    again = (say("pick.or_type_again", quantity=counted),) if may_type else ()
    if state.filled_in:
        again = (say("pick.or_type_another", quantity=counted), *again)
    return Prompt(
        step=Step.TOTE.value,
        large=say("pick.large_quantity", quantity=counted, of=needed),
        ask=ask,
        detail=(*again, *_for_whom(here)),
        accepts=(Kind.TOTE,),
        keys=_keys_at_work(here),
        entry="quantity" if may_type or state.filled_in else "",
    )


def _quantity(here: _Here) -> Prompt:
    state = here.state
    least, most = state.counted + 1, state.to_take(here.task)
    return Prompt(
        step=Step.QUANTITY.value,
        large=say("pick.large_take", quantity=most),
        ask=say("pick.type_how_many", least=least, most=most),
        detail=(say("pick.quantity_counts_all", counted=state.counted, item=here.item),),
        keys=_ANSWERING,
        entry="quantity",
    )


def _problem(here: _Here) -> Prompt:
    at_stop = here.state.current is not None
    return Prompt(
        step=Step.PROBLEM.value,
        large=say("pick.large_problem"),
        ask=say("pick.choose_problem")
        if at_stop
        else say("pick.choose_blocked", location=here.task.location),
        detail=(say("pick.problem_with", item=here.item, location=here.task.location),),
        keys=_ANSWERING,
        entry="choice",
    )


def _found(here: _Here) -> Prompt:
    possible = found_range(here.state, here.task)
    return Prompt(
        step=Step.FOUND.value,
        large=say("pick.large_found"),
        ask=say("pick.type_how_many_found", least=possible[0], most=possible[-1], item=here.item),
        detail=(say("pick.found_counts_all", found=possible[0], asked=possible[-1] + 1),),
        keys=_ANSWERING,
        entry="quantity",
    )


def _confirm_short(here: _Here) -> Prompt:
    question = here.state.asking
    found = question.found if isinstance(question, asking.ShortToConfirm) else 0
    return Prompt(
        step=Step.CONFIRM_SHORT.value,
        large=say("pick.large_name", name=here.task.location),
        ask=say("pick.scan_location_again", location=here.task.location, found=found),
        detail=(say("pick.problem_with", item=here.item, location=here.task.location),),
        accepts=(Kind.LOCATION,),
        keys=_ANSWERING,
    )


def _zero_check(task: Task) -> Prompt:
    return Prompt(
        step=Step.ZERO_CHECK.value,
        large=say("pick.large_empty"),
        ask=say("pick.is_it_empty", location=task.location),
        detail=(say("pick.why_zero_check", location=task.location),),
        keys=(Command.UNDO, Command.WHY),
        entry="quantity",
        target=task.location,
    )


def _damaged(here: _Here) -> Prompt:
    return Prompt(
        step=Step.DAMAGED.value,
        large=say("pick.large_damaged"),
        ask=say("pick.type_how_many_damaged", item=here.item, most=asking.MOST_DAMAGED),
        detail=(
            *(say("pick.damaged_to", place=place) for place in _hospital(here.known)),
            say("pick.damaged_replaced"),
        ),
        keys=_ANSWERING,
        entry="quantity",
    )


def _hospital(known: Known) -> tuple[str, ...]:
    """The place for damaged units, where there is one: the central books them to the same."""
    places = (place.code for place in known.locations.values() if place.kind is LocationKind.HOSPITAL)
    return tuple(sorted(places))[:1]


def _confirm_blocked(here: _Here) -> Prompt:
    return Prompt(
        step=Step.CONFIRM_BLOCKED.value,
        large=say("pick.large_blocked"),
        ask=say("pick.type_blocked", location=here.task.location, answer=asking.YES),
        keys=_ANSWERING,
        entry="choice",
    )


def _undo_pick(state: Picking, known: Known) -> Prompt:
    most = len(state.picks)
    return Prompt(
        step=Step.UNDO_PICK.value,
        large=say("pick.large_undo"),
        ask=say("pick.type_pick", most=most) if most > 1 else say("pick.type_only_pick"),
        detail=(say("pick.last_is_first"),),
        keys=_ANSWERING,
        rows=undoing.rows(state, known),
        entry="choice",
    )


def _undo_at_a_task(here: _Here) -> Prompt:
    return _undo_pick(here.state, here.known)


def _put_down(here: _Here) -> Prompt:
    cart = here.state.tour.cart
    return Prompt(
        step=Step.PUT_DOWN.value,
        large=say("pick.large_put_down"),
        ask=say("pick.type_put_down", answer=asking.YES, cart=cart),
        detail=(say("pick.put_down_goes_on", cart=cart),),
        keys=_ANSWERING,
        entry="choice",
    )


def _sku(here: _Here) -> Prompt:
    return Prompt(
        step=Step.SKU.value,
        large=say("pick.large_sku"),
        ask=say("pick.type_the_sku", sku=here.task.sku, item=here.item),
        keys=_ANSWERING,
        entry="sku",
    )


def _drop(state: Picking, known: Known) -> Prompt:
    if isinstance(state.asking, asking.PickToUndo):
        return _undo_pick(state, known)
    if isinstance(state.asking, asking.ToteInHand):
        return _drop_place(state, state.asking.tote, known)
    tote = next(iter(state.totes_to_drop), "")
    return Prompt(
        step=Step.DROP_TOTE.value,
        large=say("pick.large_name", name=tote),
        ask=say("pick.scan_tote_to_drop", tote=tote),
        detail=(say("pick.totes_left", totes=" ".join(state.totes_to_drop)),),
        accepts=(Kind.TOTE,),
        keys=(Command.UNDO, Command.WHY),
        target=buffer_for(state, tote, known) or nearest_drop(state, known),
    )


def _drop_place(state: Picking, tote: str, known: Known) -> Prompt:
    buffer = buffer_for(state, tote, known)
    if buffer:
        return Prompt(
            step=Step.DROP_PLACE.value,
            large=say("pick.large_name", name=buffer),
            ask=say("pick.scan_buffer", place=buffer, tote=tote),
            detail=(say("pick.goes_on_elsewhere", tote=tote),),
            accepts=(Kind.LOCATION, Kind.TOTE),
            keys=(Command.BACK, Command.UNDO, Command.WHY),
            target=buffer,
        )
    nearest = nearest_drop(state, known)
    return Prompt(
        step=Step.DROP_PLACE.value,
        large=say("pick.large_drop"),
        ask=say("pick.scan_drop_place", tote=tote),
        detail=(say("pick.drop_nearest", place=nearest),) if nearest else (),
        accepts=(Kind.LOCATION, Kind.TOTE),
        keys=(Command.BACK, Command.UNDO, Command.WHY),
        target=nearest,
    )


def _drop_under_way(here: _Here) -> Prompt:
    return _drop(here.state, here.known)


_ASKED: dict[Step, Callable[[_Here], Prompt]] = {
    Step.EMPTY_TOTE: _empty_tote,
    Step.ANOTHER_TOTE: _another_tote,
    Step.LOCATION: _location,
    Step.ITEM: _item,
    Step.LOT: _lot,
    Step.SERIAL: _serial,
    Step.TOTE: _tote,
    Step.DROP_PLACE: _drop_under_way,
    Step.QUANTITY: _quantity,
    Step.PROBLEM: _problem,
    Step.FOUND: _found,
    Step.CONFIRM_SHORT: _confirm_short,
    Step.DAMAGED: _damaged,
    Step.CONFIRM_BLOCKED: _confirm_blocked,
    Step.UNDO_PICK: _undo_at_a_task,
    Step.PUT_DOWN: _put_down,
    Step.SKU: _sku,
    Step.URGENT: _urgent,
}

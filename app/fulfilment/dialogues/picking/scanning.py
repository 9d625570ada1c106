"""What a scan means at each step of a tour."""

from dataclasses import replace

from app.fulfilment.dialogues.labelled import as_stock_has_it, weighs_like, why_refused
from app.fulfilment.dialogues.picking import asking
from app.fulfilment.dialogues.picking.asking import Units
from app.fulfilment.dialogues.picking.containers import put_into_slot
from app.fulfilment.dialogues.picking.demands import Demands, demands
from app.fulfilment.dialogues.picking.dropping import drop, lift
from app.fulfilment.dialogues.picking.facts import banked, short
from app.fulfilment.dialogues.picking.found_again import found_again
from app.fulfilment.dialogues.picking.handing import ask_for
from app.fulfilment.dialogues.picking.lots import lot_refused, lots_here
from app.fulfilment.dialogues.picking.saying import item_name, read_as, unexpected, wrong_item
from app.fulfilment.dialogues.picking.serials import serial_refused
from app.fulfilment.dialogues.picking.state import QUESTIONS, Picking, Step, may_take, step_of
from app.fulfilment.dialogues.resolver import Resolution, resolve
from app.model.answers import Decision, Kind, Meaning, Tone, Verdict, bad, good, say, wait
from app.model.facts import (
    CartScanned,
    Counted,
    LocationReached,
    MisScanned,
    ToteAssigned,
    TourTaken,
    UnitsCounted,
)
from app.model.floor import Proof
from app.model.known import Known
from app.model.scans import Reading
from app.model.work import LentTour, Task


def scan(state: Picking | None, reading: Reading, known: Known, operator: str) -> Decision:
    """What follows from a scan that is no command."""
    if state is not None and state.task is not None:
        reading = as_stock_has_it(reading, lots_here(state.task))
    if reading.refused:
        return refuse(bad("pick.broken_code", read=read_as(reading), why=why_refused(reading)))
    step = step_of(state)
    if state is None or step is Step.NO_TOUR:
        return _cart_for_a_tour(state, reading, known)
    if step is Step.CART:
        return _cart(state, reading, known)
    if step is Step.ZERO_CHECK and state.to_look_at is not None:
        return refuse(bad("pick.zero_check_first", read=read_as(reading), location=state.to_look_at.location))
    task = state.task
    if task is None or step is Step.DROP_PLACE:
        return drop(state, reading, known)
    if step in {Step.EMPTY_TOTE, Step.ANOTHER_TOTE}:
        bare = state.slot_without_tote if step is Step.EMPTY_TOTE else None
        return put_into_slot(state, bare or task, reading, known)
    wanted = demands(task, known, operator, one_tote=state.one_tote)
    if step in {Step.LOCATION, Step.URGENT}:
        return _location(state, task, reading, known, wanted)
    if step is Step.CONFIRM_SHORT and isinstance(state.asking, asking.ShortToConfirm):
        return _confirm_short(state, task, state.asking, reading, known, wanted)
    if step is Step.LOT and isinstance(state.asking, asking.LotWanted):
        return _lot(state, task, state.asking, reading, known, wanted)
    if step is Step.SERIAL and isinstance(state.asking, asking.SerialWanted):
        return _serial(state, task, state.asking, reading, known, wanted)
    if step in QUESTIONS:
        return refuse(bad("pick.typing_refuses_barcodes", read=read_as(reading)))
    return _at_the_stop(state, task, reading, known, wanted)


def refuse(verdict: Verdict) -> Decision:
    """A verdict and nothing else: what is asked stays asked."""
    return Decision(verdict=verdict)


def take_tour(lent: LentTour, known: Known, *, cart_scanned: bool) -> Decision:
    """Take a lent tour. The cart of a new one was scanned to claim it; one that others began asks for it again.

    What was claimed with a tote has no cart: that tote stands in its slot.
    """
    tour = lent.tour
    taken = TourTaken(tour, lent.history)
    if not cart_scanned and lent.history:
        return Decision((taken,), asking=None)
    cart = CartScanned(tour.id, tour.cart)
    if tour.cart in known.totes and tour.cart not in known.carts and not lent.history:
        brought = ToteAssigned(tour.id, 0, tour.orders[0], tour.cart, brought=True)
        return Decision((taken, cart, brought), asking=None)
    return Decision((taken, cart), asking=None)


def tours_to_take(state: Picking | None, known: Known) -> list[LentTour]:
    """The tours that lie ready for this station, the most urgent first."""
    lent = [lent for lent in known.tours.values() if lent.station == known.station and may_take(state, lent)]
    return sorted(lent, key=lambda one: (one.tour.priority, one.tour.ship_by, one.tour.id))


def _cart_for_a_tour(state: Picking | None, reading: Reading, known: Known) -> Decision:
    found = resolve(reading, known, (Kind.CART, Kind.TOTE))
    if found.meaning is None:
        return refuse(unexpected("any_cart", reading, found))
    cart = found.meaning.key
    if found.meaning.kind is Kind.TOTE and not known.totes[cart].order:
        return refuse(bad("pick.tote_brings_nothing", tote=cart))
    for lent in tours_to_take(state, known):
        if lent.tour.cart == cart:
            taken = take_tour(lent, known, cart_scanned=True)
            return Decision(taken.facts, good("pick.tour_taken", tour=lent.tour.id, cart=cart))
    if not known.online:
        return refuse(bad("pick.offline_no_tour", cart=cart))
    return ask_for(state, cart)


def _cart(state: Picking, reading: Reading, known: Known) -> Decision:
    cart = state.tour.cart
    found = resolve(reading, known, (Kind.CART,) if cart in known.carts else (Kind.TOTE, Kind.CART))
    if found.meaning is None:
        return refuse(unexpected("cart", reading, found, cart=cart))
    if found.meaning.key != cart:
        return refuse(bad("pick.wrong_cart", read=found.meaning.key, cart=cart))
    return Decision((CartScanned(state.tour.id, cart),), good("pick.cart_right", cart=cart))


def _location(state: Picking, task: Task, reading: Reading, known: Known, wanted: Demands) -> Decision:
    found = _place(state, task, reading, known, (Kind.LOCATION, Kind.ITEM, Kind.TOTE))
    if found.meaning is None:
        return refuse(_no_location(task, reading, found))
    if found.meaning.kind is Kind.TOTE:
        return lift(state, found.meaning.key) or refuse(
            bad("pick.wants_location", read=reading.text, kind=Kind.TOTE.value, location=task.location)
        )
    if found.meaning.kind is Kind.ITEM:
        sku = found.meaning.key
        if sku != task.sku:
            return refuse(wrong_item(known, sku, task.sku))
        return refuse(
            bad("pick.item_right_scan_location_first", item=item_name(known, sku), location=task.location)
        )
    if found.meaning.key != task.location:
        return _another_stop(state, task, found.meaning.key, reading, known, wanted)
    if not _proves_place(reading, task.location, wanted):
        return refuse(bad("pick.wants_check_code", location=task.location))
    return Decision(
        (LocationReached(state.tour.id, task.id, task.location),),
        good("pick.location_right", location=task.location),
    )


def _proves_place(reading: Reading, location: str, wanted: Demands) -> bool:
    return Proof.CHECK_CODE not in wanted or reading.text != location


def _no_location(task: Task, reading: Reading, found: Resolution) -> Verdict:
    if any(meaning.kind is Kind.LOCATION for meaning in found.foreign):
        return bad("pick.wrong_check_code", read=read_as(reading), location=task.location)
    return unexpected("location", reading, found, location=task.location)


def _place(
    state: Picking, task: Task, reading: Reading, known: Known, accepts: tuple[Kind, ...]
) -> Resolution:
    """What a code means on the way: a check code confirms the next stop, or the one that was asked for instead."""
    found = resolve(reading, known, accepts, expected_location=task.location)
    if found.meaning is None and isinstance(state.asking, asking.Jump):
        return resolve(reading, known, accepts, expected_location=state.asking.location)
    return found


def _another_stop(
    state: Picking, task: Task, location: str, reading: Reading, known: Known, wanted: Demands
) -> Decision:
    """Another location than the expected one: the second scan of an open stop's location goes there."""
    stop = next((other for other in state.walk if other.location == location), None)
    if stop is None and not state.counts:
        again = found_again(state, location, task.location)
        if again is not None:
            return again
    if stop is None:
        done = any(other.location == location for other in state.tour.tasks)
        code = "pick.stop_is_done" if done else "pick.wrong_location"
        return refuse(bad(code, read=location, location=task.location))
    if state.counts:
        tote = state.tote_of(task.slot)
        return refuse(bad("pick.bank_first", read=location, quantity=state.counted, tote=tote))
    if state.asking != asking.Jump(location):
        return Decision(
            verdict=wait("pick.later_stop", read=location, location=task.location),
            asking=asking.Jump(location),
        )
    there = demands(stop, known, wanted.operator, one_tote=state.one_tote)
    if not _proves_place(reading, location, there):
        return refuse(bad("pick.wants_check_code", location=location))
    return Decision(
        (LocationReached(state.tour.id, stop.id, location),),
        good("pick.jumped", location=location, skipped=task.location),
    )


def _at_the_stop(state: Picking, task: Task, reading: Reading, known: Known, wanted: Demands) -> Decision:
    accepts = (Kind.ITEM, Kind.TOTE, Kind.LOCATION)
    found = _place(state, task, reading, known, accepts)
    match found.meaning:
        case Meaning(kind=Kind.ITEM) as meaning:
            return _item(state, task, meaning, reading, known, wanted)
        case Meaning(kind=Kind.TOTE, key=tote):
            return _tote(state, task, tote, known)
        case Meaning(kind=Kind.LOCATION, key=location):
            if location == task.location:
                return refuse(bad("pick.already_here", location=location, item=item_name(known, task.sku)))
            return _another_stop(state, task, location, reading, known, wanted)
        case _:
            return refuse(_no_item(state, task, reading, found, known))


def _no_item(state: Picking, task: Task, reading: Reading, found: Resolution, known: Known) -> Verdict:
    if step_of(state) is Step.TOTE:
        return unexpected("tote", reading, found, tote=state.tote_of(task.slot))
    if task.lot and task.lot in {reading.lot, reading.text}:
        if state.lot_of(task):
            return Verdict(Tone.DUPLICATE, say("pick.lot_known", lot=task.lot))
        return bad("pick.lot_right_scan_item_first", lot=task.lot, item=item_name(known, task.sku))
    return unexpected("item", reading, found, sku=task.sku, item=item_name(known, task.sku))


def _item(
    state: Picking, task: Task, meaning: Meaning, reading: Reading, known: Known, wanted: Demands
) -> Decision:
    if meaning.key != task.sku:
        mixed_up = MisScanned(state.tour.id, task.id, task.sku, meaning.key)
        return Decision(verdict=wrong_item(known, meaning.key, task.sku), aside=(mixed_up,))
    lot = meaning.lot if task.lot else ""  # the books know the units without one
    wrong = lot_refused(task, lot, reading, wanted)
    if wrong is not None:
        return refuse(wrong)
    item = known.items.get(task.sku)
    if item is not None and not weighs_like(reading, item, meaning.quantity):
        grams = reading.weight_mg // 1000
        return refuse(bad("pick.weight_differs", grams=grams, quantity=meaning.quantity, each=item.weight_g))
    if state.typed:
        tote = state.tote_of(task.slot)
        return refuse(bad("pick.confirm_quantity_first", quantity=state.counted, tote=tote))
    expires = reading.expires if lot else None
    units = Units(meaning.quantity, reading.text, Counted.SCAN, lot, meaning.serial, expires)
    return count(state, task, units, known, wanted)


LONGEST_SERIAL = 64
"""GS1 allows 20 characters in AI 21; makers' own labels are longer."""


def count(state: Picking, task: Task, units: Units, known: Known, wanted: Demands) -> Decision:
    """Count units into the hand, or ask for their lot or serial number first. Never more than the stop needs.

    Where the site fills quantities in, one scan of a unit counts all that is needed, to be confirmed.
    """
    needed, counted = state.to_take(task), state.counted + units.quantity
    if state.counted >= needed:
        return refuse(bad("pick.enough", counted=state.counted, tote=state.tote_of(task.slot)))
    if counted > needed:
        return refuse(bad("pick.too_many", quantity=units.quantity, needed=needed - state.counted))
    serials = Proof.SERIAL in wanted
    if serials and units.quantity != 1:
        return refuse(bad("pick.serial_one_by_one", quantity=units.quantity, sku=task.sku))
    twice = serial_refused(state, task, units.serial) if serials and units.serial else None
    if twice is not None:
        return refuse(twice)
    if not units.lot and Proof.LOT in wanted and not state.lot_of(task):
        return Decision(verdict=wait("pick.lot_wanted", lot=task.lot), asking=asking.LotWanted(units))
    if serials and not units.serial:
        return Decision(
            verdict=wait("pick.serial_wanted", item=item_name(known, task.sku)),
            asking=asking.SerialWanted(units),
        )
    proof = units.lot or state.lot_of(task)
    if _fills_in(units, known, wanted) and counted < needed:
        rest = needed - state.counted
        return Decision(
            (_counted(state, task, replace(units, quantity=rest, lot=proof, how=Counted.FILLED_IN)),),
            good("pick.filled_in", quantity=needed, tote=state.tote_of(task.slot)),
        )
    unit = replace(units, lot=proof, serial=units.serial if serials else "")
    return Decision(
        (_counted(state, task, unit),),
        good("pick.counted", quantity=units.quantity, counted=counted, needed=needed),
    )


def _counted(state: Picking, task: Task, units: Units) -> UnitsCounted:
    return UnitsCounted(
        tour=state.tour.id,
        task=task.id,
        quantity=units.quantity,
        code=units.code,
        lot=units.lot,
        how=units.how,
        serial=units.serial,
        expires=units.expires,
    )


def _fills_in(units: Units, known: Known, wanted: Demands) -> bool:
    """Whether one scan of a unit stands for all that is needed: only where the site says so."""
    if not known.settings.prefill_quantity or units.how is not Counted.SCAN or units.quantity != 1:
        return False
    return Proof.EACH_UNIT not in wanted and Proof.SERIAL not in wanted


def _tote(state: Picking, task: Task, tote: str, known: Known) -> Decision:
    wanted = state.tote_of(task.slot)
    if not state.counts:
        return lift(state, tote) or refuse(
            bad("pick.nothing_to_bank", tote=tote, item=item_name(known, task.sku))
        )
    if tote == wanted:
        return Decision(
            banked(state, task),
            good("pick.banked", quantity=state.counted, tote=tote, order=task.order),
        )
    mine = next((use for use in state.assigned if use.tote == tote), None)
    if mine is not None and mine.slot == task.slot:
        return refuse(bad("pick.tote_was_full", tote=tote, wanted=wanted))
    order = mine.order if mine is not None else known.totes[tote].order
    if not order:
        return refuse(bad("pick.wrong_tote_empty", tote=tote, wanted=wanted))
    return refuse(bad("pick.wrong_tote", tote=tote, order=order, wanted=wanted, wanted_order=task.order))


def _lot(
    state: Picking, task: Task, held: asking.LotWanted, reading: Reading, known: Known, wanted: Demands
) -> Decision:
    """A lot label, or the item's own code again with the lot in it."""
    found = resolve(reading, known, (Kind.ITEM, Kind.LOT))
    meaning = found.meaning
    if meaning is not None and meaning.kind is Kind.ITEM and (meaning.key != task.sku or meaning.lot):
        return _item(state, task, meaning, reading, known, wanted)
    lot = meaning.lot if meaning is not None and meaning.kind is Kind.LOT else ""
    if not lot or (found.foreign and lot != task.lot):
        there = Resolution(None, (meaning,) if meaning is not None and not lot else found.foreign)
        return refuse(unexpected("lot", reading, there, lot=task.lot))
    wrong = lot_refused(task, lot, reading, wanted)
    if wrong is not None:
        return refuse(wrong)
    units = replace(held.units, lot=lot, expires=reading.expires)
    return count(state, task, units, known, wanted)


def _serial(
    state: Picking, task: Task, held: asking.SerialWanted, reading: Reading, known: Known, wanted: Demands
) -> Decision:
    """The number on the unit, or the item's own code again with the number in it."""
    found = resolve(reading, known, (Kind.ITEM, Kind.SERIAL))
    meaning = found.meaning
    if meaning is not None and meaning.kind is Kind.ITEM and (meaning.key != task.sku or meaning.serial):
        return _item(state, task, meaning, reading, known, wanted)
    serial = meaning.serial if meaning is not None and meaning.kind is Kind.SERIAL else ""
    if not serial or found.foreign:
        there = Resolution(None, (meaning,) if meaning is not None and not serial else found.foreign)
        return refuse(unexpected("serial", reading, there, item=item_name(known, task.sku)))
    if len(serial) > LONGEST_SERIAL:
        return refuse(bad("pick.serial_too_long", read=serial[:LONGEST_SERIAL], most=LONGEST_SERIAL))
    return count(state, task, replace(held.units, serial=serial), known, wanted)


def _confirm_short(
    state: Picking,
    task: Task,
    confirm: asking.ShortToConfirm,
    reading: Reading,
    known: Known,
    wanted: Demands,
) -> Decision:
    found = resolve(reading, known, (Kind.LOCATION,), expected_location=task.location)
    if found.meaning is None:
        return refuse(_no_location(task, reading, found))
    if found.meaning.key != task.location:
        return refuse(bad("pick.wrong_location", read=found.meaning.key, location=task.location))
    if not _proves_place(reading, task.location, wanted):
        return refuse(bad("pick.wants_check_code", location=task.location))
    facts = short(state, task, confirm.found, confirm.cause)
    code = "pick.shorted" if confirm.found else "pick.zero_picked"
    missing = sum(fact.missing for fact in facts)
    return Decision(facts, good(code, found=confirm.found, missing=missing, location=task.location))

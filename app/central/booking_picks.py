"""Facts of picking become bookings: what happened is never refused."""

from app.central import (
    allocating,
    booking_shorts,
    catalogue,
    documents,
    inbox,
    joining,
    ledger,
    lending,
    replanning,
    serials,
    totes,
)
from app.central.booking import Booking, carry
from app.central.progress import NotYetError, add_picked, is_cancelled, open_units
from app.model.exceptions import ExceptionKind
from app.model.facts import (
    CartScanned,
    CountUndone,
    Damaged,
    LocationReached,
    MisScanned,
    Picked,
    PickingFact,
    PickUndone,
    Shorted,
    ShortUndone,
    ToteAssigned,
    ToteDropped,
    TourChanged,
    TourFinished,
    TourParked,
    TourPassedOn,
    TourTaken,
    UnitsCounted,
    UrgentDeclined,
    ZeroChecked,
    ZeroPicked,
)
from app.model.stock import Movement, bin_place, tote_place


def book(booking: Booking, fact: PickingFact) -> None:
    """Book one fact of a tour.

    Raises:
        NotYetError: its tour or its order is not known here yet.
    """
    match fact:
        case TourTaken():
            _taken(booking, fact)
        case LocationReached() | UnitsCounted() | CountUndone() | TourChanged() | CartScanned():
            _known(booking, fact.tour)
        case MisScanned():
            _known(booking, fact.tour)
            catalogue.count_mix_up(booking.tx, fact.sku, fact.read)
        case UrgentDeclined():
            _known(booking, fact.tour)
            joining.decline(booking.tx, fact.tour, fact.order)
        case ToteAssigned():
            _tote_assigned(booking, fact)
        case Picked():
            _picked(booking, fact)
        case PickUndone():
            _undone(booking, fact)
        case Shorted() | ZeroPicked() | ShortUndone() | ZeroChecked() | Damaged():
            _known(booking, fact.tour)
            booking_shorts.book(booking, fact)
        case ToteDropped():
            _dropped(booking, fact)
        case TourParked() | TourPassedOn() | TourFinished():
            _put_down(booking, fact)


def _known(booking: Booking, tour: str) -> None:
    if tour in booking.known:
        return
    if lending.find(booking.tx, tour) is None:
        raise NotYetError(tour)
    booking.known.add(tour)


def _taken(booking: Booking, fact: TourTaken) -> None:
    if lending.find(booking.tx, fact.tour.id) is not None:
        booking.known.add(fact.tour.id)
        return
    lending.restore(booking.tx, fact.tour, booking.station, booking.operator)
    booking.known.add(fact.tour.id)
    booking.arrived.add(fact.tour.id)
    booking.touched.update(fact.tour.orders)


def _tote_assigned(booking: Booking, fact: ToteAssigned) -> None:
    tx = booking.tx
    _known(booking, fact.tour)
    other = totes.assign(tx, fact.tote, fact.order, fact.tour, booking.station, fact.carton)
    if other:
        inbox.open_exception(
            tx,
            ExceptionKind.TOTE_CONFLICT,
            "tote",
            fact.tote,
            "tote.conflict",
            (
                ("tote", fact.tote),
                ("order", fact.order),
                ("other", other),
                ("station", booking.station),
            ),
        )
        booking.touched.add(other)
    booking.touched.add(fact.order)


def _picked(booking: Booking, fact: Picked) -> None:
    tx = booking.tx
    _known(booking, fact.tour)
    if fact.lot:
        documents.know_lot(tx, fact.sku, fact.lot, fact.expires)
    displaced = _other_lot(booking, fact)
    others = replanning.others_with(tx, fact.task, fact.tour, booking.station)
    taken = ledger.take(
        tx,
        order=fact.order,
        line=fact.line,
        sku=fact.sku,
        lot=fact.lot,
        location=fact.location,
        quantity=fact.quantity,
        target=tote_place(fact.tote),
        reference=fact.tour,
        operator=booking.operator,
        task=fact.task,
    )
    replanning.take_out(tx, taken.released)
    replanning.take_out_of(tx, others, fact.task, fact.quantity)
    totes.put_in(
        tx,
        fact.tote,
        order=fact.order,
        line=fact.line,
        sku=fact.sku,
        lot=fact.lot,
        location=fact.location,
        quantity=fact.quantity,
    )
    use = totes.find(tx, fact.tote)
    if use is None or not use.order_number:
        totes.assign(tx, fact.tote, fact.order, fact.tour, booking.station)
    add_picked(tx, fact.order, fact.line, fact.quantity)
    serials.picked(booking, fact)
    booking.touched.add(fact.order)
    _allocate_anew(booking, displaced)


def _other_lot(booking: Booking, fact: Picked) -> tuple[ledger.Displaced, ...]:
    """Where another lot was taken than the planned one, those who were promised it lose it: it is in the tote."""
    planned = next(
        (
            row.lot
            for row in ledger.reservations(booking.tx, order=fact.order, line=fact.line, sku=fact.sku)
            if row.id == fact.task
        ),
        fact.lot,
    )
    if planned == fact.lot:
        return ()
    return ledger.make_room(
        booking.tx, fact.location, fact.sku, fact.lot, fact.quantity, fact.order, fact.line
    )


def _allocate_anew(booking: Booking, displaced: tuple[ledger.Displaced, ...]) -> None:
    """Bind the units of orders that lost them elsewhere, and let their tours fetch them there."""
    if not displaced:
        return
    tx = booking.tx
    replanning.take_out(tx, [(each.task, each.quantity) for each in displaced])
    numbers = sorted({each.order for each in displaced})
    booking.touched.update(numbers, allocating.allocate(tx, numbers))
    for tour in sorted({each.tour for each in displaced} - {""}):
        replanning.add_tasks(tx, tour, [each.order for each in displaced if each.tour == tour])


def _undone(booking: Booking, fact: PickUndone) -> None:
    tx = booking.tx
    _known(booking, fact.tour)
    out = totes.take_out(
        tx,
        fact.tote,
        order=fact.order,
        line=fact.line,
        lot=fact.lot,
        quantity=fact.quantity,
        location=fact.location,
    )
    add_picked(tx, fact.order, fact.line, -out.held)
    serials.undone(tx, fact)
    wanted = not is_cancelled(tx, fact.order) and open_units(tx, fact.order, fact.line) >= out.held
    if out.held:
        ledger.put_back(
            tx,
            sku=fact.sku,
            lot=fact.lot,
            source=tote_place(fact.tote),
            location=fact.location,
            quantity=out.held,
            reference=fact.tour,
            operator=booking.operator,
            rebind=(fact.order, fact.line) if wanted else None,
            task=fact.task,
            tour=fact.tour,
        )
    if out.lacking:
        source, target = tote_place(fact.tote), bin_place(fact.location)
        carry(booking, Movement(fact.sku, fact.lot, source, target, out.lacking, fact.tour), out.lacking)
    booking.touched.add(fact.order)


def _dropped(booking: Booking, fact: ToteDropped) -> None:
    tx = booking.tx
    _known(booking, fact.tour)
    use = totes.find(tx, fact.tote)
    if use is not None and use.tour == fact.tour:
        totes.set_place(tx, fact.tote, fact.place)
        booking.touched.add(use.order_number)
    booking.touched.update(row.order_number for row in totes.contents(tx, tote=fact.tote))


def _put_down(booking: Booking, fact: TourParked | TourPassedOn | TourFinished) -> None:
    """What another station does to a tour that was given on meanwhile changes nothing for its new holder."""
    tx = booking.tx
    row = lending.find(tx, fact.tour, lock=True)
    if row is None:
        raise NotYetError(fact.tour)
    if not lending.holds(row, booking.station):
        if row.station != booking.station and not isinstance(fact, TourPassedOn):
            tx.publish("tour", fact.tour, None, booking.station)
        return
    match fact:
        case TourParked():
            lending.park(tx, row)
        case TourPassedOn():
            lending.set_values(tx, fact.tour, operator=fact.to_operator)
        case TourFinished():
            booking.touched.update(lending.finish(tx, row))


def stock_rows(fact: PickingFact) -> tuple[ledger.Key, ...]:
    """The rows of stock that booking a fact will change, so that an upload can lock them all in order."""
    match fact:
        case Picked() | PickUndone():
            here, tote = bin_place(fact.location), tote_place(fact.tote)
            return (here, fact.sku, fact.lot), (tote, fact.sku, fact.lot)
        case Shorted() | ZeroPicked() | ShortUndone() | Damaged():
            return ((bin_place(fact.location), fact.sku, fact.lot),)
        case _:
            return ()

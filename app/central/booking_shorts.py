"""What pickers find out about a shelf, booked: shorts, shorts found again, zero checks, damaged units."""

from collections import Counter

from app.central import allocating, catalogue, inbox, ledger, orders, replanning
from app.central.booking import Booking
from app.model.exceptions import ExceptionKind, WarehouseException
from app.model.facts import Damaged, ShortCause, Shorted, ShortUndone, ZeroChecked, ZeroPicked
from app.model.floor import LocationKind
from app.model.orders import ShortPolicy
from app.model.stock import Account, Movement, bin_place

_SHORTS = {
    ShortCause.SHORT: (ExceptionKind.SHORT_PICK, "pick.units_missing"),
    ShortCause.WRONG_STOCK: (ExceptionKind.WRONG_STOCK, "pick.other_stock_there"),
    ShortCause.BLOCKED: (ExceptionKind.BLOCKED_LOCATION, "pick.not_reached"),
}
_KINDS = tuple(kind for kind, _ in _SHORTS.values())


def book(booking: Booking, fact: Shorted | ZeroPicked | ShortUndone | ZeroChecked | Damaged) -> None:
    """Book one fact about a shelf; its tour is known."""
    match fact:
        case Shorted() | ZeroPicked():
            _shorted(booking, fact)
        case ShortUndone():
            _found_again(booking, fact)
        case ZeroChecked():
            _zero_checked(booking, fact)
        case Damaged():
            _damaged(booking, fact)


def _shorted(booking: Booking, fact: Shorted | ZeroPicked) -> None:
    """Units are not there: the location is not used until it is counted, and the order's policy follows by itself.

    What colleagues were promised there stays promised: they find out, or the count does.
    """
    tx = booking.tx
    others = replanning.others_with(tx, fact.task, fact.tour, booking.station)
    ledger.release(tx, fact.order, fact.line, fact.location, fact.lot, fact.missing)
    replanning.take_out_of(tx, others, fact.task, fact.missing)
    ledger.block(tx, fact.location, fact.sku, fact.lot)
    _tell(booking, fact)
    _bind_anew(booking, fact)


def _tell(booking: Booking, fact: Shorted | ZeroPicked) -> None:
    """One entry for a location and SKU, whoever is short there: it asks for one count."""
    tx = booking.tx
    subject = f"{fact.location} {fact.sku}"
    kind, code = _SHORTS[fact.cause]
    shares = Counter[str]()
    known = inbox.waiting_for(tx, _KINDS, "location", subject)
    if known is not None and known.code in {code for _, code in _SHORTS.values()}:
        kind, code, shares = known.kind, known.code, _shares(known)
    shares[fact.order] += fact.missing
    inbox.open_exception(
        tx,
        kind,
        "location",
        subject,
        code,
        (
            ("location", fact.location),
            ("sku", fact.sku),
            ("lot", fact.lot),
            *_told(shares),
        ),
    )


def _shares(entry: WarehouseException) -> Counter[str]:
    """How many units of a short each order lacks, in the order in which they came."""
    params = dict(entry.params)
    names = [name for name in params.get("orders", "").split(", ") if name]
    units = [int(each) for each in params.get("shares", "").split()]
    if len(units) != len(names):  # an entry of before shares were kept
        units = [int(params.get("missing", 0)), *[0] * len(names)]
    return Counter(dict(zip(names, units, strict=False)))


def _told(shares: Counter[str]) -> tuple[tuple[str, object], ...]:
    return (
        ("missing", shares.total()),
        ("orders", ", ".join(shares)),
        ("shares", " ".join(map(str, shares.values()))),
    )


def _found_again(booking: Booking, fact: ShortUndone) -> None:
    """Units that were missing are there: the order gets them back, and what was bound in their place is let go."""
    tx = booking.tx
    ledger.unblock(tx, fact.location, fact.sku, fact.lot)
    if orders.policy(tx, fact.order) is ShortPolicy.CANCEL_LINE:
        orders.take_up(tx, fact.order, fact.line, fact.quantity)
    needless = ledger.bind_again(
        tx,
        order=fact.order,
        line=fact.line,
        sku=fact.sku,
        lot=fact.lot,
        location=fact.location,
        quantity=fact.quantity,
        task=fact.task,
        tour=fact.tour,
    )
    replanning.take_out(tx, needless)
    _tell_less(booking, fact)
    booking.touched.add(fact.order)


def _tell_less(booking: Booking, fact: ShortUndone) -> None:
    """The entry of the short is settled, unless others are short there as well."""
    tx = booking.tx
    subject = f"{fact.location} {fact.sku}"
    known = inbox.waiting_for(tx, _KINDS, "location", subject)
    if known is None:
        return
    left = _shares(known) - Counter({fact.order: fact.quantity})
    if not left:
        inbox.settle(tx, known.kind, "location", subject, "pick.found_again")
        return
    params: dict[str, object] = {**dict(known.params), **dict(_told(left))}
    ledger.block(tx, fact.location, fact.sku, fact.lot)
    inbox.open_exception(tx, known.kind, "location", subject, known.code, params.items())


def _zero_checked(booking: Booking, fact: ZeroChecked) -> None:
    """Where something lies that the books do not know of, somebody counts it."""
    if not fact.left:
        return
    inbox.open_exception(
        booking.tx,
        ExceptionKind.NOT_EMPTY,
        "location",
        f"{fact.location} {fact.sku}",
        "pick.not_empty_there",
        (
            ("location", fact.location),
            ("sku", fact.sku),
            ("lot", fact.lot),
            ("quantity", fact.left),
        ),
    )


def _damaged(booking: Booking, fact: Damaged) -> None:
    """Damaged units go to the hospital place, or out of the books where there is none.

    Others are bound to the order in their place, in the bin or elsewhere; where there are none its policy follows.
    """
    tx = booking.tx
    place = bin_place(fact.location)
    here = (place, fact.sku, fact.lot)
    lacking = max(fact.missing, fact.quantity - ledger.lock(tx, [here])[here].free)
    if lacking > 0:
        others = replanning.others_with(tx, fact.task, fact.tour, booking.station)
        ledger.release(tx, fact.order, fact.line, fact.location, fact.lot, lacking)
        replanning.take_out_of(tx, others, fact.task, fact.missing)
    hospital = _hospital(booking)
    target = bin_place(hospital) if hospital else Account.DAMAGED.value
    ledger.book(tx, Movement(fact.sku, fact.lot, place, target, fact.quantity, fact.tour), booking.operator)
    subject = f"{fact.location} {fact.sku} {fact.lot}".strip()
    known = inbox.waiting_for(tx, (ExceptionKind.DAMAGED,), "location", subject)
    before = dict(known.params) if known is not None else {}
    wanting = [*filter(None, before.get("orders", "").split(", ")), *([fact.order] if lacking > 0 else [])]
    inbox.open_exception(
        tx,
        ExceptionKind.DAMAGED,
        "location",
        subject,
        "pick.damaged_there",
        (
            ("location", fact.location),
            ("sku", fact.sku),
            ("lot", fact.lot),
            ("quantity", fact.quantity + int(before.get("quantity", 0))),
            ("orders", ", ".join(dict.fromkeys(wanting))),
            ("station", booking.station),
            ("hospital", hospital),
        ),
    )
    if lacking > 0:
        _bind_anew(booking, fact)


def _hospital(booking: Booking) -> str:
    """The hospital place, the first by its code; empty where there is none."""
    places = catalogue.locations(booking.tx).values()
    return min((place.code for place in places if place.kind is LocationKind.HOSPITAL), default="")


def _bind_anew(booking: Booking, fact: Shorted | ZeroPicked | Damaged) -> None:
    """Bind what the order lacks elsewhere, or what its customer takes instead; what is found joins the same tour.

    What is found nowhere is given up where the order says so.
    """
    tx = booking.tx
    booking.touched.update(allocating.allocate(tx, (fact.order,)))
    allocating.substitute(tx, fact.order)
    replanning.add_tasks(tx, fact.tour, (fact.order,), fact.location)
    booking.touched.add(fact.order)
    if orders.policy(tx, fact.order) is ShortPolicy.CANCEL_LINE:
        orders.drop_rest(tx, fact.order, fact.line)

"""What booking the facts of an upload needs to know, and what is brought up to date once they are booked."""

from dataclasses import dataclass, field, replace

from app.central import inbox, ledger, orders, parcels
from app.central.store import Tx
from app.model.exceptions import ExceptionKind
from app.model.orders import OrderStatus
from app.model.stock import Account, Movement


@dataclass(slots=True)
class Booking:
    """Facts on their way into the books: where they come from, who did them, and what they touch."""

    tx: Tx
    station: str
    operator: str = ""
    touched: set[str] = field(default_factory=set)
    """Orders to bring up to date at the end."""
    arrived: set[str] = field(default_factory=set)
    """Tours and parcels that came to be known: facts that waited for them are tried again."""
    known: set[str] = field(default_factory=set)
    """Tours that are known to exist."""


def bring_up_to_date(tx: Tx, number: str) -> None:
    """An order's status, pack job, totes and put-back, from what is really there. Unknown: nothing."""
    try:
        status = orders.refresh(tx, number)
    except LookupError:
        return
    if status is OrderStatus.CANCELLED:
        parcels.ask_put_back(tx, number)
    parcels.free_emptied_totes(tx, number)
    parcels.publish_job(tx, number)


def carry(booking: Booking, movement: Movement, lacking: int) -> None:
    """Book units that went from one container to another, ``lacking`` of them more than the books had there.

    Those come from ``Account.UNEXPLAINED``, not from what lies in the container for somebody else, and an exception
    says so.
    """
    held = movement.quantity - lacking
    if held:
        ledger.book(booking.tx, replace(movement, quantity=held), booking.operator)
    unexplained = Account.UNEXPLAINED.value
    if not lacking or movement.target == unexplained:
        return
    ledger.book(booking.tx, replace(movement, source=unexplained, quantity=lacking), booking.operator)
    prefix, _, place = movement.source.partition(":")
    inbox.open_exception(
        booking.tx,
        ExceptionKind.UNEXPLAINED,
        prefix,
        place,
        "stock.unexplained",
        (
            ("place", place),
            ("sku", movement.sku),
            ("lot", movement.lot),
            ("quantity", lacking),
            ("reference", movement.reference),
        ),
    )

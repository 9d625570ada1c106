"""The one exception inbox: everything that is stuck, why, until when, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ExceptionKind(StrEnum):
    """What went wrong. Each kind has its words and its proposed fixes in the catalogue."""

    ORDER_HELD = "order_held"
    NO_STOCK = "no_stock"
    SHORT_PICK = "short_pick"
    WRONG_STOCK = "wrong_stock"
    BLOCKED_LOCATION = "blocked_location"
    NOT_EMPTY = "not_empty"
    AISLE_CLOSED = "aisle_closed"
    DAMAGED = "damaged"
    UNEXPLAINED = "unexplained"
    PUT_BACK = "put_back"
    TOTE_CONFLICT = "tote_conflict"
    HOSPITAL = "hospital"
    NO_CARRIER = "no_carrier"
    LABEL_UNREADABLE = "label_unreadable"
    LABEL_FAILED = "label_failed"
    TOUR_OVERDUE = "tour_overdue"
    NO_MOVEMENT = "no_movement"
    DELIVERY_TROUBLE = "delivery_trouble"
    EVENT_REFUSED = "event_refused"
    CLOCK_OFF = "clock_off"
    UNKNOWN_BARCODE = "unknown_barcode"
    PRINTER_STUCK = "printer_stuck"
    SERIAL_TWICE = "serial_twice"


class Fix(StrEnum):
    """What one key does about an exception. ``DONE`` says that a person dealt with it outside the program."""

    DONE = "done"
    RECHECK = "recheck"
    COUNT = "count"
    UNBLOCK = "unblock"
    PUT_BACK = "put_back"
    CANCEL_ORDER = "cancel_order"
    SHIP_PART = "ship_part"
    RELEASE = "release"
    TAKE_AWAY = "take_away"
    RETRY_LABEL = "retry_label"
    WRITE_OFF = "write_off"
    LINK_BARCODE = "link_barcode"
    CLOSE_AISLE = "close_aisle"
    OPEN_AISLE = "open_aisle"


class ExceptionState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    TAKEN = "taken"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class WarehouseException:
    """One entry of the inbox. ``version`` is what a request to take or resolve it must name to win."""

    id: str
    kind: ExceptionKind
    subject_kind: str
    """``order``, ``location``, ``aisle``, ``tote``, ``parcel``, ``tour``, ``station``, ``printer``, ``barcode`` or
    ``serial``."""
    subject: str
    code: str
    params: tuple[tuple[str, str], ...]
    opened_at: datetime
    deadline: datetime | None
    fixes: tuple[Fix, ...]
    """The proposed fix first."""
    state: ExceptionState = ExceptionState.OPEN
    owner: str = ""
    resolution: str = ""
    reason: str = ""
    version: int = 1

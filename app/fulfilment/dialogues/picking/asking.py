"""The picker's open questions: no facts, lost with the process and simply asked again."""

from dataclasses import dataclass
from datetime import date

from app.model.facts import Counted, ShortCause
from app.model.work import Offer

MOST_DAMAGED = 999
"""More units in one typed line is a slip of the finger."""

YES = "1"
"""What is typed to confirm."""

NO = "2"
"""What is typed to decline."""


@dataclass(frozen=True, slots=True)
class Jump:
    """The location of another stop was scanned; the same scan again goes there."""

    location: str


@dataclass(frozen=True, slots=True)
class Units:
    """Units of the right item as they were scanned or typed.

    ``lot``, ``serial`` and ``expires`` are what codes have proved of them so far.
    """

    quantity: int
    code: str
    how: Counted
    lot: str = ""
    serial: str = ""
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class LotWanted:
    """An item was scanned and its lot must be proved before it counts."""

    units: Units


@dataclass(frozen=True, slots=True)
class SerialWanted:
    """A unit was scanned and its serial number must be scanned before it counts."""

    units: Units


@dataclass(frozen=True, slots=True)
class QuantityWanted:
    """A quantity is being typed."""


@dataclass(frozen=True, slots=True)
class ProblemWanted:
    """The list of problems is open."""


@dataclass(frozen=True, slots=True)
class FoundWanted:
    """How many were found is being typed."""

    cause: ShortCause


@dataclass(frozen=True, slots=True)
class ShortToConfirm:
    """The location must be scanned again to confirm a short."""

    cause: ShortCause
    found: int


@dataclass(frozen=True, slots=True)
class DamagedWanted:
    """How many are damaged is being typed."""


@dataclass(frozen=True, slots=True)
class BlockedToConfirm:
    """That a location is blocked must be confirmed by typing."""


@dataclass(frozen=True, slots=True)
class PickToUndo:
    """The list of picks is open; the number of the one that goes back is being typed."""


@dataclass(frozen=True, slots=True)
class PutDownToConfirm:
    """That the tour is left half done must be confirmed by typing."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A colleague walks with the cart that was scanned; the same scan again takes the tour over."""

    cart: str
    name: str
    station: str


@dataclass(frozen=True, slots=True)
class UrgentOffered:
    """An urgent order could come along; whether it does is being typed. Scanning the next stop puts it off."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class SkuWanted:
    """The SKU of an item without a barcode is being typed."""


@dataclass(frozen=True, slots=True)
class AnotherToteWanted:
    """The tote is full: an empty one is asked for, of the kind of box that was scanned where boxes are filled."""

    carton: str = ""


@dataclass(frozen=True, slots=True)
class BoxChosen:
    """Another kind of box than the proposed one was scanned; its own code comes next."""

    carton: str


@dataclass(frozen=True, slots=True)
class ToteInHand:
    """A tote was scanned to be left, full or at the end of the tour; its place comes next."""

    tote: str

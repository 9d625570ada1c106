"""Facts of packing. Each names its parcel, which is a station's own reference and never reused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.model.work import PackJob


class RejectCause(StrEnum):
    """Why a unit that should be in the tote is not packed."""

    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ParcelOpened:
    """A packer opened a parcel of an order. ``job`` is the pack job as this station knew it then."""

    TYPE: ClassVar[str] = "parcel_opened"
    VERSION: ClassVar[int] = 1
    parcel: str
    order: str
    number: int
    carton: str
    job: PackJob


@dataclass(frozen=True, slots=True)
class CartonChosen:
    """Another carton was scanned."""

    TYPE: ClassVar[str] = "carton_chosen"
    VERSION: ClassVar[int] = 1
    parcel: str
    carton: str


@dataclass(frozen=True, slots=True)
class UnitVerified:
    """Units were scanned out of a tote into the parcel. This moves stock."""

    TYPE: ClassVar[str] = "unit_verified"
    VERSION: ClassVar[int] = 1
    parcel: str
    order: str
    line: int
    sku: str
    lot: str
    tote: str
    quantity: int
    code: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class VerifyUndone:
    """The last verified units went back into their tote."""

    TYPE: ClassVar[str] = "verify_undone"
    VERSION: ClassVar[int] = 1
    parcel: str
    order: str
    line: int
    sku: str
    lot: str
    tote: str
    quantity: int


@dataclass(frozen=True, slots=True)
class UnitRejected:
    """A unit from a tote was damaged or not there; its line is short by as much."""

    TYPE: ClassVar[str] = "unit_rejected"
    VERSION: ClassVar[int] = 1
    parcel: str
    order: str
    line: int
    sku: str
    lot: str
    tote: str
    quantity: int
    cause: RejectCause


@dataclass(frozen=True, slots=True)
class MaterialUsed:
    """The protection that a rule asked for was applied: ``wrap``, ``void_fill``."""

    TYPE: ClassVar[str] = "material_used"
    VERSION: ClassVar[int] = 1
    parcel: str
    material: str


@dataclass(frozen=True, slots=True)
class ParcelFilled:
    """The carton is full; what is left goes into the next parcel of the order."""

    TYPE: ClassVar[str] = "parcel_filled"
    VERSION: ClassVar[int] = 1
    parcel: str


@dataclass(frozen=True, slots=True)
class ParcelWeighed:
    """The parcel is verified and weighed; the central quotes, numbers and renders its label next."""

    TYPE: ClassVar[str] = "parcel_weighed"
    VERSION: ClassVar[int] = 1
    parcel: str
    order: str
    carton: str
    weight_g: int
    calculated_g: int


@dataclass(frozen=True, slots=True)
class ParcelSetAside:
    """The parcel waits without a label; the bench is free for the next one."""

    TYPE: ClassVar[str] = "parcel_set_aside"
    VERSION: ClassVar[int] = 1
    parcel: str


@dataclass(frozen=True, slots=True)
class LabelPrinted:
    """A print of the label was attempted; copy 1 is the first. Recorded before the printer is asked."""

    TYPE: ClassVar[str] = "label_printed"
    VERSION: ClassVar[int] = 1
    parcel: str
    sscc: str
    copy: int


@dataclass(frozen=True, slots=True)
class ParcelClosed:
    """The printed label was scanned back on the box."""

    TYPE: ClassVar[str] = "parcel_closed"
    VERSION: ClassVar[int] = 1
    parcel: str
    sscc: str


@dataclass(frozen=True, slots=True)
class ParcelParked:
    """The packer left an open parcel at the bench; scanning its tote or order goes on with it."""

    TYPE: ClassVar[str] = "parcel_parked"
    VERSION: ClassVar[int] = 1
    parcel: str


@dataclass(frozen=True, slots=True)
class ParcelPassedOn:
    """The open parcel goes on at this bench in another operator's hands."""

    TYPE: ClassVar[str] = "parcel_passed_on"
    VERSION: ClassVar[int] = 1
    parcel: str
    to_operator: str


@dataclass(frozen=True, slots=True)
class ParcelResumed:
    """The packer goes on with a parcel that had been parked or set aside at this bench."""

    TYPE: ClassVar[str] = "parcel_resumed"
    VERSION: ClassVar[int] = 1
    parcel: str


@dataclass(frozen=True, slots=True)
class ToteSentToHospital:
    """The order's policy sends its tote to the hospital place: something is short."""

    TYPE: ClassVar[str] = "tote_sent_to_hospital"
    VERSION: ClassVar[int] = 1
    order: str
    tote: str
    place: str


PackingFact = (
    ParcelOpened
    | CartonChosen
    | UnitVerified
    | VerifyUndone
    | UnitRejected
    | MaterialUsed
    | ParcelFilled
    | ParcelWeighed
    | ParcelSetAside
    | LabelPrinted
    | ParcelClosed
    | ParcelParked
    | ParcelPassedOn
    | ParcelResumed
    | ToteSentToHospital
)

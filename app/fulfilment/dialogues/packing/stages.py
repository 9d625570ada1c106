"""Where a parcel stands, read from the bench and from what the terminal knows."""

from enum import Enum, auto

from app.fulfilment.dialogues.packing.state import Packing, Parcel, Unit
from app.fulfilment.plans import protection
from app.model.items import Item
from app.model.known import Known
from app.model.parcels import LabelAnswer
from app.model.work import PackJob


class Stage(Enum):
    """The one thing that a parcel waits for."""

    CANCELLED = auto()
    """The order was cancelled: everything goes back."""
    HOSPITAL = auto()
    """A unit was rejected and the order does not ship in part."""
    VERIFY = auto()
    CARTON = auto()
    """No carton is known for it: the scale needs one."""
    PROTECT = auto()
    WEIGH = auto()
    AWAIT_LABEL = auto()
    SCAN_LABEL = auto()


BEFORE_WEIGHING = frozenset({Stage.VERIFY, Stage.CARTON, Stage.PROTECT, Stage.WEIGH})


def stage_of(parcel: Parcel, known: Known) -> Stage:
    """What the parcel waits for."""
    if parcel.weighed:
        return Stage.SCAN_LABEL if parcel.printed else Stage.AWAIT_LABEL
    job = known.pack_jobs.get(parcel.order, parcel.job)
    if job.cancelled or label_of(parcel, known).void:
        return Stage.CANCELLED
    if parcel.rejected and not job.policy.ships_part:
        return Stage.HOSPITAL
    if not parcel.filled and parcel.left():
        return Stage.VERIFY
    if not parcel.carton:
        return Stage.CARTON
    if material_wanted(parcel, known):
        return Stage.PROTECT
    return Stage.WEIGH


def contents(units: tuple[Unit, ...], known: Known) -> list[tuple[Item, int]]:
    """The items among some units, with their quantities. An item that the terminal does not know is left out."""
    return [(known.items[unit.sku], unit.quantity) for unit in units if unit.sku in known.items]


def material_wanted(parcel: Parcel, known: Known) -> str:
    """The next material that the rules ask for and that is not used yet; empty when there is none."""
    wanted = protection.materials(contents(parcel.verified, known))
    return next((material for material in wanted if material not in parcel.materials), "")


def calculated_weight_g(parcel: Parcel, known: Known) -> int:
    """What the parcel should weigh, in grams."""
    return protection.calculated_weight_g(
        contents(parcel.verified, known), known.cartons.get(parcel.carton), known.settings
    )


def label_of(parcel: Parcel, known: Known) -> LabelAnswer:
    """What the central says about the parcel's label; nothing yet is an empty answer."""
    return known.labels.get(parcel.id) or LabelAnswer(parcel.id)


def standing_aside(state: Packing, known: Known) -> tuple[Parcel, ...]:
    """The parcels that stand aside and still count: one whose label was voided is packed anew."""
    return tuple(parcel for parcel in state.aside if not label_of(parcel, known).void)


def can_go_on(parcel: Parcel, known: Known) -> bool:
    """Whether a parcel that stands aside can be worked on: it is open, or its label is there."""
    return not parcel.weighed or bool(parcel.printed) or label_of(parcel, known).ready


def item_name(sku: str, known: Known) -> str:
    """An item as people call it, with its variant."""
    item = known.items.get(sku)
    return " ".join(part for part in (item.name, item.variant_words) if part) if item is not None else sku


def variant_name(sku: str, known: Known) -> str:
    """The variant alone, to tell sisters apart."""
    item = known.items.get(sku)
    return (item.variant_words if item is not None else "") or sku


def units_to_pack(job: PackJob) -> int:
    """How many units lie in the totes of a job."""
    return sum(content.quantity for tote in job.totes for content in tote.contents)

"""What must be scanned for a task: set by zone, item and the picker's experience, and never inferred."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.model.answers import Say, say
from app.model.floor import Proof, Zone
from app.model.items import Item
from app.model.known import Known
from app.model.people import Experience
from app.model.work import Task

_IMPLY_ITEM = frozenset({Proof.EACH_UNIT, Proof.LOT, Proof.SERIAL})
"""What is asked along with the scan of an item."""


class Because(StrEnum):
    """Who asks for a scan."""

    ZONE = "zone"
    ITEM = "item"
    TRAINEE = "trainee"
    CART = "cart"
    """Several totes stand on it: only a scan tells that the right one was filled."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Demands:
    """What must be scanned for one task, each with who asks for it first."""

    asked: tuple[tuple[Proof, Because], ...]
    zone: Zone
    operator: str

    def __contains__(self, proof: Proof) -> bool:
        return any(asked is proof for asked, _ in self.asked)

    def why(self) -> tuple[Say, ...]:
        """The reasons, for the why key."""
        return tuple(
            say(f"pick.why_asked_by_{because.value}", proof=proof.value, zone=self.zone.code)
            for proof, because in self.asked
            if because is not Because.ALWAYS
        )


def demands(task: Task, known: Known, operator: str, *, one_tote: bool) -> Demands:
    """What ``operator`` must scan for ``task``. ``one_tote`` says that the tour has a single tote.

    Somebody who is not known here counts as experienced: their badge was read by another record of this station.
    """
    place = known.locations.get(task.location)
    code = place.zone if place is not None else ""
    zone = known.zones.get(code, Zone(code))
    asked: dict[Proof, Because] = {}
    for proof, because in _wishes(task, zone, known, operator, one_tote=one_tote):
        asked.setdefault(proof, because)
    if not task.lot:
        asked.pop(Proof.LOT, None)
    if Proof.CHECK_CODE in asked and (place is None or not place.check_code):
        del asked[Proof.CHECK_CODE]  # nothing hangs there to scan
    if Proof.CHECK_CODE not in asked:
        asked.setdefault(Proof.LOCATION, Because.ALWAYS)
    implied = next((asked[proof] for proof in Proof if proof in _IMPLY_ITEM & asked.keys()), None)
    if implied is not None:
        asked.setdefault(Proof.ITEM, implied)
    return Demands(tuple((proof, asked[proof]) for proof in Proof if proof in asked), zone, operator)


def _wishes(
    task: Task, zone: Zone, known: Known, operator: str, *, one_tote: bool
) -> Iterator[tuple[Proof, Because]]:
    for proof in zone.proofs:
        yield proof, Because.ZONE if zone.code in known.zones else Because.ALWAYS
    item = known.items.get(task.sku)
    for proof in _of_item(item) if item is not None else ():
        yield proof, Because.ITEM
    if not one_tote:
        yield Proof.TOTE, Because.CART
    person = known.operators.get(operator)
    if person is not None and person.experience is Experience.TRAINEE:
        yield Proof.EACH_UNIT, Because.TRAINEE
        yield Proof.TOTE, Because.TRAINEE


def _of_item(item: Item) -> Iterator[Proof]:
    if item.lot_controlled:
        yield Proof.LOT
    if item.serial_controlled:
        yield Proof.SERIAL
    yield from item.verify

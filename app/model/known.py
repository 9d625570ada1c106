"""What one terminal knows of the warehouse: the snapshot that it was lent, as the dialogues read it.

The central sends it as records ``(kind, key, value)``; ``RECORDS`` names the type of each kind's value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.model.exceptions import WarehouseException
from app.model.floor import Cart, Floor, Location, ToteUse, Zone
from app.model.items import Barcode, Item
from app.model.parcels import Carton, LabelAnswer
from app.model.people import Operator
from app.model.work import LentTour, PackJob


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The rules of a site that a terminal must know. Weights are grams, times are seconds."""

    name: str
    type_quantity_from: int = 6
    """From so many units up, a quantity may be typed after one item scan."""
    weight_tolerance_permille: int = 30
    weight_tolerance_g: int = 50
    """A parcel's weight may differ from the calculated one by the larger of the two."""
    idle_lock_s: int = 300
    prefill_quantity: bool = False
    """One scan of an item counts all units that are needed; the quantity is then confirmed."""
    wrap_weight_g: int = 20
    """What the protection of one fragile unit weighs, for the calculated weight."""
    max_stops: int = 30
    """A tour visits at most so many locations, unless one order alone needs more."""
    tour_minutes: int = 90
    """A tour that is out for longer is looked after."""
    mix_priorities: bool = False
    """Whether orders of different priorities may share a tour."""
    singles_apart: bool = False
    """Whether orders of one unit ride only with their like."""
    doubtful_first_mm: int = 0
    """So much longer a walk may be for looking early where something was short lately; 0 for never."""


@dataclass(frozen=True, slots=True)
class StationState:
    """A terminal as the supervisors see it."""

    name: str
    operator: str
    view: str
    last_seen: str
    pending: int
    clock_offset_s: int
    revoked: bool = False


RECORDS: Mapping[str, Any] = MappingProxyType(
    {
        "settings": SiteSettings,
        "floor": Floor,
        "item": Item,
        "zone": Zone,
        "location": Location,
        "cart": Cart,
        "carton": Carton,
        "tote": ToteUse,
        "operator": Operator,
        "tour": LentTour,
        "pack_job": PackJob,
        "label": LabelAnswer,
        "exception": WarehouseException,
        "station": StationState,
    }
)
"""Keys: settings ``site``, floor ``floor``, item by SKU, zone, location, cart, carton and tote by code, operator by id,
tour by tour id (only those lent to this station), pack_job by order, label by parcel, exception by id, station by
name. A record without a value is a deletion."""


@dataclass(slots=True)
class Known:
    """The lent snapshot with the look-ups that dialogues need. Dialogues read it and never change it."""

    station: str
    online: bool = False
    settings: SiteSettings = field(default_factory=lambda: SiteSettings(name=""))
    floor: Floor = field(default_factory=Floor)
    items: dict[str, Item] = field(default_factory=dict)
    barcodes: dict[str, tuple[Item, Barcode]] = field(default_factory=dict)
    styles: dict[str, dict[str, Item]] = field(default_factory=dict)
    """The variants of each style, by SKU."""
    zones: dict[str, Zone] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    check_codes: dict[str, list[Location]] = field(default_factory=dict)
    """Check codes need not be unique on the floor: they confirm the place that the step expects."""
    carts: dict[str, Cart] = field(default_factory=dict)
    cartons: dict[str, Carton] = field(default_factory=dict)
    totes: dict[str, ToteUse] = field(default_factory=dict)
    operators: dict[str, Operator] = field(default_factory=dict)
    badges: dict[str, Operator] = field(default_factory=dict)
    """By the SHA-256 of the badge's secret, in hex."""
    tours: dict[str, LentTour] = field(default_factory=dict)
    pack_jobs: dict[str, PackJob] = field(default_factory=dict)
    labels: dict[str, LabelAnswer] = field(default_factory=dict)
    exceptions: dict[str, WarehouseException] = field(default_factory=dict)
    stations: dict[str, StationState] = field(default_factory=dict)

    def learn(self, kind: str, key: str, value: Any) -> None:
        """Take in one record; ``None`` forgets it. A kind from a newer central is passed over."""
        match kind:
            case "settings":
                self.settings = value if value is not None else SiteSettings(name="")
            case "floor":
                self.floor = value if value is not None else Floor()
            case "item":
                self._learn_item(key, value)
            case "location":
                self._learn_location(key, value)
            case "operator":
                self._learn_operator(key, value)
            case _:
                table = self._tables().get(kind)
                if table is None:
                    return
                if value is None:
                    table.pop(key, None)
                else:
                    table[key] = value

    def _tables(self) -> dict[str, dict[str, Any]]:
        return {
            "zone": self.zones,
            "cart": self.carts,
            "carton": self.cartons,
            "tote": self.totes,
            "tour": self.tours,
            "pack_job": self.pack_jobs,
            "label": self.labels,
            "exception": self.exceptions,
            "station": self.stations,
        }

    def _learn_item(self, sku: str, item: Item | None) -> None:
        old = self.items.pop(sku, None)
        if old is not None:
            del self.styles[old.style][sku]
            for barcode in old.barcodes:
                if self.barcodes.get(barcode.code, (None,))[0] is old:
                    del self.barcodes[barcode.code]
        if item is not None:
            self.items[sku] = item
            self.styles.setdefault(item.style, {})[sku] = item
            for barcode in item.barcodes:
                self.barcodes[barcode.code] = (item, barcode)

    def _learn_location(self, code: str, location: Location | None) -> None:
        old = self.locations.pop(code, None)
        if old is not None:
            self.check_codes[old.check_code].remove(old)
        if location is not None:
            self.locations[code] = location
            self.check_codes.setdefault(location.check_code, []).append(location)

    def _learn_operator(self, operator_id: str, operator: Operator | None) -> None:
        old = self.operators.pop(operator_id, None)
        if old is not None and self.badges.get(old.badge_sha256) is old:
            del self.badges[old.badge_sha256]
        if operator is not None:
            self.operators[operator_id] = operator
            self.badges[operator.badge_sha256] = operator

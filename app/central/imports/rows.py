"""The kinds of file and what one row of each must say. Columns are named as the fields; an empty cell is none."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.central.documents import DocumentKind
from app.central.intake import MAX_QUANTITY, Code, OrderNumber, ShipBy, Text
from app.model.floor import Aisles, Cart, Floor, Location, LocationKind, PickMode, Proof, Walkway, Zone
from app.model.items import Barcode, Item, PackLevel, Variant
from app.model.orders import ShortPolicy
from app.model.parcels import Carton
from app.model.people import Experience, Role


class Kind(StrEnum):
    """The kinds of file, in the order in which a folder is imported. ``items`` is in ``items.csv``."""

    ITEMS = "items"
    BARCODES = "barcodes"
    AISLES = "aisles"
    WALKWAYS = "walkways"
    LOCATIONS = "locations"
    ZONES = "zones"
    EQUIPMENT = "equipment"
    CARTONS = "cartons"
    OPERATORS = "operators"
    STOCK = "stock"
    ORDERS = "orders"


def _variant(value: object) -> object:
    """``size=M; colour=navy`` as pairs."""
    if not isinstance(value, str):
        return value
    pairs: list[tuple[str, str]] = []
    for part in filter(None, (part.strip() for part in value.split(";"))):
        name, sign, said = (piece.strip() for piece in part.partition("="))
        if not (name and sign and said):
            raise ValueError("must read like size=M; colour=navy")
        pairs.append((name, said))
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("must name each property once")
    return tuple(pairs)


def _several(value: object) -> object:
    return tuple(filter(None, re.split(r"[;,| ]+", value.lower()))) if isinstance(value, str) else value


def _codes(value: object) -> object:
    """``TEE-L; TEE-XL``: unlike other lists, as they are written."""
    if not isinstance(value, str):
        return value
    return tuple(filter(None, (part.strip() for part in value.split(";"))))


def _secret(value: str) -> str:
    secret = value.removeprefix("BADGE:")
    if not re.fullmatch(r"[A-Za-z0-9_-]{22,128}", secret):
        raise ValueError("must be at least 22 random letters, digits, _ or - (128 bit)")
    return secret


def _single(value: str) -> str:
    if " " in value:
        raise ValueError("must be without blanks: it is scanned")
    return value


Millimetres = Annotated[int, Field(ge=1, le=100_000)]
Grams = Annotated[int, Field(ge=0, le=10_000_000)]
Coordinate = Annotated[int, Field(ge=-10_000_000, le=10_000_000)]
Units = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
Scanned = Annotated[Code, AfterValidator(_single)]
Proofs = Annotated[tuple[Proof, ...], BeforeValidator(_several)]
VariantCell = Annotated[Variant, BeforeValidator(_variant)]


class Row(BaseModel):
    """One row of a file."""

    model_config = ConfigDict(frozen=True)


class ItemRow(Row):
    """items.csv."""

    sku: Scanned
    name: Annotated[Text, Field(min_length=1)]
    style: Code | None = None
    variant: VariantCell = ()
    length_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres
    weight_g: Grams
    lot: bool = False
    expiry: bool = False
    serial: bool = False
    fragile: bool = False
    hazard_class: Annotated[Text, Field(max_length=16)] = ""
    verify: Proofs = ()

    @model_validator(mode="after")
    def _expiry_needs_lot(self) -> Self:
        if self.expiry and not self.lot:
            raise ValueError("an item with expiry dates needs lot as well: each date belongs to a lot")
        return self

    def item(self) -> Item:
        """The item of this row."""
        return Item(
            sku=self.sku,
            name=self.name,
            style=self.style or self.sku,
            variant=self.variant,
            length_mm=self.length_mm,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            weight_g=self.weight_g,
            lot_controlled=self.lot,
            expiry_controlled=self.expiry,
            serial_controlled=self.serial,
            fragile=self.fragile,
            hazard_class=self.hazard_class,
            verify=tuple(sorted(set(self.verify))),
        )


class BarcodeRow(Row):
    """barcodes.csv."""

    barcode: Scanned
    sku: Code
    quantity: Units = 1
    level: PackLevel | None = None

    @model_validator(mode="after")
    def _a_unit_is_one(self) -> Self:
        if self.level is PackLevel.UNIT and self.quantity != 1:
            raise ValueError("a unit counts 1; say inner or case for more")
        return self

    def code(self) -> Barcode:
        """The barcode of this row."""
        usual = PackLevel.UNIT if self.quantity == 1 else PackLevel.CASE
        return Barcode(self.barcode, self.quantity, self.level or usual)


class ZoneRow(Row):
    """zones.csv."""

    zone: Code
    scan: Proofs = (Proof.LOCATION, Proof.ITEM)
    other_lot: bool = False
    zero_check: bool = False
    mode: PickMode = PickMode.ORDERS
    buffer: Code | Literal[""] = ""

    @model_validator(mode="after")
    def _a_stop_is_proved(self) -> Self:
        if not {Proof.LOCATION, Proof.CHECK_CODE} & set(self.scan):
            raise ValueError("scan needs location or check_code: nobody can tell where a picker stands")
        return self

    def rules(self) -> Zone:
        """The zone of this row."""
        scan = tuple(sorted(set(self.scan)))
        return Zone(self.zone, scan, self.other_lot, self.zero_check, self.mode, self.buffer)


class LocationRow(Row):
    """locations.csv."""

    location: Scanned
    zone: Code
    kind: LocationKind = LocationKind.PICK_FACE
    x_mm: Coordinate
    y_mm: Coordinate
    pickable: bool | None = None
    check_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,16}$")] | Literal[""] = ""

    @model_validator(mode="after")
    def _only_shelves_are_picked(self) -> Self:
        if self.pickable and not self._is_shelf:
            raise ValueError(f"a {self.kind.value} place is not picked from: pickable must be no")
        return self

    @property
    def _is_shelf(self) -> bool:
        return self.kind in {LocationKind.PICK_FACE, LocationKind.RESERVE}

    def place(self) -> Location:
        """The location of this row."""
        pickable = self._is_shelf if self.pickable is None else self.pickable
        return Location(self.location, self.zone, self.kind, self.x_mm, self.y_mm, pickable, self.check_code)


def _numbers(value: object) -> object:
    """``1; 3`` as numbers."""
    if not isinstance(value, str):
        return value
    parts = list(filter(None, re.split(r"[;, ]+", value)))
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError("must be numbers of aisles with ; between, such as 1; 3")
    return tuple(int(part) for part in parts)


AisleNumbers = Annotated[tuple[int, ...], BeforeValidator(_numbers)]


class AislesRow(Row):
    """aisles.csv: its one row is the whole floor."""

    aisles: Annotated[int, Field(ge=1, le=1_000)]
    blocks: Annotated[int, Field(ge=1, le=100)]
    slots: Annotated[int, Field(ge=1, le=1_000)]
    slot_pitch_mm: Millimetres
    aisle_pitch_mm: Millimetres
    cross_aisle_mm: Millimetres
    x_mm: Coordinate = 0
    y_mm: Coordinate = 0
    up: AisleNumbers = ()
    down: AisleNumbers = ()

    @model_validator(mode="after")
    def _names_its_own_aisles(self) -> Self:
        if any(aisle >= self.aisles for aisle in (*self.up, *self.down)):
            raise ValueError(f"up and down name aisles from 0 to {self.aisles - 1}")
        if set(self.up) & set(self.down):
            raise ValueError("an aisle goes up or down, not both")
        return self

    def floor(self) -> Floor:
        """The floor of this row."""
        return Floor(aisles=Aisles(**self.model_dump()))


class WalkwayRow(Row):
    """walkways.csv."""

    x1_mm: Coordinate
    y1_mm: Coordinate
    x2_mm: Coordinate
    y2_mm: Coordinate

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if (self.x1_mm, self.y1_mm) == (self.x2_mm, self.y2_mm):
            raise ValueError("a walkway needs two different ends")
        return self

    def walkway(self) -> Walkway:
        """The walkway of this row."""
        return Walkway(self.x1_mm, self.y1_mm, self.x2_mm, self.y2_mm)


class EquipmentRow(Row):
    """equipment.csv."""

    code: Scanned
    kind: Literal["cart", "tote"]
    slots: Annotated[int, Field(ge=1, le=64)] | None = None
    weight_g: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    volume_ml: Annotated[int, Field(ge=0, le=100_000_000)] = 0

    @model_validator(mode="after")
    def _carts_have_slots(self) -> Self:
        if (self.kind == "cart") != (self.slots is not None):
            raise ValueError("a cart needs its number of slots, a tote has none")
        if self.kind == "tote" and (self.weight_g or self.volume_ml):
            raise ValueError("weight_g and volume_ml are limits of carts, not of totes")
        return self

    def cart(self) -> Cart | None:
        """The cart of this row; nothing for a tote."""
        return Cart(self.code, self.slots, self.weight_g, self.volume_ml) if self.slots is not None else None


class CartonRow(Row):
    """cartons.csv."""

    carton: Scanned
    name: Annotated[Text, Field(min_length=1)]
    inner_length_mm: Millimetres
    inner_width_mm: Millimetres
    inner_height_mm: Millimetres
    outer_length_mm: Millimetres
    outer_width_mm: Millimetres
    outer_height_mm: Millimetres
    empty_weight_g: Grams
    max_weight_g: Annotated[Grams, Field(ge=1)]

    @model_validator(mode="after")
    def _fits_into_itself(self) -> Self:
        inner = (self.inner_length_mm, self.inner_width_mm, self.inner_height_mm)
        outer = (self.outer_length_mm, self.outer_width_mm, self.outer_height_mm)
        if any(within > around for within, around in zip(inner, outer, strict=True)):
            raise ValueError("the inner sizes must not be above the outer ones")
        return self

    def box(self) -> Carton:
        """The carton of this row."""
        return Carton(self.carton, **self.model_dump(exclude={"carton"}))


class OperatorRow(Row):
    """operators.csv. ``badge`` is the secret that the badge carries; it is never kept."""

    id: Scanned
    name: Annotated[Text, Field(min_length=1)]
    roles: Annotated[tuple[Role, ...], BeforeValidator(_several), Field(min_length=1)]
    badge: Annotated[str, AfterValidator(_secret)]
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")] | Literal[""] = ""
    experience: Experience = Experience.EXPERIENCED

    @model_validator(mode="after")
    def _supervisors_have_pins(self) -> Self:
        if (Role.SUPERVISOR in self.roles) != bool(self.pin):
            raise ValueError("a supervisor needs a pin of 4 to 12 digits, others have none")
        return self


class StockRow(Row):
    """stock.csv. A time without an offset is refused: nobody knows when that was."""

    reference: Annotated[Code, Field(max_length=128)]
    kind: DocumentKind
    at: AwareDatetime
    location: Code
    sku: Code
    lot: Annotated[Text, Field(max_length=64)] = ""
    expires: date | None = None
    quantity: Annotated[int, Field(ge=0, le=100_000_000)]


class OrderRow(Row):
    """orders.csv: one row a line; what concerns the order as a whole stands the same in each of its rows."""

    number: OrderNumber
    priority: Annotated[int, Field(ge=1, le=9)] = 5
    ship_by: ShipBy
    service: Code
    policy: ShortPolicy = ShortPolicy.SHIP_PART
    name: Text = ""
    company: Text = ""
    street: Text = ""
    street2: Text = ""
    city: Text = ""
    region: Text = ""
    postcode: Text = ""
    country: Text = ""
    phone: Text = ""
    email: Text = ""
    min_shelf_life_days: Annotated[int, Field(ge=0, le=3650)] = 0
    line: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    sku: Code
    variant: VariantCell = ()
    quantity: Units
    substitutes: Annotated[tuple[Code, ...], BeforeValidator(_codes)] = ()


ROWS: Mapping[Kind, type[Row]] = {
    Kind.ITEMS: ItemRow,
    Kind.BARCODES: BarcodeRow,
    Kind.ZONES: ZoneRow,
    Kind.LOCATIONS: LocationRow,
    Kind.AISLES: AislesRow,
    Kind.WALKWAYS: WalkwayRow,
    Kind.EQUIPMENT: EquipmentRow,
    Kind.CARTONS: CartonRow,
    Kind.OPERATORS: OperatorRow,
    Kind.STOCK: StockRow,
    Kind.ORDERS: OrderRow,
}

ONCE = frozenset(Kind) - {Kind.WALKWAYS, Kind.STOCK, Kind.ORDERS}
"""The kinds of which a file says everything in one row: their first column comes once."""

SECRET = frozenset({"badge", "pin"})
"""Columns whose content no report shows."""

ADDRESS = ("name", "company", "street", "street2", "city", "region", "postcode", "country", "phone", "email")
"""The columns of an order's address."""


def columns(kind: Kind) -> tuple[str, ...]:
    """The columns of a kind of file, as documented."""
    return tuple(ROWS[kind].model_fields)


def required(kind: Kind) -> tuple[str, ...]:
    """The columns that a file of this kind must have."""
    return tuple(name for name, field in ROWS[kind].model_fields.items() if field.is_required())

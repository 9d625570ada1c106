"""Items, the floor, its equipment and its people: saved, and published to the stations as they change.

What is saved again unchanged is not published again, so that an import can be repeated at no cost.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select, update

from app.central import schema
from app.central.refusal import ApiError
from app.central.store import Tx, insert_new, upsert
from app.model.floor import (
    Aisles,
    Cart,
    Floor,
    Location,
    LocationKind,
    SubAisle,
    ToteUse,
    Walkway,
    Zone,
)
from app.model.items import Barcode, Item, LookAlike, PackLevel
from app.model.known import SiteSettings
from app.model.parcels import Carton
from app.model.people import Experience, Operator, Role

_ITEM = TypeAdapter(Item)
_CARTON = TypeAdapter(Carton)
_AISLES = TypeAdapter(Aisles)
_FLOOR = TypeAdapter(Floor)
_LOCATION = TypeAdapter(Location)
_ZONE = TypeAdapter(Zone)
_CART = TypeAdapter(Cart)
_TOTE = TypeAdapter(ToteUse)
_OPERATOR = TypeAdapter(Operator)
_SETTINGS = TypeAdapter(SiteSettings)


_MIX_UPS_KEPT = 8
"""So many look-alikes of an item are remembered."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A code that belongs to somebody else already."""

    code: str
    holder: str


# --- saving --------------------------------------------------------------------------------------------------


def save_items(tx: Tx, rows: Iterable[Item]) -> int:
    """Save items; how many changed. Their barcodes are added to those that are known; past mix-ups stay.

    Raises:
        ApiError: 409 ``barcode.taken`` when one of them belongs to another SKU.
    """
    wanted = {item.sku: item for item in rows}
    before = items(tx, list(wanted))
    new = {
        sku: replace(
            item,
            barcodes=before[sku].barcodes if sku in before else (),
            looks_like=before[sku].looks_like if sku in before else (),
        )
        for sku, item in wanted.items()
    }
    changed = {sku: item for sku, item in new.items() if before.get(sku) != item}
    _write_items(tx, changed.values())
    codes = [(barcode, item.sku) for item in wanted.values() for barcode in item.barcodes]
    added, taken = save_barcodes(tx, codes)
    if taken:
        raise ApiError(409, "barcode.taken", barcode=taken[0].code, sku=taken[0].holder)
    return len(changed.keys() | added)


def count_mix_up(tx: Tx, sku: str, read: str) -> None:
    """An item was taken for another one: from now on the other is named before the pick, the more the oftener."""
    known = items(tx, (sku, read))
    if sku not in known or read not in known:
        return
    times = {look.sku: look.times for look in known[sku].looks_like}
    times[read] = times.get(read, 0) + 1
    looks = sorted((LookAlike(other, count) for other, count in times.items()), key=lambda look: -look.times)
    _write_items(tx, [replace(known[sku], looks_like=tuple(looks[:_MIX_UPS_KEPT]))])


def save_barcodes(tx: Tx, rows: Sequence[tuple[Barcode, str]]) -> tuple[set[str], tuple[Taken, ...]]:
    """Save barcodes for the SKUs they stand for: the SKUs that changed, and the codes that others hold.

    The items must be there. A known code of the same SKU gets the new quantity and level.
    """
    table = schema.barcode
    holders = _holders(tx, [barcode.code for barcode, _ in rows])
    taken: list[Taken] = []
    changed: dict[str, dict[str, Barcode]] = {}
    for barcode, sku in rows:
        holder, same = holders.get(barcode.code, (sku, None))
        if holder != sku:
            taken.append(Taken(barcode.code, holder))
        elif same != barcode:
            holders[barcode.code] = sku, barcode
            changed.setdefault(sku, {})[barcode.code] = barcode
    upsert(
        tx.conn,
        table,
        [
            {
                "site": tx.site,
                "code": barcode.code,
                "sku": sku,
                "quantity": barcode.quantity,
                "level": barcode.level.value,
            }
            for sku, barcodes in changed.items()
            for barcode in barcodes.values()
        ],
    )
    known = items(tx, list(changed))
    _write_items(
        tx,
        [
            replace(item, barcodes=tuple({**{b.code: b for b in item.barcodes}, **changed[sku]}.values()))
            for sku, item in known.items()
        ],
    )
    return set(changed), tuple(taken)


def link_barcode(tx: Tx, code: str, sku: str, quantity: int = 1, level: PackLevel = PackLevel.UNIT) -> None:
    """Link an unknown barcode to an item.

    Raises:
        ApiError: 404 ``item.unknown``; 409 ``barcode.taken`` when it belongs to another SKU.
    """
    if not items(tx, (sku,)):
        raise ApiError(404, "item.unknown", sku=sku)
    _, taken = save_barcodes(tx, [(Barcode(code, quantity, level), sku)])
    if taken:
        raise ApiError(409, "barcode.taken", barcode=code, sku=taken[0].holder)


def save_zones(tx: Tx, rows: Iterable[Zone]) -> int:
    """Save zones; how many changed."""
    before = zones(tx)
    wanted = {zone.code: zone for zone in rows}
    bodies = [(code, _plain(_ZONE, zone)) for code, zone in wanted.items() if before.get(code) != zone]
    upsert(tx.conn, schema.zone, [{"site": tx.site, "code": code, "body": body} for code, body in bodies])
    for code, body in bodies:
        tx.publish("zone", code, body)
    return len(bodies)


def save_locations(tx: Tx, rows: Iterable[Location]) -> int:
    """Save locations; how many changed."""
    wanted = {location.code: location for location in rows}
    before = locations(tx, list(wanted))
    changed = [location for code, location in wanted.items() if before.get(code) != location]
    upsert(tx.conn, schema.location, [{"site": tx.site, **_plain(_LOCATION, each)} for each in changed])
    for each in changed:
        tx.publish("location", each.code, _plain(_LOCATION, each))
    return len(changed)


def save_floor(tx: Tx, wanted: Floor) -> int:
    """Replace the floor as a whole; 0 when it was the same, else how many rows describe it.

    Aisles that are closed stay closed as long as they are there.
    """
    wanted = replace(wanted, walkways=tuple(sorted(set(wanted.walkways), key=_ends)))
    before = floor(tx)
    wanted = replace(wanted, closed=tuple(part for part in before.closed if _has(wanted, part)))
    if wanted == before:
        return 0
    for table in (schema.walkway, schema.aisles):
        tx.conn.execute(delete(table).where(table.c.site == tx.site))
    upsert(tx.conn, schema.walkway, [{"site": tx.site, **asdict(each)} for each in wanted.walkways])
    if wanted.aisles is not None:
        body = _plain(_AISLES, wanted.aisles)
        upsert(tx.conn, schema.aisles, [{"site": tx.site, "body": body}])
    save_closures(tx, wanted, wanted.closed)
    return len(wanted.walkways) + (wanted.aisles is not None)


def save_closures(tx: Tx, known: Floor, closed: Iterable[SubAisle]) -> None:
    """Close these parts of the aisles of a floor and open all others."""
    parts = tuple(sorted(closed))
    table = schema.closure
    tx.conn.execute(delete(table).where(table.c.site == tx.site))
    upsert(tx.conn, table, [{"site": tx.site, **part._asdict()} for part in parts])
    tx.publish("floor", "floor", plain_floor(replace(known, closed=parts)))


def _has(wanted: Floor, part: SubAisle) -> bool:
    aisles = wanted.aisles
    return aisles is not None and part.aisle < aisles.aisles and part.block < aisles.blocks


def save_carts(tx: Tx, rows: Iterable[Cart]) -> int:
    """Save carts; how many changed."""
    before = carts(tx)
    changed = [cart for cart in {cart.code: cart for cart in rows}.values() if before.get(cart.code) != cart]
    upsert(tx.conn, schema.cart, [{"site": tx.site, **asdict(cart)} for cart in changed])
    for cart in changed:
        tx.publish("cart", cart.code, _plain(_CART, cart))
    return len(changed)


def save_totes(tx: Tx, codes: Iterable[str]) -> int:
    """Make totes known; what a known one is doing stays. How many are new."""
    new = 0
    for code in dict.fromkeys(codes):
        if insert_new(tx.conn, schema.tote, {"site": tx.site, "code": code}):
            tx.publish("tote", code, _plain(_TOTE, ToteUse(code)))
            new += 1
    return new


def save_cartons(tx: Tx, rows: Iterable[Carton]) -> int:
    """Save cartons; how many changed."""
    before = cartons(tx)
    wanted = {carton.code: carton for carton in rows}
    changed = [carton for code, carton in wanted.items() if before.get(code) != carton]
    bodies = [(carton.code, _plain(_CARTON, carton)) for carton in changed]
    upsert(tx.conn, schema.carton, [{"site": tx.site, "code": code, "body": body} for code, body in bodies])
    for code, body in bodies:
        tx.publish("carton", code, body)
    return len(changed)


def save_operators(tx: Tx, rows: Iterable[Operator]) -> int:
    """Save operators; how many changed.

    Raises:
        ApiError: 409 ``operator.badge_taken`` when two people would have the same badge.
    """
    before = operators(tx)
    badges = {person.badge_sha256: person.id for person in before.values()}
    wanted = {person.id: person for person in rows}
    for person in wanted.values():
        holder = badges.setdefault(person.badge_sha256, person.id)
        if holder != person.id:
            raise ApiError(409, "operator.badge_taken", operator=person.id, holder=holder)
    changed = [person for key, person in wanted.items() if before.get(key) != person]
    plain = [_plain(_OPERATOR, person) for person in changed]
    upsert(tx.conn, schema.operator, [{"site": tx.site, **each} for each in plain])
    for each in plain:
        tx.publish("operator", each["id"], each)
    return len(changed)


def save_settings(tx: Tx, wanted: SiteSettings, offered: Collection[str] | None = None) -> None:
    """Save the rules of the site, and where given the services that an order may ask for."""
    table = schema.site
    kept = sorted(services(tx) if offered is None else offered)
    tx.conn.execute(
        update(table)
        .where(table.c.site == tx.site)
        .values(name=wanted.name, settings={**_plain(_SETTINGS, wanted), "services": kept})
    )
    tx.publish("settings", "site", _plain(_SETTINGS, wanted))


# --- reading -------------------------------------------------------------------------------------------------


def items(tx: Tx, skus: Collection[str] | None = None) -> dict[str, Item]:
    """Items by SKU: all, or those asked for that there are."""
    return {
        row.sku: _ITEM.validate_python(row.body) for row in _rows(tx, schema.item, schema.item.c.sku, skus)
    }


def zones(tx: Tx) -> dict[str, Zone]:
    """Zones by code: those that were described; all others have the defaults."""
    return {
        row.code: _ZONE.validate_python(row.body) for row in _rows(tx, schema.zone, schema.zone.c.code, None)
    }


def locations(tx: Tx, codes: Collection[str] | None = None) -> dict[str, Location]:
    """Locations by code: all, or those asked for that there are."""
    return {
        row.code: Location(
            row.code, row.zone, LocationKind(row.kind), row.x_mm, row.y_mm, row.pickable, row.check_code
        )
        for row in _rows(tx, schema.location, schema.location.c.code, codes)
    }


def floor(tx: Tx) -> Floor:
    """The floor: its aisles or walkways, and what is closed."""
    rows = _rows(tx, schema.walkway, schema.walkway.c.x1_mm, None)
    ways = [Walkway(row.x1_mm, row.y1_mm, row.x2_mm, row.y2_mm) for row in rows]
    described = _rows(tx, schema.aisles, schema.aisles.c.site, None)
    aisles = _AISLES.validate_python(described[0].body) if described else None
    closed = [
        SubAisle(row.aisle, row.block) for row in _rows(tx, schema.closure, schema.closure.c.aisle, None)
    ]
    return Floor(tuple(sorted(ways, key=_ends)), aisles, tuple(sorted(closed)))


def carts(tx: Tx) -> dict[str, Cart]:
    """Carts by code."""
    rows = _rows(tx, schema.cart, schema.cart.c.code, None)
    return {row.code: Cart(row.code, row.slots, row.weight_g, row.volume_ml) for row in rows}


def cartons(tx: Tx) -> dict[str, Carton]:
    """Cartons by code."""
    return {
        row.code: _CARTON.validate_python(row.body)
        for row in _rows(tx, schema.carton, schema.carton.c.code, None)
    }


def operators(tx: Tx) -> dict[str, Operator]:
    """Operators by id."""
    return {
        row.id: Operator(
            row.id,
            row.name,
            tuple(Role(role) for role in row.roles),
            row.badge_sha256,
            row.pin_verifier,
            Experience(row.experience),
        )
        for row in _rows(tx, schema.operator, schema.operator.c.id, None)
    }


def settings(tx: Tx) -> SiteSettings:
    """The rules of the site. What an older release did not know has its default."""
    row = _site(tx)
    known = {each.name for each in fields(SiteSettings)}
    return _SETTINGS.validate_python(
        {"name": row.name, **{name: value for name, value in row.settings.items() if name in known}}
    )


def services(tx: Tx) -> frozenset[str]:
    """What an order may ask for: the promises and services of the rate cards."""
    return frozenset(_site(tx).settings.get("services", ()))


def plain_floor(wanted: Floor) -> dict[str, Any]:
    """The floor as stations are sent it."""
    return _plain(_FLOOR, wanted)


def _site(tx: Tx) -> Any:
    return tx.conn.execute(select(schema.site).where(schema.site.c.site == tx.site)).one()


def _rows(tx: Tx, table: Any, column: Any, keys: Collection[str] | None) -> list[Any]:
    whole = select(table).where(table.c.site == tx.site).order_by(column)
    if keys is None:
        return list(tx.conn.execute(whole))
    wanted = sorted(set(keys))
    found: list[Any] = []
    for start in range(0, len(wanted), _AT_ONCE):
        found += tx.conn.execute(whole.where(column.in_(wanted[start : start + _AT_ONCE])))
    return found


_AT_ONCE = 1000
"""Both databases limit how many values one statement binds."""


def _holders(tx: Tx, codes: Collection[str]) -> dict[str, tuple[str, Barcode | None]]:
    table = schema.barcode
    return {
        row.code: (row.sku, Barcode(row.code, row.quantity, PackLevel(row.level)))
        for row in _rows(tx, table, table.c.code, codes)
    }


def _write_items(tx: Tx, rows: Collection[Item]) -> None:
    bodies = [(item, _plain(_ITEM, item)) for item in rows]
    upsert(
        tx.conn,
        schema.item,
        [{"site": tx.site, "sku": item.sku, "style": item.style, "body": body} for item, body in bodies],
    )
    for item, body in bodies:
        tx.publish("item", item.sku, body)


def _ends(way: Walkway) -> tuple[int, int, int, int]:
    return way.x1_mm, way.y1_mm, way.x2_mm, way.y2_mm


def _plain(adapter: TypeAdapter[Any], value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = adapter.dump_python(value, mode="json")
    return plain

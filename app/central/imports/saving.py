"""Good rows into the books, kind by kind. What the books refuse is a problem of its row; the others go in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from pydantic import ValidationError

from app.central import booking, catalogue, closures, documents, inputs, intake, ledger, replanning
from app.central.imports import rows as kinds
from app.central.imports.reading import Problem, problem
from app.central.imports.rows import Kind, Row
from app.central.refusal import ApiError
from app.central.store import Tx
from app.model.floor import Aisles, Floor, Location, LocationKind
from app.model.people import Operator, Role, pin_material

R = TypeVar("R", bound=Row)
Lines = Sequence[tuple[int, R]]

_SHOWN = 10
"""So many known locations are named where one is wrong."""


@dataclass(slots=True)
class Saved:
    """How many rows changed something, and which the books refused."""

    changed: int = 0
    problems: list[Problem] = field(default_factory=list)


def save(kind: Kind, tx: Tx, rows: Lines[Any]) -> Saved:
    """Save rows of one kind."""
    return _SAVE[kind](tx, rows)


def _items(tx: Tx, rows: Lines[kinds.ItemRow]) -> Saved:
    return Saved(catalogue.save_items(tx, [row.item() for _, row in rows]))


def _barcodes(tx: Tx, rows: Lines[kinds.BarcodeRow]) -> Saved:
    known = catalogue.items(tx, {row.sku for _, row in rows})
    saved = Saved()
    for line, row in rows:
        if row.sku not in known:
            saved.problems.append(problem(line, "sku", "import.unknown_sku", read=row.sku))
    good = [(line, row) for line, row in rows if row.sku in known]
    changed, taken = catalogue.save_barcodes(tx, [(row.code(), row.sku) for _, row in good])
    holders = {(each.code, each.holder) for each in taken}
    for line, row in good:
        for code, holder in holders:
            if row.barcode == code and row.sku != holder:
                saved.problems.append(problem(line, "barcode", "import.barcode_taken", read=code, sku=holder))
    saved.changed = len(changed)
    return saved


def _zones(tx: Tx, rows: Lines[kinds.ZoneRow]) -> Saved:
    """A zone whose buffer is no place where totes wait is refused: its totes would go nowhere."""
    places = catalogue.locations(tx).values()
    buffers = sorted(place.code for place in places if place.kind is LocationKind.BUFFER)
    saved, good = Saved(), []
    for line, row in rows:
        if row.buffer and row.buffer not in buffers:
            wanted = ", ".join(buffers[:_SHOWN]) or "-"
            saved.problems.append(problem(line, "buffer", "import.no_buffer", read=row.buffer, wanted=wanted))
        else:
            good.append(row.rules())
    saved.changed = catalogue.save_zones(tx, good)
    return saved


def _locations(tx: Tx, rows: Lines[kinds.LocationRow]) -> Saved:
    aisles = catalogue.floor(tx).aisles
    saved, good = Saved(), []
    for line, row in rows:
        place = row.place()
        if aisles is not None and place.pickable and aisles.slot_at(place.x_mm, place.y_mm) is None:
            saved.problems.append(_in_no_slot(line, "x_mm", aisles, place))
        else:
            good.append(place)
    saved.changed = catalogue.save_locations(tx, good)
    return saved


def _in_no_slot(line: int, column: str, aisles: Aisles, place: Location) -> Problem:
    return problem(
        line,
        column,
        "import.in_no_slot",
        location=place.code,
        x=place.x_mm,
        y=place.y_mm,
        pitch=aisles.aisle_pitch_mm,
        depth=aisles.depth_mm,
    )


def _aisles(tx: Tx, rows: Lines[kinds.AislesRow]) -> Saved:
    (line, first), *others = rows
    saved = Saved(problems=[problem(other, "", "import.one_floor") for other, _ in others])
    floor = first.floor()
    if floor.aisles is not None:
        outside = [
            place
            for place in catalogue.locations(tx).values()
            if place.pickable and floor.aisles.slot_at(place.x_mm, place.y_mm) is None
        ]
        saved.problems += [_in_no_slot(line, "aisles", floor.aisles, place) for place in outside[:_SHOWN]]
    saved.changed = closures.replace_floor(tx, floor)
    return saved


def _walkways(tx: Tx, rows: Lines[kinds.WalkwayRow]) -> Saved:
    return Saved(closures.replace_floor(tx, Floor(tuple(row.walkway() for _, row in rows))))


def _equipment(tx: Tx, rows: Lines[kinds.EquipmentRow]) -> Saved:
    carts = [cart for _, row in rows if (cart := row.cart()) is not None]
    totes = [row.code for _, row in rows if row.kind == "tote"]
    return Saved(catalogue.save_carts(tx, carts) + catalogue.save_totes(tx, totes))


def _cartons(tx: Tx, rows: Lines[kinds.CartonRow]) -> Saved:
    return Saved(catalogue.save_cartons(tx, [row.box() for _, row in rows]))


def hashed(known: Mapping[str, Operator], rows: Lines[kinds.OperatorRow]) -> list[tuple[int, Operator]]:
    """The people of rows with their secrets made unreadable: slow by design, so it is done outside of a transaction.

    Who is known with the same badge and PIN keeps the verifier, so that nothing changes.
    """
    hasher = PasswordHasher()
    people: list[tuple[int, Operator]] = []
    for line, row in rows:
        digest = sha256(row.badge.encode()).hexdigest()
        verifier = ""
        if Role.SUPERVISOR in row.roles:
            material = pin_material(row.pin, row.badge)
            before = known.get(row.id)
            verifier = before.pin_verifier if before is not None and before.badge_sha256 == digest else ""
            if not verifier or not _verifies(hasher, verifier, material):
                verifier = hasher.hash(material)
        roles = tuple(sorted(set(row.roles)))
        people.append((line, Operator(row.id, row.name, roles, digest, verifier, row.experience)))
    return people


def save_people(tx: Tx, people: Sequence[tuple[int, Operator]]) -> Saved:
    """Save operators, each for itself: two with one badge are a problem of the second."""
    saved = Saved()
    for line, person in people:
        try:
            saved.changed += catalogue.save_operators(tx, (person,))
        except ApiError as refused:
            saved.problems.append(_refused(line, "badge", refused))
    return saved


def _stock(tx: Tx, rows: Lines[kinds.StockRow]) -> Saved:
    saved = Saved()
    displaced: list[ledger.Displaced] = []
    for line, row in rows:
        said = documents.StockRow(**row.model_dump())
        try:
            with tx.conn.begin_nested():
                posted = documents.post(tx, said, operator="import")
        except ApiError as refused:
            saved.problems.append(_refused(line, "", refused))
            continue
        saved.changed += posted.new
        displaced += posted.displaced
    replanning.take_out(tx, [(each.task, each.quantity) for each in displaced])
    for number in sorted({each.order for each in displaced}):
        booking.bring_up_to_date(tx, number)
    return saved


def _refused(line: int, column: str, refused: ApiError) -> Problem:
    params = {name: value for name, value in refused.params.items() if name != "column"}
    return Problem(line, str(refused.params.get("column", column)), refused.code, tuple(params.items()))


_SAVE: Mapping[Kind, Callable[[Tx, Any], Saved]] = {
    Kind.ITEMS: _items,
    Kind.BARCODES: _barcodes,
    Kind.ZONES: _zones,
    Kind.LOCATIONS: _locations,
    Kind.AISLES: _aisles,
    Kind.WALKWAYS: _walkways,
    Kind.EQUIPMENT: _equipment,
    Kind.CARTONS: _cartons,
    Kind.STOCK: _stock,
}


# --- orders --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderLines:
    """The rows of one order, as one order; ``line`` is where it begins."""

    line: int
    content: intake.OrderIn


def as_orders(
    rows: Lines[kinds.OrderRow], spoiled: Collection[str]
) -> tuple[list[OrderLines], list[Problem]]:
    """Rows put together by order number. An order with anything wrong in it stays out as a whole."""
    grouped: dict[str, list[tuple[int, kinds.OrderRow]]] = {}
    for line, row in rows:
        grouped.setdefault(row.number, []).append((line, row))
    whole: list[OrderLines] = []
    problems: list[Problem] = []
    for number, of_order in grouped.items():
        line, first = of_order[0]
        if number in spoiled:
            problems.append(problem(line, "number", "import.order_incomplete", order=number))
            continue
        wrong = _disagreements(of_order)
        if not wrong:
            try:
                whole.append(OrderLines(line, _order(first, of_order)))
            except ValidationError as error:
                wrong = [
                    Problem(line, inputs.place(each), code, tuple(params.items()))
                    for each in error.errors(include_url=False)
                    for code, params in (inputs.explain(each),)
                ]
        problems += wrong
    return whole, problems


def save_orders(tx: Tx, orders: Sequence[OrderLines]) -> Saved:
    """Take orders in. One that is held is amended by other content; for any other that is a conflict."""
    saved = Saved()
    answers = intake.receive_all(tx, [each.content for each in orders])
    for each, received in zip(orders, answers, strict=True):
        number = each.content.number
        if received.outcome is intake.Outcome.CONFLICT:
            try:
                saved.changed += intake.amend(tx, number, each.content).outcome is intake.Outcome.AMENDED
            except ApiError:
                saved.problems.append(_conflict(each.line, number, received.difference))
        else:
            saved.changed += received.outcome is intake.Outcome.CREATED
    return saved


def _conflict(line: int, number: str, difference: Sequence[intake.Difference]) -> Problem:
    first = difference[0]
    return problem(
        line,
        "number",
        "import.order_conflict",
        order=number,
        field=first.path,
        known=inputs.shorten(first.known),
        read=inputs.shorten(first.sent),
        more=len(difference) - 1,
    )


def _disagreements(of_order: Lines[kinds.OrderRow]) -> list[Problem]:
    """What concerns the whole order and is not the same in all its rows."""
    _, first = of_order[0]
    whole = first.model_dump(exclude=_OF_A_LINE)
    problems: list[Problem] = []
    for line, row in of_order[1:]:
        for column, value in row.model_dump(exclude=_OF_A_LINE).items():
            if value != whole[column]:
                params = {"read": inputs.shorten(str(value)), "wanted": inputs.shorten(str(whole[column]))}
                problems.append(problem(line, column, "import.order_differs", order=row.number, **params))
    return problems


_OF_A_LINE = {"line", "sku", "variant", "quantity", "substitutes"}


def _order(first: kinds.OrderRow, of_order: Lines[kinds.OrderRow]) -> intake.OrderIn:
    said = first.model_dump(exclude=_OF_A_LINE)
    return intake.OrderIn(
        **{name: value for name, value in said.items() if name not in kinds.ADDRESS},
        ship_to=intake.AddressIn(**{name: said[name] for name in kinds.ADDRESS}),
        lines=[
            intake.LineIn(
                number=row.line,
                sku=row.sku,
                quantity=row.quantity,
                variant=dict(row.variant),
                substitutes=list(row.substitutes),
            )
            for _, row in of_order
        ],
    )


def _verifies(hasher: PasswordHasher, verifier: str, material: str) -> bool:
    try:
        return hasher.verify(verifier, material)
    except VerificationError:
        return False

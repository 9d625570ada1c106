"""What ``storehand plan`` is asked: floors, stops and points as JSON, checked field by field."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from app.fulfilment.plans.aisles import AisleFloor, Corner, Place, Spot, Way
from app.fulfilment.plans.graph import Graph, Link

MOST_BYTES = 16 * 1024 * 1024
_MOST_FAULTS = 20
_SHOWN = 60
_WRONG = "plan.wrong"


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that cannot be used: where it stands, what was read, and what would be right."""

    path: str
    read: str
    wanted: str


class PlanError(Exception):
    """A request that cannot be answered, with what is wrong in it."""

    code = _WRONG

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.wanted}" for fault in faults))
        self.wrong = tuple(faults[:_MOST_FAULTS])


# --- leaves --------------------------------------------------------------------------------------------------


def refuse(wanted: str) -> NoReturn:
    """What a leaf says of a value that it cannot use."""
    raise PydanticCustomError(_WRONG, "{wanted}", {"wanted": wanted})


def whole(least: int, most: int) -> BeforeValidator:
    """A whole number in a range."""

    def check(value: object) -> object:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            refuse(f"a whole number from {least} to {most}")
        return value

    return BeforeValidator(check)


def one_of(*known: str) -> BeforeValidator:
    """One of some words."""

    def check(value: object) -> object:
        if value not in known:
            refuse(" or ".join(f'"{each}"' for each in known))
        return value

    return BeforeValidator(check)


def _name(value: object) -> object:
    if not isinstance(value, str) or not 1 <= len(value) <= 64 or not value.isprintable():
        refuse("a text of 1 to 64 characters")
    return value


Name = Annotated[str, BeforeValidator(_name)]
Length = Annotated[int, whole(1, 1_000_000)]
Index = Annotated[int, whole(0, 999)]
Milliseconds = Annotated[int, whole(0, 600_000)]


class Model(BaseModel):
    """Fields that are known, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- floors --------------------------------------------------------------------------------------------------


def _one_way(value: object) -> object:
    if not (isinstance(value, list) and len(value) == 2 and value[1] in {"up", "down"}):
        refuse('an aisle and "up" or "down", such as [3, "up"]')
    return value


def _sub_aisle(value: object) -> object:
    if not (isinstance(value, list) and len(value) == 2):
        refuse("an aisle and a block, such as [3, 0]")
    return value


class Aisles(Model):
    """A rectangular floor. ``one_way`` names aisles that are walked one way, ``closed`` sub-aisles nobody enters."""

    kind: Annotated[str, one_of("aisles")]
    aisles: Annotated[int, whole(1, 1_000)]
    blocks: Annotated[int, whole(1, 100)]
    slots: Annotated[int, whole(1, 1_000)]
    slot_pitch_mm: Length
    aisle_pitch_mm: Length
    cross_aisle_mm: Annotated[int, whole(0, 1_000_000)]
    one_way: list[Annotated[tuple[Index, Way], BeforeValidator(_one_way)]] = Field([], max_length=1_000)
    closed: list[Annotated[tuple[Index, Index], BeforeValidator(_sub_aisle)]] = Field([], max_length=10_000)

    def made(self) -> AisleFloor:
        """The floor as planners know it."""
        return AisleFloor(
            self.aisles,
            self.blocks,
            self.slots,
            self.slot_pitch_mm,
            self.aisle_pitch_mm,
            self.cross_aisle_mm,
            tuple(self.one_way),
            frozenset(self.closed),
        )


def _edge(value: object) -> object:
    whole_edge = isinstance(value, list) and (len(value) == 3 or (len(value) == 4 and value[3] == "one-way"))
    if not whole_edge or not isinstance(value, list):
        refuse('two nodes and millimetres, such as ["n1", "n2", 4000] or ["n1", "n2", 4000, "one-way"]')
    return {"a": value[0], "b": value[1], "mm": value[2], "one_way": len(value) == 4}


class _Edge(Model):
    a: Name
    b: Name
    mm: Annotated[int, whole(0, 10_000_000)]
    one_way: bool


class Nodes(Model):
    """A floor as a walking graph."""

    kind: Annotated[str, one_of("graph")]
    edges: list[Annotated[_Edge, BeforeValidator(_edge)]] = Field(min_length=1, max_length=50_000)

    def made(self) -> Graph:
        """The floor as planners know it."""
        return Graph.of(Link(edge.a, edge.b, edge.mm, edge.one_way) for edge in self.edges)


# --- stops and points ----------------------------------------------------------------------------------------


class AisleStop(Model):
    """A stop at a slot."""

    id: Name
    aisle: Index
    block: Index
    slot: Index

    @property
    def place(self) -> Spot:
        """Where it is."""
        return Spot(self.aisle, self.block, self.slot)


class NodeStop(Model):
    """A stop at a node."""

    id: Name
    node: Name

    @property
    def place(self) -> str:
        """Where it is."""
        return self.node


class _AtCorner(Model):
    aisle: Index
    cross: Index

    @property
    def place(self) -> Corner:
        return Corner(self.aisle, self.cross)


class _AtSlot(Model):
    aisle: Index
    block: Index
    slot: Index

    @property
    def place(self) -> Spot:
        return Spot(self.aisle, self.block, self.slot)


def _point(value: object) -> object:
    if not (isinstance(value, dict) and value.keys() & {"cross", "block", "slot"}):
        refuse('a point, such as {"aisle": 0, "cross": 0} or {"aisle": 3, "block": 1, "slot": 12}')
    return _AtCorner.model_validate(value) if "cross" in value else _AtSlot.model_validate(value)


AislePoint = Annotated[_AtCorner | _AtSlot, BeforeValidator(_point)]


def _node(value: object) -> object:
    if not (isinstance(value, dict) and "node" in value):
        refuse('a node, such as {"node": "n7"}')
    return value


class _AtNode(Model):
    node: Name

    @property
    def place(self) -> str:
        """Where it is."""
        return self.node


NodePoint = Annotated[_AtNode, BeforeValidator(_node)]


# --- reading -------------------------------------------------------------------------------------------------

OnAisles = TypeVar("OnAisles", bound=Model)
OnNodes = TypeVar("OnNodes", bound=Model)


def read_json(text: bytes) -> Any:
    """The JSON that was given.

    Raises:
        PlanError: it is none, or too much.
    """
    if len(text) > MOST_BYTES:
        raise PlanError([Fault("", f"{len(text)} bytes", f"at most {MOST_BYTES} bytes of JSON")])
    try:
        return json.loads(text.decode(), parse_constant=_no_number, object_pairs_hook=_no_repeats)
    except UnicodeDecodeError as error:
        raise PlanError([Fault("", "bytes that are no UTF-8", "one JSON object in UTF-8")]) from error
    except RecursionError as error:
        raise PlanError([Fault("", "very deep nesting", "one JSON object")]) from error
    except ValueError as error:
        raise PlanError([Fault("", str(error)[:_SHOWN], "one JSON object")]) from error


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice in one object")
    return found


def read_request(told: Any, on_aisles: type[OnAisles], on_nodes: type[OnNodes]) -> OnAisles | OnNodes:
    """A request, of the model that fits its kind of floor.

    Raises:
        PlanError: what is wrong, field by field.
    """
    if not isinstance(told, dict):
        raise PlanError([Fault("", shown(told), "one JSON object")])
    floor = told.get("floor")
    kind = floor.get("kind") if isinstance(floor, dict) else None
    if kind not in ("aisles", "graph"):
        where = "floor.kind" if isinstance(floor, dict) else "floor"
        wanted = (
            '"aisles" or "graph"' if isinstance(floor, dict) else 'a floor with a kind, "aisles" or "graph"'
        )
        raise PlanError([Fault(where, shown(kind if isinstance(floor, dict) else floor), wanted)])
    try:
        return on_aisles.model_validate(told) if kind == "aisles" else on_nodes.model_validate(told)
    except ValidationError as error:
        raise PlanError([_fault(each) for each in error.errors(include_url=False)]) from error


def off_the_floor(floor: AisleFloor, place: Place, path: str) -> Iterator[Fault]:
    """What of a place is not on a rectangular floor."""
    bounds = {
        "aisle": floor.aisles - 1,
        "cross": floor.blocks,
        "block": floor.blocks - 1,
        "slot": floor.slots - 1,
    }
    for name, value in place._asdict().items():
        if value > bounds[name]:
            yield Fault(
                f"{path}.{name}", str(value), f"a whole number from 0 to {bounds[name]}, as the floor says"
            )


def shown(value: object) -> str:
    """What was read, short."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _fault(details: ErrorDetails) -> Fault:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in details["loc"]).lstrip(
        "."
    )
    match details["type"]:
        case "missing":
            return Fault(path, "nothing", "this field")
        case "extra_forbidden":
            return Fault(path, shown(details["input"]), "no such field")
        case "list_type":
            return Fault(path, shown(details["input"]), "a list")
        case "model_type" | "dict_type":
            return Fault(path, shown(details["input"]), "an object with named fields")
        case "too_short":
            return Fault(path, shown(details["input"]), f"at least {details['ctx']['min_length']} of them")
        case "too_long":
            return Fault(path, shown(details["input"]), f"at most {details['ctx']['max_length']} of them")
        case _:
            return Fault(path, shown(details["input"]), details["msg"].removeprefix("Input should be "))

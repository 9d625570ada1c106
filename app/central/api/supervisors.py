"""What supervisors ask from a terminal: the station's token says where, the badge says who."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response
from pydantic import Field, TypeAdapter

from app.central import board as boards
from app.central import closures, manifests, supervising, tokens
from app.central.api import shop
from app.central.api.callers import (
    Anybody,
    Books,
    Key,
    Shipping,
    Station,
    Supervisor,
    identity_of,
    person_at,
)
from app.central.board import Board, ItemStock
from app.central.intake import OrderNumber
from app.central.manifests import Manifests, ManifestView
from app.central.supervising import Details
from app.model.exceptions import Fix, WarehouseException
from app.model.floor import SubAisle
from app.model.people import Role
from app.model.wire import Answer
from app.model.wire import Request as RequestBody

router = APIRouter(prefix="/v1", tags=["supervisors"])

_EXCEPTION = TypeAdapter(WarehouseException)
_MOST_UNITS = 1_000_000
_NEWEST = 2**31 - 1

Why = Annotated[str, Field(max_length=200)]


class Take(RequestBody):
    """Make an exception one's own. ``version`` is the one that was seen."""

    version: int = Field(ge=0, le=_NEWEST)


class Resolve(RequestBody):
    """Do what a fix says. Some fixes need a quantity, a SKU or a location."""

    version: int = Field(ge=0, le=_NEWEST)
    fix: Fix
    reason: str = Field(min_length=1, max_length=200)
    quantity: int | None = Field(default=None, ge=0, le=_MOST_UNITS)
    sku: str = Field(default="", max_length=64)
    location: str = Field(default="", max_length=64)


class Because(RequestBody):
    """Why somebody intervenes; may be empty where the floor does not ask for it."""

    reason: Why = ""


class Count(RequestBody):
    """What was counted at a location."""

    location: str = Field(max_length=64)
    sku: str = Field(max_length=64)
    lot: str = Field(default="", max_length=64)
    quantity: int = Field(ge=0, le=_MOST_UNITS)


class Counted(Answer):
    """The count is booked. ``displaced`` are units that orders lost by it and that were bound anew, or not."""

    location: str
    sku: str
    lot: str
    quantity: int
    displaced: int


class Link(RequestBody):
    """A barcode and the SKU that it stands for, with the units that a scan counts."""

    code: str = Field(min_length=1, max_length=64)
    sku: str = Field(max_length=64)
    quantity: int = Field(default=1, ge=1, le=_MOST_UNITS)


class Done(Answer):
    """It is done."""

    subject: str


class Close(RequestBody):
    """Close the manifest of a carrier."""

    carrier: str = Field(max_length=64)


Reasoned = Annotated[Because | None, Body()]


@router.post("/exceptions/{entry}/take")
def take(entry: Key, asked: Take, store: Books, caller: Supervisor) -> dict[str, Any]:
    """Make an exception one's own; 409 names who was first."""
    taken = store.write(caller.site, lambda tx: supervising.take(tx, caller.person, entry, asked.version))
    return _shown(taken)


@router.post("/exceptions/{entry}/resolve")
def resolve(entry: Key, asked: Resolve, store: Books, caller: Supervisor) -> dict[str, Any]:
    """Do what a fix says and close the exception; 409 names who was first."""
    details = Details(asked.reason, asked.quantity, asked.sku, asked.location)
    done = store.write(
        caller.site,
        lambda tx: supervising.resolve(tx, caller.person, entry, asked.version, asked.fix, details),
    )
    return _shown(done)


def _shown(entry: WarehouseException) -> dict[str, Any]:
    shown: dict[str, Any] = _EXCEPTION.dump_python(entry, mode="json")
    return shown


@router.get("/board")
def board(store: Books, caller: Supervisor) -> Board:
    """What is left to do, by ship-by, and who is doing what."""
    return store.read(caller.site, boards.board)


@router.get("/items/{sku}/stock")
def item_stock(sku: Key, store: Books, caller: Supervisor) -> ItemStock:
    """Where an item lies."""
    return store.read(caller.site, lambda tx: boards.item_stock(tx, sku))


@router.post("/counts", status_code=201)
def count(asked: Count, store: Books, caller: Supervisor) -> Counted:
    """Set the counted quantity of a location."""
    displaced = store.write(
        caller.site,
        lambda tx: supervising.count(tx, caller.person, asked.location, asked.sku, asked.lot, asked.quantity),
    )
    return Counted(**asked.model_dump(), displaced=displaced)


@router.post("/barcodes", status_code=201)
def link(asked: Link, store: Books, caller: Supervisor) -> Done:
    """Link an unknown barcode to a SKU."""
    store.write(
        caller.site,
        lambda tx: supervising.link(tx, caller.person, asked.code, asked.sku, asked.quantity),
    )
    return Done(subject=asked.code)


@router.post("/orders/{number}/cancel")
def cancel(
    number: OrderNumber, request: Request, store: Books, asked: Reasoned = None
) -> shop.Cancelled | Done:
    """Cancel an order: a shop by its own token, a supervisor by badge from a terminal."""
    identity = identity_of(request)
    if identity.kind == tokens.SHOP:
        return shop.cancel_order(number, store, shop.Shop(identity.site, identity.name))
    caller = person_at(request, identity)
    caller.must_be(Role.SUPERVISOR)
    reason = asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.cancel(tx, caller.person, number, reason))
    return Done(subject=number)


@router.post("/orders/{number}/hold")
def hold(number: OrderNumber, store: Books, caller: Supervisor, asked: Reasoned = None) -> Done:
    """Hold an order: it is neither picked nor packed until it is released."""
    reason = asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.hold(tx, caller.person, number, reason))
    return Done(subject=number)


@router.post("/orders/{number}/release")
def release(number: OrderNumber, store: Books, caller: Supervisor, asked: Reasoned = None) -> Done:
    """Let go of a hold."""
    reason = asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.release(tx, caller.person, number, reason))
    return Done(subject=number)


Number = Annotated[int, Path(ge=0, le=999)]


@router.post("/aisles/{aisle}/blocks/{block}/close")
def close_aisle(
    aisle: Number, block: Number, store: Books, caller: Supervisor, asked: Reasoned = None
) -> Done:
    """Close a part of an aisle: tours under way walk around it, and what lies there waits."""
    part, reason = SubAisle(aisle, block), asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.close_aisle(tx, caller.person, part, reason))
    return Done(subject=closures.subject(part))


@router.post("/aisles/{aisle}/blocks/{block}/open")
def open_aisle(
    aisle: Number, block: Number, store: Books, caller: Supervisor, asked: Reasoned = None
) -> Done:
    """Open it again."""
    part, reason = SubAisle(aisle, block), asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.open_aisle(tx, caller.person, part, reason))
    return Done(subject=closures.subject(part))


@router.post("/tours/{tour}/take-away")
def take_away(tour: Key, store: Books, caller: Supervisor, asked: Reasoned = None) -> Done:
    """Take a tour from its holder: whoever scans its cart next goes on with it."""
    reason = asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.take_away(tx, caller.person, tour, reason))
    return Done(subject=tour)


@router.post("/totes/{code}/free")
def free_tote(code: Key, store: Books, caller: Supervisor, asked: Reasoned = None) -> Done:
    """Say that a tote is empty and free."""
    reason = asked.reason if asked is not None else ""
    store.write(caller.site, lambda tx: supervising.free_tote(tx, caller.person, code, reason))
    return Done(subject=code)


@router.post("/manifests", status_code=201)
def close_manifest(asked: Close, store: Books, shipper: Shipping, caller: Supervisor) -> ManifestView:
    """Close the manifest of a carrier over all its closed parcels; later ones go on the next."""
    person = caller.person
    return manifests.close(store, caller.site, asked.carrier, person.operator, person.station, shipper)


@router.get("/manifests")
def all_manifests(store: Books, station: Station) -> Manifests:
    """What waits for a pickup, what was handed over, and labelled parcels on no manifest."""
    return store.read(station.site, manifests.listed)


@router.get("/manifests/{manifest}.pdf", response_class=Response)
def manifest_pdf(manifest: Key, store: Books, shipper: Shipping, caller: Anybody) -> Response:
    """The paper that the carrier signs."""
    paper = manifests.paper(store, caller.site, manifest, shipper)
    return Response(paper, media_type="application/pdf")

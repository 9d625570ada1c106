"""What stations ask: to be let in, to send facts, to follow changes, for work, for papers."""

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import select

from app.central import changes, inputs, joining, labels, lending, parcels, schema, stations, tokens, uploads
from app.central.api.callers import Anybody, Books, Key, Station, station_of, store_of, watch_of
from app.central.api.problems import problem
from app.central.booking import bring_up_to_date
from app.central.refusal import ApiError
from app.central.store import Tx
from app.central.tokens import Identity
from app.model.people import Role
from app.model.wire import (
    Answer,
    Changes,
    Enrolled,
    Enrolment,
    JoinRequest,
    TourGranted,
    TourRequest,
    Upload,
    Uploaded,
)
from app.model.wire import (
    Request as RequestBody,
)
from app.model.words import phrase

router = APIRouter(prefix="/v1", tags=["floor"])

MOST_BYTES = 1_000_000
"""An upload may be so large."""
_UPLOAD = TypeAdapter(Upload)
_UPLOADED = TypeAdapter(Uploaded)
_EACH_S = 100.0
_AT_ONCE = 200.0


class Reason(RequestBody):
    """Why somebody asks."""

    reason: str = Field(min_length=1, max_length=200)


class Nothing(RequestBody):
    """A request that says nothing more."""


class Copies(Answer):
    """How often a label was asked for again."""

    parcel: str
    copies: int


class Reopened(Answer):
    """The parcel is void; its order is packed again."""

    parcel: str
    order: str


@dataclass(slots=True)
class _Bucket:
    """How many uploads a station may still send at once."""

    left: float = _AT_ONCE
    at: float = 0.0


class Pace:
    """Keeps one station from taking the whole central: 100 uploads a second, 200 at once."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], _Bucket] = defaultdict(_Bucket)

    def check(self, site: str, station: str) -> None:
        """Count one upload.

        Raises:
            ApiError: 429 ``sync.too_fast``.
        """
        bucket, now = self._buckets[site, station], time.monotonic()
        bucket.left = min(_AT_ONCE, bucket.left + (now - bucket.at) * _EACH_S)
        bucket.at = now
        if bucket.left < 1:
            raise ApiError(429, "sync.too_fast", seconds=1)
        bucket.left -= 1


class Presence:
    """When stations were last written down as being there."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], float] = {}

    def is_due(self, site: str, station: str) -> bool:
        """Whether half a minute has gone since the last time; if so it counts as noted now."""
        now, last = time.monotonic(), self._noted.get((site, station))
        if last is not None and now - last < stations.SHOWN_EVERY.total_seconds():
            return False
        self._noted[site, station] = now
        return True


@router.post("/stations/enrol", status_code=201)
def enrol(wanted: Enrolment, store: Books) -> Enrolled:
    """Let a station in that shows a one-time code; its token is in the answer and nowhere else."""
    site = tokens.site_of_code(wanted.code)
    if not site:
        raise ApiError(403, "station.wrong_code")

    def work(tx: Tx) -> Enrolled:
        token = stations.enrol(tx, wanted.code, wanted.name)
        table = schema.site
        incarnation = tx.conn.execute(select(table.c.incarnation).where(table.c.site == tx.site)).scalar_one()
        return Enrolled(site=site, station=wanted.name, token=token, incarnation=incarnation)

    enrolled = store.write(site, work)
    tokens.forget()
    return enrolled


@router.post(
    "/events",
    response_model=Uploaded,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Upload.model_json_schema()}},
        }
    },
)
async def upload(request: Request) -> Response:
    """Take facts in, in order, each exactly once; 409 ``sync.gap`` with ``last`` when some are missing before."""
    body = await request.body()
    return await to_thread.run_sync(_take_upload, request, body)


def _take_upload(request: Request, body: bytes) -> Response:
    station = station_of(request)
    pace: Pace = request.app.state.pace
    pace.check(station.site, station.name)
    try:
        sent = _UPLOAD.validate_json(body)
    except ValidationError as error:
        return _malformed(error)
    done = uploads.receive(store_of(request), station.site, station.name, sent)
    return Response(_UPLOADED.dump_json(done), media_type="application/json")


def _malformed(error: ValidationError) -> Response:
    errors: list[dict[str, Any]] = []
    for each in error.errors(include_url=False):
        code, params = inputs.explain(dict(each))
        words = phrase(code, tuple(params.items()))
        errors.append({"path": inputs.place(dict(each)), "code": code, "params": params, "title": words})
    return problem(422, "api.invalid", {"count": len(errors)}, errors)


@router.get("/changes")
async def follow_changes(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    incarnation: Annotated[str, Query(max_length=64)] = "",
    wait: Annotated[float, Query(ge=0, le=60)] = 0,
) -> Changes:
    """What changed for this station after a cursor; waits for up to 25 seconds when there is nothing to tell."""
    station = await to_thread.run_sync(station_of, request)
    await to_thread.run_sync(_note_presence, request, station)
    return await changes.follow(
        watch_of(request),
        station.site,
        station.name,
        after=after,
        incarnation=incarnation,
        wait_s=wait,
    )


def _note_presence(request: Request, station: Identity) -> None:
    """A station that only listens is there too; that is written down now and then, not with every poll."""
    presence: Presence = request.app.state.presence
    if presence.is_due(station.site, station.name):
        store_of(request).write(station.site, lambda tx: stations.hear(tx, station.name))


@router.post("/tours", status_code=201)
def claim_tour(wanted: TourRequest, store: Books, caller: Anybody) -> TourGranted:
    """Lend a tour for a cart. Its record comes with the changes."""
    caller.must_be(Role.PICKER)
    person = caller.person
    tour = lending.claim(
        store, caller.site, person.station, person.operator, wanted.cart, take_over=wanted.take_over
    )
    return TourGranted(tour=tour)


@router.post("/tours/{tour}/join")
def join_tour(tour: Key, wanted: JoinRequest, store: Books, caller: Anybody) -> TourGranted:
    """Have an urgent order that was offered come along. The changed tour comes with the changes."""
    caller.must_be(Role.PICKER)
    joining.join(store, caller.site, caller.person.station, tour, wanted.order)
    return TourGranted(tour=tour)


@router.post("/parcels/{parcel}/reprint")
def reprint(parcel: Key, asked: Reason, store: Books, caller: Anybody) -> Copies:
    """Print the same label again at this station, counted, with a reason."""
    caller.must_be(Role.PACKER)
    person = caller.person
    copies = store.write(
        caller.site, lambda tx: labels.reprint(tx, parcel, person.station, person.operator, asked.reason)
    )
    return Copies(parcel=parcel, copies=copies)


@router.post("/parcels/{parcel}/reopen")
def reopen(parcel: Key, asked: Nothing, store: Books, caller: Anybody) -> Reopened:
    """Void a parcel and its label before the manifest, so that its order is packed again."""
    caller.must_be(Role.PACKER)

    def work(tx: Tx) -> str:
        order = parcels.reopen(tx, parcel, caller.person.operator)
        bring_up_to_date(tx, order)
        return order

    return Reopened(parcel=parcel, order=store.write(caller.site, work))


@router.get("/parcels/{parcel}/label.pdf", response_class=Response)
def label_pdf(parcel: Key, store: Books, station: Station) -> Response:
    """The label, as it was proved to read."""
    label, _ = store.read(station.site, lambda tx: labels.papers(tx, parcel))
    return Response(label, media_type="application/pdf")


@router.get("/parcels/{parcel}/slip.pdf", response_class=Response)
def slip_pdf(parcel: Key, store: Books, station: Station) -> Response:
    """The packing slip."""
    _, slip = store.read(station.site, lambda tx: labels.papers(tx, parcel))
    return Response(slip, media_type="application/pdf")

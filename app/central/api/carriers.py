"""What carriers tell: milestones of parcels, signed over the raw body."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, cast

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.central import milestones
from app.central.api.callers import shipper_of, store_of
from app.central.milestones import Report
from app.central.refusal import ApiError
from app.model.milestones import Milestone, Sighting
from app.model.wire import Answer

router = APIRouter(prefix="/v1", tags=["carriers"])

SIGNATURE_HEADER = "Storehand-Signature"
_MOST = 500


class _Reported(BaseModel):
    """One milestone. A carrier's own further fields are kept with it."""

    model_config = ConfigDict(extra="allow")

    tracking: str = Field(min_length=1, max_length=64)
    code: Milestone
    occurred_at: str = Field(max_length=40)
    place: str = Field(default="", max_length=200)


class TrackingErrors(Answer):
    """An entry of a batch that was not understood: its place, what was read, what would be right."""

    path: str
    read: str
    wanted: str


class Tracked(Answer):
    """What became of a batch. Unknown numbers and wrong entries are named; the rest of the batch went in."""

    new: int
    known: int
    unknown: list[str]
    errors: list[TrackingErrors]


_REPORTED = TypeAdapter(_Reported)


@router.post(
    "/tracking/{carrier}",
    openapi_extra={
        "parameters": [
            {
                "name": SIGNATURE_HEADER,
                "in": "header",
                "required": True,
                "description": "HMAC-SHA256 of the raw body with the carrier's secret, in hex",
                "schema": {"type": "string"},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "milestones": {
                                "type": "array",
                                "maxItems": _MOST,
                                "items": _Reported.model_json_schema(),
                            }
                        },
                        "required": ["milestones"],
                    }
                }
            },
        },
    },
)
async def track(carrier: Annotated[str, Path(max_length=64)], request: Request) -> Tracked:
    """Take in a batch of milestones. Batches may come twice and in any order."""
    body = await request.body()
    return await to_thread.run_sync(_take, request, carrier, body)


def _take(request: Request, carrier: str, body: bytes) -> Tracked:
    secrets = cast("Mapping[tuple[str, str], str]", request.app.state.carrier_secrets)
    signed = request.headers.get(SIGNATURE_HEADER, "")
    site = milestones.site_of(secrets, carrier, body, signed)
    if site is None:
        raise ApiError(401, "tracking.wrong_signature", carrier=carrier)
    reports, errors = _read(body)
    shipper = shipper_of(request)
    heard = store_of(request).write(site, lambda tx: milestones.take(tx, carrier, reports, shipper))
    return Tracked(new=heard.new, known=heard.known, unknown=list(heard.strangers), errors=errors)


def _read(body: bytes) -> tuple[list[Report], list[TrackingErrors]]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    entries = sent.get("milestones") if isinstance(sent, dict) else None
    if not isinstance(entries, list):
        raise ApiError(422, "tracking.no_batch")
    if len(entries) > _MOST:
        raise ApiError(422, "tracking.too_many", count=len(entries), most=_MOST)
    reports: list[Report] = []
    errors: list[TrackingErrors] = []
    for index, entry in enumerate(entries):
        try:
            reports.append(_report(entry))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            errors.append(
                TrackingErrors(
                    path=f"milestones[{index}].{place}".rstrip("."),
                    read=str(first["input"])[:60],
                    wanted=str(first["msg"])[:200],
                )
            )
        except ValueError as error:
            errors.append(
                TrackingErrors(
                    path=f"milestones[{index}].occurred_at",
                    read=str(error)[:60],
                    wanted="a time with its offset, such as 2026-11-24T16:00:00+01:00",
                )
            )
    return reports, errors


def _report(entry: Any) -> Report:
    reported = _REPORTED.validate_python(entry)
    instant = milestones.occurred(reported.occurred_at)
    if instant is None:
        raise ValueError(reported.occurred_at)
    clean = (reported.tracking + reported.place).replace("\0", "") == reported.tracking + reported.place
    if not clean:
        raise ValueError("NUL")
    return Report(
        reported.tracking,
        Sighting(reported.code, instant, reported.place),
        reported.occurred_at,
        json.dumps(entry, ensure_ascii=True, sort_keys=True)[:4000],
    )

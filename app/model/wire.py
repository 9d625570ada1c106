"""The protocol between a station and the central, as pydantic models. Unknown fields of requests are refused."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Request(BaseModel):
    """What comes in: strict about its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        """PostgreSQL keeps no NUL, and no code or word has one."""
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold the character NUL")
        return value


class Answer(BaseModel):
    """What goes out. Readers pass over fields that they do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Enrolment(Request):
    """A new station shows its one-time code. ``POST /v1/stations/enrol``."""

    code: str = Field(min_length=1, max_length=64)
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")


class Enrolled(Answer):
    """The station's own revocable token, shown once."""

    site: str
    station: str
    token: str
    incarnation: str


class Upload(Request):
    """Events in journal order. ``POST /v1/events``. Each of ``events`` is an envelope, byte for byte as journaled.

    ``previous_hash`` is the chain's hash before ``first_seq`` (64 zeros before the first): SHA-256 over the
    previous hash's 32 bytes and the envelope's UTF-8 bytes, in hex. ``sent_at`` is the station's wall clock.
    """

    incarnation: str = Field(max_length=64)
    journal: str = Field(max_length=64)
    first_seq: int = Field(ge=1)
    previous_hash: str = Field(min_length=64, max_length=64)
    sent_at: datetime
    pending: int = Field(ge=0, default=0)
    events: list[str] = Field(max_length=200)


class Uploaded(Answer):
    """Everything up to ``acknowledged`` is durable at the central."""

    incarnation: str
    acknowledged: int
    head: int


class Record(Answer):
    """One record of what a terminal knows; no value means that it is gone."""

    kind: str
    key: str
    value: dict[str, Any] | None = None


class Changes(Answer):
    """``GET /v1/changes?after=HEAD&incarnation=I&wait=SECONDS``: what changed, the newest value of each record.

    ``head`` is the cursor for the next pull; ``more`` says that it can be asked for at once. ``reset`` says that
    the cursor was not one of this incarnation and everything is sent from the start.
    """

    incarnation: str
    head: int
    more: bool
    reset: bool
    records: list[Record]


class TourRequest(Request):
    """``POST /v1/tours``: a tour for a cart, for the operator who stands there."""

    cart: str = Field(max_length=64)
    take_over: bool = False
    """Also where a colleague walks with it, if all that this colleague did has arrived."""


class JoinRequest(Request):
    """``POST /v1/tours/{tour}/join``: an urgent order that was offered comes along."""

    order: str = Field(max_length=64)


class TourGranted(Answer):
    """The tour is lent; its record comes with the changes too."""

    tour: str


class Problem(Answer):
    """An error as ``application/problem+json`` (RFC 9457) with a stable code from the catalogue of words."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    params: dict[str, str | int] = Field(default_factory=dict)
    errors: list[dict[str, Any]] = Field(default_factory=list)

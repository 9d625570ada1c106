"""Who asks: a station by its token, and the person who stands there by the badge."""

import hmac
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Path, Request
from pydantic import AfterValidator
from sqlalchemy import select

from app.central import schema, tokens
from app.central.changes import Watch
from app.central.labels import Shipper
from app.central.refusal import ApiError
from app.central.store import Store, Tx
from app.central.supervising import Person
from app.central.tokens import Identity
from app.model.people import Role

OPERATOR_HEADER = "Storehand-Operator"
_LONGEST_BADGE = 256


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at a station. The site comes from the station's token, never from the request."""

    site: str
    person: Person
    roles: frozenset[Role]

    def must_be(self, *roles: Role) -> None:
        """Refuse whoever has none of the roles; a supervisor may do everything.

        Raises:
            ApiError: 403 ``role.needed``.
        """
        if not self.roles & {*roles, Role.SUPERVISOR}:
            raise ApiError(403, "role.needed", role=roles[0].value)


def store_of(request: Request) -> Store:
    """The database of the application."""
    return cast("Store", request.app.state.store)


def watch_of(request: Request) -> Watch:
    """Who wakes the stations that wait for changes."""
    return cast("Watch", request.app.state.watch)


def shipper_of(request: Request) -> Shipper:
    """With which carriers the site ships."""
    return cast("Shipper", request.app.state.shipper)


def identity_of(request: Request) -> Identity:
    """Whose token a request carries.

    Raises:
        ApiError: 401 ``api.who_are_you``.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = tokens.identify(store_of(request), token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise ApiError(401, "api.who_are_you", path=request.url.path, method=request.method)
    return found


def station_of(request: Request) -> Identity:
    """The station whose token a request carries.

    Raises:
        ApiError: 401 ``api.who_are_you``; 403 ``api.not_allowed`` for a shop's token.
    """
    found = identity_of(request)
    if found.kind != tokens.STATION:
        raise ApiError(403, "api.not_allowed", path=request.url.path, method=request.method)
    return found


def caller_of(request: Request) -> Caller:
    """The person whose badge a station's request carries.

    Raises:
        ApiError: as ``station_of``; 401 ``operator.unknown``.
    """
    return person_at(request, station_of(request))


def person_at(request: Request, station: Identity) -> Caller:
    """The person whose badge a request of this station carries.

    Raises:
        ApiError: 401 ``operator.unknown``.
    """
    badge = request.headers.get(OPERATOR_HEADER, "")
    row = None
    if badge and len(badge) <= _LONGEST_BADGE:
        row = store_of(request).read(station.site, lambda tx: _by_badge(tx, badge))
    if row is None:
        raise ApiError(401, "operator.unknown")
    operator, roles = row
    return Caller(station.site, Person(operator, station.name), frozenset(Role(role) for role in roles))


def _by_badge(tx: Tx, badge: str) -> tuple[str, list[str]] | None:
    digest, table = tokens.digest_of(badge), schema.operator
    row = tx.conn.execute(
        select(table).where(table.c.site == tx.site, table.c.badge_sha256 == digest)
    ).one_or_none()
    if row is None or not hmac.compare_digest(row.badge_sha256, digest):
        return None
    return row.id, row.roles


def supervisor_of(request: Request) -> Caller:
    """The supervisor whose badge a station's request carries.

    Raises:
        ApiError: as ``caller_of``; 403 ``role.needed`` for anybody else.
    """
    caller = caller_of(request)
    caller.must_be(Role.SUPERVISOR)
    return caller


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not hold the character NUL")
    return value


Key = Annotated[str, Path(max_length=128), AfterValidator(_without_nul)]
"""What a path names: PostgreSQL keeps no NUL, and no code has one."""
Books = Annotated[Store, Depends(store_of)]
Shipping = Annotated[Shipper, Depends(shipper_of)]
Station = Annotated[Identity, Depends(station_of)]
Anybody = Annotated[Caller, Depends(caller_of)]
Supervisor = Annotated[Caller, Depends(supervisor_of)]

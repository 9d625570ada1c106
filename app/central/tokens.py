"""Bearer tokens of stations and shops: opaque, revocable, bound to one site. Only their SHA-256 is kept."""

import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select, update

from app.central import schema
from app.central.store import Store, Tx

STATION = "station"
SHOP = "shop"

_VERSION = "sh1"
_CACHE_S = 1.0
"""How long another process may still take a token that was revoked here."""
_CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token belongs to. ``kind`` is ``station`` or ``shop``."""

    site: str
    kind: str
    name: str


class _Cache:
    """Tokens that were right a moment ago, by their SHA-256."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, Identity]] = {}

    def get(self, url: str, digest: str) -> Identity | None:
        with self._lock:
            until, identity = self._known.get((url, digest), (0.0, None))
        return identity if time.monotonic() < until else None

    def put(self, url: str, digest: str, identity: Identity) -> None:
        with self._lock:
            if len(self._known) >= _CACHE_SIZE:
                self._known.clear()
            self._known[url, digest] = time.monotonic() + _CACHE_S, identity

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


_cache = _Cache()


def digest_of(secret: str) -> str:
    """The SHA-256 of a secret, in hex."""
    return sha256(secret.encode()).hexdigest()


def issue(tx: Tx, kind: str, name: str) -> str:
    """A new token for a station or a shop; it is shown once and cannot be read back."""
    token = f"{_VERSION}.{tx.site}.{secrets.token_urlsafe(32)}"
    tx.conn.execute(
        schema.credential.insert().values(
            site=tx.site, token_sha256=digest_of(token), kind=kind, name=name, created_at=tx.now
        )
    )
    return token


def revoke(tx: Tx, kind: str, name: str) -> int:
    """Make all tokens of a station or a shop useless; how many there were."""
    table = schema.credential
    revoked = tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site, table.c.kind == kind, table.c.name == name, table.c.revoked_at.is_(None)
        )
        .values(revoked_at=tx.now)
    ).rowcount
    _cache.clear()
    return revoked


def forget() -> None:
    """Look every token up anew: called once a revocation is committed."""
    _cache.clear()


def identify(store: Store, token: str) -> Identity | None:
    """Whose token this is; nothing for one that is malformed, unknown or revoked."""
    version, _, rest = token.partition(".")
    site, _, secret = rest.rpartition(".")
    if version != _VERSION or not site or not secret or len(token) > 256:
        return None
    digest = digest_of(token)
    known = _cache.get(store.url, digest)
    if known is not None:
        return known
    found = store.read(site, lambda tx: _look_up(tx, digest))
    if found is not None:
        _cache.put(store.url, digest, found)
    return found


def _look_up(tx: Tx, digest: str) -> Identity | None:
    table = schema.credential
    row = tx.conn.execute(
        select(table).where(
            table.c.site == tx.site, table.c.token_sha256 == digest, table.c.revoked_at.is_(None)
        )
    ).one_or_none()
    if row is None or not hmac.compare_digest(row.token_sha256, digest):
        return None
    return Identity(tx.site, row.kind, row.name)


_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not taken for each other when they are typed."""
_CODE_LENGTH = 12
_CODE_LIVES = timedelta(minutes=10)


def issue_enrolment(tx: Tx) -> str:
    """A one-time code for a new station, good for ten minutes: ``main.C9SW-G4RP-7W8Y``."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    tx.conn.execute(
        schema.enrolment.insert().values(
            site=tx.site, code_sha256=digest_of(letters), expires_at=tx.now + _CODE_LIVES
        )
    )
    return f"{tx.site}.{'-'.join(letters[at : at + 4] for at in range(0, _CODE_LENGTH, 4))}"


def site_of_code(code: str) -> str:
    """The site that an enrolment code speaks of; empty when it speaks of none."""
    return code.strip().partition(".")[0] if "." in code else ""


def use_enrolment(tx: Tx, code: str, name: str) -> bool:
    """Use up a one-time code; whether it was good."""
    letters = code.strip().partition(".")[2].upper().replace("-", "").replace(" ", "")
    table = schema.enrolment
    used = tx.conn.execute(
        update(table)
        .where(
            table.c.site == tx.site,
            table.c.code_sha256 == digest_of(letters),
            table.c.used_by.is_(None),
            table.c.expires_at > tx.now,
        )
        .values(used_by=name)
    ).rowcount
    return used == 1

"""Facts as JSON: one envelope a fact, versions upcast when read, fields from the future tolerated.

An envelope is what a journal row holds and what travels to the central, byte for byte::

    {"seq": 12, "at": "2026-11-22T06:30:00.123456+00:00", "mono": 5123.4, "operator": "op-3",
     "type": "picked", "v": 1, "body": {"tour": "...", ...}}
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from app.model.facts import Fact

Json = dict[str, Any]


class UnknownFactError(ValueError):
    """An envelope whose type or version this program does not know, or whose body does not fit.

    ``code`` is ``fact.unknown_type``, ``fact.newer_version`` or ``fact.malformed``.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact as it stands in a journal: its number there, when, by whom.

    ``at`` is the station's wall clock in aware UTC and ``mono`` its monotonic clock in seconds: order and
    durations are never taken from the wall clock.
    """

    seq: int
    at: datetime
    mono: float
    operator: str
    fact: Fact


FACT_TYPES: dict[str, type[Any]] = {cls.TYPE: cls for cls in get_args(Fact)}

UPCASTERS: dict[tuple[str, int], Callable[[Json], Json]] = {}
"""From ``(type, version)`` to a function that turns that version's body into the next version's."""


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(cls: type[Any]) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(cls.TYPE)
    if adapter is None:
        adapter = _ADAPTERS[cls.TYPE] = TypeAdapter(cls)
    return adapter


def prepare(kind: str) -> None:
    """Build what facts of a type are checked with: that takes milliseconds, and no scan should wait for them."""
    _adapter(FACT_TYPES[kind])


def encode(recorded: Recorded) -> str:
    """The envelope of a recorded fact, as compact JSON."""
    fact = recorded.fact
    return json.dumps(
        {
            "seq": recorded.seq,
            "at": recorded.at.isoformat(),
            "mono": round(recorded.mono, 6),
            "operator": recorded.operator,
            "type": fact.TYPE,
            "v": fact.VERSION,
            "body": _adapter(type(fact)).dump_python(fact, mode="json"),
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def decode(envelope: str | bytes) -> Recorded:
    """The recorded fact of an envelope.

    Raises:
        UnknownFactError: the type is unknown, the version is newer than this program, or the body does not fit.
    """
    try:
        outer = json.loads(envelope)
        kind, version, body = str(outer["type"]), int(outer["v"]), outer["body"]
        seq, at, mono = int(outer["seq"]), datetime.fromisoformat(outer["at"]), float(outer["mono"])
        operator = str(outer["operator"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnknownFactError("fact.malformed", repr(error)) from error
    if at.tzinfo is None:
        raise UnknownFactError("fact.malformed", "at has no offset")
    return Recorded(seq, at, mono, operator, decode_body(kind, version, body))


def decode_body(kind: str, version: int, body: Json) -> Fact:
    """The fact of a type, a version and a body.

    Raises:
        UnknownFactError: as ``decode``.
    """
    cls = FACT_TYPES.get(kind)
    if cls is None:
        raise UnknownFactError("fact.unknown_type", kind)
    while version < cls.VERSION:
        body = UPCASTERS[kind, version](body)
        version += 1
    if version > cls.VERSION:
        raise UnknownFactError("fact.newer_version", f"{kind} v{version}")
    try:
        fact: Fact = _adapter(cls).validate_python(body)
    except ValidationError as error:
        raise UnknownFactError("fact.malformed", f"{kind}: {error.errors(include_url=False)}") from error
    return fact

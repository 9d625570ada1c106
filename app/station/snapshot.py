"""A session as text, so that a restart folds only what came after it.

A cache of the fold, never more: one that another version wrote, or that does not come back as it was, is not used.
"""

import json
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError


@cache
def stamp() -> str:
    """The version of this program."""
    try:
        return version("storehand")
    except PackageNotFoundError:
        return "unknown"


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def freeze(session: Any) -> str:
    """The session as text, without the questions in the air: they may hold secrets. Empty where it has no such form."""
    kind: Any = type(session)
    facts_only = unasked(session)
    try:
        state = _adapter(kind).dump_python(facts_only, mode="json", warnings="error")
    except PydanticSerializationError:
        return ""
    text = json.dumps({"version": stamp(), "session": state}, separators=(",", ":"), ensure_ascii=False)
    return text if thaw(text, kind) == facts_only else ""


def thaw(text: str, kind: Any, *, any_version: bool = False) -> Any:
    """The session again, or ``None`` when this version cannot be sure of it.

    ``any_version`` takes one of another version that still fits: for when what it was folded from is gone.
    """
    if not text:
        return None
    try:
        outer = json.loads(text)
        if outer["version"] != stamp() and not any_version:
            return None
        return _adapter(kind).validate_python(outer["session"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None


def unasked(state: Any) -> Any:
    """The same state as its facts alone give it: every field ``asking`` is empty, at any depth."""
    changes: dict[str, Any] = {}
    for field in fields(state):
        value = getattr(state, field.name)
        if field.name == "asking":
            after = None
        elif is_dataclass(value) and not isinstance(value, type):
            after = unasked(value)
        else:
            continue
        if after is not value:
            changes[field.name] = after
    return replace(state, **changes) if changes else state

"""What pydantic finds wrong in what came in, as codes of the catalogue of words: what was read, what would be right."""

from collections.abc import Mapping
from typing import Any

from app.model.answers import Param

SHOWN = 60
"""So much of a wrong value is shown."""

_CODES: Mapping[str, str] = {
    "missing": "input.missing",
    "extra_forbidden": "input.unknown_field",
    "json_invalid": "input.no_json",
    "int_parsing": "input.whole_number",
    "int_type": "input.whole_number",
    "int_from_float": "input.whole_number",
    "int_parsing_size": "input.whole_number",
    "bool_parsing": "input.yes_or_no",
    "bool_type": "input.yes_or_no",
    "enum": "input.one_of",
    "literal_error": "input.one_of",
    "greater_than_equal": "input.at_least",
    "greater_than": "input.more_than",
    "less_than_equal": "input.at_most",
    "less_than": "input.less_than",
    "string_type": "input.text",
    "string_too_short": "input.longer",
    "string_too_long": "input.shorter",
    "string_pattern_mismatch": "input.form",
    "too_short": "input.more_entries",
    "too_long": "input.fewer_entries",
    "timezone_aware": "input.time_zone",
    "value_error": "input.wrong",
}
_TIMES = ("datetime_", "date_")


def explain(error: Mapping[str, Any]) -> tuple[str, dict[str, Param]]:
    """The code for one of pydantic's errors, and its parameters: always ``read``, and what that code needs."""
    kind = str(error["type"])
    code = "input.time" if kind.startswith(_TIMES) else _CODES.get(kind, "input.wrong")
    context = error.get("ctx", {})
    wanted = next(
        (
            context[name]
            for name in ("expected", "ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
            if name in context
        ),
        str(error["msg"]).removeprefix("Value error, "),
    )
    return code, {"read": shorten(error.get("input")), "wanted": str(wanted)}


def place(error: Mapping[str, Any]) -> str:
    """Where in a document the error is: ``lines[0].quantity``."""
    path = ""
    for step in error["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


def shorten(value: Any) -> str:
    """A wrong value as a person can be shown it: one line, not long, nothing that moves a cursor."""
    text = str(value) if isinstance(value, str | bool | int | float) else ""
    shown = "".join(character if character.isprintable() else "·" for character in text[: SHOWN + 1])
    return shown[:SHOWN] + "…" if len(shown) > SHOWN else shown

"""From an error to what a person reads: one line with the code of its words."""

import os
import tempfile
import traceback
from collections.abc import Iterable, Mapping

from app.model.answers import Param
from app.model.words import phrase


class CommandError(Exception):
    """A command cannot be done: a code of the catalogue of words. ``exit_status`` is what the shell sees."""

    def __init__(self, code: str, *, exit_status: int = 2, **params: Param) -> None:
        self.code, self.params, self.exit_status = code, tuple(params.items()), exit_status
        super().__init__(phrase(code, self.params))


def refusal(error: Exception) -> list[str]:
    """The line for an error; for a fault of the program, the line that says where its traceback is."""
    faults: Iterable[object] = getattr(error, "faults", ())
    if faults:
        return [_line("rate_cards.refused", {"fault": str(fault)}) for fault in faults]
    code, params = getattr(error, "code", None), getattr(error, "params", ())
    if isinstance(code, str):
        return [_line(code, dict(params))]
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        if error.filename is None:
            return [_line("command.reason", {"reason": reason})]
        return [_line("command.file", {"file": str(error.filename), "reason": reason})]
    return [_line("command.fault", {"kind": type(error).__name__, "file": _keep_traceback(error)})]


def _line(code: str, params: Mapping[str, Param]) -> str:
    said = phrase(code, tuple(params.items()))
    return f"{' '.join(said.split())} [{code}]"


def _keep_traceback(error: Exception) -> str:
    handle, file = tempfile.mkstemp(prefix="storehand-fault-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.writelines(traceback.format_exception(error))
    return file

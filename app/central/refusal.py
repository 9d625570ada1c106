"""A request that cannot be granted: the code of its words, the HTTP status, and what was wrong where."""

from typing import Any

from app.model.answers import Param


class ApiError(Exception):
    """A refused request. ``code`` is in the catalogue of words; ``errors`` lists places where there are several.

    ``status`` is an HTTP status: 404 no such thing, 409 somebody was first or it is too late, 422 not understood.
    """

    def __init__(
        self, status: int, code: str, errors: tuple[dict[str, Any], ...] = (), **params: Param
    ) -> None:
        super().__init__(f"{status} {code} {params}")
        self.status = status
        self.code = code
        self.params = params
        self.errors = errors

"""Every refusal of the API as ``application/problem+json`` (RFC 9457), with a code of the catalogue of words."""

import traceback
from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.central import inputs
from app.central.refusal import ApiError
from app.model.answers import Param
from app.model.wire import Problem
from app.model.words import phrase

__all__ = ["ApiError", "install", "problem"]

_STATUS_CODES = {
    401: "api.who_are_you",
    403: "api.not_allowed",
    404: "api.not_found",
    405: "api.wrong_method",
}

_log = structlog.get_logger(__name__)


def problem(
    status: int,
    code: str,
    params: Mapping[str, Param] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> JSONResponse:
    """The answer to a request that is refused; its title are the words of the code."""
    given = dict(params or {})
    body = Problem(
        title=phrase(code, tuple(given.items())),
        status=status,
        code=code,
        params=given,
        errors=[dict(each) for each in errors],
    )
    return JSONResponse(body.model_dump(mode="json"), status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem."""
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    refused = cast("ApiError", error)
    return problem(refused.status, refused.code, refused.params, refused.errors)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What was not understood: each place in the request, what was read there and what would be right."""
    errors = []
    for each in cast("RequestValidationError", error).errors():
        code, params = inputs.explain(each)
        words = phrase(code, tuple(params.items()))
        errors.append({"path": inputs.place(each), "code": code, "params": params, "title": words})
    return problem(422, "api.invalid", {"count": len(errors)}, errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    refused = cast("HTTPException", error)
    code = _STATUS_CODES.get(refused.status_code, "api.refused")
    answer = problem(refused.status_code, code, {"path": request.url.path, "method": request.method})
    answer.headers.update(refused.headers or {})
    return answer


async def _broken(request: Request, error: Exception) -> JSONResponse:
    """Our own fault: the log has it all, the answer says nothing of the inside."""
    # Plain text of the places alone: a picture with the values of variables would show badges and tokens.
    trace = "".join(traceback.format_exception(error, limit=-8))
    _log.error("request failed", path=request.url.path, method=request.method, trace=trace)
    return problem(500, "api.broken")

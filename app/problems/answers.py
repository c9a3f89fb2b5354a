"""From an error to the answer that tells it: whoever raised it, the shape is the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from app import errors
from app.problems.kinds import KINDS

MEDIA_TYPE: Final = "application/problem+json"
Headers = Mapping[str, str]


def problem_document(error: errors.AppError, request_id: str) -> dict[str, Any]:
    """Write a refusal down as RFC 9457 asks."""
    kind = KINDS[error.code]
    return {
        "type": f"/problems/{error.code}",
        "title": kind.title,
        "status": int(kind.status),
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
        "errors": [asdict(fault) for fault in error.faults],
        **_more(error),
    }


def _more(error: errors.AppError) -> dict[str, Any]:
    """What one kind of refusal tells beside what all of them tell."""
    if isinstance(error, errors.ReviewRequiredError):
        return dict(error.referral or {})
    told = error.refusal if isinstance(error, errors.NotAllowedError) else None
    return {} if told is None else {"refusal": dict(told)}


def problem_response(error: errors.AppError, scope: Scope, headers: Headers | None = None) -> Response:
    """Answer with a refusal, naming the request it belongs to."""
    document = problem_document(error, scope.get("state", {}).get("request_id", ""))
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    scope.setdefault("state", {})["problem"] = error.code
    every = {"Cache-Control": "no-store", **_headers_of(error), **(headers or {})}
    return Response(body, status_code=KINDS[error.code].status, media_type=MEDIA_TYPE, headers=every)


_HEADERS: Final[dict[type[errors.AppError], Headers]] = {
    errors.MediaTypeError: {"Accept-Post": "application/json", "Accept-Encoding": "identity"},
    errors.BodyTooLargeError: {"Connection": "close"},
    errors.MissingKeyError: {"WWW-Authenticate": "Bearer"},
    errors.InvalidKeyError: {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    errors.IdempotencyInProgressError: {"Retry-After": "1"},
    errors.OverloadedError: {"Retry-After": "1"},
    errors.DatabaseUnavailableError: {"Retry-After": "1"},
    errors.NotReadyError: {"Retry-After": "1"},
    errors.RequestTimeoutError: {"Connection": "close"},
    errors.AddressTooLongError: {"Connection": "close"},
    errors.HeadersTooLargeError: {"Connection": "close"},
}
_BY_STATUS: Final[dict[int, type[errors.AppError]]] = {
    HTTPStatus.NOT_FOUND: errors.NotFoundError,
    HTTPStatus.METHOD_NOT_ALLOWED: errors.MethodNotAllowedError,
}


def _headers_of(error: errors.AppError) -> Headers:
    if isinstance(error, errors.TooManyRequestsError):
        return {"Retry-After": str(error.wait)}
    return next((_HEADERS[kind] for kind in type(error).__mro__ if kind in _HEADERS), {})


def speak_problems(app: FastAPI) -> None:
    """Let every refusal, ours or the framework's, be answered as a problem."""
    app.add_exception_handler(errors.AppError, _on_app_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)


async def _on_app_error(request: Request, error: Exception) -> Response:
    known = error if isinstance(error, errors.AppError) else errors.InternalError()
    return problem_response(known, request.scope)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    kind = _BY_STATUS.get(status, errors.BadRequestError)
    allow = {"Allow": ", ".join(allowed_methods(request))} if kind is errors.MethodNotAllowedError else None
    return problem_response(kind(), request.scope, allow)


async def _on_bad_request(request: Request, _error: Exception) -> Response:
    return problem_response(errors.BadRequestError(), request.scope)


async def _on_disconnect(request: Request, _error: Exception) -> Response:
    return problem_response(errors.IncompleteBodyError(), request.scope)


def allowed_methods(request: Request) -> Sequence[str]:
    """List the methods of every route at this address, not only of the first that was tried."""
    here = [route for route in request.app.routes if route.matches({**request.scope})[0] is not Match.NONE]
    methods = {method for route in here for method in getattr(route, "methods", None) or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)

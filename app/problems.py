"""How HTTP says what went wrong: RFC 9457, one shape for every refusal, whoever raised it.

A problem consists of constants, a request id and faults (`app.errors`), so it cannot repeat what was sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from app import errors

MEDIA_TYPE: Final = "application/problem+json"
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem, as its page under /problems describes it.

    Attributes:
        error: The class that raises it.
        status: The HTTP status it is answered with.
        title: It, in a few words.
        remedy: What a caller can do about it.
    """

    error: type[errors.AppError]
    status: HTTPStatus
    title: str
    remedy: str


_KINDS: Final = (
    Kind(
        errors.EmptyBodyError,
        HTTPStatus.BAD_REQUEST,
        "The body is empty",
        "Send one JSON object as the body of the request.",
    ),
    Kind(
        errors.EncodingError,
        HTTPStatus.BAD_REQUEST,
        "The body is not UTF-8",
        "Encode the body as UTF-8, without a byte order mark in front.",
    ),
    Kind(
        errors.MalformedJsonError,
        HTTPStatus.BAD_REQUEST,
        "The body is not JSON",
        "Let a JSON library write the body. The line and column say where reading stopped.",
    ),
    Kind(
        errors.TooDeepError,
        HTTPStatus.BAD_REQUEST,
        "The body is nested too deeply",
        "Compare the document with the example in the documentation; it needs no such depth.",
    ),
    Kind(
        errors.DuplicateKeyError,
        HTTPStatus.BAD_REQUEST,
        "A field is given twice",
        "Send each field once. Programs differ in which of two they believe, so neither is believed here.",
    ),
    Kind(
        errors.UnsupportedNumberError,
        HTTPStatus.BAD_REQUEST,
        "A number cannot be read reliably",
        "Send finite numbers of ordinary size. NaN and Infinity are not JSON.",
    ),
    Kind(
        errors.UnsupportedTextError,
        HTTPStatus.BAD_REQUEST,
        "A character is no text",
        "Remove zero characters, and send characters outside the basic plane as a whole pair.",
    ),
    Kind(
        errors.BadRequestError,
        HTTPStatus.BAD_REQUEST,
        "The request cannot be understood",
        "Compare the request with the documentation.",
    ),
    Kind(
        errors.IncompleteBodyError,
        HTTPStatus.BAD_REQUEST,
        "The body is incomplete",
        "Send the request again, and keep the connection open until it is answered.",
    ),
    Kind(
        errors.InvalidBodyError,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The document breaks the contract",
        "Go through `errors`: each names a place by its JSON Pointer and says what is asked for there. "
        "Names that are unknown are not repeated; their position in the object is given instead.",
    ),
    Kind(
        errors.BodyTooLargeError,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "Send one intake a request. An intake with every field answered stays far below the limit.",
    ),
    Kind(
        errors.MediaTypeError,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is not declared as JSON",
        "Set `Content-Type: application/json`, and send the body neither compressed nor in another character set.",
    ),
    Kind(
        errors.NotFoundError,
        HTTPStatus.NOT_FOUND,
        "Nothing here",
        "Check the address. Addresses are written without a slash at the end.",
    ),
    Kind(
        errors.MethodNotAllowedError,
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The method does not fit",
        "Use one of the methods in the `Allow` header.",
    ),
    Kind(
        errors.InternalError,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "A mistake of ours",
        "Try again. If it stays, tell the operator the request id; the log holds no data of yours.",
    ),
)
KINDS: Final = {kind.error.code: kind for kind in _KINDS}


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
    }


def problem_response(error: errors.AppError, scope: Scope, headers: Headers | None = None) -> Response:
    """Answer with a refusal, naming the request it belongs to."""
    document = problem_document(error, scope.get("state", {}).get("request_id", ""))
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    every = {"Cache-Control": "no-store", **_HEADERS.get(type(error), {}), **(headers or {})}
    return Response(body, status_code=KINDS[error.code].status, media_type=MEDIA_TYPE, headers=every)


_HEADERS: Final[dict[type[errors.AppError], Headers]] = {
    errors.MediaTypeError: {"Accept-Post": "application/json", "Accept-Encoding": "identity"},
    errors.BodyTooLargeError: {"Connection": "close"},
}
_BY_STATUS: Final[dict[int, type[errors.AppError]]] = {
    HTTPStatus.NOT_FOUND: errors.NotFoundError,
    HTTPStatus.METHOD_NOT_ALLOWED: errors.MethodNotAllowedError,
}


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

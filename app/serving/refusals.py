"""Refusals of requests that never reach the application."""

import json
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from app.errors import AppError
from app.middleware import CLOSED, SAFE_HEADERS
from app.problems import KINDS, MEDIA_TYPE, problem_document


def written(error: AppError, name: str, added: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write a refusal out as the application would have.

    Args:
        error: Why it is refused.
        name: The name of the request.
        added: Headers that it has beside those of every refusal.
    """
    body = json.dumps(problem_document(error, name), separators=(",", ":")).encode()
    headers = [
        *added,
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        (b"x-request-id", name.encode()),
        CLOSED,
        *SAFE_HEADERS,
    ]
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return STATUS_LINE[KINDS[error.code].status] + lines + b"\r\n" + body

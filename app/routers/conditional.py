"""What the headers of a request ask for: a copy only if it changed, the same answer to the same request again."""

import re
from typing import Any, Final

from fastapi import Request

from app.errors import InvalidIdempotencyKeyError

Json = dict[str, Any]
_VISIBLE: Final = re.compile(r"[!-~]{1,255}").fullmatch
_QUOTED: Final = re.compile(r'"([^"]*)"').fullmatch

IDEMPOTENCY_KEY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A random name for this request, 1 to 255 visible ASCII characters. Sent again within 72 hours with "
    "the same document, it finds the first answer instead of storing twice.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
    "example": "5b1c4f0a-9c1e-4a52-8d3a-0e6f3e1f7a10",
}
IF_NONE_MATCH: Final[Json] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of a copy at hand; answered with 304 if it is still the same.",
    "schema": {"type": "string"},
}
UNCHANGED: Final[dict[int | str, Json]] = {304: {"description": "The copy at hand is still the same."}}
READ_TOKEN: Final[Json] = {
    "name": "Skincadence-Read-Token",
    "in": "header",
    "required": False,
    "description": "With a publishable key only: the `read_token` of the answer that stored the recommendation.",
    "schema": {"type": "string"},
}


def idempotency_key(request: Request) -> str | None:
    """Read the idempotency key, quoted or bare; null if there is none.

    Raises:
        InvalidIdempotencyKeyError: There is one, and it cannot be used.
    """
    sent = request.headers.getlist("idempotency-key")
    if not sent:
        return None
    quoted = _QUOTED(sent[0])
    key = quoted[1] if quoted else sent[0]
    if len(sent) > 1 or not _VISIBLE(key):
        raise InvalidIdempotencyKeyError
    return key


def version_tag(version: int) -> str:
    """Name a version of a resource, for `ETag`."""
    return f'"{version}"'

"""Replies that are finished bytes."""

import hashlib
from typing import Final

from fastapi import Request, Response

JSON: Final = "application/json"


def unstored(body: bytes) -> Response:
    """Answer with JSON about a person: nobody on the way may keep it."""
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})


def lasting(request: Request, body: bytes, media_type: str = JSON, cache: str = "no-cache") -> Response:
    """Answer with what seldom changes: callers that hold the same bytes already get 304 and no body."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if _holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _holds(request: Request, tag: str) -> bool:
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in held.split(",")}

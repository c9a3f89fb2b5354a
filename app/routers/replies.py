"""Replies that are finished bytes."""

import hashlib
from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response
from typing_extensions import override

JSON: Final = "application/json"


class Unstored(Response):
    """JSON about a person: nobody on the way may keep it."""

    @override
    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Set the headers, which but for the length are always the same."""
        length = b"%d" % len(self.body)
        self.raw_headers = [(b"content-length", length), *_UNSTORED]


_UNSTORED: Final = ((b"content-type", JSON.encode()), (b"cache-control", b"no-store"))


def lasting(request: Request, body: bytes, media_type: str = JSON, cache: str = "no-cache") -> Response:
    """Answer with what seldom changes: callers that hold the same bytes already get 304 and no body."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def holds(request: Request, tag: str) -> bool:
    """Say whether the caller has the version of this tag at hand."""
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in held.split(",")}

"""Replies that are finished bytes."""

import asyncio
import hashlib
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from app.errors import AppError, BrokenOffError

JSON: Final = "application/json"


class Unstored(Response):
    """JSON about a person: nobody on the way may keep it."""

    @override
    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Set the headers, which but for the length are always the same."""
        length = b"%d" % len(self.body)
        self.raw_headers = [(b"content-length", length), *_UNSTORED]


class InParts(StreamingResponse):
    """A long document, made no faster than the caller takes it; one who takes nothing for long is hung up on.

    If it does not come to its end, neither does the body, and the connection is closed: nobody can take it for whole.
    """

    def __init__(self, parts: Generator[bytes], headers: Mapping[str, str]) -> None:
        """Prepare; the parts are closed in the end, whether or not all of them could be sent."""
        super().__init__(parts, media_type=JSON, headers=headers)
        self._parts = parts
        self._whole = False

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Who hangs up, or reads nothing, and what is deleted meanwhile, is no mistake of ours."""
        with suppress(AppError, BrokenOffError):
            await super().__call__(scope, receive, send)
        if not self._whole:
            scope["state"]["broken_off"] = True

    @override
    async def stream_response(self, send: Send) -> None:
        """Send the parts."""

        async def patient(message: Message) -> None:
            try:
                async with asyncio.timeout(PATIENCE):
                    await send(message)
            except TimeoutError:
                raise BrokenOffError from None

        try:
            await super().stream_response(patient)
            self._whole = True
        finally:
            self._parts.close()


PATIENCE: Final = 20.0
"""Seconds for which a caller may take nothing."""

_UNSTORED: Final = ((b"content-type", JSON.encode()), (b"cache-control", b"no-store"))


def lasting(request: Request, body: bytes, media_type: str = JSON, cache: str = "no-cache") -> Response:
    """Answer with what seldom changes: callers that hold the same bytes already get 304 and no body."""
    tag = _tag(body)
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def for_headers(request: Request) -> bool:
    """Say whether only the headers are asked for."""
    return bool(request.scope["state"].get("head"))


def holds(request: Request, tag: str) -> bool:
    """Say whether the caller has the version of this tag at hand."""
    held = {part.strip() for line in request.headers.getlist("if-none-match") for part in line.split(",")}
    return "*" in held or tag in {part.removeprefix("W/") for part in held}


def unstored(request: Request, body: bytes, media_type: str = JSON) -> Response:
    """Answer with what is about a person or a clinic, under a tag of these very bytes; who holds them gets 304."""
    tag = _tag(body)
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'

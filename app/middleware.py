"""What happens around every request, in plain ASGI classes: a name, safe headers, limits, and a log line."""

import re
from collections.abc import Awaitable, Callable
from os import urandom
from time import perf_counter_ns
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BodyTooLargeError, InternalError
from app.observability import Answered, Journal, method_name
from app.problems import problem_response

_OWN_ID: Final = re.compile(rb"[0-9a-fA-F]{16,32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_POLICY: Final = b"content-security-policy"
_CLOSED: Final = (_POLICY, b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
_LONGEST_LENGTH: Final = 18
SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class Envelope:
    """Names each request, puts safe headers on each answer, writes the log line, and answers for our mistakes.

    A request id that comes along is kept only if it is a UUID or plain hexadecimal: anything else could be a name.
    """

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        """Wrap an application; what happened goes into the journal."""
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; only HTTP is touched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = name
        reply = _Reply(send, name.encode())
        method, began = scope["method"], perf_counter_ns()
        try:
            await self._app(scope, receive, reply)
        except Exception as problem:  # noqa: BLE001 -- the last door: whatever it is, it must not leave with its message
            self._journal.failed(problem, name)
            if not reply.status:
                await problem_response(InternalError(), scope)(scope, receive, reply)
        if self._journal.answers:
            spent = (perf_counter_ns() - began) // 1_000
            self._journal.answered(Answered(method_name(method), _template(scope), reply.status, spent, name))


def _template(scope: Scope) -> str:
    """Name the route by its template: the address itself may hold an id."""
    return str(getattr(scope.get("route"), "path", "none"))


def _request_id(scope: Scope) -> str:
    for key, value in scope["headers"]:
        if key == b"x-request-id" and _OWN_ID(value):
            return bytes(value).decode()
    return urandom(16).hex()


class _Reply:
    """The sending end of one answer: adds the headers and remembers the status."""

    __slots__ = ("_name", "_send", "status")

    def __init__(self, send: Send, name: bytes) -> None:
        self._send = send
        self._name = name
        self.status = 0

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            for key, _ in headers:
                if key == _POLICY:
                    break
            else:
                headers.append(_CLOSED)
            headers += (*SAFE_HEADERS, (b"x-request-id", self._name))
        return self._send(message)


class HeadAsGet:
    """Answers HEAD with the headers of GET, on every address that answers to GET."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass everything but HEAD through."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return self._app(scope, receive, send)
        scope["method"] = "GET"
        return self._app(scope, receive, _without_body(send))


def _without_body(send: Send) -> Send:
    async def send_headers(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_headers


class BodyLimit:
    """Refuses bodies over a limit: at once if the length is announced, else as soon as it is passed."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Wrap an application; `most` is in bytes."""
        self._app = app
        self._most = most

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Check the announced length, then count."""
        if scope["type"] != "http" or scope["method"] == "GET":
            return self._app(scope, receive, send)
        if _announced(scope) > self._most:
            return problem_response(BodyTooLargeError(), scope)(scope, receive, send)
        return self._app(scope, _counting(receive, self._most), send)


def _announced(scope: Scope) -> int:
    for key, value in scope["headers"]:
        if key == b"content-length":
            return int(value[:_LONGEST_LENGTH]) if value.isdigit() else 0
    return 0


def _counting(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    left = most

    async def receive_counted() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise BodyTooLargeError
        return message

    return receive_counted

"""Web pages of others: what a browser is told before it lets one of them call (CORS).

A preflight carries no key, so it is answered by whether any publishable key that holds names the page. The call itself
is checked against the very key that it carries (`app.dependencies`), and only such a page may read the answer. No
cookie is ever set or read, so a browser has nothing of its own to send along.
"""

from collections.abc import Awaitable, Iterable, Sequence
from re import Pattern
from typing import Final

from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import OriginNotAllowedError
from app.problems import problem_response
from app.services.callers import Caller

SECONDS: Final = 600
"""How long a browser remembers a preflight."""
_SENT: Final = "authorization, content-type, idempotency-key, if-none-match, skincadence-read-token, x-request-id"
_READ: Final = (
    b"Content-Language, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"WWW-Authenticate, X-Request-Id"
)
Headers = Sequence[tuple[bytes, bytes]]
_VARIES: Final = (b"vary", b"Origin")
_PREFLIGHT_VARIES: Final = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


class Pages:
    """Answers preflights, and marks answers for the page that the caller's key names."""

    def __init__(self, app: ASGIApp, open_to: Iterable[tuple[Pattern[str], frozenset[str]]]) -> None:
        """Wrap an application; `open_to` are the addresses that pages may call, each with its methods."""
        self._app = app
        self._open = tuple(open_to)
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Handle one connection."""
        methods = self._methods(scope["path"]) if scope["type"] == "http" else None
        if not methods:
            return self._app(scope, receive, send)
        if scope["method"] == "OPTIONS":
            headers: Headers = scope["headers"]
            asked, origin = _header(headers, b"access-control-request-method"), _header(headers, b"origin")
            if asked and origin:
                return _preflight(scope, origin, asked, methods)(scope, receive, _varying(send))
        return self._app(scope, receive, _marking(scope, send))

    def _methods(self, path: str) -> frozenset[str]:
        """Tell with which methods pages may call an address; of those without parameters the answer is remembered."""
        known = self._known.get(path)
        if known is not None:
            return known
        found = [(pattern, methods) for pattern, methods in self._open if pattern.match(path)]
        plain = [methods for pattern, methods in found if not pattern.groups]
        every = frozenset[str]().union(*(plain or (methods for _, methods in found)))
        if plain:
            self._known[path] = every
        return every


def _header(headers: Headers, name: bytes) -> str:
    """The value of a header that is sent once; nothing where it is missing or sent again."""
    values = [value for key, value in headers if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def _preflight(scope: Scope, origin: str, asked: str, methods: frozenset[str]) -> Response:
    if asked not in methods or not scope["app"].state.backend.keyring.knows_page(origin):
        return problem_response(OriginNotAllowedError(), scope)
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
        "Access-Control-Allow-Headers": _SENT,
        "Access-Control-Max-Age": str(SECONDS),
        "Cache-Control": "no-store",
    }
    return Response(status_code=204, headers=headers)


def _varying(send: Send) -> Send:
    def sending(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            message["headers"].append((b"vary", _PREFLIGHT_VARIES.encode()))
        return send(message)

    return sending


def _reader(scope: Scope) -> str:
    """Name the page that may read the answer; empty if there is none.

    A refusal that came before the key was looked at says nothing about anybody, and is open to all whom a preflight
    lets in.
    """
    state = scope["state"]
    caller: Caller | None = state.get("caller")
    if caller is not None:
        return caller.origin or ""
    return _known(scope["app"], scope["headers"]) if "problem" in state else ""


def _known(app: FastAPI, headers: Headers) -> str:
    origin = _header(headers, b"origin")
    return origin if origin and app.state.backend.keyring.knows_page(origin) else ""


def refusal_headers(app: FastAPI, headers: Headers) -> Headers:
    """Write down for browsers which page may read a refusal that came before the application saw the request."""
    return [_VARIES, *page_headers(_known(app, headers))]


def page_headers(origin: str) -> list[tuple[bytes, bytes]]:
    """Write down for browsers that a page may read the answer; nothing if there is no such page."""
    if not origin:
        return []
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"access-control-expose-headers", _READ)]


def _marking(scope: Scope, send: Send) -> Send:
    """Let the page read the answer, refusals included."""

    def sending(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            headers.append(_VARIES)
            headers += page_headers(_reader(scope))
        return send(message)

    return sending

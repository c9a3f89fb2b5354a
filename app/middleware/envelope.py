"""A name and safe headers for every answer, and a line in the journal."""

import re
from collections.abc import Awaitable
from os import urandom
from time import perf_counter_ns
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import InternalError
from app.observability import Answered, Journal, Metrics, method_name
from app.problems import problem_response
from app.services.limits import Verdict

_OWN_ID: Final = re.compile(rb"[0-9a-fA-F]{16,32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_POLICY: Final = b"content-security-policy"
_CLOSED: Final = (_POLICY, b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_TOO_MANY: Final = 429
_GUESSING: Final = 60
"""Seconds that an address waits which sent too many keys that are none of ours."""


class Envelope:
    """Names each request, puts safe headers on each answer, writes the log line, and answers for our mistakes.

    A request id that comes along is kept only if it is a UUID or plain hexadecimal: anything else could be a name.
    """

    def __init__(self, app: ASGIApp, journal: Journal, metrics: Metrics) -> None:
        """Wrap an application; what happened goes into the journal, and is counted."""
        self._app = app
        self._journal = journal
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; only HTTP is touched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = name
        reply = _Reply(send, name.encode(), state)
        method, began = scope["method"], perf_counter_ns()
        try:
            await self._app(scope, receive, reply)
        except Exception as problem:  # noqa: BLE001 -- the last door: whatever it is, it must not leave with its message
            self._journal.failed(problem, name)
            if not reply.status:
                await problem_response(InternalError(), scope)(scope, receive, reply)
        spent = (perf_counter_ns() - began) // 1_000
        key_id, clinic_id = _asking(state)
        event = Answered(method_name(method), _template(scope), reply.status, spent, name, key_id, clinic_id)
        self._metrics.answered(event, state.get("problem", ""))
        if self._journal.answers:
            self._journal.answered(event)


def _template(scope: Scope) -> str:
    """Name the route by its template: the address itself may hold an id."""
    return str(getattr(scope.get("route"), "path_format", "none"))


def _asking(state: Scope) -> tuple[str, str]:
    """Name who asked, by ids that mean nothing elsewhere."""
    caller = state.get("caller")
    return ("", "") if caller is None else (caller.key.id, caller.clinic.id)


def _request_id(scope: Scope) -> str:
    for key, value in scope["headers"]:
        if key == b"x-request-id" and _OWN_ID(value):
            return bytes(value).decode()
    return urandom(16).hex()


class _Reply:
    """The sending end of one answer: adds the headers and remembers the status."""

    __slots__ = ("_name", "_send", "_state", "status")

    def __init__(self, send: Send, name: bytes, state: Scope) -> None:
        self._send = send
        self._name = name
        self._state = state
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
            verdict = self._state.get("verdict")
            if verdict is not None:
                headers += _told(verdict)
            if self.status == _TOO_MANY:
                headers.append((b"retry-after", b"%d" % (verdict.wait if verdict else _GUESSING)))
        return self._send(message)


def _told(verdict: Verdict) -> list[tuple[bytes, bytes]]:
    """Say how often the caller may ask (RateLimit header fields, draft 11)."""
    if not verdict.quotas:
        return []
    policy = ", ".join(quota.policy for quota in verdict.quotas)
    standing = ", ".join(quota.state for quota in verdict.quotas)
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", standing.encode())]

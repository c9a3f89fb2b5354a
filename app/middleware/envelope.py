"""A name and safe headers for every answer, and a line in the journal."""

import re
from collections.abc import Awaitable
from time import perf_counter_ns
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    AppError,
    ClientErasedError,
    ClientRefRefusedError,
    IdempotencyMismatchError,
    InternalError,
    InvalidKeyError,
    NotFoundError,
    PlanExpiredError,
)
from app.observability import Answered, Journal, Metrics, method_name
from app.problems import KINDS, problem_response
from app.security import new_request_id
from app.services.backend import Backend
from app.services.callers import USE, Asking, note, recognize
from app.services.limits import Verdict
from app.services.targets import target_of

_OWN_ID: Final = re.compile(rb"[0-9a-fA-F]{16,32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_POLICY: Final = b"content-security-policy"
CLOSED: Final = (_POLICY, b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_ELSEWHERE: Final = frozenset(
    error.code
    for error in (
        InvalidKeyError,
        ClientErasedError,
        PlanExpiredError,
        ClientRefRefusedError,
        IdempotencyMismatchError,
    )
)
"""Refusals that are audited where they are found: with the key, or with the creation that was to be written."""
BROKEN_OFF: Final = "broken_off"
"""What the audit says of an answer that was begun and not brought to its end."""


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
        state = scope.setdefault("state", {})
        name = state["request_id"] = state.get("request_id") or _request_id(scope)
        reply = _Reply(send, name.encode(), state)
        method, began = scope["method"], perf_counter_ns()
        try:
            app = _nowhere if scope["path"].endswith("\n") else self._app
            await app(scope, receive, reply)
        except Exception as problem:  # noqa: BLE001 -- the last door: whatever it is, it must not leave with its message
            self._journal.failed(problem, name)
            if not reply.status:
                await problem_response(InternalError(), scope)(scope, receive, reply)
            state["problem"] = InternalError.code
        status = _sent(reply.status, state)
        outcome = state.get("problem", BROKEN_OFF if "broken_off" in state else "")
        if outcome:
            _audit(scope, state, outcome)
        self._write_down(scope, method, status, (perf_counter_ns() - began) // 1_000)

    def _write_down(self, scope: Scope, method: str, status: int, spent: int) -> None:
        state = scope["state"]
        key_id, clinic_id = _asking(state)
        event = Answered(method_name(method), _template(scope), status, spent, state["request_id"], key_id, clinic_id)
        whole = "broken_off" not in state
        self._metrics.answered(event, state.get("problem", ""), whole=whole)
        if self._journal.answers:
            self._journal.answered(event, whole=whole)


def _sent(status: int, state: Scope) -> int:
    """Tell which status was sent: the server answers by itself where the rest of a request does not come in time."""
    refused: AppError | None = state.get("refused")
    if refused is None:
        return status
    state["problem"] = refused.code
    return int(KINDS[refused.code].status)


def _audit(scope: Scope, state: Scope, outcome: str) -> None:
    """Tell the clinic what was refused to its key, or broken off: once for each call, and whoever did."""
    backend: Backend | None = getattr(scope["app"].state, "backend", None) if "app" in scope else None
    if backend is None or "audited" in state or outcome in _ELSEWHERE:
        return
    caller = state.get("caller")
    if caller is None:
        caller = recognize(backend, Asking.of(scope["headers"], scope.get("client"), state["request_id"]))
    if caller is not None:
        state["caller"] = caller
        target = target_of(backend, caller, scope.get("path_params", {}))
        note(backend, caller, state.get("action", USE), outcome, target)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for addresses that end in a line feed: a pattern that ends in `$` matches before it, too."""
    await problem_response(NotFoundError(), scope)(scope, receive, send)


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
    return new_request_id()


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
                headers.append(CLOSED)
            headers += (*SAFE_HEADERS, (b"x-request-id", self._name))
            verdict = self._state.get("verdict")
            if verdict is not None:
                headers += _told(verdict)
        return self._send(message)


def _told(verdict: Verdict) -> list[tuple[bytes, bytes]]:
    """Say how often the caller may ask (RateLimit header fields, draft 11)."""
    if not verdict.quotas:
        return []
    policy = ", ".join(quota.policy for quota in verdict.quotas)
    standing = ", ".join(quota.state for quota in verdict.quotas)
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", standing.encode())]

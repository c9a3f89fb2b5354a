"""The service on a socket: uvicorn, with the deadlines that it lacks and an end that is in time.

uvicorn waits for ever for a request to arrive. Here every connection is looked over a few times a second: whoever takes
too long for the headers, for a whole request, or to take in an answer, is let go. What a caller may take is measured
while the service is willing to read, and grows with what has arrived, so that a long batch is not cut off by a service
that reads slowly.
"""

import asyncio
import json
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from os import urandom
from socket import socket
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import AddressTooLongError, AppError, BadRequestError, HeadersTooLargeError, RequestTimeoutError
from app.middleware import CLOSED, SAFE_HEADERS
from app.observability import Metrics
from app.problems import KINDS, MEDIA_TYPE, problem_document
from app.settings import Settings

LONGEST_ADDRESS: Final = 4_096
MOST_HEADERS: Final = 64
LARGEST_HEADERS: Final = 16_384
SLOWEST: Final = 16_384
"""Bytes a second that earn a large body more time."""
LINGER: Final = 0.5
"""Seconds that a refused caller has to read the refusal. To close on what still arrives would throw it away."""
LOOKS: Final = 20
"""How often a connection is looked over in the shortest time that it may take."""


class Phase(Enum):
    """What a connection is doing."""

    HEADERS = "its headers are awaited"
    BODY = "its body is awaited"
    ANSWER = "it is waiting for us, or it is idle"
    REFUSED = "it was told to go, and may hear why before it is gone"


class Pace:
    """How long callers may take, and who is connected."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        """Take the times from the settings; who was let go is counted."""
        self.metrics = metrics
        self.headers = settings.header_seconds
        self.whole = settings.receipt_seconds
        self.drain = settings.drain_seconds / 2
        self.most = settings.connections_per_address
        self.held: Counter[str] = Counter()
        self.stopping_since: float | None = None

    @property
    def tick(self) -> float:
        """Tell how many seconds lie between two looks."""
        return min(self.headers, self.whole, self.drain) / LOOKS

    def allowed(self, phase: Phase, received: int) -> float:
        """Tell how many seconds a caller has."""
        return self.headers if phase is Phase.HEADERS else self.whole + received / SLOWEST


class PacedProtocol(HttpToolsProtocol):
    """One connection, whose caller is not waited for without end."""

    pace: Pace

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._refusal: AppError | None = None
        self._stalled_since: float | None = None
        self._await_headers()
        self.pace.held[self._address] += 1
        if self.pace.most and self._address and self.pace.held[self._address] > self.pace.most:
            transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.pace.held[self._address] -= 1
        if not self.pace.held[self._address]:
            del self.pace.held[self._address]
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        self._phase, self._since = Phase.HEADERS, self.loop.time()
        self._received = self._header_bytes = self._header_count = 0

    @override
    def data_received(self, data: bytes) -> None:
        if self._phase is Phase.REFUSED:
            return
        if self._phase is Phase.ANSWER and self._is_idle():
            self._await_headers()
        super().data_received(data)
        if self._phase is Phase.HEADERS:  # even one header that never ends
            self._received += len(data)
            if self._received > LARGEST_HEADERS + LONGEST_ADDRESS:
                self.refuse(HeadersTooLargeError())

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle  # none before the first request
        return cycle is None or cycle.response_complete

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._phase is not Phase.HEADERS:
            self._await_headers()

    @override
    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > LONGEST_ADDRESS:
            self._refuse_while_parsing(AddressTooLongError())

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        if self._header_count > MOST_HEADERS or self._header_bytes > LARGEST_HEADERS:
            self._refuse_while_parsing(HeadersTooLargeError())
        super().on_header(name, value)

    def _refuse_while_parsing(self, error: AppError) -> None:
        """Stop the parser, which then asks for a refusal of its own: `send_400_response`."""
        self._refusal = error
        raise error

    @override
    def send_400_response(self, msg: str) -> None:
        self.refuse(self._refusal or BadRequestError())

    @override
    def on_headers_complete(self) -> None:
        if self.parser.get_http_version() == "1.1" and sum(name == b"host" for name, _ in self.headers) != 1:
            self._refuse_while_parsing(BadRequestError())
        self._phase, self._since, self._received = Phase.BODY, self.loop.time(), 0
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._received += len(body)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._phase = Phase.ANSWER
        super().on_message_complete()

    @override
    def pause_writing(self) -> None:
        self._stalled_since = self.loop.time()
        super().pause_writing()

    @override
    def resume_writing(self) -> None:
        self._stalled_since = None
        super().resume_writing()

    def look(self, now: float, spent: float) -> None:
        """Let the caller go if it takes too long; `spent` is the time since the last look."""
        if self._stalled_since is not None and now - self._stalled_since > self.pace.whole:
            self.transport.abort()
        elif self._phase is Phase.REFUSED:
            if now - self._since > LINGER:
                self.transport.abort()
        elif self._phase is not Phase.ANSWER and not self.transport.is_closing():
            if self.flow.read_paused:
                self._since += spent  # it is us who do not read
            elif self._overdue(now):
                self._let_go()

    def _overdue(self, now: float) -> bool:
        stopping = self.pace.stopping_since
        if stopping is not None and now - stopping > self.pace.drain:
            return True
        return now - self._since > self.pace.allowed(self._phase, self._received)

    def _let_go(self) -> None:
        """Close; a caller that said anything is told why."""
        self.pace.metrics.let_go += 1
        if self._phase is Phase.HEADERS and not self._received:
            self.transport.close()
        else:
            self.refuse(RequestTimeoutError())

    def refuse(self, error: AppError) -> None:
        """Answer with a problem and close. An answer that is already on its way is not spoiled by another."""
        cycle: Any = self.cycle
        free = self._is_idle() or (self._phase is Phase.BODY and not cycle.response_started and not self.pipeline)
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        if not free or self.transport.is_closing():
            self.transport.close()
            return
        self._phase, self._since = Phase.REFUSED, self.loop.time()
        self.flow.resume_reading()
        self.transport.write(_written(error, self.server_state.default_headers))
        self.transport.write_eof()


def _written(error: AppError, default_headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write a refusal out, for requests that never reach the application."""
    name = urandom(16).hex()
    body = json.dumps(problem_document(error, name), separators=(",", ":")).encode()
    headers = [
        *default_headers,
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


class Service(uvicorn.Server):
    """A server that looks after its connections, says when it answers, and ends with status 0 when told to stop."""

    def __init__(self, app: FastAPI, settings: Settings, on_start: Callable[[], None] = lambda: None) -> None:
        """Prepare to serve an application.

        Args:
            app: The application.
            settings: How long callers may take.
            on_start: Called once it answers.
        """
        self._pace = Pace(settings, getattr(app.state, "metrics", Metrics()))
        self._app = app
        self._on_start = on_start
        self._looking: asyncio.Task[None] | None = None
        super().__init__(_config(app, settings, self._pace))

    @override
    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._looking = asyncio.create_task(self._look_around())
            self._on_start()

    async def _look_around(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(self._pace.tick)
            now = loop.time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, PacedProtocol):
                    connection.look(now, now - last)
            last = now

    @override
    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._pace.stopping_since = asyncio.get_running_loop().time()
        try:
            await super().shutdown(sockets)
        finally:
            if self._looking is not None:
                self._looking.cancel()
                with suppress(asyncio.CancelledError):
                    await self._looking

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Be told to stop: first of all, no longer be ready."""
        self._app.state.stopping = True
        super().handle_exit(sig, frame)

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals as a wish that was granted: they are not raised again, so that the status is 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _config(app: FastAPI, settings: Settings, pace: Pace) -> uvicorn.Config:
    protocol: Any = type("Protocol", (PacedProtocol,), {"pace": pace})
    return uvicorn.Config(
        app,
        loop="auto",  # uvloop wherever it exists
        http=protocol,
        ws="none",
        access_log=False,
        log_level="critical",  # what happened is in the journal, by its allow-list
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
    )

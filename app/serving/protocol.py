"""One connection: what its caller may send, how long it may take, and how it is let go."""

import asyncio
import re
from typing import Any, Final

import httptools
from fastapi import FastAPI
from starlette.types import Scope
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.errors import AddressTooLongError, AppError, BadRequestError, HeadersTooLargeError, RequestTimeoutError
from app.middleware import refusal_headers
from app.security import new_request_id
from app.services.limits import network
from app.serving.pace import LINGER, Pace, Phase
from app.serving.refusals import written

LONGEST_ADDRESS: Final = 4_096
MOST_HEADERS: Final = 64
LARGEST_HEADERS: Final = 16_384
CHUNK: Final = 20
"""Bytes around the content of a chunk: its length, and the ends of two lines."""
_METHOD: Final = re.compile(rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]+)( ?)")


class PacedProtocol(HttpToolsProtocol):
    """One connection, whose caller is not waited for without end."""

    pace: Pace
    application: FastAPI

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = network(self.client[0]) if self.client else ""
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
        self._received = self._header_bytes = self._header_count = self._beside = 0
        self._head: bytes | None = b""  # all that has arrived of it, as long as that is known
        self._method = ""
        self.headers = []

    @override
    def data_received(self, data: bytes) -> None:
        if self._phase is Phase.REFUSED:
            return
        if self._phase is Phase.ANSWER and self._is_idle():
            self._await_headers()
        if self._head is not None:
            self._head += data
        cycle: Any = self.cycle
        super().data_received(data)
        if self._phase is Phase.HEADERS:  # even one header that never ends
            self._received += len(data)
            if self._received > LARGEST_HEADERS + LONGEST_ADDRESS:
                self.refuse(HeadersTooLargeError())
        elif self._phase is Phase.BODY:  # what is said beside its chunks, and even one trailer that never ends
            self._beside = self._beside + len(data) if self.cycle is cycle else 0
            if self._beside > LARGEST_HEADERS:
                self.refuse(HeadersTooLargeError())

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle  # none before the first request
        return cycle is None or cycle.response_complete

    @override
    def on_message_begin(self) -> None:
        if self._phase is not Phase.HEADERS:
            self._await_headers()
            self._head = None  # it began in the midst of what arrived
        super().on_message_begin()

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
        if self._phase is Phase.HEADERS:  # a trailer is none: whoever reads one as a header reads what nobody checked
            super().on_header(name, value)

    def _refuse_while_parsing(self, error: AppError) -> None:
        """Stop the parser, which then asks for a refusal of its own: `send_400_response`."""
        self._refusal = error
        raise error

    @override
    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, unless it may be the method alone that the parser does not know."""
        head = b"" if self._refusal else self._head or b""
        start = _METHOD.match(head)
        if start and start[2]:
            self._read_as_get(start[1].decode(), head[start.end() :])
        elif not start or start.end() < len(head):  # else the rest of the method is yet to come
            self.refuse(self._refusal or BadRequestError())

    def _read_as_get(self, method: str, rest: bytes) -> None:
        """Read a request again whose method the parser does not know: how it is refused is for the application.

        Whatever else is wrong with it is found wrong again.
        """
        self._head, self._method = None, method
        self._header_bytes = self._header_count = 0
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets up its own
        super().data_received(b"GET " + rest)

    @override
    def on_headers_complete(self) -> None:
        if not _is_plain(self.parser.get_http_version(), self.headers):
            self._refuse_while_parsing(BadRequestError())
        self._head = None
        super().on_headers_complete()  # first of all: it may find that the address is none
        self._phase, self._since, self._received = Phase.BODY, self.loop.time(), 0
        if self._method:
            self.scope["method"] = self._method

    def on_chunk_header(self) -> None:
        """Take note of a chunk; the parser says that one begins."""
        self._beside -= CHUNK

    @override
    def on_body(self, body: bytes) -> None:
        self._received += len(body)
        self._beside -= len(body)
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
            unread = spent if self.flow.read_paused else self.pace.stood_still(spent)
            self._since = min(now, self._since + unread)  # it is us who do not read
            if not self.flow.read_paused and self._overdue(now):
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
        """Answer with a problem and close. An answer that was begun, or given, is not spoiled by another."""
        cycle: Any = self.cycle
        unanswered = self._phase is Phase.BODY and not cycle.response_started and not self.pipeline
        began = self._since
        free = unanswered or (self._phase is Phase.HEADERS and self._is_idle())
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        if not free or self.transport.is_closing():
            self.transport.close()
            return
        self._phase, self._since = Phase.REFUSED, self.loop.time()
        self.flow.resume_reading()
        told = refusal_headers(self.application, self.headers)
        name = _taken_over(cycle.scope, error) if unanswered else self.pace.refused(error, self._since - began)
        self.transport.write(written(error, name, [*self.server_state.default_headers, *told]))
        self.transport.write_eof()


def _is_plain(version: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request leaves no doubt about whom it is for, and where it ends."""
    hosts = sum(name == b"host" for name, _ in headers)
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if version == "1.1":
        return hosts == 1 and codings in ([], [b"chunked"])
    return version == "1.0" and not codings


def _taken_over(scope: Scope, error: AppError) -> str:
    """Let the application, which still waits for the rest of a request, write down what was answered in its place."""
    state = scope["state"]
    state["refused"] = error
    name: str = state.setdefault("request_id", new_request_id())
    return name

"""A caller in the process of the service, for tests of what it answers.

Starlette's changes threads eight times a request, which takes longer than most requests do. This one changes once.
"""

from typing import Any

import httpx2
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override


class Caller(TestClient):
    """A test client that waits for whole answers; it calls only while the service runs, as a context manager."""

    def __init__(self, app: ASGIApp, *, raise_server_exceptions: bool = True, **options: Any) -> None:
        """Prepare to call an application."""
        super().__init__(app, raise_server_exceptions=raise_server_exceptions, **options)
        self._transport = _OneHop(self, raises=raise_server_exceptions)


class _OneHop(httpx2.BaseTransport):
    def __init__(self, caller: TestClient, *, raises: bool) -> None:
        self._caller = caller
        address = ("testclient", 50_000)
        self._inside = httpx2.ASGITransport(self._with_state, raise_app_exceptions=raises, client=address)

    async def _with_state(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = self._caller.app_state.copy()
        await self._caller.app(scope, receive, send)

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        assert self._caller.portal is not None, "the service does not run"
        return self._caller.portal.call(self._answered, request)

    async def _answered(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inside.handle_async_request(request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        whole = b"".join([part async for part in answer.stream])
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(whole))

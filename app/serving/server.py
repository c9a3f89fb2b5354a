"""The server: it looks after its connections, says when it answers, and ends in time."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from app.observability import Journal, Metrics
from app.serving.pace import Pace
from app.serving.protocol import PacedProtocol
from app.settings import Settings


class Service(uvicorn.Server):
    """A server that looks after its connections, says when it answers, and ends with status 0 when told to stop."""

    def __init__(self, app: FastAPI, settings: Settings, on_start: Callable[[], None] = lambda: None) -> None:
        """Prepare to serve an application.

        Args:
            app: The application.
            settings: How long callers may take.
            on_start: Called once it answers.
        """
        self._journal: Journal = getattr(app.state, "journal", None) or Journal("error")
        self._pace = Pace(settings, getattr(app.state, "metrics", Metrics()), self._journal)
        self._app = app
        self._on_start = on_start
        self._looking: asyncio.Task[None] | None = None
        super().__init__(_config(app, settings, self._pace))

    @override
    async def startup(self, sockets: list[socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(self._failed)
        await super().startup(sockets)
        if self.started:
            self._looking = asyncio.create_task(self._look_around())
            self._on_start()

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Write down a mistake that nothing else took hold of; asyncio would write what it says, and who knows what."""
        self._journal.failed(context.get("exception") or RuntimeError(), "loop")

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
            if self._pace.stopping_since is not None:
                await self.on_tick(0)  # the date of answers, which uvicorn lets stand still from then on

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
    protocol: Any = type("Protocol", (PacedProtocol,), {"pace": pace, "application": app})
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

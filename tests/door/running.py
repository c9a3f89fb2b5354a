"""A server in a thread, and callers who behave as they like."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp

from app.serving import Service
from app.settings import Settings

QUICK = Settings(header_seconds=0.8, receipt_seconds=1.2, drain_seconds=4, connections_per_address=0)
"""Deadlines that a test can wait for."""


def plain_app() -> FastAPI:
    """An application with nothing but a read and a body."""
    app = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.get("/livez")
    async def livez() -> Response:
        return Response(b"alive")

    @app.post("/bodies")
    async def bodies(request: Request) -> Response:
        return Response(str(len(await request.body())).encode())

    @app.post("/slow-reader")
    async def slow_reader(request: Request) -> Response:
        size = 0
        async for part in request.stream():
            size += len(part)
            await asyncio.sleep(0.02)
        return Response(str(size).encode())

    return app


def mounted(app: ASGIApp) -> FastAPI:
    """An application that runs already, to be served on a socket without opening its database again."""
    bare = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})
    bare.mount("/", app)
    return bare


@contextmanager
def running(app: FastAPI, settings: Settings = QUICK) -> Iterator[tuple[str, int]]:
    """Serve an application on a free port, and end in time."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
    answering = threading.Event()
    server = Service(app, settings, answering.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert answering.wait(20)
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join(settings.drain_seconds + 5)
        assert not thread.is_alive()


async def said_until_closed(address: tuple[str, int], sent: bytes, drip: bytes = b"", patience: float = 8) -> bytes:
    """Send something, then a byte every now and then, and hand back what is answered until the other side closes."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)

    async def drip_on() -> None:
        while drip:
            await asyncio.sleep(0.1)
            writer.write(drip)

    dripping = asyncio.create_task(drip_on())
    try:
        return await asyncio.wait_for(reader.read(), patience)
    except ConnectionResetError:
        return b""
    finally:
        dripping.cancel()
        await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection, and wait until it is."""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def exchange(address: tuple[str, int], raw: bytes) -> bytes:
    """Send bytes, and read until the other side closes."""
    with socket.create_connection(address, timeout=8) as caller:
        caller.sendall(raw)
        parts = []
        while part := caller.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def seconds(since: float) -> float:
    return time.monotonic() - since

"""A real server around the streaming response alone, and a client that writes and reads at its own pace."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import AppError
from app.middleware import BodyLimit
from app.routers.ndjson import Answers
from app.services.batch import Lines, next_slice

MOST_LINE = 65_536
HEAD = b"POST /batch HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"


def refusal(number: int, error: AppError) -> bytes:
    return b"%d %b" % (number, error.code.encode())


def _raise(problem: Exception) -> None:
    raise problem


class Application:
    """Answers lines at `/batch`, and anything else at once."""

    def __init__(self, answer: Callable[[bytes], bytes], most: int = 2**40) -> None:
        self._slice = partial(next_slice, answer=answer, refusal=refusal, noted=_raise)
        self._limited = BodyLimit(self._answer, most, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._limited(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/batch":
            await Answers(Lines(MOST_LINE), self._slice, refusal)(scope, receive, send)
        else:
            await Response(b"alive")(scope, receive, send)


@contextmanager
def serving(application: Application) -> Iterator[tuple[str, int]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            application, lifespan="off", http="httptools", ws="none", log_level="error", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def body_of(raw: bytes) -> bytes:
    """The body of an answer that was sent in chunks."""
    _, _, rest = raw.partition(b"\r\n\r\n")
    whole = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        whole += rest[:length]
        rest = rest[length + 2 :]
    return whole


def read_all(connection: socket.socket) -> bytes:
    parts = bytearray()
    while not parts.endswith(b"\r\n0\r\n\r\n"):
        part = connection.recv(1 << 16)
        if not part:
            break
        parts += part
    return bytes(parts)

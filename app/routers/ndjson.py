"""A response that reads lines and writes answers at once.

The body has one reader and no other: Starlette's own streaming response calls `receive` beside whoever reads the body,
to hear of a hang-up, and the bytes that it receives there are lost.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from app.errors import AppError
from app.services.batch import Lines, Refusal

NDJSON: Final = "application/x-ndjson"
_WORKER: Final = ThreadPoolExecutor(1, thread_name_prefix="batch")
"""Answers one slice at a time: batches take turns, and the event loop stays free for everybody else."""

Slice = Callable[[Lines], bytes]


class Answers(Response):
    """Reads lines and writes answers at once, neither faster than the caller takes them."""

    media_type: str | None = NDJSON

    def __init__(
        self, lines: Lines, answer: Slice, refusal: Refusal, place: AbstractContextManager[None] | None = None
    ) -> None:
        """Prepare.

        Args:
            lines: Cuts the body into lines.
            answer: Answers some of the lines that are waiting.
            refusal: Writes a refusal as a line.
            place: Is held for as long as this lasts; where there is none, it refuses before anything is read.
        """
        super().__init__(headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._lines, self._answer, self._refusal = lines, answer, refusal
        self._place = place or nullcontext()
        self._begun = False

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the body ends or the caller hangs up."""
        with self._place:
            await self._answer_all(receive, send)

    async def _answer_all(self, receive: Receive, send: Send) -> None:
        body = _Body(receive)
        try:
            await self._converse(body, send)
        except ClientDisconnect:
            return
        except AppError as error:
            if not self._begun:
                raise
            await self._write(send, self._refusal(self._lines.next, error) + b"\n")
        finally:
            body.close()
        await self._write(send, b"", more=False)

    async def _converse(self, body: "_Body", send: Send) -> None:
        while (part := await body.part()) is not None:
            self._lines.feed(part)
            await self._answer_waiting(body, send)
        self._lines.close()
        await self._answer_waiting(body, send)

    async def _answer_waiting(self, body: "_Body", send: Send) -> None:
        loop = asyncio.get_running_loop()
        while self._lines.waiting:
            if body.abandoned:
                raise ClientDisconnect
            await self._write(send, await loop.run_in_executor(_WORKER, self._answer, self._lines))

    async def _write(self, send: Send, rows: bytes, *, more: bool = True) -> None:
        """Send some rows; the status goes out with the first, so that a refusal before it has its own."""
        if not self._begun:
            self._begun = True
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": rows, "more_body": more})


class _Body:
    """The only reader of a body. It waits for the next part while the last one is worked on, and so hears a hang-up."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False
        self._coming: asyncio.Future[Message] = asyncio.ensure_future(receive())

    @property
    def abandoned(self) -> bool:
        """Whether the caller hung up."""
        done = self._coming.done() and self._coming.exception() is None
        return done and self._coming.result()["type"] == "http.disconnect"

    async def part(self) -> bytes | None:
        """Wait for more; null at the end.

        Raises:
            ClientDisconnect: The caller hung up.
        """
        if self._ended:
            return None
        message = await self._coming
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._ended = not message.get("more_body", False)
        self._coming = asyncio.ensure_future(self._receive())
        part: bytes = message.get("body", b"")
        return part

    def close(self) -> None:
        """Read no more."""
        if not self._coming.cancel() and not self._coming.cancelled():
            self._coming.exception()  # whatever it was, nobody waits for it

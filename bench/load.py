"""A load generator: `python -m bench.load PORT CONNECTIONS SECONDS FILE` prints how many answers came.

Plain HTTP/1.1 over kept connections, each with one request under way, written straight onto asyncio protocols.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from typing_extensions import override

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATH = "/v1/recommendations/preview"


def request(body: bytes) -> bytes:
    """The bytes of one request."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Caller(asyncio.Protocol):
    """Sends the same request again as soon as it was answered."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._buffer = bytearray()
        self._end = 0
        self.answers = 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._message)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._end = self._end or _end_of_answer(self._buffer)
        if self._end and len(self._buffer) >= self._end:
            assert self._buffer.startswith(b"HTTP/1.1 200"), self._buffer[:80]
            del self._buffer[: self._end]
            self._end = 0
            self.answers += 1
            self._transport.write(self._message)


def _end_of_answer(buffer: bytearray) -> int:
    """Where the first answer ends; 0 while its head is incomplete."""
    head = buffer.find(b"\r\n\r\n")
    length = LENGTH.search(buffer, 0, head) if head >= 0 else None
    return head + 4 + int(length.group(1)) if length else 0


async def drive(port: int, connections: int, seconds: float, body: bytes) -> int:
    """Keep so many connections busy for so long; returns how many answers came."""
    loop, message = asyncio.get_running_loop(), request(body)
    opened = [await loop.create_connection(lambda: Caller(message), "127.0.0.1", port) for _ in range(connections)]
    await asyncio.sleep(seconds)
    for transport, _ in opened:
        transport.abort()
    return sum(caller.answers for _, caller in opened)


def main(port: str, connections: str, seconds: str, file: str) -> None:
    """Drive, and print the count."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        print(runner.run(drive(int(port), int(connections), float(seconds), Path(file).read_bytes())))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The loop of uvloop where it is installed."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 -- absent on some systems
    except ImportError:
        return None
    return new_event_loop


if __name__ == "__main__":
    main(*sys.argv[1:])

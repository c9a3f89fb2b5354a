"""A load generator: `python -m bench.load PORT CONNECTIONS SECONDS FILE` prints what came back, as JSON.

Plain HTTP/1.1 over kept connections, each with one request under way, written straight onto asyncio protocols. The file
holds a `Call` as JSON.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Final, NamedTuple, Self, cast

from typing_extensions import override

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CENTILES: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A request to send again and again.

    Attributes:
        path: Where to.
        body: What is sent.
        headers: Beside those that every request has.
        status: What it must be answered with.
        numbered: Whether each gets an idempotency key of its own.
    """

    path: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    numbered: bool = False

    def save(self, file: Path) -> Path:
        """Write it where the load generator finds it."""
        file.write_text(json.dumps(asdict(self)))
        return file

    @classmethod
    def load(cls, file: Path) -> Self:
        """Undo `save`."""
        return cls(**json.loads(file.read_bytes()))

    def messages(self) -> Callable[[], bytes]:
        """Write requests, byte for byte."""
        body = self.body.encode()
        lines = [
            f"POST {self.path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        head = "\r\n".join(lines).encode()
        if not self.numbered:
            whole = b"%b\r\n\r\n%b" % (head, body)
            return lambda: whole
        numbers, run = count(), perf_counter().hex().encode()
        return lambda: b"%b\r\nIdempotency-Key: %b-%d\r\n\r\n%b" % (head, run, next(numbers), body)


class Heard(NamedTuple):
    """What came back.

    Attributes:
        answers: How many answers.
        p50: Seconds that half of them took at most.
        p99: Seconds that all but one in a hundred took at most.
    """

    answers: int
    p50: float
    p99: float


class Caller(asyncio.Protocol):
    """Sends the next request as soon as the last was answered."""

    def __init__(self, message: Callable[[], bytes], status: int, laps: list[float]) -> None:
        self._message = message
        self._expected = b"HTTP/1.1 %d" % status
        self._laps = laps
        self._buffer = bytearray()
        self._end = 0
        self.refused: bytes | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.refused = self.refused or b"The server hung up."

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._end = self._end or _end_of_answer(self._buffer)
        if not self._end or len(self._buffer) < self._end:
            return
        if not self._buffer.startswith(self._expected):
            self.refused = bytes(self._buffer)
            return
        self._laps.append(perf_counter() - self._sent)
        del self._buffer[: self._end]
        self._end = 0
        self._send()

    def _send(self) -> None:
        self._sent = perf_counter()
        self._transport.write(self._message())


def _end_of_answer(buffer: bytearray) -> int:
    """Where the first answer ends; 0 while its head is incomplete."""
    head = buffer.find(b"\r\n\r\n")
    length = LENGTH.search(buffer, 0, head) if head >= 0 else None
    return head + 4 + int(length.group(1)) if length else 0


async def drive(port: int, connections: int, seconds: float, call: Call) -> Heard:
    """Keep so many connections busy for so long."""
    loop, message = asyncio.get_running_loop(), call.messages()
    laps: list[float] = []
    opened = [
        await loop.create_connection(lambda: Caller(message, call.status, laps), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    refused = [caller.refused for _, caller in opened if caller.refused]
    for transport, _ in opened:
        transport.abort()
    assert not refused, refused[0]
    assert len(laps) > 1, "no answers came"
    centiles = quantiles(laps, n=CENTILES, method="inclusive")
    return Heard(len(laps), centiles[49], centiles[98])


def main(port: str, connections: str, seconds: str, file: str) -> None:
    """Drive, and print what came back."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        heard = runner.run(drive(int(port), int(connections), float(seconds), Call.load(Path(file))))
    print(json.dumps(heard))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The loop of uvloop where it is installed."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 -- absent on some systems
    except ImportError:
        return None
    return new_event_loop


if __name__ == "__main__":
    main(*sys.argv[1:])

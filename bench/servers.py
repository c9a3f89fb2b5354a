"""Servers in processes of their own, and what came back when they were kept busy."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from subprocess import DEVNULL
from time import monotonic, sleep
from typing import Final

import httpx

from bench.load import Call, Heard
from bench.memory import cpu_seconds

CONNECTIONS: Final = 32
SECONDS: Final = 1.2


@dataclass(frozen=True, slots=True)
class Server:
    """A server, and how it is called.

    Attributes:
        process: Its process.
        port: Where it listens.
        started: Seconds from its start to its first answer.
        answer: That answer.
        call: What it is kept busy with.
    """

    process: int
    port: int
    started: float
    answer: bytes
    call: Call


@dataclass(frozen=True, slots=True)
class Lap:
    """What came back from one server in one turn.

    Attributes:
        rate: Answers a second.
        per_cpu: Answers a second of the server's processor time.
        p50: Seconds that half of the answers took at most.
        p99: Seconds that all but one in a hundred took at most.
    """

    rate: float
    per_cpu: float
    p50: float
    p99: float


@contextmanager
def serving(call: Call, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a module as a server until the end of the block.

    Args:
        call: A request that it answers, and what it is kept busy with.
        module: What to run.
        arguments: With which arguments; `{}` is its port.
        environment: With which variables, and no others: whatever is set here must not show in a measurement.
    """
    port = _free_port()
    command = [sys.executable, "-m", module, *(argument.format(port) for argument in arguments)]
    begin = monotonic()
    with subprocess.Popen(command, env=environment or {}, stdout=DEVNULL, stderr=DEVNULL) as process:  # noqa: S603 -- ours
        try:
            answer = _await(process, port, call)
            yield Server(process.pid, port, monotonic() - begin, answer, call)
        finally:
            process.terminate()


def lap(server: Server, file: Path) -> Lap:
    """Keep a server busy for one turn; the file is where the load generator finds the request."""
    before, begin = cpu_seconds(server.process), monotonic()
    call = server.call.save(file)
    command = [sys.executable, "-m", "bench.load", str(server.port), str(CONNECTIONS), str(SECONDS), str(call)]
    heard = Heard(*json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))  # noqa: S603 -- ours
    spent = monotonic() - begin
    after = cpu_seconds(server.process)
    used = spent if before is None or after is None else after - before
    return Lap(heard.answers / SECONDS, heard.answers / used, heard.p50, heard.p99)


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _await(process: subprocess.Popen[bytes], port: int, call: Call) -> bytes:
    """Wait for the first answer."""
    deadline = monotonic() + 30
    while process.poll() is None and monotonic() < deadline:
        with suppress(httpx.TransportError):
            return _answer(port, call)
        sleep(0.005)
    raise TimeoutError


def _answer(port: int, call: Call) -> bytes:
    headers = {"Content-Type": "application/json", **call.headers}
    answer = httpx.post(f"http://127.0.0.1:{port}{call.path}", content=call.body, headers=headers, trust_env=False)
    assert answer.status_code == call.status, answer.text
    return answer.content

"""The service over HTTP, beside a constant of the same size in the same run; and how soon it answers after its start.

The two take turns, so that a machine that is busy for a while is busy for both. The ratio is taken from the processor
time of the servers where the system tells it: then a load generator that cannot keep up flatters neither.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx

from bench.intakes import example
from bench.load import PATH
from bench.memory import KNOWN, cpu_seconds, resident_mib
from bench.report import MICROSECONDS, Result, at_least, at_most, plain

CONNECTIONS, SECONDS, ROUNDS = 32, 1.2, 5


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    process: int
    port: int
    started: float


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought: answers a second, and answers a second of the server's processor time."""

    rate: float
    per_cpu: float


def measure() -> Iterator[Result]:
    """Start the service a few times, then race it against the constant."""
    yield from _starts()
    with TemporaryDirectory() as folder, _serving("app", "serve", "--port", "{}") as service:
        body = Path(folder) / "intake.json"
        body.write_bytes(example())
        size = len(_answer(service.port))
        with _serving("bench.constant", "{}", str(size)) as yardstick:
            yield from _race(service, yardstick, body)


def _starts() -> Iterator[Result]:
    found = []
    for _ in range(3):
        with _serving("app", "serve", "--port", "{}") as service:
            found.append((service.started, resident_mib(service.process)))
    yield at_most("Cold start to the first plan", min(time for time, _ in found), 0.6, "s")
    if KNOWN:
        yield at_most("Resident memory after it", min(size for _, size in found), 90, "MiB")


def _race(service: Server, yardstick: Server, body: Path) -> Iterator[Result]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_round(service, body))
        theirs.append(_round(yardstick, body))
    best = max(_typical(ours[first : first + 3]) / _typical(theirs[first : first + 3]) for first in range(ROUNDS - 2))
    yield plain(f"Preview over HTTP, {CONNECTIONS} connections", median(lap.rate for lap in ours), "requests/s")
    yield plain("Processor time of one preview", 1e6 / _typical(ours), MICROSECONDS)
    yield plain("Processor time of one constant", 1e6 / _typical(theirs), MICROSECONDS)
    yield at_least("Preview, ratio to a raw ASGI constant of the same size", best, 0.22)


def _typical(laps: list[Round]) -> float:
    return median(lap.per_cpu for lap in laps)


def _round(server: Server, body: Path) -> Round:
    before, begin = cpu_seconds(server.process), monotonic()
    command = [sys.executable, "-m", "bench.load", str(server.port), str(CONNECTIONS), str(SECONDS), str(body)]
    answers = int(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 -- our own module
    assert answers, "no answer came"
    spent = monotonic() - begin
    after = cpu_seconds(server.process)
    used = spent if before is None or after is None else after - before
    return Round(answers / SECONDS, answers / used)


@contextmanager
def _serving(module: str, *arguments: str) -> Iterator[Server]:
    """Run a module as a server until the end of the block; `{}` among the arguments is its port."""
    port = _free_port()
    command = [sys.executable, "-m", module, *(argument.format(port) for argument in arguments)]
    begin = monotonic()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 -- our own modules
        try:
            _await(port)
            yield Server(process.pid, port, monotonic() - begin)
        finally:
            process.terminate()


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _await(port: int) -> None:
    deadline = monotonic() + 20
    while monotonic() < deadline:
        with suppress(httpx.TransportError):
            _answer(port)
            return
        sleep(0.005)
    raise TimeoutError


def _answer(port: int) -> bytes:
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"http://127.0.0.1:{port}{PATH}", content=example(), headers=headers, trust_env=False)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.content

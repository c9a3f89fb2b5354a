"""The service over HTTP, beside a constant of the same size in the same run; and how soon it answers after its start.

The two take turns, so that a machine that is busy for a while is busy for both. The ratio is taken from the processor
time of the servers where the system tells it: then a load generator that cannot keep up flatters neither.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.memory import KNOWN, resident_mib
from bench.places import Place
from bench.report import MICROSECONDS, Result, at_least, at_most, best_ratio, plain
from bench.servers import CONNECTIONS, Server, lap, serving

ROUNDS: Final = 5
SERVE: Final = ("app", "serve", "--port", "{}")


def measure(place: Place, folder: Path) -> Iterator[Result]:
    """Start the service a few times, then race it against the constant."""
    yield from _starts(place)
    with serving(place.preview, *SERVE, environment=place.environment) as service:
        size = str(len(service.answer))
        with serving(place.preview, "bench.constant", "{}", size) as yardstick:
            yield from _race(service, yardstick, folder / "preview.json")


def _starts(place: Place) -> Iterator[Result]:
    found = []
    for _ in range(3):
        with serving(place.preview, *SERVE, environment=place.environment) as service:
            found.append((service.started, resident_mib(service.process)))
    yield at_most("Cold start to the first plan", min(time for time, _ in found), 0.6, "s")
    if KNOWN:
        yield at_most("Resident memory after it", min(size for _, size in found), 90, "MiB")


def _race(service: Server, yardstick: Server, file: Path) -> Iterator[Result]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(lap(service, file))
        theirs.append(lap(yardstick, file))
    rate, cpu, bare = median(one.rate for one in ours), [one.per_cpu for one in ours], [one.per_cpu for one in theirs]
    yield plain(f"Preview over HTTP, {CONNECTIONS} connections", rate, "requests/s")
    yield plain("Preview over HTTP, plans sent", rate * len(service.answer) / 1e6, "MB/s")
    yield plain("Processor time of one preview", 1e6 / median(cpu), MICROSECONDS)
    yield plain("Processor time of one constant", 1e6 / median(bare), MICROSECONDS)
    yield at_least("Preview, ratio to a raw ASGI constant of the same size", best_ratio(cpu, bare), 0.22)

"""Storing over HTTP, beside a textbook and beside a transaction each, which take turns on the same database."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

from app.store.packing import pack
from bench import raw
from bench.intakes import example
from bench.load import Call
from bench.places import Place
from bench.report import Result, at_least, at_most, best_ratio, plain
from bench.servers import CONNECTIONS, Lap, Server, lap, serving

ROUNDS: Final = 5
CONTENDERS: Final = ("service", "textbook", "written", "each")
TEXTBOOK: Final = Call("/plans", example().decode(), status=201)
WRITTEN: Final = Call("/plans/written", example().decode(), status=201)


def measure(place: Place, folder: Path) -> Iterator[Result]:
    """Store on one database, in each of the ways."""
    with (
        serving(place.create, "app", "serve", "--port", "{}", environment=place.environment) as service,
        serving(TEXTBOOK, "bench.textbook", "{}", place.scratch_url) as textbook,
        serving(place.create, "bench.each", "{}", environment=place.environment) as each,
    ):
        servers = {"service": service, "textbook": textbook, "written": replace(textbook, call=WRITTEN), "each": each}
        laps, driver = _race(place, servers, folder / "create.json")
    yield from _told(place.name, laps, driver)


def _race(place: Place, servers: Mapping[str, Server], file: Path) -> tuple[Mapping[str, list[Lap]], list[float]]:
    laps, driver, numbers = defaultdict(list), [], count()
    intake, answer = example(), pack(servers["service"].answer)
    with raw.saving(place.scratch_url) as save:
        for _ in range(ROUNDS):
            for name, server in servers.items():
                laps[name].append(lap(server, file))
            driver.append(raw.rate(save, intake, answer, numbers))
    return laps, driver


def _told(name: str, laps: Mapping[str, list[Lap]], driver: list[float]) -> Iterator[Result]:
    p50, p99 = ([getattr(one, which) * 1e3 for one in laps["service"]] for which in ("p50", "p99"))
    ours, textbook, written, each = ([one.rate for one in laps[who]] for who in CONTENDERS)
    yield plain(f"{name}: durable create over HTTP, {CONNECTIONS} connections", median(ours), "creates/s")
    yield at_least(f"{name}: create, ratio to a textbook that stores one row", best_ratio(ours, textbook), 4)
    yield at_least(f"{name}: create, ratio to the same without response_model", best_ratio(ours, written), 4)
    yield at_least(f"{name}: create, ratio to a transaction each, the same rows", best_ratio(ours, each), 2)
    yield plain(f"{name}: create, ratio to the bare driver, one row, no HTTP", best_ratio(ours, driver), "")
    yield plain(f"{name}: create, half of the answers within (p50)", median(p50), "ms")
    yield plain(f"{name}: create, all but one in a hundred within (p99)", median(p99), "ms")
    yield at_most(f"{name}: create, p99 by p50", 1 / best_ratio(p50, p99), 5, "")

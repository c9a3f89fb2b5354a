"""What callers see of the service while its database is away."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.databases import Place
from tests.faults.program import PLANS, PREVIEW, Program, program
from tests.faults.writers import Diary, eight_writers

AWAY = (503, "database_unavailable", "1")
IN_TIME = 5.0
KEYS_HOLD = 5.0
"""Seconds for which the service goes by the keys it knows, without having looked."""


class Seen(NamedTuple):
    """An answer to someone who stores nothing."""

    at: float
    status: int
    retry_after: str | None
    seconds: float


@contextmanager
def watched(service: Program, method: str, path: str) -> Iterator[list[Seen]]:
    """Ask for the same thing again and again, and write down what comes."""
    seen: list[Seen] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.05):
            began = time.monotonic()
            answer = service.preview() if path == PREVIEW else service.call(method, path)
            waits = answer.headers.get("Retry-After")
            seen.append(Seen(began, answer.status_code, waits, time.monotonic() - began))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


class Busy(NamedTuple):
    """A service under load, and what everyone who asks it was answered."""

    service: Program
    diary: Diary
    previews: list[Seen]
    alive: list[Seen]
    ready: list[Seen]
    lists: list[Seen]


@contextmanager
def busy(place: Place, folder: Path) -> Iterator[Busy]:
    """Serve eight writers, and four who look; the load goes on until the end, the ledger can be read after it."""
    looks = (("POST", PREVIEW), ("GET", "/livez"), ("GET", "/readyz"), ("GET", PLANS))
    with ExitStack() as stack:
        service = stack.enter_context(program(place, folder))
        diary = stack.enter_context(eight_writers(service))
        seen = [stack.enter_context(watched(service, method, path)) for method, path in looks]
        diary.await_all()
        yield Busy(service, diary, *seen)


def between(seen: list[Seen], begin: float, end: float) -> set[int]:
    return {one.status for one in seen if begin <= one.at and one.at + one.seconds <= end}


def told_in_time(diary: Diary, within: float = IN_TIME) -> bool:
    """Whether everyone was told that the database is away, soon, and when to ask again."""
    return {(one.status, one.code, one.retry_after) for one in diary.refused} == {AWAY} and all(
        one.seconds < within for one in diary.refused
    )

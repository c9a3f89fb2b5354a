"""What callers see of the service while its database is away."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.faults.program import PREVIEW, Program
from tests.faults.writers import Diary

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


def between(seen: list[Seen], begin: float, end: float) -> set[int]:
    return {one.status for one in seen if begin <= one.at and one.at + one.seconds <= end}


def told_in_time(diary: Diary, within: float = IN_TIME) -> bool:
    """Whether everyone was told that the database is away, soon, and when to ask again."""
    return {(one.status, one.code, one.retry_after) for one in diary.refused} == {AWAY} and all(
        one.seconds < within for one in diary.refused
    )

"""Callers that store one intake after the other, and write down what they were told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx

from tests.faults.program import Program

CALLERS: Final = 8
WITHIN: Final = 20.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a caller was told instead of a plan, and after how many seconds."""

    status: int
    code: str
    retry_after: str | None
    seconds: float


@dataclass
class Diary:
    """What callers were told.

    Attributes:
        kept: By idempotency key, the id of the recommendation that was answered.
        refused: Every other answer.
        unanswered: How often there was no answer.
        turn: The number of the idempotency key that each caller is at.
    """

    kept: dict[str, str] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    unanswered: int = 0
    turn: list[int] = field(default_factory=lambda: [0] * CALLERS)

    def ask(self, service: Program, caller: int) -> bool:
        """Let a caller ask; whatever is not answered with a plan is asked again, under the same key."""
        key, began = f"{caller}-{self.turn[caller]}", time.monotonic()
        try:
            answer = service.create(key, caller=caller)
        except httpx.TransportError:
            self.unanswered += 1
            return False
        if answer.status_code != httpx.codes.CREATED:
            seconds = time.monotonic() - began
            told = answer.json()["code"], answer.headers.get("Retry-After")
            self.refused.append(Refusal(answer.status_code, *told, seconds))
            return False
        self.kept[key] = answer.json()["id"]
        self.turn[caller] += 1
        return True

    def await_all(self) -> None:
        """Wait until every caller has had a plan, whatever was open before included."""
        before = list(self.turn)
        wait_until(lambda: all(turn > old for turn, old in zip(self.turn, before, strict=True)))


def wait_until(so: Callable[[], bool], within: float = WITHIN) -> float:
    """Wait for something to be so; returns how long it took."""
    began = time.monotonic()
    while not so():
        assert time.monotonic() - began < within
        time.sleep(0.01)
    return time.monotonic() - began


@contextmanager
def eight_writers(service: Program) -> Iterator[Diary]:
    """Eight callers, each with one idempotency key after the other, until the block ends."""
    diary, stop = Diary(), threading.Event()

    def write(caller: int) -> None:
        while not stop.is_set():
            if not diary.ask(service, caller):
                stop.wait(0.02)

    threads = [threading.Thread(target=write, args=(caller,)) for caller in range(CALLERS)]
    for thread in threads:
        thread.start()
    try:
        yield diary
    finally:
        stop.set()
        for thread in threads:
            thread.join()

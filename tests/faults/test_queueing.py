"""Behind a lock that is never let go nobody waits twice: a crowd of writers is told so as soon as a single one is."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from app.db import Database, wait_from_now
from app.db.turns import HOLDS, WAITED, Turns
from app.errors import DatabaseUnavailableError
from tests.databases import Place, new_clinic, raw_sqlite
from tests.faults.program import Program, program
from tests.faults.watching import AWAY, IN_TIME, watched
from tests.faults.writers import wait_until

KEYS: Final = "/v1/keys"
CROWD: Final = 12
NOT_LONGER: Final = IN_TIME + 1
_KEY: Final = {"kind": "secret", "name": "one of a crowd", "scopes": ["recommendations:read"]}


@contextmanager
def _held(place: Place) -> Iterator[None]:
    """Let another program keep everybody from writing."""
    if place.server is None:
        with raw_sqlite(place) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(place.owner_url) as other:
            other.execute("LOCK TABLE heads IN EXCLUSIVE MODE")
            yield
            other.rollback()


def _made(service: Program) -> tuple[Any, float]:
    began = time.monotonic()
    return service.call("POST", KEYS, json=_KEY), time.monotonic() - began


def test_a_crowd_that_makes_keys_behind_a_foreign_lock_is_told_in_time_while_reads_go_on(
    place: Place, tmp_path: Path
) -> None:
    with program(place, tmp_path) as service, ThreadPoolExecutor(CROWD) as crowd:
        before = len(service.call("GET", KEYS).json()["items"])
        with _held(place), watched(service, "GET", KEYS) as reads:
            told = [one.result() for one in [crowd.submit(_made, service) for _ in range(CROWD)]]
        after = len(service.call("GET", KEYS).json()["items"])
        wait_until(lambda: _made(service)[0].status_code == 201, IN_TIME)
    answers = {(answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) for answer, _ in told}
    assert answers == {AWAY}
    assert max(seconds for _, seconds in told) < NOT_LONGER
    assert {one.status for one in reads} == {200}
    assert after == before


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_came_before_somebody_waited_in_vain_waits_no_second_time_and_who_comes_later_does(
    database: Database, place: Place
) -> None:
    clinic = new_clinic(database)

    def write() -> float:
        wait_from_now()
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailableError), database.write(clinic.id):
            pass
        return time.monotonic() - began

    with _held(place), ThreadPoolExecutor(3) as crowd:
        waiting = [crowd.submit(write) for _ in range(3)]
        first = [one.result() for one in waiting]
        again = write()
    assert max(first) < IN_TIME
    assert again > 3
    wait_from_now()
    with database.write(clinic.id):
        pass


def test_only_who_waited_a_while_before_somebody_waited_in_vain_is_refused_and_only_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("app.db.turns.monotonic", lambda: now)
    turns = Turns()
    turns.ask(0.0)
    turns.noticed()
    turns.ask(now)
    turns.ask(now - WAITED)
    with pytest.raises(DatabaseUnavailableError):
        turns.ask(now - WAITED - 0.01)
    now += 1
    turns.ask(now - 0.9)
    now += HOLDS
    turns.ask(0.0)

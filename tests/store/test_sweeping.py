"""Taking away what was kept long enough makes nobody fail, and stops when it is told to."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.clock import Clock
from app.db import Database
from app.services.sweeper import Sweeper
from app.store import audit, clients
from app.store.lane import Stored, WriteLane
from app.store.sweep import Swept, sweep
from app.store.values import Clinic
from tests.databases import Place, raw_sqlite
from tests.store.things import NOW, client_hash, entry, recommendation, unit

LONGEST = 1.0
"""Seconds that a creation may wait while files are cleaned up."""


@contextmanager
def held_up(place: Place) -> Iterator[None]:
    """A reader of an older state, because of whom the log cannot be emptied."""
    with raw_sqlite(place) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM recommendations").fetchone()
        yield
        reader.execute("ROLLBACK")


def _longest_wait(lane: WriteLane, seconds: float) -> float:
    longest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        assert lane.submit(unit()).result() == Stored()
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.01)
    return longest


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_creating_goes_on_while_a_sweep_cannot_clean_up(lane: WriteLane, database: Database, place: Place) -> None:
    sweeper = Sweeper(database, Clock("Europe/London"), 60)
    lane.submit(unit(recommendation(created_at=NOW - timedelta(days=900)))).result()
    with held_up(place), ThreadPoolExecutor(1) as threads:
        sweeping = threads.submit(sweeper.sweep)
        assert _longest_wait(lane, 3.0) < LONGEST
        sweeper.close()
        sweeping.result(timeout=1)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_creating_goes_on_while_an_erasure_cannot_clean_up(lane: WriteLane, database: Database, place: Place) -> None:
    with held_up(place), ThreadPoolExecutor(1) as threads:
        with database.write("cli_one") as rows:
            clients.erase(rows, "cli_one", "c-1", client_hash("c-1"), entry("client.erase"))
        wiping = threads.submit(database.wipe, 2.0)
        assert _longest_wait(lane, 2.0) < LONGEST
        assert wiping.result() is False
    assert database.wipe()


def test_a_sweep_that_is_told_to_stop_ends_after_a_batch(lane: WriteLane, database: Database, clinic: Clinic) -> None:
    for number in range(7):
        kept = recommendation(clinic.id, created_at=NOW - timedelta(days=366))
        lane.submit(unit(kept, slot=f"{number}")).result()
    assert sweep(database, [clinic, clinic], NOW, batch=2, pause=lambda: True) == Swept(2, 0)
    assert sweep(database, [clinic], NOW, batch=2) == Swept(5, 0)
    with database.read(clinic.id) as rows:
        assert audit.verify(rows, clinic.id) is None

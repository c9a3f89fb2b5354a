"""The database is locked, full, or away: what is promised still holds, and it comes back by itself."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from app.db import Database
from app.errors import AppError, DatabaseUnavailableError, StorageFullError
from app.store import audit, recommendations
from app.store.lane import Stored, WriteLane
from app.store.recommendations import Filter
from tests.databases import Place, fullness, raw_sqlite
from tests.store.things import recommendation, unit


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_lock_of_another_program_is_told_within_5_seconds_while_reads_go_on(
    lane: WriteLane, database: Database, place: Place
) -> None:
    kept = recommendation()
    lane.submit(unit(kept)).result()
    with raw_sqlite(place) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        waiting = [lane.submit(unit()) for _ in range(100)]
        while not waiting[0].done():
            before = time.monotonic()
            with database.read("cli_one") as rows:
                assert recommendations.get(rows, "cli_one", kept.id) == kept
            assert time.monotonic() - before < 1
            time.sleep(0.1)
        assert [type(one.exception(timeout=1)) for one in waiting] == [DatabaseUnavailableError] * 100
        assert time.monotonic() - began < 5
    assert lane.submit(unit()).result() == Stored()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_full_disk_is_told_and_writing_goes_on_once_there_is_room(
    lane: WriteLane, database: Database, place: Place
) -> None:
    large = bytes(range(256)) * 64
    with fullness(database, pages=60):
        waiting = [lane.submit(unit(recommendation(intake=large), slot=f"s{number}")) for number in range(200)]
        failed = [type(one.exception()) for one in waiting]
        assert set(failed) <= {type(None), StorageFullError}
        assert failed.count(StorageFullError) > 100
        with database.read("cli_one") as rows:
            kept = recommendations.page(rows, "cli_one", Filter(), limit=1_000)
        assert len(kept) == failed.count(type(None))
    assert lane.submit(unit(recommendation(intake=large))).result() == Stored()
    with database.read("cli_one") as rows, raw_sqlite(place) as file:
        assert audit.verify(rows, "cli_one") is None
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_server_that_was_stopped_and_started_is_used_again_within_5_seconds(
    lane: WriteLane, database: Database, place: Place
) -> None:
    assert place.server
    with eight_writers(lane) as (answered, failures):
        time.sleep(0.3)
        place.server.stop("immediate")
        try:
            with pytest.raises(DatabaseUnavailableError), database.read("cli_one"):
                raise AssertionError
            time.sleep(0.5)
        finally:
            place.server.start()
        started, before = time.monotonic(), len(answered)
        while len(answered) < before + 50:
            assert time.monotonic() - started < 5
            time.sleep(0.01)
    assert failures
    assert {type(one) for one in failures} == {DatabaseUnavailableError}
    with database.read("cli_one") as rows:
        kept = {one.id for one in recommendations.page(rows, "cli_one", Filter(), limit=100_000)}
        assert audit.verify(rows, "cli_one") is None
    assert set(answered) - kept == set()


@contextmanager
def eight_writers(lane: WriteLane) -> Iterator[tuple[list[str], list[AppError]]]:
    """Callers that store one recommendation after the other; yields the ids answered for, and the failures."""
    answered: list[str] = []
    failures: list[AppError] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.001):
            kept = recommendation()
            try:
                lane.submit(unit(kept)).result()
                answered.append(kept.id)
            except AppError as problem:
                failures.append(problem)
                time.sleep(0.01)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield answered, failures
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_session_that_the_server_ended_costs_one_answer_at_most(
    lane: WriteLane, database: Database, place: Place
) -> None:
    assert place.server
    for _ in range(3):
        place.server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'skincadence'"
        )
        assert lane.submit(unit()).result() == Stored()
        with database.read("cli_one") as rows:
            assert recommendations.page(rows, "cli_one", Filter(), limit=1)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_lock_that_is_not_given_up_is_told_within_5_seconds(
    lane: WriteLane, database: Database, place: Place
) -> None:
    lane.submit(unit()).result()
    with psycopg.connect(place.owner_url) as other:
        other.execute("LOCK TABLE heads")
        began = time.monotonic()
        assert isinstance(lane.submit(unit()).exception(), DatabaseUnavailableError)
        assert time.monotonic() - began < 5
    assert lane.submit(unit()).result() == Stored()
    assert database.at_head()


def test_a_database_that_is_not_there_is_unavailable(tmp_path: object) -> None:
    for url in (f"sqlite:///{tmp_path}/none.db", f"postgresql://nobody@/none?host={tmp_path}"):
        database = Database(url)
        with pytest.raises(DatabaseUnavailableError), database.read("cli_one"):
            raise AssertionError
        with pytest.raises(DatabaseUnavailableError):
            database.verify()
        database.close()

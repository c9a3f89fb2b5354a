"""The database neither answers nor hangs up: callers are told so in time, and it is used again once it goes on."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import psycopg
import pytest

from tests.databases import Place, Postgresql
from tests.faults.ledger import nothing_is_lost
from tests.faults.program import PLANS, Program, program
from tests.faults.watching import AWAY, IN_TIME, KEYS_HOLD, between, busy, told_in_time
from tests.faults.writers import wait_until

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
NOT_LONGER: Final = IN_TIME + 1
NOTICED_WITHIN: Final = 3.0
_COMMITTING: Final = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def test_a_postgresql_that_hangs_is_told_within_5_seconds_and_used_again_as_soon_as_it_goes_on(
    place: Place, tmp_path: Path
) -> None:
    assert place.server
    with busy(place, tmp_path) as (service, diary, previews, alive, ready, lists):
        with place.server.hanging():
            hung = time.monotonic()
            time.sleep(KEYS_HOLD + 1)
            resumed = time.monotonic()
        diary.await_all()
        for seen in (previews, ready, lists):
            wait_until(lambda seen=seen: between(seen, resumed, time.monotonic()) >= {200}, IN_TIME)  # type: ignore[misc]
        assert time.monotonic() - resumed < IN_TIME
    assert diary.unanswered == 0
    assert told_in_time(diary, NOT_LONGER)
    assert {one.status for one in alive} == {200}
    assert max(one.seconds for one in alive) < 1
    assert max(one.seconds for seen in (previews, lists, ready) for one in seen) < NOT_LONGER
    assert between(previews, hung, hung + KEYS_HOLD - 1) == {200}
    assert between(previews, hung + KEYS_HOLD + 0.2, resumed) == {503}
    assert between(lists, hung + 0.1, resumed) == between(ready, hung + 1, resumed) == {503}
    assert {one.retry_after for seen in (previews, lists, ready) for one in seen if one.status == 503} == {"1"}
    nothing_is_lost(place, service.clinic_id, diary.kept)


@pytest.mark.thorough
def test_once_a_postgresql_hangs_a_crowd_of_readers_is_told_at_once_instead_of_queueing(
    place: Place, tmp_path: Path
) -> None:
    assert place.server
    with program(place, tmp_path) as service, ThreadPoolExecutor(100) as crowd:
        with place.server.hanging():
            waiting = [crowd.submit(_timed, service) for _ in range(100)]
            first = [one.result() for one in waiting]
            later = _timed(service)
        wait_until(lambda: service.status(PLANS) == httpx.codes.OK, IN_TIME)
    assert {status for status, _ in [*first, later]} == {503}
    assert max(seconds for _, seconds in first) < NOTICED_WITHIN + 1
    assert later[1] < 1


def _timed(service: Program) -> tuple[int, float]:
    began = time.monotonic()
    return service.status(PLANS), time.monotonic() - began


@pytest.mark.thorough
def test_a_plan_that_a_hanging_postgresql_commits_after_all_is_replayed_to_whom_was_refused(
    place: Place, tmp_path: Path
) -> None:
    assert place.server
    with program(place, tmp_path) as service, ThreadPoolExecutor(1) as caller:
        with _commits_without_end(place.server):
            creating = caller.submit(service.create, "once")
            wait_until(lambda: _committing(place))
            with place.server.hanging():
                refused = creating.result()
                again = service.create("once")
        replayed = _created(service, "once")
    for answer in (refused, again):
        assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == AWAY
    assert refused.elapsed.total_seconds() < NOT_LONGER
    assert (replayed.status_code, replayed.headers["Idempotent-Replayed"]) == (201, "true")
    nothing_is_lost(place, service.clinic_id, {"once": replayed.json()["id"]})


def _created(service: Program, key: str) -> httpx.Response:
    """Ask until there is a plan."""
    deadline = time.monotonic() + IN_TIME
    while (answer := service.create(key)).status_code != httpx.codes.CREATED and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


@contextmanager
def _commits_without_end(server: Postgresql) -> Iterator[None]:
    """Let commits wait, once they are made, for another server to have them, too; there is none."""
    server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        server.execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")


def _committing(place: Place) -> bool:
    with psycopg.connect(place.owner_url.replace("skincadence_owner", "postgres")) as looking:
        return looking.execute(_COMMITTING).fetchone() == (1,)

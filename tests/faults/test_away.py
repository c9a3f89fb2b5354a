"""The database is locked or away for a while: callers are told so in time, and it comes back by itself."""

import time
from pathlib import Path

import httpx
import pytest

from tests.databases import Place, Postgresql, raw_sqlite
from tests.faults.ledger import nothing_is_lost
from tests.faults.program import PLANS, PREVIEW, program
from tests.faults.watching import IN_TIME, KEYS_HOLD, between, busy, told_in_time, watched
from tests.faults.writers import eight_writers, wait_until


def _stopped_for(server: Postgresql, seconds: float) -> tuple[float, float]:
    """Stop a server as a crash does, and start it again; returns between which moments it surely was away."""
    server.stop("immediate")
    stopped = time.monotonic()
    try:
        time.sleep(seconds)
    finally:
        starting = time.monotonic()
        server.start()
    return stopped, starting


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_server_that_stops_under_load_is_told_and_used_again_within_5_seconds(place: Place, tmp_path: Path) -> None:
    assert place.server
    with busy(place, tmp_path) as (service, diary, previews, alive, ready, lists):
        stopped, starting = _stopped_for(place.server, KEYS_HOLD + 1)
        started = time.monotonic()
        diary.await_all()
        assert time.monotonic() - started < IN_TIME
        wait_until(lambda: between(previews, started + 0.01, time.monotonic()) >= {200}, IN_TIME)
        recovered = time.monotonic()
        wait_until(lambda: all(seen[-1].at > recovered for seen in (previews, alive, ready, lists)), IN_TIME)
    assert diary.unanswered == 0
    assert told_in_time(diary)
    assert {one.status for one in alive} == {200}
    assert between(previews, stopped, stopped + KEYS_HOLD - 1) == {200}
    assert between(previews, stopped + KEYS_HOLD + 0.2, starting) == {503}
    assert between(lists, stopped + 0.1, starting) == between(ready, stopped + 1, starting) == {503}
    assert {one.retry_after for seen in (previews, lists, ready) for one in seen if one.status == 503} == {"1"}
    assert {seen[-1].status for seen in (previews, lists)} == {200}
    nothing_is_lost(place, service.clinic_id, diary.kept)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_foreign_lock_is_told_within_5_seconds_while_reads_go_on(place: Place, tmp_path: Path) -> None:
    with program(place, tmp_path) as service:
        with eight_writers(service) as diary:
            diary.await_all()
            kept = f"{PLANS}/{next(iter(diary.kept.values()))}"
            with (
                watched(service, "GET", kept) as reads,
                watched(service, "GET", PLANS) as lists,
                watched(service, "POST", PREVIEW) as previews,
                raw_sqlite(place) as other,
            ):
                other.execute("BEGIN IMMEDIATE")
                wait_until(lambda: len(diary.refused) >= 8)
                other.execute("ROLLBACK")
                diary.await_all()
        service.stop()
        assert service.verified() == ["whole", "whole"]
    assert diary.unanswered == 0
    assert told_in_time(diary)
    for seen in (reads, lists, previews):
        assert len(seen) > 10
        assert {one.status for one in seen} == {httpx.codes.OK}
        assert max(one.seconds for one in seen) < 1
    nothing_is_lost(place, service.clinic_id, diary.kept)

"""A service that is killed under its callers loses nothing that it has answered."""

import random
import time
from pathlib import Path

import pytest

from tests.databases import Place
from tests.faults.ledger import nothing_is_lost
from tests.faults.program import program
from tests.faults.writers import CALLERS, eight_writers


def test_the_service_is_killed_under_eight_writers_and_nothing_it_answered_is_lost(
    place: Place, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with program(place, tmp_path) as service:
        with eight_writers(service) as diary:
            for _ in range(request.config.getoption("--kills") // 2):
                diary.await_all()
                time.sleep(random.uniform(0.05, 0.3))  # noqa: S311 -- any moment
                service.kill()
                service.start()
            diary.await_all()
        again = {key: service.create(key) for key in list(diary.kept)[-CALLERS:]}
        service.stop()
        assert service.verified() == ["whole", "whole"]
    assert diary.refused == []
    assert {answer.headers.get("Idempotent-Replayed") for answer in again.values()} == {"true"}
    assert {key: answer.json()["id"] for key, answer in again.items()} == {key: diary.kept[key] for key in again}
    nothing_is_lost(place, service.clinic_id, diary.kept)

"""One idempotency key is one plan, whoever sends it at the same time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.databases import Place
from tests.faults.ledger import nothing_is_lost
from tests.faults.program import program

TWINS = 64


@pytest.mark.parametrize("dialect", [pytest.param("sqlite", marks=pytest.mark.thorough), "postgresql"])
def test_sixty_four_callers_with_one_key_at_two_processes_get_one_plan(place: Place, tmp_path: Path) -> None:
    together = threading.Barrier(TWINS)
    with program(place, tmp_path) as service:
        service.start_another()

        def ask(caller: int) -> tuple[list[tuple[str, str | None]], httpx.Response]:
            together.wait()
            told: list[tuple[str, str | None]] = []
            while (answer := service.create("one", caller=caller)).status_code == httpx.codes.CONFLICT:
                told.append((answer.json()["code"], answer.headers.get("Retry-After")))
                time.sleep(0.2)
            return told, answer

        with ThreadPoolExecutor(TWINS) as pool:
            asked = list(pool.map(ask, range(TWINS)))
        service.stop()
        assert service.verified() == ["whole", "whole"]
    assert {one for told, _ in asked for one in told} <= {("idempotency_in_progress", "1")}
    assert len({answer.content for _, answer in asked}) == 1
    assert [answer.headers.get("Idempotent-Replayed") for _, answer in asked].count(None) == 1
    nothing_is_lost(place, service.clinic_id, {"one": asked[0][1].json()["id"]})

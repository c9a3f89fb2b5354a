"""A process that is killed while it writes loses nothing that it has answered for."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import AuditRow, EventRow, RecommendationRow
from app.store import audit
from app.store.values import Clinic
from tests.databases import Place, raw_sqlite
from tests.store.writing import CALLERS


@pytest.mark.thorough
def test_eight_writers_are_killed_and_nothing_they_answered_for_is_lost(
    place: Place, database: Database, clinic: Clinic, request: pytest.FixtureRequest
) -> None:
    answered: dict[str, str] = {}
    begin = [0] * CALLERS
    for cycle in range(request.config.getoption("--kills")):
        for caller, number, stored in _write_until_killed(place.url, cycle, begin):
            answered[f"{caller}-{number}"] = stored
            begin[caller] = number + 1
    assert len(answered) > CALLERS
    _compare(database, clinic.id, answered)
    if place.dialect == "sqlite":
        with raw_sqlite(place) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _write_until_killed(url: str, cycle: int, begin: Sequence[int]) -> list[tuple[int, int, str]]:
    """Let a process write, and kill it at any moment; returns what it has answered for."""
    command = [sys.executable, "-m", "tests.store.writing", url, str(cycle), *map(str, begin)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(random.uniform(0.05, 0.3))  # noqa: S311
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    whole = [line.split() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return [(int(caller), int(number), stored) for caller, number, stored in whole]


def _compare(database: Database, clinic_id: str, answered: dict[str, str]) -> None:
    """Hold what was answered for against what is there."""
    table = RecommendationRow.__table__.c
    with database.read(clinic_id) as rows:
        kept = dict(rows.execute(select(table.recommendation_id, table.client_ref)).all())
        created = rows.execute(select(AuditRow.target_id).where(AuditRow.outcome == "ok")).scalars().all()
        happened = rows.execute(select(EventRow.subject_id)).scalars().all()
        assert audit.verify(rows, clinic_id) is None
    assert {slot: stored for slot, stored in answered.items() if kept.get(stored) != slot} == {}
    assert [slot for slot, times in Counter(kept.values()).items() if times > 1] == []
    assert sorted(created) == sorted(happened) == sorted(kept)

"""A sweep that fails somewhere is heard of, goes on elsewhere, and does not wait an hour for its first look."""

import io
import json
import time
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.observability import Journal, Metrics
from app.services.backend import open_backend
from app.services.sweeper import Sweeper
from app.store import recommendations
from app.store.lane import WriteLane
from app.store.recommendations import Filter
from tests.databases import Place, new_clinic, raw_sqlite
from tests.door.desk import settings_for
from tests.resources.service import SetClock
from tests.store.things import NOW, recommendation, unit

FAILS, WORKS = "cli_a", "cli_b"


def _two_clinics_with_old_plans(database: Database) -> None:
    lane = WriteLane(database)
    lane.start()
    for clinic_id in (FAILS, WORKS):
        new_clinic(database, clinic_id)
        lane.submit(unit(recommendation(clinic_id, created_at=NOW - timedelta(days=900)))).result()
    lane.close()


def _edit(place: Place, statement: str) -> None:
    """Change a row as somebody does who is none of ours."""
    if place.server:
        place.server.execute(statement, database="shared")
        return
    with raw_sqlite(place) as file:
        file.execute(statement)


def _kept(database: Database, clinic_id: str) -> int:
    with database.read(clinic_id) as rows:
        return len(recommendations.page(rows, clinic_id, Filter(), limit=9))


def _told(metrics: Metrics) -> dict[str, float]:
    lines = metrics.written({})[0].decode().splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line.startswith("skincadence_sw"))}


@pytest.mark.thorough
def test_where_one_clinic_fails_the_others_are_swept_and_it_is_told(place: Place, database: Database) -> None:
    _two_clinics_with_old_plans(database)
    clock, written, metrics = SetClock(), io.StringIO(), Metrics()
    sweeper = Sweeper(database, clock, 60)
    sweeper.report_to(Journal("error", written), metrics)
    _edit(place, f"UPDATE heads SET audit_number = 0 WHERE clinic_id = '{FAILS}'")  # noqa: S608 -- an id of ours

    sweeper.sweep()

    assert (_kept(database, FAILS), _kept(database, WORKS)) == (1, 0)
    [line] = map(json.loads, written.getvalue().splitlines())
    assert (line["level"], line["event"], line["error"]) == ("error", "failed", "DatabaseRefusedError")
    assert line["request_id"] == "sweep"
    assert _told(metrics) == {"skincadence_sweep_failures_total": 1, "skincadence_sweep_finished_seconds": 0}

    _edit(place, f"UPDATE heads SET audit_number = 1 WHERE clinic_id = '{FAILS}'")  # noqa: S608 -- as above
    sweeper.sweep()

    assert _kept(database, FAILS) == 0
    assert _told(metrics) == {
        "skincadence_sweep_failures_total": 1,
        "skincadence_sweep_finished_seconds": pytest.approx(clock.at.timestamp(), abs=1),
    }


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_sweep_that_finds_no_database_is_told_as_well(place: Place, database: Database) -> None:
    written, metrics = io.StringIO(), Metrics()
    sweeper = Sweeper(database, SetClock(), 60)
    sweeper.report_to(Journal("error", written), metrics)
    assert place.server

    place.server.stop("immediate")
    try:
        sweeper.sweep()
    finally:
        place.server.start()

    assert [json.loads(line)["error"] for line in written.getvalue().splitlines()] == ["DatabaseUnavailableError"]
    assert _told(metrics) == {"skincadence_sweep_failures_total": 1, "skincadence_sweep_finished_seconds": 0}


def test_a_service_that_is_often_started_anew_sweeps_all_the_same(database: Database) -> None:
    _two_clinics_with_old_plans(database)
    sweeper = Sweeper(database, SetClock(), 60, soon=0.05)
    sweeper.start()
    try:
        deadline = time.monotonic() + 10
        while _kept(database, FAILS) + _kept(database, WORKS) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (_kept(database, FAILS), _kept(database, WORKS)) == (0, 0)
    finally:
        sweeper.close()


@pytest.mark.thorough
@pytest.mark.parametrize("opened_before", [True, False])
def test_the_service_counts_its_sweeps(place: Place, opened_before: bool) -> None:  # noqa: FBT001 -- a parameter
    settings = settings_for(place.url)
    app = create_app(settings, backend=open_backend(settings) if opened_before else None)
    with TestClient(app) as web:
        before = web.get("/metrics").text
        app.state.backend.sweeper.sweep()
        after = web.get("/metrics").text

    assert "\nskincadence_sweep_finished_seconds 0.0\n" in before
    assert "\nskincadence_sweep_finished_seconds 1.7" in after
    assert "\nskincadence_sweep_failures_total 0.0\n" in after

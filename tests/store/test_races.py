"""Writers that come at the same moment: none waits for ever, none fails, and the one behind the queue outlives them."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.models import AuditRow
from app.schemas.examples import INTAKE
from app.services import clinics as services
from app.store import audit, clients
from app.store.lane import Stored, WriteLane
from app.store.values import Clinic
from tests.databases import Place
from tests.resources.service import INTAKES, running
from tests.store.test_lane import counts, failing_commits
from tests.store.things import client_hash, entry, recommendation, unit


def test_six_first_transactions_of_a_clinic_at_once_all_succeed(database: Database, clinic: Clinic) -> None:
    start = Barrier(6)

    def first(_: int) -> None:
        with database.write(clinic.id) as rows:
            if database.dialect == "postgresql":  # the other lets in one at a time
                start.wait(5)
            audit.append(rows, clinic.id, [entry()])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(first, range(6)))
    with database.read(clinic.id) as rows:
        assert rows.execute(select(AuditRow.number).order_by(AuditRow.number)).scalars().all() == [1, 2, 3, 4, 5, 6]


def test_reading_once_while_the_client_is_erased_ends_neither_in_an_error(place: Place) -> None:
    with running(place.url) as service, ThreadPoolExecutor(1) as threads:
        clinic_id, page = service.ours.clinic.id, service.ours.page_headers
        made = service.web.post(INTAKES, json={**INTAKE, "client": {"ref": "c-1"}}, headers=page).json()
        headers = {**page, "Skincadence-Read-Token": made["read_token"]}
        with service.backend.database.write(clinic_id) as rows:
            audit.hold(rows, clinic_id)
            answer = threads.submit(service.web.get, f"{INTAKES}/{made['id']}", headers=headers)
            time.sleep(0.5)
            clients.erase(rows, clinic_id, "c-1", client_hash("c-1"), entry("client.erase"))
        assert answer.result(10).status_code == 404


def test_a_change_of_both_worlds_takes_them_in_the_order_of_every_writer(place: Place) -> None:
    with running(place.url) as service, ThreadPoolExecutor(1) as threads:
        live = service.ours.clinic
        first, last = sorted([live, services.find(service.backend, live.twin_id)], key=lambda one: one.id)
        with service.backend.database.append() as transaction:
            audit.hold(transaction.rows_of(first.id), first.id)
            changed = threads.submit(services.change, service.backend, last, {"retention_days": 30})
            time.sleep(0.5)
            audit.hold(transaction.rows_of(last.id), last.id)
        assert [one.retention_days for one in changed.result(10)] == [30, 30]


def test_what_cannot_be_packed_ends_its_own_unit_alone(lane: WriteLane, database: Database) -> None:
    unpackable: Any = None
    waiting = [lane.submit(unit(kept)) for kept in (None, recommendation(answer=unpackable), None)]
    assert [type(one.exception(timeout=5)).__name__ for one in waiting] == ["NoneType", "TypeError", "NoneType"]
    assert counts(database) == (2, 2, 2, 0)


def test_the_writer_outlives_whatever_goes_wrong_with_a_group(lane: WriteLane, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    for part in ("_take_records", "_run", "_commit", "_give_up"):
        with monkeypatch.context() as broken:
            broken.setattr(lane, part, fail)
            assert type(lane.submit(unit()).exception(timeout=5)) in {MemoryError, type(None)}
    assert lane.alive
    assert lane.submit(unit()).result(timeout=5) == Stored()


def test_records_that_fail_to_the_end_are_counted(database: Database, clinic: Clinic) -> None:
    working = WriteLane(database)
    working.start()
    with failing_commits(database):
        for _ in range(3):
            working.record(clinic.id, entry("recommendation.read"))
        working.close()
    assert working.lost == 3
    assert counts(database) == (0, 0, 0, 0)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_service_without_its_writer_is_not_ready(place: Place) -> None:
    with running(place.url) as service:
        assert service.backend.works()
        service.backend.lane.close()
        assert not service.backend.works()

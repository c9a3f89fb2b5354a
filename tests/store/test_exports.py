"""Handing over what is held of a client: however much it is, a page at a time."""

import json
import random
import tracemalloc
from datetime import timedelta

import pytest

from app.db import Database
from app.errors import ClientErasedError
from app.schemas.examples import INTAKE
from app.services import clients as services
from app.services.callers import Caller
from app.store import clients, recommendations
from app.store.clients import Held
from app.store.lane import WriteLane
from app.store.values import ApiKey, Review
from tests.databases import Place
from tests.resources.service import Office, running
from tests.store.things import NOW, client_hash, entry, recommendation, unit

ASKED = {**INTAKE, "client": {"ref": "c-1"}}
EXPORT = "/v1/clients/c-1/export"


def _store(lane: WriteLane, count: int, answer: bytes = b"{}") -> list[str]:
    made = [
        recommendation(client_ref="c-1", answer=answer, created_at=NOW + timedelta(minutes=number // 3))
        for number in range(count)
    ]
    for done in [lane.submit(unit(kept)) for kept in made]:
        done.result()
    return [kept.id for kept in made]


def _held(database: Database) -> Held:
    return Held(database, "cli_one", "c-1", client_hash("c-1"))


def test_many_pages_hold_everything_once_and_in_order(lane: WriteLane, database: Database) -> None:
    made = _store(lane, 50)
    for version in range(2, 42):
        review = Review(f"rev_{version:02}", made[7], version, NOW, "key_one", b"{}", b"{}")
        with database.write("cli_one") as rows:
            recommendations.review(rows, "cli_one", review, state="cleared", bookable=True)
    held = _held(database)
    _store(lane, 3)

    told = json.loads(b"".join(services.exported("c-1", NOW, held.recommendations(), held.audit())))

    assert [one["id"] for one in told["recommendations"]] == made
    assert [review["version"] for review in told["recommendations"][7]["reviews"]] == list(range(2, 42))
    assert sum(len(one["reviews"]) for one in told["recommendations"]) == 40
    assert [one["target_id"] for one in told["audit"]] == made


def test_an_export_takes_no_more_memory_the_longer_it_is(lane: WriteLane, database: Database) -> None:
    chance = random.Random(7)  # noqa: S311 -- the same every time
    _store(lane, 300, json.dumps(chance.randbytes(40_000).hex()).encode())
    tracemalloc.start()
    held = _held(database)
    size = sum(map(len, services.exported("c-1", NOW, held.recommendations(), held.audit())))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 300 * 80_000
    assert peak < 4_000_000


def test_an_erasure_in_between_ends_it(lane: WriteLane, database: Database) -> None:
    _store(lane, 50)
    told = _held(database).recommendations()
    next(told)
    with database.write("cli_one") as rows:
        clients.erase(rows, "cli_one", "c-1", client_hash("c-1"), entry("client.erase"))
    with pytest.raises(ClientErasedError):
        list(told)


def _caller(office: Office) -> Caller:
    key = ApiKey("key", office.clinic.id, "secret", "k", frozenset(), frozenset(), b"", NOW)
    return Caller(key, office.clinic, address="192.0.2.0", request_id="r")


def test_a_clinic_is_handed_one_client_at_a_time_and_keeps_no_other_clinic_waiting(place: Place) -> None:
    with running(place.url) as service:
        for office in (service.ours, service.theirs):
            service.store(office, ASKED)
        under_way = services.export(service.backend, _caller(service.ours), "c-1")

        refused = service.get(EXPORT)

        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["retry-after"] == "1"
        assert service.get(EXPORT, service.theirs).status_code == 200
        under_way.close()
        for _ in range(3):
            assert service.get(EXPORT).status_code == 200
            assert service.get("/v1/clients/c-2/export").status_code == 404


def test_all_clinics_together_are_handed_so_many_at_a_time(place: Place) -> None:
    with running(place.url) as service:
        others = [service.open(f"Clinic {number}") for number in range(services.EXPORTS_AT_ONCE)]
        for office in (service.ours, *others):
            service.store(office, ASKED)
        under_way = [services.export(service.backend, _caller(office), "c-1") for office in others]

        assert service.get(EXPORT).status_code == 503

        under_way.pop().close()
        assert service.get(EXPORT).status_code == 200
        for one in under_way:
            one.close()

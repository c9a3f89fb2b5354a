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
from app.store import audit, clients, recommendations
from app.store.clients import GoneMeanwhileError, Held
from app.store.lane import WriteLane
from app.store.sweep import sweep
from app.store.values import ApiKey, Clinic, Review
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

    told = json.loads(b"".join(services.exported("c-1", NOW, held.recommendations(), held.courses(), held.audit())))

    assert [one["id"] for one in told["recommendations"]] == made
    assert [review["version"] for review in told["recommendations"][7]["reviews"]] == list(range(2, 42))
    assert sum(len(one["reviews"]) for one in told["recommendations"]) == 40
    assert [one["target_id"] for one in told["audit"]] == made


def test_an_export_takes_no_more_memory_the_longer_it_is(lane: WriteLane, database: Database) -> None:
    chance = random.Random(7)  # noqa: S311 -- the same every time
    _store(lane, 300, json.dumps(chance.randbytes(40_000).hex()).encode())
    tracemalloc.start()
    held = _held(database)
    size = sum(map(len, services.exported("c-1", NOW, held.recommendations(), held.courses(), held.audit())))
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


def _review(database: Database, recommendation_id: str, version: int) -> None:
    review = Review(f"rev_{version}_{recommendation_id}", recommendation_id, version, NOW, "key_one", b"{}", b"{}")
    with database.write("cli_one") as rows:
        recommendations.review(rows, "cli_one", review, state="cleared", bookable=True)
        audit.append(rows, "cli_one", [entry("recommendation.review", recommendation_id)])


def test_what_comes_after_the_beginning_is_left_out_whole(lane: WriteLane, database: Database) -> None:
    made = _store(lane, 40)
    _review(database, made[30], 2)
    held = _held(database)
    later = recommendation(client_ref="c-1", created_at=NOW + timedelta(hours=1))
    for kept in (later, recommendation(client_ref="c-1", created_at=NOW + timedelta(minutes=9))):
        lane.submit(unit(kept)).result()
    _review(database, made[30], 3)
    _review(database, made[35], 2)

    told = json.loads(b"".join(services.exported("c-1", NOW, held.recommendations(), held.courses(), held.audit())))

    assert [one["id"] for one in told["recommendations"]] == made
    assert [(one["id"], one["version"]) for one in told["recommendations"] if one["version"] > 1] == [(made[30], 2)]
    assert [len(one["reviews"]) for one in told["recommendations"]] == [int(one == made[30]) for one in made]
    assert [one["target_id"] for one in told["audit"]] == [*made, made[30]]


def _sweep(database: Database, clinic: Clinic) -> None:
    assert sweep(database, [clinic], NOW + timedelta(days=366)).recommendations > 0


def test_a_sweep_while_plans_are_handed_over_ends_it(lane: WriteLane, database: Database, clinic: Clinic) -> None:
    _store(lane, 50)
    held = _held(database)
    parts = services.exported("c-1", NOW, held.recommendations(), held.courses(), held.audit())
    taken = [next(parts) for _ in range(5)]
    _sweep(database, clinic)

    with pytest.raises(GoneMeanwhileError):
        taken.extend(parts)

    with pytest.raises(json.JSONDecodeError):
        json.loads(b"".join(taken))


def test_a_sweep_while_reviews_are_handed_over_ends_it(lane: WriteLane, database: Database, clinic: Clinic) -> None:
    [made] = _store(lane, 1)
    for version in range(2, 42):
        _review(database, made, version)
    told = _held(database).recommendations()
    _, reviews = next(told)
    next(reviews)
    _sweep(database, clinic)
    assert len(list(reviews)) < 39

    with pytest.raises(GoneMeanwhileError):
        list(told)


def test_a_sweep_while_the_audit_is_handed_over_ends_it(lane: WriteLane, database: Database, clinic: Clinic) -> None:
    _store(lane, 50)
    held = _held(database)
    assert len(list(held.recommendations())) == 50
    _sweep(database, clinic)

    with pytest.raises(GoneMeanwhileError):
        list(held.audit())


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

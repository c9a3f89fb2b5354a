"""A review over HTTP: who may, what is answered, and what is read afterwards."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.schemas.examples import INTAKE
from app.schemas.review import REVIEW, ReviewedOut
from app.schemas.stored import StoredOut
from app.store.values import Clinic
from tests.databases import Place, new_clinic
from tests.http.corpus import HOSTILE
from tests.review.service import new_key_of, serving

Json = dict[str, Any]
WHO = {"name": "Dr A. Example", "role": "dermatologist"}
TAKEN = {**INTAKE, "history": {**INTAKE["history"], "medications": [{"code": "anticoagulant", "ongoing": True}]}}


@pytest.fixture
def clinic(database: Database) -> Clinic:
    return new_clinic(database)


@pytest.fixture
def journal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def reader(database: Database, clinic: Clinic) -> str:
    return new_key_of(database, clinic, "recommendations:read", "recommendations:create")


@pytest.fixture
def stranger(database: Database) -> str:
    return new_key_of(database, new_clinic(database, "cli_two"))


@pytest.fixture
def client(
    place: Place, database: Database, clinic: Clinic, journal: io.StringIO, reader: str, stranger: str
) -> Iterator[TestClient]:
    key = new_key_of(database, clinic)
    assert key not in {reader, stranger}  # all are made before the service begins to look for them
    with serving(place, journal) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def _create(client: TestClient, intake: Json = INTAKE) -> Json:
    answer = client.post("/v1/recommendations", json=intake)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def _review(client: TestClient, made: Json, document: Json, **headers: str) -> Any:
    return client.post(f"/v1/recommendations/{made['id']}/review", json=document, headers=headers)


def test_what_asks_for_a_review_may_be_booked_once_it_was_cleared(client: TestClient) -> None:
    made = _create(client, TAKEN)
    answer = _review(client, made, {"outcome": "clear", "reviewer": WHO})
    read = client.get(f"/v1/recommendations/{made['id']}")

    assert (made["bookable"], made["review"]) == (False, {"state": "required"})
    assert (answer.status_code, answer.json()["bookable"], answer.headers["etag"]) == (200, True, '"2"')
    assert answer.headers["cache-control"] == "no-store"
    assert (read.content, read.headers["etag"]) == (answer.content, '"2"')


def test_the_example_of_the_documentation_works(client: TestClient) -> None:
    answer = _review(client, _create(client), REVIEW)

    assert answer.status_code == 200, answer.text
    StoredOut.model_validate_json(answer.content)
    review = answer.json()["review"]
    ReviewedOut.model_validate_json(json.dumps(review))
    assert (review["state"], review["adjustments"]) == ("adjusted", REVIEW["adjustments"])
    assert answer.json()["earliest_start"] == "2026-12-08"


def test_what_is_looser_is_refused_with_each_bound(client: TestClient) -> None:
    made = _create(client)
    more = {"sessions": {"minimum": 4, "typical": 6, "maximum": 12}, "earliest_start": "2026-11-22"}
    answer = _review(client, made, {"outcome": "adjust", "reviewer": WHO, "adjustments": more})

    assert (answer.status_code, answer.json()["code"]) == (422, "looser_than_rules")
    assert answer.json()["errors"] == [
        {
            "pointer": "/adjustments/earliest_start",
            "code": "not_before",
            "message": "The rules allow no visit before 2026-11-27.",
        },
        {
            "pointer": "/adjustments/sessions/maximum",
            "code": "at_most",
            "message": "The rules allow at most 8.",
        },
    ]
    unchanged = client.get(f"/v1/recommendations/{made['id']}")
    assert (unchanged.headers["etag"], unchanged.json()["review"]) == ('"1"', made["review"])


def test_what_must_not_be_treated_is_not_cleared(client: TestClient) -> None:
    cancer = [{"code": "skin_cancer", "status": "active", "areas": ["face"]}]
    made = _create(client, {**INTAKE, "history": {**INTAKE["history"], "conditions": cancer}})
    answer = _review(client, made, {"outcome": "clear", "reviewer": WHO, "reason": "Because."})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_reviewable")
    assert _review(client, made, {"outcome": "decline", "reviewer": WHO}).json()["review"]["state"] == "declined"


def test_a_decision_about_an_older_version_is_refused(client: TestClient) -> None:
    made, clear = _create(client), {"outcome": "clear", "reviewer": WHO}

    assert _review(client, made, clear, **{"If-Match": '"1"'}).status_code == 200
    for tag in ('"1"', 'W/"2"', '"3", "4"', "2"):
        answer = _review(client, made, clear, **{"If-Match": tag})
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    for tag in ('"1", "2"', "*"):
        assert _review(client, made, clear, **{"If-Match": tag}).status_code == 200


def test_the_plan_of_another_clinic_is_not_there(client: TestClient, stranger: str) -> None:
    made = _create(client)
    clear = {"outcome": "clear", "reviewer": WHO}
    foreign = _review(client, made, clear, Authorization=f"Bearer {stranger}")
    absent = _review(client, {"id": "rec_" + "0" * 22}, clear)

    assert foreign.status_code == absent.status_code == 404
    assert {**foreign.json(), "request_id": ""} == {**absent.json(), "request_id": ""}


def test_only_a_key_with_the_scope_may_review(client: TestClient, reader: str) -> None:
    made, clear = _create(client), {"outcome": "clear", "reviewer": WHO}

    answer = _review(client, made, clear, Authorization=f"Bearer {reader}")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    answer = _review(client, made, clear, Authorization="")
    assert answer.status_code == 401


def test_who_decided_and_why_is_in_no_log(client: TestClient, journal: io.StringIO) -> None:
    marked = {"name": "zq7canary", "role": "zq7canary"}
    _review(client, _create(client), {"outcome": "clear", "reviewer": marked, "reason": "zq7canary"})
    _review(client, {"id": "rec_zq7canary"}, {"outcome": "clear", "reviewer": marked, "reason": "zq7canary"})

    assert "/review" in journal.getvalue()
    assert "zq7canary" not in journal.getvalue()


def test_no_hostile_body_is_answered_as_our_mistake(client: TestClient) -> None:
    made = _create(client)
    for name, body in HOSTILE:
        answer = client.post(
            f"/v1/recommendations/{made['id']}/review", content=body, headers={"Content-Type": "application/json"}
        )
        assert 400 <= answer.status_code < 500, name
        assert "zq7canary" not in answer.text, name

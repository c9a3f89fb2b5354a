"""A plan that is being carried out is decided about in its course, so no decision is kept that would not reach it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from app.errors import CourseBegunError
from app.rules.adjust import Adjustments
from app.rules.record import Facts
from app.services.callers import Caller
from app.services.judgement import Judgement
from app.services.review import review
from tests.courses.clinic import FIRST, REVIEWER, Patient, begin, code_of, plan, start
from tests.resources.service import Office, Service
from tests.review.conftest import calling
from tests.review.plans import facts_of

LATER = {"earliest_start": "2027-01-15"}
DECLINE = {"outcome": "decline", "reviewer": REVIEWER}
ADJUST = {"outcome": "adjust", "reviewer": REVIEWER, "adjustments": LATER}
CLEAR = {"outcome": "clear", "reviewer": REVIEWER}
SAID = (
    "A course has begun from this recommendation, and a review of the recommendation would not reach it. Nothing was "
    "decided. End the course first: `POST /v1/courses/{id}/review` with `end`, or `POST /v1/courses/{id}/withdraw`."
)


def _decide(service: Service, recommendation_id: str, document: dict[str, Any], office: Office | None = None) -> Any:
    headers = (office or service.ours).headers
    return service.web.post(f"/v1/recommendations/{recommendation_id}/review", json=document, headers=headers)


def _kept(service: Service) -> list[int]:
    with service.backend.database.read(service.ours.clinic.id) as rows:
        return [
            rows.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 -- our names
            for table in ("reviews", "events")
        ]


def _end(patient: Patient) -> None:
    patient.told("review", {"reviewer": REVIEWER, "outcome": "end"})


@pytest.mark.parametrize("document", [DECLINE, ADJUST], ids=["decline", "adjust"])
def test_no_decision_is_kept_that_would_not_reach_the_course_that_has_begun(
    service: Service, document: dict[str, Any]
) -> None:
    patient = begin(service)
    before, kept = patient.read(), _kept(service)
    answer = _decide(service, patient.plan["id"], document)

    assert code_of(answer) == (409, "course_begun")
    assert answer.json()["detail"] == SAID
    assert (patient.read(), _kept(service)) == (before, kept)
    stored = service.get(f"/v1/recommendations/{patient.plan['id']}").json()
    assert (stored["review"], stored["bookable"]) == ({"state": "none"}, True)


def test_a_decision_that_is_refused_for_the_course_is_in_the_audit(service: Service) -> None:
    patient = begin(service)
    _decide(service, patient.plan["id"], DECLINE)
    service.backend.lane.close()
    with service.backend.database.read(service.ours.clinic.id) as rows:
        said = rows.execute(text("SELECT action, outcome FROM audit ORDER BY number DESC")).first()

    assert said is not None
    assert tuple(said) == ("recommendation.review", "course_begun")


@pytest.mark.parametrize("way", ["end", "withdraw"])
def test_the_ways_that_the_refusal_names_end_the_course_and_open_the_review(service: Service, way: str) -> None:
    patient = begin(service)
    if way == "end":
        _end(patient)
    else:
        patient.told("withdraw", {})

    assert code_of(patient.book("session-1", FIRST + timedelta(14))) == (409, "course_over")
    declined = _decide(service, patient.plan["id"], DECLINE)
    assert (declined.status_code, declined.json()["bookable"]) == (200, False)


def test_a_course_on_hold_keeps_its_plan_from_being_decided_otherwise(service: Service) -> None:
    patient = begin(service)
    patient.done("session-1", FIRST)
    assert patient.signs(FIRST, "blisters")["course"]["status"] == "on_hold"

    assert code_of(_decide(service, patient.plan["id"], DECLINE)) == (409, "course_begun")


def test_clearing_what_nobody_adjusted_is_kept_and_leaves_the_course_as_it_is(service: Service) -> None:
    patient = begin(service)
    before = patient.read()

    for _ in range(2):
        cleared = _decide(service, patient.plan["id"], CLEAR)
        assert (cleared.status_code, cleared.json()["review"]["state"]) == (200, "cleared")
    assert patient.read() == before


def test_clearing_what_was_adjusted_is_refused_while_the_course_keeps_to_the_adjustment(service: Service) -> None:
    stored = plan(service)
    assert _decide(service, stored["id"], ADJUST).status_code == 200
    course = start(service, stored["id"]).json()
    assert course["visits"][0]["earliest"]["date"] == "2027-01-15"

    assert code_of(_decide(service, stored["id"], CLEAR)) == (409, "course_begun")
    assert service.get(f"/v1/recommendations/{stored['id']}").json()["review"]["state"] == "adjusted"


def test_the_course_of_one_plan_holds_back_no_decision_about_another(service: Service) -> None:
    begin(service)
    begin(service, service.theirs)
    other = plan(service)

    assert _decide(service, other["id"], DECLINE).status_code == 200


def test_an_older_version_is_told_before_the_course_is(service: Service) -> None:
    patient = begin(service)
    address, headers = f"/v1/recommendations/{patient.plan['id']}/review", {"If-Match": '"7"'}
    answer = service.web.post(address, json=DECLINE, headers=headers | service.ours.headers)

    assert code_of(answer) == (412, "precondition_failed")
    assert code_of(_decide(service, patient.plan["id"], DECLINE, service.theirs)) == (404, "not_found")


def test_a_course_that_begins_while_its_plan_is_adjusted_is_noticed(service: Service) -> None:
    stored = plan(service)
    caller: Caller = calling(service.ours.clinic)

    def begun_meanwhile(_intake: bytes) -> Facts:
        assert start(service, stored["id"]).status_code == 201
        return facts_of()

    fewer = Judgement("adjust", REVIEWER, adjustments=Adjustments(sessions=(1, 2, 3)), said={"sessions": {}})
    with pytest.raises(CourseBegunError):
        review(service.backend, caller, stored["id"], fewer, lambda _version: True, begun_meanwhile)
    assert service.get(f"/v1/recommendations/{stored['id']}").json()["review"] == {"state": "none"}


def test_of_a_start_and_a_decline_at_the_same_moment_only_one_holds(service: Service) -> None:
    seen = set()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(12):
            stored, gate = plan(service), Barrier(2)

            def begun(id_: str = stored["id"], gate: Barrier = gate) -> int:
                gate.wait(5)
                return int(start(service, id_).status_code)

            def declined(id_: str = stored["id"], gate: Barrier = gate) -> int:
                gate.wait(5)
                return int(_decide(service, id_, DECLINE).status_code)

            both = pool.submit(begun), pool.submit(declined)
            answers = tuple(one.result(20) for one in both)
            seen.add(answers)
            assert answers in {(201, 409), (409, 200), (503, 200)}
            stands = service.get(f"/v1/recommendations/{stored['id']}").json()
            assert stands["bookable"] is (answers == (201, 409))
    assert seen

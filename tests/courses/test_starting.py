"""A plan that was accepted becomes a course: what it is made of, who may read it, and when it may not begin."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.schemas.courses import CoursesPageOut, OngoingCourseOut
from tests.courses.clinic import COURSES, begin, code_of, plan, start, states
from tests.resources.service import Service

ABSENT = "0" * 22


def test_a_course_has_the_visits_of_its_recommendation_to_the_day_and_to_the_rule(service: Service) -> None:
    marks = {"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory"}
    stored = plan(service, concerns=[marks], client={"fitzpatrick": 5}, goals={"event_on": "2027-04-10"})
    course = start(service, stored["id"]).json()

    parts = ("number", "kind", "areas", "earliest", "target", "latest", "pre_care", "aftercare")
    planned = [[visit[part] for part in parts] for visit in stored["course"]["visits"]]
    assert [[visit[part] for part in parts] for visit in course["visits"]] == planned
    assert {visit["state"] for visit in course["visits"]} == {"proposed"}
    assert course["event"] == stored["course"]["event"]
    assert course["protocol"] == stored["protocol"]
    assert (course["status"], course["version"], course["hold"], course["needs"]) == ("active", 1, [], [])


def test_a_course_is_answered_with_its_address_and_version_and_read_as_the_same_bytes(service: Service) -> None:
    stored = plan(service)
    answer = start(service, stored["id"])
    address = f"{COURSES}/{answer.json()['id']}"

    assert (answer.status_code, answer.headers["location"], answer.headers["etag"]) == (201, address, '"1"')
    assert answer.headers["cache-control"] == "no-store"
    read = service.get(address)
    assert (read.status_code, read.headers["etag"], read.content) == (200, '"1"', answer.content)
    assert service.get(address, headers={"If-None-Match": '"1"'}).status_code == 304
    OngoingCourseOut.model_validate_json(read.content)


def test_the_ids_of_visits_are_their_own_and_stay(service: Service) -> None:
    one, other = begin(service), begin(service)
    ids = [[visit["id"] for visit in course["visits"]] for course in (one.begun, one.read(), other.begun)]

    assert ids[0] == ids[1]
    assert len({*ids[0], *ids[2]}) == len(ids[0]) + len(ids[2])


def test_a_plan_that_nobody_may_book_starts_no_course(service: Service) -> None:
    stored = plan(service, client={"pregnant": True})
    answer = start(service, stored["id"])

    assert code_of(answer) == (409, "not_bookable")
    assert (
        answer.json()["detail"]
        == "Nothing may be booked from this recommendation, so that no course can begin from it."
    )


def test_a_plan_has_one_course(service: Service) -> None:
    patient = begin(service)
    answer = start(service, patient.plan["id"])

    assert code_of(answer) == (409, "course_exists")
    assert (
        answer.json()["detail"]
        == "This recommendation is carried out by a course already. A new plan takes a new intake."
    )


def test_what_a_professional_set_before_the_start_stays_in_force(service: Service) -> None:
    stored = plan(service)
    review = {
        "outcome": "adjust",
        "reviewer": {"name": "Dr A. Example", "role": "dermatologist"},
        "adjustments": {"earliest_start": "2026-12-08", "settings": {"intensity": "minimal"}},
    }
    reviewed = service.web.post(
        f"/v1/recommendations/{stored['id']}/review", json=review, headers=service.ours.headers
    ).json()
    course = start(service, stored["id"]).json()

    edges = [(visit["earliest"], visit["target"], visit["latest"]) for visit in course["visits"]]
    assert edges == [(one["earliest"], one["target"], one["latest"]) for one in reviewed["course"]["visits"]]
    assert course["visits"][0]["earliest"]["date"] == "2026-12-08"
    assert course["settings"]["intensity"] == "minimal"


def test_a_plan_that_was_cleared_can_be_carried_out(service: Service) -> None:
    stored = plan(service, medications=[{"code": "anticoagulant", "ongoing": True}])
    assert stored["decision"] == "clinician_review"
    assert code_of(start(service, stored["id"])) == (409, "not_bookable")
    review = {"outcome": "clear", "reviewer": {"name": "Dr A. Example", "role": "dermatologist"}, "reason": "Seen."}
    address = f"/v1/recommendations/{stored['id']}/review"
    assert service.web.post(address, json=review, headers=service.ours.headers).json()["bookable"]

    course = start(service, stored["id"]).json()

    assert (course["status"], course["hold"]) == ("active", [])


def test_nobody_learns_of_another_clinics_course(service: Service) -> None:
    theirs = begin(service, service.theirs)
    for address in (theirs.address, f"{COURSES}/crs_{ABSENT}", f"{COURSES}/x"):
        assert code_of(service.get(address)) == (404, "not_found")
    for recommendation_id in (theirs.plan["id"], f"rec_{ABSENT}"):
        assert code_of(start(service, recommendation_id)) == (404, "not_found")
    assert service.get(COURSES).json() == {"items": [], "next_cursor": None}


def test_courses_are_listed_the_newest_first_by_client_and_by_status_a_page_at_a_time(service: Service) -> None:
    patients = [begin(service) for _ in range(3)]
    patients[1].told("withdraw", {})
    newest = [patient.begun["id"] for patient in reversed(patients)]

    def listed(query: str) -> Any:
        answer = service.get(f"{COURSES}?{query}")
        CoursesPageOut.model_validate_json(answer.content)
        return answer.json()

    assert [item["id"] for item in listed("")["items"]] == newest
    first = listed("limit=2")
    rest = listed(f"limit=2&cursor={first['next_cursor']}")
    assert [item["id"] for item in first["items"] + rest["items"]] == newest
    assert rest["next_cursor"] is None
    assert [item["id"] for item in listed("status=withdrawn")["items"]] == [patients[1].begun["id"]]
    assert [item["id"] for item in listed(f"client_ref={patients[2].plan_ref}")["items"]] == newest[:1]
    refused = service.get(f"{COURSES}?status=active&cursor={first['next_cursor']}")
    assert code_of(refused) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limit=0&cursor=AAAA", ["/limit", "/cursor"]),
        ("limit=0&status=gone&cursor=AAAA", ["/status", "/limit"]),
    ],
)
def test_a_cursor_that_does_not_fit_is_told_beside_other_faults_unless_they_decide_what_it_fits(
    shared: Service, query: str, pointers: list[str]
) -> None:
    answer = shared.get(f"{COURSES}?{query}")
    assert code_of(answer) == (400, "invalid_query")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


def test_starting_is_told_to_others_and_written_into_the_audit_without_what_was_sent(service: Service) -> None:
    patient = begin(service)
    course_id = patient.begun["id"]

    assert ("course.started", course_id, 1) in patient.events()
    told = [(entry["action"], entry["target_id"]) for entry in service.audited(service.ours)]
    assert ("course.create", course_id) in told


def test_an_erased_client_has_no_course_any_more(service: Service) -> None:
    patient = begin(service)
    patient.signs(date(2026, 11, 21))
    assert service.web.delete(f"/v1/clients/{patient.plan_ref}", headers=service.ours.headers).status_code == 200

    assert code_of(service.get(patient.address)) == (404, "not_found")
    assert code_of(patient.send("check-ins", {"on": "2026-11-21", "signs": []})) == (404, "not_found")
    assert code_of(start(service, patient.plan["id"])) == (404, "not_found")


def test_a_course_on_hold_shows_what_it_would_be_and_offers_no_visit(service: Service) -> None:
    patient = begin(service)
    patient.done("session-1", date(2026, 11, 21))
    held = patient.signs(date(2026, 11, 21), "blisters")["course"]

    assert held["status"] == "on_hold"
    assert set(states(held).values()) == {"done", "cancelled"}
    assert [visit["because"][0]["rule"] for visit in held["visits"][1:]] == ["RED-5"] * (len(held["visits"]) - 1)
    assert timedelta(days=180) == date.fromisoformat(held["reassess_by"]) - date(2026, 11, 21)

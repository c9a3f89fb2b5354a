"""What nobody knows and what nobody has looked at keeps a course on hold, through the service as in the rules."""

import pytest

from tests.courses.clinic import Json, Patient, day, states

UNSURE: Json = {"history": {"medications": [{"code": "isotretinoin", "status": "unsure"}]}}
TAKING: Json = {"history": {"medications": [{"code": "isotretinoin", "ongoing": True}]}}


@pytest.fixture
def booked(patient: Patient) -> Patient:
    """A person with the second session booked."""
    patient.done("session-1", day(0), reaction="pink_24h")
    patient.on_day(3)
    assert patient.book("session-2", day(14)).status_code == 201
    return patient


def test_an_answer_that_became_unsure_cancels_what_is_booked_and_names_its_rule(booked: Patient) -> None:
    course = booked.told("answers", {"on": f"{day(3)}", **UNSURE})["course"]
    assert (course["status"], course["needs"]) == ("on_hold", ["assessment"])
    assert "DEF-ISO" in {line["rule"] for line in course["hold"]}
    assert states(course)["session-2"] == "cancelled"
    assert not booked.check(day(14))["allowed"]
    known = booked.told("answers", {"on": f"{day(3)}", "history": {"medications": []}})["course"]
    assert (known["status"], known["needs"]) == ("active", [])


def test_unsure_after_yes_ends_no_hold(booked: Patient) -> None:
    booked.told("answers", {"on": f"{day(2)}", **TAKING})
    course = booked.told("answers", {"on": f"{day(3)}", **UNSURE})["course"]
    assert (course["status"], "review" in course["needs"]) == ("on_hold", True)


def test_blisters_told_after_a_clearance_are_not_covered_by_it_though_they_are_of_an_earlier_hour(
    booked: Patient,
) -> None:
    booked.signs(day(2), "blisters")
    assert booked.resume()["course"]["status"] == "active"
    told = booked.done("session-2", day(3), reaction="blister_or_crust", at=f"{day(3)}T08:00:00Z")
    assert told["course"]["status"] == "on_hold"
    assert {line["rule"] for line in told["course"]["hold"]} == {"MOD-P3"}

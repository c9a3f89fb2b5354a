"""Who is asked lives where it is tomorrow already: nothing that happens is refused for that."""

from datetime import timedelta

import pytest

from tests.courses.clinic import FIRST, Json, Patient, begin, code_of, day, plan, start
from tests.resources.service import Service


@pytest.fixture
def ahead(shared: Service) -> Patient:
    """A plan made for the day that it is in Auckland, at a clinic in Los Angeles, where it is noon the day before."""
    shared.clock.at = shared.clock.at.replace(year=2026, month=11, day=21, hour=20)
    office = shared.open("Los Angeles", time_zone="America/Los_Angeles")
    return begin(shared, office, assessed_on=f"{day(1)}")


@pytest.mark.parametrize("on", [-1, 0, 1])
def test_an_emergency_is_recorded_whatever_day_it_is_there(ahead: Patient, on: int) -> None:
    told = ahead.signs(day(on) if on else FIRST, "breathing_trouble")
    assert (told["judgement"]["action"], told["course"]["status"]) == ("emergency", "on_hold")
    assert told["course"]["assessed_on"] == f"{day(1)}"


@pytest.mark.parametrize(
    ("part", "document"), [("answers", {"client": {"pregnant": True}}), ("visits", {"state": "done"})]
)
def test_what_happens_on_the_day_of_the_start_is_recorded(ahead: Patient, part: str, document: Json) -> None:
    named = {"visit_id": ahead.visit("session-1")["id"]} if part == "visits" else {}
    told = ahead.told(part, {**named, **document, "on": f"{day(0)}"})
    assert told["course"]["assessed_on"] == f"{day(1)}"


def test_days_that_no_zone_explains_are_refused(ahead: Patient) -> None:
    for on, code in ((2, "in_future"), (-2, "before_start")):
        answer = ahead.send("check-ins", {"on": f"{day(on)}", "signs": []})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_no_course_begins_from_a_plan_for_a_day_that_is_nowhere_yet(shared: Service) -> None:
    shared.clock.at = shared.clock.at.replace(year=2026, month=11, day=21, hour=20)
    office = shared.open("Denver", time_zone="America/Denver")
    stored = plan(shared, office, assessed_on=f"{day(2)}")

    answer = start(shared, stored["id"], office)

    fault = answer.json()["errors"][0]
    words = "Must be a plan for a day that has come: nothing could be recorded of the course before."
    assert (code_of(answer), fault["pointer"], fault["code"], fault["message"]) == (
        (422, "invalid_body"),
        "/recommendation_id",
        "not_begun",
        words,
    )
    shared.clock.at += timedelta(days=1)
    assert start(shared, stored["id"], office).status_code == 201

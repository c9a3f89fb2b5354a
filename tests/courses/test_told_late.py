"""What becomes known late is recorded all the same, and counts from the day on which it was so."""

import pytest

from tests.courses.clinic import Json, Patient, begin, code_of, day, states
from tests.resources.service import Service


def _hold(course: Json) -> set[str]:
    return {line["rule"] for line in course["hold"]}


def _tell_done(patient: Patient, visit_id: str, on: int, reaction: str) -> Json:
    return patient.told("visits", {"visit_id": visit_id, "state": "done", "on": f"{day(on)}", "reaction": reaction})


def test_a_blister_of_an_earlier_session_holds_the_course_though_it_is_told_last(patient: Patient) -> None:
    first = patient.visit("session-1")["id"]
    patient.on_day(20)
    patient.done("session-2", day(14), reaction="none")

    held = _tell_done(patient, first, 0, "blister_or_crust")["course"]

    assert (held["status"], states(held)["session-1"]) == ("on_hold", "done")
    assert "MOD-P3" in _hold(held)


def test_a_check_in_may_name_a_visit_that_was_overtaken(patient: Patient) -> None:
    first = patient.visit("session-1")["id"]
    patient.on_day(20)
    patient.done("session-2", day(14), reaction="none")

    told = patient.signs(day(5), "blisters", visit_id=first)

    assert told["judgement"]["action"] == "same_day"
    assert (told["course"]["status"], "RED-5" in _hold(told["course"])) == ("on_hold", True)


def test_a_test_area_may_be_told_after_the_first_session(service: Service) -> None:
    patient = begin(service, client={"fitzpatrick": 6})
    tried = patient.visit("test_area-0")["id"]
    patient.on_day(40)
    patient.done("session-1", day(35), reaction="none")

    held = _tell_done(patient, tried, 0, "pigment_change")["course"]

    assert (held["status"], states(held)["test_area-0"]) == ("on_hold", "done")


@pytest.mark.parametrize("mistake", ["missed", "cancelled"])
def test_that_a_visit_took_place_outweighs_that_nobody_came(patient: Patient, mistake: str) -> None:
    patient.on_day(3)
    visit_id = patient.visit("session-1")["id"]
    patient.told("visits", {"visit_id": visit_id, "state": mistake, "on": f"{day(1)}"})

    told = _tell_done(patient, visit_id, 1, "none")

    assert states(told["course"])["session-1"] == "done"
    assert "session-1.2" not in states(told["course"])
    again = patient.send("visits", {"visit_id": visit_id, "state": "done", "on": f"{day(1)}"})
    fault = again.json()["errors"][0]
    words = "Must be the id of a visit of which nobody told yet that it took place."
    assert (code_of(again), fault["code"], fault["message"]) == ((422, "invalid_body"), "visit_over", words)


def test_a_visit_that_the_course_had_only_for_a_while_may_have_been_done(service: Service) -> None:
    party = {"event_on": f"{day(40)}"}
    patient = begin(service, goals=party)
    assert "session-6" not in states(patient.read())
    patient.told("answers", {"on": f"{day(0)}", "goals": {"event_on": None}})
    last = patient.visit("session-6")["id"]
    again = patient.told("answers", {"on": f"{day(0)}", "goals": party})["course"]
    assert "session-6" not in states(again)

    patient.on_day(1)
    told = _tell_done(patient, last, 1, "blister_or_crust")["course"]

    assert (told["status"], states(told)["session-6"]) == ("on_hold", "done")

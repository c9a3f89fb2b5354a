"""What was told once stays told: a session told later lifts no red flag, and healing outlasts the paperwork."""

import pytest

from tests.courses.clinic import Patient, code_of, day


@pytest.mark.parametrize("told_for", [8, 10])
def test_recording_a_session_does_not_lift_a_red_flag(patient: Patient, told_for: int) -> None:
    patient.done("session-1", day(0), reaction="none")
    second = patient.visit("session-2")["id"]
    patient.on_day(10)
    assert "RED-6" in {line["rule"] for line in patient.signs(day(10), "redness")["course"]["hold"]}
    told = patient.told("visits", {"visit_id": second, "state": "done", "on": f"{day(told_for)}"})["course"]
    assert told["status"] == "on_hold"
    assert "RED-6" in {line["rule"] for line in told["hold"]}
    assert patient.resume()["course"]["status"] == "active"


def test_recording_a_session_does_not_lift_the_hold_of_three_red_flags(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    for count in (4, 5, 6):
        patient.on_day(count)
        patient.signs(day(count), "redness")
        if count < 6:
            patient.resume()
    second = patient.visit("session-2")["id"]
    told = patient.told("visits", {"visit_id": second, "state": "done", "on": f"{day(6)}"})["course"]
    assert {"RED-6", "REASSESS-FLAGS"} <= {line["rule"] for line in told["hold"]}


def test_a_course_without_a_device_that_suits_books_nothing(patient: Patient) -> None:
    crystals = [device for device in patient.read()["settings"]["devices"] if device.startswith("crystal")]
    assert crystals
    patient.done("session-1", day(0), reaction="none", device=crystals[0])
    patient.on_day(3)
    patient.signs(day(3), "lasting_cough")
    found = patient.resume()["course"]
    assert not [device for device in found["settings"]["devices"] if device.startswith("crystal")]
    patient.on_day(14)
    again = patient.done("session-2", day(14), reaction="none", device=crystals[0])["course"]
    assert {line["rule"] for line in again["hold"]} == {"RED-9"}
    assert code_of(patient.send("visits", {"visit_id": patient.visit("session-3")["id"], "state": "booked"}))[0] == 422


def test_who_withdraws_still_gets_what_the_skin_needs_after_the_last_session(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")

    def asked() -> set[str]:
        found = patient.service.get(f"/v1/tasks?due_before={day(30)}", patient.office).json()["items"]
        return {task["kind"] for task in found}

    before = asked()
    assert {"aftercare_step", "check_in_72h"} <= before
    patient.told("withdraw", {})
    assert asked() == {"aftercare_step", "check_in_72h"}

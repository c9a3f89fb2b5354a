"""What really happened can be told in whatever order it becomes known."""

from tests.courses.clinic import Patient, code_of, day, name_of, states


def test_a_session_that_is_told_after_a_later_one_is_recorded_all_the_same(patient: Patient) -> None:
    visit_id = patient.visit("session-1")["id"]
    patient.on_day(14)
    patient.done("session-2", day(14), reaction="none")
    assert "session-1" not in states(patient.read())

    told = patient.told("visits", {"visit_id": visit_id, "state": "done", "on": f"{day(0)}", "reaction": "none"})

    over = [(name_of(one), one["done"]["on"]) for one in told["course"]["visits"] if one["state"] == "done"]
    assert over == [("session-1", "2026-11-21"), ("session-2", "2026-12-05")]
    again = patient.send("visits", {"visit_id": visit_id, "state": "missed", "on": f"{day(0)}"})
    assert (code_of(again), again.json()["errors"][0]["code"]) == ((422, "invalid_body"), "visit_over")


def test_a_visit_that_was_overtaken_cannot_be_booked_any_more(patient: Patient) -> None:
    visit_id = patient.visit("session-1")["id"]
    patient.done("session-2", day(0))
    asked = {"visit_id": visit_id, "state": "booked", "starts_at": "2026-12-30T10:00:00Z"}
    answer = patient.send("visits", asked)
    assert (code_of(answer), answer.json()["errors"][0]["code"]) == ((422, "invalid_body"), "unknown_visit")


def test_progress_that_was_looked_at_before_its_turn_is_not_to_be_looked_at_again(patient: Patient) -> None:
    told = patient.done("progress_check-3", day(0))["course"]
    names = [name_of(one) for one in told["visits"]]
    assert sorted(names) == sorted(set(names))
    assert states(told)["progress_check-3"] == "done"
    held = patient.signs(day(0), "fever")["course"]
    assert [name_of(one) for one in held["visits"]] == names

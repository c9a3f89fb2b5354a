"""A proposed time is judged alike for the web, the telephone and the desk; and what is refused is never stored."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.schemas.placing import CheckOut
from tests.courses.clinic import REVIEWER, Json, Patient, begin, code_of, day
from tests.resources.service import Service
from tests.rules.courses import intake


def _rules(found: dict[str, object]) -> list[str]:
    return [cause["rule"] for cause in found["rules"]]  # type: ignore[attr-defined]


def test_a_day_within_the_window_is_allowed(patient: Patient) -> None:
    found = patient.check(day(3))
    CheckOut.model_validate(found)
    visit_id = patient.visit("session-1")["id"]
    said: Json = {"because": None, "rules": [], "first_date": None, "text": "This day suits the course."}
    assert found == {"allowed": True, "visit_id": visit_id, "on": "2026-11-24", **said}


def test_a_day_too_soon_is_refused_with_the_rule_and_the_first_day_that_would_do(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    found = patient.check(day(3))

    CheckOut.model_validate(found)
    assert (found["allowed"], found["because"], found["first_date"]) == (False, "early", "2026-11-28")
    assert _rules(found) == ["CAD-FL1", "CAD-L1"]
    assert found["text"] == "This is too early for this visit. The first day on which it may be is 2026-11-28."
    assert patient.check(date.fromisoformat(found["first_date"]))["allowed"]


def test_a_day_that_is_over_is_refused(patient: Patient) -> None:
    patient.on_day(3)
    found = patient.check(day(2), "13:00")
    assert (found["allowed"], found["because"], found["rules"], found["first_date"]) == (
        False,
        "past",
        [],
        "2026-11-24",
    )


def test_a_peel_that_is_booked_next_week_counts_and_is_not_kept(patient: Patient) -> None:
    peel = [{"code": "superficial_peel", "on": "2026-11-28"}]
    found = patient.check(day(5), procedures=peel)

    assert (found["allowed"], found["first_date"]) == (False, "2026-12-12")
    assert _rules(found) == ["DEF-PEEL1"]
    assert patient.check(date(2026, 12, 12), procedures=peel)["allowed"]
    assert patient.check(day(5))["allowed"]
    assert patient.read()["version"] == 1


def test_a_peel_that_puts_the_next_visit_off_beyond_its_last_day_leaves_the_day_that_it_would_have(
    patient: Patient,
) -> None:
    patient.done("session-1", day(0), reaction="none")
    patient.on_day(10)
    peel = {"code": "superficial_peel", "on": f"{day(13)}"}
    found = patient.check(day(15), procedures=[peel])

    assert (found["allowed"], found["because"], found["first_date"]) == (False, "early", f"{day(27)}")
    assert _rules(found) == ["CAD-FL1", "CAD-L1", "DEF-PEEL1"]
    assert patient.check(day(27), procedures=[peel])["allowed"]
    patient.told("answers", {"on": f"{day(10)}", "history": {"procedures": [peel]}})
    assert patient.check(day(15))["first_date"] == found["first_date"]
    assert patient.check(day(27))["allowed"]


def test_a_treatment_that_is_planned_never_allows_a_day_that_is_too_soon(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    found = patient.check(day(3), procedures=[{"code": "waxing", "on": f"{day(90)}"}])
    assert (found["allowed"], found["because"], found["first_date"]) == (False, "early", f"{day(7)}")


@pytest.mark.parametrize("procedures", [[], [{"code": "waxing", "on": f"{day(300)}"}]])
def test_a_day_that_would_take_the_next_visit_its_booking_is_refused_as_placing_the_series_does(
    patient: Patient, procedures: list[Json]
) -> None:
    patient.book("session-2", day(9))
    visit_id = patient.visit("session-1")["id"]
    found = patient.check(day(6), visit_id=visit_id, procedures=procedures)
    CheckOut.model_validate(found)

    assert (found["allowed"], found["because"], found["first_date"]) == (False, "booked", f"{day(0)}")
    assert _rules(found) == ["CAD-FL1", "CAD-L1"]
    assert patient.check(day(2), visit_id=visit_id, procedures=procedures)["allowed"]
    assert not patient.check(day(3), visit_id=visit_id, procedures=procedures)["allowed"]
    assert code_of(patient.book("session-1", day(6))) == (409, "not_allowed")
    placed = patient.send("fit", {"free": [{"start": f"{day(6)}T09:00:00Z", "end": f"{day(6)}T12:00:00Z"}]}).json()
    assert placed["unplaced"][0] == {"visit_id": visit_id} | {k: found[k] for k in ("because", "rules")} | {
        "text": placed["unplaced"][0]["text"]
    }
    assert patient.visit("session-2")["state"] == "booked"


def test_what_was_placed_together_can_be_asked_about_one_by_one_and_booked_from_its_end(patient: Patient) -> None:
    hours = {"mon": [["09:00", "18:00"]]}
    closed = [{"from": f"{day(0)}", "until": f"{day(40)}"}]
    placed = patient.send("fit", {"busy": [], "opening_hours": hours, "closures": closed}).json()

    assert placed["complete"]
    for one in placed["placements"]:
        found = patient.send("check", {"visit_id": one["visit_id"], "starts_at": one["starts_at"]}).json()
        assert found["allowed"], found
    for one in reversed(placed["placements"]):
        booking = {"visit_id": one["visit_id"], "state": "booked", "starts_at": one["starts_at"]}
        patient.told("visits", booking)
    assert all(patient.visit(f"session-{number}")["state"] == "booked" for number in range(1, 7))


def _after_three(patient: Patient) -> date:
    """Three sessions were done; the day on which the fourth should be."""
    for number in range(1, 4):
        patient.on_day(14 * (number - 1))
        patient.done(f"session-{number}", day(14 * (number - 1)), reaction="none")
    return date.fromisoformat(patient.visit("session-4")["target"]["date"])


def test_progress_is_not_looked_at_behind_the_next_session_that_is_booked(patient: Patient) -> None:
    on = _after_three(patient)
    look = patient.visit("progress_check-3")["id"]
    assert patient.check(on + timedelta(1), visit_id=look)["allowed"]
    assert patient.book("session-4", on).status_code == 201

    found = patient.check(on + timedelta(1), visit_id=look)
    CheckOut.model_validate(found)
    assert (found["allowed"], found["because"], _rules(found)) == (False, "late", ["CAD-L4"])
    assert patient.check(on, visit_id=look)["allowed"]
    assert patient.visit("progress_check-3")["latest"]["date"] == f"{on}"


def test_a_session_is_not_put_before_a_look_at_progress_that_is_booked(patient: Patient) -> None:
    on = _after_three(patient)
    assert patient.book("progress_check-3", on).status_code == 201
    found = patient.check(on - timedelta(1), visit_id=patient.visit("session-4")["id"])
    assert (found["allowed"], found["because"], _rules(found)) == (False, "booked", ["CAD-L4"])
    assert found["first_date"] == f"{on}"
    placed = patient.send("fit", {"busy": [], "opening_hours": {"mon": [["09:00", "18:00"]]}}).json()
    assert placed["complete"]
    assert placed["placements"][0]["starts_at"] > f"{on}"


def test_what_is_placed_of_a_series_without_slots_for_all_is_allowed_by_a_check(patient: Patient) -> None:
    _after_three(patient)
    last = date.fromisoformat(patient.visit("session-6")["latest"]["date"])
    assert patient.book("session-6", last).status_code == 201
    free = [{"start": f"{day(on)}T10:00:00Z", "end": f"{day(on)}T12:00:00Z"} for on in (35, 36, 45, 49)]
    placed = patient.send("fit", {"free": free}).json()
    assert not placed["complete"]
    assert placed["placements"]
    for one in placed["placements"]:
        found = patient.send("check", {"visit_id": one["visit_id"], "starts_at": one["starts_at"]}).json()
        assert found["allowed"], found


def test_a_time_of_today_that_is_over_is_refused_and_a_later_one_is_not(patient: Patient) -> None:
    found = patient.check(day(0), "09:29")
    CheckOut.model_validate(found)
    assert (found["allowed"], found["because"], found["rules"]) == (False, "past", [])
    assert found["first_date"] == f"{day(1)}"
    assert found["text"] == f"This time is over. The first day on which it may be is {day(1)}."
    assert patient.check(day(1), "09:29")["allowed"]
    assert code_of(patient.book("session-1", day(0), "09:29")) == (409, "not_allowed")
    assert patient.check(day(0), "09:45")["allowed"]


def test_where_today_is_the_last_day_a_time_that_is_over_leaves_the_rest_of_it(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    last = date.fromisoformat(patient.visit("session-2")["latest"]["date"])
    patient.on_day((last - day(0)).days)
    found = patient.check(last, "08:00")
    assert (found["because"], found["first_date"]) == ("past", f"{last}")


def test_a_peel_elsewhere_on_the_body_does_not_count(patient: Patient) -> None:
    peel = [{"code": "superficial_peel", "on": "2026-11-28", "areas": ["back"]}]
    assert patient.check(day(5), procedures=peel)["allowed"]


def test_the_day_is_that_of_the_clinic_wherever_the_caller_is(shared: Service) -> None:
    office = shared.open("Auckland", time_zone="Pacific/Auckland")
    away = begin(shared, office)
    answer = away.send("check", {"starts_at": "2026-11-24T23:30:00-05:00"}).json()
    assert answer["on"] == "2026-11-25"


def test_a_course_on_hold_names_what_holds_it(patient: Patient) -> None:
    patient.done("session-1", day(0))
    patient.signs(day(0), "blisters")
    found = patient.check(day(30))

    assert (found["because"], found["first_date"]) == ("hold", None)
    assert "RED-5" in _rules(found)
    assert found["text"] == "The course is on hold. A professional or new answers have to let it go on first."


def test_after_a_long_gap_new_answers_come_first(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    found = patient.check(day(181))
    assert (found["allowed"], found["because"]) == (False, "late")
    patient.on_day(100)
    found = patient.check(day(181))
    assert (found["allowed"], found["because"], _rules(found)) == (False, "reassess", ["REASSESS"])
    anew = {part: told for part, told in intake().items() if part in {"client", "history"}}
    patient.told("answers", {"on": f"{day(100)}", **anew})
    assert patient.check(day(181))["allowed"]


def test_what_a_check_refuses_is_not_stored_and_the_refusal_is_the_same(patient: Patient) -> None:
    patient.done("session-1", day(0), reaction="none")
    answer = patient.book("session-2", day(2))

    assert code_of(answer) == (409, "not_allowed")
    assert answer.json()["refusal"] == patient.check(day(2))
    found = patient.check(day(2))
    assert answer.json()["errors"] == [{"pointer": "/starts_at", "code": "early", "message": found["text"]}]
    assert patient.read()["version"] == 2


@pytest.mark.parametrize("unknown", ["vis_" + "0" * 22, None])
def test_a_visit_that_is_not_there_or_over_cannot_be_asked_about(patient: Patient, unknown: str | None) -> None:
    patient.done("session-1", day(0))
    visit_id = unknown or patient.visit("session-1")["id"]
    answer = patient.send("check", {"visit_id": visit_id, "starts_at": "2026-12-01T10:00:00Z"})
    assert (code_of(answer), answer.json()["errors"][0]["pointer"]) == ((422, "invalid_body"), "/visit_id")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 60), st.sampled_from("bdsmr")), max_size=8))
def test_whatever_happened_what_is_allowed_can_be_booked_and_every_first_day_is_allowed(
    shared: Service, steps: list[tuple[int, int, str]]
) -> None:
    patient, today = begin(shared), 0
    patient.on_day(0)
    for ahead, proposed, what in steps:
        today += ahead
        on = patient.on_day(today)
        visit = next(
            visit for visit in patient.read()["visits"] if visit["done"] is None and visit["state"] != "missed"
        )
        named = {"visit_id": visit["id"]}
        if what in "dm":
            state = {"d": "done", "m": "missed"}[what]
            patient.told("visits", {**named, "state": state, "on": f"{on}"})
        elif what == "s":
            patient.signs(on, "blisters" if proposed % 2 else "flaking")
        elif what == "r" and "review" in patient.read()["needs"]:
            held = [line["rule"] for line in patient.read()["hold"]]
            patient.send("review", {"reviewer": REVIEWER, "outcome": "resume", "reason": "Seen.", "rules": held})
        when = on + timedelta(proposed)
        found = patient.check(when, "13:00")
        booked = patient.send(
            "visits", {"visit_id": found["visit_id"], "state": "booked", "starts_at": f"{when}T13:00:00Z"}
        )
        assert booked.status_code == (201 if found["allowed"] else 409)
        if not found["allowed"]:
            assert booked.json()["refusal"] == found
            assert found["rules"] or found["because"] == "past"
            if found["first_date"] is not None:
                assert patient.check(date.fromisoformat(found["first_date"]), "13:00")["allowed"]
    patient.service.clock.at = patient.service.clock.at.replace(year=2026, month=11, day=21)

"""Three check-ins with red flags: whoever clears them, the next session is never given back as it was."""

from itertools import product

import pytest

from app.schemas.courses import OngoingCourseOut
from tests.courses.clinic import REVIEWER, Json, Patient, code_of, day, states, window
from tests.rules.courses import intake

SIGNS = ("blisters", "fever", "crusts")
TEXT = "Warning signs came again and again. Please answer all the questions again first."
ANEW: Json = {part: told for part, told in intake().items() if part in {"client", "history"}}


def _flagged(patient: Patient, *, cleared: bool = True) -> Json:
    """Three red flags after the first session, on three days; the session that was next is handed back."""
    patient.done("session-1", day(0), reaction="none")
    before = patient.visit("session-2")
    for count, sign in enumerate(SIGNS, start=1):
        patient.on_day(count)
        patient.signs(day(count), sign)
        if cleared:
            patient.resume()
    return before


def _holding(course: Json) -> dict[str, str]:
    return {line["rule"]: line["text"] for line in course["hold"]}


@pytest.mark.parametrize("cleared", [True, False])
def test_three_red_flags_ask_for_everything_anew_in_words(patient: Patient, cleared: bool) -> None:  # noqa: FBT001
    _flagged(patient, cleared=cleared)
    course = patient.read()
    OngoingCourseOut.model_validate(course)
    assert (course["status"], "assessment" in course["needs"]) == ("on_hold", True)
    assert _holding(course)["REASSESS-FLAGS"] == TEXT
    assert states(course)["session-2"] == "cancelled"


def test_a_review_cannot_clear_what_only_new_answers_can(patient: Patient) -> None:
    _flagged(patient)
    seen = f'"{patient.read()["version"]}"'
    document = {"reviewer": REVIEWER, "outcome": "resume", "reason": "Looked at."}
    words = "Only new answers let the course go on: ask all the questions again first."
    for named, headers in (({"rules": ["REASSESS-FLAGS"]}, {}), ({}, {"If_Match": seen})):
        answer = patient.send("review", {**document, **named}, **headers)
        assert code_of(answer) == (409, "not_resumable")
        assert answer.json()["errors"] == [{"pointer": "/outcome", "code": "new_answers", "message": words}]


def test_a_flag_that_is_still_open_is_cleared_and_the_course_stays_on_hold(patient: Patient) -> None:
    _flagged(patient, cleared=False)
    patient.resume()
    assert set(_holding(patient.read())) == {"REASSESS-FLAGS"}


@pytest.mark.parametrize(("cleared", "last"), list(product([True, False], ["answers", "review"])))
def test_no_path_gives_the_next_session_back_as_it_was(patient: Patient, cleared: bool, last: str) -> None:  # noqa: FBT001
    before = _flagged(patient, cleared=cleared)
    for part in ({"client": ANEW["client"]}, {"history": ANEW["history"]}):
        held = patient.read()
        assert (held["status"], states(held)["session-2"]) == ("on_hold", "cancelled")
        assert not patient.check(day(14), visit_id=before["id"])["allowed"]
        assert code_of(patient.book("session-2", day(14))) == (409, "not_allowed")
        assert patient.send("fit", {"free": []}).json()["unplaced"][0]["because"] == "hold"
        if last == "review" and "review" in held["needs"]:
            patient.resume()
        patient.told("answers", {"on": f"{day(3)}", **part})
    course = patient.read()
    if course["status"] == "on_hold":
        assert "REASSESS-FLAGS" not in _holding(course)
        course = patient.resume()["course"]
    assert course["status"] == "active"
    after = patient.visit("session-2")
    assert window(after)[0] > window(before)[0]
    assert course["settings"] != patient.begun["settings"]


def test_one_more_red_flag_after_new_answers_asks_anew_again(patient: Patient) -> None:
    _flagged(patient)
    patient.told("answers", {"on": f"{day(3)}", **ANEW})
    assert patient.read()["status"] == "active"
    patient.on_day(5)
    patient.signs(day(5), "fever")
    patient.resume()
    assert set(_holding(patient.read())) == {"REASSESS-FLAGS"}

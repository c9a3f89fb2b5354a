"""A course holds so much, so that whoever tells ever more of it costs nobody else their answers."""

import pytest

from app.services.recording import MOST, RESERVE
from app.store import courses
from tests.courses.clinic import Patient, code_of, day, states
from tests.store.things import happened

NOTHING = b'{"on":"2026-11-21","visit":null,"hours_after":null,"signs":[]}'


def _told_so_much(patient: Patient, many: int) -> None:
    """Let check-ins without a sign be all that a course has room for, but for the last of them."""
    course_id, clinic_id = patient.begun["id"], patient.office.clinic.id
    with patient.service.backend.database.write(clinic_id) as rows:
        for version in range(patient.read()["version"] + 1, many + 1):
            one = happened(course_id, version, kind="checked_in", document=NOTHING)
            assert courses.append(rows, clinic_id, one, status="active", answer=b"{}")


@pytest.fixture
def full(patient: Patient) -> Patient:
    """A course with a visit booked that holds as much as it may."""
    assert patient.book("session-1", day(2)).status_code == 201
    _told_so_much(patient, MOST)
    assert patient.signs(day(0), "itching")["course"]["version"] == MOST + 1
    return patient


def test_a_course_holds_so_much_and_then_can_only_be_withdrawn(full: Patient) -> None:
    refused = full.send("check-ins", {"on": "2026-11-21", "signs": ["itching"]})
    assert code_of(refused) == (409, "course_full")
    words = (
        "This course holds as much as a course can: nothing more was recorded. It can be withdrawn; what worries a "
        "person is for the clinic to hear directly."
    )
    assert refused.json()["detail"] == words
    page = full.service.web.get(refused.json()["type"]).text
    assert f"holds {MOST} happenings" in page
    assert f"{RESERVE} more check-ins that tell a red flag" in page
    assert code_of(full.book("session-1", day(4))) == (409, "course_full")
    assert full.told("withdraw", {})["course"]["status"] == "withdrawn"


def test_a_red_flag_is_judged_recorded_and_stops_the_course_however_full_it_is(full: Patient) -> None:
    told = full.signs(day(0), "breathing_trouble")
    assert (told["judgement"]["action"], told["judgement"]["urgency"]) == ("emergency", "emergency")
    assert (told["course"]["version"], told["course"]["status"]) == (MOST + 2, "on_hold")
    assert states(told["course"])["session-1"] == "cancelled"
    assert code_of(full.send("check-ins", {"on": "2026-11-21", "signs": ["itching"]})) == (409, "course_full")


def test_the_last_of_the_reserve_finds_a_course_that_nothing_can_resume(full: Patient) -> None:
    full.signs(day(0), "fever")
    _told_so_much(full, MOST + RESERVE)
    told = full.signs(day(0), "fever")
    assert (told["course"]["version"], told["course"]["status"]) == (MOST + RESERVE + 1, "on_hold")
    assert code_of(full.send("check-ins", {"on": "2026-11-21", "signs": ["fever"]})) == (409, "course_full")
    review = {"reviewer": {"name": "A", "role": "B"}, "outcome": "resume", "reason": "Seen.", "rules": ["RED-3"]}
    assert code_of(full.send("review", review)) == (409, "course_full")
    assert full.told("withdraw", {})["course"]["status"] == "withdrawn"

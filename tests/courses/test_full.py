"""A course holds so much, so that whoever tells ever more of it costs nobody else their answers."""

from app.services.recording import MOST
from app.store import courses
from tests.courses.clinic import Patient, code_of, day
from tests.store.things import happened

NOTHING = b'{"on":"2026-11-21","visit":null,"hours_after":null,"signs":[]}'


def test_a_course_holds_so_much_and_then_can_only_be_withdrawn(patient: Patient) -> None:
    course_id, clinic_id = patient.begun["id"], patient.office.clinic.id
    with patient.service.backend.database.write(clinic_id) as rows:
        for version in range(2, MOST + 1):
            one = happened(course_id, version, kind="checked_in", document=NOTHING)
            assert courses.append(rows, clinic_id, one, status="active", answer=b"{}")
    assert patient.signs(day(0), "itching")["course"]["version"] == MOST + 1

    refused = patient.send("check-ins", {"on": "2026-11-21", "signs": ["fever"]})
    assert code_of(refused) == (409, "course_full")
    words = "This course holds as much as a course can: nothing more was recorded, and it can only be withdrawn."
    assert refused.json()["detail"] == words
    assert f"holds {MOST} happenings" in patient.service.web.get(refused.json()["type"]).text
    assert code_of(patient.book("session-1", day(4))) == (409, "course_full")
    assert patient.told("withdraw", {})["course"]["status"] == "withdrawn"

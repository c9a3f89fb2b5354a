"""What was kept by an earlier version is read, and read on the safe side."""

from app.rules.happenings import Cleared
from app.services.happenings import happenings_of
from app.store import courses
from tests.courses.clinic import REVIEWER, Patient, day
from tests.store.things import happened


def test_a_clearance_that_kept_nothing_of_what_was_known_covers_nothing(patient: Patient) -> None:
    held = patient.signs(day(0), "fever")["course"]
    assert [line["rule"] for line in held["hold"]] == ["RED-3"]
    said = b'{"on":"2026-11-21","rules":["RED-3"],"reason":"Seen.","reviewer":{"name":"A. Example","role":"nurse"}}'
    row = happened(patient.begun["id"], held["version"] + 1, kind="cleared", document=said)
    with patient.service.backend.database.write(patient.office.clinic.id) as rows:
        assert courses.append(rows, patient.office.clinic.id, row, status="active", answer=b"{}")

    [read] = happenings_of([row], "Europe/London")
    assert isinstance(read, Cleared)
    assert (read.rules, read.known) == (("RED-3",), frozenset())
    told = patient.signs(day(0))["course"]
    assert (told["status"], [line["rule"] for line in told["hold"]]) == ("on_hold", ["RED-3"])
    resumed = patient.told("review", {"reviewer": REVIEWER, "outcome": "resume", "reason": "Seen.", "rules": ["RED-3"]})
    assert resumed["course"]["status"] == "active"

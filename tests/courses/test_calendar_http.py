"""Calendars over HTTP: with a key, and at an address of their own that can be taken back."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest

from app.db import migrate
from app.schemas.examples import INTAKE
from app.texts import LANGUAGES, load
from tests.courses.clinic import REVIEWER, Patient, begin, code_of, day, name_of, plan, start
from tests.courses.readers import READERS, Appointment
from tests.resources.service import Service, running


def _calendar(patient: Patient, **headers: str) -> Any:
    return patient.service.get(f"{patient.address}/calendar.ics", patient.office, headers)


def _read(text: bytes) -> dict[str, Appointment]:
    """What all three programs read, which is the same."""
    one, *others = (reading(text) for reading in READERS.values())
    assert all(other == one for other in others)
    return one


def _events(text: bytes) -> list[dict[str, str]]:
    """The entries of a calendar as they are written."""
    events: Any = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return [{name: str(event[name]) for name in ("STATUS", "SUMMARY", "DESCRIPTION")} for event in events]


def _shown(patient: Patient) -> dict[str, Appointment]:
    """The appointments of a course by what they are."""
    read = _read(_calendar(patient).content)
    names = {f"{visit['id']}@skincadence": name_of(visit) for visit in patient.read()["visits"]}
    return {names.get(uid, uid): one for uid, one in read.items()}


def _subscription(patient: Patient, method: str = "POST", headers: dict[str, str] | None = None) -> Any:
    address = f"{patient.address}/calendar-subscription"
    return patient.service.web.request(method, address, headers=headers or patient.office.headers)


def _followed(service: Service, path: str) -> Any:
    """What a calendar program is answered, which has no key."""
    return service.web.get(path)


def test_each_visit_is_one_entry_under_its_id(patient: Patient) -> None:
    answer = _calendar(patient)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert sorted(_read(answer.content)) == sorted(f"{visit['id']}@skincadence" for visit in patient.read()["visits"])


def test_a_window_becomes_a_time_in_the_zone_of_the_clinic(service: Service) -> None:
    office = service.open("Kudamm 1", time_zone="Europe/Berlin")
    patient = begin(service, office)
    before = _shown(patient)["session-1"]
    assert (before.status, before.begins, before.sequence) == ("TENTATIVE", date(2026, 11, 21), 1)
    assert patient.book("session-1", day(1), "09:00").status_code == 201
    after = _shown(patient)["session-1"]
    assert after[:3] == ("CONFIRMED", 2, "Appointment: Kudamm 1")
    assert after.begins == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert "DTSTART;TZID=Europe/Berlin:20261122T100000\r\n" in _calendar(patient).text


def test_a_copy_that_still_stands_is_not_sent_again(patient: Patient) -> None:
    tag = _calendar(patient).headers["etag"]
    again = _calendar(patient, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    patient.book("session-1", day(1))
    assert _calendar(patient, **{"If-None-Match": tag}).status_code == 200


def test_a_hold_cancels_what_was_booked_and_the_clearance_lets_it_come_back(patient: Patient) -> None:
    patient.done("session-1", day(0))
    patient.on_day(1)
    patient.book("session-2", day(14))
    patient.on_day(4)
    patient.signs(day(4), "crusts")
    held = _shown(patient)
    assert (held["session-2"].status, held["session-2"].title) == ("CANCELLED", "Cancelled appointment: Ours")
    patient.resume()
    back = _shown(patient)
    assert back["session-2"].status == "TENTATIVE"
    assert back["session-2"].sequence > held["session-2"].sequence


def test_an_unbooked_plan_is_a_calendar_of_windows(service: Service) -> None:
    stored = plan(service)
    answer = service.get(f"/v1/recommendations/{stored['id']}/calendar.ics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    read = _read(answer.content)
    assert len(read) == len(stored["course"]["visits"])
    assert {(one.status, one.sequence) for one in read.values()} == {("TENTATIVE", 1)}
    first = min(read.values(), key=lambda one: one.begins)
    assert f"{first.begins}" == stored["course"]["visits"][0]["earliest"]["date"]


def test_the_calendar_of_a_plan_gives_way_to_that_of_its_course(service: Service) -> None:
    stored = plan(service)
    before = _read(service.get(f"/v1/recommendations/{stored['id']}/calendar.ics").content)
    assert start(service, stored["id"]).status_code == 201
    after = _read(service.get(f"/v1/recommendations/{stored['id']}/calendar.ics").content)
    assert after.keys() == before.keys()
    assert {(one.status, one.sequence) for one in after.values()} == {("CANCELLED", 2)}


def test_a_plan_that_a_professional_has_to_see_is_in_no_calendar_before_they_did(service: Service) -> None:
    office = service.open("Careful", review_every_plan=True)
    stored = plan(service, office)
    address = f"/v1/recommendations/{stored['id']}/calendar.ics"
    review = f"/v1/recommendations/{stored['id']}/review"
    assert _read(service.get(address, office).content) == {}
    document = {"outcome": "clear", "reviewer": REVIEWER}
    assert service.web.post(review, json=document, headers=office.headers).status_code == 200
    cleared = _read(service.get(address, office).content)
    assert {(one.status, one.sequence) for one in cleared.values()} == {("TENTATIVE", 2)}
    document["outcome"] = "decline"
    assert service.web.post(review, json=document, headers=office.headers).status_code == 200
    declined = _read(service.get(address, office).content)
    assert {(one.status, one.sequence) for one in declined.values()} == {("CANCELLED", 3)}
    assert declined.keys() == cleared.keys()


SUNBURNT: dict[str, Any] = {
    **INTAKE,
    "history": {
        **INTAKE["history"],
        "exposures": [{"code": "sunburn", "on": "2026-11-19", "areas": ["face"], "settled": False}],
    },
}
OPEN = {name: value for name, value in INTAKE.items() if name not in {"client", "history"}}


@pytest.mark.parametrize(("intake", "state", "sentence"), [
    (OPEN, ("proceed", "provisional"),
     "Please answer the open questions first. No visit can be booked before that."),
    (SUNBURNT, ("defer", "final"),
     "No visit can be booked as things stand. Something has to happen first. The clinic can tell you what."),
], ids=["open", "sunburnt"])  # fmt: skip
def test_no_window_that_may_not_be_booked_invites_to_ask_for_a_time(
    intake: dict[str, Any], state: tuple[str, str], sentence: str, service: Service
) -> None:
    stored = service.store(service.ours, intake).json()
    assert (stored["decision"], stored["status"], stored["bookable"]) == (*state, False)
    events = _events(service.get(f"/v1/recommendations/{stored['id']}/calendar.ics").content)
    assert len(events) == len(stored["course"]["visits"]) > 0
    assert {(event["STATUS"], event["SUMMARY"], event["DESCRIPTION"]) for event in events} == {
        ("TENTATIVE", "Appointment that cannot be booked yet: Ours", sentence)
    }


def test_what_may_be_booked_after_a_review_is_shown_anew_as_an_invitation(service: Service) -> None:
    stored = service.store(service.ours, OPEN).json()
    address = f"/v1/recommendations/{stored['id']}"
    before = _read(service.get(f"{address}/calendar.ics").content)
    document = {"outcome": "clear", "reviewer": REVIEWER, "reason": "Asked on the telephone."}
    assert service.web.post(f"{address}/review", json=document, headers=service.ours.headers).status_code == 200
    calendar = service.get(f"{address}/calendar.ics").content
    after = _read(calendar)
    assert after.keys() == before.keys()
    assert {(one.title, one.sequence) for one in after.values()} == {("Appointment to be arranged: Ours", 2)}
    assert {event["DESCRIPTION"] for event in _events(calendar)} == {
        "No time is booked yet. Ask for one within these days."
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_nothing_may_be_booked_is_told_without_a_word_of_health(language: str, service: Service) -> None:
    stored = service.store(service.ours, {**SUNBURNT, "language": language}).json()
    words = load(language)
    assert stored["earliest_start_condition"] == words.say("condition.settled")
    [said] = {
        (event["SUMMARY"], event["DESCRIPTION"])
        for event in _events(service.get(f"/v1/recommendations/{stored['id']}/calendar.ics").content)
    }
    assert said == (
        words.say("calendar.summary", title=words.say("calendar.not_yet"), clinic="Ours"),
        f"{words.say('handout.standing.not_bookable')} {words.say('calendar.condition')}",
    )


def test_a_calendar_is_followed_without_a_key(patient: Patient) -> None:
    made = _subscription(patient)
    assert (made.status_code, made.headers["location"]) == (201, made.json()["path"])
    assert re.fullmatch(r"/calendars/[0-9A-Za-z]{78}\.ics", made.json()["path"])
    followed = _followed(patient.service, made.json()["path"])
    assert (followed.status_code, followed.content) == (200, _calendar(patient).content)
    assert followed.headers["etag"] == _calendar(patient).headers["etag"]
    assert _subscription(patient).json() == made.json()


def test_what_changes_is_seen_at_the_same_address(patient: Patient) -> None:
    path = _subscription(patient).json()["path"]
    patient.book("session-1", day(1))
    assert "STATUS:CONFIRMED" in _followed(patient.service, path).text


def test_an_address_that_was_taken_back_is_gone_for_good(patient: Patient) -> None:
    path = _subscription(patient).json()["path"]
    revoked = _subscription(patient, "DELETE")
    assert (revoked.status_code, revoked.json()) == (200, {"course_id": patient.begun["id"], "path": None})
    assert code_of(_followed(patient.service, path)) == (404, "not_found")
    another = _subscription(patient).json()["path"]
    assert another != path
    assert _followed(patient.service, another).status_code == 200
    assert code_of(_followed(patient.service, path)) == (404, "not_found")


def test_to_take_back_what_is_not_there_changes_nothing(patient: Patient) -> None:
    assert _subscription(patient, "DELETE").json() == {"course_id": patient.begun["id"], "path": None}
    path = _subscription(patient).json()["path"]
    assert path.startswith("/calendars/")


def test_an_address_that_differs_in_anything_is_none(patient: Patient) -> None:
    path = _subscription(patient).json()["path"]
    token = path.removeprefix("/calendars/").removesuffix(".ics")
    for place in (0, 15, 16, 37, 38, 77):
        other = "0" if token[place] != "0" else "1"
        wrong = token[:place] + other + token[place + 1 :]
        assert code_of(_followed(patient.service, f"/calendars/{wrong}.ics")) == (404, "not_found")
    for wrong in (token[:-1], f"{token}0", token.upper(), "x", f"{token}.ics"):
        assert code_of(_followed(patient.service, f"/calendars/{wrong}.ics")) == (404, "not_found")


def test_whoever_guesses_addresses_is_not_let_guess_for_long(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    migrate(f"sqlite:///{path}")
    with running(f"sqlite:///{path}", rate_guesses="3 per minute") as service:
        found = [_followed(service, f"/calendars/{number}.ics") for number in range(5)]
    assert [code_of(answer) for answer in found] == [(404, "not_found")] * 3 + [(429, "too_many_requests")] * 2
    assert found[-1].headers["retry-after"] == "60"


def test_whoever_asks_for_one_calendar_again_and_again_has_to_wait(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    migrate(f"sqlite:///{path}")
    with running(f"sqlite:///{path}", rate_secret="5 per minute") as service:  # noqa: S106 -- a rate
        found = _subscription(begin(service)).json()["path"]
        assert [_followed(service, found).status_code for _ in range(6)] == [200] * 5 + [429]


def test_the_audit_is_told_of_a_follower_once_a_minute(patient: Patient) -> None:
    path = _subscription(patient).json()["path"]
    for seconds in (0, 1, 60, 1):
        patient.service.clock.forward(seconds=seconds)
        _followed(patient.service, path)
    actions = [entry["action"] for entry in patient.service.audited(patient.office)]
    assert actions.count("calendar.follow") == 2


def test_an_address_stands_in_no_log_and_no_audit(patient: Patient) -> None:
    path = _subscription(patient).json()["path"]
    _followed(patient.service, path)
    _followed(patient.service, path.replace(".ics", "x.ics"))
    secret = path.removeprefix("/calendars/").removesuffix(".ics")
    lines = [json.loads(line) for line in patient.service.journal.getvalue().splitlines()]
    assert [line["route"] for line in lines][-2:] == ["/calendars/{token}.ics"] * 2
    audited = patient.service.audited(patient.office)
    assert secret[38:] not in patient.service.journal.getvalue() + json.dumps(audited)
    seen = [(entry["action"], entry["actor"]) for entry in audited if entry["target_id"] == patient.begun["id"]]
    assert seen[-1] == ("calendar.follow", "calendar")
    assert seen[-2][0] == "calendar_subscription.create"


def test_when_a_client_is_erased_so_is_their_calendar(patient: Patient) -> None:
    path = _subscription(patient).json()["path"]
    answer = patient.service.web.delete(f"/v1/clients/{patient.plan_ref}", headers=patient.office.headers)
    assert answer.status_code == 200
    assert code_of(_followed(patient.service, path)) == (404, "not_found")


def test_no_clinic_learns_of_the_calendars_of_another(patient: Patient) -> None:
    service, theirs = patient.service, patient.service.theirs
    for address in (f"{patient.address}/calendar.ics", f"/v1/recommendations/{patient.plan['id']}/calendar.ics"):
        assert code_of(service.get(address, theirs)) == (404, "not_found")
    for method in ("POST", "DELETE"):
        assert code_of(_subscription(patient, method, theirs.headers)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "part", "scope"),
    [
        ("GET", "calendar.ics", "courses:read"),
        ("POST", "calendar-subscription", "courses:write"),
        ("DELETE", "calendar-subscription", "courses:write"),
    ],
)
def test_a_key_needs_the_scope(patient: Patient, method: str, part: str, scope: str) -> None:
    headers = patient.service.key_without(patient.office, scope)
    answer = patient.service.web.request(method, f"{patient.address}/{part}", headers=headers)
    assert code_of(answer) == (403, "missing_scope")


def test_nothing_of_health_is_in_the_calendar_of_anybody(service: Service) -> None:
    patient = begin(service, client={"fitzpatrick": 4})
    patient.done(name_of(patient.read()["visits"][0]), day(0))
    text = re.sub(r"UID:.*", "", _calendar(patient).text).lower()
    assert [word for word in ("derm", "skin:", "session", "test_area", "pigment", "rec_") if word in text] == []

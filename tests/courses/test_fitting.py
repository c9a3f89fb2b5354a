"""The whole remaining series in free time: what a booking tool sends, and what it gets."""

from datetime import date, datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.schemas import placing as contract
from app.schemas.placing import FitOut
from app.services import freebusy, openings
from tests.courses.clinic import Json, Patient, begin, code_of, day, name_of
from tests.resources.service import Service

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OPEN = {"busy": [], "opening_hours": {name: [["09:00", "18:00"]] for name in WEEKDAYS}}


def _fit(patient: Patient, **asked: Any) -> Json:
    answer = patient.send("fit", asked)
    assert answer.status_code == 200, answer.text
    FitOut.model_validate_json(answer.content)
    found: Json = answer.json()
    return found


def _starts(found: Json, zone: str = "Europe/London") -> list[datetime]:
    return [datetime.fromisoformat(one["starts_at"]).astimezone(ZoneInfo(zone)) for one in found["placements"]]


def test_every_visit_gets_a_slot_as_near_to_its_target_as_the_week_allows(patient: Patient) -> None:
    found = _fit(patient, **OPEN)

    assert (found["complete"], found["unplaced"]) == (True, [])
    assert [name_of({**one, "attempt": 1}) for one in found["placements"]] == list(
        map(name_of, patient.begun["visits"])
    )
    assert {start.weekday() for start in _starts(found)} <= set(range(5))
    assert all(abs(one["days_from_target"]) <= 2 for one in found["placements"])
    assert found["cost"]["distance_days"] == sum(abs(one["days_from_target"]) for one in found["placements"])


def test_each_slot_is_one_that_a_check_allows_and_that_can_be_booked(patient: Patient) -> None:
    for one in _fit(patient, **OPEN)["placements"]:
        document = {"visit_id": one["visit_id"], "state": "booked", "starts_at": one["starts_at"]}
        assert patient.send("visits", document).status_code == 201
    assert _fit(patient, **OPEN)["placements"] == []


def _named(patient: Patient, found: Json, name: str) -> Json:
    return next(one for one in found["placements"] if one["visit_id"] == patient.visit(name)["id"])


def _times(one: Json) -> tuple[str, str]:
    return one["starts_at"], one["ends_at"]


def test_a_progress_check_is_a_part_of_the_session_of_its_day(patient: Patient) -> None:
    found = _fit(patient, **OPEN, wishes={"from": "14:00"})
    check, session = _named(patient, found, "progress_check-3"), _named(patient, found, "session-4")

    assert (check["in_appointment_of"], session["in_appointment_of"]) == (session["visit_id"], None)
    assert _times(check) == _times(session)
    own = [_times(one) for one in found["placements"] if one["in_appointment_of"] is None]
    assert len(set(own)) == len(own) == len(found["placements"]) - 1


def test_a_progress_check_joins_a_booked_session_whose_time_is_not_free_any_more(patient: Patient) -> None:
    on = date.fromisoformat(patient.visit("session-4")["target"]["date"])
    assert patient.book("session-4", on, "10:00", minutes=45).status_code == 201
    taken = [{"start": f"{on}T00:00:00Z", "end": f"{on}T23:59:00Z"}]
    check = _named(patient, _fit(patient, **{**OPEN, "busy": taken}), "progress_check-3")

    assert check["in_appointment_of"] == patient.visit("session-4")["id"]
    assert _times(check) == (f"{on}T10:00:00Z", f"{on}T10:45:00Z")


@pytest.mark.parametrize("told", ["busy", "free"])
def test_a_session_is_not_placed_into_a_progress_check_that_is_booked(patient: Patient, told: str) -> None:
    on = date.fromisoformat(patient.visit("session-4")["target"]["date"])
    assert patient.book("progress_check-3", on, "09:30", minutes=30).status_code == 201
    free = [{"start": "2026-11-21T00:00:00Z", "end": "2027-11-21T00:00:00Z"}]
    asked = {"opening_hours": {name: [["09:00", "18:00"]] for name in (*WEEKDAYS, "sat", "sun")}}
    found = _fit(patient, **asked, **{told: free if told == "free" else []})

    assert _times(_named(patient, found, "session-4")) == (f"{on}T10:00:00Z", f"{on}T11:00:00Z")


def test_wishes_choose_the_weekdays_and_prefer_the_hours(patient: Patient) -> None:
    wishes = {"weekdays": ["tue"], "from": "16:00", "until": "18:00", "not_before": "2026-12-01"}
    starts = _starts(_fit(patient, **OPEN, wishes=wishes))

    assert {(start.weekday(), start.hour) for start in starts} == {(1, 16)}
    assert min(starts).date().isoformat() == "2026-12-01"


def test_hours_on_the_wall_are_kept_when_clocks_are_changed(shared: Service) -> None:
    office = shared.open("Berlin", time_zone="Europe/Berlin")
    away = begin(shared, office, goals={"start_on": "2027-02-15"})
    found = _fit(away, **OPEN, wishes={"from": "14:00"})
    assert {start.hour for start in _starts(found, "Europe/Berlin")} == {14}
    assert {start.hour for start in _starts(found, "UTC")} == {12, 13}


def test_free_time_of_a_few_days_places_what_it_can_and_says_what_breaks_the_series(patient: Patient) -> None:
    free = [{"start": f"2026-{on}T10:00:00Z", "end": f"2026-{on}T12:00:00Z"} for on in ("11-23", "12-07")]
    found = _fit(patient, free=free)

    assert [one["number"] for one in found["placements"]] == [1, 2]
    assert not found["complete"]
    first, *rest = found["unplaced"]
    assert (first["visit_id"], first["because"]) == (patient.visit("session-3")["id"], "full")
    assert first["rules"][0]["rule"] == "CAD-FL1"
    assert first["text"].startswith("No free time is left on any day on which this visit may be.")
    assert {one["because"] for one in rest} == {"behind"}
    assert len(found["placements"]) + len(found["unplaced"]) == len(patient.begun["visits"])


def test_a_course_on_hold_has_nothing_to_place_and_says_why(patient: Patient) -> None:
    patient.done("session-1", day(0))
    patient.signs(day(0), "blisters")
    found = _fit(patient, **OPEN)

    assert (found["complete"], found["placements"]) == (False, [])
    assert [(one["visit_id"], one["because"]) for one in found["unplaced"]] == [(None, "hold")]


def test_time_that_is_taken_can_be_sent_as_an_icalendar_text(patient: Patient) -> None:
    head, stamp = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:1", "DTSTAMP:20261101T000000Z"
    busy, end = "DTSTART:20261123T090000Z\nDTEND:20261123T110000Z", "END:VEVENT\nEND:VCALENDAR\n"
    ical = f"{head}\n{stamp}\n{busy}\n{end}".replace("\n", "\r\n")
    starts = _starts(_fit(patient, ical=ical, opening_hours={"mon": [["09:00", "18:00"]]}))
    assert starts[0].isoformat() == "2026-11-23T11:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "pointer", "message"),
    [
        ({}, "", "Must have exactly one of `free`, `busy` and `ical`."),
        ({"free": [], "busy": []}, "", "Must have exactly one of `free`, `busy` and `ical`."),
        (
            {"busy": []},
            "/opening_hours",
            "Is needed with `busy` and `ical`: time in which nobody is busy can still be night.",
        ),
        (
            {"free": [{"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T09:00:00Z"}]},
            "/free/0/end",
            "Must be later than `start`.",
        ),
        (
            {"free": [], "opening_hours": {"mon": [["18:00", "09:00"]]}},
            "/opening_hours/mon/0",
            "Must begin before it ends; what goes past midnight is two days' hours.",
        ),
        (
            {"free": [], "opening_hours": {"mon": [["9", "18:00"]]}},
            "/opening_hours/mon/0/0",
            "Must be a time of the day, written 09:00; 24:00 is the midnight at its end.",
        ),
        ({"free": [], "until": "2199-01-01"}, "/until", "Must be at most 800 days ahead."),
    ],
)
def test_what_contradicts_itself_is_told_with_its_place(
    patient: Patient, asked: Json, pointer: str, message: str
) -> None:
    answer = patient.send("fit", asked)
    assert code_of(answer) == (422, "invalid_body")
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == [(pointer, message)]


def test_no_more_is_let_in_by_the_contract_than_is_looked_through() -> None:
    most = (contract.MOST_INTERVALS, contract.LONGEST_ICAL, contract.MOST_CLOSURES, contract.MOST_HOURS)
    assert most == (freebusy.MOST_INTERVALS, freebusy.MOST_TEXT, openings.MOST_CLOSURES, openings.MOST_HOURS)


def test_a_long_list_of_busy_times_is_taken(patient: Patient) -> None:
    busy = [
        {"start": f"2026-12-{on:02}T{hour:02}:00:00Z", "end": f"2026-12-{on:02}T{hour:02}:15:00Z"}
        for on in range(1, 31)
        for hour in range(8, 20)
    ] * 5
    began = perf_counter()
    assert _fit(patient, **{**OPEN, "busy": busy})["complete"]
    assert perf_counter() - began < 5

"""When a clinic is closed no visit is allowed: checking, fitting and booking say the same."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.services.doors import Doors
from app.services.freebusy import seconds_at
from app.store.profile import ClinicSettings, Closure
from app.store.values import Clinic
from tests.clinic_settings.desk import Json, set_up
from tests.courses.clinic import Patient, begin, day
from tests.databases import LONG_AGO
from tests.resources.service import Service

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
HOURS: Json = {name: [["09:00", "13:00"], ["14:00", "18:00"]] for name in WEEKDAYS}
ALL_WEEK: Json = {name: [["09:00", "18:00"]] for name in (*WEEKDAYS, "sat", "sun")}


def doors(zone: str = "Europe/London", hours: Json | None = None, *closures: tuple[str, str]) -> Doors:
    told = None if hours is None else {name: tuple(map(tuple, hours[name])) for name in hours}
    closed = tuple(Closure(date.fromisoformat(begin), date.fromisoformat(end)) for begin, end in closures)
    settings = ClinicSettings(opening_hours=told, closures=closed)
    found = Doors.of(Clinic("c", "d", "live", "C", zone, False, 1, LONG_AGO, settings=settings))  # noqa: FBT003
    assert found is not None
    return found


def at(text: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_clinic_that_says_nothing_has_no_doors() -> None:
    assert Doors.of(Clinic("c", "d", "live", "C", "UTC", False, 1, LONG_AGO)) is None  # noqa: FBT003


@pytest.mark.parametrize(
    ("moment", "minutes", "open_"),
    [
        ("2026-11-23T09:00", 60, True),
        ("2026-11-23T08:59", 60, False),
        ("2026-11-23T12:00", 60, True),
        ("2026-11-23T12:01", 60, False),
        ("2026-11-23T13:00", 30, False),
        ("2026-11-23T12:30", 120, False),
        ("2026-11-23T17:00", 60, True),
        ("2026-11-23T17:30", 60, False),
        ("2026-11-22T10:00", 60, False),
        ("2026-12-24T10:00", 60, False),
        ("2026-12-28T10:00", 60, True),
        ("2027-03-29T09:00", 60, True),
    ],
)
def test_it_is_open_by_the_clock_on_the_wall(moment: str, minutes: int, *, open_: bool) -> None:
    clinic = doors("Europe/London", HOURS, ("2026-12-24", "2026-12-27"))

    assert clinic.open_at(at(moment), minutes) is open_


def test_midnight_at_the_end_of_a_day_is_part_of_it() -> None:
    late = doors("UTC", {"mon": [["18:00", "24:00"]]})

    assert late.open_at(at("2026-11-23T23:00", "UTC"), 60)
    assert not late.open_at(at("2026-11-23T23:30", "UTC"), 60)


def test_hours_are_those_of_the_clinic_wherever_somebody_asks_from() -> None:
    tokyo = doors("Asia/Tokyo", HOURS)

    assert tokyo.open_at(at("2026-11-23T00:30", "UTC"), 60)
    assert not tokyo.open_at(at("2026-11-23T09:30", "UTC"), 60)


def test_a_day_without_room_for_the_visit_is_no_day_for_it() -> None:
    clinic = doors("UTC", {"mon": [["09:00", "09:30"], ["10:00", "10:45"]]})

    assert clinic.open_on(date(2026, 11, 23), 45)
    assert not clinic.open_on(date(2026, 11, 23), 46)
    assert not clinic.open_on(date(2026, 11, 24), 5)


def test_in_another_zone_the_closed_time_is_the_same() -> None:
    clinic = doors("Asia/Tokyo", HOURS, ("2026-11-24", "2026-11-24"))
    within = clinic.within({"busy": []}, (), ZoneInfo("Europe/London"), at("2026-11-22T12:00", "UTC"))
    assert within.doors is None
    start = at("2026-11-22T12:00", "UTC")
    for quarter in range(4 * 24 * 6):
        moment = start + timedelta(minutes=15 * quarter)
        begin, end = seconds_at(moment), seconds_at(moment + timedelta(minutes=30))
        free = not any(first < end and last > begin for first, last in within.taken)
        assert free == clinic.open_at(moment, 30), moment


def patient(service: Service, **settings: Any) -> Patient:
    set_up(service, **settings)
    return begin(service)


def test_a_closed_day_is_refused_and_the_first_open_one_is_named(service: Service) -> None:
    someone = patient(service, closures=[{"from": "2026-11-28", "until": "2026-12-06", "label": "Move"}])
    someone.done("session-1", day(0))
    told = someone.check(date(2026, 12, 5))
    fine = someone.check(date(2026, 12, 7))

    assert (told["allowed"], told["because"], told["rules"]) == (False, "closed", [])
    assert told["first_date"] == "2026-12-07"
    assert told["text"].startswith("The clinic is closed at this time. ")
    assert (fine["allowed"], fine["because"]) == (True, None)


def test_a_booking_on_a_closed_day_is_not_recorded(service: Service) -> None:
    someone = patient(service, closures=[{"from": "2026-12-05", "until": "2026-12-05"}])
    someone.done("session-1", day(0))
    refused = someone.book("session-2", date(2026, 12, 5))

    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed")
    assert refused.json()["refusal"]["because"] == "closed"
    assert someone.book("session-2", date(2026, 12, 6)).status_code == 201


def test_outside_of_opening_hours_nothing_is_allowed_and_the_same_day_may_do(service: Service) -> None:
    someone = patient(service, opening_hours=ALL_WEEK)
    someone.done("session-1", day(0))
    evening = someone.check(date(2026, 11, 28), at="20:00")

    assert (evening["because"], evening["first_date"]) == ("closed", "2026-11-28")
    assert someone.check(date(2026, 12, 5), at="17:00", minutes=60)["allowed"]
    assert someone.check(date(2026, 12, 5), at="17:00", minutes=61)["because"] == "closed"


def test_what_the_rules_refuse_is_refused_by_the_rules_and_the_first_day_is_an_open_one(service: Service) -> None:
    someone = patient(service, closures=[{"from": "2026-11-28", "until": "2026-12-06"}])
    someone.done("session-1", day(0))
    early = someone.check(date(2026, 11, 22))

    assert early["because"] == "early"
    assert early["first_date"] >= "2026-12-07"


def fit(someone: Patient, **asked: Any) -> Json:
    answer = someone.send("fit", asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_a_series_is_placed_within_the_hours_of_the_clinic_without_saying_them_again(service: Service) -> None:
    closures = [{"from": "2026-12-24", "until": "2027-01-03"}]
    someone = patient(service, opening_hours=HOURS, closures=closures)
    found = fit(someone, busy=[])

    assert found["complete"]
    clinic = doors("Europe/London", HOURS, ("2026-12-24", "2027-01-03"))
    for one in found["placements"]:
        begin_, end = (datetime.fromisoformat(one[name]) for name in ("starts_at", "ends_at"))
        assert clinic.open_at(begin_, int((end - begin_).total_seconds() // 60)), one
        if one["in_appointment_of"] is None:
            break_ = {"starts_at": one["starts_at"], "visit_id": one["visit_id"], "minutes": 60}
            checked = someone.send("check", break_).json()
            assert checked["because"] != "closed"


def test_hours_that_are_sent_narrow_those_of_the_clinic_and_never_widen_them(service: Service) -> None:
    someone = patient(service, opening_hours=HOURS)
    found = fit(someone, busy=[], opening_hours={"sat": [["09:00", "18:00"]], "mon": [["12:00", "22:00"]]})

    days = {datetime.fromisoformat(one["starts_at"]).strftime("%a") for one in found["placements"]}
    assert days <= {"Mon"}
    assert all("12:00" <= one["starts_at"][11:16] < "18:00" for one in found["placements"])


def test_free_time_at_night_is_no_free_time(service: Service) -> None:
    someone = patient(service, opening_hours=ALL_WEEK)
    nights = [
        {"start": f"{day(ahead)}T20:00:00Z", "end": f"{day(ahead)}T23:00:00Z"} for ahead in range(1, 300)
    ]  # fmt: skip
    found = fit(someone, free=nights)

    assert (found["complete"], found["placements"]) == (False, [])


def test_without_hours_of_the_clinic_or_of_the_caller_busy_time_says_nothing(service: Service) -> None:
    someone = patient(service)
    refused = someone.send("fit", {"busy": []})

    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [("/opening_hours", "needed")]

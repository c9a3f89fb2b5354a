"""What a booking tool says about free time: read as it is meant, and every mistake told at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.errors import InvalidBodyError
from app.services.openings import WEEKDAYS, calendar_of
from app.services.slots import DAY, best_slots

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = datetime(2026, 12, 1, tzinfo=UTC)
ALL_WEEK = {day: [["09:00", "18:00"]] for day in WEEKDAYS}


def stretch(begin: datetime, hours: float) -> dict[str, datetime]:
    return {"start": begin, "end": begin + timedelta(hours=hours)}


def days(asked: dict[str, Any]) -> dict[str, str]:
    """The best slots of a week, by day."""
    found = best_slots(calendar_of(asked, BERLIN), SINCE, date(2026, 12, 7))
    return {day.isoformat(): f"{slot.starts_at:%H:%M}-{slot.ends_at:%H:%M}" for day, slot in found.items()}


def faults(asked: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidBodyError) as error:
        calendar_of(asked, BERLIN)
    return [(fault.pointer, fault.code, fault.message) for fault in error.value.faults]


def test_free_times_need_no_opening_hours() -> None:
    free = [stretch(datetime(2026, 12, 2, 9, 10, tzinfo=UTC), 2), stretch(datetime(2026, 12, 4, 5, tzinfo=UTC), 0.5)]
    assert days({"free": free}) == {"2026-12-02": "10:15-11:15"}
    assert days({"free": free, "minutes": 30}) == {"2026-12-02": "10:15-10:45", "2026-12-04": "06:00-06:30"}


def test_busy_times_and_calendars_are_kept_free_within_the_opening_hours() -> None:
    begin = datetime(2026, 12, 2, 8, tzinfo=UTC)
    text = "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nFREEBUSY:20261202T080000Z/PT2H\nEND:VFREEBUSY\nEND:VCALENDAR\n"
    hours = {"tue": [["20:00", "00:00"]], "wed": [["09:00", "11:30"], ["13:00", "24:00"]], "sun": []}
    one: dict[str, Any]
    for one in ({"busy": [stretch(begin, 2)]}, {"ical": text}):
        assert days({**one, "opening_hours": hours}) == {"2026-12-01": "20:00-21:00", "2026-12-02": "13:00-14:00"}


def test_closures_and_wishes_are_honoured() -> None:
    wishes = {"weekdays": ["wed", "fri", "sun"], "from": "16:00", "not_before": date(2026, 12, 3)}
    closures = [{"from": date(2026, 12, 5), "until": date(2026, 12, 6)}]
    asked: dict[str, Any] = {"busy": [], "opening_hours": ALL_WEEK, "closures": closures, "wishes": wishes}
    assert days(asked) == {"2026-12-04": "16:00-17:00"}
    short = {**ALL_WEEK, "fri": [["09:00", "16:30"]]}
    assert days({**asked, "opening_hours": short}) == {"2026-12-04": "09:00-10:00"}


def test_what_is_null_was_not_asked_for() -> None:
    asked: dict[str, Any] = {"free": None, "busy": [], "ical": None, "minutes": None, "opening_hours": ALL_WEEK}
    found = calendar_of({**asked, "closures": None, "wishes": {"weekdays": None, "from": None}}, BERLIN)
    assert (found.wishes.hours, len(found.wishes.weekdays), found.free.seconds) == ((0, DAY), 7, 3600)


def test_every_mistake_is_told_at_once() -> None:
    begin = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert faults({
        "free": [stretch(begin, 1), stretch(begin, -1), stretch(begin.replace(tzinfo=None), 1)],
        "minutes": 4,
        "opening_hours": {"someday": [], "mon": [["9", "10:00"], ["10:00"], ["12:00", "12:00"], ["24:30", "00:00"]]},
        "closures": [{"from": date(2026, 12, 2), "until": date(2026, 12, 1)}],
        "wishes": {"weekdays": ["someday"], "from": "20:00", "until": "08:00"},
    }) == [
        ("/minutes", "range", "Must be from 5 to 720."),
        ("/opening_hours", "unknown", "Must have only the days mon, tue, wed, thu, fri, sat, sun."),
        ("/opening_hours/mon/0", "hours", "Must be two times of the day, such as `09:00` and `18:00`."),
        ("/opening_hours/mon/1", "hours", "Must be two times of the day, such as `09:00` and `18:00`."),
        ("/opening_hours/mon/2", "order", "Must begin before it ends; what goes past midnight is two days' hours."),
        ("/opening_hours/mon/3", "hours", "Must be two times of the day, such as `09:00` and `18:00`."),
        ("/closures/0/until", "order", "Must not lie before `from`."),
        ("/wishes/weekdays", "unknown", "Must have one or more of mon, tue, wed, thu, fri, sat, sun."),
        ("/wishes", "order", "Must begin before it ends; what goes past midnight is two days' hours."),
        ("/free/1/end", "order", "Must be later than `start`."),
        ("/free/2", "offset", "Must have times with their offset from UTC."),
    ]  # fmt: skip


def test_free_time_is_told_in_one_way_and_busy_time_with_the_opening_hours() -> None:
    one = ("", "one_of", "Must have exactly one of `free`, `busy` and `ical`.")
    assert faults({}) == faults({"free": [], "busy": []}) == [one]
    assert faults({"busy": []}) == [(
        "/opening_hours", "needed", "Is needed with `busy` and `ical`: time in which nobody is busy can still be night."
    )]  # fmt: skip


def test_what_a_calendar_gets_wrong_is_told_beside_the_rest() -> None:
    told = faults({"ical": "nothing", "opening_hours": ALL_WEEK, "minutes": 1_000})
    assert [(pointer, code) for pointer, code, _ in told] == [("/minutes", "range"), ("/ical", "ical")]


def test_no_list_is_longer_than_one_question_needs() -> None:
    begin = datetime(2026, 12, 1, 9, tzinfo=UTC)
    day = date(2026, 12, 1)
    assert faults({
        "busy": [stretch(begin, 1)] * 5_001,
        "opening_hours": {"mon": [["09:00", "18:00"]] * 25},
        "closures": [{"from": day, "until": day}] * 1_001,
    }) == [
        ("/opening_hours/mon", "too_many", "Must have at most 24 items."),
        ("/closures", "too_many", "Must have at most 1,000 items."),
        ("/busy", "too_many", "Must have at most 5,000 items."),
    ]  # fmt: skip

"""When somebody is busy, read from an iCalendar text: times and nothing else, and never a guess."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidBodyError
from app.services.freebusy import FAR, MOST_INTERVALS, MOST_TEXT, busy_in

BERLIN = ZoneInfo("Europe/Berlin")
REPEATS = (
    "Holds an event that repeats, which is not read: it could hide busy times. Send a VFREEBUSY, or each event singly."
)
UNREADABLE = "Must be one iCalendar object (RFC 5545) with VFREEBUSY or VEVENT components that can be read."


def ical(*parts: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//Test//EN", *parts, "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:1", "DTSTAMP:20261121T090000Z", *lines, "END:VEVENT"])


def freebusy(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VFREEBUSY", "UID:1", "DTSTAMP:20261121T090000Z", *lines, "END:VFREEBUSY"])


def busy(*parts: str, zone: ZoneInfo = BERLIN) -> list[tuple[str, str]]:
    return [(shown(begin), shown(end)) for begin, end in sorted(busy_in(ical(*parts), zone))]


def shown(instant: int) -> str:
    return "ever" if abs(instant) == FAR else f"{datetime.fromtimestamp(instant, UTC):%m-%d %H:%M}"


def refused(text: str) -> tuple[str, str, str]:
    with pytest.raises(InvalidBodyError) as error:
        busy_in(text, BERLIN)
    [fault] = error.value.faults
    return fault.pointer, fault.code, fault.message


def test_free_busy_periods_are_busy_unless_they_are_marked_as_free() -> None:
    assert busy(freebusy(
        "FREEBUSY;FBTYPE=BUSY:20261201T090000Z/20261201T100000Z,20261202T090000Z/PT90M",
        "FREEBUSY;FBTYPE=FREE:20261203T090000Z/20261203T100000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261204T090000Z/PT1H", "FREEBUSY;FBTYPE=X-LUNCH:20261205T090000Z/PT1H",
    )) == [
        ("12-01 09:00", "12-01 10:00"), ("12-02 09:00", "12-02 10:30"),
        ("12-04 09:00", "12-04 10:00"), ("12-05 09:00", "12-05 10:00"),
    ]  # fmt: skip


def test_what_lies_outside_the_range_of_free_busy_times_is_not_known_to_be_free() -> None:
    told = freebusy("DTSTART:20261201T000000Z", "DTEND:20270101T000000Z", "FREEBUSY:20261204T090000Z/PT1H")
    assert busy(told) == [("ever", "12-01 00:00"), ("12-04 09:00", "12-04 10:00"), ("01-01 00:00", "ever")]


def test_what_lies_between_two_ranges_of_free_busy_times_is_not_known_to_be_free() -> None:
    def told(*days: str) -> str:
        return freebusy(f"DTSTART:2026{days[0]}T000000Z", f"DTEND:2026{days[1]}T000000Z")

    assert busy(told("1201", "1202"), told("1205", "1208"), told("1202", "1203"), told("1206", "1207")) == [
        ("ever", "12-01 00:00"), ("12-03 00:00", "12-05 00:00"), ("12-08 00:00", "ever"),
    ]  # fmt: skip


def test_events_are_busy_in_their_own_zone_by_its_name_or_that_of_windows() -> None:
    assert busy(
        event("DTSTART;TZID=America/New_York:20261201T090000", "DTEND;TZID=America/New_York:20261201T100000"),
        event("DTSTART;TZID=W. Europe Standard Time:20261202T090000", "DURATION:PT1H"),
    ) == [("12-01 14:00", "12-01 15:00"), ("12-02 08:00", "12-02 09:00")]  # fmt: skip


def test_times_and_days_without_a_zone_are_in_that_of_the_clinic() -> None:
    assert busy(
        event("DTSTART:20261201T090000", "DTEND:20261201T100000"), event("DTSTART;VALUE=DATE:20261203"),
        event("DTSTART;VALUE=DATE:20261205", "DTEND;VALUE=DATE:20261207"),
    ) == [
        ("12-01 08:00", "12-01 09:00"), ("12-02 23:00", "12-03 23:00"), ("12-04 23:00", "12-06 23:00")
    ]  # fmt: skip


def test_a_day_on_which_the_clock_is_changed_is_as_long_as_it_is() -> None:
    assert busy(event("DTSTART;VALUE=DATE:20260329"), event("DTSTART;VALUE=DATE:20261025")) == [
        ("03-28 23:00", "03-29 22:00"), ("10-24 22:00", "10-25 23:00")
    ]  # fmt: skip


def test_how_long_something_lasts_over_a_change_of_the_clock_is_taken_as_the_longer_reading() -> None:
    assert busy(event("DTSTART;TZID=Europe/Berlin:20260328T120000", "DURATION:P1D")) == [("03-28 11:00", "03-29 11:00")]
    assert busy(event("DTSTART;TZID=Europe/Berlin:20261024T120000", "DURATION:P1D")) == [("10-24 10:00", "10-25 11:00")]


def test_what_is_cancelled_or_transparent_or_takes_no_time_is_not_busy() -> None:
    nine, ten = "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z"
    assert busy(
        event(nine, ten, "STATUS:CANCELLED"), event(nine, ten, "TRANSP:TRANSPARENT", "RRULE:FREQ=DAILY"),
        event(nine), event(nine, "DTEND:20261201T090000Z"),
    ) == []  # fmt: skip


def test_who_is_met_and_why_is_not_read_however_it_is_written() -> None:
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:PT1H\r\nREPEAT:1\r\nEND:VALARM"
    strange = event(
        "SUMMARY:a\r\n very\r\n\t folded one", "x", "ATTENDEE", alarm, "DTSTART:20261201T0900\r\n 00Z", "DURATION:PT1H"
    )
    zone = "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    assert busy(zone, strange, "BEGIN:VTODO\r\nDUE:nonsense\r\nEND:VTODO") == [("12-01 09:00", "12-01 10:00")]


def test_an_event_that_repeats_is_refused() -> None:
    for line in ("RRULE:FREQ=WEEKLY", "RDATE:20261208T090000Z"):
        assert refused(ical(event("DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", line))) == (
            "/ical", "recurring",
            REPEATS,
        )  # fmt: skip


def test_a_zone_that_nobody_knows_is_refused() -> None:
    own = "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nEND:VTIMEZONE"
    assert refused(ical(own, event("DTSTART;TZID=Mine:20261201T090000", "DTEND;TZID=Mine:20261201T100000"))) == (
        "/ical", "time_zone",
        "Names a time zone that the IANA database does not have. Send times in UTC, or with its names.",
    )  # fmt: skip


@pytest.mark.parametrize("text", [
    "", "nothing", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT\r\nEND:VEVENT", ical() + ical(),
    ical(event()), ical(event("DTSTART:late")), ical(event("DTSTART:20261201T090000Z", "DTEND:late")),
    ical(event("DTSTART:20261201T090000Z", "DTEND:20261201T080000Z")),
    ical(event("DTSTART:20261201T090000Z", "DURATION:-PT1H")),
    ical(event("DTSTART:20261201T090000Z", "DTEND;VALUE=DATE:20261202")), ical(event("DTSTART:20261301T090000Z")),
    ical(event("DTSTART:20261201T090000Z", "DTSTART:20261201T090000Z")), ical(freebusy("FREEBUSY:often")),
    ical(event("DTSTART;VALUE=DATE:20261201", "DURATION:P99999999D")),
    ical(event("DTSTART:99991231T235959", "DURATION:P9D")),
    ical(freebusy("FREEBUSY:20261201T100000Z/20261201T090000Z")), ical("BEGIN:VFREEBUSY"),
    ical(event("DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "DURATION:PT1H")),
    ical(freebusy("FREEBUSY;VALUE=TEXT:20261201T100000Z/PT1H,x")),
    ical(freebusy("DTSTART:20261201T100000Z", "DTEND:x")),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_without_a_word_of_it(text: str) -> None:
    assert refused(text) == ("/ical", "ical", UNREADABLE)


def test_a_calendar_has_an_end() -> None:
    hour = "20261201T090000Z/PT1H"
    assert len(busy_in(ical(freebusy(f"FREEBUSY:{','.join([hour] * MOST_INTERVALS)}")), BERLIN)) == MOST_INTERVALS
    assert refused(ical(freebusy(f"FREEBUSY:{','.join([hour] * (MOST_INTERVALS + 1))}"))) == (
        "/ical", "too_many", "Must tell at most 5,000 busy times."
    )  # fmt: skip
    assert refused("x" * (MOST_TEXT + 1)) == ("/ical", "too_long", "Must have at most 1,000,000 characters.")


TOKENS = st.sampled_from([
    "BEGIN", "END", "DTSTART", "DTEND", "DURATION", "FREEBUSY", "RRULE", "STATUS", "VCALENDAR", "VEVENT", "VFREEBUSY",
    ":",
    ";", "=", ",", "/", "\r\n", "\n", " ", "TZID", "VALUE", "DATE", "PERIOD", "Europe/Berlin", "20261201",
    "20261201T090000Z", "PT1H", "P1D", "-", '"', "\x00", "00000000T000000", "99991231T235959", "0", "é",
])  # fmt: skip


@given(st.lists(TOKENS | st.characters(exclude_categories=["Cs"]), max_size=30).map("".join), st.booleans())
def test_whatever_is_sent_is_read_or_refused(inner: str, framed: bool) -> None:  # noqa: FBT001 -- Hypothesis calls it
    with suppress(InvalidBodyError):
        busy_in(ical(event(inner), freebusy(inner)) if framed else inner, BERLIN)


@given(st.sampled_from(["DTSTART", "DTEND", "DURATION"]), st.lists(TOKENS, max_size=4).map("".join))
def test_whatever_a_time_is_it_is_read_or_refused(name: str, value: str) -> None:
    lines = {"DTSTART": ":20261201T090000Z", name: value}
    with suppress(InvalidBodyError):
        busy_in(ical(event(*(f"{key}{told}" for key, told in lines.items()))), BERLIN)

"""A course as a calendar: what programs of others read in it, in any time zone, and that nothing in it is of health."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.render.calendar import Entry, Heading, Shown, write_calendar
from app.render.published import Published, visits_of
from app.render.timezones import changes, timezone_of
from app.rules.chain import VisitKey
from app.rules.happenings import AnyHappening, Booked
from app.rules.standing import Trail
from app.texts import load
from tests.courses.readers import READERS, Appointment, Read
from tests.rules.courses import DAY, Told, at, intake, key, on, program, reader

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")
CLINIC = "Döner & Söhne, Skin; Bone"
EASY = {"reaction": "pink_24h"}
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(params=READERS)
def reading(request: pytest.FixtureRequest) -> Read:
    return READERS[request.param]


def _versions(told: Told, happenings: Iterable[AnyHappening]) -> Iterator[Published]:
    """What a calendar shows after each happening, told in this order."""
    trail, published = Trail(program(), told.start, reader), Published()
    published.show(1, AT, {one.written: shown for one, shown in visits_of(trail.standing()).items()})
    yield published
    for version, happening in enumerate(happenings, start=2):
        trail.tell(happening)
        visits = {one.written: shown for one, shown in visits_of(trail.standing()).items()}
        published.show(version, AT + timedelta(hours=version), visits)
        yield published


def _entries(told: Told, happenings: Iterable[AnyHappening] | None = None) -> dict[str, Entry]:
    *_, published = _versions(told, told.happenings if happenings is None else happenings)
    return {entry.uid: entry for entry in published.entries}


def _written(entries: Iterable[Entry]) -> bytes:
    return write_calendar(Heading("crs_one@skincadence", CLINIC, AT), list(entries), load())


def _in(zone: str, told: Told) -> Told:
    """The same story with its bookings in the time zone of a clinic."""
    for place, one in enumerate(told.happenings):
        if isinstance(one, Booked):
            there = one.starts_at.replace(tzinfo=ZoneInfo(zone))
            told.happenings[place] = replace(one, starts_at=there)
    return told


def _one(begins: date, ends: date) -> bytes:
    return _written([Entry("vis_one@skincadence", Shown("CONFIRMED", begins, ends), 3, AT)])


def test_three_programs_read_the_same_windows_and_times(reading: Read) -> None:
    told = _in("Europe/Berlin", Told().booked(0, key(1), 2).done(2, key(1), **EASY).booked(3, key(2), 16))
    found = reading(_written(_entries(told).values()))
    assert found["session-1"] == Appointment(
        "CONFIRMED", 2, f"Appointment: {CLINIC}",
        datetime(2026, 11, 23, 14, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC), AT + timedelta(hours=2),
    )  # fmt: skip
    assert found["session-2"][:2] == ("CONFIRMED", 4)
    assert found["session-2"].begins == datetime(2026, 12, 7, 14, tzinfo=UTC)
    assert found["session-3"] == Appointment(
        "TENTATIVE", 4, f"Appointment to be arranged: {CLINIC}", on(23), on(38), AT + timedelta(hours=4)
    )
    assert list(found) == sorted(_entries(told))


def test_a_window_is_free_time_of_whole_days_that_end_before_the_day_after_the_last() -> None:
    text = _written([_entries(Told())["session-2"]]).decode()
    assert "TRANSP:TRANSPARENT\r\n" in text
    assert "STATUS:TENTATIVE\r\n" in text
    assert "DTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261213\r\n" in text
    assert "VTIMEZONE" not in text


def test_a_visit_whose_last_day_nothing_sets_is_shown_until_its_target() -> None:
    shown = _entries(Told(intake(goals={"start_on": "2026-12-01"})))["session-1"].shown
    assert (shown.begins, shown.ends) == (DAY, date(2026, 12, 2))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 8, 12, 23])
def test_wall_clock_times_are_kept_through_every_change_of_clocks(zone: str, hour: int, reading: Read) -> None:
    there = ZoneInfo(zone)
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    moved = {(instant.astimezone(there) + timedelta(days)).date() for instant in changes(there, begin, end)
             for days in (-1, 0, 1)}  # fmt: skip
    days = sorted(moved | {date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29)})
    starts = [datetime(day.year, day.month, day.day, hour, 45, tzinfo=there) for day in days]
    told = {f"vis_{place}@x": start for place, start in enumerate(starts) if _exists(start)}
    entries = [Entry(uid, Shown("CONFIRMED", start, _later(start, 45)), 2, AT) for uid, start in told.items()]
    found = reading(_written(entries))
    assert {uid: one.begins for uid, one in found.items()} == {uid: one.astimezone(UTC) for uid, one in told.items()}
    assert {(one.ends - one.begins) for one in found.values()} == {timedelta(minutes=45)}


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _later(start: datetime, minutes: int) -> datetime:
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


@settings(max_examples=settings().max_examples // 2)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2032, 12, 31)))  # noqa: DTZ001 -- in UTC
def test_any_instant_is_read_back_by_all_three(zone: str, instant: datetime) -> None:
    start = instant.replace(second=0, microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(zone))
    written = _one(start, _later(start, 60))
    for reading in READERS.values():
        (found,) = reading(written).values()
        assert (found.begins, found.ends) == (start.astimezone(UTC), start.astimezone(UTC) + timedelta(hours=1))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_of_an_hour_that_comes_twice_each_is_told_from_the_other(zone: str, reading: Read) -> None:
    there = ZoneInfo(zone)
    begin, end = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    (back,) = (one for one in changes(there, begin, end) if _offset(there, one) < _offset(there, one - timedelta(1)))
    quarter = timedelta(minutes=15)
    starts = [(back + sign * quarter).astimezone(there) for sign in (-1, 1)]
    found = [next(iter(reading(_one(start, _later(start, 10))).values())).begins for start in starts]
    assert found == [back - quarter, back + quarter]


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def test_a_zone_changes_its_clocks_when_the_iana_database_says() -> None:
    text = timezone_of(ZoneInfo("Europe/Berlin"), date(2027, 5, 1), date(2027, 6, 1)).to_ical(sorted=False).decode()
    assert text.replace("\r\n", " ").split("BEGIN:")[2:] == [
        "STANDARD DTSTART:20261230T010000 TZOFFSETFROM:+0100 TZOFFSETTO:+0100 TZNAME:CET END:STANDARD ",
        "DAYLIGHT DTSTART:20270328T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200 TZNAME:CEST END:DAYLIGHT ",
        "STANDARD DTSTART:20271031T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 TZNAME:CET END:STANDARD END:VTIMEZONE ",
    ]


def test_a_day_that_was_left_out_is_left_out() -> None:
    begin, end = datetime(2011, 12, 20, tzinfo=UTC), datetime(2012, 1, 10, tzinfo=UTC)
    (left_out,) = changes(ZoneInfo("Pacific/Apia"), begin, end)
    assert left_out == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_what_a_hold_stops_is_cancelled_and_comes_back_under_its_name(reading: Read) -> None:
    told = Told().done(0, key(1), **EASY).booked(1, key(2), 14).signs(4, "crusts", visit=key(1))
    held = reading(_written(_entries(told).values()))
    assert {one.status for uid, one in held.items() if uid != "session-1"} == {"CANCELLED"}
    assert held["session-2"].begins == at(14, 15)
    assert held["session-2"].title == f"Cancelled appointment: {CLINIC}"
    rules = tuple(line.rule.id for line in told.standing().hold)
    back = reading(_written(_entries(told.cleared(5, *rules)).values()))
    assert (held["session-2"].sequence, back["session-2"].sequence) == (4, 5)
    assert back["session-2"].status == "TENTATIVE"


def test_a_missed_visit_stays_as_cancelled_and_its_next_attempt_is_another_entry() -> None:
    found = _entries(Told().done(0, key(1), **EASY).booked(1, key(2), 14).missed(14, key(2)))
    assert found["session-2"].shown == Shown("CANCELLED", at(14, 15), at(14, 16))
    assert found["session-2.2"].shown.status == "TENTATIVE"


def test_a_visit_that_the_plan_dropped_stays_as_cancelled_on_its_days() -> None:
    told = Told(intake({"concern": "fine_lines", "severity": "mild"}))
    before = _entries(told)
    after = _entries(told.answered(1, goals={"event_on": on(30).isoformat()}))
    dropped = set(before) - {one.key.written for one in told.standing().visits}
    assert dropped
    for uid in dropped:
        shown = before[uid].shown
        assert after[uid] == Entry(uid, Shown("CANCELLED", shown.begins, shown.ends), 2, AT + timedelta(hours=2))


def test_a_withdrawn_course_leaves_nothing_but_what_was_done() -> None:
    found = _entries(Told().booked(0, key(1), 1).done(1, key(1), **EASY).withdrawn(2))
    assert [uid for uid, one in found.items() if one.shown.status != "CANCELLED"] == ["session-1"]


def test_a_visit_done_on_another_day_than_booked_is_shown_on_that_day() -> None:
    found = _entries(Told().booked(0, key(1), 2).done(3, key(1), **EASY))
    assert found["session-1"].shown == Shown("CONFIRMED", on(3), on(4))


STORY = (
    Told()
    .booked(0, key(1), 1).done(1, key(1), **EASY).booked(2, key(2), 15).signs(3, "redness", visit=key(1))
    .missed(15, key(2)).booked(15, key(2, 2), 20).answered(16, client={"pregnant": True})
    .answered(17, client={"pregnant": False}).done(40, key(2, 2)).withdrawn(41)
)  # fmt: skip


@settings(max_examples=settings().max_examples // 5)
@given(st.permutations(STORY.happenings))
def test_a_sequence_never_falls_and_rises_whenever_anything_changes(order: list[AnyHappening]) -> None:
    seen = [{entry.uid: entry for entry in published.entries} for published in _versions(STORY, order)]
    for before, after in pairwise(seen):
        assert before.keys() <= after.keys()
        for uid, entry in before.items():
            assert (after[uid].shown == entry.shown) == (after[uid].sequence == entry.sequence)
            assert after[uid].sequence >= entry.sequence


@settings(max_examples=settings().max_examples // 5)
@given(st.permutations(STORY.happenings))
def test_in_whatever_order_things_are_told_the_calendar_shows_the_same_visits_to_come(
    order: list[AnyHappening],
) -> None:
    def to_come(entries: dict[str, Entry]) -> dict[str, Shown]:
        return {uid: one.shown for uid, one in entries.items() if one.shown.status == "TENTATIVE"}

    some = order[: len(order) // 2]
    assert to_come(_entries(STORY, some)) == to_come(_entries(STORY, sorted(some, key=lambda one: one.order)))


@settings(max_examples=settings().max_examples // 5)
@given(st.permutations(STORY.happenings))
def test_what_is_told_late_is_put_in_its_place(order: list[AnyHappening]) -> None:
    trail = Trail(program(), STORY.start, reader)
    for count, happening in enumerate(order, start=1):
        trail.tell(happening)
        if count in (3, 7):
            whole, told = trail.standing(), STORY.standing(order[:count])
            assert (whole.visits, whole.hold, whole.origin) == (told.visits, told.hold, told.origin)


def test_lines_end_as_the_standard_asks_and_have_at_most_75_octets() -> None:
    heading = Heading("crs_one@skincadence", "Ärztehaus 皮膚科 " * 12, AT)
    text = write_calendar(heading, list(_entries(Told()).values()), load())
    lines = text.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is cut in two


def test_the_name_of_a_clinic_is_read_as_it_is_written(reading: Read) -> None:
    heading = Heading("crs_one@skincadence", 'A, B; C\\n "D": ' + "皮膚科" * 30, AT)
    found = reading(write_calendar(heading, list(_entries(Told()).values()), load()))
    assert found["session-1"].title == f"Appointment to be arranged: {heading.clinic}"


def test_no_word_tells_what_an_appointment_is_for() -> None:
    text = _written(_entries(STORY).values()).decode().lower()
    told = re.sub(r"uid:.*", "", text)
    forbidden = ("derm", "session", "test", "progress", "skin", "pregnan", "redness", "hold", "rule", "medic")
    assert [word for word in forbidden if word in told.replace("skincadence", "").replace("skin\\; bone", "")] == []
    assert "class:private" in told


def test_the_same_course_gives_the_same_bytes() -> None:
    assert _written(_entries(STORY).values()) == _written(list(_entries(STORY).values())[::-1])


def test_a_calendar_says_how_often_to_look_again() -> None:
    text = _written([]).decode()
    assert text.split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Skincadence//Appointments//EN", "CALSCALE:GREGORIAN",
        "UID:crs_one@skincadence", "NAME:Döner & Söhne\\, Skin\\; Bone", "X-WR-CALNAME:Döner & Söhne\\, Skin\\; Bone",
        "LAST-MODIFIED:20261121T093000Z", "REFRESH-INTERVAL;VALUE=DURATION:PT12H", "X-PUBLISHED-TTL:PT12H",
        "END:VCALENDAR", "",
    ]  # fmt: skip


def test_a_course_of_two_zones_would_carry_both() -> None:
    starts = [datetime(2027, 6, 1, 10, tzinfo=ZoneInfo(zone)) for zone in ZONES[:2]]
    entries = [Entry(f"vis_{n}@x", Shown("CONFIRMED", one, _later(one, 60)), 2, AT) for n, one in enumerate(starts)]
    text = _written(entries).decode()
    assert re.findall(r"TZID:(\S+)", text) == list(ZONES[:2])
    assert VisitKey("session", 1).written not in text

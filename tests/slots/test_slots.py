"""The best slot of each day: by the clock on the wall, on days of 23, 24 and 25 hours and on one of none."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidBodyError
from app.services.slots import DAY, Calendar, Free, Hours, Slot, Wishes, best_slots

BERLIN, NEW_YORK, LORD_HOWE, APIA = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
)
CASABLANCA, HAVANA, CAIRO = map(ZoneInfo, ("Africa/Casablanca", "America/Havana", "Africa/Cairo"))
ALWAYS = (-(1 << 40), 1 << 40)
NINE_TO_SIX = {weekday: [(9 * 60, 18 * 60)] for weekday in range(7)}


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def seconds(begin: datetime, end: datetime) -> tuple[int, int]:
    return int(begin.timestamp()), int(end.timestamp())


def calendar(zone: ZoneInfo = BERLIN, minutes: int = 60, **more: object) -> Calendar:
    return Calendar(zone, Free([ALWAYS], minutes), **more)  # type: ignore[arg-type]


def around(*busy: tuple[datetime, datetime], minutes: int = 60, **more: object) -> Calendar:
    free = Free.around([seconds(*one) for one in busy], minutes)
    return Calendar(BERLIN, free, NINE_TO_SIX, **more)  # type: ignore[arg-type]


def on(day: str, of: Calendar) -> Slot | None:
    """The best slot of a day."""
    begin = datetime.combine(date.fromisoformat(day), time(), of.zone).astimezone(UTC) - timedelta(days=1)
    return best_slots(of, begin, date.fromisoformat(day)).get(date.fromisoformat(day))


def told(slot: Slot | None) -> tuple[str, str] | None:
    return None if slot is None else (slot.starts_at.isoformat(), slot.ends_at.isoformat())


# --- A plain day ----------------------------------------------------------------------------------------------------


def test_the_best_slot_is_the_first_of_the_opening_hours() -> None:
    assert told(on("2026-12-01", around())) == ("2026-12-01T09:00:00+01:00", "2026-12-01T10:00:00+01:00")


def test_a_slot_begins_on_the_quarter_after_what_is_busy() -> None:
    found = on("2026-12-01", around((at("2026-12-01T08:00"), at("2026-12-01T09:50"))))
    assert told(found) == ("2026-12-01T10:00:00+01:00", "2026-12-01T11:00:00+01:00")


def test_a_gap_that_is_too_short_is_no_slot() -> None:
    busy = (at("2026-12-01T09:30"), at("2026-12-01T10:00")), (at("2026-12-01T10:45"), at("2026-12-01T12:00"))
    assert on("2026-12-01", around(*busy)) == (at("2026-12-01T12:00"), at("2026-12-01T13:00"), 12 * 60)


def test_a_slot_ends_within_the_opening_hours() -> None:
    morning = at("2026-12-01T09:00")
    assert on("2026-12-01", around((morning, at("2026-12-01T17:00")))) is not None
    assert on("2026-12-01", around((morning, at("2026-12-01T17:01")))) is None


def test_a_day_of_the_week_without_hours_is_closed_and_so_is_a_closure() -> None:
    weekdays = {weekday: [(540, 1080)] for weekday in range(5)}
    christmas = [(date(2026, 12, 24), date(2026, 12, 28))]
    found = best_slots(calendar(opening=weekdays, closures=christmas), at("2026-12-22T00:00"), date(2026, 12, 31))
    assert [day.day for day in found] == [22, 23, 29, 30, 31]


def test_wished_hours_come_first_and_others_where_the_day_has_none() -> None:
    evening = Wishes(hours=(16 * 60, 20 * 60))
    assert on("2026-12-01", around(wishes=evening)) == (at("2026-12-01T16:00"), at("2026-12-01T17:00"), 960)
    busy = at("2026-12-01T16:30"), at("2026-12-01T18:00")
    assert on("2026-12-01", around(busy, wishes=evening)) == (at("2026-12-01T09:00"), at("2026-12-01T10:00"), DAY + 540)


def test_no_day_is_offered_before_a_person_can_come_nor_on_another_day_of_the_week() -> None:
    tuesdays = calendar(wishes=Wishes(weekdays=frozenset({1}), not_before=date(2026, 12, 2)))
    assert [day.day for day in best_slots(tuesdays, at("2026-12-01T00:00"), date(2026, 12, 31))] == [8, 15, 22, 29]


def test_no_slot_begins_before_the_moment_of_the_question() -> None:
    found = best_slots(around(), at("2026-12-01T10:07:30"), date(2026, 12, 2))
    assert [slot.starts_at.isoformat()[11:16] for slot in found.values()] == ["10:15", "09:00"]


def test_opening_hours_may_end_at_midnight_and_a_slot_with_them() -> None:
    late = calendar(opening={1: [(23 * 60, DAY)]})
    assert told(on("2026-12-01", late)) == ("2026-12-01T23:00:00+01:00", "2026-12-02T00:00:00+01:00")


def test_neighbouring_free_times_are_one_and_overlapping_ones_are_two_rooms() -> None:
    half, hour = timedelta(minutes=30), timedelta(hours=1)
    nine = at("2026-12-01T09:00")
    touching = Free([seconds(nine + half, nine + hour), seconds(nine, nine + half)], 60)
    crossing = Free([seconds(nine, nine + hour), seconds(nine + half, nine + half + hour)], 75)
    assert on("2026-12-01", Calendar(BERLIN, touching)) == (nine, nine + hour, 540)
    assert on("2026-12-01", Calendar(BERLIN, crossing)) is None


def test_nobody_looks_further_ahead_than_eight_hundred_days() -> None:
    since = at("2026-12-01T00:00")
    assert len(best_slots(calendar(), since, since.date() + timedelta(days=800))) == 801
    with pytest.raises(InvalidBodyError) as error:
        best_slots(calendar(), since, since.date() + timedelta(days=801))
    assert [(fault.pointer, fault.message) for fault in error.value.faults] == [
        ("/until", "Must be at most 800 days ahead.")
    ]


# --- Days on which clocks are changed -------------------------------------------------------------------------------


@pytest.mark.parametrize(("zone", "since", "until"), [
    (BERLIN, "2026-03-27", "2026-03-31"), (BERLIN, "2026-10-23", "2026-10-27"),
    (NEW_YORK, "2027-03-12", "2027-03-16"), (NEW_YORK, "2027-11-05", "2027-11-09"),
    (LORD_HOWE, "2026-10-02", "2026-10-06"), (LORD_HOWE, "2027-04-02", "2027-04-06"),
    (CASABLANCA, "2026-02-13", "2026-02-17"), (CASABLANCA, "2026-03-20", "2026-03-24"),
    (BERLIN, "2028-02-27", "2028-03-02"), (BERLIN, "2026-12-30", "2027-01-02"),
])  # fmt: skip
def test_wall_clock_times_are_kept_over_every_change_of_the_clock(zone: ZoneInfo, since: str, until: str) -> None:
    found = best_slots(calendar(zone, opening=NINE_TO_SIX), at(f"{since}T00:00", zone), date.fromisoformat(until))
    assert len(found) == (date.fromisoformat(until) - date.fromisoformat(since)).days + 1
    assert {slot.starts_at.time() for slot in found.values()} == {time(9)}
    assert {slot.ends_at.time() for slot in found.values()} == {time(10)}


def test_a_time_that_does_not_exist_is_no_slot() -> None:
    night = calendar(opening={6: [(2 * 60, 6 * 60)]})
    assert told(on("2026-03-29", night)) == ("2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00")


def test_hours_that_do_not_exist_are_closed() -> None:
    assert on("2026-03-29", calendar(opening={6: [(2 * 60, 3 * 60)]}, minutes=15)) is None


def test_a_slot_over_a_change_of_the_clock_lasts_its_minutes() -> None:
    assert told(on("2026-03-29", calendar(opening={6: [(90, 360)]}))) == (
        "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"
    )  # fmt: skip
    assert told(on("2026-10-25", calendar(opening={6: [(150, 360)]}))) == (
        "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"
    )  # fmt: skip


def test_a_time_that_comes_twice_is_offered_once_and_means_its_first_coming() -> None:
    first, second = at("2026-10-25T02:00"), at("2026-10-25T02:00", fold=1)
    only_second = Calendar(BERLIN, Free([seconds(second, second + timedelta(hours=1))], 30))
    assert told(on("2026-10-25", calendar(opening={6: [(120, 360)]}, minutes=30))) == (
        "2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00"
    )  # fmt: skip
    assert on("2026-10-25", only_second) is None
    assert first.timestamp() + 3600 == second.timestamp()


def test_half_an_hour_that_is_skipped_on_lord_howe_is_no_slot() -> None:
    night = calendar(LORD_HOWE, 30, opening={6: [(120, 360)]})
    assert told(on("2026-10-04", night)) == ("2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00")


def test_the_day_that_apia_never_had_has_no_slot() -> None:
    found = best_slots(calendar(APIA), at("2011-12-28T00:00", APIA), date(2012, 1, 1))
    assert [day.isoformat() for day in found] == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]


def test_a_day_that_begins_at_one_has_its_first_slot_then() -> None:
    assert told(on("2026-04-24", calendar(CAIRO))) == ("2026-04-24T01:00:00+03:00", "2026-04-24T02:00:00+03:00")


# --- Any day --------------------------------------------------------------------------------------------------------

ODD_DAYS = [
    *[(BERLIN, date(2026, 3, 29)), (BERLIN, date(2026, 10, 25)), (NEW_YORK, date(2027, 3, 14))],
    *[(NEW_YORK, date(2027, 11, 7)), (LORD_HOWE, date(2026, 10, 4)), (LORD_HOWE, date(2027, 4, 4))],
    *[(APIA, date(2011, 12, 30)), (CASABLANCA, date(2026, 2, 15)), (CASABLANCA, date(2026, 3, 22))],
    *[(HAVANA, date(2026, 3, 8)), (HAVANA, date(2026, 11, 1)), (CAIRO, date(2026, 4, 24)), (CAIRO, date(2026, 10, 29))],
    *[(BERLIN, date(2028, 2, 29)), (BERLIN, date(2026, 12, 31))],
]
QUARTER = timedelta(minutes=15)


def quarters(zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """Every quarter of an hour about a day, one after the other, as the clock shows them."""
    begin = datetime.combine(day, time(), UTC) - timedelta(hours=16)
    return ((begin + QUARTER * count).astimezone(zone) for count in range(4 * 56))


def by_trying(zone: ZoneInfo, day: date, hours: Hours, wished: Hours, busy: Sequence[tuple[int, int]]) -> set[int]:
    """The instants of all slots of 45 minutes of a day, the best ones: of those within the wished hours, or of all."""
    seen = list(quarters(zone, day))

    def within(limits: Hours) -> list[datetime]:
        walls = [datetime.combine(day, time()) + timedelta(minutes=limit) for limit in limits]
        shown = [(moment.replace(tzinfo=None, fold=0), moment) for moment in seen]
        opens, closes = (next(moment for clock, moment in shown if clock >= wall) for wall in walls)
        return [
            moment
            for clock, moment in shown
            if moment.date() == day and not moment.fold and walls[0] <= clock and opens.timestamp() <= start(moment)
            and start(moment) + 2700 <= closes.timestamp()
            and all(start(moment) + 2700 <= begin or end <= start(moment) for begin, end in busy)
        ]  # fmt: skip

    best = within((max(hours[0], wished[0]), min(hours[1], wished[1]))) or within(hours)
    return {start(min(best, key=lambda moment: moment.replace(tzinfo=None)))} if best else set()


def start(moment: datetime) -> int:
    return int(moment.timestamp())


@given(st.integers(0, 1 << 32), st.sampled_from(ODD_DAYS), st.integers(-1, 1))
def test_the_best_slot_is_that_which_trying_every_quarter_of_an_hour_finds(
    seed: int, where: tuple[ZoneInfo, date], ahead: int
) -> None:
    random, (zone, odd) = Random(seed), where  # noqa: S311 -- nothing is kept secret with it
    day = odd + timedelta(days=ahead)
    hours, wished = (sorted(random.sample(range(0, DAY + 1, 15), 2)) for _ in range(2))
    moments = [start(moment) + random.randrange(900) for moment in quarters(zone, day)]
    busy = [(begin, begin + random.randrange(1, 9000)) for begin in random.sample(moments, random.choice((0, 5, 40)))]
    opening = {weekday: [(hours[0], hours[1])] for weekday in range(7)}
    wishes = Wishes(hours=(wished[0], wished[1]))
    found = best_slots(
        Calendar(zone, Free.around(busy, 45), opening, wishes=wishes),
        next(quarters(zone, day - timedelta(days=1))),
        day,
    ).get(day)
    expected = by_trying(zone, day, (hours[0], hours[1]), (wished[0], wished[1]), busy)
    assert ({start(found.starts_at)} if found else set()) == expected
    assert found is None or start(found.ends_at) - start(found.starts_at) == 2700

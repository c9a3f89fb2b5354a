"""The best free slot of each local day: what is free, cut to opening hours, closures and a person's wishes.

Opening hours and wishes are times on the wall, in the clinic's zone; a slot begins on the quarter of an hour there and
lasts its minutes by the clock. On a day on which clocks are changed, a time that does not exist is no slot, and a time
that comes twice means its first coming.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from app.errors import Fault, InvalidBodyError
from app.services.freebusy import FAR, Stretch, seconds_at, seconds_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

__all__ = ["DAY", "GRID", "HORIZON", "Calendar", "Free", "Hours", "Slot", "Wishes", "best_slots"]

GRID: Final = 15
"""Slots begin on the full hour and every so many minutes after it."""
DAY: Final = 24 * 60
HORIZON: Final = 800
"""For how many days slots are looked for at most."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TOO_FAR: Final = Fault("/until", "too_far", f"Must be at most {HORIZON} days ahead.")

Hours: TypeAlias = tuple[int, int]
"""From one minute of the day up to, not including, another; 1440 is midnight at its end."""


class Slot(NamedTuple):
    """A stretch of time for one visit.

    Attributes:
        starts_at: Its begin, in the clinic's zone.
        ends_at: Its end.
        rank: How good it is among the slots of a day: those within the wished hours first, then the earlier ones.
    """

    starts_at: datetime
    ends_at: datetime
    rank: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """When a person would like to come.

    Attributes:
        weekdays: The days of the week on which they can come, Monday being 0. No other day is offered.
        hours: The wished hours: a slot lies wholly within them if the day has such a slot, else elsewhere.
        not_before: The first day on which they can come.
    """

    weekdays: frozenset[int] = frozenset(range(7))
    hours: Hours = (0, DAY)
    not_before: date = date.min


class Free:
    """Free time in which slots of some length are looked for."""

    def __init__(self, stretches: Iterable[Stretch], minutes: int) -> None:
        """Keep the stretches that are long enough.

        Stretches that touch are one. Those that overlap are not: they can be two rooms, and a slot lies within one.
        """
        self.seconds = minutes * 60
        joined: dict[int, int] = {}
        for begin, end in sorted(stretches):
            joined[end] = min(joined.get(begin, begin), joined.get(end, begin))
        self._begins: list[int] = []
        self._ends: list[int] = []
        for begin, end in sorted(((begin, end) for end, begin in joined.items()), key=lambda one: (one[0], -one[1])):
            if end - begin >= self.seconds and (not self._ends or end > self._ends[-1]):
                self._begins.append(begin)
                self._ends.append(end)

    @classmethod
    def around(cls, busy: Iterable[Stretch], minutes: int) -> Free:
        """All time that is not busy."""
        return cls(_between(sorted(busy)), minutes)

    def next(self, instant: int) -> int | None:
        """The first instant from one on that a slot can begin at; `None` where there is none any more."""
        last = bisect_right(self._begins, instant) - 1
        if last >= 0 and instant + self.seconds <= self._ends[last]:
            return instant
        return self._begins[last + 1] if last + 1 < len(self._begins) else None


def _between(busy: Sequence[Stretch]) -> Iterator[Stretch]:
    free_from = -FAR
    for begin, end in busy:
        if begin > free_from:
            yield free_from, begin
        free_from = max(free_from, end)
    if free_from < FAR:
        yield free_from, FAR


@dataclass(frozen=True, slots=True)
class Calendar:
    """When visits can be, as a clinic and a person see it.

    Attributes:
        zone: The clinic's time zone.
        free: The free time, for slots of a length.
        opening: The opening hours of each day of the week, Monday being 0; none given: open whenever time is free.
        closures: Days on which the clinic is closed, from one day to another, both included.
        wishes: When the person would like to come.
    """

    zone: ZoneInfo
    free: Free
    opening: Mapping[int, Sequence[Hours]] | None = None
    closures: Sequence[tuple[date, date]] = ()
    wishes: Wishes = field(default_factory=Wishes)

    def hours(self, day: date) -> Sequence[Hours]:
        """The hours of a day in which a visit can be."""
        wishes = self.wishes
        closed = any(first <= day <= last for first, last in self.closures)
        if closed or day < wishes.not_before or day.weekday() not in wishes.weekdays:
            return ()
        return ((0, DAY),) if self.opening is None else self.opening.get(day.weekday(), ())


class _Wall:
    """The clock on the wall on one day."""

    def __init__(self, zone: ZoneInfo, day: date) -> None:
        self._zone, self._day = zone, day
        midnight, next_midnight = self._at(0), self._at(DAY)
        self._midnight = seconds_from(midnight)
        self._even = midnight.utcoffset() == next_midnight.utcoffset()

    def _at(self, minute: int) -> datetime:
        return (datetime.combine(self._day, time.min) + timedelta(minutes=minute)).replace(tzinfo=self._zone)

    def instant(self, minute: int) -> int | None:
        """When the clock shows a minute of the day for the first time; `None` where it never does."""
        if self._even:
            return self._midnight + minute * 60
        wall = self._at(minute)
        instant = seconds_from(wall)
        return instant if self.local(instant).replace(tzinfo=None) == wall.replace(tzinfo=None) else None

    def local(self, instant: int) -> datetime:
        """What the clock shows at an instant, as a time in its zone."""
        return (_EPOCH + timedelta(seconds=instant)).astimezone(self._zone)

    def over_by(self, instant: int, minute: int) -> bool:
        """Whether it is no later at an instant than a minute of the day, even if that comes twice."""
        if self._even:
            return instant <= self._midnight + minute * 60
        wall = self._at(minute)
        before = self.local(instant - 1).replace(tzinfo=None, fold=0)
        return instant <= seconds_from(wall) and before < wall.replace(tzinfo=None)

    def step(self, minute: int, instant: int) -> int:
        """The next minute of the grid after one, passing over those before an instant where that is simple."""
        ahead = -((self._midnight - instant) // 60) if self._even else 0
        return max(minute + GRID, _on_grid(ahead))


def _on_grid(minute: int) -> int:
    return -(-minute // GRID) * GRID


def best_slots(calendar: Calendar, since: datetime, until: date) -> dict[date, Slot]:
    """Find the best slot of each day.

    Args:
        calendar: When visits can be.
        since: The instant before which no slot begins.
        until: The last day.

    Returns:
        The best slot of each local day that has one, in order.

    Raises:
        InvalidBodyError: The last day is too far ahead.
    """
    first, earliest = since.astimezone(calendar.zone).date(), seconds_at(since)
    if (until - first).days > HORIZON:
        raise InvalidBodyError([_TOO_FAR])
    days = (first + timedelta(days=ahead) for ahead in range((until - first).days + 1))
    found = ((day, _best(calendar, day, earliest)) for day in days)
    return {day: slot for day, slot in found if slot is not None}


def _best(calendar: Calendar, day: date, earliest: int) -> Slot | None:
    """The best slot of a day: the first within the wished hours, else the first of all."""
    hours = calendar.hours(day)
    if not hours:
        return None
    wall = _Wall(calendar.zone, day)
    low, high = calendar.wishes.hours
    wished = [(max(begin, low), min(end, high)) for begin, end in hours]
    minute = _first(calendar.free, wall, wished, earliest)
    if minute is not None:
        return _slot(calendar, wall, minute, minute)
    minute = _first(calendar.free, wall, hours, earliest)
    return None if minute is None else _slot(calendar, wall, minute, DAY + minute)


def _slot(calendar: Calendar, wall: _Wall, minute: int, rank: int) -> Slot | None:
    begin = wall.instant(minute)
    if begin is None:
        return None
    return Slot(wall.local(begin), wall.local(begin + calendar.free.seconds), rank)


def _first(free: Free, wall: _Wall, hours: Iterable[Hours], earliest: int) -> int | None:
    """The first minute of some hours at which a slot begins that ends within the same hours."""
    for begin, end in sorted(hours):
        found = _within(free, wall, (begin, end), earliest)
        if found is not None:
            return found
    return None


def _within(free: Free, wall: _Wall, hours: Hours, earliest: int) -> int | None:
    minute = _on_grid(hours[0])
    while minute < hours[1]:
        begin = wall.instant(minute)
        possible = earliest if begin is None else free.next(max(begin, earliest))
        if possible is None:
            return None
        if possible == begin:
            return minute if wall.over_by(begin + free.seconds, hours[1]) else None
        minute = wall.step(minute, possible)
    return None

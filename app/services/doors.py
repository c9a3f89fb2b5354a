"""When a clinic is open, by what it set: its opening hours and closures, on the wall of its own time zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from app.services.freebusy import Stretch, seconds_from
from app.services.openings import WEEKDAYS, opening_of
from app.services.slots import DAY, HORIZON, Calendar, Hours
from app.store.values import Clinic

ALL_DAY: Final[Hours] = (0, DAY)
_ALWAYS: Final[Mapping[str, Any]] = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
_MINUTE: Final = timedelta(minutes=1)


class Within(NamedTuple):
    """How a search for free time is kept within opening hours.

    Attributes:
        asked: What is asked, with hours that lie around the clinic's where none were sent.
        taken: Time that cannot be had.
        doors: What the hours are still to be cut to; null where `taken` says it all.
    """

    asked: Mapping[str, Any]
    taken: Sequence[Stretch]
    doors: "Doors | None"

    def cut(self, calendar: Calendar) -> Calendar:
        """Cut the hours of a calendar to those of the clinic: what was sent narrows them, and never widens them."""
        if self.doors is None:
            return calendar
        opening = _common(calendar.opening, self.doors.opening)
        return replace(calendar, opening=opening, closures=(*calendar.closures, *self.doors.closures))


@dataclass(frozen=True, slots=True)
class Doors:
    """When a clinic is open.

    Attributes:
        zone: The zone of its clock on the wall.
        opening: The hours of each day of the week, Monday being 0; null where it did not say.
        closures: Days on which it is closed, from one to another, both included.
    """

    zone: ZoneInfo
    opening: Mapping[int, Sequence[Hours]] | None
    closures: tuple[tuple[date, date], ...]

    @classmethod
    def of(cls, clinic: Clinic) -> Self | None:
        """Read them off what a clinic set; null where it did not say when it is open."""
        hours, closed = clinic.settings.opening_hours, clinic.settings.closures
        if hours is None and not closed:
            return None
        opening = None if hours is None else opening_of(hours)
        return cls(ZoneInfo(clinic.time_zone), opening, tuple((one.begin, one.end) for one in closed))

    def hours(self, day: date) -> Sequence[Hours]:
        """The hours of a day."""
        if any(first <= day <= last for first, last in self.closures):
            return ()
        return (ALL_DAY,) if self.opening is None else self.opening.get(day.weekday(), ())

    def open_on(self, day: date, minutes: int) -> bool:
        """Whether a day has room for a visit of so many minutes."""
        return any(end - begin >= minutes for begin, end in self.hours(day))

    def open_at(self, starts_at: datetime, minutes: int) -> bool:
        """Whether it is open from a moment on for so many minutes."""
        begin, end = (self._wall(at) for at in (starts_at, starts_at + minutes * _MINUTE))
        last = end[1] if end[0] == begin[0] else end[1] + DAY * (end[0] - begin[0]).days
        return any(first <= begin[1] and last <= until for first, until in self.hours(begin[0]))

    def _wall(self, at: datetime) -> tuple[date, float]:
        """The day and the minute that the clock on the wall shows."""
        local = at.astimezone(self.zone)
        return local.date(), local.hour * 60 + local.minute + local.second / 60

    def within(self, asked: Mapping[str, Any], taken: Sequence[Stretch], zone: ZoneInfo, since: datetime) -> Within:
        """Keep a search for free time within the hours, in whichever zone it is made."""
        if self.opening is not None and asked.get("opening_hours") is None:
            asked = {**asked, "opening_hours": _ALWAYS}
        if zone.key == self.zone.key:
            return Within(asked, taken, self)
        return Within(asked, [*taken, *self._shut(since)], None)

    def _shut(self, since: datetime) -> Iterator[Stretch]:
        """The stretches of time in which it is closed, for as long as slots are looked for."""
        first = since.astimezone(self.zone).date() - timedelta(1)
        closed_from = self._instant(first, 0)
        for day in (first + timedelta(ahead) for ahead in range(HORIZON + 3)):
            for begin, end in sorted(self.hours(day)):
                if self._instant(day, begin) > closed_from:
                    yield closed_from, self._instant(day, begin)
                closed_from = max(closed_from, self._instant(day, end))
        yield closed_from, self._instant(first + timedelta(2 * HORIZON), 0)

    def _instant(self, day: date, minute: int) -> int:
        wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
        return seconds_from(wall.replace(tzinfo=self.zone))


def _common(
    one: Mapping[int, Sequence[Hours]] | None, other: Mapping[int, Sequence[Hours]] | None
) -> Mapping[int, Sequence[Hours]] | None:
    """The hours that two have in common."""
    if one is None or other is None:
        return other if one is None else one
    return {day: list(_overlaps(one[day], other[day])) for day in one.keys() & other.keys()}


def _overlaps(one: Sequence[Hours], other: Sequence[Hours]) -> Iterator[Hours]:
    for begin, end in one:
        for first, last in other:
            if max(begin, first) < min(end, last):
                yield max(begin, first), min(end, last)

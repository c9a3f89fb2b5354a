"""A time zone as a calendar carries it along: the very moments at which its clocks change, each by itself.

The library's own way to write zones down lets summer time begin an hour late and leaves out changes that recur by no
rule, such as those of Ramadan in Casablanca; so the changes are looked up here, in the IANA database.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


def timezone_of(zone: ZoneInfo, first: date, last: date) -> Timezone:
    """Write a zone down, exact for whole years.

    Args:
        zone: The zone.
        first: A day in the first year.
        last: A day in the last year.
    """
    begin = datetime.combine(date(first.year - 1, 12, 30), time.min, UTC)
    end = datetime.combine(date(last.year + 1, 1, 2), time.min, UTC)
    found = Timezone()
    found.add("tzid", zone.key)
    found.add_component(_observance(zone, begin, begin.astimezone(zone).utcoffset()))
    for instant in changes(zone, begin, end):
        found.add_component(_observance(zone, instant, (instant - _SECOND).astimezone(zone).utcoffset()))
    return found


def changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants at which the clocks of a zone change between two others, in UTC."""
    before = begin
    while before < end:
        after = min(before + _DAY, end)
        if _clock(zone, before) != _clock(zone, after):
            yield _change(zone, before, after)
        before = after


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the new time, between an instant of the old one and an instant of the new one."""
    old = _clock(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        before, after = (middle, after) if _clock(zone, middle) == old else (before, middle)
    return after


def _clock(zone: ZoneInfo, instant: datetime) -> tuple[timedelta | None, str | None]:
    local = instant.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _observance(zone: ZoneInfo, instant: datetime, before: timedelta | None) -> TimezoneStandard | TimezoneDaylight:
    """What holds from an instant on; its beginning is named by the clocks as they were."""
    local, offset = instant.astimezone(zone), before or timedelta(0)
    found = TimezoneDaylight() if local.dst() else TimezoneStandard()
    found.add("dtstart", instant.replace(tzinfo=None) + offset)
    found.add("tzoffsetfrom", offset)
    found.add("tzoffsetto", local.utcoffset())
    found.add("tzname", local.tzname())
    return found

"""An iCalendar text read for one thing: when somebody is busy.

Only the lines that tell times are handed to the library that reads them: who somebody meets, and why, is none of our
business. Zones come from the IANA database, by their names or by those of Windows, never from the text itself.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING, Final, TypeAlias

from icalendar import Calendar, Component, vDDDTypes, vPeriod

from app.errors import Fault, InvalidBodyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

__all__ = ["FAR", "MOST_INTERVALS", "Stretch", "busy_in", "seconds_at", "seconds_from"]

Stretch: TypeAlias = tuple[int, int]
"""From one instant up to, not including, another, in seconds since 1970."""

MOST_INTERVALS: Final = 5_000
"""As many stretches of time as one question may bring along."""
MOST_TEXT: Final = 1_000_000
"""As many characters as a calendar may have."""
FAR: Final = 1 << 40
"""Later than any instant of a calendar; minus that, earlier."""

_READ: Final = frozenset({"VCALENDAR", "VFREEBUSY", "VEVENT"})
_TOLD: Final = frozenset({"DTSTART", "DTEND", "DURATION", "FREEBUSY", "RRULE", "RDATE", "STATUS", "TRANSP"})
_SECOND: Final = timedelta(seconds=1)

_NOT_ICAL: Final = Fault(
    "/ical", "ical", "Must be one iCalendar object (RFC 5545) with VFREEBUSY or VEVENT components that can be read."
)
_TOO_LONG: Final = Fault("/ical", "too_long", f"Must have at most {MOST_TEXT:,} characters.")
_TOO_MANY: Final = Fault("/ical", "too_many", f"Must tell at most {MOST_INTERVALS:,} busy times.")
_RECURRING: Final = Fault(
    "/ical",
    "recurring",
    "Holds an event that repeats, which is not read: it could hide busy times. Send a VFREEBUSY, or each event singly.",
)
_UNKNOWN_ZONE: Final = Fault(
    "/ical",
    "time_zone",
    "Names a time zone that the IANA database does not have. Send times in UTC, or with its names.",
)


def seconds_from(instant: datetime) -> int:
    """Tell an instant in seconds since 1970, a part of a second left away."""
    return floor(instant.timestamp())


def seconds_at(instant: datetime) -> int:
    """Tell an instant in seconds since 1970, a part of a second made whole."""
    return ceil(instant.timestamp())


def busy_in(text: str, zone: ZoneInfo) -> list[Stretch]:
    """Read when somebody is busy.

    Args:
        text: One iCalendar object. Free-busy periods count unless they are marked as free, and events unless they are
            cancelled or marked as transparent. What lies in the range of none of the VFREEBUSY components, if they have
            any, is not known to be free, and counts as busy.
        zone: The zone of times and days that name none.

    Returns:
        The stretches, in no order.

    Raises:
        InvalidBodyError: It cannot be read, is too long, or holds what would have to be guessed.
    """
    if len(text) > MOST_TEXT:
        raise InvalidBodyError([_TOO_LONG])
    found: list[Stretch] = []
    for stretch in _stretches(_parsed(text), zone):
        if len(found) == MOST_INTERVALS:
            raise InvalidBodyError([_TOO_MANY])
        found.append(stretch)
    return found


def _parsed(text: str) -> Component:
    try:
        calendar = Calendar.from_ical("\r\n".join(_lines(text)) + "\r\n")
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        raise InvalidBodyError([_NOT_ICAL]) from None
    if calendar.name != "VCALENDAR" or any(part.errors for part in calendar.walk()):
        raise InvalidBodyError([_NOT_ICAL])
    return calendar


def _lines(text: str) -> Iterator[str]:
    """The lines that tell times, unfolded, without those of components that are not read."""
    unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    passed: list[str] = []
    for line in filter(None, unfolded.split("\n")):
        name, _, value = line.partition(":")
        part = value.strip().upper()
        if name.upper() == "BEGIN" and (passed or part not in _READ):
            passed.append(part)
        elif passed:
            if name.upper() == "END":
                passed.pop()
        elif name.upper() in {"BEGIN", "END"} or name.partition(";")[0].upper() in _TOLD:
            yield line


def _stretches(calendar: Component, zone: ZoneInfo) -> Iterator[Stretch]:
    ranges: list[Stretch] = []
    for part in calendar.walk():
        if part.name == "VFREEBUSY":
            yield from _periods(part, zone)
            ranges.extend(_range(part, zone))
        elif part.name == "VEVENT":
            yield from _event(part, zone)
    if ranges:
        yield from _outside(sorted(ranges))


def _outside(ranges: Iterable[Stretch]) -> Iterator[Stretch]:
    """The time that lies in none of some stretches, given by their begins."""
    told = -FAR
    for begin, end in ranges:
        if begin > told:
            yield told, begin
        told = max(told, end)
    yield told, FAR


def _periods(part: Component, zone: ZoneInfo) -> Iterator[Stretch]:
    for period in _all(part, "FREEBUSY"):
        if not isinstance(period, vPeriod):
            raise InvalidBodyError([_NOT_ICAL])
        if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
            begin, end = period.dt
            unknown = "TZID" in period.params and begin.tzinfo is None
            yield from _stretch(begin, end, zone, unknown=unknown)


def _range(part: Component, zone: ZoneInfo) -> Iterable[Stretch]:
    """What a VFREEBUSY speaks of, if it says so."""
    return _between(part, zone) if "DTSTART" in part and "DTEND" in part else ()


def _event(part: Component, zone: ZoneInfo) -> Iterable[Stretch]:
    if str(part.get("TRANSP", "")).upper() == "TRANSPARENT" or str(part.get("STATUS", "")).upper() == "CANCELLED":
        return ()
    if "RRULE" in part or "RDATE" in part:
        raise InvalidBodyError([_RECURRING])
    return _between(part, zone)


def _between(part: Component, zone: ZoneInfo) -> Iterable[Stretch]:
    """From the start of a component to its end."""
    start, end = _only(part, "DTSTART"), _only(part, "DTEND") or _only(part, "DURATION")
    if start is None or ("DTEND" in part and "DURATION" in part):
        raise InvalidBodyError([_NOT_ICAL])
    if end is not None:
        return _stretch(start.dt, end.dt, zone, unknown=_unknown(start) or _unknown(end))
    if isinstance(start.dt, datetime):
        return ()
    return _stretch(start.dt, timedelta(days=1), zone, unknown=False)


def _unknown(told: vDDDTypes) -> bool:
    """Whether a time names a zone that nobody knows."""
    return "TZID" in told.params and isinstance(told.dt, datetime) and told.dt.tzinfo is None


def _stretch(begin: object, end: object, zone: ZoneInfo, *, unknown: bool) -> Iterable[Stretch]:
    """A stretch from its two ends, or from its begin and how long it lasts."""
    if unknown:
        raise InvalidBodyError([_UNKNOWN_ZONE])
    if not isinstance(begin, date) or not isinstance(end, (timedelta, type(begin))):
        raise InvalidBodyError([_NOT_ICAL])
    first = seconds_from(_aware(begin, zone))
    last = _lasting(begin, end, zone) if isinstance(end, timedelta) else seconds_at(_aware(end, zone))
    if last < first:
        raise InvalidBodyError([_NOT_ICAL])
    return ((first, last),) if last > first else ()


def _lasting(begin: date, duration: timedelta, zone: ZoneInfo) -> int:
    """When something ends that lasts: days by the calendar; the later of wall and clock where clocks are changed."""
    try:
        by_wall = seconds_at(_aware(begin + duration, zone))
    except OverflowError:
        raise InvalidBodyError([_NOT_ICAL]) from None
    if not isinstance(begin, datetime):
        return by_wall
    return max(by_wall, seconds_at(_aware(begin, zone)) + duration // _SECOND)


def _aware(told: date, zone: ZoneInfo) -> datetime:
    """The instant of a time or of a day's beginning; in a zone of its own, or in the one that is asked for."""
    if not isinstance(told, datetime):
        return datetime.combine(told, time.min, zone)
    return told if told.tzinfo is not None else told.replace(tzinfo=zone)


def _all(part: Component, name: str) -> list[object]:
    found = part.get(name, [])
    return found if isinstance(found, list) else [found]


def _only(part: Component, name: str) -> vDDDTypes | None:
    """A property that may stand once."""
    found = _all(part, name)
    if not found:
        return None
    if len(found) > 1 or not isinstance(found[0], vDDDTypes):
        raise InvalidBodyError([_NOT_ICAL])
    return found[0]

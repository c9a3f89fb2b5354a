"""What a booking tool says about free time, read into a calendar; every fault is told, and where it lies."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from app.errors import Fault, InvalidBodyError
from app.services.freebusy import MOST_INTERVALS, Stretch, busy_in, seconds_at, seconds_from
from app.services.slots import DAY, Calendar, Free, Hours, Wishes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

__all__ = ["MINUTES", "WEEKDAYS", "calendar_of", "closure_faults", "opening_faults", "opening_of"]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES: Final = (5, 720)
"""The fewest and the most minutes that a visit takes."""
SOURCES: Final = ("free", "busy", "ical")
MOST_CLOSURES: Final = 1_000
MOST_HOURS: Final = 24

_Faults: TypeAlias = list[Fault]
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_ONE_SOURCE: Final = Fault("", "one_of", "Must have exactly one of `free`, `busy` and `ical`.")
_OPENING_NEEDED: Final = Fault(
    "/opening_hours", "needed", "Is needed with `busy` and `ical`: time in which nobody is busy can still be night."
)


def calendar_of(asked: Mapping[str, Any], zone: ZoneInfo, taken: Sequence[Stretch] = ()) -> Calendar:
    """Read when visits can be.

    Args:
        asked: The document as the contract has it, with instants and days as such: `free` or `busy` (each a list of
            `start` and `end`) or `ical`; `minutes`, `opening_hours`, `closures` and `wishes`. What is left out or
            `None` is not asked for.
        zone: The clinic's time zone.
        taken: When the person is here anyway.

    Returns:
        The calendar.

    Raises:
        InvalidBodyError: Something is missing or contradicts itself.
    """
    faults: _Faults = []
    source = [name for name in SOURCES if asked.get(name) is not None]
    if len(source) != 1:
        faults.append(_ONE_SOURCE)
    elif source != ["free"] and asked.get("opening_hours") is None:
        faults.append(_OPENING_NEEDED)
    minutes = asked.get("minutes") or 60
    if not MINUTES[0] <= minutes <= MINUTES[1]:
        faults.append(Fault("/minutes", "range", f"Must be from {MINUTES[0]} to {MINUTES[1]}."))
    opening = _opening(asked.get("opening_hours"), faults)
    closures = _closures(asked.get("closures") or (), faults)
    wishes = _wishes(asked.get("wishes") or {}, faults)
    stretches = _stretches(source[0], asked, zone, faults) if len(source) == 1 else []
    if faults:
        raise InvalidBodyError(faults)
    if source == ["free"]:
        free = Free(_without(stretches, sorted(taken)), minutes)
    else:
        free = Free.around([*stretches, *taken], minutes)
    return Calendar(zone, free, opening, closures, wishes)


def _without(stretches: Sequence[Stretch], taken: Sequence[Stretch]) -> Iterator[Stretch]:
    """What is left of stretches of time."""
    for begin, end in stretches:
        left = begin
        for first, last in taken:
            if first < end and last > left:
                yield left, first
                left = last
        yield left, end


def _stretches(source: str, asked: Mapping[str, Any], zone: ZoneInfo, faults: _Faults) -> list[Stretch]:
    if source != "ical":
        return list(_intervals(source, asked[source], faults))
    try:
        return busy_in(asked["ical"], zone)
    except InvalidBodyError as error:
        faults.extend(error.faults)
        return []


def _intervals(source: str, told: Sequence[Mapping[str, datetime]], faults: _Faults) -> Iterator[Stretch]:
    """Stretches of time: free ones are cut to whole seconds, busy ones are filled up to them."""
    if len(told) > MOST_INTERVALS:
        faults.append(Fault(f"/{source}", "too_many", f"Must have at most {MOST_INTERVALS:,} items."))
        return
    first, last = (seconds_at, seconds_from) if source == "free" else (seconds_from, seconds_at)
    for index, one in enumerate(told):
        start, end = one["start"], one["end"]
        if start.tzinfo is None or end.tzinfo is None:
            faults.append(Fault(f"/{source}/{index}", "offset", "Must have times with their offset from UTC."))
        elif end <= start:
            faults.append(Fault(f"/{source}/{index}/end", "order", "Must be later than `start`."))
        else:
            yield first(start), last(end)


def opening_faults(told: Mapping[str, Sequence[Sequence[str]]] | None) -> _Faults:
    """Say what is wrong with opening hours."""
    faults: _Faults = []
    _opening(told, faults)
    return faults


def opening_of(told: Mapping[str, Sequence[Sequence[str]]]) -> dict[int, list[Hours]]:
    """Read opening hours that were found to be right."""
    return _opening(told, []) or {}


def closure_faults(told: Sequence[Mapping[str, date]]) -> _Faults:
    """Say what is wrong with closures."""
    faults: _Faults = []
    _closures(told, faults)
    return faults


def _opening(told: Mapping[str, Sequence[Sequence[str]]] | None, faults: _Faults) -> dict[int, list[Hours]] | None:
    """The opening hours of each day of the week; a day that is left out is closed."""
    if told is None:
        return None
    opening: dict[int, list[Hours]] = {}
    for name, stretches in told.items():
        pointer = f"/opening_hours/{name}" if name in WEEKDAYS else "/opening_hours"
        if name not in WEEKDAYS:
            faults.append(Fault(pointer, "unknown", f"Must have only the days {', '.join(WEEKDAYS)}."))
        elif len(stretches) > MOST_HOURS:
            faults.append(Fault(pointer, "too_many", f"Must have at most {MOST_HOURS} items."))
        else:
            read = [_hours(one, f"{pointer}/{index}", faults) for index, one in enumerate(stretches)]
            opening[WEEKDAYS.index(name)] = [hours for hours in read if hours is not None]
    return opening


def _hours(told: Sequence[str | None], pointer: str, faults: _Faults) -> Hours | None:
    """From one time on the wall to another; `24:00`, or `00:00` as an end, is the midnight at the end of the day."""
    begin, end = (_minute(one) for one in told) if len(told) == len(("from", "until")) else (None, None)
    if begin is None or end is None:
        faults.append(Fault(pointer, "hours", "Must be two times of the day, such as `09:00` and `18:00`."))
        return None
    if begin >= (end or DAY):
        faults.append(Fault(pointer, "order", "Must begin before it ends; what goes past midnight is two days' hours."))
        return None
    return begin, end or DAY


def _minute(told: str | None) -> int | None:
    """A time on the wall as a minute of the day."""
    found = _CLOCK.fullmatch(told or "")
    if found is None:
        return None
    minute = int(found[1]) * 60 + int(found[2])
    return minute if minute <= DAY else None


def _closures(told: Sequence[Mapping[str, date]], faults: _Faults) -> list[tuple[date, date]]:
    if len(told) > MOST_CLOSURES:
        faults.append(Fault("/closures", "too_many", f"Must have at most {MOST_CLOSURES:,} items."))
        return []
    for index, one in enumerate(told):
        if one["until"] < one["from"]:
            faults.append(Fault(f"/closures/{index}/until", "order", "Must not lie before `from`."))
    return [(one["from"], one["until"]) for one in told]


def _wishes(told: Mapping[str, Any], faults: _Faults) -> Wishes:
    names = told.get("weekdays")
    if names is not None and (not names or not set(names) <= set(WEEKDAYS)):
        faults.append(Fault("/wishes/weekdays", "unknown", f"Must have one or more of {', '.join(WEEKDAYS)}."))
        names = None
    weekdays = WEEKDAYS if names is None else names
    ends = (told.get("from") or "00:00", told.get("until") or "24:00")
    hours = _hours(ends, "/wishes", faults) or (0, DAY)
    not_before = told.get("not_before") or date.min
    return Wishes(frozenset(map(WEEKDAYS.index, weekdays)), hours, not_before)

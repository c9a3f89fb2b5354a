"""Three programs that read calendars, none of which shares a parser with another: what they tell of each appointment.

`icalendar` writes our calendars and reads them back; `ical` and `vobject` have parsers of their own, and `vobject` goes
by the time zones that a calendar carries along rather than by those that it knows.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream


class Appointment(NamedTuple):
    """What a program has read; instants in UTC."""

    status: str
    sequence: int
    title: str
    begins: date
    ends: date
    changed: datetime


Read = Callable[[bytes], dict[str, Appointment]]


def _instant(told: Any) -> date:
    return told.astimezone(UTC) if isinstance(told, datetime) else date(told.year, told.month, told.day)


def _moment(told: Any) -> datetime:
    return datetime.fromtimestamp(told.timestamp(), UTC)


def by_icalendar(calendar: bytes) -> dict[str, Appointment]:
    found = {}
    events: Any = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    for event in events:
        days = _instant(event["DTSTART"].dt), _instant(event["DTEND"].dt)
        told = str(event["STATUS"]), int(event["SEQUENCE"]), str(event["SUMMARY"])
        found[str(event["UID"])] = Appointment(*told, *days, _moment(event["DTSTAMP"].dt))
    return found


def by_ical(calendar: bytes) -> dict[str, Appointment]:
    found = {}
    for event in IcsCalendarStream.calendar_from_ics(calendar.decode()).events:
        assert event.status is not None
        told = str(event.status.value), event.sequence or 0, event.summary or ""
        found[event.uid or ""] = Appointment(
            *told, _instant(event.dtstart), _instant(event.dtend), _moment(event.dtstamp)
        )
    return found


def by_vobject(calendar: bytes) -> dict[str, Appointment]:
    _forget_zones()
    read: Any = vobject.readOne(calendar.decode())
    found = {}
    for event in read.contents.get("vevent", []):
        days = _instant(event.dtstart.value), _instant(event.dtend.value)
        told = event.status.value, int(event.sequence.value), event.summary.value
        found[event.uid.value] = Appointment(*told, *days, _moment(event.dtstamp.value))
    return found


def _forget_zones() -> None:
    """It goes by the zones of the first calendar that it reads for all that follow, even by those of other years."""
    known = vars(vobject.icalendar)["__tzidMap"]
    for zone in known.keys() - {"UTC"}:
        del known[zone]


READERS: Mapping[str, Read] = {"icalendar": by_icalendar, "ical": by_ical, "vobject": by_vobject}

"""Visits as a calendar (iCalendar, RFC 5545): windows until they are booked, then times, and nothing of health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDDDTypes, vText

from app.render.timezones import timezone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.texts.catalog import Catalog

Status: TypeAlias = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

PRODUCT: Final = "-//Skincadence//Appointments"
REFRESH: Final = timedelta(hours=12)
"""How often a program that follows a calendar should look again."""
_TITLES: Final[dict[Status, str]] = {
    "TENTATIVE": "calendar.window",
    "CONFIRMED": "calendar.appointment",
    "CANCELLED": "calendar.cancelled",
}
_WAITING: Final = "calendar.not_yet"
_ASK: Final = ("calendar.window_help",)


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit as a calendar shows it.

    Attributes:
        status: A window that is proposed, a time that is booked, or neither any more.
        begins: The first day of a window, or the instant in the clinic's zone at which the visit begins.
        ends: The day after the last one, or the instant at which it ends.
        waits: The keys of the sentences that say why no time in a window may be asked for yet.
    """

    status: Status
    begins: date | datetime
    ends: date | datetime
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar.

    Attributes:
        uid: Its name, which never changes.
        shown: What it shows.
        sequence: Rises whenever that changes.
        changed_at: When that last changed, in UTC.
    """

    uid: str
    shown: Shown
    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """What a calendar is called.

    Attributes:
        uid: Its name, which never changes.
        clinic: The name of the clinic.
        changed_at: When anything in it last changed, in UTC.
    """

    uid: str
    clinic: str
    changed_at: datetime


def write_calendar(heading: Heading, entries: Sequence[Entry], words: Catalog) -> bytes:
    """Write a calendar: the same entries give the same bytes.

    Args:
        heading: What it is called.
        entries: What it holds, cancelled entries included.
        words: The texts.
    """
    calendar = _head(heading, words.language)
    for zone, days in _zones(entries).items():
        calendar.add_component(timezone_of(ZoneInfo(zone), min(days), max(days)))
    for entry in sorted(entries, key=lambda one: one.uid):
        calendar.add_component(_event(entry, heading.clinic, words))
    written: bytes = calendar.to_ical(sorted=False)
    return written


def _head(heading: Heading, language: str) -> Calendar:
    """The properties of RFC 5545 and 7986, and those by which older programs go."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"{PRODUCT}//{language.upper()}")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("uid", heading.uid)
    calendar.add("name", vText(heading.clinic))
    calendar.add("x-wr-calname", vText(heading.clinic))
    calendar.add("last-modified", _second(heading.changed_at))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    return calendar


def _event(entry: Entry, clinic: str, words: Catalog) -> Event:
    shown, at = entry.shown, _second(entry.changed_at)
    proposed = shown.status == "TENTATIVE"
    title = _WAITING if proposed and shown.waits else _TITLES[shown.status]
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", at)
    event.add("last-modified", at)
    event.add("sequence", entry.sequence)
    event.add("status", shown.status)
    event.add("transp", "OPAQUE" if shown.status == "CONFIRMED" else "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("summary", words.say("calendar.summary", title=words.say(title), clinic=clinic))
    if proposed:
        event.add("description", " ".join(words.say(key) for key in shown.waits or _ASK))
    begins, ends = _written(shown)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    return event


def _written(shown: Shown) -> tuple[date, date]:
    """The ends of an entry. An hour that the clocks go through twice can be told from its twin only in UTC."""
    begins, ends = shown.begins, shown.ends
    if isinstance(begins, datetime) and isinstance(ends, datetime) and (begins.fold or ends.fold):
        return begins.astimezone(UTC), ends.astimezone(UTC)
    return begins, ends


def _zones(entries: Iterable[Entry]) -> dict[str, list[date]]:
    """What is told in each zone that has to be carried along."""
    found: dict[str, list[date]] = {}
    for entry in entries:
        for told in _written(entry.shown):
            if zone := vDDDTypes(told).params.get("TZID"):
                found.setdefault(str(zone), []).append(told)
    return found


def _second(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)

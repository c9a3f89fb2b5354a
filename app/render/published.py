"""What a calendar has shown of a plan so far: each visit with what it shows by now, and since when.

Whatever was shown once stays: a visit that the plan has dropped is shown as cancelled, with the days that it had.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.render.calendar import Entry, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.rules.chain import VisitKey
    from app.rules.happenings import Booked
    from app.rules.standing import CourseVisit, Standing

_DAY: Final = timedelta(days=1)


class Published:
    """The entries of a calendar, version after version."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """What the calendar holds by now."""
        return list(self._entries.values())

    @property
    def changed_at(self) -> datetime | None:
        """When anything last changed; null while it is empty."""
        return max((entry.changed_at for entry in self._entries.values()), default=None)

    def show(self, version: int, at: datetime, visits: Mapping[str, Shown]) -> None:
        """Show a later version.

        Args:
            version: The version, greater than all before.
            at: When it was made, in UTC.
            visits: What it shows, by the name of each visit.
        """
        dropped = self._entries.keys() - visits.keys()
        cancelled = {uid: replace(self._entries[uid].shown, status="CANCELLED") for uid in dropped}
        for uid, shown in {**visits, **cancelled}.items():
            before = self._entries.get(uid)
            told = shown if before is None else _kept(before.shown, shown)
            if before is None or before.shown != told:
                self._entries[uid] = Entry(uid, told, version, at)


def _kept(before: Shown, shown: Shown) -> Shown:
    """What follows on something shown before: what is cancelled keeps its days, what is over keeps its time."""
    if shown.status == "CANCELLED":
        return replace(before, status="CANCELLED")
    same_day = isinstance(before.begins, datetime) and before.begins.date() == shown.begins
    return before if before.status == shown.status == "CONFIRMED" and same_day else shown


def window(earliest: date, target: date, latest: date | None, waits: tuple[str, ...] = ()) -> Shown:
    """Show a visit that is proposed: from its first day to its last, or to its target where nothing sets a last one.

    Args:
        earliest: Its first day.
        target: Its best day.
        latest: Its last day; null where nothing sets one.
        waits: The keys of the sentences that say why no time may be asked for yet.
    """
    return Shown("TENTATIVE", earliest, max(earliest, latest or target) + _DAY, waits)


def visits_of(standing: Standing) -> dict[VisitKey, Shown]:
    """Show every visit of a course."""
    told = ((visit.key, _visit(standing, visit)) for visit in standing.visits)
    return {key: shown for key, shown in told if shown is not None}


def _visit(standing: Standing, visit: CourseVisit) -> Shown | None:
    if visit.final is not None:
        on = visit.final.on
        return Shown("CONFIRMED" if visit.state == "done" else "CANCELLED", on, on + _DAY)
    if visit.booking is not None:
        return _booked(visit.booking)
    if visit.earliest is None or visit.target is None:
        return None
    first, target = (standing.origin + timedelta(edge.day) for edge in (visit.earliest, visit.target))
    latest = None if visit.latest is None else standing.origin + timedelta(visit.latest.day)
    shown = window(first, target, latest)
    return shown if visit.state == "proposed" else replace(shown, status="CANCELLED")


def _booked(booking: Booked) -> Shown:
    """Show a booking: it lasts as long as it lasts, whatever the clocks do meanwhile."""
    starts, zone = booking.starts_at, booking.starts_at.tzinfo
    utc = starts.timestamp() + booking.minutes * 60
    return Shown("CONFIRMED", starts, datetime.fromtimestamp(utc, zone))

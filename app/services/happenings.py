"""What happened to a course, between the row that keeps it and the rules that read it."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.rules.chain import VisitKey
from app.rules.happenings import (
    Answered,
    AnyHappening,
    Booked,
    Cancelled,
    CheckedIn,
    Cleared,
    Done,
    Missed,
    Withdrawn,
)
from app.rules.schedule import VisitKind
from app.store.course_values import CourseHappened, HappeningKind

Json = Mapping[str, Any]
KINDS: Final[Mapping[str, VisitKind]] = {
    "test_area": "test_area",
    "session": "session",
    "progress_check": "progress_check",
    "maintenance": "maintenance",
}


def key_of(written: str) -> VisitKey:
    """Read the key of a visit as it is written."""
    kind, _, place = written.rpartition("-")
    number, _, attempt = place.partition(".")
    return VisitKey(KINDS[kind], int(number), int(attempt or 1))


def happenings_of(rows: Iterable[CourseHappened], time_zone: str) -> list[AnyHappening]:
    """Read what happened as the rules know it.

    Args:
        rows: As it is kept.
        time_zone: The zone of the course, in which a booking has its day.
    """
    zone = ZoneInfo(time_zone)
    return [happening_of(row.kind, row.id, row.at, json.loads(row.document), zone) for row in rows]


def happening_of(kind: HappeningKind, id_: str, at: datetime, told: Json, zone: ZoneInfo) -> AnyHappening:
    """Read one thing that happened.

    Args:
        kind: What it is.
        id_: Its id.
        at: When it was so.
        told: What is told of it, as it is kept.
        zone: The zone of the course.
    """
    return _READ[kind](id_, at, told, zone)


def _on(told: Json) -> date:
    return date.fromisoformat(told["on"])


def _booked(id_: str, at: datetime, told: Json, zone: ZoneInfo) -> Booked:
    starts_at = datetime.fromisoformat(told["starts_at"]).astimezone(zone)
    return Booked(id=id_, at=at, visit=key_of(told["visit"]), starts_at=starts_at, minutes=told["minutes"])


def _done(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> Done:
    return Done(
        id=id_,
        at=at,
        on=_on(told),
        visit=key_of(told["visit"]),
        device=told["device"],
        cut_short=told["cut_short"],
        reaction=told["reaction"],
    )


def _missed(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> Missed:
    return Missed(id=id_, at=at, on=_on(told), visit=key_of(told["visit"]))


def _cancelled(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> Cancelled:
    return Cancelled(id=id_, at=at, on=_on(told), visit=key_of(told["visit"]))


def _checked_in(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> CheckedIn:
    visit = told["visit"] and key_of(told["visit"])
    followed = key_of(told["followed"]) if told.get("followed") else None
    signs, hours = tuple(told["signs"]), told["hours_after"]
    return CheckedIn(id=id_, at=at, on=_on(told), visit=visit, followed=followed, hours_after=hours, signs=signs)


def _answered(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> Answered:
    return Answered(id=id_, at=at, on=_on(told), intake=told["intake"])


def _cleared(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> Cleared:
    rules, known = tuple(told["rules"]), frozenset(told.get("known", ()))  # who kept none knew nothing for sure
    return Cleared(id=id_, at=at, on=_on(told), rules=rules, reviewer=told["reviewer"], known=known)


def _withdrawn(id_: str, at: datetime, told: Json, _zone: ZoneInfo) -> Withdrawn:
    return Withdrawn(id=id_, at=at, on=_on(told))


_READ: Final[Mapping[HappeningKind, Callable[[str, datetime, Json, ZoneInfo], AnyHappening]]] = {
    "booked": _booked,
    "done": _done,
    "missed": _missed,
    "cancelled": _cancelled,
    "checked_in": _checked_in,
    "answered": _answered,
    "cleared": _cleared,
    "withdrawn": _withdrawn,
}

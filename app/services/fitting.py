"""The whole remaining series of a course placed into free time.

Nobody is asked to be in two places: what is booked in the course is not free. A look at progress is a part of the
session of its day, if there is one, so it is given that appointment, and else one of its own.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from app.render.carried import instant_of
from app.render.fragments import encode
from app.render.placed import behind_of, why_of
from app.rules.chain import VisitKey
from app.rules.fitting import Fit, Placement, fit
from app.rules.standing import Standing
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.courses import Reader, visit_id
from app.services.freebusy import Stretch, seconds_at, seconds_from
from app.services.openings import calendar_of
from app.services.recommendations import record
from app.services.situations import Situation, look
from app.services.slots import HORIZON, Calendar, Slot, best_slots

FIT: Final = "course.fit"
LOOK: Final = "progress_check"
Json = dict[str, Any]
BEYOND: Final = 180
"""For how many days behind the last target slots are looked for, where nobody says until when."""


def place(backend: Backend, caller: Caller, course_id: str, asked: Mapping[str, Any], read: Reader) -> bytes:
    """Place every visit that is to come, as UTF-8 JSON.

    Args:
        backend: What the service works with.
        caller: Who asks.
        course_id: Of which course.
        asked: The free time and the wishes: see `app.services.openings`; and `until`, the last day to look at.
        read: From an intake to its facts.

    Raises:
        NotFoundError: This clinic has no such course.
        CourseOverError: It was withdrawn.
        InvalidBodyError: What is told of the free time contradicts itself.
    """
    found = fitted(look(backend, caller, course_id, read), asked)
    record(backend, caller, FIT, course_id)
    return encode(found).encode()


def fitted(here: Situation, asked: Mapping[str, Any]) -> Json:
    """Place every visit that is to come."""
    here.goes_on()
    standing, calendar = here.standing, _calendar(here, asked)
    held = bool(standing.chain.hold)
    slots = {} if held else best_slots(calendar, here.now, asked.get("until") or _far_enough(here))
    origin = standing.origin
    ranks = {(day - origin).days: slot.rank for day, slot in slots.items()}
    found = fit(standing.chain, ranks, here.today_counted)
    joined = {**_sessions(found, origin, slots), **_booked(here)}
    return {
        "complete": found.broken is None,
        "placements": [_placed(here, one, _found(one, origin, slots, joined)) for one in found.placements],
        "unplaced": _unplaced(here, found),
        "cost": {
            "distance_days": found.cost.distance,
            "later_days": found.cost.days,
            "slot_rank": found.cost.rank,
        },
    }


def _calendar(here: Situation, asked: Mapping[str, Any]) -> Calendar:
    """The free time, within the hours in which the clinic is open, as far as it said so."""
    taken = list(_taken(here))
    if here.doors is None:
        return calendar_of(asked, here.zone, taken)
    within = here.doors.within(asked, taken, here.zone, here.now)
    return within.cut(calendar_of(within.asked, here.zone, within.taken))


def _far_enough(here: Situation) -> date:
    """A day behind the last target, so far that every visit has its days."""
    standing: Standing = here.standing
    last = max((step.target.day for step in standing.chain.steps), default=0)
    ahead = max(last - here.today_counted, 0) + BEYOND
    return here.today + timedelta(min(ahead, HORIZON))


class _Appointment(NamedTuple):
    """When a visit is.

    Attributes:
        starts_at: Its begin.
        ends_at: Its end.
        of: The visit that it belongs to; null where that is the one that it was looked for.
    """

    starts_at: datetime
    ends_at: datetime
    of: VisitKey | None


def _booked_visits(here: Situation) -> Iterator[_Appointment]:
    for visit in here.standing.visits:
        if visit.booking is not None:
            begin = visit.booking.starts_at.astimezone(UTC)
            yield _Appointment(begin, begin + timedelta(minutes=visit.booking.minutes), visit.key)


def _taken(here: Situation) -> Iterator[Stretch]:
    """When the person is here anyway."""
    return ((seconds_from(one.starts_at), seconds_at(one.ends_at)) for one in _booked_visits(here))


def _booked(here: Situation) -> dict[date, _Appointment]:
    """The booked sessions by their days."""
    sessions = (one for one in _booked_visits(here) if one.of is not None and one.of.kind != LOOK)
    return {one.starts_at.astimezone(here.zone).date(): one for one in sessions}


def _sessions(found: Fit, origin: date, slots: Mapping[date, Slot]) -> dict[date, _Appointment]:
    """The placed sessions by their days."""
    days = {origin + timedelta(one.day): one.key for one in found.placements if one.key.kind != LOOK}
    return {day: _Appointment(slots[day].starts_at, slots[day].ends_at, key) for day, key in days.items()}


def _found(
    one: Placement, origin: date, slots: Mapping[date, Slot], joined: Mapping[date, _Appointment]
) -> _Appointment:
    """The appointment of a visit: a look at progress is given that of its day."""
    day = origin + timedelta(one.day)
    if one.key.kind == LOOK and day in joined:
        return joined[day]
    return _Appointment(slots[day].starts_at, slots[day].ends_at, None)


def _placed(here: Situation, one: Placement, slot: _Appointment) -> Json:
    target = here.standing.origin + timedelta(one.day - one.from_target)
    return {
        "visit_id": visit_id(here.course.id, one.key),
        "number": one.key.number,
        "kind": one.key.kind,
        "starts_at": instant_of(slot.starts_at),
        "ends_at": instant_of(slot.ends_at),
        "in_appointment_of": None if slot.of is None else visit_id(here.course.id, slot.of),
        "target": target.isoformat(),
        "days_from_target": one.from_target,
    }


def _unplaced(here: Situation, found: Fit) -> list[Json]:
    """The visits that were not placed: the one that breaks the series, and those behind it."""
    if found.broken is None:
        return []
    words, steps = here.words, here.standing.chain.steps
    why = why_of(words, found.broken.refusal, here.standing.origin)
    del why["first_date"]
    if found.broken.position is None:
        return [{"visit_id": None, **why}]
    placed = {one.position for one in found.placements}
    left = [i for i, step in enumerate(steps) if i not in placed and step.booked is None]
    return [_left(here, i, why if i == found.broken.position else behind_of(words)) for i in left]


def _left(here: Situation, index: int, why: Json) -> Json:
    return {"visit_id": visit_id(here.course.id, here.standing.chain.steps[index].key), **why}

"""The whole remaining series of a course placed into free time."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from app.render.carried import instant_of
from app.render.fragments import encode
from app.render.placed import behind_of, why_of
from app.rules.fitting import Fit, Placement, fit
from app.rules.standing import Standing
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.courses import Reader, visit_id
from app.services.openings import calendar_of
from app.services.recommendations import record
from app.services.situations import Situation, look
from app.services.slots import HORIZON, Slot, best_slots

FIT: Final = "course.fit"
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
    standing, calendar = here.standing, calendar_of(asked, here.zone)
    held = bool(standing.chain.hold)
    slots = {} if held else best_slots(calendar, here.now, asked.get("until") or _far_enough(here))
    origin = standing.origin
    ranks = {(day - origin).days: slot.rank for day, slot in slots.items()}
    found = fit(standing.chain, ranks, here.today_counted)
    return {
        "complete": found.broken is None,
        "placements": [_placed(here, one, slots[origin + timedelta(one.day)]) for one in found.placements],
        "unplaced": _unplaced(here, found),
        "cost": {
            "distance_days": found.cost.distance,
            "later_days": found.cost.days,
            "slot_rank": found.cost.rank,
        },
    }


def _far_enough(here: Situation) -> date:
    """A day behind the last target, so far that every visit has its days."""
    standing: Standing = here.standing
    last = max((step.target.day for step in standing.chain.steps), default=0)
    ahead = max(last - here.today_counted, 0) + BEYOND
    return here.today + timedelta(min(ahead, HORIZON))


def _placed(here: Situation, one: Placement, slot: Slot) -> Json:
    target = here.standing.origin + timedelta(one.day - one.from_target)
    return {
        "visit_id": visit_id(here.course.id, one.key),
        "number": one.key.number,
        "kind": one.key.kind,
        "starts_at": instant_of(slot.starts_at),
        "ends_at": instant_of(slot.ends_at),
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

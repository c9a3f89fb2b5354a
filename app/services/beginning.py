"""What a course began from: the intake of its plan, and what a professional set."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any, Final, NamedTuple

from app.render.fragments import encode
from app.rules.adjust import Adjustments
from app.rules.ongoing import Start
from app.store.course_values import Course
from app.store.values import Recommendation, Review

Json = dict[str, Any]
_GOES_ON: Final = frozenset({"cleared", "adjusted"})


class Accepted(NamedTuple):
    """A recommendation that may be carried out, with the reviews that made it so."""

    plan: Recommendation
    reviews: list[Review]


def beginning(accepted: Accepted, present: Collection[str] | None = None) -> bytes:
    """What a course begins from, as it is kept: the last review of the plan is the one that holds.

    Args:
        accepted: The plan.
        present: The devices that the clinic has; null where it did not say.
    """
    plan, decided = accepted.plan, accepted.reviews[-1:]
    review = json.loads(decided[0].document) if decided else {"state": "none", "adjustments": None}
    goes_on = review["state"] in _GOES_ON
    begins = {
        "intake": json.loads(plan.intake),
        "day": plan.assessed_on.isoformat(),
        "reviewed": goes_on,
        "adjustments": review["adjustments"] if goes_on else None,
    }
    told = {} if present is None else {"present": list(present)}
    return encode(begins | told).encode()


def start_of(course: Course) -> Start:
    """Read what a course began from."""
    begins = json.loads(course.start)
    day = date.fromisoformat(begins["day"])
    adjustments = None if begins["adjustments"] is None else _adjustments(begins["adjustments"], day)
    present = begins.get("present")
    return Start(begins["intake"], day, begins["reviewed"], adjustments, None if present is None else tuple(present))


def _adjustments(said: Json, day: date) -> Adjustments:
    """Read what a professional set, as they sent it."""
    settings, first = said.get("settings") or {}, said.get("earliest_start")
    passes, devices = settings.get("passes"), settings.get("devices")
    return Adjustments(
        start=None if first is None else (date.fromisoformat(first) - day).days,
        sessions=_numbers(said.get("sessions")),
        interval=_numbers(said.get("interval_days")),
        intensity=settings.get("intensity"),
        passes=None if passes is None else (passes["minimum"], passes["maximum"]),
        devices=None if devices is None else tuple(devices),
        test_area=settings.get("test_area_first"),
    )


def _numbers(said: Json | None) -> tuple[int, int, int] | None:
    return None if said is None else (said["minimum"], said["typical"], said["maximum"])

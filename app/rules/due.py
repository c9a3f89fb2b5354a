"""What is to be told or asked, and when: the care around each visit, how the skin is after it, and what is overdue.

It hangs on the standing alone and knows no today: of all this, what has begun and is not over is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from app.rules.happenings import Done
from app.rules.judging import HOURS, possible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.rules.care import CareStep
    from app.rules.chain import VisitKey
    from app.rules.edges import Edge
    from app.rules.standing import CourseVisit, Standing

Kind: TypeAlias = Literal["pre_care_begins", "aftercare_step", "check_in_72h", "overdue_visit"]

KINDS: Final[tuple[Kind, ...]] = ("pre_care_begins", "aftercare_step", "check_in_72h", "overdue_visit")
CHECK_IN_HOURS: Final = 72
CARED_FOR: Final = ("test_area", "session", "maintenance")
"""The visits with care around them; a look at progress has none."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to tell or to ask.

    Attributes:
        kind: What it is.
        visit: Around which visit.
        day: The day of that visit from which it is counted; where that moves, it is due anew.
        begins: The first day on which it may be told.
        until: The last one; `None` where no date ends it.
        text_key: The text that says it.
        rules: The rules behind it.
    """

    kind: Kind
    visit: VisitKey
    day: date
    begins: date
    until: date | None
    text_key: str
    rules: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[date, int, VisitKey, str]:
        """Its place: what begins first comes first."""
        return self.begins, KINDS.index(self.kind), self.visit, self.text_key


def due(standing: Standing) -> tuple[Due, ...]:
    """Say what a course gives to tell and to ask, from its beginning to its end, in order.

    The care after a visit takes the place of the care after the one before; so does the question how the skin is. Of a
    course that was withdrawn only these are left: skin heals after the paperwork.
    """
    ended = standing.status == "withdrawn"
    found = _after(standing) if ended else (*_before(standing), *_after(standing), *_overdue(standing))
    return tuple(sorted(found, key=lambda one: one.order))


def _last(standing: Standing) -> Done | None:
    """The last visit that took place and has care after it."""
    finals = (visit.final for visit in standing.visits if visit.key.kind in CARED_FOR)
    return next((one for one in reversed([*finals]) if isinstance(one, Done)), None)


def _day(standing: Standing, edge: Edge) -> date:
    return standing.origin + timedelta(edge.day)


def _planned(standing: Standing, visit: CourseVisit) -> date | None:
    """The day of a visit to come: that of its booking, or else its target."""
    if visit.booking is not None:
        return visit.booking.starts_at.date()
    return None if visit.target is None else _day(standing, visit.target)


def _before(standing: Standing) -> Iterator[Due]:
    """The steps before each visit to come; none is due before the day from which the rest is planned."""
    first = _last(standing) is None
    for visit in standing.visits:
        day = _planned(standing, visit) if visit.open else None
        if day is None or visit.key.kind not in CARED_FOR:
            continue
        for step in _steps(standing, "before"):
            if first or not step.first:
                begins = min(day, max(standing.origin, day - timedelta(step.start)))
                until = max(begins, day - timedelta(step.end or 0))
                yield Due("pre_care_begins", visit.key, day, begins, until, step.line.text_key, step.rules)
        first = False


def _after(standing: Standing) -> Iterator[Due]:
    """The steps after the last visit that took place, and the question how the skin is."""
    last = _last(standing)
    if last is None:
        return
    for step in _steps(standing, "after"):
        until = None if step.end is None else last.on + timedelta(-(-step.end // HOURS))
        begins = last.on + timedelta(step.start // HOURS)
        yield Due("aftercare_step", last.visit, last.on, begins, until, step.line.text_key, step.rules)
    if not _checked_in(standing, last):
        begins = last.on + timedelta(hours=CHECK_IN_HOURS)
        yield Due("check_in_72h", last.visit, last.on, begins, None, "task.check_in_72h")


def _steps(standing: Standing, phase: Literal["before", "after"]) -> Iterator[CareStep]:
    return (step for step in standing.care if step.phase == phase)


def _checked_in(standing: Standing, last: Done) -> bool:
    """Whether somebody told how the skin was so many hours after a visit."""
    for checked_in, _ in standing.judgements:
        if checked_in.visit in (None, last.visit) and checked_in.on >= last.on:
            days, told = (checked_in.on - last.on).days, checked_in.hours_after
            hours = told if told is not None and possible(told, days) else days * HOURS
            if hours >= CHECK_IN_HOURS:
                return True
    return False


def _overdue(standing: Standing) -> Iterator[Due]:
    """The next visit once its last day is over, and each booking of which nobody told what became of it.

    What follows the next visit is counted from it, and is not overdue before it took place.
    """
    waiting = False
    for visit in standing.visits:
        if not visit.open:
            continue
        if visit.booking is not None:
            day = visit.booking.starts_at.date()
            yield Due("overdue_visit", visit.key, day, day + timedelta(1), None, "task.overdue_visit.booked")
        elif not waiting and (edge := visit.latest or visit.target) is not None:
            day, rules = _day(standing, edge), tuple(sorted(edge.rules))
            yield Due("overdue_visit", visit.key, day, day + timedelta(1), None, "task.overdue_visit.open", rules)
        waiting = True

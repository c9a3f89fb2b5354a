"""A course before and after something happened in it, and what others are told of that."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from app.rules.chain import VisitKey
from app.rules.diffing import EDGES, Diff
from app.rules.edges import Edge
from app.rules.happenings import AnyHappening, Booked, Done, Withdrawn
from app.rules.standing import CourseVisit, Standing
from app.security import new_id
from app.services.courses import visit_id, written
from app.services.events import EventType
from app.services.situations import Situation
from app.store.course_values import Course, CourseHappened
from app.store.values import Event


class Made(NamedTuple):
    """A course before and after something happened."""

    here: Situation
    row: CourseHappened
    happening: AnyHappening
    after: Standing
    changes: Diff

    @property
    def course(self) -> Course:
        """The course as it will be kept."""
        course = replace(self.here.course, version=self.row.version, status=self.after.status)
        return replace(course, answer=written(self.here.words, course, self.after))


def events_of(made: Made) -> Iterator[Event]:
    """What others are told: which things changed, and nothing of how."""
    course_id, one = made.here.course.id, made.happening
    if isinstance(one, Withdrawn):
        yield _event(made, "course.withdrawn", course_id)
    elif _replanned(made):
        yield _event(made, "course.replanned", course_id)
    yield from _of_happening(made)
    for key in dict.fromkeys(_elsewhere(made)):
        yield _event(made, "visit.window_changed", visit_id(course_id, key), course_id)


def _elsewhere(made: Made) -> Iterator[VisitKey]:
    """The visits whose windows are others: also those that come back from a hold otherwise than they went into it."""
    yield from (change.key for change in made.changes.changed if change.what in EDGES)
    for moved in made.changes.added:
        was, is_ = made.here.standing.visit(moved.key), made.after.visit(moved.key)
        if was is not None and is_ is not None and _days(made.here.standing, was) != _days(made.after, is_):
            yield moved.key


def _days(standing: Standing, visit: CourseVisit) -> list[date | None]:
    edges: list[Edge | None] = [getattr(visit, name) for name in EDGES]
    return [None if edge is None else standing.origin + timedelta(edge.day) for edge in edges]


def _event(made: Made, type_: EventType, subject_id: str, course_id: str | None = None) -> Event:
    return Event(new_id("evt"), type_, subject_id, made.row.version, made.row.recorded_at, course_id)


def _of_happening(made: Made) -> Iterator[Event]:
    """What is told of the very thing that happened."""
    course_id, one = made.here.course.id, made.happening
    if isinstance(one, Booked) and _replanned(made):
        yield _event(made, "visit.booked", visit_id(course_id, one.visit), course_id)
    if isinstance(one, Done):
        yield _event(made, "visit.done", visit_id(course_id, one.visit), course_id)
    found = made.after.judgement(made.row.id)
    if found is not None and found.flags:
        yield _event(made, "check_in.red_flag", made.row.id, course_id)


def _replanned(made: Made) -> bool:
    changes, before, after = made.changes, made.here.standing, made.after
    return bool(changes.changed or changes.withdrawn or changes.added) or before.status != after.status

"""Due work: what booking tools send to whom and when, computed from the courses as they stand, acknowledged once.

A task is named after its course and after what it is; only that it was acknowledged is kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from app.errors import Fault, InvalidQueryError, NotFoundError
from app.render.fragments import encode
from app.rules.due import Due, due
from app.security import ID_CHARACTERS, derived_id
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.courses import Reader, fetch, standing_of, visit_id, words_of
from app.services.cursors import read_cursor, write_cursor
from app.services.recommendations import UNFIT, record, unfit
from app.services.remembered import Remembered
from app.services.shelf import Shelf
from app.services.views import instant
from app.store import audit, courses
from app.store.course_values import Course, CourseHappened, TaskAck

LIST, ACKNOWLEDGE = "task.list", "task.acknowledge"
MOST_COURSES: Final = 100
"""As many courses as one page looks at; a page may therefore be short, or even empty, and still not be the last."""
COMPLETED_FOR: Final = timedelta(days=60)
"""For so long after the last that happened a completed course still gives something to tell: the care after its end."""
_ID: Final = re.compile(rf"tsk_([0-9A-Za-z]{{{ID_CHARACTERS}}})[0-9A-Za-z]{{{ID_CHARACTERS}}}").fullmatch
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which work to list, and how much to a page.

    Attributes:
        due_before: What may be told from this day on is left out; null for what is due today.
        limit: How much to a page.
        cursor: Where to go on.
    """

    due_before: date | None
    limit: int
    cursor: str | None = None


class Task(NamedTuple):
    """One thing to tell or to ask.

    Attributes:
        id: Its name.
        course: In which course.
        due: What it is.
    """

    id: str
    course: Course
    due: Due


class _Mark(NamedTuple):
    """Where a page ends: after a course, or in the one that follows it after a task."""

    course_id: str = ""
    begins: str = ""
    task_id: str = ""

    def is_behind(self, task: Task) -> bool:
        """Whether a task was not listed yet."""
        return task.course.id != _course_of(self.task_id) or _order(task) > (self.begins, self.task_id)


def listing(backend: Backend, caller: Caller, wanted: Wanted, read: Reader) -> bytes:
    """List the work that is due and not acknowledged, course by course, as UTF-8 JSON.

    Raises:
        InvalidQueryError: The cursor was not written for this clinic and this day.
        ProtocolNotOnShelfError: The rules that a course is planned with are not at hand any more.
    """
    mark, clinic_id = _mark(backend, caller, wanted), caller.clinic.id
    since = backend.clock.now() - COMPLETED_FOR
    with backend.database.read(clinic_id) as rows:
        chosen = courses.open_courses(rows, clinic_id, after=mark.course_id, limit=MOST_COURSES + 1, ended_after=since)
        ids = [course.id for course in chosen]
        happened = courses.happenings_of(rows, clinic_id, ids)
        acknowledged = courses.acknowledged(rows, clinic_id, ids)
    record(backend, caller, LIST)
    found: list[Task] = []
    for course in chosen[:MOST_COURSES]:
        tasks = _open(backend, course, happened[course.id], wanted, read)
        left = [task for task in tasks if mark.is_behind(task) and (course.id, task.id) not in acknowledged]
        room = wanted.limit - len(found)
        found += left[:room]
        if len(left) > room:
            return _page(backend, caller, wanted, found, _Mark(mark.course_id, *_order(found[-1])))
        mark = _Mark(course.id)
    return _page(backend, caller, wanted, found, mark if len(chosen) > MOST_COURSES else None)


def _open(backend: Backend, course: Course, happened: list[CourseHappened], wanted: Wanted, read: Reader) -> list[Task]:
    """The tasks of a course that may be told before a day and are not over."""
    today = backend.clock.today(course.time_zone)
    before = wanted.due_before or today + timedelta(days=1)
    tasks = _tasks(backend, course, happened, read)
    return [task for task in tasks if task.due.begins < before and (task.due.until or date.max) >= today]


_due: Final[Remembered[tuple[Due, ...]]] = Remembered()


def _tasks(backend: Backend, course: Course, happened: list[CourseHappened], read: Reader) -> list[Task]:
    """All tasks of a course, in order."""
    return named(course, _due.of(course, lambda: due(standing_of(backend, course, happened, read))))


def named(course: Course, known: Iterable[Due]) -> list[Task]:
    """Name the tasks of a course after all that makes them others: of a visit that moves is told anew. In order."""
    return sorted((Task(_name(course, one), course, one) for one in known), key=_order)


def _name(course: Course, one: Due) -> str:
    own = derived_id("tsk", course.id, one.kind, one.visit.written, one.text_key, one.day.isoformat())
    return f"tsk_{course.id.removeprefix('crs_')}{own.removeprefix('tsk_')}"


def _course_of(task_id: str) -> str:
    """The id of the course of a task; empty if it is no name of a task."""
    parts = _ID(task_id)
    return "" if parts is None else f"crs_{parts[1]}"


def _order(task: Task) -> tuple[str, str]:
    return task.due.begins.isoformat(), task.id


def _bound_to(caller: Caller, wanted: Wanted) -> tuple[str, ...]:
    """What a cursor holds for: the clinic and the day."""
    return caller.clinic.id, "tasks", encode(wanted.due_before and wanted.due_before.isoformat())


def _mark(backend: Backend, caller: Caller, wanted: Wanted) -> _Mark:
    """Where a page begins."""
    if wanted.cursor is None:
        return _Mark()
    place = read_cursor(backend.secrets, _bound_to(caller, wanted), wanted.cursor)
    if place is None:
        raise InvalidQueryError([UNFIT])
    return _Mark(*place[1].split("|"))


def cursor_faults(backend: Backend, caller: Caller, wanted: Wanted) -> list[Fault]:
    """Say what is wrong with the cursor, if there is one: it was not written for this clinic and this day."""
    return unfit(backend, _bound_to(caller, wanted), wanted.cursor)


def _page(backend: Backend, caller: Caller, wanted: Wanted, found: list[Task], mark: _Mark | None) -> bytes:
    cursor = None
    if mark is not None:
        cursor = write_cursor(backend.secrets, _bound_to(caller, wanted), (_EPOCH, "|".join(mark)))
    return encode({"items": [shown(backend.shelf, task) for task in found], "next_cursor": cursor}).encode()


def shown(shelf: Shelf, task: Task) -> Json:
    """A task as it is listed."""
    course, one = task.course, task.due
    visit = {"id": visit_id(course.id, one.visit), "number": one.visit.number, "kind": one.visit.kind}
    return {
        "id": task.id,
        "kind": one.kind,
        "course_id": course.id,
        "client_ref": course.client_ref,
        "visit": {**visit, "on": one.day.isoformat()},
        "from": one.begins.isoformat(),
        "until": one.until and one.until.isoformat(),
        "text_key": one.text_key,
        "text": words_of(shelf, course).catalog.say(one.text_key),
        "rules": list(one.rules),
    }


def acknowledge(backend: Backend, caller: Caller, task_id: str, read: Reader) -> bytes:
    """Keep that a task was done; who repeats it is told when that was told first. As UTF-8 JSON.

    Raises:
        NotFoundError: There is no such task, or it is none any more, since the course has changed.
        ProtocolNotOnShelfError: The rules that the course is planned with are not at hand any more.
    """
    course, happened = fetch(backend, caller, _course_of(task_id))
    clinic_id = caller.clinic.id
    with backend.database.read(clinic_id) as rows:
        ack = courses.acknowledgement(rows, clinic_id, course.id, task_id)
    if ack is None:
        if all(task.id != task_id for task in _tasks(backend, course, happened, read)):
            raise NotFoundError
        ack = _acknowledged(backend, caller, TaskAck(course.id, task_id, backend.clock.now(), caller.key.id))
    return encode({"id": task_id, "course_id": course.id, "acknowledged_at": instant(ack.acknowledged_at)}).encode()


def _acknowledged(backend: Backend, caller: Caller, ack: TaskAck) -> TaskAck:
    """Store an acknowledgement; one that came a moment before holds."""
    clinic_id = caller.clinic.id
    with backend.database.write(clinic_id) as rows:
        head = audit.hold(rows, clinic_id)  # before any other row, as every writer: no two wait for each other
        if courses.acknowledge(rows, clinic_id, ack):
            audit.write(rows, head, [caller.entry(ack.acknowledged_at, ACKNOWLEDGE, ack.course_id)])
            return ack
        return courses.acknowledgement(rows, clinic_id, ack.course_id, ack.task_id) or ack

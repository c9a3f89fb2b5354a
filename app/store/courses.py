"""Courses, and everything that happened in them, in rows.

Whoever writes takes the head row first, by `app.store.audit.hold` or by `hold` of this module, as every other writer:
then no two wait for each other, and no erasure comes in between.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from app.db import Rows
from app.errors import ClientErasedError, NotFoundError
from app.models import CourseRow, HappeningRow, RecommendationRow, TaskAckRow
from app.store import audit, erasures
from app.store.audit import Head
from app.store.course_values import Course, CourseEntry, CourseHappened, CourseStatus, TaskAck
from app.store.packing import pack, unpack

_TABLE: Final = CourseRow.__table__.c
_HAPPENING: Final = HappeningRow.__table__.c
_ACK: Final = TaskAckRow.__table__.c
_RECOMMENDATION: Final = RecommendationRow.__table__.c
_NAMES: Final = {field.name: "course_id" if field.name == "id" else field.name for field in fields(Course)}
_WHOLE: Final = [_TABLE[column].label(name) for name, column in _NAMES.items()]
_SHOWN: Final = _WHOLE[: len(fields(CourseEntry))]
_OPEN: Final = ("active", "on_hold")

Place = tuple[datetime, str]
"""Where a page ends: when its last course was started, and its id."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which courses are wanted; null for any.

    Attributes:
        client_ref: Of which client.
        status: How they stand.
    """

    client_ref: str | None = None
    status: CourseStatus | None = None


def hold(rows: Rows, clinic_id: str, client_hash: str | None) -> Head:
    """Take the head row, and make sure that nothing is written for a client who was erased.

    Args:
        rows: A transaction that writes.
        clinic_id: Whose.
        client_hash: The keyed hash of the client's ref; null if the course has none.

    Raises:
        ClientErasedError: The client was erased.
    """
    head = audit.hold(rows, clinic_id)
    if client_hash is not None and erasures.buried(rows, clinic_id, [client_hash]):
        raise ClientErasedError
    return head


def add(rows: Rows, course: Course) -> bool:
    """Store a new course.

    Returns:
        Whether it was stored: not if its recommendation has one already.

    Raises:
        NotFoundError: Its recommendation is gone, with its client or in time.
    """
    mine = _RECOMMENDATION.clinic_id == course.clinic_id, _RECOMMENDATION.recommendation_id == course.recommendation_id
    if rows.execute(select(_RECOMMENDATION.recommendation_id).where(*mine)).first() is None:
        raise NotFoundError
    columns = {column: getattr(course, name) for name, column in _NAMES.items()}
    columns |= {"changed_at": course.created_at, "answer": pack(course.answer)}
    try:
        with rows.begin_nested():
            rows.execute(insert(CourseRow), columns)
    except IntegrityError:
        return False
    return True


def get(rows: Rows, clinic_id: str, course_id: str) -> Course | None:
    """Read a course as it stands."""
    return _one(rows, _whole(clinic_id).where(_TABLE.course_id == course_id))


def of_recommendation(rows: Rows, clinic_id: str, recommendation_id: str) -> Course | None:
    """Read the course that carries out a recommendation."""
    return _one(rows, _whole(clinic_id).where(_TABLE.recommendation_id == recommendation_id))


def carries_out(rows: Rows, clinic_id: str, recommendation_id: str) -> bool:
    """Say whether a recommendation has a course that was not withdrawn; news can open even one that is completed."""
    here = _TABLE.clinic_id == clinic_id, _TABLE.recommendation_id == recommendation_id
    return rows.execute(select(_TABLE.course_id).where(*here, _TABLE.status != "withdrawn")).first() is not None


def happenings(rows: Rows, clinic_id: str, course_id: str) -> list[CourseHappened]:
    """Read what happened in a course, in the order in which it was told."""
    return happenings_of(rows, clinic_id, [course_id])[course_id]


def happenings_of(rows: Rows, clinic_id: str, course_ids: Collection[str]) -> dict[str, list[CourseHappened]]:
    """Read what happened in some courses, each in the order in which it was told."""
    found: dict[str, list[CourseHappened]] = {course_id: [] for course_id in course_ids}
    here = _HAPPENING.clinic_id == clinic_id, _HAPPENING.course_id.in_(list(course_ids))
    chosen = select(HappeningRow.__table__).where(*here).order_by(_HAPPENING.course_id, _HAPPENING.version)
    for row in rows.execute(chosen):
        found[row.course_id].append(_happened(row))
    return found


def happenings_after(
    rows: Rows, clinic_id: str, course_id: str, *, after: int, until: int, limit: int
) -> list[CourseHappened]:
    """Read a page of what happened in a course: what came after one version, up to another."""
    here = _HAPPENING.clinic_id == clinic_id, _HAPPENING.course_id == course_id
    chosen = select(HappeningRow.__table__).where(*here, _HAPPENING.version > after, _HAPPENING.version <= until)
    return [_happened(row) for row in rows.execute(chosen.order_by(_HAPPENING.version).limit(limit))]


def append(rows: Rows, clinic_id: str, happened: CourseHappened, *, status: CourseStatus, answer: bytes) -> bool:
    """Store what happened in a course, and how the course stands after it.

    Returns:
        Whether it was stored: not if the course is gone, or at another version than the one before.
    """
    here = update(CourseRow).where(
        _TABLE.clinic_id == clinic_id,
        _TABLE.course_id == happened.course_id,
        _TABLE.version == happened.version - 1,
    )
    stands = {"version": happened.version, "status": status, "changed_at": happened.recorded_at, "answer": pack(answer)}
    if rows.execute(here.values(stands)).rowcount == 0:
        return False
    columns = asdict(happened) | {"clinic_id": clinic_id}
    rows.execute(insert(HappeningRow), {"happening_id": columns.pop("id"), **columns})
    return True


def page(rows: Rows, clinic_id: str, wanted: Filter, *, after: Place | None = None, limit: int) -> list[CourseEntry]:
    """Read a page, the newest first; the next one begins after the last of this."""
    chosen = select(*_SHOWN).where(_TABLE.clinic_id == clinic_id)
    if wanted.client_ref is not None:
        chosen = chosen.where(_TABLE.client_ref == wanted.client_ref)
    if wanted.status is not None:
        chosen = chosen.where(_TABLE.status == wanted.status)
    if after is not None:
        chosen = chosen.where(tuple_(_TABLE.created_at, _TABLE.course_id) < after)
    newest = chosen.order_by(_TABLE.created_at.desc(), _TABLE.course_id.desc()).limit(limit)
    return [CourseEntry(*row) for row in rows.execute(newest)]


def of_client(
    rows: Rows, clinic_id: str, client_ref: str, *, after: Place | None = None, limit: int
) -> Sequence[Course]:
    """Read a page of a client's courses, the first first."""
    chosen = _whole(clinic_id).where(_TABLE.client_ref == client_ref)
    if after is not None:
        chosen = chosen.where(tuple_(_TABLE.created_at, _TABLE.course_id) > after)
    return _all(rows, chosen.order_by(_TABLE.created_at, _TABLE.course_id).limit(limit))


def open_courses(
    rows: Rows, clinic_id: str, *, after: str = "", limit: int, ended_after: datetime | None = None
) -> list[Course]:
    """Read a page of the courses that go on or are on hold, by id; the next one begins after the last of this.

    Args:
        rows: A transaction.
        clinic_id: Whose.
        after: The id of the last course of the page before.
        limit: How many.
        ended_after: Also those that are over and changed later than this; none of them without it.
    """
    wanted: list[ColumnElement[bool]] = [_TABLE.status.in_(_OPEN)]
    if ended_after is not None:
        wanted.append(and_(_TABLE.status.not_in(_OPEN), _TABLE.changed_at > ended_after))
    chosen = _whole(clinic_id).where(or_(*wanted), _TABLE.course_id > after)
    return _all(rows, chosen.order_by(_TABLE.course_id).limit(limit))


def set_calendar_generation(rows: Rows, clinic_id: str, course_id: str, generation: int) -> bool:
    """Give the calendar of a course another address, or none; false if the course is gone."""
    here = update(CourseRow).where(_TABLE.clinic_id == clinic_id, _TABLE.course_id == course_id)
    return rows.execute(here.values(calendar_generation=generation)).rowcount == 1


def acknowledge(rows: Rows, clinic_id: str, ack: TaskAck) -> bool:
    """Store that due work was done.

    Returns:
        Whether it was stored: not if it was told before. See `acknowledgement`.

    Raises:
        NotFoundError: The course is gone, with its client or in time.
    """
    here = _TABLE.clinic_id == clinic_id, _TABLE.course_id == ack.course_id
    if rows.execute(select(_TABLE.course_id).where(*here)).first() is None:
        raise NotFoundError
    try:
        with rows.begin_nested():
            rows.execute(insert(TaskAckRow), asdict(ack) | {"clinic_id": clinic_id})
    except IntegrityError:
        return False
    return True


def acknowledgement(rows: Rows, clinic_id: str, course_id: str, task_id: str) -> TaskAck | None:
    """Read that, and when, due work was done."""
    found = [one for one in acknowledgements(rows, clinic_id, course_id) if one.task_id == task_id]
    return found[0] if found else None


def acknowledgements(rows: Rows, clinic_id: str, course_id: str) -> list[TaskAck]:
    """Read which due work of a course was done, the first first."""
    here = _ACK.clinic_id == clinic_id, _ACK.course_id == course_id
    chosen = select(_ACK.course_id, _ACK.task_id, _ACK.acknowledged_at, _ACK.key_id).where(*here)
    return [TaskAck(*row) for row in rows.execute(chosen.order_by(_ACK.acknowledged_at, _ACK.task_id))]


def acknowledged(rows: Rows, clinic_id: str, course_ids: Collection[str]) -> set[tuple[str, str]]:
    """Tell which due work of some courses was done: the ids of course and work."""
    here = _ACK.clinic_id == clinic_id, _ACK.course_id.in_(list(course_ids))
    return {(row.course_id, row.task_id) for row in rows.execute(select(_ACK.course_id, _ACK.task_id).where(*here))}


def ids_of(rows: Rows, clinic_id: str, recommendation_ids: Collection[str]) -> list[str]:
    """Name the courses that carry out some recommendations."""
    here = _TABLE.clinic_id == clinic_id, _TABLE.recommendation_id.in_(list(recommendation_ids))
    return list(rows.execute(select(_TABLE.course_id).where(*here).order_by(_TABLE.course_id)).scalars())


def ids_of_client(rows: Rows, clinic_id: str, client_ref: str) -> list[str]:
    """Name a client's courses."""
    here = _TABLE.clinic_id == clinic_id, _TABLE.client_ref == client_ref
    return list(rows.execute(select(_TABLE.course_id).where(*here)).scalars())


def _whole(clinic_id: str) -> Select[Any]:
    return select(*_WHOLE).where(_TABLE.clinic_id == clinic_id)


def _one(rows: Rows, chosen: Select[Any]) -> Course | None:
    row = rows.execute(chosen).one_or_none()
    return None if row is None else _course(row)


def _all(rows: Rows, chosen: Select[Any]) -> list[Course]:
    return [_course(row) for row in rows.execute(chosen)]


def _course(row: Row[Any]) -> Course:
    return Course(**row._asdict() | {"start": bytes(row.start), "answer": unpack(bytes(row.answer))})


def _happened(row: Row[Any]) -> CourseHappened:
    columns = row._asdict()
    del columns["clinic_id"]
    return CourseHappened(id=columns.pop("happening_id"), **columns | {"document": bytes(row.document)})

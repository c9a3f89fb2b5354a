"""What is stored, held against what the audit says of it.

Every comparison reads each table once: to join them would take the databases the square of the time.
"""

from typing import Any, Final, cast

from sqlalchemy import BigInteger, ColumnElement, Select, Table, except_, func, or_, select, union_all
from sqlalchemy import cast as cast_to

from app.db import Rows
from app.models import (
    AuditRow,
    CourseRow,
    EventRow,
    HappeningRow,
    HeadRow,
    RecommendationRow,
    ReviewRow,
    TombstoneRow,
)

_HEAD: Final = HeadRow.__table__.c
_AUDIT: Final = AuditRow.__table__.c
_EVENTS: Final = EventRow.__table__.c
_PLANS, _REVIEWS, _COURSES, _HAPPENINGS = (
    cast("Table", row.__table__) for row in (RecommendationRow, ReviewRow, CourseRow, HappeningRow)
)
_CREATE, _REVIEW, _START, _ERASE = "recommendation.create", "recommendation.review", "course.create", "client.erase"
_TOLD: Final = ("answer.record", "check_in.record", "course.review", "course.withdraw", "visit.record")
"""What makes one more version of a course."""


def unaccounted(rows: Rows, clinic_id: str, limit: int = 10) -> list[str]:
    """Name recommendations and courses that are stored although the audit knows of no creation: up to so many."""
    both = ((_PLANS.c.recommendation_id, _CREATE), (_COURSES.c.course_id, _START))
    found = [one for column, action in both for one in _unnamed(rows, clinic_id, column, action, limit)]
    return found[:limit]


def _unnamed(rows: Rows, clinic_id: str, column: ColumnElement[str], action: str, limit: int) -> list[str]:
    """Name those of which no entry tells."""
    stored = select(column.label("id")).where(column.table.c.clinic_id == clinic_id)
    return list(rows.execute(except_(stored, _named(clinic_id, action)).order_by("id").limit(limit)).scalars())


def misreviewed(rows: Rows, clinic_id: str, limit: int = 10) -> list[str]:
    """Name recommendations whose version, reviews and reviews in the audit are not equally many: up to so many."""
    return _miscounted(rows, clinic_id, _PLANS.c.recommendation_id, _REVIEWS.c.recommendation_id, (_REVIEW,), limit)


def mistold(rows: Rows, clinic_id: str, limit: int = 10) -> list[str]:
    """Name courses whose version, happenings and happenings in the audit are not equally many: up to so many."""
    return _miscounted(rows, clinic_id, _COURSES.c.course_id, _HAPPENINGS.c.course_id, _TOLD, limit)


def _miscounted(
    rows: Rows,
    clinic_id: str,
    kept: ColumnElement[str],
    part: ColumnElement[str],
    actions: tuple[str, ...],
    limit: int,
) -> list[str]:
    """Name things that have not one part for each version after the first, or not one entry for each part."""
    told = _AUDIT.clinic_id == clinic_id, _AUDIT.action.in_(actions), _AUDIT.outcome == "ok"
    every = union_all(
        _counted(kept, kept=1, due=kept.table.c.version - 1).where(kept.table.c.clinic_id == clinic_id),
        _counted(part, held=1).where(part.table.c.clinic_id == clinic_id),
        _counted(_AUDIT.target_id, told=1).where(*told),
    ).subquery()
    due, there, said = (func.sum(every.c[name]) for name in ("due", "held", "told"))
    chosen = select(every.c.id).group_by(every.c.id).having(func.sum(every.c.kept) == 1, or_(due != there, due != said))
    return list(rows.execute(chosen.order_by(every.c.id).limit(limit)).scalars())


def _counted(name: ColumnElement[str], **columns: ColumnElement[int] | int) -> Select[*tuple[Any, ...]]:
    """A part of a sum over several tables."""
    counts = {"kept": 0, "due": 0, "held": 0, "told": 0} | columns
    return select(name.label("id"), *(cast_to(count, BigInteger).label(each) for each, count in counts.items()))


def unburied(rows: Rows, clinic_id: str) -> bool:
    """Say whether a client was erased whose tombstone is not there: what comes late for them would be stored."""
    stones = TombstoneRow.__table__.c
    there = select(stones.client_hash).where(stones.clinic_id == clinic_id)
    erased = _named(clinic_id, _ERASE).where(_AUDIT.outcome == "ok")
    return rows.execute(except_(erased, there).limit(1)).first() is not None


def _named(clinic_id: str, action: str) -> Select[str]:
    return select(_AUDIT.target_id).where(_AUDIT.clinic_id == clinic_id, _AUDIT.action == action)


def events_missing(rows: Rows, clinic_id: str) -> bool:
    """Say whether the numbers of the events have a gap, or do not end where the head says."""
    numbers = select(func.count(), func.coalesce(func.max(_EVENTS.number), 0)).where(_EVENTS.clinic_id == clinic_id)
    count, last = rows.execute(numbers).one()
    stands_at = rows.execute(select(_HEAD.event_number).where(_HEAD.clinic_id == clinic_id)).scalar() or 0
    return not count == last == stands_at

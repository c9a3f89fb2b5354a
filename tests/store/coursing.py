"""Courses that are stored for a test, with the entries of the audit that go with them."""

from typing import Any

from app.db import Database
from app.store import audit, courses
from app.store.course_values import Course, CourseHappened
from app.store.lane import WriteLane
from app.store.values import Recommendation
from tests.store.things import course, entry, happened, recommendation, unit


def planned(lane: WriteLane, **changes: Any) -> Recommendation:
    """Store a plan that a course can carry out."""
    kept = recommendation(**changes)
    lane.submit(unit(kept)).result()
    return kept


def started(lane: WriteLane, database: Database, **changes: Any) -> Course:
    """Store a course for a plan of its own."""
    of_plan = {name: changes[name] for name in ("clinic_id", "client_ref", "created_at") if name in changes}
    made = course(planned(lane, **of_plan).id, **changes)
    with database.write(made.clinic_id) as rows:
        assert courses.add(rows, made)
        audit.append(rows, made.clinic_id, [entry("course.create", made.id)])
    return made


def told(database: Database, made: Course, version: int, **changes: Any) -> CourseHappened:
    """Store something that happened in a course."""
    one = happened(made.id, version, **changes)
    with database.write(made.clinic_id) as rows:
        assert courses.append(rows, made.clinic_id, one, status="active", answer=b'{"version":%d}' % version)
        audit.append(rows, made.clinic_id, [entry("visit.record", made.id)])
    return one

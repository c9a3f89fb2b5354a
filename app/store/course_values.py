"""What of a course goes into the store and comes out of it, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

CourseStatus = Literal["active", "on_hold", "completed", "withdrawn"]
HappeningKind = Literal["booked", "done", "missed", "cancelled", "checked_in", "answered", "cleared", "withdrawn"]


@dataclass(frozen=True, slots=True)
class CourseEntry:
    """A course as lists show it: without what it began from and how it stands.

    Attributes:
        id: `crs_…`.
        recommendation_id: The plan that it carries out.
        client_ref: The caller's name for the person, if any: that of the recommendation.
        created_at: When it was started, in UTC.
        version: 1, and one more with everything that happens.
        status: Whether it goes on.
    """

    id: str
    recommendation_id: str
    client_ref: str | None
    created_at: datetime
    version: int
    status: CourseStatus


@dataclass(frozen=True, slots=True)
class Course(CourseEntry):
    """A course as it is kept.

    Attributes:
        clinic_id: Whose it is.
        language: The language of its texts.
        time_zone: The IANA zone whose calendar it goes by.
        protocol_id: The protocol it is planned with.
        protocol_version: Its version.
        protocol_digest: Its digest.
        texts_digest: The digest of the texts.
        start: What it began from, as UTF-8 JSON; it never changes.
        answer: How it stands, as UTF-8 JSON: it follows from `start` and from what happened.
        calendar_generation: How often its calendar was given an address, or lost it: odd while it has one.
    """

    clinic_id: str
    language: str
    time_zone: str
    protocol_id: str
    protocol_version: str
    protocol_digest: str
    texts_digest: str
    start: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    calendar_generation: int = 0


@dataclass(frozen=True, slots=True)
class CourseHappened:
    """One thing that happened in a course, as it is kept; never changed.

    Attributes:
        id: `hap_…`.
        course_id: In which.
        version: Of the course, after it: 2, 3 and so on, in the order in which they were told.
        kind: What it is.
        at: The instant at which it was so, in UTC.
        recorded_at: When it was told, in UTC.
        key_id: Through which key.
        document: What is told of it, as UTF-8 JSON.
    """

    id: str
    course_id: str
    version: int
    kind: HappeningKind
    at: datetime
    recorded_at: datetime
    key_id: str
    document: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TaskAck:
    """Due work that somebody has done.

    Attributes:
        course_id: Of which course.
        task_id: Which work.
        acknowledged_at: When that was told, in UTC.
        key_id: Through which key.
    """

    course_id: str
    task_id: str
    acknowledged_at: datetime
    key_id: str

"""Courses: plans that are carried out, and everything that happened in them."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CLINIC_ID, DIGEST, ID, REF, Base, Instant


class CourseRow(Base):
    """A course: what it began from, which never changes, and how it stands, which follows from what happened.

    `changed_at` is when something was last written down about it: as long after that as after its beginning it is kept.
    """

    __tablename__ = "courses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "recommendation_id"],
            ["recommendations.clinic_id", "recommendations.recommendation_id"],
            ondelete="CASCADE",
        ),
        Index("ix_courses_recommendation", "clinic_id", "recommendation_id", unique=True),
        Index("ix_courses_newest", "clinic_id", "created_at", "course_id"),
        Index("ix_courses_client", "clinic_id", "client_ref", "created_at", "course_id"),
        Index("ix_courses_status", "clinic_id", "status", "created_at", "course_id"),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    course_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    recommendation_id: Mapped[str] = mapped_column(String(ID))
    client_ref: Mapped[str | None] = mapped_column(String(REF))
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16))
    time_zone: Mapped[str] = mapped_column(String(64))
    protocol_id: Mapped[str] = mapped_column(String(64))
    protocol_version: Mapped[str] = mapped_column(String(32))
    protocol_digest: Mapped[str] = mapped_column(String(DIGEST))
    texts_digest: Mapped[str] = mapped_column(String(DIGEST))
    calendar_generation: Mapped[int]
    start: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class HappeningRow(Base):
    """One thing that happened in a course. It is never changed, and it goes only with its course."""

    __tablename__ = "happenings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "course_id"], ["courses.clinic_id", "courses.course_id"], ondelete="CASCADE"
        ),
        Index("ix_happenings_course", "clinic_id", "course_id", "version", unique=True),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    happening_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    course_id: Mapped[str] = mapped_column(String(ID))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(ID))
    document: Mapped[bytes] = mapped_column(LargeBinary)


class TaskAckRow(Base):
    """Due work of a course that somebody has done. It is never changed, and it goes only with its course."""

    __tablename__ = "task_acks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "course_id"], ["courses.clinic_id", "courses.course_id"], ondelete="CASCADE"
        ),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    course_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    acknowledged_at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(ID))

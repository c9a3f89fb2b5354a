"""What was recommended to whom, and what a professional said of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CLINIC_ID, DIGEST, ID, REF, Base, Instant


class RecommendationRow(Base):
    """An answer as it was given, beside the few columns that it is found by."""

    __tablename__ = "recommendations"
    __table_args__ = (
        Index("ix_recommendations_newest", "clinic_id", "created_at", "recommendation_id"),
        Index("ix_recommendations_client", "clinic_id", "client_ref", "created_at", "recommendation_id"),
        Index("ix_recommendations_decision", "clinic_id", "decision", "created_at", "recommendation_id"),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    recommendation_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    client_ref: Mapped[str | None] = mapped_column(String(REF))
    decision: Mapped[str] = mapped_column(String(24))
    worst_decision: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(16))
    bookable: Mapped[bool]
    language: Mapped[str] = mapped_column(String(16))
    assessed_on: Mapped[date]
    protocol_id: Mapped[str] = mapped_column(String(64))
    protocol_version: Mapped[str] = mapped_column(String(32))
    protocol_digest: Mapped[str] = mapped_column(String(DIGEST))
    texts_digest: Mapped[str] = mapped_column(String(DIGEST))
    review_state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    read_once_until: Mapped[datetime | None] = mapped_column(Instant)
    intake: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class ReviewRow(Base):
    """What a professional decided about a recommendation; the latest one holds, none is ever changed."""

    __tablename__ = "reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "recommendation_id"],
            ["recommendations.clinic_id", "recommendations.recommendation_id"],
            ondelete="CASCADE",
        ),
        Index("ix_reviews_recommendation", "clinic_id", "recommendation_id", "version"),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    review_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    recommendation_id: Mapped[str] = mapped_column(String(ID))
    version: Mapped[int]
    reviewed_at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(ID))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class TombstoneRow(Base):
    """A client who was erased, known by nothing but a keyed hash: what was on its way for them is stopped by it."""

    __tablename__ = "tombstones"

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    client_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(Instant)


class ReplyRow(Base):
    """The reply to a request that carried an idempotency key, so that sending it again finds the same one.

    `body` is empty where the reply is the stored answer itself, which is not kept twice.
    """

    __tablename__ = "replies"
    __table_args__ = (
        Index("ix_replies_subject", "clinic_id", "subject_id"),
        Index("ix_replies_oldest", "clinic_id", "created_at"),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    slot: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    subject_id: Mapped[str] = mapped_column(String(ID))
    status: Mapped[int]
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)

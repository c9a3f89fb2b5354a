"""A client as a whole: the certificate of an erasure, and everything that is held about them."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.schemas.review import ReviewOut
from app.schemas.scalars import ClientRef, Output
from app.schemas.stored import StoredOut

_REF: Final = TypeAdapter[str](ClientRef)


def is_client_ref(text: str) -> bool:
    """Say whether an intake could have carried this ref."""
    try:
        _REF.validate_python(text)
    except ValidationError:
        return False
    return True


class ErasedOut(Output):
    """How much was erased."""

    recommendations: int = Field(description="How many recommendations, each with its intake.", examples=[2])
    reviews: int = Field(description="How many reviews of them.", examples=[1])
    replies: int = Field(description="How many replies that waited for a request to be repeated.", examples=[1])
    courses: int = Field(description="How many courses, each with everything that happened in it.", examples=[1])


class ErasureOut(Output):
    """The certificate of an erasure."""

    client_ref: str = Field(description="Whose data it was, by your id.", examples=["c-10442"])
    erased_at: datetime = Field(description="When, in UTC. From then on nothing could be read any more.")
    erased: ErasedOut = Field(description="What was erased. All 0: nothing was held, or it was erased before.")
    gone_from_disk: bool = Field(
        description="Whether the bytes are gone from the files of the database as well. If not, `horizon` "
        "says when they follow."
    )
    horizon: str = Field(description="Where copies can still be, and until when.")
    kept: str = Field(description="What is kept on purpose.")


class ExportedReviewOut(Output):
    """A review, and the plan as it was answered from then on."""

    id: str = Field(description="Its id.", examples=["rev_9sKq2nB7wYc1UmJoHt5xZa"])
    version: int = Field(description="The version of the recommendation that it made.", examples=[2])
    reviewed_at: datetime = Field(description="When, in UTC.")
    review: ReviewOut = Field(description="What was decided, by whom, and why.")
    answer: StoredOut = Field(description="The plan as it was answered from then on.")


class ExportedRecommendationOut(Output):
    """A recommendation with everything that belongs to it."""

    id: str = Field(description="Its id.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"])
    created_at: datetime = Field(description="When it was computed, in UTC.")
    version: int = Field(description="1, and one more with every review.", examples=[1])
    intake: dict[str, Any] = Field(
        description="What was asked: an `IntakeIn` with every default filled in. It can be sent again as it is."
    )
    answer: StoredOut = Field(description="What was answered at first.")
    reviews: list[ExportedReviewOut] = Field(description="What professionals decided, in order.")


class ExportedHappeningOut(Output):
    """One thing that happened in a course, as it was told."""

    id: str = Field(description="Its id.", examples=["hap_3mXd8kQ1vRz6yTgWb0cNpL"])
    version: int = Field(description="The version of the course that it made.", examples=[2])
    kind: Literal["booked", "done", "missed", "cancelled", "checked_in", "answered", "cleared", "withdrawn"] = Field(
        description="What it is."
    )
    at: datetime = Field(description="The instant at which it was so, in UTC.")
    recorded_at: datetime = Field(description="When it was told, in UTC.")
    document: dict[str, Any] = Field(description="What was told of it.", examples=[{"on": "2026-12-05"}])


class ExportedAcknowledgementOut(Output):
    """Due work that somebody has done."""

    task_id: str = Field(description="Which work.", examples=["tsk_6pYb2nFh4sKj9aVr7eUoWc"])
    acknowledged_at: datetime = Field(description="When that was told, in UTC.")


class ExportedCourseOut(Output):
    """A course as it stood when it was written down, with everything that led to it."""

    id: str = Field(description="Its id.", examples=["crs_7tGh5wLc2zEx9uJvQm4bRk"])
    recommendation_id: str = Field(
        description="The recommendation that it carries out.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"]
    )
    created_at: datetime = Field(description="When it was started, in UTC.")
    version: int = Field(description="1, and one more with everything that happened.", examples=[2])
    status: Literal["active", "on_hold", "completed", "withdrawn"] = Field(description="Whether it goes on.")
    time_zone: str = Field(description="The IANA zone of its days.", examples=["Europe/London"])
    start: dict[str, Any] = Field(description="What it began from: the intake, what a review changed, and the day.")
    answer: dict[str, Any] = Field(description="The course as it was answered last.")
    happenings: list[ExportedHappeningOut] = Field(
        description="What happened, in the order in which it was told: one for each version after the first."
    )
    acknowledged: list[ExportedAcknowledgementOut] = Field(description="Which due work was done, the first first.")


class AuditEntryOut(Output):
    """A call that concerned the client: who did what, never with which data."""

    number: int = Field(description="Its place in the clinic's audit.", examples=[17])
    at: datetime = Field(description="When, in UTC.")
    actor: str = Field(
        description="The id of the key, or `operator` for the command line.", examples=["key_7Hc2mQx9LpRt"]
    )
    action: str = Field(description="What was asked for.", examples=["recommendation.create"])
    target_id: str = Field(description="On what: an id, or a keyed hash of the client's ref.")
    outcome: str = Field(
        description="`ok`, the code of the problem that was answered, or `broken_off` for an export that was begun and "
        "not handed over whole.",
        examples=["ok"],
    )
    request_id: str = Field(description="The name of the request.", examples=["0f8e2b7c5d1a4e6f9b3c7a2d8e4f6b1c"])
    address: str = Field(description="The network it came from.", examples=["203.0.113.0/24"])
    protocol_digest: str = Field(description="The rules that were applied; empty where none were.")
    fields: list[str] = Field(description="The names of the fields that were set.", examples=[["client", "concerns"]])


class ExportOut(Output):
    """Everything that is held about a client."""

    client_ref: str = Field(description="Whose data it is, by your id.", examples=["c-10442"])
    exported_at: datetime = Field(description="When, in UTC.")
    recommendations: list[ExportedRecommendationOut] = Field(description="Every recommendation, the oldest first.")
    courses: list[ExportedCourseOut] = Field(description="Every course, the oldest first.")
    audit: list[AuditEntryOut] = Field(description="What the audit says about them, the oldest first.")

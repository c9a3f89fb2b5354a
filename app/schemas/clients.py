"""A client as a whole: the certificate of an erasure, and everything that is held about them."""

from datetime import datetime
from typing import Any, Final

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
    audit: list[AuditEntryOut] = Field(description="What the audit says about them, the oldest first.")

"""A recommendation that is kept: what is stored of the question, and what is answered when it is read.

An intake is kept with every default filled in, so that it says for ever what was asked, whatever the clinic's time zone
or the calendar says later. What was not answered stays unanswered.
"""

import json
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import Field

from app.schemas.intake import IntakeIn
from app.schemas.listing import ReviewStateOut
from app.schemas.plan import TRANSLATION, TranslationOut, Urgency
from app.schemas.recommendation import RecommendationOut
from app.schemas.review import ReviewOut, ReviewToldOut
from app.schemas.scalars import Output, sometimes
from app.texts import ENGLISH

Json = dict[str, Any]
DEFAULT_AREAS = ["face"]
_sorted: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def as_sent(intake: IntakeIn) -> bytes:
    """Write an intake so that every way to send the same one gives the same bytes."""
    return _canonical(intake.model_dump(mode="json"))


def as_kept(intake: IntakeIn, assessed_on: date, time_zone: str, language: str = ENGLISH) -> bytes:
    """Write an intake with what was left to defaults filled in.

    Args:
        intake: What was sent.
        assessed_on: The day for which it was answered.
        time_zone: The zone of the clinic, for those who named none.
        language: The language of the answer, for those who named none.
    """
    written = intake.model_dump(mode="json")
    written["assessed_on"] = assessed_on.isoformat()
    written["time_zone"] = intake.time_zone or time_zone
    written["language"] = intake.language or language
    written["preferences"] = {"device": (intake.preferences and intake.preferences.device) or "any"}
    for concern in written["concerns"]:
        concern["areas"] = concern["areas"] or DEFAULT_AREAS
    return _canonical(written)


def _canonical(document: Json) -> bytes:
    """Sort the names. There are no fractions in an intake, and its names are ASCII: this is RFC 8785."""
    return _sorted(document).encode()


def sent_fields(intake: IntakeIn) -> tuple[str, ...]:
    """Name the fields that were sent, without what was in them."""
    return tuple(sorted(intake.model_fields_set))


def read_kept(intake: bytes) -> IntakeIn:
    """Read an intake that was kept."""
    return IntakeIn.model_validate_json(intake)


class StoredOut(RecommendationOut):
    """A stored recommendation."""

    id: str = Field(  # type: ignore[mutable-override]
        description="Its id.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"]
    )
    review: ReviewOut = Field(description="Whether a professional must look at it, and what they decided.")


class ToldOut(RecommendationOut):
    """A stored recommendation as a publishable key reads it once a professional has reviewed it."""

    id: str = Field(  # type: ignore[mutable-override]
        description="Its id.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"]
    )
    review: ReviewToldOut = Field(description="How it stands and since when; by whom and why is for the clinic.")


ReadToken = str | None


class CreatedOut(StoredOut):
    """A recommendation that was stored just now."""

    read_token: ReadToken = Field(
        description="With a publishable key: reads this recommendation once, within ten minutes, as the header "
        "`Skincadence-Read-Token`. Null with a secret key, which needs none."
    )


class SignOut(Output):
    """A sign that needs somebody's eyes."""

    text: str = Field(description="The words for the client.")
    urgency: Urgency = Field(description="How soon.")


class WithheldOut(Output):
    """What a visitor is told of a plan that a professional must see first, or has declined."""

    id: str = Field(description="The id of the recommendation.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"])
    created_at: datetime = Field(description="When it was computed, in UTC.")
    status: Literal["awaiting_review", "declined"] = Field(description="Why there is no plan to show.")
    bookable: Literal[False] = Field(description="Always false: there is nothing to book.")
    review: ReviewStateOut = Field(description="How far the review is.")
    urgent: bool = Field(
        description="Whether the answers send the client to a doctor promptly, whatever the review says. Then show "
        "`referral` and `red_flags` at once. False says nothing about a treatment."
    )
    referral: list[str] = Field(description="Why, in words for the client; empty unless it is urgent.")
    red_flags: list[SignOut] = Field(description="Signs that cannot wait for a visit; empty unless it is urgent.")
    translation: TranslationOut = sometimes(TRANSLATION)


class WithheldCreatedOut(WithheldOut):
    """What a visitor is told of a plan that was stored just now and that a professional must see first."""

    read_token: ReadToken = Field(
        description="Reads the plan once, within seven days, as the header `Skincadence-Read-Token`. To ask while the "
        "review is awaited does not use it up."
    )

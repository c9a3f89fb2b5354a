"""A page of stored recommendations: what may be asked for, and what comes back."""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import Field
from pydantic_core import core_schema

from app.schemas.plan import Decision
from app.schemas.scalars import ClientRef, Input, Output, Scalar

MOST, USUAL = 100, 25
LONGEST_CURSOR = 200

PageSize = Annotated[
    int,
    Scalar(
        core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=r"^[1-9][0-9]{0,2}$"), core_schema.int_schema(le=MOST)]
        ),
        "whole_number",
        f"Must be a whole number from 1 to {MOST}.",
        {"type": "integer", "minimum": 1, "maximum": MOST},
    ),
]
Moment = Annotated[
    datetime,
    Scalar(
        core_schema.chain_schema(
            [
                core_schema.str_schema(
                    strict=True, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
                ),
                core_schema.datetime_schema(tz_constraint="aware"),
            ]
        ),
        "moment",
        "Must be a moment in UTC, written 2026-11-21T09:30:00Z.",
        {"type": "string", "format": "date-time", "pattern": "Z$"},
    ),
]
Cursor = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=r"^[A-Za-z0-9_-]+$", max_length=LONGEST_CURSOR),
        "cursor",
        "Must be the `next_cursor` of a page, unchanged, with the same filters.",
        {"type": "string"},
    ),
]


class ListQuery(Input):
    """Which recommendations to list."""

    client_ref: ClientRef | None = Field(default=None, description="Only those of this client.")
    decision: Decision | None = Field(default=None, description="Only those with this decision.")
    created_after: Moment | None = Field(
        default=None,
        description="Only those made after this moment, in UTC. Answers name moments to the second, so what was made "
        "in the same second may come twice if the last moment seen is asked for.",
    )
    limit: PageSize = Field(default=USUAL, description="How many to a page.")
    cursor: Cursor | None = Field(
        default=None,
        description="Where to go on: the `next_cursor` of the page before. It holds for the same filters only.",
    )


FILTERS: Final = ("client_ref", "decision", "created_after")
"""What a cursor holds for."""


class MadeWithOut(Output):
    """The rules and texts a stored recommendation was made with."""

    id: str = Field(description="The protocol.", examples=["microdermabrasion"])
    version: str = Field(description="Its version.", examples=["1.0.0"])
    digest: str = Field(description="SHA-256 over its canonical form (RFC 8785).", examples=["sha256:0d5e…"])
    texts_digest: str = Field(description="SHA-256 over the texts in the language of the answer.")


class ReviewStateOut(Output):
    """How far a review is."""

    state: Literal["none", "required", "cleared", "adjusted", "declined"] = Field(
        description="`none`: nothing asks for one. `required`: nothing may be booked before it."
    )


class SummaryOut(Output):
    """A stored recommendation in short: enough to find it by, with nothing of the intake."""

    id: str = Field(description="Its id.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"])
    created_at: datetime = Field(description="When it was computed, in UTC.")
    assessed_on: date = Field(description="The day it holds for.")
    language: str = Field(description="The language of its texts.", examples=["en"])
    client_ref: str | None = Field(description="Your id of the client; null if none was sent.", examples=["c-10442"])
    protocol: MadeWithOut = Field(description="The rules it was made with.")
    decision: Decision = Field(description="What the answers given make certain; the worst of all findings wins.")
    worst_decision: Decision = Field(description="The worst that the unanswered questions could still make of it.")
    status: Literal["final", "provisional"] = Field(
        description="`provisional` while an unanswered question could change more than steps of care."
    )
    bookable: bool = Field(description="Whether visits may be booked, reviews included.")
    review: ReviewStateOut = Field(description="Whether a professional must look at it, or what they decided.")


class PageOut(Output):
    """A page of recommendations, the newest first."""

    items: list[SummaryOut] = Field(description="The recommendations, the newest first.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")

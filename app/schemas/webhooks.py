"""Events, and the addresses that they are sent to, on the wire."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError, core_schema

from app.schemas.listing import Moment, PageSize
from app.schemas.scalars import Input, Output, Scalar

EventName: TypeAlias = Literal[
    "recommendation.created",
    "recommendation.reviewed",
    "course.started",
    "course.replanned",
    "course.withdrawn",
    "visit.window_changed",
    "visit.booked",
    "visit.done",
    "check_in.red_flag",
]
Thing: TypeAlias = Literal["recommendation", "course", "visit", "check_in"]
MOST_TYPES: Final = 50
LONGEST_URL: Final = 1_024
USUAL: Final = 25
_LAST: Final = 2**53 - 1
EVENT_ID: Final = "evt_5gWr2cX9dY1Aa0UoLqMs8Z"
ENDPOINT: Final[dict[str, Any]] = {
    "url": "https://booking.clinic.example/skincadence",
    "types": ["recommendation.created", "recommendation.reviewed"],
}
"""The example of the documentation."""
REPLAY: Final[dict[str, Any]] = {"from": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"}

Url: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, min_length=1, max_length=LONGEST_URL),
        "webhook_url",
        f"Must be an absolute address of 1 to {LONGEST_URL} characters.",
        {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": LONGEST_URL},
    ),
]
EventId: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=r"^evt_[0-9A-Za-z]{22}$"),
        "event_id",
        "Must be the id of an event, which begins with evt_.",
        {"type": "string", "pattern": "^evt_[0-9A-Za-z]{22}$"},
    ),
]
Number: TypeAlias = Annotated[
    int,
    Scalar(
        core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=r"^[0-9]{1,16}$"), core_schema.int_schema(le=_LAST)]
        ),
        "event_number",
        "Must be the number of an event, or 0 for the beginning.",
        {"type": "integer", "minimum": 0, "maximum": _LAST},
    ),
]
Outcome: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "examples": ["2xx", "5xx", "timeout", "tls", "unresolved"]})
]


class EndpointIn(Input):
    """An address to send events to."""

    url: Url = Field(
        description="Where to: https, port 443 or 8443, a full public host name. Redirects are not followed.",
        examples=[ENDPOINT["url"]],
    )
    types: list[EventName] = Field(min_length=1, max_length=MOST_TYPES, description="The types of events to send.")


class ReplayIn(Input):
    """Which events to send once more: one by its id, or all of a span."""

    event_id: EventId | None = Field(default=None, description="One event, by its id.", examples=[EVENT_ID])
    since: Moment | None = Field(default=None, alias="from", description="All that happened from this moment on,")
    until: Moment | None = Field(default=None, description="and before this one.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        span = self.since is not None, self.until is not None
        if (self.event_id is None) != all(span) or (self.event_id is not None and any(span)):
            raise PydanticCustomError("replay", "Send either `event_id`, or both `from` and `until`.")
        return self


class EventsQuery(Input):
    """Which events to list."""

    after: Number = Field(default=0, description="Only those after the event of this number: your `next_after`.")
    limit: PageSize = Field(default=USUAL, description="How many to a page.")


class EndpointOut(Output):
    """An address that events are sent to."""

    id: str = Field(description="Its id.", examples=["whe_2bTq7cM5xR9wYp0LkNs3vF"])
    url: str = Field(description="Where to.")
    types: list[EventName] = Field(description="The types of events that are sent to it.")
    created_at: datetime = Field(description="When it was made, in UTC: it is sent what happened since.")
    status: Literal["enabled", "disabled"] = Field(
        description="`disabled`: nothing is sent until you enable it; what happens meanwhile is not lost."
    )
    disabled_at: datetime | None = Field(description="Since when nothing is sent; null if it is enabled.")
    disabled_reason: Literal["gone", "failing"] | None = Field(
        description="`gone`: it answered 410. `failing`: nothing but failure for five days."
    )
    failing_since: datetime | None = Field(description="The first failure since something last arrived; null if none.")
    last_attempt_at: datetime | None = Field(description="When something was last tried; null if nothing was.")
    last_outcome: Outcome | None = Field(
        description="What came of it: a class of statuses, or why there was no answer (`timeout`, `tls`, "
        "`unreachable`, `unresolved`, `address_refused`, `broken`)."
    )


class NewSecretOut(EndpointOut):
    """An endpoint and a secret that was just made."""

    secret: str = Field(
        description="Verify the signature of each message with it (Standard Webhooks, `v1`). It is shown here and "
        "never again.",
        examples=["whsec_…"],
    )


class EndpointsOut(Output):
    """The endpoints of a clinic."""

    items: list[EndpointOut] = Field(description="The endpoints, the oldest first.")


class ReplayedOut(Output):
    """How many events are sent once more."""

    events: int = Field(description="How many. What was not sent yet is on its way already, and is not counted.")


class EventDataOut(Output):
    """Which thing it is about; nothing of what the thing says."""

    id: str = Field(description="The id of the thing.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"])
    object: Thing = Field(description="What kind of thing it is.")
    version: int = Field(description="Its version after the event; read it to see what holds by now.")
    course_id: str | None = Field(description="The course that the thing is part of; null where it is part of none.")
    number: int = Field(description="The place of the event among those of the clinic; none is missing.")
    livemode: bool = Field(description="Whether it is about real data.")


class HappenedOut(Output):
    """Something that happened. But for `id`, these are the very members of the message that is sent of it."""

    id: str = Field(description="Its id, which messages carry as `webhook-id`.", examples=[EVENT_ID])
    type: EventName = Field(description="What happened.")
    timestamp: datetime = Field(description="When, in UTC.")
    data: EventDataOut = Field(description="To which thing.")


class EventsOut(Output):
    """A page of events, in the order in which they happened."""

    items: list[HappenedOut] = Field(description="The events, the first first.")
    next_after: int = Field(description="Send it as `after` for what follows, now or later.")
    more: bool = Field(description="Whether there is more already.")

"""What a clinic tells about a course, on the wire: bookings, what was done, how the skin is, new answers, decisions."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError, core_schema

from app.rules.signs import SIGNS
from app.schemas.history import HistoryIn, Reaction
from app.schemas.intake import ClientAnswersIn, Device, GoalsIn
from app.schemas.listing import Moment
from app.schemas.review import ReviewerIn, Words
from app.schemas.scalars import Flag, Input, IsoDate, Scalar, whole_number

MINUTES: Final = (5, 720)
"""The fewest and the most minutes that a visit takes."""
MOST_HOURS: Final = 8_760
MOST_RULES: Final = 200
"""The most rules that a review names; no protocol lets more hold a course at once."""
_DAY, _CLOCK = r"(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}"
_ZONED: Final = rf"{_DAY}T{_CLOCK}:[0-9]{{2}}(\.[0-9]{{1,6}})?(Z|[+-]{_CLOCK})"

Instant: TypeAlias = Annotated[
    datetime,
    Scalar(
        core_schema.chain_schema(
            [
                core_schema.str_schema(strict=True, pattern=f"^{_ZONED}$"),
                core_schema.datetime_schema(tz_constraint="aware"),
            ]
        ),
        "instant",
        "Must be a moment with its offset from UTC, written 2026-12-01T15:00:00Z or 2026-12-01T16:00:00+01:00.",
        {"type": "string", "format": "date-time", "pattern": f"^{_ZONED}$"},
    ),
]
Minutes: TypeAlias = Annotated[int, whole_number(*MINUTES)]
Sign: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.literal_schema(list(SIGNS)),
        "unknown_value",
        f"Must be one of: {', '.join(SIGNS)}.",
        {"type": "string", "enum": list(SIGNS)},
    ),
]
_RULE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_VISIT: Final = r"^vis_[0-9A-Za-z]{22}$"
VisitRef: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=_VISIT),
        "visit_id",
        "Must be the id of a visit, which begins with vis_.",
        {"type": "string", "pattern": _VISIT},
    ),
]
HeldRule: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=_RULE),
        "rule_id",
        "Must be the id of a rule, as `hold` names it.",
        {"type": "string", "pattern": _RULE},
    ),
]
CourseOf: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=r"^rec_[0-9A-Za-z]{22}$"),
        "recommendation_id",
        "Must be the id of a recommendation, which begins with rec_.",
        {"type": "string", "pattern": r"^rec_[0-9A-Za-z]{22}$"},
    ),
]
At: TypeAlias = Annotated[
    Moment | None,
    Field(default=None, description="When this was so, in UTC, if it is told later; absent or null is right now."),
]


class CourseIn(Input):
    """A plan that is accepted."""

    recommendation_id: CourseOf = Field(
        description="The recommendation to carry out; it has to be bookable.", examples=["rec_5jDx1pW4hB9fJy0VvXd3eQ"]
    )


class _OfVisit(Input):
    """What is told of one visit."""

    visit_id: VisitRef = Field(description="Which visit: one that is not over.")
    at: At


class BookedIn(_OfVisit):
    """A visit was given a time; a later one takes its place."""

    state: Literal["booked"] = Field(description="It is booked.")
    starts_at: Instant = Field(description="When it begins, with the offset from UTC.")
    minutes: Minutes = Field(default=60, description="How long it takes.")


class DoneIn(_OfVisit):
    """A visit took place."""

    state: Literal["done"] = Field(description="It took place.")
    on: IsoDate = Field(description="On which day, in the clinic's time zone.")
    device: Device | None = Field(default=None, description="With which device, if that is told.")
    cut_short: Flag = Field(default=False, description="Whether it ended early; it counts as a session all the same.")
    reaction: Reaction | None = Field(default=None, description="How the skin took it, if that is known already.")


class MissedIn(_OfVisit):
    """Nobody came; the visit is proposed again under another id."""

    state: Literal["missed"] = Field(description="Nobody came.")
    on: IsoDate = Field(description="On which day it should have been, in the clinic's time zone.")


class CancelledIn(_OfVisit):
    """A visit was called off; it is proposed again under another id."""

    state: Literal["cancelled"] = Field(description="It was called off.")
    on: IsoDate | None = Field(default=None, description="On which day that was told; absent or null is today.")


AnyVisitIn: TypeAlias = BookedIn | DoneIn | MissedIn | CancelledIn


class VisitIn(RootModel[Annotated[AnyVisitIn, Field(discriminator="state")]]):
    """What became of a visit."""

    model_config = ConfigDict(frozen=True)


class CheckInIn(Input):
    """How the skin is."""

    visit_id: VisitRef | None = Field(
        default=None, description="After which visit; absent or null is the last one that was done by then."
    )
    on: IsoDate = Field(description="On which day, in the clinic's time zone.")
    hours_after: Annotated[int, whole_number(0, MOST_HOURS)] | None = Field(
        default=None,
        description="How many hours after the visit; absent or null is not known. Without them, or with fewer than "
        "`on` can be of, the check-in counts as of the last hour of that day.",
    )
    signs: tuple[Sign, ...] = Field(
        max_length=len(SIGNS),
        json_schema_extra={"uniqueItems": True},
        description="Everything that is seen or felt. An empty list says that nothing is.",
    )

    @model_validator(mode="after")
    def _tell_each_once(self) -> Self:
        if len(set(self.signs)) != len(self.signs):
            raise PydanticCustomError("repeated_item", "Must name each sign once.", {"member": "signs"})
        return self


_PARTS: Final = ("client", "history", "goals")


class AnswersIn(Input):
    """Questions that were answered anew. What is not sent stays; a group of the history is sent as a whole."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [name]} for name in _PARTS]})

    on: IsoDate = Field(description="On which day, in the clinic's time zone.")
    client: ClientAnswersIn | None = Field(default=None, description="Answers about the person, each by itself.")
    history: HistoryIn | None = Field(default=None, description="Groups of the history, each as a complete answer.")
    goals: GoalsIn | None = Field(default=None, description="Wishes for the calendar.")

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if self.model_fields_set.isdisjoint(_PARTS):
            raise PydanticCustomError("nothing_set", "Must have at least one of client, history, goals.")
        return self


class CourseReviewIn(Input):
    """A professional's decision about a course."""

    reviewer: ReviewerIn = Field(description="Who answers for it.")
    outcome: Literal["resume", "end"] = Field(
        description="`resume`: what holds the course was looked at, and it may go on. `end`: it is withdrawn."
    )
    rules: tuple[HeldRule, ...] | None = Field(
        default=None,
        max_length=MOST_RULES,
        description="The rules in `hold` that were looked at. To resume, all of them, unless `If-Match` is sent.",
        examples=[["RED-5", "MOD-P3"]],
    )
    reason: Words | None = Field(
        default=None,
        description="Why; kept beside the decision. Needed to resume after a sign that sends a person elsewhere "
        "without delay, with a question open, and before a wait is over that no date ends.",
    )


class WithdrawIn(Input):
    """The end of a course before it is over."""

    on: IsoDate | None = Field(default=None, description="On which day; absent or null is today.")


CHECK_IN: Final[dict[str, Any]] = {"on": "2026-11-21", "signs": ["flaking"]}
"""Examples of the documentation."""
ANSWERS: Final[dict[str, Any]] = {"on": "2026-11-21", "client": {"pregnant": False}}
COURSE_REVIEW: Final[dict[str, Any]] = {
    "reviewer": {"name": "Dr A. Example", "role": "dermatologist"},
    "outcome": "end",
    "reason": "The client moves away.",
}
WITHDRAWAL: Final[dict[str, Any]] = {"on": "2026-11-21"}

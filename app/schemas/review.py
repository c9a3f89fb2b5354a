"""What a professional decides about a recommendation, and how it reads afterwards."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field
from pydantic_core import core_schema
from typing_extensions import override

from app.schemas.clashes import NOTHING_SET, Clash, Joint
from app.schemas.intake import Device
from app.schemas.scalars import Flag, Input, IsoDate, Output, Scalar, line, whole_number

REVIEW: Final[dict[str, Any]] = {
    "outcome": "adjust",
    "reviewer": {"name": "Dr A. Example", "role": "dermatologist"},
    "reason": None,
    "adjustments": {
        "earliest_start": "2026-12-08",
        "sessions": {"minimum": 4, "typical": 5, "maximum": 6},
        "settings": {"intensity": "minimal"},
    },
}
"""The example of the documentation: it fits the plan for the example of the intake."""

Outcome: TypeAlias = Literal["clear", "adjust", "decline"]
Intensity: TypeAlias = Literal["minimal", "low", "moderate", "standard"]


def _words(most: int) -> Scalar:
    """Take a text that says something, on as many lines as it likes."""
    return Scalar(
        core_schema.str_schema(strict=True, strip_whitespace=True, min_length=1, max_length=most),
        "words",
        f"Must be a text of 1 to {most} characters that are not all blank.",
        {"type": "string", "minLength": 1, "maxLength": most, "pattern": r"^[^\u0000]*\S[^\u0000]*$"},
    )


Words: TypeAlias = Annotated[str, _words(2_000)]
"""What a professional says about a decision."""


def _one_of(*names: str) -> dict[str, Any]:
    """Say in the OpenAPI document that one of some members has to be there, and not null."""
    return {"anyOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


def _nothing_set(fields: Mapping[str, Any]) -> Iterator[Clash]:
    if all(value is None for value in fields.values()):
        yield Clash(None, NOTHING_SET, f"Must set at least one of {', '.join(fields)}.")


class ReviewerIn(Input):
    """Who answers for the decision."""

    name: Annotated[str, line(200)] = Field(description="Name of the professional.", examples=["Dr A. Example"])
    role: Annotated[str, line(100)] = Field(description="What they are.", examples=["dermatologist"])


class _Rising(Joint):
    """Numbers that do not fall."""

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        if list(good.values()) != sorted(good.values()):
            yield Clash(None, "rising", "Minimum, typical and maximum must not fall.")


class SessionsIn(_Rising):
    """How many sessions."""

    minimum: Annotated[int, whole_number(1, 100)] = Field(description="The least.")
    typical: Annotated[int, whole_number(1, 100)] = Field(description="What the course is made with.")
    maximum: Annotated[int, whole_number(1, 100)] = Field(description="The most.")


class IntervalIn(_Rising):
    """How many days from one session to the next."""

    minimum: Annotated[int, whole_number(1, 365)] = Field(description="The least.")
    typical: Annotated[int, whole_number(1, 365)] = Field(description="What the course is made with.")
    maximum: Annotated[int, whole_number(1, 365)] = Field(description="The most.")


class PassesIn(_Rising):
    """How often the device goes over the skin."""

    minimum: Annotated[int, whole_number(1, 20)] = Field(description="The least.")
    maximum: Annotated[int, whole_number(1, 20)] = Field(description="The most.")


class SettingsIn(Joint):
    """How the device is to be set; it holds in every area that is treated."""

    model_config = ConfigDict(json_schema_extra=_one_of("intensity", "passes", "devices", "test_area_first"))

    intensity: Intensity | None = Field(default=None, description="The strongest that is allowed.")
    passes: PassesIn | None = Field(default=None, description="The fewest and the most passes of the device.")
    devices: tuple[Device, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=7,
        json_schema_extra={"uniqueItems": True},
        description="The devices that may be used, in order of preference.",
    )
    test_area_first: Flag | None = Field(default=None, description="Whether a small area is tried first.")

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        yield from _nothing_set(good)
        devices = good.get("devices") or ()
        if len(set(devices)) != len(devices):
            yield Clash(None, "repeated_item", "Must name each device once.")


class AdjustmentsIn(Joint):
    """What is changed. Within the rules or stricter needs no reason; anything looser does."""

    model_config = ConfigDict(json_schema_extra=_one_of("earliest_start", "sessions", "interval_days", "settings"))

    earliest_start: IsoDate | None = Field(default=None, description="The first day of any visit.")
    sessions: SessionsIn | None = Field(default=None, description="How many sessions.")
    interval_days: IntervalIn | None = Field(default=None, description="Days from one session to the next.")
    settings: SettingsIn | None = Field(default=None, description="How the device is set.")

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        yield from _nothing_set(good)


_ONLY_WITH_ADJUST: Final[dict[str, Any]] = {
    "if": {"properties": {"outcome": {"const": "adjust"}}, "required": ["outcome"]},
    "then": {"required": ["adjustments"], "properties": {"adjustments": {"type": "object"}}},
    "else": {"properties": {"adjustments": {"type": "null"}}},
}


class ReviewIn(Joint):
    """A professional's decision about a recommendation."""

    model_config = ConfigDict(json_schema_extra={"examples": [REVIEW], **_ONLY_WITH_ADJUST})

    outcome: Outcome = Field(
        description="`clear`: as it stands. `adjust`: with the `adjustments`. `decline`: nothing is to be booked. "
        "Once a course has begun from the recommendation, it takes no `adjust` and no `decline` until that is "
        "withdrawn: they would not reach it."
    )
    reviewer: ReviewerIn = Field(description="Who answers for it.")
    reason: Words | None = Field(
        default=None, description="Why. Needed wherever the decision is looser than the rules; kept beside the plan."
    )
    adjustments: AdjustmentsIn | None = Field(default=None, description="What is changed; with `adjust` only.")

    @classmethod
    @override
    def clashes(cls, good: Mapping[str, Any]) -> Iterator[Clash]:
        if not {"outcome", "adjustments"} <= good.keys():
            return
        adjusting, adjusted = good["outcome"] == "adjust", good["adjustments"] is not None
        if adjusting and not adjusted:
            words = "Must have `adjustments`, since the outcome is `adjust`."
            yield Clash("adjustments", "adjustments_missing", words)
        if adjusted and not adjusting:
            yield Clash("adjustments", "adjustments_unexpected", "May have `adjustments` only if it is to `adjust`.")


class UnreviewedOut(Output):
    """No professional has looked at the plan."""

    state: Literal["none", "required"] = Field(
        description="`required`: a professional must look before anything may be booked."
    )


class ReviewerOut(Output):
    """Who answers for the decision."""

    name: str = Field(description="Name of the professional.", examples=["Dr A. Example"])
    role: str = Field(description="What they are.", examples=["dermatologist"])


class ReviewedOut(Output):
    """What a professional decided."""

    state: Literal["cleared", "adjusted", "declined"] = Field(description="How the plan stands.")
    outcome: Outcome = Field(description="What was decided.")
    reviewed_at: datetime = Field(description="When, in UTC.")
    reviewer: ReviewerOut = Field(description="Who decided.")
    reason: str | None = Field(description="Why; null if nothing was said.")
    adjustments: dict[str, Any] | None = Field(
        description="What was changed, as it was sent; null for another outcome than `adjust`.",
        examples=[{"earliest_start": "2026-12-08"}],
    )
    departs_from_rules: list[str] = Field(
        description="Where the decision is looser than the rules: JSON Pointers into the review. "
        "`/outcome` is a plan with open questions, or with a condition that no date tells.",
        examples=[["/adjustments/sessions/maximum"]],
    )


class ReviewToldOut(Output):
    """What a visitor is told of a professional's decision."""

    state: Literal["cleared", "adjusted", "declined"] = Field(description="How the plan stands.")
    reviewed_at: datetime = Field(description="Since when, in UTC.")


ReviewOut: TypeAlias = UnreviewedOut | ReviewedOut
"""The member `review` of a stored recommendation."""

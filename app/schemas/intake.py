"""The intake: what a clinic's website or booking tool sends.

Every question is answered with yes, with no, or not at all; what is absent or null is unknown and never read as no.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from app.schemas.concerns import ConcernIn
from app.schemas.examples import INTAKE
from app.schemas.history import HistoryIn
from app.schemas.scalars import ClientRef, Flag, Input, IsoDate, Language, TimeZone, whole_number

Device: TypeAlias = Literal[
    "crystal_aluminium_oxide", "crystal_sodium_chloride", "crystal_sodium_bicarbonate", "diamond_fine",
    "diamond_medium", "diamond_coarse", "hydradermabrasion",
]  # fmt: skip


class _Named(Input):
    """What the caller calls somebody."""

    ref: ClientRef | None = Field(
        default=None, description="Your own opaque id of the client. An e-mail address or telephone number is refused."
    )


class ClientAnswersIn(Input):
    """What is asked about the person."""

    age_years: Annotated[int, whole_number(0, 120)] | None = Field(default=None, description="Age in full years.")
    fitzpatrick: Annotated[int, whole_number(1, 6)] | None = Field(
        default=None, description="Fitzpatrick skin type, from 1 (always burns) to 6 (deeply pigmented)."
    )
    skin_sensitivity: Literal["normal", "sensitive", "very_reactive"] | None = Field(
        default=None, description="How readily the skin reacts."
    )
    pigment_change_after_procedure: Flag | None = Field(
        default=None, description="Whether the skin has ever turned darker or lighter after a procedure."
    )
    pregnant: Flag | None = Field(default=None, description="Whether the client is pregnant.")
    breastfeeding: Flag | None = Field(default=None, description="Whether the client is breastfeeding.")
    guardian_consent: Flag | None = Field(
        default=None, description="Whether a guardian has agreed; asked at 16 and 17 only."
    )


class ClientIn(ClientAnswersIn, _Named):
    """Who is to be treated, without a name."""


class GoalsIn(Input):
    """Wishes for the calendar. Absent is none."""

    start_on: IsoDate | None = Field(default=None, description="The day from which the client would like to begin.")
    event_on: IsoDate | None = Field(
        default=None, description="The day of an event by which the skin should be settled."
    )


class PreferencesIn(Input):
    """Wishes for the treatment. Absent is none."""

    device: Literal["any", Device] | None = Field(
        default=None, description="The device that is preferred or at hand; absent or null is `any`."
    )


class IntakeIn(Input):
    """What is known of a client who asks for microdermabrasion. Only `concerns` is required."""

    model_config = ConfigDict(json_schema_extra={"examples": [INTAKE]})

    assessed_on: IsoDate | None = Field(
        default=None, description="The day for which the intake holds; absent or null is today in `time_zone`."
    )
    time_zone: TimeZone | None = Field(
        default=None,
        description="IANA time zone of the client; absent or null is the clinic's.",
        examples=["Europe/London"],
    )
    language: Language | None = Field(
        default=None,
        description="Language of the texts in the answer: `en`, `es`, `fr`, `de` or `ar`; any other falls back to "
        "English. Absent or null: as `Accept-Language` says.",
    )
    client: ClientIn | None = Field(default=None, description="Who is to be treated.")
    concerns: tuple[ConcernIn, ...] = Field(
        min_length=1, max_length=32, description="What the client would like to change, each graded."
    )
    history: HistoryIn | None = Field(default=None, description="What has been. Absent was not asked.")
    goals: GoalsIn | None = Field(default=None, description="Wishes for the calendar.")
    preferences: PreferencesIn | None = Field(default=None, description="Wishes for the treatment.")

"""The parts of a plan that repeat: a range, an edge of a window, a step of care, something to say."""

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from app.schemas.concerns import Area
from app.schemas.scalars import Output

RuleId: TypeAlias = Annotated[str, Field(description="A rule id: the same for ever.", examples=["MOD-F5"])]
SourceIds: TypeAlias = Annotated[
    list[str], Field(description="The ids of the sources, described under `sources`.", examples=[["lupo-2009"]])
]
Decision: TypeAlias = Literal[
    "proceed", "proceed_modified", "defer", "clinician_review", "not_suitable", "refer_urgent"
]
Level: TypeAlias = Annotated[
    str, Field(description="Level of the evidence behind the rule; `docs/glossary.md` lists them.", examples=["EO"])
]
Dispute: TypeAlias = Annotated[
    int, Field(ge=0, le=3, description="How far the sources disagree, from 0 (not at all) to 3 (widely).", examples=[1])
]
Text: TypeAlias = Annotated[str, Field(description="The words for the client, in the language of the answer.")]
Rules: TypeAlias = Annotated[list[RuleId], Field(description="Every rule that holds it.")]

Urgency: TypeAlias = Literal[
    "emergency", "same_day", "within_24h", "within_7_days", "urgent_referral", "clinician", "crisis"
]


class TranslationOut(Output):
    """What holds of the texts of an answer as a translation."""

    clinically_reviewed: bool = Field(description="Whether the clinic had the translation looked through.")
    text: str | None = Field(description="What to show beside the texts, in their language; null once it was.")


TRANSLATION: Final = "In every language but English: whether somebody who can judge it had looked at the translation."


class RangeOut(Output):
    """Least, usual and most."""

    minimum: int = Field(description="The least.", examples=[4])
    typical: int = Field(description="What the plan is made with.", examples=[6])
    maximum: int = Field(description="The most.", examples=[8])


class PassesOut(Output):
    """How often the device goes over the skin."""

    minimum: int = Field(description="The least.", examples=[1])
    maximum: int = Field(description="The most.", examples=[2])


class CauseOut(Output):
    """A rule that holds an edge where it is."""

    rule: RuleId
    text: Text


class EdgeOut(Output):
    """One edge of a visit's window, and why it is where it is."""

    date: Annotated[date, Field(description="The day.")]
    because: list[CauseOut] = Field(description="Every rule that holds the edge at this date, inherited ones included.")


class DaysBeforeOut(Output):
    """A span counted back from the visit."""

    from_: int = Field(alias="from", description="How many days before the visit it begins.", examples=[7])
    until: int = Field(description="How many days before the visit it ends; 0 is the day itself.", examples=[0])


class PreCareOut(Output):
    """Something to do or to leave before a visit."""

    id: RuleId
    from_: date = Field(alias="from", description="First day; never before `assessed_on`.")
    until: date = Field(description="Last day.")
    days_before: DaysBeforeOut = Field(description="The same span, counted back from the visit.")
    text: Text
    because: Rules
    sources: SourceIds


class AftercareOut(Output):
    """Something to do or to leave after a visit."""

    id: RuleId
    from_hours: int = Field(description="From how many hours after the visit.", examples=[0])
    until_hours: int | None = Field(description="Until how many hours after it; null is to the end of the course.")
    from_: date = Field(alias="from", description="The first day of it, for a visit on its target date.")
    until: date | None = Field(description="The last day of it, for a visit on its target date; null is open.")
    text: Text
    because: Rules
    sources: SourceIds


class VisitOut(Output):
    """One visit: when it may, should and must take place, and the care around it."""

    number: int = Field(description="0 for a test area, then counting up.", examples=[1])
    kind: Literal["test_area", "session", "progress_check", "maintenance"] = Field(description="What the visit is for.")
    areas: list[Area] = Field(description="The areas that are treated.")
    earliest: EdgeOut = Field(description="Not before this day.")
    target: EdgeOut = Field(description="Best on this day.")
    latest: EdgeOut | None = Field(description="Not after this day; null where nothing sets a limit.")
    pre_care: list[PreCareOut] = Field(description="Before the visit.")
    aftercare: list[AftercareOut] = Field(description="After the visit.")


class AreaSettingsOut(Output):
    """How the device is set for one area."""

    area: Area = Field(description="Which area.")
    intensity: Literal["minimal", "low", "moderate", "standard"] = Field(description="The strongest that is allowed.")
    passes: PassesOut = Field(description="The fewest and the most passes of the device.")
    devices: list[str] = Field(description="The devices that may be used.", examples=[["diamond_fine"]])


class MinutesOut(Output):
    """How long a session usually takes."""

    minimum: int = Field(description="The least.", examples=[20])
    maximum: int = Field(description="The most.", examples=[45])


class SettingsOut(Output):
    """How the device is set: what suits every area at once, and each area for itself."""

    intensity: Literal["minimal", "low", "moderate", "standard"] = Field(description="The strongest that is allowed.")
    passes: PassesOut = Field(description="The fewest and the most passes of the device.")
    devices: list[str] = Field(description="The devices that may be used.", examples=[["diamond_fine"]])
    test_area_first: bool = Field(description="Whether a small area is tried before the first session.")
    session_minutes: MinutesOut | None = Field(description="How long a session usually takes; null if nothing tells.")
    by_area: list[AreaSettingsOut] = Field(description="The settings of each area that is treated.")


class EventOut(Output):
    """Whether the course can be fitted in before an event."""

    on: date = Field(description="The day of the event.")
    feasible: bool = Field(description="Whether at least one session is settled in time.")
    sessions_before: int = Field(description="How many sessions take place before it.", examples=[6])
    sessions_planned: int = Field(description="How many the course has.", examples=[6])
    complete: bool = Field(description="Whether all of them take place before it.")
    text: Text


class CourseOut(Output):
    """One course over all areas and concerns that remain."""

    sessions: RangeOut = Field(description="How many sessions.")
    interval_days: RangeOut = Field(description="Days from one session to the next.")
    maintenance_days: RangeOut | None = Field(description="Days from one maintenance visit to the next.")
    settings: SettingsOut = Field(description="How the device is set.")
    if_cleared: bool = Field(description="Whether this course only follows if a clinician clears the client first.")
    visits: list[VisitOut] = Field(description="Every visit in order; empty where no start can be dated.")
    event: EventOut | None = Field(description="How the event fits in; null where none was named.")


class NoteOut(Output):
    """Something to tell the client."""

    id: RuleId
    text: Text
    because: Rules
    sources: SourceIds
    evidence_level: Level
    dispute: Dispute


class ReactionOut(NoteOut):
    """What the skin may do, and for how long."""

    duration: str = Field(description="How long it usually lasts, in words.", examples=["a few hours to a day"])


class RedFlagOut(NoteOut):
    """A sign that needs somebody's eyes."""

    urgency: Urgency = Field(description="How soon.")

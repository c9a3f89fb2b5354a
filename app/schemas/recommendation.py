"""The plan, as it is answered: whether to treat, when, how, with what care, and why."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from app.schemas.concerns import Area, Concern
from app.schemas.plan import (
    TRANSLATION,
    CourseOut,
    Decision,
    Dispute,
    Level,
    NoteOut,
    ReactionOut,
    RedFlagOut,
    RuleId,
    Rules,
    SourceIds,
    Text,
    TranslationOut,
)
from app.schemas.scalars import Output, sometimes


class ProtocolRefOut(Output):
    """The rules a plan was made with, to the letter."""

    id: str = Field(description="The protocol.", examples=["microdermabrasion"])
    version: str = Field(description="Its version.", examples=["1.0.0"])
    digest: str = Field(description="SHA-256 over its canonical form (RFC 8785).", examples=["sha256:0d5e…"])
    texts_digest: str = Field(description="SHA-256 over the texts in the language of the answer.")
    clinical_review: str = Field(
        description="`unreviewed` until a clinic records who reviewed it.", examples=["unreviewed"]
    )


class AreaOut(Output):
    """What was decided for one area."""

    area: Area = Field(description="Which area.")
    decision: Decision = Field(description="What the findings of this area, with those of the person, come to.")
    rules: Rules


class ConcernOut(Output):
    """What was decided for one concern."""

    concern: Concern = Field(description="Which concern.")
    decision: Decision = Field(description="What the findings of this concern, with those of the person, come to.")
    rules: Rules


class FactOut(Output):
    """An answer that made a rule apply."""

    fact: str = Field(description="The name of the fact.", examples=["client.fitzpatrick"])
    value: str | int | bool | None = Field(description="The answer; null if it was not given.", examples=[5])


class FindingOut(Output):
    """A rule that applies, or that might."""

    rule: RuleId
    kind: str = Field(description="What kind of rule.", examples=["modifier"])
    certainty: Literal["definite", "possible"] = Field(
        description="`definite`: by the answers given. `possible`: an open answer decides; it binds nothing yet."
    )
    areas: list[Area] = Field(description="The areas it speaks of.")
    effect: dict[str, Any] = Field(
        description=(
            "What it does, one member for each effect: a `decision`, waits (`wait_days` and the like), "
            "`interval_floor_days`, caps on sessions, `intensity` and `passes`, `exclude_devices`, `test_area_first` …"
        ),
        examples=[{"interval_floor_days": 21, "test_area_first": True}],
    )
    text: Text
    because: list[FactOut] = Field(description="The answers it rests on.")
    sources: SourceIds
    further_sources: SourceIds = Field(description="Sources that say something else, or more.")
    evidence_level: Level
    dispute: Dispute
    dispute_text: str | None = Field(description="How the sources differ, in words; null where they hardly do.")
    range: str | None = Field(description="The span of numbers in the sources, in words; null where there is none.")
    synthesis: bool = Field(description="Whether a number of it is a synthesis that no single source gives.")


class QuestionOut(Output):
    """An open question whose answer could still change the plan."""

    question: str = Field(description="The id of the question.", examples=["history.medications.isotretinoin"])
    text: str = Field(description="The question, worded for the client.")
    could_change: list[
        Literal[
            "decision", "areas", "earliest_start", "sessions", "interval", "maintenance", "settings", "visits", "care"
        ]
    ] = Field(description="What its answer could change.")
    worst_decision: Decision = Field(description="The worst decision its answer could bring.")
    rules: Rules


class SourceOut(Output):
    """A publication that a rule rests on."""

    id: str = Field(description="The id that rules cite.", examples=["lupo-2009"])
    citation: str = Field(description="What to look for in a library.")
    level: Level
    url: str | None = Field(description="Where it can be read; null if no address is known.")


class NotOfferedOut(Output):
    """Something that the clinic does not offer."""

    what: Literal["device", "area", "concern"] = Field(
        description="What it is. `device`: none of those that the rules leave is there."
    )
    names: list[str] = Field(description="Which ones.", examples=[["hands"]])
    needs_review: bool = Field(description="Whether a professional has to look before anything may be booked.")
    text: Text


class RecommendationOut(Output):
    """A plan. It supports a professional's decision; it is no diagnosis, no prescription and no order."""

    id: str | None = Field(description="The id of the stored recommendation; null for a preview, which is not stored.")
    created_at: datetime = Field(description="When it was computed, in UTC.")
    assessed_on: date = Field(description="The day it holds for.")
    language: str = Field(description="The language of its texts.", examples=["en"])
    protocol: ProtocolRefOut = Field(description="The rules it was made with.")
    decision: Decision = Field(description="What the answers given make certain; the worst of all findings wins.")
    worst_decision: Decision = Field(description="The worst that the unanswered questions could still make of it.")
    status: Literal["final", "provisional"] = Field(
        description="`provisional` while an unanswered question could change more than steps of care."
    )
    bookable: bool = Field(description="Whether visits may be booked. Booking tools need to read nothing else.")
    summary: str = Field(description="The answer in a sentence or two.")
    earliest_start: date | None = Field(
        description="The first day on which the rules allow any visit, wishes aside; null where none can be named."
    )
    earliest_start_condition: str | None = Field(description="What must hold besides, such as that a wound has healed.")
    areas: list[AreaOut] = Field(description="Every area asked for.")
    concerns: list[ConcernOut] = Field(description="Every concern asked for.")
    course: CourseOut | None = Field(description="The course; null where there is none to plan.")
    findings: list[FindingOut] = Field(description="Every rule that applies or might, not only the one that decided.")
    unanswered: list[QuestionOut] = Field(
        description="Exactly the open questions that matter, the most consequential first."
    )
    expectations: list[NoteOut] = Field(description="What may honestly be expected.")
    reactions: list[ReactionOut] = Field(description="What the skin may do after a visit.")
    red_flags: list[RedFlagOut] = Field(description="Signs that need to be seen by somebody, and how soon.")
    alternatives: list[NoteOut] = Field(description="What may suit better.")
    combinations: list[NoteOut] = Field(description="What may be combined with it, and how far apart.")
    options: list[NoteOut] = Field(description="Choices that the evidence offers; shown, never applied.")
    sources: list[SourceOut] = Field(description="Every source cited.")
    disclaimers: list[str] = Field(description="What must be shown with every plan.")
    translation: TranslationOut = sometimes(TRANSLATION)
    not_offered: list[NotOfferedOut] = sometimes(
        "What the clinic does not offer of all that was asked for or that the plan needs; it is not dropped."
    )

"""A course that is being carried out, on the wire: how it stands, and what a happening changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from app.rules.record import Facts
from app.schemas.concerns import Area
from app.schemas.history import Reaction
from app.schemas.intake import IntakeIn
from app.schemas.listing import Cursor, PageSize
from app.schemas.plan import (
    TRANSLATION,
    AftercareOut,
    AreaSettingsOut,
    CauseOut,
    Decision,
    EdgeOut,
    EventOut,
    PassesOut,
    PreCareOut,
    RuleId,
    Text,
    TranslationOut,
    Urgency,
)
from app.schemas.reading import read
from app.schemas.recommendation import ProtocolRefOut
from app.schemas.scalars import ClientRef, Input, Output, sometimes

USUAL = 25
Kind: TypeAlias = Literal["test_area", "session", "progress_check", "maintenance"]
State: TypeAlias = Literal["proposed", "booked", "done", "missed", "cancelled"]
Status: TypeAlias = Literal["active", "on_hold", "completed", "withdrawn"]
VisitId: TypeAlias = Annotated[
    str, Field(description="The id of the visit, the same for ever.", examples=["vis_6hXs3dY0eZ2Bb1VpMrNt9A"])
]
Causes: TypeAlias = Annotated[list[CauseOut], Field(description="The rules behind it.")]


def facts_of(intake: Mapping[str, Any]) -> Facts:
    """Read an intake that was kept, as its facts; its day is always told."""
    return read(IntakeIn.model_validate(intake), lambda _: date.min)


class CoursesQuery(Input):
    """Which courses to list."""

    client_ref: ClientRef | None = Field(default=None, description="Only those of this client.")
    status: Status | None = Field(default=None, description="Only those that stand like this.")
    limit: PageSize = Field(default=USUAL, description="How many to a page.")
    cursor: Cursor | None = Field(
        default=None,
        description="Where to go on: the `next_cursor` of the page before. It holds for the same filters only.",
    )


class BookingOut(Output):
    """When a visit takes place."""

    starts_at: datetime = Field(description="When it begins, in UTC.")
    ends_at: datetime = Field(description="When it ends, in UTC.")


class DoneOut(Output):
    """How a visit took place."""

    on: date = Field(description="On which day.")
    device: str | None = Field(description="With which device; null if it was not told.")
    cut_short: bool = Field(description="Whether it ended early.")
    reaction: Reaction | None = Field(description="How the skin took it; null if it was not told with the visit.")


class CourseVisitOut(Output):
    """One visit of a course: how it stands, and when it may, should and must take place."""

    id: VisitId
    number: int = Field(description="0 for a test area, then counting up.", examples=[1])
    kind: Kind = Field(description="What the visit is for.")
    attempt: int = Field(description="1, and one more each time that it was missed or cancelled.", examples=[1])
    state: State = Field(
        description="`proposed` and `booked` are to come; `done`, `missed` and `cancelled` with no window are over. "
        "`cancelled` with reasons is what a hold stops; it comes back under the same id."
    )
    areas: list[Area] = Field(description="The areas that are treated.")
    earliest: EdgeOut | None = Field(description="Not before this day; null for what is over.")
    target: EdgeOut | None = Field(description="Best on this day; null for what is over.")
    latest: EdgeOut | None = Field(description="Not after this day; null where nothing sets a limit.")
    booking: BookingOut | None = Field(description="Its time, while it is booked.")
    done: DoneOut | None = Field(description="How it took place, once it has.")
    because: Causes
    pre_care: list[PreCareOut] = Field(description="Before the visit: counted from its booking, else from its target.")
    aftercare: list[AftercareOut] = Field(description="After the visit: counted likewise, or from when it was done.")


class CourseSettingsOut(Output):
    """How the device is set by now: what suits every area at once, and each area for itself."""

    intensity: Literal["minimal", "low", "moderate", "standard"] = Field(description="The strongest that is allowed.")
    passes: PassesOut = Field(description="The fewest and the most passes of the device.")
    devices: list[str] = Field(description="The devices that may be used.", examples=[["diamond_fine"]])
    by_area: list[AreaSettingsOut] = Field(description="The settings of each area that is treated.")


class OngoingCourseOut(Output):
    """A plan that is being carried out."""

    id: str = Field(description="Its id.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])
    recommendation_id: str = Field(
        description="The recommendation that it carries out.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"]
    )
    client_ref: str | None = Field(description="Your id of the client; null if none was sent.", examples=["c-10442"])
    created_at: datetime = Field(description="When it was started, in UTC.")
    version: int = Field(description="1, and one more with everything that is recorded.", examples=[1])
    status: Status = Field(
        description="`on_hold`: no visit may take place until what `hold` names is cleared. `completed`: every session "
        "is done; maintenance goes on. `withdrawn`: it ended before."
    )
    decision: Decision = Field(description="What the rules decide by now.")
    language: str = Field(description="The language of its texts.", examples=["en"])
    time_zone: str = Field(description="The time zone whose calendar it goes by.", examples=["Europe/London"])
    protocol: ProtocolRefOut = Field(description="The rules that it is planned with.")
    assessed_on: date = Field(description="The last day on which anything was told; the rest is planned from there.")
    visits: list[CourseVisitOut] = Field(description="What is over by its days, then what is to come.")
    hold: list[CauseOut] = Field(
        description="What keeps it on hold, the red flags first; empty while it goes on. Where `REASSESS` or, after "
        "three check-ins with red flags, `REASSESS-FLAGS` is named, only new answers let it go on."
    )
    needs: list[Literal["review", "assessment", "check_in", "outcome"]] = Field(
        description="What it waits for. `review`: a professional. `assessment`: new answers. `check_in`: how the skin "
        "took the last visit. `outcome`: what became of a booking that is over."
    )
    reassess_by: date = Field(description="The last day on which the next visit needs no new answers.")
    settings: CourseSettingsOut = Field(description="How the device is set in the next session.")
    event: EventOut | None = Field(description="How the rest lies before an event; null where none was named.")
    translation: TranslationOut = sometimes(TRANSLATION)


class SettledOut(Output):
    """How the device is set, all areas taken together."""

    intensity: Literal["minimal", "low", "moderate", "standard"] = Field(description="The strongest that is allowed.")
    passes: PassesOut = Field(description="The fewest and the most passes of the device.")
    devices: list[str] = Field(description="The devices that may be used.", examples=[["diamond_fine"]])


Value: TypeAlias = date | State | BookingOut | SettledOut | None


class VisitNamedOut(Output):
    """Which visit."""

    visit_id: VisitId
    number: int = Field(description="0 for a test area, then counting up.", examples=[2])
    kind: Kind = Field(description="What the visit is for.")
    attempt: int = Field(description="1, and one more each time that it was missed or cancelled.", examples=[1])
    because: Causes


class ChangedOut(VisitNamedOut):
    """One thing of a visit that is no longer as it was."""

    what: Literal["earliest", "target", "latest", "state", "booking", "settings"] = Field(description="Which thing.")
    before: Value = Field(description="What it was: a day, a state, a booking or settings; null for none.")
    after: Value = Field(description="What it is.")


class ChangesOut(Output):
    """What something that happened did to the visits of a course."""

    changed: list[ChangedOut] = Field(description="What changed, one thing of one visit each.")
    stayed: list[VisitId] = Field(description="The visits that are as they were.")
    withdrawn: list[VisitNamedOut] = Field(description="The visits that were to come and no longer are.")
    added: list[VisitNamedOut] = Field(description="The visits that are to come and were not.")


class JudgedOut(Output):
    """A rule that answers what was seen."""

    rule: RuleId
    text: Text
    urgency: Urgency | None = Field(description="How soon somebody has to look; null where it is to be expected.")


class CheckInJudgementOut(Output):
    """What a check-in comes to."""

    action: Literal["self_care", "contact_clinic", "same_day", "emergency"] = Field(
        description="What the client is to do, by the most urgent sign."
    )
    urgency: Urgency | None = Field(description="How soon somebody has to look; null where the skin only needs care.")
    text: Text
    rules: list[JudgedOut] = Field(description="The rules that answer the signs, the most urgent first.")


class RecordedOut(Output):
    """A course after something that was recorded, and what that changed."""

    course: OngoingCourseOut = Field(description="The course as it stands.")
    changes: ChangesOut = Field(description="What changed, what stayed, what was withdrawn, and what was added.")
    judgement: CheckInJudgementOut | None = Field(description="What a check-in comes to; null for everything else.")


class CourseSummaryOut(Output):
    """A course in short."""

    id: str = Field(description="Its id.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])
    recommendation_id: str = Field(
        description="The recommendation that it carries out.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"]
    )
    client_ref: str | None = Field(description="Your id of the client; null if none was sent.", examples=["c-10442"])
    created_at: datetime = Field(description="When it was started, in UTC.")
    version: int = Field(description="1, and one more with everything that is recorded.", examples=[1])
    status: Status = Field(description="How it stands.")


class CoursesPageOut(Output):
    """A page of courses, the newest first."""

    items: list[CourseSummaryOut] = Field(description="The courses, the newest first.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")

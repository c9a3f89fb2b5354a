"""Whether a visit may be at a time, and when a whole series can be, on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError, core_schema

from app.schemas.courses import Kind, VisitId
from app.schemas.happenings import Instant, Minutes, VisitRef
from app.schemas.history import HistoryArea, ProcedureCode
from app.schemas.plan import CauseOut, Text
from app.schemas.scalars import Input, IsoDate, Output, Scalar

MOST_PROCEDURES: Final = 50
MOST_INTERVALS: Final = 5_000
MOST_CLOSURES: Final = 1_000
MOST_HOURS: Final = 24
LONGEST_ICAL: Final = 1_000_000
_TIME: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Time: TypeAlias = Annotated[
    str,
    Scalar(
        core_schema.str_schema(strict=True, pattern=_TIME),
        "time",
        "Must be a time of the day, written 09:00; 24:00 is the midnight at its end.",
        {"type": "string", "pattern": _TIME},
    ),
]
Hours: TypeAlias = Annotated[
    list[Time],
    Field(min_length=2, max_length=2, description="From when until when.", examples=[["09:00", "18:00"]]),
]
Because: TypeAlias = Literal["hold", "past", "early", "forbidden", "late", "reassess", "full", "booked", "closed"]


class PlannedIn(Input):
    """Another treatment that is planned, or was just done."""

    code: ProcedureCode = Field(description="Which.")
    on: IsoDate = Field(description="On which day.")
    areas: tuple[HistoryArea, ...] | None = Field(
        default=None, min_length=1, max_length=10, description="Where. Absent or null concerns every area."
    )


class CheckIn(Input):
    """A time that is proposed for a visit."""

    visit_id: VisitRef | None = Field(
        default=None, description="Which visit; absent or null is the next one that is to come."
    )
    starts_at: Instant = Field(description="When it would begin, with the offset from UTC.")
    minutes: Minutes = Field(default=60, description="How long it would take.")
    procedures: tuple[PlannedIn, ...] = Field(
        default=(),
        max_length=MOST_PROCEDURES,
        description="Other treatments that are booked meanwhile; they count for this question and are not kept. One "
        "that asks for a professional does so from its own day on: no day behind it is allowed.",
    )


class CheckOut(Output):
    """Whether a visit may be at a time; if not, why, and when it may."""

    allowed: bool = Field(description="Whether it may.")
    visit_id: VisitId | None = Field(description="Which visit was meant; null where none is to come.")
    on: date = Field(description="The day that was judged, in the time zone of the course.")
    because: Because | None = Field(
        description="Which limit it meets: `hold`, the day is `past`, too `early`, `forbidden` by a wait, too `late`, "
        "`reassess` first, what else is `booked`, or the clinic is `closed`; null where it may."
    )
    rules: list[CauseOut] = Field(description="The rules behind it; none where the day is simply over.")
    first_date: date | None = Field(description="The first day on which it may be; null where none is by now.")
    text: Text


class StretchIn(Input):
    """A stretch of time."""

    start: Instant = Field(description="Its begin.")
    end: Instant = Field(description="Its end.")


class OpeningHoursIn(Input):
    """When a clinic is open; a day that is left out is closed."""

    mon: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Mondays.")
    tue: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Tuesdays.")
    wed: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Wednesdays.")
    thu: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Thursdays.")
    fri: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Fridays.")
    sat: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Saturdays.")
    sun: list[Hours] | None = Field(default=None, max_length=MOST_HOURS, description="On Sundays.")


class ClosureIn(Input):
    """Days on which a clinic is closed."""

    from_: IsoDate = Field(alias="from", description="The first of them.")
    until: IsoDate = Field(description="The last of them.")


class WishesIn(Input):
    """When a person would like to come."""

    weekdays: tuple[Weekday, ...] | None = Field(
        default=None, min_length=1, max_length=7, description="On which days of the week; no other is offered."
    )
    from_: Time | None = Field(
        default=None, alias="from", description="From which time of the day, where there is a choice."
    )
    until: Time | None = Field(default=None, description="Until which time of the day, where there is a choice.")
    not_before: IsoDate | None = Field(default=None, description="From which day on; none before it is offered.")


_SOURCES: Final = {"free": "array", "busy": "array", "ical": "string"}


def _only(*names: str) -> dict[str, Any]:
    """Say in the OpenAPI document that one of the sources is there, and no other.

    By `if`, which generators of clients pass over; of a `oneOf` they make a document for each source.
    """
    name, *others = names
    given = {"required": [name], "properties": {name: {"type": _SOURCES[name]}}}
    if not others:
        return given
    alone = {"properties": {other: {"type": "null"} for other in others}}
    return {"if": given, "then": alone, "else": _only(*others)}


class FitIn(Input):
    """Free time into which every visit that is to come is to be placed; give one of `free`, `busy` and `ical`."""

    model_config = ConfigDict(json_schema_extra=_only(*_SOURCES))

    free: tuple[StretchIn, ...] | None = Field(default=None, max_length=MOST_INTERVALS, description="Free time.")
    busy: tuple[StretchIn, ...] | None = Field(
        default=None, max_length=MOST_INTERVALS, description="Time that is taken; what is not is free."
    )
    ical: Annotated[str, Field(max_length=LONGEST_ICAL)] | None = Field(
        default=None, description="Time that is taken, as an iCalendar text: VFREEBUSY, or VEVENTs without recurrence."
    )
    minutes: Minutes = Field(default=60, description="How long each visit takes.")
    opening_hours: OpeningHoursIn | None = Field(
        default=None,
        description="When the clinic is open; needed with `busy` and `ical` unless the clinic set it. It narrows the "
        "hours that the clinic set, and never widens them.",
    )
    closures: tuple[ClosureIn, ...] = Field(
        default=(),
        max_length=MOST_CLOSURES,
        description="Days on which the clinic is closed, beside those that it set.",
    )
    wishes: WishesIn | None = Field(default=None, description="When the person would like to come.")
    until: IsoDate | None = Field(default=None, description="The last day to look at; absent or null is far enough.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = [one for one in (self.free, self.busy, self.ical) if one is not None]
        if len(sources) != 1:
            raise PydanticCustomError("one_of", "Must have exactly one of `free`, `busy` and `ical`.")
        return self


class PlacementOut(Output):
    """A visit and the slot that was found for it."""

    visit_id: VisitId
    number: int = Field(description="0 for a test area, then counting up.", examples=[2])
    kind: Kind = Field(description="What the visit is for.")
    starts_at: datetime = Field(description="When it would begin, in UTC.")
    ends_at: datetime = Field(description="When it would end, in UTC.")
    in_appointment_of: VisitId | None = Field(
        description="The visit in whose appointment it takes place, as a progress check does on the day of a session; "
        "null where it has one of its own."
    )
    target: date = Field(description="The day on which it would be best.")
    days_from_target: int = Field(description="By how many days it lies behind that; negative before it.")


class UnplacedOut(Output):
    """A visit for which no slot was found."""

    visit_id: VisitId | None = Field(description="Which visit; null where the course is on hold and has none to place.")
    because: Because | Literal["behind"] = Field(
        description="Why: as with checking a time, `full` where no free slot is left, `behind` one that has none."
    )
    rules: list[CauseOut] = Field(description="The rules behind it.")
    text: Text


class CostOut(Output):
    """What was minimised, the first thing first."""

    distance_days: int = Field(description="The days between visits and their targets, summed.")
    later_days: int = Field(description="The days from the last assessment to each visit, summed.")
    slot_rank: int = Field(description="How far the slots are from the first of the wished hours, summed.")


class FitOut(Output):
    """Every visit that is to come in a free slot; or the longest beginning that can be, and why no more."""

    complete: bool = Field(description="Whether all of them were placed.")
    placements: list[PlacementOut] = Field(description="The visits that were placed, in order.")
    unplaced: list[UnplacedOut] = Field(description="Those that were not; the first says why.")
    cost: CostOut = Field(description="What it costs; of all ways it costs the least.")


FIT: Final[dict[str, Any]] = {
    "busy": [{"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T12:00:00Z"}],
    "minutes": 45,
    "opening_hours": {"tue": [["09:00", "18:00"]], "thu": [["09:00", "13:00"], ["14:00", "20:00"]]},
    "closures": [{"from": "2026-12-24", "until": "2027-01-03"}],
    "wishes": {"weekdays": ["tue", "thu"], "from": "15:00", "until": "20:00"},
}
"""Examples of the documentation."""
CHECK: Final[dict[str, Any]] = {"starts_at": "2026-12-01T15:00:00Z", "minutes": 45}

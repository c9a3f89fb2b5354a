"""Due work on the wire: what to send to whom and when, and that it was done."""

from datetime import date, datetime
from typing import Literal, TypeAlias

from pydantic import Field

from app.schemas.listing import USUAL, Cursor, PageSize
from app.schemas.scalars import Input, IsoDate, Output

TaskKind: TypeAlias = Literal["pre_care_begins", "aftercare_step", "check_in_72h", "overdue_visit"]
TASK_ID = "tsk_4cAw0mU2fZ7dGw8TtVb1cN4MncrwlEWqaEaslDeYPQun"
"""The example of the documentation, which a demonstration has."""


class TasksQuery(Input):
    """Which work to list."""

    due_before: IsoDate | None = Field(
        default=None,
        description="Only what may be told before this day. Without it what is due today, by the calendar of the "
        "clinic.",
    )
    limit: PageSize = Field(default=USUAL, description="How many to a page, at most.")
    cursor: Cursor | None = Field(
        default=None,
        description="Where to go on: the `next_cursor` of the page before. It holds for the same `due_before` only.",
    )


class TaskVisitOut(Output):
    """Which visit a task is about, and on which day that is."""

    id: str = Field(description="The id of the visit.", examples=["vis_6hXs3dY0eZ2Bb1VpMrNt9A"])
    number: int = Field(description="0 for a test area, then counting up.", examples=[1])
    kind: Literal["test_area", "session", "progress_check", "maintenance"] = Field(description="What it is for.")
    on: date = Field(
        description="The day that the work is counted from: that on which the visit was done or is booked, or else its "
        "target; where it is overdue, its last day."
    )


class TaskOut(Output):
    """One thing to tell a client, to ask them, or to see to."""

    id: str = Field(
        description="Its id. If the visit moves to another day, there is another task in its place.", examples=[TASK_ID]
    )
    kind: TaskKind = Field(
        description="`pre_care_begins`, `aftercare_step`: tell the client. `check_in_72h`: ask the client, and send "
        "the answer as a check-in. `overdue_visit`: for the clinic."
    )
    course_id: str = Field(description="In which course.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])
    client_ref: str | None = Field(description="Your id of the client; null if none was sent.", examples=["c-10442"])
    visit: TaskVisitOut = Field(description="The visit that it is about.")
    begins: date = Field(alias="from", description="The first day on which it is due.")
    until: date | None = Field(description="The last day on which it makes sense; null where no date ends it.")
    text_key: str = Field(description="Which text says it.", examples=["rule.AFT-6"])
    text: str = Field(description="That text, in the language of the course.")
    rules: list[str] = Field(description="The rules behind it.", examples=[["AFT-6"]])


class TasksOut(Output):
    """A page of due work."""

    items: list[TaskOut] = Field(
        description="The work, course by course, within a course by the day on which it is due. A page may be short, "
        "or empty, and not be the last."
    )
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class AcknowledgedOut(Output):
    """That a task was done."""

    id: str = Field(description="The task.", examples=[TASK_ID])
    course_id: str = Field(description="Its course.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])
    acknowledged_at: datetime = Field(description="When that was told first, in UTC.")

"""What is answered to the examples of the documentation about calendars and due work."""

from typing import Any, Final

from app.render.words import Words
from app.rules.due import due
from app.rules.standing import stand
from app.services import tasks
from app.services.beginning import Accepted, start_of
from app.services.calendars import plan_written, written
from app.services.courses import Reader, compose
from app.services.creation import Asked, Name
from app.services.creation import compose as planned
from app.services.demonstration import SAMPLE_COURSE_ID, SAMPLE_ID, WAITING_COURSE_ID
from app.services.samples import AT, CLINIC
from app.services.shelf import Shelf

Json = dict[str, Any]
_SHOWN: Final = 2
_PATH: Final = "/calendars/2bTq7cM5xR9wYp0L5gWr2cX9dY1Aa0UoLqMs8Z" + 5 * "0a1b2c3d" + ".ics"


def documents(shelf: Shelf, asked: Asked, read: Reader) -> dict[str, Any]:
    """Answer the examples.

    Args:
        shelf: The protocols.
        asked: The example of an intake.
        read: From an intake to its facts.

    Returns:
        What each operation answers, by its name.
    """
    words: Words = shelf.in_force
    plan = planned(words, CLINIC, asked, Name(SAMPLE_ID, AT))
    course = compose(shelf, CLINIC, Accepted(plan, []), read, Name(SAMPLE_COURSE_ID, AT))
    calendar = written(words, CLINIC, course, (), read).decode()
    waiting = compose(shelf, CLINIC, Accepted(plan, []), read, Name(WAITING_COURSE_ID, AT))
    work = tasks.named(waiting, due(stand(words.program, start_of(waiting), (), read)))
    overdue = next(task for task in work if task.due.kind == "overdue_visit")
    return {
        "read_recommendation_calendar": plan_written(words, CLINIC, plan, (), None).decode(),
        "read_course_calendar": calendar,
        "follow_calendar": calendar,
        "create_calendar_subscription": {"course_id": course.id, "path": _PATH},
        "delete_calendar_subscription": {"course_id": course.id, "path": None},
        "list_tasks": {"items": [tasks.shown(shelf, task) for task in work[:_SHOWN]], "next_cursor": None},
        "acknowledge_task": {
            "id": overdue.id, "course_id": waiting.id, "acknowledged_at": "2026-11-21T09:30:00Z"
        },
    }  # fmt: skip

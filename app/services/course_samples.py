"""What is answered to the examples of the documentation about courses, by the functions that answer callers."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from app.rules.chain import VisitKey
from app.services.beginning import Accepted
from app.services.courses import Reader, compose, summary, visit_id, words_of
from app.services.creation import Asked, Name
from app.services.creation import compose as planned
from app.services.demonstration import ACCEPTED_ID, REVIEWED_COURSE_ID, SAMPLE_COURSE_ID, WITHDRAWN_COURSE_ID
from app.services.fitting import fitted
from app.services.placing import Proposed, judged
from app.services.recording import Report, answered
from app.services.recording import compose as recorded
from app.services.samples import AT, CLINIC
from app.services.shelf import Shelf
from app.services.situations import Situation, situation

Json = dict[str, Any]
FIRST_VISIT_ID: Final = visit_id(SAMPLE_COURSE_ID, VisitKey("test_area", 0))
"""The first visit of the example."""
_KEY_ID: Final = "key_7Yw2Qd9ZbK1x"
_HAPPENING_ID: Final = "hap_7iWr9lT1eY6cFv7SrUz0bM"
_ENDED: Final = {"review_course": REVIEWED_COURSE_ID, "withdraw_course": WITHDRAWN_COURSE_ID}


class Placed(NamedTuple):
    """The examples of a proposed time and of free time."""

    proposed: Proposed
    free: Mapping[str, Any]


def documents(
    shelf: Shelf, asked: Asked, read: Reader, reports: Mapping[str, Report], placed: Placed
) -> dict[str, Any]:
    """Answer the examples.

    Args:
        shelf: The protocols.
        asked: The example of an intake.
        read: From an intake to its facts.
        reports: The examples of what is recorded, by the name of the operation.
        placed: The examples of times.

    Returns:
        What each operation answers, by its name.
    """
    here = _here(shelf, asked, read, SAMPLE_COURSE_ID)
    course = json.loads(here.course.answer)
    told = {
        name: _told(_here(shelf, asked, read, _ENDED.get(name, SAMPLE_COURSE_ID)), reports[name]) for name in reports
    }
    return {
        "create_course": course,
        "read_course": course,
        "list_courses": {"items": [summary(here.course)], "next_cursor": None},
        "check_course": judged(here, placed.proposed),
        "fit_course": fitted(here, placed.free),
        **told,
    }


def _here(shelf: Shelf, asked: Asked, read: Reader, course_id: str) -> Situation:
    """The example of a course as it stands."""
    plan = planned(shelf.in_force, CLINIC, asked, Name(ACCEPTED_ID, AT))
    course = compose(shelf, CLINIC, Accepted(plan, []), read, Name(course_id, AT))
    return situation(words_of(shelf, course), course, (), AT, read)


def _told(here: Situation, report: Report) -> Json:
    made = recorded(here, report, _KEY_ID, _HAPPENING_ID)
    found: Json = json.loads(answered(made, made.course))
    return found

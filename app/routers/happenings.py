"""What happens in a course: visits, check-ins, new answers, decisions. Each moves the rest, and answers with how."""

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from app.dependencies import backend_of, caller_of, needs
from app.routers.conditional import IDEMPOTENCY_KEY, idempotency_key
from app.routers.courses import NO_COURSE, CourseId, Responses, created
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.review import IF_MATCH, matching, names_version
from app.routers.stored import BUSY, STORING, WHO_MAY_NOT
from app.schemas.courses import RecordedOut, facts_of
from app.schemas.happenings import (
    AnswersIn,
    BookedIn,
    CheckInIn,
    CourseReviewIn,
    DoneIn,
    VisitIn,
    WithdrawIn,
)
from app.services import recording
from app.services.clearing import Looked
from app.services.recording import Asked, Report
from app.services.replays import alone, claim

T = TypeVar("T", bound=BaseModel)
router = APIRouter(prefix="/v1/courses", tags=["courses"], route_class=RawBodyRoute)
_WRITES: Final = [needs("courses:write")]
_TOLD: Final[Responses] = {
    **REFUSALS,
    **WHO_MAY_NOT,
    **NO_COURSE,
    409: {"description": "The course or its rules do not allow it as things stand."},
    410: STORING[410],
    412: {"description": "The course has changed since it was read."},
    507: STORING[507],
    **BUSY,
}
_HEADERS: Final[dict[str, Any]] = {"parameters": [IDEMPOTENCY_KEY, IF_MATCH]}
_ANSWER: Final = "The course as it stands, what changed, and what a check-in comes to."


@router.post(
    "/{course_id}/visits",
    status_code=201,
    summary="Record what became of a visit",
    response_model=RecordedOut,
    response_description=_ANSWER,
    responses=_TOLD,
    dependencies=_WRITES,
    openapi_extra=_HEADERS,
)
async def record_visit(document: VisitIn, request: Request, course_id: CourseId) -> Response:
    """Record that a visit was booked, took place, was missed or was cancelled.

    A booking on a day that `POST /v1/courses/{id}/check` refuses is refused here in the same words, and is not stored.
    What took place is recorded whatever the rules say. What was missed or cancelled is proposed again.
    """
    return await _record(request, course_id, document, visit_report)


@router.post(
    "/{course_id}/check-ins",
    status_code=201,
    summary="Record how the skin is",
    response_model=RecordedOut,
    response_description=_ANSWER,
    responses=_TOLD,
    dependencies=_WRITES,
    openapi_extra=_HEADERS,
)
async def record_check_in(document: CheckInIn, request: Request, course_id: CourseId) -> Response:
    """Record what a person sees and feels after a visit, and judge it by the red flags of the protocol.

    A red flag puts the course on hold until a professional has looked at it. Tell the person what `judgement` says.
    """
    return await _record(request, course_id, document, check_in_report)


@router.post(
    "/{course_id}/answers",
    status_code=201,
    summary="Record new answers",
    response_model=RecordedOut,
    response_description=_ANSWER,
    responses=_TOLD,
    dependencies=_WRITES,
    openapi_extra=_HEADERS,
)
async def record_answers(document: AnswersIn, request: Request, course_id: CourseId) -> Response:
    """Record what is new about a person, and evaluate the rest of the course anew."""
    return await _record(request, course_id, document, answers_report)


@router.post(
    "/{course_id}/review",
    status_code=201,
    summary="Let a course go on, or end it",
    response_model=RecordedOut,
    response_description=_ANSWER,
    responses=_TOLD,
    dependencies=[needs("courses:review")],
    openapi_extra=_HEADERS,
)
async def review_course(document: CourseReviewIn, request: Request, course_id: CourseId) -> Response:
    """Record that a professional has looked at what holds the course, or that they end it.

    To let it go on, name in `rules` all that `hold` names, or the version that was looked at in `If-Match`: nothing is
    cleared that nobody has seen. The same rule holds the course again if it speaks anew. A sign that sends a person
    elsewhere without delay, an open question, or a wait that no date ends takes a `reason`. What excludes a treatment
    cannot be cleared, nor can `REASSESS` and `REASSESS-FLAGS`, which ask for new answers: where nothing else holds the
    course, that is 409 `not_resumable`; what is cleared beside them leaves it on hold.
    """
    named = names_version(request)
    return await _record(request, course_id, document, lambda sent: review_report(sent, version=named))


@router.post(
    "/{course_id}/withdraw",
    status_code=201,
    summary="Withdraw a course",
    response_model=RecordedOut,
    response_description=_ANSWER,
    responses=_TOLD,
    dependencies=_WRITES,
    openapi_extra=_HEADERS,
)
async def withdraw_course(document: WithdrawIn, request: Request, course_id: CourseId) -> Response:
    """End a course before it is over; what was done stays, and how the skin is can still be told."""
    return await _record(request, course_id, document, withdrawal_report)


async def _record(request: Request, course_id: str, document: T, report_of: Callable[[T], Report]) -> Response:
    backend, caller = backend_of(request), caller_of(request)
    report = report_of(document)
    told = json.dumps(document.model_dump(mode="json", exclude_unset=True), sort_keys=True).encode()
    claimed = claim(backend, caller, report.action, idempotency_key(request), course_id.encode(), told)
    asked = Asked(claimed, matching(request), facts_of)
    with alone(backend, claimed and claimed.slot):
        made = await run_in_threadpool(recording.record, backend, caller, course_id, report, asked)
    return created(made)


def _fields(document: BaseModel) -> tuple[str, ...]:
    return tuple(sorted(document.model_fields_set))


def visit_report(document: VisitIn) -> Report:
    """What became of a visit, as the services know it."""
    sent = document.root
    told: dict[str, Any] = {}
    if isinstance(sent, BookedIn):
        told = {"starts_at": sent.starts_at.astimezone(UTC).isoformat(), "minutes": sent.minutes}
    elif isinstance(sent, DoneIn):
        told = {"device": sent.device, "cut_short": sent.cut_short, "reaction": sent.reaction}
    on = None if isinstance(sent, BookedIn) else sent.on
    return Report(sent.state, "visit.record", _fields(sent), told, sent.visit_id, on, sent.at)


def check_in_report(sent: CheckInIn) -> Report:
    """A check-in, as the services know it."""
    told = {"hours_after": sent.hours_after, "signs": sorted(sent.signs)}
    return Report("checked_in", "check_in.record", _fields(sent), told, sent.visit_id, sent.on)


def answers_report(sent: AnswersIn) -> Report:
    """New answers, as the services know them."""
    intake = sent.model_dump(mode="json", exclude_unset=True, exclude={"on"})
    return Report("answered", "answer.record", _fields(sent), {"intake": intake}, on=sent.on)


def review_report(sent: CourseReviewIn, *, version: bool = False) -> Report:
    """A professional's decision, as the services know it.

    Args:
        sent: The decision.
        version: Whether it names the version that was looked at.
    """
    told = {"reviewer": sent.reviewer.model_dump(), "reason": sent.reason}
    kind: Any = "cleared" if sent.outcome == "resume" else "withdrawn"
    looked = Looked(None if sent.rules is None else frozenset(sent.rules), version)
    return Report(kind, "course.review", _fields(sent), told, looked=looked)


def withdrawal_report(sent: WithdrawIn) -> Report:
    """The end of a course, as the services know it."""
    told = {"reviewer": None, "reason": None}
    return Report("withdrawn", "course.withdraw", _fields(sent), told, on=sent.on)

"""A professional's decision about a stored recommendation."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.dependencies import backend_of, caller_of, needs
from app.routers.conditional import version_tag
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.replies import JSON
from app.routers.stored import BUSY, NOT_HERE, STORING, UNSTORED, WHO_MAY_NOT, Id
from app.rules.adjust import Adjustments
from app.schemas.reading import read
from app.schemas.review import AdjustmentsIn, IntervalIn, ReviewIn, SessionsIn, SettingsIn
from app.schemas.stored import StoredOut, read_kept
from app.services import review
from app.services.judgement import Judgement

IF_MATCH: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what you looked at; if it has changed since, nothing is stored. Without it the "
    "request holds for whatever is stored.",
    "schema": {"type": "string"},
}
CONFLICTS: Final[dict[int | str, dict[str, Any]]] = {
    409: {
        "description": "It cannot be decided that way, a course has begun from it that it would not reach, or its "
        "protocol is no longer at hand to adjust it by."
    },
    412: {"description": "The recommendation has changed since the professional looked at it."},
}

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"], route_class=RawBodyRoute)


@router.post(
    "/{recommendation_id}/review",
    summary="Clear, adjust or decline a stored plan",
    response_model=StoredOut,
    response_description="The plan as it reads from then on, with what was decided in `review`.",
    responses={**REFUSALS, **WHO_MAY_NOT, **NOT_HERE, **CONFLICTS, **BUSY, 507: STORING[507]},
    dependencies=[needs("recommendations:review")],
    openapi_extra={"parameters": [IF_MATCH]},
)
async def review_recommendation(document: ReviewIn, request: Request, recommendation_id: Id) -> Response:
    """Keep what a professional decided, and let `bookable` follow.

    What is within the rules or stricter needs no `reason`: a later start, fewer sessions up to the most that the rules
    allow, longer intervals, gentler settings, fewer devices, a test area added. Whatever is looser does, also a plan
    with open questions or with a condition that no date tells. What must not be treated can only be declined. The
    answer that the rules gave is kept; a later review takes the place of this one.

    Once a course has begun from the recommendation, what is decided is decided there: until the course is withdrawn,
    `decline`, `adjust` and clearing what was adjusted are 409 `course_begun`. End the course with `POST
    /v1/courses/{id}/review` and `end`, or with `POST /v1/courses/{id}/withdraw`. Clearing what nobody adjusted is kept
    and changes nothing in the course.
    """
    return await run_in_threadpool(_review, document, request, recommendation_id)


def _review(document: ReviewIn, request: Request, recommendation_id: str) -> Response:
    backend, caller = backend_of(request), caller_of(request)
    shown = review.review(
        backend,
        caller,
        recommendation_id,
        judgement_of(document),
        matching(request),
        lambda intake: read(read_kept(intake), backend.clock.today),
    )
    headers = {"ETag": version_tag(shown.version), **UNSTORED}
    return Response(shown.body, media_type=JSON, headers=headers)


def names_version(request: Request) -> bool:
    """Whether the caller names a version that they have seen, rather than any at all."""
    wanted = request.headers.getlist("if-match")
    return bool(wanted) and "*" not in {part.strip() for header in wanted for part in header.split(",")}


def matching(request: Request) -> Callable[[int], bool]:
    """Say which versions are among those that the caller names; a weak tag names none."""
    wanted = request.headers.getlist("if-match")
    tags = {part.strip() for header in wanted for part in header.split(",")}
    return lambda version: not wanted or not tags.isdisjoint({"*", version_tag(version)})


def judgement_of(document: ReviewIn) -> Judgement:
    """Read a decision as the services know it."""
    sent = document.adjustments
    return Judgement(
        outcome=document.outcome,
        reviewer=document.reviewer.model_dump(),
        reason=document.reason,
        start_on=None if sent is None else sent.earliest_start,
        adjustments=Adjustments() if sent is None else _adjustments(sent),
        said=None if sent is None else sent.model_dump(mode="json", exclude_none=True),
    )


def _adjustments(sent: AdjustmentsIn) -> Adjustments:
    settings = sent.settings or SettingsIn.model_construct()
    return Adjustments(
        sessions=_numbers(sent.sessions),
        interval=_numbers(sent.interval_days),
        intensity=settings.intensity,
        passes=None if settings.passes is None else (settings.passes.minimum, settings.passes.maximum),
        devices=settings.devices,
        test_area=settings.test_area_first,
    )


def _numbers(sent: SessionsIn | IntervalIn | None) -> tuple[int, int, int] | None:
    return None if sent is None else (sent.minimum, sent.typical, sent.maximum)

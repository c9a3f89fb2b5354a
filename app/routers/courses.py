"""Courses: a plan accepted and carried out. Starting, reading and listing them, and asking when a visit can be."""

from collections.abc import Container, Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app.dependencies import backend_of, caller_of, needs
from app.errors import Fault
from app.routers.conditional import IDEMPOTENCY_KEY, IF_NONE_MATCH, UNCHANGED, idempotency_key, version_tag
from app.routers.language import in_its_language
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.replies import JSON, Unstored, holds
from app.routers.stored import BUSY, STORING, UNSTORED, WHO_MAY_NOT
from app.schemas.courses import CoursesPageOut, CoursesQuery, OngoingCourseOut, facts_of
from app.schemas.happenings import CourseIn
from app.schemas.placing import CheckIn, CheckOut, FitIn, FitOut
from app.schemas.query import query_parameters, read_query
from app.services import courses, fitting, placing
from app.services.callers import Caller
from app.services.courses import Wanted
from app.services.placing import Proposed
from app.services.replays import alone, claim
from app.services.views import Shown

router = APIRouter(prefix="/v1/courses", tags=["courses"], route_class=RawBodyRoute)
Responses = dict[int | str, dict[str, Any]]
CourseId = Annotated[str, Path(description="The id of the course.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])]
NO_COURSE: Final[Responses] = {404: {"description": "This clinic has no such course."}}
OVER: Final[Responses] = {409: {"description": "The course was withdrawn, or its protocol is no longer at hand."}}


@router.post(
    "",
    status_code=201,
    summary="Start a course from a recommendation",
    response_model=OngoingCourseOut,
    response_description="The course, its visits proposed.",
    responses={
        **REFUSALS,
        **WHO_MAY_NOT,
        404: {"description": "This clinic has no such recommendation."},
        409: {"description": "Nothing may be booked from it, or it has a course already."},
        410: STORING[410],
        507: STORING[507],
        **BUSY,
    },
    dependencies=[needs("courses:write")],
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
async def create_course(document: CourseIn, request: Request) -> Response:
    """Accept a plan: its visits get ids that stay, and from here on what happens moves the rest.

    The recommendation has to be bookable, or cleared by a professional; what they set in their review stays in force.
    """
    backend, caller = backend_of(request), caller_of(request)
    asked = document.recommendation_id
    claimed = claim(backend, caller, courses.CREATE, idempotency_key(request), asked.encode())
    with alone(backend, claimed and claimed.slot):
        made = await run_in_threadpool(courses.start, backend, caller, asked, claimed, facts_of)
    return created(made)


def created(made: Shown) -> Response:
    """Answer with what was stored in a version of a course."""
    headers = {
        "Location": f"/v1/courses/{made.id}",
        "ETag": version_tag(made.version),
        **UNSTORED,
        **in_its_language(made.body),
    }
    if made.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(made.body, status_code=201, media_type=JSON, headers=headers)


@router.get(
    "",
    summary="List the courses, the newest first",
    response_model=CoursesPageOut,
    response_description="A page of courses in short.",
    responses={400: {"description": "The query breaks the contract."}, **WHO_MAY_NOT, **BUSY},
    openapi_extra={"parameters": query_parameters(CoursesQuery, client_ref="c-10442", limit=25)},
)
def list_courses(request: Request, caller: Annotated[Caller, needs("courses:read")]) -> Response:
    """List the clinic's courses in short, the newest first, a page at a time."""
    backend = backend_of(request)

    def cursor_faults(query: CoursesQuery, bad: Container[str]) -> Iterator[Fault]:
        if "client_ref" not in bad and "status" not in bad:
            yield from courses.cursor_faults(backend, caller, _wanted(query))

    query = read_query(CoursesQuery, request.query_params.multi_items(), cursor_faults)
    return Unstored(courses.listing(backend, caller, _wanted(query)))


def _wanted(query: CoursesQuery) -> Wanted:
    return Wanted(query.client_ref, query.status, query.limit, query.cursor)


@router.get(
    "/{course_id}",
    summary="Read a course",
    response_model=OngoingCourseOut,
    response_description="The course as it stands.",
    responses={**UNCHANGED, **WHO_MAY_NOT, **NO_COURSE, **BUSY},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
def read_course(course_id: CourseId, request: Request, caller: Annotated[Caller, needs("courses:read")]) -> Response:
    """Read one course: what is over, what is to come and why then, and what it waits for."""
    shown = courses.read(backend_of(request), caller, course_id)
    headers = {"ETag": version_tag(shown.version), **UNSTORED, **in_its_language(shown.body)}
    if holds(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(shown.body, media_type=JSON, headers=headers)


@router.post(
    "/{course_id}/check",
    summary="Judge a time for a visit",
    response_model=CheckOut,
    response_description="Whether the visit may be then; if not, why, and the first day on which it may.",
    responses={**REFUSALS, **WHO_MAY_NOT, **NO_COURSE, **OVER, **BUSY},
    dependencies=[needs("courses:read")],
)
async def check_course(document: CheckIn, request: Request, course_id: CourseId) -> Response:
    """Judge one proposed time, alike for the web, the telephone and the desk. Nothing is stored.

    What is allowed here can be booked, and what is refused cannot. Treatments that are booked meanwhile elsewhere count
    if they are named in `procedures`.
    """
    backend, caller, proposed = backend_of(request), caller_of(request), proposed_of(document)
    return Unstored(await run_in_threadpool(placing.check, backend, caller, course_id, proposed, facts_of))


def proposed_of(document: CheckIn) -> Proposed:
    """Read a proposed time as the services know it."""
    procedures = [one.model_dump(mode="json") for one in document.procedures]
    return Proposed(document.visit_id, document.starts_at, document.minutes, procedures)


@router.post(
    "/{course_id}/fit",
    summary="Place the whole remaining series",
    response_model=FitOut,
    response_description="A slot for every visit to come, or for as many as can be placed, and why no more.",
    responses={**REFUSALS, **WHO_MAY_NOT, **NO_COURSE, **OVER, **BUSY},
    dependencies=[needs("courses:read")],
)
async def fit_course(document: FitIn, request: Request, course_id: CourseId) -> Response:
    """Place every visit to come into free time, in the time zone of the course. Nothing is stored.

    Of all ways to place them this one costs the least: first the days between visits and their targets, then the days
    by which they are later than they could be, then the slots' distance from the wished hours. Visits that are booked
    stay. If not all can be placed, as many as possible are, beginning with the next one.
    """
    backend, caller = backend_of(request), caller_of(request)
    asked = document.model_dump(by_alias=True, exclude_none=True)
    return Unstored(await run_in_threadpool(fitting.place, backend, caller, course_id, asked, facts_of))

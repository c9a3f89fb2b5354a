"""Calendars of plans and courses, for the programs that people keep their appointments in."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app.dependencies import PUBLIC, backend_of, needs
from app.errors import TooManyRequestsError
from app.routers.conditional import IF_NONE_MATCH, UNCHANGED
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import TOO_LARGE
from app.routers.replies import Unstored, unstored
from app.routers.stored import Id
from app.schemas.calendars import SubscriptionOut
from app.schemas.courses import facts_of
from app.services import calendars
from app.services.calendars import Follower
from app.services.callers import Caller

Responses = dict[int | str, dict[str, Any]]
router = APIRouter(tags=["calendars"], route_class=RawBodyRoute)
CALENDAR: Final = "text/calendar"
CourseId = Annotated[str, Path(description="The id of the course.", examples=["crs_5gWr2cX9dY1Aa0UoLqMs8Z"])]
Token = Annotated[
    str,
    Path(description="What the address ends in.", examples=["2bTq7cM5xR9wYp0L5gWr2cX9dY1Aa0UoLqMs8Z" + 5 * "0a1b2c3d"]),
]
SHOWN: Final[Responses] = {
    200: {
        "content": {CALENDAR: {"schema": {"type": "string"}}},
        "description": "The appointments (iCalendar, RFC 5545).",
    },
    **UNCHANGED,
}
NOT_ON_SHELF: Final[Responses] = {409: {"description": "The protocol it is planned with is not at hand any more."}}
NO_PLAN: Final[Responses] = {404: {"description": "This clinic has no such recommendation."}}
NO_COURSE: Final[Responses] = {404: {"description": "This clinic has no such course."}}
NO_CALENDAR: Final[Responses] = {
    404: {"description": "There is no calendar at this address, or none any more."},
    429: {"description": "Too many addresses were tried that are none, or this one too often."},
}


@router.get(
    "/v1/recommendations/{recommendation_id:sibling}/calendar.ics",
    summary="Read a plan as a calendar",
    response_class=Response,
    responses={**SHOWN, **NO_PLAN},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
def read_recommendation_calendar(
    recommendation_id: Id, request: Request, caller: Annotated[Caller, needs("recommendations:read")]
) -> Response:
    """Show the visits of a plan as windows of whole days, marked as tentative and as free time.

    There are none while a professional has to look at the plan first. Once it was declined, or is carried out, those
    that were shown are cancelled: the calendar of the course takes their place.
    """
    return unstored(request, calendars.of_plan(backend_of(request), caller, recommendation_id), CALENDAR)


@router.get(
    "/v1/courses/{course_id}/calendar.ics",
    summary="Read a course as a calendar",
    response_class=Response,
    responses={**SHOWN, **NO_COURSE, **NOT_ON_SHELF},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
def read_course_calendar(
    course_id: CourseId, request: Request, caller: Annotated[Caller, needs("courses:read")]
) -> Response:
    """Show the visits of a course: windows of whole days while they are proposed, times once they are booked.

    Each visit has a `UID` that never changes and a `SEQUENCE` that rises whenever it does. What is cancelled stays, as
    cancelled, so that no program goes on showing it. No word tells what the appointments are for.
    """
    return unstored(request, calendars.of_course(backend_of(request), caller, course_id, facts_of), CALENDAR)


@router.post(
    "/v1/courses/{course_id}/calendar-subscription",
    status_code=201,
    summary="Give the calendar of a course an address",
    response_model=SubscriptionOut,
    response_description="Where programs follow it.",
    responses={**TOO_LARGE, **NO_COURSE},
)
def create_calendar_subscription(
    course_id: CourseId, request: Request, caller: Annotated[Caller, needs("courses:write")]
) -> Response:
    """Open an address at which calendar programs follow the course without a key; the same until it is taken back."""
    path = calendars.subscribe(backend_of(request), caller, course_id)
    return _told(course_id, path, status=201, headers={"Location": path})


@router.delete(
    "/v1/courses/{course_id}/calendar-subscription",
    summary="Take the address of a calendar back",
    response_model=SubscriptionOut,
    response_description="That there is none any more.",
    responses=NO_COURSE,
)
def delete_calendar_subscription(
    course_id: CourseId, request: Request, caller: Annotated[Caller, needs("courses:write")]
) -> Response:
    """Take the address back at once and for good. One that is opened afterwards is another one."""
    calendars.unsubscribe(backend_of(request), caller, course_id)
    return _told(course_id, None)


def _told(course_id: str, path: str | None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = SubscriptionOut(course_id=course_id, path=path).model_dump_json().encode()
    answer = Unstored(body, status_code=status)
    answer.headers.update(headers or {})
    return answer


@router.get(
    "/calendars/{token}.ics",
    summary="Follow the calendar of a course",
    response_class=Response,
    responses={**SHOWN, **NO_CALENDAR, **NOT_ON_SHELF},
    dependencies=[PUBLIC],
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def follow_calendar(token: Token, request: Request) -> Response:
    """Show the calendar of a course to whoever knows its address: the same as with a key, and nothing else."""
    address = request.client.host if request.client else ""
    follower = Follower(address, request.scope["state"].get("request_id", ""))
    backend = backend_of(request)
    found = await run_in_threadpool(calendars.followed, backend, token)
    if found is None:
        raise calendars.astray(backend, follower)
    if not await calendars.is_patient(backend, found, follower):
        raise TooManyRequestsError
    shown = await run_in_threadpool(calendars.follow, backend, found, follower, facts_of)
    return unstored(request, shown, CALENDAR)

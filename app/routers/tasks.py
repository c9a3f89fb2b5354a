"""Due work, for booking tools that send the messages."""

from collections.abc import Container, Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import backend_of, needs
from app.errors import Fault
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import TOO_LARGE
from app.routers.replies import Unstored
from app.schemas.courses import facts_of
from app.schemas.query import query_parameters, read_query
from app.schemas.tasks import TASK_ID, AcknowledgedOut, TasksOut, TasksQuery
from app.services import tasks
from app.services.callers import Caller
from app.services.tasks import Wanted

router = APIRouter(prefix="/v1/tasks", tags=["tasks"], route_class=RawBodyRoute)
NOT_ON_SHELF: Final[dict[int | str, dict[str, Any]]] = {
    409: {"description": "The protocol that a course is planned with is not at hand any more."}
}


@router.get(
    "",
    summary="List the work that is due",
    response_model=TasksOut,
    response_description="A page of due work.",
    responses={400: {"description": "The query breaks the contract."}, **NOT_ON_SHELF},
    openapi_extra={"parameters": query_parameters(TasksQuery, limit=25)},
)
def list_tasks(request: Request, caller: Annotated[Caller, needs("tasks:read")]) -> Response:
    """List what to tell clients and to ask them around their visits, and which visits are overdue.

    Send what you find, then acknowledge it, and it is not listed again. Nothing is kept of what was not acknowledged:
    what the visits give is worked out anew each time. So a message may be sent twice by a program that was stopped in
    between, but none is lost.
    """
    backend = backend_of(request)

    def cursor_faults(query: TasksQuery, bad: Container[str]) -> Iterator[Fault]:
        if "due_before" not in bad:
            yield from tasks.cursor_faults(backend, caller, _wanted(query))

    query = read_query(TasksQuery, request.query_params.multi_items(), cursor_faults)
    return Unstored(tasks.listing(backend, caller, _wanted(query), facts_of))


def _wanted(query: TasksQuery) -> Wanted:
    return Wanted(query.due_before, query.limit, query.cursor)


@router.post(
    "/{task_id}/acknowledge",
    summary="Acknowledge due work",
    response_model=AcknowledgedOut,
    response_description="When it was acknowledged first.",
    responses={
        **TOO_LARGE,
        404: {"description": "There is no such task, or none any more, since its visit has moved."},
        **NOT_ON_SHELF,
    },
)
def acknowledge_task(
    task_id: Annotated[str, Path(description="The id of the task.", examples=[TASK_ID])],
    request: Request,
    caller: Annotated[Caller, needs("tasks:write")],
) -> Response:
    """Keep that a task was done. To say so again changes nothing and is answered alike."""
    return Unstored(tasks.acknowledge(backend_of(request), caller, task_id, facts_of))

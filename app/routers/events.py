"""What happened, for those who missed a message, or who want none."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from app.dependencies import backend_of, needs
from app.routers.raw import RawBodyRoute
from app.routers.replies import Unstored
from app.schemas.query import query_parameters, read_query
from app.schemas.webhooks import EventsOut, EventsQuery
from app.services import events
from app.services.callers import Caller

BAD_QUERY: Final[dict[int | str, dict[str, Any]]] = {400: {"description": "The query breaks the contract."}}
router = APIRouter(prefix="/v1/events", tags=["webhooks"], route_class=RawBodyRoute)


@router.get(
    "",
    summary="List what happened, the first first",
    response_model=EventsOut,
    response_description="A page of events.",
    responses=BAD_QUERY,
    openapi_extra={"parameters": query_parameters(EventsQuery, after=0, limit=25)},
)
def list_events(request: Request, caller: Annotated[Caller, needs("events:read")]) -> Response:
    """List what happened in your clinic, in the world of the key that asks, in order and without a gap.

    Keep `next_after` and send it the next time as `after`: whatever messages you missed, this is all of it.
    """
    wanted = read_query(EventsQuery, request.query_params.multi_items())
    return Unstored(events.listing(backend_of(request), caller, after=wanted.after, limit=wanted.limit))

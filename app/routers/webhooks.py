"""The addresses that events are sent to."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import backend_of, caller_of, needs
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS, TOO_LARGE
from app.routers.replies import JSON, Unstored
from app.schemas.webhooks import EndpointIn, EndpointOut, EndpointsOut, NewSecretOut, ReplayedOut, ReplayIn
from app.services import webhooks
from app.services.keys import Maker
from app.services.webhooks import Draft, Endpoint, Made, Span

T = TypeVar("T")
router = APIRouter(
    prefix="/v1/webhook-endpoints",
    tags=["webhooks"],
    route_class=RawBodyRoute,
    dependencies=[needs("webhooks:write")],
)
ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "The clinic has no such endpoint."}}
EndpointId = Annotated[str, Path(description="The id of the endpoint.", examples=["whe_2bTq7cM5xR9wYp0LkNs3vF"])]


@router.post(
    "",
    status_code=201,
    summary="Let events be sent to an address",
    response_model=NewSecretOut,
    response_description="The endpoint. What its receiver verifies messages with is in `secret`, this once.",
    responses={**REFUSALS, 409: {"description": "The clinic has as many endpoints as it may have."}},
)
async def create_webhook_endpoint(draft: EndpointIn, request: Request) -> Response:
    """Let what happens from here on be sent to an address, each event at least once and in order, one at a time.

    Messages are signed as Standard Webhooks says. They hold ids, versions and times, nothing about a person: read the
    rest with your key. Answer 2xx within 15 seconds; everything else is tried again after 5 seconds, 5 and 30 minutes,
    2, 5, 10, 14, 20 and 24 hours, and then given up. 410 disables the endpoint, and so do five days without success.
    """
    wanted = Draft(draft.url, frozenset(draft.types))
    made = await _off_the_loop(lambda: webhooks.create(backend_of(request), _maker(request), wanted))
    return _shown_once(made, 201, {"Location": f"/v1/webhook-endpoints/{made.endpoint.id}"})


@router.get(
    "",
    summary="List the endpoints",
    response_model=EndpointsOut,
    response_description="Every endpoint of the clinic in this world, without its secret.",
)
def list_webhook_endpoints(request: Request) -> Response:
    """List the endpoints of your clinic in the world of the key that asks, and how sending to them goes."""
    caller, backend = caller_of(request), backend_of(request)
    found = webhooks.listing(backend, caller.clinic)
    backend.lane.record(caller.clinic.id, caller.entry(backend.clock.now(), "webhook.list"))
    items = [EndpointOut(**_told(endpoint)) for endpoint in found]
    return Unstored(EndpointsOut(items=items).model_dump_json().encode())


@router.get(
    "/{endpoint_id}",
    summary="Read an endpoint",
    response_model=EndpointOut,
    response_description="The endpoint, without its secret.",
    responses=ABSENT,
)
def read_webhook_endpoint(endpoint_id: EndpointId, request: Request) -> Response:
    """Read one endpoint of your clinic, and how sending to it goes."""
    caller, backend = caller_of(request), backend_of(request)
    endpoint = webhooks.read(backend, caller.clinic, endpoint_id)
    backend.lane.record(caller.clinic.id, caller.entry(backend.clock.now(), "webhook.read", endpoint.id))
    return _shown(endpoint)


@router.delete(
    "/{endpoint_id}",
    summary="Delete an endpoint",
    response_model=EndpointOut,
    response_description="The endpoint as it was. Nothing more is sent to it.",
    responses=ABSENT,
)
def delete_webhook_endpoint(endpoint_id: EndpointId, request: Request) -> Response:
    """Delete an endpoint with all that is on its way to it. A message that is under way right now may still arrive."""
    return _shown(webhooks.remove(backend_of(request), _maker(request), endpoint_id))


@router.post(
    "/{endpoint_id}/rotate",
    summary="Give an endpoint another secret",
    response_model=NewSecretOut,
    response_description="The endpoint. Its new secret is in `secret`, this once.",
    responses={**TOO_LARGE, **ABSENT},
)
def rotate_webhook_secret(endpoint_id: EndpointId, request: Request) -> Response:
    """Make another secret. For 24 hours messages are signed with both, so that the receiver can change over."""
    return _shown_once(webhooks.rotate(backend_of(request), _maker(request), endpoint_id), 200, {})


@router.post(
    "/{endpoint_id}/enable",
    summary="Send to an endpoint again",
    response_model=EndpointOut,
    response_description="The endpoint. What it has missed is sent at once, in order.",
    responses={**TOO_LARGE, **ABSENT},
)
def enable_webhook_endpoint(endpoint_id: EndpointId, request: Request) -> Response:
    """Send to an endpoint again, beginning with what it has missed, and without waiting for the next attempt."""
    return _shown(webhooks.enable(backend_of(request), _maker(request), endpoint_id))


@router.post(
    "/{endpoint_id}/replay",
    status_code=202,
    summary="Send events once more",
    response_model=ReplayedOut,
    response_description="How many events are sent once more.",
    responses={**REFUSALS, **ABSENT, 409: {"description": "More events than are sent again at a time."}},
)
async def replay_events(wanted: ReplayIn, endpoint_id: EndpointId, request: Request) -> Response:
    """Send one event once more by its id, or those of a span, under the ids that they have and in order."""
    which = _which(wanted)
    count = await _off_the_loop(lambda: webhooks.replay(backend_of(request), _maker(request), endpoint_id, which))
    return _finished(ReplayedOut(events=count), 202, {})


def _which(wanted: ReplayIn) -> str | Span:
    if wanted.event_id is not None:
        return wanted.event_id
    assert wanted.since is not None  # noqa: S101 -- for mypy: the schema has seen to it
    assert wanted.until is not None  # noqa: S101 -- as above
    return Span(wanted.since, wanted.until)


async def _off_the_loop(work: Callable[[], T]) -> T:
    """Do something with the database while others are served."""
    return await asyncio.to_thread(work)


def _maker(request: Request) -> Maker:
    return Maker.calling(caller_of(request))


def _shown(endpoint: Endpoint) -> Response:
    return Unstored(EndpointOut(**_told(endpoint)).model_dump_json().encode())


def _shown_once(made: Made, status: int, headers: dict[str, str]) -> Response:
    return _finished(NewSecretOut(**_told(made.endpoint), secret=made.secret), status, headers)


def _finished(document: NewSecretOut | ReplayedOut, status: int, headers: dict[str, str]) -> Response:
    body = document.model_dump_json().encode()
    return Response(body, status_code=status, media_type=JSON, headers={**headers, "Cache-Control": "no-store"})


def _told(endpoint: Endpoint) -> dict[str, Any]:
    """Say of an endpoint what may be said."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "types": sorted(endpoint.types),
        "created_at": _second(endpoint.created_at),
        "status": "disabled" if endpoint.disabled_at else "enabled",
        "disabled_at": _second(endpoint.disabled_at),
        "disabled_reason": endpoint.disabled_reason,
        "failing_since": _second(endpoint.failing_since),
        "last_attempt_at": _second(endpoint.last_at),
        "last_outcome": endpoint.last_outcome,
    }


def _second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)

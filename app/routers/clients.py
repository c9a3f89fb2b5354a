"""A client as a whole: erased, or handed over."""

from collections.abc import Generator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import backend_of, needs
from app.errors import NotFoundError
from app.routers.replies import JSON, InParts, for_headers
from app.routers.stored import BUSY, UNSTORED, WHO_MAY_NOT
from app.schemas.clients import ErasureOut, ExportOut, is_client_ref
from app.services import clients
from app.services.callers import Caller

router = APIRouter(prefix="/v1/clients", tags=["clients"])
Ref = Annotated[str, Path(description="Your own id of the client, as in `client.ref`.", examples=["c-10442"])]
NOT_HERE: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "Nothing is held under this ref."}}


@router.delete(
    "/{client_ref}",
    summary="Erase a client",
    response_model=ErasureOut,
    response_description="A certificate of what was erased.",
    responses={**WHO_MAY_NOT, 404: {"description": "No client can have this ref."}, **BUSY},
)
def erase_client(client_ref: Ref, request: Request, caller: Annotated[Caller, needs("clients:erase")]) -> Response:
    """Erase everything that is held about a client, for good: intakes, plans, reviews, and replies kept for repetition.

    Whatever is under way for them at this moment is stopped, and later intakes with this ref are refused with 410.
    Erasing again changes nothing and is answered alike. The audit keeps that there was something, but not what.
    """
    body = clients.erase(backend_of(request), caller, _checked(client_ref))
    return Response(body, media_type=JSON, headers=UNSTORED)


@router.get(
    "/{client_ref}/export",
    summary="Hand over what is held about a client",
    response_model=ExportOut,
    response_description="Everything that is held, as one document.",
    responses={**WHO_MAY_NOT, **NOT_HERE, **BUSY},
)
def export_client(client_ref: Ref, request: Request, caller: Annotated[Caller, needs("clients:export")]) -> Response:
    """Export everything that is held about a client as one document: what was asked, answered and reviewed, and when.

    Dates, numbers and texts are those that were stored, so nothing is lost on the way to another system.
    """
    backend, ref = backend_of(request), _checked(client_ref)
    if for_headers(request):
        clients.look(backend, caller, ref)
        return InParts(_nothing(), UNSTORED)
    return InParts(clients.export(backend, caller, ref), UNSTORED)


def _nothing() -> Generator[bytes]:
    """A document whose length is not known, and of which only the headers are asked for."""
    yield from ()


def _checked(client_ref: str) -> str:
    """Refuse what no intake could have carried: there can be nothing under it."""
    if not is_client_ref(client_ref):
        raise NotFoundError
    return client_ref

"""The rules in force, for reading."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import PUBLIC
from app.errors import NotFoundError
from app.routers.conditional import IF_NONE_MATCH
from app.routers.language import ACCEPT_LANGUAGE, language_headers, wished
from app.routers.replies import lasting
from app.schemas.protocol import ProtocolListOut, ProtocolOut
from app.services import protocols

router = APIRouter(prefix="/v1/protocols", tags=["protocols"], dependencies=[PUBLIC])
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Unchanged since the answer that carried this `ETag`."}
}


@router.get(
    "",
    summary="List the protocols",
    response_model=ProtocolListOut,
    response_description="Every version that can be asked for.",
    responses=UNCHANGED,
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def list_protocols(request: Request) -> Response:
    """List every protocol version on the shelf with its digests and the state of its clinical review."""
    return lasting(request, protocols.listing(request.app.state.shelf))


@router.get(
    "/{protocol_id}/versions/{version}",
    summary="Read one protocol version",
    response_model=ProtocolOut,
    response_description="The whole protocol: every rule with its condition, effect, sources and text.",
    responses={**UNCHANGED, 404: {"description": "No such protocol, or no such version of it."}},
    openapi_extra={"parameters": [IF_NONE_MATCH, ACCEPT_LANGUAGE]},
)
async def read_protocol_version(
    protocol_id: Annotated[str, Path(description="The id of the protocol.", examples=["microdermabrasion"])],
    version: Annotated[str, Path(description="Its version.", examples=["1.0.0"])],
    request: Request,
) -> Response:
    """Read every rule of one protocol version: when it applies, what it does, on what evidence, and in which words.

    A published version never changes; its digest is in every plan that was made with it. Its words are in the language
    of `Accept-Language`.
    """
    language = wished(request)
    body = protocols.version(request.app.state.shelf, protocol_id, version, language)
    if body is None:
        raise NotFoundError
    answer = lasting(request, body)
    answer.headers.update(language_headers(language) | {"Vary": "Accept-Encoding, Accept-Language"})
    return answer

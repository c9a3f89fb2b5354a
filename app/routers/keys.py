"""The keys of a clinic."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.dependencies import backend_of, caller_of, needs
from app.routers.conditional import IF_NONE_MATCH, UNCHANGED
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.replies import JSON, Unstored, unstored
from app.schemas.keys import KeyIn, KeyOut, KeysOut, NewKeyOut, RotationIn
from app.services import keys
from app.services.callers import Caller
from app.services.keys import ApiKey, Draft, Made, Maker
from app.services.recommendations import record

router = APIRouter(
    prefix="/v1/keys", tags=["keys"], route_class=RawBodyRoute, dependencies=[needs("keys:manage")]
)  # fmt: skip
ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "The clinic has no such key."}}
KeyId = Annotated[str, Path(description="The id of the key.", examples=["key_7Yw2Qd9ZbK1x"])]


@router.post(
    "",
    status_code=201,
    summary="Make a key",
    response_model=NewKeyOut,
    response_description="The key. Its text is in `key`, this once.",
    responses={**REFUSALS, 409: {"description": "The clinic has as many keys in force as it may have."}},
)
async def create_key(draft: KeyIn, request: Request) -> Response:
    """Make a key of your clinic, in the world of the key that asks. It may do no more than the key that asks.

    Nor does it hold for longer: where the key that asks ends, so does every key that it makes.
    """
    lasts = timedelta(days=draft.expires_in_days) if draft.expires_in_days else None
    wanted = Draft(draft.kind, draft.name, frozenset(draft.allowed), frozenset(draft.origins), lasts)
    made = await _off_the_loop(request, keys.create, _maker(request), wanted)
    return _shown_once(request, made)


@router.get(
    "",
    summary="List the keys",
    response_model=KeysOut,
    response_description="Every key of the clinic in this world, without its secret.",
    responses=UNCHANGED,
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
def list_keys(request: Request) -> Response:
    """List the keys of your clinic in the world of the key that asks."""
    caller, backend = caller_of(request), backend_of(request)
    found = keys.listing(backend, caller.clinic)
    record(backend, caller, "key.list")
    items = [_out(key, caller) for key in found]
    return unstored(request, KeysOut(items=items).model_dump_json().encode())


@router.get(
    "/{key_id}",
    summary="Read a key",
    response_model=KeyOut,
    response_description="The key, without its secret.",
    responses={**UNCHANGED, **ABSENT},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
def read_key(key_id: KeyId, request: Request) -> Response:
    """Read one key of your clinic in the world of the key that asks."""
    caller, backend = caller_of(request), backend_of(request)
    key = keys.read(backend, caller.clinic, key_id)
    record(backend, caller, "key.read", key.id)
    return unstored(request, _out(key, caller).model_dump_json().encode())


@router.delete(
    "/{key_id}",
    summary="Revoke a key",
    response_model=KeyOut,
    response_description="The key, which is refused everywhere within a second.",
    responses=ABSENT,
)
def revoke_key(key_id: KeyId, request: Request) -> Response:
    """Take a key back, for good. Doing so again changes nothing."""
    caller, backend = caller_of(request), backend_of(request)
    key = keys.revoke(backend, Maker.calling(caller), key_id)
    backend.keyring.look()
    return Unstored(_out(key, caller).model_dump_json().encode())


@router.post(
    "/{key_id}/rotate",
    status_code=201,
    summary="Replace a key",
    response_model=NewKeyOut,
    response_description="The successor. Its text is in `key`, this once.",
    responses={
        **REFUSALS,
        **ABSENT,
        409: {"description": "The key was rotated already, was revoked or has expired, or there are too many."},
    },
)
async def rotate_key(rotation: RotationIn, key_id: KeyId, request: Request) -> Response:
    """Make a successor that may do the same. Both hold until the overlap is over; then the old key ends.

    The successor holds for as long as the old key was made for, and no longer than the key that asks.
    """
    overlap = timedelta(hours=rotation.overlap_hours)
    made = await _off_the_loop(request, keys.rotate, _maker(request), key_id, overlap)
    return _shown_once(request, made)


async def _off_the_loop(request: Request, step: Any, *arguments: Any) -> Made:  # noqa: ANN401 -- handed on as they are
    """Do something with the database while others are served; what it changed holds here at once."""
    backend = backend_of(request)

    def work() -> Made:
        made: Made = step(backend, *arguments)
        backend.keyring.look()
        return made

    return await asyncio.to_thread(work)


def _maker(request: Request) -> Maker:
    return Maker.calling(caller_of(request))


def _shown_once(request: Request, made: Made) -> Response:
    told = _told(made.key, caller_of(request).clinic.world)
    body = NewKeyOut(**told, key=made.text).model_dump_json().encode()
    headers = {"Location": f"/v1/keys/{made.key.id}", "Cache-Control": "no-store"}
    return Response(body, status_code=201, media_type=JSON, headers=headers)


def _out(key: ApiKey, caller: Caller) -> KeyOut:
    return KeyOut(**_told(key, caller.clinic.world))


def _told(key: ApiKey, world: str) -> dict[str, Any]:
    """Say of a key what may be said."""
    return {
        "id": key.id,
        "kind": key.kind,
        "world": world,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "origins": sorted(key.origins),
        "created_at": _second(key.created_at),
        "expires_at": _second(key.expires_at),
        "revoked_at": _second(key.revoked_at),
        "last_used_at": _second(key.last_used_at),
    }


def _second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)

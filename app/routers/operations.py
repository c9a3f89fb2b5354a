"""For those who run the service: is it there, can it work, which one is it."""

from importlib.metadata import version

from fastapi import APIRouter

from app.schemas.operation import AliveOut, ReadyOut, VersionOut

router = APIRouter(tags=["operations"])


@router.get("/livez", summary="Is the process alive?", response_description="It is.")
async def livez() -> AliveOut:
    """Answer as long as the process does. A failure means: start it anew."""
    return AliveOut(status="alive")


@router.get("/readyz", summary="Can it take requests?", response_description="It can.")
async def readyz() -> ReadyOut:
    """Answer once protocols and texts are loaded and checked, which happens before the first request is taken."""
    return ReadyOut(status="ready")


@router.get("/version", summary="Which version is this?", response_description="Name and version.")
async def read_version() -> VersionOut:
    """Tell the version of the service. The versions of the protocols are under `/v1/protocols`."""
    return VersionOut(name="skincadence", version=version("skincadence"))

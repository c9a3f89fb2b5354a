"""For those who run the service: is it there, can it work, which one is it, what has it done."""

import asyncio
from importlib.metadata import version
from time import monotonic
from typing import Final

from fastapi import APIRouter, Request, Response

from app.errors import NotReadyError
from app.observability import Metrics
from app.schemas.operation import AliveOut, ReadyOut, VersionOut
from app.services.backend import Backend

router = APIRouter(tags=["operations"])
PROBE_SECONDS: Final = 2.0
REMEMBERED: Final = 0.5
"""Seconds for which a probe is not repeated, however often it is asked for."""


class Probe:
    """Finds out whether the service works, one look at a time."""

    def __init__(self, backend: Backend) -> None:
        """Prepare to look at what a service works with."""
        self._backend = backend
        self._looking: asyncio.Task[bool] | None = None
        self._looked_at = -REMEMBERED
        self._works = False

    async def works(self) -> bool:
        """Look, unless that was done a moment ago or is being done; a look that takes long is an answer, too."""
        if monotonic() - self._looked_at < REMEMBERED:
            return self._works
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        done, _ = await asyncio.wait([self._looking], timeout=PROBE_SECONDS)
        return bool(done) and self._works

    async def _look(self) -> bool:
        self._works = await asyncio.to_thread(self._backend.works)
        self._looked_at = monotonic()
        return self._works


@router.get("/livez", summary="Is the process alive?", response_description="It is.")
async def livez() -> AliveOut:
    """Answer as long as the process does. A failure means: start it anew."""
    return AliveOut(status="alive")


@router.get(
    "/readyz",
    summary="Can it take requests?",
    response_description="It can.",
    responses={503: {"description": "It cannot, for the moment or because it is told to stop."}},
)
async def readyz(request: Request) -> ReadyOut:
    """Answer once requests can be taken: the database answers and is up to date, and the keys are at hand."""
    state = request.app.state
    probe: Probe = state.probe if hasattr(state, "probe") else Probe(state.backend)
    state.probe = probe
    if state.stopping or not await probe.works():
        raise NotReadyError
    return ReadyOut(status="ready")


@router.get("/version", summary="Which version is this?", response_description="Name and version.")
async def read_version() -> VersionOut:
    """Tell the version of the service. The versions of the protocols are under `/v1/protocols`."""
    return VersionOut(name="skincadence", version=version("skincadence"))


@router.get(
    "/metrics",
    summary="What has it done?",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Counts and gauges, as Prometheus reads them."}},
)
async def read_metrics(request: Request) -> Response:
    """Hand out counts by route and status, durations, and how much waits to be stored; nothing about any person."""
    metrics: Metrics = request.app.state.metrics
    backend: Backend = request.app.state.backend
    gauges = {
        "lane_depth": backend.lane.depth,
        "lane_lost_records": backend.lane.lost,
        "keyring_fresh": int(backend.keyring.fresh),
    }
    body, media_type = metrics.written(gauges)
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})

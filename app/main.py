"""Where the parts are joined, and the only place."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache, partial
from typing import Any, Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from app.clock import Clock
from app.dependencies import check_guards, open_to_pages
from app.middleware import BodyLimit, Crowd, Envelope, HeadAsGet, NoKeyInAddress, Pages
from app.observability import Journal, Metrics
from app.problems import speak_problems
from app.routers import (
    batch,
    calendars,
    clients,
    clinic,
    courses,
    docs,
    events,
    forms,
    handouts,
    happenings,
    intake_forms,
    keys,
    operations,
    problem_pages,
    protocols,
    recommendations,
    review,
    stored,
    tasks,
    visits,
    webhooks,
    website,
)
from app.routers.contract import DESCRIPTION, TAGS, write_contract
from app.routers.raw import Straight
from app.services.backend import Backend, open_backend
from app.services.images import LARGEST
from app.services.places import Places
from app.services.shelf import Shelf
from app.settings import Settings

GROUPS = (
    recommendations,
    intake_forms,
    batch,
    stored,
    review,
    courses,
    happenings,
    calendars,
    handouts,
    tasks,
    clients,
    clinic,
    forms,
    keys,
    webhooks,
    events,
    protocols,
    operations,
    problem_pages,
    docs,
    visits,
    website,
)
BATCH: Final = "/v1/recommendations/batch"
FIT: Final = "*/fit"
LOGO: Final = "/v1/clinic/logo"
MOST_OF_CALENDAR: Final = 1_048_576
"""As many bytes as ten thousand times that are taken."""
_CONTRACT: Final[dict[str, Any]] = {
    "title": "Skincadence",
    "summary": "A microdermabrasion plan from an intake: decision, dates, care and the source of every number.",
    "description": DESCRIPTION,
    "version": "1.0.0",  # of the API under /v1; the service has one of its own
    "license_info": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    "openapi_tags": TAGS,
}
_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(
    settings: Settings,
    shelf: Shelf | None = None,
    clock: Clock | None = None,
    journal: Journal | None = None,
    backend: Backend | None = None,
) -> FastAPI:
    """Build the service.

    Args:
        settings: How this installation is set up.
        shelf: The protocols and texts to work with; those that ship with the service by default.
        clock: The clock to go by; the machine's by default.
        journal: Where to write down what happened; standard error by default.
        backend: The database and what goes with it, if it is open already; it is closed with the service.
    """
    shelf, clock, metrics = shelf or Shelf.standard(), clock or Clock(settings.time_zone), Metrics()
    opened = partial(open_backend, settings, shelf, clock) if backend is None else lambda: backend
    journal = journal or Journal(settings.log_level)
    app = _bare_app(settings, journal, metrics, _lifespan(opened, journal, metrics))
    app.state.journal = journal
    app.state.shelf, app.state.clock, app.state.metrics, app.state.stopping = shelf, clock, metrics, False
    app.state.batches = Places(settings.max_batches, settings.max_batches_per_clinic)
    app.state.openapi_bytes = cache(lambda: json.dumps(write_contract(app), ensure_ascii=False).encode())
    speak_problems(app)
    return app


def _lifespan(
    opened: Callable[[], Backend], journal: Journal, metrics: Metrics
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Open the database when the service starts; store what is queued when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.backend = await asyncio.to_thread(opened)
        app.state.backend.sweeper.report_to(journal, metrics)
        try:
            yield
        finally:
            await asyncio.to_thread(app.state.backend.close)

    return lifespan


def _bare_app(
    settings: Settings,
    journal: Journal,
    metrics: Metrics,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """Start from FastAPI with everything off that would record or repeat a request.

    The routes are handed over as one flat list: an included router is matched twice for every request.
    """
    routes = [route for group in GROUPS for route in group.router.routes]
    check_guards(routes)
    return FastAPI(
        **_CONTRACT,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        routes=routes,
        lifespan=lifespan,
        middleware=_wrapping(settings, journal, metrics, routes),
    )


def _wrapping(settings: Settings, journal: Journal, metrics: Metrics, routes: Sequence[BaseRoute]) -> list[Middleware]:
    """What every request goes through on its way in, the first first."""
    return [
        Middleware(Envelope, journal=journal, metrics=metrics),
        Middleware(Pages, open_to=open_to_pages(routes)),
        Middleware(Crowd, most=settings.max_in_flight, metrics=metrics, in_turns={BATCH}),
        Middleware(HeadAsGet),
        Middleware(NoKeyInAddress),
        Middleware(BodyLimit, most=settings.max_body_bytes, elsewhere=_larger(settings)),
        Middleware(Straight, routes=routes),
    ]


def _larger(settings: Settings) -> dict[str, int]:
    """Where other bodies are taken: of many intakes, of a year of somebody's calendar, and of a picture."""
    return {
        BATCH: settings.max_batch_bytes,
        FIT: max(settings.max_body_bytes, MOST_OF_CALENDAR),
        LOGO: LARGEST,
    }

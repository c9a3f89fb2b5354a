"""Where the parts are joined, and the only place."""

import json
from functools import cache

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.clock import Clock
from app.middleware import BodyLimit, Envelope, HeadAsGet
from app.observability import Journal
from app.problems import speak_problems
from app.routers import docs, operations, problem_pages, protocols, recommendations
from app.routers.contract import DESCRIPTION, TAGS, write_contract
from app.services.shelf import Shelf
from app.settings import Settings

GROUPS = (recommendations, protocols, operations, problem_pages, docs)


def create_app(
    settings: Settings, shelf: Shelf | None = None, clock: Clock | None = None, journal: Journal | None = None
) -> FastAPI:
    """Build the service.

    Args:
        settings: How this installation is set up.
        shelf: The protocols and texts to work with; those that ship with the service by default.
        clock: The clock to go by; the machine's by default.
        journal: Where to write down what happened; standard error by default.
    """
    app = _bare_app(settings, journal or Journal(settings.log_level))
    app.state.shelf = shelf or Shelf.standard()
    app.state.clock = clock or Clock(settings.time_zone)
    app.state.openapi_bytes = cache(lambda: json.dumps(write_contract(app), ensure_ascii=False).encode())
    speak_problems(app)
    return app


def _bare_app(settings: Settings, journal: Journal) -> FastAPI:
    """Start from FastAPI with everything off that would record or repeat a request.

    The routes are handed over as one flat list: an included router is matched twice for every request.
    """
    return FastAPI(
        title="Skincadence",
        summary="A microdermabrasion plan from an intake: decision, dates, care and the source of every number.",
        description=DESCRIPTION,
        version="1.0.0",
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        routes=[route for group in GROUPS for route in group.router.routes],
        middleware=[
            Middleware(Envelope, journal=journal),
            Middleware(HeadAsGet),
            Middleware(BodyLimit, most=settings.max_body_bytes),
        ],
    )

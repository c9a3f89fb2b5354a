"""The OpenAPI document: what FastAPI derives from the routes, completed and put right.

FastAPI writes refusals down as `application/json` and adds a validation error of its own. Ours are problems, the same
shape everywhere, and the examples are answers of the running service rather than inventions.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from app import errors
from app.problems import KINDS, MEDIA_TYPE, problem_document
from app.schemas.examples import INTAKE
from app.schemas.intake import IntakeIn
from app.schemas.problem import ProblemOut
from app.schemas.reading import read
from app.services import protocols, recommend

Json = dict[str, Any]
DESCRIPTION: Final = """\
Send an intake (skin concerns, skin type, history) and receive a plan for microdermabrasion: whether to treat, how many
sessions, when each may, should and must take place, how to prepare, how to care for the skin afterwards, what to
expect, and why. Every number names its rule, and every rule its sources.

A contraindication is not an error: it is an answer with a decision. What is not answered is unknown and never read as
*no*. Refusals are `application/problem+json` (RFC 9457) and repeat nothing of what was sent.

The plan supports a professional's decision. It is no diagnosis, no prescription and no order.
"""
TAGS: Final = [
    {"name": "recommendations", "description": "From an intake to a plan."},
    {"name": "protocols", "description": "The rules in force, for reading."},
    {"name": "operations", "description": "For those who run the service."},
    {"name": "problems", "description": "What the `type` of a refusal leads to."},
]
_EVERYWHERE: Final = {"500": "A mistake of ours. The answer and the log hold nothing of what was sent."}
_EXCERPT: Final = 2
_REQUEST_ID: Final = "0f8e2b7c5d1a4e6f9b3c7a2d8e4f6b1c"
_AN_ERROR: Final = {"$ref": "#/components/schemas/ProblemOut"}
_FAULT: Final = errors.Fault("/client/fitzpatrick", "whole_number", "Must be a whole number from 1 to 6.")


def write_contract(app: FastAPI) -> Json:
    """Write the OpenAPI 3.1 document of the service."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
        servers=[{"url": "/", "description": "The service that handed out this document."}],
    )
    _name_operations(document, app)
    _use_problems(document)
    _add_examples(document, app)
    return document


def _operations(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        yield from path.values()


def _name_operations(document: Json, app: FastAPI) -> None:
    """Call each operation what its function is called, which is what a generated client will call it too."""
    names = {route.unique_id: route.name for route in app.routes if isinstance(route, APIRoute)}
    for operation in _operations(document):
        operation["operationId"] = names[operation["operationId"]]


def _use_problems(document: Json) -> None:
    """Describe every refusal as what it is."""
    _, definitions = models_json_schema([(ProblemOut, "serialization")], ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas.update(definitions["$defs"])
    for leftover in ("HTTPValidationError", "ValidationError"):
        schemas.pop(leftover, None)
    for operation in _operations(document):
        responses = operation["responses"]
        if "requestBody" not in operation:
            responses.pop("422", None)  # FastAPI expects one wherever there is a path parameter; all of ours are text
        for status, description in _EVERYWHERE.items():
            responses[status] = {"description": description}
        responses.update(
            {status: _problem(status, response) for status, response in responses.items() if status >= "4"}
        )


def _problem(status: str, response: Json) -> Json:
    examples = {
        code: {"summary": kind.title, "value": problem_document(_sample(kind.error), _REQUEST_ID)}
        for code, kind in KINDS.items()
        if kind.status == HTTPStatus(int(status))
    }
    return {
        "description": response["description"],
        "content": {MEDIA_TYPE: {"schema": _AN_ERROR, "examples": examples}},
    }


def _sample(kind: type[errors.AppError]) -> errors.AppError:
    return kind([_FAULT] if kind is errors.InvalidBodyError else ())


def _add_examples(document: Json, app: FastAPI) -> None:
    """Put in a request that works and what the service answers to it and to the reads."""
    shelf = app.state.shelf
    listing = json.loads(protocols.listing(shelf))
    known = listing["protocols"][0]
    version = json.loads(protocols.version(shelf, known["id"], known["version"]) or b"{}")
    answers = {
        "preview_recommendation": json.loads(_plan(app)),
        "list_protocols": listing,
        "read_protocol_version": {name: _excerpt(value) for name, value in version.items()},
        "livez": {"status": "alive"},
        "readyz": {"status": "ready"},
        "read_version": {"name": "skincadence", "version": "0.1.0"},
    }
    for operation in _operations(document):
        if operation["operationId"] in answers:
            media = operation["responses"]["200"]["content"]["application/json"]
            media["example"] = answers[operation["operationId"]]
        if "requestBody" in operation:
            operation["requestBody"]["content"]["application/json"]["example"] = INTAKE


def _plan(app: FastAPI) -> bytes:
    facts = read(IntakeIn.model_validate(INTAKE), app.state.clock.today)
    return recommend.preview(app.state.shelf, facts, datetime(2026, 11, 21, 9, 30, tzinfo=UTC))


def _excerpt(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Keep the head of a long list: the whole protocol is one request away."""
    return value[:_EXCERPT] if isinstance(value, list) else value

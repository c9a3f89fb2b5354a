"""The OpenAPI document: what FastAPI derives from the routes, completed and put right.

FastAPI writes refusals down as `application/json` and adds a validation error of its own. Ours are problems, the same
shape everywhere, and the examples are answers of the running service rather than inventions.
"""

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from app import errors
from app.dependencies import guard_of
from app.problems import KINDS, MEDIA_TYPE, problem_document
from app.routers.batch import NotLinesError
from app.routers.clinic import NotAPictureError
from app.routers.headers import Json, add_headers, operations_of
from app.routers.samples import REFUSAL, add_examples
from app.schemas.problem import ProblemOut, ReviewFirstOut, VisitRefusedOut
from app.services.logos import KINDS_TAKEN

DESCRIPTION: Final = """\
Send an intake (skin concerns, skin type, history) and receive a plan for microdermabrasion: whether to treat, how many
sessions, when each may, should and must take place, how to prepare, how to care for the skin afterwards, what to
expect, and why. Every number names its rule, and every rule its sources.

A contraindication is not an error: it is an answer with a decision. What is not answered is unknown and never read as
*no*. Refusals are `application/problem+json` (RFC 9457) and repeat nothing of what was sent.

`HEAD` is answered wherever `GET` is, with the same headers and no body.

`skincadence serve --demo` has everything that the examples name, under the same ids. Elsewhere put in ids of your own:
that of a recommendation comes with storing it, that of a key with making it.

The plan supports a professional's decision. It is no diagnosis, no prescription and no order.
"""
TAGS: Final = [
    {"name": "recommendations", "description": "From an intake to a plan."},
    {"name": "calendars", "description": "Plans and courses for the programs that people keep their appointments in."},
    {"name": "tasks", "description": "What to send to whom, and when."},
    {"name": "courses", "description": "From a plan to bookings and back: what happens moves the rest."},
    {"name": "clients", "description": "What is held about a person: hand it over, erase it."},
    {"name": "clinic", "description": "What a clinic sets for itself, and the forms that it shows to visitors."},
    {"name": "keys", "description": "What a clinic's programs prove themselves with."},
    {"name": "webhooks", "description": "What happens, sent to those who want to be told."},
    {"name": "protocols", "description": "The rules in force, for reading."},
    {"name": "operations", "description": "For those who run the service."},
    {"name": "problems", "description": "What the `type` of a refusal leads to."},
]
_EVERYWHERE: Final = {
    "400": "A key stands in the address, or the request cannot be understood.",
    "405": "The address does not answer to this method.",
    "408": "The request came too slowly.",
    "414": "The address is too long.",
    "431": "The headers are too many or too long.",
    "500": "A mistake of ours. The answer and the log hold nothing of what was sent.",
    "503": "Too busy to take anything in.",
}
_NO_ROOM: Final = "There is no room left to store anything."
_WRITES: Final = frozenset({
    "create_course", "record_visit", "record_check_in", "record_answers", "review_course", "withdraw_course",
    "create_recommendation", "read_recommendation", "review_recommendation", "erase_client", "create_key", "revoke_key",
    "rotate_key", "create_webhook_endpoint", "delete_webhook_endpoint", "rotate_webhook_secret",
    "enable_webhook_endpoint", "replay_events", "create_calendar_subscription", "delete_calendar_subscription",
    "acknowledge_task", "replace_clinic", "replace_clinic_logo", "delete_clinic_logo", "create_form", "revoke_form",
})  # fmt: skip
"""Operations that write before they answer; reading does, where it uses a token up."""
_ALWAYS_IN: Final = frozenset({"livez", "readyz", "read_metrics"})
"""Operations that are never turned away for a crowd."""
_REQUEST_ID: Final = "0f8e2b7c5d1a4e6f9b3c7a2d8e4f6b1c"
_AN_ERROR: Final = {"$ref": "#/components/schemas/ProblemOut"}
_LARGER: Final = {errors.NotAllowedError.code: "VisitRefusedOut", errors.ReviewRequiredError.code: "ReviewFirstOut"}
"""Refusals that tell more than others do."""
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
    _add_security(document, app)
    _name_operations(document, app)
    _use_problems(document)
    add_examples(document, app)
    add_headers(document, _open_to_pages(app))
    return document


def _add_security(document: Json, app: FastAPI) -> None:
    """Say of each operation what a key must be allowed to do for it, and how it refuses those that are not."""
    document["components"]["securitySchemes"] = {"key": _KEY}
    guards = {route.unique_id: guard_of(route) for route in app.routes if isinstance(route, APIRoute)}
    for operation in operations_of(document):
        guard = guards[operation["operationId"]]
        if guard is not None:
            operation["security"] = [{"key": [guard.scope]}]
            for status, words in _GUARDED.items():
                operation["responses"].setdefault(status, {"description": words})


_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "sc_sk_live_… or sc_pk_live_…",
    "description": "A key of a clinic, as `Authorization: Bearer`. A secret key is for servers. A publishable key is "
    "for browsers: it works from the web pages that it names, and it can do no more than preview and store.",
}
_GUARDED: Final = {
    "401": "No key was sent, or one that does not hold.",
    "403": "The key may not do this, or not from this web page.",
    "429": "Too many requests in this time.",
    "503": "The service or its database cannot take this now.",
}


def _name_operations(document: Json, app: FastAPI) -> None:
    """Call each operation what its function is called, which is what a generated client will call it too."""
    names = {route.unique_id: route.name for route in app.routes if isinstance(route, APIRoute)}
    for operation in operations_of(document):
        operation["operationId"] = names[operation["operationId"]]


def _use_problems(document: Json) -> None:
    """Describe every refusal as what it is."""
    _, definitions = models_json_schema(
        [(one, "serialization") for one in (ProblemOut, ReviewFirstOut, VisitRefusedOut)],
        ref_template="#/components/schemas/{model}",
    )
    schemas = document["components"]["schemas"]
    schemas.update(definitions["$defs"])
    for leftover in ("HTTPValidationError", "ValidationError"):
        schemas.pop(leftover, None)
    for operation in operations_of(document):
        responses = operation["responses"]
        if "requestBody" not in operation:
            responses.pop("422", None)  # FastAPI expects one wherever there is a path parameter; all of ours are text
        for status, description in _everywhere(operation).items():
            responses.setdefault(status, {"description": description})
        responses.update(
            {status: _problem(operation, status, response) for status, response in responses.items() if status >= "4"}
        )
        operation["responses"] = dict(sorted(responses.items()))


def _everywhere(operation: Json) -> dict[str, str]:
    """What any request may be refused with, and any that writes."""
    name, here = operation["operationId"], dict(_EVERYWHERE)
    if name in _ALWAYS_IN:
        del here["503"]
    return here | {"507": _NO_ROOM} if name in _WRITES else here


def _open_to_pages(app: FastAPI) -> frozenset[str]:
    """The addresses that web pages of others may call."""
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    guarded = [(route, guard_of(route)) for route in routes]
    return frozenset(route.path_format for route, guard in guarded if guard is not None and guard.for_browsers)


def _problem(operation: Json, status: str, response: Json) -> Json:
    examples = {
        code: {"summary": kind.title, "value": problem_document(_sample(operation, kind.error), _REQUEST_ID)}
        for code, kind in KINDS.items()
        if kind.status == HTTPStatus(int(status)) and _may_be(code, operation)
    }
    return {
        "description": response["description"],
        "content": {MEDIA_TYPE: {"schema": _shape(examples), "examples": examples}},
    }


def _shape(examples: Json) -> Json:
    """What a refusal looks like; some tell more."""
    larger = [{"$ref": f"#/components/schemas/{name}"} for code, name in _LARGER.items() if code in examples]
    return {"anyOf": [_AN_ERROR, *larger]} if larger else _AN_ERROR


def _may_be(code: str, operation: Json) -> bool:
    """Say whether an operation can be refused in this way."""
    name = operation["operationId"]
    if code in _OF_A_BODY and ("requestBody" not in operation or name in _UNREAD):
        return False
    if code == errors.InvalidBodyError.code and name in _PICTURED:
        return False
    if code == "database_unavailable" and "security" not in operation:
        return False
    if code == "overloaded" and name in _ALWAYS_IN:
        return False
    return name in _ONLY_OF.get(code, {name})


_OF_A_BODY: Final = frozenset({
    "empty_body", "invalid_encoding", "malformed_json", "too_deep", "duplicate_key", "unsupported_number",
    "unsupported_text", "incomplete_body",
})  # fmt: skip
_PICTURED: Final = frozenset({"replace_clinic_logo"})
_UNREAD: Final = _PICTURED | {"preview_batch"}
"""Operations whose body is no one JSON document."""
_RECORDS: Final = frozenset({
    "record_visit", "record_check_in", "record_answers", "review_course", "withdraw_course",
})  # fmt: skip
_OF_A_COURSE: Final = _RECORDS | {"check_course", "fit_course"}
_WORKED_OUT: Final = frozenset({"read_course_calendar", "follow_calendar", "list_tasks", "acknowledge_task"})
_REPEATABLE: Final = _RECORDS | {"create_recommendation", "create_course"}
_ONLY_OF: Final = {
    "invalid_query": {
        "read_recommendation_handout",
        "read_intake_form",
        "list_recommendations",
        "list_courses",
        "list_tasks",
        "list_events",
    },
    "invalid_idempotency_key": _REPEATABLE,
    "idempotency_in_progress": _REPEATABLE,
    "idempotency_mismatch": _REPEATABLE,
    "client_erased": _REPEATABLE,
    "plan_expired": _REPEATABLE,
    "not_bookable": {"create_course"},
    "course_exists": {"create_course"},
    "course_begun": {"review_recommendation"},
    "course_over": _OF_A_COURSE - {"record_check_in"},
    "course_full": _RECORDS - {"withdraw_course"},
    "not_allowed": {"record_visit"},
    "not_resumable": {"review_course"},
    "client_ref_refused": {"create_recommendation"},
    "read_token_spent": {"read_recommendation"},
    "not_acceptable": {"read_recommendation_handout"},
    "pdf_not_available": {"read_recommendation_handout"},
    "pdf_unfinished": {"read_recommendation_handout"},
    "protocol_not_on_shelf": {"explain_recommendation", "create_course", *_OF_A_COURSE, *_WORKED_OUT},
    "precondition_failed": {"review_recommendation", "replace_clinic", *_RECORDS},
    "looser_than_rules": {"review_recommendation", "review_course"},
    "not_reviewable": {"review_recommendation"},
    "review_required": {"preview_recommendation"},
    "too_many_endpoints": {"create_webhook_endpoint"},
    "too_many_forms": {"create_form"},
    "invalid_image": _PICTURED,
    "replay_too_large": {"replay_events"},
    "not_ready": {"readyz"},
    "too_many_keys": {"create_key", "rotate_key"},
    "key_rotated": {"rotate_key"},
    "key_ended": {"rotate_key"},
}
"""Refusals that only some operations have."""


def _sample(operation: Json, kind: type[errors.AppError]) -> errors.AppError:
    if kind is errors.MediaTypeError and operation["operationId"] == "preview_batch":
        return NotLinesError()
    if kind is errors.MediaTypeError and operation["operationId"] in _PICTURED:
        return NotAPictureError()
    if kind is errors.ImageRefusedError:
        return errors.ImageRefusedError([KINDS_TAKEN])
    if kind is errors.NotAllowedError:
        return errors.NotAllowedError([errors.Fault("/starts_at", REFUSAL["because"], REFUSAL["text"])], REFUSAL)
    return kind([_FAULT]) if kind is errors.InvalidBodyError else kind()

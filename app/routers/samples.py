"""The examples of the OpenAPI document: requests that work, and what this service answers to them."""

import json
from typing import Any, Final

from fastapi import FastAPI

from app.routers.headers import Json, operations_of
from app.routers.ndjson import NDJSON
from app.routers.replies import JSON
from app.routers.review import judgement_of
from app.schemas.examples import INTAKE
from app.schemas.intake import IntakeIn
from app.schemas.keys import KEY, ROTATION
from app.schemas.reading import read
from app.schemas.review import REVIEW, ReviewIn
from app.schemas.stored import as_kept, as_sent, sent_fields
from app.services import protocols, recommend, samples
from app.services.creation import Asked
from app.services.demonstration import REVOKED_KEY_ID
from app.services.samples import AT, ERASED_REF, REF
from app.services.shelf import Shelf

_EXCERPT: Final = 2
_REQUESTS: Final[dict[str, Json]] = {
    "preview_recommendation": INTAKE,
    "create_recommendation": INTAKE,
    "review_recommendation": REVIEW,
    "create_key": KEY,
    "rotate_key": ROTATION,
}
_NAMED: Final = {"erase_client": ERASED_REF, "revoke_key": REVOKED_KEY_ID}
"""What goes for good has a name of its own: what the other examples name is still there for them."""
_WHOLE: Final = frozenset({"preview_recommendation", "list_protocols"})
"""Answers that are shown in full; of the others, lists are shown in part."""
_MADE: Final = {name: value for name, value in KEY.items() if name != "expires_in_days"}


def add_examples(document: Json, app: FastAPI) -> None:
    """Put in requests that work and what the service answers to them and to the reads."""
    answers = _answers(app.state.shelf)
    for operation in operations_of(document):
        name = operation["operationId"]
        if name in _REQUESTS:
            operation["requestBody"]["content"][JSON]["example"] = _REQUESTS[name]
        if name in _NAMED:
            operation["parameters"][0] |= {"example": _NAMED[name]}
            operation["parameters"][0]["schema"].pop("examples", None)
        if name in answers:
            answer = answers[name] if name in _WHOLE else _excerpt(answers[name])
            _first_answer(operation)["content"][JSON]["example"] = answer
        if name == "preview_batch":
            line = json.dumps(_excerpt(answers["preview_recommendation"]), separators=(",", ":"))
            _first_answer(operation)["content"][NDJSON]["example"] = f"{line}\n{line}\n"


def _first_answer(operation: Json) -> Json:
    answer: Json = operation["responses"][min(operation["responses"])]
    return answer


def _answers(shelf: Shelf) -> dict[str, Json]:
    listing = json.loads(protocols.listing(shelf))
    known = listing["protocols"][0]
    asked = sample_intake()
    stored = samples.documents(shelf, asked, judgement_of(ReviewIn.model_validate(REVIEW)), _MADE)
    return {
        "preview_recommendation": json.loads(recommend.preview(shelf, asked.facts, AT)),
        **stored,
        "list_protocols": listing,
        "read_protocol_version": json.loads(protocols.version(shelf, known["id"], known["version"]) or b"{}"),
        "livez": {"status": "alive"},
        "readyz": {"status": "ready"},
        "read_version": {"name": "skincadence", "version": "0.1.0"},
    }


def sample_intake() -> Asked:
    """The example of an intake, taken apart."""
    intake = IntakeIn.model_validate(INTAKE)
    facts = read(intake, lambda _: AT.date())
    return Asked(facts, as_sent(intake), as_kept(intake, facts.assessed_on, "Europe/London"), REF, sent_fields(intake))


def _excerpt(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Keep the head of every list: the whole of it is one request away."""
    if isinstance(value, dict):
        return {name: _excerpt(inner) for name, inner in value.items()}
    return [_excerpt(inner) for inner in value[:_EXCERPT]] if isinstance(value, list) else value

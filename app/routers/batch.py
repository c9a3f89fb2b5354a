"""Many intakes in one request, answered while they still come."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.dependencies import backend_of, caller_of, needs
from app.errors import AppError, MediaTypeError
from app.problems import problem_document, problem_response
from app.routers.language import ACCEPT_LANGUAGE, VARIES, wished
from app.routers.ndjson import NDJSON, Answers, Slice
from app.schemas.body import read_body
from app.schemas.examples import INTAKE
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.security import PREVIEW
from app.services import recommend
from app.services.backend import Backend
from app.services.batch import Lines, next_slice
from app.services.callers import BATCH, Caller, still_holds
from app.services.offering import offer_of
from app.services.places import Places
from app.services.recommendations import record
from app.services.views import not_yet

_TAKEN: Final = {"Accept-Post": NDJSON, "Accept-Encoding": "identity"}
_TYPES: Final = frozenset({NDJSON, f"{NDJSON};charset=utf-8", f'{NDJSON};charset="utf-8"'})


class NotLinesError(MediaTypeError):
    """The body is not declared as lines of plain JSON."""

    detail = "The body must be sent as `Content-Type: application/x-ndjson`, in UTF-8 and without a content encoding."


router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])


def _refusal(request_id: str, number: int, error: AppError) -> bytes:
    """A problem as one line, with the number of the line it is about."""
    said = {"line": number, **problem_document(error, request_id)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _is_ndjson(request: Request) -> bool:
    """Say whether the body is declared as plain NDJSON in UTF-8."""
    declared = request.headers.get("content-type", "").lower().replace(" ", "")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    return declared in _TYPES and coding == "identity"


_LINE: Final = json.dumps(INTAKE, separators=(",", ":"))
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "Intakes as NDJSON: one `IntakeIn` a line. Blank lines are passed over.",
        "content": {NDJSON: {"schema": {"type": "string"}, "example": f"{_LINE}\n{_LINE}\n"}},
    }
}
_ANSWER: Final[dict[str, Any]] = {
    "description": "One line for each intake, in order: a `RecommendationOut`, or a `ProblemOut` with the member "
    "`line`, the number of the line that it is about.",
    "content": {NDJSON: {"schema": {"type": "string"}}},
}


@router.post(
    "/batch",
    status_code=200,
    summary="Compute many plans, store nothing",
    response_class=Answers,
    responses={
        200: _ANSWER,
        413: {"description": "The batch is larger than the service takes in."},
        415: {"description": "The body is not declared as NDJSON in UTF-8."},
    },
    openapi_extra={**_BODY, "parameters": [ACCEPT_LANGUAGE]},
    dependencies=[needs(PREVIEW, for_servers=True)],
)
async def preview_batch(request: Request) -> Response:
    """Answer intakes line by line, as they come, in order; nothing is stored.

    A line that cannot be answered gets a problem instead, with its number, and the others are answered all the same.
    Read answers while you send: they are larger than intakes, and the service takes in no more than it gives out.
    Each line is answered in the language that it names, or in that of `Accept-Language`. Publishable keys cannot send
    batches. A clinic may have a few of them under way at a time; one more is refused with
    503 before it is read.
    """
    backend, caller = backend_of(request), caller_of(request)
    if not _is_ndjson(request):
        return problem_response(NotLinesError(), request.scope, _TAKEN)
    state, request_id = request.app.state, request.scope["state"]["request_id"]

    reviewed, language = caller.clinic.settings.translations_reviewed, wished(request, caller)
    offer = offer_of(caller.clinic)

    def today(zone: str | None) -> date:
        return backend.clock.today(zone or caller.clinic.time_zone)

    def answer(line: bytes) -> bytes:
        facts = read(read_body(IntakeIn, line), today, language)
        state.metrics.previews += 1
        plan = recommend.preview(backend.shelf, facts, backend.clock.now(), reviewed, offer)
        return not_yet(plan) if caller.clinic.review_every_plan else plan

    def noted(problem: Exception) -> None:
        state.journal.failed(problem, request_id)

    refusal = partial(_refusal, request_id)
    slice_ = partial(next_slice, answer=answer, refusal=refusal, noted=noted)
    place = _written_down(backend, caller, state.batches)
    lines = Answers(Lines(backend.settings.max_body_bytes), _while_it_holds(backend, caller, slice_), refusal, place)
    lines.headers.update(VARIES)
    return lines


@contextmanager
def _written_down(backend: Backend, caller: Caller, batches: Places) -> Iterator[None]:
    """Hold a place, and let the audit know of it: one entry, however many lines come."""
    with batches.take(caller.clinic.id):
        record(backend, caller, BATCH)
        yield


def _while_it_holds(backend: Backend, caller: Caller, slice_: Slice) -> Slice:
    """Look at the key before each slice: a batch must not go on after its key was taken back."""

    def checked(lines: Lines) -> bytes:
        still_holds(backend, caller, BATCH)
        return slice_(lines)

    return checked

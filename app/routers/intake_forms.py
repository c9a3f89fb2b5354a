"""What there is to ask, for pages that ask it."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.dependencies import PUBLIC
from app.routers.conditional import IF_NONE_MATCH, UNCHANGED
from app.routers.language import ACCEPT_LANGUAGE, language_headers, spoken
from app.routers.replies import lasting
from app.schemas.form import FormQuery, IntakeFormOut
from app.schemas.query import query_parameters, read_query
from app.services import intake_forms

router = APIRouter(prefix="/v1/intake-form", tags=["recommendations"], dependencies=[PUBLIC])
UNUSABLE: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "A parameter of the query is unknown, repeated or unusable; every fault is listed."}
}
FOR_GOOD: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"


@router.get(
    "",
    summary="Read the intake form",
    response_model=IntakeFormOut,
    response_description="The form.",
    responses={**UNCHANGED, **UNUSABLE},
    openapi_extra={"parameters": [*query_parameters(FormQuery), IF_NONE_MATCH, ACCEPT_LANGUAGE]},
)
async def read_intake_form(request: Request) -> Response:
    """Read every question that an intake can answer: its words and answers, where they go, and when it is asked.

    Begin with `start`, add the concerns and what is wished for, and preview it. Then ask only what `unanswered` still
    lists, in its order, and preview again: whatever could not change the plan is never asked. Any web page may read
    this, without a key.
    """
    query = read_query(FormQuery, request.query_params.multi_items())
    language = spoken(request, query.language)
    words = request.app.state.shelf.in_force_in(language)
    held = query.digest == intake_forms.form_of(words)["digest"]
    reply = lasting(request, intake_forms.document_of(words), cache=FOR_GOOD if held else ASK_AGAIN)
    reply.headers.update(language_headers(language) | {"Vary": "Accept-Encoding, Accept-Language"})
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply

"""Handouts: stored plans as pages to print, as HTML and as PDF."""

import hashlib
from functools import cache
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from app.dependencies import backend_of, needs
from app.render.pdf import STYLESHEET, stylesheet
from app.routers.accepted import chosen
from app.routers.conditional import IF_NONE_MATCH, UNCHANGED
from app.routers.raw import RawBodyRoute
from app.routers.replies import holds, lasting, unstored
from app.routers.stored import NOT_HERE, Id
from app.schemas.handouts import FOR, HandoutQuery
from app.schemas.query import query_parameters, read_query
from app.services import handouts, printing
from app.services.callers import Caller

router = APIRouter(tags=["recommendations"], route_class=RawBodyRoute)
HTML: Final = "text/html"
PDF: Final = "application/pdf"
FORMS: Final = (HTML, PDF)
"""What a handout can be answered as; what comes first is answered to those who take both alike."""
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SHOWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            HTML: {"schema": {"type": "string"}},
            PDF: {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The page: HTML, or with `Accept: application/pdf` a tagged PDF (PDF/UA-1).",
    },
    **UNCHANGED,
    400: {"description": "The query breaks the contract."},
    406: {"description": "`Accept` takes neither HTML nor PDF."},
    501: {"description": "This installation cannot make PDFs."},
}


@router.get(
    "/v1/recommendations/{recommendation_id:sibling}/handout",
    summary="Read a plan as a page to print",
    response_class=Response,
    responses={**_SHOWN, **NOT_HERE},
    openapi_extra={"parameters": [*query_parameters(HandoutQuery), IF_NONE_MATCH]},
)
def read_recommendation_handout(
    recommendation_id: Id, request: Request, caller: Annotated[Caller, needs("recommendations:read")]
) -> Response:
    """Show a plan as it stands, reviews included, as a page for the client or for the clinician, in its own language.

    The client's begins with whether anything may be booked, and holds the visits, a calendar with preparation and
    aftercare by date, warning signs with whom to call, what may be expected, what was answered, and the sources. What a
    professional has declined, or what your clinic lets nobody see before a review, is left out of it. The clinician's
    holds every finding with its reasons and evidence, what is open, and a line to sign.
    """
    query = read_query(HandoutQuery, request.query_params.multi_items())
    form = chosen(request.headers.getlist("accept"), FORMS)
    made = handouts.handout(backend_of(request), caller, recommendation_id, getattr(query, FOR))
    answer = _html(request, made) if form == HTML else _pdf(request, made, caller, query.paper)
    answer.headers["Vary"] = "Accept"
    answer.headers["Content-Language"] = made.language
    return answer


def _html(request: Request, made: handouts.Handout) -> Response:
    answer = unstored(request, made.page, f"{HTML}; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _pdf(request: Request, made: handouts.Handout, caller: Caller, paper: str) -> Response:
    """Set the page, unless the caller has what would come of it: that hangs on nothing but what goes into it."""
    made_with = f"{printing.typesetter()}\n{paper}\n{_look()}\n".encode()
    tag = f'"{hashlib.sha256(made_with + made.page).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(printing.printed(caller.clinic.id, made.page, paper), media_type=PDF, headers=headers)


@cache
def _look() -> str:
    return hashlib.sha256(stylesheet()).hexdigest()


@router.get(STYLESHEET, include_in_schema=False)
async def read_handout_style(request: Request) -> Response:
    """Hand out how the pages look."""
    return lasting(request, stylesheet(), "text/css; charset=utf-8")

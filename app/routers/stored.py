"""Recommendations that are kept: storing, reading, listing and explaining them.

Everything here is about a person, so nobody on the way may keep it: `no-store`. The `ETag` is for callers who hold a
copy of their own and want to know whether it still stands.
"""

from collections.abc import Container, Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.convertors import Convertor, register_url_convertor
from typing_extensions import override

from app.dependencies import backend_of, caller_of, needs
from app.errors import Fault, NotFoundError
from app.routers.conditional import (
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    READ_TOKEN,
    UNCHANGED,
    idempotency_key,
    version_tag,
)
from app.routers.language import ACCEPT_LANGUAGE, VARIES, in_its_language, wished
from app.routers.raw import RawBodyRoute
from app.routers.recommendations import REFUSALS
from app.routers.replies import JSON, for_headers, holds, unstored
from app.schemas.explanation import ExplanationOut
from app.schemas.intake import IntakeIn
from app.schemas.listing import FILTERS, ListQuery, PageOut
from app.schemas.query import query_parameters, read_query
from app.schemas.reading import read
from app.schemas.stored import (
    CreatedOut,
    StoredOut,
    ToldOut,
    WithheldCreatedOut,
    WithheldOut,
    as_kept,
    as_sent,
    read_kept,
    sent_fields,
)
from app.services import creation, recommendations
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.recommendations import Wanted


class Sibling(Convertor[str]):
    """A name that is none of the addresses beside it: what can only be posted to must not seem to be readable."""

    regex = r"(?!(?:preview|batch)(?:/|$))[^/]+"

    @override
    def convert(self, value: str) -> str:
        """Take it as it is."""
        return value

    @override
    def to_string(self, value: str) -> str:
        """Write it as it is."""
        return value


register_url_convertor("sibling", Sibling())
router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"], route_class=RawBodyRoute)
Responses = dict[int | str, dict[str, Any]]
Id = Annotated[str, Path(description="The id of the recommendation.", examples=["rec_4fVq1bW8cXz0TnKpLr7sYd"])]
UNSTORED: Final = {"Cache-Control": "no-store"}
WHO_MAY_NOT: Final[Responses] = {
    401: {"description": "No key was sent, or one that does not hold."},
    403: {"description": "The key may not do this."},
}
NOT_HERE: Final[Responses] = {404: {"description": "This clinic has no such recommendation."}}
STORING: Final[Responses] = {
    409: {"description": "A request with this `Idempotency-Key` is being answered right now."},
    410: {"description": "The client was erased, or the plan that a repetition asks for was kept long enough."},
    507: {"description": "There is no room left to store anything."},
}
BUSY: Final[Responses] = {
    429: {"description": "Too many requests in this time."},
    503: {"description": "The service or its database cannot take this now; nothing was stored."},
}


@router.post(
    "",
    status_code=201,
    summary="Compute a plan and store it",
    response_model=CreatedOut | WithheldCreatedOut,
    response_description="The plan, stored. Without a plan where the clinic lets a professional look first.",
    responses={**REFUSALS, **WHO_MAY_NOT, **STORING, **BUSY},
    dependencies=[needs("recommendations:create")],
    openapi_extra={"parameters": [IDEMPOTENCY_KEY, ACCEPT_LANGUAGE]},
)
async def create_recommendation(intake: IntakeIn, request: Request) -> Response:
    """Apply the protocol to an intake, keep both, and answer with the whole plan once it is safely on disk.

    Send an `Idempotency-Key` to be able to repeat the request when the answer got lost: it is stored once. A page
    (publishable key) gets a `read_token` with the answer, which reads the plan once more within ten minutes; within
    seven days where a professional looks at it first. The plan stays in the language that it was stored in.
    """
    backend, caller = backend_of(request), caller_of(request)
    key = idempotency_key(request)
    made = await creation.create(backend, caller, asked_of(intake, backend, caller, wished(request, caller)), key)
    headers = {"Location": f"/v1/recommendations/{made.id}", "ETag": version_tag(made.version), **UNSTORED, **VARIES}
    headers |= in_its_language(made.body)
    if made.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(made.body, status_code=201, media_type=JSON, headers=headers)


def asked_of(intake: IntakeIn, backend: Backend, caller: Caller, language: str) -> creation.Asked:
    """Take an intake apart: what the rules read, and what is kept of it."""
    zone = caller.clinic.time_zone
    facts = read(intake, lambda named: backend.clock.today(named or zone), language)
    return creation.Asked(
        facts=facts,
        sent=as_sent(intake),
        kept=as_kept(intake, facts.assessed_on, zone, language),
        client_ref=intake.client.ref if intake.client else None,
        fields=sent_fields(intake),
    )


@router.get(
    "",
    summary="List what is stored, the newest first",
    response_model=PageOut,
    response_description="A page of recommendations in short.",
    responses={400: {"description": "The query breaks the contract."}, **WHO_MAY_NOT, **BUSY},
    openapi_extra={"parameters": query_parameters(ListQuery, client_ref="c-10442", limit=25)},
)
def list_recommendations(request: Request, caller: Annotated[Caller, needs("recommendations:read")]) -> Response:
    """List the clinic's recommendations in short, the newest first, a page at a time.

    What is stored while you page neither shifts nor repeats an item: `next_cursor` names a place, not a number. A page
    has no `ETag`: to find out whether it changed takes as long as to read it.
    """
    backend = backend_of(request)

    def cursor_faults(query: ListQuery, bad: Container[str]) -> Iterator[Fault]:
        if not any(name in bad for name in FILTERS):
            yield from recommendations.cursor_faults(backend, caller, _wanted(query))

    query = read_query(ListQuery, request.query_params.multi_items(), cursor_faults)
    return Response(recommendations.listing(backend, caller, _wanted(query)), media_type=JSON, headers=UNSTORED)


def _wanted(query: ListQuery) -> Wanted:
    return Wanted(query.client_ref, query.decision, query.created_after, query.limit, query.cursor)


@router.get(
    "/{recommendation_id:sibling}",
    summary="Read a stored plan",
    response_model=StoredOut | ToldOut | WithheldOut,
    response_description="The plan as it stands, the latest review included.",
    responses={
        **UNCHANGED,
        **WHO_MAY_NOT,
        **NOT_HERE,
        410: {"description": "With a publishable key: it was read already, or too long ago."},
        **BUSY,
    },
    openapi_extra={"parameters": [IF_NONE_MATCH, READ_TOKEN]},
)
def read_recommendation(
    recommendation_id: Id,
    request: Request,
    caller: Annotated[Caller, needs("recommendations:read", with_token=True)],
) -> Response:
    """Read one recommendation: the same bytes as when it was stored, unless a professional has reviewed it since.

    A publishable key reads what one of its clinic stored, once and within ten minutes, with the `read_token` of that
    answer. Where a professional looks first it has seven days, and may ask as often as it likes until there is a plan
    to read.
    """
    backend = backend_of(request)
    if caller.publishable:
        look = recommendations.peek if for_headers(request) else recommendations.read_once
        shown = look(backend, caller, recommendation_id, _token(request))
    else:
        shown = recommendations.read(backend, caller, recommendation_id)
    tag = version_tag(shown.version)
    headers = {"ETag": tag, **UNSTORED, **in_its_language(shown.body)}
    if not caller.publishable and holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(shown.body, media_type=JSON, headers=headers)


def _token(request: Request) -> str:
    """The token of a browser; without one it is told what anybody is told."""
    sent = request.headers.getlist("skincadence-read-token")
    if len(sent) != 1:
        raise NotFoundError
    return sent[0]


@router.get(
    "/{recommendation_id:sibling}/explanation",
    summary="Explain a stored plan",
    response_model=ExplanationOut,
    response_description="Every rule, fired or not, with the answers it read.",
    responses={
        **UNCHANGED,
        **WHO_MAY_NOT,
        **NOT_HERE,
        409: {"description": "The protocol it was made with is not at hand any more."},
        **BUSY,
    },
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
def explain_recommendation(
    recommendation_id: Id, request: Request, caller: Annotated[Caller, needs("recommendations:read")]
) -> Response:
    """Say of every rule why it spoke or did not, and of every open question when its answer would matter.

    Nothing of this is stored: it is computed anew from the stored intake, under the very rules that made the plan.
    """
    backend = backend_of(request)
    kept = recommendations.fetch(backend, caller, recommendation_id)
    facts = read(read_kept(kept.intake), backend.clock.today)
    answer = unstored(request, recommendations.explanation(backend, caller, kept, facts))
    answer.headers["Content-Language"] = kept.language
    return answer

"""From an intake to a plan."""

import json
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.dependencies import backend_of, caller_of, needs
from app.errors import ReviewRequiredError
from app.routers.language import ACCEPT_LANGUAGE, Spoken, wished
from app.routers.raw import RawBodyRoute
from app.schemas.intake import IntakeIn
from app.schemas.reading import read
from app.schemas.recommendation import RecommendationOut
from app.security import PREVIEW
from app.services import recommend
from app.services.offering import offer_of
from app.services.views import not_yet, referral

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"], route_class=RawBodyRoute)
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "The bytes are not one JSON document that every program reads alike."},
    413: {"description": "The body is larger than the service takes in."},
    415: {"description": "The body is not declared as plain JSON in UTF-8."},
    422: {"description": "The document breaks the contract; every fault is listed with its JSON Pointer."},
}
TOO_LARGE: Final[dict[int | str, dict[str, Any]]] = {413: REFUSALS[413]}
"""For what needs no body: one that is too large is refused there, too."""


@router.post(
    "/preview",
    summary="Compute a plan, store nothing",
    response_model=RecommendationOut,
    response_description="The plan. A contraindication is a plan too: look at `decision`, or only at `bookable`.",
    responses=REFUSALS,
    dependencies=[needs(PREVIEW)],
    openapi_extra={"parameters": [ACCEPT_LANGUAGE]},
)
async def preview_recommendation(intake: IntakeIn, request: Request) -> Response:
    """Apply the protocol to an intake and answer with the whole plan: decision, dates, care, reasons and sources.

    Nothing is stored and nothing that was sent is logged. The same intake, protocol digest, texts digest and
    `assessed_on` give the same bytes for ever, `created_at` aside. Whatever is left open is never read as *no*: it is
    listed in `unanswered` if it could still change the plan. Where your clinic reviews every plan, `bookable` is false:
    what is previewed has not been reviewed. A visitor gets 403 `review_required` there, which says at once who must see
    a doctor.
    """
    backend, caller = backend_of(request), caller_of(request)
    zone = caller.clinic.time_zone
    language = wished(request, caller)
    facts = read(intake, lambda named: backend.clock.today(named or zone), language)
    request.app.state.metrics.previews += 1
    reviewed, offer = caller.clinic.settings.translations_reviewed, offer_of(caller.clinic, caller.form)
    work = partial(recommend.preview, backend.shelf, facts, backend.clock.now(), reviewed, offer)
    plan = await backend.aside.worked_out(caller.clinic.id, facts, work)
    if caller.publishable and caller.clinic.review_every_plan:
        raise ReviewRequiredError(referral(json.loads(plan)))
    return Spoken(not_yet(plan) if caller.clinic.review_every_plan else plan, facts.language)

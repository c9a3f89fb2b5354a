"""The examples of the OpenAPI document: requests that work, and what this service answers to them."""

import json
from dataclasses import replace
from typing import Any, Final

from fastapi import FastAPI

from app.routers.calendars import CALENDAR
from app.routers.clinic import clinic_of, profile_of, wanted_of
from app.routers.courses import proposed_of
from app.routers.forms import draft_of, told
from app.routers.happenings import (
    answers_report,
    check_in_report,
    review_report,
    visit_report,
    withdrawal_report,
)
from app.routers.headers import Json, operations_of
from app.routers.ndjson import NDJSON
from app.routers.replies import JSON
from app.routers.review import judgement_of
from app.schemas.clinic import CLINIC, ClinicIn, ClinicOut, ProfileOut
from app.schemas.courses import facts_of
from app.schemas.examples import INTAKE
from app.schemas.forms import FORM, FormIn, FormOut
from app.schemas.happenings import (
    ANSWERS,
    CHECK_IN,
    COURSE_REVIEW,
    WITHDRAWAL,
    AnswersIn,
    CheckInIn,
    CourseReviewIn,
    VisitIn,
    WithdrawIn,
)
from app.schemas.intake import IntakeIn
from app.schemas.keys import KEY, ROTATION
from app.schemas.placing import CHECK, FIT, CheckIn, FitIn
from app.schemas.reading import read
from app.schemas.review import REVIEW, ReviewIn
from app.schemas.stored import as_kept, as_sent, sent_fields
from app.schemas.webhooks import ENDPOINT, REPLAY
from app.security import FOR_BROWSERS
from app.services import course_samples, due_samples, intake_forms, protocols, recommend, samples
from app.services.callers import Caller
from app.services.creation import Asked
from app.services.demonstration import (
    ACCEPTED_ID,
    DELETED_ENDPOINT_ID,
    REVIEWED_COURSE_ID,
    REVOKED_FORM_ID,
    REVOKED_KEY_ID,
    SAMPLE_FORM_ID,
    SAMPLE_LOGO_ID,
    WITHDRAWN_COURSE_ID,
)
from app.services.forms import Form
from app.services.keys import ApiKey
from app.services.profile import LogoRef
from app.services.samples import AT, ERASED_REF, REF
from app.services.shelf import Shelf
from app.services.webhooks import Draft

_EXCERPT: Final = 2
REFUSAL: Final[Json] = {
    "allowed": False,
    "visit_id": course_samples.FIRST_VISIT_ID,
    "on": "2026-11-24",
    "because": "early",
    "rules": [
        {
            "rule": "CAD-L1",
            "text": "At least 7 days must pass between sessions, so that the outer layer of the skin can rebuild.",
        }
    ],
    "first_date": "2026-11-28",
    "text": "This is too early for this visit. The first day on which it may be is 2026-11-28.",
}
"""Why a visit was not booked."""
_REQUESTS: Final[dict[str, Json]] = {
    "preview_recommendation": INTAKE,
    "create_recommendation": INTAKE,
    "review_recommendation": REVIEW,
    "create_key": KEY,
    "replace_clinic": CLINIC,
    "create_form": FORM,
    "rotate_key": ROTATION,
    "create_webhook_endpoint": ENDPOINT,
    "replay_events": REPLAY,
    "create_course": {"recommendation_id": ACCEPTED_ID},
    "record_visit": {"visit_id": course_samples.FIRST_VISIT_ID, "state": "done", "on": "2026-11-21"},
    "record_check_in": CHECK_IN,
    "record_answers": ANSWERS,
    "review_course": COURSE_REVIEW,
    "withdraw_course": WITHDRAWAL,
    "check_course": CHECK,
    "fit_course": FIT,
}
_NAMED: Final = {
    "erase_client": ERASED_REF,
    "revoke_key": REVOKED_KEY_ID,
    "revoke_form": REVOKED_FORM_ID,
    "delete_webhook_endpoint": DELETED_ENDPOINT_ID,
    "review_course": REVIEWED_COURSE_ID,
    "withdraw_course": WITHDRAWN_COURSE_ID,
}
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
            content = _first_answer(operation)["content"]
            content[JSON if JSON in content else CALENDAR]["example"] = answer
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
    stored = samples.documents(shelf, asked, judgement_of(ReviewIn.model_validate(REVIEW)), _MADE, ENDPOINT)
    return {
        "preview_recommendation": json.loads(recommend.preview(shelf, asked.facts, AT)),
        **stored,
        **_of_courses(shelf, asked),
        **due_samples.documents(shelf, asked, facts_of),
        **_of_the_clinic(),
        "read_intake_form": json.loads(intake_forms.document_of(shelf.in_force)),
        "list_protocols": listing,
        "read_protocol_version": json.loads(protocols.version(shelf, known["id"], known["version"]) or b"{}"),
        "livez": {"status": "alive"},
        "readyz": {"status": "ready"},
        "read_version": {"name": "skincadence", "version": "0.1.0"},
    }


def _of_courses(shelf: Shelf, asked: Asked) -> dict[str, Json]:
    """What is answered about a course."""
    reports = {
        "record_visit": visit_report(VisitIn.model_validate(_REQUESTS["record_visit"])),
        "record_check_in": check_in_report(CheckInIn.model_validate(CHECK_IN)),
        "record_answers": answers_report(AnswersIn.model_validate(ANSWERS)),
        "review_course": review_report(CourseReviewIn.model_validate(COURSE_REVIEW)),
        "withdraw_course": withdrawal_report(WithdrawIn.model_validate(WITHDRAWAL)),
    }
    proposed = proposed_of(CheckIn.model_validate(CHECK))
    placed = course_samples.Placed(proposed, FitIn.model_validate(FIT).model_dump(by_alias=True, exclude_none=True))
    return course_samples.documents(shelf, asked, facts_of, reports, placed)


def _of_the_clinic() -> dict[str, Json]:
    """What is answered about the clinic and its forms."""
    wanted = wanted_of(ClinicIn.model_validate(CLINIC))
    logo = LogoRef(SAMPLE_LOGO_ID, "image/png", 96, 96)
    clinic = replace(samples.CLINIC, **wanted._asdict() | {"settings": replace(wanted.settings, logo=logo)})
    bare = replace(clinic, settings=wanted.settings)
    form = Form(SAMPLE_FORM_ID, clinic.id, *draft_of(FormIn.model_validate(FORM)), created_at=AT)
    shown: Json = json.loads(FormOut.model_validate(told(form)).model_dump_json())
    document, without = (
        json.loads(ClinicOut.model_validate(clinic_of(one)).model_dump_json(by_alias=True)) for one in (clinic, bare)
    )
    page = ApiKey(form.id, clinic.id, "publishable", form.name, FOR_BROWSERS, form.origins, b"", AT)
    profile = ProfileOut.model_validate(profile_of(Caller(page, clinic, "", "", form=form)))
    return {
        "read_clinic": document,
        "replace_clinic": without,
        "replace_clinic_logo": document,
        "delete_clinic_logo": without,
        "read_clinic_profile": json.loads(profile.model_dump_json(by_alias=True)),
        "create_form": shown,
        "read_form": shown,
        "list_forms": {"items": [shown]},
        "revoke_form": {**shown, "id": REVOKED_FORM_ID, "revoked_at": "2026-11-21T09:30:00Z"},
    }


def sample_intake() -> Asked:
    """The example of an intake, taken apart."""
    intake = IntakeIn.model_validate(INTAKE)
    facts = read(intake, lambda _: AT.date())
    return Asked(facts, as_sent(intake), as_kept(intake, facts.assessed_on, "Europe/London"), REF, sent_fields(intake))


def sample_receiver() -> Draft:
    """The example of a webhook endpoint."""
    return Draft(ENDPOINT["url"], frozenset(ENDPOINT["types"]))


def _excerpt(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Keep the head of every list: the whole of it is one request away."""
    if isinstance(value, dict):
        return {name: _excerpt(inner) for name, inner in value.items()}
    return [_excerpt(inner) for inner in value[:_EXCERPT]] if isinstance(value, list) else value

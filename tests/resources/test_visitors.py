"""What a page is told of a plan that a professional looks at: enough to act on, and no more than it needs."""

import json
from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.schemas.stored import ToldOut, WithheldCreatedOut, WithheldOut
from tests.resources.service import INTAKES, Office, Service

TOKEN = "Skincadence-Read-Token"  # noqa: S105 -- the name of a header
HISTORY: dict[str, Any] = INTAKE["history"]
URGENT = {**INTAKE, "history": {**HISTORY, "conditions": [{"code": "changing_lesion", "status": "active"}]}}
REFERRAL = (
    "A spot that changes, bleeds, does not heal or has no clear cause must be seen by a doctor promptly. "
    "No area is treated before that."
)
DOCTOR = {"name": "Dr A. Example", "role": "zq7 dermatologist"}
PREVIEW, BATCH = f"{INTAKES}/preview", f"{INTAKES}/batch"


def stored(service: Service, office: Office, intake: dict[str, Any]) -> tuple[Any, str, dict[str, str]]:
    """Store an intake from a page; hand back the answer, its address and the headers that read it."""
    made = service.web.post(INTAKES, json=intake, headers={**office.page_headers, "Idempotency-Key": "k"})
    assert made.status_code == 201
    return made, made.headers["location"], {**office.page_headers, TOKEN: made.json()["read_token"]}


def decide(service: Service, office: Office, address: str, **decision: Any) -> None:
    document = {"outcome": "clear", "reviewer": DOCTOR, **decision}
    assert service.web.post(f"{address}/review", json=document, headers=office.headers).status_code == 200


def test_a_visitor_who_must_see_a_doctor_hears_it_before_and_after_the_review(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    made, address, headers = stored(service, careful, URGENT)
    again = stored(service, careful, URGENT)[0]
    waiting = service.web.get(address, headers=headers)
    decide(service, careful, address, outcome="decline")
    declined = service.web.get(address, headers=headers)

    WithheldCreatedOut.model_validate_json(made.content)
    assert again.content == made.content
    for answer, status in ((made, "awaiting_review"), (waiting, "awaiting_review"), (declined, "declined")):
        told = answer.json()
        assert (told["status"], told["bookable"], told["urgent"], told["referral"]) == (status, False, True, [REFERRAL])
        assert {sign["urgency"] for sign in told["red_flags"]} >= {"emergency", "urgent_referral"}
        assert {frozenset(sign) for sign in told["red_flags"]} == {frozenset({"text", "urgency"})}
    WithheldOut.model_validate_json(declined.content)


def test_any_other_visitor_is_told_no_more_than_that_somebody_looks(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)

    told = stored(service, careful, INTAKE)[0].json()

    assert (told["urgent"], told["referral"], told["red_flags"]) == (False, [], [])
    assert "decision" not in told


@pytest.mark.parametrize("every_plan", [False, True])
@pytest.mark.parametrize("outcome", ["clear", "decline"])
def test_a_visitor_is_not_told_who_reviewed_the_plan_or_why(
    service: Service, outcome: str, *, every_plan: bool
) -> None:
    office = service.open("Either", review_every_plan=every_plan)
    _, address, headers = stored(service, office, INTAKE)
    decide(service, office, address, outcome=outcome, reason="zq7 in person")

    read = service.web.get(address, headers=headers)

    assert read.status_code == 200
    state = "cleared" if outcome == "clear" else "declined"
    assert read.json()["review"]["state"] == state
    if "decision" in read.json():
        assert set(read.json()["review"]) == {"state", "reviewed_at"}
        ToldOut.model_validate_json(read.content)
    for kept_back in ("Dr A. Example", "zq7", "departs_from_rules"):
        assert kept_back not in read.text
    assert service.get(address, office).json()["review"]["reviewer"] == DOCTOR


def test_where_every_plan_is_reviewed_nothing_is_bookable_before(service: Service) -> None:
    careful = service.open("Careful", review_every_plan=True)
    sent = {"Content-Type": "application/x-ndjson"}
    for office, bookable in ((service.ours, True), (careful, False)):
        preview = service.web.post(PREVIEW, json=INTAKE, headers=office.headers)
        batch = service.web.post(BATCH, content=json.dumps(INTAKE), headers={**office.headers, **sent})

        assert (preview.json()["bookable"], batch.json()["bookable"]) == (bookable, bookable)
        assert service.store(office).json()["bookable"] is bookable

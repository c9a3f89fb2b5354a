"""Whoever checks the audit finds every plan listed as it was answered, whatever a professional made of it."""

from typing import Any

import pytest

from app.schemas.examples import INTAKE
from app.services import audits
from app.services.backend import Backend
from tests.databases import Place
from tests.door.desk import served
from tests.review.test_http import TAKEN, WHO

Json = dict[str, Any]
REVIEWS: dict[str, list[Json]] = {
    "none": [],
    "cleared": [{"outcome": "clear", "reason": "Seen today.", "reviewer": WHO}],
    "adjusted": [{
        "outcome": "adjust", "reason": 'It said "review":{"state":"none"}.', "reviewer": WHO,
        "adjustments": {"sessions": {"minimum": 3, "typical": 3, "maximum": 3}},
    }],
    "declined": [{"outcome": "decline", "reviewer": WHO}],
    "cleared and then declined": [
        {"outcome": "clear", "reason": "Seen today.", "reviewer": WHO},
        {"outcome": "decline", "reviewer": WHO},
    ],
}  # fmt: skip


@pytest.mark.parametrize("reviews", REVIEWS.values(), ids=REVIEWS)
@pytest.mark.parametrize("intake", [INTAKE, TAKEN], ids=["that may be booked", "that asks for a review"])
def test_a_plan_that_nobody_touched_is_listed_as_it_was_answered(
    place: Place, intake: Json, reviews: list[Json]
) -> None:
    with served(place.url) as client:
        made = client.post("/v1/recommendations", json=intake).json()
        for document in reviews:
            reviewed = client.post(f"/v1/recommendations/{made['id']}/review", json=document)
            assert reviewed.status_code == 200, reviewed.text
        backend: Backend = client.app.state.backend  # type: ignore[attr-defined]

        assert [report.complaints for report in audits.verify(backend.database)] == [(), ()]

"""A recommendation that is stored, ready to be reviewed."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from app.schemas.examples import INTAKE
from app.services.recommend import preview
from app.services.shelf import Shelf
from app.store.values import Recommendation
from tests.review.plans import facts_of

SHELF = Shelf.standard()
MADE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def stored(
    changes: Mapping[str, Any] | None = None, digest: str | None = None, clinic_id: str = "cli_one"
) -> Recommendation:
    """The example of the documentation as it is kept, with some members in the place of its own."""
    answer = preview(SHELF, facts_of(changes), MADE)
    said = json.loads(answer)
    return Recommendation(
        clinic_id=clinic_id,
        id="rec_4fVq1bW8cXz0TnKpLr7sYd",
        created_at=MADE,
        client_ref="c-1",
        decision=said["decision"],
        worst_decision=said["worst_decision"],
        status=said["status"],
        bookable=said["bookable"],
        language="en",
        assessed_on=date.fromisoformat(said["assessed_on"]),
        protocol_id="microdermabrasion",
        protocol_version="1.0.0",
        protocol_digest=digest or SHELF.in_force.digest,
        texts_digest=said["protocol"]["texts_digest"],
        review_state="required",
        version=1,
        read_once_until=None,
        intake=json.dumps({**INTAKE, **(changes or {})}).encode(),
        answer=answer,
    )

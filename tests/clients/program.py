"""What a clinic's own program does through a client that was generated: preview, store, read, list, and a refusal.

It runs where only the generator and the client are installed, and knows the service by its address alone.
"""

import json
import os
import sys
from typing import Any, TypeVar

from skincadence_client import AuthenticatedClient
from skincadence_client.api.recommendations import (
    create_recommendation,
    list_recommendations,
    preview_recommendation,
    read_recommendation,
)
from skincadence_client.models import (
    CreatedOut,
    IntakeIn,
    PageOut,
    ProblemOut,
    RecommendationOut,
    StoredOut,
)

Kind = TypeVar("Kind")


def a(kind: type[Kind], answer: Any) -> Kind:
    """Insist on what is needed: the client hands a problem back like any other answer."""
    if not isinstance(answer, kind):
        sys.exit(f"{kind.__name__} was expected, not {answer}")
    return answer


def intake(fitzpatrick: int = 3) -> Any:
    return IntakeIn.from_dict(
        {
            "assessed_on": "2026-11-21",
            "time_zone": "Europe/London",
            "client": {"ref": "py-1", "age_years": 34, "fitzpatrick": fitzpatrick, "pregnant": False},
            "concerns": [{"concern": "hyperpigmentation", "severity": "mild", "kind": "post_inflammatory"}],
            "history": {"conditions": [{"code": "immunosuppression", "status": "controlled"}], "medications": []},
        }
    )


def used(client: Any) -> dict[str, Any]:
    """Use the service, and tell what it answered."""
    preview = a(RecommendationOut, preview_recommendation.sync(client=client, body=intake()))
    made = a(CreatedOut, create_recommendation.sync(client=client, body=intake(), idempotency_key="py-1-first"))
    again = a(CreatedOut, create_recommendation.sync(client=client, body=intake(), idempotency_key="py-1-first"))
    stored = a(StoredOut, read_recommendation.sync(made.id, client=client))
    page = a(PageOut, list_recommendations.sync(client=client, client_ref="py-1"))
    problem = a(ProblemOut, preview_recommendation.sync(client=client, body=intake(fitzpatrick=9)))
    return {
        "preview": [preview.decision, preview.course.sessions.typical, str(preview.earliest_start)],
        "made": [made.decision, made.bookable, made.review.state],
        "again": again.id == made.id,
        "stored": stored.course == made.course,
        "listed": [[item.id == made.id, item.client_ref, item.decision] for item in page.items],
        "problem": [problem.status, problem.code, [fault.pointer for fault in problem.errors]],
    }


if __name__ == "__main__":
    url, key = (os.environ[name] for name in ("SERVICE_URL", "SERVICE_KEY"))  # noqa: TID251 -- not the service's
    with AuthenticatedClient(url, key, raise_on_unexpected_status=True) as client:
        sys.stdout.write(json.dumps(used(client)))

"""What the service answers to the examples of the documentation: computed by the very functions that answer callers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.rules.record import Facts
from app.services import events
from app.services.clients import certificate, exported
from app.services.creation import Asked, Name, compose
from app.services.demonstration import DELETED_ENDPOINT_ID, REVOKED_KEY_ID, SAMPLE_ENDPOINT_ID, SAMPLE_ID, SAMPLE_KEY_ID
from app.services.judgement import Case, Judgement, judge
from app.services.recommendations import explained, summary
from app.services.shelf import Shelf
from app.store.clients import Erased
from app.store.values import Clinic, Happened, Recommendation, Recorded

Json = dict[str, Any]
AT: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REF: Final = "c-10442"
ERASED_REF: Final = "c-20731"
_NAME: Final = Name(SAMPLE_ID, AT)
CLINIC: Final = Clinic("cli_example", "cli_example_test", "live", "Example", "Europe/London", False, 365, AT)  # noqa: FBT003
_REQUEST: Final = "0f8e2b7c5d1a4e6f9b3c7a2d8e4f6b1c"
_KEY: Final[Json] = {
    "id": SAMPLE_KEY_ID,
    "world": "live",
    "created_at": "2026-11-21T09:30:00Z",
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": None,
}
_SHOWN_ONCE: Final = "sc_…"
_SECRET_SHOWN_ONCE: Final = "whsec_…"  # noqa: S105 -- what stands for one
_ENDPOINT: Final[Json] = {
    "id": SAMPLE_ENDPOINT_ID,
    "created_at": "2026-11-21T09:30:00Z",
    "status": "enabled",
    "disabled_at": None,
    "disabled_reason": None,
    "failing_since": None,
    "last_attempt_at": None,
    "last_outcome": None,
}
_EVENT: Final = Happened("evt_5gWr2cX9dY1Aa0UoLqMs8Z", "recommendation.created", SAMPLE_ID, 1, AT, number=1)


def documents(shelf: Shelf, asked: Asked, judgement: Judgement, key: Json, endpoint: Json) -> dict[str, Any]:
    """Answer the examples.

    Args:
        shelf: The protocols.
        asked: The example of an intake.
        judgement: The example of a review.
        key: The example of a key: kind, name, scopes and origins.
        endpoint: The example of a webhook endpoint: address and types.

    Returns:
        What each operation answers, by the name of the operation.
    """
    kept = compose(shelf.in_force, CLINIC, asked, _NAME)
    answer, made = json.loads(kept.answer), {**_KEY, **key}
    erased = certificate(ERASED_REF, AT, Erased(0, 0, 0), "sqlite", gone=True)
    return {
        "create_recommendation": {**answer, "read_token": None},
        "read_recommendation": answer,
        "list_recommendations": {"items": [summary(kept)], "next_cursor": None},
        "explain_recommendation": explained(shelf.in_force, kept, asked.facts),
        "review_recommendation": _reviewed(shelf, kept, asked.facts, judgement),
        "erase_client": erased,
        "export_client": json.loads(b"".join(exported(REF, AT, [(kept, [])], [], [_recorded(kept, asked)]))),
        "create_key": {**made, "key": _SHOWN_ONCE},
        "list_keys": {"items": [made]},
        "read_key": made,
        "revoke_key": {**made, "id": REVOKED_KEY_ID, "revoked_at": "2026-11-21T09:30:00Z"},
        "rotate_key": {**made, "key": _SHOWN_ONCE},
        **_of_webhooks({**_ENDPOINT, **endpoint}),
    }


def _of_webhooks(endpoint: Json) -> dict[str, Any]:
    shown_once = {**endpoint, "secret": _SECRET_SHOWN_ONCE}
    return {
        "create_webhook_endpoint": shown_once,
        "list_webhook_endpoints": {"items": [endpoint]},
        "read_webhook_endpoint": endpoint,
        "delete_webhook_endpoint": {**endpoint, "id": DELETED_ENDPOINT_ID},
        "rotate_webhook_secret": shown_once,
        "enable_webhook_endpoint": endpoint,
        "replay_events": {"events": 0},
        "list_events": events.page([_EVENT], after=0, limit=25, live=True),
    }


def _reviewed(shelf: Shelf, kept: Recommendation, facts: Facts, judgement: Judgement) -> Json:
    verdict = judge(Case(kept, shelf, lambda _: facts), judgement, AT + timedelta(hours=1))
    answered: Json = json.loads(verdict.answer)
    return answered


def _recorded(kept: Recommendation, asked: Asked) -> Recorded:
    made = "recommendation.create", kept.id, "ok", _REQUEST, "203.0.113.0/24", kept.protocol_digest, asked.fields
    return Recorded(AT, _KEY["id"], *made, number=1)

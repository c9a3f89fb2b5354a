"""A recommendation as one caller may see it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.render.fragments import encode
from app.services.backend import Backend
from app.services.callers import Caller
from app.store.values import Clinic, Recommendation

_OUTSTANDING: Final = frozenset({"required", "declined"})
_UNREVIEWED: Final = frozenset({"none", "required"})
_URGENT: Final = "refer_urgent"
_BOOKABLE, _NOT_BOOKABLE = b'"bookable":true', b'"bookable":false'


class Shown(NamedTuple):
    """A recommendation as one caller may see it.

    Attributes:
        id: Its id.
        version: Grows with each review.
        body: What is answered, as UTF-8 JSON.
        replayed: Whether an earlier request made it.
    """

    id: str
    version: int
    body: bytes
    replayed: bool = False


def shown(caller: Caller, kept: Recommendation) -> Shown:
    """Show a recommendation, or say why there is no plan to show."""
    return Shown(kept.id, kept.version, _body(caller, kept))


def _body(caller: Caller, kept: Recommendation) -> bytes:
    if is_withheld(caller, kept):
        return withheld(kept)
    if caller.publishable and kept.review_state not in _UNREVIEWED:
        return _without_reviewer(kept.answer)
    return kept.answer


def _without_reviewer(answer: bytes) -> bytes:
    """Leave out of a reviewed plan who decided and why: that is between the professional and the clinic."""
    document: dict[str, Any] = json.loads(answer)
    told = {name: document["review"][name] for name in ("state", "reviewed_at")}
    return encode(document | {"review": told}).encode()


def not_yet(preview: bytes) -> bytes:
    """Write into a plan that nothing may be booked: a professional has not looked yet."""
    return preview.replace(_BOOKABLE, _NOT_BOOKABLE, 1)


def is_withheld(caller: Caller, kept: Recommendation) -> bool:
    """Say whether a visitor may not see the plan: the clinic wants to see each first, and has not cleared this one."""
    return caller.publishable and caller.clinic.review_every_plan and kept.review_state in _OUTSTANDING


def withheld(kept: Recommendation) -> bytes:
    """Write what a visitor is told instead of the plan.

    Who must see a doctor is told so at once and for good: no clinic's policy may stand in the way of that.
    """
    status = "declined" if kept.review_state == "declined" else "awaiting_review"
    told = {
        "id": kept.id,
        "created_at": instant(kept.created_at),
        "status": status,
        "bookable": False,
        "review": {"state": kept.review_state},
        **referral(json.loads(kept.answer)),
    }
    return encode(told).encode()


def referral(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Say whether a plan sends the person to a doctor promptly, in which words, and what cannot wait at all."""
    if plan["decision"] != _URGENT:
        return {"urgent": False, "referral": [], "red_flags": []}
    certain = [finding for finding in plan["findings"] if finding["certainty"] == "definite"]
    return {
        "urgent": True,
        "referral": [finding["text"] for finding in certain if finding["effect"].get("decision") == _URGENT],
        "red_flags": [{name: sign[name] for name in ("text", "urgency")} for sign in plan["red_flags"]],
        **{name: plan[name] for name in ("translation",) if name in plan},
    }


def read_token(backend: Backend, clinic: Clinic, recommendation_id: str) -> str:
    """The token that reads a recommendation once: the same at every repetition, and nobody else can compute it.

    No key goes into it: a visitor who waits days for a review must not lose the plan because keys were rotated.
    """
    return "rrt_" + backend.secrets.keyed_hash("read token", clinic.id, recommendation_id).hex()


def instant(moment: datetime) -> str:
    """A moment as every answer names it: to the second, in UTC."""
    return f"{moment.isoformat()[:19]}Z"

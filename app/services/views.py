"""A stored recommendation as one caller may see it."""

from datetime import datetime
from typing import Final, NamedTuple

from app.render.fragments import encode
from app.services.backend import Backend
from app.services.callers import Caller
from app.store.values import Clinic, Recommendation

_OUTSTANDING: Final = frozenset({"required", "declined"})


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
    return Shown(kept.id, kept.version, withheld(kept) if is_withheld(caller, kept) else kept.answer)


def is_withheld(caller: Caller, kept: Recommendation) -> bool:
    """Say whether a visitor may not see the plan: the clinic wants to see each first, and has not cleared this one."""
    return caller.publishable and caller.clinic.review_every_plan and kept.review_state in _OUTSTANDING


def withheld(kept: Recommendation) -> bytes:
    """Write what a visitor is told instead of the plan."""
    status = "declined" if kept.review_state == "declined" else "awaiting_review"
    told = {
        "id": kept.id,
        "created_at": instant(kept.created_at),
        "status": status,
        "bookable": False,
        "review": {"state": kept.review_state},
    }
    return encode(told).encode()


def read_token(backend: Backend, clinic: Clinic, recommendation_id: str) -> str:
    """The token that reads a recommendation once: the same at every repetition, and nobody else can compute it."""
    return "rrt_" + backend.secrets.keyed_hash("read token", clinic.id, recommendation_id).hex()


def instant(moment: datetime) -> str:
    """A moment as every answer names it: to the second, in UTC."""
    return f"{moment.isoformat()[:19]}Z"

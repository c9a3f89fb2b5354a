"""A professional's decision about a stored recommendation: who, what and when are kept beside it, for good."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from app.errors import PreconditionFailedError
from app.render.fragments import encode
from app.rules.record import Facts
from app.security import new_id
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.judgement import Case, Judgement, Verdict, judge
from app.services.recommendations import fetch
from app.services.views import Shown
from app.store import audit, recommendations
from app.store.values import AuditEntry, Event, Recommendation, Review

ACTION: Final = "recommendation.review"
EVENT: Final = "recommendation.reviewed"
ATTEMPTS: Final = 3
"""How often a decision is applied anew because another one came in between."""

Matches = Callable[[int], bool]
"""Says whether the caller means a version of the recommendation."""


class _StaleError(Exception):
    """What was read no longer holds, so that nothing of this may be written."""


def review(
    backend: Backend,
    caller: Caller,
    recommendation_id: str,
    judgement: Judgement,
    matches: Matches,
    read: Callable[[bytes], Facts],
) -> Shown:
    """Apply a decision and keep it.

    The plan is made anew outside of any transaction, since that may take a while; what was read must still hold when
    the decision is written.

    Args:
        backend: What the service works with.
        caller: Who asks.
        recommendation_id: What is decided about.
        judgement: The decision.
        matches: Says whether the caller means a version.
        read: From the stored intake to its facts.

    Returns:
        The recommendation as it reads from then on.

    Raises:
        NotFoundError: This clinic has no such recommendation.
        PreconditionFailedError: The caller means another version, or reviews keep coming in between.
        AppError: It cannot be decided that way; see `app.services.judgement`.
    """
    for _ in range(ATTEMPTS):
        stored = fetch(backend, caller, recommendation_id, recommendations.original)
        if not matches(stored.version):
            raise PreconditionFailedError
        verdict = judge(Case(stored, backend.shelf, read), judgement, backend.clock.now())
        if (made := _keep(backend, caller, stored, judgement, verdict)) is not None:
            return Shown(stored.id, made.version, made.answer)
    raise PreconditionFailedError


def _keep(
    backend: Backend, caller: Caller, stored: Recommendation, judgement: Judgement, verdict: Verdict
) -> Review | None:
    """Write the decision down, with its audit and its event; null if another came first, or all of it was erased."""
    made = Review(
        id=new_id("rev"),
        recommendation_id=stored.id,
        version=stored.version + 1,
        reviewed_at=verdict.reviewed_at,
        key_id=caller.key.id,
        document=encode(verdict.document).encode(),
        answer=verdict.answer,
    )
    try:
        _write(backend, caller, _entry(caller, stored, judgement, made), made, verdict)
    except _StaleError:
        return None
    return made


def _write(backend: Backend, caller: Caller, entry: AuditEntry, made: Review, verdict: Verdict) -> None:
    """Write all of it, or nothing.

    The head row comes first, as with every other writer: two that hold what the other waits for would wait for ever.
    """
    clinic_id = caller.clinic.id
    event = Event(new_id("evt"), EVENT, made.recommendation_id, made.version, made.reviewed_at)
    with backend.database.write(clinic_id) as rows:
        audit.append(rows, clinic_id, [entry], event)
        if not recommendations.review(rows, clinic_id, made, state=verdict.state, bookable=verdict.bookable):
            raise _StaleError


def _entry(caller: Caller, stored: Recommendation, judgement: Judgement, made: Review) -> AuditEntry:
    entry = caller.entry(made.reviewed_at, ACTION, stored.id, protocol_digest=stored.protocol_digest)
    return replace(entry, fields=tuple(_fields(judgement)))


def _fields(judgement: Judgement) -> Iterator[str]:
    """The names of what was sent, never what was in them."""
    yield from ("outcome", "reviewer")
    if judgement.reason is not None:
        yield "reason"
    yield from (f"adjustments.{name}" for name in judgement.said or ())

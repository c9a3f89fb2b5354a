"""A professional's decision about a stored recommendation: who, what and when are kept beside it, for good."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from app.errors import CourseBegunError, NotFoundError, PreconditionFailedError
from app.render.fragments import encode
from app.rules.record import Facts
from app.security import new_id
from app.services.backend import Backend
from app.services.callers import Caller
from app.services.judgement import Case, Judgement, Verdict, judge
from app.services.offering import offer_of
from app.services.recommendations import fetch
from app.services.views import Shown
from app.store import audit, courses, recommendations
from app.store.values import AuditEntry, Event, Recommendation, Review

ACTION: Final = "recommendation.review"
EVENT: Final = "recommendation.reviewed"

Matches = Callable[[int], bool]
"""Says whether the caller means a version of the recommendation."""


def review(
    backend: Backend,
    caller: Caller,
    recommendation_id: str,
    judgement: Judgement,
    matches: Matches,
    read: Callable[[bytes], Facts],
) -> Shown:
    """Apply a decision and keep it.

    The plan is made anew outside of any transaction, since that may take a while. What it is made from never changes;
    which version the decision is about is looked at again when nobody else can write.

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
        PreconditionFailedError: The caller means another version.
        CourseBegunError: A course has begun from it, which the decision would not reach.
        AppError: It cannot be decided that way; see `app.services.judgement`.
    """
    stored = _meant(fetch(backend, caller, recommendation_id, recommendations.original), matches)
    clinic = caller.clinic
    case = Case(stored, backend.shelf, read, clinic.settings.translations_reviewed, offer_of(clinic))
    verdict = judge(case, judgement, backend.clock.now())
    with backend.database.write(caller.clinic.id) as rows:
        head = audit.hold(rows, caller.clinic.id)  # before any other row, as every writer: no two wait for each other
        current = _meant(recommendations.original(rows, caller.clinic.id, stored.id), matches)
        if not _leaves_as_is(current, judgement) and courses.carries_out(rows, caller.clinic.id, current.id):
            raise CourseBegunError
        made = _made(caller, current, verdict)
        recommendations.review(rows, caller.clinic.id, made, state=verdict.state, bookable=verdict.bookable)
        event = Event(new_id("evt"), EVENT, made.recommendation_id, made.version, made.reviewed_at)
        audit.write(rows, head, [_entry(caller, current, judgement, made)], [event])
    return Shown(stored.id, made.version, made.answer)


def _meant(found: Recommendation | None, matches: Matches) -> Recommendation:
    """Make sure that a recommendation is there, in a version that the caller means."""
    if found is None:
        raise NotFoundError
    if not matches(found.version):
        raise PreconditionFailedError
    return found


def _leaves_as_is(current: Recommendation, judgement: Judgement) -> bool:
    """Whether a decision changes nothing that a course began from: it clears what nobody adjusted."""
    return judgement.outcome == "clear" and current.review_state != "adjusted"


def _made(caller: Caller, current: Recommendation, verdict: Verdict) -> Review:
    """The decision as a row, after all that were made before it."""
    return Review(
        id=new_id("rev"),
        recommendation_id=current.id,
        version=current.version + 1,
        reviewed_at=verdict.reviewed_at,
        key_id=caller.key.id,
        document=encode(verdict.document).encode(),
        answer=verdict.answer,
    )


def _entry(caller: Caller, stored: Recommendation, judgement: Judgement, made: Review) -> AuditEntry:
    entry = caller.entry(made.reviewed_at, ACTION, stored.id, protocol_digest=stored.protocol_digest)
    return replace(entry, fields=tuple(_fields(judgement)))


def _fields(judgement: Judgement) -> Iterator[str]:
    """The names of what was sent, never what was in them."""
    yield from ("outcome", "reviewer")
    if judgement.reason is not None:
        yield "reason"
    yield from (f"adjustments.{name}" for name in judgement.said or ())

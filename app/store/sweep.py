"""Deleting what was kept long enough."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import sleep
from typing import Final

from sqlalchemy import and_, or_, select

from app.db import Database, Rows
from app.models import CourseRow, RecommendationRow
from app.store import audit, courses, replies
from app.store.clients import delete_whole
from app.store.values import AuditEntry, Clinic

REPLIES_KEPT: Final = timedelta(hours=72)
_EXPIRE, _EXPIRE_COURSE = "recommendation.expire", "course.expire"
GIVE_WAY: Final = 0.02
"""Seconds for which whoever waits to write has their turn after each batch."""
_RECOMMENDATIONS: Final = RecommendationRow.__table__
_COURSES: Final = CourseRow.__table__
_TABLE: Final = _RECOMMENDATIONS.c
_COURSE: Final = _COURSES.c
_CARRIED_OUT: Final = _RECOMMENDATIONS.outerjoin(
    _COURSES,
    and_(_COURSE.clinic_id == _TABLE.clinic_id, _COURSE.recommendation_id == _TABLE.recommendation_id),
)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was deleted.

    Attributes:
        recommendations: How many recommendations, with their courses, were older than their clinic keeps them.
        replies: How many replies were older than anyone repeats a request.
    """

    recommendations: int
    replies: int


Pause = Callable[[], bool]
"""Waits a moment, and says whether to stop."""


def _give_way() -> bool:
    sleep(GIVE_WAY)
    return False


def sweep(
    database: Database, clinics: Iterable[Clinic], now: datetime, *, batch: int = 200, pause: Pause = _give_way
) -> Swept:
    """Delete what is too old, a batch a transaction, so that nobody waits long for it.

    Args:
        database: Where. Call its `wipe` afterwards.
        clinics: Whose; each says how long it keeps what it has.
        now: When, in UTC.
        batch: How much at a time.
        pause: Lets others write between two batches; if it says so, this was the last one.
    """
    gone = answered = 0
    for clinic in clinics:
        work = partial(_all, database, clinic.id, batch, pause)
        answered += work(_Forget(now - REPLIES_KEPT))
        gone += work(_Expire(now - timedelta(days=clinic.retention_days), now))
        if pause():
            break
    return Swept(gone, answered)


_Step = Callable[[Rows, str, int], int]
"""Deletes up to so many of a clinic's rows, and says how many it were."""


def _all(database: Database, clinic_id: str, batch: int, pause: Pause, step: _Step) -> int:
    total = 0
    while True:
        with database.write(clinic_id) as rows:
            done = step(rows, clinic_id, batch)
        total += done
        if done < batch or pause():
            return total


@dataclass(frozen=True, slots=True)
class _Forget:
    before: datetime

    def __call__(self, rows: Rows, clinic_id: str, limit: int) -> int:
        audit.hold(rows, clinic_id)  # as every other writer, so that no two wait for each other
        return replies.expire(rows, clinic_id, self.before, limit)


@dataclass(frozen=True, slots=True)
class _Expire:
    before: datetime
    now: datetime

    def __call__(self, rows: Rows, clinic_id: str, limit: int) -> int:
        head = audit.hold(rows, clinic_id)
        ids = self._old(rows, clinic_id, limit)
        if ids:
            started = courses.ids_of(rows, clinic_id, ids)
            replies.erase(rows, clinic_id, [*ids, *started], expired=True)  # a repetition must not store it again
            delete_whole(rows, clinic_id, ids)
            told = [*((_EXPIRE, one) for one in ids), *((_EXPIRE_COURSE, one) for one in started)]
            audit.write(rows, head, [_entry(action, one, self.now) for action, one in told])
        return len(ids)

    def _old(self, rows: Rows, clinic_id: str, limit: int) -> list[str]:
        """Find plans that are old, and were not carried out, or not for as long."""
        still = or_(_COURSE.changed_at.is_(None), _COURSE.changed_at < self.before)
        old = select(_TABLE.recommendation_id).select_from(_CARRIED_OUT)
        old = old.where(_TABLE.clinic_id == clinic_id, _TABLE.created_at < self.before, still)
        return list(rows.execute(old.order_by(_TABLE.created_at).limit(limit)).scalars())


def _entry(action: str, target_id: str, now: datetime) -> AuditEntry:
    return AuditEntry(now, "service", action, target_id, "ok", request_id="", address="")

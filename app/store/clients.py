"""A client as a whole: handing over what is held of them, and erasing it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, literal, select, union_all

from app.db import Database, Rows
from app.errors import BrokenOffError, ClientErasedError
from app.models import CourseRow, RecommendationRow, ReviewRow, TombstoneRow
from app.store import audit, courses, recommendations, replies
from app.store.course_values import Course, CourseHappened, TaskAck
from app.store.erasures import buried
from app.store.recommendations import Packed, Place
from app.store.values import AuditEntry, Recommendation, Recorded, Review

_TABLE: Final = RecommendationRow.__table__.c
_REVIEW: Final = ReviewRow.__table__.c
_COURSE: Final = CourseRow.__table__.c
_AT_ONCE: Final = 500
_PAGE: Final = 16
"""Recommendations, reviews, or what happened in a course, that are in memory at a time."""
_CALLS: Final = 5_000
"""Calls of the audit that are looked through at a time."""


class GoneMeanwhileError(BrokenOffError):
    """Something of what is being handed over was deleted in the meantime, so what was handed over is not all of it."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased.

    Attributes:
        recommendations: How many recommendations.
        reviews: How many reviews of them.
        replies: How many kept replies.
        courses: How many courses, each with everything that happened in it.
    """

    recommendations: int
    reviews: int
    replies: int
    courses: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        """Both together."""
        return Erased(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def erase(
    rows: Rows,
    clinic_id: str,
    client_ref: str | None,
    client_hash: str,
    entry: AuditEntry,
    *,
    erased_at: datetime | None = None,
) -> Erased:
    """Delete a client's rows, and stop what is on its way for them: the head row is held before anything is looked for.

    Args:
        rows: A transaction that writes. Call `Database.wipe` once it is committed.
        clinic_id: Whose client it is.
        client_ref: The clinic's name for them; null if nobody knows it, so that they are only kept out from here on.
        client_hash: What stands for that name from here on.
        entry: What the audit says of it.
        erased_at: When they were erased for the first time; null if that is now.
    """
    head = audit.hold(rows, clinic_id)
    ids = [] if client_ref is None else _ids(rows, clinic_id, client_ref)
    done = [delete_whole(rows, clinic_id, ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE)]
    _bury(rows, clinic_id, client_hash, erased_at or entry.at)
    audit.write(rows, head, [entry])
    return sum(done, Erased(0, 0, 0))


class Held:
    """All that is held of a client, page by page: it may be more than memory.

    Each page is a transaction of its own, because whoever takes the pages may take their time. So what there is, in
    which version, is written down at the beginning: what comes later is left out, and what is deleted in between,
    by an erasure or in time, ends it. Only a course is told as it stands when its page is read, with all that led to
    it: how it stood at an earlier version is not kept.
    """

    def __init__(self, database: Database, clinic_id: str, client_ref: str, client_hash: str) -> None:
        """Read the first page."""
        self._database, self._clinic_id = database, clinic_id
        self._client_ref, self._client_hash = client_ref, client_hash
        with self._page() as rows:
            self._versions = self._standing(rows)
            self._started = set(courses.ids_of_client(rows, clinic_id, client_ref))
            self._until = audit.last(rows, clinic_id)  # after it: whatever is there was recorded in the same commit
            self._first = self._recommendations(rows, None)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing."""
        return not self._versions

    def recommendations(self) -> Iterator[tuple[Recommendation, Iterator[Review]]]:
        """Read what was asked and answered, the first first, each with what professionals decided about it.

        Raises:
            ClientErasedError: The client was erased meanwhile.
            GoneMeanwhileError: Some of it was deleted meanwhile.
        """
        page = self._first
        while page:
            for row in page:
                if version := self._versions.get(row.id):
                    yield replace(recommendations.unpacked(row), version=version), self._reviews(row.id, version)
            after = (page[-1].created_at, page[-1].id)
            with self._page() as rows:
                page = self._recommendations(rows, after)
        self._make_sure()

    def courses(self) -> Iterator[tuple[Course, Iterator[CourseHappened], list[TaskAck]]]:
        """Read what became of it, the first first, each with what happened in it and which due work was done.

        Raises:
            ClientErasedError: The client was erased meanwhile.
            GoneMeanwhileError: Some of it was deleted meanwhile.
        """
        after: Place | None = None
        while page := self._courses(after):
            for course, acks in page:
                if course.id in self._started:
                    yield course, self._happenings(course), acks
            after = (page[-1][0].created_at, page[-1][0].id)
        self._make_sure()

    def audit(self) -> Iterator[Recorded]:
        """Read who did what with it, and when, the first first.

        Raises:
            ClientErasedError: The client was erased meanwhile.
            GoneMeanwhileError: Some of it was deleted meanwhile.
        """
        ids = [
            select(each).where(each.table.c.clinic_id == self._clinic_id, each.table.c.client_ref == self._client_ref)
            for each in (_TABLE.recommendation_id, _COURSE.course_id)
        ]
        targets = union_all(*ids, select(literal(self._client_hash)))
        named = {*self._versions, *self._started, self._client_hash}
        for after in range(0, self._until, _CALLS):
            with self._page() as rows:
                until = min(after + _CALLS, self._until)
                found = audit.about(rows, self._clinic_id, targets, after=after, until=until)
            yield from (one for one in found if one.target_id in named)
        self._make_sure()

    def _standing(self, rows: Rows) -> dict[str, int]:
        """Tell the version of each recommendation that there is."""
        here = _TABLE.clinic_id == self._clinic_id, _TABLE.client_ref == self._client_ref
        found = rows.execute(select(_TABLE.recommendation_id, _TABLE.version).where(*here))
        return dict(found.all())

    def _make_sure(self) -> None:
        """Find out whether all is still there: nothing comes back, so it was then there all the time."""
        with self._page() as rows:
            if not self._versions.keys() <= self._standing(rows).keys():
                raise GoneMeanwhileError

    def _recommendations(self, rows: Rows, after: Place | None) -> Sequence[Packed]:
        return recommendations.of_client(rows, self._clinic_id, self._client_ref, after=after, limit=_PAGE)

    def _courses(self, after: Place | None) -> list[tuple[Course, list[TaskAck]]]:
        if not self._started:
            return []
        with self._page() as rows:
            page = courses.of_client(rows, self._clinic_id, self._client_ref, after=after, limit=_PAGE)
            return [(one, courses.acknowledgements(rows, self._clinic_id, one.id)) for one in page]

    def _happenings(self, course: Course) -> Iterator[CourseHappened]:
        """Read what led to a course as it was read: each made one more version."""
        after = 1
        while after < course.version:
            with self._page() as rows:
                page = courses.happenings_after(
                    rows, self._clinic_id, course.id, after=after, until=course.version, limit=_PAGE
                )
            if not page:
                return
            yield from page
            after = page[-1].version

    def _reviews(self, recommendation_id: str, version: int) -> Iterator[Review]:
        """Read the reviews that there were when their recommendation was read: each made one more version."""
        after = 1
        while after < version:
            with self._page() as rows:
                page = recommendations.reviews_after(rows, self._clinic_id, recommendation_id, after=after, limit=_PAGE)
            if not page:
                return
            yield from (recommendations.unpacked_review(row) for row in page if row.version <= version)
            after = page[-1].version

    @contextmanager
    def _page(self) -> Iterator[Rows]:
        """Read, and find out afterwards whether it was all there."""
        with self._database.read(self._clinic_id) as rows:
            yield rows
            if buried(rows, self._clinic_id, [self._client_hash]):
                raise ClientErasedError


def delete_whole(rows: Rows, clinic_id: str, ids: list[str]) -> Erased:
    """Delete recommendations with all that belongs to them; their replies stay, emptied, so that none is made again."""
    started = courses.ids_of(rows, clinic_id, ids)
    emptied = replies.erase(rows, clinic_id, [*ids, *started])
    reviewed = rows.execute(delete(ReviewRow).where(_REVIEW.clinic_id == clinic_id, _REVIEW.recommendation_id.in_(ids)))
    if started:
        rows.execute(delete(CourseRow).where(_COURSE.clinic_id == clinic_id, _COURSE.course_id.in_(started)))
    rows.execute(delete(RecommendationRow).where(_TABLE.clinic_id == clinic_id, _TABLE.recommendation_id.in_(ids)))
    return Erased(len(ids), reviewed.rowcount, emptied, len(started))


def _ids(rows: Rows, clinic_id: str, client_ref: str) -> list[str]:
    chosen = select(_TABLE.recommendation_id).where(_TABLE.clinic_id == clinic_id, _TABLE.client_ref == client_ref)
    return list(rows.execute(chosen).scalars())


def _bury(rows: Rows, clinic_id: str, client_hash: str, at: datetime) -> None:
    if client_hash not in buried(rows, clinic_id, [client_hash]):
        row = {"clinic_id": clinic_id, "client_hash": client_hash, "erased_at": at}
        rows.execute(insert(TombstoneRow), row)

"""A client as a whole: handing over what is held of them, and erasing it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, literal, select, union_all

from app.db import Database, Rows
from app.errors import BrokenOffError, ClientErasedError
from app.models import RecommendationRow, ReviewRow, TombstoneRow
from app.store import audit, recommendations, replies
from app.store.recommendations import Packed, Place
from app.store.values import AuditEntry, Recommendation, Recorded, Review

_TABLE: Final = RecommendationRow.__table__.c
_REVIEW: Final = ReviewRow.__table__.c
_TOMBSTONE: Final = TombstoneRow.__table__.c
_AT_ONCE: Final = 500
_PAGE: Final = 16
"""Recommendations, or reviews, that are in memory at a time."""
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
    """

    recommendations: int
    reviews: int
    replies: int


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
    done = [_erase(rows, clinic_id, ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE)]
    _bury(rows, clinic_id, client_hash, erased_at or entry.at)
    audit.write(rows, head, [entry])
    return Erased(len(ids), sum(one.reviews for one in done), sum(one.replies for one in done))


class Held:
    """All that is held of a client, page by page: it may be more than memory.

    Each page is a transaction of its own, because whoever takes the pages may take their time. So what there is, in
    which version, is written down at the beginning: what comes later is left out, and what is deleted in between,
    by an erasure or in time, ends it.
    """

    def __init__(self, database: Database, clinic_id: str, client_ref: str, client_hash: str) -> None:
        """Read the first page."""
        self._database, self._clinic_id = database, clinic_id
        self._client_ref, self._client_hash = client_ref, client_hash
        with self._page() as rows:
            self._versions = self._standing(rows)
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

    def audit(self) -> Iterator[Recorded]:
        """Read who did what with it, and when, the first first.

        Raises:
            ClientErasedError: The client was erased meanwhile.
            GoneMeanwhileError: Some of it was deleted meanwhile.
        """
        ids = select(_TABLE.recommendation_id).where(
            _TABLE.clinic_id == self._clinic_id, _TABLE.client_ref == self._client_ref
        )
        targets = union_all(ids, select(literal(self._client_hash)))
        for after in range(0, self._until, _CALLS):
            with self._page() as rows:
                until = min(after + _CALLS, self._until)
                found = audit.about(rows, self._clinic_id, targets, after=after, until=until)
            yield from (one for one in found if one.target_id in self._versions or one.target_id == self._client_hash)
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


def delete_whole(rows: Rows, clinic_id: str, ids: list[str]) -> int:
    """Delete recommendations with their reviews; returns how many reviews there were."""
    gone = rows.execute(delete(ReviewRow).where(_REVIEW.clinic_id == clinic_id, _REVIEW.recommendation_id.in_(ids)))
    rows.execute(delete(RecommendationRow).where(_TABLE.clinic_id == clinic_id, _TABLE.recommendation_id.in_(ids)))
    return gone.rowcount


def buried(rows: Rows, clinic_id: str, hashes: list[str]) -> set[str]:
    """Find out which of these clients were erased; ask while the head row is held."""
    chosen = select(_TOMBSTONE.client_hash).where(_TOMBSTONE.clinic_id == clinic_id, _TOMBSTONE.client_hash.in_(hashes))
    return set(rows.execute(chosen).scalars()) if hashes else set()


def _ids(rows: Rows, clinic_id: str, client_ref: str) -> list[str]:
    chosen = select(_TABLE.recommendation_id).where(_TABLE.clinic_id == clinic_id, _TABLE.client_ref == client_ref)
    return list(rows.execute(chosen).scalars())


def _erase(rows: Rows, clinic_id: str, ids: list[str]) -> Erased:
    emptied = replies.erase(rows, clinic_id, ids)
    return Erased(len(ids), delete_whole(rows, clinic_id, ids), emptied)


def _bury(rows: Rows, clinic_id: str, client_hash: str, at: datetime) -> None:
    if client_hash not in buried(rows, clinic_id, [client_hash]):
        row = {"clinic_id": clinic_id, "client_hash": client_hash, "erased_at": at}
        rows.execute(insert(TombstoneRow), row)

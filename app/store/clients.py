"""A client as a whole: handing over what is held of them, and erasing it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select

from app.db import Rows
from app.models import RecommendationRow, ReviewRow, TombstoneRow
from app.store import audit, recommendations, replies
from app.store.values import AuditEntry, Recommendation, Recorded, Review

_TABLE: Final = RecommendationRow.__table__.c
_REVIEW: Final = ReviewRow.__table__.c
_TOMBSTONE: Final = TombstoneRow.__table__.c
_AT_ONCE: Final = 500


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


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held of a client.

    Attributes:
        recommendations: What was asked and answered, the first first.
        reviews: What professionals decided about it.
        audit: Who did what with it, and when.
    """

    recommendations: list[Recommendation]
    reviews: list[Review]
    audit: list[Recorded]


def erase(rows: Rows, clinic_id: str, client_ref: str, client_hash: str, entry: AuditEntry) -> Erased:
    """Delete a client's rows, and stop what is on its way for them: the head row is held before anything is looked for.

    Args:
        rows: A transaction that writes. Call `Database.wipe` once it is committed.
        clinic_id: Whose client it is.
        client_ref: The clinic's name for them.
        client_hash: What stands for that name from here on.
        entry: What the audit says of it.
    """
    head = audit.hold(rows, clinic_id)
    ids = _ids(rows, clinic_id, client_ref)
    done = [_erase(rows, clinic_id, ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE)]
    _bury(rows, clinic_id, client_hash, entry)
    audit.write(rows, head, [entry])
    return Erased(len(ids), sum(one.reviews for one in done), sum(one.replies for one in done))


def export(rows: Rows, clinic_id: str, client_ref: str, client_hash: str) -> Held:
    """Read all that is held of a client."""
    kept = recommendations.of_client(rows, clinic_id, client_ref)
    reviewed = [one.id for one in kept if one.version > 1]
    made = [review for one in reviewed for review in recommendations.reviews(rows, clinic_id, one)]
    return Held(kept, made, audit.about(rows, clinic_id, [client_hash, *(one.id for one in kept)]))


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


def _bury(rows: Rows, clinic_id: str, client_hash: str, entry: AuditEntry) -> None:
    if client_hash not in buried(rows, clinic_id, [client_hash]):
        row = {"clinic_id": clinic_id, "client_hash": client_hash, "erased_at": entry.at}
        rows.execute(insert(TombstoneRow), row)

"""Recommendations and their reviews, in rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Select, Table, and_, case, insert, outerjoin, select, tuple_, update
from zstandard import ZstdError

from app.db import Rows
from app.models import RecommendationRow, ReviewRow
from app.store.packing import pack, unpack
from app.store.values import Entry, Recommendation, Review, ReviewState

TABLE: Final = cast("Table", RecommendationRow.__table__)
_TABLE: Final = TABLE.c
_REVIEW: Final = ReviewRow.__table__.c
_NAMES: Final = {field.name: "recommendation_id" if field.name == "id" else field.name for field in fields(Entry)}
_SHOWN: Final = [_TABLE[column].label(name) for name, column in _NAMES.items()]

_AT_ONCE: Final = 100
_SAME_VERSION: Final = and_(
    _REVIEW.clinic_id == _TABLE.clinic_id,
    _REVIEW.recommendation_id == _TABLE.recommendation_id,
    _REVIEW.version == _TABLE.version,
)
_ANSWERED: Final[Select[Any]] = (
    select(
        _TABLE.recommendation_id.label("id"),
        _TABLE.bookable,
        _TABLE.review_state,
        case((_TABLE.version == 1, _TABLE.answer), else_=_REVIEW.answer).label("answer"),
    )
    .select_from(outerjoin(TABLE, ReviewRow.__table__, _SAME_VERSION))
    .order_by(_TABLE.recommendation_id)
    .limit(_AT_ONCE)
)
_ANSWERED_BOOKABLE: Final = b'"bookable":true'
_ANSWERED_STATE: Final = b'"review":{"state":"'
"""As the answers say it; within a text it would stand with other quotation marks."""

Packed = Row[Any]
"""A row as it was read, its answer still compressed."""

Place = tuple[datetime, str]
"""Where a page ends: when its last recommendation was made, and its id."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which recommendations are wanted; null for any.

    Attributes:
        client_ref: Of which client.
        decision: With which decision.
        created_after: Made later than this.
    """

    client_ref: str | None = None
    decision: str | None = None
    created_after: datetime | None = None


def get(rows: Rows, clinic_id: str, recommendation_id: str) -> Recommendation | None:
    """Read a recommendation as it stands: with the answer of its last review, if there was one."""
    kept = original(rows, clinic_id, recommendation_id)
    if kept is None or kept.version == 1:
        return kept
    here = _REVIEW.clinic_id == clinic_id, _REVIEW.recommendation_id == recommendation_id
    since = rows.execute(select(_REVIEW.answer).where(*here, _REVIEW.version == kept.version)).scalar_one()
    return Recommendation(**_parts(kept) | {"answer": unpack(bytes(since))})


def original(rows: Rows, clinic_id: str, recommendation_id: str) -> Recommendation | None:
    """Read a recommendation with the answer that the rules gave."""
    row = rows.execute(_whole(clinic_id).where(_TABLE.recommendation_id == recommendation_id)).one_or_none()
    return None if row is None else unpacked(row)


def of_client(
    rows: Rows, clinic_id: str, client_ref: str, *, after: Place | None = None, limit: int
) -> Sequence[Packed]:
    """Read a page of what the rules answered for one client, the first first; `unpacked` opens one at a time."""
    chosen = _whole(clinic_id).where(_TABLE.client_ref == client_ref)
    if after is not None:
        chosen = chosen.where(tuple_(_TABLE.created_at, _TABLE.recommendation_id) > after)
    return rows.execute(chosen.order_by(_TABLE.created_at, _TABLE.recommendation_id).limit(limit)).all()


def unpacked(row: Packed) -> Recommendation:
    """Open a recommendation that was read packed."""
    return Recommendation(**row._asdict() | {"intake": bytes(row.intake), "answer": unpack(bytes(row.answer))})


def page(rows: Rows, clinic_id: str, wanted: Filter, *, after: Place | None = None, limit: int) -> list[Entry]:
    """Read a page, the newest first; the next one begins after the last of this."""
    chosen = select(*_SHOWN).where(_TABLE.clinic_id == clinic_id)
    if wanted.client_ref is not None:
        chosen = chosen.where(_TABLE.client_ref == wanted.client_ref)
    if wanted.decision is not None:
        chosen = chosen.where(_TABLE.decision == wanted.decision)
    if wanted.created_after is not None:
        chosen = chosen.where(_TABLE.created_at > wanted.created_after)
    if after is not None:
        chosen = chosen.where(tuple_(_TABLE.created_at, _TABLE.recommendation_id) < after)
    newest = chosen.order_by(_TABLE.created_at.desc(), _TABLE.recommendation_id.desc()).limit(limit)
    return [Entry(*row) for row in rows.execute(newest)]


def review(rows: Rows, clinic_id: str, made: Review, *, state: ReviewState, bookable: bool) -> None:
    """Store a review and what it makes of its recommendation; its version was found to be next under the head row."""
    here = update(RecommendationRow).where(
        _TABLE.clinic_id == clinic_id, _TABLE.recommendation_id == made.recommendation_id
    )
    rows.execute(here.values(version=made.version, review_state=state, bookable=bookable))
    columns = asdict(made) | {"clinic_id": clinic_id, "answer": pack(made.answer)}
    rows.execute(insert(ReviewRow), {"review_id": columns.pop("id"), **columns})


def reviews(rows: Rows, clinic_id: str, recommendation_id: str) -> list[Review]:
    """Read what professionals decided about a recommendation, the first first."""
    return [unpacked_review(row) for row in rows.execute(_reviews(clinic_id, recommendation_id))]


def reviews_after(rows: Rows, clinic_id: str, recommendation_id: str, *, after: int, limit: int) -> Sequence[Packed]:
    """Read a page of the reviews of a recommendation, the first first; `unpacked_review` opens one at a time."""
    return rows.execute(_reviews(clinic_id, recommendation_id).where(_REVIEW.version > after).limit(limit)).all()


def mislisted(rows: Rows, clinic_id: str, after: str = "") -> tuple[list[str], str | None]:
    """Look through some recommendations for those whose columns do not say what is answered since the last review.

    Every answer is opened, since nothing shorter tells whether a plan may be booked. One that was lost with its review
    is passed over: who compares the reviews with the audit names it.

    Returns:
        Their ids, and the id after which to go on; null at the end.
    """
    found = rows.execute(_ANSWERED.where(_TABLE.clinic_id == clinic_id, _TABLE.recommendation_id > after)).all()
    return [row.id for row in found if row.answer and not _is_listed(row)], found[-1].id if found else None


def _is_listed(row: Packed) -> bool:
    try:
        answer = unpack(bytes(row.answer))
    except ZstdError:
        return False
    state = _ANSWERED_STATE + row.review_state.encode() + b'"'
    return row.bookable is (_ANSWERED_BOOKABLE in answer) and answer.startswith(state, answer.rfind(_ANSWERED_STATE))


def spend_read(rows: Rows, clinic_id: str, recommendation_id: str, now: datetime) -> bool:
    """Use up the one time that a browser may read what it stored; false if it was used, or is too late."""
    here = update(RecommendationRow).where(
        _TABLE.clinic_id == clinic_id,
        _TABLE.recommendation_id == recommendation_id,
        _TABLE.read_once_until >= now,
    )
    return rows.execute(here.values(read_once_until=None)).rowcount == 1


def row_of(kept: Recommendation) -> dict[str, Any]:
    """A new recommendation as a row."""
    return {column: getattr(kept, name) for name, column in _NAMES.items()} | {
        "intake": kept.intake,
        "answer": pack(kept.answer),
    }


def _whole(clinic_id: str) -> Select[Any]:
    return select(*_SHOWN, _TABLE.intake, _TABLE.answer).where(_TABLE.clinic_id == clinic_id)


def _parts(kept: Recommendation) -> dict[str, Any]:
    return {field.name: getattr(kept, field.name) for field in fields(kept)}


def _reviews(clinic_id: str, recommendation_id: str) -> Select[Any]:
    here = _REVIEW.clinic_id == clinic_id, _REVIEW.recommendation_id == recommendation_id
    return select(ReviewRow.__table__).where(*here).order_by(_REVIEW.version)


def unpacked_review(row: Packed) -> Review:
    """Open a review that was read packed."""
    return Review(
        id=row.review_id,
        recommendation_id=row.recommendation_id,
        version=row.version,
        reviewed_at=row.reviewed_at,
        key_id=row.key_id,
        document=bytes(row.document),
        answer=unpack(bytes(row.answer)),
    )

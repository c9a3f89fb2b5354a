"""What is in the database in the end, held against what callers were told."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from app.db import Database
from app.models import AuditRow, EventRow, RecommendationRow, ReplyRow
from tests.databases import Place, raw_sqlite


def nothing_is_lost(place: Place, clinic_id: str, answered: Mapping[str, str]) -> None:
    """Every plan that was answered is there under its key, none twice, each with its audit, event and reply."""
    kept = _kept(place, clinic_id)
    assert {key: made for key, made in answered.items() if kept.get(made) != key} == {}
    assert [key for key, times in Counter(kept.values()).items() if times > 1] == []
    if place.dialect == "sqlite":
        assert is_sound(place)


def is_sound(place: Place) -> bool:
    with raw_sqlite(place) as file:
        return file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _kept(place: Place, clinic_id: str) -> dict[str, str]:
    """The client of every recommendation, by its id."""
    database, table = Database(place.url), RecommendationRow.__table__.c
    try:
        with database.read(clinic_id) as rows:
            kept = dict(rows.execute(select(table.recommendation_id, table.client_ref)).all())
            created = AuditRow.action == "recommendation.create"
            told = rows.execute(select(AuditRow.target_id).where(created, AuditRow.outcome == "ok")).scalars().all()
            happened = rows.execute(select(EventRow.subject_id)).scalars().all()
            replied = rows.execute(select(ReplyRow.subject_id)).scalars().all()
            head = rows.execute(select(func.max(AuditRow.number), func.count())).one()
    finally:
        database.close()
    assert sorted(told) == sorted(happened) == sorted(replied) == sorted(kept)
    assert head[0] == head[1]
    return kept

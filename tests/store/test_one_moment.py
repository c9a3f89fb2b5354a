"""Whoever reads sees the store as it was at one moment, whatever others write meanwhile."""

from datetime import UTC, datetime

from app.db import Database
from app.store import audit, recommendations
from app.store.values import Clinic, Review
from tests.store.things import entry, recommendation

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def _kept(database: Database, clinic: Clinic) -> str:
    kept = recommendation(clinic.id)
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry("recommendation.create", kept.id)])
        rows.execute(recommendations.TABLE.insert(), recommendations.row_of(kept))
    return kept.id


def _reviewed(database: Database, clinic: Clinic, name: str, version: int) -> None:
    made = Review(f"rev_{version}", name, version, NOW, "key_x", b"{}", b'{"version":%d}' % version)
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry("recommendation.review", name)])
        recommendations.review(rows, clinic.id, made, state="cleared", bookable=True)


def test_what_is_read_twice_is_read_alike(database: Database, clinic: Clinic) -> None:
    name = _kept(database, clinic)
    _reviewed(database, clinic, name, 2)

    with database.read(clinic.id) as rows:
        before = recommendations.get(rows, clinic.id, name)
        _reviewed(database, clinic, name, 3)
        assert recommendations.get(rows, clinic.id, name) == before

    with database.read(clinic.id) as rows:
        after = recommendations.get(rows, clinic.id, name)
    assert before is not None
    assert after is not None
    assert [(one.version, one.answer) for one in (before, after)] == [(2, b'{"version":2}'), (3, b'{"version":3}')]


def test_an_audit_is_whole_while_others_write_to_it(database: Database, clinic: Clinic) -> None:
    with database.write(clinic.id) as rows:
        audit.append(rows, clinic.id, [entry()])

    with database.read(clinic.id) as rows:
        assert audit.last(rows, clinic.id) == 1
        with database.write(clinic.id) as others:
            audit.append(others, clinic.id, [entry()])
        assert audit.follow(rows, clinic.id).bad is None

"""Events, as they stand in the ledger: appended by `app.store.audit`, and only ever read here."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, select

from app.db import Rows
from app.models import EventRow, HeadRow
from app.store.values import Happened

_TABLE: Final = EventRow.__table__.c
_COLUMNS: Final = select(*EventRow.__table__.columns)


class Stand(NamedTuple):
    """How far a clinic's ledger has come.

    Attributes:
        audit: The number of the last call: whatever changes anything moves it.
        events: The number of the last event.
    """

    audit: int
    events: int


def stands(rows: Rows) -> dict[str, Stand]:
    """Tell how far the ledger of each clinic has come: through the door of the keyring only."""
    found = rows.execute(select(HeadRow.clinic_id, HeadRow.audit_number, HeadRow.event_number))
    return {row.clinic_id: Stand(row.audit_number, row.event_number) for row in found}


def last(rows: Rows, clinic_id: str) -> int:
    """Tell the number of a clinic's last event; 0 before the first."""
    return rows.execute(select(HeadRow.event_number).where(HeadRow.clinic_id == clinic_id)).scalar() or 0


def page(rows: Rows, clinic_id: str, *, after: int, limit: int) -> list[Happened]:
    """Read what came after an event, in order. None is left out: numbers are given in the order of commits."""
    chosen = _COLUMNS.where(_TABLE.clinic_id == clinic_id, _TABLE.number > after)
    return [_value(row) for row in rows.execute(chosen.order_by(_TABLE.number).limit(limit))]


def at(rows: Rows, clinic_id: str, number: int) -> Happened:
    """Read one event by its number."""
    return _value(rows.execute(_COLUMNS.where(_TABLE.clinic_id == clinic_id, _TABLE.number == number)).one())


def number_of(rows: Rows, clinic_id: str, event_id: str) -> int | None:
    """Find the number of an event; null if there is none of this id."""
    chosen = select(_TABLE.number).where(_TABLE.clinic_id == clinic_id, _TABLE.event_id == event_id)
    return rows.execute(chosen).scalar()


def between(
    rows: Rows, clinic_id: str, types: Collection[str], since: datetime, until: datetime, *, limit: int
) -> list[int]:
    """Find the numbers of events of some types that happened from one moment on and before another."""
    here = _TABLE.clinic_id == clinic_id, _TABLE.type.in_(types), _TABLE.at >= since, _TABLE.at < until
    return list(rows.execute(select(_TABLE.number).where(*here).order_by(_TABLE.number).limit(limit)).scalars())


def _value(row: Row[Any]) -> Happened:
    return Happened(
        id=row.event_id,
        type=row.type,
        subject_id=row.subject_id,
        subject_version=row.subject_version,
        at=row.at,
        course_id=row.course_id,
        number=row.number,
    )

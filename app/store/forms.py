"""Forms that clinics show to visitors, in rows."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update

from app.db import Rows
from app.models import FormRow
from app.store.profile import Form

_TABLE: Final = FormRow.__table__.c
_COLUMNS: Final = select(*FormRow.__table__.columns)
_LISTS: Final = ("languages", "areas", "concerns")


def every(rows: Rows) -> list[Form]:
    """Read all forms that were not taken back: through the door of the keyring only."""
    return [_value(row) for row in rows.execute(_COLUMNS.where(_TABLE.revoked_at.is_(None)))]


def of_clinic(rows: Rows, clinic_id: str) -> list[Form]:
    """Read a clinic's forms, the newest first."""
    here = _COLUMNS.where(_TABLE.clinic_id == clinic_id)
    return [_value(row) for row in rows.execute(here.order_by(_TABLE.created_at.desc(), _TABLE.form_id))]


def find(rows: Rows, clinic_id: str, form_id: str) -> Form | None:
    """Read one form of a clinic."""
    row = rows.execute(_COLUMNS.where(_TABLE.clinic_id == clinic_id, _TABLE.form_id == form_id)).one_or_none()
    return _value(row) if row else None


def holding(rows: Rows, clinic_id: str) -> int:
    """Count a clinic's forms that were not taken back."""
    here = select(func.count()).select_from(FormRow).where(_TABLE.clinic_id == clinic_id, _TABLE.revoked_at.is_(None))
    return int(rows.execute(here).scalar_one())


def add(rows: Rows, form: Form) -> None:
    """Store a new form."""
    columns = asdict(form)
    columns |= {"form_id": columns.pop("id"), "origins": _joined(sorted(form.origins))}
    columns |= {name: None if columns[name] is None else _joined(columns[name]) for name in _LISTS}
    rows.execute(insert(FormRow).values(columns))


def revoke(rows: Rows, clinic_id: str, form_id: str, at: datetime) -> None:
    """Take a form back."""
    here = update(FormRow).where(_TABLE.clinic_id == clinic_id, _TABLE.form_id == form_id)
    rows.execute(here.values(revoked_at=at))


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)


def _value(row: Row[Any]) -> Form:
    columns = row._asdict()
    columns |= {name: None if columns[name] is None else tuple(columns[name].split()) for name in _LISTS}
    return Form(id=columns.pop("form_id"), **columns | {"origins": frozenset(row.origins.split())})

"""Clinics, in rows."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from app.db import Rows
from app.models import ClinicRow
from app.store import profile
from app.store.values import Clinic

_COLUMNS: Final = select(*ClinicRow.__table__.columns)


def every(rows: Rows) -> list[Clinic]:
    """Read all clinics in both worlds, the oldest first: through the door of the keyring only."""
    return [_value(row) for row in rows.execute(_COLUMNS.order_by(ClinicRow.created_at, ClinicRow.world))]


def find(rows: Rows, clinic_id: str) -> Clinic | None:
    """Read one clinic in one of its worlds."""
    row = rows.execute(_COLUMNS.where(ClinicRow.clinic_id == clinic_id)).one_or_none()
    return _value(row) if row else None


def add(rows: Rows, clinic: Clinic) -> None:
    """Store a new clinic in one of its worlds."""
    values = _columns({one.name: getattr(clinic, one.name) for one in fields(clinic)})
    rows.execute(insert(ClinicRow).values(clinic_id=values.pop("id"), **values))


def change(rows: Rows, clinic_id: str, chosen: Mapping[str, Any]) -> None:
    """Store what a clinic chose anew, as its next version."""
    here = update(ClinicRow).where(ClinicRow.clinic_id == clinic_id)
    rows.execute(here.values(version=ClinicRow.version + 1, **_columns(chosen)))


def _columns(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What is chosen, in columns."""
    settings = {"settings": profile.written(chosen["settings"])} if "settings" in chosen else {}
    return {**chosen, **settings}


def _value(row: Row[Any]) -> Clinic:
    columns = row._asdict() | {"settings": profile.read(row.settings)}
    return Clinic(id=columns.pop("clinic_id"), **columns)

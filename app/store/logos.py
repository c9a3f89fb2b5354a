"""The logos of clinics, in rows: one each."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select

from app.db import Rows
from app.models import LogoRow

_TABLE: Final = LogoRow.__table__.c


def find(rows: Rows, clinic_id: str, logo_id: str) -> bytes | None:
    """Read a clinic's logo, if it is still this one."""
    here = select(_TABLE.image).where(_TABLE.clinic_id == clinic_id, _TABLE.logo_id == logo_id)
    found = rows.execute(here).scalar_one_or_none()
    return None if found is None else bytes(found)


def add(rows: Rows, clinic_id: str, logo_id: str, image: bytes, at: datetime) -> None:
    """Store the logo of a clinic that has none."""
    rows.execute(insert(LogoRow).values(clinic_id=clinic_id, logo_id=logo_id, image=image, created_at=at))


def remove(rows: Rows, clinic_id: str) -> None:
    """Delete a clinic's logo."""
    rows.execute(delete(LogoRow).where(_TABLE.clinic_id == clinic_id))

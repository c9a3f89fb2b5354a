"""Keys of clinics, in rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update

from app.db import Rows
from app.models import ApiKeyRow, KeyringRow
from app.store.values import ApiKey

_COLUMNS: Final = select(*ApiKeyRow.__table__.columns)


def stamp(rows: Rows) -> int:
    """Tell how often any key or clinic was changed."""
    return int(rows.execute(select(KeyringRow.stamp)).scalar_one())


def check_value(rows: Rows) -> bytes | None:
    """Read what the master secret is held against; null before it was ever kept."""
    kept = rows.execute(select(KeyringRow.check_value)).scalar_one()
    return None if kept is None else bytes(kept)


def keep_check_value(rows: Rows, value: bytes) -> None:
    """Keep what the master secret is held against, unless another process was first."""
    rows.execute(update(KeyringRow).where(KeyringRow.check_value.is_(None)).values(check_value=value))


def every(rows: Rows, since: datetime) -> list[ApiKey]:
    """Read the keys of all clinics that held at some time since: through the door of the keyring only."""
    return [_value(row) for row in rows.execute(_COLUMNS.where(*_holding(since)))]


def holding(rows: Rows, clinic_id: str, at: datetime) -> int:
    """Count the keys of a clinic that hold."""
    here = select(func.count()).select_from(ApiKeyRow)
    return int(rows.execute(here.where(ApiKeyRow.clinic_id == clinic_id, *_holding(at))).scalar_one())


def of_clinic(rows: Rows, clinic_id: str) -> list[ApiKey]:
    """Read a clinic's keys, the newest first."""
    here = _COLUMNS.where(ApiKeyRow.clinic_id == clinic_id)
    return [_value(row) for row in rows.execute(here.order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.key_id))]


def find(rows: Rows, clinic_id: str, key_id: str) -> ApiKey | None:
    """Read one key of a clinic."""
    row = rows.execute(_COLUMNS.where(ApiKeyRow.clinic_id == clinic_id, ApiKeyRow.key_id == key_id)).one_or_none()
    return _value(row) if row else None


def add(rows: Rows, key: ApiKey) -> None:
    """Store a new key."""
    rows.execute(insert(ApiKeyRow).values(_row(key)))


def revoke(rows: Rows, clinic_id: str, key_id: str, at: datetime) -> None:
    """Take a key back."""
    _change(rows, clinic_id, [key_id], revoked_at=at)


def expire(rows: Rows, clinic_id: str, key_id: str, at: datetime) -> None:
    """Let a key end at a time."""
    _change(rows, clinic_id, [key_id], expires_at=at)


def see(rows: Rows, clinic_id: str, key_ids: Iterable[str], at: datetime) -> None:
    """Note that keys were used."""
    _change(rows, clinic_id, list(key_ids), last_used_at=at)


def _change(rows: Rows, clinic_id: str, key_ids: list[str], **columns: datetime) -> None:
    here = update(ApiKeyRow).where(ApiKeyRow.clinic_id == clinic_id, ApiKeyRow.key_id.in_(key_ids))
    rows.execute(here.values(**columns))


def _holding(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Neither revoked nor expired at a time, or only later."""
    return tuple(or_(end.is_(None), end > at) for end in (ApiKeyRow.revoked_at, ApiKeyRow.expires_at))


def _value(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.key_id,
        clinic_id=row.clinic_id,
        kind=row.kind,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        origins=frozenset(row.origins.split()),
        digest=bytes(row.digest),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "clinic_id": key.clinic_id,
        "key_id": key.id,
        "kind": key.kind,
        "name": key.name,
        "scopes": " ".join(sorted(key.scopes)),
        "origins": " ".join(sorted(key.origins)),
        "digest": key.digest,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }

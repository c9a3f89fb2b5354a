"""Webhook endpoints of clinics, in rows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update

from app.db import Rows
from app.models import DeliveryRow, EndpointRow

_TABLE: Final = EndpointRow.__table__.c
_COLUMNS: Final = select(*EndpointRow.__table__.columns)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that a clinic's events are sent to.

    Attributes:
        clinic_id: Whose it is.
        id: Its id, `whe_…`.
        url: The address.
        types: The types of events that are sent to it.
        created_at: When it was made, in UTC.
        generation: Which of its secrets is in force; the first is 1.
        rotated_at: When that began, if it is not the first.
        number: The last event that was looked at for it.
        leased_until: Until when one worker has it to itself.
        failing_since: The first failure since something last arrived.
        disabled_at: Since when nothing is sent to it.
        disabled_reason: Why: `gone` or `failing`.
        last_at: When something was last tried.
        last_outcome: What came of it.
    """

    clinic_id: str
    id: str
    url: str
    types: frozenset[str]
    created_at: datetime
    generation: int
    rotated_at: datetime | None
    number: int
    leased_until: datetime | None = None
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    last_at: datetime | None = None
    last_outcome: str | None = None


def of_clinic(rows: Rows, clinic_id: str) -> list[Endpoint]:
    """Read a clinic's endpoints, the oldest first."""
    here = _COLUMNS.where(_TABLE.clinic_id == clinic_id)
    return [_value(row) for row in rows.execute(here.order_by(_TABLE.created_at, _TABLE.endpoint_id))]


def count(rows: Rows, clinic_id: str) -> int:
    """Count a clinic's endpoints."""
    here = select(func.count()).select_from(EndpointRow).where(_TABLE.clinic_id == clinic_id)
    return int(rows.execute(here).scalar_one())


def find(rows: Rows, clinic_id: str, endpoint_id: str) -> Endpoint | None:
    """Read one endpoint of a clinic."""
    row = rows.execute(_COLUMNS.where(*_it(clinic_id, endpoint_id))).one_or_none()
    return _value(row) if row else None


def take(rows: Rows, clinic_id: str, endpoint_id: str) -> Endpoint | None:
    """Read one endpoint and hold its row until the transaction ends; null if another transaction has it."""
    found = rows.execute(_COLUMNS.where(*_it(clinic_id, endpoint_id)).with_for_update(skip_locked=True))
    row = found.one_or_none()
    return _value(row) if row else None


def add(rows: Rows, endpoint: Endpoint) -> None:
    """Store a new endpoint."""
    columns = asdict(endpoint)
    columns |= {"endpoint_id": columns.pop("id"), "types": " ".join(sorted(endpoint.types))}
    rows.execute(insert(EndpointRow).values(columns))


def change(rows: Rows, clinic_id: str, endpoint_id: str, **columns: Any) -> None:  # noqa: ANN401 -- of any column
    """Change an endpoint."""
    rows.execute(update(EndpointRow).where(*_it(clinic_id, endpoint_id)).values(**columns))


def release(rows: Rows, endpoint: Endpoint, **columns: Any) -> bool:  # noqa: ANN401 -- of any column
    """Change an endpoint and give it back, if the lease is still the one that it was read with."""
    mine = update(EndpointRow).where(
        *_it(endpoint.clinic_id, endpoint.id), _TABLE.leased_until == endpoint.leased_until
    )
    return bool(rows.execute(mine.values(leased_until=None, **columns)).rowcount)


def remove(rows: Rows, clinic_id: str, endpoint_id: str) -> None:
    """Delete an endpoint with all that is on its way to it."""
    kept = DeliveryRow.__table__.c
    rows.execute(delete(DeliveryRow).where(kept.clinic_id == clinic_id, kept.endpoint_id == endpoint_id))
    rows.execute(delete(EndpointRow).where(*_it(clinic_id, endpoint_id)))


def _it(clinic_id: str, endpoint_id: str) -> tuple[Any, Any]:
    return _TABLE.clinic_id == clinic_id, _TABLE.endpoint_id == endpoint_id


def _value(row: Row[Any]) -> Endpoint:
    columns = row._asdict()
    return Endpoint(id=columns.pop("endpoint_id"), **columns | {"types": frozenset(row.types.split())})

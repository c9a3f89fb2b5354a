"""The tables, and nothing else."""

from app.models.base import Base
from app.models.clinics import ApiKeyRow, ClinicRow, KeyringRow
from app.models.ledger import AuditRow, EventRow, HeadRow
from app.models.recommendations import RecommendationRow, ReplyRow, ReviewRow, TombstoneRow
from app.models.webhooks import DeliveryRow, EndpointRow

__all__ = [
    "ApiKeyRow", "AuditRow", "Base", "ClinicRow", "DeliveryRow", "EndpointRow", "EventRow", "HeadRow", "KeyringRow",
    "RecommendationRow", "ReplyRow", "ReviewRow", "TombstoneRow",
]  # fmt: skip

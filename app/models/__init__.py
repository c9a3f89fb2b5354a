"""The tables, and nothing else."""

from app.models.audit import AuditRow, EventRow, HeadRow
from app.models.base import Base
from app.models.clinics import ApiKeyRow, ClinicRow, KeyringRow
from app.models.recommendations import RecommendationRow, ReplyRow, ReviewRow, TombstoneRow

__all__ = [
    "ApiKeyRow", "AuditRow", "Base", "ClinicRow", "EventRow", "HeadRow", "KeyringRow", "RecommendationRow", "ReplyRow",
    "ReviewRow", "TombstoneRow",
]  # fmt: skip

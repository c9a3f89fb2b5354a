"""The tables, and nothing else."""

from app.models.audit import AuditRow, EventRow, HeadRow
from app.models.base import Base
from app.models.clinics import ApiKeyRow, ClinicRow, FormRow, KeyringRow, LogoRow
from app.models.courses import CourseRow, HappeningRow, TaskAckRow
from app.models.recommendations import RecommendationRow, ReplyRow, ReviewRow, TombstoneRow
from app.models.webhooks import DeliveryRow, EndpointRow

__all__ = [
    "ApiKeyRow", "AuditRow", "Base", "ClinicRow", "CourseRow", "DeliveryRow", "EndpointRow", "EventRow", "FormRow",
    "HappeningRow", "HeadRow", "KeyringRow", "LogoRow", "RecommendationRow", "ReplyRow", "ReviewRow", "TaskAckRow",
    "TombstoneRow",
]  # fmt: skip

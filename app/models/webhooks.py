"""Who is told of events, and how far that has come."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CLINIC_ID, ID, Base, Instant


class EndpointRow(Base):
    """An address that events are sent to. Its secret is computed from the generation, so none is stored.

    `number` is the last event that has a delivery of its own or is none of its types: what comes after it is still to
    be looked at. `leased_until` says how long one worker has it to itself.
    """

    __tablename__ = "webhook_endpoints"

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    generation: Mapped[int]
    rotated_at: Mapped[datetime | None] = mapped_column(Instant)
    number: Mapped[int] = mapped_column(BigInteger)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_reason: Mapped[str | None] = mapped_column(String(16))
    last_at: Mapped[datetime | None] = mapped_column(Instant)
    last_outcome: Mapped[str | None] = mapped_column(String(16))


class DeliveryRow(Base):
    """One event on its way to one endpoint. `outcome` is a class of answers or failures, never what was answered."""

    __tablename__ = "deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "endpoint_id"],
            ["webhook_endpoints.clinic_id", "webhook_endpoints.endpoint_id"],
            ondelete="CASCADE",
        ),
        Index("ix_deliveries_state", "clinic_id", "endpoint_id", "state", "number"),
    )

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(16))

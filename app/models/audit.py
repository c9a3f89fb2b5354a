"""What happened: the audit, chained by hashes, and the events that others are told of."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CLINIC_ID, DIGEST, ID, Base, Instant


class HeadRow(Base):
    """Where a clinic's audit and events stand; whoever appends to them holds this row."""

    __tablename__ = "heads"

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    audit_number: Mapped[int] = mapped_column(BigInteger)
    audit_hash: Mapped[bytes] = mapped_column(LargeBinary)
    event_number: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """One call: who did what to which thing, and how it ended. Names of fields, never what was in them."""

    __tablename__ = "audit"

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(ID))
    action: Mapped[str] = mapped_column(String(48))
    target_id: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(32))
    request_id: Mapped[str] = mapped_column(String(36))
    address: Mapped[str] = mapped_column(String(48))
    protocol_digest: Mapped[str] = mapped_column(String(DIGEST))
    fields: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class EventRow(Base):
    """Something that others may want to know, in the same commit as the thing itself. It says which, never what."""

    __tablename__ = "events"

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(ID))
    type: Mapped[str] = mapped_column(String(48))
    subject_id: Mapped[str] = mapped_column(String(ID))
    subject_version: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    course_id: Mapped[str | None] = mapped_column(String(ID))

"""Who uses the service: clinics, their keys, and the forms of their web pages."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import CLINIC_ID, ID, Base, Instant


class ClinicRow(Base):
    """A clinic in one of its two worlds: each clinic has a live one and a test one, and nothing passes between them."""

    __tablename__ = "clinics"

    clinic_id: Mapped[str] = mapped_column(String(CLINIC_ID), primary_key=True)
    twin_id: Mapped[str] = mapped_column(String(CLINIC_ID))
    world: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    review_every_plan: Mapped[bool]
    retention_days: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int]
    settings: Mapped[str] = mapped_column(Text)


class ApiKeyRow(Base):
    """A key: of its secret only the HMAC is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_key_id", "key_id", unique=True),)

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinics.clinic_id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[str] = mapped_column(Text)
    origins: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class FormRow(Base):
    """A form that a clinic shows to visitors. Its id is public; what it may do is kept with it."""

    __tablename__ = "intake_forms"
    __table_args__ = (Index("ix_intake_forms_form_id", "form_id", unique=True),)

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinics.clinic_id"), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    origins: Mapped[str] = mapped_column(Text)
    languages: Mapped[str | None] = mapped_column(Text)
    areas: Mapped[str | None] = mapped_column(Text)
    concerns: Mapped[str | None] = mapped_column(Text)
    stores: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class LogoRow(Base):
    """The picture that a clinic is known by. What kind it is stands with what the clinic set."""

    __tablename__ = "clinic_logos"

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinics.clinic_id"), primary_key=True)
    logo_id: Mapped[str] = mapped_column(String(ID))
    image: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)


class KeyringRow(Base):
    """One row about all keys: how often any of them or a clinic was changed, and which secret they are checked with.

    Who holds a copy of the keys looks at the stamp whether it is stale. The check value is a keyed hash of a constant:
    it tells whether a master secret is the one that this database began with, and nothing of the secret.
    """

    __tablename__ = "keyring"

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[int] = mapped_column(BigInteger)
    check_value: Mapped[bytes | None] = mapped_column(LargeBinary)

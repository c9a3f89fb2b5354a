"""Replies that repeated requests find, in rows."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, Table, bindparam, delete, select, update

from app.db import Rows, insert_all
from app.errors import ClientErasedError, IdempotencyMismatchError, PlanExpiredError
from app.models import ReplyRow
from app.store.values import Reply

_REPLIES: Final = cast("Table", ReplyRow.__table__)
_TABLE: Final = _REPLIES.c
_GIVEN: Final = select(_REPLIES).where(
    _TABLE.clinic_id == bindparam("whose"), _TABLE.slot.in_(bindparam("slots", expanding=True))
)
"""A statement of every group, put together once."""
EXPIRED: Final = 410
"""The status of a reply whose plan was kept long enough; one that went with its client keeps its own."""


@dataclass(frozen=True, slots=True)
class Given:
    """A reply that was given before.

    Attributes:
        reply: The reply.
        erased: Whether what it was about is gone, with its client or in time; it says nothing any more.
        expired: Whether it is gone in time.
    """

    reply: Reply
    erased: bool
    expired: bool = False


def given(rows: Rows, clinic_id: str, slots: Collection[str]) -> dict[str, Given]:
    """Find out which of these requests were answered before, and how."""
    if not slots:
        return {}
    found = rows.execute(_GIVEN, {"whose": clinic_id, "slots": list(slots)})
    return {row.slot: _given(row) for row in found}


def find(rows: Rows, clinic_id: str, slot: str, fingerprint: bytes) -> Reply | None:
    """Find the reply to a request that was answered before; ask while the head row is held.

    Args:
        rows: A transaction that writes.
        clinic_id: Whose.
        slot: Keyed hash of who asks for what under which idempotency key.
        fingerprint: SHA-256 of the canonical request.

    Raises:
        ClientErasedError: What it was about is gone with its client.
        PlanExpiredError: It was kept long enough.
        IdempotencyMismatchError: Another request came under the same idempotency key.
    """
    found = given(rows, clinic_id, [slot]).get(slot)
    if found is None:
        return None
    if found.erased:
        raise PlanExpiredError if found.expired else ClientErasedError
    if found.reply.fingerprint != fingerprint:
        raise IdempotencyMismatchError
    return found.reply


def keep(rows: Rows, clinic_id: str, reply: Reply, at: datetime) -> None:
    """Keep one reply, in the transaction of what it is about."""
    add(rows, clinic_id, [(reply, at)])


def add(rows: Rows, clinic_id: str, replies: Iterable[tuple[Reply, datetime]]) -> None:
    """Keep replies, each with when it was given."""
    insert_all(rows, _REPLIES, [_row(clinic_id, reply, at) for reply, at in replies])


def erase(rows: Rows, clinic_id: str, subject_ids: Collection[str], *, expired: bool = False) -> int:
    """Empty the replies about some things; that there was one is kept, so that asking again is refused."""
    here = update(ReplyRow).where(_TABLE.clinic_id == clinic_id, _TABLE.subject_id.in_(list(subject_ids)))
    told = {"status": EXPIRED} if expired else {}
    return rows.execute(here.values(headers="[]", body=None, fingerprint=b"", erased=True, **told)).rowcount


def expire(rows: Rows, clinic_id: str, before: datetime, limit: int) -> int:
    """Delete the oldest replies that were given before a time."""
    old = select(_TABLE.slot).where(_TABLE.clinic_id == clinic_id, _TABLE.created_at < before)
    slots = rows.execute(old.order_by(_TABLE.created_at).limit(limit)).scalars().all()
    here = delete(ReplyRow).where(_TABLE.clinic_id == clinic_id, _TABLE.slot.in_(slots))
    return rows.execute(here).rowcount if slots else 0


def _row(clinic_id: str, reply: Reply, at: datetime) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "slot": reply.slot,
        "fingerprint": reply.fingerprint,
        "subject_id": reply.subject_id,
        "status": reply.status,
        "headers": json.dumps(reply.headers),
        "body": reply.body,
        "erased": False,
        "created_at": at,
    }


def _given(row: Row[Any]) -> Given:
    reply = Reply(
        slot=row.slot,
        fingerprint=bytes(row.fingerprint),
        subject_id=row.subject_id,
        status=row.status,
        headers=tuple((name, value) for name, value in json.loads(row.headers)),
        body=None if row.body is None else bytes(row.body),
    )
    return Given(reply, erased=row.erased, expired=row.erased and row.status == EXPIRED)

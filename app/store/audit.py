"""The audit: one row for each call, numbered without a gap and chained by keyed hashes, clinic by clinic.

The key comes from the master secret, so that nobody who has only the database can write the chain anew.
Whoever appends holds the clinic's head row until its transaction ends, so numbers are given in the order of commits.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final, cast

from sqlalchemy import CompoundSelect, Row, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.db import Rows, insert_all, seal_of
from app.models import AuditRow, EventRow, HeadRow
from app.store.values import AuditEntry, Event, Recorded

_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
_BEGINNING: Final = hashlib.sha256(b"skincadence audit").digest()
_AT_ONCE: Final = 1_000
_BEFORE_ALL: Final = -(2**63)
_LAST: Final = 2**63 - 1
_HEAD: Final = HeadRow.__table__
_AUDIT: Final = cast("Table", AuditRow.__table__)
_EVENTS: Final = cast("Table", EventRow.__table__)
_HELD: Final = select(_HEAD).where(_HEAD.c.clinic_id == bindparam("whose")).with_for_update()
_LEFT: Final = (
    update(HeadRow)
    .where(_HEAD.c.clinic_id == bindparam("whose"))
    .values({name: bindparam(name) for name in ("audit_number", "audit_hash", "event_number")})
)
"""Statements of every group, put together once: that takes longer than to run them."""


@dataclass(slots=True)
class Head:
    """Where a clinic's audit and events stand, held by this transaction."""

    clinic_id: str
    number: int
    hash: bytes
    events: int
    seal: bytes = field(repr=False)

    def stamp(self, entry: AuditEntry) -> dict[str, Any]:
        """Give a call its number and its hash."""
        self.number += 1
        row = _row(self.clinic_id, self.number, entry)
        self.hash = row["hash"] = _link(self.seal, self.hash, row)
        return row

    def stamp_event(self, event: Event) -> dict[str, Any]:
        """Give an event its number."""
        self.events += 1
        return {
            "clinic_id": self.clinic_id,
            "number": self.events,
            "event_id": event.id,
            "type": event.type,
            "subject_id": event.subject_id,
            "subject_version": event.subject_version,
            "at": event.at,
            "course_id": event.course_id,
        }


def hold(rows: Rows, clinic_id: str) -> Head:
    """Take the head row of a clinic, or make it; others wait until this transaction ends."""
    seal = seal_of(rows)
    row = rows.execute(_HELD, {"whose": clinic_id}).one_or_none()
    if row is None:
        with suppress(IntegrityError), rows.begin_nested():  # another transaction may be making it at this moment
            rows.execute(insert(HeadRow), _head_row(Head(clinic_id, 0, _BEGINNING, 0, seal)))
        row = rows.execute(_HELD, {"whose": clinic_id}).one()
    return Head(clinic_id, row.audit_number, bytes(row.audit_hash), row.event_number, seal)


def write(rows: Rows, head: Head, entries: Iterable[AuditEntry], events: Iterable[Event] = ()) -> None:
    """Append under a head that is held, and let it stand at the end."""
    stamped = [head.stamp(entry) for entry in entries]
    happened = [head.stamp_event(event) for event in events]
    insert_all(rows, _AUDIT, stamped)
    insert_all(rows, _EVENTS, happened)
    columns = _head_row(head)
    rows.execute(_LEFT, {"whose": columns.pop("clinic_id"), **columns})


def append(rows: Rows, clinic_id: str, entries: Sequence[AuditEntry], event: Event | None = None) -> None:
    """Append calls, and what others are told of them."""
    write(rows, hold(rows, clinic_id), entries, () if event is None else (event,))


@dataclass(frozen=True, slots=True)
class Followed:
    """What was found on the way along a chain.

    Attributes:
        bad: The first number that is missing or does not fit; null if all is as it was written.
        number: The number of the last entry.
        hash: Its hash, which stands for everything before it.
        noted: The hashes of those entries that were asked for.
    """

    bad: int | None
    number: int
    hash: bytes
    noted: dict[int, bytes]


def verify(rows: Rows, clinic_id: str) -> int | None:
    """Follow the chain of a clinic from its beginning to its head.

    Returns:
        The first number that is missing or does not fit, or null if all is as it was written.
    """
    return follow(rows, clinic_id).bad


def follow(rows: Rows, clinic_id: str, numbers: Collection[int] = (), first: str | None = None) -> Followed:
    """Follow the chain of a clinic from its beginning to its head. No chain is without an entry.

    Args:
        rows: A transaction that reads.
        clinic_id: Whose audit it is.
        numbers: Entries whose hashes are wanted.
        first: What the first entry must be about; anything if null.
    """
    number, link, bad, seal = 0, _BEGINNING, None, seal_of(rows)
    noted: dict[int, bytes] = {}
    for row in _rows(rows, clinic_id):
        number += 1
        link = _link(seal, link, row)
        begun = number > 1 or first in {None, row["action"]}
        if row["number"] != number or row["hash"] != link or not begun:
            bad = number
            break
        if number in numbers:
            noted[number] = link
    if bad is None and (number == 0 or _head(rows, clinic_id) != (number, link)):
        bad = number + 1
    return Followed(bad, number, link, noted)


def _head(rows: Rows, clinic_id: str) -> tuple[int, bytes] | None:
    head = rows.execute(select(_HEAD).where(_HEAD.c.clinic_id == clinic_id)).one_or_none()
    return None if head is None else (head.audit_number, bytes(head.audit_hash))


def last(rows: Rows, clinic_id: str) -> int:
    """Tell the number of the last call."""
    head = _head(rows, clinic_id)
    return 0 if head is None else head[0]


def about(
    rows: Rows, clinic_id: str, targets: Collection[str] | CompoundSelect[str], *, after: int = 0, until: int = _LAST
) -> list[Recorded]:
    """Read what was done to some things, the first first.

    Args:
        rows: A transaction that reads.
        clinic_id: Whose audit it is.
        targets: The ids of a few things, or a query for those of many.
        after: The number before the first that counts.
        until: The last number that counts.
    """
    here = _AUDIT.c.clinic_id == clinic_id, _AUDIT.c.number > after, _AUDIT.c.number <= until
    chosen = select(_AUDIT).where(*here, _AUDIT.c.target_id.in_(targets)).order_by(_AUDIT.c.number)
    return [_recorded(row) for row in rows.execute(chosen)]


def _rows(rows: Rows, clinic_id: str) -> Iterator[dict[str, Any]]:
    """Read the audit piece by piece: it may be longer than memory."""
    after = _BEFORE_ALL
    piece = select(_AUDIT).where(_AUDIT.c.clinic_id == clinic_id).order_by(_AUDIT.c.number).limit(_AT_ONCE)
    while found := rows.execute(piece.where(_AUDIT.c.number > after)).all():
        for row in found:
            yield row._asdict() | {"hash": bytes(row.hash)}
        after = found[-1].number


def _link(seal: bytes, before: bytes, row: dict[str, Any]) -> bytes:
    told = {name: value for name, value in row.items() if name != "hash"}
    told["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return hmac.digest(seal, before + _canonical(told).encode("ascii"), "sha256")


def _row(clinic_id: str, number: int, entry: AuditEntry) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "number": number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "target_id": entry.target_id,
        "outcome": entry.outcome,
        "request_id": entry.request_id,
        "address": entry.address,
        "protocol_digest": entry.protocol_digest,
        "fields": " ".join(entry.fields),
    }


def _recorded(row: Row[Any]) -> Recorded:
    columns = row._asdict()
    del columns["clinic_id"]
    return Recorded(**columns | {"fields": tuple(row.fields.split()), "hash": bytes(row.hash)})


def _head_row(head: Head) -> dict[str, Any]:
    return {
        "clinic_id": head.clinic_id,
        "audit_number": head.number,
        "audit_hash": head.hash,
        "event_number": head.events,
    }

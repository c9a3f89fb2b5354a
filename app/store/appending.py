"""One clinic's part of a group: what is refused, what was answered before, and the rows of the rest in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.db import Rows, insert_all
from app.errors import AppError, ClientErasedError, IdempotencyMismatchError, PlanExpiredError
from app.store import audit, erasures, recommendations, replies
from app.store.replies import Given
from app.store.values import AuditEntry, Reply, Unit


@dataclass(frozen=True, slots=True)
class Stored:
    """The unit is on disk."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The same was asked before, and this was the reply.

    Attributes:
        reply: The first reply.
        body: Its body.
    """

    reply: Reply
    body: bytes = field(repr=False)


Outcome = Stored | Replayed | AppError
Row = dict[str, Any]


def append(rows: Rows, clinic_id: str, units: Sequence[tuple[Unit, Row | None]]) -> list[Outcome]:
    """Append units of one clinic, in bulk.

    Args:
        rows: A transaction that sees this clinic.
        clinic_id: Which.
        units: Each with the row of its recommendation, if it has one.

    Returns:
        What becomes of each once the transaction is committed.
    """
    head = audit.hold(rows, clinic_id)
    group = _Group(rows, clinic_id, [unit for unit, _ in units])
    outcomes = [group.judge(unit) for unit, _ in units]
    stored = [unit_row for unit_row, outcome in zip(units, outcomes, strict=True) if isinstance(outcome, Stored)]
    _insert(rows, clinic_id, stored)
    told = [entry for (unit, _), outcome in zip(units, outcomes, strict=True) for entry in _told(unit, outcome)]
    audit.write(rows, head, told, [unit.event for unit, _ in stored if unit.event])
    return outcomes


class _Group:
    """What the units of a group meet in the store, and in one another."""

    def __init__(self, rows: Rows, clinic_id: str, units: Sequence[Unit]) -> None:
        self._rows, self._clinic_id = rows, clinic_id
        self._erased = erasures.buried(rows, clinic_id, list({unit.client_hash for unit in units if unit.client_hash}))
        self._given = replies.given(rows, clinic_id, list({unit.reply.slot for unit in units if unit.reply}))
        self._fresh: dict[str, bytes] = {}

    def judge(self, unit: Unit) -> Outcome:
        """Decide about one unit."""
        given = self._given.get(unit.reply.slot) if unit.reply else None
        if unit.reply and given:
            return self._repeated(unit, unit.reply, given)
        if unit.client_hash in self._erased:
            return ClientErasedError()
        if unit.reply:
            self._given[unit.reply.slot] = Given(unit.reply, erased=False)
        if unit.recommendation:
            self._fresh[unit.recommendation.id] = unit.recommendation.answer
        return Stored()

    def _repeated(self, unit: Unit, reply: Reply, given: Given) -> Outcome:
        if given.expired and unit.client_hash not in self._erased:
            return PlanExpiredError()
        if given.erased:
            return ClientErasedError()
        if given.reply.fingerprint != reply.fingerprint:
            return IdempotencyMismatchError()
        body = given.reply.body
        if body is None:
            body = self._answer(given.reply.subject_id)
        return ClientErasedError() if body is None else Replayed(given.reply, body)

    def _answer(self, subject_id: str) -> bytes | None:
        if subject_id in self._fresh:
            return self._fresh[subject_id]
        kept = recommendations.original(self._rows, self._clinic_id, subject_id)
        return None if kept is None else kept.answer


def _insert(rows: Rows, clinic_id: str, stored: Sequence[tuple[Unit, Row | None]]) -> None:
    replies.add(rows, clinic_id, [(unit.reply, unit.audit[0].at) for unit, _ in stored if unit.reply])
    insert_all(rows, recommendations.TABLE, [row for _, row in stored if row])


def _told(unit: Unit, outcome: Outcome) -> list[AuditEntry]:
    """What the audit says: the call as it was meant, or what it came to instead."""
    if isinstance(outcome, Stored):
        return list(unit.audit)
    if isinstance(outcome, Replayed):
        return [replace(entry, target_id=outcome.reply.subject_id, outcome="replayed") for entry in unit.audit]
    return [replace(entry, target_id="", outcome=outcome.code) for entry in unit.audit]

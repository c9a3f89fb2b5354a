"""Tombstones as a list, and clients who come up again although they were erased."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select

from app.db import Rows
from app.models import RecommendationRow, TombstoneRow

_TABLE: Final = RecommendationRow.__table__.c
_TOMBSTONE: Final = TombstoneRow.__table__.c
_AT_ONCE: Final = 1_000


class Tombstone(NamedTuple):
    """A client who was erased.

    Attributes:
        client_hash: The keyed hash that stands for the clinic's name for them.
        erased_at: When, in UTC.
    """

    client_hash: str
    erased_at: datetime


def tombstones(rows: Rows, clinic_id: str) -> Iterable[Tombstone]:
    """Read who was erased, the first first."""
    here = select(_TOMBSTONE.client_hash, _TOMBSTONE.erased_at).where(_TOMBSTONE.clinic_id == clinic_id)
    for row in rows.execute(here.order_by(_TOMBSTONE.erased_at, _TOMBSTONE.client_hash)):
        yield Tombstone(row.client_hash, row.erased_at)


def buried(rows: Rows, clinic_id: str, hashes: list[str]) -> set[str]:
    """Find out which of these clients were erased; ask while the head row is held."""
    chosen = select(_TOMBSTONE.client_hash).where(_TOMBSTONE.clinic_id == clinic_id, _TOMBSTONE.client_hash.in_(hashes))
    return set(rows.execute(chosen).scalars()) if hashes else set()


def client_refs(rows: Rows, clinic_id: str) -> Iterator[str]:
    """Name every client of whom something is held, a page at a time: it may be more than memory."""
    after = ""
    page = select(_TABLE.client_ref).where(_TABLE.clinic_id == clinic_id).distinct()
    page = page.order_by(_TABLE.client_ref).limit(_AT_ONCE)
    while found := rows.execute(page.where(_TABLE.client_ref > after)).scalars().all():
        named = [ref for ref in found if ref is not None]
        yield from named
        after = named[-1]

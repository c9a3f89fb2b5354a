"""Checking that nobody has changed what was written down."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from app.db import Database, DatabaseDamagedError, Rows
from app.store import accounts, audit, clinics, recommendations
from app.store.values import Clinic

SHORT: Final = 16
"""Characters of a hash that a note of it holds: 64 bits, which nobody meets by chance or by trying."""


_MOST: Final = 10
"""As many recommendations are named for each complaint."""


class Noted(NamedTuple):
    """An entry as somebody noted it elsewhere: nobody can take it away, or anything before it, without being seen.

    Attributes:
        clinic_id: Whose audit it is in, in one of the worlds.
        number: The number of the entry.
        hash: The beginning of its hash, in hexadecimal digits.
    """

    clinic_id: str
    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit of one clinic is worth.

    Attributes:
        clinic: Whose it is, in one of the worlds.
        last: Its last entry, to be noted elsewhere.
        complaints: What is wrong with it.
    """

    clinic: Clinic
    last: Noted
    complaints: tuple[str, ...]


def verify(database: Database, noted: Collection[Noted] = ()) -> list[Report]:
    """Go through the audit of every clinic in both worlds.

    Args:
        database: Where it is.
        noted: Entries that were noted elsewhere, and must still be there.
    """
    with database.keyring() as rows:
        every = clinics.every(rows)
    return [_report(database, clinic, [note for note in noted if note.clinic_id == clinic.id]) for clinic in every]


def strays(database: Database, noted: Collection[Noted] = ()) -> list[str]:
    """Say which clinics are missing: those that have an audit, were noted, or are the other world of one."""
    chained = database.chained()  # first: a clinic that is made meanwhile must not look as if it were missing
    with database.keyring() as rows:
        every = clinics.every(rows)
    there = {clinic.id for clinic in every}
    reasons = {
        "an audit is kept of it": chained,
        "it is the other world of one that there is": {clinic.twin_id for clinic in every},
        "an entry of its audit was noted": {note.clinic_id for note in noted},
    }
    return [f"{one}  there is no such clinic, but {why}" for why, ids in reasons.items() for one in sorted(ids - there)]


def _report(database: Database, clinic: Clinic, noted: Collection[Noted]) -> Report:
    try:
        with database.read(clinic.id) as rows:
            found = audit.follow(rows, clinic.id, {note.number for note in noted}, "clinic.create")
            complaints = [*_broken(found, noted), *_loose(rows, clinic.id)]
    except DatabaseDamagedError:
        return Report(clinic, Noted(clinic.id, 0, ""), ("cannot be followed: the database is damaged",))
    complaints += _untrue(database, clinic.id)
    return Report(clinic, Noted(clinic.id, found.number, found.hash.hex()[:SHORT]), tuple(complaints))


def _broken(found: audit.Followed, noted: Collection[Noted]) -> list[str]:
    if found.bad is not None:
        return [f"broken at entry {found.bad}"]
    gone = [note for note in noted if not found.noted.get(note.number, b"").hex().startswith(note.hash)]
    return [f"entry {note.number} is not the one that was noted" for note in gone]


def _loose(rows: Rows, clinic_id: str) -> list[str]:
    return [
        *(f"{one} is stored without an entry" for one in accounts.unaccounted(rows, clinic_id)),
        *(f"{one} has not the reviews that the entries tell of" for one in accounts.misreviewed(rows, clinic_id)),
        *(f"{one} has not the happenings that the entries tell of" for one in accounts.mistold(rows, clinic_id)),
        *(["events are missing"] if accounts.events_missing(rows, clinic_id) else []),
        *(["the tombstone of an erased client is missing"] if accounts.unburied(rows, clinic_id) else []),
    ]


def _untrue(database: Database, clinic_id: str) -> list[str]:
    try:
        found = list(islice(_mislisted(database, clinic_id), _MOST))
    except DatabaseDamagedError:
        return ["the recommendations cannot all be read: the database is damaged"]
    return [f"{one} is listed otherwise than it was answered" for one in found]


def _mislisted(database: Database, clinic_id: str) -> Iterator[str]:
    """Go through all recommendations, each as it is when its turn comes: nobody else waits until the last was read."""
    after: str | None = ""
    while after is not None:
        with database.read(clinic_id) as rows:
            found, after = recommendations.mislisted(rows, clinic_id, after)
        yield from found

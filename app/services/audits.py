"""Checking that nobody has changed what was written down."""

from app.db import Database
from app.store import audit, clinics
from app.store.values import Clinic


def verify(database: Database) -> dict[Clinic, int | None]:
    """Go through the audit of every clinic in both worlds.

    Returns:
        For each the number of the first entry that is not what was written; null where there is none.
    """
    with database.keyring() as rows:
        every = clinics.every(rows)
    found = {}
    for clinic in every:
        with database.read(clinic.id) as rows:
            found[clinic] = audit.verify(rows, clinic.id)
    return found

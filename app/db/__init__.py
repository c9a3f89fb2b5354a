"""The databases: opening, migrating, and keeping clinics apart. The only place that knows which database it is."""

from app.db.bulk import insert_all
from app.db.database import Database, Rows, seal_of
from app.db.failures import DAMAGED, DatabaseDamagedError, DatabaseRefusedError
from app.db.migrating import at_head, head, migrate
from app.db.postgresql import scrub
from app.db.tenancy import UnsafeDatabaseError
from app.db.turns import wait_from_now

__all__ = [
    "DAMAGED",
    "Database",
    "DatabaseDamagedError",
    "DatabaseRefusedError",
    "Rows",
    "UnsafeDatabaseError",
    "at_head",
    "head",
    "insert_all",
    "migrate",
    "scrub",
    "seal_of",
    "wait_from_now",
]

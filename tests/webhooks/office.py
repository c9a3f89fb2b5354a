"""What a worker works with."""

from dataclasses import dataclass

from app.clock import Clock
from app.db import Database
from app.security import Secrets


@dataclass(frozen=True, slots=True)
class Office:
    """A database, its secrets, and a clock."""

    database: Database
    secrets: Secrets
    clock: Clock

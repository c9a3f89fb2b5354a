"""Everything that a running service works with, opened together and closed together."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.clock import Clock
from app.db import Database, DatabaseRefusedError, UnsafeDatabaseError, at_head, migrate
from app.errors import DatabaseUnavailableError, StorageFullError
from app.security import Secrets, random_text
from app.services.aside import Aside
from app.services.keyring import Keyring
from app.services.limits import Limits
from app.services.shelf import Shelf
from app.services.sweeper import Sweeper
from app.settings import SHORTEST_SECRET, Settings, SettingsError
from app.store.lane import WriteLane

OWN_SECRET: Final = 64
"""Characters of a secret that is made here."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What the services are handed.

    Attributes:
        settings: How this installation is set up.
        shelf: The protocols and texts.
        clock: What time it is.
        database: Where things are kept.
        lane: Where new recommendations queue up to be stored.
        secrets: What only this installation can compute.
        keyring: Who may come in.
        limits: How often.
        sweeper: What takes away what was kept long enough.
        pending: The slots of idempotent requests that are being answered in this process.
        aside: Where long work waits for its turn.
    """

    settings: Settings
    shelf: Shelf
    clock: Clock
    database: Database
    lane: WriteLane
    secrets: Secrets
    keyring: Keyring
    limits: Limits
    sweeper: Sweeper
    pending: set[str] = field(default_factory=set)
    aside: Aside = field(default_factory=Aside)

    def close(self) -> None:
        """Let what is queued be stored, then let go of the database."""
        self.sweeper.close()
        self.keyring.close()
        self.lane.close()
        self.database.close()

    def works(self) -> bool:
        """Probe whether requests can be answered: the database answers, is up to date, and so are the keys."""
        try:
            return at_head(self.settings.database_url) and self.keyring.fresh
        except (DatabaseUnavailableError, DatabaseRefusedError):
            return False


def open_backend(settings: Settings, shelf: Shelf | None = None, clock: Clock | None = None) -> Backend:
    """Open everything, or refuse to: nothing is served from a database that is not as it must be.

    Raises:
        SettingsError: The settings do not fit the database, or the other way round.
        DatabaseUnavailableError: The database does not answer.
    """
    clock = clock or Clock(settings.time_zone)
    database = open_database(settings)
    try:
        secrets = Secrets(master_secret(settings))
        keyring = Keyring(database, clock)
        keyring.open()
        lane = WriteLane(database, queue=settings.write_queue)
        limits = Limits(settings)
    except BaseException:
        database.close()
        raise
    lane.start()
    sweeper = Sweeper(database, clock, settings.sweep_minutes)
    sweeper.start()
    return Backend(settings, shelf or Shelf.standard(), clock, database, lane, secrets, keyring, limits, sweeper)


def open_database(settings: Settings) -> Database:
    """Open the database and make sure that it is up to date and keeps clinics apart; a file of ours is made if needed.

    Raises:
        SettingsError: It cannot be used, and why.
        DatabaseUnavailableError: It does not answer.
    """
    if complaints := settings.contradictions():
        raise SettingsError(complaints)
    _bring_up_to_date(settings)
    database = Database(settings.database_url)
    try:
        database.verify()
    except UnsafeDatabaseError as error:
        database.close()
        raise SettingsError([f"SKINCADENCE_DATABASE_URL: {hole}" for hole in error.holes]) from None
    return database


def _bring_up_to_date(settings: Settings) -> None:
    if not settings.embedded:
        if not at_head(settings.database_url):
            raise SettingsError([_OUTDATED])
        return
    try:
        if not at_head(settings.database_url):
            migrate(settings.database_url)
    except (DatabaseUnavailableError, DatabaseRefusedError, StorageFullError, OSError, ValueError):
        raise SettingsError([_UNUSABLE_FILE]) from None


_OUTDATED: Final = (
    "SKINCADENCE_DATABASE_URL: the tables are not those of this version. Run `skincadence migrate` with "
    "SKINCADENCE_DATABASE_OWNER_URL set to the role that owns them."
)
_UNUSABLE_FILE: Final = (
    "SKINCADENCE_DATABASE_URL must name a file that can be made, read and written, in a folder where files can be made."
)
_UNREADABLE: Final = "SKINCADENCE_SECRET_FILE must be the path of a file that can be read."
_TOO_SHORT: Final = f"SKINCADENCE_SECRET_FILE must hold at least {SHORTEST_SECRET} random characters."


def master_secret(settings: Settings) -> bytes:
    """Find the secret that keys are checked with; beside a database in a file it is made if there is none.

    Raises:
        SettingsError: There is none, or it is no secret.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    try:
        secret = _secret_file(settings).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise SettingsError([_UNREADABLE]) from None
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError([_TOO_SHORT])
    return secret.encode()


def _secret_file(settings: Settings) -> Path:
    if settings.secret_file is not None:
        return settings.secret_file
    beside = Path(settings.database_url.removeprefix("sqlite:///")).with_suffix(".secret")
    if not beside.exists():
        _write_once(beside, random_text(OWN_SECRET))
    return beside


def _write_once(path: Path, secret: str) -> None:
    """Make a file that only its owner can read, whole or not at all; whoever comes first decides what is in it."""
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()

"""Everything that a running service works with, opened together and closed together."""

from dataclasses import dataclass, field

from app.clock import Clock
from app.db import Database, DatabaseRefusedError, at_head
from app.errors import DatabaseUnavailableError
from app.security import Secrets
from app.services.aside import Aside
from app.services.keyring import Keyring
from app.services.limits import Limits
from app.services.opening import open_database
from app.services.shelf import Shelf
from app.services.sweeper import Sweeper
from app.settings import Settings
from app.store.lane import WriteLane


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
        """Probe whether requests can be answered: nothing was found damaged, all is up to date, the writer is there."""
        if self.database.damaged:
            return False
        try:
            return at_head(self.settings.database_url) and self.keyring.fresh and self.lane.alive
        except (DatabaseUnavailableError, DatabaseRefusedError):
            return False


def open_backend(settings: Settings, shelf: Shelf | None = None, clock: Clock | None = None) -> Backend:
    """Open everything, or refuse to: nothing is served from a database that is not as it must be.

    Raises:
        SettingsError: The settings do not fit the database, or the other way round.
        DatabaseUnavailableError: The database does not answer.
    """
    clock = clock or Clock(settings.time_zone)
    database, secrets, _ = open_database(settings)
    try:
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

"""One door to whichever database there is: every transaction says whose rows it wants before it gets any."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from app.db.failures import DatabaseDamagedError, is_away, translated
from app.db.migrating import head, revision_of
from app.db.postgresql import Postgresql
from app.db.silence import Silence
from app.db.sqlite import Sqlite
from app.db.tenancy import UnsafeDatabaseError
from app.db.turns import Turns, waits_since

Rows = Connection
"""A transaction under way, in which one clinic's rows can be seen."""

SEAL: Final = "seal"
"""Where a transaction holds the key of the audit's chain."""

_MOVED: Final = text("UPDATE keyring SET stamp = stamp + 1")


class _Server(Protocol):
    dialect: str
    readers: Engine
    writers: Engine
    silence: Silence

    def enter(self, rows: Rows, clinic_id: str) -> None: ...
    def open_keyring(self, rows: Rows) -> None: ...
    def leave(self, rows: Rows) -> None: ...
    def holes(self) -> list[str]: ...
    def chained(self) -> set[str]: ...
    def wipe(self, seconds: float) -> bool: ...
    def close(self) -> None: ...


def seal_of(rows: Rows) -> bytes:
    """Tell the key that the audit is chained with."""
    key: bytes = rows.info[SEAL]
    return key


class Append:
    """A transaction that writes for several clinics, one after the other."""

    def __init__(self, rows: Rows, enter: Callable[[Rows, str], None]) -> None:
        self._rows = rows
        self._enter = enter

    def rows_of(self, clinic_id: str) -> Rows:
        """Turn to a clinic; from here on only its rows can be seen."""
        self._enter(self._rows, clinic_id)
        return self._rows


class Database:
    """Where everything is kept.

    Every context is one transaction: committed where the block ends, rolled back where it raises. Each raises
    `DatabaseUnavailableError`, `StorageFullError` or `DatabaseRefusedError` instead of what the driver says.

    Attributes:
        dialect: `sqlite` or `postgresql`.
        damaged: Whether any part of it was found to be damaged; that does not mend itself.
    """

    def __init__(self, url: str, *, pool: int = 8) -> None:
        """Prepare; nothing is opened before it is needed.

        Args:
            url: `sqlite:///` and a file, or `postgresql://…` for a role that owns nothing.
            pool: How many transactions may be under way at a time; SQLite has one more, the writer.
        """
        address = make_url(url)
        self._server: _Server = (
            Sqlite(address, pool) if address.get_backend_name() == "sqlite" else Postgresql(address, pool)
        )
        self.dialect: Final = self._server.dialect
        self.damaged = False
        self._seal = b""
        self._turns = Turns()

    def seal_with(self, key: bytes) -> None:
        """Chain the audit with a key from here on, so that who has only the database cannot write it anew."""
        self._seal = key

    @contextmanager
    def read(self, clinic_id: str) -> Iterator[Rows]:
        """Read one clinic's rows, all of them as they are at one moment, and write none."""
        with self._rows(self._server.readers) as rows:
            self._server.enter(rows, clinic_id)
            yield rows

    @contextmanager
    def write(self, clinic_id: str) -> Iterator[Rows]:
        """Read and write one clinic's rows."""
        with self._writing() as rows:
            self._server.enter(rows, clinic_id)
            yield rows

    @contextmanager
    def keyring(self) -> Iterator[Rows]:
        """Read the keys and clinics of everyone, and nothing else."""
        with self._rows(self._server.readers) as rows:
            self._server.open_keyring(rows)
            yield rows

    @contextmanager
    def keyring_write(self, clinic_id: str) -> Iterator[Rows]:
        """Change a clinic's own row or its keys; whoever holds a copy of the keyring is told by its stamp."""
        with self.write(clinic_id) as rows:
            yield rows
            rows.execute(_MOVED)

    @contextmanager
    def common_write(self) -> Iterator[Rows]:
        """Change what belongs to no clinic; no clinic's rows can be seen."""
        with self._writing() as rows:
            yield rows

    @contextmanager
    def append(self) -> Iterator[Append]:
        """Write for several clinics in one transaction."""
        with self._writing() as rows:
            yield Append(rows, self._server.enter)

    def enter(self, rows: Rows, clinic_id: str) -> None:
        """Turn a transaction to another clinic: for making both worlds of a clinic at once."""
        self._server.enter(rows, clinic_id)

    def chained(self) -> set[str]:
        """Name every clinic that has an audit, whether or not there is such a clinic; on a server, by its head."""
        with self._noticing():
            return self._server.chained()

    def verify(self) -> None:
        """Make sure that the database keeps clinics apart.

        Raises:
            UnsafeDatabaseError: It would not.
        """
        with self._noticing():
            holes = self._server.holes()
        if holes:
            raise UnsafeDatabaseError(holes)

    def at_head(self) -> bool:
        """Say whether the tables are at the revision that this version works with."""
        with self._rows(self._server.readers) as rows:
            return revision_of(rows) == head()

    def wipe(self, seconds: float = 5.0) -> bool:
        """Make sure that what was deleted is on the disk no more.

        Returns:
            Whether it is. If not, on SQLite the next call or the closing of the database does it; on PostgreSQL,
            `scrub` does.
        """
        with self._noticing():
            return self._server.wipe(seconds)

    def close(self) -> None:
        """Let go of every connection."""
        self._server.close()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            with translated():
                yield
        except DatabaseDamagedError:
            self.damaged = True
            raise

    @contextmanager
    def _rows(self, engine: Engine) -> Iterator[Rows]:
        self._server.silence.ask()
        with self._noticing(), engine.connect() as rows, self._begun(rows):
            yield rows
        self._server.silence.broken()

    @contextmanager
    def _writing(self) -> Iterator[Rows]:
        """Wait for a turn, then for the lock; see `app.db.turns`."""
        since = waits_since()
        self._turns.ask(since)
        self._server.silence.ask()
        with self._noticing(), self._server.writers.connect() as rows:
            self._turns.ask(since)
            try:
                with self._begun(rows):
                    yield rows
            except DBAPIError as problem:
                if is_away(problem):
                    self._turns.noticed()
                raise
        self._server.silence.broken()

    @contextmanager
    def _begun(self, rows: Rows) -> Iterator[None]:
        with rows.begin():
            rows.info[SEAL] = self._seal
            try:
                yield
            finally:
                self._server.leave(rows)

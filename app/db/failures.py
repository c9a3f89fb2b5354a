"""What a driver complains of, as errors of ours: never with a statement or a value in them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import DatabaseUnavailableError, StorageFullError

_SQLITE_FULL: Final = 13
_SQLITE_DAMAGED: Final = frozenset({11, 26})
"""Corrupt, not a database."""
_SQLITE_AWAY: Final = frozenset({5, 6, 8, 10, 14, 15})
"""Busy, locked, read-only, input/output, cannot open, protocol."""

_POSTGRESQL_FULL: Final = "53100"
_POSTGRESQL_DAMAGED: Final = ("XX001", "XX002")
_POSTGRESQL_AWAY: Final = ("08", "25006", "25P03", "40", "53", "55P03", "57", "58")
"""Connection, read-only, idle too long, rolled back, resources, lock not available, operator, system."""


DAMAGED: Final = (
    "The database is damaged: not all of it can be read, and what is written to it can be lost. Stop what uses it, "
    "keep a copy of it as it is, and bring back the last backup; from beside a file, take its `-wal` and `-shm` away "
    "first, or they damage the backup, too. `PRAGMA integrity_check` says what is wrong in a file."
)


class DatabaseDamagedError(DatabaseUnavailableError):
    """The database is damaged; for a caller it does not answer, for whoever runs it, it will not get better."""


class DatabaseRefusedError(Exception):
    """The database refused a statement that should have been right: a mistake of ours, or an attempt to cross over."""

    def __init__(self, kind: str, code: object) -> None:
        super().__init__(f"The database refused a statement: {kind}, code {code}.")
        self.code = code


@contextmanager
def translated() -> Iterator[None]:
    """Raise what can be told to a caller instead of what the driver says.

    Raises:
        DatabaseUnavailableError: It is away, locked, or too slow.
        DatabaseDamagedError: It is damaged.
        StorageFullError: There is no room left.
        DatabaseRefusedError: It refused a statement.
    """
    try:
        yield
    except PoolTimeoutError:
        raise DatabaseUnavailableError from None
    except DBAPIError as problem:
        raise _meaning(problem) from None
    except sqlite3.Error as problem:
        raise _sqlite(problem) from None
    except SQLAlchemyError as problem:
        raise DatabaseRefusedError(type(problem).__name__, problem.code) from None


def is_away(problem: DBAPIError) -> bool:
    """Say whether a driver complains that the database is away, locked, or too slow."""
    return isinstance(_meaning(problem), DatabaseUnavailableError)


def _meaning(problem: DBAPIError) -> Exception:
    if problem.connection_invalidated:
        return DatabaseUnavailableError()
    if isinstance(problem.orig, sqlite3.Error):
        return _sqlite(problem.orig)
    return _postgresql(problem, getattr(problem.orig, "sqlstate", None))


def _sqlite(problem: sqlite3.Error) -> Exception:
    primary = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    if primary == _SQLITE_FULL:
        return StorageFullError()
    if primary in _SQLITE_DAMAGED:
        return DatabaseDamagedError()
    if primary in _SQLITE_AWAY:
        return DatabaseUnavailableError()
    return DatabaseRefusedError(type(problem).__name__, getattr(problem, "sqlite_errorname", None))


def _postgresql(problem: DBAPIError, state: str | None) -> Exception:
    if state == _POSTGRESQL_FULL:
        return StorageFullError()
    if state in _POSTGRESQL_DAMAGED:
        return DatabaseDamagedError()
    if state is None and isinstance(problem, OperationalError | InterfaceError):
        return DatabaseUnavailableError()
    if state is not None and state.startswith(_POSTGRESQL_AWAY):
        return DatabaseUnavailableError()
    return DatabaseRefusedError(type(problem.orig).__name__, state)

"""SQLite: one file, several readers, one writer."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteIdentifierPreparer
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from typing_extensions import override

from app.db.failures import DAMAGED
from app.db.guard import REFUSES_LOSS, Guard
from app.db.leftovers import Leftovers, TooLongError
from app.db.silence import Silence
from app.db.tenancy import APPEND_ONLY, BEGINNING_OF_COURSES, PARTS_OF_COURSES, TENANT_TABLES, NoClinicError

WAIT_SECONDS: Final = 4.0
WIPE_TRY: Final = 0.2
"""Seconds for which cleaning up may keep others from writing, and for which it then lets them."""
WIPE_STEP: Final = 0.07
LOOKED_THROUGH: Final = 1 << 30
"""Bytes up to which a file is looked through before it is used: about a second's worth, if it is in memory."""
_CHANGE: Final = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_GUARD: Final = "guard"


class Sqlite:
    """A database in one file."""

    dialect = "sqlite"

    def __init__(self, url: URL, readers: int) -> None:
        """Prepare engines; nothing is opened before it is needed."""
        self._path = file_of(url)
        self.silence = Silence()  # which nobody ever notices
        self.readers = self._engine(readers, "BEGIN", query_only=True)
        self.writers = self._engine(1, "BEGIN IMMEDIATE", query_only=False)
        self._wrote = False
        event.listen(self.writers, "begin", self._note_writing)

    def _engine(self, size: int, begin: str, *, query_only: bool) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=lambda: open_file(self._path),
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            hide_parameters=True,
        )
        engine.dialect.statement_compiler = _StoredTables
        engine.dialect.identifier_preparer = _StoredNames(engine.dialect)
        event.listen(engine, "connect", _furnish(query_only=query_only))
        event.listen(engine, "begin", lambda rows: rows.exec_driver_sql(begin))
        event.listen(engine, "before_cursor_execute", _tell)
        event.listen(engine, "after_cursor_execute", _told)
        return engine

    def _note_writing(self, _rows: Connection) -> None:
        self._wrote = True

    def enter(self, rows: Connection, clinic_id: str) -> None:
        """Show one clinic's rows, and no others."""
        if not clinic_id:
            raise NoClinicError
        _guard(rows).clinic = clinic_id

    def open_keyring(self, rows: Connection) -> None:
        """Show the keys and clinics of everyone."""
        _guard(rows).keyring = True

    def leave(self, rows: Connection) -> None:
        """Show nothing any more."""
        guard = _guard(rows)
        guard.clinic, guard.keyring, guard.changing = None, False, False

    def holes(self) -> list[str]:
        """List the stored triggers that are missing, or not what they should be, and whether the file is damaged."""
        with closing(open_file(self._path)) as connection:
            stored = set(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            sound = self._path.stat().st_size > LOOKED_THROUGH or _is_sound(connection)
        missing = [f"The trigger {name} is missing." for name, _ in sorted(STORED_TRIGGERS.items() - stored)]
        return missing if sound else [DAMAGED, *missing]

    def chained(self) -> set[str]:
        """Name every clinic that has an audit: from the file itself, because nothing here shows more than one."""
        with closing(open_file(self._path)) as connection:
            found = connection.execute("SELECT clinic_id FROM heads UNION SELECT clinic_id FROM audit")
            return {clinic_id for (clinic_id,) in found}

    def wipe(self, seconds: float) -> bool:
        """Empty the write-ahead log into the file and clear what it left behind, so that what was deleted is nowhere.

        Nobody can write during a try, so there are short ones, and in between whoever waits to write has their turn.

        Returns:
            Whether it is; readers that hold an older state can keep it from happening.
        """
        deadline = monotonic() + seconds
        while not self._wiped(min(WIPE_TRY, seconds)):
            if monotonic() > deadline:
                return False
            sleep(WIPE_TRY)
        return True

    def _wiped(self, seconds: float) -> bool:
        """Try it once; the whole file is looked through while others write, and only what was found keeps them out."""
        if not self._emptied(seconds):
            return False
        try:
            found = self._leftovers.find()
        except TooLongError:
            return False
        return not found or self._emptied(seconds, found)

    def _emptied(self, seconds: float, leftovers: Sequence[int] = ()) -> bool:
        deadline = monotonic() + seconds
        with self.writers.connect(), closing(open_file(self._path, wait=0.05)) as connection:
            while not (_truncated(connection) and (not leftovers or self._cleared(connection, leftovers))):
                if monotonic() > deadline - WIPE_STEP:
                    return False
                sleep(0.02)
        return True

    def _cleared(self, connection: sqlite3.Connection, leftovers: Sequence[int]) -> bool:
        """Clear what was left behind, unless another process wrote since the log was emptied.

        The version that is written anew tells whoever keeps pages in memory to read them again.
        """
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        log = self._path.with_name(f"{self._path.name}-wal")
        alone = not log.exists() or log.stat().st_size == 0
        if alone:
            self._leftovers.clear(leftovers)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
        return alone and _truncated(connection)

    @cached_property
    def _leftovers(self) -> Leftovers:
        return Leftovers(self._path)

    def close(self) -> None:
        """Close every connection, and leave one file behind where possible; who only read leaves it as it was."""
        with suppress(SQLAlchemyError, sqlite3.Error):
            if self._wrote:
                self.wipe(seconds=1.0)
            else:
                self._emptied(seconds=1.0)
        self.readers.dispose()
        self.writers.dispose()
        if "_leftovers" in vars(self):
            self._leftovers.close()
            del self._leftovers


_BEGINNING: Final = ", ".join(BEGINNING_OF_COURSES)
STORED_TRIGGERS: Final = {
    **{
        f"{table}_stays_with_its_clinic": (
            f"CREATE TRIGGER {table}_stays_with_its_clinic BEFORE UPDATE OF clinic_id ON {table} "
            f"WHEN NEW.clinic_id IS NOT OLD.clinic_id BEGIN SELECT RAISE(ABORT, 'a row stays with its clinic'); END"
        )
        for table in TENANT_TABLES
    },
    **{
        f"{table}_refuses_{act.lower()}": (
            f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END"
        )
        for table in APPEND_ONLY
        for act in ("UPDATE", "DELETE")
    },
    **{
        f"{table}_refuses_update": (
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END"
        )
        for table in PARTS_OF_COURSES
    },
    **{
        f"{table}{REFUSES_LOSS}": (
            f"CREATE TRIGGER {table}{REFUSES_LOSS} BEFORE DELETE ON {table} "  # noqa: S608 -- names of ours
            f"WHEN EXISTS (SELECT 1 FROM courses WHERE clinic_id = OLD.clinic_id AND course_id = OLD.course_id) "
            f"BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END"
        )
        for table in PARTS_OF_COURSES
    },
    "courses_keeps_its_beginning": (
        f"CREATE TRIGGER courses_keeps_its_beginning BEFORE UPDATE OF {_BEGINNING} ON courses "  # noqa: S608 -- as above
        "BEGIN SELECT RAISE(ABORT, 'what a course began from is not changed'); END"
    ),
}
"""What holds even for a program that opens the file without this one."""


def file_of(url: URL) -> Path:
    """Find the file of a database."""
    if not url.database or url.database == ":memory:":
        raise NoFileError
    return Path(url.database)


class NoFileError(ValueError):
    """A SQLite address names no file."""

    def __init__(self) -> None:
        super().__init__("Name a file, for example sqlite:///skincadence.db: what is kept in memory is not kept.")


def open_file(path: Path, *, wait: float = WAIT_SECONDS) -> sqlite3.Connection:
    """Open a database that exists, set up as every connection here is."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None, check_same_thread=False
    )
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


_PRAGMAS: Final = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "recursive_triggers = ON",  # without it, REPLACE deletes a row and asks no trigger
    "trusted_schema = OFF",
    "temp_store = MEMORY",
)


def migration_engine(url: URL) -> Engine:
    """An engine that may change tables: unguarded, one transaction for everything."""
    path = file_of(url)
    engine = create_engine("sqlite://", creator=lambda: _create_file(path), poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", lambda rows: rows.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def plain_engine(url: URL) -> Engine:
    """An engine for a look at what belongs to no clinic."""
    path = file_of(url)
    return create_engine("sqlite://", creator=lambda: open_file(path), poolclass=NullPool, hide_parameters=True)


def _create_file(path: Path) -> sqlite3.Connection:
    """Open a database, or make one that nobody but its owner can read."""
    if not path.exists():
        path.touch(mode=0o600)
    connection = open_file(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = OFF")  # a table that is made anew must not take its children along
    return connection


def _furnish(*, query_only: bool) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    def furnish(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- for mypy: the engine opens no other
        guard = Guard()
        guard.furnish(connection, query_only=query_only)
        entry.info[_GUARD] = guard

    return furnish


def _guard(rows: Connection) -> Guard:
    guard = rows.info[_GUARD]
    assert isinstance(guard, Guard)  # noqa: S101 -- for mypy: `_furnish` put it there
    return guard


def _tell(
    rows: Connection, _cursor: object, statement: str, _values: object, context: DefaultExecutionContext, _many: object
) -> None:
    """Tell the guard what kind of statement is about to be compiled."""
    changes = context.isinsert or context.isupdate or context.isdelete
    _guard(rows).changing = bool(changes or _CHANGE.match(statement))


def _told(rows: Connection, *_: object) -> None:
    _guard(rows).changing = False


def _is_sound(connection: sqlite3.Connection) -> bool:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return bool(found == "ok")


def _truncated(connection: sqlite3.Connection) -> bool:
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return bool(busy == 0)


class _StoredTables(SQLiteCompiler):
    """Sends changes to the stored tables, because the views of the same names take none."""

    @override
    def visit_table(self, *args: Any, **options: Any) -> str:
        name: str = super().visit_table(*args, **options)  # type: ignore[no-untyped-call]
        return f"main.{name}" if options.get("iscrud") and options.get("asfrom") else name


class _StoredNames(SQLiteIdentifierPreparer):
    """The same for inserts, which name their table in a way of their own."""

    @override
    def format_table(self, table: Any, use_schema: bool = True, name: str | None = None) -> str:
        return f"main.{super().format_table(table, use_schema, name)}"

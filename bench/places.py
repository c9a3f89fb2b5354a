"""Databases to measure on, each with a clinic and a key: a SQLite file, and a PostgreSQL of our own.

Both keep what they were given when the power fails, as in earnest: without that, commits cost nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from app.cli.office import Office
from app.clock import Clock
from app.db import migrate
from app.security import SCOPES, random_text
from app.services import clinics, keys
from app.services.keys import Draft, Maker
from app.services.opening import open_database
from app.settings import Settings
from bench.intakes import example
from bench.load import Call
from tests.databases import OWNER, SERVICE, Postgresql

SECRET: Final = random_text(64)
CREATE: Final = "/v1/recommendations"
PREVIEW: Final = "/v1/recommendations/preview"
_DURABLE: Final = "fsync = on\nfull_page_writes = on\nshared_buffers = 128MB\nmax_wal_size = 4GB\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A database with a clinic in it.

    Attributes:
        name: What people call it.
        url: Where the service finds it.
        scratch_url: Where others may make tables of their own, with the same durability.
        clinic_id: The clinic.
        key: Its key, which may do everything.
        server: The server, if there is one.
    """

    name: str
    url: str
    scratch_url: str
    clinic_id: str
    key: str
    server: Postgresql | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the service is told: nothing stands in the way of as many requests as it can answer."""
        settings = {
            "database_url": self.url,
            "secret": SECRET,
            "rate_secret": "off",
            "max_in_flight": "4096",
            "connections_per_address": "0",
        }
        return {f"SKINCADENCE_{name.upper()}": value for name, value in settings.items()}

    @property
    def create(self) -> Call:
        """A request that stores something: recommendation, audit, event and reply."""
        return Call(CREATE, example().decode(), self._headers, status=201, numbered=True)

    @property
    def preview(self) -> Call:
        """A request that stores nothing."""
        return Call(PREVIEW, example().decode(), self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def sqlite(folder: Path) -> Place:
    """A new SQLite file."""
    url = f"sqlite:///{folder / 'service.db'}"
    return Place("SQLite", url, f"sqlite:///{folder / 'scratch.db'}", *_settled(url))


@contextmanager
def postgresql() -> Iterator[Place]:
    """A new PostgreSQL, until the end of the block."""
    server = Postgresql()
    try:
        _make_durable(server)
        server.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE", f"CREATE DATABASE bench OWNER {OWNER}")
        migrate(server.address("bench", OWNER))
        server.execute(f"CREATE ROLE {SERVICE} LOGIN IN ROLE skincadence_app")
        url = server.address("bench", SERVICE)
        yield Place("PostgreSQL", url, server.address("bench", OWNER), *_settled(url), server)
    finally:
        server.remove()


def _make_durable(server: Postgresql) -> None:
    server.stop()
    with (server.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(_DURABLE)
    server.start()


def _settled(url: str) -> tuple[str, str]:
    """Take in a clinic; gives its id and a key that may do everything."""
    database, secrets, _ = open_database(Settings(database_url=url, secret=SecretStr(SECRET)))
    try:
        office = Office(database, secrets, Clock("UTC"))
        live, _ = clinics.create(office, "Bench", "UTC", retention_days=365, review_every_plan=False)
        return live.id, keys.create(office, Maker(live), Draft("secret", "bench", frozenset(SCOPES))).text
    finally:
        database.close()

"""The whole service over one database, and somebody who calls it with keys."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from app.db import Database
from app.main import create_app
from app.observability import Journal
from app.security import SCOPES, Secrets, new_key
from app.settings import Settings
from app.store import keys
from app.store.values import ApiKey, Clinic, KeyKind
from tests.caller import Caller
from tests.databases import LONG_AGO, Place

SECRET = "for tests only: v7Rk2mQx9LdT4bWz8HcYp3Nf"  # noqa: S105 -- opens nothing


def settings_for(place: Place, **more: Any) -> Settings:
    return Settings.model_validate({
        "database_url": place.url, "secret": SECRET, "rate_secret": "off", "rate_publishable": "off",
        "rate_address": "off", **more,
    })  # fmt: skip


def new_key_of(
    database: Database, clinic: Clinic, *scopes: str, kind: KeyKind = "secret", origin: str | None = None
) -> str:
    """Make a key, with every scope unless some are named; returns it as its holder has it."""
    made = new_key(kind, clinic.world)
    origins = frozenset() if origin is None else frozenset({origin})
    secrets = Secrets(SECRET.encode())
    digest = secrets.key_digest(made)
    key = ApiKey(made.id, clinic.id, kind, "test", frozenset(scopes or SCOPES), origins, digest, LONG_AGO)
    with database.common_write() as rows:
        keys.keep_check_value(rows, secrets.keyed_hash("check", "skincadence"))
    with database.keyring_write(clinic.id) as rows:
        keys.add(rows, key)
    return made.written()


@contextmanager
def serving(place: Place, journal: io.StringIO | None = None, **settings: Any) -> Iterator[TestClient]:
    app = create_app(settings_for(place, **settings), journal=Journal("info", journal or io.StringIO()))
    with Caller(app, base_url="http://testserver") as client:
        yield client
